public import Configuration
import Delivery
import Foundation
public import Host
public import Store
import Synchronization

/// The room that gets Postern into mailboxes: tokens and a person's consent to them, and the search for a domain's servers.
///
/// Other rooms use it through `logins` and `access`, which the daemon hands to them.
public final class Access: Sendable {
  private let keeper: TokenKeeper
  private let authorizations: Authorizations
  private let search: Mutex<(dns: DNSSettings, discovery: DiscoverySettings)>

  /// A room on `loop`. Throws, with the reason, when a client's secret cannot be read from its file.
  public init(
    store: Store, loop: EventLoop, configuration: Configuration, key: SealingKey, log: Log
  ) throws(AccessRefusal) {
    keeper = TokenKeeper(
      store: store, loop: loop, key: key, settings: configuration.oauth,
      parties: try Self.parties(configuration), log: log)
    authorizations = Authorizations(keeper: keeper, log: log)
    search = Mutex((configuration.dns, configuration.discovery))
  }

  /// Begins to renew tokens ahead of their end.
  public func start() { keeper.start() }

  /// Ends that; what is being renewed is written first.
  public func stop() async { await keeper.stop() }

  /// Takes a new configuration. Throws, and keeps the old one, when a client's secret cannot be read.
  public func reload(_ configuration: Configuration) throws(AccessRefusal) {
    keeper.reload(configuration.oauth, try Self.parties(configuration))
    search.withLock { $0 = (configuration.dns, configuration.discovery) }
  }

  /// What accounts log in with.
  public var logins: AccountLogins {
    AccountLogins(
      secret: { [keeper] in await keeper.secret(of: $0) },
      renew: { [keeper] in await keeper.replacement(of: $0, refused: $1) })
  }

  /// What the API asks of this room.
  public var access: AccountAccess {
    AccountAccess(
      authorize: { [authorizations] in await authorizations.begin($0, $1) },
      finish: { [authorizations] in await authorizations.finish($0, $1) },
      poll: { [authorizations] in await authorizations.poll($0) },
      discover: { [self] address in
        let (dns, discovery) = search.withLock { $0 }
        return await ServerSearch(dns: dns, settings: discovery).find(address)
      })
  }

  private static func parties(_ configuration: Configuration) throws(AccessRefusal) -> [OAuthProvider: OAuthParty] {
    var parties: [OAuthProvider: OAuthParty] = [:]
    for (provider, client) in [
      (OAuthProvider.google, configuration.oauthGoogle), (.microsoft, configuration.oauthMicrosoft),
    ] {
      parties[provider] = OAuthParty(provider: provider, client: client, secret: try secret(of: client))
    }
    return parties
  }

  private static func secret(of client: OAuthClient) throws(AccessRefusal) -> String {
    guard let path = client.clientSecretFile else { return client.clientSecret }
    guard let text = try? String(contentsOfFile: path, encoding: .utf8),
      let line = text.split(whereSeparator: \.isNewline).first
    else { throw AccessRefusal("\(path) holds no client secret") }
    return String(line)
  }
}

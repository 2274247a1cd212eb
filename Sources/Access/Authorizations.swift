import Configuration
import Foundation
import Host
import Store
import Synchronization

/// Authorizations that people have begun: each ends with tokens in the store, or is forgotten. They live in memory only; after a
/// restart a person begins anew.
final class Authorizations: Sendable {
  private enum Step {
    case loopback(redirectURI: String, ProofKey)
    case device(DeviceCode)
  }

  private struct Pending {
    var account: AccountRecord
    var party: OAuthParty
    var step: Step
    /// Between two questions of a device flow; milliseconds.
    var interval: Int64 = 5000
    var expiresAt: Int64
  }

  private let keeper: TokenKeeper
  private let log: Log
  private let pending = Mutex<[String: Pending]>([:])

  /// So long a browser may be open.
  private static let patience: Int64 = 900_000
  /// People authorize by hand; more at once is somebody at play with the socket.
  private static let most = 100

  init(keeper: TokenKeeper, log: Log) {
    self.keeper = keeper
    self.log = log
  }

  func begin(_ account: AccountRecord, _ flow: AuthorizationFlow) async -> Result<AuthorizationStart, AccessRefusal> {
    guard let provider = account.settings.oauth else {
      return .failure(
        AccessRefusal("\(account.address) logs in with a password; give it oauth = \"google\" or \"microsoft\" first"))
    }
    let (party, settings) = keeper.party(provider)
    guard let party, !party.client.clientId.isEmpty else {
      return .failure(
        AccessRefusal(
          "the configuration has no client_id in [oauth_\(provider.rawValue)]; make a client in \(provider.console) and write it there"
        ))
    }
    switch flow {
    case .loopback(let redirectURI):
      guard Self.isLoopback(redirectURI) else {
        return .failure(AccessRefusal("\(redirectURI) does not lead to this machine (RFC 8252, section 7.3)"))
      }
      return loopback(account, party, redirectURI)
    case .device: return await device(account, party, settings)
    }
  }

  private func loopback(_ account: AccountRecord, _ party: OAuthParty, _ redirectURI: String)
    -> Result<AuthorizationStart, AccessRefusal>
  {
    let proof = ProofKey(random: randomBytes(32))
    let id = encodeBase64URL(randomBytes(32))
    let expiresAt = Clock.now() + Self.patience
    let url = party.authorizationURL(redirectURI: redirectURI, state: id, proof: proof, address: account.address)
    return put(
      Pending(account: account, party: party, step: .loopback(redirectURI: redirectURI, proof), expiresAt: expiresAt),
      as: AuthorizationStart(id: id, provider: party.provider, url: url, userCode: nil, expiresAt: expiresAt))
  }

  private func device(_ account: AccountRecord, _ party: OAuthParty, _ settings: OAuthSettings) async
    -> Result<AuthorizationStart, AccessRefusal>
  {
    guard !party.client.deviceEndpoint.isEmpty else {
      return .failure(
        AccessRefusal(
          "\(party.provider.rawValue) gives devices no access to mail: authorize with a browser on this machine, or paste the address it ends at"
        ))
    }
    guard let loop = EventLoop.current else { return .failure(AccessRefusal("there is no event loop to connect on")) }
    let server = TokenServer(settings: settings, loop: loop)
    switch await server.post(party.client.deviceEndpoint, party.deviceBody).map(DeviceCode.read) {
    case .failure(let failure): return .failure(AccessRefusal("the token server does not answer: \(failure)"))
    case .success(.failure(let refusal)):
      return .failure(AccessRefusal(refusal.explained(party.provider).words))
    case .success(.success(let code)):
      let expiresAt = Clock.now() + min(max(code.expiresIn, 1) * 1000, Self.patience * 4)
      return put(
        Pending(
          account: account, party: party, step: .device(code),
          interval: min(max(code.interval ?? 5, 1), 60) * 1000, expiresAt: expiresAt),
        as: AuthorizationStart(
          id: encodeBase64URL(randomBytes(32)), provider: party.provider, url: code.url, userCode: code.userCode,
          expiresAt: expiresAt))
    }
  }

  private func put(_ entry: Pending, as start: AuthorizationStart) -> Result<AuthorizationStart, AccessRefusal> {
    let now = Clock.now()
    return pending.withLock { pending in
      pending = pending.filter { $0.value.expiresAt > now }
      guard pending.count < Self.most else {
        return .failure(AccessRefusal("\(Self.most) authorizations are open already; finish some, or wait"))
      }
      pending[start.id] = entry
      return .success(start)
    }
  }

  /// The browser was led back; `redirected` is the whole address it was led to, or its end from the path on.
  func finish(_ id: String, _ redirected: String) async -> Result<AuthorizationProgress, AccessRefusal> {
    // Taken out at once: a code is good for one try (RFC 6749 section 4.1.2).
    guard let entry = pending.withLock({ $0.removeValue(forKey: id) }), entry.expiresAt > Clock.now() else {
      return .failure(AccessRefusal("there is no such authorization, or it took too long; begin anew"))
    }
    guard case .loopback(let redirectURI, let proof) = entry.step else {
      return .failure(AccessRefusal("this authorization is one with a code to type in"))
    }
    var fields: [String: String] = [:]
    for item in URLComponents(string: redirected)?.queryItems ?? [] { fields[item.name] = item.value ?? "" }
    // Somebody else's answer would bind the account to somebody else's mailbox (RFC 6749 section 10.12).
    guard fields["state"] == id else {
      return .failure(AccessRefusal("the address is not the one this authorization was led back to"))
    }
    if let error = fields["error"] {
      let refusal = TokenRefusal(error: error, description: fields["error_description"] ?? "")
      return .failure(AccessRefusal(refusal.explained(entry.party.provider).words))
    }
    guard let code = fields["code"], !code.isEmpty else {
      return .failure(AccessRefusal("the address holds no code"))
    }
    return await exchange(entry, entry.party.codeBody(code, redirectURI: redirectURI, proof: proof))
  }

  func poll(_ id: String) async -> Result<AuthorizationProgress, AccessRefusal> {
    guard let entry = pending.withLock({ $0[id] }), case .device(let code) = entry.step else {
      return .failure(AccessRefusal("there is no such authorization; begin anew"))
    }
    guard let loop = EventLoop.current else { return .failure(AccessRefusal("there is no event loop to connect on")) }
    guard entry.expiresAt > Clock.now() else {
      pending.withLock { $0[id] = nil }
      return .failure(AccessRefusal("the code was not entered in time; begin anew"))
    }
    await loop.sleep(milliseconds: entry.interval)
    let answer = await exchange(entry, entry.party.deviceTokenBody(code.code), pollOf: id)
    if answer != .success(.pending) { pending.withLock { $0[id] = nil } }
    return answer
  }

  private func exchange(_ entry: Pending, _ body: [UInt8], pollOf id: String? = nil) async
    -> Result<AuthorizationProgress, AccessRefusal>
  {
    guard let loop = EventLoop.current else { return .failure(AccessRefusal("there is no event loop to connect on")) }
    let (_, settings) = keeper.party(entry.party.provider)
    switch await TokenServer(settings: settings, loop: loop).ask(entry.party, body) {
    case .failure(let failure):
      // RFC 8628 section 3.5: a poll that got no answer is tried again.
      return id != nil ? .success(.pending) : .failure(AccessRefusal("the token server does not answer: \(failure)"))
    case .success(.unusable(let words)): return .failure(AccessRefusal(words))
    case .success(.refused("authorization_pending", _)) where id != nil: return .success(.pending)
    case .success(.refused("slow_down", _)) where id != nil:
      if let id { pending.withLock { $0[id]?.interval += 5000 } }
      return .success(.pending)
    case .success(.refused(let error, let description)):
      let refusal = TokenRefusal(error: error, description: description)
      return .failure(AccessRefusal(refusal.explained(entry.party.provider).words))
    case .success(.tokens(let tokens, let life, let authorizationLife)):
      return await keep(tokens, life, authorizationLife, of: entry)
    }
  }

  private func keep(_ tokens: OAuthTokens, _ life: Int64?, _ authorizationLife: Int64?, of entry: Pending) async
    -> Result<AuthorizationProgress, AccessRefusal>
  {
    guard tokens.refresh != nil else {
      return .failure(
        AccessRefusal(
          "\(entry.party.provider.rawValue) gave no refresh token, without which the mailbox would stop within the hour; are the scopes right (offline_access)?"
        ))
    }
    do {
      let account = entry.account.id
      let new = try keeper.token(tokens, life, authorizationLife, of: account, provider: entry.party.provider)
      try await keeper.store.write { try $0.authorize(account, new, now: Clock.now()) }
      log.info("access.authorized", ["account": .text(entry.account.address)])
      return .success(.authorized)
    } catch {
      return .failure(AccessRefusal("the tokens cannot be stored: \(error)"))
    }
  }

  private static func isLoopback(_ text: String) -> Bool {
    guard let url = URLComponents(string: text), url.scheme == "http", url.user == nil else { return false }
    return ["127.0.0.1", "[::1]", "::1", "localhost"].contains(url.host)
  }
}

extension OAuthProvider {
  /// Where its clients are made.
  fileprivate var console: String {
    switch self {
    case .google: "https://console.cloud.google.com/auth/clients"
    case .microsoft: "https://entra.microsoft.com (App registrations)"
    }
  }
}

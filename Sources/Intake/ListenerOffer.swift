import Configuration
import Host
import SMTP
import Store

/// What one listener offers to whoever connects; made anew when the configuration is read again. One for all sessions: a copy
/// in each would cost half a kilobyte.
final class ListenerOffer: Sendable {
  let settings: ListenerSettings
  let limits: IntakeSettings
  let tls: TLSServer?
  let trusted: [AddressRange]
  private let balancers: [AddressRange]
  private let proxies: [AddressRange]
  /// What holds for mails that come by no listener.
  let local: LocalMailRules
  /// What is told to the senders of mails that are refused when nobody listens.
  let notices: NoticePolicy
  private let hostname: String

  private static let loopback = ["127.0.0.0/8", "::1/128"].compactMap(AddressRange.init)

  /// Loads the listener's certificate; the error names the file.
  init(_ settings: ListenerSettings, _ configuration: Configuration) throws(HostError) {
    self.settings = settings
    limits = configuration.intake
    hostname = configuration.server.hostname
    if settings.tls != .none, let certificate = settings.certificate, let key = settings.key {
      tls = try TLSServer(
        certificateFile: certificate, keyFile: key, name: "smtp \(settings.address):\(settings.port)")
    } else {
      tls = nil
    }
    trusted = try Self.ranges(settings.trustedNetworks)
    balancers = try Self.ranges(settings.proxyNetworks)
    proxies = try Self.ranges(settings.xclientNetworks)
    local = LocalMailRules(configuration)
    notices = NoticePolicy(notices: configuration.relay.senderNotices, hostname: configuration.server.hostname)
  }

  /// How mails of all kinds are looked at.
  var preparation: MailPreparation { local.preparation }

  private static func ranges(_ texts: [String]) throws(HostError) -> [AddressRange] {
    var ranges: [AddressRange] = []
    for text in texts {
      guard let range = AddressRange(text) else {
        throw HostError("\"\(text)\" is not a network such as 192.0.2.0/24 or 2001:db8::/32", kind: .data)
      }
      ranges.append(range)
    }
    return ranges
  }

  /// Whether connections from there begin with a PROXY header.
  func isBalancer(_ peer: PeerAddress) -> Bool { balancers.contains { $0.contains(peer) } }

  /// Whether XCLIENT is believed from there.
  func isProxy(_ peer: PeerAddress) -> Bool { proxies.contains { $0.contains(peer) } }

  /// How failed logins of this client count; an address that may send without a login is never banned.
  func loginLimits(for peer: PeerAddress) -> LoginThrottle.Limits {
    LoginThrottle.Limits(
      failuresByAddress: isTrusted(peer) ? 0 : limits.loginBanByAddress, failuresByName: limits.loginBanByName,
      banMilliseconds: limits.loginBanTimeMilliseconds, delayMilliseconds: limits.loginFailureDelayMilliseconds)
  }

  private func isTrusted(_ peer: PeerAddress) -> Bool { trusted.contains { $0.contains(peer) } }

  /// Whether TLS starts with the first octet (RFC 8314 §3).
  var isImplicitTLS: Bool { settings.tls == .implicit }

  /// The settings of a session with this client, before any TLS; `sender` is who speaks for it, mostly the client itself.
  func session(with peer: PeerAddress, spokenForBy sender: PeerAddress) -> SMTP.ServerSettings {
    var futureRelease: FutureRelease?
    if limits.maxFutureReleaseMilliseconds >= 1000 {
      let latest = Clock.now() + limits.maxFutureReleaseMilliseconds
      futureRelease = FutureRelease(
        maximumSeconds: Int(limits.maxFutureReleaseMilliseconds / 1000), latest: latest, latestText: Clock.text(latest))
    }
    let isLoopback = Self.loopback.contains { $0.contains(peer) }
    return SMTP.ServerSettings(
      hostname: hostname, tls: tls == nil ? .unavailable : isImplicitTLS ? .active : .offered,
      authentication: settings.authWithoutTLS || isLoopback ? .always : .withTLS,
      trusted: isTrusted(peer),
      bareNewlines: settings.bareNewlines == .normalize ? .normalize : .reject,
      maximumMessageBytes: limits.maxMessageSize, maximumCommandBytes: limits.maxCommandLine,
      maximumRecipients: limits.maxRecipients, maximumErrors: limits.maxErrors,
      maximumIdleCommands: limits.maxCommandsWithoutMail, maximumFailedLogins: limits.maxLoginFailures,
      futureRelease: futureRelease, maximumMails: limits.maxMailsPerSession,
      mechanisms: settings.authMechanisms.compactMap(SMTP.ServerSettings.Mechanism.init),
      acceptsClientFacts: isProxy(sender))
  }
}

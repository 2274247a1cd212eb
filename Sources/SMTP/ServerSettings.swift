/// What a listener offers and where it draws the line; the same for all its sessions but for `trusted` and `tls`.
public struct ServerSettings: Equatable, Sendable {
  /// What the session knows of TLS.
  public enum TLS: Equatable, Sendable {
    /// No certificate: STARTTLS is not offered.
    case unavailable
    /// STARTTLS is offered.
    case offered
    /// The connection is encrypted.
    case active
  }

  /// Whether clients may log in.
  public enum Authentication: Equatable, Sendable {
    /// AUTH is not offered.
    case off
    /// Only on an encrypted connection (RFC 4954 §4).
    case withTLS
    /// Also in clear text.
    case always
  }

  /// A SASL mechanism.
  public enum Mechanism: String, Equatable, Sendable, CaseIterable {
    /// RFC 7677; its exchange is the driver's.
    case scramSHA256 = "SCRAM-SHA-256"
    /// RFC 7628; its exchange is the driver's.
    case oauthBearer = "OAUTHBEARER"
    /// RFC 4616.
    case plain = "PLAIN"
    /// Two questions, never specified, widely used.
    case login = "LOGIN"

    var name: StaticString {
      switch self {
      case .scramSHA256: "SCRAM-SHA-256"
      case .oauthBearer: "OAUTHBEARER"
      case .plain: "PLAIN"
      case .login: "LOGIN"
      }
    }
  }

  /// The name in greeting and EHLO.
  public var hostname: String
  /// TLS as the session starts.
  public var tls: TLS
  /// What AUTH offers, in this order.
  public var mechanisms: [Mechanism]
  /// How far ahead mails may be submitted; nil: FUTURERELEASE is not offered.
  public var futureRelease: FutureRelease?
  /// Mails after which the driver ends the session, as LIMITS tells it; 0 is no limit.
  public var maximumMails: Int
  /// The rule for AUTH.
  public var authentication: Authentication
  /// Whether the client may send mail without a login.
  public var trusted: Bool
  /// Whether the peer is a proxy that may say who its client is (XCLIENT).
  public var acceptsClientFacts: Bool
  /// How bare CR and LF are treated.
  public var bareNewlines: BareNewlines
  /// The largest message, in octets after the dots are taken out.
  public var maximumMessageBytes: Int
  /// The longest command line with its line end. RFC 5321 §4.5.3.1.4 asks for 512 and more for each extension.
  public var maximumCommandBytes: Int
  /// The longest line of an AUTH exchange. RFC 4954 §4.
  public var maximumAuthenticationBytes: Int
  /// The longest line of a message. RFC 5322 §2.1.1 asks senders for 998, programs that send HTML often know nothing of it.
  public var maximumTextLine: Int
  /// Recipients of one mail; RFC 5321 §4.5.3.1.8 asks for at least 100.
  public var maximumRecipients: Int
  /// Recipients over that limit, each answered with 452, before the session ends.
  public var maximumSurplusRecipients: Int
  /// Commands answered with 5xx before the session ends.
  public var maximumErrors: Int
  /// Commands in a row that bring no mail nearer before the session ends.
  public var maximumIdleCommands: Int
  /// Failed logins before the session ends.
  public var maximumFailedLogins: Int

  /// Settings with the usual limits.
  public init(
    hostname: String, tls: TLS = .unavailable, authentication: Authentication = .withTLS, trusted: Bool = false,
    bareNewlines: BareNewlines = .reject, maximumMessageBytes: Int = 35_882_577, maximumCommandBytes: Int = 2048,
    maximumAuthenticationBytes: Int = 12_288, maximumTextLine: Int = 65_536, maximumRecipients: Int = 100,
    maximumSurplusRecipients: Int = 1000,
    maximumErrors: Int = 20, maximumIdleCommands: Int = 100, maximumFailedLogins: Int = 3,
    futureRelease: FutureRelease? = nil, maximumMails: Int = 0,
    mechanisms: [Mechanism] = [.plain, .login, .scramSHA256], acceptsClientFacts: Bool = false
  ) {
    self.hostname = hostname
    self.tls = tls
    self.authentication = authentication
    self.trusted = trusted
    self.bareNewlines = bareNewlines
    self.maximumMessageBytes = maximumMessageBytes
    self.maximumCommandBytes = maximumCommandBytes
    self.maximumAuthenticationBytes = maximumAuthenticationBytes
    self.maximumTextLine = maximumTextLine
    self.maximumRecipients = maximumRecipients
    self.maximumSurplusRecipients = maximumSurplusRecipients
    self.maximumErrors = maximumErrors
    self.maximumIdleCommands = maximumIdleCommands
    self.maximumFailedLogins = maximumFailedLogins
    self.futureRelease = futureRelease
    self.maximumMails = maximumMails
    self.mechanisms = mechanisms
    self.acceptsClientFacts = acceptsClientFacts
  }
}

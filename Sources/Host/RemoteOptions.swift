/// Where and how to connect to an account's server, and how to log in.
public struct RemoteOptions: Sendable, Equatable {
  /// What the server speaks.
  public enum Scheme: String, Sendable, Equatable {
    /// Mail submission or relay.
    case smtp
    /// Mailbox access.
    case imap
  }

  /// How the connection is kept private.
  public enum Security: String, Sendable, Equatable {
    /// TLS from the first byte (ports 465 and 993).
    case implicit
    /// TLS after STARTTLS; a server that does not offer it is a failure, never a reason to go on in the clear.
    case starttls
    /// In the clear; for loopback and tests.
    case none
  }

  /// What proves who logs in.
  public enum Secret: Sendable, Equatable {
    /// A password, for PLAIN, LOGIN, CRAM-MD5 and the like: the best one the server offers.
    case password(String)
    /// An OAuth 2.0 access token, for OAUTHBEARER and XOAUTH2.
    case accessToken(String)
    /// No login.
    case none
  }

  /// What the server speaks.
  public var scheme: Scheme
  /// A name or a numeric address.
  public var host: String
  /// The port.
  public var port: Int
  /// How the connection is kept private.
  public var tls: Security
  /// The login's name; nil for no login.
  public var user: String?
  /// The login's proof.
  public var secret: Secret
  /// A PEM file of the only authorities to trust; nil for the system's.
  public var caFile: String?
  /// A proxy's URL (`socks5h://…`, `http://…`), with its own login inside when it wants one; nil connects directly, whatever the environment says.
  public var proxy: String?
  /// The name said in EHLO; nil for the machine's own.
  public var clientName: String?
  /// Milliseconds for everything up to the end of the login.
  public var connectTimeoutMilliseconds: Int64

  /// Makes the options of one connection.
  public init(
    scheme: Scheme, host: String, port: Int, tls: Security, user: String? = nil, secret: Secret = .none,
    caFile: String? = nil, proxy: String? = nil, clientName: String? = nil, connectTimeoutMilliseconds: Int64 = 30_000
  ) {
    self.scheme = scheme
    self.host = host
    self.port = port
    self.tls = tls
    self.user = user
    self.secret = secret
    self.caFile = caFile
    self.proxy = proxy
    self.clientName = clientName
    self.connectTimeoutMilliseconds = connectTimeoutMilliseconds
  }

  /// The URL libcurl wants; nil when the host or the client's name has bytes that no name has.
  var url: String? {
    guard Self.isName(host), (1...65535).contains(port), clientName.map(Self.isName) ?? true else { return nil }
    let bracketed = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
    let scheme = tls == .implicit ? "\(scheme.rawValue)s" : scheme.rawValue
    let path = self.scheme == .smtp ? clientName ?? "" : ""
    return "\(scheme)://\(bracketed):\(port)/\(path)"
  }

  private static func isName(_ text: String) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"),
          UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"), 0x80...0xff:
          true
        default: false
        }
      }
  }
}

/// Why a connection to an account's server did not come about.
public struct RemoteFailure: Error, Sendable, Equatable, CustomStringConvertible {
  /// What the caller does differs by these.
  public enum Kind: String, Sendable, Equatable {
    /// The name has no address.
    case resolve
    /// Nobody answered there, or the connection broke.
    case connect
    /// No TLS: not offered, or a certificate that is not trusted.
    case tls
    /// The server refused the login.
    case login
    /// The time ran out.
    case timeout
    /// The server said something else than the protocol asks for, or refused the client as such.
    case `protocol`
    /// The task was cancelled.
    case cancelled
  }

  /// The kind of failure.
  public let kind: Kind
  /// libcurl's code (`CURLE_…`), such as 67 for a refused login; 0 when libcurl was not asked.
  public let curlCode: Int
  /// The server's own words when it said any (`535 5.7.8 …`, `NO [AUTHENTICATIONFAILED] …`), else libcurl's.
  public let text: String

  /// Makes a failure.
  public init(kind: Kind, curlCode: Int, text: String) {
    self.kind = kind
    self.curlCode = curlCode
    self.text = text
  }

  /// Whether the server itself said that it is for now only: a 4yz reply (RFC 5321 section 4.2.1), or UNAVAILABLE, INUSE or LIMIT
  /// from an IMAP server (RFC 5530 section 3, RFC 9051 section 7.1).
  public var isTemporary: Bool {
    if text.hasPrefix("4") { return true }
    return ["[UNAVAILABLE]", "[INUSE]", "[LIMIT]"].contains { text.contains($0) }
  }

  /// Kind and text.
  public var description: String { "\(kind.rawValue): \(text)" }
}

// What getting into mailboxes needs: OAuth clients, name servers, the search for a domain's servers.

/// Who gives out the tokens of an account that logs in with OAuth 2.0.
public enum OAuthProvider: String, Sendable, Codable, CaseIterable {
  /// Gmail and Google Workspace; Microsoft 365 and Outlook.com.
  case google, microsoft
}

/// `[oauth]`: tokens of all accounts. Times are milliseconds.
public struct OAuthSettings: Sendable, Equatable {
  /// So long before its end an access token is renewed, at the most half of its life.
  public var refreshAheadMilliseconds: Int64 = 900_000
  /// So long before the known end of an authorization a person is warned.
  public var warnAheadMilliseconds: Int64 = 172_800_000
  /// The wait for an answer of a token server.
  public var timeoutMilliseconds: Int64 = 30_000
  /// PEM file with the only authorities to trust for token servers; nil is the system's.
  public var caFile: String?

  /// The defaults.
  public init() {}
}

/// `[oauth_google]` and `[oauth_microsoft]`: Postern as a client of a provider.
public struct OAuthClient: Sendable, Equatable {
  /// What the provider's console gave; empty: accounts of this provider cannot be authorized.
  public var clientId = ""
  /// Its secret; empty for a public client.
  public var clientSecret = ""
  /// A file with the secret in its first line, instead of `clientSecret`.
  public var clientSecretFile: String?
  /// Where a person agrees (RFC 6749 section 3.1).
  public var authorizationEndpoint: String
  /// Where a device code is had (RFC 8628 section 3.1); empty: none.
  public var deviceEndpoint: String
  /// Where tokens are had (RFC 6749 section 3.2).
  public var tokenEndpoint: String
  /// What is asked for.
  public var scopes: [String]

  init(authorization: String, device: String, token: String, scopes: [String]) {
    authorizationEndpoint = authorization
    deviceEndpoint = device
    tokenEndpoint = token
    self.scopes = scopes
  }

  /// Google's: its flow for devices does not give out access to mail, so there is none
  /// (https://developers.google.com/identity/protocols/oauth2/limited-input-device#allowedscopes).
  public static let google = OAuthClient(
    authorization: "https://accounts.google.com/o/oauth2/v2/auth", device: "",
    token: "https://oauth2.googleapis.com/token", scopes: ["https://mail.google.com/"])

  /// Microsoft's, for every kind of account
  /// (https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth).
  public static let microsoft = OAuthClient(
    authorization: "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
    device: "https://login.microsoftonline.com/common/oauth2/v2.0/devicecode",
    token: "https://login.microsoftonline.com/common/oauth2/v2.0/token",
    scopes: [
      "https://outlook.office.com/SMTP.Send", "https://outlook.office.com/IMAP.AccessAsUser.All", "offline_access",
    ])
}

/// `[dns]`: who is asked for names that libcurl does not look up by itself.
public struct DNSSettings: Sendable, Equatable {
  /// Numeric addresses with or without `:PORT`; empty is the system's.
  public var nameservers: [String] = []
  /// The wait for one answer; milliseconds.
  public var timeoutMilliseconds: Int64 = 3000

  /// The defaults.
  public init() {}
}

/// `[discovery]`: the search for a domain's servers when an account is added.
public struct DiscoverySettings: Sendable, Equatable {
  /// The wait for one answer; milliseconds.
  public var timeoutMilliseconds: Int64 = 10_000
  /// Whether a domain may point into private networks.
  public var allowPrivateAddresses = false
  /// PEM file with the only authorities to trust; nil is the system's.
  public var caFile: String?

  /// The defaults.
  public init() {}
}

extension OAuthSettings {
  init(_ section: SectionReader) {
    self.init()
    refreshAheadMilliseconds = section.duration("refresh_ahead", default: refreshAheadMilliseconds, atLeast: "1s")
    warnAheadMilliseconds = section.duration("warn_ahead", default: warnAheadMilliseconds)
    timeoutMilliseconds = section.duration("timeout", default: timeoutMilliseconds, atLeast: "1s")
    caFile = section.optionalFile("ca_file")
    section.finish()
  }
}

extension OAuthClient {
  init(_ section: SectionReader, default fallback: OAuthClient) {
    self = fallback
    clientId = section.string("client_id", default: clientId)
    clientSecret = section.string("client_secret", default: clientSecret)
    clientSecretFile = section.optionalFile("client_secret_file")
    authorizationEndpoint = section.string("authorization_endpoint", default: authorizationEndpoint, check: Check.https)
    deviceEndpoint = section.string("device_endpoint", default: deviceEndpoint) { $0.isEmpty ? nil : Check.https($0) }
    tokenEndpoint = section.string("token_endpoint", default: tokenEndpoint, check: Check.https)
    scopes = section.strings("scopes", default: scopes) {
      $0.contains(" ") ? "\"\($0)\": write each scope as a text of its own" : Check.oneLine($0)
    }
    section.finish()
    if !clientSecret.isEmpty, clientSecretFile != nil {
      section.fail(key: "client_secret", "give only one of client_secret and client_secret_file")
    }
  }
}

extension DNSSettings {
  init(_ section: SectionReader) {
    self.init()
    nameservers = section.strings("nameservers", default: nameservers, check: Check.nameserver)
    timeoutMilliseconds = section.duration("timeout", default: timeoutMilliseconds, atLeast: "100ms")
    section.finish()
  }
}

extension DiscoverySettings {
  init(_ section: SectionReader) {
    self.init()
    timeoutMilliseconds = section.duration("timeout", default: timeoutMilliseconds, atLeast: "1s")
    allowPrivateAddresses = section.boolean("allow_private_addresses", default: allowPrivateAddresses)
    caFile = section.optionalFile("ca_file")
    section.finish()
  }
}

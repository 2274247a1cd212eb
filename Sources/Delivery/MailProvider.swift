// What a provider of mailboxes or of sending is like; the rows are in ProviderTable.

/// One server of a provider.
public struct ServerPlace: Sendable, Equatable {
  /// How the connection is kept private; there is no row without TLS.
  public enum Security: String, Sendable, Equatable {
    /// From the first byte, or by STARTTLS.
    case implicit, starttls
  }

  /// A name.
  public var host: String
  /// A TCP port.
  public var port: Int
  /// TLS from the first byte or by STARTTLS.
  public var security: Security

  /// A place.
  public init(host: String, port: Int, security: Security) {
    self.host = host
    self.port = port
    self.security = security
  }
}

extension ServerPlace {
  fileprivate func of(_ domain: String) -> ServerPlace {
    var place = self
    place.host = host.replacing(MailProvider.anyDomain, with: domain)
    return place
  }
}

/// A provider as the table knows it.
public struct MailProvider: Sendable, Equatable {
  /// What an account can log in with.
  public enum Login: String, Sendable, Equatable {
    /// The mailbox's own password; one made for a program; an API key or SMTP credentials; a token by OAuth 2.0.
    case password
    case appPassword = "app_password"
    case apiKey = "api_key"
    case oauth
  }

  /// What becomes of the Message-ID of a mail that is handed in.
  public enum MessageIDs: Sendable, Equatable {
    /// It stays.
    case kept
    /// The recipient sees another one; the header, if any, holds the one that was handed in.
    case replaced(originalIn: String?)
  }

  /// For `--provider` and JSON.
  public var key: String
  /// For people.
  public var name: String
  /// Whose rows of the reply table apply.
  public var replies: Provider
  /// Domains of its own mailboxes.
  public var domains: [String] = []
  /// Ends of the names of mail exchangers: a domain whose mail goes there has its mailboxes here.
  public var exchangers: [String] = []
  /// Where mail is handed in.
  public var smtp: ServerPlace
  /// Where mailboxes are read; nil where there are none.
  public var imap: ServerPlace?
  /// The login when it is always the same; nil is the address.
  public var user: String?
  /// The best first.
  public var logins: [Login]
  /// Mails a day that it documents; nil where it says no number that fits everybody.
  public var dailyLimit: Int?
  /// What its day is. Google and Microsoft say that it is the last 24 hours; so is the day of one that does not say, because
  /// that is within the limit whenever its day begins, where a calendar day would allow twice as much around midnight.
  public var dailyLimitMode = DayLimitMode.rolling
  /// Mails a minute that it documents.
  public var minuteLimit: Int?
  /// Connections at once that it documents.
  public var connections: Int?
  /// Whether a mail handed in over SMTP appears in the Sent folder by itself; nil where there is no folder.
  public var keepsSentCopy: Bool?
  /// What becomes of Message-IDs.
  public var messageIDs: MessageIDs
  /// What a person has to know before it works.
  public var note: String?
  /// Where all this is from.
  public var sources: [String]

  /// The `oauth` value of an account here; nil where Postern has no tokens for it.
  public var oauth: String? { logins.contains(.oauth) ? replies.rawValue : nil }
}

extension Provider {
  /// From the domain of an address: who keeps its mailbox. A domain of somebody's own is `generic`.
  public init(mailboxDomain domain: String) {
    self = MailProvider.of(domain: domain)?.replies ?? Provider(host: domain)
  }
}

extension MailProvider {
  /// The keys of all rows.
  public static var keys: [String] { table.map(\.key) }

  /// The provider of a key such as `gmail`.
  public static func of(key: String) -> MailProvider? { table.first { $0.key == key } }

  /// The provider that has the mailboxes of a domain of its own.
  public static func of(domain: String) -> MailProvider? {
    let domain = domain.lowercased()
    return table.first { $0.domains.contains(domain) }
  }

  /// The provider to which the mail of a domain goes.
  public static func of(exchanger: String) -> MailProvider? {
    let host = exchanger.lowercased()
    return table.first { row in row.exchangers.contains { host == $0 || host.hasSuffix("." + $0) } }
  }

  /// The provider whose SMTP server this is.
  public static func of(host: String) -> MailProvider? {
    let host = host.lowercased()
    return table.first { $0.smtp.host == host }
  }
}

/// The servers of an address, and how they were found.
public struct MailboxServers: Sendable, Equatable {
  /// Where it is known from: the table by domain, or by where the mail goes; the domain's autoconfig; its SRV records.
  public enum Found: String, Sendable, Equatable {
    case table, mx, autoconfig, srv
  }

  /// How it was found.
  public var found: Found
  /// The provider, where it is one of the table.
  public var provider: MailProvider?
  /// Where mail is handed in.
  public var smtp: ServerPlace
  /// Where the mailbox is read.
  public var imap: ServerPlace?
  /// The login, when it is not the address.
  public var user: String?
  /// For people: what said so.
  public var evidence: String
  /// Hosts outside of the domain that only unsigned DNS names.
  public var foreignHosts: [String] = []

  /// Servers that something outside of the table named.
  public init(found: Found, smtp: ServerPlace, imap: ServerPlace?, evidence: String) {
    self.found = found
    self.smtp = smtp
    self.imap = imap
    self.evidence = evidence
  }

  /// Those of a row; `domain` is that of the address, for a row that does not know its hosts.
  public init(of provider: MailProvider, domain: String, found: Found, evidence: String) {
    self.init(
      found: found, smtp: provider.smtp.of(domain), imap: provider.imap?.of(domain), evidence: evidence)
    self.provider = provider
    user = provider.user
  }
}

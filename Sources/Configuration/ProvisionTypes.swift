// What an apply file describes. All types are Codable with snake_case names: the command line sends them to the daemon as
// JSON, and the store keeps `AccountSettings` and `SequenceEntry` as JSON text. Secrets are never part of the settings.

/// The wanted state of accounts, pools, submitters, sequences, templates, snippets, segments, campaigns and suppressions.
public struct Provision: Sendable, Equatable, Codable {
  /// `[[account]]`.
  public var accounts: [AccountEntry]
  /// `[[pool]]`.
  public var pools: [PoolEntry]
  /// `[[submitter]]`.
  public var submitters: [SubmitterEntry]
  /// `[[sequence]]`.
  public var sequences: [SequenceEntry]
  /// `[[suppression]]`.
  public var suppressions: [SuppressionEntry]
  /// `[[template]]`.
  public var templates: [TemplateEntry]
  /// `[[snippet]]`.
  public var snippets: [SnippetEntry]
  /// `[[segment]]`.
  public var segments: [SegmentEntry]
  /// `[[campaign]]`.
  public var campaigns: [CampaignEntry]
  /// Where their texts stand; not part of what is sent.
  public var places = TextPlaces()

  enum CodingKeys: String, CodingKey {
    case accounts, pools, submitters, sequences, suppressions, templates, snippets, segments, campaigns
  }

  /// Nothing wanted, or what is given.
  public init(
    accounts: [AccountEntry] = [], pools: [PoolEntry] = [], submitters: [SubmitterEntry] = [],
    sequences: [SequenceEntry] = [], suppressions: [SuppressionEntry] = [], templates: [TemplateEntry] = [],
    snippets: [SnippetEntry] = [], segments: [SegmentEntry] = [], campaigns: [CampaignEntry] = []
  ) {
    self.accounts = accounts
    self.pools = pools
    self.submitters = submitters
    self.sequences = sequences
    self.suppressions = suppressions
    self.templates = templates
    self.snippets = snippets
    self.segments = segments
    self.campaigns = campaigns
  }

  /// Whether two want the same, wherever it stands.
  public static func == (one: Provision, other: Provision) -> Bool {
    one.accounts == other.accounts && one.pools == other.pools && one.submitters == other.submitters
      && one.sequences == other.sequences && one.suppressions == other.suppressions
      && one.templates == other.templates && one.snippets == other.snippets && one.segments == other.segments
      && one.campaigns == other.campaigns
  }

  /// What is not said is not wanted otherwise than it is.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func list<Entry: Decodable>(_ key: CodingKeys) throws -> [Entry] {
      try values.decodeIfPresent([Entry].self, forKey: key) ?? []
    }
    self.init(
      accounts: try list(.accounts), pools: try list(.pools), submitters: try list(.submitters),
      sequences: try list(.sequences), suppressions: try list(.suppressions), templates: try list(.templates),
      snippets: try list(.snippets), segments: try list(.segments), campaigns: try list(.campaigns))
  }
}

/// Where a secret comes from; printed without the secret itself.
public enum SecretSource: Sendable, Equatable, Codable, CustomStringConvertible {
  /// The secret itself.
  case literal(String)
  /// The first line of a file.
  case file(String)
  /// An environment variable of the process that reads the apply file.
  case environment(String)

  /// Never the secret.
  public var description: String {
    switch self {
    case .literal: "a literal secret"
    case .file(let path): "file \(path)"
    case .environment(let name): "environment variable \(name)"
    }
  }
}

/// One mailbox with its secret kept apart, so that the secret is sealed and the settings are readable.
public struct AccountEntry: Sendable, Equatable, Codable {
  /// Everything but the secret.
  public var settings: AccountSettings
  /// The password of both servers; nil leaves the stored one (or none) as it is.
  public var secret: SecretSource?

  /// An entry.
  public init(settings: AccountSettings, secret: SecretSource? = nil) {
    self.settings = settings
    self.secret = secret
  }
}

/// TLS to an account's server.
public enum RemoteTLS: String, Sendable, Codable, CaseIterable {
  /// TLS from the first byte; STARTTLS required, never falling back; plain.
  case implicit, starttls, none
}

/// One server of an account.
public struct RemoteServer: Sendable, Equatable, Codable {
  /// A name or address.
  public var host: String
  /// A TCP port.
  public var port: Int
  /// How the connection is secured.
  public var tls: RemoteTLS
  /// The login; nil with a secret is the account's address, nil without one is no login.
  public var user: String?

  /// A server.
  public init(host: String, port: Int, tls: RemoteTLS = .implicit, user: String? = nil) {
    self.host = host
    self.port = port
    self.tls = tls
    self.user = user
  }
}

/// What a day is for the daily limit.
public enum LimitMode: String, Sendable, Codable, CaseIterable {
  /// The calendar day in the account's zone, or the last 24 hours.
  case calendar, rolling
}

/// What becomes of a message of which nobody knows whether it went.
public enum UnknownPolicy: String, Sendable, Codable, CaseIterable {
  /// Wait for a person, send again, or give up.
  case hold, retry, fail
}

/// The cap of a new account: `start + step × day`, or a given curve, one number a day on which it sent.
public struct WarmupSettings: Sendable, Equatable, Codable {
  /// Mails of day 0 of the formula.
  public var start: Int
  /// More each day.
  public var step: Int
  /// Caps of day 1, 2 …, instead of the formula; after its end there is no cap.
  public var curve: [Int]?

  /// The default is DESIGN.md's `5 + 2 × day`.
  public init(start: Int = 5, step: Int = 2, curve: [Int]? = nil) {
    self.start = start
    self.step = step
    self.curve = curve
  }
}

/// A day of the week.
public enum Weekday: String, Sendable, Codable, CaseIterable {
  /// Monday is the first (ISO 8601).
  case mon, tue, wed, thu, fri, sat, sun
}

/// Days and hours at which mail may go.
public struct WindowSettings: Sendable, Equatable, Codable {
  /// The days; never empty.
  public var days: [Weekday]
  /// Spans of a day like `09:00-17:00`, end exclusive, `24:00` allowed as end; in order, not overlapping, never empty.
  public var spans: [String]
  /// IANA name; nil is the contact's, sequence's or workspace's zone.
  public var zone: String?
  /// Local dates like `2026-12-24` on which it stays closed.
  public var closedDates: [String]
  /// How mails are laid over the open hours.
  public var spread: WindowSpread

  enum CodingKeys: String, CodingKey {
    case days, spans, zone, spread
    case closedDates = "closed_dates"
  }

  /// The default is 9 to 17 o'clock from Monday to Friday.
  public init(
    days: [Weekday] = [.mon, .tue, .wed, .thu, .fri], spans: [String] = ["09:00-17:00"], zone: String? = nil,
    closedDates: [String] = [], spread: WindowSpread = .asap
  ) {
    self.days = days
    self.spans = spans
    self.zone = zone
    self.closedDates = closedDates
    self.spread = spread
  }

  /// Keys that an older version did not store have their defaults.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      days: try values.decode([Weekday].self, forKey: .days), spans: try values.decode([String].self, forKey: .spans),
      zone: try values.decodeIfPresent(String.self, forKey: .zone),
      closedDates: try values.decodeIfPresent([String].self, forKey: .closedDates) ?? [],
      spread: try values.decodeIfPresent(WindowSpread.self, forKey: .spread) ?? .asap)
  }

  /// The spans as minutes of the day (0 … 1440), end exclusive.
  public var minutes: [Range<Int>] { spans.compactMap(parseSpan) }
}

/// How mails are laid over the open hours of a window.
public enum WindowSpread: String, Sendable, Codable, CaseIterable {
  /// As soon as every other gate is open.
  case asap
  /// At even distances over what is left of the day's hours.
  case even
  /// At places that look like chance and follow from the message's id.
  case random
}

/// Which account of a pool a new thread gets.
public enum Rotation: String, Sendable, Codable, CaseIterable {
  /// The one with the smallest share of today's limit used.
  case leastUsed = "least-used"
  /// Each in turn.
  case roundRobin = "round-robin"
  /// By the accounts' `weight`.
  case weighted
  /// The one whose last send is longest ago, measured by what it may send a day.
  case evenSpacing = "even-spacing"
}

/// Accounts that rotate together; an account names its pools.
public struct PoolEntry: Sendable, Equatable, Codable {
  /// Unique in its workspace.
  public var name: String
  /// The workspace.
  public var workspace: String
  /// Which account comes next.
  public var rotation: Rotation
  /// Whether Gmail's accounts go first for people at Gmail, and so on, while one of them may send.
  public var prefersSameProvider: Bool

  enum CodingKeys: String, CodingKey {
    case name, workspace, rotation
    case prefersSameProvider = "prefer_same_provider"
  }

  /// A pool.
  public init(
    name: String, workspace: String = "default", rotation: Rotation = .leastUsed, prefersSameProvider: Bool = false
  ) {
    self.name = name
    self.workspace = workspace
    self.rotation = rotation
    self.prefersSameProvider = prefersSameProvider
  }
}

/// The password of a submitter.
public enum SubmitterSecret: Sendable, Equatable, Codable, CustomStringConvertible {
  /// Readable, from this source; the daemon hashes it.
  case password(SecretSource)
  /// An Argon2id PHC string.
  case hash(String)

  /// Never the secret.
  public var description: String {
    switch self {
    case .password(let source): "password from \(source)"
    case .hash: "a password hash"
    }
  }
}

/// An SMTP login of a client or app.
public struct SubmitterEntry: Sendable, Equatable, Codable {
  /// The AUTH user name.
  public var login: String
  /// The workspace its mails belong to.
  public var workspace: String
  /// Pools it may use, the first is its default; empty is all, with `default`.
  public var pools: [String]
  /// Addresses or `@domains` it may write from; empty is any.
  public var from: [String]
  /// Whether its From header is kept instead of becoming the account's address.
  public var keepFrom: Bool
  /// Its password; nil leaves the stored one as it is.
  public var secret: SubmitterSecret?

  enum CodingKeys: String, CodingKey {
    case login, workspace, pools, from, secret
    case keepFrom = "keep_from"
  }

  /// A submitter.
  public init(
    login: String, workspace: String = "default", pools: [String] = [], from: [String] = [], keepFrom: Bool = false,
    secret: SubmitterSecret? = nil
  ) {
    self.login = login
    self.workspace = workspace
    self.pools = pools
    self.from = from
    self.keepFrom = keepFrom
    self.secret = secret
  }
}

/// What a reply or a bounce does to an enrollment.
public enum SequenceReaction: String, Sendable, Codable, CaseIterable {
  /// Ends it, holds it until a person goes on, or nothing.
  case stop, pause, `continue`
}

/// What an automatic answer that says until when somebody is away does to an enrollment.
public enum AwayReaction: String, Sendable, Codable, CaseIterable {
  /// Nothing, or its next step waits for the first day back.
  case `continue`, wait
}

/// An address or a whole domain that gets no more mail.
public struct SuppressionEntry: Sendable, Equatable, Codable {
  /// `someone@example.org`, `example.org` for the domain, or `sha256:…` of an address; lower case.
  public var value: String
  /// Why, for people.
  public var reason: String
  /// The workspace; `*` is all of them.
  public var workspace: String

  /// A suppression.
  public init(value: String, reason: String = "manual", workspace: String = "default") {
    self.value = value
    self.reason = reason
    self.workspace = workspace
  }
}

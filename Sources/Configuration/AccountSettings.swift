/// Everything about a mailbox but its secret; the store keeps it as JSON text.
public struct AccountSettings: Sendable, Equatable, Codable {
  /// The mailbox's address; its identity.
  public var address: String
  /// The name beside the address in From.
  public var displayName: String?
  /// The workspace it belongs to.
  public var workspace: String
  /// Where its mail is sent.
  public var smtp: RemoteServer
  /// Where its mail is read; nil is not watched.
  public var imap: RemoteServer?
  /// Who gives out its tokens; nil: it logs in with a password, or not at all.
  public var oauth: OAuthProvider?
  /// PEM file with the CA of own servers; nil is the system's.
  public var caFile: String?
  /// `socks5h://…` or `http://…`; nil is none.
  public var proxy: String?
  /// IANA name of the zone of its day; nil is the workspace's.
  public var zone: String?
  /// Accepted sends a day; nil is no limit.
  public var dailyLimit: Int?
  /// What a day is.
  public var limitMode: LimitMode
  /// Accepted sends an hour; nil is no limit.
  public var hourlyLimit: Int?
  /// Accepted sends in 60 seconds; nil is no limit.
  public var minuteLimit: Int?
  /// People written to for the first time, a day; nil is no limit.
  public var newContactsLimit: Int?
  /// Accepted sends a day to one recipient domain; nil is no limit.
  public var recipientDomainLimit: Int?
  /// Least time between two sends; milliseconds.
  public var minimumGapMilliseconds: Int64
  /// What is added to the gap, from nothing to this, different after each mail; milliseconds.
  public var minimumGapJitterMilliseconds: Int64
  /// Connections at once.
  public var connections: Int
  /// Caps while it is new; nil is not warmed up.
  public var warmup: WarmupSettings?
  /// When it may send; nil is always.
  public var window: WindowSettings?
  /// What becomes of a message that may or may not have gone.
  public var onUnknown: UnknownPolicy
  /// Whether its mails get List-Unsubscribe; nil is the configuration's.
  public var listUnsubscribe: Bool?
  /// How often it is looked at without IDLE; milliseconds, nil is `[poller]`'s.
  public var pollIntervalMilliseconds: Int64?
  /// The folder that bounces are moved to once they are stored; nil leaves the mailbox as it is.
  public var moveBouncesTo: String?
  /// Its share where the rotation is by weight.
  public var weight: Int
  /// The pools it is in; empty is `default`.
  public var pools: [String]

  enum CodingKeys: String, CodingKey, CaseIterable {
    case address, workspace, smtp, imap, oauth, proxy, zone, connections, warmup, window, weight, pools
    case displayName = "display_name"
    case caFile = "ca_file"
    case dailyLimit = "daily_limit"
    case limitMode = "limit_mode"
    case hourlyLimit = "hourly_limit"
    case minuteLimit = "minute_limit"
    case newContactsLimit = "new_contacts_limit"
    case recipientDomainLimit = "recipient_domain_limit"
    case minimumGapMilliseconds = "minimum_gap_milliseconds"
    case minimumGapJitterMilliseconds = "minimum_gap_jitter_milliseconds"
    case onUnknown = "on_unknown"
    case listUnsubscribe = "list_unsubscribe"
    case pollIntervalMilliseconds = "poll_interval_milliseconds"
    case moveBouncesTo = "move_bounces_to"
  }

  /// An account with the defaults for everything but its address and server.
  public init(address: String, smtp: RemoteServer, imap: RemoteServer? = nil) {
    self.address = address
    self.smtp = smtp
    self.imap = imap
    workspace = "default"
    limitMode = .calendar
    minimumGapMilliseconds = 0
    minimumGapJitterMilliseconds = 0
    connections = 1
    onUnknown = .hold
    weight = 1
    pools = []
  }

  /// Keys that are absent have their defaults, so that what an older version stored can be read.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      address: try values.decode(String.self, forKey: .address),
      smtp: try values.decode(RemoteServer.self, forKey: .smtp),
      imap: try values.decodeIfPresent(RemoteServer.self, forKey: .imap))
    displayName = try values.decodeIfPresent(String.self, forKey: .displayName)
    workspace = try values.decodeIfPresent(String.self, forKey: .workspace) ?? workspace
    oauth = try values.decodeIfPresent(OAuthProvider.self, forKey: .oauth)
    caFile = try values.decodeIfPresent(String.self, forKey: .caFile)
    proxy = try values.decodeIfPresent(String.self, forKey: .proxy)
    zone = try values.decodeIfPresent(String.self, forKey: .zone)
    dailyLimit = try values.decodeIfPresent(Int.self, forKey: .dailyLimit)
    limitMode = try values.decodeIfPresent(LimitMode.self, forKey: .limitMode) ?? limitMode
    hourlyLimit = try values.decodeIfPresent(Int.self, forKey: .hourlyLimit)
    minuteLimit = try values.decodeIfPresent(Int.self, forKey: .minuteLimit)
    newContactsLimit = try values.decodeIfPresent(Int.self, forKey: .newContactsLimit)
    recipientDomainLimit = try values.decodeIfPresent(Int.self, forKey: .recipientDomainLimit)
    minimumGapMilliseconds = try values.decodeIfPresent(Int64.self, forKey: .minimumGapMilliseconds) ?? 0
    minimumGapJitterMilliseconds = try values.decodeIfPresent(Int64.self, forKey: .minimumGapJitterMilliseconds) ?? 0
    connections = try values.decodeIfPresent(Int.self, forKey: .connections) ?? connections
    warmup = try values.decodeIfPresent(WarmupSettings.self, forKey: .warmup)
    window = try values.decodeIfPresent(WindowSettings.self, forKey: .window)
    onUnknown = try values.decodeIfPresent(UnknownPolicy.self, forKey: .onUnknown) ?? onUnknown
    listUnsubscribe = try values.decodeIfPresent(Bool.self, forKey: .listUnsubscribe)
    pollIntervalMilliseconds = try values.decodeIfPresent(Int64.self, forKey: .pollIntervalMilliseconds)
    moveBouncesTo = try values.decodeIfPresent(String.self, forKey: .moveBouncesTo)
    weight = try values.decodeIfPresent(Int.self, forKey: .weight) ?? weight
    pools = try values.decodeIfPresent([String].self, forKey: .pools) ?? pools
  }

  /// Writes every key; what is absent is null, so that programs see which keys there are.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(address, forKey: .address)
    try values.encode(displayName, forKey: .displayName)
    try values.encode(workspace, forKey: .workspace)
    try values.encode(smtp, forKey: .smtp)
    try values.encode(imap, forKey: .imap)
    try values.encode(oauth, forKey: .oauth)
    try values.encode(caFile, forKey: .caFile)
    try values.encode(proxy, forKey: .proxy)
    try values.encode(zone, forKey: .zone)
    try values.encode(dailyLimit, forKey: .dailyLimit)
    try values.encode(limitMode, forKey: .limitMode)
    try values.encode(hourlyLimit, forKey: .hourlyLimit)
    try values.encode(minuteLimit, forKey: .minuteLimit)
    try values.encode(newContactsLimit, forKey: .newContactsLimit)
    try values.encode(recipientDomainLimit, forKey: .recipientDomainLimit)
    try values.encode(minimumGapMilliseconds, forKey: .minimumGapMilliseconds)
    try values.encode(minimumGapJitterMilliseconds, forKey: .minimumGapJitterMilliseconds)
    try values.encode(connections, forKey: .connections)
    try values.encode(warmup, forKey: .warmup)
    try values.encode(window, forKey: .window)
    try values.encode(onUnknown, forKey: .onUnknown)
    try values.encode(listUnsubscribe, forKey: .listUnsubscribe)
    try values.encode(pollIntervalMilliseconds, forKey: .pollIntervalMilliseconds)
    try values.encode(moveBouncesTo, forKey: .moveBouncesTo)
    try values.encode(weight, forKey: .weight)
    try values.encode(pools, forKey: .pools)
  }
}

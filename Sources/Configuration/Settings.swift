/// The daemon's configuration: every key of `conf/postern.toml`, typed, with its default.
public struct Configuration: Sendable, Equatable {
  /// `[server]`.
  public var server = ServerSettings()
  /// `[[listener]]`; without one in the file there is one on 127.0.0.1:2525 for loopback clients.
  public var listeners = [ListenerSettings()]
  /// `[intake]`.
  public var intake = IntakeSettings()
  /// `[store]`.
  public var store = StoreSettings()
  /// `[relay]`.
  public var relay = RelaySettings()
  /// `[outgoing]`.
  public var outgoing = OutgoingSettings()
  /// `[poller]`.
  public var poller = PollerSettings()
  /// `[workspace]`.
  public var workspace = WorkspaceSettings()
  /// `[sequences]`.
  public var sequences = SequenceDefaults()
  /// Recurring runs that find contacts.
  public var campaigns = CampaignSettings()
  /// `[oauth]`.
  public var oauth = OAuthSettings()
  /// `[oauth_google]`.
  public var oauthGoogle = OAuthClient.google
  /// `[oauth_microsoft]`.
  public var oauthMicrosoft = OAuthClient.microsoft
  /// `[dns]`.
  public var dns = DNSSettings()
  /// `[discovery]`.
  public var discovery = DiscoverySettings()

  /// The defaults.
  public init() {}

  /// The store's file: `store.path`, below `server.data_dir` when it is relative.
  public var storeFile: String { inDataFolder(store.path) }
  /// The sealing key's file: `server.key_file`, below `server.data_dir` when it is relative.
  public var keyFile: String { inDataFolder(server.keyFile) }
  /// Key files from before: `server.previous_key_files`, below `server.data_dir` where they are relative.
  public var previousKeyFiles: [String] { server.previousKeyFiles.map(inDataFolder) }
  /// The folder where `postern sendmail` keeps mails while the daemon is down: `server.spool_dir`, below
  /// `server.data_dir` when it is relative.
  public var spoolFolder: String { inDataFolder(server.spoolDir) }

  /// The folder of campaigns' CSV files: `campaigns.folder`, below `server.data_dir` when it is relative.
  public var campaignsFolder: String { inDataFolder(campaigns.folder) }

  private func inDataFolder(_ path: String) -> String { path.hasPrefix("/") ? path : server.dataDir + "/" + path }
}

/// How much the log says: each level includes the ones after it.
public enum LogThreshold: String, Sendable, Codable, CaseIterable {
  /// The levels, most talkative first.
  case debug, info, warning, error
}

/// Who may put mails into the spool folder.
public enum SpoolAccess: String, Sendable, Codable, CaseIterable {
  /// Every user of this machine; members of the folder's group; the daemon's own user and root.
  case everyone, group, owner

  /// What the modes of the folders give to group and others: writing and passing through, never listing.
  public var mode: UInt32 {
    switch self {
    case .everyone: 0o033
    case .group: 0o030
    case .owner: 0
    }
  }
}

/// `[server]`: who the daemon is and where its files are.
public struct ServerSettings: Sendable, Equatable {
  /// The name in greetings, EHLO, Received and Message-IDs.
  public var hostname = "localhost"
  /// The folder of the store, the key file and the spool.
  public var dataDir = "/var/lib/postern"
  /// The key that seals secrets, relative to `dataDir`; made on first start with mode 0400.
  public var keyFile = "postern.key"
  /// Key files that secrets may still be sealed under, relative to `dataDir`.
  public var previousKeyFiles: [String] = []
  /// The folder where `postern sendmail` keeps mails while the daemon is down, relative to `dataDir`.
  public var spoolDir = "spool"
  /// Who may put mails there.
  public var spoolAccess = SpoolAccess.everyone
  /// The Unix socket that the `postern` verbs talk to.
  public var controlSocket = "/run/postern/control.sock"
  /// What is logged on stderr.
  public var logLevel = LogThreshold.info
  /// Event loops, each a thread; 0 means one for each core.
  public var loops = 0
  /// How long TERM waits for sessions before it cuts them; milliseconds.
  public var drainTimeoutMilliseconds: Int64 = 30_000

  /// The defaults.
  public init() {}
}

/// TLS on a listener.
public enum ListenerTLS: String, Sendable, Codable, CaseIterable {
  /// Plain SMTP, STARTTLS offered, TLS from the first byte (RFC 8314).
  case none, starttls, implicit
}

/// What a listener does with a CR or LF that is not part of a CRLF.
public enum BareNewlines: String, Sendable, Codable, CaseIterable {
  /// Refuse the mail and close (the only answer safe against SMTP smuggling), or make them CRLF.
  case reject, normalize
}

/// `[[listener]]`: an address where mail comes in.
public struct ListenerSettings: Sendable, Equatable {
  /// An IPv4 or IPv6 address; `0.0.0.0` and `::` are all.
  public var address = "127.0.0.1"
  /// A TCP port; 0 lets the system choose one.
  public var port = 2525
  /// TLS on this listener.
  public var tls = ListenerTLS.none
  /// PEM file with the certificate and its chain; needed with TLS.
  public var certificate: String?
  /// PEM file with the private key; needed with TLS.
  public var key: String?
  /// Whether AUTH is offered before TLS; the password then crosses the network readable.
  public var authWithoutTLS = false
  /// What AUTH offers, in this order; SCRAM-SHA-256 needs a submitter's password, not only its hash.
  public var authMechanisms = ["PLAIN", "LOGIN", "SCRAM-SHA-256", "OAUTHBEARER"]
  /// What happens to bare CR and LF.
  public var bareNewlines = BareNewlines.reject
  /// Networks (CIDR) that may send without a login.
  public var trustedNetworks = ["127.0.0.0/8", "::1/128"]
  /// Networks of load balancers whose connections begin with a PROXY header.
  public var proxyNetworks: [String] = []
  /// Networks of proxies that may say with XCLIENT who their client is.
  public var xclientNetworks: [String] = []

  /// The defaults.
  public init() {}
}

/// `[intake]`: limits of the SMTP server. Sizes are bytes, times milliseconds.
public struct IntakeSettings: Sendable, Equatable {
  /// The largest mail; said in EHLO's SIZE.
  public var maxMessageSize = 25 << 20
  /// The most recipients of one mail.
  public var maxRecipients = 100
  /// The most connections at once.
  public var maxConnections = 1000
  /// The most connections at once from one address.
  public var maxConnectionsPerAddress = 100
  /// The most mails in one session; 0 is no limit.
  public var maxMailsPerSession = 0
  /// The longest header of a mail.
  public var maxHeaderSize = 256 << 10
  /// The most header fields of a mail.
  public var maxHeaderFields = 1000
  /// A mail with so many MIME parts is refused.
  public var maxMimeParts = 1000
  /// The longest command line with its CRLF.
  public var maxCommandLine = 4096
  /// Received fields from which on a mail is taken to go in a circle.
  public var maxReceived = 50
  /// Whether our Received field names the client.
  public var receivedShowsClient = false
  /// Refused commands after which a session is closed.
  public var maxErrors = 20
  /// Commands without a mail after which a session is closed.
  public var maxCommandsWithoutMail = 100
  /// Failed logins after which a session is closed.
  public var maxLoginFailures = 3
  /// The wait before the reply to a failed login; it doubles with each from the same address, up to 16 times.
  public var loginFailureDelayMilliseconds: Int64 = 500
  /// Failed logins from one address, not a trusted one, after which it may not log in for `login_ban_time`; 0 never.
  public var loginBanByAddress = 20
  /// Failed logins for one name after which only addresses known for it may log in for `login_ban_time`; 0 never.
  public var loginBanByName = 50
  /// How long a ban lasts after the last failure.
  public var loginBanTimeMilliseconds: Int64 = 900_000
  /// The wait for a command.
  public var commandTimeoutMilliseconds: Int64 = 300_000
  /// The wait for the next piece of a mail.
  public var dataTimeoutMilliseconds: Int64 = 180_000
  /// The wait for one whole mail.
  public var messageTimeoutMilliseconds: Int64 = 3_600_000
  /// The least rate at which a mail has to come, in bytes a second, beside one `data_timeout`; 0 is no limit.
  public var minDataRate = 100
  /// The wait for the TLS handshake.
  public var handshakeTimeoutMilliseconds: Int64 = 30_000
  /// The buffers of all sessions together; over it new mails get 452.
  public var maxBufferMemory = 256 << 20
  /// How far ahead HOLDFOR and HOLDUNTIL may go; 0: FUTURERELEASE is not offered.
  public var maxFutureReleaseMilliseconds: Int64 = 365 * 86_400_000
  /// How long an X-Postern-Idempotency-Key is remembered.
  public var idempotencyWindowMilliseconds: Int64 = 86_400_000

  /// The defaults.
  public init() {}
}

/// `[store]`: the file everything is in.
public struct StoreSettings: Sendable, Equatable {
  /// SQLite's file, relative to `server.data_dir`.
  public var path = "postern.db"
  /// Free bytes below which nothing is accepted or sent.
  public var diskWatermark = 256 << 20
  /// Threads that read.
  public var readers = 2
  /// How large the log of accepted mails without rows may become; octets. 0: there is none.
  public var mailLogSize = 128 << 20

  /// The defaults.
  public init() {}
}

/// `[relay]`: sending. Times are milliseconds.
public struct RelaySettings: Sendable, Equatable {
  /// What the senders of mails are told about them.
  public var senderNotices = SenderNotices.always
  /// Waits after the first, second … temporary refusal; when they are used up the message failed.
  public var retryDelaysMilliseconds: [Int64] = [60_000, 300_000, 900_000]
  /// The wait for a connection with TLS and login.
  public var connectTimeoutMilliseconds: Int64 = 60_000
  /// The wait for a reply to MAIL and RCPT.
  public var commandTimeoutMilliseconds: Int64 = 300_000
  /// The wait for the reply to the final dot.
  public var dataTimeoutMilliseconds: Int64 = 600_000
  /// How long an unused connection is kept.
  public var idleTimeMilliseconds: Int64 = 30_000
  /// How often the queue is looked at when nothing wakes the relay.
  public var tickMilliseconds: Int64 = 1000
  /// The most connections to all accounts at once.
  public var maxConnections = 100

  /// The defaults.
  public init() {}
}

/// What the sender of a mail, its reverse-path, is told about it with a delivery status notification (RFC 3464).
public enum SenderNotices: String, Sendable, Codable, CaseIterable {
  /// What NOTIFY asks for, and without NOTIFY failures of mails that are no step of a sequence.
  case always
  /// Only what NOTIFY asks for.
  case asked
  /// Nothing.
  case never
}

/// `[outgoing]`: what the mail that leaves says of itself.
public struct OutgoingSettings: Sendable, Equatable {
  /// Whether mails get List-Unsubscribe, unless their account or sequence says otherwise.
  public var listUnsubscribe = false
  /// The address of its mailto form; empty is the account's own, if that is watched.
  public var unsubscribeAddress = ""
  /// What its HTTPS form begins with, before the token; empty is none.
  public var unsubscribeUrl = ""
  /// The sender in Feedback-ID; empty writes none.
  public var feedbackId = ""

  /// The defaults.
  public init() {}
}

/// `[poller]`: watching mailboxes. Times are milliseconds, sizes bytes.
public struct PollerSettings: Sendable, Equatable {
  /// How often a mailbox is looked at when its server has no IDLE, or `idle` is off.
  public var intervalMilliseconds: Int64 = 60_000
  /// Whether IDLE is used where it is offered.
  public var idle = true
  /// How long one IDLE lasts before it is given again.
  public var idleRenewalMilliseconds: Int64 = 540_000
  /// How often Junk and Sent are looked at, which nobody pushes.
  public var foldersIntervalMilliseconds: Int64 = 300_000
  /// The most of a mail that is fetched; the rest of a larger mail stays unread.
  public var maxMailSize = 1 << 20
  /// The wait for a connection with TLS and login.
  public var connectTimeoutMilliseconds: Int64 = 60_000
  /// The wait for a reply.
  public var commandTimeoutMilliseconds: Int64 = 60_000
  /// The longest rest after failures.
  public var maxBackoffMilliseconds: Int64 = 900_000
  /// How long a message of unknown fate waits for its copy to appear in the account's Sent or All folder.
  public var sentCopyWaitMilliseconds: Int64 = 300_000

  /// The defaults.
  public init() {}
}

/// `[workspace]`: the default workspace.
public struct WorkspaceSettings: Sendable, Equatable {
  /// IANA name of the zone of days, windows and tables.
  public var zone = "UTC"
  /// Credits of a day; 0 is no limit.
  public var dailyCredits = 0
  /// Least time between two mails to one person; 0 is none.
  public var contactCooldownMilliseconds: Int64 = 0
  /// The most mails to one person in 24 hours; 0 is no limit.
  public var contactDailyLimit = 0
  /// The most mails to one person in `contactLimitPeriodMilliseconds`; 0 is no limit.
  public var contactLimit = 0
  /// The stretch of time of `contactLimit`.
  public var contactLimitPeriodMilliseconds: Int64 = 604_800_000

  /// What keeps a person from getting too much, as the store keeps it.
  public var contactLimits: ContactLimits {
    ContactLimits(
      cooldownMilliseconds: contactCooldownMilliseconds, limit: contactLimit,
      periodMilliseconds: contactLimitPeriodMilliseconds, dailyLimit: contactDailyLimit)
  }

  /// The defaults.
  public init() {}
}

/// How much mail one person gets at the most.
public struct ContactLimits: Sendable, Equatable, Codable {
  /// Least time between two mails; 0 is none.
  public var cooldownMilliseconds: Int64
  /// The most mails in `periodMilliseconds`; 0 is no limit.
  public var limit: Int
  /// The stretch of time of `limit`.
  public var periodMilliseconds: Int64
  /// The most mails in 24 hours; 0 is no limit.
  public var dailyLimit: Int

  enum CodingKeys: String, CodingKey {
    case limit
    case dailyLimit = "daily_limit"
    case cooldownMilliseconds = "cooldown_milliseconds"
    case periodMilliseconds = "period_milliseconds"
  }

  /// Limits; by default none.
  public init(cooldownMilliseconds: Int64 = 0, limit: Int = 0, periodMilliseconds: Int64 = 0, dailyLimit: Int = 0) {
    self.dailyLimit = dailyLimit
    self.cooldownMilliseconds = cooldownMilliseconds
    self.limit = limit
    self.periodMilliseconds = periodMilliseconds
  }

  /// What an older version did not store has its default.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      cooldownMilliseconds: try values.decode(Int64.self, forKey: .cooldownMilliseconds),
      limit: try values.decode(Int.self, forKey: .limit),
      periodMilliseconds: try values.decode(Int64.self, forKey: .periodMilliseconds),
      dailyLimit: try values.decodeIfPresent(Int.self, forKey: .dailyLimit) ?? 0)
  }

  /// Whether there is anything to look at.
  public var isNone: Bool { cooldownMilliseconds <= 0 && limit <= 0 && dailyLimit <= 0 }
}

/// `[sequences]`: what holds for a sequence that does not say otherwise.
public struct SequenceDefaults: Sendable, Equatable {
  /// What an answer does.
  public var onReply = SequenceReaction.stop
  /// What a hard bounce does.
  public var onBounce = SequenceReaction.stop
  /// What an out-of-office answer that names the day of return does.
  public var onAway = AwayReaction.continue
  /// When its mails may go; nil is always.
  public var window: WindowSettings?
  /// What its mails must have before they go.
  public var compliance = ComplianceSettings.usual
  /// What becomes of people another sequence wrote to lately.
  public var duplicates = DuplicateSettings()

  /// The defaults.
  public init() {}
}

/// `[campaigns]`: recurring runs that find contacts.
public struct CampaignSettings: Sendable, Equatable {
  /// Where the files of CSV sources are; relative to `server.data_dir`.
  public var folder = "campaigns"

  /// The defaults.
  public init() {}
}

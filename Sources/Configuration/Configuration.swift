// Reads the daemon's configuration. Each section's function names its keys once, with type, default and bounds.
import Foundation

extension Configuration {
  /// Reads a TOML text. Every error comes with line and column; all of them are reported together, in order.
  /// `fileExists` is asked for every certificate and key the file names, as it is written there.
  public static func parse(
    toml: String, file: String, fileExists: @escaping (String) -> Bool = { _ in true }
  ) -> Result<Configuration, ConfigurationErrors> {
    read(toml: toml, file: file, fileExists: fileExists).result
  }

  /// Whether a zone is in the tz database.
  static func zoneIsKnown(_ name: String) -> Bool { TimeZone(identifier: name) != nil }

  /// The result, and every key that was asked for, by section.
  static func read(
    toml: String, file: String, fileExists: @escaping (String) -> Bool = { _ in true }
  ) -> (result: Result<Configuration, ConfigurationErrors>, keys: [String: [String]]) {
    switch TOMLDocument.parse(toml, file: file) {
    case .failure(let error): return (.failure(.init([error])), [:])
    case .success(let root):
      let reader = FileReader(file: file, zoneIsKnown: zoneIsKnown, fileExists: fileExists)
      let configuration = Configuration(SectionReader(root, path: "", reader: reader))
      let errors = reader.sortedErrors
      return (errors.isEmpty ? .success(configuration) : .failure(.init(errors)), reader.knownKeys)
    }
  }

  private init(_ root: SectionReader) {
    self.init()
    server = ServerSettings(root.section("server"))
    let listeners = root.sections("listener")
    // Without a listener in the file the keys are still asked for, so that their names and defaults are known.
    self.listeners =
      listeners.isEmpty ? [ListenerSettings(root.section(none: "listener"))] : listeners.map(ListenerSettings.init)
    intake = IntakeSettings(root.section("intake"))
    store = StoreSettings(root.section("store"))
    relay = RelaySettings(root.section("relay"))
    outgoing = OutgoingSettings(root.section("outgoing"))
    poller = PollerSettings(root.section("poller"))
    workspace = WorkspaceSettings(root.section("workspace"))
    sequences = SequenceDefaults(root.section("sequences"))
    campaigns = CampaignSettings(root.section("campaigns"))
    oauth = OAuthSettings(root.section("oauth"))
    oauthGoogle = OAuthClient(root.section("oauth_google"), default: .google)
    oauthMicrosoft = OAuthClient(root.section("oauth_microsoft"), default: .microsoft)
    dns = DNSSettings(root.section("dns"))
    discovery = DiscoverySettings(root.section("discovery"))
    root.finish()
    if root.reader.errors.isEmpty { refuseSameListeners(listeners) }
  }

  private func refuseSameListeners(_ sections: [SectionReader]) {
    var seen: Set<String> = []
    for (listener, section) in zip(listeners, sections) where listener.port != 0 {
      if !seen.insert("\(listener.address) \(listener.port)").inserted {
        section.fail(key: "port", "port: another [[listener]] is already on \(listener.address) port \(listener.port)")
      }
    }
  }
}

extension ServerSettings {
  init(_ section: SectionReader) {
    self.init()
    hostname = section.string("hostname", default: hostname, check: Check.domain)
    dataDir = section.string("data_dir", default: dataDir, check: Check.path)
    keyFile = section.string("key_file", default: keyFile, check: Check.path)
    previousKeyFiles = section.strings("previous_key_files", default: previousKeyFiles, check: Check.path)
    spoolDir = section.string("spool_dir", default: spoolDir, check: Check.path)
    spoolAccess = section.choice("spool_access", default: spoolAccess)
    controlSocket = section.string("control_socket", default: controlSocket, check: Check.socketPath)
    logLevel = section.choice("log_level", default: logLevel)
    loops = section.integer("loops", default: loops, in: 0...256)
    drainTimeoutMilliseconds = section.duration("drain_timeout", default: drainTimeoutMilliseconds)
    section.finish()
  }
}

extension ListenerSettings {
  init(_ section: SectionReader) {
    self.init()
    address = section.string("address", default: address, check: Check.address4or6)
    port = section.integer("port", default: port, in: 0...65535)
    tls = section.choice("tls", default: tls)
    certificate = section.optionalFile("certificate")
    key = section.optionalFile("key")
    authWithoutTLS = section.boolean("auth_without_tls", default: authWithoutTLS)
    bareNewlines = section.choice("bare_newlines", default: bareNewlines)
    authMechanisms = section.strings("auth_mechanisms", default: authMechanisms) {
      ListenerSettings().authMechanisms.contains($0)
        ? nil : "\"\($0)\" is not one of PLAIN, LOGIN, SCRAM-SHA-256, OAUTHBEARER"
    }
    trustedNetworks = section.strings("trusted_networks", default: trustedNetworks, check: Check.network)
    proxyNetworks = section.strings("proxy_networks", default: proxyNetworks, check: Check.network)
    xclientNetworks = section.strings("xclient_networks", default: xclientNetworks, check: Check.network)
    section.finish()
    if tls != .none {
      for (name, value) in [("certificate", certificate), ("key", key)] where value == nil && !section.has(name) {
        section.fail(key: "tls", "tls = \"\(tls.rawValue)\" needs the key \"\(name)\" with a PEM file")
      }
    }
  }
}

extension IntakeSettings {
  init(_ section: SectionReader) {
    self.init()
    maxMessageSize = section.size("max_message_size", default: maxMessageSize, atLeast: "64KiB")
    // RFC 5321 §4.5.3.1.8: a server must be able to take 100 recipients; fewer is for closed systems.
    maxRecipients = section.integer("max_recipients", default: maxRecipients, in: 1...100_000)
    maxConnections = section.integer("max_connections", default: maxConnections, in: 1...100_000)
    maxConnectionsPerAddress = section.integer(
      "max_connections_per_address", default: maxConnectionsPerAddress, in: 1...100_000)
    maxMailsPerSession = section.integer("max_mails_per_session", default: maxMailsPerSession, in: 0...1_000_000_000)
    maxHeaderSize = section.size("max_header_size", default: maxHeaderSize, atLeast: "4KiB")
    maxHeaderFields = section.integer("max_header_fields", default: maxHeaderFields, in: 10...100_000)
    maxMimeParts = section.integer("max_mime_parts", default: maxMimeParts, in: 2...1000)
    // RFC 5321 §4.5.3.1.4: 512 octets, and more by extensions (RFC 4954 §4: 12288 for AUTH).
    maxCommandLine = section.integer("max_command_line", default: maxCommandLine, in: 512...65536)
    maxReceived = section.integer("max_received", default: maxReceived, in: 1...1000)
    receivedShowsClient = section.boolean("received_shows_client", default: receivedShowsClient)
    maxErrors = section.integer("max_errors", default: maxErrors, in: 1...1000)
    maxCommandsWithoutMail = section.integer(
      "max_commands_without_mail", default: maxCommandsWithoutMail, in: 10...1_000_000)
    maxLoginFailures = section.integer("max_login_failures", default: maxLoginFailures, in: 1...100)
    loginFailureDelayMilliseconds = section.duration("login_failure_delay", default: loginFailureDelayMilliseconds)
    loginBanByAddress = section.integer("login_ban_by_address", default: loginBanByAddress, in: 0...1_000_000)
    loginBanByName = section.integer("login_ban_by_name", default: loginBanByName, in: 0...1_000_000)
    loginBanTimeMilliseconds = section.duration("login_ban_time", default: loginBanTimeMilliseconds, atLeast: "1s")
    minDataRate = section.size("min_data_rate", default: minDataRate, atLeast: "0B")
    commandTimeoutMilliseconds = section.duration("command_timeout", default: commandTimeoutMilliseconds, atLeast: "1s")
    dataTimeoutMilliseconds = section.duration("data_timeout", default: dataTimeoutMilliseconds, atLeast: "1s")
    messageTimeoutMilliseconds = section.duration("message_timeout", default: messageTimeoutMilliseconds, atLeast: "1s")
    handshakeTimeoutMilliseconds = section.duration(
      "handshake_timeout", default: handshakeTimeoutMilliseconds, atLeast: "1s")
    maxBufferMemory = section.size("max_buffer_memory", default: maxBufferMemory, atLeast: "1MiB")
    maxFutureReleaseMilliseconds = section.duration("max_future_release", default: maxFutureReleaseMilliseconds)
    idempotencyWindowMilliseconds = section.duration(
      "idempotency_window", default: idempotencyWindowMilliseconds, atLeast: "1s")
    section.finish()
  }
}

extension StoreSettings {
  init(_ section: SectionReader) {
    self.init()
    path = section.string("path", default: path, check: Check.path)
    diskWatermark = section.size("disk_watermark", default: diskWatermark, atLeast: "0")
    readers = section.integer("readers", default: readers, in: 1...64)
    mailLogSize = section.size("mail_log_size", default: mailLogSize, atLeast: "0")
    section.finish()
  }
}

extension RelaySettings {
  init(_ section: SectionReader) {
    self.init()
    senderNotices = section.choice("sender_notices", default: senderNotices)
    retryDelaysMilliseconds = section.durations("retry_delays", default: retryDelaysMilliseconds)
    connectTimeoutMilliseconds = section.duration("connect_timeout", default: connectTimeoutMilliseconds, atLeast: "1s")
    commandTimeoutMilliseconds = section.duration("command_timeout", default: commandTimeoutMilliseconds, atLeast: "1s")
    dataTimeoutMilliseconds = section.duration("data_timeout", default: dataTimeoutMilliseconds, atLeast: "1s")
    idleTimeMilliseconds = section.duration("idle_time", default: idleTimeMilliseconds)
    tickMilliseconds = section.duration("tick", default: tickMilliseconds, atLeast: "10ms")
    maxConnections = section.integer("max_connections", default: maxConnections, in: 1...10_000)
    section.finish()
  }
}

extension OutgoingSettings {
  init(_ section: SectionReader) {
    self.init()
    listUnsubscribe = section.boolean("list_unsubscribe", default: listUnsubscribe)
    unsubscribeAddress = section.string("unsubscribe_address", default: unsubscribeAddress) {
      $0.isEmpty ? nil : Check.address($0)
    }
    unsubscribeUrl = section.string("unsubscribe_url", default: unsubscribeUrl) { $0.isEmpty ? nil : Check.https($0) }
    feedbackId = section.string("feedback_id", default: feedbackId) { $0.isEmpty ? nil : Check.feedbackSender($0) }
    section.finish()
  }
}

extension PollerSettings {
  init(_ section: SectionReader) {
    self.init()
    intervalMilliseconds = section.duration("interval", default: intervalMilliseconds, atLeast: "100ms")
    idle = section.boolean("idle", default: idle)
    idleRenewalMilliseconds = section.duration("idle_renewal", default: idleRenewalMilliseconds, atLeast: "1s")
    foldersIntervalMilliseconds = section.duration(
      "folders_interval", default: foldersIntervalMilliseconds, atLeast: "1s")
    maxMailSize = section.size("max_mail_size", default: maxMailSize, atLeast: "16KiB")
    connectTimeoutMilliseconds = section.duration("connect_timeout", default: connectTimeoutMilliseconds, atLeast: "1s")
    commandTimeoutMilliseconds = section.duration("command_timeout", default: commandTimeoutMilliseconds, atLeast: "1s")
    maxBackoffMilliseconds = section.duration("max_backoff", default: maxBackoffMilliseconds, atLeast: "1s")
    sentCopyWaitMilliseconds = section.duration("sent_copy_wait", default: sentCopyWaitMilliseconds)
    section.finish()
  }
}

extension WorkspaceSettings {
  init(_ section: SectionReader) {
    self.init()
    zone = section.zone("zone", default: zone)
    dailyCredits = section.integer("daily_credits", default: dailyCredits, in: 0...1_000_000_000)
    contactCooldownMilliseconds = section.duration("contact_cooldown", default: contactCooldownMilliseconds)
    contactDailyLimit = section.integer("contact_daily_limit", default: contactDailyLimit, in: 0...1_000_000)
    contactLimit = section.integer("contact_limit", default: contactLimit, in: 0...1_000_000)
    contactLimitPeriodMilliseconds = section.duration(
      "contact_limit_period", default: contactLimitPeriodMilliseconds, atLeast: "1s")
    section.finish()
  }
}

extension CampaignSettings {
  init(_ section: SectionReader) {
    self.init()
    folder = section.string("folder", default: folder, check: Check.path)
    section.finish()
  }
}

extension SequenceDefaults {
  init(_ section: SectionReader) {
    self.init()
    onReply = section.choice("on_reply", default: onReply)
    onBounce = section.choice("on_bounce", default: onBounce)
    onAway = section.choice("on_away", default: onAway)
    window = section.optionalSection("window").map(WindowSettings.init)
    compliance = section.optionalSection("compliance").map { ComplianceSettings($0).over(compliance) } ?? compliance
    duplicates = section.optionalSection("duplicates").map(DuplicateSettings.init) ?? duplicates
    section.finish()
  }
}

// Reads an apply file: what `postern apply FILE…` makes true.

extension Provision {
  /// Reads a TOML text. Every error comes with line and column; all of them are reported together, in order.
  /// `fileExists` is asked for every CA file, as it is written there.
  public static func parse(
    toml: String, file: String, fileExists: @escaping (String) -> Bool = { _ in true }
  ) -> Result<Provision, ConfigurationErrors> {
    switch TOMLDocument.parse(toml, file: file) {
    case .failure(let error): return .failure(.init([error]))
    case .success(let root):
      let reader = FileReader(
        file: file, toml: toml, zoneIsKnown: Configuration.zoneIsKnown, fileExists: fileExists)
      var provision = Provision(SectionReader(root, path: "", reader: reader))
      provision.places = reader.places
      let errors = reader.sortedErrors
      return errors.isEmpty ? .success(provision) : .failure(.init(errors))
    }
  }

  private init(_ root: SectionReader) {
    let accounts = root.sections("account")
    let pools = root.sections("pool")
    let submitters = root.sections("submitter")
    let sequences = root.sections("sequence")
    let suppressions = root.sections("suppression")
    let templates = root.sections("template")
    let snippets = root.sections("snippet")
    let segments = root.sections("segment")
    let campaigns = root.sections("campaign")
    root.finish()
    self.init(
      accounts: accounts.map(AccountEntry.init), pools: pools.map(PoolEntry.init),
      submitters: submitters.map(SubmitterEntry.init), sequences: sequences.map(SequenceEntry.init),
      suppressions: suppressions.map(SuppressionEntry.init), templates: templates.map(TemplateEntry.init),
      snippets: snippets.map(SnippetEntry.init), segments: segments.map(SegmentEntry.init),
      campaigns: campaigns.map(CampaignEntry.init))
    guard root.reader.errors.isEmpty else { return }
    refuseSame(accounts, self.accounts.map(\.settings.address), key: "address")
    refuseSame(pools, self.pools.map { "\($0.workspace) \($0.name)" }, key: "name")
    refuseSame(submitters, self.submitters.map(\.login), key: "login")
    refuseSame(sequences, self.sequences.map { "\($0.workspace) \($0.key)" }, key: "key")
    refuseSame(templates, self.templates.map { "\($0.workspace) \($0.key)" }, key: "key")
    refuseSame(snippets, self.snippets.map { "\($0.workspace) \($0.key)" }, key: "key")
    refuseSame(segments, self.segments.map { "\($0.workspace) \($0.name)" }, key: "name")
    refuseSame(campaigns, self.campaigns.map { "\($0.workspace) \($0.key)" }, key: "key")
    refuseSame(suppressions, self.suppressions.map { "\($0.workspace) \($0.value)" }, key: "address")
  }

  private func refuseSame(_ sections: [SectionReader], _ identities: [String], key: String) {
    var seen: Set<String> = []
    for (section, identity) in zip(sections, identities) where !identity.isEmpty {
      if !seen.insert(identity.lowercased()).inserted {
        section.fail(key: key, "the same \(section.path) stands twice in this file")
      }
    }
  }
}

extension AccountEntry {
  init(_ section: SectionReader) {
    settings = AccountSettings(section)
    secret = section.secret()
    section.finish()
    if settings.oauth != nil, secret != nil {
      section.fail(key: "oauth", "oauth: an account logs in with tokens or with a password, not with both")
    }
    if settings.oauth != nil, [settings.smtp, settings.imap].contains(where: { $0?.tls == RemoteTLS.none }) {
      section.fail(
        key: "oauth", "oauth: a token goes only over TLS (RFC 6750 section 5.3); tls = \"none\" does not fit")
    }
    guard secret != nil else { return }
    for (key, server) in [("smtp", Optional(settings.smtp)), ("imap", settings.imap)] {
      guard let server, let complaint = server.complaintOfPassword else { continue }
      section.section(key).fail(key: "tls", "\(key).tls: \(complaint)")
    }
  }
}

extension RemoteServer {
  /// What is wrong with sending a password to it; nil is nothing.
  public var complaintOfPassword: String? {
    guard tls == .none, !isLoopback else { return nil }
    return
      "a password goes to another machine only over TLS (RFC 8314 section 3), and tls = \"none\" would show it to everybody on the way to \(host)"
  }

  /// Whether it is this machine: RFC 6761 section 6.3, RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.3.
  private var isLoopback: Bool {
    let host = host.lowercased()
    if host == "localhost" || host.hasSuffix(".localhost") || host == "::1" || host == "[::1]" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }
}

extension SectionReader {
  /// At most one of `password`, `password_file` and `password_env`.
  func secret() -> SecretSource? {
    let given = [
      optionalString("password", check: Check.filled).map(SecretSource.literal),
      optionalString("password_file", check: Check.path).map(SecretSource.file),
      optionalString("password_env", check: Check.filled).map(SecretSource.environment),
    ].compactMap { $0 }
    if given.count > 1 { fail(key: "password", "give only one of password, password_file and password_env") }
    return given.first
  }
}

extension AccountSettings {
  init(_ section: SectionReader) {
    let address = section.requiredString("address", check: Check.address)
    let smtp = RemoteServer(section.section("smtp"), ports: (.implicit, 465), (.starttls, 587), (.none, 25))
    self.init(address: address, smtp: smtp)
    if !section.has("smtp") { section.fail(key: "smtp", "missing section \"smtp\" in \(section.spoken)") }
    imap = section.optionalSection("imap").map {
      RemoteServer($0, ports: (.implicit, 993), (.starttls, 143), (.none, 143))
    }
    displayName = section.optionalString("display_name", check: Check.oneLine)
    workspace = section.string("workspace", default: workspace, check: Check.name)
    oauth = section.optionalChoice("oauth")
    caFile = section.optionalFile("ca_file")
    proxy = section.optionalString("proxy", check: Check.proxy)
    zone = section.optionalZone("zone")
    dailyLimit = section.optionalInteger("daily_limit", in: 0...10_000_000)
    limitMode = section.choice("limit_mode", default: limitMode)
    hourlyLimit = section.optionalInteger("hourly_limit", in: 0...10_000_000)
    minuteLimit = section.optionalInteger("minute_limit", in: 0...10_000_000)
    newContactsLimit = section.optionalInteger("new_contacts_limit", in: 0...10_000_000)
    recipientDomainLimit = section.optionalInteger("recipient_domain_limit", in: 0...10_000_000)
    minimumGapMilliseconds = section.duration("minimum_gap", default: minimumGapMilliseconds)
    minimumGapJitterMilliseconds = section.duration("minimum_gap_jitter", default: minimumGapJitterMilliseconds)
    connections = section.integer("connections", default: connections, in: 1...100)
    warmup = section.optionalSection("warmup").map(WarmupSettings.init)
    window = section.optionalSection("window").map(WindowSettings.init)
    onUnknown = section.choice("on_unknown", default: onUnknown)
    listUnsubscribe = section.optionalBoolean("list_unsubscribe")
    pollIntervalMilliseconds = section.optionalDuration("poll_interval", atLeast: "100ms")
    moveBouncesTo = section.optionalString("move_bounces_to", check: Check.oneLine)
    weight = section.integer("weight", default: weight, in: 1...1_000_000)
    pools = section.strings("pools", default: pools, check: Check.name)
  }
}

extension RemoteServer {
  /// The port follows from TLS (RFC 8314 §7.3, RFC 6409, RFC 9051) unless it is given.
  init(_ section: SectionReader, ports: (tls: RemoteTLS, port: Int)...) {
    self.init(host: section.node == nil ? "" : section.requiredString("host", check: Check.host), port: 0)
    tls = section.choice("tls", default: tls)
    port = section.integer("port", default: ports.first { $0.tls == tls }?.port ?? 0, in: 1...65535)
    user = section.optionalString("user", check: Check.oneLine)
    section.finish()
  }
}

extension WarmupSettings {
  init(_ section: SectionReader) {
    self.init()
    start = section.integer("start", default: start, in: 0...1_000_000)
    step = section.integer("step", default: step, in: 0...1_000_000)
    curve = section.integers("curve", in: 0...10_000_000)
    section.finish()
    if curve != nil, section.has("start") || section.has("step") {
      section.fail(key: "curve", "curve: give either a curve or start and step")
    }
    if curve == [] { section.fail(key: "curve", "curve: must hold at least one number") }
  }
}

extension WindowSettings {
  init(_ section: SectionReader) { self.init(section, default: WindowSettings()) }

  init(_ section: SectionReader, default wanted: WindowSettings) {
    self = wanted
    let names = Weekday.allCases.map(\.rawValue)
    let days = section.strings("days", default: days.map(\.rawValue)) { day in
      names.contains(day) ? nil : "\"\(day)\" is no day; write \(names.joined(separator: ", "))"
    }
    self.days = Weekday.allCases.filter { days.contains($0.rawValue) }
    if section.has("days"), days.isEmpty { section.fail(key: "days", "days: must hold at least one day") }
    spans = section.strings("spans", default: spans)
    if let complaint = Check.spans(spans) { section.fail(key: "spans", "spans: \(complaint)") }
    zone = section.optionalZone("zone")
    closedDates = section.strings("closed_dates", default: closedDates, check: Check.date)
    spread = section.choice("spread", default: spread)
    section.finish()
  }
}

extension PoolEntry {
  init(_ section: SectionReader) {
    self.init(name: section.requiredString("name", check: Check.name))
    workspace = section.string("workspace", default: workspace, check: Check.name)
    rotation = section.choice("rotation", default: rotation)
    prefersSameProvider = section.boolean("prefer_same_provider", default: prefersSameProvider)
    section.finish()
  }
}

extension SubmitterEntry {
  init(_ section: SectionReader) {
    self.init(login: section.requiredString("login", check: Check.name))
    workspace = section.string("workspace", default: workspace, check: Check.name)
    pools = section.strings("pools", default: pools, check: Check.name)
    from = section.strings("from", default: from) { text in
      text.hasPrefix("@") ? Check.domain(String(text.dropFirst())) : Check.address(text)
    }
    keepFrom = section.boolean("keep_from", default: keepFrom)
    let password = section.secret()
    let hash = section.optionalString("password_hash") {
      $0.hasPrefix("$argon2id$") ? nil : "must be an Argon2id hash like \"$argon2id$v=19$…\""
    }
    if password != nil, hash != nil {
      section.fail(key: "password_hash", "password_hash: give either a password or its hash")
    }
    secret = hash.map(SubmitterSecret.hash) ?? password.map(SubmitterSecret.password)
    section.finish()
  }
}

extension SuppressionEntry {
  init(_ section: SectionReader) {
    let address = section.optionalString("address", check: Check.address)
    let domain = section.optionalString("domain", check: Check.domain)
    let hash = section.optionalString("sha256", check: Check.sha256)
    if ["address", "domain", "sha256"].count(where: section.has) != 1 {
      section.fail(key: "domain", "a suppression needs either an address, a domain or a sha256")
    }
    self.init(value: (address ?? domain ?? hash.map { "sha256:" + $0 } ?? "").lowercased())
    reason = section.string("reason", default: reason, check: Check.oneLine)
    workspace = section.string("workspace", default: workspace) { $0 == "*" ? nil : Check.name($0) }
    section.finish()
  }
}

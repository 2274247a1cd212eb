// `account add`: what is not said comes from the table of providers, or from what the address's domain says of itself.
import Configuration
import Foundation

extension Verb {
  static let addAccountVerb = Verb(
    words: ["account", "add"], summary: "add a mailbox, or change one", parameters: [Parameter(name: "ADDRESS")],
    options: [
      Option(
        long: "smtp", value: "HOST", help: "the server that sends its mail (else it is looked for by the address)"),
      Option(long: "smtp-tls", value: "HOW", help: "implicit (default), starttls or none"),
      Option(long: "imap", value: "HOST", help: "the server its mail is read from"),
      Option(long: "imap-tls", value: "HOW", help: "implicit (default), starttls or none"),
      Option(
        long: "provider", value: "NAME", help: "take the servers of this provider, like google-workspace or sendgrid"),
      Option(long: "trust-dns", help: "take servers outside of the domain that only its SRV records name"),
      Option(long: "user", value: "NAME", help: "the login, when it is not the address"),
      Option(long: "password-file", value: "FILE", help: "its first line is the password; - is stdin"),
      Option(long: "password-env", value: "NAME", help: "the environment variable with the password"),
      Option(long: "oauth", value: "PROVIDER", help: "log in with tokens of google or microsoft"),
      Option(long: "name", value: "TEXT", help: "the name beside the address in From"),
      Option(long: "daily-limit", value: "N", help: "sends a day"),
      Option(long: "hourly-limit", value: "N", help: "sends an hour"),
      Option(long: "minimum-gap", value: "TIME", help: "least time between two sends, like 90s"),
      Option(long: "pool", value: "NAME", help: "a pool it is in", repeats: true),
      Option(long: "zone", value: "ZONE", help: "the zone of its day, like Europe/Berlin"),
      Option(long: "ca-file", value: "FILE", help: "the CA of own servers"),
      Option(long: "proxy", value: "URL", help: "like socks5h://127.0.0.1:1080"),
    ],
    notes: """
      HOST may be followed by :PORT. Without --smtp the servers, and the limits that the provider documents, are looked for: in
      the table of providers, by the domain and by its MX, in the domain's autoconfig, in its SRV records (RFC 6186).
      A password is never taken from the command line, where others can read it. Without one, accounts of Google and Microsoft
      log in with OAuth: `postern account authorize ADDRESS`.
      Of a mailbox that is there already only what is said changes; --provider has its servers and limits looked for anew.
      """,
    run: addAccount)

  /// Written as an apply file and read back, so that every value is checked in one place; what there is already is changed
  /// by what was said.
  private static func addAccount(_ call: Invocation) throws(Failure) {
    let address = call.positional[0]
    // Before anybody is asked: the flags for themselves, whatever servers they are for.
    _ = try call.parsed(try written(call, .null, smtp: RemoteServer(host: "localhost", port: 465), imap: nil))
    let stored = try storedSettings(address, call)
    let isSought = !call.has("smtp") && (stored == nil || call.has("provider"))
    let found = isSought ? try discovered(address, call) : JSONValue.null
    let toml = try written(call, found, isNew: stored == nil, smtp: stored?.smtp, imap: stored?.imap)
    var provision = try call.parsed(toml)
    if let stored { provision.accounts = provision.accounts.map { $0.changed(from: stored, call, found) } }
    try call.apply(provision)
    guard !call.wantsJSON else { return }
    call.say("account \(address) is \(stored == nil ? "set" : "changed")")
    if found != .null { tell(found, call) }
    if provision.accounts.first?.settings.oauth != nil, stored?.oauth == nil {
      call.say("now let its owner agree: postern account authorize \(address)")
    } else {
      call.say("now try it: postern account test \(address)")
    }
  }

  /// The account as an apply file has it; `smtp` and `imap` are its servers where nothing else names them.
  private static func written(
    _ call: Invocation, _ found: JSONValue, isNew: Bool = true, smtp: RemoteServer?, imap: RemoteServer?
  ) throws(Failure) -> String {
    var toml = "[[account]]\naddress = \(tomlText(call.positional[0]))\n"
    for (option, key) in [
      ("name", "display_name"), ("minimum-gap", "minimum_gap"), ("zone", "zone"), ("ca-file", "ca_file"),
      ("proxy", "proxy"), ("password-file", "password_file"), ("password-env", "password_env"),
    ] {
      if let value = call.value(option) { toml += "\(key) = \(tomlText(value))\n" }
    }
    let hasPassword = call.has("password-file") || call.has("password-env")
    let oauth = call.value("oauth") ?? (hasPassword || !isNew ? nil : found["oauth"].string)
    if let oauth { toml += "oauth = \(tomlText(oauth))\n" }
    for (option, key) in [("daily-limit", "daily_limit"), ("hourly-limit", "hourly_limit")] {
      let given = try call.number(option, in: 0...10_000_000).map(Int64.init)
      if let value = given ?? found[key].int { toml += "\(key) = \(value)\n" }
    }
    // What the provider calls a day goes with the provider's number.
    if !call.has("daily-limit"), let mode = found["limit_mode"].string { toml += "limit_mode = \(tomlText(mode))\n" }
    if let value = found["minute_limit"].int { toml += "minute_limit = \(value)\n" }
    if let pools = call.values["pool"] { toml += "pools = [\(pools.map(tomlText).joined(separator: ", "))]\n" }
    return toml + server("smtp", found, call, before: smtp) + server("imap", found, call, before: imap)
  }

  /// The settings of an account that is there already.
  private static func storedSettings(_ address: String, _ call: Invocation) throws(Failure) -> AccountSettings? {
    struct Shown: Decodable { var settings: AccountSettings }
    let bytes: [UInt8]
    do throws(Failure) {
      bytes = try call.ask("GET", "/accounts/\(address)")
    } catch {
      guard error.reason == "not_found" else { throw error }
      return nil
    }
    if JSONValue.read(bytes)?["settings"] == .null { return nil }
    guard let shown = try? JSONDecoder().decode(Shown.self, from: Data(bytes)) else {
      throw Failure(ExitCode.software, "postern: the daemon's answer is no account")
    }
    // Settings that cannot be read have no host; such an account is set anew.
    return shown.settings.smtp.host.isEmpty ? nil : shown.settings
  }

  /// A table of the apply file; nothing when neither the caller, the search nor what was `before` names that side.
  private static func server(_ side: String, _ found: JSONValue, _ call: Invocation, before: RemoteServer?) -> String {
    var lines: [String] = []
    var tls = call.value("\(side)-tls")
    if let given = call.value(side) {
      let (host, port) = splitPort(given)
      lines.append("host = \(tomlText(host))")
      if let port { lines.append("port = \(port)") }
    } else if let host = found["\(side).host"].string {
      lines.append("host = \(tomlText(host))")
      if let port = found["\(side).port"].int { lines.append("port = \(port)") }
      tls = tls ?? found["\(side).tls"].string
    } else if let before {
      lines.append("host = \(tomlText(before.host))")
      // With another kind of TLS the port is the usual one of that.
      if tls ?? before.tls.rawValue == before.tls.rawValue { lines.append("port = \(before.port)") }
      tls = tls ?? before.tls.rawValue
    } else {
      return ""
    }
    if let tls { lines.append("tls = \(tomlText(tls))") }
    if let user = call.value("user") ?? found["user"].string ?? before?.user {
      lines.append("user = \(tomlText(user))")
    }
    return "[account.\(side)]\n" + lines.joined(separator: "\n") + "\n"
  }

  private static func discovered(_ address: String, _ call: Invocation) throws(Failure) -> JSONValue {
    let bytes = try call.ask(
      "GET", "/discovery", query: [("address", address), ("provider", call.value("provider"))])
    guard let found = JSONValue.read(bytes) else {
      throw Failure(ExitCode.software, "postern: the daemon's answer is no JSON")
    }
    let foreign = found["foreign_hosts"].items.compactMap(\.string)
    guard foreign.isEmpty || call.has("trust-dns") else {
      throw Failure(
        ExitCode.data,
        """
        postern: \(found["evidence"].plain)
        That is outside of the domain, and whoever can forge DNS would be sent the password (RFC 6186, section 6). If you know \
        \(foreign.joined(separator: " and ")) to be right, say --trust-dns, or name the servers with --smtp and --imap.
        """)
    }
    return found
  }

  private static func tell(_ found: JSONValue, _ call: Invocation) {
    func place(_ side: String) -> String? {
      guard let host = found["\(side).host"].string, !call.has(side) else { return nil }
      return "\(side) \(host):\(found["\(side).port"].plain) (\(found["\(side).tls"].plain))"
    }
    let places = ["smtp", "imap"].compactMap(place)
    call.say("found: \(places.joined(separator: ", ")): \(found["evidence"].plain)")
    let limits = [("daily_limit", "a day", "daily-limit"), ("minute_limit", "a minute", "")].compactMap {
      key, period, option in
      found[key].int.flatMap { option.isEmpty || !call.has(option) ? "\($0) \(period)" : nil }
    }
    if !limits.isEmpty { call.say("limits it documents, now set: \(limits.joined(separator: ", "))") }
    if let note = found["note"].string { call.say("note: \(note)") }
  }
}

extension AccountEntry {
  /// What there is, with what the caller said, or what was found because the caller asked for it, in its place.
  fileprivate func changed(from stored: AccountSettings, _ call: Invocation, _ found: JSONValue) -> AccountEntry {
    var entry = self
    var settings = stored
    let said = entry.settings
    settings.smtp = said.smtp
    settings.imap = said.imap
    if call.has("name") { settings.displayName = said.displayName }
    if call.has("minimum-gap") { settings.minimumGapMilliseconds = said.minimumGapMilliseconds }
    if call.has("zone") { settings.zone = said.zone }
    if call.has("ca-file") { settings.caFile = said.caFile }
    if call.has("proxy") { settings.proxy = said.proxy }
    if call.has("pool") { settings.pools = said.pools }
    if call.has("hourly-limit") { settings.hourlyLimit = said.hourlyLimit }
    if let limit = said.dailyLimit { settings.dailyLimit = limit }
    if found["limit_mode"].string != nil, !call.has("daily-limit") { settings.limitMode = said.limitMode }
    if let limit = said.minuteLimit { settings.minuteLimit = limit }
    // A password in the place of tokens, or the other way round; without either the login stays as it is.
    if said.oauth != nil || secret != nil { settings.oauth = said.oauth }
    entry.settings = settings
    return entry
  }
}

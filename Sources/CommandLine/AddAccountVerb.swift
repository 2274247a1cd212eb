// `account add`: what is not said comes from the table of providers, or from what the address's domain says of itself.
import Configuration

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
      """,
    run: addAccount)

  /// Written as an apply file and read back, so that every value is checked in one place.
  private static func addAccount(_ call: Invocation) throws(Failure) {
    let address = call.positional[0]
    let found = call.has("smtp") ? JSONValue.null : try discovered(address, call)
    let hasPassword = call.has("password-file") || call.has("password-env")
    let oauth = call.value("oauth") ?? (hasPassword ? nil : found["oauth"].string)
    var toml = "[[account]]\naddress = \(tomlText(address))\n"
    for (option, key) in [
      ("name", "display_name"), ("minimum-gap", "minimum_gap"), ("zone", "zone"), ("ca-file", "ca_file"),
      ("proxy", "proxy"), ("password-file", "password_file"), ("password-env", "password_env"),
    ] {
      if let value = call.value(option) { toml += "\(key) = \(tomlText(value))\n" }
    }
    if let oauth { toml += "oauth = \(tomlText(oauth))\n" }
    for (option, key) in [("daily-limit", "daily_limit"), ("hourly-limit", "hourly_limit")] {
      let given = try call.number(option, in: 0...10_000_000).map(Int64.init)
      if let value = given ?? found[key].int { toml += "\(key) = \(value)\n" }
    }
    if let value = found["minute_limit"].int { toml += "minute_limit = \(value)\n" }
    if let pools = call.values["pool"] { toml += "pools = [\(pools.map(tomlText).joined(separator: ", "))]\n" }
    for side in ["smtp", "imap"] { toml += server(side, found, call) }
    try call.apply(toml)
    guard !call.wantsJSON else { return }
    call.say("account \(address) is set")
    if found != .null { tell(found, call) }
    if oauth != nil {
      call.say("now let its owner agree: postern account authorize \(address)")
    } else {
      call.say("now try it: postern account test \(address)")
    }
  }

  /// A table of the apply file; nothing when neither the caller nor the search names that side.
  private static func server(_ side: String, _ found: JSONValue, _ call: Invocation) -> String {
    var lines: [String] = []
    if let given = call.value(side) {
      let (host, port) = splitPort(given)
      lines.append("host = \(tomlText(host))")
      if let port { lines.append("port = \(port)") }
      if let tls = call.value("\(side)-tls") { lines.append("tls = \(tomlText(tls))") }
    } else if let host = found["\(side).host"].string {
      lines.append("host = \(tomlText(host))")
      if let port = found["\(side).port"].int { lines.append("port = \(port)") }
      if let tls = call.value("\(side)-tls") ?? found["\(side).tls"].string { lines.append("tls = \(tomlText(tls))") }
    } else {
      return ""
    }
    if let user = call.value("user") ?? found["user"].string { lines.append("user = \(tomlText(user))") }
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

// `account`, `pool`, `submitter`, `suppress`: what is also made by `apply`.
import Configuration

extension Verb {
  static let accountVerbs: [Verb] = [
    Verb(words: ["account", "list"], summary: "list mailboxes") { (call: Invocation) throws(Failure) in
      try call.printList(
        try call.lines("/accounts"),
        [
          Column("ADDRESS", "address"), Column("STATE", "state"), Column("REASON", "reason"),
          Column("POOLS", "pools"), Column("TODAY", "sent_today", .number),
          Column("LIMIT", "settings.daily_limit", .number), Column("RESTS UNTIL", "rest_until", .time),
        ], empty: "no accounts")
    },
    Verb(
      words: ["account", "show"], summary: "show one mailbox with its settings",
      parameters: [Parameter(name: "ADDRESS")], run: showAccount),
    Verb(
      words: ["account", "health"], summary: "what to look at each morning: state, use of limits, last error",
      parameters: [Parameter(name: "ADDRESS", isRequired: false)], run: accountHealth),
    Verb(
      words: ["account", "test"], summary: "log in to both servers and say in plain words what is wrong",
      parameters: [Parameter(name: "ADDRESS")], run: testAccount),
    addAccountVerb, authorizeVerb,
    switchAccount("enable", "enabled", "let a mailbox send again"),
    switchAccount("disable", "disabled", "keep a mailbox from sending"),
    Verb(
      words: ["account", "remove"], summary: "remove a mailbox; what waits for it alone is held",
      parameters: [Parameter(name: "ADDRESS")]
    ) { (call: Invocation) throws(Failure) in
      _ = try call.object("DELETE", "/accounts/\(call.positional[0])")
      call.say("account \(call.positional[0]) removed")
    },
  ]

  private static func showAccount(_ call: Invocation) throws(Failure) {
    let account = try call.object("GET", "/accounts/\(call.positional[0])")
    guard !call.wantsJSON else { return }
    let facts = [
      Column("address", "address"), Column("name", "settings.display_name"), Column("workspace", "workspace"),
      Column("state", "state"), Column("reason", "reason"), Column("in words", "reason_text"),
      Column("rests until", "rest_until", .time), Column("rests because", "rest_reason"), Column("pools", "pools"),
      Column("smtp", "settings.smtp"), Column("imap", "settings.imap"), Column("password", "has_secret"),
      Column("authorization", "authorization"),
      Column("proxy", "settings.proxy"), Column("CA file", "settings.ca_file"), Column("zone", "settings.zone"),
      Column("daily limit", "settings.daily_limit"), Column("limit mode", "settings.limit_mode"),
      Column("hourly limit", "settings.hourly_limit"),
      Column("minute limit", "settings.minute_limit"), Column("new contacts a day", "settings.new_contacts_limit"),
      Column("a day to one domain", "settings.recipient_domain_limit"),
      Column("minimum gap", "settings.minimum_gap_milliseconds", .duration),
      Column("jitter of the gap", "settings.minimum_gap_jitter_milliseconds", .duration),
      Column("connections", "settings.connections"), Column("warmup", "settings.warmup"),
      Column("window", "settings.window"), Column("on unknown", "settings.on_unknown"),
      Column("bounces move to", "settings.move_bounces_to"),
      Column("weight", "settings.weight"), Column("sent today", "sent_today"), Column("added", "created_at", .time),
    ]
    call.shell.out(renderFacts(facts, of: account, zone: call.shell.zone))
    let folders = account["folders"].items
    guard !folders.isEmpty else { return }
    call.shell.out(
      "\n"
        + renderTable(
          [
            Column("FOLDER", "folder"), Column("READ TO UID", "last_uid"), Column("LEFT", "first_look_left"),
            Column("OF", "first_look_of"),
          ], folders, zone: call.shell.zone))
  }

  /// Also the end of `account authorize`.
  static func testAccount(_ call: Invocation) throws(Failure) {
    let answer = try call.object("POST", "/accounts/\(call.positional[0])/test")
    let sides = answer["sides"].items
    if !call.wantsJSON {
      call.shell.out(
        renderTable(
          [
            Column("SIDE", "side"), Column("SERVER", "server"), Column("RESULT", "result"), Column("WORDS", "text"),
          ], sides, zone: call.shell.zone))
    }
    if answer["ok"] != .boolean(true) { throw Failure(ExitCode.unavailable, "") }
  }

  private static func switchAccount(_ word: String, _ done: String, _ summary: String) -> Verb {
    Verb(words: ["account", word], summary: summary, parameters: [Parameter(name: "ADDRESS", repeats: true)]) {
      (call: Invocation) throws(Failure) in
      try call.each(call.positional) { address throws(Failure) in
        _ = try call.object("POST", "/accounts/\(address)/\(word)")
        call.say("account \(address) \(done)")
      }
    }
  }

  static let poolVerbs: [Verb] = [
    Verb(words: ["pool", "list"], summary: "list pools with their accounts") { (call: Invocation) throws(Failure) in
      try call.printList(
        try call.lines("/pools"),
        [
          Column("POOL", "name"), Column("WORKSPACE", "workspace"), Column("ROTATION", "rotation"),
          Column("SAME PROVIDER", "prefer_same_provider"),
          Column("ACCOUNTS", "accounts"),
        ], empty: "no pools")
    },
    Verb(
      words: ["pool", "add"], summary: "add a pool, or change one", parameters: [Parameter(name: "NAME")],
      options: [
        Option(long: "rotation", value: "HOW", help: "least-used (default), round-robin, weighted or even-spacing"),
        Option(long: "prefer-same-provider", help: "a provider's own accounts go first for its mailboxes"),
      ]
    ) { (call: Invocation) throws(Failure) in
      var toml = "[[pool]]\nname = \(tomlText(call.positional[0]))\n"
      if let rotation = call.value("rotation") { toml += "rotation = \(tomlText(rotation))\n" }
      if call.has("prefer-same-provider") { toml += "prefer_same_provider = true\n" }
      try call.apply(toml)
      call.say("pool \(call.positional[0]) is set")
    },
    Verb(words: ["pool", "remove"], summary: "remove an empty pool", parameters: [Parameter(name: "NAME")]) {
      (call: Invocation) throws(Failure) in
      _ = try call.object("DELETE", "/pools/\(call.positional[0])")
      call.say("pool \(call.positional[0]) removed")
    },
  ]

  static let submitterVerbs: [Verb] = [
    Verb(words: ["submitter", "list"], summary: "list SMTP logins") { (call: Invocation) throws(Failure) in
      try call.printList(
        try call.lines("/submitters"),
        [
          Column("LOGIN", "login"), Column("WORKSPACE", "workspace"), Column("POOLS", "pools"),
          Column("FROM", "from"), Column("KEEPS FROM", "keep_from"),
        ], empty: "no submitters")
    },
    Verb(
      words: ["submitter", "add"], summary: "add an SMTP login, or change one",
      parameters: [Parameter(name: "LOGIN")],
      options: [
        Option(long: "password-file", value: "FILE", help: "its first line is the password; - is stdin"),
        Option(long: "password-env", value: "NAME", help: "the environment variable with the password"),
        Option(long: "pool", value: "NAME", help: "a pool it may use", repeats: true),
        Option(long: "from", value: "ADDRESS", help: "an address or @domain it may write from", repeats: true),
        Option(long: "keep-from", help: "its From stays instead of becoming the account's"),
      ]
    ) { (call: Invocation) throws(Failure) in
      var toml = "[[submitter]]\nlogin = \(tomlText(call.positional[0]))\n"
      if let file = call.value("password-file") { toml += "password_file = \(tomlText(file))\n" }
      if let name = call.value("password-env") { toml += "password_env = \(tomlText(name))\n" }
      if let pools = call.values["pool"] { toml += "pools = [\(pools.map(tomlText).joined(separator: ", "))]\n" }
      if let from = call.values["from"] { toml += "from = [\(from.map(tomlText).joined(separator: ", "))]\n" }
      if call.has("keep-from") { toml += "keep_from = true\n" }
      try call.apply(toml)
      call.say("submitter \(call.positional[0]) is set")
    },
    Verb(words: ["submitter", "remove"], summary: "remove an SMTP login", parameters: [Parameter(name: "LOGIN")]) {
      (call: Invocation) throws(Failure) in
      _ = try call.object("DELETE", "/submitters/\(call.positional[0])")
      call.say("submitter \(call.positional[0]) removed")
    },
  ]
}

/// `host:587` and `[::1]:587`, with or without the port.
func splitPort(_ text: String) -> (host: String, port: Int?) {
  if text.hasPrefix("["), let close = text.firstIndex(of: "]") {
    let host = String(text[text.index(after: text.startIndex)..<close])
    let rest = text[text.index(after: close)...]
    return (host, rest.hasPrefix(":") ? Int(rest.dropFirst()) : nil)
  }
  // More than one colon is an IPv6 address without a port.
  guard text.count(where: { $0 == ":" }) == 1, let colon = text.firstIndex(of: ":") else { return (text, nil) }
  guard let port = Int(text[text.index(after: colon)...]) else { return (text, nil) }
  return (String(text[..<colon]), port)
}

// `credit`, `inbox`, `events`.

extension Verb {
  static let creditVerbs: [Verb] = [
    Verb(
      words: ["credit", "show"], summary: "credits by day", options: [.limit(30)]
    ) { (call: Invocation) throws(Failure) in
      let limit = try call.number("limit", in: 1...10_000) ?? 30
      try call.printList(
        try call.lines("/credits", query: [("limit", String(limit))]),
        [
          Column("DAY", "day"), Column("SENDS", "sends", .number), Column("REPLIES", "replies", .number),
          Column("USED", "used", .number), Column("GRANTED", "granted", .number), Column("LIMIT", "limit", .number),
          Column("LEFT", "left", .number),
        ], empty: "no credits were used yet")
    },
    Verb(
      words: ["credit", "grant"], summary: "add credits to a day; mail that waits for them goes on",
      parameters: [Parameter(name: "AMOUNT")],
      options: [
        Option(long: "day", value: "YYYY-MM-DD", help: "the day (default: today in the workspace's zone)"),
        Option(long: "reason", value: "TEXT", help: "why, for the log"),
        Option(long: "key", value: "TEXT", help: "a name of the grant: the same again does nothing"),
      ]
    ) { (call: Invocation) throws(Failure) in
      guard let amount = Int(call.positional[0]) else {
        throw call.usage("AMOUNT needs a whole number, not \"\(call.positional[0])\"")
      }
      let body = CreditGrantBody(
        amount: amount, day: call.value("day"), key: call.value("key"), reason: call.value("reason"))
      let day = try call.object("POST", "/credits/grant", body: encoded(body))
      let left = day["left"].int.map { "\($0) left" } ?? "no limit"
      call.say("\(day["day"].plain): \(day["granted"].plain) granted, \(day["used"].plain) used, \(left)")
    },
    Verb(
      words: ["credit", "ledger"], summary: "every booking, newest first",
      options: [
        Option(long: "day", value: "YYYY-MM-DD", help: "only this day"), .limit(100),
        Option(long: "before", value: "ID", help: "only those before this id: the next page"),
      ]
    ) { (call: Invocation) throws(Failure) in
      let query: [(String, String?)] = [
        ("day", call.value("day")), ("limit", String(try call.number("limit", in: 1...1_000_000) ?? 100)),
        ("before", try call.number("before", in: 1...Int.max).map(String.init)),
      ]
      try call.printList(
        try call.lines("/credits/ledger", query: query),
        [
          Column("ID", "id", .number), Column("AT", "at", .time), Column("DAY", "day"), Column("KIND", "kind"),
          Column("AMOUNT", "amount", .number), Column("MESSAGE", "message_id", .number),
          Column("ACCOUNT", "account"), Column("BOOKING", "booking_key"),
        ], empty: "the ledger is empty")
    },
  ]

  private static func resort(_ call: Invocation) throws(Failure) {
    var rows: [JSONValue] = []
    var after: Int64 = 0
    while true {
      let query = [
        ("after", String(after) as String?), ("apply", call.has("apply") ? "true" : "false"), ("format", "lines"),
      ]
      let lines = try call.ask("POST", "/inbox/resort", query: query).split(separator: UInt8(ascii: "\n")).map(
        Array.init)
      for line in lines.dropLast() {
        if call.wantsJSON { call.printLine(line) } else if let row = JSONValue.read(line) { rows.append(row) }
      }
      guard let last = lines.last.flatMap(JSONValue.read)?["after"].int else { break }
      after = last
    }
    guard !call.wantsJSON else { return }
    if rows.isEmpty {
      call.shell.out("nothing would be taken for anything else\n")
    } else {
      call.shell.out(
        renderTable(
          [
            Column("ID", "id", .number), Column("CLASS", "class"), Column("NOW", "new_class"),
            Column("NEW RULE", "new_rule"), Column("EFFECTS", "effects"), Column("FROM", "sender", .shortened(40)),
            Column("SUBJECT", "subject", .shortened(50)),
          ], rows, zone: call.shell.zone))
      if !call.has("apply") { call.shell.out("nothing was changed; --apply does it\n") }
    }
  }

  static let inboxVerbs: [Verb] = [
    Verb(
      words: ["inbox", "list"], summary: "what came in and what it was taken for",
      options: [
        Option(long: "class", value: "CLASS", help: "only reply, bounce, auto_reply …"),
        Option(long: "account", short: "a", value: "ADDRESS", help: "only what came to this account"), .limit(100),
        Option(long: "before", value: "ID", help: "only those before this id: the next page"),
      ]
    ) { (call: Invocation) throws(Failure) in
      let query: [(String, String?)] = [
        ("class", call.value("class")), ("account", call.value("account")),
        ("limit", String(try call.number("limit", in: 1...100_000) ?? 100)),
        ("before", try call.number("before", in: 1...Int.max).map(String.init)),
      ]
      try call.printList(
        try call.lines("/inbox", query: query),
        [
          Column("ID", "id", .number), Column("RECEIVED", "received_at", .time), Column("CLASS", "class"),
          Column("RULE", "rule"), Column("FROM", "sender", .shortened(40)), Column("ACCOUNT", "account"),
          Column("ANSWERS", "message_id", .number), Column("MATCHED BY", "matched_by"),
          Column("SUBJECT", "subject", .shortened(50)),
        ], empty: "nothing has come in")
    },
    Verb(
      words: ["inbox", "resort"], summary: "sort what came in again, by the rules of this version",
      options: [
        Option(long: "apply", help: "keep the new verdicts and do what follows; without it nothing is changed")
      ],
      notes: "Nothing is booked again, and no sequence that stopped goes on; what protects people is done."
    ) { (call: Invocation) throws(Failure) in
      try resort(call)
    },
    Verb(
      words: ["inbox", "show"], summary: "show one mail that came in, with its verdict and evidence",
      parameters: [Parameter(name: "ID")], options: [Option(long: "raw", help: "print the mail itself")]
    ) { (call: Invocation) throws(Failure) in
      let id = try call.id()
      if call.has("raw") {
        call.printLine(try call.ask("GET", "/inbox/\(id)/raw"))
        return
      }
      let mail = try call.object("GET", "/inbox/\(id)")
      guard !call.wantsJSON else { return }
      let facts = [
        Column("id", "id"), Column("account", "account"), Column("folder", "folder"),
        Column("received", "received_at", .time), Column("from", "sender"), Column("subject", "subject"),
        Column("class", "class"), Column("rule", "rule"), Column("confidence", "verdict.confidence"),
        Column("evidence", "verdict.evidence"), Column("answers message", "message_id"),
        Column("matched by", "matched_by"), Column("bounces", "verdict.bounces"),
        Column("original message", "verdict.original_message_id"),
      ]
      call.shell.out(renderFacts(facts, of: mail, zone: call.shell.zone))
      if let text = mail["verdict.reply_text"].string { call.shell.out("\n\(text)\n") }
    },
  ]

  static let eventVerb = Verb(
    words: ["events"], summary: "the log of everything that happened",
    options: [
      Option(long: "follow", short: "f", help: "go on as it happens, until interrupted"),
      Option(
        long: "after", value: "ID", help: "only events after this id (default: the newest ones, or all of --message)"),
      Option(long: "kind", value: "KIND", help: "only this kind, like message.sent"),
      Option(long: "message", value: "ID", help: "only events of this message"), .limit(100),
    ]
  ) { (call: Invocation) throws(Failure) in
    let limit = try call.number("limit", in: 1...100_000) ?? 100
    // Of one message all events are wanted, of everything the newest.
    var cursor = try call.number("after", in: 0...Int.max) ?? (call.has("message") ? 0 : nil)
    let printer = EventPrinter(call)
    repeat {
      var query: [(String, String?)] = [
        ("kind", call.value("kind")), ("message", call.value("message")), ("limit", String(limit)),
        ("after", cursor.map(String.init)),
      ]
      // The daemon answers at once when there is something, else when something comes or this time is over.
      if call.has("follow"), cursor != nil { query.append(("wait", "30s")) }
      let lines = try call.lines("/events", query: query)
      for line in lines {
        guard let event = JSONValue.read(line) else { continue }
        printer.print(event, line)
        if let id = event["id"].int { cursor = Int(id) }
      }
      cursor = cursor ?? 0
    } while call.has("follow") && call.shell.outputTrouble() == nil
  }
}

private struct CreditGrantBody: Encodable {
  var amount: Int
  var day, key, reason: String?
}

/// One line an event, so that it can be followed.
private struct EventPrinter {
  let call: Invocation
  let clock: ZoneClock

  init(_ call: Invocation) {
    self.call = call
    clock = ZoneClock(call.shell.zone)
  }

  func print(_ event: JSONValue, _ line: [UInt8]) {
    if call.wantsJSON {
      call.printLine(line)
      return
    }
    var parts = [clock.cell(event["at"], .time), padded(event["event"].plain, to: 22)]
    for key in ["message_id", "account", "enrollment_id"] {
      let value = clock.cell(event[key], .text)
      if !value.isEmpty { parts.append("\(key.replacing("_id", with: ""))=\(value)") }
    }
    if case .object(let detail) = event["detail"] {
      for (key, value) in detail.sorted(by: { $0.key < $1.key }) where value != .text("") {
        parts.append("\(key)=\(clock.cell(value, .shortened(100)))")
      }
    }
    call.shell.out(parts.joined(separator: "  ") + "\n")
  }
}

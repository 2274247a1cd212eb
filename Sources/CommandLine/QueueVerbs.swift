// `queue …` and `mailq`.

extension Option {
  static func limit(_ fallback: Int) -> Option {
    Option(long: "limit", short: "n", value: "N", help: "at most so many (default \(fallback))")
  }
  static let after = Option(long: "after", value: "ID", help: "only those after this id: the next page")
}

extension Verb {
  static let queueVerbs: [Verb] = [
    Verb(
      words: ["queue", "list"], summary: "list messages, by default those still on their way",
      options: queueFilters, run: listQueue),
    Verb(words: ["mailq"], summary: "the same as queue list", options: queueFilters, run: listQueue),
    Verb(
      words: ["queue", "show"], summary: "show one message with all its attempts",
      parameters: [Parameter(name: "ID")], run: showMessage),
    Verb(
      words: ["queue", "explain"], summary: "print every gate between a message and its sending",
      parameters: [Parameter(name: "ID")], run: explainMessage),
    change("cancel", "cancelled", "cancel messages that have not been sent"),
    change("retry", "will be tried again", "try messages again that failed, are unknown or wait for their next try"),
    change("hold", "held", "keep waiting messages until they are released"),
    change("release", "released", "send held messages on"),
    Verb(
      words: ["queue", "run"], summary: "try everything now that waits for its next try",
      options: [Option(long: "domain", value: "DOMAIN", help: "only mail to this domain")]
    ) { (call: Invocation) throws(Failure) in
      let answer = try call.object("POST", "/queue/run", query: [("domain", call.value("domain"))])
      call.say("\(answer["released"].int ?? 0) messages will be tried now")
    },
    Verb(words: ["queue", "stats"], summary: "how many messages are in each state") {
      (call: Invocation) throws(Failure) in
      try call.printList(
        try call.lines("/queue/stats"), [Column("STATE", "state"), Column("MESSAGES", "count", .number)],
        empty: "the queue has never held a message")
    },
    forecastVerb,
  ]

  private static let queueFilters: [Option] = [
    Option(
      long: "state", short: "s", value: "STATE", help: "only this state, or \"all\"; may be given more than once",
      repeats: true),
    Option(long: "account", short: "a", value: "ADDRESS", help: "only what this account sends"),
    Option(long: "recipient", short: "r", value: "ADDRESS", help: "only mail to this recipient"),
    Option(long: "sequence", value: "KEY", help: "only steps of this sequence"),
    .limit(100), .after,
  ]

  private static let queueColumns = [
    Column("ID", "id", .number), Column("STATE", "state"), Column("DUE", "due", .time),
    Column("RECIPIENT", "recipient", .shortened(40)), Column("ACCOUNT", "account", .shortened(40)),
    Column("SEQUENCE", "sequence"), Column("STEP", "step", .number), Column("WAITS FOR", "waits_for", .shortened(60)),
    Column("SUBJECT", "subject", .shortened(40)),
  ]

  static func listQueue(_ call: Invocation) throws(Failure) {
    let limit = try call.number("limit", in: 1...100_000) ?? 100
    let query: [(String, String?)] = [
      ("state", call.values["state"]?.joined(separator: ",")), ("account", call.value("account")),
      ("recipient", call.value("recipient")), ("sequence", call.value("sequence")), ("limit", String(limit)),
      ("after", try call.number("after", in: 0...Int.max).map(String.init)),
    ]
    let lines = try call.lines("/messages", query: query)
    try call.printList(lines, queueColumns, empty: "no messages")
    if !call.wantsJSON, lines.count == limit, let last = lines.last.flatMap({ JSONValue.read($0) })?["id"].int {
      call.shell.err("There may be more: --after \(last)\n")
    }
  }

  private static let messageFacts = [
    Column("id", "id"), Column("state", "state"), Column("recipient", "recipient"), Column("subject", "subject"),
    Column("account", "account"), Column("pool", "pool"), Column("sequence", "sequence"), Column("step", "step"),
    Column("conditions", "conditions"), Column("delay", "delay_milliseconds", .duration),
    Column("send at", "send_at", .time), Column("scheduled for", "scheduled_for", .time), Column("due", "due", .time),
    Column("waits for", "waits_for"), Column("retry at", "retry_at", .time), Column("sender", "sender"),
    Column("message id", "message_id"), Column("sent as", "sent_message_id"), Column("campaign", "campaign"),
    Column("tag", "tag"), Column("priority", "priority"), Column("queued", "created_at", .time),
    Column("sent", "sent_at", .time), Column("replied", "replied_at", .time),
    Column("finished", "finished_at", .time), Column("last reply", "last_reply"),
  ]

  private static let attemptColumns = [
    Column("ATTEMPT", "id", .number), Column("CLAIMED", "claimed_at", .time), Column("ACCOUNT", "account"),
    Column("STATE", "state"), Column("MEANING", "meaning"), Column("CODE", "reply_code", .number),
    Column("REPLY", "reply_text", .shortened(100)),
  ]

  private static func showMessage(_ call: Invocation) throws(Failure) {
    let message = try call.object("GET", "/messages/\(try call.id())")
    guard !call.wantsJSON else { return }
    call.shell.out(renderFacts(messageFacts, of: message, zone: call.shell.zone))
    let attempts = message["attempts"].items
    if !attempts.isEmpty { call.shell.out("\n" + renderTable(attemptColumns, attempts, zone: call.shell.zone)) }
  }

  private static func change(_ word: String, _ done: String, _ summary: String) -> Verb {
    Verb(words: ["queue", word], summary: summary, parameters: [Parameter(name: "ID", repeats: true)]) {
      (call: Invocation) throws(Failure) in
      let ids = try call.positional.indices.map { index throws(Failure) in try call.id(at: index) }
      try call.each(ids) { id throws(Failure) in
        _ = try call.object("POST", "/messages/\(id)/\(word)")
        call.say("message \(id) \(done)")
      }
    }
  }
}

extension Invocation {
  /// Does the same with each of several things. What is refused for one is said and keeps nothing from the others; the
  /// exit code is that of the last refusal. A daemon that does not answer ends it at once.
  func each<T>(_ things: [T], _ body: (T) throws(Failure) -> Void) throws(Failure) {
    var refused: Failure?
    for thing in things {
      do throws(Failure) {
        try body(thing)
      } catch {
        guard error.code == ExitCode.data else { throw error }
        if let before = refused { shell.err(before.text + "\n") }
        refused = error
      }
    }
    if let refused { throw refused }
  }

  /// A positional value that is a row's id.
  func id(at index: Int = 0) throws(Failure) -> Int64 {
    guard let text = parameter(index), let id = Int64(text), id > 0 else {
      throw usage("\"\(parameter(index) ?? "")\" is no id: ids are numbers")
    }
    return id
  }
}

// `enrollment …` and `task …`: what a person does to one contact's way through a sequence.

extension Verb {
  static let enrollmentVerbs: [Verb] = [
    Verb(
      words: ["enrollment", "list"], summary: "list contacts' ways through sequences",
      options: [
        Option(long: "sequence", value: "KEY", help: "only of this sequence"),
        Option(long: "contact", value: "ADDRESS", help: "only of this contact"),
        Option(long: "state", short: "s", value: "STATE", help: "only active, paused, completed, stopped or failed"),
        .limit(1000), .after,
      ]
    ) { (call: Invocation) throws(Failure) in
      let query: [(String, String?)] = [
        ("sequence", call.value("sequence")), ("contact", call.value("contact")), ("state", call.value("state")),
        ("limit", String(try call.number("limit", in: 1...1_000_000) ?? 1000)),
        ("after", try call.number("after", in: 0...Int.max).map(String.init)),
      ]
      var columns = enrollmentColumns
      columns.insert(Column("SEQUENCE", "sequence"), at: 1)
      try call.printList(try call.lines("/enrollments", query: query), columns, empty: "no enrollments")
    },
    Verb(
      words: ["enrollment", "show"], summary: "show one contact's way through a sequence, step by step",
      parameters: [Parameter(name: "ID")], run: showEnrollment),
    change("pause", "POST", "/pause", "paused", "hold contacts' ways through sequences"),
    change("resume", "POST", "/resume", "goes on", "let paused ones go on"),
    change("remove", "DELETE", "", "stopped", "take contacts out of sequences: what has not gone never goes"),
    Verb(
      words: ["enrollment", "move"], summary: "go on with another step, now",
      parameters: [Parameter(name: "ID")],
      options: [Option(long: "step", value: "STEP", help: "its id or number")],
      notes:
        "Steps before it that have not gone are passed over. One that was passed over or failed may be gone back to; one "
        + "that went is never sent again."
    ) { (call: Invocation) throws(Failure) in
      guard let step = call.value("step") else { throw call.usage("\"enrollment move\" needs --step") }
      let answer = try call.object("POST", "/enrollments/\(try call.id())/move", query: [("step", step)])
      call.say("\(answer["contact"].plain) goes on with step \(step)")
    },
  ]

  private static func change(
    _ word: String, _ method: String, _ path: String, _ done: String, _ summary: String
  ) -> Verb {
    Verb(words: ["enrollment", word], summary: summary, parameters: [Parameter(name: "ID", repeats: true)]) {
      (call: Invocation) throws(Failure) in
      let ids = try call.positional.indices.map { index throws(Failure) in try call.id(at: index) }
      try call.each(ids) { id throws(Failure) in
        let answer = try call.object(method, "/enrollments/\(id)\(path)")
        call.say("\(answer["contact"].plain) in \(answer["sequence"].plain): \(done)")
      }
    }
  }

  private static func showEnrollment(_ call: Invocation) throws(Failure) {
    let enrollment = try call.object("GET", "/enrollments/\(try call.id())")
    guard !call.wantsJSON else { return }
    let facts = [
      Column("id", "id"), Column("contact", "contact"), Column("sequence", "sequence"), Column("state", "state"),
      Column("reason", "stop_reason"), Column("version", "version"), Column("account", "account"),
      Column("started", "started_at", .time), Column("next action", "next_action_at", .time),
      Column("not before", "not_before", .time), Column("replied", "replied_at", .time),
      Column("ended", "ended_at", .time),
    ]
    call.shell.out(renderFacts(facts, of: enrollment, zone: call.shell.zone))
    call.shell.out("\n" + renderTable(enrollmentStepColumns, enrollment["steps"].items, zone: call.shell.zone))
  }

  static let enrollmentStepColumns = [
    Column("STEP", "step", .number), Column("ID", "id"), Column("KIND", "kind"), Column("STATE", "state"),
    Column("VERSION", "version", .number), Column("VARIANT", "variant"), Column("PLANNED", "planned_for", .time),
    Column("SENT", "sent_at", .time), Column("OPENED", "opened_at", .time), Column("CLICKED", "clicked_at", .time),
    Column("REPLIED", "replied_at", .time), Column("TITLE", "title", .shortened(40)),
    Column("WHY", "error", .shortened(60)),
  ]

  static let taskVerbs: [Verb] = [
    Verb(
      words: ["task", "list"], summary: "list what people have to do, the most urgent first",
      options: [
        Option(
          long: "state", short: "s", value: "STATE", help: "scheduled, open (default), done, skipped or cancelled"),
        Option(long: "sequence", value: "KEY", help: "only of this sequence"), .limit(1000),
      ]
    ) { (call: Invocation) throws(Failure) in
      let query: [(String, String?)] = [
        ("state", call.value("state")), ("sequence", call.value("sequence")),
        ("limit", String(try call.number("limit", in: 1...1_000_000) ?? 1000)),
      ]
      try call.printList(
        try call.lines("/tasks", query: query),
        [
          Column("ID", "id", .number), Column("KIND", "kind"), Column("CONTACT", "contact"),
          Column("TITLE", "title", .shortened(50)), Column("DUE", "due", .time), Column("OPENED", "opened_at", .time),
          Column("SEQUENCE", "sequence"), Column("STEP", "step", .number), Column("BY", "done_by"),
        ], empty: "nothing to do")
    },
    changeTask("done", "done", "say that tasks were done"),
    changeTask("skip", "passed over", "pass tasks over"),
  ]

  private static func changeTask(_ word: String, _ done: String, _ summary: String) -> Verb {
    Verb(
      words: ["task", word], summary: summary, parameters: [Parameter(name: "ID", repeats: true)],
      options: [Option(long: "by", value: "NAME", help: "who (default: the user of this shell)")]
    ) { (call: Invocation) throws(Failure) in
      let person = call.value("by") ?? call.shell.environment["SUDO_USER"] ?? call.shell.environment["USER"]
      let ids = try call.positional.indices.map { index throws(Failure) in try call.id(at: index) }
      try call.each(ids) { id throws(Failure) in
        let answer = try call.object("POST", "/tasks/\(id)/\(word)", query: [("by", person)])
        call.say("\(answer["title"].plain) (\(answer["contact"].plain)): \(done)")
      }
    }
  }
}

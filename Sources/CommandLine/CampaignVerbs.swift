// `campaign`: recurring runs that find contacts; they are made by `apply`.

extension Verb {
  static let campaignVerbs: [Verb] = [
    Verb(words: ["campaign", "list"], summary: "list campaigns with the sums of their runs") {
      (call: Invocation) throws(Failure) in
      try call.printList(
        try call.lines("/campaigns"),
        [
          Column("KEY", "key"), Column("STATE", "state"), Column("SEQUENCE", "sequence"), Column("SOURCE", "source"),
          Column("RUNS", "runs_made", .number), Column("OF", "runs", .number), Column("NEXT", "next_run_at", .time),
          Column("FOUND", "found", .number), Column("NEW", "new", .number), Column("ENROLLED", "enrolled", .number),
          Column("SENT", "sent", .number), Column("CREDITS", "credits", .number), Column("ERRORS", "errors", .number),
        ], empty: "no campaigns")
    },
    Verb(
      words: ["campaign", "show"], summary: "show a campaign as it is defined, and how it is going",
      parameters: [Parameter(name: "KEY")]
    ) { (call: Invocation) throws(Failure) in
      let campaign = try call.object("GET", "/campaigns/\(call.positional[0])")
      guard !call.wantsJSON else { return }
      let facts = [
        Column("key", "key"), Column("name", "name"), Column("workspace", "workspace"), Column("state", "state"),
        Column("sequence", "sequence"), Column("owner", "owner"), Column("zone", "definition.zone"),
        Column("at", "definition.at"), Column("window", "definition.window"), Column("source", "definition.source"),
        Column("enrichment", "definition.enrichment"), Column("most per run", "definition.most_per_run"),
        Column("runs made", "runs_made"), Column("of", "runs"), Column("from", "from"), Column("until", "until"),
        Column("next run", "next_run_at", .time), Column("running", "running"), Column("found", "found"),
        Column("with address", "with_address"), Column("new", "new"), Column("enrolled", "enrolled"),
        Column("sent", "sent"), Column("credits", "credits"), Column("errors", "errors"),
        Column("enrichment calls", "calls"), Column("last error", "last_error"),
        Column("started", "started_at", .time), Column("ended", "ended_at", .time),
      ]
      call.shell.out(renderFacts(facts, of: campaign, zone: call.shell.zone))
    },
    Verb(
      words: ["campaign", "runs"], summary: "a campaign's runs, the newest first",
      parameters: [Parameter(name: "KEY")], options: [.limit(100)]
    ) { (call: Invocation) throws(Failure) in
      let limit = try call.number("limit", in: 1...1_000_000) ?? 100
      try call.printList(
        try call.lines("/campaigns/\(call.positional[0])/runs", query: [("limit", String(limit))]),
        [
          Column("RUN", "run", .number), Column("DAY", "day"), Column("STATE", "state"),
          Column("FOUND", "found", .number), Column("ADDRESS", "with_address", .number), Column("NEW", "new", .number),
          Column("ENROLLED", "enrolled", .number), Column("SENT", "sent", .number),
          Column("CREDITS", "credits", .number), Column("CALLS", "calls", .number),
          Column("ERRORS", "errors", .number), Column("STARTED", "started_at", .time),
          Column("ENDED", "ended_at", .time), Column("LAST ERROR", "last_error", .shortened(80)),
        ], empty: "it has not run yet")
    },
    change("start", "let a draft run by its calendar", "started"),
    change("pause", "hold a campaign: no run goes on, and its mails wait", "paused"),
    change("resume", "let a paused campaign go on; a run it missed begins now", "resumed"),
    change("run", "begin the next run now, whatever the time", "runs"),
    Verb(
      words: ["campaign", "remove"], summary: "remove a campaign and the records of its runs",
      parameters: [Parameter(name: "KEY")],
      notes: "Unless it is completed, the contacts it has enrolled stop, and mails that wait are cancelled."
    ) { (call: Invocation) throws(Failure) in
      let answer = try call.object("DELETE", "/campaigns/\(call.positional[0])")
      call.say("campaign \(call.positional[0]) removed, \(answer["stopped"].plain) enrollments stopped")
    },
  ]

  private static func change(_ word: String, _ summary: String, _ said: String) -> Verb {
    Verb(words: ["campaign", word], summary: summary, parameters: [Parameter(name: "KEY")]) {
      (call: Invocation) throws(Failure) in
      let campaign = try call.object("POST", "/campaigns/\(call.positional[0])/\(word)")
      guard !call.wantsJSON else { return }
      call.say("campaign \(call.positional[0]) \(said)")
      let next = [Column("next run", "next_run_at", .time)]
      if campaign["next_run_at"].string != nil {
        call.shell.out(renderFacts(next, of: campaign, zone: call.shell.zone))
      }
    }
  }
}

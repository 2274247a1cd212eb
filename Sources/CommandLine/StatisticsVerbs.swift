// `stats` and `sequence stats`: what came of the mails.

extension Verb {
  private static let counts =
    [
      Column("ENROLLED", "enrolled", .number), Column("ACTIVE", "active", .number),
      Column("DONE", "completed", .number), Column("STOPPED", "stopped", .number),
    ] + mailCounts
  /// People reach a step, a text of it and an account, and go on from there.
  private static let placeCounts =
    [
      Column("REACHED", "enrolled", .number), Column("ACTIVE", "active", .number),
      Column("WENT ON", "went_on", .number),
      Column("DONE", "completed", .number), Column("STOPPED", "stopped", .number),
    ] + mailCounts
  private static let mailCounts = [
    Column("SENT", "sent", .number),
    Column("DELIVERED", "delivered", .number), Column("OPENED", "open_rate", .share),
    Column("CLICKED", "click_rate", .share), Column("REPLIED", "replied", .number),
    Column("REPLY RATE", "reply_rate", .share), Column("BOUNCED", "bounced", .number),
    Column("BOUNCE RATE", "bounce_rate", .share), Column("OUT", "unsubscribed", .number),
    Column("TIME TO REPLY", "reply_time_ms.median", .duration),
  ]
  private static let span = [
    Option(long: "from", value: "DAY", help: "only from this day on (2026-11-21, or a time)"),
    Option(long: "to", value: "DAY", help: "only before this day"),
    Option(long: "zone", value: "ZONE", help: "the clock of hours and days, as Europe/Berlin"),
  ]

  static let statisticsVerbs: [Verb] = [
    Verb(
      words: ["sequence", "stats"], summary: "what came of a sequence: people, mails, rates, the best hours",
      parameters: [Parameter(name: "KEY")], options: span, run: sequenceStatistics),
    Verb(
      words: ["stats"], summary: "what came of the mails, by account, sequence, tag …",
      options: [
        Option(
          long: "by", value: "WHAT", help: "workspace (the default), sequence, step, variant, account, campaign or tag")
      ] + span
    ) { (call: Invocation) throws(Failure) in
      let by = call.value("by") ?? "workspace"
      var names = [Column(by.uppercased(), by)]
      if by == "step" || by == "variant" { names = [Column("SEQUENCE", "sequence"), Column("STEP", "step_id")] }
      if by == "variant" { names.append(Column("VARIANT", "variant")) }
      let isPlace = ["step", "variant", "account"].contains(by)
      try call.printList(
        try call.lines("/stats", query: [("by", by)] + spanQuery(call)),
        names + (isPlace ? placeCounts : counts), empty: "nothing has been counted yet")
    },
    Verb(
      words: ["stats", "rebuild"], summary: "make the statistics anew from all events"
    ) { (call: Invocation) throws(Failure) in
      _ = try call.object("POST", "/stats/rebuild", patience: Invocation.dayLong)
      if !call.wantsJSON { call.shell.out("the statistics are made anew from all events\n") }
    },
  ]

  private static func spanQuery(_ call: Invocation) -> [(String, String?)] {
    ["from", "to", "zone"].map { ($0, call.value($0)) }
  }

  private static func sequenceStatistics(_ call: Invocation) throws(Failure) {
    let answer = try call.object("GET", "/sequences/\(call.positional[0])/stats", query: spanQuery(call))
    guard !call.wantsJSON else { return }
    let zone = call.shell.zone
    let facts = [
      Column("sequence", "sequence"), Column("enrolled", "enrolled"), Column("active", "active"),
      Column("completed", "completed"), Column("stopped", "stopped"),
      Column("stopped by", "stopped_by"), Column("sent", "sent"),
      Column("delivered", "delivered"), Column("opened", "open_rate", .share), Column("clicked", "click_rate", .share),
      Column("replied", "reply_rate", .share), Column("bounced", "bounce_rate", .share),
      Column("unsubscribed", "unsubscribe_rate", .share), Column("complained", "complaint_rate", .share),
      Column("half replied within", "reply_time_ms.median", .duration),
      Column("nine of ten within", "reply_time_ms.p90", .duration), Column("zone", "zone"),
    ]
    call.shell.out(renderFacts(facts, of: answer, zone: zone))
    table(
      [Column("STEP", "step", .number), Column("ID", "step_id")] + placeCounts + [
        Column("DROP-OFF", "drop_off", .share)
      ], answer["steps"])
    table([Column("STEP", "step_id"), Column("VARIANT", "variant")] + placeCounts, answer["variants"])
    let times = [
      Column("SENT", "sent", .number), Column("REPLIED", "replied", .number), Column("RATE", "reply_rate", .share),
    ]
    table([Column("BEST HOURS", "hour", .number)] + times, answer["best_hours"], atMost: 3)
    table([Column("BEST DAYS", "day")] + times, answer["best_days"], atMost: 3)

    func table(_ columns: [Column], _ rows: JSONValue, atMost limit: Int = .max) {
      guard !rows.items.isEmpty else { return }
      call.shell.out("\n" + renderTable(columns, Array(rows.items.prefix(limit)), zone: zone))
    }
  }
}

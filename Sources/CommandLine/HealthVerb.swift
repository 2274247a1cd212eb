// `account health`: one line a mailbox, or everything about one.

extension Verb {
  private static let healthColumns = [
    Column("ADDRESS", "address"), Column("STATE", "state"), Column("REASON", "reason"),
    Column("SCORE", "score", .number), Column("TODAY", "sent_today", .number), Column("LIMIT", "daily_limit", .number),
    Column("WARMUP DAY", "warmup_day", .number), Column("CAP", "warmup_cap", .number),
    Column("HOUR", "sent_hour", .number), Column("LIMIT", "hourly_limit", .number),
    Column("OK %", "success_percent", .number), Column("BOUNCE %", "bounce_percent", .number),
    Column("SPAM %", "complaint_percent", .number), Column("REPLIES", "replied_week", .number),
    Column("WAITING", "waiting", .number), Column("NEXT SLOT", "next_slot", .time),
    Column("LAST ERROR", "last_error", .shortened(60)),
  ]
  private static let healthFacts = [
    Column("address", "address"), Column("state", "state"), Column("reason", "reason"),
    Column("in words", "reason_text"), Column("authorization", "authorization"),
    Column("rests until", "rest_until", .time), Column("rests because", "rest_reason"), Column("score", "score"),
    Column("attempts", "attempts"),
    Column("succeeded %", "success_percent"), Column("bounced %", "bounce_percent"),
    Column("complaints %", "complaint_percent"), Column("warmup day", "warmup_day"),
    Column("warmup cap", "warmup_cap"), Column("replies", "replied_week"), Column("waiting", "waiting"),
    Column("last sent", "last_sent_at", .time), Column("next slot", "next_slot", .time),
    Column("held up by", "held_up"),
    Column("last error", "last_error"), Column("of", "last_error_at", .time),
  ]
  private static let checkColumns = [
    Column("LIMIT", "gate"), Column("STATE", "state"), Column("OPENS", "until", .time), Column("USE", "reason"),
  ]

  static func accountHealth(_ call: Invocation) throws(Failure) {
    let lines = try call.lines("/accounts/health", query: [("address", call.parameter(0))])
    guard !call.wantsJSON, call.parameter(0) != nil, let one = lines.first.flatMap({ JSONValue.read($0) }) else {
      try call.printList(lines, healthColumns, empty: "no accounts")
      // It is of all accounts, so it stands under the table and not in each of its lines.
      let heldUp = lines.first.flatMap { JSONValue.read($0) }?["held_up"].string
      if !call.wantsJSON, let heldUp { call.shell.out("\n\(heldUp)\n") }
      return
    }
    call.shell.out(renderFacts(healthFacts, of: one, zone: call.shell.zone))
    call.shell.out("\n" + renderTable(checkColumns, one["checks"].items, zone: call.shell.zone))
  }
}

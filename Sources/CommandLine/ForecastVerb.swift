// `forecast`: what each account will send each day, and when each sequence ends.

extension Verb {
  static let forecastVerb = Verb(
    words: ["forecast"], summary: "what each account will send each day, and when each sequence ends",
    options: [Option(long: "days", value: "N", help: "look so many days ahead (default 30)")],
    notes: """
      The real scheduler is run on a simulated clock over a copy of the queue: limits, warmup, hours, gaps and places are
      those that will hold. It assumes that servers accept what they get, that nobody answers and nothing bounces, and
      that nobody changes anything: an answer stops a sequence, so it makes the rest of the forecast smaller.
      """, run: printForecast)

  private static let days = [
    Column("DAY", "day"), Column("ACCOUNT", "account"), Column("MAILS", "mails", .number),
  ]
  private static let ends = [
    Column("SEQUENCE", "sequence"), Column("MAILS", "mails", .number), Column("FINISHED", "finished_at", .time),
    Column("STILL OPEN", "open_enrollments", .number), Column("PAUSED", "paused_enrollments", .number),
  ]
  private static let totals = [
    Column("mails", "mails"), Column("still waiting", "waiting"), Column("looked until", "until", .time),
    Column("but now", "held_up"),
  ]

  private static func printForecast(_ call: Invocation) throws(Failure) {
    let days = try call.number("days", in: 1...730) ?? 30
    let lines = try call.lines("/forecast", query: [("days", String(days))])
    guard !call.wantsJSON else { return lines.forEach(call.printLine) }
    let all = lines.compactMap { JSONValue.read($0) }
    func rows(_ kind: String) -> [JSONValue] { all.filter { $0["kind"] == .text(kind) } }
    let (zone, accounts, sequences) = (call.shell.zone, rows("account"), rows("sequence"))
    if !accounts.isEmpty { call.shell.out(renderTable(Self.days, accounts, zone: zone) + "\n") }
    if !sequences.isEmpty { call.shell.out(renderTable(ends, sequences, zone: zone) + "\n") }
    for total in rows("total") { call.shell.out(renderFacts(totals, of: total, zone: zone)) }
  }
}

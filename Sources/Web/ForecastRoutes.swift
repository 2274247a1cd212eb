import Store

extension API {
  /// What every account will send each day and when every sequence ends, from a run of the real scheduler.
  static let forecastRoute = Route("GET", "forecast") { api, request, _ in
    // Two years: no window looks further ahead.
    let days = try request.number("days", default: 30, in: 1...730)
    let now = api.now()
    let relay = api.hooks.relay()
    let forecast = try await api.store.forecast(
      from: now, until: now + days * 86_400_000, maxConnections: relay.connectionsMax)
    return Response(list: forecast.rows(relay.isDiskLow ? RelayStanding.diskWords : nil), for: request)
  }
}

extension Forecast {
  /// `heldUp` is what must end before any of it comes true.
  fileprivate func rows(_ heldUp: String?) -> [JSON] {
    let accounts = days.map { day in
      JSON.object([
        ("kind", .text("account")), ("account", .text(day.account)), ("day", .text(day.day)),
        ("mails", .number(day.mails)),
      ])
    }
    let ends = sequences.map { sequence in
      JSON.object([
        ("kind", .text("sequence")), ("sequence", .text(sequence.key)), ("mails", .number(sequence.mails)),
        ("finished_at", .time(sequence.finishedAt)), ("open_enrollments", .number(sequence.left)),
        ("paused_enrollments", .number(sequence.paused)),
      ])
    }
    let total = JSON.object([
      ("kind", .text("total")), ("from", .time(from)), ("until", .time(until)), ("mails", .number(sends.count)),
      ("waiting", .number(waiting)), ("held_up", .optional(heldUp)),
    ])
    return accounts + ends + [total]
  }
}

import Store

extension API {
  /// `GET events?after=ID` lists what came after; with `wait=30s` an empty answer is kept back until something comes or
  /// the time is over. Without `after`: the newest ones.
  static let eventRoutes: [Route] = [
    Route("GET", "events") { api, request, _ in
      let limit = try request.limit()
      let wait = try request.duration("wait", atMost: 60_000) ?? 0
      let deadline = ContinuousClock.now + .milliseconds(wait)
      let kind = request.query["kind"]
      let message = try request.number("message", in: 1...Int64.max)
      let after = try request.number("after", in: 0...Int64.max)
      while true {
        let seen = api.eventBell.rings
        let items = try await api.store.read { db in
          let cursor = try after ?? db.cursor(beforeNewest: limit, kind: kind, messageID: message)
          let names = AccountNames(db)
          return try db.events(after: cursor, kind: kind, messageID: message, limit: limit).map { try $0.json(names) }
        }
        let left = (deadline - ContinuousClock.now) / .milliseconds(1)
        if !items.isEmpty || left < 1 || api.eventBell.isClosed { return Response(list: items, for: request) }
        await api.eventBell.wait(since: seen, atMost: Int64(left))
      }
    }
  ]
}

extension EventRecord {
  fileprivate func json(_ names: AccountNames) throws(StoreError) -> JSON {
    .object([
      ("id", .integer(id)), ("at", .time(at)), ("event", .text(kind)), ("message_id", .optional(messageID)),
      ("account", try names.address(accountID)), ("enrollment_id", .optional(enrollmentID)), ("detail", .raw(detail)),
    ])
  }
}

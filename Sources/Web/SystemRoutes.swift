import Store

extension API {
  static let systemRoutes: [Route] = [
    Route("GET", "health") { api, _, _ in
      let failure = api.store.failed
      let counts = failure == nil ? try await api.store.read { try $0.messageCounts() } : []
      let disk = failure == nil && api.hooks.relay().isDiskLow ? RelayStanding.diskWords : nil
      return Response(
        .object([
          ("status", .text(failure != nil ? "failed" : disk != nil ? "disk_low" : "ok")),
          ("reason", .optional(failure?.description ?? disk)),
          ("version", .text(api.version)), ("started_at", .time(api.startedAt)), ("now", .time(api.now())),
          ("messages", .object(counts.map { ($0.state, .integer($0.count)) })),
          ("writer", api.store.writerHolds.json),
        ]), status: failure == nil ? 200 : 503)
    },
    Route("POST", "reseal") { api, _, _ in
      let resealed = try await api.hooks.reseal()
      return Response(
        .object([
          ("resealed", .number(resealed.count)), ("unreadable", .texts(resealed.unreadable)),
          ("token_version", .number(resealed.tokenVersion)),
        ]))
    },
    Route("GET", "version") { api, _, _ in Response(.object([("version", .text(api.version))])) },
  ]
}

extension WriterHolds {
  /// Times in milliseconds, since the start of the daemon.
  fileprivate var json: JSON {
    func milliseconds(_ time: Duration) -> JSON { .integer(Int64((time / .milliseconds(1)).rounded())) }
    return .object([
      ("transactions", .number(count)), ("busy_ms", milliseconds(time)), ("longest_ms", milliseconds(longest.time)),
      ("longest_commit_ms", milliseconds(longest.commitTime)), ("longest_jobs", .number(longest.jobs)),
      ("slowest_job_ms", milliseconds(slowestJob.time)), ("slowest_job", .text(slowestJob.name)),
    ])
  }
}

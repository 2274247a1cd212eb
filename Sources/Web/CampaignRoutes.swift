import Configuration
import Store

extension API {
  static let campaignRoutes: [Route] = [
    Route("GET", "campaigns") { api, request, _ in
      let items = try await api.store.read { db in
        try db.campaigns(workspaceID: defaultWorkspace).map { JSON.object(try campaignMembers($0, db)) }
      }
      return Response(list: items, for: request)
    },
    Route("GET", "campaigns/*/runs") { api, request, key in
      let campaign = try await api.campaign(key)
      let limit = try request.limit(default: 100)
      let items = try await api.store.read { db in
        try db.runs(ofCampaign: campaign.id, limit: limit).map { try $0.json(db) }
      }
      return Response(list: items, for: request)
    },
    change("start") { try $0.startCampaign($1, now: $2) },
    change("pause") { try $0.pauseCampaign($1, now: $2) },
    change("resume") { try $0.resumeCampaign($1, now: $2) },
    change("run") { try $0.runCampaign($1, now: $2) },
    Route("GET", "campaigns/*") { api, _, key in
      let campaign = try await api.campaign(key)
      return Response(
        try await api.store.read { db in
          .object(try campaignMembers(campaign, db) + [("definition", .encoding(campaign.entry))])
        })
    },
    Route("DELETE", "campaigns/*") { api, _, key in
      let campaign = try await api.campaign(key)
      let now = api.now()
      let stopped = try await api.store.removeCampaign(campaign.id, now: now)
      return Response(.object([("name", .text(key)), ("removed", .boolean(true)), ("stopped", .number(stopped))]))
    },
  ]

  private static func change(
    _ word: String, _ body: @escaping @Sendable (Transaction, Int64, Int64) throws -> Void
  ) -> Route {
    Route("POST", "campaigns/*/\(word)") { api, _, key in
      let campaign = try await api.campaign(key)
      let now = api.now()
      try await api.store.write { try body($0, campaign.id, now) }
      return Response(
        try await api.store.read { db in
          .object(try campaignMembers(try db.campaign(campaign.id) ?? campaign, db))
        })
    }
  }

  private func campaign(_ key: String) async throws -> CampaignRecord {
    let found = try await store.read { try $0.campaign(keyed: key, workspaceID: defaultWorkspace) }
    guard let found else { throw try await missing(.campaign, key) }
    return found
  }
}

/// What a campaign is, and the sums of its runs.
private func campaignMembers(_ item: CampaignRecord, _ db: Reader) throws(StoreError) -> [(String, JSON)] {
  let entry = item.entry
  let runs = try db.runs(ofCampaign: item.id, limit: .max)
  var (sent, credits) = (0, 0)
  for run in runs {
    let use = try db.use(ofRun: run.id)
    sent += use.sent
    credits += use.credits
  }
  func sum(_ value: (CampaignRunRecord) -> Int) -> JSON { .number(runs.reduce(0) { $0 + value($1) }) }
  return [
    ("id", .integer(item.id)), ("key", .text(entry.key)), ("name", .optional(entry.name)),
    ("workspace", .text(entry.workspace)), ("state", .text(item.state.rawValue)), ("sequence", .text(entry.sequence)),
    ("owner", .text(entry.owner)), ("source", .text(entry.source.kind.rawValue)),
    ("runs_made", .number(item.runsMade)), ("runs", .optional(entry.runs)), ("from", .optional(entry.from)),
    ("until", .optional(entry.until)), ("next_run_at", .time(item.nextRunAt)),
    ("running", .boolean(runs.first.map { $0.endedAt == nil } ?? false)), ("found", sum(\.found)),
    ("with_address", sum(\.withAddress)), ("new", sum(\.new)), ("enrolled", sum(\.enrolled)), ("sent", .number(sent)),
    ("credits", .number(credits)), ("errors", sum(\.errors)), ("calls", sum(\.calls)),
    ("last_error", .optional(runs.first?.lastError)), ("created_at", .time(item.createdAt)),
    ("changed_at", .time(item.changedAt)), ("started_at", .time(item.startedAt)), ("ended_at", .time(item.endedAt)),
  ]
}

extension CampaignRunRecord {
  fileprivate func json(_ db: Reader) throws(StoreError) -> JSON {
    let use = try db.use(ofRun: id)
    return .object([
      ("id", .integer(id)), ("run", .number(number)), ("day", .text(day)), ("state", .text(state.rawValue)),
      ("found", .number(found)), ("with_address", .number(withAddress)), ("new", .number(new)),
      ("enrolled", .number(enrolled)), ("sent", .number(use.sent)), ("credits", .number(use.credits)),
      ("errors", .number(errors)), ("calls", .number(calls)), ("last_error", .optional(lastError)),
      ("failure", .optional(failure)), ("planned_at", .time(plannedAt)), ("started_at", .time(startedAt)),
      ("ended_at", .time(endedAt)), ("first_mail_at", .time(layout.from)),
    ])
  }
}

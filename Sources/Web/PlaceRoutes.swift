import Configuration
import Store

// Pools, submitters, suppressions: lists and removals. They are added and changed by `apply`.
extension API {
  static let placeRoutes: [Route] = [
    Route("GET", "pools") { api, request, _ in
      let items = try await api.store.read { db in
        let names = AccountNames(db)
        return try db.listedPools().map { row -> JSON in
          let pool: PoolRecord
          switch row {
          case .success(let found): pool = found
          case .failure(let row): return .object([("name", .text(row.name)), ("unreadable", .text(row.reason))])
          }
          return JSON.object([
            ("id", .integer(pool.id)), ("name", .text(pool.key)),
            ("workspace", .text(try db.workspace(pool.workspaceID).key)), ("rotation", .text(pool.rotation.rawValue)),
            ("prefer_same_provider", .boolean(pool.prefersSameProvider)),
            ("accounts", .list(try db.members(ofPool: pool.id).map { try names.address($0) })),
          ])
        }
      }
      return Response(list: items, for: request)
    },
    Route("DELETE", "pools/*") { api, _, name in
      let now = api.now()
      let isGone = try await api.store.write { transaction in
        try transaction.removePool(named: name, workspaceID: defaultWorkspace, now: now)
      }
      guard isGone else {
        throw Problem.notFound("pool \(name)")
      }
      return removed(name)
    },
    Route("GET", "submitters") { api, request, _ in
      let items = try await api.store.read { db in
        try db.listedSubmitters().map { row -> JSON in
          let submitter: SubmitterRecord
          switch row {
          case .success(let found): submitter = found
          case .failure(let row): return .object([("login", .text(row.name)), ("unreadable", .text(row.reason))])
          }
          return JSON.object([
            ("id", .integer(submitter.id)), ("login", .text(submitter.name)),
            ("workspace", .text(try db.workspace(submitter.workspaceID).key)), ("pools", .texts(submitter.pools)),
            ("from", .texts(submitter.fromAddresses)), ("keep_from", .boolean(submitter.keepsFrom)),
          ])
        }
      }
      return Response(list: items, for: request)
    },
    Route("DELETE", "submitters/*") { api, _, name in
      let now = api.now()
      guard try await api.store.write({ try $0.removeSubmitter(named: name, now: now) }) else {
        throw Problem.notFound("submitter \(name)")
      }
      return removed(name)
    },
  ]

  static let suppressionRoutes: [Route] = [
    Route("GET", "suppressions") { api, request, _ in
      let limit = try request.limit(default: 1000)
      let before = try request.number("before", in: 1...Int64.max)
      let items = try await api.store.read { db in
        try db.suppressions(workspaceID: defaultWorkspace, before: before, limit: limit)
      }
      return Response(
        list: items.map { item in
          .object([
            ("id", .integer(item.id)), ("value", .text(item.shownValue)), ("reason", .text(item.reason)),
            ("source", .text(item.source)), ("created_at", .time(item.createdAt)),
          ])
        }, for: request)
    },
    Route("DELETE", "suppressions/*") { api, _, value in
      let now = api.now()
      let stored = storedSuppression(value)
      guard try await api.store.write({ try $0.unsuppress(stored, workspaceID: defaultWorkspace, now: now) }) else {
        throw Problem.notFound("suppression of \(value)")
      }
      return removed(value)
    },
  ]

  private static func removed(_ name: String) -> Response {
    Response(.object([("name", .text(name)), ("removed", .boolean(true))]))
  }
}

/// The store writes a domain as `@domain`, people without the at sign.
func storedSuppression(_ value: String) -> String { value.contains("@") ? value : "@" + value }

extension SuppressionRecord {
  fileprivate var shownValue: String { value.hasPrefix("@") ? String(value.dropFirst()) : value }
}

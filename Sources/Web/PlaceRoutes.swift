import Configuration
import Store

// Pools, submitters: lists and removals. They are added and changed by `apply`.
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
        throw try await api.missing(.pool, name)
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
        throw try await api.missing(.submitter, name)
      }
      return removed(name)
    },
  ]

  static func removed(_ name: String) -> Response {
    Response(.object([("name", .text(name)), ("removed", .boolean(true))]))
  }
}

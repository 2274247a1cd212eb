import Host
import Store

// Keys for apps: made here, shown once.
extension API {
  static let keyRoutes: [Route] = [
    Route("GET", "keys") { api, request, _ in
      let withRevoked = try request.flag("revoked")
      let items = try await api.store.read { db in
        try db.apiKeys(withRevoked: withRevoked).map { JSON.object(try members(of: $0, db)) }
      }
      return Response(list: items, for: request)
    },
    Route("POST", "keys") { api, request, _ in
      let body = try request.decoded(KeyBody.self, as: "key")
      guard isName(body.name) else { throw Problem.invalid("the name of a key is 1 to 100 characters of one line") }
      let key = APIKey.make()
      let now = api.now()
      let made = try await api.store.write { transaction in
        let record = try transaction.addKey(
          body.name, for: body.submitter, hash: APIKey.hash(key), beginning: APIKey.beginning(key), now: now)
        return JSON.object(try members(of: record, transaction) + [("key", .text(key))])
      }
      return Response(made, status: 201)
    },
    Route("DELETE", "keys/*") { api, _, number in
      let now = api.now()
      guard let id = Int64(number), try await api.store.write({ try $0.revokeKey(id, now: now) }) else {
        throw Problem.notFound("key \(number)")
      }
      return Response(.object([("id", .integer(id)), ("removed", .boolean(true))]))
    },
  ]

  private struct KeyBody: StrictBody {
    static let members = ["name", "submitter"]

    var name: String
    var submitter: String
  }

  private static func isName(_ name: String) -> Bool {
    (1...100).contains(name.count) && !name.utf8.contains { $0 < 0x20 || $0 == 0x7F }
  }

  private static func members(of key: APIKeyRecord, _ db: Reader) throws(StoreError) -> [(String, JSON)] {
    [
      ("id", .integer(key.id)), ("name", .text(key.name)), ("submitter", .text(key.submitter)),
      ("workspace", .text(try db.workspace(key.workspaceID).key)), ("begins", .text(key.beginning)),
      ("created_at", .time(key.createdAt)), ("used_at", .time(key.usedAt)), ("revoked_at", .time(key.revokedAt)),
    ]
  }
}

import Configuration
import Delivery
import Host
import Store

extension API {
  static let accountRoutes: [Route] = [
    Route("GET", "accounts") { api, request, _ in
      let now = api.now()
      let views = try await api.store.read { db in try db.accounts().map { try AccountView($0, db, now: now).json } }
      return Response(list: views, for: request)
    },
    Route("GET", "accounts/health") { api, request, _ in
      let now = api.now()
      let only = request.query["address"]
      let standing = api.hooks.relay()
      let relay = standing.isDiskLow ? standing.gate : nil
      let views = try await api.store.read { db in
        try db.accounts().filter { only == nil || $0.address == only?.lowercased() }
          .map { try AccountView($0, db, now: now).health(db, relay: relay, now: now) }
      }
      if let only, views.isEmpty { throw try await api.missing(.account, only) }
      return Response(list: views, for: request)
    },
    Route("POST", "accounts/*/test") { api, _, address in
      let account = try await api.account(address)
      return Response(try await api.test(account))
    },
    Route("POST", "accounts/*/enable") { api, _, address in
      try await api.setState(.active, of: address)
    },
    Route("POST", "accounts/*/disable") { api, _, address in
      try await api.setState(.disabled, of: address)
    },
    Route("GET", "accounts/*") { api, _, address in
      let account = try await api.account(address)
      let now = api.now()
      return Response(try await api.store.read { db in try AccountView(account, db, now: now).alone(db) })
    },
    Route("DELETE", "accounts/*") { api, _, address in
      let now = api.now()
      guard try await api.store.write({ try $0.removeAccount(at: address, now: now) }) else {
        throw try await api.missing(.account, address)
      }
      return Response(.object([("address", .text(address.lowercased())), ("removed", .boolean(true))]))
    },
  ]

  func account(_ address: String) async throws -> AccountRecord {
    guard let account = try await store.read({ try $0.account(at: address) }) else {
      throw try await missing(.account, address)
    }
    return account
  }

  private func setState(_ state: AccountState, of address: String) async throws -> Response {
    let account = try await account(address)
    let now = now()
    return Response(
      try await store.write { transaction in
        try transaction.setAccountState(
          account.id, state, reason: state == .active ? nil : .manual, text: nil, now: now)
        guard let changed = try transaction.account(account.id) else { return .null }
        return try AccountView(changed, transaction, now: now).json
      })
  }
}

/// An account as the API shows it; never its secret.
struct AccountView {
  private let account: AccountRecord
  private let workspace: String
  private let facts: AccountFacts?
  private let authorization: JSON

  init(_ account: AccountRecord, _ db: Reader, now: Int64) throws(StoreError) {
    self.account = account
    workspace = try db.workspace(account.workspaceID).key
    facts = try db.accountFacts(account.id, now: now)
    authorization = try Self.authorization(of: account, db)
  }

  var json: JSON { .object(members) }

  /// With how far each of its folders has been read.
  func alone(_ db: Reader) throws(StoreError) -> JSON {
    let folders = try db.cursors(accountID: account.id).map { folder, cursor in
      JSON.object([
        ("folder", .text(folder)), ("last_uid", .integer(cursor.lastUID)),
        ("first_look_left", .optional(cursor.backlog.map { $0.left ?? 0 })),
        ("first_look_of", .optional(cursor.backlog?.total)),
      ])
    }
    return .object(members + [("folders", .list(folders))])
  }

  private var members: [(String, JSON)] {
    identity + [
      ("workspace", .text(workspace)),
      ("pools", .texts(account.settings.pools.isEmpty ? ["default"] : account.settings.pools)),
      ("sent_today", .optional(facts?.usedToday)), ("has_secret", .boolean(account.secret != nil)),
      ("authorization", authorization), ("settings", .encoding(account.settings)),
      ("created_at", .time(account.createdAt)),
      ("changed_at", .time(account.changedAt)),
    ]
  }

  private var identity: [(String, JSON)] {
    [
      ("id", .integer(account.id)), ("address", .text(account.address)), ("state", .text(account.state.rawValue)),
      ("reason", .optional(account.reason?.rawValue)), ("reason_text", .optional(account.reasonText)),
      ("rest_until", .time(account.restUntil)), ("rest_reason", .optional(account.restReason)),
    ]
  }

  /// With the use of each limit, what it is judged by, and the last seven days. `relay` is what keeps all accounts from sending.
  func health(_ db: Reader, relay: Gate?, now: Int64) throws(StoreError) -> JSON {
    let week = try db.activity(ofAccount: account.id, since: now - 7 * 86_400_000)
    let hour = try db.activity(ofAccount: account.id, since: now - 3_600_000)
    let health = try db.health(ofAccount: account.id, now: now)
    return .object(
      identity + [
        ("score", .number(Health.score(health))), ("attempts", .number(health.attempts)),
        ("success_percent", .percent(health.successRate)), ("fates", .number(health.sends)),
        ("bounce_percent", .percent(health.bounceRate)), ("complaint_percent", .percent(health.complaintRate)),
        ("sent_today", .optional(facts?.usedToday)), ("daily_limit", .optional(facts?.limitToday(at: now))),
        ("warmup_day", .optional(facts?.warmup == nil ? nil : facts?.warmupDay)),
        ("warmup_cap", .optional(facts?.warmupCap(at: now))), ("sent_hour", .integer(hour.sent)),
        ("hourly_limit", .optional(facts?.hourlyLimit)), ("in_flight", .optional(facts?.inFlight)),
        ("sent_week", .integer(week.sent)), ("refused_week", .integer(week.refused)),
        ("bounced_week", .integer(week.bounced)), ("replied_week", .integer(week.replied)),
        ("waiting", .integer(week.waiting)), ("last_sent_at", .time(week.lastSentAt)),
        ("next_slot", .time(relay == nil ? facts?.nextSlot(from: now) : nil)), ("held_up", .optional(relay?.reason)),
        ("checks", .list((facts?.report(at: now).checks.map(\.json) ?? []) + [relay?.json].compactMap(\.self))),
        ("last_error", .optional(week.lastError)), ("last_error_at", .time(week.lastErrorAt)),
        ("authorization", authorization),
      ])
  }
}

extension JSON {
  /// Hundredths of a percent as a number of percent.
  fileprivate static func percent(_ share: Int?) -> JSON {
    guard let share else { return .null }
    let hundredths = share % 100
    return .raw("\(share / 100).\(hundredths < 10 ? "0" : "")\(hundredths)")
  }
}

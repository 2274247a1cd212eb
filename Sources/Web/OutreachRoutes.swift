import Delivery
import Foundation
import Host
import Sorting
import Store

extension API {
  static let creditRoutes: [Route] = [
    Route("GET", "credits") { api, request, _ in
      let limit = try request.limit(default: 30)
      let now = api.now()
      let days = try await api.store.read { db in
        let workspace = try db.workspace(defaultWorkspace)
        let today = (Zone.named(workspace.zone) ?? .utc).dayKey(at: now)
        var days = try db.creditDays(of: workspace, limit: limit)
        // Today is what is asked for most, also before anything was booked.
        if !days.contains(where: { $0.day >= today }) {
          days = [try db.credits(of: workspace, day: today)] + days.prefix(limit - 1)
        }
        return days
      }
      return Response(list: days.map(\.json), for: request)
    },
    Route("POST", "credits/grant") { api, request, _ in
      let wanted = try request.decoded(CreditGrant.self, as: "grant")
      guard (1...CreditGrant.most).contains(wanted.amount) else {
        throw Problem.invalid("amount must be between 1 and \(CreditGrant.most)")
      }
      if let day = wanted.day, !isDay(day) {
        throw Problem.invalid("\"\(day)\" is no day: write it like 2026-11-21")
      }
      let now = api.now()
      let day = try await api.store.write { transaction in
        try transaction.grant(
          wanted.amount, workspaceID: defaultWorkspace, day: wanted.day, key: wanted.key ?? UUIDv7.text(at: now),
          reason: wanted.reason ?? "", now: now)
      }
      return Response(day.json)
    },
    Route("GET", "credits/ledger") { api, request, _ in
      let limit = try request.limit()
      let before = try request.number("before", in: 1...Int64.max)
      let day = request.query["day"]
      if let day, !isDay(day) { throw Problem.invalid("\"\(day)\" is no day: write it like 2026-11-21") }
      let items = try await api.store.read { db in
        let names = AccountNames(db)
        return try db.creditLedger(workspaceID: defaultWorkspace, day: day, before: before, limit: limit)
          .map { try $0.json(names) }
      }
      return Response(list: items, for: request)
    },
  ]

  static let inboxRoutes: [Route] = [
    Route("GET", "inbox") { api, request, _ in
      let limit = try request.limit()
      let before = try request.number("before", in: 1...Int64.max)
      let (kind, account) = (request.query["class"], request.query["account"])
      let classes = Verdict.MailClass.allCases.map(\.rawValue)
      if let kind, !classes.contains(kind) {
        throw Problem.invalid("\"\(kind)\" is no class of a mail: \(classes.joined(separator: ", "))")
      }
      let mails = try await api.store.read { db in
        try db.inbound(kind: kind, account: account, before: before, limit: limit)
      }
      return Response(list: mails.map(\.summary), for: request)
    },
    Route("POST", "inbox/resort") { api, request, _ in
      try await api.resort(request)
    },
    Route("GET", "inbox/*/raw") { api, _, text in
      let mail = try await api.inbound(text)
      guard let bytes = try await api.store.read({ try $0.body(mail.bodyID) }) else {
        throw Problem.notFound("body of mail \(mail.id)")
      }
      return Response(status: 200, type: "message/rfc822", body: bytes)
    },
    Route("GET", "inbox/*") { api, _, text in
      let mail = try await api.inbound(text)
      return Response(.object(mail.members + [("verdict", .raw(mail.verdict))]))
    },
  ]

  private func inbound(_ text: String) async throws -> InboundRecord {
    let id = try rowID(text)
    guard let mail = try await store.read({ try $0.inbound(id) }) else { throw Problem.notFound("mail \(id)") }
    return mail
  }
}

/// The row of the workspace that always exists; the API serves it alone so far.
let defaultWorkspace: Int64 = 1

/// The body of a grant.
private struct CreditGrant: StrictBody {
  static let members = ["amount", "day", "key", "reason"]
  /// More than anybody sends in a day; a number beyond is a slip of the hand.
  static let most = 100_000_000

  var amount: Int
  /// `YYYY-MM-DD`; today without one.
  var day: String?
  /// The same again grants nothing.
  var key: String?
  var reason: String?
}

extension CreditDay {
  fileprivate var json: JSON {
    let used = sends + replies
    return .object([
      ("day", .text(day)), ("sends", .integer(sends)), ("replies", .integer(replies)), ("used", .integer(used)),
      ("granted", .integer(granted)), ("limit", limit == 0 ? .null : .integer(limit)),
      ("left", limit == 0 ? .null : .integer(limit + granted - used)),
    ])
  }
}

extension CreditRecord {
  fileprivate func json(_ names: AccountNames) throws(StoreError) -> JSON {
    .object([
      ("id", .integer(id)), ("at", .time(at)), ("day", .text(day)), ("kind", .text(kind)),
      ("amount", .integer(amount)), ("message_id", .optional(messageID)),
      ("account", try names.address(accountID)), ("booking_key", .text(bookingKey)),
    ])
  }
}

/// `YYYY-MM-DD`, a day that is in the calendar; another one would silently list nothing.
private func isDay(_ text: String) -> Bool {
  // Foundation takes 2026-02-30 for March 2.
  text.utf8.count == 10
    && (try? Date(text, strategy: .iso8601.year().month().day()))?.formatted(.iso8601.year().month().day()) == text
}

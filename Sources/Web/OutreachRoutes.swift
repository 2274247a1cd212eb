import Configuration
import Delivery
import Foundation
import Outreach
import Sorting
import Store

extension API {
  static let sequenceRoutes: [Route] = [
    Route("GET", "sequences") { api, request, _ in
      let views = try await api.store.read { db in
        try db.sequences().map { JSON.object(try sequenceMembers($0, db)) }
      }
      return Response(list: views, for: request)
    },
    Route("GET", "sequences/*/enrollments") { api, request, key in
      let sequence = try await api.sequence(key)
      let limit = try request.limit(default: 1000)
      let after = try request.number("after", default: 0, in: 0...Int64.max)
      let items = try await api.store.read { db in try enrollments(of: sequence, after: after, limit: limit, db) }
      return Response(list: items, for: request)
    },
    Route("GET", "sequences/*") { api, request, key in
      let sequence = try await api.sequence(key)
      let limit = try request.limit(default: 1000)
      return Response(
        try await api.store.read { db in
          .object(
            try sequenceMembers(sequence, db) + [
              ("enrollments", .list(try enrollments(of: sequence, after: 0, limit: limit, db)))
            ])
        })
    },
  ]

  private func sequence(_ key: String) async throws -> SequenceRecord {
    let found = try await store.read { db in try db.sequence(keyed: key, workspaceID: defaultWorkspace) }
    guard let found else { throw Problem.notFound("sequence \(key)") }
    return found
  }

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

private func sequenceMembers(_ sequence: SequenceRecord, _ db: Reader) throws(StoreError) -> [(String, JSON)] {
  let counts = try db.enrollmentCounts(ofSequence: sequence.id)
  let entry = sequence.entry
  // What holds, not only what the sequence says itself: where it is silent the workspace's defaults do.
  let defaults = try db.workspace(sequence.workspaceID).sequenceDefaults
  let onReply = entry.onReply ?? defaults.onReply ?? .stop
  let onBounce = entry.onBounce ?? defaults.onBounce ?? .stop
  let onAway = entry.onAway ?? defaults.onAway ?? .continue
  let window = entry.window ?? defaults.window
  var members: [(String, JSON)] = [
    ("id", .integer(sequence.id)), ("key", .text(sequence.key)), ("name", .text(entry.name ?? sequence.key)),
    ("workspace", .text(entry.workspace)), ("state", .text(sequence.state.rawValue)),
    ("on_reply", .text(onReply.rawValue)), ("on_bounce", .text(onBounce.rawValue)),
    ("on_away", .text(onAway.rawValue)),
    ("window", window.map { .encoding($0) } ?? .null), ("zone", .optional(entry.zone)),
    ("created_at", .time(sequence.createdAt)), ("enrolled", .integer(counts.reduce(0) { $0 + $1.count })),
  ]
  for state in ["active", "paused", "completed", "stopped", "failed"] {
    members.append((state, .integer(counts.first { $0.state == state }?.count ?? 0)))
  }
  members.append(("replied", .integer(counts.reduce(0) { $0 + $1.replied })))
  return members
}

private func enrollments(of sequence: SequenceRecord, after: Int64, limit: Int, _ db: Reader) throws(StoreError)
  -> [JSON]
{
  let names = AccountNames(db)
  var items: [JSON] = []
  for enrollment in try db.enrollments(ofSequence: sequence.id, after: after, limit: limit) {
    let steps = try db.steps(ofEnrollment: enrollment.id)
    let next = steps.filter { $0.state == .scheduled }.compactMap { $0.due ?? $0.scheduledFor }.min()
    items.append(
      .object([
        ("id", .integer(enrollment.id)), ("contact", .text(enrollment.contact)),
        ("state", .text(enrollment.state.rawValue)), ("stop_reason", .optional(enrollment.stopReason?.rawValue)),
        ("account", try names.address(enrollment.accountID)),
        ("steps_sent", .number(steps.count { $0.sentAt != nil })), ("steps_known", .number(steps.count)),
        ("steps_text", .text(steps.map { "\($0.step ?? 0) \($0.state.rawValue)" }.joined(separator: ", "))),
        ("next_at", .time(next)), ("started_at", .time(enrollment.startedAt)), ("ended_at", .time(enrollment.endedAt)),
        ("replied_at", .time(enrollment.repliedAt)), ("steps", .list(steps.map(\.stepJSON))),
      ]))
  }
  return items
}

extension MessageRecord {
  fileprivate var stepJSON: JSON {
    .object([
      ("step", .optional(step)), ("message_id", .integer(id)), ("state", .text(state.rawValue)),
      ("scheduled_for", .time(scheduledFor)), ("sent_at", .time(sentAt)), ("opened_at", .time(openedAt)),
      ("clicked_at", .time(clickedAt)), ("replied_at", .time(repliedAt)), ("error", .optional(lastReply)),
    ])
  }
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
  text.utf8.count == 10 && (try? Date(text, strategy: .iso8601.year().month().day())) != nil
}

import Sorting
import Store

extension API {
  /// Mails that are sorted again in one request: few enough that the answer comes within a second or two.
  private static let resortBatch = 200

  /// Sorts a batch of stored mails again and says what changes; with `apply` it is done, each mail in a transaction of its own.
  func resort(_ request: Request) async throws -> Response {
    let cursor = try request.number("after", in: 0...Int64.max) ?? 0
    let apply = try request.flag("apply")
    let mails = try await store.read { db in try db.inboundToResort(after: cursor, limit: Self.resortBatch) }
    let sorted = mails.map { mail in
      let answersOurs = mail.record.matchedBy == NewInbound.byInReplyTo
      let sorted = sort(mail.bytes, now: mail.record.receivedAt, answersOurs: answersOurs)
      return (record: mail.record, verdict: InboundVerdict(sorted))
    }
    let now = now()
    let changes = try await store.read { db in
      var changes: [VerdictChange] = []
      for mail in sorted {
        if let change = try db.change(of: mail.record, to: mail.verdict, now: now) { changes.append(change) }
      }
      return changes
    }
    if apply {
      for mail in sorted where mail.record.verdict != mail.verdict.json {
        try await store.write { transaction in try transaction.resort(mail.record, to: mail.verdict, now: now) }
      }
    }
    let items = changes.map { change in
      JSON.object([
        ("id", .integer(change.record.id)), ("account", .text(change.record.account)),
        ("sender", .optional(change.record.sender)), ("subject", .optional(change.record.subject)),
        ("class", .text(change.record.kind)), ("rule", .text(change.record.rule)),
        ("new_class", .text(change.verdict.kind)), ("new_rule", .text(change.verdict.rule)),
        ("effects", .list(change.effects.map { .text($0) })),
      ])
    }
    // The last item says where to go on; null is the end.
    let end = JSON.object([
      ("looked_at", .integer(Int64(mails.count))), ("after", .optional(mails.last?.record.id)),
    ])
    return Response(list: items + [end], for: request)
  }
}

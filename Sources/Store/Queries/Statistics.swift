public import Delivery
public import Outreach

/// Sums over events that are not in the store's tables yet.
struct StatisticsBatch: Sendable {
  /// What they add, by each size of sums; in the order of the table, in which neighbours lie on one page.
  var parts: [(size: StatisticsHours.Size, counts: [(cell: StatisticsCell, count: Int64)])] = []
  /// The last event that was in the tables when they were read, and the last one that is in `parts`.
  var after, through: Int64
}

/// One key of a scope with its statistics.
public struct StatisticsRow: Sendable, Equatable {
  /// Within the scope: an id, ids joined by `/`, or a name.
  public var key: String
  /// What was counted.
  public var line: StatisticsLine
}

extension Store {
  /// How many events are read at a time. The sums of so many keep the writer for some milliseconds when they lie within hours,
  /// and for thirty when each has an hour of its own.
  private static let statisticsBatch: Int64 = 1000

  /// Adds the events of up to now to the statistics.
  ///
  /// Reading and adding up is a reader's work; the writer only adds the sums, when nobody else did meanwhile. So
  /// nothing of it is in the way of a mail.
  public func countEvents() async throws(StoreError) {
    let newest = try await read(seesLog: false) { try $0.newestEvent() }
    while true {
      let batch = try await read(seesLog: false) { db in try db.uncountedEvents(atMost: Self.statisticsBatch) }
      if batch.through > batch.after { try await write(seesLog: false) { try $0.add(batch) } }
      if batch.through >= newest { return }
    }
  }

  /// Makes the statistics anew from the first event on.
  public func recountEvents() async throws(StoreError) {
    try await write(seesLog: false) { try $0.forgetStatistics() }
    try await countEvents()
  }
}

extension Reader {
  func newestEvent() throws(StoreError) -> Int64 {
    try first("SELECT COALESCE(MAX(id), 0) FROM event", []) { row in row.integer(0) } ?? 0
  }

  private func countedThrough() throws(StoreError) -> Int64 {
    try first("SELECT event_id FROM statistic_cursor", []) { row in row.integer(0) } ?? 0
  }

  func uncountedEvents(atMost limit: Int64) throws(StoreError) -> StatisticsBatch {
    let after = try countedThrough()
    var batch = StatisticsBatch(after: after, through: min(try newestEvent(), after + limit))
    let events = try connection.rows(
      """
      SELECT e.kind, e.at, e.workspace_id, n.sequence_id, COALESCE(m.step_id, m.step), m.variant, COALESCE(e.account_id, m.account_id),
        COALESCE(m.campaign, f.campaign), COALESCE(m.tag, f.tag), CASE WHEN e.kind = 'enrollment.stopped' THEN e.detail ->> 'reason' END,
        CASE WHEN e.kind IN ('message.bounced', 'enrollment.stopped') THEN e.detail ->> 'was' END,
        CASE WHEN \(Self.isAnswer("e")) THEN CAST(COALESCE(e.detail ->> 'sent_at', m.sent_at) AS INTEGER) END,
        CASE WHEN \(Self.isAnswer("e")) THEN CAST(e.detail ->> 'received_at' AS INTEGER) END,
        \(Self.isAnswer("e")) AND EXISTS (SELECT 1 FROM event p WHERE p.message_id = e.message_id AND p.kind = e.kind
          AND p.id < e.id AND \(Self.isAnswer("p")))
      FROM event e LEFT JOIN message m ON m.id = e.message_id
        LEFT JOIN enrollment n ON n.id = COALESCE(e.enrollment_id, m.enrollment_id)
        -- A person is of the campaign that the first mail to them names.
        LEFT JOIN message f ON e.message_id IS NULL AND f.enrollment_id = e.enrollment_id
          AND f.step = (SELECT MIN(step) FROM message WHERE enrollment_id = e.enrollment_id)
      WHERE e.id > ? AND e.id <= ? AND e.kind IN (\(Self.countedKinds))
      """, [.integer(after), .integer(batch.through)]
    ) { row in
      var event = StatisticsEvent(kind: row.text(0), at: row.integer(1), workspaceID: row.integer(2))
      event.sequenceID = row.integerOrNil(3)
      event.step = row.textOrNil(4)
      event.variant = row.textOrNil(5)
      event.accountID = row.integerOrNil(6)
      event.campaign = row.textOrNil(7)
      event.tag = row.textOrNil(8)
      event.reason = row.textOrNil(9)
      event.was = row.textOrNil(10)
      event.sentAt = row.integerOrNil(11)
      event.answeredAt = row.integerOrNil(12)
      event.isRepeated = row.flag(13)
      return event
    }
    var sums = StatisticsSums()
    for event in events { sums.add(event) }
    batch.parts = StatisticsHours.Size.allCases.map { size in
      (size, sums.counts(by: size).map { ($0.key, $0.value) }.sorted { $0.0.isBefore($1.0) })
    }
    return batch
  }

  /// In the words of the index `event_answer`; `table` is what the query calls the events.
  static func isAnswer(_ table: String) -> String {
    let kinds = [EventRecord.Kind.replied, .opened, .clicked, .unsubscribed, .complained]
    return "(\(kinds.map { "\(table).kind = '\($0.rawValue)'" }.joined(separator: " OR ")))"
  }

  private static let countedKinds = [
    EventRecord.Kind.enrolled, .enrollmentCompleted, .enrollmentReopened, .enrollmentStopped, .sent, .bounced, .failed,
    .skipped, .cancelled, .replied, .opened, .clicked, .unsubscribed, .complained,
  ].map { "'\($0.rawValue)'" }.joined(separator: ", ")

  /// The statistics of every key of a scope that begins with `prefix`, by key.
  ///
  /// `from` and `to` (UTC epoch milliseconds, end exclusive) count by whole hours.
  public func statistics(
    by scope: StatisticsScope, workspaceID: Int64, prefix: String = "", from: Int64? = nil, to: Int64? = nil
  ) throws(StoreError) -> [StatisticsRow] {
    let span = StatisticsSpan(workspaceID, scope, from: prefix, below: prefix + "\u{10FFFF}", from, to)
    return try lines(span).map { StatisticsRow(key: $0.key, line: $0.value) }.sorted { $0.key < $1.key }
  }

  /// The statistics of one key with its best hours and days, by the clock of `zone`.
  public func statistics(
    of key: String, by scope: StatisticsScope, workspaceID: Int64, from: Int64? = nil, to: Int64? = nil, zone: Zone
  ) throws(StoreError) -> StatisticsLine {
    let span = StatisticsSpan(workspaceID, scope, from: key, below: key + "\u{0}", from, to)
    var line = try lines(span)[key] ?? StatisticsLine()
    for fact in StatisticsLine.factsOfSending {
      let hours = try connection.rows(
        """
        SELECT hour, count FROM statistic
        WHERE workspace_id = ? AND scope = ? AND key = ? AND fact = ? AND hour >= ? AND hour < ?
        """,
        [
          .integer(workspaceID), .text(scope.rawValue), .text(key), .text(fact.name),
          .integer(span.hours.from ?? .min), .integer(span.hours.to ?? .max),
        ]
      ) { row in (hour: row.integer(0), count: row.integer(1)) }
      for hour in hours {
        line.addTime(
          fact, hour: hour.hour, count: hour.count,
          offsetMilliseconds: zone.offsetMilliseconds(at: hour.hour * 3_600_000))
      }
    }
    return line
  }

  /// Added up where they lie, from as few rows as cover the span: whole days and months, and hours at its ends only.
  private func lines(_ span: StatisticsSpan) throws(StoreError) -> [String: StatisticsLine] {
    var lines: [String: StatisticsLine] = [:]
    for part in span.hours.parts {
      // Of hours only a few are asked for, but of every key: the other index (`statistic_hour`) has them side by side.
      let of =
        part.size == .hour
        ? "statistic WHERE workspace_id = ? AND scope = ? AND hour >= ? AND hour < ? AND key || '' >= ? AND key || '' < ?"
        : """
        statistic_span WHERE workspace_id = ? AND scope = ? AND hour >= ? AND hour < ? AND key >= ? AND key < ?
          AND hours = \(part.size.rawValue)
        """
      let sums = try connection.rows(
        "SELECT key, fact, SUM(count) FROM \(of) GROUP BY key, fact",
        [
          .integer(span.workspaceID), .text(span.scope.rawValue), .integer(part.first), .integer(part.below),
          .text(span.first), .text(span.last),
        ]
      ) { row in (key: row.text(0), fact: row.text(1), count: row.integer(2)) }
      for sum in sums {
        if let fact = StatisticsFact(name: sum.fact) { lines[sum.key, default: StatisticsLine()].add(fact, sum.count) }
      }
    }
    return lines
  }
}

extension StatisticsCell {
  fileprivate func isBefore(_ other: StatisticsCell) -> Bool {
    if scope != other.scope { return scope.rawValue < other.scope.rawValue }
    if key != other.key { return key < other.key }
    if hour != other.hour { return hour < other.hour }
    return fact.name < other.fact.name
  }
}

/// The part of the sums that a question is about.
private struct StatisticsSpan {
  var workspaceID: Int64
  var scope: StatisticsScope
  var first, last: String
  var hours: StatisticsHours

  init(
    _ workspaceID: Int64, _ scope: StatisticsScope, from first: String, below last: String, _ from: Int64?, _ to: Int64?
  ) {
    self.workspaceID = workspaceID
    self.scope = scope
    self.first = first
    self.last = last
    hours = StatisticsHours(fromMilliseconds: from, toMilliseconds: to)
  }
}

extension Transaction {
  func add(_ batch: StatisticsBatch) throws(StoreError) {
    let moved = try run(
      "UPDATE statistic_cursor SET event_id = ? WHERE event_id = ?", [.integer(batch.through), .integer(batch.after)])
    // Somebody else has counted them meanwhile.
    guard moved > 0 else { return }
    for part in batch.parts {
      let (table, unique, more) =
        part.size == .hour
        ? ("statistic", "workspace_id, scope, key, fact, hour", "")
        : ("statistic_span", "workspace_id, scope, hours, key, fact, hour", ", \(part.size.rawValue)")
      let sql = """
        INSERT INTO \(table) (workspace_id, scope, key, fact, hour, count\(more.isEmpty ? "" : ", hours"))
        VALUES (?, ?, ?, ?, ?, ?\(more)) ON CONFLICT (\(unique)) DO UPDATE SET count = count + excluded.count
        """
      for (cell, count) in part.counts {
        try run(
          sql,
          [
            .integer(cell.workspaceID), .text(cell.scope.rawValue), .text(cell.key), .text(cell.fact.name),
            .integer(cell.hour), .integer(count),
          ])
      }
    }
  }

  func forgetStatistics() throws(StoreError) {
    try run("DELETE FROM statistic", [])
    try run("DELETE FROM statistic_span", [])
    try run("UPDATE statistic_cursor SET event_id = 0", [])
  }
}

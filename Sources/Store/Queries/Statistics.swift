public import Delivery
public import Outreach

/// Sums over events that are not in the store's tables yet.
struct StatisticsBatch: Sendable {
  /// What they add.
  var sums = StatisticsSums()
  /// The last event that was in the tables when they were read, and the last one that is in `sums`.
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
  /// How many events are read at a time: the sums of so many keep the writer for some milliseconds, as they lie within hours.
  private static let statisticsBatch: Int64 = 5000

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
      SELECT e.kind, e.at, e.workspace_id, n.sequence_id, COALESCE(m.step_id, m.step), m.variant, COALESCE(e.account_id, m.account_id), m.campaign,
        m.tag, CASE WHEN e.kind = 'enrollment.stopped' THEN e.detail ->> 'reason' END,
        CASE WHEN e.kind IN ('message.bounced', 'enrollment.stopped') THEN e.detail ->> 'was' END,
        CASE WHEN \(Self.isAnswer("e")) THEN CAST(COALESCE(e.detail ->> 'sent_at', m.sent_at) AS INTEGER) END,
        CASE WHEN \(Self.isAnswer("e")) THEN CAST(e.detail ->> 'received_at' AS INTEGER) END,
        \(Self.isAnswer("e")) AND EXISTS (SELECT 1 FROM event p WHERE p.message_id = e.message_id AND p.kind = e.kind
          AND p.id < e.id AND \(Self.isAnswer("p")))
      FROM event e LEFT JOIN message m ON m.id = e.message_id
        LEFT JOIN enrollment n ON n.id = COALESCE(e.enrollment_id, m.enrollment_id)
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
    for event in events { batch.sums.add(event) }
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
    var rows: [StatisticsRow] = []
    for sum in try sums(span) {
      guard let fact = StatisticsFact(name: sum.fact) else { continue }
      if rows.last?.key != sum.key { rows.append(StatisticsRow(key: sum.key, line: StatisticsLine())) }
      rows[rows.count - 1].line.add(fact, sum.count)
    }
    return rows
  }

  /// The statistics of one key with its best hours and days, by the clock of `zone`.
  public func statistics(
    of key: String, by scope: StatisticsScope, workspaceID: Int64, from: Int64? = nil, to: Int64? = nil, zone: Zone
  ) throws(StoreError) -> StatisticsLine {
    let span = StatisticsSpan(workspaceID, scope, from: key, below: key + "\u{0}", from, to)
    var line = StatisticsLine()
    for sum in try sums(span) {
      if let fact = StatisticsFact(name: sum.fact) { line.add(fact, sum.count) }
    }
    for fact in StatisticsLine.factsOfSending {
      let hours = try connection.rows(
        "SELECT hour, count FROM statistic WHERE \(StatisticsSpan.condition) AND fact = ?",
        span.values + [.text(fact.name)]
      ) { row in (hour: row.integer(0), count: row.integer(1)) }
      for hour in hours {
        line.addTime(
          fact, hour: hour.hour, count: hour.count,
          offsetMilliseconds: zone.offsetMilliseconds(at: hour.hour * 3_600_000))
      }
    }
    return line
  }

  /// Added up where they lie: a year has some nine thousand hours of each fact.
  private func sums(_ span: StatisticsSpan) throws(StoreError) -> [(key: String, fact: String, count: Int64)] {
    try connection.rows(
      "SELECT key, fact, SUM(count) FROM statistic WHERE \(StatisticsSpan.condition) GROUP BY key, fact ORDER BY key, fact",
      span.values
    ) { row in (key: row.text(0), fact: row.text(1), count: row.integer(2)) }
  }
}

/// The part of the sums that a question is about.
private struct StatisticsSpan {
  static let condition = "workspace_id = ? AND scope = ? AND key >= ? AND key < ? AND hour >= ? AND hour < ?"
  var values: [SQLValue]

  init(
    _ workspaceID: Int64, _ scope: StatisticsScope, from first: String, below last: String, _ from: Int64?, _ to: Int64?
  ) {
    values = [
      .integer(workspaceID), .text(scope.rawValue), .text(first), .text(last),
      .integer(from.map { $0 / 3_600_000 } ?? .min), .integer(to.map { ($0 + 3_599_999) / 3_600_000 } ?? .max),
    ]
  }
}

extension Transaction {
  func add(_ batch: StatisticsBatch) throws(StoreError) {
    let moved = try run(
      "UPDATE statistic_cursor SET event_id = ? WHERE event_id = ?", [.integer(batch.through), .integer(batch.after)])
    // Somebody else has counted them meanwhile.
    guard moved > 0 else { return }
    for (cell, count) in batch.sums.counts {
      try run(
        """
        INSERT INTO statistic (workspace_id, scope, key, fact, hour, count) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (workspace_id, scope, key, fact, hour) DO UPDATE SET count = count + excluded.count
        """,
        [
          .integer(cell.workspaceID), .text(cell.scope.rawValue), .text(cell.key), .text(cell.fact.name),
          .integer(cell.hour), .integer(count),
        ])
    }
  }

  func forgetStatistics() throws(StoreError) {
    try run("DELETE FROM statistic", [])
    try run("UPDATE statistic_cursor SET event_id = 0", [])
  }
}

internal import Outreach

/// Events added up that are not in the tables of statistics yet.
struct StatisticsBatch: Sendable {
  /// The sums that they belong to.
  var generation: Int64
  /// The last event that was in the tables when they were read, and the last one that is in `rows`.
  var after, through: Int64
  /// What they add, in the order of the tables, in which neighbours lie on one page.
  var rows: [Row] = []

  enum Row: Sendable {
    case count(StatisticsCount)
    case person(Int64, StatisticsPerson)
  }
}

/// One sum, in the words of its table; made once, because sorting looks at them often.
struct StatisticsCount: Sendable, Comparable {
  var size: StatisticsHours.Size
  var workspaceID: Int64
  var scope: String
  var key: String
  var fact: String
  var hour: Int64
  var count: Int64

  init(size: StatisticsHours.Size, cell: StatisticsCell, count: Int64) {
    self.size = size
    workspaceID = cell.workspaceID
    scope = cell.scope.rawValue
    key = cell.key
    fact = cell.fact.name
    hour = cell.hour
    self.count = count
  }

  /// As the primary keys have it.
  static func < (one: Self, other: Self) -> Bool {
    if one.workspaceID != other.workspaceID { return one.workspaceID < other.workspaceID }
    if one.scope != other.scope { return one.scope < other.scope }
    if one.key != other.key { return one.key < other.key }
    if one.fact != other.fact { return one.fact < other.fact }
    return one.hour < other.hour
  }
}

extension Store {
  /// How many events are read at a time. The sums of so many keep the writer for some milliseconds when they lie within hours,
  /// and for thirty when each has an hour of its own.
  private static let batchEvents: Int64 = 1000
  /// As many as share their days and months, and still little memory.
  private static let recountEvents: Int64 = 20_000
  /// How many rows are written in one transaction of a recount: ten milliseconds of the writer.
  private static let recountRows = 2500

  /// Adds the events of up to now to the statistics.
  ///
  /// Reading and adding up is a reader's work; the writer only adds the sums, when nobody else did meanwhile. So
  /// nothing of it is in the way of a mail.
  public func countEvents() async throws(StoreError) {
    await counting.enter()
    defer { counting.leave() }
    let newest = try await read(seesLog: false) { try $0.newestEvent() }
    // All of them, as after an update: in the order of the tables that writes a third as much.
    if newest > Self.recountEvents, try await read(seesLog: false, { try $0.countedThrough().event }) == 0 {
      return try await recountEvents()
    }
    while true {
      let batch = try await read(seesLog: false) { db in
        let counted = try db.countedThrough()
        return try db.uncountedEvents(after: counted.event, in: counted.generation, atMost: Self.batchEvents)
      }
      if batch.through > batch.after { try await write(seesLog: false) { try $0.add(batch) } }
      // The daemon stops: the rest is for its next start.
      if batch.through >= newest || Task.isCancelled { return }
    }
  }

  /// Makes the statistics anew from the first event on.
  ///
  /// Beside those that are read, which are right until the new ones take their place; so what is written need not be
  /// whole before the end, and the writer is never kept for long.
  public func recountEvents() async throws(StoreError) {
    await recounting.enter()
    defer { recounting.leave() }
    let generation = try await write(seesLog: false) { try $0.beginStatistics() }
    var counted: Int64 = 0
    while true {
      let (after, newest) = (counted, try await read(seesLog: false) { try $0.newestEvent() })
      if after >= newest { break }
      let batch = try await read(seesLog: false) { db in
        try db.uncountedEvents(after: after, in: generation, atMost: Self.recountEvents)
      }
      var left = batch.rows[...]
      while !left.isEmpty {
        if Task.isCancelled { return }
        let part = Array(left.prefix(Self.recountRows))
        try await write(seesLog: false) { try $0.add(part, to: generation) }
        left = left.dropFirst(part.count)
      }
      counted = batch.through
    }
    let through = counted
    try await write(seesLog: false) { try $0.takeOver(generation, through: through) }
    try await forgetStatistics(through: generation)
  }

  /// Takes away the sums that an earlier run of the daemon had begun and nobody reads.
  public func forgetUnreadStatistics() async throws(StoreError) {
    let last = try await read(seesLog: false) { try $0.countedThrough().last }
    try await forgetStatistics(through: last)
  }

  private func forgetStatistics(through generation: Int64) async throws(StoreError) {
    while try await write(seesLog: false, { try $0.forgetStatistics(through: generation, atMost: Self.recountRows) }) {}
  }
}

extension Reader {
  func newestEvent() throws(StoreError) -> Int64 {
    try first("SELECT COALESCE(MAX(id), 0) FROM event", []) { row in row.integer(0) } ?? 0
  }

  /// The last event in the sums that are read, their generation, and the last one that was begun.
  func countedThrough() throws(StoreError) -> (event: Int64, generation: Int64, last: Int64) {
    try first("SELECT event_id, generation, last_generation FROM statistic_cursor", []) { row in
      (row.integer(0), row.integer(1), row.integer(2))
    } ?? (0, 0, 0)
  }

  func uncountedEvents(after: Int64, in generation: Int64, atMost limit: Int64) throws(StoreError) -> StatisticsBatch {
    var batch = StatisticsBatch(generation: generation, after: after, through: min(try newestEvent(), after + limit))
    let events = try connection.rows(
      """
      SELECT e.kind, e.at, e.workspace_id, n.sequence_id, COALESCE(m.step_id, m.step), m.variant,
        -- What ended before it had an account has none, though its message may have got one since, by a move or a retry.
        CASE WHEN e.kind IN ('message.skipped', 'message.cancelled', 'message.failed') THEN e.account_id
          ELSE COALESCE(e.account_id, m.account_id) END,
        COALESCE(m.campaign, f.campaign), COALESCE(m.tag, f.tag), CASE WHEN e.kind = 'enrollment.stopped' THEN e.detail ->> 'reason' END,
        CASE WHEN e.kind IN ('message.bounced', 'enrollment.stopped') THEN e.detail ->> 'was' END,
        CASE WHEN \(Self.isAnswer("e")) THEN CAST(COALESCE(e.detail ->> 'sent_at', m.sent_at) AS INTEGER) END,
        CASE WHEN \(Self.isAnswer("e")) THEN CAST(e.detail ->> 'received_at' AS INTEGER) END,
        \(Self.isAnswer("e")) AND EXISTS (SELECT 1 FROM event p WHERE p.message_id = e.message_id AND p.kind = e.kind
          AND p.id < e.id AND \(Self.isAnswer("p"))),
        n.id, CASE WHEN e.kind = 'task.opened' THEN COALESCE(e.detail ->> 'step_id',
          (SELECT step_id FROM task WHERE id = CAST(e.detail ->> 'task' AS INTEGER))) END
      FROM event e LEFT JOIN message m ON m.id = e.message_id
        LEFT JOIN enrollment n ON n.id = COALESCE(e.enrollment_id, m.enrollment_id)
        -- A person is of the campaign that the first mail to them names.
        LEFT JOIN message f ON e.message_id IS NULL AND f.enrollment_id = e.enrollment_id
          AND f.step = (SELECT MIN(step) FROM message WHERE enrollment_id = e.enrollment_id)
      WHERE e.id > ? AND e.id <= ? AND e.kind IN (\(Self.countedKinds)) ORDER BY e.id
      """, [.integer(after), .integer(batch.through)]
    ) { row in
      var event = StatisticsEvent(kind: row.text(0), at: row.integer(1), workspaceID: row.integer(2))
      event.sequenceID = row.integerOrNil(3)
      event.step = row.textOrNil(4) ?? row.textOrNil(15)
      event.variant = row.textOrNil(5)
      event.accountID = row.integerOrNil(6)
      event.campaign = row.textOrNil(7)
      event.tag = row.textOrNil(8)
      event.reason = row.textOrNil(9)
      event.was = row.textOrNil(10)
      event.sentAt = row.integerOrNil(11)
      event.answeredAt = row.integerOrNil(12)
      event.isRepeated = row.flag(13)
      event.enrollmentID = row.integerOrNil(14)
      return event
    }
    let known = try people(Set(events.compactMap(\.enrollmentID)), in: generation)
    var sums = StatisticsSums(people: known)
    for event in events { sums.add(event) }
    for size in StatisticsHours.Size.allCases {
      let counts = sums.counts(by: size).map { StatisticsCount(size: size, cell: $0.key, count: $0.value) }
      batch.rows += counts.sorted(by: <).map { .count($0) }
    }
    let moved = sums.people.filter { known[$0.key] != $0.value && $0.value != StatisticsPerson() }
    batch.rows += moved.sorted { $0.key < $1.key }.map { .person($0.key, $0.value) }
    return batch
  }

  /// Where people stand after the events that are counted.
  private func people(_ enrollments: Set<Int64>, in generation: Int64) throws(StoreError) -> [Int64: StatisticsPerson] {
    let rows = try connection.rows(
      """
      SELECT enrollment_id, step, variant, account_id, state FROM statistic_person
      WHERE generation = ? AND enrollment_id IN (SELECT value FROM json_each(?))
      """, [.integer(generation), SQLValue(ids: enrollments.sorted())]
    ) { row in
      let state = StatisticsPerson.State(rawValue: row.text(4)) ?? .active
      let person = StatisticsPerson(
        step: row.textOrNil(1), variant: row.textOrNil(2), accountID: row.integerOrNil(3), state: state)
      return (row.integer(0), person)
    }
    return Dictionary(rows) { first, _ in first }
  }

  /// In the words of the index `event_answer`; `table` is what the query calls the events.
  static func isAnswer(_ table: String) -> String {
    let kinds = [EventRecord.Kind.replied, .opened, .clicked, .unsubscribed, .complained]
    return "(\(kinds.map { "\(table).kind = '\($0.rawValue)'" }.joined(separator: " OR ")))"
  }

  private static let countedKinds = [
    EventRecord.Kind.enrolled, .enrollmentCompleted, .enrollmentReopened, .enrollmentStopped, .sent, .bounced, .failed,
    .skipped, .cancelled, .replied, .opened, .clicked, .unsubscribed, .complained, .taskOpened,
  ].map { "'\($0.rawValue)'" }.joined(separator: ", ")
}

extension Transaction {
  func add(_ batch: StatisticsBatch) throws(StoreError) {
    let moved = try run(
      "UPDATE statistic_cursor SET event_id = ? WHERE event_id = ? AND generation = ?",
      [.integer(batch.through), .integer(batch.after), .integer(batch.generation)])
    // Somebody else has counted them meanwhile.
    if moved > 0 { try add(batch.rows, to: batch.generation) }
  }

  func add(_ rows: [StatisticsBatch.Row], to generation: Int64) throws(StoreError) {
    for row in rows {
      switch row {
      case .count(let count): try add(count, to: generation)
      case .person(let enrollment, let person):
        try run(
          """
          INSERT INTO statistic_person (generation, enrollment_id, step, variant, account_id, state) VALUES (?, ?, ?, ?, ?, ?)
          ON CONFLICT (generation, enrollment_id) DO UPDATE
          SET step = excluded.step, variant = excluded.variant, account_id = excluded.account_id, state = excluded.state
          """,
          [
            .integer(generation), .integer(enrollment), SQLValue(person.step), SQLValue(person.variant),
            SQLValue(person.accountID), .text(person.state.rawValue),
          ])
      }
    }
  }

  private func add(_ count: StatisticsCount, to generation: Int64) throws(StoreError) {
    let place: [SQLValue] = [
      .integer(generation), .integer(count.workspaceID), .text(count.scope), .text(count.key), .text(count.fact),
      .integer(count.hour), .integer(count.count),
    ]
    guard count.size != .hour else {
      try run(
        """
        INSERT INTO statistic (generation, workspace_id, scope, key, fact, hour, count) VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (generation, workspace_id, scope, key, fact, hour) DO UPDATE SET count = count + excluded.count
        """, place)
      return
    }
    try run(
      """
      INSERT INTO statistic_span (generation, workspace_id, scope, key, fact, hour, count, hours) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (generation, workspace_id, scope, hours, key, fact, hour) DO UPDATE SET count = count + excluded.count
      """, place + [.integer(count.size.rawValue)])
  }

  /// Sums that are to be made beside those that are read.
  func beginStatistics() throws(StoreError) -> Int64 {
    try run("UPDATE statistic_cursor SET last_generation = last_generation + 1", [])
    return try countedThrough().last
  }

  /// From now on these sums are read; not when newer ones are already.
  func takeOver(_ generation: Int64, through event: Int64) throws(StoreError) {
    try run(
      "UPDATE statistic_cursor SET generation = ?, event_id = ? WHERE generation < ?",
      [.integer(generation), .integer(event), .integer(generation)])
  }

  /// Takes away sums of up to a generation that are not read; whether some are left.
  ///
  /// Each by its key: of a condition on many SQLite makes a walk through all of them.
  func forgetStatistics(through generation: Int64, atMost limit: Int) throws(StoreError) -> Bool {
    let read = try countedThrough().generation
    for (table, columns) in Self.statisticsKeys {
      let names = columns.map(\.name)
      let sql = "DELETE FROM \(table) WHERE " + names.map { "\($0) = ?" }.joined(separator: " AND ")
      for (above, through) in [(0, min(generation, read - 1)), (read, generation)] {
        let keys = try connection.rows(
          """
          SELECT \(names.joined(separator: ", ")) FROM \(table) WHERE generation > ? AND generation <= ? LIMIT ?
          """, [.integer(above), .integer(through), .integer(Int64(limit))]
        ) { row -> [SQLValue] in
          columns.enumerated().map { index, column in
            column.isText ? .text(row.text(Int32(index))) : .integer(row.integer(Int32(index)))
          }
        }
        for key in keys { try run(sql, key) }
        if !keys.isEmpty { return true }
      }
    }
    return false
  }

  private static let statisticsKeys: [(table: String, columns: [(name: String, isText: Bool)])] = [
    (
      "statistic",
      [
        ("generation", false), ("workspace_id", false), ("scope", true), ("key", true), ("fact", true), ("hour", false),
      ]
    ),
    (
      "statistic_span",
      [
        ("generation", false), ("workspace_id", false), ("scope", true), ("hours", false), ("key", true),
        ("fact", true), ("hour", false),
      ]
    ),
    ("statistic_person", [("generation", false), ("enrollment_id", false)]),
  ]
}

internal import Configuration

/// Brings a store's schema to the newest this build knows, one step after the other.
enum Migrations {
  /// A step of the schema. Steps are only ever added, and never changed once they are on main.
  struct Step {
    /// Recorded in the store, so that it is made once; a name and not a number, because two branches add steps at a time.
    var name: String
    var sql: String
  }

  static let steps: [Step] =
    numbered.enumerated().map { Step(name: "\($0.offset + 1)", sql: $0.element) } + [
      Step(name: "sequences", sql: SchemaSequences.sql),
      Step(name: "campaigns", sql: SchemaCampaigns.sql),
      Step(name: "relay", sql: SchemaRelay.sql),
      Step(name: "suppression key", sql: SchemaPeople.suppressionKey),
      Step(name: "erasure", sql: SchemaPeople.erasure),
      Step(name: "segments", sql: SchemaPeople.segments),
      Step(name: "campaign indexes", sql: SchemaCampaigns.indexes),
      Step(name: "statistics", sql: SchemaStatistics.sql),
      Step(name: "statistics of days", sql: SchemaStatistics.spans),
      Step(name: "experiment counts", sql: SchemaExperiments.counts),
      Step(name: "erasure indexes", sql: SchemaPeople.erasureIndexes),
      Step(name: "envelope ids", sql: SchemaInbound.envelopeIDs),
      Step(name: "plain indexes", sql: SchemaRelay.plainIndexes),
      Step(name: "rests", sql: SchemaRelay.rests),
      Step(name: "person", sql: SchemaPeople.person),
      Step(name: "statistics of people", sql: SchemaStatistics.people),
      Step(name: "open attempts", sql: SchemaRelay.openAttempts),
      Step(name: "written addresses", sql: SchemaPeople.writtenAddresses),
    ]

  /// Steps that need more than SQL: they are done with the newest schema, behind the others.
  static let works: [(name: String, work: @Sendable (Transaction, Int64) throws(StoreError) -> Void)] = [
    ("one spelling", { transaction, now throws(StoreError) in try transaction.bringToOneSpelling(now: now) })
  ]

  /// The first steps had numbers; `schema_version` says how many of them an old store has.
  private static let numbered: [String] = [
    Schema1.sql, Schema2.sql, Schema3.sql, Schema4.sql, Schema5.sql, Schema6.sql, Schema7.sql, Schema8.sql, Schema9.sql,
    Schema10.sql, Schema11.sql, Schema12.sql, Schema13.sql, Schema14.sql, Schema15.sql, Schema16.sql, Schema17.sql,
  ]

  static func bringUpToDate(_ connection: SQLiteConnection, now: Int64) throws(StoreError) {
    var made = try stepsMade(connection)
    let known = Set(steps.map(\.name)).union(works.map(\.name))
    if let strange = made.subtracting(known).min() { throw .newerSchema(step: strange) }
    for step in steps where !made.contains(step.name) {
      made.insert(step.name)
      try make(step.name, count: made.count, connection) { () throws(StoreError) in try connection.script(step.sql) }
    }
    try connection.run(
      """
      INSERT INTO workspace (id, key, zone, daily_credits, sequence_defaults, created_at)
      VALUES (1, 'default', 'UTC', 0, ?, ?) ON CONFLICT DO NOTHING
      """, [.text(try JSONText.encode(SequenceEntry(key: ""))), .integer(now)])
    try connection.run(
      """
      INSERT INTO pool (id, workspace_id, key, rotation) VALUES (1, 1, 'default', 'least-used')
      ON CONFLICT DO NOTHING
      """, [])
  }

  /// Does what `works` has and the store had not done to it. `bringUpToDate` comes first.
  static func work(_ transaction: Transaction, now: Int64) throws(StoreError) {
    var made = try stepsMade(transaction.connection)
    for (name, work) in works where !made.contains(name) {
      made.insert(name)
      try make(name, count: made.count, transaction.connection) { () throws(StoreError) in try work(transaction, now) }
    }
  }

  private static func make(
    _ step: String, count: Int, _ connection: SQLiteConnection, _ body: () throws(StoreError) -> Void
  ) throws(StoreError) {
    try connection.script("BEGIN IMMEDIATE")
    try body()
    try connection.run("INSERT INTO schema_step (name) VALUES (?)", [.text(step)])
    // Builds from before the names read this one.
    try connection.run("DELETE FROM schema_version", [])
    try connection.run("INSERT INTO schema_version (version) VALUES (?)", [.integer(Int64(count))])
    try connection.script("COMMIT")
  }

  /// The names of the steps a store has; makes the table that holds them.
  private static func stepsMade(_ connection: SQLiteConnection) throws(StoreError) -> Set<String> {
    let tables = try connection.rows(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name IN ('schema_version', 'schema_step')", []
    ) { row in row.text(0) }
    if !tables.contains("schema_step") {
      try connection.script("BEGIN IMMEDIATE")
      try connection.script("CREATE TABLE schema_step (name TEXT PRIMARY KEY)")
      if tables.contains("schema_version") {
        let count = try connection.rows("SELECT version FROM schema_version", []) { row in row.integer(0) }.first ?? 0
        for number in 1...max(1, count) {
          try connection.run("INSERT INTO schema_step (name) VALUES (?)", [.text("\(number)")])
        }
      }
      try connection.script("COMMIT")
    }
    return Set(try connection.rows("SELECT name FROM schema_step", []) { row in row.text(0) })
  }
}

internal import Configuration

/// Brings a store's schema to the newest this build knows, one numbered step after the other.
enum Migrations {
  /// Step N of the list makes schema N. Steps are only ever added.
  static let steps: [String] = [
    Schema1.sql, Schema2.sql, Schema3.sql, Schema4.sql, Schema5.sql, Schema6.sql, Schema7.sql, Schema8.sql, Schema9.sql,
    Schema10.sql, Schema11.sql, Schema12.sql,
    Schema13.sql, Schema14.sql, Schema15.sql, Schema16.sql, Schema17.sql,
  ]

  static func bringUpToDate(_ connection: SQLiteConnection, now: Int64) throws(StoreError) {
    let found = try version(connection)
    guard found <= steps.count else { throw .newerSchema(found: found, known: steps.count) }
    for number in found..<steps.count {
      try connection.script("BEGIN IMMEDIATE")
      try connection.script(steps[number])
      try connection.run("DELETE FROM schema_version", [])
      try connection.run("INSERT INTO schema_version (version) VALUES (?)", [.integer(Int64(number + 1))])
      try connection.script("COMMIT")
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

  private static func version(_ connection: SQLiteConnection) throws(StoreError) -> Int {
    let known = try connection.rows("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'", [])
    {
      _ in true
    }
    guard !known.isEmpty else { return 0 }
    return try connection.rows("SELECT version FROM schema_version", []) { row in Int(row.integer(0)) }.first ?? 0
  }
}

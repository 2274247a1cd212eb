import Foundation
import Testing

@testable import Store

/// What a commit writes to the log reaches the file in one piece, and nothing of it is missing for anybody.
@Suite struct GatheredLogTests {
  private func connections() throws -> (folder: String, writer: SQLiteConnection, reader: SQLiteConnection) {
    let folder = NSTemporaryDirectory() + "postern-log-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let writer = try SQLiteConnection(path: folder + "/store.db", mode: .writer)
    try writer.script("CREATE TABLE piece (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)")
    return (folder, writer, try SQLiteConnection(path: folder + "/store.db", mode: .reader))
  }

  private func sum(_ connection: SQLiteConnection) throws -> [Int64] {
    try connection.rows("SELECT COUNT(*), COALESCE(SUM(LENGTH(bytes)), 0) FROM piece", []) { row in
      [row.integer(0), row.integer(1)]
    }.first ?? []
  }

  /// Calls that wrote, of this thread.
  private func writes() throws -> Int {
    let told = try String(contentsOfFile: "/proc/thread-self/io", encoding: .utf8)
    let line = try #require(told.split(separator: "\n").first { $0.hasPrefix("syscw: ") })
    return try #require(Int(line.dropFirst(7)))
  }

  @Test func aCommitIsOneWrite() throws {
    let (folder, writer, reader) = try connections()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try writer.script("INSERT INTO piece (bytes) VALUES (x'00')")
    let before = try writes()
    try writer.script("BEGIN IMMEDIATE; INSERT INTO piece (bytes) VALUES (zeroblob(100000)); COMMIT")
    #expect(try writes() - before == 1)
    #expect(try sum(reader) == [2, 100_001])
  }

  @Test(arguments: [1, 5000, 300_000, 5_000_000]) func othersSeeEachCommitWhole(_ size: Int) throws {
    let (folder, writer, reader) = try connections()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for number in 1...4 {
      try writer.script("BEGIN IMMEDIATE; INSERT INTO piece (bytes) VALUES (zeroblob(\(size)))")
      #expect(try sum(reader) == [Int64(number - 1), Int64((number - 1) * size)])
      try writer.script("COMMIT")
      #expect(try sum(reader) == [Int64(number), Int64(number * size)])
    }
    reader.close()
    writer.close()
    let after = try SQLiteConnection(path: folder + "/store.db", mode: .reader)
    #expect(try sum(after) == [4, Int64(4 * size)])
  }

  /// Pages that do not fit into memory are written before the commit and read back from the log.
  @Test(arguments: [true, false]) func aTransactionLargerThanItsMemory(_ isCommitted: Bool) throws {
    let (folder, writer, reader) = try connections()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try writer.script("PRAGMA cache_size = 20; BEGIN IMMEDIATE")
    for number in 0..<400 {
      try writer.run(
        "INSERT INTO piece (bytes) VALUES (?)", [.blob([UInt8](repeating: UInt8(number % 251), count: 6000))])
    }
    // Pages that are in the log already are written there once more.
    try writer.script("UPDATE piece SET bytes = zeroblob(6001) WHERE id % 3 = 0")
    #expect(try sum(writer) == [400, 400 * 6000 + 133])
    #expect(try sum(reader) == [0, 0])
    try writer.script(isCommitted ? "COMMIT" : "ROLLBACK")
    try writer.script("INSERT INTO piece (bytes) VALUES (x'0102')")
    #expect(try sum(reader) == (isCommitted ? [401, 400 * 6000 + 135] : [1, 2]))
    let told = try writer.rows("PRAGMA integrity_check", []) { row in row.text(0) }
    #expect(told == ["ok"])
  }

  @Test func whatIsInTheLogIsThereAfterACrash() throws {
    let (folder, writer, _) = try connections()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for size in [10, 20_000, 30] { try writer.script("INSERT INTO piece (bytes) VALUES (zeroblob(\(size)))") }
    // As a killed process leaves them.
    let copy = folder + "/copy.db"
    for suffix in ["", "-wal"] {
      try FileManager.default.copyItem(atPath: folder + "/store.db" + suffix, toPath: copy + suffix)
    }
    let after = try SQLiteConnection(path: copy, mode: .writer)
    #expect(try sum(after) == [3, 20_040])
  }
}

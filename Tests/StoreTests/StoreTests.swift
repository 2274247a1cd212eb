import Foundation
import Testing

@testable import Store

@Suite struct WriterTests {
  @Test func manyWritersShareTransactionsAndAllOfThemStand() async throws {
    let bench = try Bench()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<300 {
        group.addTask {
          _ = try await bench.store.write { transaction in
            try transaction.addSuppression(
              "p\(number)@example.org", workspaceID: 1, reason: "manual", source: "test", now: Bench.noon)
          }
        }
      }
      try await group.waitForAll()
    }
    let found = try await bench.store.read { try $0.suppressions(workspaceID: 1, limit: 1000).count }
    #expect(found == 300)
  }

  @Test func aFailingJobIsRolledBackAloneAndItsErrorIsItsOwn() async throws {
    let bench = try Bench()
    await #expect(throws: StoreError.rejected("no")) {
      try await bench.store.write { transaction in
        try transaction.addSuppression("a@example.org", workspaceID: 1, reason: "r", source: "s", now: Bench.noon)
        throw StoreError.rejected("no")
      }
    }
    try await bench.store.write { transaction in
      _ = try transaction.addSuppression("b@example.org", workspaceID: 1, reason: "r", source: "s", now: Bench.noon)
    }
    let found = try await bench.store.read { try $0.suppressions(workspaceID: 1, limit: 10).map(\.value) }
    #expect(found == ["b@example.org"])
  }

  @Test func aFullDiskLosesTheGroupAndNothingElse() async throws {
    let bench = try Bench()
    let id = try await bench.queue(bench.submission())[0]
    try await bench.store.write { try $0.connection.script("PRAGMA max_page_count = 1") }
    var large = bench.submission(to: ["b@example.org"])
    large.body = [UInt8](repeating: 0x78, count: 1 << 20)
    let made = large
    await #expect(throws: StoreError.full) { try await bench.store.write { try $0.submit(made) } }
    #expect(bench.store.failed == nil)
    try await bench.store.write { try $0.connection.script("PRAGMA max_page_count = 1000000") }
    _ = try await bench.queue(made)
    #expect(try await bench.message(id).state == .scheduled)
    #expect(try await bench.store.read { try $0.messageCounts().map(\.count) } == [2])
  }

  @Test func whatWasCommittedIsThereAfterReopening() async throws {
    let bench = try Bench()
    let id = try await bench.queue(bench.submission())[0]
    bench.store.close()
    let again = try Store(path: bench.store.path, now: Bench.noon)
    #expect(try await again.read { try $0.message(id)?.state } == .scheduled)
    again.close()
    await #expect(throws: StoreError.unavailable) { try await again.read { try $0.message(id) } }
  }

  @Test func aClosedStoreIsOneFile() async throws {
    let bench = try Bench()
    _ = try await bench.queue(bench.submission())
    _ = try await bench.store.read { try $0.messageCounts().count }
    bench.store.close()
    #expect(!FileManager.default.fileExists(atPath: bench.store.path + "-wal"))
  }

  @Test func aStoreOfANewerVersionIsRefusedAndLeftAlone() throws {
    let bench = try Bench()
    bench.store.close()
    let connection = try SQLiteConnection(path: bench.store.path, mode: .writer)
    try connection.run("INSERT INTO schema_step (name) VALUES ('from tomorrow')", [])
    connection.close()
    #expect(throws: StoreError.newerSchema(step: "from tomorrow")) {
      try Store(path: bench.store.path, now: Bench.noon)
    }
    let after = try SQLiteConnection(path: bench.store.path, mode: .reader)
    #expect(
      try after.rows("SELECT COUNT(*) FROM schema_step", []) { row in row.integer(0) } == [
        Int64(Migrations.steps.count + Migrations.works.count + 1)
      ])
  }

  @Test func aStoreWithNumberedStepsGoesOn() throws {
    let path = NSTemporaryDirectory() + "postern-numbered-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: path) }
    // As builds left it that counted the steps.
    let connection = try SQLiteConnection(path: path, mode: .writer)
    for step in Migrations.steps.prefix(17) { try connection.script(step.sql) }
    try connection.run("INSERT INTO schema_version (version) VALUES (17)", [])
    try Migrations.bringUpToDate(connection, now: Bench.noon)
    let names = try connection.rows("SELECT name FROM schema_step", []) { row in row.text(0) }
    connection.close()
    #expect(Set(names) == Set(Migrations.steps.map(\.name)))
  }

  @Test func aFileThatIsNoStoreIsNamed() throws {
    let path = NSTemporaryDirectory() + "postern-no-store-" + UUID().uuidString
    try Data(String(repeating: "not a database ", count: 100).utf8).write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let error = #expect(throws: StoreError.self) { try Store(path: path, now: Bench.noon) }
    #expect("\(try #require(error))".contains(path))
  }

  /// Whoever waits does so behind one of them and not behind all.
  @Test func longJobsDoNotShareATransaction() async throws {
    let bench = try Bench()
    let before = bench.store.writerHolds.count
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<6 {
        group.addTask {
          try await bench.store.write(name: "long") { _ in
            let start = ContinuousClock.now
            while start.duration(to: .now) < .milliseconds(25) {}
          }
        }
      }
      try await group.waitForAll()
    }
    let holds = bench.store.writerHolds
    #expect(holds.count == before + 6 && holds.longest.jobs == 1)
    #expect(holds.slowestJob.name == "long" && holds.slowestJob.time >= .milliseconds(25))
    #expect(holds.longest.time >= holds.slowestJob.time)
  }
}

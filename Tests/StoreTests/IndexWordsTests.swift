import Testing

@testable import Store

/// A partial index serves only queries that say its own words; another word, and they walk through the whole table.
@Suite struct IndexWordsTests {
  @Test(
    arguments: [
      ("message t INDEXED BY message_open", MessageState.words(MessageState.unfinished, of: "t")),
      ("message t INDEXED BY message_open", MessageState.words([.held], of: "t")),
      ("attempt t INDEXED BY attempt_open", "t.finished_at IS NULL"),
      ("event t INDEXED BY event_answer", "t.message_id = 1 AND \(Reader.isAnswer("t"))"),
    ]) func queriesSayTheWordsOfTheirIndex(_ table: String, _ words: String) async throws
  {
    let bench = try Bench()
    // SQLite refuses a query that cannot use the index it names.
    let found = try await bench.store.read { reader in
      try reader.first("SELECT COUNT(*) FROM \(table) WHERE \(words)", []) { row in row.integer(0) }
    }
    #expect(found == 0)
    await #expect(throws: (any Error).self) {
      try await bench.store.read { reader in
        try reader.first("SELECT COUNT(*) FROM \(table) WHERE t.id > 0", []) { row in row.integer(0) }
      }
    }
  }
}

import Configuration
import Delivery
import Host
import Testing

@testable import Relay
@testable import Store

@Suite struct StoreTroubleTests {
  @Test func aMailThatCannotBePutTogetherFailsAndDoesNotKeepItsAccountBusy() async throws {
    let bench = try Bench()
    let server = try ScriptedServer(on: bench.serverLoop)
    try await bench.addAccount("s1@sender.test", server)
    let broken = try await bench.submit(to: "a@example.org")
    let whole = try await bench.submit(to: "b@example.org")
    _ = try await bench.store.write { transaction in
      try transaction.run("DELETE FROM body WHERE id = (SELECT body_id FROM message WHERE id = ?)", [.integer(broken)])
    }
    bench.start()
    _ = try await bench.settled(whole, as: .sent)
    let failed = try await bench.settled(broken, as: .failed)
    #expect(failed.lastReply?.contains("has no body") == true)
    #expect(server.mails.count == 1)
  }

  @Test func whatTheServerTookIsBookedWhenTheFullDiskHasRoomAgain() async throws {
    let bench = try Bench()
    let store = bench.store
    let server = try ScriptedServer(on: bench.serverLoop) { event in
      if event.verb == "DOT" { await Self.fill(store) }
      return .usual
    }
    try await bench.addAccount("s1@sender.test", server)
    let id = try await bench.submit()
    bench.start()
    try await bench.until("booking fails") { try bench.logged("relay.booking_failed") ? true : nil }
    #expect(try await bench.message(id).state == .sending)
    try await store.write { try $0.connection.script("PRAGMA max_page_count = 1000000") }
    _ = try await bench.settled(id, as: .sent)
    #expect(try await bench.attempts(of: id).map(\.state) == ["accepted"])
    #expect(server.mails.count == 1)
  }

  @Test func withoutTheJournalsWordNoDotGoesAndTheMailGoesBack() async throws {
    let bench = try Bench()
    let server = try ScriptedServer(on: bench.serverLoop)
    try await bench.addAccount("s1@sender.test", server)
    let id = try await bench.submit()
    try await bench.store.write { try $0.connection.script(Self.refusing("transmitting")) }
    bench.start()
    try await bench.until("the journal fails") { try bench.logged("relay.journal_failed") ? true : nil }
    _ = try await bench.settled(id, as: .scheduled)
    #expect(try await bench.attempts(of: id).map(\.state) == ["deferred"])
    #expect(server.mails.isEmpty)
    #expect(try await bench.account("s1@sender.test").restUntil == nil)
  }

  @Test func nothingIsClaimedBeforeWhatACrashLeftIsPutRight() async throws {
    let bench = try Bench()
    let server = try ScriptedServer(on: bench.serverLoop)
    try await bench.addAccount("s1@sender.test", server) { $0.connections = 2 }
    let crashed = try await bench.submit(to: "a@example.org")
    try await bench.store.write { transaction in
      let claim = try transaction.claimDue(now: Clock.now(), limit: 1).claims[0]
      _ = try transaction.markTransmitting(claim.attemptID, now: Clock.now())
      try transaction.connection.script(Self.refusing("unknown"))
    }
    let waiting = try await bench.submit(to: "b@example.org")
    bench.start()
    try await bench.until("the recovery fails") { try bench.logged("relay.recovery_failed") ? true : nil }
    #expect(try await bench.message(waiting).state == .scheduled)
    try await bench.store.write { try $0.connection.script("DROP TRIGGER refusal") }
    _ = try await bench.settled(crashed, as: .unknown)
    _ = try await bench.settled(waiting, as: .sent)
    #expect(server.mails.count == 1)
  }

  private static func refusing(_ state: String) -> String {
    """
    CREATE TRIGGER refusal BEFORE UPDATE OF state ON attempt WHEN NEW.state = '\(state)'
    BEGIN SELECT RAISE(ABORT, 'refused by the test'); END
    """
  }

  /// Leaves the store no page to grow by, and uses up what room the last page of events has.
  private static func fill(_ store: Store) async {
    do {
      try await store.write { try $0.connection.script("PRAGMA max_page_count = 1") }
      while true {
        try await store.write { try $0.append(.queued, at: Clock.now(), workspaceID: 1) }
      }
    } catch {
      // Full, as was wanted.
    }
  }
}

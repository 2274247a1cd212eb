import Configuration
import Delivery
import Outreach
import Testing

@testable import Store

@Suite struct QuarantineTests {
  @Test(arguments: ["settings = '{'", "settings = '{}'", "state = 'odd'"])
  func anAccountThatCannotBeReadRestsAloneUntilItIsSetAnew(_ damage: String) async throws {
    let bench = try Bench()
    try await bench.addAccount("bad@sender.test")
    try await bench.addAccount("good@sender.test")
    _ = try await bench.store.write { try $0.run("UPDATE account SET \(damage) WHERE address = 'bad@sender.test'", []) }
    for number in 0..<4 { _ = try await bench.queue(bench.submission(to: ["p\(number)@example.org"])) }
    let bound = try await bench.queue(bench.submission(to: ["q@example.org"]) { $0.account = "bad@sender.test" })[0]
    let sent = try await bench.sendAll()
    #expect(sent.count == 4 && sent.allSatisfy { $0.account.address == "good@sender.test" })
    #expect(try await bench.message(bound).state == .scheduled)
    let shown = try await bench.store.read { try $0.accounts() }.first { $0.address == "bad@sender.test" }
    #expect(shown?.state == .disabled && shown?.reasonText?.isEmpty == false)
    try await bench.addAccount("bad@sender.test")
    _ = try await bench.store.write { try $0.run("UPDATE account SET state = 'active'", []) }
    #expect(try await bench.sendAll(at: Bench.noon + 120_000).map(\.message.id) == [bound])
  }

  @Test func aPoolThatCannotBeReadHoldsItsOwnMailsOnly() async throws {
    let bench = try Bench()
    try await bench.store.write { try $0.putPool(PoolEntry(name: "odd"), now: Bench.noon) }
    try await bench.addAccount("s1@sender.test")
    let odd = try await bench.queue(bench.submission(to: ["ann@example.org"]) { $0.pool = "odd" })[0]
    let other = try await bench.queue(bench.submission(to: ["bob@example.org"]))[0]
    _ = try await bench.store.write { try $0.run("UPDATE pool SET rotation = 'by moon' WHERE key = 'odd'", []) }
    #expect(try await bench.claim().claims.map(\.message.id) == [other])
    let held = try await bench.message(odd)
    #expect(held.state == .held && held.lastReply?.contains("\"odd\"") == true)
  }

  @Test func aSubmitterThatCannotBeReadIsListedAndCanBeRemovedOrMadeAnew() async throws {
    let bench = try Bench()
    for name in ["odd", "sound"] {
      try await bench.store.write {
        try $0.putSubmitter(SubmitterEntry(login: name), passwordHash: "h", now: Bench.noon)
      }
    }
    let damage: @Sendable (Transaction) throws -> Void = {
      try $0.run("UPDATE submitter SET pools = '[' WHERE name = 'odd'", [])
    }
    try await bench.store.write(damage)
    let listed = try await bench.store.read { try $0.listedSubmitters() }
    #expect(listed.count == 2 && (try? listed[1].get().name) == "sound")
    guard case .failure(let row) = listed[0] else { return #expect(Bool(false), "odd was read") }
    #expect(row.name == "odd" && row.reason.contains("cannot be read"))
    try await bench.store.write {
      try $0.putSubmitter(SubmitterEntry(login: "odd"), passwordHash: "n", now: Bench.noon)
    }
    #expect(try await bench.store.read { try $0.submitters() }.map(\.passwordHash) == ["n", "h"])
    try await bench.store.write(damage)
    #expect(try await bench.store.write { try $0.removeSubmitter(named: "odd", now: Bench.noon) })
    #expect(try await bench.store.read { try $0.submitters() }.map(\.name) == ["sound"])
  }

  @Test func aWorkspaceThatCannotBeReadHoldsItsOwnMailsOnly() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    let other = try await bench.queue(bench.submission(to: ["bob@example.org"]))[0]
    let theirs = try await bench.queue(bench.submission(to: ["ann@example.org"]))[0]
    _ = try await bench.store.write { transaction in
      try transaction.run(
        """
        INSERT INTO workspace (id, key, zone, daily_credits, sequence_defaults, created_at)
        VALUES (7, 'odd', 'UTC', 0, '{', 0)
        """, [])
      try transaction.run("UPDATE message SET workspace_id = 7 WHERE id = ?", [.integer(theirs)])
    }
    #expect(try await bench.claim().claims.map(\.message.id) == [other])
    #expect(try await bench.message(theirs).state == .held)
    try await bench.store.write { try $0.clockWasSetBack(now: Bench.noon) }
  }

  @Test func aSequenceThatCannotBeReadHoldsItsOwnMailsOnly() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    let step = try await bench.queue(bench.step(1))[0]
    let other = try await bench.queue(bench.submission(to: ["bob@example.org"]))[0]
    _ = try await bench.store.write { try $0.run("UPDATE sequence SET entry = '{'", []) }
    let claims = try await bench.claim().claims
    #expect(claims.map(\.message.id) == [other])
    let held = try await bench.message(step)
    #expect(held.state == .held && held.lastReply?.contains("SequenceEntry") == true)
    try await bench.store.write { try $0.putSequence(SequenceEntry(key: "welcome"), now: Bench.noon) }
    try await bench.store.write { try $0.releaseMessage(step, now: Bench.noon) }
    #expect(try await bench.claim(at: Bench.noon + 1000).claims.map(\.message.id) == [step])
  }
}

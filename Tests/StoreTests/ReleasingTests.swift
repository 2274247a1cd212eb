import Configuration
import Delivery
import Outreach
import Testing

@testable import Store

@Suite struct ReleasingTests {
  @Test func aReleasedStepStillWaitsForTheStepBeforeIt() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    let first = try await bench.queue(bench.step(1, delay: 60_000))[0]
    let second = try await bench.queue(bench.step(2, delay: 5000))[0]
    try await bench.store.write { try $0.holdMessage(second, now: Bench.noon) }
    try await bench.store.write { try $0.releaseMessage(second, now: Bench.noon) }
    #expect(try await bench.sendAll(at: Bench.noon + 1).isEmpty)
    #expect(try await bench.message(second).state == .scheduled)
    #expect(try await bench.sendAll(at: Bench.noon + 60_000).map(\.message.id) == [first])
    #expect(try await bench.message(second).due == Bench.noon + 65_000)
  }

  @Test func aStepHeldWhileTheOneBeforeWentKeepsItsDelay() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    _ = try await bench.queue(bench.step(1))
    let second = try await bench.queue(bench.step(2, delay: 60_000))[0]
    try await bench.store.write { try $0.holdMessage(second, now: Bench.noon) }
    let first = try #require(try await bench.sendAll().first)
    try await bench.store.write { try $0.releaseMessage(second, now: Bench.noon + 1000) }
    try await bench.plan(at: Bench.noon + 1000)
    let waiting = try await bench.message(second)
    #expect(waiting.due == Bench.noon + 60_000)
    #expect(waiting.lane == first.account.id)
  }

  @Test func aThreadWhoseAccountWasRemovedIsHeldAndGoesOnWhollyWithAnother() async throws {
    let bench = try Bench()
    try await bench.addAccount("gone@sender.test")
    _ = try await bench.queue(bench.step(1))
    let second = try await bench.queue(bench.step(2, delay: 1000))[0]
    let third = try await bench.queue(bench.step(3, delay: 1000))[0]
    _ = try await bench.sendAll()
    try await bench.addAccount("other@sender.test")
    #expect(try await bench.store.write { try $0.removeAccount(at: "gone@sender.test", now: Bench.noon) })
    #expect(try await bench.message(second).state == .held)
    try await bench.store.write { try $0.releaseMessage(second, now: Bench.noon + 1000) }
    // The released step must not close its pool's lane to the mail behind it.
    let behind = try await bench.queue(bench.submission(to: ["b@example.org"], at: Bench.noon + 1000))[0]
    let sent = try await bench.sendAll(at: Bench.noon + 1000)
    #expect(Set(sent.map(\.message.id)) == [second, behind])
    #expect(Set(sent.map(\.account.address)) == ["other@sender.test"])
    #expect(try await bench.sendAll(at: Bench.noon + 2000).map(\.message.id) == [third])
    #expect(try await bench.enrollment().state == .completed)
  }

  @Test func aStepSubmittedForARemovedAccountsThreadIsHeldWithTheReason() async throws {
    let bench = try Bench()
    try await bench.addAccount("gone@sender.test")
    _ = try await bench.queue(bench.step(1))
    _ = try await bench.sendAll()
    #expect(try await bench.store.write { try $0.removeAccount(at: "gone@sender.test", now: Bench.noon) })
    let second = try await bench.queue(bench.step(2))[0]
    try await bench.plan()
    #expect(try await bench.claim().claims.isEmpty)
    let message = try await bench.message(second)
    #expect(message.state == .held)
    #expect(message.lastReply == "its account gone@sender.test was removed")
  }

  @Test func mailThatComesBackFromARemovedAccountIsHeldToo() async throws {
    let bench = try Bench()
    try await bench.addAccount("gone@sender.test")
    let id = try await bench.queue(bench.submission { $0.account = "gone@sender.test" })[0]
    let claim = try #require(try await bench.claim().claims.first)
    #expect(try await bench.store.write { try $0.removeAccount(at: "gone@sender.test", now: Bench.noon) })
    let lost = JournalReply(code: nil, text: "lost", meaning: "connection_trouble")
    try await bench.store.write {
      try $0.finish(claim.attemptID, .unharmed(lost, retryAt: Bench.noon), now: Bench.noon)
    }
    #expect(try await bench.claim().claims.isEmpty)
    #expect(try await bench.message(id).state == .held)
  }

  @Test func aHeldMailOfARemovedPoolIsHeldAgainAndStopsNobody() async throws {
    let bench = try Bench()
    try await bench.store.write { try $0.putPool(PoolEntry(name: "side", rotation: .leastUsed), now: 0) }
    let id = try await bench.queue(bench.submission { $0.pool = "side" })[0]
    try await bench.store.write { try $0.holdMessage(id, now: Bench.noon) }
    #expect(try await bench.store.write { try $0.removePool(named: "side", workspaceID: 1, now: 0) })
    try await bench.store.write { try $0.releaseMessage(id, now: Bench.noon) }
    #expect(try await bench.claim().claims.isEmpty)
    let message = try await bench.message(id)
    #expect(message.state == .held)
    #expect(message.lastReply == "its pool was removed")
  }
}

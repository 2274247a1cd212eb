import Configuration
import Delivery
import Outreach
import Testing

@testable import Store

@Suite struct JournalTests {
  @Test func anAcceptedSendBooksOneCreditAndBindsTheThread() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    try await bench.addAccount("s2@sender.test")
    _ = try await bench.queue(bench.step(1))
    let second = try await bench.queue(bench.step(2, delay: 5000))[0]
    #expect(try await bench.message(second).due == nil)
    let sent = try await bench.sendAll()
    #expect(sent.count == 1)
    let follow = try await bench.message(second)
    #expect(follow.due == Bench.noon + 5000)
    #expect(follow.lane == sent[0].account.id)
    #expect(try await bench.enrollment().accountID == sent[0].account.id)
    let ledger = try await bench.store.read { try $0.creditLedger(workspaceID: 1, limit: 10) }
    #expect(ledger.map(\.bookingKey) == ["send:\(sent[0].message.id)"])
    #expect(ledger.map(\.day) == ["2026-11-20"])
    // The outcome of an attempt that is closed changes nothing more.
    let reply = JournalReply(code: 250, text: "250 again", meaning: "accepted")
    try await bench.store.write { try $0.finish(sent[0].attemptID, .accepted(reply), now: Bench.noon) }
    #expect(try await bench.store.read { try $0.creditLedger(workspaceID: 1, limit: 10).count } == 1)
  }

  @Test func aThreadStaysWithItsAccountAndCarriesItsMessageIDs() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    try await bench.addAccount("s2@sender.test")
    for person in ["a@example.org", "b@example.org", "c@example.org"] {
      for number in 1...3 { _ = try await bench.queue(bench.step(number, to: person)) }
    }
    var accounts: [String: Set<Int64>] = [:]
    for round in 0..<3 {
      let sent = try await bench.sendAll(at: Bench.noon + Int64(round))
      #expect(sent.count == 3)
      for claim in sent {
        accounts[claim.message.recipient, default: []].insert(claim.account.id)
        let outgoing = try await bench.store.read { try $0.outgoing(claim.message) }
        #expect(outgoing.references.count == round)
        #expect(outgoing.inReplyTo == outgoing.references.last)
      }
    }
    #expect(accounts.values.allSatisfy { $0.count == 1 })
    #expect(Set(accounts.values.flatMap { $0 }).count == 2)
    #expect(try await bench.enrollment(of: "a@example.org").state == .completed)
  }

  @Test func afterACrashClaimsGoBackAndTransmissionsAreUnknown() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    let ids = try await bench.queue(bench.submission(to: ["a@example.org", "b@example.org"]))
    let claims = try await bench.claim().claims
    #expect(claims.count == 2)
    let dotted = claims[1]
    _ = try await bench.store.write { try $0.markTransmitting(dotted.attemptID, now: Bench.noon) }
    let counts = try await bench.store.write { try $0.recoverAttempts(now: Bench.noon + 1) }
    #expect(counts == (returned: 1, unknown: 1))
    #expect(try await bench.message(claims[0].message.id).state == .scheduled)
    #expect(try await bench.message(dotted.message.id).state == .unknown)
    // Only the one that surely did not go is tried again.
    let again = try await bench.claim(at: Bench.noon + 2).claims.map(\.message.id)
    #expect(again == [claims[0].message.id])
    #expect(ids.count == 2)
  }

  @Test(arguments: [(UnknownPolicy.hold, MessageState.unknown), (.retry, .scheduled), (.fail, .failed)])
  func theAccountDecidesWhatBecomesOfAnUnknown(policy: UnknownPolicy, state: MessageState) async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test") { $0.onUnknown = policy }
    _ = try await bench.queue(bench.submission())
    let claim = try #require(try await bench.claim().claims.first)
    _ = try await bench.store.write { try $0.markTransmitting(claim.attemptID, now: Bench.noon) }
    _ = try await bench.store.write { try $0.recoverAttempts(now: Bench.noon) }
    #expect(try await bench.message(claim.message.id).state == state)
  }

  @Test func anAnswerBetweenClaimAndDotKeepsTheDotBack() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    _ = try await bench.queue(bench.step(1))
    _ = try await bench.queue(bench.step(2))
    let first = try await bench.sendAll()[0]
    let second = try #require(try await bench.claim().claims.first)
    let sent = try await bench.message(first.message.id)
    let reply = bench.inbound("reply", answering: sent, account: first.account.id)
    _ = try await bench.store.write { try $0.recordInbound(reply) }
    #expect(try await bench.store.write { try $0.markTransmitting(second.attemptID, now: Bench.noon) } == false)
    #expect(try await bench.message(second.message.id).state == .cancelled)
  }

  @Test func temporaryRefusalsWaitAndThenFail() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    let id = try await bench.queue(bench.submission())[0]
    let reply = JournalReply(code: 451, text: "451 4.3.0 later", meaning: "temporary")
    let claim = try #require(try await bench.claim().claims.first)
    try await bench.store.write {
      try $0.finish(claim.attemptID, .temporary(reply, retryAt: Bench.noon + 60_000), now: Bench.noon)
    }
    #expect(try await bench.claim(at: Bench.noon + 59_999).claims.isEmpty)
    let again = try #require(try await bench.claim(at: Bench.noon + 60_000).claims.first)
    #expect(again.message.attempts == 1)
    try await bench.store.write { try $0.finish(again.attemptID, .temporary(reply, retryAt: nil), now: Bench.noon) }
    #expect(try await bench.message(id).state == .failed)
    #expect(try await bench.store.read { try $0.creditLedger(workspaceID: 1, limit: 10).isEmpty })
  }

  @Test func mailOfARemovedAccountIsHeldWithTheReasonAndGoesOnByItsPool() async throws {
    let bench = try Bench()
    try await bench.addAccount("gone@sender.test")
    try await bench.addAccount("other@sender.test")
    var ids: [Int64] = []
    for number in 0..<50 {
      ids += try await bench.queue(bench.submission(to: ["p\(number)@example.org"]) { $0.account = "gone@sender.test" })
    }
    #expect(try await bench.store.write { try $0.removeAccount(at: "gone@sender.test", now: Bench.noon) })
    for id in ids {
      let message = try await bench.message(id)
      #expect(message.state == .held)
      #expect(message.lastReply == "its account gone@sender.test was removed")
    }
    #expect(try await bench.claim().claims.isEmpty)
    let released = ids[0]
    try await bench.store.write { try $0.releaseMessage(released, now: Bench.noon) }
    let claim = try #require(try await bench.claim().claims.first)
    #expect(claim.message.id == released)
    #expect(claim.account.address == "other@sender.test")
  }
}

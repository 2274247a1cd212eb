import Configuration
import Delivery
import Outreach
import Testing

@testable import Store

@Suite struct UnknownTests {
  /// A message whose final dot went and whose reply was not seen.
  private func dotted(_ bench: Bench, _ submission: Submission, policy: UnknownPolicy) async throws -> Claim {
    try await bench.addAccount("s1@sender.test") { $0.onUnknown = policy }
    _ = try await bench.queue(submission)
    let claim = try #require(try await bench.claim().claims.first)
    #expect(try await bench.store.write { try $0.markTransmitting(claim.attemptID, now: Bench.noon) })
    return claim
  }

  @Test func anEnrollmentThatEndedMeanwhileDoesNotStopTheRecovery() async throws {
    let bench = try Bench()
    let claim = try await dotted(bench, bench.step(1), policy: .retry)
    try await bench.store.write {
      _ = try $0.suppress("ann@example.org", workspaceID: 1, reason: "manual", source: "test", now: Bench.noon)
    }
    let other = try await bench.queue(bench.submission(to: ["b@example.org"]))[0]
    #expect(try await bench.claim().claims.map(\.message.id) == [other])
    let counts = try await bench.store.write { try $0.recoverAttempts(now: Bench.noon + 1) }
    #expect(counts == (returned: 1, unknown: 1))
    #expect(try await bench.message(claim.message.id).state == .unknown)
    #expect(try await bench.message(other).state == .scheduled)
  }

  @Test func retryingWhatNobodyKnowsHasAnEnd() async throws {
    let bench = try Bench()
    var claim: Claim? = try await dotted(bench, bench.submission(), policy: .retry)
    let id = try #require(claim).message.id
    let lost = JournalReply(code: nil, text: "lost after the final dot", meaning: "unknown")
    var tries = 0
    while let current = claim {
      tries += 1
      guard tries < 100 else { throw Unexpected(what: "tried for ever") }
      try await bench.store.write { transaction in
        _ = try transaction.markTransmitting(current.attemptID, now: Bench.noon)
        try transaction.finish(current.attemptID, .unknown(lost, policy: .retry), now: Bench.noon)
      }
      claim = try await bench.claim().claims.first
    }
    #expect(tries == 3)
    #expect(try await bench.message(id).state == .unknown)
    // What is said of it is what will happen, not what the account wanted.
    let explanation = try #require(try await bench.store.read { try $0.explain(id, now: Bench.noon) })
    #expect(explanation.search?.policy == .hold)
  }

  @Test func anAnswerToAMailThatIsTriedAgainKeepsTheSecondCopyBack() async throws {
    let bench = try Bench()
    let claim = try await dotted(bench, bench.submission(), policy: .retry)
    _ = try await bench.store.write { try $0.recoverAttempts(now: Bench.noon) }
    let waiting = try await bench.message(claim.message.id)
    #expect(waiting.state == .scheduled)
    // It is even claimed already when the answer is seen.
    let second = try #require(try await bench.claim().claims.first)
    let reply = bench.inbound("reply", answering: waiting, account: claim.account.id)
    _ = try await bench.store.write { try $0.recordInbound(reply) }
    #expect(try await bench.message(waiting.id).state == .sent)
    #expect(try await bench.store.write { try $0.markTransmitting(second.attemptID, now: Bench.noon) } == false)
    #expect(try await bench.message(waiting.id).state == .sent)
    #expect(try await bench.claim(at: Bench.noon + 60_000).claims.isEmpty)
    let kinds = try await bench.store.read { try $0.creditLedger(workspaceID: 1, limit: 10).map(\.kind) }
    #expect(kinds.sorted() == ["reply", "send"])
  }

  @Test func aPersonCanGiveUpAnUnknownStepAndTheSequenceGoesOn() async throws {
    let bench = try Bench()
    let claim = try await dotted(bench, bench.step(1), policy: .hold)
    let second = try await bench.queue(bench.step(2))[0]
    _ = try await bench.store.write { try $0.recoverAttempts(now: Bench.noon) }
    try await bench.plan()
    #expect(try await bench.claim().claims.isEmpty)
    try await bench.store.write { try $0.cancelMessage(claim.message.id, now: Bench.noon) }
    try await bench.plan()
    #expect(try await bench.claim().claims.map(\.message.id) == [second])
  }

  @Test func theLateOutcomeOfAnotherTryDoesNotBringASentMailBack() async throws {
    let bench = try Bench()
    let claim = try await dotted(bench, bench.submission(), policy: .retry)
    _ = try await bench.store.write { try $0.recoverAttempts(now: Bench.noon) }
    let second = try #require(try await bench.claim().claims.first)
    let reply = bench.inbound("reply", answering: claim.message, account: claim.account.id)
    _ = try await bench.store.write { try $0.recordInbound(reply) }
    let lost = JournalReply(code: nil, text: "lost", meaning: "connection_trouble")
    try await bench.store.write {
      try $0.finish(second.attemptID, .unharmed(lost, retryAt: Bench.noon), now: Bench.noon)
    }
    #expect(try await bench.message(claim.message.id).state == .sent)
    #expect(try await bench.claim().claims.isEmpty)
  }

  @Test func aMailThatBreaksEveryConnectionIsHeldInTheEnd() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    let id = try await bench.queue(bench.submission())[0]
    let lost = JournalReply(code: nil, text: "the connection was lost", meaning: "connection_lost")
    for number in 1...10 {
      #expect(try await bench.message(id).state == .scheduled)
      let claim = try #require(try await bench.claim(at: Bench.noon + Int64(number)).claims.first)
      try await bench.store.write {
        try $0.finish(claim.attemptID, .brokeOff(lost, retryAt: Bench.noon), now: Bench.noon)
      }
    }
    let held = try await bench.message(id)
    #expect(held.state == .held)
    #expect(held.lastReply == "10 connections broke under it: the connection was lost")
    // A person who lets it go on gives it as many tries again.
    try await bench.store.write { try $0.releaseMessage(id, now: Bench.noon) }
    let again = try #require(try await bench.claim(at: Bench.noon + 60_000).claims.first)
    try await bench.store.write {
      try $0.finish(again.attemptID, .brokeOff(lost, retryAt: Bench.noon), now: Bench.noon)
    }
    #expect(try await bench.message(id).state == .scheduled)
  }

  @Test func onlyItsMessageIDProvesThatAMailWent() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    let id = try await bench.queue(bench.submission())[0]
    let claim = try #require(try await bench.claim().claims.first)
    _ = try await bench.store.write { try $0.markTransmitting(claim.attemptID, now: Bench.noon) }
    _ = try await bench.store.write { try $0.recoverAttempts(now: Bench.noon) }
    var reply = bench.inbound("reply", answering: try await bench.message(id), account: claim.account.id)
    reply.answers = []
    let guessed = reply
    #expect(try await bench.store.write { try $0.recordInbound(guessed) }?.matchedBy == "sender and subject")
    #expect(try await bench.message(id).state == .unknown)
  }
}

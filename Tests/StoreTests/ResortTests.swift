import Configuration
import Outreach
import Testing

@testable import Store

/// What becomes of mails that came in when the rules change.
@Suite struct ResortTests {
  private func sent(_ bench: Bench) async throws -> (message: MessageRecord, account: Int64) {
    try await bench.addAccount("s1@sender.test")
    _ = try await bench.queue(bench.step(1))
    _ = try await bench.queue(bench.step(2, delay: 60_000))
    let claim = try await bench.sendAll()[0]
    return (try await bench.message(claim.message.id), claim.account.id)
  }

  private func verdict(_ kind: String, bounced: String? = nil) -> InboundVerdict {
    var verdict = InboundVerdict(kind: kind, rule: "new.rule", json: "{\"class\":\"\(kind)\"}")
    if let bounced { verdict.bounces = [BouncedRecipient(address: bounced, isHard: true, reason: "userunknown")] }
    return verdict
  }

  @Test func whatWasNoReplyStopsTheSequenceButBooksNothing() async throws {
    let bench = try Bench()
    let (message, account) = try await sent(bench)
    let other = bench.inbound("other", answering: message, account: account)
    let record = try #require(try await bench.store.write { try $0.recordInbound(other) })
    let reply = verdict("reply")
    let change = try #require(try await bench.store.read { try $0.change(of: record, to: reply, now: Bench.noon) })
    #expect(
      change.effects == [
        "the message counts as answered", "the enrollment stops: replied", "its waiting steps are cancelled",
      ])
    #expect(try await bench.enrollment().state == .active)
    try await bench.store.write { try $0.resort(record, to: reply, now: Bench.noon + 5000) }
    #expect(try await bench.enrollment().stopReason == .replied)
    let kinds = try await bench.store.read { try $0.creditLedger(workspaceID: 1, limit: 10).map(\.kind) }
    #expect(kinds == ["send"])
    let again = try #require(try await bench.store.read { try $0.inbound(record.id) })
    #expect(again.kind == "reply" && again.rule == "new.rule")
    #expect(try await bench.store.read { try $0.change(of: again, to: reply, now: Bench.noon) } == nil)
  }

  @Test func whatWasNoBounceLiftsItsOwnSuppressionAndRestartsNothing() async throws {
    let bench = try Bench()
    let (message, account) = try await sent(bench)
    var bounce = bench.inbound("bounce", answering: message, account: account)
    bounce.bounces = [BouncedRecipient(address: message.recipient, isHard: true, reason: "userunknown")]
    bounce.verdict =
      #"{"class":"bounce","confidence":0.9,"rule":"r","evidence":[],"bounces":[{"recipient":"\#(message.recipient)","#
      + #""permanence":"hard","reason":"userunknown"}]}"#
    let made = bounce
    let record = try #require(try await bench.store.write { try $0.recordInbound(made) })
    #expect(try await bench.store.read { try $0.suppression(of: message.recipient, workspaceID: 1) } != nil)
    let answer = verdict("auto_reply")
    let change = try #require(try await bench.store.read { try $0.change(of: record, to: answer, now: Bench.noon) })
    #expect(change.effects == ["\(message.recipient) may be written to again"])
    try await bench.store.write { try $0.resort(record, to: answer, now: Bench.noon + 5000) }
    #expect(try await bench.store.read { try $0.suppression(of: message.recipient, workspaceID: 1) } == nil)
    #expect(try await bench.enrollment().state == .stopped)
  }

  @Test func aSuppressionThatAPersonMadeStays() async throws {
    let bench = try Bench()
    let (message, account) = try await sent(bench)
    try await bench.store.write {
      _ = try $0.suppress(message.recipient, workspaceID: 1, reason: "manual", source: "cli", now: Bench.noon)
    }
    var bounce = bench.inbound("bounce", answering: message, account: account)
    bounce.bounces = [BouncedRecipient(address: message.recipient, isHard: true, reason: "userunknown")]
    let made = bounce
    let record = try #require(try await bench.store.write { try $0.recordInbound(made) })
    let answer = verdict("auto_reply")
    try await bench.store.write { try $0.resort(record, to: answer, now: Bench.noon + 5000) }
    #expect(try await bench.store.read { try $0.suppression(of: message.recipient, workspaceID: 1) } != nil)
  }

  @Test func theNextStepWaitsForTheDayOfReturn() async throws {
    let bench = try Bench()
    var entry = SequenceEntry(key: "welcome")
    entry.onAway = .wait
    let made = entry
    try await bench.store.write { try $0.putSequence(made, now: Bench.noon) }
    let (message, account) = try await sent(bench)
    var away = bench.inbound("auto_reply", answering: message, account: account)
    let back = Bench.noon + 10 * 86_400_000
    away.awayUntil = back
    let answer = away
    _ = try await bench.store.write { try $0.recordInbound(answer) }
    _ = try await bench.store.write { try $0.planEnrollments(now: Bench.noon + 2000, limit: 10) }
    let enrollment = try await bench.enrollment()
    #expect(enrollment.state == .active && enrollment.notBefore == back)
    let steps = try await bench.store.read { try $0.steps(ofEnrollment: enrollment.id) }
    #expect(steps.last?.scheduledFor == back)
  }

  @Test func withoutTheSettingNothingWaits() async throws {
    let bench = try Bench()
    let (message, account) = try await sent(bench)
    var away = bench.inbound("auto_reply", answering: message, account: account)
    away.awayUntil = Bench.noon + 10 * 86_400_000
    let answer = away
    _ = try await bench.store.write { try $0.recordInbound(answer) }
    #expect(try await bench.enrollment().notBefore == nil)
  }
}

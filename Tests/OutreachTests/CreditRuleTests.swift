import Delivery
import Testing

@testable import Outreach

@Suite struct CreditRuleTests {
  private let berlin = Zone.named("Europe/Berlin") ?? .utc
  private let evening: Int64 = 1_795_215_600_000  // 2026-11-20T23:00:00Z, midnight in Berlin

  @Test func theDayIsTheZones() {
    #expect(CreditRule.dayKey(at: evening - 1, in: berlin) == "2026-11-20")
    #expect(CreditRule.dayKey(at: evening, in: berlin) == "2026-11-21")
    #expect(CreditRule.dayKey(at: evening, in: .utc) == "2026-11-20")
    #expect(CreditRule.nextMidnight(after: evening - 1, in: berlin) == evening)
    #expect(CreditRule.nextMidnight(after: evening, in: berlin) == evening + 86_400_000)
  }

  @Test func theLimit() {
    let now = evening - 5
    #expect(CreditRule.check(limit: 0, used: 900, now: now, in: berlin) == .allowed(remaining: nil))
    #expect(CreditRule.check(limit: 10, used: 9, now: now, in: berlin) == .allowed(remaining: 1))
    #expect(CreditRule.check(limit: 10, used: 10, now: now, in: berlin) == .exhausted(until: evening))
    // Overdrawn by replies.
    #expect(CreditRule.check(limit: 10, used: 12, now: now, in: berlin) == .exhausted(until: evening))
  }

  @Test func keysNeverCollide() {
    #expect(CreditRule.key(ofSend: 7) == "send:7")
    #expect(CreditRule.key(ofReply: "<a@b>", to: 7) == "reply:7:<a@b>")
  }
}

import Testing

@testable import Delivery

@Suite struct RetryTests {
  @Test(arguments: [(1, 60_000), (2, 300_000), (3, 900_000)] as [(Int, Int64)])
  func waits(refusals: Int, milliseconds: Int64) {
    #expect(RetryPolicy().nextTry(afterRefusals: refusals, now: 1000) == 1000 + milliseconds)
  }

  @Test(arguments: [Int.min, -1, 0, 4, Int.max]) func thenItFailed(refusals: Int) {
    #expect(RetryPolicy().nextTry(afterRefusals: refusals, now: 1000) == nil)
  }

  @Test func canBeConfigured() {
    let policy = RetryPolicy(delaysMilliseconds: [5])
    #expect(policy.nextTry(afterRefusals: 1, now: 0) == 5)
    #expect(policy.nextTry(afterRefusals: 2, now: 0) == nil)
    #expect(RetryPolicy(delaysMilliseconds: []).nextTry(afterRefusals: 1, now: 0) == nil)
    #expect(policy.nextTry(afterRefusals: 1, now: .max) == nil)
  }
}

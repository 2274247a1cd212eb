// When a mail that was refused for now is tried again.

/// The waits after temporary refusals.
public struct RetryPolicy: Sendable, Equatable {
  /// After the first, second … temporary refusal.
  public var delaysMilliseconds: [Int64]

  /// DESIGN.md's 60, 300 and 900 seconds.
  public init(delaysMilliseconds: [Int64] = [60_000, 300_000, 900_000]) {
    self.delaysMilliseconds = delaysMilliseconds
  }

  /// The next try after `refusals` temporary refusals (1 or more), counted from `now`; nil: they are used up, it failed.
  public func nextTry(afterRefusals refusals: Int, now: Int64) -> Int64? {
    guard refusals >= 1, refusals <= delaysMilliseconds.count else { return nil }
    let (next, overflow) = now.addingReportingOverflow(max(0, delaysMilliseconds[refusals - 1]))
    return overflow ? nil : next
  }
}

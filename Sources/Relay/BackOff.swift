/// How long accounts stay away from servers they cannot reach; pure.
struct BackOff {
  private struct Trouble {
    var failures = 0
    /// When the first of them was; monotonic milliseconds.
    var since: Int64
    /// It stays away until then.
    var until = Int64.min
  }

  private var troubles: [Int64: Trouble] = [:]

  /// The rest after a failure doubles from the first to the second of these: short enough to be back soon after a
  /// restart of a server, long enough not to knock at a closed one all day.
  private static let range: ClosedRange<Int64> = 15_000...900_000
  /// After so long it is no restart of a server any more, and somebody is to be told.
  private static let longMilliseconds: Int64 = 3_600_000

  /// How long an account rests after a failure, in milliseconds; `least` is what the server's reply asked for, `now` is
  /// monotonic milliseconds.
  mutating func failed(_ account: Int64, least: Int64, now: Int64) -> Int64 {
    var trouble = troubles[account] ?? Trouble(since: now)
    // Not tried for long, nobody knows how it was meanwhile.
    if trouble.failures > 0, now - trouble.until > Self.range.upperBound { trouble.since = now }
    // Connections that break together, as at a restart of their server, are one trouble.
    if now >= trouble.until {
      trouble.until = now + min(Self.range.lowerBound << Int64(min(trouble.failures, 10)), Self.range.upperBound)
      trouble.failures += 1
    }
    trouble.until = max(trouble.until, now + least)
    troubles[account] = trouble
    return trouble.until - now
  }

  /// A dialogue came to its end: the way to the server is good again.
  mutating func succeeded(_ account: Int64) { troubles[account] = nil }

  /// For how many minutes an account has failed to reach its server, once that is an hour; nil before.
  func minutesOutOfReach(_ account: Int64, now: Int64) -> Int64? {
    guard let trouble = troubles[account], now - trouble.since >= Self.longMilliseconds else { return nil }
    return (now - trouble.since) / 60_000
  }

  /// Failures in a row.
  func failures(of account: Int64) -> Int { troubles[account]?.failures ?? 0 }
}

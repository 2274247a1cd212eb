/// How long to wait after failures in a row: 1 s, doubling up to a cap, of which a random half is taken off so that many
/// accounts of one server do not come back in step.
struct Backoff: Equatable {
  private(set) var failures = 0
  let capMilliseconds: Int64

  init(capMilliseconds: Int64) {
    self.capMilliseconds = max(1_000, capMilliseconds)
  }

  /// What a server gets at least that says it is asked too much; a minute is the window of most such limits.
  static let throttleMilliseconds: Int64 = 60_000

  /// Counts one more failure and says how long to wait; milliseconds.
  mutating func delay(random: UInt64, isThrottled: Bool = false) -> Int64 {
    let first: Int64 = isThrottled ? Self.throttleMilliseconds : 1_000
    let whole = min(capMilliseconds, first << Int64(min(failures, 30)))
    failures += 1
    return whole - Int64(random % UInt64(whole / 2 + 1))
  }

  mutating func reset() { failures = 0 }
}

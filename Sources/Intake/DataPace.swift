/// How a mail being read must keep coming: each piece has its deadline, the whole has one, and its octets must come at a
/// least rate, so that nobody holds a session by dripping. Times are monotonic milliseconds.
struct DataPace: Equatable {
  /// When its text began.
  let startedAt: Int64
  /// Octets that came since.
  var bytes = 0

  /// When the next piece must be there.
  func deadline(now: Int64, pieceMilliseconds: Int64, wholeMilliseconds: Int64, bytesPerSecond: Int) -> Int64 {
    let limit = min(startedAt + wholeMilliseconds, now + pieceMilliseconds)
    guard bytesPerSecond > 0 else { return limit }
    // Each octet earns time; one piece's time is given in advance.
    let earned = Int64(bytes) * 1000 / Int64(bytesPerSecond)
    return min(limit, startedAt + pieceMilliseconds + earned)
  }
}

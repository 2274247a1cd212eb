internal import Configuration

/// Asking again and again without being a burden: the pace, the failures in a row, and the next time that one may ask.
public struct Persistence: Sendable, Equatable, Codable {
  /// Failures since the last answer that was one.
  public private(set) var failures = 0
  /// UTC epoch milliseconds before which nothing is asked.
  public private(set) var notBefore: Int64 = 0

  /// The first wait after a failure; it doubles.
  static let firstWait: Int64 = 1000
  /// No wait of our own is longer, and no wait that a server asks for is honoured beyond a day.
  static let longestWait: Int64 = 600_000
  static let longestAskedFor: Int64 = 86_400_000

  /// Nothing asked yet.
  public init() {}

  /// What an answer means for asking.
  enum Reading: Sendable, Equatable {
    case good
    /// Ask again, not before this.
    case again
    /// It will not get better.
    case over(String)
  }

  /// Notes that a request is sent now.
  mutating func asked(_ call: HTTPCall, now: Int64) {
    notBefore = max(notBefore, now + 60_000 / Int64(max(1, call.requestsPerMinute)))
  }

  /// Reads an answer's status, or what stood in its place. `chance` spreads the waits of several clients.
  mutating func take(
    _ answer: Result<SourceAnswer, SourceTrouble>, _ call: HTTPCall, now: Int64, chance: UInt64
  ) -> Reading {
    let (text, isTemporary, after): (String, Bool, Int64?)
    switch answer {
    case .success(let answer) where (200..<300).contains(answer.status):
      failures = 0
      return .good
    case .success(let answer):
      // RFC 6585 section 4, RFC 9110 sections 15.5.9, 15.6: the server's own trouble, or too much of us.
      let status = answer.status
      isTemporary = [408, 425, 429, 500, 502, 503, 504, 507, 509, 520, 521, 522, 523, 524, 529].contains(status)
      text = "the server answered \(status)" + excerpt(answer.body)
      after = answer.retryAfter(now: now)
    case .failure(let trouble): (text, isTemporary, after) = (trouble.text, trouble.isTemporary, nil)
    }
    failures += 1
    guard isTemporary else { return .over(text) }
    guard failures <= call.retries else { return .over("\(text), \(failures) times") }
    let doubled = min(Self.longestWait, Self.firstWait << Int64(min(failures - 1, 20)))
    // Between the half and all of it, so that clients that failed together do not come back together.
    let own = doubled / 2 + Int64(chance % UInt64(doubled / 2 + 1))
    let wait = max(own, min(after.map { $0 - now } ?? 0, Self.longestAskedFor))
    notBefore = max(notBefore, now + wait)
    return .again
  }
}

/// The beginning of what a server says about an error, when it is a text.
private func excerpt(_ body: [UInt8]) -> String {
  let start = String(decoding: body.prefix(200), as: UTF8.self)
  let line = start.split(whereSeparator: { $0.isNewline || $0.isWhitespace }).joined(separator: " ")
  return line.isEmpty || line.hasPrefix("<") ? "" : ": \(line)"
}

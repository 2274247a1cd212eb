/// Whole hours that a question of statistics is about, and the fewest sums that cover them.
public struct StatisticsHours: Sendable, Equatable {
  /// How many hours a sum is kept for. A year of one fact is nine thousand hours but twelve months, so what is asked of
  /// a long time is answered from the long sums; the days and hours fill up its ends.
  public enum Size: Int64, Sendable, CaseIterable {
    case hour = 1
    case day = 24
    /// 32 days: of one length, so that it begins at a multiple of it.
    case month = 768

    /// The beginning of the stretch that an hour lies in.
    public func floor(_ hour: Int64) -> Int64 {
      let rest = hour % rawValue
      return hour - (rest < 0 ? rest + rawValue : rest)
    }

    var smaller: Size? {
      switch self {
      case .hour: nil
      case .day: .hour
      case .month: .day
      }
    }
  }

  /// Sums of one size side by side: those that begin from the hour `first` on and before `below`.
  public struct Part: Sendable, Equatable {
    /// How long each is.
    public var size: Size
    /// Hours since 1970 in UTC.
    public var first, below: Int64
  }

  /// Hours since 1970 in UTC, the end exclusive; nil: without an end.
  public var from, to: Int64?

  /// The hours from one to another.
  public init(from: Int64?, to: Int64?) {
    self.from = from
    self.to = to
  }

  /// The hours that an instant lies in, up to the hour before another (UTC epoch milliseconds).
  public init(fromMilliseconds from: Int64?, toMilliseconds to: Int64?) {
    func hour(_ milliseconds: Int64) -> Int64 { Int64((Double(milliseconds) / 3_600_000).rounded(.down)) }
    self.init(from: from.map(hour), to: to.map { hour($0 + 3_599_999) })
  }

  /// What covers each hour of the span once and no other.
  public var parts: [Part] { Self.parts(from: from, to: to, by: .month) }

  private static func parts(from: Int64?, to: Int64?, by size: Size) -> [Part] {
    if let from, let to, from >= to { return [] }
    guard let smaller = size.smaller else { return [Part(size: size, first: from ?? .min, below: to ?? .max)] }
    let first = from.map { size.floor($0 + size.rawValue - 1) }
    let below = to.map(size.floor)
    if let first, let below, first >= below { return parts(from: from, to: to, by: smaller) }
    let before = from.map { parts(from: $0, to: first, by: smaller) } ?? []
    let after = to.map { parts(from: below, to: $0, by: smaller) } ?? []
    return before + [Part(size: size, first: first ?? .min, below: below ?? .max)] + after
  }
}

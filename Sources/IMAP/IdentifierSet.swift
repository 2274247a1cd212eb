/// UIDs or message numbers as sorted ranges that neither touch nor overlap (RFC 9051 section 9, sequence-set).
public struct IdentifierSet: Equatable, Sendable {
  /// The ranges, in order.
  public private(set) var ranges: [ClosedRange<UInt32>] = []

  /// The set of these ranges in any order.
  public init(_ ranges: [ClosedRange<UInt32>]) {
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = self.ranges.last,
        range.lowerBound <= last.upperBound
          || range.lowerBound - last.upperBound == 1
      {
        self.ranges[self.ranges.count - 1] = last.lowerBound...Swift.max(last.upperBound, range.upperBound)
      } else {
        self.ranges.append(range)
      }
    }
  }

  /// The set of these identifiers in any order.
  public init(_ identifiers: some Sequence<UInt32>) {
    self.init(identifiers.map { $0...$0 })
  }

  /// Whether nothing is in it.
  public var isEmpty: Bool { ranges.isEmpty }

  /// How many identifiers are in it.
  public var count: Int {
    ranges.reduce(0) { $0 + Int($1.upperBound - $1.lowerBound) + 1 }
  }

  /// Whether an identifier is in it.
  public func contains(_ identifier: UInt32) -> Bool {
    ranges.contains { $0.contains(identifier) }
  }

  /// At most `limit` identifiers in rising order; a server may claim four billion.
  public func first(_ limit: Int) -> [UInt32] {
    var result: [UInt32] = []
    for range in ranges {
      for identifier in range {
        guard result.count < limit else { return result }
        result.append(identifier)
      }
    }
    return result
  }

  /// At most `limit` of the highest identifiers, in falling order.
  public func last(_ limit: Int) -> [UInt32] {
    var result: [UInt32] = []
    for range in ranges.reversed() {
      for identifier in range.reversed() {
        guard result.count < limit else { return result }
        result.append(identifier)
      }
    }
    return result
  }

  /// The part of the set inside a range.
  public func clamped(to bounds: ClosedRange<UInt32>) -> IdentifierSet {
    IdentifierSet(ranges.filter { $0.overlaps(bounds) }.map { $0.clamped(to: bounds) })
  }

  /// Both sets together.
  public func union(_ other: IdentifierSet) -> IdentifierSet {
    IdentifierSet(ranges + other.ranges)
  }

  /// The text of a command, for instance `1:3,7`.
  public var encoded: String {
    ranges.map { $0.lowerBound == $0.upperBound ? "\($0.lowerBound)" : "\($0.lowerBound):\($0.upperBound)" }
      .joined(separator: ",")
  }
}

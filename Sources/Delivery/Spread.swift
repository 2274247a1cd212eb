// How mails are laid over the open hours of a window: places that follow from ids alone, so that they can be explained
// and foretold without counting a queue.

/// How mails are laid over what is left of a day's open hours.
public enum Spread: String, Codable, Sendable, Equatable, CaseIterable {
  /// As soon as every other gate is open.
  case asap
  /// At even distances.
  case even
  /// At places that look like chance.
  case random
}

/// A number that looks like chance and is the same for the same two ids (SplitMix64's mixing function).
package func mixed(_ first: Int64, _ second: Int64) -> UInt64 {
  var number = UInt64(bitPattern: first) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(bitPattern: second)
  number = (number ^ (number >> 30)) &* 0xBF58_476D_1CE4_E5B9
  number = (number ^ (number >> 27)) &* 0x94D0_49BB_1331_11EB
  return number ^ (number >> 31)
}

/// That share of a length which a 64-bit fraction stands for.
func part(_ fraction: UInt64, of length: Int64) -> Int64 {
  Int64(clamping: fraction.multipliedFullWidth(by: UInt64(max(0, length))).high)
}

extension Window {
  /// The open stretches of the local day of an instant, in order.
  func openHours(ofDayAt instant: Int64) -> [Range<Int64>] {
    let day = zone.day(at: instant)
    // Three days back, because a zone may skip a whole one (Pacific/Apia in 2011).
    var cursor = Zone.bounded(instant) - 3 * millisecondsOfDay
    while zone.day(at: cursor) < day { cursor = zone.nextDay(after: cursor) }
    return openHours(in: cursor..<zone.nextDay(after: cursor))
  }

  /// The open stretches of a stretch of time, in order.
  private func openHours(in range: Range<Int64>) -> [Range<Int64>] {
    var cursor = range.lowerBound
    var hours: [Range<Int64>] = []
    while cursor < range.upperBound, let opens = nextOpen(from: cursor), opens < range.upperBound {
      var closes = range.upperBound
      if case .open(let until?) = standing(at: opens) { closes = min(until, closes) }
      guard closes > opens else { break }
      hours.append(opens..<closes)
      cursor = closes
    }
    return hours
  }

  /// The instant that lies `open` milliseconds of open time after `start`, within the local day of `start`.
  func instant(after start: Int64, open: Int64) -> Int64? {
    var rest = open
    for hours in openHours(ofDayAt: start) where hours.upperBound > start {
      let from = max(hours.lowerBound, start)
      if rest < hours.upperBound - from { return from + rest }
      rest -= hours.upperBound - from
    }
    return nil
  }

  /// The open time between an instant and the end of its local day.
  func openTime(after start: Int64) -> Int64 {
    openHours(ofDayAt: start).reduce(0) { $0 + max(0, $1.upperBound - max($1.lowerBound, start)) }
  }

  /// From when on a message may go: its place on the first day that is open at `due` or after, never before `due` and always
  /// inside; or, when that has passed, the first instant from `now` on that is inside. Nil: never.
  ///
  /// A place that has passed stays passed: the same one each day would lie for ever where its account is closed or has used
  /// up its day. `other`, the hours of the account that is to take it, narrows the day down to where both are open.
  /// `even` takes steps of the golden ratio around the day's hours: of any run of ids each falls into the widest gap that
  /// the ones before it left, so nothing has to be counted.
  public func place(of id: Int64, due: Int64, now: Int64, within other: Window? = nil) -> Int64? {
    guard spread != .asap, let first = firstHours(from: due, within: other) else {
      return nextOpen(from: max(now, due))
    }
    let length = first.reduce(0) { $0 + $1.upperBound - $1.lowerBound }
    let fraction =
      spread == .even ? UInt64(bitPattern: id) &* 0x9E37_79B9_7F4A_7C15 : mixed(id, zone.day(at: first[0].lowerBound))
    var rest = part(fraction, of: length)
    for hours in first {
      if rest < hours.upperBound - hours.lowerBound { return nextOpen(from: max(now, hours.lowerBound + rest)) }
      rest -= hours.upperBound - hours.lowerBound
    }
    return nextOpen(from: max(now, due))
  }

  /// What is left from an instant on of the first day that has open hours then, where `other` is open too; where those two
  /// do not meet within two weeks, of this window alone. Nil: it never opens. Never empty.
  private func firstHours(from start: Int64, within other: Window?) -> [Range<Int64>]? {
    func left(_ opens: Int64) -> [Range<Int64>] {
      openHours(ofDayAt: opens).filter { $0.upperBound > start }.map { max($0.lowerBound, start)..<$0.upperBound }
    }
    guard let opens = nextOpen(from: start) else { return nil }
    if let other, !other.isAlwaysOpen {
      var next: Int64? = opens
      while let day = next, day < opens + 14 * millisecondsOfDay {
        let both = left(day).flatMap(other.openHours(in:))
        if !both.isEmpty { return both }
        next = nextOpen(from: zone.nextDay(after: day))
      }
    }
    let own = left(opens)
    return own.isEmpty ? nil : own
  }
}

extension Window {
  /// Where mail `index` of `count` that are laid out together goes, over what is left of the day's hours from `start`, which
  /// must be inside. Unlike `place(of:due:now:within:)` it knows how many there are, so that `even` distances are the same.
  public func place(_ index: Int, of count: Int, from start: Int64) -> Int64 {
    let length = openTime(after: start)
    let open: Int64 =
      switch spread {
      case .asap: 0
      // By the share first: a length has 27 bits, and nobody lays out 2³⁶ mails.
      case .even: length * Int64(min(index, count)) / Int64(max(1, count))
      case .random: part(mixed(start, Int64(index)), of: length)
      }
    return instant(after: start, open: open) ?? start
  }
}

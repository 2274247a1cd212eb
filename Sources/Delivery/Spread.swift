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
    let end = zone.nextDay(after: cursor)
    var hours: [Range<Int64>] = []
    while cursor < end, let opens = nextOpen(from: cursor), opens < end {
      var closes = end
      if case .open(let until?) = standing(at: opens) { closes = min(until, end) }
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

  /// Where the spread puts a message on the first day that is open at `now` or after: never before `due`, always inside.
  ///
  /// `even` takes steps of the golden ratio around the day's hours: of any run of ids each falls into the widest gap that
  /// the ones before it left, so nothing has to be counted. A place that has passed is `now` at the latest. Nil: never.
  public func place(of id: Int64, due: Int64, now: Int64) -> Int64? {
    guard let opens = nextOpen(from: max(now, due)) else { return nil }
    guard spread != .asap else { return opens }
    let hours = openHours(ofDayAt: opens)
    let start = max(due, hours.first?.lowerBound ?? opens)
    let fraction = spread == .even ? UInt64(bitPattern: id) &* 0x9E37_79B9_7F4A_7C15 : mixed(id, zone.day(at: opens))
    guard let place = instant(after: start, open: part(fraction, of: openTime(after: start))) else { return opens }
    return max(place, opens)
  }
}

extension Window {
  /// Where mail `index` of `count` that are laid out together goes, over what is left of the day's hours from `start`, which
  /// must be inside. Unlike `place(of:due:now:)` it knows how many there are, so that `even` distances are the same.
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

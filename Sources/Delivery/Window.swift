// Days and hours at which mail may go, in a zone; exact over every change of the clocks.

/// A weekly window; without any hours it is always open.
public struct Window: Sendable, Equatable {
  /// A day of the week, Monday first (ISO 8601).
  public enum Day: String, Codable, Sendable, CaseIterable {
    /// By the first three letters.
    case mon, tue, wed, thu, fri, sat, sun
  }

  /// How the window stands at an instant.
  public enum Standing: Sendable, Equatable {
    /// Open until then; nil is for ever.
    case open(until: Int64?)
    /// Closed until then; nil is for ever.
    case closed(until: Int64?)
  }

  /// The zone its hours are meant in.
  public let zone: Zone
  /// How mails are laid over its hours.
  public var spread: Spread
  /// For each day from Monday the open spans in milliseconds of the local day, in order.
  private let week: [[Range<Int64>]]
  /// Whether no hours were given at all.
  private let isWithoutHours: Bool
  /// Local days, counted from 1970-01-01, on which it stays closed.
  private let closedDays: Set<Int64>

  /// A window of days and spans; a span is in minutes of the day, 0 … 1440, end exclusive.
  ///
  /// Spans without days are for every day, days without spans are whole days, and neither is always open. A span whose
  /// end is over 1440 reaches into the next day. `closedDays` are `YYYY-MM-DD`, others are ignored.
  public init(
    days: [Day], spans: [Range<Int>], zone: Zone, closedDays: [String] = [], spread: Spread = .asap
  ) {
    self.zone = zone
    self.spread = spread
    isWithoutHours = days.isEmpty && spans.isEmpty
    let openDays = days.isEmpty ? Day.allCases : days
    let openSpans = spans.isEmpty ? [0..<1440] : spans
    var week = [[Range<Int64>]](repeating: [], count: 7)
    for (index, day) in Day.allCases.enumerated() where openDays.contains(day) {
      for span in openSpans {
        let start = Int64(min(max(span.lowerBound, 0), 2880)) * 60_000
        let end = Int64(min(max(span.upperBound, 0), 2880)) * 60_000
        let today = start..<max(start, min(end, millisecondsOfDay))
        let tomorrow = max(0, start - millisecondsOfDay)..<max(0, start - millisecondsOfDay, end - millisecondsOfDay)
        if !today.isEmpty { week[index].append(today) }
        if !tomorrow.isEmpty { week[(index + 1) % 7].append(tomorrow) }
      }
    }
    self.week = week.map { $0.sorted { $0.lowerBound < $1.lowerBound } }
    self.closedDays = Set(closedDays.compactMap(dayNumber))
  }

  /// The window without hours.
  public static func always(in zone: Zone) -> Window { Window(days: [], spans: [], zone: zone) }

  /// Whether every instant is inside.
  public var isAlwaysOpen: Bool { isWithoutHours && closedDays.isEmpty }

  /// Whether an instant is inside.
  public func isOpen(at instant: Int64) -> Bool {
    if isAlwaysOpen { return true }
    let instant = Zone.bounded(instant)
    let local = instant + zone.offsetMilliseconds(at: instant)
    let day = floorDivide(local, millisecondsOfDay)
    return spans(onDay: day).contains { $0.contains(local - day * millisecondsOfDay) }
  }

  /// Whether it is open, and until when that stays so.
  public func standing(at instant: Int64) -> Standing {
    if isAlwaysOpen { return .open(until: nil) }
    return isOpen(at: instant) ? .open(until: closing(after: instant)) : .closed(until: nextOpen(from: instant))
  }

  /// The first instant from `instant` on that is inside; nil when there is none within two years.
  public func nextOpen(from instant: Int64) -> Int64? {
    if isAlwaysOpen { return instant }
    var cursor = Zone.bounded(instant)
    let end = min(cursor + 2 * 366 * millisecondsOfDay, Zone.horizon)
    while cursor < end {
      // In a stretch of one offset local time runs evenly, so a span's edges are found by subtraction.
      let part = zone.segment(at: cursor)
      let day = floorDivide(cursor + part.offset, millisecondsOfDay)
      let midnight = day * millisecondsOfDay - part.offset
      for span in spans(onDay: day) {
        let opens = max(cursor, midnight + span.lowerBound)
        if opens < min(midnight + span.upperBound, part.end) { return opens }
      }
      cursor = min(midnight + millisecondsOfDay, part.end)
    }
    return nil
  }

  /// The first instant after `instant`, which must be inside, that is not; nil when there is none within two weeks.
  private func closing(after instant: Int64) -> Int64? {
    var cursor = Zone.bounded(instant)
    let end = min(cursor + 14 * millisecondsOfDay, Zone.horizon)
    while cursor < end {
      let part = zone.segment(at: cursor)
      let local = cursor + part.offset
      let day = floorDivide(local, millisecondsOfDay)
      guard let span = spans(onDay: day).last(where: { $0.contains(local - day * millisecondsOfDay) }) else {
        return cursor
      }
      cursor = min(day * millisecondsOfDay - part.offset + span.upperBound, part.end)
    }
    return nil
  }

  private func spans(onDay day: Int64) -> [Range<Int64>] {
    if closedDays.contains(day) { return [] }
    // 1970-01-01 was a Thursday.
    let weekday = (day + 3) % 7
    return week[Int(weekday < 0 ? weekday + 7 : weekday)]
  }
}

/// Days since 1970-01-01 of `YYYY-MM-DD`.
private func dayNumber(_ text: String) -> Int64? {
  let parts = text.split(separator: "-", omittingEmptySubsequences: false)
  guard parts.count == 3, parts[0].utf8.count == 4, let year = Int64(parts[0]), let month = Int64(parts[1]),
    let day = Int64(parts[2]), (0...9999).contains(year), (1...12).contains(month), (1...31).contains(day)
  else { return nil }
  let shifted = month > 2 ? year : year - 1
  let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
  let number = 365 * shifted + floorDivide(shifted, 4) - floorDivide(shifted, 100) + floorDivide(shifted, 400)
  let result = number + dayOfYear - 719_468
  // The way back shows days that do not exist, like 02-30.
  return Zone.dayKey(ofDay: result) == text ? result : nil
}

// Days and hours at which mail may go, in a zone; exact over every change of the clocks.
//
// Of each day a span is one stretch of time: it opens once, when the clocks first show its start, and closes once, when they
// first come to its end. So no hour is skipped and none is doubled:
// - Clocks that are set forward: a span that begins or ends in the gap begins or ends with the gap. One that lies inside the
//   gap altogether, as 02:30–03:00 does in spring, opens after it for as long as it is: its mails go that day too.
// - Clocks that are set back: of an hour that comes twice only the first counts, unless the span goes on after it, as
//   01:00–05:00 does; a span that runs to midnight goes on in the next day. Nothing closes in between, nothing opens again.
// That is what RFC 5545, section 3.3.5, makes of a local time that comes twice, and cron of one that is skipped.

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
    self.week = week.map(Self.joined)
    self.closedDays = Set(closedDays.compactMap(dayNumber))
  }

  /// In order; those that meet are one, so that no change of the clocks comes between them.
  private static func joined(_ spans: [Range<Int64>]) -> [Range<Int64>] {
    spans.sorted { $0.lowerBound < $1.lowerBound }.reduce(into: []) { joined, span in
      guard let last = joined.last, span.lowerBound <= last.upperBound else { return joined.append(span) }
      joined[joined.count - 1] = last.lowerBound..<max(last.upperBound, span.upperBound)
    }
  }

  /// The window without hours.
  public static func always(in zone: Zone) -> Window { Window(days: [], spans: [], zone: zone) }

  /// Whether every instant is inside.
  public var isAlwaysOpen: Bool { isWithoutHours && closedDays.isEmpty }

  /// Whether an instant is inside.
  public func isOpen(at instant: Int64) -> Bool { isAlwaysOpen || stretch(around: Zone.bounded(instant)) != nil }

  /// Whether it is open, and until when that stays so.
  public func standing(at instant: Int64) -> Standing {
    if isAlwaysOpen { return .open(until: nil) }
    return isOpen(at: instant) ? .open(until: closing(after: instant)) : .closed(until: nextOpen(from: instant))
  }

  /// The first instant from `instant` on that is inside; nil when there is none within two years.
  public func nextOpen(from instant: Int64) -> Int64? {
    if isAlwaysOpen { return instant }
    let start = Zone.bounded(instant)
    let today = zone.day(at: start)
    for day in today - 1...today + 2 * 366 {
      if let stretch = stretches(onDay: day).first(where: { start < $0.upperBound }) {
        let opens = max(start, stretch.lowerBound)
        return opens < Zone.horizon ? opens : nil
      }
      if day * millisecondsOfDay > Zone.horizon { return nil }
    }
    return nil
  }

  /// The first instant after `instant`, which must be inside, that is not; nil when there is none within two weeks.
  private func closing(after instant: Int64) -> Int64? {
    var cursor = Zone.bounded(instant)
    let end = min(cursor + 14 * millisecondsOfDay, Zone.horizon)
    while cursor < end {
      guard let stretch = stretch(around: cursor) else { return cursor }
      cursor = stretch.upperBound
    }
    return nil
  }

  private func stretch(around instant: Int64) -> Range<Int64>? {
    let day = zone.day(at: instant)
    // A day's last stretch may reach over its end, and after midnight the clocks may be set back into the day before.
    for day in [day, day - 1, day + 1] {
      if let stretch = stretches(onDay: day).first(where: { $0.contains(instant) }) { return stretch }
    }
    return nil
  }

  /// When the spans of a local day are, in order.
  private func stretches(onDay day: Int64) -> [Range<Int64>] {
    let spans = spans(onDay: day)
    guard !spans.isEmpty else { return [] }
    let local = day * millisecondsOfDay
    let part = zone.segment(at: zone.first(local: local, countsArrival: false))
    let midnight = local - part.offset
    if part.start <= midnight, midnight + millisecondsOfDay < part.end {
      return spans.map { midnight + $0.lowerBound..<midnight + $0.upperBound }
    }
    return spans.compactMap { span in
      let opens = zone.first(local: local + span.lowerBound, countsArrival: false)
      // A zone may skip a whole day (Pacific/Apia in 2011).
      guard zone.day(at: opens) == day else { return nil }
      let closes = zone.first(local: local + span.upperBound, countsArrival: span.upperBound < millisecondsOfDay)
      return opens..<(opens < closes ? closes : opens + span.upperBound - span.lowerBound)
    }
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

public import Configuration
public import Delivery
internal import MailText

/// When a campaign runs: once on each day of its window, or at a distance; by the local clock, whatever daylight saving does.
public struct CampaignCalendar: Sendable, Equatable {
  /// The hours over which a day's mails are laid.
  public let window: Window
  private let zone: Zone
  /// Where a run may begin: from its time to the end of the day's hours.
  private let hours: Window
  private let every: Int64?
  private let from: String?
  private let until: String?

  /// The calendar of a campaign in its zone.
  public init(_ entry: CampaignEntry, zone: Zone) {
    self.zone = zone
    let days = entry.window.days.compactMap { Window.Day(rawValue: $0.rawValue) }
    let spread = Spread(rawValue: entry.window.spread.rawValue) ?? .even
    window = Window(
      days: days, spans: entry.window.minutes, zone: zone, closedDays: entry.window.closedDates, spread: spread)
    let start = entry.everyMilliseconds == nil ? entry.minuteOfRun : 0
    let end = entry.everyMilliseconds == nil ? entry.window.minutes.last?.upperBound ?? 1440 : 1440
    hours = Window(days: days, spans: [start..<max(end, start + 1)], zone: zone, closedDays: entry.window.closedDates)
    every = entry.everyMilliseconds
    from = entry.from
    until = entry.until
  }

  /// The first run of a campaign that is started at `now`; nil when its last day is over.
  ///
  /// On the same day while its hours last: whoever starts one at noon wants its mails this afternoon.
  public func first(startedAt now: Int64) -> Int64? {
    var cursor = now
    if let from, let midnight = dayStart(from) {
      // To a day or two before it, whatever the zone, so that the walk is short.
      cursor = max(cursor, midnight - 2 * 86_400_000)
      while zone.dayKey(at: cursor) < from { cursor = zone.nextDay(after: cursor) }
    }
    return open(from: cursor)
  }

  /// The run after one that was planned for `planned` and begins at `now`; nil: that was the last.
  ///
  /// What was missed in between is not made up for: one late run stands for all of them.
  public func next(after planned: Int64, now: Int64) -> Int64? {
    if let every { return open(from: planned + every > now ? planned + every : now + every) }
    return open(from: zone.nextDay(after: now))
  }

  /// The day that a run at `instant` is one of.
  public func day(of instant: Int64) -> String { zone.dayKey(at: instant) }

  /// Where the laying out of a run's mails begins at `now`; nil: the hours never open again.
  public func layoutStart(now: Int64) -> Int64? { window.nextOpen(from: now) }

  private func open(from cursor: Int64) -> Int64? {
    guard let opens = hours.nextOpen(from: cursor) else { return nil }
    if let until, zone.dayKey(at: opens) > until { return nil }
    return opens
  }
}

/// Midnight UTC of a day like `2026-12-24`; nil when there is no such day.
func dayStart(_ text: String) -> Int64? {
  text.utf8.count == 10 ? MailDate.parseRFC3339("\(text)T00:00:00Z") : nil
}

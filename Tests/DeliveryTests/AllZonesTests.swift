import Foundation
import Testing

@testable import Delivery

/// Every zone that Foundation knows, over the years 2020 to 2035, with Foundation's offsets and plain division as the
/// oracle: nothing of `Zone` or `Window` is asked to judge itself.
@Suite struct AllZonesTests {
  private static let from = at("2020-01-01T00:00:00Z")
  private static let until = at("2036-01-01T00:00:00Z")
  private static let step = 5 * minute

  /// In parts, so that they run beside each other.
  private static let parts: [[String]] = (0..<8).map { part in
    TimeZone.knownTimeZoneIdentifiers.enumerated().filter { $0.offset % 8 == part }.map(\.element)
  }

  /// What the clock on the wall shows, step by step, and when a window is open by it: a span opens the first time that it
  /// shows its start or more, and closes the first time that it shows its end or more, is set back as it would have shown
  /// it, or the day is over; one that would close as it opens is in a gap and has its length after it.
  private final class Oracle {
    let zone: TimeZone
    let days: Set<Int64>
    let spans: [Range<Int64>]
    let step: Int64
    private var known: [Int64: [Range<Int64>]] = [:]

    init(zone: TimeZone, days: Set<Int64>, spans: [Range<Int64>], step: Int64) {
      self.zone = zone
      self.days = days
      self.spans = spans
      self.step = step
    }

    func local(_ instant: Int64) -> Int64 {
      instant + Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant) / 1000))) * 1000
    }

    func dayNumber(_ instant: Int64) -> Int64 { local(instant) / day }

    func isOpen(_ instant: Int64) -> Bool {
      let number = dayNumber(instant)
      return (number - 1...number + 1).contains { day in stretches(of: day).contains { $0.contains(instant) } }
    }

    /// Clocks that are set forward or back over the midnight of a day: what they show then is of two days by turns.
    func turnsBackOverMidnight(_ change: Int64) -> Bool { dayNumber(change) < dayNumber(change - 1) }

    private func stretches(of number: Int64) -> [Range<Int64>] {
      // 1970-01-01 was a Thursday; Monday is 0.
      guard days.contains((number + 3) % 7) else { return [] }
      if let found = known[number] { return found }
      let noon = number * day + day / 2
      let from = noon - 27 * hour
      let shown = stride(from: from, through: noon + 42 * hour, by: Int(step)).map { (at: $0, local: local($0)) }
      let found: [Range<Int64>] = spans.compactMap { span in
        let (start, end) = (number * day + span.lowerBound * minute, number * day + span.upperBound * minute)
        guard let first = shown.firstIndex(where: { $0.local >= start }), shown[first].local / day == number else {
          return nil
        }
        let last = shown.indices.first { index in
          index >= first
            && (shown[index].local >= end
              || index > first && end % day != 0 && shown[index - 1].local + self.step == end)
        }
        guard let last else { return nil }
        let opens = shown[first].at
        return opens..<(last > first ? shown[last].at : opens + end - start)
      }
      known[number] = found
      return found
    }
  }

  private static func someHours(_ random: inout Seeded) -> (
    window: (Zone) -> Window, days: Set<Int64>, spans: [Range<Int64>]
  ) {
    let days = Window.Day.allCases.enumerated().filter { _ in Int.random(in: 0..<4, using: &random) > 0 }
    let chosen = days.isEmpty ? [(offset: 6, element: Window.Day.sun)] : days
    // On whole steps, because the oracle looks at nothing in between.
    let edges = (0..<4).map { _ in Int.random(in: 0...288, using: &random) * 5 }.sorted()
    let spans = [edges[0]..<edges[1], edges[2]..<edges[3]].filter { !$0.isEmpty }
    let some = spans.isEmpty ? [0..<720] : spans
    let spread = Spread.allCases[Int.random(in: 0..<3, using: &random)]
    return (
      { Window(days: chosen.map(\.element), spans: some, zone: $0, spread: spread) },
      Set(chosen.map { Int64($0.offset) }), some.map { Int64($0.lowerBound)..<Int64($0.upperBound) }
    )
  }

  /// At every change of the clocks: no hour that a gap skips and none that an overlap has twice opens or closes a window
  /// otherwise than the oracle says; the first minute that is open is found, backwards from what it says of each.
  @Test(arguments: parts) func everyGapAndOverlap(names: [String]) throws {
    var random = Seeded(1)
    var changes = 0
    for name in names {
      let zone = zone(name)
      let source = try #require(TimeZone(identifier: name))
      var cursor = Self.from
      while cursor < Self.until {
        let change = zone.segment(at: cursor).end
        cursor = change
        guard change < Self.until, zone.offsetMilliseconds(at: change) != zone.offsetMilliseconds(at: change - 1) else {
          continue
        }
        changes += 1
        let (make, days, spans) = Self.someHours(&random)
        let window = make(zone)
        // Antarctica/Casey changes its clocks a minute past.
        let step = change % Self.step == 0 ? Self.step : minute
        let oracle = Oracle(zone: source, days: days, spans: spans, step: step)
        var next: Int64?
        var wrong: [Int64] = []
        var instant = change + 3 * hour
        while instant > change - 3 * hour {
          let isOpen = oracle.isOpen(instant)
          if isOpen { next = instant }
          if window.isOpen(at: instant) != isOpen { wrong.append(instant) }
          if let next, window.nextOpen(from: instant) != next { wrong.append(instant) }
          instant -= step
        }
        #expect(wrong.isEmpty, "\(name) at \(change)")
      }
    }
    #expect(changes > 100)
  }

  /// No doubled and no skipped hour: on every day with a change of the clocks a span opens once, is open for no less than it
  /// is long where nothing of it is skipped, and for no more than the hour that came twice inside of it.
  @Test(arguments: parts) func eachSpanOpensOnceADay(names: [String]) throws {
    var random = Seeded(5)
    var changes = 0
    for name in names {
      let zone = zone(name)
      var cursor = Self.from
      while cursor < Self.until {
        let change = zone.segment(at: cursor).end
        cursor = change
        let shift = zone.offsetMilliseconds(at: change) - zone.offsetMilliseconds(at: change - 1)
        // Between two days there is no telling whose hour it is.
        guard change < Self.until, shift != 0, zone.day(at: change) == zone.day(at: change - 1) else { continue }
        changes += 1
        let number = zone.day(at: change)
        let start = Int.random(in: 0..<1430, using: &random)
        let span = start..<Int.random(in: (start + 1)...1439, using: &random)
        let window = Window(days: [], spans: [span], zone: zone)
        let hours = window.openHours(ofDayAt: change)
        #expect(hours.count == 1, "\(name) on \(Zone.dayKey(ofDay: number)) \(span)")
        guard let open = hours.first, hours.count == 1 else { continue }
        let (length, asked) = (open.upperBound - open.lowerBound, Int64(span.count) * minute)
        if shift > 0 {
          #expect(length <= asked && length >= min(asked, max(asked - shift, minute)), "\(name) \(change) \(span)")
        } else {
          #expect(length == asked || length == asked - shift, "\(name) \(change) \(span)")
        }
      }
    }
    #expect(changes > 100)
  }

  /// No hour is counted to two days and none to none: each local day is one stretch between two next days.
  @Test(arguments: parts) func everyDayIsOneStretch(names: [String]) throws {
    var random = Seeded(2)
    for name in names {
      let zone = zone(name)
      let source = try #require(TimeZone(identifier: name))
      let oracle = Oracle(zone: source, days: [], spans: [], step: Self.step)
      var wrong: [Int64] = []
      var instant = Self.from + Int64.random(in: 0..<(14 * 365 * day), using: &random)
      let end = instant + 400 * day
      while instant < end {
        let next = zone.nextDay(after: instant)
        if oracle.dayNumber(next) != oracle.dayNumber(instant) + 1
          || oracle.dayNumber(next - 1) != oracle.dayNumber(instant) || next - instant > 26 * hour
        {
          wrong.append(instant)
        }
        instant = next
      }
      #expect(wrong.isEmpty, "\(name)")
    }
  }

  /// Whatever the gates let go, goes inside its hours; what they let wait, waits until a time inside them, and where the
  /// mail is not spread until the first such minute.
  @Test(arguments: parts) func noMailLeavesOutsideItsWindow(names: [String]) throws {
    var random = Seeded(3)
    var (gone, waited) = (0, 0)
    for name in names {
      let zone = zone(name)
      let source = try #require(TimeZone(identifier: name))
      for _ in 0..<12 {
        let (make, days, spans) = Self.someHours(&random)
        let window = make(zone)
        let oracle = Oracle(zone: source, days: days, spans: spans, step: Self.step)
        var now = Int64.random(in: Self.from..<Self.until, using: &random)
        // Half of them near a change of the clocks, where there is one.
        if Bool.random(using: &random) {
          now = zone.segment(at: now).end - Int64.random(in: -day...day, using: &random)
        }
        now -= now % Self.step
        var message = MessageFacts(id: Int64(gone + waited), due: now - hour)
        message.window = window
        let account = AccountFacts(id: 1, address: "a@example.org", zone: zone, dayEnds: zone.nextDay(after: now))
        // As the scheduler: looked at again when it is said to open, until it goes.
        for _ in 0..<20 {
          switch evaluate(message, accounts: [account], pool: PoolPolicy(), now: now).outcome {
          case .go:
            #expect(oracle.isOpen(now), "\(name) at \(now)")
            gone += 1
          case .wait(let until?):
            #expect(until > now && oracle.isOpen(until), "\(name) at \(now)")
            if window.spread == .asap {
              waited += 1
              #expect(!oracle.isOpen(now))
              // Nothing of the two days before is open.
              var cursor = max(now, until - 2 * day)
              cursor += (Self.step - cursor % Self.step) % Self.step
              while cursor < until {
                if oracle.isOpen(cursor) { Issue.record("\(name): open at \(cursor), said \(until)") }
                cursor += 3 * Self.step
              }
              #expect(!oracle.isOpen(until - 1))
            }
            now = until
            continue
          case let other: Issue.record("\(name): \(other)")
          }
          break
        }
      }
    }
    #expect(gone >= names.count * 11)
    #expect(waited > names.count)
  }
}

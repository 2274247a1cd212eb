// IANA time zones as a table of offsets: Foundation is asked once for a stretch of time, later questions are a lookup.

import Foundation
import MailText
import Synchronization

/// A named time zone; one object for each name, shared and safe to use from every thread.
public final class Zone: Sendable, Equatable, CustomStringConvertible {
  /// A stretch of time, end exclusive, in which the offset to UTC stays the same.
  struct Segment {
    var start: Int64
    var end: Int64
    /// Local time minus UTC, milliseconds.
    var offset: Int64
  }

  /// The name it was asked for by, like `Europe/Berlin`.
  public let name: String
  private let source: TimeZone
  /// Segments by number of chunk; a chunk is 2^35 ms, a little over a year.
  private let chunks = Mutex<[Int64: [Segment]]>([:])

  private static let known = Mutex<[String: Zone]>([:])
  /// The years −6000 to 9986: what is outside is taken for the edge. A month before the end of a chunk, so that the
  /// next day is always in the same chunk and a walk ends.
  static let horizon: Int64 = (7363 << 35) - 30 * millisecondsOfDay
  /// Between two questions to Foundation while looking for changes; no zone ever changed twice in half a day.
  private static let stride: Int64 = 43_200_000

  /// UTC.
  public static let utc = Zone(name: "UTC", source: TimeZone(secondsFromGMT: 0) ?? .gmt)

  /// The zone of an IANA name; nil when there is none of that name.
  public static func named(_ name: String) -> Zone? {
    known.withLock { zones in
      if let zone = zones[name] { return zone }
      guard let source = TimeZone(identifier: name) else { return nil }
      let zone = name == "UTC" ? utc : Zone(name: name, source: source)
      zones[name] = zone
      return zone
    }
  }

  private init(name: String, source: TimeZone) {
    self.name = name
    self.source = source
  }

  /// By name.
  public static func == (left: Zone, right: Zone) -> Bool { left.name == right.name }

  /// The name.
  public var description: String { name }

  /// Local time minus UTC in milliseconds.
  public func offsetMilliseconds(at instant: Int64) -> Int64 { segment(at: instant).offset }

  /// The local calendar day, counted from 1970-01-01 as 0.
  public func day(at instant: Int64) -> Int64 {
    let bounded = Zone.bounded(instant)
    return floorDivide(bounded + offsetMilliseconds(at: bounded), millisecondsOfDay)
  }

  /// The local calendar day as `YYYY-MM-DD`.
  public func dayKey(at instant: Int64) -> String { Zone.dayKey(ofDay: day(at: instant)) }

  /// The first instant after `instant` at which the local calendar day is a later one.
  ///
  /// That is midnight, or where daylight saving skips midnight the minute after the gap.
  public func nextDay(after instant: Int64) -> Int64 {
    var cursor = Zone.bounded(instant)
    let midnight = (day(at: cursor) + 1) * millisecondsOfDay
    while true {
      let part = segment(at: cursor)
      let candidate = max(cursor, midnight - part.offset)
      if candidate < part.end { return candidate }
      cursor = part.end
    }
  }

  /// The first instant of a local calendar day, counted from 1970-01-01, at which its clocks show `minute` of the day or
  /// more: where daylight saving skips that minute, the end of the gap.
  public func instant(ofDay day: Int64, minute: Int) -> Int64 {
    first(local: day * millisecondsOfDay + Int64(minute) * 60_000, countsArrival: false)
  }

  /// The first instant at which the clocks show a local time, in milliseconds since 1970-01-01, or a later one. With
  /// `countsArrival` that is also where they are set back the moment they would have shown it.
  func first(local: Int64, countsArrival: Bool) -> Int64 {
    // No zone is more than 15 hours ahead.
    var cursor = Zone.bounded(local - 15 * 3_600_000)
    while true {
      let part = segment(at: cursor)
      let candidate = max(cursor, local - part.offset)
      if candidate < part.end || countsArrival && candidate == part.end { return candidate }
      cursor = part.end
    }
  }

  /// The stretch of the same offset around an instant; it may be cut at the edge of a chunk.
  func segment(at instant: Int64) -> Segment {
    let bounded = Zone.bounded(instant)
    let chunk = bounded >> 35
    return chunks.withLock { chunks in
      if chunks[chunk] == nil {
        // A store asks about some years; a hostile mail about any. The table stays small either way.
        if chunks.count >= 64 { chunks.removeAll() }
        chunks[chunk] = segments(from: chunk << 35, to: (chunk + 1) << 35)
      }
      let parts = chunks[chunk] ?? []
      return parts.first { bounded < $0.end } ?? Segment(start: bounded, end: bounded + 1, offset: 0)
    }
  }

  private func segments(from start: Int64, to end: Int64) -> [Segment] {
    var result: [Segment] = []
    var current = Segment(start: start, end: end, offset: ask(start))
    var probe = start
    while probe < end {
      let next = min(probe + Zone.stride, end)
      let last = min(next, end - 1)
      if ask(last) != current.offset {
        let change = change(between: probe, and: last)
        current.end = change
        result.append(current)
        current = Segment(start: change, end: end, offset: ask(change))
      }
      probe = next
    }
    result.append(current)
    return result
  }

  /// The first second after `low` with the offset of `high`.
  private func change(between low: Int64, and high: Int64) -> Int64 {
    let before = ask(low)
    var low = floorDivide(low, 1000)
    var high = floorDivide(high, 1000)
    while high - low > 1 {
      let middle = floorDivide(low + high, 2)
      if ask(middle * 1000) == before { low = middle } else { high = middle }
    }
    return high * 1000
  }

  private func ask(_ instant: Int64) -> Int64 {
    Int64(source.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant) / 1000))) * 1000
  }

  static func bounded(_ instant: Int64) -> Int64 { min(max(instant, -horizon), horizon) }

  /// `YYYY-MM-DD` of a day counted from 1970-01-01, in the proleptic Gregorian calendar.
  static func dayKey(ofDay day: Int64) -> String {
    let date = CivilDate(dayNumber: day)
    // By octets: it is asked for every mail.
    guard (0...9999).contains(date.year) else {
      return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
    }
    var text = [UInt8](repeating: UInt8(ascii: "-"), count: 10)
    for (place, number) in [(0, date.year / 100), (2, date.year % 100), (5, date.month), (8, date.day)] {
      text[place] = UInt8(ascii: "0") + UInt8(number / 10)
      text[place + 1] = UInt8(ascii: "0") + UInt8(number % 10)
    }
    return String(decoding: text, as: UTF8.self)
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}

let millisecondsOfDay: Int64 = 86_400_000

func floorDivide(_ number: Int64, _ divisor: Int64) -> Int64 {
  number >= 0 ? number / divisor : -((-number + divisor - 1) / divisor)
}

import Foundation
import Testing

@testable import Delivery

@Suite struct ZoneTests {
  @Test(arguments: oddZones) func offsetsAreFoundations(name: String) throws {
    let zone = zone(name)
    let oracle = try #require(TimeZone(identifier: name))
    var instant = at("2019-12-30T00:00:00Z")
    var wrong: [Int64] = []
    while instant < at("2036-01-02T00:00:00Z") {
      let expected = Int64(oracle.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant) / 1000))) * 1000
      if zone.offsetMilliseconds(at: instant) != expected { wrong.append(instant) }
      instant += 7 * hour + 17 * minute
    }
    #expect(wrong.isEmpty)
  }

  @Test(arguments: oddZones) func everyChangeOfTheClocksIsFoundToTheSecond(name: String) throws {
    let zone = zone(name)
    let oracle = try #require(TimeZone(identifier: name))
    var cursor = at("2020-01-01T00:00:00Z")
    while cursor < at("2035-12-31T00:00:00Z") {
      let part = zone.segment(at: cursor)
      #expect(part.start <= cursor && cursor < part.end)
      func offset(_ instant: Int64) -> Int64 {
        Int64(oracle.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant) / 1000))) * 1000
      }
      #expect(offset(part.end - 1000) == part.offset)
      #expect(zone.offsetMilliseconds(at: part.end) == offset(part.end))
      cursor = part.end
    }
  }

  @Test(arguments: oddZones) func aTimeOfDayIsTheFirstInstantAtWhichTheClocksShowItOrMore(name: String) throws {
    let zone = zone(name)
    var random = Seeded(23)
    for _ in 0..<2000 {
      let day = Int64.random(in: 18_300..<24_000, using: &random)
      let minute = Int.random(in: 0..<1440, using: &random)
      let found = zone.instant(ofDay: day, minute: minute)
      func local(_ instant: Int64) -> Int64 { instant + zone.offsetMilliseconds(at: instant) }
      let wanted = day * 24 * hour + Int64(minute) * 60_000
      #expect(local(found) >= wanted)
      #expect(local(found - 1) < wanted)
      // Later only where the clocks were put forward over it, in Apia by a whole day.
      #expect(local(found) - wanted <= 25 * hour)
    }
  }

  @Test(arguments: oddZones) func theNextDayBeginsWhenTheCalendarSaysSo(name: String) throws {
    let zone = zone(name)
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = try #require(TimeZone(identifier: name))
    var random = Seeded(7)
    for _ in 0..<200 {
      let instant = Int64.random(in: at("2020-01-01T00:00:00Z")...at("2035-12-31T00:00:00Z"), using: &random)
      let next = zone.nextDay(after: instant)
      #expect(next > instant)
      #expect(next - instant <= 25 * hour)
      #expect(zone.day(at: next) == zone.day(at: instant) + 1)
      #expect(zone.day(at: next - 1) == zone.day(at: instant))
      let parts = calendar.dateComponents(
        [.year, .month, .day], from: Date(timeIntervalSince1970: Double(next) / 1000))
      let year = try #require(parts.year)
      let month = try #require(parts.month)
      let day = try #require(parts.day)
      #expect(zone.dayKey(at: next) == String(format: "%04d-%02d-%02d", year, month, day))
    }
  }

  struct Midnight: Sendable {
    var zone: String
    var before: String
    var next: String
    var key: String
  }

  @Test(arguments: [
    Midnight(zone: "UTC", before: "2026-11-21T05:00:00Z", next: "2026-11-22T00:00:00Z", key: "2026-11-22"),
    Midnight(zone: "Europe/Berlin", before: "2026-03-28T12:00:00Z", next: "2026-03-28T23:00:00Z", key: "2026-03-29"),
    Midnight(zone: "Europe/Berlin", before: "2026-03-29T00:30:00Z", next: "2026-03-29T22:00:00Z", key: "2026-03-30"),
    Midnight(zone: "Europe/Berlin", before: "2026-10-25T00:30:00Z", next: "2026-10-25T23:00:00Z", key: "2026-10-26"),
    // Midnight itself is skipped: the day begins at one o'clock.
    Midnight(zone: "Africa/Cairo", before: "2024-04-25T20:00:00Z", next: "2024-04-25T22:00:00Z", key: "2024-04-26"),
    Midnight(
      zone: "America/Santiago", before: "2024-09-08T03:30:00Z", next: "2024-09-08T04:00:00Z", key: "2024-09-08"),
    // A leap day, and the end of a year.
    Midnight(zone: "Asia/Tokyo", before: "2028-02-28T14:59:59Z", next: "2028-02-28T15:00:00Z", key: "2028-02-29"),
    Midnight(zone: "Asia/Kathmandu", before: "2026-12-31T18:00:00Z", next: "2026-12-31T18:15:00Z", key: "2027-01-01"),
  ])
  func midnights(midnight: Midnight) {
    let zone = zone(midnight.zone)
    #expect(zone.nextDay(after: at(midnight.before)) == at(midnight.next))
    #expect(zone.dayKey(at: at(midnight.next)) == midnight.key)
  }

  @Test func aNameThatIsNoneHasNoZone() {
    #expect(Zone.named("Europe/Nowhere") == nil)
    #expect(Zone.named("") == nil)
    #expect(Zone.named("Europe/Berlin") === Zone.named("Europe/Berlin"))
  }

  @Test(arguments: [Int64.min, -1, 0, 253_402_300_800_000, Int64.max])
  func noInstantTraps(instant: Int64) {
    let zone = zone("Europe/Berlin")
    let window = Window(days: [.mon], spans: [540..<600], zone: zone)
    #expect(zone.dayKey(at: instant).isEmpty == false)
    #expect(zone.nextDay(after: instant) > -300_000_000_000_000)
    if let next = window.nextOpen(from: instant) { #expect(window.isOpen(at: next)) }
  }
}

import Configuration
import Delivery
import MailText
import Testing

@testable import Outreach

@Suite struct CampaignCalendarTests {
  private static func entry(_ change: (inout CampaignEntry) -> Void = { _ in }) -> CampaignEntry {
    var entry = CampaignEntry(key: "c", sequence: "s", owner: "o@x.test", source: CampaignSource(kind: .csv, file: "f"))
    change(&entry)
    return entry
  }

  private static func calendar(_ zone: String, _ change: (inout CampaignEntry) -> Void = { _ in }) throws
    -> CampaignCalendar
  {
    CampaignCalendar(entry(change), zone: try #require(Zone.named(zone)))
  }

  private static func at(_ text: String) throws -> Int64 { try #require(MailDate.parseRFC3339(text)) }

  /// The local times of the runs from a start on, each begun on time.
  private static func runs(_ calendar: CampaignCalendar, from start: String, count: Int) throws -> [String] {
    var times: [Int64] = []
    var next = calendar.first(startedAt: try at(start))
    while let time = next, times.count < count {
      times.append(time)
      next = calendar.next(after: time, now: time)
    }
    return times.map { MailDate.format($0) }
  }

  /// On the last Sunday of March Berlin's clocks go from 2 to 3, on that of October from 3 to 2.
  @Test func byTheLocalClock() throws {
    let calendar = try Self.calendar("Europe/Berlin")
    #expect(
      try Self.runs(calendar, from: "2027-03-26T20:00:00Z", count: 3) == [
        "Sat, 27 Mar 2027 07:00:00 +0000", "Sun, 28 Mar 2027 06:00:00 +0000", "Mon, 29 Mar 2027 06:00:00 +0000",
      ])
    let night = try Self.calendar("Europe/Berlin") { $0.at = "02:30" }
    #expect(
      try Self.runs(night, from: "2027-03-26T20:00:00Z", count: 3) == [
        "Sat, 27 Mar 2027 01:30:00 +0000", "Sun, 28 Mar 2027 01:00:00 +0000", "Mon, 29 Mar 2027 00:30:00 +0000",
      ], "the hour that is not there is its end")
    #expect(
      try Self.runs(night, from: "2027-10-30T20:00:00Z", count: 2) == [
        "Sun, 31 Oct 2027 00:30:00 +0000", "Mon, 1 Nov 2027 01:30:00 +0000",
      ], "the hour that comes twice is one run")
  }

  @Test func startedInTheMiddleOfADay() throws {
    let calendar = try Self.calendar("UTC")
    let noon = try Self.at("2027-01-04T12:00:00Z")
    #expect(calendar.first(startedAt: noon) == noon)
    #expect(try calendar.first(startedAt: Self.at("2027-01-04T17:00:00Z")) == Self.at("2027-01-05T08:00:00Z"))
    #expect(try calendar.next(after: noon, now: noon) == Self.at("2027-01-05T08:00:00Z"))
  }

  /// The daemon was down for three days: one run, and the next one on the next day.
  @Test func whatWasMissedRunsOnce() throws {
    let calendar = try Self.calendar("UTC")
    #expect(
      try calendar.next(after: Self.at("2027-01-04T08:00:00Z"), now: Self.at("2027-01-07T22:00:00Z"))
        == Self.at("2027-01-08T08:00:00Z"))
    let hourly = try Self.calendar("UTC") { $0.everyMilliseconds = 3_600_000 }
    let now = try Self.at("2027-01-07T22:10:00Z")
    #expect(try hourly.next(after: Self.at("2027-01-04T08:00:00Z"), now: now) == now + 3_600_000)
    #expect(try hourly.next(after: Self.at("2027-01-07T22:00:00Z"), now: now) == Self.at("2027-01-07T23:00:00Z"))
  }

  @Test func daysAndEnds() throws {
    let calendar = try Self.calendar("UTC") {
      $0.window = WindowSettings(days: [.mon, .fri], closedDates: ["2027-01-08"])
      $0.from = "2027-01-03"
      $0.until = "2027-01-15"
    }
    #expect(
      try Self.runs(calendar, from: "2026-12-01T00:00:00Z", count: 9) == [
        "Mon, 4 Jan 2027 08:00:00 +0000", "Mon, 11 Jan 2027 08:00:00 +0000", "Fri, 15 Jan 2027 08:00:00 +0000",
      ])
  }

  @Test func evenSpacing() throws {
    let calendar = try Self.calendar("Europe/Berlin") { $0.window.spans = ["09:00-12:00", "13:00-17:00"] }
    let start = try #require(calendar.layoutStart(now: Self.at("2027-01-04T07:00:00Z")))
    #expect(try start == Self.at("2027-01-04T08:00:00Z"))
    let places = (0..<7).map { calendar.window.place($0, of: 7, from: start) }
    #expect(places.map { ($0 - start) / 60_000 } == [0, 60, 120, 240, 300, 360, 420], "the hour of lunch is left out")
    let many = (0..<10_000).map { calendar.window.place($0, of: 10_000, from: start) }
    #expect(many == many.sorted() && Set(many).count == 10_000)
    #expect(try many.allSatisfy { try $0 < Self.at("2027-01-04T16:00:00Z") && calendar.window.isOpen(at: $0) })
    // Late in the day what is left of it.
    let late = try Self.at("2027-01-04T15:00:00Z")
    #expect((0..<4).map { (calendar.window.place($0, of: 4, from: late) - late) / 60_000 } == [0, 15, 30, 45])
  }
}

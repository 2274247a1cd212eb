import Foundation
import Testing

@testable import Delivery

@Suite struct WindowTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var days: [Window.Day] = [.mon, .tue, .wed, .thu, .fri]
    var spans: [Range<Int>] = [540..<1020]
    var zone = "Europe/Berlin"
    var closed: [String] = []
    var now: String
    /// nil is never, "" is now.
    var opens: String?
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    .init(name: "inside", now: "2026-11-20T10:00:00+01:00", opens: ""),
    .init(name: "the first minute is inside", now: "2026-11-20T09:00:00+01:00", opens: ""),
    .init(name: "the end is outside", now: "2026-11-20T17:00:00+01:00", opens: "2026-11-23T09:00:00+01:00"),
    .init(name: "before opening", now: "2026-11-20T08:59:59+01:00", opens: "2026-11-20T09:00:00+01:00"),
    .init(name: "over the weekend", now: "2026-11-21T06:00:00+01:00", opens: "2026-11-23T09:00:00+01:00"),
    .init(
      name: "over the weekend into summer time", now: "2026-03-28T12:00:00+01:00", opens: "2026-03-30T09:00:00+02:00"),
    .init(
      name: "over the weekend out of summer time", now: "2026-10-24T12:00:00+02:00",
      opens: "2026-10-26T09:00:00+01:00"),
    .init(
      name: "between two spans", spans: [540..<720, 780..<1020], now: "2026-11-20T12:30:00+01:00",
      opens: "2026-11-20T13:00:00+01:00"),
    .init(
      name: "hours that a gap swallows open after it", days: [.sun, .mon], spans: [150..<180],
      now: "2026-03-29T00:00:00+01:00", opens: "2026-03-29T03:00:00+02:00"),
    .init(
      name: "for as long as they are", days: [.sun, .mon], spans: [150..<180], now: "2026-03-29T03:30:00+02:00",
      opens: "2026-03-30T02:30:00+02:00"),
    .init(
      name: "hours that end in a gap end with it", days: [.sun, .mon], spans: [60..<150],
      now: "2026-03-29T03:00:00+02:00", opens: "2026-03-30T01:00:00+02:00"),
    .init(
      name: "hours that a gap cuts open after it", days: [.sun], spans: [150..<240], now: "2026-03-29T00:00:00+01:00",
      opens: "2026-03-29T03:00:00+02:00"),
    .init(
      name: "in an overlap the first of the two is taken", days: [.sun], spans: [150..<160],
      now: "2026-10-25T00:00:00+02:00", opens: "2026-10-25T02:30:00+02:00"),
    .init(
      name: "in an overlap the second is outside", days: [.sun, .mon], spans: [150..<160],
      now: "2026-10-25T02:45:00+02:00", opens: "2026-10-26T02:30:00+01:00"),
    .init(
      name: "an hour that comes twice counts once", days: [.sun, .mon], spans: [120..<180],
      now: "2026-10-25T02:00:00+01:00", opens: "2026-10-26T02:00:00+01:00"),
    .init(
      name: "hours that go on after an overlap do not close in it", days: [.sun], spans: [150..<240],
      now: "2026-10-25T02:00:00+01:00", opens: ""),
    .init(
      name: "hours that meet are one, also in an overlap", days: [.sun], spans: [120..<180, 180..<240],
      now: "2026-10-25T02:00:00+01:00", opens: ""),
    .init(
      name: "days go on where the clocks are set back at midnight", days: [], spans: [0..<1440],
      zone: "America/Santiago", now: "2026-04-05T03:30:00Z", opens: ""),
    .init(
      name: "a day that a zone skips has no hours", days: [], zone: "Pacific/Apia", now: "2011-12-30T09:30:00Z",
      opens: "2011-12-30T19:00:00Z"),
    .init(
      name: "a half-hour change", days: Window.Day.allCases, spans: [120..<150], zone: "Australia/Lord_Howe",
      now: "2026-10-03T14:00:00Z", opens: "2026-10-03T15:30:00Z"),
    .init(
      name: "past midnight", days: [.fri], spans: [1320..<1560], now: "2026-11-21T01:30:00+01:00", opens: ""),
    .init(
      name: "past midnight ends", days: [.fri], spans: [1320..<1560], now: "2026-11-21T02:00:00+01:00",
      opens: "2026-11-27T22:00:00+01:00"),
    .init(
      name: "a closed day", closed: ["2026-11-23", "2026-02-30", "x"], now: "2026-11-21T06:00:00+01:00",
      opens: "2026-11-24T09:00:00+01:00"),
    .init(name: "no hours are all hours", days: [], spans: [], now: "2026-11-21T06:00:00+01:00", opens: ""),
    .init(
      name: "days without hours are whole days", spans: [], now: "2026-11-21T06:00:00+01:00",
      opens: "2026-11-23T00:00:00+01:00"),
    .init(
      name: "hours without days are every day", days: [], now: "2026-11-21T06:00:00+01:00",
      opens: "2026-11-21T09:00:00+01:00"),
    .init(
      name: "an empty span never opens", spans: [600..<600], now: "2026-11-20T10:00:00+01:00", opens: nil),
  ]

  @Test(arguments: cases) func opensAtTheFirstMinute(test: Case) {
    let window = Window(days: test.days, spans: test.spans, zone: zone(test.zone), closedDays: test.closed)
    let now = at(test.now)
    let expected = test.opens.map { $0.isEmpty ? now : at($0) }
    #expect(window.nextOpen(from: now) == expected)
    #expect(window.isOpen(at: now) == (expected == now))
    if expected != now { #expect(window.standing(at: now) == .closed(until: expected)) }
  }

  @Test func knowsWhenItCloses() {
    let window = Window(days: [.fri, .sat], spans: [540..<1440, 0..<60], zone: zone("Europe/Berlin"))
    // Friday evening runs over midnight into Saturday's first hour.
    #expect(
      window.standing(at: at("2026-11-20T12:00:00+01:00")) == .open(until: at("2026-11-21T01:00:00+01:00")))
    #expect(Window.always(in: .utc).standing(at: 0) == .open(until: nil))
    let allWeek = Window(days: [], spans: [0..<1440], zone: .utc)
    #expect(allWeek.standing(at: 0) == .open(until: nil))
  }
}

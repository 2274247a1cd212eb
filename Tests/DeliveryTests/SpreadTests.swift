import Foundation
import Testing

@testable import Delivery

@Suite struct SpreadTests {
  private func window(_ name: String, _ spread: Spread, days: [Window.Day] = Window.Day.allCases) -> Window {
    Window(
      days: days, spans: [90..<200, 540..<720, 780..<1020], zone: zone(name), closedDays: ["2026-12-25"], spread: spread
    )
  }

  /// Over zones and the years 2020–2035: the place is inside, not before due, the same whenever it is asked for, and
  /// the gate opens exactly there.
  @Test(arguments: oddZones) func aPlaceIsInsideAndStays(name: String) throws {
    var random = Seeded(name.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) })
    for spread in [Spread.even, .random] {
      let window = window(name, spread)
      for _ in 0..<60 {
        var due = Int64.random(in: at("2020-01-01T00:00:00Z")...at("2035-12-01T00:00:00Z"), using: &random)
        // Half of them on a day on which the clocks change.
        if Bool.random(using: &random) {
          due = window.zone.segment(at: due).end - Int64.random(in: 0...day, using: &random)
        }
        let id = Int64.random(in: 1...1_000_000, using: &random)
        let place = try #require(window.place(of: id, due: due, now: due))
        #expect(window.isOpen(at: place))
        #expect(place >= due)
        #expect(place < window.zone.nextDay(after: try #require(window.nextOpen(from: due))))
        for asked in [due - day, due + (place - due) / 2, place] {
          #expect(window.place(of: id, due: due, now: asked) == place)
        }
        let message = MessageFacts(id: id, due: due, window: window)
        for (instant, isOpen) in [(place - 1, false), (place, true)] where instant >= due {
          let gate = evaluate(message, accounts: [], pool: PoolPolicy(), now: instant)[.window]
          #expect(gate?.isOpen == isOpen)
        }
        // When its place passed without an account being free it goes as soon as it can, still inside.
        if let late = window.place(of: id, due: due, now: place + 1), window.isOpen(at: place + 1) {
          #expect(late == place + 1)
        }
      }
    }
  }

  /// A place that has passed is passed for good, however many days the mail waits after that.
  @Test(arguments: [Spread.even, .random]) func aPlaceIsAskedForOnce(spread: Spread) throws {
    let window = Window(days: [], spans: [540..<1020], zone: .utc, spread: spread)
    for id in 1...50 as ClosedRange<Int64> {
      let due = at("2026-11-20T06:00:00Z")
      let place = try #require(window.place(of: id, due: due, now: due))
      let next = at("2026-11-21T09:00:00Z")
      #expect(window.place(of: id, due: due, now: at("2026-11-20T18:00:00Z")) == next)
      #expect(window.place(of: id, due: due, now: next + 1) == next + 1)
      #expect(place < at("2026-11-20T17:00:00Z"))
    }
  }

  @Test(arguments: [Spread.even, .random]) func placesLieWhereTheAccountIsOpenToo(spread: Spread) throws {
    let account = Window(days: [], spans: [480..<720], zone: .utc)
    let window = Window(days: [], spans: [540..<1020], zone: .utc, spread: spread)
    let due = at("2026-11-20T06:00:00Z")
    let places = try (1...40).map { try #require(window.place(of: $0, due: due, now: due, within: account)) }
    #expect(places.allSatisfy { (at("2026-11-20T09:00:00Z")..<at("2026-11-20T12:00:00Z")).contains($0) })
    // Over all of it, not in a heap.
    #expect(Set(places.map { $0 / (30 * minute) }).count == 6)
    // Where the two never meet the window alone decides, and the account keeps the mail.
    let night = Window(days: [], spans: [0..<60], zone: .utc)
    #expect(window.place(of: 3, due: due, now: due, within: night) == window.place(of: 3, due: due, now: due))
  }

  /// Whatever hours an account and a sequence have, where those meet for a while each day every mail goes within days, through
  /// an account that may send only some of them a day, in any spread.
  @Test(arguments: Spread.allCases) func noMailStarves(spread: Spread) throws {
    var random = Seeded(11)
    for _ in 0..<60 {
      let zones = (
        zone(oddZones.randomElement(using: &random) ?? ""), zone(oddZones.randomElement(using: &random) ?? "")
      )
      var now = Int64.random(in: at("2024-01-01T00:00:00Z")...at("2030-01-01T00:00:00Z"), using: &random)
      // Both are open at `middle` of each day by the first zone's clock; clocks differ by an hour more or less over a year.
      let middle = Int.random(in: 240..<1200, using: &random)
      let before = Int.random(in: 130...230, using: &random)
      let after = Int.random(in: 130...230, using: &random)
      let difference = Int((zones.1.offsetMilliseconds(at: now) - zones.0.offsetMilliseconds(at: now)) / minute)
      let other = (middle + difference + 2880) % 1440
      let wide = max(0, other - 200)..<min(1440, other + 200)
      var account = AccountFacts(id: 1, address: "a@example.org", zone: zones.1, dayEnds: zones.1.nextDay(after: now))
      account.window = Window(
        days: [], spans: [wide], zone: zones.1, spread: Spread.allCases.randomElement(using: &random) ?? .asap)
      account.dailyLimit = Int.random(in: 2...4, using: &random)
      account.minimumGapMilliseconds = Int64.random(in: 0...5, using: &random) * minute
      let window = Window(days: [], spans: [middle - before..<middle + after], zone: zones.0, spread: spread)
      let due = now
      var waiting = Array(Int64(1)...12)
      let end = now + 20 * day
      while now < end, !waiting.isEmpty {
        var next = end
        for id in waiting {
          var message = MessageFacts(id: id, due: due)
          message.window = window
          switch evaluate(message, accounts: [account], pool: PoolPolicy(), now: now).outcome {
          case .go:
            #expect(window.isOpen(at: now) && account.window?.isOpen(at: now) == true)
            account.usedToday += 1
            account.lastSendAt = now
            account.lastMessage = id
            waiting.removeAll { $0 == id }
            next = now + 1
          case .wait(let until?): next = min(next, max(until, now + 1))
          case let other: Issue.record("\(other)")
          }
        }
        now = next
        if now >= account.dayEnds {
          account.usedToday = 0
          account.dayEnds = zones.1.nextDay(after: now)
        }
      }
      #expect(waiting.isEmpty, "\(zones) \(window) \(String(describing: account.window)): \(waiting)")
    }
  }

  @Test func evenLaysEveryRunOfIdsEvenly() throws {
    let window = window("Europe/Berlin", .even)
    let morning = at("2026-11-20T00:00:00+01:00")
    let open = window.openTime(after: morning)
    #expect(open == (110 + 180 + 240) * minute)
    for first in [1, 77, 123_456] as [Int64] {
      let places = try (first..<first + 20).map { id in
        open - window.openTime(after: try #require(window.place(of: id, due: morning, now: morning)))
      }.sorted()
      for (left, right) in zip([0] + places, places + [open]) {
        // Three distances of the golden ratio: none over twice the even one.
        #expect(right - left < 2 * open / 20)
      }
    }
  }

  @Test func aClosedDateIsClosed() throws {
    let window = window("Europe/Berlin", .asap)
    #expect(window.nextOpen(from: at("2026-12-24T17:00:00+01:00")) == at("2026-12-26T01:30:00+01:00"))
  }

  @Test(arguments: [Spread.even, .random]) func anAccountLaysItsDayOverItsHours(spread: Spread) throws {
    var account = AccountFacts(id: 1, address: "a@example.org", zone: .utc, dayEnds: at("2026-11-21T00:00:00Z"))
    account.dailyLimit = 12
    account.window = Window(days: [], spans: [540..<720, 780..<1020], zone: .utc, spread: spread)
    var now = at("2026-11-20T00:00:00Z")
    var sends: [Int64] = []
    while sends.count < 12 {
      let report = evaluate(MessageFacts(id: 9, due: 0), accounts: [account], pool: PoolPolicy(), now: now)
      guard case .go = report.outcome else {
        guard case .wait(let until?) = report.outcome, until > now else { Issue.record("stalls"); return }
        now = until
        continue
      }
      sends.append(now)
      account.usedToday += 1
      account.lastSendAt = now
      account.lastMessage = Int64(sends.count)
    }
    #expect(sends.first == at("2026-11-20T09:00:00Z"))
    #expect(sends.allSatisfy { account.window?.isOpen(at: $0) == true })
    let window = try #require(account.window)
    let distances = zip(sends, sends.dropFirst()).map { window.openTime(after: $0) - window.openTime(after: $1) }
    // Seven hours over twelve sends.
    if spread == .even {
      #expect(distances.allSatisfy { abs($0 - 35 * minute) < minute })
    } else {
      #expect(Set(distances).count > 8)
    }
    #expect(window.openTime(after: try #require(sends.last)) > 0)
  }
}

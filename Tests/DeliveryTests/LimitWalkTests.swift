import Testing

@testable import Delivery

/// A small world in which sends begin and end in any order: whatever happens, no limit is overrun and nothing stalls.
@Suite struct LimitWalkTests {
  struct World {
    var zone: Zone
    var accounts: [AccountFacts]
    var sends: [[Int64]]
    /// Index of the account and when it ends.
    var flights: [(account: Int, ends: Int64, message: MessageFacts)] = []
    /// Whom each accepted send was for.
    var people: [[MessageFacts]]
    var daysSent: [Set<Int64>]

    mutating func refresh(at now: Int64) {
      for index in accounts.indices {
        let today = zone.day(at: now)
        accounts[index].usedToday = sends[index].count { zone.day(at: $0) == today }
        accounts[index].dayEnds = zone.nextDay(after: now)
        accounts[index].lastDay = RollingUse(
          sends: sends[index], spanMilliseconds: day, limit: accounts[index].dailyLimit, now: now)
        accounts[index].lastHour = RollingUse(
          sends: sends[index], spanMilliseconds: hour, limit: accounts[index].hourlyLimit, now: now)
        accounts[index].lastMinute = RollingUse(
          sends: sends[index], spanMilliseconds: minute, limit: accounts[index].minuteLimit, now: now)
        let ofToday = zip(sends[index], people[index]).filter { zone.day(at: $0.0) == today }.map(\.1)
        let flying = flights.filter { $0.account == index }.map(\.message)
        accounts[index].newContactsToday = ofToday.count { $0.isNewContact }
        accounts[index].newContactsInFlight = flying.count { $0.isNewContact }
        accounts[index].domainUse = Dictionary(grouping: ofToday, by: \.domain).mapValues(\.count)
        accounts[index].domainInFlight = Dictionary(grouping: flying, by: \.domain).mapValues(\.count)
        accounts[index].lastMessage = people[index].last?.id ?? 0
        accounts[index].lastSendAt = sends[index].last
        accounts[index].inFlight = flights.count { $0.account == index }
        accounts[index].connectionsInUse = accounts[index].inFlight
        accounts[index].warmupDay = daysSent[index].filter { $0 < today }.count
      }
    }
  }

  @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64]) func noLimitIsEverOverrun(seed: UInt64) {
    var random = Seeded(seed)
    let zone = zone(oddZones[Int(seed * 4) % oddZones.count])
    var world = World(zone: zone, accounts: [], sends: [], people: [], daysSent: [])
    for id in 1...3 {
      var account = AccountFacts(id: Int64(id), address: "a\(id)@example.org", zone: zone, dayEnds: 0)
      account.dailyLimit = Int.random(in: 4...12, using: &random)
      account.limitMode = Bool.random(using: &random) ? .rolling : .calendar
      account.hourlyLimit = Bool.random(using: &random) ? Int.random(in: 1...4, using: &random) : nil
      account.minimumGapMilliseconds = Bool.random(using: &random) ? 7 * minute : 0
      account.warmup = Bool.random(using: &random) ? .formula(start: 2, step: 1) : nil
      account.connectionsMax = 2
      account.gapJitterMilliseconds = Bool.random(using: &random) ? 2 * minute : 0
      account.minuteLimit = Bool.random(using: &random) ? 2 : nil
      account.newContactsLimit = Bool.random(using: &random) ? 3 : nil
      account.domainLimit = Bool.random(using: &random) ? 2 : nil
      if Bool.random(using: &random) {
        account.window = Window(
          days: [], spans: [300..<700, 800..<1200], zone: zone,
          spread: Spread.allCases.randomElement(using: &random) ?? .asap)
      }
      world.accounts.append(account)
      world.sends.append([])
      world.people.append([])
      world.daysSent.append([])
    }
    var now = at("2026-10-23T00:00:00Z")
    let end = now + 4 * day
    var idle = 0
    var number: Int64 = 0
    while now < end {
      for flight in world.flights where flight.ends <= now {
        // Three of four are accepted; what is not accepted spends nothing.
        if Int.random(in: 0..<4, using: &random) > 0 {
          world.sends[flight.account].append(now)
          world.people[flight.account].append(flight.message)
          world.daysSent[flight.account].insert(zone.day(at: now))
        }
      }
      world.flights.removeAll { $0.ends <= now }
      world.refresh(at: now)
      number += 1
      var message = MessageFacts(id: number, due: 0)
      message.isNewContact = Bool.random(using: &random)
      message.domain = ["a.example", "b.example", "c.example"].randomElement(using: &random) ?? ""
      let report = evaluate(message, accounts: world.accounts, pool: PoolPolicy(), now: now)
      if report.outcome == .wait(until: nil), report.isOfMessage { continue }
      switch report.outcome {
      case .go(let id):
        world.flights.append((Int(id) - 1, now + Int64.random(in: 1...3 * minute, using: &random), message))
        now += Int64.random(in: 0...2, using: &random) * 1000
      case .wait(let until?):
        #expect(until > now)
        // Another message may go before this one; else the time that was promised, or the end of a send.
        now = report.isOfMessage ? now + minute : min(until, world.flights.map(\.ends).min() ?? until)
      default:
        let next = world.flights.map(\.ends).min()
        if next == nil { idle += 1 }
        now = next ?? end
      }
    }
    #expect(idle == 0, "waits for a change though nothing is under way")
    for (account, sends) in zip(world.accounts, world.sends) {
      #expect(!sends.isEmpty)
      check(account, sends, zone)
    }
    for (account, (sends, people)) in zip(world.accounts, zip(world.sends, world.people)) {
      for (_, ofDay) in Dictionary(grouping: zip(sends, people), by: { zone.day(at: $0.0) }) {
        #expect(ofDay.count { $0.1.isNewContact } <= account.newContactsLimit ?? .max)
        let mostToOne = Dictionary(grouping: ofDay, by: \.1.domain).values.map(\.count).max() ?? 0
        #expect(mostToOne <= account.domainLimit ?? .max)
      }
      if let window = account.window {
        // A mail that was handed over inside may be accepted some minutes later.
        #expect(sends.allSatisfy { window.isOpen(at: $0) || window.isOpen(at: $0 - 3 * minute) })
      }
    }
  }

  private func check(_ account: AccountFacts, _ sends: [Int64], _ zone: Zone) {
    let limit = account.dailyLimit ?? .max
    let days = Dictionary(grouping: sends) { zone.day(at: $0) }
    for (index, entry) in days.sorted(by: { $0.key < $1.key }).enumerated() {
      if account.limitMode == .calendar { #expect(entry.value.count <= limit) }
      if let cap = account.warmup?.cap(onDay: index) { #expect(entry.value.count <= cap) }
    }
    for (index, send) in sends.enumerated() {
      if account.limitMode == .rolling { #expect(sends[index...].prefix { $0 < send + day }.count <= limit) }
      if let limit = account.minuteLimit { #expect(sends[index...].prefix { $0 < send + minute }.count <= limit) }
      if let hourly = account.hourlyLimit { #expect(sends[index...].prefix { $0 < send + hour }.count <= hourly) }
      if index > 0, account.minimumGapMilliseconds > 0 {
        #expect(send - sends[index - 1] >= account.minimumGapMilliseconds)
      }
    }
  }
}

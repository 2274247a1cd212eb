import Configuration
import Delivery
import Outreach
import Testing

@testable import Store

@Suite struct GateTests {
  @Test func theDailyLimitOfEachAccountIsNotPassedAndTheRestWaits() async throws {
    let bench = try Bench()
    for number in 1...3 { try await bench.addAccount("s\(number)@sender.test") { $0.dailyLimit = 2 } }
    for number in 0..<10 { _ = try await bench.queue(bench.submission(to: ["p\(number)@example.org"])) }
    let sent = try await bench.sendAll()
    #expect(sent.count == 6)
    #expect(Dictionary(grouping: sent, by: \.account.id).values.allSatisfy { $0.count == 2 })
    #expect(try await bench.claim(at: Bench.noon + 3_600_000).claims.isEmpty)
    // Midnight in the account's zone, here the workspace's UTC, opens the next day.
    #expect(try await bench.sendAll(at: Bench.noon + 12 * 3_600_000).count == 4)
  }

  @Test func theMinimumGapKeepsOneAccountsMailsApart() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test") { $0.minimumGapMilliseconds = 30_000 }
    for number in 0..<3 { _ = try await bench.queue(bench.submission(to: ["p\(number)@example.org"])) }
    #expect(try await bench.sendAll().count == 1)
    #expect(try await bench.claim(at: Bench.noon + 29_999).claims.isEmpty)
    #expect(try await bench.sendAll(at: Bench.noon + 30_000).count == 1)
  }

  @Test func roundRobinTakesAccountsInTurn() async throws {
    let bench = try Bench()
    try await bench.store.write { try $0.putPool(PoolEntry(name: "default", rotation: .roundRobin), now: 0) }
    for number in 1...3 { try await bench.addAccount("s\(number)@sender.test") }
    for number in 0..<6 { _ = try await bench.queue(bench.submission(to: ["p\(number)@example.org"])) }
    let order = try await bench.sendAll().map(\.account.address)
    #expect(order.count == 6)
    #expect(Array(order.prefix(3)) == Array(order.suffix(3)))
    #expect(Set(order.prefix(3)).count == 3)
  }

  @Test func aPoolMayPreferTheRecipientsProvider() async throws {
    let bench = try Bench()
    try await bench.store.write {
      try $0.putPool(PoolEntry(name: "default", prefersSameProvider: true), now: Bench.noon)
    }
    try await bench.addAccount("a@sender.test")
    try await bench.addAccount("b@sender.test") { $0.smtp = RemoteServer(host: "smtp.gmail.com", port: 587) }
    for address in ["x@Gmail.com", "y@example.org", "z@gmail.com"] {
      _ = try await bench.queue(bench.submission(to: [address]))
    }
    let sent = try await bench.sendAll().map { "\($0.message.recipient) \($0.account.address)" }
    #expect(sent == ["x@Gmail.com b@sender.test", "y@example.org a@sender.test", "z@gmail.com b@sender.test"])
  }

  @Test func usedUpCreditsMakeMailWaitForTheNextDayOfTheWorkspace() async throws {
    let bench = try Bench()
    try await bench.store.write {
      try $0.setWorkspace(1, zone: "Europe/Berlin", dailyCredits: 2, sequenceDefaults: SequenceEntry(key: "default"))
    }
    try await bench.addAccount("s1@sender.test")
    for number in 0..<3 { _ = try await bench.queue(bench.submission(to: ["p\(number)@example.org"])) }
    #expect(try await bench.sendAll().count == 2)
    let waiting = try await bench.store.read { try $0.messages(MessageFilter()) }
    #expect(waiting.count == 1)
    let explanation = try #require(
      try await bench.store.read { try $0.explain(waiting[0].message.id, now: Bench.noon) })
    #expect(explanation.report.binding == .credits)
    // Berlin's midnight is 23:00 UTC in November.
    let midnight = Bench.noon + 11 * 3_600_000
    #expect(explanation.report[.credits]?.until == midnight)
    #expect(try await bench.claim(at: midnight - 1).claims.isEmpty)
    #expect(try await bench.sendAll(at: midnight).count == 1)
  }

  @Test func outsideItsWindowASequenceWaitsForTheFirstOpenMinute() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    var entry = SequenceEntry(key: "welcome")
    entry.window = WindowSettings(days: [.mon], spans: ["09:00-17:00"])
    let made = entry
    try await bench.store.write { try $0.putSequence(made, now: Bench.noon) }
    _ = try await bench.queue(bench.step(1))
    let pass = try await bench.claim()
    #expect(pass.claims.isEmpty)
    // Friday noon to Monday nine.
    let monday = Bench.noon + 69 * 3_600_000
    #expect(pass.nextLook == monday)
    #expect(try await bench.sendAll(at: monday).count == 1)
  }

  @Test func hoursAreMeantInTheContactsOwnZoneWhereItIsKnown() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    var entry = SequenceEntry(key: "welcome")
    entry.window = WindowSettings(days: [.mon], spans: ["09:00-17:00"], zone: "Europe/Berlin")
    let made = entry
    try await bench.store.write { try $0.putSequence(made, now: Bench.noon) }
    _ = try await bench.queue(bench.step(1))
    let monday = Bench.noon + 69 * 3_600_000
    #expect(try await bench.claim().nextLook == monday - 3_600_000)
    // New York is five hours behind UTC in November; what was parked is looked at again.
    try await bench.store.write {
      _ = try $0.putContact(
        ContactDraft(address: "ann@example.org", zone: "America/New_York"), workspaceID: 1, now: Bench.noon)
    }
    #expect(try await bench.claim().nextLook == monday + 5 * 3_600_000)
    #expect(try await bench.claim(at: monday + 5 * 3_600_000 - 1).claims.isEmpty)
    #expect(try await bench.sendAll(at: monday + 5 * 3_600_000).count == 1)
  }

  @Test func aPausedAccountKeepsItsMailAndTheQueueGoesOn() async throws {
    let bench = try Bench()
    try await bench.addAccount("bad@sender.test")
    try await bench.addAccount("good@sender.test")
    let bad = try #require(try await bench.store.read { try $0.account(at: "bad@sender.test") })
    let bound = try await bench.queue(bench.submission(to: ["a@example.org"]) { $0.account = "bad@sender.test" })[0]
    _ = try await bench.queue(bench.submission(to: ["b@example.org"]))
    try await bench.store.write {
      try $0.setAccountState(bad.id, .paused, reason: .authFailed, text: "535 no", now: Bench.noon)
    }
    #expect(try await bench.sendAll().map(\.account.address) == ["good@sender.test"])
    #expect(try await bench.message(bound).state == .scheduled)
    try await bench.store.write { try $0.setAccountState(bad.id, .active, reason: nil, text: nil, now: Bench.noon) }
    #expect(try await bench.sendAll().map(\.message.id) == [bound])
  }

  @Test func higherPriorityGoesFirst() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    let low = try await bench.queue(bench.submission(to: ["a@example.org"]) { $0.priority = -5 })[0]
    let high = try await bench.queue(bench.submission(to: ["b@example.org"]) { $0.priority = 5 })[0]
    #expect(try await bench.claim(limit: 1).claims.map(\.message.id) == [high])
    #expect(try await bench.claim(limit: 1).claims.map(\.message.id) == [low])
  }
}

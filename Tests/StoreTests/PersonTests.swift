import Configuration
import Delivery
import Outreach
import Testing

@testable import Store

/// One person however the address is written; a day's use whatever zone counts it; and what waits for ever no more.
@Suite struct PersonTests {
  private static let day: Int64 = 86_400_000

  @Test func aNewContactIsNewOnlyOnce() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test") { $0.newContactsLimit = 1 }
    _ = try await bench.queue(bench.submission(to: ["Ann.Smith@Example.org"]))
    #expect(try await bench.sendAll().count == 1)
    _ = try await bench.queue(bench.submission(to: ["ann.smith@example.org"]))
    _ = try await bench.queue(bench.submission(to: ["ANN.SMITH@example.org"]))
    #expect(try await bench.sendAll(at: Bench.noon + 1000).count == 2)
    _ = try await bench.queue(bench.submission(to: ["bob@example.org"]))
    #expect(try await bench.sendAll(at: Bench.noon + 2000).isEmpty)
  }

  @Test func cooldownAndCapsAreOfThePerson() async throws {
    let bench = try Bench()
    try await bench.store.write {
      try $0.setWorkspace(
        1, zone: "UTC", dailyCredits: 0, sequenceDefaults: SequenceEntry(key: "default"),
        contactLimits: ContactLimits(cooldownMilliseconds: 3_600_000, limit: 2, periodMilliseconds: Self.day))
    }
    try await bench.addAccount("s1@sender.test")
    for address in ["Ann@example.org", "ann@example.org", "ANN@EXAMPLE.ORG"] {
      _ = try await bench.queue(bench.submission(to: [address]))
    }
    #expect(try await bench.sendAll().count == 1)
    #expect(try await bench.sendAll(at: Bench.noon + 3_599_999).isEmpty)
    #expect(try await bench.sendAll(at: Bench.noon + 3_600_000).count == 1)
    #expect(try await bench.sendAll(at: Bench.noon + 7_200_000).isEmpty)
    // A list of what somebody got, and a filter, find them all.
    #expect(try await bench.store.read { try $0.messages(to: "aNN@example.org", workspaceID: 1, limit: 9) }.count == 3)
    var filter = MessageFilter()
    filter.recipient = "ann@Example.org"
    filter.states = MessageState.allCases
    let asked = filter
    #expect(try await bench.store.read { try $0.messages(asked) }.count == 3)
  }

  @Test func theIndexOfPeopleIsUsed() async throws {
    let bench = try Bench()
    let plan = try await bench.store.read { db in
      try db.connection.rows(
        "EXPLAIN QUERY PLAN SELECT 1 FROM message WHERE \(samePerson) AND workspace_id = 1",
        "Ann@example.org".person
      ) { row in row.text(3) }
    }
    #expect(plan.contains { $0.contains("message_person") })
  }

  @Test func anotherZoneIsNoOtherDay() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test") {
      $0.dailyLimit = 3
      $0.zone = "UTC"
      $0.recipientDomainLimit = 100
      $0.newContactsLimit = 100
    }
    for number in 0..<8 { _ = try await bench.queue(bench.submission(to: ["p\(number)@example.org"])) }
    #expect(try await bench.sendAll().count == 3)
    // 2026-11-20 12:00 UTC is the 21st on Kiritimati, and still the 20th in Honolulu.
    for zone in ["Pacific/Kiritimati", "Pacific/Honolulu", "Asia/Tokyo", "UTC"] {
      try await bench.addAccount("s1@sender.test") {
        $0.dailyLimit = 3
        $0.zone = zone
        $0.recipientDomainLimit = 100
        $0.newContactsLimit = 100
      }
      let facts = try #require(try await bench.store.read { try $0.accountFacts(1, now: Bench.noon) })
      #expect(facts.usedToday == 3 && facts.newContactsToday == 3 && facts.domainUse == ["example.org": 3], "\(zone)")
      #expect(facts.warmupDay == 0)
      #expect(try await bench.sendAll(at: Bench.noon + 1000).isEmpty, "\(zone)")
    }
    #expect(try await bench.sendAll(at: Bench.noon + Self.day / 2).count == 3)
    // The same where the zone is the workspace's.
    let other = try Bench()
    try await other.addAccount("s1@sender.test") { $0.dailyLimit = 1 }
    for number in 0..<2 { _ = try await other.queue(other.submission(to: ["p\(number)@example.org"])) }
    #expect(try await other.sendAll().count == 1)
    try await other.store.write {
      try $0.setWorkspace(
        1, zone: "Pacific/Kiritimati", dailyCredits: 0, sequenceDefaults: SequenceEntry(key: "default"))
    }
    #expect(try await other.sendAll(at: Bench.noon + 1000).isEmpty)
  }

  /// The reviewer's case: an account open 08–12, a sequence open 09–17, `even`: all goes today, and as it was foretold.
  @Test(arguments: [WindowSpread.even, .random, .asap]) func placesAreWhereTheAccountIsOpen(spread: WindowSpread)
    async throws
  {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test") {
      $0.window = WindowSettings(days: Weekday.allCases, spans: ["08:00-12:00"], zone: "UTC")
    }
    var entry = SequenceEntry(key: "welcome")
    entry.window = WindowSettings(days: Weekday.allCases, spans: ["09:00-17:00"], zone: "UTC", spread: spread)
    let made = entry
    try await bench.store.write { try $0.putSequence(made, now: Bench.noon) }
    var ids: [Int64] = []
    for number in 0..<10 { ids += try await bench.queue(bench.step(1, to: "p\(number)@example.org")) }
    try await bench.plan()
    // From Friday noon: all of them on Saturday morning.
    let opens = Bench.noon + 21 * 3_600_000
    for id in ids {
      let foretold = try await bench.store.foretell(id, from: Bench.noon, maxConnections: 50)
      let at = try #require(foretold.at)
      #expect((opens...opens + 3 * 3_600_000).contains(at))
    }
    var sent = 0
    var now = Bench.noon
    while now < opens + 4 * 3_600_000 {
      let pass = try await bench.claim(at: now)
      for claim in pass.claims {
        let foretold = try await bench.store.foretell(claim.message.id, from: now, maxConnections: 50)
        #expect(foretold.at.map { $0 - now < 1000 } ?? false)
        try await bench.accept(claim, at: now)
        sent += 1
      }
      guard let next = pass.nextLook, next > now else { break }
      now = next
    }
    #expect(sent == 10)
  }

  @Test func aForecastGivesUpOnlyForMailOfItsOwnAccounts() async throws {
    let bench = try Bench()
    try await bench.addAccount("busy@sender.test")
    try await bench.addAccount("s2@sender.test") { $0.minimumGapMilliseconds = 60_000 }
    for number in 0..<30 {
      _ = try await bench.queue(bench.submission(to: ["b\(number)@example.org"]) { $0.account = "busy@sender.test" })
    }
    var last: Int64 = 0
    for number in 0..<4 {
      last = try await bench.queue(bench.submission(to: ["s\(number)@example.org"]) { $0.account = "s2@sender.test" })[
        0]
    }
    let id = last
    let found = try await bench.store.foretell(id, from: Bench.noon, maxConnections: 50, mostBefore: 10)
    #expect(found.at == Bench.noon + 180_000 && found.givenUpAfter == nil)
    let few = try await bench.store.foretell(id, from: Bench.noon, maxConnections: 50, mostBefore: 2)
    #expect(few.at == nil && few.givenUpAfter != nil && !few.endsUnsent)
    let passing = try await bench.store.foretell(id, from: Bench.noon, maxConnections: 50, mostPassing: 5)
    #expect(passing.at == nil && passing.givenUpAfter == 5)
  }
}

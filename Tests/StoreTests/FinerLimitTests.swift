import Configuration
import Delivery
import Outreach
import Testing

@testable import Store

/// Limits that ask whom a mail is for, and what a clock that was set back leaves behind.
@Suite struct FinerLimitTests {
  @Test func aDomainsLimitHoldsBackOnlyItsOwnMail() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test") { $0.recipientDomainLimit = 2 }
    let ids = try await bench.queue(
      bench.submission(to: ["a@big.test", "b@BIG.test", "c@big.test", "d@big.test", "e@small.test"]))
    #expect(try await bench.sendAll().map(\.message.id) == [ids[0], ids[1], ids[4]])
    let waiting = try await bench.message(ids[2])
    #expect(waiting.parkedBy == "account")
    // While the two were under way the third could not know; now it waits for the next day.
    let explanation = try #require(try await bench.store.read { try $0.explain(ids[2], now: Bench.noon) })
    #expect(explanation.report.binding == .account)
    #expect(explanation.report[.account]?.reason == "s1@sender.test: 2 of 2 to big.test today")
    #expect(explanation.report[.account]?.until == Bench.noon + 12 * 3_600_000)
    #expect(try await bench.sendAll(at: Bench.noon + 3_600_000).isEmpty)
    // A higher limit lets what waits for it go at once.
    try await bench.addAccount("s1@sender.test") { $0.recipientDomainLimit = 3 }
    #expect(try await bench.sendAll(at: Bench.noon + 3_600_000).map(\.message.id) == [ids[2]])
    #expect(try await bench.sendAll(at: Bench.noon + 12 * 3_600_000).map(\.message.id) == [ids[3]])
  }

  @Test func newContactsAreCountedAndFollowUpsGo() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test") { $0.newContactsLimit = 2 }
    for person in ["a", "b", "c"] {
      _ = try await bench.queue(bench.step(1, to: "\(person)@example.org"))
      _ = try await bench.queue(bench.step(2, to: "\(person)@example.org"))
    }
    let first = try await bench.sendAll().map(\.message.recipient)
    #expect(first == ["a@example.org", "b@example.org"])
    // The second steps are no first mails.
    #expect(try await bench.sendAll(at: Bench.noon + 1000).count == 2)
    #expect(try await bench.sendAll(at: Bench.noon + 120_000).isEmpty)
    #expect(try await bench.sendAll(at: Bench.noon + 12 * 3_600_000).map(\.message.recipient) == ["c@example.org"])
  }

  @Test func aPersonsCooldownAndCapHoldOverSequences() async throws {
    let bench = try Bench()
    try await bench.store.write {
      try $0.setWorkspace(
        1, zone: "UTC", dailyCredits: 0, sequenceDefaults: SequenceEntry(key: "default"),
        contactLimits: ContactLimits(cooldownMilliseconds: 3_600_000, limit: 2, periodMilliseconds: 86_400_000))
    }
    try await bench.addAccount("s1@sender.test")
    for sequence in ["one", "two", "three"] { _ = try await bench.queue(bench.step(1, of: sequence)) }
    #expect(try await bench.sendAll().count == 1)
    #expect(try await bench.sendAll(at: Bench.noon + 3_599_999).isEmpty)
    #expect(try await bench.sendAll(at: Bench.noon + 3_600_000).count == 1)
    #expect(try await bench.sendAll(at: Bench.noon + 7_200_000).isEmpty)
    let waiting = try await bench.store.read { try $0.messages(MessageFilter()) }
    let report = try #require(
      try await bench.store.read { try $0.explain(waiting[0].message.id, now: Bench.noon + 7_200_000) }
    ).report
    #expect(report.binding == .contact)
    #expect(report[.contact]?.reason == "mails to this person: 2 of 2")
    #expect(report[.contact]?.until == Bench.noon + 86_400_000)
    #expect(try await bench.sendAll(at: Bench.noon + 86_400_000).count == 1)
  }

  @Test func theMinutesLimitAndTheJitterHold() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test") { $0.minuteLimit = 3 }
    try await bench.addAccount("s2@sender.test") {
      $0.minimumGapMilliseconds = 60_000
      $0.minimumGapJitterMilliseconds = 60_000
    }
    for number in 0..<8 { _ = try await bench.queue(bench.submission(to: ["p\(number)@example.org"])) }
    let sent = try await bench.sendAll()
    #expect(sent.count == 4)
    let jittered = try #require(sent.first { $0.account.address == "s2@sender.test" })
    let facts = try #require(try await bench.store.read { try $0.accountFacts(jittered.account.id, now: Bench.noon) })
    #expect(facts.lastMessage == jittered.message.id)
    #expect((60_000...120_000).contains(facts.gapMilliseconds))
    #expect(try await bench.claim(at: Bench.noon + 59_999).claims.isEmpty)
    #expect(try await bench.sendAll(at: Bench.noon + 60_000).count == 3)
  }

  @Test(arguments: [(Rotation.weighted, [3, 1]), (.evenSpacing, [2, 2])])
  func poolsRotateAsConfigured(rotation: Rotation, shares: [Int]) async throws {
    let bench = try Bench()
    try await bench.store.write { try $0.putPool(PoolEntry(name: "default", rotation: rotation), now: 0) }
    try await bench.addAccount("s1@sender.test") { $0.weight = 3 }
    try await bench.addAccount("s2@sender.test")
    var sent: [Claim] = []
    for number in 0..<4 {
      _ = try await bench.queue(bench.submission(to: ["p\(number)@example.org"]))
      sent += try await bench.sendAll(at: Bench.noon + Int64(number) * 60_000)
    }
    let counts = ["s1@sender.test", "s2@sender.test"].map { address in sent.count { $0.account.address == address } }
    #expect(counts == shares)
  }

  @Test func aClockThatWasSetBackLeavesNothingWaitingForTheWrongTime() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    var entry = SequenceEntry(key: "welcome")
    entry.window = WindowSettings(days: [.fri, .sat], spans: ["00:00-24:00"], closedDates: ["2027-11-20"])
    let made = entry
    try await bench.store.write { try $0.putSequence(made, now: Bench.noon) }
    _ = try await bench.queue(bench.step(1))
    // A year ahead by mistake, on a closed date.
    let wrong = Bench.noon + 365 * 86_400_000
    #expect(try await bench.claim(at: wrong).claims.isEmpty)
    let id = try await bench.store.read { try $0.accounts()[0].id }
    try await bench.store.write { try $0.restAccount(id, until: wrong + 900_000, reason: "421", now: wrong) }
    #expect(try await bench.claim(at: Bench.noon + 1000).claims.isEmpty)
    let isPromised = try await bench.store.write { transaction in
      transaction.promiseNothing()
      try transaction.clockWasSetBack(now: Bench.noon + 1000)
      return transaction.isPromised
    }
    // Nobody would notice it a second time after a power cut.
    #expect(isPromised)
    // The rest lasts as long as it was to, from now.
    #expect(try await bench.store.read { try $0.account(id) }?.restUntil == Bench.noon + 901_000)
    #expect(try await bench.claim(at: Bench.noon + 900_999).claims.isEmpty)
    #expect(try await bench.sendAll(at: Bench.noon + 901_000).count == 1)
  }

  @Test func aClockThatWasSetBackByHoursMakesNoRestAndNoWaitLonger() async throws {
    let bench = try Bench()
    for address in ["s1@sender.test", "s2@sender.test"] { try await bench.addAccount(address) }
    let accounts = try await bench.store.read { try $0.accounts() }
    let id = try await bench.queue(bench.submission { $0.account = "s1@sender.test" })[0]
    let wrong = Bench.noon + 5 * 3_600_000
    let claim = try #require(try await bench.claim(at: wrong).claims.first)
    let later = JournalReply(code: 451, text: "451 4.3.0 later", meaning: "temporary")
    try await bench.store.write { transaction in
      try transaction.finish(claim.attemptID, .temporary(later, retryAt: wrong + 60_000), now: wrong)
      try transaction.restAccount(accounts[0].id, until: wrong + 15_000, reason: "refused", now: wrong)
      // Begun before the clock was wrong: it stays as it is.
      try transaction.restAccount(
        accounts[1].id, until: Bench.noon + 7_200_000, reason: "limit", now: Bench.noon - 60_000)
      try transaction.clockWasSetBack(now: Bench.noon)
    }
    let after = try await bench.store.read { try $0.accounts() }
    #expect(after.map(\.restUntil) == [Bench.noon + 15_000, Bench.noon + 7_200_000])
    #expect(try await bench.message(id).retryAt == Bench.noon + 60_000)
    #expect(try await bench.claim(at: Bench.noon + 59_999).claims.isEmpty)
    #expect(try await bench.sendAll(at: Bench.noon + 60_000).map(\.message.id) == [id])
    // What came by the wrong clock and was to go at once goes; what asked for a time keeps it.
    let asked = bench.submission(to: ["z@example.org"]) { $0.sendAt = wrong }
    var atOnce = bench.submission(to: ["y@example.org"])
    atOnce.receivedAt = wrong
    let mails = [atOnce, asked]
    var ids: [Int64] = []
    for mail in mails { ids += try await bench.queue(mail) }
    #expect(try await bench.claim(at: Bench.noon + 60_000).claims.isEmpty)
    try await bench.store.write { try $0.clockWasSetBack(now: Bench.noon + 60_000) }
    #expect(try await bench.sendAll(at: Bench.noon + 60_000).map(\.message.id) == [ids[0]])
    // Set back once more, nothing gets longer.
    try await bench.store.write { try $0.clockWasSetBack(now: Bench.noon + 60_000) }
    #expect(try await bench.store.read { try $0.accounts() }.map(\.restUntil) == after.map(\.restUntil))
  }

  @Test func aRandomPlaceIsKeptByTheQueue() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    var entry = SequenceEntry(key: "welcome")
    entry.window = WindowSettings(days: [.fri], spans: ["09:00-17:00"], spread: .random)
    let made = entry
    try await bench.store.write { try $0.putSequence(made, now: Bench.noon) }
    var places: Set<Int64> = []
    for number in 0..<5 {
      let id = try await bench.queue(bench.step(1, to: "p\(number)@example.org"))[0]
      let report = try #require(try await bench.store.read { try $0.explain(id, now: Bench.noon) }).report
      let place = try #require(report[.window]?.until)
      #expect(report[.window]?.numbers["place"] == place)
      #expect(place > Bench.noon && place < Bench.noon + 5 * 3_600_000)
      #expect(try await bench.claim(at: place - 1).claims.isEmpty)
      #expect(try await bench.sendAll(at: place).map(\.message.id) == [id])
      places.insert(place)
    }
    #expect(places.count == 5)
  }
}

import Configuration
import Delivery
import Outreach
import Testing

@testable import Store

@Suite struct ClaimingTests {
  @Test func aSmallLimitIsFilledAlsoWhenTheFirstMailsGoNowhere() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    try await bench.store.write {
      _ = try $0.suppress("a@example.org", workspaceID: 1, reason: "manual", source: "test", now: Bench.noon)
    }
    _ = try await bench.queue(bench.submission(to: ["a@example.org"]))
    let next = try await bench.queue(bench.submission(to: ["b@example.org"]))[0]
    #expect(try await bench.claim(limit: 1).claims.map(\.message.id) == [next])
  }

  @Test func noLaneStarvesWhileOthersHaveMoreMailThanConnections() async throws {
    let bench = try Bench()
    for number in 1...3 { try await bench.addAccount("s\(number)@sender.test") }
    // The last account's mail waits longest.
    for (age, number) in [3, 2, 1].enumerated() {
      for copy in 0..<5 {
        let at = Bench.noon - 1000 + Int64(age)
        _ = try await bench.queue(
          bench.submission(to: ["p\(number)-\(copy)@example.org"], at: at) { $0.account = "s\(number)@sender.test" })
      }
    }
    #expect(try await bench.claim(limit: 2).claims.map(\.account.address) == ["s3@sender.test", "s3@sender.test"])
  }

  @Test func followUpsGoBeforeTheNewMailThatWouldUseUpTheirAccount() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test") { $0.dailyLimit = 2 }
    _ = try await bench.queue(bench.step(1))
    let follow = try await bench.queue(bench.step(2, delay: 1000))[0]
    #expect(try await bench.sendAll().count == 1)
    for number in 0..<5 { _ = try await bench.queue(bench.submission(to: ["p\(number)@example.org"])) }
    #expect(try await bench.sendAll(at: Bench.noon + 1000).map(\.message.id) == [follow])
  }

  @Test func manyMailsThatMayNotGoAreNotPutAsideInOneTransaction() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    let mails = (0..<1200).map { bench.submission(to: ["p\($0)@example.org"]) }
    try await bench.store.write { transaction in
      _ = try transaction.suppress(
        "@example.org", workspaceID: 1, reason: "manual", source: "test", now: Bench.noon)
      for mail in mails { _ = try transaction.submit(mail) }
    }
    let last = try await bench.queue(bench.submission(to: ["z@example.com"], at: Bench.noon + 1))[0]
    var looks = 0
    var claims: [Int64] = []
    while claims.isEmpty, looks < 10 {
      let pass = try await bench.claim(at: Bench.noon + 1)
      claims = pass.claims.map(\.message.id)
      looks += 1
      if claims.isEmpty { #expect(pass.nextLook == Bench.noon + 1) }
    }
    #expect(claims == [last])
    #expect(looks == 3)
  }

  @Test func priorityHoldsAcrossLanes() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    _ = try await bench.queue(
      bench.submission(to: ["a@example.org"]) {
        $0.account = "s1@sender.test"
        $0.priority = -5
      })
    let urgent = try await bench.queue(bench.submission(to: ["b@example.org"]) { $0.priority = 5 })[0]
    #expect(try await bench.claim(limit: 1).claims.map(\.message.id) == [urgent])
  }

  @Test func aClockThatWasSetBackDoesNotKeepALaneClosed() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test") { $0.minimumGapMilliseconds = 3000 }
    for number in 0..<2 { _ = try await bench.queue(bench.submission(to: ["p\(number)@example.org"])) }
    // When the clock was an hour ahead the lane was closed for the gap.
    #expect(try await bench.sendAll(at: Bench.noon + 3_600_000).count == 1)
    #expect(try await bench.claim(at: Bench.noon + 3_600_001).nextLook == Bench.noon + 3_603_000)
    #expect(try await bench.claim().claims.count == 1)
  }

  @Test(arguments: [[], [1], [1, 2_000_000, 40_000_000]] as [[Int64]])
  func theOrderOfALaneIsThePlansWhoeverLookedWhen(looks: [Int64]) async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test") { $0.minimumGapMilliseconds = 60_000 }
    var entry = SequenceEntry(key: "welcome")
    entry.window = WindowSettings(days: [.mon], spans: ["09:00-17:00"])
    let made = entry
    try await bench.store.write { try $0.putSequence(made, now: Bench.noon) }
    // Parked over the weekend or never looked at before Monday: what is planned first goes first.
    let monday = Bench.noon + 69 * 3_600_000
    var (steps, mails): ([Int64], [Int64]) = ([], [])
    for number in 0..<4 {
      steps += try await bench.queue(bench.step(1, to: "p\(number)@example.org"))
      mails += try await bench.queue(
        bench.submission(to: ["q\(number)@example.org"], at: Bench.noon) { $0.sendAt = monday - 1000 + Int64(number) })
    }
    try await bench.plan()
    for look in looks { #expect(try await bench.claim(at: Bench.noon + look).claims.isEmpty) }
    var sent: [Int64] = []
    for minute in 0..<8 { sent += try await bench.sendAll(at: monday + Int64(minute) * 60_000).map(\.message.id) }
    #expect(sent == steps + mails)
  }

  @Test func aThousandThatWakeTogetherGoInTheirOrder() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test") { $0.connections = 2000 }
    var entry = SequenceEntry(key: "welcome")
    entry.window = WindowSettings(days: [.mon], spans: ["09:00-17:00"])
    let made = entry
    let mails = (0..<1200).map { bench.step(1, to: "p\($0)@example.org") }
    let ids = try await bench.store.write { transaction in
      try transaction.putSequence(made, now: Bench.noon)
      return try mails.flatMap { mail -> [Int64] in
        guard case .queued(let ids) = try transaction.submit(mail) else { throw Unexpected(what: "refused") }
        return ids
      }
    }
    while try await bench.claim().nextLook == Bench.noon {}
    let monday = Bench.noon + 69 * 3_600_000
    var claimed: [Int64] = []
    var looks = 0
    while looks < 20 {
      let pass = try await bench.claim(at: monday, limit: 2000)
      claimed += pass.claims.map(\.message.id)
      looks += 1
      if pass.nextLook != monday { break }
    }
    #expect(claimed == ids)
  }

  @Test func aShorterRestDoesNotEndALongerOne() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    let id = try #require(try await bench.store.read { try $0.account(at: "s1@sender.test") }).id
    try await bench.store.write { transaction in
      try transaction.restAccount(id, until: Bench.noon + 86_400_000, reason: "daily limit exceeded", now: Bench.noon)
      try transaction.restAccount(id, until: Bench.noon + 15_000, reason: "the connection was lost", now: Bench.noon)
    }
    let account = try #require(try await bench.store.read { try $0.account(id) })
    #expect(account.restUntil == Bench.noon + 86_400_000)
    #expect(account.restReason == "daily limit exceeded")
  }

  @Test func creditsUnderWayAreCountedByTheJournal() async throws {
    let bench = try Bench()
    try await bench.store.write {
      try $0.setWorkspace(1, zone: "UTC", dailyCredits: 3, sequenceDefaults: SequenceEntry(key: "default"))
    }
    try await bench.addAccount("s1@sender.test")
    for number in 0..<5 { _ = try await bench.queue(bench.submission(to: ["p\(number)@example.org"])) }
    #expect(try await bench.claim(limit: 2).claims.count == 2)
    #expect(try await bench.claim(limit: 2).claims.count == 1)
    #expect(try await bench.claim(limit: 2).claims.isEmpty)
  }

  @Test func suppressionBetweenClaimAndDotKeepsTheDotBack() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    let id = try await bench.queue(bench.submission())[0]
    let claim = try #require(try await bench.claim().claims.first)
    try await bench.store.write {
      _ = try $0.suppress("@example.org", workspaceID: 1, reason: "manual", source: "test", now: Bench.noon)
    }
    #expect(try await bench.store.write { try $0.markTransmitting(claim.attemptID, now: Bench.noon) } == false)
    #expect(try await bench.claim().claims.isEmpty)
    #expect(try await bench.message(id).state == .cancelled)
  }
}

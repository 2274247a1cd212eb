import Configuration
import Delivery
import Outreach
import Testing

@testable import Store

/// Mails claimed behind another on a connection that is at work.
@Suite struct ClaimAheadTests {
  private func lines(holding: Int = 0, wanting: Int) -> LinesAtWork {
    var lines = LinesAtWork()
    lines.holding = holding
    lines.wanting = wanting
    return lines
  }

  private func claim(_ bench: Bench, limit: Int, _ ahead: [Int64: LinesAtWork] = [:], at now: Int64 = Bench.noon)
    async throws -> ClaimPass
  {
    try await bench.store.write { try $0.claimDue(now: now, limit: limit, ahead: ahead) }
  }

  private func queue(_ bench: Bench, _ count: Int, through account: String? = nil) async throws {
    for number in 0..<count {
      _ = try await bench.queue(
        bench.submission(to: ["p\(number)@\(account ?? "pool").test"]) {
          $0.account = account.map { "\($0)@sender.test" }
        })
    }
  }

  @Test func eachConnectionAtWorkGetsOneMoreAndNoneElse() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test") { $0.connections = 2 }
    try await queue(bench, 10)
    #expect(try await claim(bench, limit: 100).claims.map(\.isAhead) == [false, false])
    #expect(try await claim(bench, limit: 100).claims.isEmpty)
    let id = try #require(try await bench.store.read { try $0.account(at: "s1@sender.test")?.id })
    #expect(try await claim(bench, limit: 100, [id: lines(wanting: 2)]).claims.map(\.isAhead) == [true, true])
    #expect(try await claim(bench, limit: 100, [id: lines(holding: 2, wanting: 0)]).claims.isEmpty)
    #expect(try await claim(bench, limit: 0, [id: lines(holding: 2, wanting: 1)]).claims.map(\.isAhead) == [true])
  }

  @Test(arguments: ["gap", "daily", "hourly"]) func limitsCountWhatIsClaimedAhead(_ limit: String) async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test") {
      $0.connections = 1
      if limit == "gap" { $0.minimumGapMilliseconds = 1000 }
      if limit == "daily" { $0.dailyLimit = 2 }
      if limit == "hourly" { $0.hourlyLimit = 2 }
    }
    try await queue(bench, 10)
    let id = try #require(try await bench.store.read { try $0.account(at: "s1@sender.test")?.id })
    #expect(try await claim(bench, limit: 100).claims.count == 1)
    let ahead = try await claim(bench, limit: 100, [id: lines(wanting: 5)]).claims.count
    #expect(ahead == (limit == "gap" ? 0 : 1))
  }

  @Test func aFreeConnectionGoesBeforeABusyOne() async throws {
    let bench = try Bench()
    for name in ["a", "b"] { try await bench.addAccount("\(name)@sender.test") { $0.connections = 1 } }
    try await queue(bench, 1)
    let first = try #require(try await claim(bench, limit: 100).claims.first?.account)
    try await queue(bench, 2)
    let pass = try await claim(bench, limit: 100, [first.id: lines(wanting: 1)])
    #expect(pass.claims.map { $0.account.id == first.id } == [false, true])
    #expect(pass.claims.map(\.isAhead) == [false, true])
  }

  @Test func whoWaitsForAConnectionIsSeen() async throws {
    let bench = try Bench()
    for name in ["a", "b"] { try await bench.addAccount("\(name)@sender.test") { $0.connections = 1 } }
    try await queue(bench, 3, through: "a")
    let first = try #require(try await claim(bench, limit: 1).claims.first?.account)
    try await queue(bench, 1, through: "b")
    let pass = try await claim(bench, limit: 0, [first.id: lines(wanting: 1)])
    #expect(pass.claims.map(\.account.address) == ["a@sender.test"])
    #expect(pass.isCrowded)
    // Its lane was not closed: when a connection is free, it goes.
    #expect(try await claim(bench, limit: 1).claims.map(\.account.address) == ["b@sender.test"])
  }

  @Test func anAccountThatStopsMeanwhileSendsNoMoreDots() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    try await queue(bench, 3)
    let claims = try await claim(bench, limit: 3).claims
    let id = claims[0].account.id
    try await bench.store.write {
      try $0.restAccount(id, until: Bench.noon + 60_000, reason: "450 4.2.1 slower", now: Bench.noon)
    }
    let resting = claims[0].attemptID
    #expect(try await bench.store.write { try !$0.markTransmitting(resting, now: Bench.noon + 10) })
    #expect(try await bench.store.write { try $0.markTransmitting(claims[1].attemptID, now: Bench.noon + 60_000) })
    try await bench.store.write {
      try $0.setAccountState(id, .paused, reason: .manual, text: nil, now: Bench.noon + 60_001)
    }
    #expect(try await bench.store.write { try !$0.markTransmitting(claims[2].attemptID, now: Bench.noon + 60_002) })
    #expect(try await bench.message(claims[2].message.id).state == .scheduled)
  }

  @Test func aWindowThatClosesBetweenClaimAndDotKeepsTheDotBack() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test") {
      $0.window = WindowSettings(days: [.fri], spans: ["12:00-12:01"])
    }
    try await queue(bench, 2)
    let claims = try await claim(bench, limit: 2).claims
    #expect(claims.count == 2)
    let (early, late) = (claims[0].attemptID, claims[1].attemptID)
    #expect(try await bench.store.write { try $0.markTransmitting(early, now: Bench.noon + 59_000) })
    #expect(try await bench.store.write { try !$0.markTransmitting(late, now: Bench.noon + 61_000) })
  }

  @Test func theTimeBehindAnotherMailIsNotTheServers() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    try await queue(bench, 1)
    let claim = try await claim(bench, limit: 1).claims[0]
    #expect(
      try await bench.store.write {
        try $0.markTransmitting(claim.attemptID, begunAt: Bench.noon + 500, now: Bench.noon + 600)
      })
    let attempt = try #require(try await bench.store.read { try $0.attempts(of: claim.message.id).first })
    #expect(attempt.claimedAt == Bench.noon + 500)
    #expect(attempt.transmittingAt == Bench.noon + 600)
  }

  /// What the book reckons after each end is what the journal says.
  @Test func theBookAgreesWithTheJournal() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test") { $0.dailyLimit = 100 }
    try await queue(bench, 12)
    let claims = try await claim(bench, limit: 12).claims
    let id = claims[0].account.id
    for (number, claim) in claims.enumerated() {
      let now = Bench.noon + 10 + Int64(number / 2)
      try await bench.store.write { transaction in
        _ = try transaction.markTransmitting(claim.attemptID, now: now)
        let reply = JournalReply(code: number % 3 == 2 ? 451 : 250, text: "reply", meaning: "any")
        try transaction.finish(
          claim.attemptID, number % 3 == 2 ? .temporary(reply, retryAt: now + 1000) : .accepted(reply), now: now)
        guard let known = transaction.accountBook.known(id) else { return }
        let account = try #require(try transaction.account(id))
        #expect(known.facts == (try transaction.facts(of: account, now: now)), "after \(number)")
      }
      _ = try await self.claim(bench, limit: 0)
    }
  }
}

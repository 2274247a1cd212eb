import Configuration
import Outreach
import Testing

@testable import Store

/// The first mails of a lane are known from one look to the next; what happens in between has its way all the same.
@Suite struct KnownPlacesTests {
  private func queued(_ bench: Bench, _ count: Int, priority: Int = 0, at now: Int64 = Bench.noon) async throws
    -> [Int64]
  {
    var ids: [Int64] = []
    for number in 0..<count {
      let mail = bench.submission(to: ["p\(now)-\(priority)-\(number)@example.org"], at: now) { $0.priority = priority }
      ids += try await bench.queue(mail)
    }
    return ids
  }

  private func claim(_ bench: Bench, _ limit: Int, at now: Int64 = Bench.noon) async throws -> [Int64] {
    try await bench.claim(at: now, limit: limit).claims.map(\.message.id)
  }

  @Test func looksGoOnWhereTheLastOneEnded() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    // More than are kept in mind.
    let ids = try await queued(bench, 50)
    var claimed: [Int64] = []
    for size in [1, 2, 20, 1, 5, 21] { claimed += try await claim(bench, size) }
    #expect(claimed == ids)
    #expect(try await claim(bench, 10).isEmpty)
  }

  @Test func whatComesLaterAndIsEarlierGoesFirst() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    let later = try await queued(bench, 3)
    #expect(try await claim(bench, 1) == [later[0]])
    let earlier = try await queued(bench, 1, at: Bench.noon - 1000)
    let urgent = try await queued(bench, 1, priority: 5)
    #expect(try await claim(bench, 10) == urgent + earlier + later.dropFirst())
  }

  @Test func whatIsCancelledOrHeldMeanwhileIsPassedOver() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    let ids = try await queued(bench, 6)
    #expect(try await claim(bench, 1) == [ids[0]])
    try await bench.store.write {
      try $0.cancelMessage(ids[1], now: Bench.noon)
      try $0.holdMessage(ids[3], now: Bench.noon)
    }
    #expect(try await claim(bench, 10) == [ids[2], ids[4], ids[5]])
    try await bench.store.write { try $0.releaseMessage(ids[3], now: Bench.noon) }
    #expect(try await claim(bench, 10) == [ids[3]])
  }

  @Test func whatIsNotDueYetWaits() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    let now = try await queued(bench, 2)
    let soon = try await queued(bench, 2, at: Bench.noon + 500)
    #expect(try await claim(bench, 1) == [now[0]])
    let pass = try await bench.claim(limit: 10)
    #expect(pass.claims.map(\.message.id) == [now[1]])
    #expect(pass.nextLook == Bench.noon + 500)
    #expect(try await claim(bench, 10, at: Bench.noon + 500) == soon)
  }

  @Test func whatIsPutBackTakesItsPlaceAgain() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    let ids = try await queued(bench, 4)
    let first = try #require(try await bench.claim(limit: 1).claims.first)
    let reply = JournalReply(code: nil, text: "not begun", meaning: "interrupted")
    try await bench.store.write {
      try $0.finish(first.attemptID, .unharmed(reply, retryAt: Bench.noon), now: Bench.noon)
    }
    #expect(try await claim(bench, 10) == ids)
  }

  @Test func whatWaitsForItsNextTryComesAtItsTimeAndBeforeWhatIsPlannedLater() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    // More than are kept in mind, so that some of them are read after it came back.
    let ids = try await queued(bench, 40)
    let first = try #require(try await bench.claim(limit: 1).claims.first)
    let reply = JournalReply(code: 451, text: "451 later", meaning: "temporary")
    try await bench.store.write {
      try $0.finish(first.attemptID, .temporary(reply, retryAt: Bench.noon + 700), now: Bench.noon)
    }
    #expect(try await claim(bench, 2) == [ids[1], ids[2]])
    let pass = try await bench.claim(at: Bench.noon + 699, limit: 30)
    #expect(pass.claims.map(\.message.id) == Array(ids[3...32]))
    // Its plan is the oldest of all that is left.
    #expect(try await claim(bench, 20, at: Bench.noon + 700) == [ids[0]] + ids[33...])
    #expect(try await claim(bench, 20, at: Bench.noon + 900).isEmpty)
  }

  @Test func whatIsParkedAloneIsLookedForAtItsTime() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    let ids = try await queued(bench, 1)
    let first = try #require(try await bench.claim(limit: 5).claims.first)
    let reply = JournalReply(code: 451, text: "451 later", meaning: "temporary")
    try await bench.store.write {
      try $0.finish(first.attemptID, .temporary(reply, retryAt: Bench.noon + 700), now: Bench.noon)
    }
    let pass = try await bench.claim(limit: 5)
    #expect(pass.claims.isEmpty)
    #expect(pass.nextLook == Bench.noon + 700)
    #expect(try await claim(bench, 5, at: Bench.noon + 700) == ids)
  }

  @Test func aRolledBackLookLeavesNothingTaken() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    let ids = try await queued(bench, 4)
    #expect(try await claim(bench, 1) == [ids[0]])
    await #expect(throws: (any Error).self) {
      try await bench.store.write { transaction in
        _ = try transaction.claimDue(now: Bench.noon, limit: 2)
        throw Unexpected(what: "on purpose")
      }
    }
    #expect(try await claim(bench, 10) == [ids[1], ids[2], ids[3]])
  }

  /// What comes, goes, comes back and is cancelled in any order: each look takes what the queue itself says is first.
  @Test func anyWalkTakesWhatTheQueueSays() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test") { $0.connections = 2000 }
    let seed = UInt64.random(in: 0 ... .max)
    var chance = SplitMix(state: seed)
    var now = Bench.noon
    var open: [Claim] = []
    for step in 0..<1500 {
      now += Int64.random(in: 0...40, using: &chance)
      switch Int.random(in: 0..<10, using: &chance) {
      case 0...2:
        let planned = now + Int64.random(in: -400...200, using: &chance)
        let priority = Int.random(in: 0...2, using: &chance)
        _ = try await bench.queue(
          bench.submission(to: ["p\(step)@example.org"], at: planned) { $0.priority = priority })
      case 3...5:
        let limit = Int.random(in: 1...3, using: &chance)
        let due = now
        let first = try await bench.store.read { reader throws(StoreError) in
          try reader.connection.rows(
            """
            SELECT id FROM message WHERE state = 'scheduled' AND scheduled_for <= ?1 AND COALESCE(next_look, 0) <= ?1
            ORDER BY priority DESC, scheduled_for, id LIMIT ?2
            """, [.integer(due), .integer(Int64(limit))]) { $0.integer(0) }
        }
        let pass = try await bench.claim(at: now, limit: limit)
        #expect(pass.claims.map(\.message.id) == first, "step \(step), seed \(seed)")
        open += pass.claims
      case 6...8:
        guard let one = open.indices.randomElement(using: &chance) else { continue }
        let claim = open.remove(at: one)
        let wait = Int64([0, 0, 30, 300].randomElement(using: &chance) ?? 0)
        let reply = JournalReply(code: nil, text: "not begun", meaning: "interrupted")
        let retryAt = now + wait
        try await bench.store.write { [now] in
          try $0.finish(claim.attemptID, .unharmed(reply, retryAt: retryAt), now: now)
        }
      default:
        guard let one = open.indices.randomElement(using: &chance) else { continue }
        try await bench.accept(open.remove(at: one), at: now)
      }
    }
  }
}

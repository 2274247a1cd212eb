import Delivery
import Outreach
import Testing

@testable import Store

struct StatisticsTests {
  private func all(_ bench: Bench) async throws -> [String: [StatisticsRow]] {
    try await bench.store.read { db in
      var found: [String: [StatisticsRow]] = [:]
      for scope in StatisticsScope.allCases {
        found[scope.rawValue] = try db.statistics(by: scope, workspaceID: 1)
      }
      return found
    }
  }

  private func workspace(_ bench: Bench) async throws -> StatisticsLine {
    try await bench.store.countEvents()
    return try await all(bench)["workspace"]?.first?.line ?? StatisticsLine()
  }

  @Test func aMailAndItsAnswers() async throws {
    let bench = try Bench()
    try await bench.addAccount("one@example.com")
    _ = try await bench.queue(bench.step(1))
    let claim = try #require(try await bench.sendAll().first)
    let message = try await bench.message(claim.message.id)
    for number in 1...2 {
      let reply = bench.inbound("reply", answering: message, account: claim.account.id, identity: "<\(number)@x>")
      _ = try await bench.store.write { try $0.recordInbound(reply) }
    }
    let line = try await workspace(bench)
    #expect(line[.enrolled] == 1 && line[.sent] == 1)
    #expect(line[.replied] == 1, "two answers are one mail that was answered")
    #expect(line.stopped.map(\.reason) == ["replied"])
    #expect(line.active == 0)
    // The bench's answers come a second after its mail.
    #expect(line.meanReplyDelay == 1000)
    let rows = try await all(bench)
    let sequence = try await bench.enrollment().sequenceID
    let best = try await bench.store.read { db in
      try db.statistics(of: "\(sequence)", by: .sequence, workspaceID: 1, zone: .utc).hours
    }
    #expect(best.map(\.number) == [12] && best.first?.replied == 1)
    #expect(rows["step"]?.map(\.key) == ["\(sequence)/1"])
    #expect(rows["account"]?.map(\.key) == ["\(claim.account.id)"])
    #expect(rows["campaign"] == [])
  }

  @Test func aRefusalOnTheSpotIsItsAccountsBounce() async throws {
    let bench = try Bench()
    try await bench.addAccount("one@example.com")
    _ = try await bench.queue(bench.submission())
    let claim = try #require(try await bench.claim().claims.first)
    try await bench.store.write { transaction in
      _ = try transaction.markTransmitting(claim.attemptID, now: Bench.noon)
      let reply = JournalReply(code: 550, text: "550 5.1.1 no such user", meaning: "recipient_refused")
      try transaction.finish(claim.attemptID, .recipientRefused(reply, suppress: true), now: Bench.noon)
    }
    let line = try await workspace(bench)
    #expect(line.bounced == 1 && line.delivered == 0 && line[.sent] == 0)
    #expect(line.bounces.rate == 1)
    #expect(try await all(bench)["account"]?.first?.line.bounced == 1)
  }

  @Test func whoAsksOutByAMailIsCountedForIt() async throws {
    let bench = try Bench()
    try await bench.addAccount("one@example.com")
    _ = try await bench.queue(bench.submission { $0.tag = "autumn" })
    let claim = try #require(try await bench.sendAll().first)
    let mail = bench.inbound(
      "unsubscribe", answering: try await bench.message(claim.message.id), account: claim.account.id)
    _ = try await bench.store.write { try $0.recordInbound(mail) }
    let line = try await workspace(bench)
    #expect(line[.unsubscribed] == 1)
    #expect(try await all(bench)["tag"]?.first?.line.unsubscribes.rate == 1)
  }

  @Test func aSequenceThatGoesOnAfterItsEndIsOnItsWay() async throws {
    let bench = try Bench()
    try await bench.addAccount("one@example.com")
    _ = try await bench.queue(bench.step(1))
    _ = try await bench.sendAll()
    #expect(try await workspace(bench).completed == 1)
    _ = try await bench.queue(bench.step(2, delay: 86_400_000))
    try await bench.plan()
    let line = try await workspace(bench)
    #expect(line.completed == 0 && line.active == 1)
  }

  /// However the counting was cut into batches and whatever came in between, counting anew gives the same.
  @Test func countedAsTheyCameAndAnewIsTheSame() async throws {
    let bench = try Bench()
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SplitMix(state: seed)
    for number in 1...3 { try await bench.addAccount("a\(number)@example.com") }
    var sent: [(id: Int64, account: Int64)] = []
    var now = Bench.noon
    for round in 0..<120 {
      now += Int64.random(in: 60_000...7_200_000, using: &random)
      let person = "p\(Int.random(in: 0..<30, using: &random))@example.org"
      switch Int.random(in: 0..<6, using: &random) {
      case 0...2:
        let submission = bench.submission(to: [person], at: now) {
          $0.sequence = ["welcome", "spring"].randomElement(using: &random)
          $0.campaign = ["c1", "c2", nil].randomElement(using: &random) ?? nil
          $0.tag = ["t1", nil].randomElement(using: &random) ?? nil
        }
        _ = try await bench.store.write { try $0.submit(submission) }
      case 3: for claim in try await bench.sendAll(at: now) { sent.append((claim.message.id, claim.account.id)) }
      default:
        guard let one = sent.randomElement(using: &random) else { continue }
        let kind = ["reply", "bounce", "auto_reply", "complaint", "unsubscribe"].randomElement(using: &random) ?? ""
        let message = try await bench.message(one.id)
        let mail = bench.inbound(
          kind, answering: message, account: one.account, identity: "<\(round)@x>",
          bounces: kind == "bounce"
            ? [BouncedRecipient(address: message.recipient, isHard: true, reason: "userunknown")] : []
        )
        _ = try await bench.store.write { try $0.recordInbound(mail) }
      }
      if Int.random(in: 0..<5, using: &random) == 0 { try await bench.store.countEvents() }
    }
    try await bench.store.countEvents()
    let asTheyCame = try await all(bench)
    try await bench.store.recountEvents()
    #expect(try await all(bench) == asTheyCame, "seed \(seed)")
    let messages = try await bench.store.read { db in
      try db.connection.rows(
        "SELECT COUNT(*) FILTER (WHERE sent_at IS NOT NULL), COUNT(*) FILTER (WHERE replied_at IS NOT NULL), "
          + "COUNT(*) FILTER (WHERE state = 'bounced') FROM message", []
      ) { row in [row.integer(0), row.integer(1), row.integer(2)] }
    }
    let line = try #require(asTheyCame["workspace"]?.first?.line)
    #expect([[line[.sent], line[.replied], line[.bounced]]] == messages, "seed \(seed)")
    #expect(line[.sent] > 10, "seed \(seed): nothing happened")
  }
}

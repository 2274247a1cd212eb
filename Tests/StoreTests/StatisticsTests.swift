import Configuration
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

  @Test func peopleAreOfTheCampaignAndTagOfTheirFirstMail() async throws {
    let bench = try Bench()
    try await bench.addAccount("one@example.com")
    let first = bench.submission(to: ["ann@example.org"]) {
      $0.sequence = "welcome"
      $0.step = 1
      $0.campaign = "spring"
      $0.tag = "vip"
    }
    _ = try await bench.queue(first)
    _ = try await bench.queue(bench.step(2, delay: 86_400_000))
    _ = try await bench.queue(bench.step(1, to: "bob@example.org"))
    let claims = try await bench.sendAll()
    let claim = try #require(claims.first { $0.message.recipient == "ann@example.org" })
    let reply = bench.inbound("reply", answering: try await bench.message(claim.message.id), account: claim.account.id)
    _ = try await bench.store.write { try $0.recordInbound(reply) }
    try await bench.store.countEvents()
    let rows = try await all(bench)
    for (scope, key) in [("campaign", "spring"), ("tag", "vip")] {
      let row = try #require(rows[scope]?.first)
      #expect(row.key == key && rows[scope]?.count == 1)
      #expect(row.line[.enrolled] == 1 && row.line[.sent] == 1 && row.line[.replied] == 1 && row.line.active == 0)
      #expect(row.line.stopped.map(\.reason) == ["replied"])
    }
    try await bench.store.recountEvents()
    #expect(try await all(bench) == rows)
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

  /// A step that was cancelled before it had an account may get one later: then it has still been cancelled without one.
  @Test func whatEndedWithoutAnAccountStaysWithout() async throws {
    let bench = try Bench()
    _ = try await bench.queue(bench.step(1))
    let id = try #require(
      try await bench.store.read { db in
        try db.connection.rows("SELECT id FROM message WHERE account_id IS NULL", []) { row in row.integer(0) }
      }.first)
    try await bench.store.write { try $0.cancelMessage(id, now: Bench.noon) }
    try await bench.store.countEvents()
    let before = try await all(bench)
    try await bench.addAccount("one@example.com")
    _ = try await bench.store.write {
      try $0.connection.run("UPDATE message SET account_id = (SELECT id FROM account) WHERE id = ?", [.integer(id)])
    }
    try await bench.store.recountEvents()
    #expect(try await all(bench) == before)
    #expect(before["account"] == [])
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
    #expect(try await peopleByTheTables(bench) == peopleTold(asTheyCame), "seed \(seed)")

    // Any stretch of time is told as the hours in it say.
    for _ in 0..<20 {
      let from = Bench.noon + Int64.random(in: -50...150, using: &random) * 3_600_000
      let to = from + Int64.random(in: 0...200, using: &random) * 3_600_000
      for scope in StatisticsScope.allCases {
        let told = try await bench.store.read { db in
          try db.statistics(by: scope, workspaceID: 1, from: from, to: to)
        }
        #expect(try await byHours(bench, scope, from: from, to: to) == told, "seed \(seed): \(scope) \(from) \(to)")
      }
    }
  }

  /// How many enrollments are in each state, by step and by account: those of the last mail that was sent before their end.
  private func peopleByTheTables(_ bench: Bench) async throws -> [String: Int64] {
    let rows = try await bench.store.read { db in
      try db.connection.rows(
        """
        SELECT n.sequence_id || '/' || m.step, m.account_id, CASE n.state WHEN 'stopped' THEN n.stop_reason ELSE n.state END
        FROM enrollment n JOIN message m ON m.id = (SELECT message_id FROM event
          WHERE enrollment_id = n.id AND kind = 'message.sent' AND id < COALESCE(CASE n.state WHEN 'stopped' THEN
            (SELECT id FROM event WHERE enrollment_id = n.id AND kind = 'enrollment.stopped') END, 1 << 62)
          ORDER BY id DESC LIMIT 1)
        """, []
      ) { row in ["step \(row.text(0)) \(row.text(2))", "account \(row.integer(1)) \(row.text(2))"] }
    }
    return Dictionary(rows.flatMap(\.self).map { ($0, 1) }, uniquingKeysWith: +)
  }

  private func peopleTold(_ rows: [String: [StatisticsRow]]) -> [String: Int64] {
    var told: [String: Int64] = [:]
    for scope in ["step", "account"] {
      for row in rows[scope] ?? [] {
        told["\(scope) \(row.key) active"] = row.line.active
        told["\(scope) \(row.key) completed"] = row.line.completed
        for stop in row.line.stopped { told["\(scope) \(row.key) \(stop.reason)"] = stop.count }
      }
    }
    return told.filter { $0.value != 0 }
  }

  /// Added up from the hours alone.
  private func byHours(_ bench: Bench, _ scope: StatisticsScope, from: Int64, to: Int64) async throws -> [StatisticsRow]
  {
    try await bench.store.read { db in
      let rows = try db.connection.rows(
        "SELECT key, fact, count FROM statistic WHERE generation = (SELECT generation FROM statistic_cursor) AND scope = ? AND hour >= ? AND hour < ? ORDER BY key",
        [.text(scope.rawValue), .integer(from / 3_600_000), .integer(to / 3_600_000)]
      ) { row in (key: row.text(0), fact: row.text(1), count: row.integer(2)) }
      var found: [StatisticsRow] = []
      for row in rows {
        guard let fact = StatisticsFact(name: row.fact) else { continue }
        if found.last?.key != row.key { found.append(StatisticsRow(key: row.key, line: StatisticsLine())) }
        found[found.count - 1].line.add(fact, row.count)
      }
      return found
    }
  }

  /// Who asks meanwhile is answered from the old sums, and of these nothing is left.
  @Test func madeAnewBesideThoseThatAreRead() async throws {
    let bench = try Bench()
    try await bench.addAccount("one@example.com")
    for number in 1...20 { _ = try await bench.queue(bench.step(1, to: "p\(number)@example.org")) }
    _ = try await bench.sendAll()
    try await bench.store.countEvents()
    let before = try await all(bench)
    let begun = try await bench.store.write { try $0.beginStatistics() }
    let batch = try await bench.store.read { try $0.uncountedEvents(after: 0, in: begun, atMost: 30) }
    try await bench.store.write { try $0.add(batch.rows, to: begun) }
    #expect(try await all(bench) == before)
    try await bench.store.recountEvents()
    #expect(try await all(bench) == before)
    // A later one has taken over; what was counted for the old sums meanwhile is not added to the new.
    try await bench.store.write { try $0.takeOver(begun, through: 30) }
    let newest = try await bench.store.read { try $0.newestEvent() }
    try await bench.store.write {
      try $0.add(StatisticsBatch(generation: 1, after: newest, through: newest + 1, rows: batch.rows))
    }
    #expect(try await all(bench) == before)
    let left = try await bench.store.read { db in
      try db.connection.rows(
        """
        SELECT COUNT(*) FROM (SELECT generation FROM statistic UNION ALL SELECT generation FROM statistic_span
          UNION ALL SELECT generation FROM statistic_person) WHERE generation <> (SELECT generation FROM statistic_cursor)
        """, []
      ) { row in row.integer(0) }
    }
    #expect(left == [0])
  }

  @Test func whoCountsAtTheSameTimeCountsOnce() async throws {
    let bench = try Bench()
    try await bench.addAccount("one@example.com")
    for number in 1...30 { _ = try await bench.queue(bench.step(1, to: "p\(number)@example.org")) }
    _ = try await bench.sendAll()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<12 {
        group.addTask {
          if number % 3 == 0 { try await bench.store.recountEvents() } else { try await bench.store.countEvents() }
        }
      }
      try await group.waitForAll()
    }
    let line = try await workspace(bench)
    #expect(line[.sent] == 30 && line[.enrolled] == 30)
    #expect(try await all(bench)["account"]?.first?.line[.enrolled] == 30)
  }

  @Test func opensAndClicksAreRecordedOnceAMail() async throws {
    let bench = try Bench()
    try await bench.addAccount("one@example.com")
    _ = try await bench.queue(bench.submission { $0.tag = "autumn" })
    let (waiting, later) = (1 as Int64, Bench.noon + 600_000)
    #expect(try await !bench.store.write { try $0.record(.opened, ofMessage: waiting, now: later) })
    let claim = try #require(try await bench.sendAll().first)
    let id = claim.message.id
    let signs: [(MailSign, Bool)] = [
      (.opened, true), (.opened, false), (.clicked(url: "https://x.test/"), true),
      (.clicked(url: "https://y.test/"), false),
    ]
    for (sign, isNew) in signs {
      #expect(try await bench.store.write { try $0.record(sign, ofMessage: id, now: later) } == isNew)
    }
    let message = try await bench.message(id)
    #expect(message.openedAt == later && message.clickedAt == later)
    let line = try await workspace(bench)
    #expect(line.opens == Share(part: 1, whole: 1) && line.clicks == Share(part: 1, whole: 1))
    #expect(line[.sentOpened] == 1 && line[.sentClicked] == 1)
    #expect(try await all(bench)["tag"]?.first?.line[.clicked] == 1)
    let told = try await bench.store.read { try $0.events(after: 0, kind: "message.clicked", limit: 10) }
    #expect(told.count == 1 && told.first?.detail.contains("https://x.test/") == true)
    #expect(try await !bench.store.write { try $0.record(.opened, ofMessage: 4711, now: later) })
  }

  @Test func aClickWithoutAnOpenIsBoth() async throws {
    let bench = try Bench()
    try await bench.addAccount("one@example.com")
    _ = try await bench.queue(bench.submission())
    let claim = try #require(try await bench.sendAll().first)
    #expect(
      try await bench.store.write {
        try $0.record(.clicked(url: "https://x.test/"), ofMessage: claim.message.id, now: Bench.noon + 1)
      })
    let line = try await workspace(bench)
    #expect(line[.opened] == 1 && line[.clicked] == 1)
  }

  @Test func anOpenProvesThatAnUnknownMailWent() async throws {
    let bench = try Bench()
    try await bench.addAccount("one@example.com")
    _ = try await bench.queue(bench.submission())
    let claim = try #require(try await bench.claim().claims.first)
    try await bench.store.write { transaction in
      _ = try transaction.markTransmitting(claim.attemptID, now: Bench.noon)
      let reply = JournalReply(code: nil, text: "cut off after the dot", meaning: "connection")
      try transaction.finish(claim.attemptID, .unknown(reply, policy: .hold), now: Bench.noon)
    }
    #expect(try await bench.message(claim.message.id).state == .unknown)
    #expect(
      try await bench.store.write { try $0.record(.opened, ofMessage: claim.message.id, now: Bench.noon + 60_000) })
    let message = try await bench.message(claim.message.id)
    #expect(message.state == .sent && message.openedAt == Bench.noon + 60_000)
    #expect(try await workspace(bench).opens == Share(part: 1, whole: 1))
  }
}

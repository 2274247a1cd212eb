import Configuration
import Delivery
import Foundation
import Outreach
import Testing

@testable import Store

/// Thirty days of twenty accounts through the store's own scheduler, beside what was foretold from a copy of the state.
@Suite struct ForecastTests {
  private static let month = 30 * BusyWorld.day

  @Test func theForecastOfThirtyDaysIsRightToTheMail() async throws {
    let world = try await BusyWorld(seed: 20_261_120)
    let start = try await world.warmUp(days: 2)
    let end = start + Self.month
    let foretold = try world.simulation(at: start).forecast(until: end)
    let run = try await world.run(from: start, until: end, hasAnswers: false)
    #expect(foretold.sends.count > 600)
    expectSame(foretold.sends, run.sends)
    // Each sequence ends when it was said to end.
    #expect(foretold.sequences.count == 5)
    for sequence in foretold.sequences {
      let (open, lastEnd) = try await world.ending(ofSequence: sequence.key)
      #expect(sequence.left == open)
      #expect(sequence.finishedAt == (open == 0 ? lastEnd : nil))
    }
    #expect(foretold.sequences.count { $0.finishedAt != nil } >= 4)
    try world.expectLimitsKept(run.sends)
  }

  @Test func withTheAnswersKnownTheForecastIsRightToTheMailToo() async throws {
    let world = try await BusyWorld(seed: 7)
    let start = try await world.warmUp(days: 2)
    let end = start + Self.month
    let blind = try world.simulation(at: start)
    let copy = try StateCopy.make(ofStoreAt: world.store.path, now: start)
    let run = try await world.run(from: start, until: end, hasAnswers: true)
    #expect(run.answers.count > 60)
    let knowing = try Simulation(
      copy, world.store.suppressionKey, now: start, maxConnections: BusyWorld.maxConnections,
      happenings: run.answers.map { answer in
        Simulation.Happening(at: answer.at) { try BusyWorld.record(answer, in: $0) }
      })
    expectSame(try knowing.forecast(until: end).sends, run.sends)
    // Who answers gets no more: without knowing that, more is foretold, and the same until the first answer.
    let unknowing = try blind.forecast(until: end).sends
    let first = try #require(run.answers.first?.at)
    #expect(unknowing.count > run.sends.count)
    #expect(unknowing.filter { $0.at < first } == run.sends.filter { $0.at < first })
  }
}

/// Names the first mail that was foretold wrong, instead of printing thousands.
private func expectSame(_ foretold: [Forecast.Send], _ sent: [Forecast.Send]) {
  #expect(foretold.count == sent.count)
  let wrong = zip(foretold, sent).enumerated().first { $1.0 != $1.1 }
  if let wrong {
    Issue.record("mail \(wrong.offset) was foretold as \(wrong.element.0) and went as \(wrong.element.1)")
  }
}

/// Twenty mailboxes in four pools with warmup, limits, gaps and hours in five zones; five sequences with three steps.
///
/// It is driven as the relay drives it, on a clock that jumps, but with looks at the queue, explanations and restarts in
/// between at times of their own: none of these may change what goes when.
final class BusyWorld {
  static let day: Int64 = 86_400_000
  static let maxConnections = 12
  private static let zones = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"]
  private static let people = 36

  struct Answer {
    var at: Int64
    var message: Int64
    var isBounce: Bool
  }

  struct Run {
    var sends: [Forecast.Send] = []
    var answers: [Answer] = []
  }

  private(set) var store: Store
  private let folder: String
  private var random: SplitMix

  init(seed: UInt64) async throws {
    random = SplitMix(state: seed)
    folder = NSTemporaryDirectory() + "postern-forecast-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    store = try Store(path: folder + "/postern.db", now: Bench.noon)
    try await fill()
  }

  deinit {
    store.close()
    try? FileManager.default.removeItem(atPath: folder)
  }

  private func fill() async throws {
    let rotations: [Rotation] = [.leastUsed, .roundRobin, .weighted, .evenSpacing]
    let spreads: [WindowSpread] = [.asap, .even, .random]
    let zones = Self.zones
    var accounts: [AccountSettings] = []
    for number in 0..<20 {
      var account = AccountSettings(address: "s\(number)@sender.test", smtp: RemoteServer(host: "127.0.0.1", port: 25))
      account.pools = ["pool\(number % 4)"]
      account.zone = zones[number % 5]
      account.weight = 1 + number % 3
      account.connections = 1 + number % 2
      account.dailyLimit = 12 + number
      if number % 5 == 1 { account.limitMode = .rolling }
      if number % 3 == 0 { account.hourlyLimit = 4 }
      if number % 2 == 0 { account.warmup = WarmupSettings(start: 2, step: 2) }
      account.minimumGapMilliseconds = Int64(60_000 * (1 + number % 7))
      account.minimumGapJitterMilliseconds = Int64(number % 4) * 45_000
      if number % 6 == 0 { account.newContactsLimit = 8 }
      if number % 7 == 0 { account.recipientDomainLimit = 9 }
      if number % 4 == 1 {
        account.window = WindowSettings(spans: ["08:00-12:00", "13:00-19:30"], spread: spreads[number % 3])
      }
      accounts.append(account)
    }
    var sequences: [SequenceEntry] = []
    for number in 0..<5 {
      var entry = SequenceEntry(key: "sequence\(number)")
      entry.zone = zones[number]
      entry.window = WindowSettings(
        days: number == 4 ? [.mon, .wed, .sat, .sun] : [.mon, .tue, .wed, .thu, .fri], spans: ["09:00-16:30"],
        closedDates: ["2026-12-07"], spread: spreads[number % 3])
      if number == 2 { entry.onReply = .continue }
      sequences.append(entry)
    }
    let (made, plans) = (accounts, sequences)
    let mails = submissions()
    try await store.write { transaction in
      try transaction.setWorkspace(
        1, zone: "Europe/Paris", dailyCredits: 190, sequenceDefaults: SequenceEntry(key: "default"),
        contactLimits: ContactLimits(cooldownMilliseconds: 6 * 3_600_000, limit: 3, periodMilliseconds: 7 * Self.day))
      for (number, rotation) in rotations.enumerated() {
        try transaction.putPool(PoolEntry(name: "pool\(number)", rotation: rotation), now: Bench.noon)
      }
      for account in made { try transaction.putAccount(account, sealedSecret: nil, now: Bench.noon) }
      for entry in plans { try transaction.putSequence(entry, now: Bench.noon) }
      for mail in mails {
        guard case .queued = try transaction.submit(mail) else { throw Unexpected(what: "refused") }
      }
    }
  }

  /// Each sequence's people, three steps apart by days, and single mails with times and priorities over the month.
  private func submissions() -> [Submission] {
    var mails: [Submission] = []
    for sequence in 0..<5 {
      for person in 0..<Self.people {
        let recipient = "p\(person)@s\(sequence)d\(person % 11).test"
        for step in 1...3 {
          let hours = Int64(random.number(below: 30)) + (step == 1 ? 0 : 24)
          mails.append(
            submission(to: recipient) {
              $0.sequence = "sequence\(sequence)"
              $0.step = step
              $0.pool = "pool\(sequence % 4)"
              $0.delayMilliseconds = hours * 3_600_000 + Int64(random.number(below: 3_600_000))
              if step == 3, person % 3 == 0 { $0.onlyIf = [.noReply] }
            })
        }
      }
    }
    for number in 0..<160 {
      mails.append(
        submission(to: "single\(number % 120)@d\(number % 5).test") {
          $0.pool = "pool\(number % 4)"
          $0.priority = number % 5 - 2
          $0.sendAt = Bench.noon + Int64(random.number(below: UInt64(28 * Self.day)))
          if number % 10 == 0 { $0.account = "s\(number % 20)@sender.test" }
        })
    }
    return mails
  }

  private func submission(to recipient: String, _ change: (inout ControlHeaders) -> Void) -> Submission {
    var control = ControlHeaders()
    change(&control)
    let id = "<\(random.next())@example.com>"
    return Submission(
      workspaceID: 1, submitter: nil, sender: "app@example.com", recipients: [recipient], fromAddress: nil,
      body: Array("Subject: Hello\r\n\r\nHi\r\n".utf8), messageID: id, makeMessageID: { id }, subject: "Hello",
      control: control, receivedAt: Bench.noon, idempotencyWindow: Self.day)
  }

  /// Some days, so that every account has sent; returns when they end.
  func warmUp(days: Int64) async throws -> Int64 {
    let end = Bench.noon + days * Self.day
    _ = try await run(from: Bench.noon, until: end, hasAnswers: false)
    return end
  }

  func simulation(at now: Int64) throws -> Simulation {
    try Simulation(
      try StateCopy.make(ofStoreAt: store.path, now: now), store.suppressionKey, now: now,
      maxConnections: Self.maxConnections)
  }

  // MARK: - The real one

  private struct Flight {
    var endsAt: Int64
    var claim: Claim
  }

  /// How long the servers take for a mail.
  private static let duration: Int64 = 730

  func run(from start: Int64, until end: Int64, hasAnswers: Bool) async throws -> Run {
    var run = Run()
    var now = start
    var flights: [Flight] = []
    var coming: [Answer] = []
    while now < end {
      for flight in flights.prefix(while: { $0.endsAt <= now }) {
        let at = now
        try await store.write { transaction in
          guard try transaction.markTransmitting(flight.claim.attemptID, now: at) else { return }
          let reply = JournalReply(code: 250, text: "250 2.0.0 Ok", meaning: "accepted")
          try transaction.finish(flight.claim.attemptID, .accepted(reply), now: at)
        }
        let (message, account) = (flight.claim.message, flight.claim.account.id)
        guard try await self.message(message.id).state == .sent else { continue }
        run.sends.append(Forecast.Send(messageID: message.id, accountID: account, at: now))
        if hasAnswers, let answer = answer(to: message, sentAt: now) {
          let place = coming.firstIndex { $0.at > answer.at } ?? coming.endIndex
          coming.insert(answer, at: place)
        }
      }
      flights.removeAll { $0.endsAt <= now }
      while let answer = coming.first, answer.at <= now {
        coming.removeFirst()
        try await store.write { try Self.record(answer, in: $0) }
        run.answers.append(answer)
      }
      let (at, free) = (now, Self.maxConnections - flights.count)
      let pass = try await store.write { transaction in
        while try transaction.planEnrollments(now: at, limit: 50) == 50 {}
        return free > 0 ? try transaction.claimDue(now: at, limit: free) : ClaimPass()
      }
      for claim in pass.claims {
        let flight = Flight(endsAt: now + Self.duration, claim: claim)
        flights.insert(flight, at: flights.firstIndex { $0.endsAt > flight.endsAt } ?? flights.endIndex)
      }
      var next = pass.claims.count < free ? pass.nextLook ?? .max : .max
      if let flight = flights.first { next = min(next, flight.endsAt) }
      if let answer = coming.first { next = min(next, answer.at) }
      guard next < .max else { break }
      try await disturb(between: now, and: min(next, end), isIdle: flights.isEmpty)
      now = max(next, now)
    }
    return run
  }

  /// What an operator, a timer and a crash do at times that nobody foretold.
  private func disturb(between now: Int64, and next: Int64, isIdle: Bool) async throws {
    guard next - now > 2, random.number(below: 4) == 0 else { return }
    let look = now + 1 + Int64(random.number(below: UInt64(next - now - 1)))
    if random.number(below: 3) == 0 {
      let waiting = try await store.read { try $0.messages(MessageFilter()) }
      let some = waiting.randomElement(using: &random)?.message.id
      if let some { _ = try await store.read { try $0.explain(some, now: look) } }
    }
    if isIdle, random.number(below: 60) == 0 {
      store.close()
      store = try Store(path: folder + "/postern.db", now: look)
    }
    let claims = try await store.write { try $0.claimDue(now: look, limit: 10).claims }
    #expect(claims.isEmpty)
  }

  /// One in eight answers within three days, one in thirty bounces within minutes.
  private func answer(to message: MessageRecord, sentAt: Int64) -> Answer? {
    switch random.number(below: 120) {
    case 0..<15:
      Answer(at: sentAt + Int64(random.number(below: UInt64(3 * Self.day))), message: message.id, isBounce: false)
    case 15..<19: Answer(at: sentAt + Int64(random.number(below: 600_000)), message: message.id, isBounce: true)
    default: nil
    }
  }

  static func record(_ answer: Answer, in transaction: Transaction) throws {
    guard let message = try transaction.message(answer.message), let account = message.accountID else {
      throw Unexpected(what: "an answer to what was not sent")
    }
    let bounces =
      answer.isBounce ? [BouncedRecipient(address: message.recipient, isHard: true, reason: "userunknown")] : []
    _ = try transaction.recordInbound(
      NewInbound(
        accountID: account, folder: "INBOX", identity: "<in\(answer.message)>", bytes: Array("x".utf8),
        receivedAt: answer.at, seenAt: answer.at, sender: message.recipient, subject: "Re: Hello",
        kind: answer.isBounce ? "bounce" : "reply", rule: "test", verdict: "{}",
        answers: [(id: message.messageID, evidence: "In-Reply-To")], bounces: bounces))
  }

  private func message(_ id: Int64) async throws -> MessageRecord {
    guard let message = try await store.read({ try $0.message(id) }) else { throw Unexpected(what: "no message \(id)") }
    return message
  }

  func ending(ofSequence key: String) async throws -> (open: Int, lastEnd: Int64?) {
    try await store.read { db in
      guard let sequence = try db.sequence(keyed: key, workspaceID: 1) else { return (0, nil) }
      let all = try db.enrollments(ofSequence: sequence.id, limit: 1000)
      return (all.count { $0.endedAt == nil }, all.compactMap(\.endedAt).max())
    }
  }

  /// No account sends more in one of its days than its limit says: the two runs could be wrong together.
  func expectLimitsKept(_ sends: [Forecast.Send]) throws {
    var perDay: [String: Int] = [:]
    for send in sends {
      let zone = try #require(Zone.named(Self.zones[Int(send.accountID - 1) % 5]))
      perDay["\(send.accountID) \(zone.dayKey(at: send.at))", default: 0] += 1
    }
    for (key, mails) in perDay {
      let account = try #require(Int(key.split(separator: " ")[0])) - 1
      // A rolling limit may lie across two days of the calendar; two thirds of it are used in each at the most here.
      if account % 5 != 1 { #expect(mails <= 12 + account, "\(key)") }
    }
  }
}

/// The same numbers on every machine.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var number = state
    number = (number ^ (number >> 30)) &* 0xBF58_476D_1CE4_E5B9
    number = (number ^ (number >> 27)) &* 0x94D0_49BB_1331_11EB
    return number ^ (number >> 31)
  }

  mutating func number(below bound: UInt64) -> UInt64 { next() % max(bound, 1) }
}

import Configuration
import Delivery
import Foundation
import Outreach
import Testing

@testable import Store

@Suite struct CreditTests {
  private static let hour: Int64 = 3_600_000

  private func bench(zone: String = "UTC", credits: Int) async throws -> Bench {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    try await bench.store.write {
      try $0.setWorkspace(1, zone: zone, dailyCredits: credits, sequenceDefaults: SequenceEntry(key: "default"))
    }
    return bench
  }

  private func day(_ bench: Bench, _ day: String) async throws -> CreditDay {
    try await bench.store.read { db in try db.credits(of: db.workspace(1), day: day) }
  }

  private func queue(_ bench: Bench, _ count: Int, at now: Int64) async throws {
    for number in 0..<count {
      _ = try await bench.queue(bench.submission(to: ["p\(now)-\(number)@example.org"], at: now))
    }
  }

  /// 2026-03-29: Berlin's day has 23 hours; 2026-10-25: 25. Milliseconds of its midnight in UTC.
  @Test func aGrantIsMadeOnce() async throws {
    let bench = try Bench()
    func grant(_ amount: Int, day: String? = nil, at now: Int64 = Bench.noon) async throws -> CreditDay {
      try await bench.store.write {
        try $0.grant(amount, workspaceID: 1, day: day, key: "order 7", reason: "order", now: now)
      }
    }
    #expect(try await grant(5).granted == 5)
    // Asked again tomorrow it is still the grant of today.
    let again = try await grant(5, at: Bench.noon + 86_400_000)
    #expect(again.day == "2026-11-20" && again.granted == 5)
    for (amount, day) in [(7, nil), (5, "2026-11-21")] as [(Int, String?)] {
      await #expect(throws: StoreError.rejected("the grant \"order 7\" was made already: 5 credits on 2026-11-20")) {
        _ = try await grant(amount, day: day)
      }
    }
  }

  @Test(arguments: [
    ("2026-03-29", 1_774_738_800_000 as Int64, 23 as Int64), ("2026-10-25", 1_792_879_200_000, 25),
    ("2026-11-20", 1_795_129_200_000, 24),
  ])
  func theDayBeginsAtTheWorkspacesMidnightHoweverLongItIs(name: String, midnight: Int64, hours: Int64) async throws {
    let bench = try await bench(zone: "Europe/Berlin", credits: 2)
    try await queue(bench, 8, at: midnight - Self.hour)
    #expect(try await bench.sendAll(at: midnight - 1).count == 2)
    // What is left of a day does not come along, and what was used does not either.
    #expect(try await bench.sendAll(at: midnight).count == 2)
    #expect(try await day(bench, name).sends == 2)
    let next = midnight + hours * Self.hour
    let pass = try await bench.claim(at: next - 1)
    #expect(pass.claims.isEmpty)
    #expect(pass.nextLook == next)
    #expect(try await bench.sendAll(at: next).count == 2)
    #expect(try await day(bench, name).sends == 2)
    // Nothing goes for three days, and the fourth has no more than any other.
    let later = next + 3 * 24 * Self.hour
    #expect(try await bench.sendAll(at: later).count == 2)
  }

  @Test func repliesMayOverdrawTheDayAndSendsWaitForTheNext() async throws {
    let bench = try await bench(credits: 3)
    try await queue(bench, 3, at: Bench.noon)
    let claims = try await bench.sendAll()
    #expect(claims.count == 3)
    for claim in claims {
      let sent = try await bench.message(claim.message.id)
      let reply = bench.inbound("reply", answering: sent, account: claim.account.id, identity: "<\(sent.id)@r.test>")
      _ = try await bench.store.write { try $0.recordInbound(reply) }
    }
    let used = try await day(bench, "2026-11-20")
    #expect(used.sends == 3 && used.replies == 3 && used.limit == 3)
    try await queue(bench, 4, at: Bench.noon)
    for now in [Bench.noon + 60_000, Bench.noon + 12 * Self.hour - 1] {
      #expect(try await bench.claim(at: now).claims.isEmpty)
    }
    // Yesterday's debt is forgotten with the day.
    #expect(try await bench.sendAll(at: Bench.noon + 12 * Self.hour).count == 3)
  }

  @Test func aGrantLetsWaitingMailGoAtOnceAndOnlyThatDay() async throws {
    let bench = try await bench(credits: 1)
    try await queue(bench, 4, at: Bench.noon)
    #expect(try await bench.sendAll().count == 1)
    #expect(try await bench.claim(at: Bench.noon + 1000).claims.isEmpty)
    for _ in 1...2 {
      let granted = try await bench.store.write { transaction in
        try transaction.grant(2, workspaceID: 1, day: nil, key: "order 7", reason: "order", now: Bench.noon + 2000)
      }
      #expect(granted.day == "2026-11-20" && granted.granted == 2)
    }
    #expect(try await bench.sendAll(at: Bench.noon + 3000).count == 2)
    #expect(try await bench.claim(at: Bench.noon + 4000).claims.isEmpty)
    #expect(try await bench.sendAll(at: Bench.noon + 12 * Self.hour).count == 1)
    let kinds = try await bench.store.read {
      try $0.creditLedger(workspaceID: 1, day: "2026-11-20", limit: 10).map(\.kind)
    }
    #expect(kinds.sorted() == ["grant", "send", "send", "send"])
  }

  @Test func automaticAnswersAndBouncesCostNothing() async throws {
    let bench = try await bench(credits: 0)
    try await queue(bench, 3, at: Bench.noon)
    let claims = try await bench.sendAll()
    for (claim, kind) in zip(claims, ["auto_reply", "bounce", "complaint"]) {
      let sent = try await bench.message(claim.message.id)
      let answer = bench.inbound(kind, answering: sent, account: claim.account.id, identity: "<\(sent.id)@r.test>")
      _ = try await bench.store.write { try $0.recordInbound(answer) }
    }
    let used = try await day(bench, "2026-11-20")
    #expect(used.sends == 3 && used.replies == 0)
  }

  /// Whatever crashes and replays happen, the ledger has a send for each mail that went and a reply for each that came.
  @Test(arguments: 1...12)
  func theSumIsTheNumberOfFacts(seed: Int) async throws {
    let walk = try CreditWalk(seed: UInt64(seed))
    try await walk.begin()
    for _ in 0..<300 { try await walk.step() }
    try await walk.settle()
    let (sends, replies) = try await walk.booked()
    #expect(walk.went.count >= 10 && walk.answers.count >= 3)
    #expect(sends == walk.went.count)
    #expect(replies == walk.answers.count)
  }
}

/// A store that is used, cut off, opened again and told everything more than once; beside it the facts, counted by hand.
private final class CreditWalk {
  private var store: Store
  private let bench: Bench
  private var random: SplitMix
  private var now = Bench.noon
  private var claims: [Claim] = []
  private var ended: [(attempt: Int64, outcome: AttemptOutcome)] = []
  private var seen: [NewInbound] = []
  private var accounts: [Int64] = []
  /// Messages that went, by what their server or an answer said.
  private(set) var went: Set<Int64> = []
  /// Answers by the mail and the message it answers.
  private(set) var answers: Set<String> = []

  init(seed: UInt64) throws {
    random = SplitMix(state: seed)
    bench = try Bench()
    store = try Store(path: bench.folder + "/walk.db", logSize: seed.isMultiple(of: 2) ? 4 << 20 : 0, now: Bench.noon)
  }

  deinit { store.close() }

  func begin() async throws {
    for name in ["s1@sender.test", "s2@sender.test"] {
      var settings = AccountSettings(address: name, smtp: RemoteServer(host: "127.0.0.1", port: 25))
      settings.connections = 100
      settings.onUnknown = .retry
      let made = settings
      try await store.write { try $0.putAccount(made, sealedSecret: nil, now: Bench.noon) }
    }
    accounts = try await store.read { try $0.accounts().map(\.id) }
  }

  func step() async throws {
    now += Int64(drawn(below: 600_000))
    switch drawn(below: 16) {
    case 0...3: try await submit()
    case 4, 5: try await claim()
    case 6...10: try await end()
    case 11: try await replayEnd()
    case 12, 13: try await answer()
    case 14: if let old = pick(seen) { try await take(old) }
    default: try await cut()
    }
  }

  /// A crash at the end too, and what it left is made known.
  func settle() async throws {
    try await cut()
    while !claims.isEmpty { try await end() }
  }

  func booked() async throws -> (sends: Int, replies: Int) {
    let ledger = try await store.read { try $0.creditLedger(workspaceID: 1, limit: 100_000) }
    return (ledger.count { $0.kind == "send" }, ledger.count { $0.kind == "reply" })
  }

  // MARK: - What happens

  private func submit() async throws {
    var control = ControlHeaders()
    if drawn(below: 2) == 0 {
      control.sequence = "welcome"
      control.step = 1
    }
    let person = "p\(drawn(below: 1_000_000))@example.org"
    let submission = Submission(
      workspaceID: 1, submitter: nil, sender: "app@example.com", recipients: [person], fromAddress: nil,
      body: Array("Subject: Hello\r\n\r\nHi\r\n".utf8), messageID: nil,
      makeMessageID: { "<\(UUID().uuidString)@example.com>" }, subject: "Hello", control: control, receivedAt: now,
      idempotencyWindow: 86_400_000)
    _ = try await store.submit(submission)
  }

  private func claim() async throws {
    let now = now
    claims += try await written { try $0.claimDue(now: now, limit: 5).claims } ?? []
  }

  /// The outcome of a handover; sometimes the dot goes and the reply is never seen.
  private func end() async throws {
    guard !claims.isEmpty else { return }
    let claim = claims.remove(at: drawn(below: claims.count))
    let now = now
    guard try await store.write({ try $0.markTransmitting(claim.attemptID, now: now) }) else { return }
    let reply = JournalReply(code: 250, text: "250 Ok", meaning: "accepted")
    let outcome: AttemptOutcome =
      switch drawn(below: 10) {
      case 0...5: .accepted(reply)
      case 6: .temporary(reply, retryAt: now + 60_000)
      case 7: .recipientRefused(reply, suppress: true)
      case 8: .unknown(reply, policy: .hold)
      default: .unharmed(reply, retryAt: now)
      }
    ended.append((claim.attemptID, outcome))
    let done: Void? = try await written { try $0.finish(claim.attemptID, outcome, now: now) }
    if done == nil { try await store.write { try $0.finish(claim.attemptID, outcome, now: now) } }
    if case .accepted = outcome { went.insert(claim.message.id) }
  }

  /// Told again, even with another end: the attempt has its end, and nothing more is booked.
  private func replayEnd() async throws {
    guard let old = pick(ended) else { return }
    let now = now
    let other = AttemptOutcome.accepted(JournalReply(code: 250, text: "250 again", meaning: "accepted"))
    let outcome = drawn(below: 2) == 0 ? old.outcome : other
    try await store.write { try $0.finish(old.attempt, outcome, now: now) }
  }

  private func answer() async throws {
    let states: [MessageState] = [.sent, .unknown]
    var filter = MessageFilter()
    filter.states = states
    filter.limit = 1000
    let wanted = filter
    guard let message = pick(try await store.read { try $0.messages(wanted).map(\.message) }) else { return }
    let kind = ["reply", "reply", "reply", "auto_reply"][drawn(below: 4)]
    let identity = "<\(drawn(below: 1 << 40))@answer.test>"
    try await take(inbound(kind, message, identity))
  }

  private func inbound(_ kind: String, _ message: MessageRecord, _ identity: String) -> NewInbound {
    NewInbound(
      accountID: pick(accounts) ?? 1, folder: "INBOX", identity: identity, bytes: Array("x".utf8), receivedAt: now,
      seenAt: now, sender: message.recipient, subject: "Re: Hello", kind: kind, rule: "test", verdict: "{}",
      answers: [(id: message.messageID, evidence: "In-Reply-To")], bounces: [])
  }

  /// A mail that is seen, perhaps again, perhaps by another account.
  private func take(_ mail: NewInbound) async throws {
    var mail = mail
    mail.accountID = pick(accounts) ?? mail.accountID
    let copy = mail
    let record = try await written { try $0.recordInbound(copy) }
    seen.append(mail)
    guard let record = record ?? nil, let id = record.messageID else { return }
    went.insert(id)
    if mail.kind == "reply" { answers.insert("\(mail.identity) \(id)") }
  }

  /// SIGKILL between transactions: what was committed is there, handovers under way are lost.
  private func cut() async throws {
    store.close()
    store = try Store(path: bench.folder + "/walk.db", logSize: 4 << 20, now: now)
    claims = []
    let now = now
    _ = try await store.write { try $0.recoverAttempts(now: now) }
  }

  /// A transaction that sometimes dies before its commit; nil then.
  private func written<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws -> T? {
    guard drawn(below: 5) == 0 else { return try await store.write(body) }
    do {
      try await store.write { transaction in
        _ = try body(transaction)
        throw StoreError.rejected("cut off")
      }
    } catch {
      guard "\(error)" == "\(StoreError.rejected("cut off"))" else { throw error }
    }
    return nil
  }

  private func drawn(below bound: Int) -> Int { Int(random.number(below: UInt64(bound))) }

  private func pick<T>(_ list: [T]) -> T? { list.isEmpty ? nil : list[drawn(below: list.count)] }
}

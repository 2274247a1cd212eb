import Configuration
import Delivery
import Outreach
import Testing

@testable import Store

@Suite struct HealthTests {
  private static let no = JournalReply(code: 550, text: "550 5.1.1 no such user", meaning: "recipient_refused")
  private static let later = JournalReply(code: 451, text: "451 4.3.0 later", meaning: "temporary")

  /// Sends `accepted` mails, then gives `refused` more the outcome; returns the account and what was sent.
  private func bench(accepted: Int, refused: Int, _ outcome: AttemptOutcome) async throws -> (Bench, [Claim]) {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    for number in 0..<accepted { _ = try await bench.queue(bench.submission(to: ["p\(number)@example.org"])) }
    let sent = try await bench.sendAll()
    #expect(sent.count == accepted)
    for number in 0..<refused {
      _ = try await bench.queue(bench.submission(to: ["q\(number)@example.org"]))
      let claim = try #require(try await bench.claim().claims.first)
      try await bench.store.write { try $0.finish(claim.attemptID, outcome, now: Bench.noon) }
    }
    return (bench, sent)
  }

  private func account(_ bench: Bench) async throws -> AccountRecord {
    try #require(try await bench.store.read { try $0.account(at: "s1@sender.test") })
  }

  @Test func tooManyRefusedRecipientsPauseTheAccountInTheSameTransaction() async throws {
    let (bench, _) = try await bench(accepted: 57, refused: 2, .recipientRefused(Self.no, suppress: true))
    #expect(try await account(bench).state == .active)
    _ = try await bench.queue(bench.submission(to: ["one-more@example.org"]))
    let claim = try #require(try await bench.claim().claims.first)
    try await bench.store.write {
      try $0.finish(claim.attemptID, .recipientRefused(Self.no, suppress: true), now: Bench.noon)
    }
    let paused = try await account(bench)
    #expect(paused.state == .paused)
    #expect(paused.reason == .bounceRate)
    let words = try #require(paused.reasonText)
    #expect(words.contains("3 of 60 mails of seven days bounced, 5.00 %"))
    #expect(words.contains("postern account enable s1@sender.test"))
    let events = try await bench.store.read { try $0.events(after: 0, kind: "account.paused", limit: 10) }
    #expect(events.count == 1)
    #expect(events[0].detail.contains("bounce_rate"))
  }

  @Test func whatWasNeverOfferedToTheServerSaysNothingOfTheAccount() async throws {
    let tooLarge = JournalReply(code: nil, text: "the mail is larger than the server takes", meaning: "content_refused")
    let uncomposed = JournalReply(code: nil, text: "the mail cannot be put together", meaning: "temporary")
    for outcome in [AttemptOutcome.contentRefused(tooLarge), .temporary(uncomposed, retryAt: nil)] {
      let (bench, _) = try await bench(accepted: 0, refused: 12, outcome)
      let account = try await self.account(bench)
      #expect(account.state == .active)
      #expect(try await bench.store.read { try $0.health(ofAccount: account.id, now: Bench.noon) }.attempts == 0)
    }
  }

  @Test func anAccountOutOfReachSaysSoAndGoesOnTrying() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    let id = try await account(bench).id
    for _ in 0..<2 {
      try await bench.store.write { try $0.noteUnreachable(id, text: "out of reach for 60 minutes", now: Bench.noon) }
    }
    let lost = try await account(bench)
    #expect(lost.state == .active && lost.reason == .unreachable && lost.reasonText == "out of reach for 60 minutes")
    let events = try await bench.store.read { try $0.events(after: 0, kind: "account.warning", limit: 10) }
    #expect(events.count == 1 && events[0].detail.contains("unreachable"))
    // It is claimed for as before.
    _ = try await bench.queue(bench.submission())
    let claim = try #require(try await bench.claim().claims.first)
    #expect(claim.account.reason == .unreachable)
    try await bench.store.write { try $0.noteReached(id, now: Bench.noon) }
    #expect(try await account(bench).reason == nil)
    // A pause has its own reason, which an answer does not take away.
    try await bench.store.write {
      try $0.setAccountState(id, .paused, reason: .providerLimit, text: "550 5.7.705", now: Bench.noon)
      try $0.noteReached(id, now: Bench.noon)
      try $0.noteUnreachable(id, text: "no", now: Bench.noon)
    }
    #expect(try await account(bench).reason == .providerLimit)
    // Settings that change do not end a provider's block; a person does.
    try await bench.addAccount("s1@sender.test")
    #expect(try await account(bench).state == .paused)
  }

  @Test func aPersonsWordLetsItBeginAnew() async throws {
    let (bench, sent) = try await bench(accepted: 60, refused: 4, .recipientRefused(Self.no, suppress: false))
    let paused = try await account(bench)
    #expect(paused.reason == .bounceRate)
    try await bench.store.write {
      try $0.setAccountState(paused.id, .active, reason: nil, text: nil, now: Bench.noon)
    }
    _ = try await bench.queue(bench.submission(to: ["after@example.org"]))
    #expect(try await bench.sendAll().count == 1)
    #expect(try await account(bench).state == .active)
    #expect(
      try await bench.store.read { try $0.health(ofAccount: paused.id, now: Bench.noon) }
        == HealthFacts(attempts: 1, accepted: 1, sends: 1, bounces: 0, complaints: 0))
    // What it sent today still counts against its limits.
    #expect(try await bench.store.read { try $0.accountFacts(paused.id, now: Bench.noon)?.usedToday } == sent.count + 1)
  }

  @Test func manyTemporaryRefusalsAreLowSuccess() async throws {
    let outcome = AttemptOutcome.temporary(Self.later, retryAt: Bench.noon + 3_600_000)
    let (bench, _) = try await bench(accepted: 7, refused: 3, outcome)
    #expect(try await account(bench).state == .active)
    _ = try await bench.queue(bench.submission(to: ["x@example.org"]))
    let claim = try #require(try await bench.claim().claims.first)
    try await bench.store.write { try $0.finish(claim.attemptID, outcome, now: Bench.noon) }
    #expect(try await account(bench).reason == .lowSuccess)
  }

  @Test func whatIsNotTheMailsFaultDoesNotCount() async throws {
    let limit = JournalReply(code: 421, text: "421 4.7.0 too fast", meaning: "account_limited")
    let (bench, _) = try await bench(accepted: 1, refused: 20, .unharmed(limit, retryAt: Bench.noon + 3_600_000))
    #expect(try await account(bench).state == .active)
    let id = try await account(bench).id
    #expect(try await bench.store.read { try $0.health(ofAccount: id, now: Bench.noon).attempts } == 1)
  }

  @Test(arguments: [("bounce", AccountReason.bounceRate, 3), ("complaint", .complaintRate, 1)])
  func whatComesBackLaterCountsOnTheDayItWent(kind: String, reason: AccountReason, least: Int) async throws {
    let (bench, sent) = try await bench(accepted: 60, refused: 0, .contentRefused(Self.no))
    let id = try await account(bench).id
    for (number, claim) in sent.prefix(least).enumerated() {
      #expect(try await account(bench).state == .active)
      let message = try await bench.message(claim.message.id)
      let inbound = bench.inbound(
        kind, answering: message, account: id, identity: "<\(number)@mx.example.org>",
        bounces: kind == "bounce"
          ? [BouncedRecipient(address: message.recipient, isHard: true, reason: "userunknown")] : [])
      _ = try await bench.store.write { try $0.recordInbound(inbound) }
      // Seen a second time it changes nothing.
      _ = try await bench.store.write { try $0.recordInbound(inbound) }
    }
    #expect(try await account(bench).reason == reason)
    // After seven days nothing of it counts any more.
    let facts = try await bench.store.read { try $0.health(ofAccount: id, now: Bench.noon + 7 * 86_400_000) }
    #expect(facts.attempts == 0)
    #expect(Health.pause(for: facts) == nil)
  }
}

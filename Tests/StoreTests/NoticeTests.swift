import Configuration
import Delivery
import MailText
import Outreach
import Testing

@testable import Store

private let always = NoticePolicy(notices: .always, hostname: "gw.test")
private let refused = JournalReply(code: 550, text: "550 5.1.1 no such user", meaning: "recipient_refused")
private let busy = JournalReply(code: 451, text: "451 4.3.0 try again", meaning: "temporary")
private let taken = JournalReply(code: 250, text: "250 2.0.0 Ok", meaning: "accepted")

/// One mail that ends like this, with the notices that follow.
private func notices(
  after outcome: AttemptOutcome, notify: String? = nil, _ policy: NoticePolicy? = always,
  from sender: String = "app@example.com",
  step: Bool = false, attempts: Int = 0
) async throws -> [MessageRecord] {
  let bench = try Bench()
  try await bench.addAccount("s1@sender.test")
  var submission = step ? bench.step(1) : bench.submission()
  submission.sender = sender
  if notify != nil { submission.requests["ann@example.org"] = DeliveryRequest(notify: notify) }
  let id = try await bench.queue(submission)[0]
  _ = try await bench.store.write {
    try $0.run("UPDATE message SET attempts = ? WHERE id = ?", [.integer(Int64(attempts)), .integer(id)])
  }
  let claim = try await bench.claim().claims[0]
  try await bench.store.write { try $0.finish(claim.attemptID, outcome, telling: policy, now: Bench.noon) }
  // Nothing follows from a notice, whatever becomes of it.
  let found = try await bench.store.read { reader in
    try reader.messages(MessageFilter()).map(\.message).filter { $0.id != id }
  }
  for notice in found {
    let claim = try await bench.claim().claims.first { $0.message.id == notice.id }
    guard let claim else { throw Unexpected(what: "a notice that does not go") }
    try await bench.store.write { transaction in
      try transaction.finish(
        claim.attemptID, .recipientRefused(refused, suppress: true), telling: policy, now: Bench.noon)
    }
  }
  var all = MessageFilter()
  all.states = MessageState.allCases
  let end = all
  #expect(try await bench.store.read { try $0.messages(end).count } == 1 + found.count, "a notice about a notice")
  return found
}

@Suite struct NoticeTests {
  private static let cases: [(name: String, outcome: AttemptOutcome, notify: String?, isTold: Bool)] = [
    ("a refused recipient", .recipientRefused(refused, suppress: true), nil, true),
    ("refused content", .contentRefused(refused), nil, true),
    ("the last temporary refusal", .temporary(busy, retryAt: nil), nil, true),
    ("one that is tried again", .temporary(busy, retryAt: Bench.noon + 60_000), nil, false),
    ("one that is tried again, asked", .temporary(busy, retryAt: Bench.noon + 60_000), "DELAY", true),
    ("unharmed", .unharmed(busy, retryAt: Bench.noon + 60_000), "DELAY,FAILURE", false),
    ("accepted", .accepted(taken), nil, false), ("accepted, asked", .accepted(taken), "SUCCESS", true),
    ("accepted, asked for failures", .accepted(taken), "FAILURE", false),
    ("nobody knows", .unknown(busy, policy: .fail), "FAILURE", false),
    ("never", .recipientRefused(refused, suppress: true), "NEVER", false),
    ("only successes", .recipientRefused(refused, suppress: true), "SUCCESS", false),
    ("failures among others", .contentRefused(refused), "SUCCESS,FAILURE", true),
  ]

  @Test(arguments: cases.indices) func whatIsTold(_ index: Int) async throws {
    let example = Self.cases[index]
    let found = try await notices(after: example.outcome, notify: example.notify)
    #expect(found.count == (example.isTold ? 1 : 0), "\(example.name)")
    #expect(found.allSatisfy { $0.sender.isEmpty && $0.recipient == "app@example.com" }, "\(example.name)")
  }

  @Test func whoIsNotTold() async throws {
    let end = AttemptOutcome.recipientRefused(refused, suppress: true)
    #expect(try await notices(after: end, from: "").isEmpty, "the null reverse-path")
    #expect(try await notices(after: end, step: true).isEmpty, "a step of a sequence")
    #expect(try await notices(after: end, notify: "FAILURE", step: true).count == 1, "a step whose app asks")
    #expect(try await notices(after: end, nil).isEmpty)
    #expect(try await notices(after: end, NoticePolicy(notices: .asked, hostname: "x")).isEmpty)
    #expect(try await notices(after: end, notify: "FAILURE", NoticePolicy(notices: .asked, hostname: "x")).count == 1)
    #expect(try await notices(after: end, notify: "FAILURE", NoticePolicy(notices: .never, hostname: "x")).isEmpty)
    let again = AttemptOutcome.temporary(busy, retryAt: Bench.noon + 60_000)
    #expect(try await notices(after: again, notify: "DELAY", attempts: 1).isEmpty, "a delay is told once")
  }

  /// It had its 250: whoever asks for it hears of its end, others have the event.
  @Test func aMailToASuppressedAddressIsToldWhoAsks() async throws {
    let cases: [(String?, Bool, Int)] = [
      (nil, false, 0), ("FAILURE", false, 1), ("NEVER", false, 0), (nil, true, 0), ("FAILURE", true, 1),
    ]
    for (notify, isStep, count) in cases {
      let bench = try Bench()
      try await bench.addAccount("s1@sender.test")
      try await bench.store.write {
        _ = try $0.suppress("ann@example.org", workspaceID: 1, reason: "manual", source: "test", now: Bench.noon)
      }
      var submission = isStep ? bench.step(1) : bench.submission()
      submission.sender = "app@example.com"
      if notify != nil { submission.requests["ann@example.org"] = DeliveryRequest(notify: notify) }
      let id = try await bench.queue(submission)[0]
      let pass = try await bench.store.write { try $0.claimDue(now: Bench.noon, limit: 10, telling: always) }
      #expect(pass.claims.allSatisfy { $0.message.id != id })
      let end = try await bench.store.read { try $0.message(id) }
      #expect(end?.state == .cancelled)
      let told = try await bench.store.read { try $0.messages(MessageFilter()).map(\.message).filter { $0.id != id } }
      #expect(told.count == count && told.allSatisfy { $0.sender.isEmpty && $0.recipient == "app@example.com" })
    }
  }

  @Test func aNoticeCostsNothingAndIsNoContact() async throws {
    let bench = try Bench()
    try await bench.store.write {
      try $0.setWorkspace(
        1, zone: "UTC", dailyCredits: 1, sequenceDefaults: SequenceEntry(key: "default"),
        contactLimits: ContactLimits(limit: 1, periodMilliseconds: 86_400_000))
    }
    try await bench.addAccount("s1@sender.test")
    _ = try await bench.queue(bench.submission(to: ["app@example.com"]))
    #expect(try await bench.sendAll().count == 1)
    // The only credit is used, and app@example.com has had its one mail of the day: a notice goes all the same.
    _ = try await bench.queue(bench.submission())
    #expect(try await bench.claim().claims.isEmpty)
    try await bench.store.write {
      try $0.setWorkspace(
        1, zone: "UTC", dailyCredits: 2, sequenceDefaults: SequenceEntry(key: "default"),
        contactLimits: ContactLimits(limit: 1, periodMilliseconds: 86_400_000))
    }
    let claim = try await bench.claim().claims[0]
    try await bench.store.write {
      try $0.finish(claim.attemptID, .contentRefused(refused), telling: always, now: Bench.noon)
    }
    try await bench.store.write {
      try $0.setWorkspace(
        1, zone: "UTC", dailyCredits: 1, sequenceDefaults: SequenceEntry(key: "default"),
        contactLimits: ContactLimits(limit: 1, periodMilliseconds: 86_400_000))
    }
    let sent = try await bench.sendAll()
    #expect(sent.map(\.message.recipient) == ["app@example.com"])
    #expect(try await bench.store.read { try $0.creditLedger(workspaceID: 1, limit: 10).count } == 1)
    let body = try await bench.store.read { try $0.outgoing(sent[0].message).stored }
    let report = Message(body)
    #expect(report.header.value("auto-submitted") == "auto-replied")
    #expect(report.header.value("to") == "app@example.com")
  }
}

import Configuration
import Delivery
import Outreach
import Testing

@testable import Store

/// Messages of unknown fate in accounts whose mailbox can be read.
@Suite struct SentCheckTests {
  private static let dot = Bench.noon
  private static let crash = Bench.noon + 60_000

  /// A message whose final dot went at noon and whose fate became unknown a minute later.
  private func unknown(
    _ bench: Bench, _ submission: Submission, policy: UnknownPolicy = .hold
  ) async throws -> [MessageRecord] {
    try await bench.addAccount("s1@sender.test") {
      $0.onUnknown = policy
      $0.imap = RemoteServer(host: "127.0.0.1", port: 143)
    }
    let ids = try await bench.queue(submission)
    for claim in try await bench.claim().claims {
      _ = try await bench.store.write { try $0.markTransmitting(claim.attemptID, now: Self.dot) }
    }
    _ = try await bench.store.write { try $0.recoverAttempts(now: Self.crash) }
    var messages: [MessageRecord] = []
    for id in ids { messages.append(try await bench.message(id)) }
    return messages
  }

  /// One look at all that is due, with the same finding for each.
  private func look(
    _ bench: Bench, _ finding: SentFinding, last: Bool = true, at now: Int64 = Self.crash + 10_000
  ) async throws {
    try await bench.store.write { transaction in
      for check in try transaction.sentChecks(dueBy: now) {
        try transaction.conclude(check, finding, nextLook: last ? nil : now + 5_000, now: now)
      }
    }
  }

  private func copy(at: Int64? = Self.dot + 2_000, replaced: String? = nil, trace: Bool = true) -> SentCopy {
    SentCopy(folder: "Sent", at: at, replacedID: replaced, hasTrace: trace)
  }

  @Test func anExplanationTellsOfTheLooks() async throws {
    let bench = try Bench()
    let message = try await unknown(bench, bench.submission(), policy: .retry)[0]
    try await look(bench, .copies([]), last: false)
    let search = try await bench.store.read { try $0.explain(message.id, now: Self.crash + 11_000)?.search }
    #expect(
      search == CopySearch(looks: 1, nextLook: Self.crash + 15_000, begunAt: Self.crash, policy: .retry))
    let other = try await bench.queue(bench.submission(to: ["bob@example.org"]))[0]
    #expect(try await bench.store.read { try $0.explain(other, now: Self.crash)?.search } == nil)
  }

  @Test func aCopyProvesThatItWentWithItsTrueTimeAndBooksItOnce() async throws {
    let bench = try Bench()
    let message = try await unknown(bench, bench.submission(), policy: .retry)[0]
    #expect(message.state == .unknown)
    try await look(bench, .copies([copy()]))
    let sent = try await bench.message(message.id)
    #expect(sent.state == .sent)
    #expect(sent.sentAt == Self.dot + 2_000 && sent.finishedAt == Self.crash + 10_000)
    #expect(sent.lastReply == "proved by its copy in Sent")
    try await look(bench, .copies([copy()]))
    let account = try #require(try await bench.store.read { try $0.account(at: "s1@sender.test") })
    let (ledger, facts, checks) = try await bench.store.read { reader in
      (
        try reader.creditLedger(workspaceID: 1, limit: 10), try reader.facts(of: account, now: Self.crash),
        try reader.sentChecks(dueBy: .max)
      )
    }
    #expect(ledger.map(\.at) == [Self.dot + 2_000])
    #expect(facts.usedToday == 1 && facts.lastSendAt == Self.dot + 2_000)
    #expect(checks.isEmpty)
    #expect(try await bench.claim(at: Self.crash + 60_000).claims.isEmpty)
  }

  /// Sent before midnight, found after it: the use and the credit are of the day before.
  @Test func bookingsAreOfTheDayItWent() async throws {
    let bench = try Bench()
    let message = try await unknown(bench, bench.submission())[0]
    try await look(bench, .copies([copy()]), at: Bench.noon + 86_400_000)
    #expect(try await bench.message(message.id).state == .sent)
    let days = try await bench.store.read { reader in
      try reader.creditDays(of: try reader.workspace(1), limit: 5).map(\.day)
    }
    #expect(days == ["2026-11-20"])
    let account = try #require(try await bench.store.read { try $0.account(at: "s1@sender.test") })
    #expect(try await bench.store.read { try $0.facts(of: account, now: Bench.noon + 86_400_000).usedToday } == 0)
    #expect(try await bench.store.read { try $0.facts(of: account, now: Bench.noon).usedToday } == 1)
  }

  @Test(arguments: [(Int64(5), Self.dot), (Int64.max, Self.crash + 10_000), (nil, Self.dot)] as [(Int64?, Int64)])
  func aTimeThatCannotBeIsMadePossible(_ filed: Int64?, _ sentAt: Int64) async throws {
    let bench = try Bench()
    let message = try await unknown(bench, bench.submission())[0]
    try await look(bench, .copies([copy(at: filed)]))
    #expect(try await bench.message(message.id).sentAt == sentAt)
  }

  @Test(
    arguments: [(.hold, .unknown), (.retry, .scheduled), (.fail, .failed)] as [(UnknownPolicy, MessageState)])
  func withoutACopyThePolicyDecidesAfterTheWait(_ policy: UnknownPolicy, _ state: MessageState) async throws {
    let bench = try Bench()
    let message = try await unknown(bench, bench.submission(), policy: policy)[0]
    try await look(bench, .copies([]), last: false)
    #expect(try await bench.message(message.id).state == .unknown)
    #expect(try await bench.store.read { try $0.sentCheck(of: message.id)?.looks } == 1)
    try await look(bench, .copies([]), at: Self.crash + 300_000)
    #expect(try await bench.message(message.id).state == state)
    #expect(try await bench.store.read { try $0.sentCheck(of: message.id) } == nil)
  }

  @Test func whatAPersonDecidedMeanwhileStands() async throws {
    let bench = try Bench()
    let message = try await unknown(bench, bench.submission(), policy: .retry)[0]
    try await bench.store.write { try $0.cancelMessage(message.id, now: Self.crash) }
    try await look(bench, .copies([]))
    #expect(try await bench.message(message.id).state == .cancelled)
  }

  @Test func aCopyKeepsBackTheSecondOneThatAPersonAskedFor() async throws {
    let bench = try Bench()
    let message = try await unknown(bench, bench.submission())[0]
    try await bench.store.write { try $0.retryMessage(message.id, now: Self.crash) }
    try await look(bench, .copies([copy()]), last: false)
    #expect(try await bench.message(message.id).state == .sent)
    #expect(try await bench.claim(at: Self.crash + 60_000).claims.isEmpty)
  }

  /// A mail program files what it submits in Sent itself: that copy says nothing, unless nobody else knew the Message-ID.
  @Test(arguments: [false, true]) func aMailProgramsOwnCopyProvesNothing(_ hasTrace: Bool) async throws {
    let bench = try Bench()
    var submission = bench.submission()
    submission.messageID = "<client@app.test>"
    submission.body = Array("Message-ID: <client@app.test>\r\nSubject: Hello\r\n\r\nHi\r\n".utf8)
    let message = try await unknown(bench, submission)[0]
    try await look(bench, .copies([copy(trace: hasTrace)]))
    #expect(try await bench.message(message.id).state == (hasTrace ? .sent : .unknown))
  }

  @Test func anIDThatPosternMadeIsProofWithoutATrace() async throws {
    let bench = try Bench()
    let message = try await unknown(bench, bench.submission())[0]
    try await look(bench, .copies([copy(trace: false)]))
    #expect(try await bench.message(message.id).state == .sent)
  }

  /// Two people, one Message-ID: one copy does not say whose it is, two are both.
  @Test func copiesForSeveralPeopleProveOnlyTogether() async throws {
    let bench = try Bench()
    var submission = bench.submission(to: ["ann@example.org", "bob@example.org"])
    submission.messageID = "<both@app.test>"
    let messages = try await unknown(bench, submission)
    try await look(bench, .copies([copy()]), last: false)
    for message in messages { #expect(try await bench.message(message.id).state == .unknown) }
    try await look(bench, .copies([copy(), copy()]), at: Self.crash + 20_000)
    for message in messages { #expect(try await bench.message(message.id).state == .sent) }
  }

  /// Our own trace in a copy says whose it is.
  @Test func aCopyThatNamesItsMessageProvesThatOneAlone() async throws {
    let bench = try Bench()
    var submission = bench.submission(to: ["ann@example.org", "bob@example.org"])
    submission.messageID = "<both@app.test>"
    let messages = try await unknown(bench, submission)
    let named = SentCopy(folder: "Sent", at: Self.dot, hasTrace: true, isNamed: true)
    try await bench.store.write { transaction in
      for check in try transaction.sentChecks(dueBy: Self.crash) {
        let copies = check.messageID == messages[1].id ? [named] : []
        try transaction.conclude(check, .copies(copies), nextLook: nil, now: Self.crash)
      }
    }
    #expect(try await bench.message(messages[0].id).state == .unknown)
    #expect(try await bench.message(messages[1].id).state == .sent)
  }

  /// After the wait, with the policy hold: a copy that is seen later still ends it.
  @Test func aCopyThatTurnsUpLateIsLookedAt() async throws {
    let bench = try Bench()
    let message = try await unknown(bench, bench.submission())[0]
    try await look(bench, .copies([]))
    #expect(try await bench.store.read { try $0.sentCheck(of: message.id) } == nil)
    let seen = try await bench.message(message.id)
    try await bench.store.write { try $0.copyTurnedUp(of: seen, now: Self.crash + 20_000) }
    try await look(bench, .copies([copy()]), at: Self.crash + 20_000)
    #expect(try await bench.message(message.id).state == .sent)
  }

  @Test func theOtherPersonsCopyIsNotThisOnes() async throws {
    let bench = try Bench()
    var submission = bench.submission(to: ["ann@example.org", "bob@example.org"])
    submission.messageID = "<both@app.test>"
    try await bench.addAccount("s1@sender.test") { $0.imap = RemoteServer(host: "127.0.0.1", port: 143) }
    let ids = try await bench.queue(submission)
    let claims = try await bench.claim().claims
    try await bench.accept(claims[0])
    _ = try await bench.store.write { try $0.markTransmitting(claims[1].attemptID, now: Self.dot) }
    _ = try await bench.store.write { try $0.recoverAttempts(now: Self.crash) }
    try await look(bench, .copies([copy()]))
    let states = [try await bench.message(ids[0]).state, try await bench.message(ids[1]).state]
    #expect(Set(states) == [.sent, .unknown])
  }

  @Test func theServersMessageIDIsKeptForAnswersAndTheNextStep() async throws {
    let bench = try Bench()
    let first = try await unknown(bench, bench.step(1))[0]
    let second = try await bench.queue(bench.step(2))[0]
    try await look(bench, .copies([copy(replaced: "<exchange@outlook.test>")]))
    try await bench.plan(at: Self.crash + 20_000)
    let next = try await bench.message(second)
    let outgoing = try await bench.store.read { try $0.outgoing(next) }
    #expect(outgoing.inReplyTo == "<exchange@outlook.test>")
    var reply = bench.inbound("reply", answering: first, account: 1)
    reply.answers = [(id: "<exchange@outlook.test>", evidence: "In-Reply-To")]
    let answer = reply
    let record = try await bench.store.write { try $0.recordInbound(answer) }
    #expect(record?.messageID == first.id && record?.matchedBy == "In-Reply-To")
  }

  @Test func aReplyIsDatedByTheDotWhenNothingElseTellsTheTime() async throws {
    let bench = try Bench()
    let message = try await unknown(bench, bench.submission())[0]
    let reply = bench.inbound("reply", answering: message, account: 1)
    _ = try await bench.store.write { try $0.recordInbound(reply) }
    #expect(try await bench.message(message.id).sentAt == Self.dot)
    #expect(try await bench.store.read { try $0.sentCheck(of: message.id) } == nil)
  }

  @Test func aMailboxWithoutASentFolderIsThePolicysBusinessAtOnce() async throws {
    let bench = try Bench()
    let message = try await unknown(bench, bench.submission(), policy: .fail)[0]
    try await look(bench, .impossible("the mailbox has no Sent folder to look into"), last: false)
    #expect(try await bench.message(message.id).state == .failed)
  }
}

import Configuration
import Delivery
import Outreach
import Testing

@testable import Store

@Suite struct InboundTests {
  /// A contact whose first step went, with two more to come.
  private func sent(_ bench: Bench) async throws -> (message: MessageRecord, account: Int64) {
    try await bench.addAccount("s1@sender.test")
    _ = try await bench.queue(bench.step(1))
    _ = try await bench.queue(bench.step(2, delay: 60_000))
    _ = try await bench.queue(bench.step(3, delay: 60_000))
    let claim = try await bench.sendAll()[0]
    return (try await bench.message(claim.message.id), claim.account.id)
  }

  @Test func aReplyStopsCancelsAndBooksOnceHoweverOftenItIsSeen() async throws {
    let bench = try Bench()
    let (message, account) = try await sent(bench)
    let reply = bench.inbound("reply", answering: message, account: account)
    let first = try await bench.store.write { try $0.recordInbound(reply) }
    #expect(first?.messageID == message.id)
    #expect(first?.matchedBy == "In-Reply-To")
    #expect(try await bench.store.write { try $0.recordInbound(reply) } == nil)
    let enrollment = try await bench.enrollment()
    #expect(enrollment.state == .stopped)
    #expect(enrollment.stopReason == .replied)
    let steps = try await bench.store.read { try $0.steps(ofEnrollment: enrollment.id) }
    #expect(steps.map(\.state) == [.sent, .cancelled, .cancelled])
    #expect(steps[0].repliedAt == Bench.noon + 1000)
    let kinds = try await bench.store.read { try $0.creditLedger(workspaceID: 1, limit: 10).map(\.kind) }
    #expect(kinds.sorted() == ["reply", "send"])
    #expect(try await bench.claim(at: Bench.noon + 600_000).claims.isEmpty)
  }

  @Test func aReplyThatAsksToStopIsAnAnswerAndTheEndOfAllMail() async throws {
    let bench = try Bench()
    var entry = SequenceEntry(key: "welcome")
    entry.onReply = .continue
    let made = entry
    try await bench.store.write { try $0.putSequence(made, now: Bench.noon) }
    let (message, account) = try await sent(bench)
    var reply = bench.inbound("reply", answering: message, account: account)
    reply.asksToStop = true
    let asked = reply
    _ = try await bench.store.write { try $0.recordInbound(asked) }
    #expect(try await bench.enrollment().stopReason == .unsubscribed)
    #expect(try await bench.message(message.id).repliedAt != nil)
    let entryOfList = try await bench.store.read { try $0.suppression(of: "ann@example.org", workspaceID: 1) }
    #expect(entryOfList?.reason == "unsubscribed")
    let kinds = try await bench.store.read { try $0.creditLedger(workspaceID: 1, limit: 10).map(\.kind) }
    #expect(kinds.sorted() == ["reply", "send"])
    #expect(try await bench.claim(at: Bench.noon + 600_000).claims.isEmpty)
  }

  @Test func anAnswerToAllThatTwoAccountsSeeIsOneCredit() async throws {
    let bench = try Bench()
    let (message, account) = try await sent(bench)
    try await bench.addAccount("s2@sender.test")
    let other = try #require(try await bench.store.read { try $0.account(at: "s2@sender.test")?.id })
    for seenBy in [account, other] {
      let reply = bench.inbound("reply", answering: message, account: seenBy)
      #expect(try await bench.store.write { try $0.recordInbound(reply) }?.messageID == message.id)
    }
    let kinds = try await bench.store.read { try $0.creditLedger(workspaceID: 1, limit: 10).map(\.kind) }
    #expect(kinds.sorted() == ["reply", "send"])
  }

  @Test func aSequenceCanPauseOnReplyAndGoOnLater() async throws {
    let bench = try Bench()
    var entry = SequenceEntry(key: "welcome")
    entry.onReply = .pause
    let made = entry
    try await bench.store.write { try $0.putSequence(made, now: Bench.noon) }
    let (message, account) = try await sent(bench)
    let reply = bench.inbound("reply", answering: message, account: account)
    _ = try await bench.store.write { try $0.recordInbound(reply) }
    let enrollment = try await bench.enrollment()
    #expect(enrollment.state == .paused)
    #expect(try await bench.claim(at: Bench.noon + 600_000).claims.isEmpty)
    try await bench.store.write { try $0.resumeEnrollment(enrollment.id, now: Bench.noon + 600_000) }
    #expect(try await bench.sendAll(at: Bench.noon + 600_000).map(\.message.step) == [2])
  }

  @Test func aHardBounceStopsAndSuppresses() async throws {
    let bench = try Bench()
    let (message, account) = try await sent(bench)
    let bounce = bench.inbound(
      "bounce", answering: message, account: account,
      bounces: [BouncedRecipient(address: "ANN@example.org", isHard: true, reason: "userunknown")])
    _ = try await bench.store.write { try $0.recordInbound(bounce) }
    #expect(try await bench.enrollment().stopReason == .bounced)
    #expect(try await bench.message(message.id).state == .bounced)
    let entry = try await bench.store.read { try $0.suppression(of: "ann@example.org", workspaceID: 1) }
    #expect(entry?.reason == "bounced")
  }

  @Test(arguments: ["bounce", "auto_reply", "delay", "other", "challenge"])
  func whatIsNoFinalWordChangesNothing(kind: String) async throws {
    let bench = try Bench()
    let (message, account) = try await sent(bench)
    let soft = BouncedRecipient(address: "ann@example.org", isHard: false, reason: "mailboxfull")
    let inbound = bench.inbound(
      kind, answering: message, account: account, bounces: kind == "bounce" || kind == "delay" ? [soft] : [])
    #expect(try await bench.store.write { try $0.recordInbound(inbound) }?.kind == kind)
    #expect(try await bench.enrollment().state == .active)
    #expect(try await bench.store.read { try $0.suppression(of: "ann@example.org", workspaceID: 1) } == nil)
    #expect(try await bench.store.read { try $0.creditLedger(workspaceID: 1, limit: 10).map(\.kind) } == ["send"])
    #expect(try await bench.sendAll(at: Bench.noon + 60_000).map(\.message.step) == [2])
  }

  @Test func aForgedBounceOfNothingWeSentSuppressesNobody() async throws {
    let bench = try Bench()
    let (message, account) = try await sent(bench)
    var forged = bench.inbound(
      "bounce", answering: message, account: account,
      bounces: [BouncedRecipient(address: "victim@example.org", isHard: true, reason: "userunknown")])
    forged.answers = [(id: "<other@example.org>", evidence: "returned message")]
    let made = forged
    let record = try await bench.store.write { try $0.recordInbound(made) }
    #expect(record?.messageID == nil)
    #expect(try await bench.store.read { try $0.suppressions(workspaceID: 1, limit: 10).isEmpty })
    #expect(try await bench.enrollment().state == .active)
  }

  @Test func aTokenTellsTheMessageWhereNothingElseDoes() async throws {
    let bench = try Bench()
    let (message, account) = try await sent(bench)
    var report = bench.inbound(
      "bounce", answering: message, account: account,
      bounces: [BouncedRecipient(address: "elsewhere@example.net", isHard: true, reason: "userunknown")])
    report.answers = [(id: "<replaced@example.org>", evidence: "returned original")]
    report.token = message.id
    let made = report
    let record = try await bench.store.write { try $0.recordInbound(made) }
    #expect(record?.messageID == message.id)
    #expect(try await bench.enrollment().state == .stopped)
  }

  @Test func aMailToAnotherTenantsAccountAnswersNothingOfOurs() async throws {
    let bench = try Bench()
    let (message, _) = try await sent(bench)
    try await bench.store.write { transaction in
      try transaction.connection.script(
        """
        INSERT INTO workspace (id, key, zone, daily_credits, sequence_defaults, created_at)
          SELECT 2, 'other', zone, daily_credits, sequence_defaults, created_at FROM workspace WHERE id = 1;
        INSERT INTO pool (workspace_id, key, rotation) VALUES (2, 'default', 'least-used');
        """)
    }
    try await bench.addAccount("spy@other.test") { $0.workspace = "other" }
    let spy = try #require(try await bench.store.read { try $0.account(at: "spy@other.test") })
    let forged = bench.inbound(
      "bounce", answering: message, account: spy.id,
      bounces: [BouncedRecipient(address: "ann@example.org", isHard: true, reason: "userunknown")])
    #expect(try await bench.store.write { try $0.recordInbound(forged) }?.messageID == nil)
    #expect(try await bench.message(message.id).state == .sent)
  }

  @Test func senderAndSubjectFindTheMailWhenNoIdDoes() async throws {
    let bench = try Bench()
    let (message, account) = try await sent(bench)
    var reply = bench.inbound("reply", answering: message, account: account)
    reply.answers = []
    reply.subject = "AW: Re: HELLO"
    let made = reply
    let record = try await bench.store.write { try $0.recordInbound(made) }
    #expect(record?.messageID == message.id)
    #expect(record?.matchedBy == "sender and subject")
  }

  /// Put back into the INBOX years later it is as new to us as any mail.
  @Test(arguments: ["reply", "bounce", "thread"]) func whatIsOlderThanOurMailIsNotAboutIt(_ kind: String) async throws {
    let bench = try Bench()
    let (message, account) = try await sent(bench)
    var old = bench.inbound(kind == "thread" ? "reply" : kind, answering: message, account: account)
    old.answers = []
    switch kind {
    case "bounce":
      (old.sender, old.subject) = ("mailer-daemon@example.org", "failure notice")
      old.bounces = [BouncedRecipient(address: message.recipient, isHard: true, reason: "userunknown")]
    case "thread":
      (old.subject, old.threadID) = ("Something else", "Gthread")
      _ = try await bench.store.write {
        try $0.connection.run("UPDATE message SET thread_id = 'Gthread' WHERE id = ?", [.integer(message.id)])
      }
    default: break
    }
    for (age, isAbout) in [(365 * 86_400_000, false), (0, true)] as [(Int64, Bool)] {
      old.receivedAt = Bench.noon + 1000 - age
      old.identity = "<\(age)@example.org>"
      let made = old
      let record = try await bench.store.write { try $0.recordInbound(made) }
      #expect((record?.messageID == message.id) == isAbout, "\(age)")
    }
  }

  /// A mailing list writes its name into Subject and From, and a footer below.
  @Test func anAnswerThatAlsoCameThroughAListIsOne() async throws {
    let bench = try Bench()
    let (message, account) = try await sent(bench)
    let fields = "Message-ID: <a@example.org>\r\nDate: Thu, 26 Nov 2026 10:00:00 +0000\r\n"
    func mail(_ name: String, _ fields: String) -> NewInbound {
      var mail = bench.inbound("reply", answering: message, account: account, identity: "<a@example.org> \(name)")
      mail.bytes = Array("Subject: \(name)\r\n\(fields)\r\nYes\r\n".utf8)
      return mail
    }
    let answer = "In-Reply-To: \(message.messageID)\r\n"
    let later = fields.replacing("10:00:00", with: "10:00:01")
    let mails = [
      mail("Re: Hello", fields + answer), mail("[team] Re: Hello", fields + answer),
      // From programs that give all their mails the same Message-ID.
      mail("second", later + answer), mail("of another", fields + "In-Reply-To: <other@x.example>\r\n"),
      mail("without a date", "Message-ID: <a@example.org>\r\n" + answer), mail("answers none", fields),
    ]
    var bulk = mail("[team] Re: Hello as bulk", fields + answer)
    bulk.kind = "other"
    var taken = [try await bench.store.write { [bulk] in try $0.recordInbound(bulk) } != nil]
    for mail in mails { taken.append(try await bench.store.write { try $0.recordInbound(mail) } != nil) }
    #expect(taken == [true, true, false, true, true, true, true])
  }

  /// People who want out write "unsubscribe" to whoever wrote to them: in a mail of its own, which answers none.
  @Test(arguments: ["unsubscribe", "reply", "other"])
  func whoAsksOutByAMailOfItsOwnGetsNoMore(kind: String) async throws {
    let bench = try Bench()
    let (message, account) = try await sent(bench)
    var asking = bench.inbound(kind, answering: message, account: account)
    (asking.answers, asking.subject, asking.sender) = ([], "please, no more", "ANN@example.org")
    asking.asksToStop = true
    try await bench.addAccount("s2@sender.test")
    asking.accountID = account + 1
    asking.receivedAt += 90 * 86_400_000
    let made = asking
    let record = try await bench.store.write { try $0.recordInbound(made) }
    #expect(record?.messageID == message.id)
    #expect(record?.matchedBy == "sender's wish")
    #expect(try await bench.enrollment().stopReason == (kind == "reply" ? .replied : .unsubscribed))
    #expect(
      try await bench.store.read { try $0.suppression(of: "ann@example.org", workspaceID: 1)?.reason } == "unsubscribed"
    )
    #expect(try await bench.claim(at: Bench.noon + 600_000).claims.isEmpty)
  }

  @Test func anyOtherMailThatAnswersNoneIsNoAnswer() async throws {
    let bench = try Bench()
    let (message, account) = try await sent(bench)
    for (number, kind) in ["reply", "other", "auto_reply"].enumerated() {
      var mail = bench.inbound(kind, answering: message, account: account, identity: "<\(number)@example.org>")
      (mail.answers, mail.subject) = ([], "Something else")
      let made = mail
      #expect(try await bench.store.write { try $0.recordInbound(made) }?.messageID == nil)
    }
    #expect(try await bench.enrollment().state == .active)
  }

  @Test func whoHasLeftAndAsksToBeStruckOutIsWrittenToNoMore() async throws {
    let bench = try Bench()
    let (message, account) = try await sent(bench)
    var left = bench.inbound("auto_reply", answering: message, account: account)
    left.asksToStop = true
    let asked = left
    _ = try await bench.store.write { try $0.recordInbound(asked) }
    #expect(try await bench.enrollment().stopReason == .unsubscribed)
    #expect(try await bench.message(message.id).repliedAt == nil)
  }

  @Test func aReportOfAFailedSignatureComplainsOfNothing() async throws {
    let bench = try Bench()
    let (message, account) = try await sent(bench)
    var report = bench.inbound("complaint", answering: message, account: account)
    report.rule = "arf.auth-failure"
    let made = report
    #expect(try await bench.store.write { try $0.recordInbound(made) }?.messageID == message.id)
    #expect(try await bench.enrollment().state == .active)
    #expect(try await bench.store.read { try $0.suppressions(workspaceID: 1, limit: 10).isEmpty })
  }

  /// A spammer took the account's address: what comes back names a contact of ours, but not our mail.
  @Test(arguments: [("Cheap pills", false), ("[EXT] Hello", true), (nil, true)])
  func whatCameBackOfAnotherMailIsNotOurs(subject: String?, isOurs: Bool) async throws {
    let bench = try Bench()
    let (message, account) = try await sent(bench)
    var bounce = bench.inbound(
      "bounce", answering: message, account: account,
      bounces: [BouncedRecipient(address: "ann@example.org", isHard: true, reason: "userunknown")])
    bounce.answers = [(id: "<other@forged.test>", evidence: NewInbound.byReturnedOriginal)]
    bounce.returnedSubject = subject
    let made = bounce
    #expect(try await bench.store.write { try $0.recordInbound(made) }?.messageID == (isOurs ? message.id : nil))
    #expect(try await bench.message(message.id).state == (isOurs ? .bounced : .sent))
  }

  @Test func aReportAboutNobodyWhoSharesAMessageIDHitsNoneOfThem() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    _ = try await bench.queue(bench.submission(to: ["ann@example.org", "ben@example.org"]))
    let claims = try await bench.sendAll()
    let first = try await bench.message(claims[0].message.id)
    let second = try await bench.message(claims[1].message.id)
    _ = try await bench.store.write { transaction in
      try transaction.connection.run(
        "UPDATE message SET message_id = ? WHERE id = ?", [.text(first.messageID), .integer(second.id)])
    }
    var bounce = bench.inbound(
      "bounce", answering: first, account: claims[0].account.id,
      bounces: [BouncedRecipient(address: "elsewhere@example.net", isHard: true, reason: "userunknown")])
    bounce.sender = "mailer-daemon@mx.example.net"
    let unclear = bounce
    #expect(try await bench.store.write { try $0.recordInbound(unclear) }?.messageID == nil)
    #expect(try await bench.message(first.id).state == .sent)
    bounce.identity = "<second@example.org>"
    bounce.token = second.id
    let told = bounce
    #expect(try await bench.store.write { try $0.recordInbound(told) }?.messageID == second.id)
    #expect(try await bench.message(second.id).state == .bounced)
  }

  /// Somebody answers for info@ or from the phone: nobody wrote to his address.
  @Test(arguments: [
    ("kim@corp.example", "Yes", 1), ("kim@phone.example", "> To: INFO@corp.example\r\n", 1),
    ("kim@phone.example", "> To: ann@example.org, info@corp.example\r\n", 0), ("kim@phone.example", "Yes", 0),
  ]) func ofSeveralWithOneMessageIDTheOneThatIsNamedIsMeant(_ sender: String, _ text: String, _ meant: Int) async throws
  {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    _ = try await bench.queue(bench.submission(to: ["ann@example.org", "info@corp.example"]))
    let claims = try await bench.sendAll().sorted { $0.message.id < $1.message.id }
    let first = try await bench.message(claims[0].message.id)
    _ = try await bench.store.write { transaction in
      try transaction.connection.run("UPDATE message SET message_id = ?", [.text(first.messageID)])
    }
    var answer = bench.inbound("reply", answering: first, account: claims[0].account.id)
    (answer.sender, answer.bytes) = (sender, Array("\r\n\(text)".utf8))
    let made = answer
    let record = try await bench.store.write { try $0.recordInbound(made) }
    #expect(record?.messageID == claims[meant].message.id)
  }

  @Test func anAnswerProvesThatAnUnknownMailWent() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    let id = try await bench.queue(bench.submission())[0]
    let claim = try #require(try await bench.claim().claims.first)
    _ = try await bench.store.write { try $0.markTransmitting(claim.attemptID, now: Bench.noon) }
    _ = try await bench.store.write { try $0.recoverAttempts(now: Bench.noon) }
    let unknown = try await bench.message(id)
    #expect(unknown.state == .unknown)
    let reply = bench.inbound("reply", answering: unknown, account: claim.account.id)
    _ = try await bench.store.write { try $0.recordInbound(reply) }
    #expect(try await bench.message(id).state == .sent)
    let kinds = try await bench.store.read { try $0.creditLedger(workspaceID: 1, limit: 10).map(\.kind) }
    #expect(kinds.sorted() == ["reply", "send"])
  }

  @Test func aSuppressedContactGetsNothingMore() async throws {
    let bench = try Bench()
    _ = try await sent(bench)
    try await bench.store.write {
      _ = try $0.suppress("Ann@Example.org", workspaceID: 1, reason: "manual", source: "test", now: Bench.noon)
    }
    #expect(try await bench.enrollment().stopReason == .suppressed)
    let single = try await bench.queue(bench.submission())[0]
    #expect(try await bench.claim(at: Bench.noon + 600_000).claims.isEmpty)
    #expect(try await bench.message(single).state == .cancelled)
  }

  @Test func aSuppressedDomainHoldsForAllOfIt() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    try await bench.store.write {
      _ = try $0.suppress("@example.org", workspaceID: 1, reason: "manual", source: "test", now: Bench.noon)
    }
    let id = try await bench.queue(bench.step(1))[0]
    #expect(try await bench.claim().claims.isEmpty)
    #expect(try await bench.message(id).state == .cancelled)
    #expect(try await bench.enrollment().stopReason == .suppressed)
  }
}

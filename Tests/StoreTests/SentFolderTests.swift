import Configuration
import Outreach
import Testing

@testable import Store

/// What a mail in an account's Sent folder does.
@Suite struct SentFolderTests {
  /// A contact whose first step went, with one more to come.
  private func sent(_ bench: Bench) async throws -> (message: MessageRecord, account: Int64) {
    try await bench.addAccount("s1@sender.test")
    _ = try await bench.queue(bench.step(1))
    _ = try await bench.queue(bench.step(2, delay: 60_000))
    let claim = try await bench.sendAll()[0]
    return (try await bench.message(claim.message.id), claim.account.id)
  }

  private func copy(
    _ ids: [String], to recipients: [String], account: Int64, at receivedAt: Int64 = Bench.noon + 5_000,
    _ change: (inout NewInbound) -> Void = { _ in }
  ) -> SentMail {
    var inbound = NewInbound(
      accountID: account, folder: "Sent", identity: ids.joined(), bytes: Array("x".utf8), receivedAt: receivedAt,
      seenAt: receivedAt + 1_000, sender: "s1@sender.test", subject: "Hello", kind: "other", rule: "own.sent",
      verdict: "{}", answers: [], bounces: [])
    change(&inbound)
    return SentMail(inbound: inbound, messageIDs: ids, recipients: recipients)
  }

  private func record(_ mail: SentMail, _ bench: Bench) async throws -> InboundRecord? {
    try await bench.store.write { try $0.recordSentMail(mail) }
  }

  @Test func mailWrittenByHandPausesTheEnrollmentAndSaysWhy() async throws {
    let bench = try Bench()
    let (message, account) = try await sent(bench)
    let mail = copy(["<hand@x.example>"], to: ["bob@example.org", "Ann@Example.org"], account: account)
    let row = try #require(try await record(mail, bench))
    #expect(row.messageID == message.id && row.matchedBy == "written by hand" && row.rule == "own.sent")
    #expect(try await bench.enrollment().state == .paused)
    let events = try await bench.store.read { try $0.events(after: 0, kind: "enrollment.paused", limit: 10) }
    #expect(events.count == 1 && events[0].detail.contains("mail written by hand"))
    #expect(try await bench.claim(at: Bench.noon + 600_000).claims.isEmpty)
    // Seen again after a rebuild: nothing.
    #expect(try await record(mail, bench) == nil)
  }

  @Test func ourOwnCopyCountsAsNothing() async throws {
    let bench = try Bench()
    let (message, account) = try await sent(bench)
    #expect(try await record(copy([message.messageID], to: ["ann@example.org"], account: account), bench) == nil)
    #expect(try await bench.enrollment().state == .active)
    #expect(try await bench.store.read { try $0.inbound(limit: 10) }.isEmpty)
    #expect(try await bench.message(message.id).sentMessageID == nil)
  }

  @Test func aReplacedMessageIDIsLearnedSoThatAnswersToItAreFound() async throws {
    let bench = try Bench()
    let (message, account) = try await sent(bench)
    let exchange = copy(["<made@outlook.example>", message.messageID], to: ["ann@example.org"], account: account) {
      $0.threadID = "T1"
    }
    #expect(try await record(exchange, bench) == nil)
    #expect(try await bench.enrollment().state == .active)
    #expect(try await bench.message(message.id).sentMessageID == "<made@outlook.example>")
    var reply = bench.inbound("reply", answering: message, account: account)
    reply.answers = [("<made@outlook.example>", "In-Reply-To")]
    let answer = reply
    let row = try await bench.store.write { try $0.recordInbound(answer) }
    #expect(row?.messageID == message.id)
    #expect(try await bench.enrollment().stopReason == .replied)
  }

  @Test func theServersThreadFindsAnAnswerThatNamesNothing() async throws {
    let bench = try Bench()
    let (message, account) = try await sent(bench)
    _ = try await record(
      copy([message.messageID], to: ["ann@example.org"], account: account) { $0.threadID = "T1" }, bench)
    var reply = bench.inbound("reply", answering: message, account: account)
    reply.answers = []
    reply.sender = "ann.other@example.net"
    reply.subject = "something else"
    reply.threadID = "T1"
    let answer = reply
    let row = try await bench.store.write { try $0.recordInbound(answer) }
    #expect(row?.messageID == message.id && row?.matchedBy == "the server's thread")
  }

  /// INTERNALDATE has no parts of a second.
  @Test(arguments: [(999, true), (1_000, false)] as [(Int64, Bool)])
  func whatIsWrittenInTheSecondOfTheBeginningPauses(_ before: Int64, _ pauses: Bool) async throws {
    let bench = try Bench()
    let (_, account) = try await sent(bench)
    let began = try await bench.enrollment().startedAt
    let mail = copy(["<h@x>"], to: ["ann@example.org"], account: account, at: began - before)
    #expect((try await record(mail, bench) != nil) == pauses)
    #expect(try await bench.enrollment().state == (pauses ? .paused : .active))
  }

  @Test(arguments: ["before", "automatic", "stranger"]) func theseDoNotPause(_ what: String) async throws {
    let bench = try Bench()
    let (_, account) = try await sent(bench)
    let mail =
      switch what {
      case "before": copy(["<h@x>"], to: ["ann@example.org"], account: account, at: Bench.noon - 86_400_000)
      case "automatic": copy(["<h@x>"], to: ["ann@example.org"], account: account) { $0.kind = "auto_reply" }
      default: copy(["<h@x>"], to: ["bob@example.org"], account: account)
      }
    #expect(try await record(mail, bench) == nil)
    #expect(try await bench.enrollment().state == .active)
    #expect(try await bench.store.read { try $0.inbound(limit: 10) }.isEmpty)
  }

  @Test func aMailIsKnownAgainByTheServersOwnNameWhateverItsIdentity() async throws {
    let bench = try Bench()
    let (message, account) = try await sent(bench)
    var first = bench.inbound("other", answering: message, account: account, identity: "hash:1")
    first.objectID = "EM1"
    var second = first
    second.identity = "hash:2"
    let (one, two) = (first, second)
    #expect(try await bench.store.write { try $0.recordInbound(one) } != nil)
    #expect(try await bench.store.write { try $0.recordInbound(two) } == nil)
    #expect(try await bench.store.read { try $0.seen(objectIDs: ["EM1", "EM2"], accountID: account) } == ["EM1"])
    #expect(
      try await bench.store.read { try $0.seen(identities: ["hash:1", "hash:2"], accountID: account) } == ["hash:1"])
  }

  @Test func ofJunkOnlyWhatAnswersOursIsKept() async throws {
    let bench = try Bench()
    let (message, account) = try await sent(bench)
    var spam = bench.inbound("other", answering: message, account: account, identity: "<spam@x>")
    spam.answers = []
    spam.sender = "spam@example.net"
    let junk = spam
    #expect(try await bench.store.write { try $0.recordInbound(junk, mustMatch: true) } == nil)
    #expect(try await bench.store.read { try $0.inbound(limit: 10) }.isEmpty)
    let reply = bench.inbound("reply", answering: message, account: account)
    #expect(try await bench.store.write { try $0.recordInbound(reply, mustMatch: true) } != nil)
  }

  @Test func cursorsKeepABacklogAndMovesWaitForTheirUIDVALIDITY() async throws {
    let bench = try Bench()
    let (_, account) = try await sent(bench)
    let cursor = FolderCursor(
      uidValidity: 7, lastUID: 900, modSequence: 55, mailboxID: "F1",
      backlog: FolderCursor.Backlog(below: 400, since: 5, left: 300, total: 800))
    try await bench.store.write { transaction in
      try transaction.setCursor(cursor, accountID: account, folder: "INBOX")
      try transaction.planBounceMove(accountID: account, folder: "INBOX", uidValidity: 7, uid: 3)
      try transaction.planBounceMove(accountID: account, folder: "INBOX", uidValidity: 6, uid: 4)
    }
    #expect(try await bench.store.read { try $0.cursor(accountID: account, folder: "INBOX") } == cursor)
    #expect(try await bench.store.read { try $0.firstSend(accountID: account) } == Bench.noon)
    let waiting = { (validity: Int64) in
      try await bench.store.read { try $0.bouncesToMove(accountID: account, folder: "INBOX", uidValidity: validity) }
    }
    #expect(try await waiting(7) == [3])
    try await bench.store.write { try $0.endBounceMoves([3], accountID: account, folder: "INBOX", uidValidity: 7) }
    let left = (try await waiting(7), try await waiting(6))
    #expect(left.0.isEmpty && left.1.isEmpty)
  }
}

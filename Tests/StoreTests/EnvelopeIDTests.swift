import Testing

@testable import Store

/// A report that gives back nothing of the mail but the name its submitter gave it (ENVID, RFC 3461 section 4.4).
@Suite struct EnvelopeIDTests {
  /// Sends a mail to these people, with an envelope id in xtext.
  private func send(_ bench: Bench, to people: [String], _ envelopeID: String) async throws -> [MessageRecord] {
    var submission = bench.submission(to: people)
    for person in people {
      submission.requests[person] = DeliveryRequest(envelopeID: envelopeID, allowsUTF8: false)
    }
    let ids = try await bench.queue(submission)
    _ = try await bench.sendAll()
    var messages: [MessageRecord] = []
    for id in ids { messages.append(try await bench.message(id)) }
    return messages
  }

  /// The message that a bounce of `recipient` with this envelope id, decoded, is taken to be about, and by what.
  private func match(
    _ bench: Bench, _ message: MessageRecord, bounced recipient: String, _ envelopeID: String
  ) async throws -> (id: Int64?, by: String?) {
    let account = try #require(message.accountID)
    var report = bench.inbound(
      "bounce", answering: message, account: account, identity: "<\(recipient)-\(envelopeID)@mx.test>",
      bounces: [BouncedRecipient(address: recipient, isHard: true, reason: "userunknown")])
    report.answers = []
    report.sender = "mailer-daemon@mx.test"
    report.envelopeID = envelopeID
    let made = report
    let record = try await bench.store.write { try $0.recordInbound(made) }
    return (record?.messageID, record?.matchedBy)
  }

  @Test func itTellsTheMailEvenOfAForwardedAddress() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    let mail = try await send(bench, to: ["ann@example.org"], "order+2B17+3Da")[0]
    _ = try await send(bench, to: ["ann@example.org"], "order+2B18")
    let found = try await match(bench, mail, bounced: "elsewhere@example.net", "order+17=a")
    #expect(found.id == mail.id && found.by == "envelope id")
  }

  @Test func ofSeveralPeopleTheBouncedOneIsMeant() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    let mails = try await send(bench, to: ["ann@example.org", "bob@example.org"], "news-1")
    let bob = try await match(bench, mails[0], bounced: "Bob@example.org", "news-1")
    #expect(bob.id == mails.first { $0.recipient == "bob@example.org" }?.id && bob.by == "envelope id")
    #expect(try await match(bench, mails[0], bounced: "elsewhere@example.net", "news-1").id == nil)
  }

  @Test func oneThatAllMailsHaveSaysNothing() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    let first = try await send(bench, to: ["ann@example.org"], "x")[0]
    let second = try await send(bench, to: ["ann@example.org"], "x")[0]
    let found = try await match(bench, first, bounced: "ann@example.org", "x")
    // The next layer's word: the newest mail to her.
    #expect(found.id == second.id && found.by == "bounced recipient")
    #expect(try await match(bench, first, bounced: "elsewhere@example.net", "x").id == nil)
  }
}

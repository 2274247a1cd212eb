import Configuration
import Host
import Outreach
import Store
import Testing

@testable import Poller

/// Which mails of a watched mailbox are answers, and which are only copies of what went out.
@Suite struct OwnMailTests {
  private func received(_ text: String, in folder: WatchedFolder = .inbox) -> SortedInbound {
    let facts = MailFacts(uid: 7, size: 0, internalDate: 5)
    let mail = FetchedMail(facts: facts, bytes: Array(text.utf8), isTruncated: false)
    return SortedInbound(mail, accountID: 1, address: "me@example.org", folder: folder, now: 9)
  }

  private func answer(from: String, to: String) -> String {
    "From: \(from)\r\nTo: \(to)\r\nSubject: Re: offer\r\nMessage-ID: <a@x.example>\r\nIn-Reply-To: <o@x.example>\r\n"
      + "References: <first@x.example> <o@x.example>\r\n\r\nyes\r\n"
  }

  @Test func anAnswerKeepsItsEvidenceInOrder() {
    let mail = received(answer(from: "ann@example.com", to: "me@example.org"))
    #expect(mail.inbound.kind == "reply")
    #expect(mail.inbound.answers.map(\.id) == ["<o@x.example>", "<first@x.example>"])
    #expect(mail.inbound.answers.map(\.evidence) == ["In-Reply-To", "References"])
    #expect(mail.inbound.receivedAt == 5 && mail.inbound.seenAt == 9 && mail.inbound.sender == "ann@example.com")
    #expect(mail.inbound.verdict.contains("\"class\":\"reply\""))
  }

  /// The envelope id that a report gives back, and List-Unsubscribe of the mail it returns.
  @Test func aReportTellsWhereATokenMayStand() {
    let text = """
      From: MAILER-DAEMON@mx.example.org
      Content-Type: multipart/report; report-type=delivery-status; boundary=b

      --b
      Content-Type: message/delivery-status

      Reporting-MTA: dns; mx.example.org
      Original-Envelope-Id: 1-2s-token

      Final-Recipient: rfc822; ann@example.com
      Action: failed
      Status: 5.1.1

      --b
      Content-Type: text/rfc822-headers

      List-Unsubscribe: <mailto:me@example.org?subject=unsubscribe%201-2s-token>
      To: ann@example.com

      --b--
      """
    #expect(
      received(text).tokenTexts == ["1-2s-token", "<mailto:me@example.org?subject=unsubscribe%201-2s-token>"])
    #expect(received(answer(from: "ann@example.com", to: "me@example.org")).tokenTexts.isEmpty)
  }

  @Test func anAnswerThatCameThroughAListIsOneWhenItNamesOurs() {
    let text = answer(from: "ann@example.com", to: "me@example.org")
    let mail = received("List-Id: <sales.example.org>\r\n" + text)
    #expect(mail.inbound.kind == "other")
    #expect(mail.answersInBulk == ["<o@x.example>"])
    #expect(mail.asAnswer.kind == "reply" && mail.asAnswer.rule == "reply.thread")
    #expect(received(text).answersInBulk.isEmpty)
  }

  @Test func whatTheOwnerWroteByHandIsNoAnswer() {
    let mail = received(answer(from: "Me@example.org", to: "ann@example.com"))
    #expect(mail.inbound.kind == "other" && mail.inbound.rule == "own.address" && mail.inbound.answers.isEmpty)
  }

  @Test func aMailInSentTellsWhomItWentToAndWhatItWas() {
    let text =
      "From: me@example.org\r\nTo: Ann <ann@example.com>\r\nCc: bob@example.com\r\nBcc: eve@example.com\r\n"
      + "Subject: Re: offer\r\nMessage-ID: <new@exchange.example>\r\n"
      + "X-Microsoft-Original-Message-ID: <ours@x.example>\r\nIn-Reply-To: <o@x.example>\r\n\r\n"
    let sent = received(text, in: WatchedFolder(name: "Sent", role: .sent)).asSent
    #expect(sent.recipients == ["ann@example.com", "bob@example.com", "eve@example.com"])
    #expect(sent.messageIDs == ["<new@exchange.example>", "<ours@x.example>"])
    #expect(sent.inbound.kind == "other" && sent.inbound.rule == "own.sent" && sent.inbound.answers.isEmpty)
    let vacation = received("Auto-Submitted: auto-replied\r\n" + text, in: WatchedFolder(name: "Sent", role: .sent))
    #expect(vacation.asSent.inbound.kind == "auto_reply")
  }

  @Test func identityIsTheSameFromTheHeaderAlone() {
    let text = answer(from: "ann@example.com", to: "me@example.org")
    let header = text.split(separator: "\r\n").filter { line in
      SortedInbound.identifyingFields.contains { line.hasPrefix($0 + ":") }
    }
    let bytes = Array((header.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    #expect(SortedInbound.identity(header: bytes) == received(text).inbound.identity)
    #expect(SortedInbound.identity(header: Array("Subject: x\r\n\r\n".utf8)) == nil)
  }

  @Test func whoeverTriesASequenceOnHimselfMayAnswer() {
    let mail = received(answer(from: "me@example.org", to: "me@example.org"))
    #expect(mail.inbound.kind == "reply")
  }

  @Test func identityDoesNotDependOnWhereTheMailLies() {
    let text = answer(from: "ann@example.com", to: "me@example.org")
    let one = received(text).inbound.identity
    #expect(received(text).inbound.identity == one)
    #expect(one.hasPrefix("<a@x.example> "))
    let other = text.replacing("Subject: Re: offer", with: "Subject: Out of office")
    #expect(received(other).inbound.identity != one)
    let without = text.replacing("Message-ID: <a@x.example>\r\n", with: "")
    #expect(received(without).inbound.identity.hasPrefix("hash:"))
    #expect(received(without).inbound.identity == received(without).inbound.identity)
    #expect(received(without + "more").inbound.identity != received(without).inbound.identity)
  }

  /// Step 2 of a thread, seen in the mailbox of a contact who is an account too: it names step 1, but answers nothing.
  @Test func aMailThatPosternSentIsNoAnswerWhoeverGotIt() async throws {
    let test = try RoomUnderTest(PollerSettings())
    let submission = Submission(
      workspaceID: 1, submitter: nil, sender: "app@example.org", recipients: ["ann@example.com"], fromAddress: nil,
      body: Array("Subject: offer\r\n\r\nhello\r\n".utf8), messageID: "<ours@x.example>",
      makeMessageID: { "<made@x.example>" }, subject: "offer", control: ControlHeaders(),
      receivedAt: RoomUnderTest.createdAt, idempotencyWindow: 1)
    _ = try await test.store.write { try $0.submit(submission) }
    try await test.add {
      $0.deliver(
        mail("copy", id: "copy", more: "In-Reply-To: <ours@x.example>\r\n").replacing(
          "<copy@example.com>", with: "<ours@x.example>"))
      $0.deliver(mail("Re: offer", id: "answer", more: "In-Reply-To: <ours@x.example>\r\n"))
    }
    test.room.start()
    #expect(try await test.until { try await test.inbound().count == 2 })
    let rows = try await test.inbound()
    await test.end()
    #expect(rows.map(\.kind) == ["other", "reply"])
    #expect(rows.map(\.rule).first == "own.message_id")
    #expect(rows.map(\.matchedBy) == ["own copy", "In-Reply-To"])
  }
}

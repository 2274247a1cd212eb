import Sorting
import Testing

struct SortCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let mail: String
  let mailClass: Verdict.MailClass
  let rule: String

  init(_ name: String, _ mailClass: Verdict.MailClass, _ rule: String, _ mail: String) {
    testDescription = name
    self.mail = mail
    self.mailClass = mailClass
    self.rule = rule
  }
}

@Suite struct SortTests {
  /// A report as Postfix writes them, after RFC 3464 and RFC 6522.
  static func report(action: String, status: String, diagnostic: String) -> String {
    """
    From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
    To: sender@example.org
    Subject: Undelivered Mail Returned to Sender
    Auto-Submitted: auto-replied
    MIME-Version: 1.0
    Content-Type: multipart/report; report-type=delivery-status; boundary="b/1"
    Message-Id: <report@mx.example.org>

    --b/1
    Content-Description: Notification

    This is the mail system at host mx.example.org.

    <kim@example.net>: host mx.example.net[192.0.2.1] said: \(diagnostic) (in
        reply to RCPT TO command)

    --b/1
    Content-Type: message/delivery-status

    Reporting-MTA: dns; mx.example.org
    Original-Envelope-Id: env-1

    Final-Recipient: rfc822; kim@example.net
    Original-Recipient: rfc822;Kim@example.net
    Action: \(action)
    Status: \(status)
    Remote-MTA: dns; mx.example.net
    Diagnostic-Code: smtp; \(diagnostic)

    --b/1
    Content-Type: text/rfc822-headers

    Message-ID: <first@example.org>
    Subject: Hello
    To: kim@example.net

    --b/1--

    """
  }

  static let cases = [
    SortCase(
      "hard bounce", .bounce, "dsn.rfc3464",
      report(action: "failed", status: "5.1.1", diagnostic: "550 5.1.1 User unknown")),
    SortCase(
      "delay", .delay, "dsn.rfc3464.delayed",
      report(action: "delayed", status: "4.4.1", diagnostic: "connect to x: timed out")),
    SortCase("success", .other, "dsn.success", report(action: "delivered", status: "2.0.0", diagnostic: "250 ok")),
    SortCase(
      "reply by thread", .reply, "reply.thread",
      "From: kim@example.net\nSubject: Hello\nIn-Reply-To: <first@example.org>\n\nYes.\n"),
    SortCase("reply by subject", .reply, "reply.subject", "From: kim@example.net\nSubject: AW: Hello\n\nJa.\n"),
    SortCase(
      "list mail that answers", .other, "bulk.list",
      "From: kim@example.net\nSubject: Re: Hello\nList-Id: <l.example.net>\nIn-Reply-To: <x@y>\n\nYes.\n"),
    SortCase(
      "RFC 3834 answer", .autoReply, "autoreply.auto-submitted",
      "From: kim@example.net\nSubject: Re: Hello\nIn-Reply-To: <first@example.org>\nAuto-Submitted: auto-replied (vacation)\n\nAway.\n"
    ),
    SortCase(
      "Auto-Submitted: no", .reply, "reply.thread",
      "From: kim@example.net\nSubject: Re: Hello\nIn-Reply-To: <first@example.org>\nAuto-Submitted: no\n\nYes.\n"),
    SortCase(
      "X-Auto-Response-Suppress alone is a person", .reply, "reply.thread",
      "From: kim@example.net\nSubject: RE: Hello\nReferences: <first@example.org>\nX-Auto-Response-Suppress: All\n\nYes.\n"
    ),
    SortCase(
      "complaint", .complaint, "arf.rfc5965",
      "From: fbl@example.net\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\n\nx\n--b\n"
        + "Content-Type: message/feedback-report\n\nFeedback-Type: abuse\nOriginal-Rcpt-To: <kim@example.net>\n--b\n"
        + "Content-Type: message/rfc822\n\nMessage-ID: <first@example.org>\n\nx\n--b--\n"),
    SortCase(
      "complaint whose part has lost its type", .complaint, "arf.rfc5965",
      "From: fbl@example.net\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\n\nx\n--b\n"
        + "Content-Type: text/plain\n\nFeedback-Type: abuse\nOriginal-Rcpt-To: <kim@example.net>\n--b\n"
        + "Content-Type: message/rfc822\n\nMessage-ID: <first@example.org>\n\nx\n--b--\n"),
    SortCase(
      "report of a mail that did not pass DMARC", .complaint, "arf.auth-failure",
      "From: ruf@example.net\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\n\nx\n--b\n"
        + "Content-Type: message/feedback-report\n\nFeedback-Type: auth-failure\nAuth-Failure: dmarc\n--b\n"
        + "Content-Type: text/rfc822-headers\n\nMessage-ID: <first@example.org>\n\n--b--\n"),
    SortCase(
      "newsletter", .other, "bulk.list",
      "From: news@example.net\nSubject: News\nList-Unsubscribe: <mailto:u@example.net>\n\nBuy.\n"),
    SortCase("nothing", .other, "none", ""),
  ]

  @Test(arguments: cases) func sorts(_ c: SortCase) {
    let verdict = sort(Array(c.mail.utf8)).verdict
    #expect(verdict.mailClass == c.mailClass)
    #expect(verdict.rule == c.rule)
  }

  @Test(arguments: cases) func everyPrefixIsSorted(_ c: SortCase) {
    let bytes = Array(c.mail.utf8)
    for length in bytes.indices {
      let confidence = sort(Array(bytes[..<length])).verdict.confidence
      #expect(confidence > 0 && confidence <= 1)
    }
  }

  @Test func aReportIsReadWhole() throws {
    let sorted = sort(Array(Self.cases[0].mail.utf8))
    let bounce = try #require(sorted.verdict.bounces.first)
    #expect(
      bounce
        == Bounce(
          recipient: "kim@example.net", originalRecipient: "Kim@example.net", action: "failed", status: "5.1.1",
          smtpCode: 550,
          permanence: .hard, reason: "userunknown", diagnostic: "550 5.1.1 User unknown", remoteMTA: "mx.example.net"))
    #expect(sorted.verdict.originalMessageID == "<first@example.org>")
    #expect(sorted.correlation.messageIDs == ["<first@example.org>"])
    #expect(sorted.correlation.envelopeID == "env-1")
    #expect(sorted.correlation.originalSubject == "Hello")
    #expect(sorted.to == ["sender@example.org"])
    #expect(sorted.messageID == "<report@mx.example.org>")
  }
}

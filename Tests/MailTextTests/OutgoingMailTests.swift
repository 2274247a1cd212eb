import MailText
import Testing

struct ComposeCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let stored: String
  let plan: OutgoingMail.Plan
  let sent: String

  init(_ name: String, _ stored: String, _ plan: OutgoingMail.Plan, _ sent: String) {
    testDescription = name
    self.stored = stored
    self.plan = plan
    self.sent = sent
  }
}

@Suite struct OutgoingMailTests {
  static let plan = OutgoingMail.Plan(messageID: "<new@x>", date: 0)
  static let thread = OutgoingMail.Plan(
    messageID: "<3@x>", inReplyTo: "<2@x>", references: ["<1@x>", "<2@x>"], subjectWhenEmpty: "Re: Grüße",
    from: ("Jörg", "j@x.org"), date: 0)

  static let cases = [
    ComposeCase(
      "private fields go, the rest stays",
      "Received: a\r\n\tb\r\nBcc: s@x\r\nX-Postern-Step: 1\r\nX-Odd :  1\r\nDate: d\r\nFrom: a@b\r\nMessage-Id: <old@x>\r\n"
        + "MIME-Version: 1.0\r\n\r\nBcc: not a header\r\n.\r\n",
      plan,
      "X-Odd :  1\r\nDate: d\r\nFrom: a@b\r\nMessage-ID: <new@x>\r\nMIME-Version: 1.0\r\n\r\nBcc: not a header\r\n.\r\n"
    ),
    ComposeCase(
      "everything set anew", "Subject:\r\nFrom: A <a@b>\r\nReferences: <9@x>\r\n\r\nhi", thread,
      "Subject: =?UTF-8?B?UmU6IEdyw7zDn2U=?=\r\nFrom: =?UTF-8?B?SsO2cmc=?= <j@x.org>\r\nReferences: <1@x> <2@x>\r\n"
        + "Date: Thu, 1 Jan 1970 00:00:00 +0000\r\nMessage-ID: <3@x>\r\nIn-Reply-To: <2@x>\r\n\r\nhi"),
    ComposeCase(
      "own subject stays", "Subject: mine\r\nDate: d\r\n\r\n", thread,
      "Subject: mine\r\nDate: d\r\nFrom: =?UTF-8?B?SsO2cmc=?= <j@x.org>\r\nMessage-ID: <3@x>\r\nIn-Reply-To: <2@x>\r\n"
        + "References: <1@x> <2@x>\r\n\r\n"),
    ComposeCase(
      "doubled fields become one", "Date: d\r\nMessage-ID: <a@b>\r\nMessage-ID: <c@d>\r\n\r\n", plan,
      "Date: d\r\nMessage-ID: <new@x>\r\n\r\n"),
    ComposeCase(
      "bare line ends", "Date: d\nA: 1\n\nx\ry\r\nz\n", plan,
      "Date: d\r\nA: 1\r\nMessage-ID: <new@x>\r\n\r\nx\r\ny\r\nz\r\n"),
    ComposeCase(
      "a bare CR hides no Bcc", "Date: d\r\nA: 1\rBcc: s@x\r\n\r\n", plan,
      "Date: d\r\nA: 1\r\nMessage-ID: <new@x>\r\n\r\n"),
    ComposeCase(
      "a mail that waited is dated anew", "Date: d\r\nA: 1\r\nDate: e\r\n\r\n",
      OutgoingMail.Plan(messageID: "<new@x>", date: 0, replacesDate: true),
      "Date: Thu, 1 Jan 1970 00:00:00 +0000\r\nA: 1\r\nMessage-ID: <new@x>\r\n\r\n"),
    ComposeCase("no body", "Date: d", plan, "Date: d\r\nMessage-ID: <new@x>\r\n\r\n"),
    ComposeCase("nothing", "", plan, "Date: Thu, 1 Jan 1970 00:00:00 +0000\r\nMessage-ID: <new@x>\r\n\r\n"),
    ComposeCase(
      "text where the header should end", "Date: d\r\nhello there\r\n", plan,
      "Date: d\r\nMessage-ID: <new@x>\r\n\r\nhello there\r\n"),
  ]

  @Test(arguments: cases) func composes(_ c: ComposeCase) {
    #expect(String(decoding: OutgoingMail.compose(Array(c.stored.utf8), plan: c.plan), as: UTF8.self) == c.sent)
  }

  @Test func composingTwiceChangesNothing() {
    for c in Self.cases {
      let once = OutgoingMail.compose(Array(c.stored.utf8), plan: c.plan)
      // The Date that was added stands before Message-ID; every other field keeps its place.
      #expect(OutgoingMail.compose(once, plan: c.plan) == once, "\(c.testDescription)")
    }
  }

  @Test func longThreadsFold() {
    var plan = Self.thread
    plan.references = (1...400).map { "<\(String(repeating: "r", count: 100))\($0)@x>" }
    let mail = OutgoingMail.compose(Array("Subject: s\r\n\r\n".utf8), plan: plan)
    let lines = mail.split(separator: UInt8(ascii: "\n"))
    #expect(lines.allSatisfy { $0.count <= 998 })
    let kept = MessageID.list(in: HeaderBlock(parsing: mail).value("references") ?? "")
    #expect(kept.first == plan.references.first)
    #expect(kept.last == plan.references.last)
  }
}

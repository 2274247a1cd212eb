import Testing

@testable import SMTP

struct BatchMailTests {
  static let settings = ServerSettings(
    hostname: "mx.test", authentication: .off, trusted: true, maximumMessageBytes: 64)

  static let envelopes: [Envelope] = [
    Envelope(reversePath: "a@b.test", recipients: ["c@d.test"]),
    Envelope(reversePath: "", recipients: ["c@d.test", "\"quoted one\"@d.test", "x+y@[192.0.2.1]"]),
    Envelope(reversePath: "grüße@b.test", recipients: ["c@d.test"], allowsUTF8: true),
    Envelope(
      reversePath: "a@b.test", recipients: ["c@d.test", "e@d.test"], returnContent: .headers, envelopeID: "id+2B1",
      recipientRequests: [
        "e@d.test": RecipientRequest(notify: "SUCCESS,DELAY", originalRecipient: "rfc822;x@y.test")
      ]),
  ]

  @Test(arguments: envelopes, ["Subject: x\r\n\r\n.\r\n..\r\nhi\r\n", ""])
  func isReadAsItWasWritten(envelope: Envelope, text: String) throws {
    let mail = try BatchMail.read(BatchMail.encode(envelope, Array(text.utf8)), Self.settings).get()
    var expected = envelope
    expected.body = .eightBitMIME
    expected.clientName = "localhost"
    expected.protocolName = ""
    #expect(mail == BatchMail.Mail(envelope: expected, content: Array(text.utf8)))
  }

  /// A file that was cut anywhere, by a disk or by its writer, is no mail.
  @Test func anyBeginningIsRefused() throws {
    let whole = BatchMail.encode(Self.envelopes[3], Array("Subject: x\r\n\r\nhi\r\n".utf8))
    for count in whole.indices {
      let result = BatchMail.read(Array(whole[..<count]), Self.settings)
      #expect(throws: BatchMail.Refusal(text: "554 5.6.0 it ends before its mail does")) { try result.get() }
    }
    #expect(throws: Never.self) { try BatchMail.read(whole, Self.settings).get() }
  }

  @Test(arguments: [
    ("no batch", "Subject: x\r\n\r\nhi\r\n", "500 "),
    (
      "more behind the mail", "EHLO x\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<c@d.test>\r\nBDAT 0 LAST\r\nX",
      "554 5.6.0 there is more"
    ),
    ("a wrong recipient", "EHLO x\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<>\r\nBDAT 0 LAST\r\n", "501 "),
    (
      "too large",
      "EHLO x\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<c@d.test>\r\nBDAT 70 LAST\r\n" + String(repeating: "x", count: 70),
      "552 "
    ),
    ("a bare line end", "EHLO x\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<c@d.test>\r\nBDAT 4 LAST\r\na\nb\n", "550 "),
    ("a NUL", "EHLO x\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<c@d.test>\r\nBDAT 4 LAST\r\na\0\r\n", "550 "),
    ("nobody to go to", "EHLO x\r\nMAIL FROM:<a@b.test>\r\nBDAT 3 LAST\r\na\r\n", "5"),
    ("only goodbye", "QUIT\r\n", "554 5.6.0"),
    ("nothing", "", "554 5.6.0 it ends"),
  ])
  func whatIsNoMailIsRefused(name: String, batch: String, reply: String) {
    guard case .failure(let refusal) = BatchMail.read(Array(batch.utf8), Self.settings) else {
      Issue.record("\(name) was taken")
      return
    }
    #expect(refusal.text.hasPrefix(reply), "\(name)")
  }

  /// For a notice: whatever is wrong with the text or one recipient.
  @Test func envelopeOfARefusedBatch() throws {
    let text =
      "EHLO x\r\nMAIL FROM:<a@b.test> ENVID=1\r\nRCPT TO:<>\r\nRCPT TO:<c@d.test> NOTIFY=NEVER\r\nBDAT 9000 LAST\r\n"
    let opened = try #require(BatchMail.opened(Array((text + "a\0\nBDAT 1\n").utf8)))
    #expect(opened.envelope.reversePath == "a@b.test" && opened.envelope.recipients == ["c@d.test"])
    #expect(opened.envelope.envelopeID == "1")
    #expect(opened.envelope.recipientRequests == ["c@d.test": RecipientRequest(notify: "NEVER")])
    #expect(opened.content == Array("a\0\nBDAT 1\n".utf8))
    for bad in [
      "", "no batch", "EHLO x\r\nMAIL FROM:<a@b.test>\r\nBDAT 1 LAST\r\nx", "EHLO x\r\nBDAT 1", "QUIT\r\nBDAT 1\r\n",
    ] {
      #expect(BatchMail.opened(Array(bad.utf8)) == nil, "\(bad)")
    }
  }
}

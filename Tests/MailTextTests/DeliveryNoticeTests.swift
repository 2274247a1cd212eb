import MailText
import Testing

private let original = Array("Subject: Hello\r\nX: 1\r\n\r\nBody\r\n".utf8)

private func notice(_ change: (inout DeliveryNotice) -> Void = { _ in }) -> DeliveryNotice {
  var notice = DeliveryNotice(
    action: .failed, hostname: "gw.test", sender: "app@a.test", recipient: "bob@b.test", subject: "Grüße",
    reply: "550 5.1.1 no such user", isServersWord: true, arrivedAt: 0, boundary: "b")
  change(&notice)
  return notice
}

@Suite("Notices to senders")
struct DeliveryNoticeTests {
  @Test("a failure as RFC 3464 writes it, read back by our own reader")
  func failure() throws {
    let bytes = notice {
      $0.envelopeID = "QQ314159"
      $0.originalRecipient = "rfc822;Bob@b.test"
    }.bytes(returning: original, all: false)
    let mail = Message(bytes)
    #expect(mail.header.text("subject") == "Undelivered: Grüße")
    #expect(mail.header.value("auto-submitted") == "auto-replied")
    #expect(mail.header.value("content-type")?.contains("report-type=delivery-status") == true)
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.contains("Original-Envelope-Id: QQ314159\r\nReporting-MTA: dns; gw.test\r\n"))
    #expect(
      text.contains(
        "\r\n\r\nOriginal-Recipient: rfc822;Bob@b.test\r\nFinal-Recipient: rfc822; bob@b.test\r\nAction: failed\r\n"
          + "Status: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 no such user\r\n"))
    #expect(text.hasSuffix("Subject: Hello\r\nX: 1\r\n\r\n--b--\r\n"), "only the header comes back")
  }

  @Test("the whole mail where RET asks for it, unless it is large")
  func whole() {
    let text = String(decoding: notice().bytes(returning: original, all: true), as: UTF8.self)
    #expect(text.contains("Content-Type: message/rfc822\r\n") && text.hasSuffix("\r\n\r\nBody\r\n\r\n--b--\r\n"))
    let large = original + Array(repeating: UInt8(ascii: "x"), count: 70_000)
    #expect(notice().bytes(returning: large, all: true).count < 5000)
  }

  @Test(
    "codes",
    arguments: [
      ("550 5.7.26 no", DeliveryNotice.Action.failed, "5.7.26"), ("the mail is too large", .failed, "5.0.0"),
      ("451 4.3.0 later", .failed, "5.0.0"), ("451 4.3.0 later", .delayed, "4.3.0"),
      ("250 2.0.0 Ok", .relayed, "2.0.0"),
      ("550 5.1.1.1 x", .failed, "5.0.0"), ("550 5.1234.1 x", .failed, "5.0.0"),
    ])
  func codes(_ reply: String, _ action: DeliveryNotice.Action, _ code: String) {
    let bytes = notice { ($0.reply, $0.action) = (reply, action) }.bytes(returning: original, all: false)
    #expect(String(decoding: bytes, as: UTF8.self).contains("\r\nStatus: \(code)\r\n"))
  }

  @Test("nothing a server says becomes a field of its own")
  func injection() {
    let bytes = notice { $0.reply = "550 no\r\nBcc: eve@e.test\r\n\r\n--b\r\nx" }.bytes(returning: original, all: false)
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false)
    #expect(!lines.contains { $0.hasPrefix("Bcc") })
    #expect(lines.count { $0.hasPrefix("--b") } == 4)
  }

  @Test("addresses that are not ASCII have the types of RFC 6533")
  func international() {
    let text = String(
      decoding: notice { $0.recipient = "jörg@b.test" }.bytes(returning: original, all: false), as: UTF8.self)
    for part in [
      "message/global-delivery-status", "message/global-headers", "Final-Recipient: utf-8; jörg@b.test", "8bit",
    ] {
      #expect(text.contains(part), "\(part)")
    }
  }
}

import MailText
import Outreach
import SMTP
import Testing

@testable import Intake

private let now: Int64 = 1_700_000_000_000
private let date = "Date: Tue, 14 Nov 2023 22:13:20 +0000\r\n"
private let preparation = MailPreparation(
  maximumHeaderBytes: 400, maximumHeaderFields: 12, maximumReceived: 3, maximumParts: 4, hostname: "mx.test")

private func prepare(
  _ mail: String, from: String = "ann@a.test", _ rights: SenderRights = SenderRights()
) -> Result<PreparedMail, MailPreparation.Refusal> {
  preparation.prepare(Array(mail.utf8), Envelope(reversePath: from, recipients: ["bob@b.test"]), rights, now: now)
}

private let trace = "Received: by mx.test (Postern) with ESMTP; Tue, 14 Nov 2023 22:13:20 +0000\r\n"

private struct BodyCase: Sendable, CustomTestStringConvertible {
  let name: String
  let mail: String
  let stored: String
  var testDescription: String { name }
}

private let bodies: [BodyCase] = [
  BodyCase(name: "nothing to mend", mail: "From: a@b\r\n\(date)\r\nHi\r\n", stored: "From: a@b\r\n\(date)\r\nHi\r\n"),
  BodyCase(name: "a missing Date", mail: "From: a@b\r\n\r\nHi\r\n", stored: "From: a@b\r\n\(date)\r\nHi\r\n"),
  BodyCase(
    name: "Bcc, trace and control headers go, folded or not",
    mail: "Received: from x\r\n\tby y\r\nReturn-Path: <a@b>\r\nFrom: a@b\r\nbcc: c@d,\r\n e@f\r\nX-POSTERN-tag: a\r\n"
      + "\(date)Subject: folded\r\n twice\r\n\r\nBcc: stays\r\n",
    stored: "From: a@b\r\n\(date)Subject: folded\r\n twice\r\n\r\nBcc: stays\r\n"),
  BodyCase(
    name: "a Date that says no time", mail: "Date: yesterday\r\nFrom: a@b\r\n\r\nHi\r\n",
    stored: "From: a@b\r\n\(date)\r\nHi\r\n"),
  BodyCase(
    name: "two Dates", mail: "\(date)From: a@b\r\nDate: Tue, 14 Nov 2023 23:00:00 +0000\r\n\r\nHi\r\n",
    stored: "From: a@b\r\n\(date)\r\nHi\r\n"),
  BodyCase(
    name: "what stands behind a fold of white space, which Python writes",
    mail:
      "\(date)Subject: =?utf-8?b?w6k=?=\r\n  \r\nBcc: c@d\r\n \r\nX-Postern-Tag: a\r\nMIME-Version: 1.0\r\n\r\nHi\r\n",
    stored: "\(date)Subject: =?utf-8?b?w6k=?=\r\nMIME-Version: 1.0\r\n\r\nHi\r\n"),
  BodyCase(name: "no header at all", mail: "\r\nHi\r\n", stored: "\(date)\r\nHi\r\n"),
  BodyCase(name: "no bytes at all", mail: "", stored: "\(date)\r\n"),
  BodyCase(
    name: "no empty line before the text", mail: "\(date)no field here\r\n", stored: "\(date)\r\nno field here\r\n"),
  BodyCase(name: "only a header", mail: date, stored: "\(date)\r\n"),
  BodyCase(
    name: "a Message-ID that is none", mail: "Message-ID: x\r\n\(date)\r\n", stored: "\(date)\r\n"),
]

private struct RefusalCase: Sendable, CustomTestStringConvertible {
  let name: String
  let mail: String
  var from = "ann@a.test"
  var rights = SenderRights()
  /// How the reply begins; empty when the mail is good.
  let reply: String
  var testDescription: String { name }
}

private func multipart(_ parts: Int) -> String {
  "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + String(repeating: "--b\r\n\r\nx\r\n", count: parts)
    + "--b--\r\n"
}
private let tied = SenderRights(pools: ["sales"], fromAddresses: ["ann@a.test", "@team.test"])
private let hop = "Received: from x by y\r\n"

private let refusals: [RefusalCase] = [
  RefusalCase(
    name: "a bad control header", mail: "X-Postern-Delay: soon\r\n\r\n", reply: "554 5.6.0 X-Postern-Delay: "),
  RefusalCase(name: "an unknown one", mail: "X-Postern-Dlay: 3d\r\n\r\n", reply: "554 5.6.0 X-Postern-Dlay: "),
  RefusalCase(
    name: "a step without a sequence", mail: "X-Postern-Step: 2\r\n\r\n", reply: "554 5.6.0 X-Postern-Step: "),
  RefusalCase(
    name: "a control header behind a broken line",
    mail: "Subject: two\r\nlines\r\nTo: b@c\r\nx-postern-Delay: 4d\r\n\r\n",
    reply: "554 5.6.0 x-postern-Delay: it stands behind a line that is no header field"),
  RefusalCase(
    name: "one behind a byte order mark", mail: "\u{feff}X-Postern-Delay: 4d\r\n\r\n",
    reply: "554 5.6.0 X-Postern-Delay: it stands"),
  RefusalCase(
    name: "one that begins the mail with a blank", mail: " X-Postern-Delay: 4d\r\n\r\n",
    reply: "554 5.6.0 X-Postern-Delay: it stands"),
  RefusalCase(
    name: "the name of one in a text without a header's end", mail: "To: b@c\r\nhi\r\n\r\nX-Postern-Delay: 4d\r\n",
    reply: ""),
  RefusalCase(name: "as many hops as allowed", mail: hop + hop + hop + "\r\n", reply: ""),
  RefusalCase(name: "one more", mail: hop + hop + hop + hop + "\r\n", reply: "554 5.4.6 Too many hops: 4 "),
  RefusalCase(
    name: "a long header", mail: "A: \(String(repeating: "x", count: 400))\r\n\r\n",
    reply: "552 5.3.4 The header has 405 bytes, more than 400"),
  RefusalCase(name: "a long body", mail: "A: b\r\n\r\n\(String(repeating: "x", count: 400))\r\n", reply: ""),
  RefusalCase(
    name: "many fields", mail: String(repeating: "A: b\r\n", count: 13) + "\r\n",
    reply: "554 5.6.0 The header has more than 12 fields"),
  RefusalCase(name: "as many MIME parts as allowed", mail: multipart(2), reply: ""),
  RefusalCase(name: "one more", mail: multipart(3), reply: "554 5.6.0 The mail has 4 MIME parts or more"),
  RefusalCase(
    name: "boundaries in a mail that is no multipart",
    mail: "Subject: x\r\n\r\n" + String(repeating: "--b\r\n", count: 9),
    reply: ""),
  RefusalCase(name: "its own address", mail: "From: Ann <Ann@A.test>\r\n\r\n", rights: tied, reply: ""),
  RefusalCase(name: "its own domain", mail: "From: x@team.test\r\n\r\n", from: "", rights: tied, reply: ""),
  RefusalCase(
    name: "its own address in the other spelling", mail: "From: Ann@xn--bcher-kva.test\r\n\r\n",
    from: "ann@bücher.test",
    rights: SenderRights(fromAddresses: ["ann@bücher.test"]), reply: ""),
  RefusalCase(
    name: "its own domain in the other spelling", mail: "From: x@BÜCHER.test\r\n\r\n", from: "",
    rights: SenderRights(fromAddresses: ["@xn--bcher-kva.test"]), reply: ""),
  RefusalCase(
    name: "a domain that ends like it", mail: "From: x@myteam.test\r\n\r\n", from: "", rights: tied,
    reply: "550 5.7.1 "),
  RefusalCase(
    name: "another reverse-path", mail: "From: ann@a.test\r\n\r\n", from: "eve@a.test", rights: tied,
    reply: "553 5.7.1 This login may not send as <eve@a.test>"),
  RefusalCase(
    name: "another From", mail: "From: eve@a.test\r\n\r\n", rights: tied,
    reply: "550 5.7.1 This login may not send From: eve@a.test"),
  RefusalCase(
    name: "another From behind its own", mail: "From: ann@a.test, eve@a.test\r\n\r\n", rights: tied,
    reply: "550 5.7.1 This login may not send From: eve@a.test"),
  RefusalCase(
    name: "another From in a second field", mail: "From: ann@a.test\r\nFrom: eve@a.test\r\n\r\n", rights: tied,
    reply: "550 5.7.1 This login may not send From: eve@a.test"),
  RefusalCase(
    name: "a domain that only ends like its own", mail: "From: x@notteam.test\r\n\r\n", rights: tied,
    reply: "550 5.7.1 This login may not send From: x@notteam.test"),
  RefusalCase(name: "no From", mail: "Subject: x\r\n\r\n", rights: tied, reply: "550 5.7.1 This login is tied"),
  RefusalCase(
    name: "another author behind a fold of white space", mail: "From: ann@a.test,\r\n \r\n eve@a.test\r\n\r\n",
    rights: tied, reply: "550 5.7.1 This login may not send From: eve@a.test"),
  RefusalCase(
    name: "a second author that a reader may find", mail: "From: <ann@a.test> <eve@a.test>\r\n\r\n", rights: tied,
    reply: "550 5.7.1 This login may not send with eve@a.test in From"),
  RefusalCase(
    name: "two addresses without a comma", mail: "From: ann@a.test eve@a.test\r\n\r\n", rights: tied,
    reply: "550 5.7.1 This login may not send with eve@a.test in From"),
  RefusalCase(
    name: "an address in an address", mail: "From: <eve@a.test@team.test>\r\n\r\n", rights: tied,
    reply: "550 5.7.1 This login may not send with eve@a.test@team.test in From"),
  RefusalCase(
    name: "a folded list in brackets", mail: "From: <eve@a.test\r\n ,x@team.test>\r\n\r\n", rights: tied,
    reply: "550 5.7.1 This login may not send with eve@a.test in From"),
  RefusalCase(
    name: "a quote that hides nothing", mail: "From: \"eve@a.test <ann@a.test>\r\n\r\n", rights: tied,
    reply: "550 5.7.1 This login may not send with eve@a.test in From"),
  RefusalCase(
    name: "an address in a quoted name and a comment",
    mail: "From: \"Ann, not eve@a.test\" (nor bob@b.test) <ann@a.test>\r\n\r\n", rights: tied, reply: ""),
  RefusalCase(
    name: "a quoted local part", mail: "From: \"x y\"@team.test\r\n\r\n", rights: tied, reply: ""),
  RefusalCase(
    name: "another Sender", mail: "From: ann@a.test\r\nSender: eve@a.test\r\n\r\n", rights: tied,
    reply: "550 5.7.1 This login may not send with eve@a.test in Sender"),
  RefusalCase(
    name: "another Resent-From", mail: "From: ann@a.test\r\nResent-From: eve@a.test\r\n\r\n", rights: tied,
    reply: "550 5.7.1 This login may not send with eve@a.test in Resent-From"),
  RefusalCase(name: "any Sender without ties", mail: "From: ann@a.test\r\nSender: eve@a.test\r\n\r\n", reply: ""),
  RefusalCase(
    name: "a multipart behind a comment", mail: multipart(3).replacing("multipart", with: "(c) multipart"),
    reply: "554 5.6.0 The mail has 4 MIME parts or more"),
  RefusalCase(
    name: "its pool", mail: "From: ann@a.test\r\nX-Postern-Pool: sales\r\n\r\n", rights: tied, reply: ""),
  RefusalCase(
    name: "another pool", mail: "From: ann@a.test\r\nX-Postern-Pool: board\r\n\r\n", rights: tied,
    reply: "550 5.7.1 X-Postern-Pool: this login may not use the pool board"),
]

@Suite("A mail before it is stored")
struct MailPreparationTests {
  @Test("what is stored", arguments: bodies)
  private func stored(_ example: BodyCase) throws {
    let mail = try prepare(example.mail).get()
    #expect(String(decoding: mail.body, as: UTF8.self) == trace + example.stored)
  }

  @Test("what is refused", arguments: refusals)
  private func refused(_ example: RefusalCase) {
    switch prepare(example.mail, from: example.from, example.rights) {
    case .success: #expect(example.reply.isEmpty)
    case .failure(let refusal):
      let text = String(decoding: refusal.reply.bytes, as: UTF8.self)
      #expect(!example.reply.isEmpty && text.hasPrefix(example.reply), "\(text)")
    }
  }

  @Test("Received says how a mail came, and from whom only where that is wanted")
  func received() throws {
    func first(_ preparation: MailPreparation, _ protocolName: String) throws -> String {
      let envelope = Envelope(
        reversePath: "", recipients: ["bob@b.test"], clientName: "pc.a.test", protocolName: protocolName)
      let origin = MailOrigin(client: "[192.0.2.1]", tls: "TLSv1.3, TLS_AES_256_GCM_SHA384")
      let mail = try preparation.prepare(
        Array("Received: from pc by a\r\nReceived: by mx.test (Postern) with ESMTP id 1; x\r\n\r\n".utf8), envelope,
        SenderRights(), from: origin, now: now
      ).get()
      let header = HeaderBlock(parsing: mail.body)
      #expect(header.all("received").map(\.value).last == "by mx.test (Postern) with ESMTP id 1; x")
      #expect(header.all("received").count == 2)
      return header.value("received") ?? ""
    }
    let end = "by mx.test (Postern) with ESMTPSA (TLSv1.3, TLS_AES_256_GCM_SHA384); Tue, 14 Nov 2023 22:13:20 +0000"
    #expect(try first(preparation, "ESMTPSA") == end)
    var open = preparation
    open.showsClient = true
    #expect(try first(open, "ESMTPSA") == "from pc.a.test ([192.0.2.1]) \(end)")
  }

  @Test("a mail that goes in a circle is known by our own fields, however few hops there are")
  func circle() throws {
    var roomy = preparation
    roomy.maximumReceived = 50
    roomy.maximumHeaderBytes = 4000
    var content = Array("Subject: x\r\n\r\n".utf8)
    let envelope = Envelope(reversePath: "a@b.test", recipients: ["bob@b.test"])
    for pass in 1...5 {
      // What the account's server adds on the way back goes each time.
      let round = Array("Received: from mx.test by server.test\r\n".utf8)
      let mail = try roomy.prepare(round + content, envelope, SenderRights(), now: now).get()
      content = OutgoingMail.compose(
        mail.body, plan: OutgoingMail.Plan(messageID: "<1@x>", date: now, queueID: Int64(pass)))
    }
    let received = HeaderBlock(parsing: content).all("received").map(\.value)
    #expect(received.map { $0.contains(" id ") } == Array(repeating: true, count: 5))
    #expect(received.first?.contains("ESMTP id 5; ") == true && received.last?.contains("ESMTP id 1; ") == true)
    switch roomy.prepare(content, envelope, SenderRights(), now: now) {
    case .success: Issue.record("a sixth pass")
    case .failure(let refusal): #expect(String(decoding: refusal.reply.bytes, as: UTF8.self).hasPrefix("554 5.4.6 "))
    }
  }

  @Test("a mail that its envelope holds back")
  func heldBack() throws {
    func sendAt(_ release: Release?, _ header: String = "") throws -> Int64? {
      let envelope = Envelope(reversePath: "", recipients: ["bob@b.test"], release: release)
      let result = preparation.prepare(Array("\(header)\r\n".utf8), envelope, SenderRights(), now: now)
      return try result.get().control.sendAt
    }
    let header = "X-Postern-Send-At: 2023-11-14T22:14:20Z\r\n"
    #expect(try sendAt(nil) == nil)
    #expect(try sendAt(.after(seconds: 90)) == now + 90_000)
    #expect(try sendAt(.at(now + 5)) == now + 5)
    #expect(try sendAt(.after(seconds: 90), header) == now + 90_000)
    #expect(try sendAt(.after(seconds: 30), header) == now + 60_000)
  }

  @Test("what the store gets beside the mail")
  func facts() throws {
    let text =
      "From: =?utf-8?q?=C3=84nn?= <ann@A.test>\r\nMessage-ID: <1@a>\r\nSubject: =?utf-8?q?=C3=BC?=\r\n"
      + "X-Postern-Sequence: hello\r\nX-Postern-Step: 2\r\nX-Postern-Delay: 3d\r\n\r\n"
    let mail = try prepare(text).get()
    #expect(mail.messageID == "<1@a>")
    #expect(mail.subject == "ü")
    #expect(mail.idDomain.lowercased() == "a.test")
    #expect(mail.fromAddress == nil)
    #expect(mail.control.sequence == "hello")
    #expect(mail.control.step == 2)
    #expect(mail.control.delayMilliseconds == Int64(259_200_000))
    #expect(try prepare(text, SenderRights(keepsFrom: true)).get().fromAddress == "ann@a.test")
    let bare = try prepare("\r\n", SenderRights(keepsFrom: true)).get()
    #expect(bare.messageID == nil)
    #expect(bare.idDomain == "mx.test")
    #expect(bare.fromAddress == nil)
    #expect(bare.control == ControlHeaders())
  }
}

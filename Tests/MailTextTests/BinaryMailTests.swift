import MailText
import Testing

@Suite("Binary mails")
struct BinaryMailTests {
  @Test("each binary part becomes base64, whatever holds it becomes 8bit, the rest stays")
  func parts() {
    var binary = [UInt8](0...255)
    binary += "\r\n.\r\n\n.\n".utf8
    let head =
      "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: BINARY\r\n\r\n"
    let text = "--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n"
    let nested = "--b\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: binary\r\n\r\n"
    let inner = "Subject: inner\r\nContent-Transfer-Encoding: binary (all of it)\r\nX: y\r\n\r\n"
    let file = "--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding:\r\n binary\r\n\r\n"
    var mail = Array((head + text + nested + inner).utf8)
    mail += binary
    mail += "\r\n\(file)".utf8
    mail += binary
    mail += "\r\n--b--\r\n".utf8
    let made = BinaryMail.textual(mail)
    let report = String(decoding: made, as: UTF8.self)
    #expect(report.hasPrefix(head.replacing("BINARY", with: "8bit") + text + nested.replacing("binary", with: "8bit")))
    #expect(!report.lowercased().contains("binary"))
    #expect(made.allSatisfy { $0 != 0 && $0 < 0x80 })
    #expect(
      report.split(separator: "\r\n").allSatisfy { !$0.contains("\n") && !$0.contains("\r") && $0.utf8.count <= 80 })
    let read = Message(made)
    let leaves = read.parts.filter { $0.encoding == .base64 }
    #expect(leaves.count == 2)
    for leaf in leaves { #expect(leaf.encoding.decode(made[leaf.body]) == binary) }
    #expect(leaves.first?.header.value("x") == "y")
    #expect(BinaryMail.textual(made) == made)
  }

  @Test(
    "what is no binary part is left alone", arguments: ["", "a\0\nb", "Content-Transfer-Encoding: 8bit\r\n\r\n\0\n"])
  func others(_ mail: String) { #expect(BinaryMail.textual(Array(mail.utf8)) == Array(mail.utf8)) }
}

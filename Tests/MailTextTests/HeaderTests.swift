import MailText
import Testing

struct HeaderCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let header: String
  let fields: [String]

  init(_ name: String, _ header: String, _ fields: [String]) {
    testDescription = name
    self.header = header
    self.fields = fields
  }
}

@Suite struct HeaderTests {
  static let cases = [
    HeaderCase("plain", "From: a@b.c\r\nTo: d@e.f\r\n\r\nbody: no\r\n", ["From=a@b.c", "To=d@e.f"]),
    HeaderCase("folded", "Subject: one\r\n two\r\n\tthree\r\n\r\n", ["Subject=one two\tthree"]),
    HeaderCase("bare LF", "A: 1\nB: 2\n\nC: 3\n", ["A=1", "B=2"]),
    HeaderCase("space before the colon", "A : 1\r\n\r\n", ["A=1"]),
    HeaderCase("no value", "A:\r\nB: \r\n\r\n", ["A=", "B="]),
    HeaderCase("mbox line", "From x@y Sat Nov 21 2026\nA: 1\n\n", ["A=1"]),
    HeaderCase("no empty line", "A: 1\r\nthis is text\r\nB: 2\r\n", ["A=1"]),
    HeaderCase("From with a space before the colon", "From : a@b\r\nB: 2\r\n", ["From=a@b", "B=2"]),
    HeaderCase("a fold of white space", "A: 1\r\n \r\nB:\r\n\t \r\n 2\r\n", ["A=1", "B=2"]),
    HeaderCase("a fold of white space before the text", "A: 1\r\n \r\nHi there: you\r\n", ["A=1"]),
    HeaderCase("begins with white space", " A: 1\r\n\r\n", []),
    HeaderCase("cut off", "A: 1\r\nB", ["A=1"]),
    HeaderCase("empty", "", []),
    HeaderCase("UTF-8", "A: gr\u{fc}n\r\n\r\n", ["A=gr\u{fc}n"]),
  ]

  @Test(arguments: cases) func parses(_ c: HeaderCase) {
    let block = HeaderBlock(parsing: Array(c.header.utf8))
    #expect(block.nameValuePairs.map { "\($0.name)=\($0.value)" } == c.fields)
  }

  @Test func octetsThatAreNotUTF8AreWindows1252() {
    #expect(HeaderBlock(parsing: Array("A: gr".utf8) + [0xFC, 0x80, 13, 10]).value("a") == "gr\u{fc}\u{20ac}")
  }

  @Test func untouchedFieldsSerialiseByteForByte() {
    let text = "Received: by x;\r\n\tMon\r\nX-Odd :  spaced  \r\nSubject: a\r\nSubject: b\r\n"
    var block = HeaderBlock(parsing: Array((text + "\r\nbody").utf8))
    #expect(block.serialized() == Array(text.utf8))
    block.replace("subject", with: "c")
    block.append("X-New", "1")
    block.prepend("Received", "first")
    #expect(
      String(decoding: block.serialized(), as: UTF8.self)
        == "Received: first\r\nReceived: by x;\r\n\tMon\r\nX-Odd :  spaced  \r\nsubject: c\r\nX-New: 1\r\n")
    block.removeAll { $0.hasNamePrefix("x-") }
    block.remove("RECEIVED")
    #expect(String(decoding: block.serialized(), as: UTF8.self) == "subject: c\r\n")
  }

  @Test(arguments: ["A: 1\r\n x\r\nB:\r\n 2\r\n"])
  func linesOfWhiteSpaceAreTakenOut(_ plain: String) {
    var block = HeaderBlock(
      parsing: Array(plain.replacing("\r\n ", with: "\r\n \t\r\n ").utf8))
    block.removeWhiteLines()
    #expect(String(decoding: block.serialized(), as: UTF8.self) == plain)
    #expect(block.nameValuePairs.map { "\($0.name)=\($0.value)" } == ["A=1 x", "B=2"])
  }

  @Test func pastedTextEndsAtWhiteSpace() {
    let text = Array("A: 1\r\n \r\nB: 2\r\n".utf8)
    #expect(HeaderBlock(lenientlyParsing: text).fields.count == 1)
    #expect(HeaderBlock(parsing: text).fields.count == 2)
  }

  @Test func aCutOffLastFieldDoesNotRunIntoTheNext() {
    var block = HeaderBlock(parsing: Array("A: 1".utf8))
    block.append("B", "2")
    #expect(String(decoding: block.serialized(), as: UTF8.self) == "A: 1\r\nB: 2\r\n")
  }

  @Test func newFieldsFoldAndCannotInject() {
    var block = HeaderBlock()
    block.append("Subject", "a\r\nBcc: b@c")
    #expect(block.fields.count == 1)
    #expect(HeaderBlock(parsing: block.serialized()).nameValuePairs.map(\.name) == ["Subject"])
    let words = (1...200).map { "<id-number-\($0)@example.org>" }.joined(separator: " ")
    block.replace("References", with: words)
    let lines = String(decoding: block.serialized(), as: UTF8.self).split(separator: "\r\n")
    #expect(lines.allSatisfy { $0.utf8.count <= 78 })
    #expect(HeaderBlock(parsing: block.serialized()).value("references") == words)
  }

  @Test func fieldsAreBounded() {
    let many = HeaderBlock(parsing: Array(String(repeating: "A: 1\n", count: HeaderBlock.Limit.fields + 5).utf8))
    #expect(many.fields.count == HeaderBlock.Limit.fields)
    #expect(many.exceedsLimit)
  }
}

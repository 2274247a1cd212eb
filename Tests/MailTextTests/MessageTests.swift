import MailText
import Testing

struct TreeCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let mail: String
  /// Every part as `depth type text`, the text of multiparts and enclosing parts left out.
  let parts: [String]

  init(_ name: String, _ mail: String, _ parts: [String]) {
    testDescription = name
    self.mail = mail
    self.parts = parts
  }
}

@Suite struct MessageTests {
  static let cases = [
    TreeCase("text", "Subject: s\r\n\r\nhello\r\n", ["0 text/plain hello\r\n"]),
    TreeCase("nothing", "", ["0 text/plain "]),
    TreeCase(
      "two parts, preamble and epilogue",
      "Content-Type: multipart/mixed; boundary=b\r\n\r\npre\r\n--b\r\n\r\none\r\n--b  \r\nContent-Type: text/html\r\n\r\n<p>\r\n"
        + "--b--\r\nepilogue\r\n", ["0 multipart/mixed", "1 text/plain one", "1 text/html <p>"]),
    TreeCase(
      "nested",
      "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/alternative; boundary=bb\n\n--bb\n\nx\n"
        + "--bb--\n--b\n\ny\n--b--\n",
      ["0 multipart/mixed", "1 multipart/alternative", "2 text/plain x", "1 text/plain y"]),
    TreeCase(
      "an inner multipart that never ends",
      "Content-Type: multipart/mixed; boundary=b\n\n--b\n"
        + "Content-Type: multipart/mixed; boundary=c\n\n--c\n\nx\n--b\n\ny\n--b--\n",
      ["0 multipart/mixed", "1 multipart/mixed", "2 text/plain x", "1 text/plain y"]),
    // Where a mail breaks the rules its readers differ; these are read so that each part stays with the boundary that names it
    // (exact boundaries, not the beginnings that RFC 2046 §5.1.1 would be content with), as Python's email does.
    TreeCase(
      "an inner boundary that the outer one begins with",
      "Content-Type: multipart/mixed; boundary=bc\n\n--bc\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--bc\n\ny\n",
      ["0 multipart/mixed", "1 multipart/mixed", "2 text/plain x", "1 text/plain y\n"]),
    TreeCase(
      "a boundary right below its header",
      "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/mixed; boundary=c\n--c\n\nx\n--c--\n--b--\n",
      ["0 multipart/mixed", "1 multipart/mixed", "2 text/plain x"]),
    TreeCase(
      "of two Content-Types the later one counts",
      "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/alternative; boundary=c\n"
        + "Content-Type: text/plain\n\nx\n--c\nContent-Type: text/html\n\ny\n--c--\n--b--\n",
      ["0 multipart/mixed", "1 text/plain x\n--c\nContent-Type: text/html\n\ny\n--c--"]),
    TreeCase(
      "enclosed mail",
      "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\nSubject: in\n\nx\n--b--\n",
      ["0 multipart/mixed", "1 message/rfc822", "2 text/plain x"]),
    TreeCase(
      "digest", "Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: in\n\nx\n--b--\n",
      ["0 multipart/digest", "1 message/rfc822", "2 text/plain x"]),
    TreeCase(
      "boundary missing in the field", "Content-Type: multipart/mixed\n\n--b1x\n\nx\n--b1x--\n",
      ["0 multipart/mixed", "1 text/plain x"]),
    TreeCase("boundary that never comes", "Content-Type: multipart/mixed; boundary=b\n\nx\n", ["0 multipart/mixed"]),
    TreeCase(
      "part without header or empty line", "Content-Type: multipart/mixed; boundary=b\n\n--b\nplain words\n--b--\n",
      ["0 multipart/mixed", "1 text/plain plain words"]),
    TreeCase(
      "header cut by a boundary",
      "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n--b\n\ny\n",
      ["0 multipart/mixed", "1 text/html ", "1 text/plain y\n"]),
    TreeCase(
      "boundary of another name is text", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\n--bx\n--b--\n",
      ["0 multipart/mixed", "1 text/plain --bx"]),
    TreeCase("content type nobody can read", "Content-Type: text\n\nx", ["0 text/plain x"]),
    TreeCase(
      "base64", "Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: base64\n\n5A==\n",
      ["0 text/plain ä"]),
    TreeCase(
      "cut in the boundary line", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--",
      ["0 multipart/mixed", "1 text/plain x\n--"]),
  ]

  static func describe(_ message: Message) -> [String] {
    message.parts.map { part in
      let container = part.contentType.type == "multipart" || !part.children.isEmpty
      return "\(part.depth) \(part.contentType.mediaType)" + (container ? "" : " " + message.text(of: part))
    }
  }

  @Test(arguments: cases) func reads(_ c: TreeCase) { #expect(Self.describe(Message(Array(c.mail.utf8))) == c.parts) }

  @Test(arguments: cases) func everyPrefixIsRead(_ c: TreeCase) {
    let bytes = Array(c.mail.utf8)
    for length in bytes.indices {
      let message = Message(Array(bytes[..<length]))
      for part in message.parts {
        #expect(part.body.lowerBound <= part.body.upperBound && part.body.upperBound <= length)
        _ = message.text(of: part)
      }
    }
  }

  @Test func partsAndNestingAreBounded() {
    let many = "Content-Type: multipart/mixed; boundary=b\n\n" + String(repeating: "--b\n\nx\n", count: 3_000)
    #expect(Message(Array(many.utf8)).parts.count == Message.Limit.parts)
    let deep = String(repeating: "Content-Type: message/rfc822\n\n", count: 500) + "x"
    #expect(Message(Array(deep.utf8)).parts.count == Message.Limit.nesting + 1)
    let boundaries = (0..<500).map { "Content-Type: multipart/mixed; boundary=b\($0)\n\n--b\($0)\n" }.joined()
    #expect(Message(Array(boundaries.utf8)).parts.allSatisfy { $0.depth <= Message.Limit.nesting })
  }

  @Test func encodedEnclosedMail() throws {
    let message = Message(
      Array("Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogaW4KCng=\n".utf8))
    let inner = try #require(message.enclosed(in: message.parts[0]))
    #expect(inner.header.value("subject") == "in")
  }

  @Test func attachments() {
    let message = Message(
      Array(
        "Content-Type: text/plain; name=a.txt\nContent-Disposition: attachment; filename*=utf-8''%C3%A4.txt\n\nx".utf8))
    #expect(message.parts[0].fileName == "ä.txt")
    #expect(!message.parts[0].isInlineText)
  }
}

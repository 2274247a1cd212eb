import SMTP
import Testing

private let chunkOk = replies("250 2.0.0 Chunk taken")
private let needsMail = replies("503 5.5.1 Send MAIL first")
private let bare = replies("550 5.5.2 Bare CR or LF in the message is refused") + [.close]
private let normalize = limits { $0.bareNewlines = .normalize }

private let dialogues: [ServerCase] = [
  ServerCase(
    name: "one chunk, pipelined, and the next mail behind it",
    input: openMail
      + "BDAT 7 LAST\r\nHi\r\nx\r\nMAIL FROM:<s@a.test>\r\nRCPT TO:<r@b.test>\r\nbdat 3 last\r\na\r\nQUIT\r\n",
    expected: opened + message("Hi\r\nx\r\n") + queued + mailOk + rcptOk + message("a\r\n") + queued + bye),
  ServerCase(
    name: "several chunks, a line and a CRLF cut by their border, dots as they are",
    input: openMail + "BDAT 4\r\n.a\r\n" + "BDAT 3\r\n..\r" + "BDAT 1\r\n\n" + "BDAT 0\r\n" + "BDAT 3\r\n.\r\n"
      + "BDAT 0 LAST\r\n",
    expected: opened + chunkOk + chunkOk + chunkOk + chunkOk + chunkOk + message(".a\r\n..\r\n.\r\n") + queued),
  ServerCase(
    name: "commands and ends of data inside are text",
    input: openMail + "BDAT 25 LAST\r\nQUIT\r\n\r\n.\r\nMAIL FROM:<>\r\n",
    expected: opened + message("QUIT\r\n\r\n.\r\nMAIL FROM:<>\r\n") + queued),
  ServerCase(
    name: "a last line without its end gets it", input: openMail + "BDAT 1 LAST\r\na",
    expected: opened + message("a\r\n") + queued),
  ServerCase(
    name: "nothing at all", input: openMail + "BDAT 0 LAST\r\nBDAT 0 LAST\r\n",
    expected: opened + message("") + queued + needsMail),
  ServerCase(
    name: "not mixed with DATA, RCPT or MAIL; RSET forgets the chunks",
    input: openMail
      + "BDAT 3\r\na\r\nDATA\r\nRCPT TO:<r@b.test>\r\nMAIL FROM:<s@a.test>\r\nRSET\r\nBDAT 3 LAST\r\nb\r\n"
      + "MAIL FROM:<s@a.test>\r\nRCPT TO:<r@b.test>\r\nDATA\r\nc\r\n.\r\n",
    expected: opened + chunkOk
      + replies("503 5.5.1 The text has begun with BDAT: go on with it or RSET")
      + replies("503 5.5.1 The text has begun with BDAT: go on with it or RSET")
      + replies("503 5.5.1 A mail is already under way") + ok + needsMail + mailOk + rcptOk + go + message("c\r\n")
      + queued),
  ServerCase(
    name: "EHLO forgets the chunks", input: openMail + "BDAT 3\r\na\r\nHELO c\r\nBDAT 0 LAST\r\n",
    expected: opened + chunkOk + plainHello + needsMail),
  ServerCase(
    name: "octets of a refused chunk are read and thrown away",
    input:
      "BDAT 6\r\nQUIT\r\nHELO c\r\nBDAT 6 LAST\r\nQUIT\r\nMAIL FROM:<s@a.test>\r\nBDAT 6\r\nQUIT\r\nBDAT 6 LAST\r\nQUIT\r\n"
      + "NOOP\r\n",
    expected: greeting + needsMail + plainHello + needsMail + mailOk + replies("554 5.5.1 No valid recipients")
      + needsMail + ok),
  ServerCase(
    name: "over the size in one chunk and in the sum; the rest is refused in step",
    settings: limits { $0.maximumMessageBytes = 6 },
    input: openMail
      + "BDAT 8\r\n123456\r\nBDAT 3 LAST\r\na\r\nMAIL FROM:<s@a.test>\r\nRCPT TO:<r@b.test>\r\nBDAT 5\r\n123\r\n"
      + "BDAT 2 LAST\r\n\r\nNOOP\r\n",
    expected: opened + replies("552 5.3.4 Message size exceeds the limit") + needsMail + mailOk + rcptOk + chunkOk
      + replies("552 5.3.4 Message size exceeds the limit") + ok),
  ServerCase(
    name: "a binary mail is made text; a text that is none is refused as everywhere",
    input: openMail.replacing("MAIL FROM:<s@a.test>", with: "MAIL FROM:<s@a.test> BODY=BINARYMIME")
      + "DATA\r\nBDAT 40\r\nContent-Transfer-Encoding: binary\r\n\r\na\r\0BDAT 3 LAST\r\n\n.\n"
      + "MAIL FROM:<s@a.test> BODY=BINARYMIME\r\nRCPT TO:<r@b.test>\r\nBDAT 5 LAST\r\n\r\n\n.\nRSET\r\n",
    expected: opened + replies("503 5.5.1 BODY=BINARYMIME needs BDAT") + chunkOk
      + message(body: .binaryMIME, "Content-Transfer-Encoding: base64\r\n\r\nYQ0ACi4K\r\n") + queued + mailOk + rcptOk
      + bare),
  ServerCase(
    name: "a binary mail within the size as it comes, over it once it is text",
    settings: limits { $0.maximumMessageBytes = 100 },
    input: openMail.replacing("MAIL FROM:<s@a.test>", with: "MAIL FROM:<s@a.test> BODY=BINARYMIME")
      + "BDAT 97 LAST\r\nContent-Transfer-Encoding: binary\r\n\r\n\(String(repeating: "x", count: 60))NOOP\r\n",
    expected: opened
      + message(
        body: .binaryMIME,
        "Content-Transfer-Encoding: base64\r\n\r\n\(String(repeating: "eHh4", count: 19))\r\neHh4\r\n") + queued + ok),
  ServerCase(
    name: "a line over its limit, cut by chunks", settings: limits { $0.maximumTextLine = 4 },
    input: openMail + "BDAT 4\r\nabcdBDAT 3 LAST\r\ne\r\nNOOP\r\n",
    expected: opened + chunkOk + replies("554 5.6.0 A line of the message is too long") + ok),
  ServerCase(
    name: "a store that is full",
    input: "HELO c\r\nMAIL FROM:<full@a.test>\r\nRCPT TO:<r@b.test>\r\nBDAT 3 LAST\r\nx\r\nBDAT 0 LAST\r\n",
    expected: greeting + plainHello + mailOk + rcptOk + message(from: "full@a.test", "x\r\n")
      + replies("452 4.3.1 Insufficient system storage") + needsMail),
  ServerCase(
    name: "empty chunks bring no mail nearer", settings: limits { $0.maximumIdleCommands = 2 },
    input: openMail + "BDAT 0\r\nBDAT 0\r\n",
    expected: opened + chunkOk + replies("421 4.7.0 Too many commands without a mail") + [.close]),
  // Smuggling: the count keeps this server in step; what would smuggle on the way out is refused.
  ServerCase(
    name: "LF.LF in a chunk", input: openMail + "BDAT 5 LAST\r\na\n.\nbNOOP\r\n", expected: opened + bare),
  ServerCase(
    name: "CR.CR in a chunk", input: openMail + "BDAT 5 LAST\r\na\r.\rbNOOP\r\n", expected: opened + bare),
  ServerCase(
    name: "CRLF.LF in a chunk", input: openMail + "BDAT 6 LAST\r\na\r\n.\nbNOOP\r\n", expected: opened + bare),
  ServerCase(
    name: "a CR at the border whose LF does not come", input: openMail + "BDAT 2\r\na\rBDAT 1 LAST\r\nbNOOP\r\n",
    expected: opened + chunkOk + bare),
  ServerCase(name: "a CR at the very end", input: openMail + "BDAT 2 LAST\r\na\rNOOP\r\n", expected: opened + bare),
  ServerCase(
    name: "a NUL in a chunk", input: openMail + "BDAT 4 LAST\r\na\0\r\nNOOP\r\n",
    expected: opened + replies("550 5.6.0 NUL in the message is refused") + [.close]),
  ServerCase(
    name: "the same made good where it is taken", settings: normalize,
    input: openMail + "BDAT 13\r\na\n.\nb\r.\rc\r\n\0\rBDAT 1 LAST\r\nd",
    expected: opened + chunkOk + message("a\r\n.\r\nb\r\n.\r\nc\r\n\r\nd\r\n") + queued),
]

/// After any of these nobody knows where the next command starts: what follows must not be read as one.
private let lengths = [
  "BDAT", "BDAT LAST", "BDAT -1", "BDAT +6", "BDAT 6x", "BDAT 0x6", "BDAT 6 LAS", "BDAT 6 LAST LAST", "BDAT 6 6",
  "BDAT 99999999999999999999", "BDAT 9223372036854775808 LAST",
]

@Suite("BDAT")
struct ChunkTests {
  @Test("in one piece and cut at each byte", arguments: dialogues)
  func dialogue(_ dialogue: ServerCase) { check(dialogue) }

  @Test("a length that is none ends the session", arguments: lengths)
  func badLength(_ command: String) {
    let expected = opened + replies("501 5.5.4 BDAT needs a size and at most LAST") + [.close]
    check(ServerCase(name: command, input: openMail + command + "\r\nQUIT\r\n", expected: expected))
  }

  @Test("the largest length is waited for")
  func hugeLength() {
    let text = "BDAT 9223372036854775807 LAST\r\nQUIT\r\n"
    check(ServerCase(name: "huge", input: openMail + text, expected: opened))
    check(ServerCase(name: "huge, refused", input: text, expected: greeting))
  }

  @Test(
    "a text that is dropped gives its memory back and is refused in step",
    arguments: ["DATA", "BDAT 5\r\nabc\r\nBDAT 9 LAST"])
  func dropped(_ command: String) {
    var session = ServerSession(limits { _ in })
    session.receive(Array((openMail + command + "\r\nHello\r\n").utf8))
    while session.next() != nil {}
    #expect(session.bufferedBytes > 0)
    session.dropText()
    #expect(session.bufferedBytes == 0 && session.isReadingData)
    session.receive(Array(command == "DATA" ? ".\r\n".utf8 : "\r\n".utf8))
    #expect(session.next() == replies("452 4.3.1 Too many large mails at once, try again later").first)
    #expect(!session.isReadingData && !session.isInTransaction)
    session.dropText()
    session.receive(Array("NOOP\r\n".utf8))
    #expect(session.next() == ok.first)
  }

  @Test("between chunks the text is still being read, and counted")
  func reading() {
    var session = ServerSession(limits { _ in })
    session.receive(Array((openMail + "BDAT 3\r\nab").utf8))
    while session.next() != nil {}
    #expect(session.isReadingData && session.bufferedBytes == 2)
    session.receive(Array("c".utf8))
    while session.next() != nil {}
    #expect(session.isReadingData && session.bufferedBytes == 3)
    session.receive(Array("RSET\r\n".utf8))
    while session.next() != nil {}
    #expect(!session.isReadingData && session.bufferedBytes == 0)
  }
}

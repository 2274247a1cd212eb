import SMTP
import Testing

private let full = ["220 mx", "250-mx", "250-PIPELINING", "250-SIZE 1000", "250 8BITMIME", "235 2.7.0 ok"]
private let bare = ["220 mx", "250 mx"]
private let hello = "A: b\r\n\r\nHi\r\n"
private let batch = "MAIL FROM:<s@a> SIZE=12\r\nRCPT TO:<r@b>\r\nDATA\r\n"

private struct ClientCase: Sendable, CustomTestStringConvertible {
  let name: String
  var transcript = full
  var message = hello
  var recipient = "r@b"
  var request = ClientRequest()
  /// What the server says to each write in turn; nil ends the connection.
  let server: [String?]
  let expected: [ClientAction]
  var isReusable = true
  var testDescription: String { name }
}

private let able = ["250-mx", "250-8BITMIME", "250-SMTPUTF8", "250-dsn", "250 PIPELINING"]
private let wishes = ClientRequest(
  returnContent: .headers, envelopeID: "a+2Bb", notify: "SUCCESS", originalRecipient: "rfc822;x@y", allowsUTF8: true)
private let taken = "250 a\r\n250 b\r\n354 c\r\n"
/// An accepted mail whose commands are these.
private func asking(
  _ name: String, _ transcript: [String], _ request: ClientRequest, message: String = hello, recipient: String = "r@b",
  _ mail: String, _ rcpt: String
) -> ClientCase {
  ClientCase(
    name: name, transcript: transcript, message: message, recipient: recipient, request: request,
    server: [taken, "250 d\r\n"],
    expected: [
      write("MAIL FROM:<s@a>\(mail)\r\nRCPT TO:<\(recipient)>\(rcpt)\r\nDATA\r\n"),
      .readyForFinalDot, write(String(message.dropLast()) + "\r\n.\r\n"), ended(.accepted(reply(250, nil, "d"))),
    ])
}

private func write(_ text: String) -> ClientAction { .write(Array(text.utf8)) }
private func ended(_ result: ClientResult) -> ClientAction { .finished(result) }
private func reply(_ code: Int, _ enhanced: EnhancedStatusCode? = nil, _ lines: String...) -> Reply {
  Reply(code: code, enhanced: enhanced, lines: lines)
}
private let sent = [ClientAction.readyForFinalDot, write("A: b\r\n\r\nHi\r\n.\r\n")]

private let dialogues: [ClientCase] = [
  ClientCase(
    name: "pipelined and accepted", server: ["250 a\r\n250 b\r\n354 c\r\n", "250 2.0.0 Ok: queued as 7\r\n"],
    expected: [write(batch)] + sent + [ended(.accepted(reply(250, .init(2, 0, 0), "Ok: queued as 7")))]),
  ClientCase(
    name: "one command at a time", transcript: bare,
    server: ["250 a\r\n", "251 b\r\n", "354 c\r\n", "250 fine\r\n"],
    expected: [write("MAIL FROM:<s@a>\r\n"), write("RCPT TO:<r@b>\r\n"), write("DATA\r\n")] + sent
      + [ended(.accepted(reply(250, nil, "fine")))]),
  ClientCase(
    name: "sender refused, DATA refused with it",
    server: ["550-5.7.1 no\r\n550 5.7.1 never\r\n503 x\r\n503 y\r\n"],
    expected: [write(batch), ended(.refused(.mail, reply(550, .init(5, 7, 1), "no", "never")))]),
  ClientCase(
    name: "recipient refused, DATA refused with it", server: ["250 a\r\n550 5.1.1 unknown\r\n554 5.5.1 none\r\n"],
    expected: [write(batch), ended(.refused(.rcpt, reply(550, .init(5, 1, 1), "unknown")))]),
  ClientCase(
    name: "recipient refused, DATA taken all the same",
    server: ["250 a\r\n450 4.2.1 later\r\n354 go\r\n", "554 none\r\n"],
    expected: [write(batch), write(".\r\n"), ended(.refused(.rcpt, reply(450, .init(4, 2, 1), "later")))]),
  ClientCase(
    name: "sender refused but all the rest taken", server: ["451 no\r\n250 b\r\n354 go\r\n"],
    expected: [write(batch), ended(.refused(.mail, reply(451, nil, "no")))], isReusable: false),
  ClientCase(
    name: "recipient refused without pipelining", transcript: bare, server: ["250 a\r\n", "550 no\r\n"],
    expected: [
      write("MAIL FROM:<s@a>\r\n"), write("RCPT TO:<r@b>\r\n"), ended(.refused(.rcpt, reply(550, nil, "no"))),
    ]),
  ClientCase(
    name: "DATA refused", server: ["250 a\r\n250 b\r\n451 4.3.0 not now\r\n"],
    expected: [write(batch), ended(.refused(.data, reply(451, .init(4, 3, 0), "not now")))]),
  ClientCase(
    name: "refused after the dot", server: ["250 a\r\n250 b\r\n354 c\r\n", "554 5.7.1 spam\r\n"],
    expected: [write(batch)] + sent + [ended(.refused(.dot, reply(554, .init(5, 7, 1), "spam")))]),
  ClientCase(
    name: "421 to MAIL", server: ["421 4.7.0 too many\r\n"],
    expected: [write(batch), ended(.refused(.mail, reply(421, .init(4, 7, 0), "too many")))], isReusable: false),
  ClientCase(
    name: "421 to the dot", server: ["250 a\r\n250 b\r\n354 c\r\n", "421 bye\r\n"],
    expected: [write(batch)] + sent + [ended(.refused(.dot, reply(421, nil, "bye")))], isReusable: false),
  ClientCase(
    name: "a farewell before the dot", server: ["250 a\r\n250 b\r\n354 c\r\n421 timeout\r\n"],
    expected: [write(batch), sent[0], ended(.connectionLost(.beforeDot))], isReusable: false),
  ClientCase(
    name: "lost before the dot", server: ["250 a\r\n", nil],
    expected: [write(batch), ended(.connectionLost(.beforeDot))], isReusable: false),
  ClientCase(
    name: "lost after the recipient was refused", server: ["250 a\r\n550 5.1.1 unknown\r\n", nil],
    expected: [write(batch), ended(.refused(.rcpt, reply(550, .init(5, 1, 1), "unknown")))], isReusable: false),
  ClientCase(
    name: "lost after the sender was refused", server: ["451 4.7.1 later\r\n25", nil],
    expected: [write(batch), ended(.refused(.mail, reply(451, .init(4, 7, 1), "later")))], isReusable: false),
  ClientCase(
    name: "lost after the dot", server: ["250 a\r\n250 b\r\n354 c\r\n", nil],
    expected: [write(batch)] + sent + [ended(.connectionLost(.afterDot))], isReusable: false),
  ClientCase(
    name: "no SMTP", server: ["HTTP/1.1 400 Bad Request\r\n"],
    expected: [
      write(batch), ended(.protocolFailure("not an SMTP reply: HTTP/1.1 400 Bad Request", .beforeDot)),
    ], isReusable: false),
  ClientCase(
    name: "no SMTP after the dot", server: ["250 a\r\n250 b\r\n354 c\r\n", "\r\n"],
    expected: [write(batch)] + sent + [ended(.protocolFailure("not an SMTP reply: ", .afterDot))], isReusable: false),
  ClientCase(
    name: "codes that differ within a reply", server: ["250-a\r\n251 b\r\n"],
    expected: [write(batch), ended(.protocolFailure("not an SMTP reply: 251 b", .beforeDot))], isReusable: false),
  ClientCase(
    name: "354 to MAIL", server: ["354 a\r\n"],
    expected: [write(batch), ended(.protocolFailure("354 to mail", .beforeDot))], isReusable: false),
  ClientCase(
    name: "a reply after the last one", server: ["250 a\r\n250 b\r\n354 c\r\n", "250 fine\r\n421 bye\r\n"],
    expected: [write(batch)] + sent + [ended(.accepted(reply(250, nil, "fine")))], isReusable: false),
  ClientCase(
    name: "eight bits", message: "ä", server: ["250 a\r\n250 b\r\n354 c\r\n", "250 fine\r\n"],
    expected: [
      write("MAIL FROM:<s@a> SIZE=4 BODY=8BITMIME\r\nRCPT TO:<r@b>\r\nDATA\r\n"), .readyForFinalDot,
      write("ä\r\n.\r\n"), ended(.accepted(reply(250, nil, "fine"))),
    ]),
  ClientCase(
    name: "eight bits the server does not take", transcript: bare, message: "ä", server: [],
    expected: [ended(.unsendable(.needsEightBitMIME))]),
  ClientCase(
    name: "over the server's size", message: String(repeating: "x", count: 999), server: [],
    expected: [ended(.unsendable(.tooLarge(limit: 1000)))]),
  ClientCase(
    name: "a UTF-8 address the server does not take", recipient: "ä@b", server: [],
    expected: [ended(.unsendable(.needsSMTPUTF8))]),
  ClientCase(
    name: "an address with a command in it", recipient: "a@b>\r\nRCPT TO:<c@d", server: [],
    expected: [ended(.unsendable(.unsafeAddress("a@b>\r\nRCPT TO:<c@d")))]),
  ClientCase(
    name: "an address that closes its bracket", recipient: "a@b> NOTIFY=NEVER", server: [],
    expected: [ended(.unsendable(.unsafeAddress("a@b> NOTIFY=NEVER")))]),
  asking(
    "what the sender asked for; a bounce is always wanted", able, wishes, " RET=HDRS ENVID=a+2Bb",
    " NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;x@y"),
  asking("NEVER is not passed on", able, ClientRequest(notify: "NEVER"), "", ""),
  asking("a wish for bounces as it is", able, ClientRequest(notify: "FAILURE,DELAY"), "", " NOTIFY=FAILURE,DELAY"),
  asking("a server without DSN", ["250-mx", "250 PIPELINING"], wishes, "", ""),
  asking(
    "a header in UTF-8", able, wishes, message: "A: ü\r\n\r\nHi\r\n", " BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=a+2Bb",
    " NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;x@y"),
  asking(
    "only the text in UTF-8", able, ClientRequest(allowsUTF8: true), message: "A: b\r\n\r\nü\r\n", " BODY=8BITMIME", ""),
  asking(
    "an ORCPT in UTF-8 beside SMTPUTF8", able, ClientRequest(originalRecipient: "utf-8;ü@b"), recipient: "ü@b",
    " SMTPUTF8", " ORCPT=utf-8;ü@b"),
  asking("and not without it", able, ClientRequest(originalRecipient: "utf-8;ü@b"), "", ""),
  asking(
    "values that would break a command stay away", able,
    ClientRequest(envelopeID: "a\r\nQUIT", notify: "a b", originalRecipient: "x> y"), "", ""),
  ClientCase(
    name: "a header in UTF-8 the server does not take", message: "A: ü\r\n\r\n", request: wishes, server: [],
    expected: [ended(.unsendable(.needsSMTPUTF8))]),
  ClientCase(
    name: "no address", recipient: "", server: [], expected: [ended(.unsendable(.unsafeAddress("")))]),
  ClientCase(
    name: "broken UTF-8 and control characters in a reply", server: ["550 a\u{7}b\u{FFFD}\r\n503 -\r\n503 -\r\n"],
    expected: [write(batch), ended(.refused(.mail, reply(550, nil, "a b\u{FFFD}")))]),
]

/// Runs one mail; each text of the server is given in pieces of `step` bytes after a write.
private func run(_ dialogue: ClientCase, step: Int) -> ([ClientAction], ClientSession) {
  var session = ClientSession(transcript: dialogue.transcript)
  session.begin(
    reversePath: "s@a", recipient: dialogue.recipient, message: Array(dialogue.message.utf8), request: dialogue.request)
  var actions: [ClientAction] = []
  var server = dialogue.server[...]
  func drain() -> Bool {
    var wrote = false
    while let action = session.next() {
      actions.append(action)
      if case .write = action {
        wrote = true
        // What the server says to a write is there before the commit is done.
        if let next = server.popFirst() { speak(next) }
      }
      if action == .readyForFinalDot { session.sendFinalDot() }
    }
    return wrote
  }
  func speak(_ text: String?) {
    guard let text else { return session.connectionEnded() }
    let bytes = Array(text.utf8)
    for start in stride(from: 0, to: bytes.count, by: step) {
      session.receive(bytes[start..<min(start + step, bytes.count)])
    }
  }
  while drain() || !server.isEmpty {
    if let next = server.popFirst() { speak(next) }
  }
  return (actions, session)
}

@Suite("Client dialogues")
struct ClientSessionTests {
  @Test("one mail, the replies cut in all sizes", arguments: dialogues)
  private func oneMail(_ dialogue: ClientCase) {
    let longest = dialogue.server.compactMap { $0?.utf8.count }.max() ?? 1
    for step in 1...max(longest, 1) {
      let (actions, session) = run(dialogue, step: step)
      #expect(actions == dialogue.expected, "\(step) at a time")
      #expect(session.isReusable == dialogue.isReusable)
    }
  }

  @Test("a large body leaves before the commit")
  func largeBody() {
    var session = ClientSession(transcript: bare)
    let message = String(repeating: "x", count: 70_000)
    session.begin(reversePath: "s@a", recipient: "r@b", message: Array(message.utf8))
    for reply in ["250 a\r\n", "250 b\r\n", "354 c\r\n"] {
      _ = session.next()
      session.receive(reply.utf8)
    }
    #expect([session.next(), session.next(), session.next()] == [write(message), .readyForFinalDot, nil])
    session.sendFinalDot()
    #expect([session.next(), session.next()] == [write("\r\n.\r\n"), nil])
  }

  @Test("the dot waits for the commit")
  func dotWaits() {
    var session = ClientSession(transcript: full)
    session.begin(reversePath: "s@a", recipient: "r@b", message: Array(hello.utf8))
    session.sendFinalDot()
    session.receive("250 a\r\n250 b\r\n354 c\r\n".utf8)
    #expect([session.next(), session.next(), session.next()] == [write(batch), sent[0], nil])
    session.sendFinalDot()
    session.sendFinalDot()
    #expect([session.next(), session.next()] == [sent[1], nil])
  }

  @Test("RSET after a refused mail, none after an accepted one; then QUIT")
  func reuse() {
    var session = ClientSession(transcript: full)
    func mail(_ replies: String) -> [ClientAction] {
      session.begin(reversePath: "", recipient: "r@b", message: Array(hello.utf8))
      session.receive(replies.utf8)
      var actions: [ClientAction] = []
      while let action = session.next() {
        actions.append(action)
        if action == .readyForFinalDot {
          session.sendFinalDot()
          session.receive("250 ok\r\n".utf8)
        }
      }
      return actions
    }
    let commands = "MAIL FROM:<> SIZE=12\r\nRCPT TO:<r@b>\r\nDATA\r\n"
    let accepted = sent + [ended(.accepted(reply(250, nil, "ok")))]
    #expect(mail("250 a\r\n250 b\r\n354 c\r\n") == [write(commands)] + accepted)
    #expect(mail("250 a\r\n550 b\r\n503 c\r\n") == [write(commands), ended(.refused(.rcpt, reply(550, nil, "b")))])
    #expect(mail("250 r\r\n250 a\r\n250 b\r\n354 c\r\n") == [write("RSET\r\n" + commands)] + accepted)
    #expect(mail("250 a\r\n250 b\r\n354 c\r\n") == [write(commands)] + accepted)
    session.quit()
    #expect([session.next(), session.next()] == [write("QUIT\r\n"), nil])
    session.receive("221 bye\r\n".utf8)
    #expect([session.next(), session.next()] == [.close, nil])
  }

  @Test("a farewell between mails makes the connection unusable")
  func idleFarewell() {
    var session = ClientSession(transcript: full)
    #expect(session.isReusable)
    session.receive("421 bye\r\n".utf8)
    #expect(!session.isReusable)
    session.begin(reversePath: "s@a", recipient: "r@b", message: [])
    #expect(session.next() == ended(.connectionLost(.beforeDot)))
  }

  @Test("a server cannot fill the memory", arguments: ["250-", "250-x\r\n"])
  func bounded(_ piece: String) {
    var session = ClientSession(transcript: full)
    session.begin(reversePath: "s@a", recipient: "r@b", message: [])
    var result: ClientAction?
    for _ in 0..<20_000 where result == nil {
      session.receive(piece.utf8)
      while let action = session.next() {
        if case .finished = action { result = action }
      }
    }
    let what = piece.utf8.last == 0x0A ? "a reply is too long" : "a reply line is too long"
    #expect(result == ended(.protocolFailure(what, .beforeDot)))
  }

  @Test("capabilities are those of the last EHLO")
  func capabilities() {
    let transcript = [
      "220 mx ESMTP\r\n", "250-mx\r\n", "250-PIPELINING\r\n", "250-SMTPUTF8\r\n", "250 STARTTLS\r\n", "220 go\r\n",
      "250-mx\r\n", "250-size 0\r\n", "250-AUTH PLAIN\r\n", "250 8bitmime\r\n", "334 \r\n", "235 2.7.0 ok\r\n",
    ]
    var expected = Capabilities()
    expected.size = true
    expected.eightBitMIME = true
    #expect(Capabilities(transcript: transcript) == expected)
    #expect(Capabilities(transcript: []) == Capabilities())
    #expect(Capabilities(transcript: ["250", "25", "", "250-", "25", "250-SIZE 5"]).maximumSize == nil)
    #expect(Capabilities(transcript: ["250-mx", "250 SIZE 5"]).maximumSize == 5)
  }
}

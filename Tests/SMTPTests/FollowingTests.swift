import SMTP
import Testing

private let offers = ["250-mx", "250 PIPELINING"]
private let mail = "A: b\r\n\r\nHi\r\n"

/// Two mails, the second given to follow the first.
private struct Pair: Sendable, CustomTestStringConvertible {
  let name: String
  /// What the server says to the second write, which has the end of the first mail and the second one's commands; nil ends
  /// the connection.
  let server: String?
  /// What becomes of the first, and of the second up to its end: nil is ready for it.
  let first: ClientResult
  let second: ClientResult?
  var objects = false
  var isReusable = false
  var testDescription: String { name }
}

private func reply(_ code: Int, _ text: String) -> Reply { Reply(code: code, lines: [text]) }

private let pairs = [
  Pair(
    name: "both go", server: "250 ok\r\n250 a\r\n250 b\r\n354 c\r\n", first: .accepted(reply(250, "ok")), second: nil),
  Pair(
    name: "the first is refused, the second goes", server: "554 spam\r\n250 a\r\n250 b\r\n354 c\r\n",
    first: .refused(.dot, reply(554, "spam")), second: nil),
  Pair(
    name: "the second is refused", server: "250 ok\r\n250 a\r\n550 unknown\r\n503 c\r\n",
    first: .accepted(reply(250, "ok")), second: .refused(.rcpt, reply(550, "unknown")), isReusable: true),
  Pair(
    name: "the server closes after the first", server: "421 enough\r\n", first: .refused(.dot, reply(421, "enough")),
    second: .connectionLost(.beforeDot)),
  Pair(
    name: "a farewell to the second", server: "250 ok\r\n421 enough\r\n", first: .accepted(reply(250, "ok")),
    second: .refused(.mail, reply(421, "enough"))),
  Pair(
    name: "lost before the first's reply", server: nil, first: .connectionLost(.afterDot),
    second: .connectionLost(.beforeDot), objects: true),
  Pair(
    name: "a synchronization error to the second", server: "250 ok\r\n554 SMTP synchronization error\r\n",
    first: .accepted(reply(250, "ok")), second: .connectionLost(.beforeDot), objects: true),
  Pair(
    name: "out of order", server: "250 ok\r\n503 5.5.1 nested MAIL\r\n", first: .accepted(reply(250, "ok")),
    second: .connectionLost(.beforeDot), objects: true),
  Pair(
    name: "the first pays for it", server: "554 improper command pipelining\r\n",
    first: .refused(.dot, reply(554, "improper command pipelining")), second: .connectionLost(.beforeDot), objects: true
  ),
  Pair(
    name: "no SMTP", server: "hello\r\n", first: .protocolFailure("not an SMTP reply: hello", .afterDot),
    second: .connectionLost(.beforeDot)),
]

@Suite("A mail behind another")
struct FollowingTests {
  private func begun(_ transcript: [String] = offers) -> ClientSession {
    var session = ClientSession(transcript: transcript)
    session.begin(reversePath: "s@a", recipient: "one@b", message: Array(mail.utf8))
    _ = session.next()
    session.receive("250 a\r\n250 b\r\n354 c\r\n".utf8)
    return session
  }

  private func follow(_ session: inout ClientSession, _ recipient: String, _ message: [UInt8]) -> Bool {
    session.follow(reversePath: "s@a", recipient: recipient, message: message)
  }

  @Test("each mail has its own fate, the replies cut in all sizes", arguments: pairs)
  private func fates(_ pair: Pair) {
    for step in 1...max(1, pair.server?.utf8.count ?? 1) {
      var session = begun()
      #expect(session.next() == .readyForFinalDot)
      #expect(follow(&session, "two@b", Array(mail.utf8)))
      session.sendFinalDot()
      let group = "A: b\r\n\r\nHi\r\n.\r\nMAIL FROM:<s@a>\r\nRCPT TO:<two@b>\r\nDATA\r\n"
      #expect(session.next() == .write(Array(group.utf8)))
      if let said = pair.server.map({ Array($0.utf8) }) {
        for start in stride(from: 0, to: said.count, by: step) {
          session.receive(said[start..<min(start + step, said.count)])
        }
      } else {
        session.connectionEnded()
      }
      #expect(session.next() == .finished(pair.first))
      #expect(session.next() == pair.second.map { .finished($0) } ?? .readyForFinalDot)
      #expect(session.next() == nil)
      #expect(session.objectsToFollowing == pair.objects)
      #expect(session.isReusable == pair.isReusable)
    }
  }

  @Test("a whole row of mails, one write each")
  func row() {
    var session = begun()
    for number in 0..<5 {
      #expect(session.next() == .readyForFinalDot)
      #expect(follow(&session, "\(number)@b", Array(mail.utf8)))
      session.sendFinalDot()
      guard case .write = session.next() else { return #expect(Bool(false), "nothing was written") }
      session.receive("250 \(number)\r\n250 a\r\n250 b\r\n354 c\r\n".utf8)
      #expect(session.next() == .finished(.accepted(reply(250, "\(number)"))))
    }
    #expect(session.next() == .readyForFinalDot)
    session.sendFinalDot()
    _ = session.next()
    session.receive("250 last\r\n".utf8)
    #expect(session.next() == .finished(.accepted(reply(250, "last"))))
    #expect(session.isReusable)
  }

  @Test("nothing follows out of turn, without PIPELINING, or when it cannot be sent")
  func refused() {
    var early = ClientSession(transcript: offers)
    #expect(!follow(&early, "two@b", []))
    var plain = ClientSession(transcript: ["250 mx"])
    plain.begin(reversePath: "s@a", recipient: "one@b", message: [])
    for reply in ["250 a\r\n", "250 b\r\n", "354 c\r\n"] { plain.receive(reply.utf8) }
    #expect(!follow(&plain, "two@b", []))
    var session = begun()
    #expect(!follow(&session, "two@b", [0xC3]))
    #expect(follow(&session, "two@b", []))
    #expect(!follow(&session, "three@b", []))
    session.sendFinalDot()
    #expect(!follow(&session, "three@b", []))
  }

  @Test("what follows is dropped with a mail whose end is not sent")
  func dropped() {
    var session = begun()
    _ = session.next()
    #expect(follow(&session, "two@b", []))
    session.connectionEnded()
    #expect(session.next() == .finished(.connectionLost(.beforeDot)))
    #expect(session.next() == .finished(.connectionLost(.beforeDot)))
    #expect(!session.objectsToFollowing)
  }
}

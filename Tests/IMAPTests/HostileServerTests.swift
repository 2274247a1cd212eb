import IMAP
import Testing

private let small = Limits(
  line: 100, literal: 50, response: 200, nesting: 4, responsesWithoutCompletion: 20, bytesWithoutCompletion: 2_000)

private func hostile(_ name: String, _ server: String, _ failure: ProtocolFailure) -> Conversation {
  Conversation(
    name: name, limits: small, steps: opened + [.send(.noop), .server(server), .close],
    actions: openedActions + [written("P2 NOOP"), .failed(failure)])
}

private let conversations: [Conversation] = [
  hostile("endless line", "* " + String(repeating: "x", count: 5_000), .lineTooLong(limit: 100)),
  hostile(
    "endless line after a literal", "* 1 FETCH (A {1}\r\nx" + String(repeating: " y", count: 90),
    .lineTooLong(limit: 100)),
  hostile("literal over the limit", "* 1 FETCH (BODY[] {51}\r\n", .literalTooLarge(announced: 51, limit: 50)),
  hostile(
    "literal of absurd size", "* 1 FETCH (BODY[] {99999999999999999999999}\r\n",
    .literalTooLarge(announced: .max, limit: 50)),
  hostile(
    "literal at the edge of Int", "* 1 FETCH (BODY[] ~{9223372036854775807+}\r\n",
    .literalTooLarge(announced: 9_223_372_036_854_775_807, limit: 50)),
  hostile(
    "many literals in one response",
    "* 1 FETCH (A {50}\r\n" + String(repeating: String(repeating: "x", count: 50) + " A {50}\r\n", count: 4),
    .responseTooLarge(limit: 200)),
  hostile("closed in a literal", "* 1 FETCH (BODY[] {50}\r\nabc", .closed(.literal)),
  hostile("closed in a line", "* 1 FET", .closed(.response)),
  hostile("closed between responses", "* 3 EXISTS\r\n", .closed(.command)).with(.exists(3)),
  hostile(
    "literal shorter than it says", "* 1 FETCH (BODY[] {3}\r\nabcdef)\r\n", .malformed(expected: "' '", near: "")),
  hostile(
    "literal longer than it says", "* 1 FETCH (BODY[] {10}\r\nabcdef)\r\n)\r\n", .malformed(expected: "", near: "")),
  hostile(
    "deep nesting", "* 1 FETCH (X " + String(repeating: "(", count: 60) + ")\r\n",
    .malformed(expected: "at most 4 nested lists", near: "CH (X (((((")),
  hostile("bare LF", "* 1 EXISTS\n", .bareLineEnding),
  hostile("bare CR", "* OK a\rb\r\n", .bareLineEnding),
  hostile("unknown tag", "Z9 OK hello\r\n", .unknownTag("Z9")),
  hostile("continuation from nowhere", "+ go ahead\r\n", .unexpectedContinuation("go ahead")),
  hostile("bye", "* BYE shutting down\r\n", .bye("shutting down")),
  hostile("garbage", "\u{1}\u{2}\u{3}(((\r\n", .malformed(expected: "a tag, '*' or '+'", near: "???(((")),
  hostile(
    "HTTP", "HTTP/1.1 400 Bad Request\r\n", .malformed(expected: "OK, NO or BAD", near: "400 Bad Request")),
  hostile("empty line", "\r\n", .malformed(expected: "a tag, '*' or '+'", near: "")),
  hostile("number over 32 bits", "* 4294967296 EXISTS\r\n", .malformed(expected: "a message number", near: "")),
  hostile(
    "number over 64 bits", "* 1 FETCH (RFC822.SIZE 18446744073709551616)\r\n", .malformed(expected: "a size", near: "")),
  hostile("a flood of responses", String(repeating: "* OK\r\n", count: 21), .flood),
  hostile("a second greeting", "* PREAUTH hi\r\n", .malformed(expected: "no second greeting", near: "hi")),
  Conversation(
    name: "a flood of bytes", limits: small,
    steps: opened + [
      .send(.noop), .server(String(repeating: "* OK " + String(repeating: "a", count: 90) + "\r\n", count: 19)),
      .server(String(repeating: "x", count: 300)),
    ],
    actions: openedActions + [written("P2 NOOP"), .failed(.lineTooLong(limit: 100))]),
  Conversation(
    name: "data where the greeting should be", transcript: nil, steps: [.server("* 1 EXISTS\r\n")],
    actions: [.failed(.malformed(expected: "a greeting", near: ""))]),
  Conversation(
    name: "closed without a word", transcript: nil, steps: [.close], actions: [.failed(.closed(.greeting))]),
  Conversation(
    name: "closed while idling", steps: opened + [.send(.idle), .server("+ ok\r\n"), .close],
    actions: openedActions + [written("P2 IDLE"), .idling, .failed(.closed(.idling))]),
]

extension Conversation {
  /// The same with one more action before the failure.
  fileprivate func with(_ action: Action) -> Conversation {
    var copy = self
    copy.actions.insert(action, at: copy.actions.count - 1)
    return copy
  }
}

@Suite struct HostileServerTests {
  /// Failures are compared by kind where the table leaves the excerpt open.
  private func matches(_ actions: [Action], _ expected: [Action]) -> Bool {
    guard actions.count == expected.count else { return false }
    return zip(actions, expected).allSatisfy { action, wanted in
      guard case .failed(.malformed(let what, let near)) = wanted else { return action == wanted }
      guard case .failed(.malformed(let gotWhat, let gotNear)) = action else { return false }
      return (what.isEmpty || what == gotWhat) && (near.isEmpty || gotNear.contains(near))
    }
  }

  @Test(arguments: conversations) func endsWithAClearError(_ conversation: Conversation) {
    let played = conversation.play { [$0] }
    #expect(matches(played.actions, conversation.actions), "\(played.actions.suffix(2))")
    #expect(played.session.phase == .ended)
  }

  @Test(arguments: conversations) func endsTheSameByteByByte(_ conversation: Conversation) {
    let played = conversation.play { $0.map { [$0] } }
    #expect(matches(played.actions, conversation.actions), "\(played.actions.suffix(2))")
  }

  @Test func floodOfBytesWithoutAnEndIsCut() {
    var limits = small
    limits.literal = 5_000
    limits.response = 6_000
    var session = ClientSession(loggedInWith: [], limits: limits)
    let actions = session.receive(Array(("* 1 FETCH (X {4000}\r\n" + String(repeating: "x", count: 3_000)).utf8))
    #expect(actions == [.failed(.flood)])
  }

  /// Bytes of a good conversation with one byte changed: any result is fine, but the session must come to one.
  @Test func survivesEachByteChanged() {
    let good = Array(
      ("* 1 FETCH (UID 11 FLAGS (\\Seen) INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" BODY[]<0> {4}\r\nabcd)\r\n"
        + "* ESEARCH (TAG \"P2\") UID ALL 1:4294967295\r\n* LIST (\\Sent) \"/\" \"a&APw-b\"\r\nP2 OK [UIDNEXT 5] x\r\n")
        .utf8)
    for index in good.indices {
      for byte in [0, 9, 10, 13, 32, 34, 38, 40, 41, 45, 48, 57, 60, 91, 92, 93, 123, 125, 126, 128, 255] as [UInt8] {
        var bytes = good
        bytes[index] = byte
        var session = ClientSession(loggedInWith: [], limits: small)
        _ = try? session.submit(.noop)
        _ = session.receive(bytes)
        _ = session.peerClosed()
        #expect(session.phase == .ended)
      }
    }
  }
}

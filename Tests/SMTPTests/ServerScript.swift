import SMTP
import Testing

/// A dialogue as a client would have it; `>` and `<` mark who speaks.
struct ServerCase: Sendable, CustomTestStringConvertible {
  let name: String
  var settings = ServerSettings(hostname: "mx.test", authentication: .always, trusted: true)
  let input: String
  let expected: [ServerAction]
  var testDescription: String { name }
}

/// Runs a server session over `chunks`; answers the actions as the given logins and stores would.
func run(_ settings: ServerSettings, _ chunks: some Sequence<[UInt8]>) -> [ServerAction] {
  var session = ServerSession(settings)
  var actions: [ServerAction] = []
  func drain() {
    while let action = session.next() {
      actions.append(action)
      switch action {
      case .reply, .close: break
      case .startTLS: session.tlsStarted()
      case .authenticate(let name, let password):
        let outcome: LoginOutcome = name == "down" ? .unavailable : password == "secret" ? .accepted : .wrong
        if let answer = session.authenticated(outcome) { actions.append(answer) }
      case .sasl(_, let message, let isFirst):
        if let answer = session.answerSASL(saslAnswer(to: message, isFirst: isFirst)) { actions.append(answer) }
      case .client(let facts):
        var told = settings
        told.trusted = facts.address == "192.0.2.1"
        let answer =
          facts.login == "eve"
          ? session.refuseClient(with: .unknownLogin)
          : session.clientBecame(told, login: facts.login.flatMap { $0.isEmpty ? nil : $0 })
        if let answer { actions.append(answer) }
      case .message(let envelope, _):
        let answer =
          envelope.reversePath == "full@a.test"
          ? ServerReply.insufficientStorage
          : ServerReply(250, .init(2, 0, 0), "Ok: queued as 1")
        if let answer = session.answerMessage(with: answer) { actions.append(answer) }
      }
    }
  }
  drain()
  for chunk in chunks {
    session.receive(chunk)
    drain()
  }
  return actions
}

/// The exchange of a mechanism whose client says `first`, `final` and nothing.
func saslAnswer(to message: [UInt8], isFirst: Bool) -> SASLAnswer {
  switch (String(decoding: message, as: UTF8.self), isFirst) {
  case ("bearer", true): .finished(.accepted, name: "a")
  case ("first", true): .challenge(Array("ours".utf8))
  case ("final", false): .challenge(Array("proof".utf8))
  case ("", false): .finished(.accepted, name: "a")
  case ("down", false): .finished(.unavailable, name: "a")
  case (_, true): .malformed
  case (_, false): .finished(.wrong, name: "a")
  }
}

/// Replies in `<` notation: one action for each text, CRLF added to each of its lines.
func replies(_ texts: String...) -> [ServerAction] {
  texts.map { .reply(Array($0.split(separator: "\n").map { $0 + "\r\n" }.joined().utf8)) }
}

/// Actions for people who read a failure.
func shown(_ actions: [ServerAction]) -> Comment {
  let lines = actions.map { action in
    switch action {
    case .reply(let bytes): "S: \(String(decoding: bytes, as: UTF8.self))"
    case .message(let envelope, let bytes): "\(envelope) \(String(decoding: bytes, as: UTF8.self).debugDescription)\n"
    default: "\(action)\n"
    }
  }
  return Comment(rawValue: lines.joined())
}

/// A dialogue gives the same actions in one piece, byte by byte, and cut in two at each byte.
func check(_ dialogue: ServerCase) {
  let bytes = Array(dialogue.input.utf8)
  let whole = run(dialogue.settings, [bytes])
  #expect(whole == dialogue.expected, shown(whole))
  #expect(run(dialogue.settings, bytes.map { [$0] }) == dialogue.expected, "byte by byte")
  for cut in 0...bytes.count {
    let actions = run(dialogue.settings, [Array(bytes[..<cut]), Array(bytes[cut...])])
    #expect(actions == dialogue.expected, "cut at \(cut)")
  }
}

// What the table of dialogues is written with.
let greeting = replies("220 mx.test ESMTP Postern")
let plainHello = replies("250 mx.test")
func hello(_ lines: String...) -> [ServerAction] {
  let all =
    [
      "mx.test", "PIPELINING", "SIZE 35882577", "8BITMIME", "SMTPUTF8", "CHUNKING", "BINARYMIME", "DSN",
      "ENHANCEDSTATUSCODES",
      "LIMITS RCPTMAX=100",
    ] + lines + ["HELP"]
  return replies(all.enumerated().map { "250\($0 + 1 == all.count ? " " : "-")\($1)" }.joined(separator: "\n"))
}
let ok = replies("250 2.0.0 Ok")
let mailOk = replies("250 2.1.0 Ok")
let rcptOk = replies("250 2.1.5 Ok")
let go = replies("354 End data with <CR><LF>.<CR><LF>")
let queued = replies("250 2.0.0 Ok: queued as 1")
let bye = replies("221 2.0.0 Bye") + [.close]
func message(
  from: String = "s@a.test", to: [String] = ["r@b.test"], size: Int? = nil, body: Envelope.BodyType = .sevenBit,
  login: String? = nil, as protocolName: String = "SMTP", _ text: String
) -> [ServerAction] {
  [
    .message(
      Envelope(
        reversePath: from, recipients: to, declaredSize: size, body: body, login: login, clientName: "c",
        protocolName: protocolName), Array(text.utf8))
  ]
}
func untrusted(tls: ServerSettings.TLS = .offered, _ authentication: ServerSettings.Authentication = .withTLS)
  -> ServerSettings
{
  ServerSettings(hostname: "mx.test", tls: tls, authentication: authentication)
}
func limits(_ change: (inout ServerSettings) -> Void) -> ServerSettings {
  var settings = ServerSettings(hostname: "mx.test", authentication: .always, trusted: true)
  change(&settings)
  return settings
}
let openMail = "HELO c\r\nMAIL FROM:<s@a.test>\r\nRCPT TO:<r@b.test>\r\n"
let opened = greeting + plainHello + mailOk + rcptOk

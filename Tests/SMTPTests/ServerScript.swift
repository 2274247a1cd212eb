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

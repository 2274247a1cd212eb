import IMAP
import Testing

/// A scripted exchange: what the client sends, what the server answers in one go, and the actions that must follow.
struct Conversation: Sendable, CustomTestStringConvertible {
  enum Step: Sendable {
    case send(Command)
    case server(String)
    case endIdle
    case close
  }

  var name: String
  var transcript: [String]? = ["A1 OK [CAPABILITY IMAP4rev1 IDLE] logged in"]
  var limits = Limits()
  var steps: [Step]
  var actions: [Action]

  var testDescription: String { name }

  /// Plays it with every server's answer handed over in pieces that `cut` makes.
  func play(_ cut: ([UInt8]) -> [[UInt8]]) -> (actions: [Action], session: ClientSession) {
    var session =
      if let transcript {
        ClientSession(loggedInWith: transcript, limits: limits)
      } else {
        ClientSession(limits: limits)
      }
    var actions: [Action] = []
    for step in steps {
      switch step {
      case .send(let command):
        if let sent = try? session.submit(command) { actions.append(.write(sent.bytes)) }
      case .server(let text):
        for piece in cut(Array(text.utf8)) { actions += session.receive(piece) }
      case .endIdle:
        if let bytes = session.endIdle() { actions.append(.write(bytes)) }
      case .close: actions += session.peerClosed()
      }
    }
    return (actions, session)
  }

  /// The longest answer, for splitting at each byte.
  var longestAnswer: Int {
    steps.map { if case .server(let text) = $0 { text.utf8.count } else { 0 } }.max() ?? 0
  }
}

func written(_ line: String) -> Action { .write(Array((line + "\r\n").utf8)) }

func finished(
  _ tag: String, _ command: Command, _ text: String = "", _ condition: StatusCondition = .ok, code: ResponseCode? = nil
) -> Action {
  .finished(Completion(command: command, tag: tag, status: StatusResponse(condition, code: code, text: text)))
}

func message(_ number: UInt32, _ change: (inout FetchedMessage) -> Void) -> Action {
  var message = FetchedMessage(sequenceNumber: number)
  change(&message)
  return .fetched(message)
}

func section(_ name: String, at origin: UInt64? = nil, _ text: String?) -> FetchedSection {
  FetchedSection(name: name, origin: origin, bytes: text.map { Array($0.utf8) })
}

let inbox = Command.examine(mailbox: "INBOX")

/// Opens INBOX with three messages, as most conversations begin.
let opened: [Conversation.Step] = [
  .send(inbox), .server("* 3 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\nP1 OK [READ-ONLY] open\r\n"),
]
let openedActions: [Action] = [
  written("P1 EXAMINE \"INBOX\""), finished("P1", inbox, "open", code: .readOnly),
]

import IMAP

/// Feeds one input to the IMAP client as a server's words; traps when a rule that must hold is broken.
func check(_ input: [UInt8]) {
  guard let first = input.first else { return }
  let text = Array(input.dropFirst())
  let whole = listen(text, greeting: first & 1 == 0, step: max(1, text.count))
  precondition(
    listen(text, greeting: first & 1 == 0, step: Int(first >> 1) + 1) == whole,
    "the actions depend on how the input was cut")
  let name = ModifiedUTF7.decode(text)
  _ = ModifiedUTF7.decode(ModifiedUTF7.encode(name))
  if let date = InternalDate.parse(text) { precondition(!InternalDate.searchDay(date).isEmpty) }
}

/// Plays a client that opens a mailbox and idles, whatever the server says.
private func listen(_ text: [UInt8], greeting: Bool, step: Int) -> [Action] {
  let limits = Limits(
    line: 4_096, literal: 4_096, response: 16_384, nesting: 8, responsesWithoutCompletion: 10_000,
    bytesWithoutCompletion: 1 << 20)
  var session = greeting ? ClientSession(limits: limits) : ClientSession(loggedInWith: [], limits: limits)
  let resync = Resync.qresync(uidValidity: 1, modSequence: 1, known: 1 ... .max)
  _ = try? session.submit(.enable(["UTF8=ACCEPT", "QRESYNC"]))
  var actions = session.receive(Array("* ENABLED UTF8=ACCEPT\r\nP1 OK\r\n".utf8))
  _ = try? session.submit(.examine(mailbox: "INBOX", resync: resync))
  for start in stride(from: 0, to: text.count, by: step) {
    actions += session.receive(Array(text[start..<min(start + step, text.count)]))
  }
  if session.isQuiet {
    _ = try? session.submit(.search([.header(name: "Subject", contains: "ü")], extended: true))
    actions += session.receive(text)
  }
  if session.isQuiet {
    _ = try? session.submit(.idle)
    actions += session.receive(text)
    if let done = session.endIdle() { precondition(done == Array("DONE\r\n".utf8)) }
  }
  actions += session.peerClosed()
  precondition(session.phase == .ended)
  for case .found(let result) in actions {
    precondition(result.identifiers.first(100).count == min(100, result.identifiers.count))
  }
  return actions
}

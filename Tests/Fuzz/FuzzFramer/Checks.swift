import SMTP

/// Feeds one input to the SMTP framer and the sessions on both sides; traps when a rule that must hold is broken.
func check(_ input: [UInt8]) {
  guard let first = input.first else { return }
  let policy: BareNewlines = first & 1 == 0 ? .reject : .normalize
  let step = Int(first >> 1) + 1
  let text = Array(input.dropFirst())
  let whole = serve(text, policy, step: max(1, text.count))
  precondition(serve(text, policy, step: step) == whole, "the actions depend on how the input was cut")
  ask(text, pipelining: first & 2 == 0)
}

private func serve(_ text: [UInt8], _ policy: BareNewlines, step: Int) -> [ServerAction] {
  let settings = ServerSettings(
    hostname: "mx.test", tls: .offered, authentication: .always, trusted: true, bareNewlines: policy,
    maximumMessageBytes: 512, maximumCommandBytes: 128, maximumTextLine: 128, acceptsClientFacts: true)
  var session = ServerSession(settings)
  var actions: [ServerAction] = []
  for start in stride(from: 0, to: text.count, by: step) {
    session.receive(text[start..<min(start + step, text.count)])
    while let action = session.next() {
      actions.append(action)
      switch action {
      case .reply(let bytes): precondition(bytes.suffix(2) == [13, 10])
      case .startTLS: return actions
      case .authenticate:
        if let answer = session.authenticated(.accepted) { actions.append(answer) }
      case .sasl(_, let message, let isFirst):
        let isGoingOn = message.count % 2 == 1
        let next: SASLAnswer = isGoingOn ? .challenge(message) : isFirst ? .malformed : .finished(.accepted, name: "a")
        if let answer = session.answerSASL(next) { actions.append(answer) }
      case .client(let facts):
        let answer =
          facts.port == nil
          ? session.refuseClient(with: .badClientFacts)
          : session.clientBecame(settings, login: facts.login)
        if let answer { actions.append(answer) }
      case .message(let envelope, let content):
        checkContent(content)
        precondition(!envelope.recipients.isEmpty && content.count <= 512)
        if let answer = session.answerMessage(with: .localError) { actions.append(answer) }
      case .close: return actions
      }
    }
  }
  return actions
}

/// What was accepted has only clean line ends, and what is sent of it ends exactly once.
private func checkContent(_ content: [UInt8]) {
  precondition(!content.contains(0))
  for (index, byte) in content.enumerated() {
    precondition(byte != 10 || index > 0 && content[index - 1] == 13)
    precondition(byte != 13 || index + 1 < content.count && content[index + 1] == 10)
  }
}

/// Sends `text` as a mail, and takes it as the server's answers.
private func ask(_ text: [UInt8], pipelining: Bool) {
  var session = ClientSession(
    transcript: ["250-mx", "250 8BITMIME"] + (pipelining ? ["250-mx", "250-8BITMIME", "250 PIPELINING"] : []))
  session.begin(reversePath: "a@b", recipient: String(decoding: text.prefix(20), as: UTF8.self), message: text)
  session.receive(text)
  while session.next() != nil {}
  session.connectionEnded()
  while session.next() != nil {}
  session = ClientSession(transcript: ["250-mx", "250 8BITMIME"])
  session.begin(reversePath: "", recipient: "a@b", message: text)
  session.receive(Array("250 a\r\n250 b\r\n354 c\r\n".utf8))
  while let action = session.next() {
    guard action == .readyForFinalDot else {
      if case .write(let bytes) = action { checkWire(bytes) }
      continue
    }
    session.sendFinalDot()
    break
  }
  session.receive(text)
  var finished = 0
  while let action = session.next() {
    if case .finished = action { finished += 1 }
  }
  session.connectionEnded()
  while let action = session.next() {
    if case .finished = action { finished += 1 }
  }
  precondition(finished == 1, "a mail is finished exactly once")
}

/// No line of a body is a single dot.
private func checkWire(_ bytes: [UInt8]) {
  var reader = DataReader(bareNewlines: .reject, maximumBytes: Int.max, maximumLine: Int.max)
  let (_, ended) = bytes.withUnsafeBufferPointer { reader.read($0) }
  precondition(!ended, "a body ends its own transaction")
}

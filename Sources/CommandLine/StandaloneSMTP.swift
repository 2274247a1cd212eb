import SMTP

/// `sendmail -bs`: a session of the SMTP server on stdin and stdout, whose mails are handed in.
func speakSMTP(_ sender: Sender, _ call: Invocation) throws(Failure) {
  // Whoever may run it may hand in: it is trusted, and there is nobody to log in and no wire to protect.
  var session = ServerSession(
    ServerSettings(
      hostname: sender.domain, authentication: .off, trusted: true,
      maximumMessageBytes: sender.maximumMessageBytes))
  while true {
    var replies: [UInt8] = []
    while let action = session.next() {
      switch action {
      case .reply(let bytes): replies += bytes
      case .message(let envelope, let content):
        if case .reply(let bytes) = session.answerMessage(with: answer(sender.handIn, envelope, content)) {
          replies += bytes
        }
      case .close:
        call.shell.out(String(decoding: replies, as: UTF8.self))
        return
      // Nothing offers them.
      case .startTLS, .authenticate, .sasl, .client: return
      }
    }
    if !replies.isEmpty { call.shell.out(String(decoding: replies, as: UTF8.self)) }
    let bytes = call.shell.nextInput()
    if bytes.isEmpty { return }
    session.receive(bytes)
  }
}

private func answer(_ handIn: HandIn, _ envelope: Envelope, _ content: [UInt8]) -> ServerReply {
  do {
    return ServerReply(250, .init(2, 0, 0), "Ok: \(try handIn.hand(envelope, content).text)")
  } catch {
    let text = error.text.split(separator: "\n").first.map(String.init) ?? ""
    return error.code == ExitCode.data
      ? ServerReply(554, .init(5, 6, 0), text) : ServerReply(451, .init(4, 3, 0), text)
  }
}

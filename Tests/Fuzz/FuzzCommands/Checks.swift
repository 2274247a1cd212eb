import SMTP

/// Says one input, line by line, to sessions of the SMTP server; traps when a rule that must hold is broken.
func check(_ input: [UInt8]) {
  guard let first = input.first else { return }
  // Unlike in FuzzFramer every line is whole, so that the grammar behind it is what the input is spent on.
  let lines = input.dropFirst().split(separator: 10).prefix(50).map { line in
    Array(line.filter { $0 != 13 }) + [13, 10]
  }
  var settings = ServerSettings(
    hostname: "mx.test", tls: first & 1 == 0 ? .active : .offered, authentication: first & 2 == 0 ? .always : .withTLS,
    trusted: first & 4 == 0, maximumCommandBytes: 4096, maximumRecipients: 10, maximumErrors: 1000)
  if first & 8 == 0 {
    settings.futureRelease = FutureRelease(
      maximumSeconds: 86_400, latest: 1_900_000_000_000, latestText: "2030-03-17T17:46:40Z")
  }
  var session = ServerSession(settings)
  take(&session, Array("EHLO fuzz.test\r\n".utf8))
  for line in lines { take(&session, line) }
  // Whatever it was at: a mail that is under way can be ended, and holds only what may stand in a command.
  take(&session, Array("BDAT 6 LAST\r\nhello\n".utf8))
  take(&session, Array("BDAT 7 LAST\r\nhello\r\n".utf8))
  _ = BatchMail.read(Array(input.dropFirst()), settings)
}

private func take(_ session: inout ServerSession, _ bytes: [UInt8]) {
  session.receive(bytes)
  while let action = session.next() {
    switch action {
    case .reply(let bytes): checkReply(bytes)
    case .startTLS: session.tlsStarted()
    case .authenticate(let name, _):
      if case .reply(let bytes) = session.authenticated(name.isEmpty ? .wrong : .accepted) { checkReply(bytes) }
    case .sasl(_, let message, _):
      let answer: SASLAnswer = message.isEmpty ? .malformed : .finished(.wrong, name: "a")
      if case .reply(let bytes) = session.answerSASL(answer) { checkReply(bytes) }
    case .client:
      let refusal = ServerReply(501, .init(5, 5, 4), "No")
      if case .reply(let bytes) = session.refuseClient(with: refusal) { checkReply(bytes) }
    case .message(let envelope, let content):
      checkEnvelope(envelope, content)
      if case .reply(let bytes) = session.answerMessage(with: ServerReply(250, .init(2, 0, 0), "Ok")) {
        checkReply(bytes)
      }
    case .close: return
    }
  }
}

/// Every line has the same code and only printable ASCII; the last alone has a space behind the code (RFC 5321 §4.2).
private func checkReply(_ bytes: [UInt8]) {
  precondition(bytes.suffix(2) == [13, 10])
  let lines = bytes.dropLast(2).split(separator: 10, omittingEmptySubsequences: false)
    .map { $0.last == 13 ? $0.dropLast() : $0 }
  for (number, line) in lines.enumerated() {
    precondition(line.count >= 4 && line.count <= 510 && line.prefix(3) == lines[0].prefix(3), "a line of a reply")
    precondition(line.allSatisfy { 0x20...0x7E ~= $0 }, "a reply is printable")
    precondition(line.dropFirst(3).first == UInt8(ascii: number == lines.count - 1 ? " " : "-"), "the last line")
  }
}

/// An envelope that was taken is in its shortest form, and a batch of it is read as it was.
private func checkEnvelope(_ envelope: Envelope, _ content: [UInt8]) {
  for address in envelope.recipients + [envelope.reversePath] {
    precondition(Envelope.address(address) == address, "an address stays as it is: \(address)")
    precondition(address.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }, "nothing in it ends a line")
  }
  let trusted = ServerSettings(hostname: "mx.test", trusted: true, maximumCommandBytes: 1 << 20)
  guard case .success(let mail) = BatchMail.read(BatchMail.encode(envelope, content), trusted) else {
    preconditionFailure("a batch of \(envelope) is read")
  }
  precondition(mail.content == content && mail.envelope.recipients == envelope.recipients)
  precondition(mail.envelope.reversePath == envelope.reversePath && mail.envelope.envelopeID == envelope.envelopeID)
  precondition(
    mail.envelope.returnContent == envelope.returnContent
      && mail.envelope.recipientRequests == envelope.recipientRequests)
}

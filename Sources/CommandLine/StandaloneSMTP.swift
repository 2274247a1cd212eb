import MailText
import SMTP

/// `sendmail -bs`: a session of the SMTP server on stdin and stdout, whose mails are handed in.
func speakSMTP(_ sender: Sender, _ call: Invocation) throws(Failure) {
  // Whoever may run it may hand in: it is trusted, and there is nobody to log in and no wire to protect.
  var session = ServerSession(
    ServerSettings(
      hostname: sender.domain, authentication: .off, trusted: true,
      maximumMessageBytes: sender.maximumMessageBytes))
  var input = BareLines()
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
        try say(replies, call)
        return
      // Nothing offers them.
      case .startTLS, .authenticate, .sasl, .client: return
      }
    }
    try say(replies, call)
    if let line = input.next(after: replies) {
      session.receive(line)
      continue
    }
    let bytes = try call.shell.nextInput()
    if bytes.isEmpty { return }
    input.add(bytes)
  }
}

/// Who does not hear the replies sends no more mails: he would not know which were taken.
private func say(_ replies: [UInt8], _ call: Invocation) throws(Failure) {
  if !replies.isEmpty { call.shell.out(String(decoding: replies, as: UTF8.self)) }
  switch call.shell.outputTrouble() {
  case nil: return
  case .readerGone: throw Failure(ExitCode.inputOutput, "")
  case .failed(let reason):
    throw Failure(ExitCode.inputOutput, "postern: error writing standard output: \(reason)")
  }
}

private func answer(_ handIn: HandIn, _ envelope: Envelope, _ content: [UInt8]) -> ServerReply {
  do {
    return ServerReply(250, .init(2, 0, 0), "Ok: \(try handIn.hand(envelope, content).text)")
  } catch {
    return ServerReply(answering: error)
  }
}

extension ServerReply {
  /// Of a mail that was not taken: the reply that its failure quotes, or one that says the same.
  init(answering failure: Failure) {
    var text = failure.text.split(separator: "\n").first ?? ""
    for who in ["postern: ", "sendmail: "] where text.hasPrefix(who) { text = text.dropFirst(who.count) }
    let isFinal = failure.code == ExitCode.data
    let words = text.split(separator: " ", maxSplits: 2)
    let numbers = words.count == 3 ? words[1].split(separator: ".").compactMap { Int($0) } : []
    if let code = words.first.flatMap({ Int($0) }), (400...599).contains(code), numbers.count == 3,
      code / 100 == (isFinal ? 5 : 4), numbers[0] == code / 100
    {
      self.init(code, .init(numbers[0], numbers[1], numbers[2]), String(words[2]))
    } else {
      self.init(isFinal ? 554 : 451, isFinal ? .init(5, 6, 0) : .init(4, 3, 0), String(text))
    }
  }
}

/// Hands a session what a program on this machine writes, with CRLF where it ends its lines in LF alone, as Postfix takes
/// it. Its first line shows whether it does: in a session with CRLF a bare LF is refused as on any wire.
private struct BareLines {
  private var buffer: [UInt8] = []
  private var place = 0
  /// nil until the first line has come.
  private var isBare: Bool?
  /// Octets of a chunk (RFC 3030) that are still to come: they are counted, and so passed on as they are.
  private var chunk = 0
  private var isInText = false

  mutating func add(_ bytes: [UInt8]) {
    buffer = Array(buffer[place...]) + bytes
    place = 0
  }

  /// What comes next: a line at a time, because the replies to one say what the next is. nil when more must be read.
  mutating func next(after replies: [UInt8]) -> [UInt8]? {
    if replies.starts(with: Array("354".utf8)) { isInText = true }
    guard place < buffer.count else { return nil }
    if isBare == nil {
      guard let end = buffer.firstIndex(of: Octet.lf) else { return nil }
      isBare = end == 0 || buffer[end - 1] != Octet.cr
    }
    if isBare == false { return take(buffer.count - place) }
    if chunk > 0 {
      let count = min(chunk, buffer.count - place)
      chunk -= count
      return take(count)
    }
    guard let end = buffer[place...].firstIndex(of: Octet.lf) else { return nil }
    var line = take(end + 1 - place).dropLast()
    if line.last == Octet.cr { line.removeLast() }
    if isInText {
      if line.elementsEqual([Octet.dot]) { isInText = false }
    } else {
      let words = String(decoding: line, as: UTF8.self).split(separator: " ")
      if words.first?.uppercased() == "BDAT", words.count > 1, let size = Int(words[1]), size > 0 { chunk = size }
    }
    return line + [Octet.cr, Octet.lf]
  }

  private mutating func take(_ count: Int) -> [UInt8] {
    defer { place += count }
    return Array(buffer[place..<(place + count)])
  }
}

/// Where in a transaction a server refused.
public enum ClientStage: String, Equatable, Sendable {
  case greeting, mail, rcpt, data, dot
}

/// Why a mail cannot be given to this server at all; nothing was sent.
public enum ContentFailure: Equatable, Sendable {
  /// The body has octets over 127 and the server does not offer 8BITMIME.
  case needsEightBitMIME
  /// An address, or the header of a mail that asked for it, is not ASCII and the server does not offer SMTPUTF8.
  case needsSMTPUTF8
  /// The message is larger than the server's limit in octets.
  case tooLarge(limit: Int)
  /// An address could break the command it stands in.
  case unsafeAddress(String)
}

/// Whether the end of data may have reached the server.
public enum DotPosition: String, Equatable, Sendable {
  case beforeDot, afterDot
}

/// What came of one mail.
public enum ClientResult: Equatable, Sendable {
  /// The server took it.
  case accepted(Reply)
  /// The server said no; the mail is with us.
  case refused(ClientStage, Reply)
  /// It was not tried.
  case unsendable(ContentFailure)
  /// The connection ended. After the dot nobody knows whether the server has the mail.
  case connectionLost(DotPosition)
  /// The server did not speak SMTP; the connection is no longer usable.
  case protocolFailure(String, DotPosition)
}

/// What the driver of a client session has to do next.
public enum ClientAction: Equatable, Sendable {
  /// Send these bytes.
  case write([UInt8])
  /// All but the end of data is out: commit the attempt as `transmitting`, then call `sendFinalDot()`.
  case readyForFinalDot
  /// The mail is done with; start the next one if `isReusable`.
  case finished(ClientResult)
  /// Close the connection.
  case close
}

/// The client's side of an SMTP connection that is already greeted, secured and logged in; one mail after another,
/// each to one recipient.
///
/// Use: `begin(…)`, then until `.finished`: do what `next()` says; when it says nothing, read and `receive(_:)`.
public struct ClientSession: Sendable {
  /// A reply the server owes.
  private enum Expected: Equatable {
    case reset, mail, rcpt, data, dot
    /// The answer to the end of a mail without recipients.
    case emptyDot
    case quit
  }

  private enum Mode: Equatable {
    case idle, dialogue, waitingForCommit, quitting, closed
  }

  /// What the server offers.
  public let capabilities: Capabilities
  private var parser = ReplyParser()
  private var mode = Mode.idle
  private var expected: [Expected] = []
  private var actions: [ClientAction] = []
  private var commands: [(Expected, [UInt8])] = []
  private var body: [UInt8] = []
  private var refusal: (stage: ClientStage, reply: Reply)?
  private var isRecipientAccepted = false
  private var needsReset = false
  private var isBroken = false
  private var isDotSent = false

  /// A session on a connection that showed these lines while it was made (`RemoteConnection.transcript`).
  public init(transcript: [String]) {
    capabilities = Capabilities(transcript: transcript)
  }

  /// Whether another mail may be begun on this connection.
  public var isReusable: Bool { mode == .idle && !isBroken && parser.isEmpty }

  /// Starts one mail. `reversePath` may be empty; both addresses come without brackets. `message` is any bytes: line
  /// ends and dots are made anew. Does nothing unless `isReusable`.
  public mutating func begin(
    reversePath: String, recipient: String, message: [UInt8], request: ClientRequest = ClientRequest()
  ) {
    guard isReusable else {
      if mode == .idle { actions.append(.finished(.connectionLost(.beforeDot))) }
      return
    }
    let encoded = BodyEncoder(message)
    let addressesNeedUTF8 = !Self.isASCII(reversePath) || !Self.isASCII(recipient)
    let needsUTF8 = addressesNeedUTF8 || request.allowsUTF8 && Self.hasEightBitHeader(message)
    if let failure = failure(reversePath, recipient, encoded, needsUTF8: needsUTF8) {
      actions.append(.finished(.unsendable(failure)))
      return
    }
    mode = .dialogue
    refusal = nil
    isRecipientAccepted = false
    isDotSent = false
    body = encoded.bytes
    var mail = "MAIL FROM:<\(reversePath)>"
    // RFC 1870 §5: the size with CRLF for line ends, without stuffed dots; an estimate is enough.
    if capabilities.size { mail += " SIZE=\(encoded.bytes.count + 2)" }
    if encoded.isEightBit { mail += " BODY=8BITMIME" }
    if needsUTF8 { mail += " SMTPUTF8" }
    if capabilities.dsn { mail += request.mailParameters }
    let notice = capabilities.dsn ? request.recipientParameters(withUTF8: needsUTF8) : ""
    commands = [
      (.mail, Array("\(mail)\r\n".utf8)), (.rcpt, Array("RCPT TO:<\(recipient)>\(notice)\r\n".utf8)),
      (.data, Array("DATA\r\n".utf8)),
    ]
    if needsReset { commands.insert((.reset, Array("RSET\r\n".utf8)), at: 0) }
    needsReset = false
    sendCommands()
  }

  /// The attempt is committed as `transmitting`: the end of data goes out. Only after `.readyForFinalDot`.
  public mutating func sendFinalDot() {
    guard mode == .waitingForCommit else { return }
    guard parser.isEmpty else {
      // The server spoke before it got the end, which can only be a farewell: it must not get it any more.
      isBroken = true
      return finish(.connectionLost(.beforeDot))
    }
    mode = .dialogue
    isDotSent = true
    expected = [.dot]
    actions.append(.write(Array("\r\n.\r\n".utf8)))
  }

  /// Bytes from the server.
  public mutating func receive(_ bytes: some Sequence<UInt8>) {
    parser.receive(bytes)
    process()
  }

  /// The connection ended or its deadline passed; a mail under way is finished as lost.
  public mutating func connectionEnded() {
    isBroken = true
    switch mode {
    case .dialogue, .waitingForCommit: finish(.connectionLost(isDotSent ? .afterDot : .beforeDot))
    case .quitting:
      mode = .closed
      actions.append(.close)
    case .idle, .closed: break
    }
  }

  /// Says QUIT between mails; `.close` follows when the server has answered.
  public mutating func quit() {
    guard mode == .idle else { return }
    guard !isBroken else {
      mode = .closed
      return actions.append(.close)
    }
    mode = .quitting
    expected = [.quit]
    actions.append(.write(Array("QUIT\r\n".utf8)))
  }

  /// The next thing to do; nil when the server's bytes are needed, or nothing is under way.
  public mutating func next() -> ClientAction? {
    actions.isEmpty ? nil : actions.removeFirst()
  }

  /// With PIPELINING everything up to DATA leaves in one write (RFC 2920 §3.1), else one command at a time.
  private mutating func sendCommands() {
    let count = capabilities.pipelining ? commands.count : min(1, commands.count)
    guard count > 0 else { return }
    expected += commands.prefix(count).map(\.0)
    actions.append(.write(commands.prefix(count).flatMap(\.1)))
    commands.removeFirst(count)
  }

  private mutating func process() {
    while mode == .dialogue || mode == .quitting, !expected.isEmpty {
      switch parser.next() {
      case .incomplete: return
      case .garbage(let what):
        isBroken = true
        if mode == .quitting {
          mode = .closed
          return actions.append(.close)
        }
        return finish(.protocolFailure(what, isDotSent ? .afterDot : .beforeDot))
      case .reply(let reply):
        handle(reply, for: expected.removeFirst())
      }
    }
    // A reply nobody waits for, in most cases 421: the server is about to close.
    if mode == .idle, !parser.isEmpty { isBroken = true }
  }

  private mutating func handle(_ reply: Reply, for stage: Expected) {
    if reply.code == 421 {
      // RFC 5321 §3.8: the server closes; what it still owes will not come.
      isBroken = true
      switch stage {
      case .quit:
        mode = .closed
        return actions.append(.close)
      case .emptyDot: return concludeRefused(.rcpt, reply)
      case .reset, .mail: return concludeRefused(.mail, reply)
      case .rcpt: return concludeRefused(.rcpt, reply)
      case .data: return concludeRefused(.data, reply)
      case .dot: return finish(.refused(.dot, reply))
      }
    }
    switch stage {
    case .reset:
      if reply.isPositive { sendCommands() } else { refuse(.mail, reply) }
    case .mail:
      if reply.isPositive { sendCommands() } else { refuse(.mail, reply) }
    case .rcpt:
      isRecipientAccepted = reply.isPositive
      if reply.isPositive { sendCommands() } else { refuse(.rcpt, reply) }
    case .data:
      afterData(reply)
    case .emptyDot:
      concludeRefused(.rcpt, reply)
    case .dot:
      switch reply.code / 100 {
      case 2: finish(.accepted(reply))
      case 4, 5: finish(.refused(.dot, reply))
      default:
        isBroken = true
        finish(.protocolFailure("\(reply.code) after the end of data", .afterDot))
      }
    case .quit:
      mode = .closed
      actions.append(.close)
    }
  }

  private mutating func afterData(_ reply: Reply) {
    switch (reply.code, refusal) {
    case (354, nil):
      mode = .waitingForCommit
      actions.append(.write(body))
      actions.append(.readyForFinalDot)
      body = []
    case (354, .some) where isRecipientAccepted:
      // The server goes on with a mail it half refused: an end now could deliver an empty one, so nothing is sent.
      isBroken = true
      concludeRefused(.data, reply)
    case (354, .some):
      // RFC 2920 §3.1: a server may say 354 although it took no recipient; an end without text makes it refuse.
      expected = [.emptyDot]
      actions.append(.write(Array(".\r\n".utf8)))
    default:
      refuse(.data, reply)
    }
  }

  /// Notes the first refusal, and finishes when the server owes nothing more.
  private mutating func refuse(_ stage: ClientStage, _ reply: Reply) {
    guard reply.code >= 400 else {
      isBroken = true
      return finish(.protocolFailure("\(reply.code) to \(stage.rawValue)", .beforeDot))
    }
    if refusal == nil { refusal = (stage, reply) }
    commands = []
    if expected.isEmpty { concludeRefused(stage, reply) }
  }

  private mutating func concludeRefused(_ stage: ClientStage, _ reply: Reply) {
    finish(.refused(refusal?.stage ?? stage, refusal?.reply ?? reply))
  }

  private mutating func finish(_ result: ClientResult) {
    mode = .idle
    if case .accepted = result { needsReset = false } else { needsReset = true }
    expected = []
    commands = []
    body = []
    actions.append(.finished(result))
    if !parser.isEmpty { isBroken = true }
  }

  private func failure(
    _ reversePath: String, _ recipient: String, _ encoded: BodyEncoder, needsUTF8: Bool
  ) -> ContentFailure? {
    for address in [reversePath, recipient] where !Self.isSafe(address) { return .unsafeAddress(address) }
    guard !recipient.isEmpty else { return .unsafeAddress(recipient) }
    if needsUTF8, !capabilities.smtpUTF8 { return .needsSMTPUTF8 }
    if encoded.isEightBit, !capabilities.eightBitMIME { return .needsEightBitMIME }
    if let limit = capabilities.maximumSize, encoded.bytes.count + 2 > limit { return .tooLarge(limit: limit) }
    return nil
  }

  /// No control characters; blanks and brackets only between quotes.
  private static func isSafe(_ address: String) -> Bool {
    var isQuoted = false
    var isEscaped = false
    for byte in address.utf8 {
      guard byte >= Octet.space, byte != 0x7F else { return false }
      if isEscaped {
        isEscaped = false
      } else if byte == 0x5C, isQuoted {
        isEscaped = true
      } else if byte == 0x22 {
        isQuoted.toggle()
      } else if !isQuoted, byte == Octet.space || byte == 0x3C || byte == 0x3E {
        return false
      }
    }
    return !isQuoted
  }

  /// Whether the header, up to the first empty line, has octets over 127.
  private static func hasEightBitHeader(_ message: [UInt8]) -> Bool {
    var lineBytes = 0
    for byte in message {
      if byte >= 0x80 { return true }
      if byte == Octet.lf {
        if lineBytes == 0 { return false }
        lineBytes = 0
      } else if byte != Octet.cr {
        lineBytes += 1
      }
    }
    return false
  }

  private static func isASCII(_ text: String) -> Bool { text.utf8.allSatisfy { $0 < 0x80 } }
}

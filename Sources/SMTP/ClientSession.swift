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
/// Use: `begin(…)`, then until `.finished`: do what `next()` says; when it says nothing, read and `receive(_:)`. A mail
/// given with `follow(…)` has its commands sent behind the end of the one before it; its own `.readyForFinalDot` or
/// `.finished` comes after that one's `.finished`, and each has its own fate.
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
  private var current = Mail()
  /// Its commands go, or went, behind the end of the current one.
  private var following: Mail?
  private var needsReset = false
  private var isBroken = false
  /// The server cannot be spoken to behind the end of a mail, whatever it offers: what followed was not taken, and this
  /// connection is no longer usable.
  public private(set) var objectsToFollowing = false

  /// A mail and how far it has got.
  private struct Mail: Sendable {
    /// Those that have not been sent.
    var commands: [(Expected, [UInt8])] = []
    /// Empty once it is sent.
    var body: [UInt8] = []
    var refusal: (stage: ClientStage, reply: Reply)?
    var isRecipientAccepted = false
    var isDotSent = false
    var isFollowing = false
  }

  /// A body up to this size leaves in one write with its end; a larger one takes its time, and leaves before the attempt
  /// is committed as `transmitting`, so that little lies between that commit and the end of data.
  private static let mostWithDot = 65_536

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
    switch mail(reversePath, recipient, message, request) {
    case .failure(let why): actions.append(.finished(.unsendable(why.failure)))
    case .success(let mail):
      mode = .dialogue
      current = mail
      if needsReset { current.commands.insert((.reset, Array("RSET\r\n".utf8)), at: 0) }
      needsReset = false
      sendCommands()
    }
  }

  /// Gives the mail after the current one, whose end has not been sent yet: RFC 2920 §3.1 lets a message's content be the
  /// first of a group, with the next transaction's commands behind it. False when it can't follow; `begin` it then.
  public mutating func follow(
    reversePath: String, recipient: String, message: [UInt8], request: ClientRequest = ClientRequest()
  ) -> Bool {
    guard mode == .waitingForCommit, following == nil, capabilities.pipelining, !isBroken,
      case .success(var mail) = mail(reversePath, recipient, message, request)
    else { return false }
    mail.isFollowing = true
    following = mail
    return true
  }

  private struct Unsendable: Error { var failure: ContentFailure }

  private func mail(
    _ reversePath: String, _ recipient: String, _ message: [UInt8], _ request: ClientRequest
  ) -> Result<Mail, Unsendable> {
    let encoded = BodyEncoder(message)
    let addressesNeedUTF8 = !Self.isASCII(reversePath) || !Self.isASCII(recipient)
    let needsUTF8 = addressesNeedUTF8 || request.allowsUTF8 && Self.hasEightBitHeader(message)
    if let failure = failure(reversePath, recipient, encoded, needsUTF8: needsUTF8) {
      return .failure(Unsendable(failure: failure))
    }
    var command = "MAIL FROM:<\(reversePath)>"
    // RFC 1870 §5: the size with CRLF for line ends, without stuffed dots; an estimate is enough.
    if capabilities.size { command += " SIZE=\(encoded.bytes.count + 2)" }
    if encoded.isEightBit { command += " BODY=8BITMIME" }
    if needsUTF8 { command += " SMTPUTF8" }
    if capabilities.dsn { command += request.mailParameters }
    let notice = capabilities.dsn ? request.recipientParameters(withUTF8: needsUTF8) : ""
    let commands: [(Expected, [UInt8])] = [
      (.mail, Array("\(command)\r\n".utf8)), (.rcpt, Array("RCPT TO:<\(recipient)>\(notice)\r\n".utf8)),
      (.data, Array("DATA\r\n".utf8)),
    ]
    return .success(Mail(commands: commands, body: encoded.bytes))
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
    current.isDotSent = true
    expected = [.dot]
    var bytes = current.body
    current.body = []
    bytes += Self.endOfData
    if let commands = following?.commands {
      following?.commands = []
      expected += commands.map(\.0)
      for command in commands { bytes += command.1 }
    }
    actions.append(.write(bytes))
  }

  private static let endOfData = Array("\r\n.\r\n".utf8)

  /// Bytes from the server.
  public mutating func receive(_ bytes: some Sequence<UInt8>) {
    parser.receive(bytes)
    process()
  }

  /// The connection ended or its deadline passed; a mail under way is finished as lost.
  public mutating func connectionEnded() {
    isBroken = true
    switch mode {
    case .dialogue, .waitingForCommit:
      // Whether a server that hangs up here does so because of what followed can't be told; not to try that again is
      // cheap, another mail of unknown fate is not.
      let isUnanswered = current.isFollowing && expected.first == .mail
      if isUnanswered || following != nil && current.isDotSent { objectsToFollowing = true }
      // A server that refuses and hangs up has said what becomes of the mail.
      if let refusal = current.refusal, !current.isDotSent {
        return finish(.refused(refusal.stage, refusal.reply))
      }
      finish(.connectionLost(current.isDotSent ? .afterDot : .beforeDot))
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
    let count = capabilities.pipelining ? current.commands.count : min(1, current.commands.count)
    guard count > 0 else { return }
    expected += current.commands.prefix(count).map(\.0)
    actions.append(.write(current.commands.prefix(count).flatMap(\.1)))
    current.commands.removeFirst(count)
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
        return finish(.protocolFailure(what, current.isDotSent ? .afterDot : .beforeDot))
      case .reply(let reply):
        handle(reply, for: expected.removeFirst())
      }
    }
    // A reply nobody waits for, in most cases 421: the server is about to close.
    if mode == .idle, !parser.isEmpty { isBroken = true }
  }

  private mutating func handle(_ reply: Reply, for stage: Expected) {
    if objects(reply, stage) {
      objectsToFollowing = true
      isBroken = true
      if current.isFollowing { return finish(.connectionLost(.beforeDot)) }
    }
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
      current.isRecipientAccepted = reply.isPositive
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

  /// Whether a server says that it was spoken to out of turn, to a mail that followed or to the end of the one before it:
  /// Exim calls that a synchronization error, Postfix improper pipelining. A MAIL that is out of order (503) or unknown
  /// (500, 502) behind the end of a mail means the same.
  private func objects(_ reply: Reply, _ stage: Expected) -> Bool {
    guard reply.code >= 400, current.isFollowing && stage == .mail || following != nil && stage == .dot else {
      return false
    }
    if stage == .mail, [500, 502, 503].contains(reply.code) { return true }
    let text = reply.text.lowercased()
    return text.contains("synchroni") || text.contains("pipelin")
  }

  private mutating func afterData(_ reply: Reply) {
    switch (reply.code, current.refusal) {
    case (354, nil):
      mode = .waitingForCommit
      if current.body.count > Self.mostWithDot {
        actions.append(.write(current.body))
        current.body = []
      }
      actions.append(.readyForFinalDot)
    case (354, .some) where current.isRecipientAccepted:
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
    if current.refusal == nil { current.refusal = (stage, reply) }
    current.commands = []
    if expected.isEmpty { concludeRefused(stage, reply) }
  }

  private mutating func concludeRefused(_ stage: ClientStage, _ reply: Reply) {
    finish(.refused(current.refusal?.stage ?? stage, current.refusal?.reply ?? reply))
  }

  private mutating func finish(_ result: ClientResult) {
    actions.append(.finished(result))
    if let next = following {
      following = nil
      current = next
      // The server has its commands and answers them, unless it is gone or never got them.
      if !isBroken, mode == .dialogue, next.commands.isEmpty { return }
      isBroken = true
      actions.append(.finished(.connectionLost(.beforeDot)))
    }
    mode = .idle
    if case .accepted = result { needsReset = false } else { needsReset = true }
    expected = []
    current = Mail()
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

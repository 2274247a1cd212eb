/// What the driver of a server session has to do next.
public enum ServerAction: Equatable, Sendable {
  /// Send these bytes; may wait until `next()` has nothing more, so that the replies of a batch leave in one write.
  case reply([UInt8])
  /// Send what waits, do the TLS handshake, then call `tlsStarted()`; close when it fails.
  case startTLS
  /// Check the login and call `authenticated(_:)`.
  case authenticate(name: String, password: String)
  /// A message of a SASL exchange, decoded; `isFirst` begins a new one and drops what was left of another. Call
  /// `answerSASL(_:)`.
  case sasl(ServerSettings.Mechanism, message: [UInt8], isFirst: Bool)
  /// A proxy says who its client is: call `clientBecame(_:login:)` or `refuseClient(with:)`.
  case client(ClientFacts)
  /// Store the message and call `answerMessage(with:)`. Nothing was promised yet.
  case message(Envelope, [UInt8])
  /// Send what waits and close.
  case close
}

/// What came of a login.
public enum LoginOutcome: Equatable, Sendable {
  case accepted, wrong, unavailable
}

/// How a SASL exchange goes on.
public enum SASLAnswer: Equatable, Sendable {
  /// Send this and wait for the next message.
  case challenge([UInt8])
  /// The message is not of the mechanism.
  case malformed
  /// It is over, and this is who it was about.
  case finished(LoginOutcome, name: String)
}

/// The server's side of one SMTP connection (RFC 5321 with STARTTLS, AUTH, PIPELINING, CHUNKING, SIZE,
/// 8BITMIME and ENHANCEDSTATUSCODES): bytes are appended to `input`, actions come out of `next()`.
public struct ServerSession: Equatable, Sendable {
  /// What the session waits for.
  enum Mode: Equatable {
    case greeting, command, plainResponse, loginName
    case saslResponse(ServerSettings.Mechanism, isFirst: Bool)
    case loginPassword(name: String)
    case data
    /// The octets of a BDAT chunk.
    case chunk(ChunkFate)
    /// The driver owes an answer to an action.
    case awaitingTLS, awaitingLogin(String), awaitingSASL(ServerSettings.Mechanism), awaitingStore, awaitingClient
    case startingTLS, closing, closed
  }

  /// What the client sent and the session has not used; the driver appends to it.
  public var input: [UInt8] = []
  /// Why no new mail may begin, e.g. because the disk is full; the driver sets it. A mail under way goes on.
  public var mailRefusal: ServerReply?
  var position = 0
  var mode = Mode.greeting
  var settings: ServerSettings
  private var framer: LineFramer
  private var reader: DataReader?
  /// The text of a mail that comes in chunks; nil before its first.
  var chunks: ChunkReader?
  /// Octets of a refused chunk that are still to come.
  var missingChunkBytes = 0

  /// The name from EHLO or HELO; nil before.
  var clientName: String?
  /// Whether the greeting was EHLO.
  var isExtended = false
  /// Who logged in.
  var login: String?
  /// The mail under way.
  var envelope: Envelope?
  var errors = 0
  var idleCommands = 0
  var failedLogins = 0
  /// Recipients over the limit in the mail under way.
  var surplusRecipients = 0

  /// Octets of `input` that a session keeps for itself between commands.
  private static let keptCapacity = 4096

  /// A session before its greeting.
  public init(_ settings: ServerSettings) {
    self.settings = settings
    framer = LineFramer(bareNewlines: settings.bareNewlines)
  }

  /// Whether a mail is under way: a server that stops lets it finish.
  public var isInTransaction: Bool {
    // `!= nil` would copy the envelope.
    if case .some = envelope { true } else { false }
  }
  /// Whether the text of a message is being read, for which the deadline is another.
  public var isReadingData: Bool {
    if case .chunk = mode { return true }
    return mode == .data || chunks != nil
  }
  /// Octets held for the client: what is not read yet and the message so far.
  public var bufferedBytes: Int { input.count + (reader?.contentBytes ?? 0) + (chunks?.contentBytes ?? 0) }
  /// The login of the session; nil before AUTH.
  public var authenticatedName: String? { login }

  /// Whether a command has begun to come and is not whole yet.
  public var isInsideLine: Bool { position < input.count || framer.isSkipping }

  /// Gives back the memory of the text that is being read; it is read on in step and refused with 452.
  public mutating func dropText() {
    reader?.dropContent()
    chunks?.dropContent()
  }

  /// Appends to `input`.
  public mutating func receive(_ bytes: some Sequence<UInt8>) {
    input.append(contentsOf: bytes)
  }

  /// The next thing to do; nil when more input or an answer of the driver is needed.
  public mutating func next() -> ServerAction? {
    switch mode {
    case .greeting:
      mode = .command
      return .reply(greeting.bytes)
    case .command, .plainResponse, .loginName, .loginPassword, .saslResponse:
      return nextLine()
    case .data:
      return readData()
    case .chunk(let fate):
      return readChunk(fate)
    case .startingTLS:
      mode = .awaitingTLS
      return .startTLS
    case .closing:
      mode = .closed
      return .close
    case .awaitingTLS, .awaitingLogin, .awaitingSASL, .awaitingStore, .awaitingClient, .closed:
      return nil
    }
  }

  /// The handshake is done. RFC 3207 §4.2: everything learned before, and everything buffered, is forgotten.
  public mutating func tlsStarted() {
    guard mode == .awaitingTLS else { return }
    settings.tls = .active
    input = []
    position = 0
    forgetClient()
    mode = .command
  }

  /// RFC 5321 §4.3.1; RFC 2034 §4: no enhanced code in a greeting.
  var greeting: ServerReply { ServerReply(220, nil, "\(settings.hostname) ESMTP Postern") }

  /// Back to what the session knew when it greeted.
  mutating func forgetClient() {
    clientName = nil
    isExtended = false
    login = nil
    abandonMail()
  }

  /// Answers `.authenticate`.
  public mutating func authenticated(_ outcome: LoginOutcome) -> ServerAction? {
    guard case .awaitingLogin(let name) = mode else { return nil }
    return finishLogin(outcome, name)
  }

  /// Answers `.sasl`.
  public mutating func answerSASL(_ answer: SASLAnswer) -> ServerAction? {
    guard case .awaitingSASL(let mechanism) = mode else { return nil }
    mode = .command
    switch answer {
    case .challenge(let message):
      mode = .saslResponse(mechanism, isFirst: false)
      return .reply(ServerReply(334, nil, String(decoding: Base64.encode(message), as: UTF8.self)).bytes)
    case .malformed: return reply(.badBase64)
    case .finished(let outcome, let name): return finishLogin(outcome, name)
    }
  }

  private mutating func finishLogin(_ outcome: LoginOutcome, _ name: String) -> ServerAction {
    mode = .command
    switch outcome {
    case .accepted:
      login = name
      failedLogins = 0
      return reply(.authenticated)
    case .wrong:
      failedLogins += 1
      return failedLogins >= settings.maximumFailedLogins ? end(.tooManyLogins) : reply(.wrongCredentials)
    case .unavailable:
      return reply(.authenticationFailsNow)
    }
  }

  /// Answers `.message`; whatever the reply is, the transaction is over.
  public mutating func answerMessage(with answer: ServerReply) -> ServerAction? {
    guard mode == .awaitingStore else { return nil }
    mode = .command
    idleCommands = 0
    // Whoever brings good mails and a bad recipient now and then is no attacker (so does Postfix).
    if answer.code < 300 { errors = 0 }
    return answer.closes ? end(answer) : reply(answer)
  }

  /// Says `farewell` now and closes, whatever the session was at.
  public mutating func terminate(with farewell: ServerReply) -> ServerAction? {
    guard mode != .closed, mode != .closing else { return nil }
    return end(farewell)
  }

  /// A reply, counted when the client is at fault: a 4xx is trouble on our side or a limit it may meet innocently.
  mutating func reply(_ reply: ServerReply) -> ServerAction {
    if reply.code >= 500 {
      errors += 1
      if errors > settings.maximumErrors { return end(.tooManyErrors) }
    }
    return .reply(reply.bytes)
  }

  /// The last reply of the session.
  mutating func end(_ reply: ServerReply) -> ServerAction {
    mode = .closing
    abandonMail()
    input = []
    position = 0
    return .reply(reply.bytes)
  }

  /// Forgets the mail under way, wholly (RFC 5321 §4.1.1.5).
  mutating func abandonMail() {
    envelope = nil
    reader = nil
    chunks = nil
    missingChunkBytes = 0
  }

  private mutating func nextLine() -> ServerAction? {
    let limit = mode == .command ? settings.maximumCommandBytes : settings.maximumAuthenticationBytes
    // AUTH may carry an initial response, which is as long as one on its own line.
    let isAuthentication = matches(input[min(position, input.count)...].prefix(5), "AUTH ")
    let outcome = framer.next(
      in: input, at: &position, limit: isAuthentication ? settings.maximumAuthenticationBytes : limit)
    if position == input.count {
      input.removeAll(keepingCapacity: input.capacity <= Self.keptCapacity)
      position = 0
    }
    switch outcome {
    case .incomplete:
      compact()
      return nil
    case .malformed:
      return end(.bareNewline)
    case .tooLong:
      return mode == .command ? reply(.lineTooLong) : overlongResponse()
    case .line(let line):
      return mode == .command ? execute(line) : continueAuthentication(with: line)
    }
  }

  /// Moves what is left to the front, so that a half line does not let `input` grow without end.
  private mutating func compact() {
    guard position > 0 else { return }
    input.removeSubrange(..<position)
    position = 0
  }

  /// Makes ready to read the text of the mail under way.
  mutating func beginData() -> ServerAction {
    reader = DataReader(
      bareNewlines: settings.bareNewlines, maximumBytes: settings.maximumMessageBytes,
      maximumLine: settings.maximumTextLine, expectedBytes: envelope?.declaredSize ?? 0)
    mode = .data
    return reply(.startData)
  }

  private mutating func readData() -> ServerAction? {
    // Taken out while it is read: two owners of the content would make each append a copy.
    guard var reader else { return nil }
    self.reader = nil
    let from = position
    let (used, ended) = input.withUnsafeBufferPointer { bytes in
      from < bytes.count ? reader.read(UnsafeBufferPointer(rebasing: bytes[from...])) : (0, false)
    }
    consume(used, ended: ended)
    guard ended else {
      self.reader = reader
      return nil
    }
    // Over: accepted or not, nothing of this mail stays behind.
    let finished = envelope
    abandonMail()
    mode = .command
    if let refusal = refusal(of: reader.fault) { return refusal }
    guard let finished else { return reply(.needsMail) }
    mode = .awaitingStore
    return .message(finished, reader.takeContent())
  }

  /// The reply to a text that is not good, once it was read to its end; nil for a good one.
  mutating func refusal(of fault: DataReader.Fault?) -> ServerAction? {
    switch fault {
    case .bareNewline: end(.bareNewlineInData)
    case .nul: end(.nulInData)
    case .tooBig: reply(.tooBig)
    case .lineTooLong: reply(.textLineTooLong)
    case .noRoom: reply(.noBufferRoom)
    case nil: nil
    }
  }

  /// Moves behind octets of a text that were read.
  mutating func consume(_ used: Int, ended: Bool) {
    position += used
    guard position == input.count else { return }
    // A session at rest keeps no large buffer.
    input.removeAll(keepingCapacity: !ended || input.capacity <= Self.keptCapacity)
    position = 0
  }
}

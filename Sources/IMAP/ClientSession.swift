/// One IMAP connection from the client's side as a value: bytes in, actions out.
///
/// The owner writes what `submit` and `.write` give, hands over all bytes it reads, and closes on `.failed` and `.ended`.
/// Logging in is not this session's business: it starts after a login, or at a greeting to a server that needs none.
public struct ClientSession: Sendable {
  /// Where the session stands (RFC 9051 section 3).
  public enum Phase: Equatable, Sendable {
    case greeting, notAuthenticated, authenticated, selected, loggingOut, ended
  }

  /// Where the session stands.
  public private(set) var phase: Phase
  /// What the server offers of what this client can use, upper-cased; nil when it has not said since the login.
  public private(set) var capabilities: Set<String>?
  /// The open mailbox.
  public private(set) var mailbox: Mailbox?

  private enum Idle: Equatable { case none, asked, askedAndStopped, running, stopped }

  /// The extensions that the server has enabled, upper-cased.
  public private(set) var enabled: Set<String> = []

  private let limits: Limits
  private var framer: ResponseFramer
  private var outstanding: [(tag: String, command: Command)] = []
  private var opening: Mailbox?
  /// What of the command under way waits for the server's "+".
  private var literals: ArraySlice<[UInt8]> = []
  private var idle = Idle.none
  private var nextTag = 1
  private var responses = 0
  private var bytes = 0

  /// A session whose first bytes are the server's greeting.
  public init(limits: Limits = Limits()) {
    self.limits = limits
    framer = ResponseFramer(limits: limits)
    phase = .greeting
  }

  /// A session on a connection that someone else greeted and logged in; `transcript` holds the lines seen then.
  ///
  /// Only the last line, the login's completion, may tell the capabilities: what was said before the login, or before TLS,
  /// no longer counts (RFC 9051 sections 6.2.1 and 6.2.2). When it does not tell, ask with CAPABILITY.
  public init(loggedInWith transcript: [String], limits: Limits = Limits()) {
    self.init(limits: limits)
    phase = .authenticated
    var frame = Array((transcript.last ?? "").utf8)
    while let last = frame.last, last == UInt8(ascii: "\r") || last == UInt8(ascii: "\n") { frame.removeLast() }
    guard case .tagged(_, let status) = try? ResponseParser.parse(frame, limits: limits) else { return }
    if case .capability(let words) = status.code { capabilities = Self.used(words) }
  }

  /// Of fifty words that servers say these matter here; kept in thousands of sessions, the others would be two KB of each.
  private static let usable: Set<String> = [
    "IMAP4REV1", "IMAP4REV2", "IDLE", "CONDSTORE", "QRESYNC", "ENABLE", "ESEARCH", "LITERAL+", "LITERAL-", "UIDPLUS",
    "MOVE", "ID", "NAMESPACE", "SPECIAL-USE", "LIST-EXTENDED", "OBJECTID", "UTF8=ACCEPT", "COMPRESS=DEFLATE",
    "X-GM-EXT-1",
  ]

  private static func used(_ words: [String]) -> Set<String> {
    let words = Set(words)
    return usable.filter(words.contains)
  }

  /// Whether the server offers something, for instance `IDLE`.
  public func offers(_ capability: String) -> Bool {
    capabilities?.contains(capability) ?? false
  }

  /// Whether no command is under way.
  public var isQuiet: Bool { outstanding.isEmpty }

  /// Whether the server confirmed IDLE and pushes.
  public var isIdling: Bool { idle == .running }

  /// The bytes that send a command, which `finished` will name by this tag.
  public mutating func submit(_ command: Command) throws(CommandError) -> (tag: String, bytes: [UInt8]) {
    switch phase {
    case .greeting, .loggingOut, .ended: throw .notReady
    case .notAuthenticated:
      guard command == .capability || command == .noop || command == .logout else { throw .notReady }
    case .authenticated:
      guard !command.needsMailbox else { throw .noMailbox }
    case .selected: break
    }
    guard outstanding.isEmpty || !(command.standsAlone || outstanding.contains { $0.command.standsAlone }) else {
      throw .busy
    }
    let parts = try CommandWriter.write(command, style: literalStyle, utf8: usesUTF8)
    guard literals.isEmpty, parts.count == 1 || outstanding.isEmpty else { throw .busy }
    let tag = "P\(nextTag)"
    nextTag += 1
    outstanding.append((tag, command))
    if let name = command.opens {
      // RFC 9051 section 6.3.2: the open mailbox is closed even when the new one cannot be opened.
      mailbox = nil
      phase = .authenticated
      opening = Mailbox(name: name)
    }
    if command == .idle { idle = .asked }
    if command == .logout { phase = .loggingOut }
    literals = parts.dropFirst()
    return (tag, Array(tag.utf8) + [UInt8(ascii: " ")] + parts[0] + (literals.isEmpty ? crlf : []))
  }

  /// Whether mailbox names are UTF-8.
  private var usesUTF8: Bool { enabled.contains("UTF8=ACCEPT") }

  private var literalStyle: LiteralStyle {
    if offers("LITERAL+") { return .free }
    // IMAP4rev2 has LITERAL- built in (RFC 9051 appendix E).
    return offers("LITERAL-") || offers("IMAP4REV2") ? .short : .synchronizing
  }

  /// The bytes that end IDLE; nil when none is under way, or when they must wait for the server's `+` and come as `.write`.
  public mutating func endIdle() -> [UInt8]? {
    switch idle {
    case .asked:
      idle = .askedAndStopped
      return nil
    case .running:
      idle = .stopped
      return done
    case .none, .askedAndStopped, .stopped: return nil
    }
  }

  /// Takes what was read and says what follows from it; after `.failed` and `.ended` it takes nothing more.
  public mutating func receive(_ input: [UInt8]) -> [Action] {
    guard phase != .ended else { return [] }
    bytes += input.count
    framer.append(input)
    var actions: [Action] = []
    while phase != .ended {
      switch framer.next() {
      case .incomplete:
        if bytes > limits.bytesWithoutCompletion { fail(.flood, &actions) }
        return actions
      case .invalid(let failure): fail(failure, &actions)
      case .response(let frame):
        responses += 1
        guard responses <= limits.responsesWithoutCompletion else {
          fail(.flood, &actions)
          break
        }
        do {
          take(try ResponseParser.parse(frame, limits: limits, utf8: usesUTF8), &actions)
          if case .finished(let completion) = actions.last, completion.command == .compress, completion.isOK {
            // The next bytes of the server are compressed already (RFC 4978 section 3).
            actions.append(.compressed(framer.takeRest()))
            return actions
          }
        } catch {
          fail(error, &actions)
        }
      }
    }
    return actions
  }

  /// The peer closed: what that cut off, or `.ended` after a LOGOUT.
  public mutating func peerClosed() -> [Action] {
    guard phase != .ended else { return [] }
    var actions: [Action] = []
    if phase == .loggingOut {
      phase = .ended
      return [.ended]
    }
    let during: ProtocolFailure.ClosedDuring =
      if framer.isInsideLiteral {
        .literal
      } else if framer.isInsideResponse {
        .response
      } else if phase == .greeting {
        .greeting
      } else if idle != .none {
        .idling
      } else {
        outstanding.isEmpty ? .silence : .command
      }
    fail(.closed(during), &actions)
    return actions
  }

  private var crlf: [UInt8] { [UInt8(ascii: "\r"), UInt8(ascii: "\n")] }
  private var done: [UInt8] { Array("DONE\r\n".utf8) }

  private mutating func fail(_ failure: ProtocolFailure, _ actions: inout [Action]) {
    phase = .ended
    actions.append(.failed(failure))
  }

  private mutating func take(_ response: Response, _ actions: inout [Action]) {
    guard phase != .greeting else { return greet(response, &actions) }
    switch response {
    case .tagged(let tag, let status): complete(tag, status, &actions)
    case .status(let status): takeStatus(status, &actions)
    case .continuation(let text): takeContinuation(text, &actions)
    case .capability(let words): capabilities = Self.used(words)
    case .exists(let count):
      if opening != nil { opening?.exists = count } else { mailbox?.exists = count }
      if mailbox != nil { actions.append(.exists(count)) }
    case .expunge(let number):
      if let exists = mailbox?.exists, exists > 0 { mailbox?.exists = exists - 1 }
      if mailbox != nil { actions.append(.expunged(number)) }
    case .fetch(let message): actions.append(.fetched(message))
    case .search(let result): actions.append(.found(result))
    case .list(let entry): actions.append(.listed(entry))
    case .enabled(let names): enabled.formUnion(names)
    case .vanished(let identifiers, let isEarlier):
      // Those from before it was opened are not in what EXISTS counted (RFC 7162 section 3.2.10).
      guard !isEarlier, let exists = mailbox?.exists else { break }
      mailbox?.exists = exists - UInt32(clamping: min(identifiers.count, Int(exists)))
    case .mailboxStatus(let status): actions.append(.mailboxStatus(status))
    case .namespace(let namespace): if let namespace { actions.append(.namespace(namespace)) }
    case .flags, .recent, .other: break
    }
  }

  private mutating func greet(_ response: Response, _ actions: inout [Action]) {
    guard case .status(let status) = response else {
      return fail(.malformed(expected: "a greeting", near: ""), &actions)
    }
    switch status.condition {
    case .ok: phase = .notAuthenticated
    case .preauth: phase = .authenticated
    case .bye: return fail(.bye(status.words), &actions)
    case .no, .bad: return fail(.malformed(expected: "a greeting", near: status.text), &actions)
    }
    if case .capability(let words) = status.code { capabilities = Self.used(words) }
    actions.append(.greeted(status))
  }

  private mutating func takeStatus(_ status: StatusResponse, _ actions: inout [Action]) {
    apply(status.code)
    if status.code == .alert { actions.append(.alert(status.text)) }
    if status.condition == .bye, phase != .loggingOut { fail(.bye(status.words), &actions) }
    if status.condition == .preauth { fail(.malformed(expected: "no second greeting", near: status.text), &actions) }
  }

  private mutating func apply(_ code: ResponseCode?) {
    if case .capability(let words) = code { capabilities = Self.used(words) }
    if opening != nil { opening?.apply(code) } else { mailbox?.apply(code) }
  }

  private mutating func takeContinuation(_ text: String, _ actions: inout [Action]) {
    switch idle {
    case .asked:
      idle = .running
      actions.append(.idling)
    case .askedAndStopped:
      idle = .stopped
      actions.append(.write(done))
    // Some servers repeat the line as a sign of life.
    case .running, .stopped: break
    case .none:
      guard let next = literals.popFirst() else { return fail(.unexpectedContinuation(text), &actions) }
      actions.append(.write(literals.isEmpty ? next + crlf : next))
    }
  }

  private mutating func complete(_ tag: String, _ status: StatusResponse, _ actions: inout [Action]) {
    guard let index = outstanding.firstIndex(where: { $0.tag == tag }) else {
      return fail(.unknownTag(String(tag.prefix(40))), &actions)
    }
    let command = outstanding.remove(at: index).command
    responses = 0
    bytes = 0
    // A command that was refused before all of its literals were sent has none left to send (RFC 9051 section 4.3).
    literals = []
    apply(status.code)
    if status.code == .alert { actions.append(.alert(status.text)) }
    if command.opens != nil {
      if status.condition == .ok {
        mailbox = opening
        phase = .selected
      }
      opening = nil
    }
    if command == .idle { idle = .none }
    actions.append(.finished(Completion(command: command, tag: tag, status: status)))
    if command == .logout {
      phase = .ended
      actions.append(.ended)
    }
  }
}

import Host
import IMAP

/// The bytes of a connection that is logged in: `Host.RemoteConnection`, or a scripted server in tests.
protocol MailboxWire: Sendable {
  func read(into buffer: inout [UInt8], atMost: Int, deadline: Int64?) async -> Transfer
  func write(_ bytes: [UInt8], deadline: Int64?) async -> Transfer
  /// After a read that timed out: waits until there may be something to read, and costs next to nothing. nil: read.
  func wait(deadline: Int64?) async -> Transfer?
  func close()
}

/// A wire and the lines seen while it logged in.
struct MailboxLogin: Sendable {
  var wire: any MailboxWire
  var transcript: [String]
}

/// A folder just opened.
struct OpenedFolder {
  var mailbox: Mailbox
  /// UIDs that the server told of while it opened the folder (QRESYNC); nil when it was not asked.
  var told: IdentifierSet?
}

/// One IMAP connection at work: the pure session, its wire, and a deadline on every reply. Used by one task.
final class MailboxConnection {
  private let wire: any MailboxWire
  private var session: ClientSession
  private var packing: (deflater: Deflater, inflater: Inflater)?
  private let timeoutMilliseconds: Int64
  private let onAlert: (String) -> Void
  /// Whether the server told of messages since this was last set to false.
  var hasNews = false
  private var idleTag = ""

  /// A command may be answered in many pieces, each in time; all of them together get so many times the time of one.
  private static let patience: Int64 = 20
  /// Bytes of one read, and the most that is decompressed before the session has judged it.
  private static let piece = 65_536

  init(_ login: MailboxLogin, timeoutMilliseconds: Int64, onAlert: @escaping (String) -> Void) {
    wire = login.wire
    session = ClientSession(loggedInWith: login.transcript)
    self.timeoutMilliseconds = timeoutMilliseconds
    self.onAlert = onAlert
  }

  var mailbox: Mailbox? { session.mailbox }
  var isCompressed: Bool { packing != nil }

  func offers(_ capability: String) -> Bool { session.offers(capability) }
  func hasEnabled(_ capability: String) -> Bool { session.enabled.contains(capability) }

  func close() { wire.close() }

  /// Asks what the server offers, unless the login's reply told.
  func learnCapabilities() async throws(WatchFailure) {
    guard session.capabilities == nil else { return }
    try await succeed(.capability)
  }

  /// Opens a folder read-only; `cursor` is where it was read to, which QRESYNC servers answer with what came since.
  func examine(_ folder: String, from cursor: FolderMark?) async throws(WatchFailure) -> OpenedFolder {
    let resync = resync(from: cursor)
    var told: [UInt32] = []
    try await succeed(.examine(mailbox: folder, resync: resync)) { action in
      if case .fetched(let message) = action, let uid = message.uid { told.append(uid) }
    }
    guard let mailbox = session.mailbox else { throw .unusable("EXAMINE succeeded but opened nothing") }
    // What came while it was being opened is in its numbers.
    hasNews = false
    guard case .qresync(let uidValidity, _, let known) = resync, mailbox.uidValidity == uidValidity else {
      return OpenedFolder(mailbox: mailbox)
    }
    return OpenedFolder(mailbox: mailbox, told: IdentifierSet(told).clamped(to: known))
  }

  private func resync(from mark: FolderMark?) -> Resync? {
    guard hasEnabled("QRESYNC") else { return offers("CONDSTORE") ? .condstore : nil }
    guard let mark, let modSequence = mark.modSequence, modSequence > 0, mark.uidValidity > 0, mark.lastUID < .max
    else { return .condstore }
    return .qresync(uidValidity: mark.uidValidity, modSequence: modSequence, known: mark.lastUID + 1 ... .max)
  }

  /// UIDs that match all keys; not more than the folder holds, whatever the server says.
  func search(_ keys: [SearchKey]) async throws(WatchFailure) -> IdentifierSet {
    var found = IdentifierSet([UInt32]())
    try await succeed(.search(keys, extended: offers("ESEARCH") || offers("IMAP4REV2"))) { action in
      if case .found(let result) = action { found = found.union(result.identifiers) }
    }
    // Mail that comes during the search may be in its answer before EXISTS tells of it.
    let exists = session.mailbox?.exists ?? 0
    guard found.count <= Int(exists) + 1_000 else {
      throw .unusable("a search found \(found.count) mails in a folder of \(exists)")
    }
    return found
  }

  /// Has both sides compress from here on (RFC 4978), where that is offered; a refusal is no harm.
  func compress() async throws(WatchFailure) {
    guard !isCompressed, offers("COMPRESS=DEFLATE"), let deflater = Deflater(), let inflater = Inflater() else {
      return
    }
    var first: [UInt8]?
    let completion = try await run(.compress) { action in
      if case .compressed(let bytes) = action { first = bytes }
    }
    guard completion.isOK else { return }
    packing = (deflater, inflater)
    inflater.feed(first ?? [])
  }

  /// Sends a command that must be answered with OK.
  func succeed(_ command: Command, _ take: (Action) -> Void = { _ in }) async throws(WatchFailure) {
    let completion = try await run(command, take)
    guard completion.isOK else {
      throw .refused(command: command.name, words: "\(completion.status.condition.rawValue) \(completion.status.words)")
    }
  }

  /// Sends a command, hands over everything that comes meanwhile, and returns its completion.
  func run(_ command: Command, _ take: (Action) -> Void = { _ in }) async throws(WatchFailure) -> Completion {
    let tag = try await send(command)
    let limit = Clock.deadline(in: timeoutMilliseconds * Self.patience)
    while true {
      let deadline = min(limit, Clock.deadline(in: timeoutMilliseconds))
      guard let actions = try await receive(until: deadline) else { throw .timedOut(command.name) }
      var completion: Completion?
      for action in actions {
        if case .finished(let finished) = action, finished.tag == tag { completion = finished } else { take(action) }
      }
      if let completion { return completion }
    }
  }

  /// How an IDLE goes.
  enum Idle {
    /// The server will tell, and has said nothing that is not read.
    case pushing
    /// It ended; whether the server said OK.
    case over(isOK: Bool)
  }

  /// Has the server tell of messages from here on (RFC 9051 section 6.3.13).
  func startIdle() async throws(WatchFailure) -> Idle {
    idleTag = try await send(.idle)
    let deadline = Clock.deadline(in: timeoutMilliseconds)
    while !session.isIdling {
      // Before the server's "+" silence means that the connection is dead.
      guard let actions = try await receive(until: deadline) else { throw .timedOut("IDLE") }
      if let over = idleEnd(actions) { return over }
    }
    return try await hear(nil)
  }

  /// Takes what the server pushed, after the wire was waited for; returns as soon as it told of messages.
  func hear(_ waited: Transfer?) async throws(WatchFailure) -> Idle {
    switch waited {
    case .timedOut: return .pushing
    case .cancelled: throw .cancelled
    case .failed(let words): throw .unreachable(words)
    case nil, .bytes, .end: break
    }
    while !hasNews {
      guard let actions = try await receive(until: Clock.monotonic()) else { break }
      if let over = idleEnd(actions) { return over }
    }
    return .pushing
  }

  /// Ends an IDLE; false when the server says that it wanted none.
  func stopIdle() async throws(WatchFailure) -> Bool {
    let deadline = Clock.deadline(in: timeoutMilliseconds)
    if let bytes = session.endIdle() { try await write(bytes) }
    while true {
      guard let actions = try await receive(until: deadline) else { throw .timedOut("IDLE") }
      if case .over(let isOK) = idleEnd(actions) { return isOK }
    }
  }

  private func idleEnd(_ actions: [Action]) -> Idle? {
    for action in actions {
      if case .finished(let finished) = action, finished.tag == idleTag { return .over(isOK: finished.isOK) }
    }
    return nil
  }

  private func send(_ command: Command) async throws(WatchFailure) -> String {
    do {
      let (tag, bytes) = try session.submit(command)
      try await write(bytes)
      return tag
    } catch let error as CommandError {
      throw .unusable("\(command.name) cannot be sent: \(error)")
    } catch let failure as WatchFailure {
      throw failure
    } catch {
      throw .unusable("\(error)")
    }
  }

  private func write(_ bytes: [UInt8]) async throws(WatchFailure) {
    let bytes = packing?.deflater.deflate(bytes) ?? bytes
    switch await wire.write(bytes, deadline: Clock.deadline(in: timeoutMilliseconds)) {
    case .bytes: return
    case .end: throw .unreachable("the server closed the connection")
    case .timedOut: throw .timedOut("a command")
    case .failed(let words): throw .unreachable(words)
    case .cancelled: throw .cancelled
    }
  }

  /// The actions of the next bytes; nil when the deadline passed first.
  private func receive(until deadline: Int64) async throws(WatchFailure) -> [Action]? {
    var buffer: [UInt8] = []
    let actions: [Action]
    switch await read(into: &buffer, deadline: deadline) {
    case .bytes: actions = session.receive(buffer)
    case .end: actions = session.peerClosed()
    case .timedOut: return nil
    case .failed(let words): throw .unreachable(words)
    case .cancelled: throw .cancelled
    }
    for action in actions {
      switch action {
      case .failed(let failure): throw .protocolFailure(failure)
      case .write(let bytes): try await write(bytes)
      case .exists: hasNews = true
      case .alert(let text): onAlert(text)
      default: break
      }
    }
    return actions
  }

  private func read(into buffer: inout [UInt8], deadline: Int64) async -> Transfer {
    guard let inflater = packing?.inflater else {
      return await wire.read(into: &buffer, atMost: Self.piece, deadline: deadline)
    }
    while true {
      switch inflater.inflate(into: &buffer, atMost: Self.piece) {
      case .bytes(let count): return .bytes(count)
      case .failed(let words): return .failed(words)
      case .needsInput:
        var packed: [UInt8] = []
        let transfer = await wire.read(into: &packed, atMost: Self.piece, deadline: deadline)
        guard case .bytes = transfer else { return transfer }
        inflater.feed(packed)
      }
    }
  }
}

extension Command {
  /// The command's word, for logs.
  var name: String {
    switch self {
    case .capability: "CAPABILITY"
    case .noop: "NOOP"
    case .logout: "LOGOUT"
    case .id: "ID"
    case .namespace: "NAMESPACE"
    case .enable: "ENABLE"
    case .compress: "COMPRESS"
    case .list: "LIST"
    case .status(let mailbox, _, _): "STATUS \(mailbox)"
    case .examine(let mailbox, _): "EXAMINE \(mailbox)"
    case .search: "UID SEARCH"
    case .fetch: "UID FETCH"
    case .idle: "IDLE"
    case .moving(let command): command.name
    }
  }
}

extension MovingCommand {
  fileprivate var name: String {
    switch self {
    case .create(let mailbox): "CREATE \(mailbox)"
    case .select(let mailbox): "SELECT \(mailbox)"
    case .move: "UID MOVE"
    case .copy: "UID COPY"
    case .delete: "UID STORE"
    case .expunge: "UID EXPUNGE"
    }
  }
}

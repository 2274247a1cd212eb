import Configuration
import Host
import SMTP
import Store
import Synchronization

/// One client's session in a place of its own: in the frames of its task there would be a second one for its making, and
/// frames are never smaller than a block.
final class RunningSession {
  private var driver: SessionDriver

  init(
    stream: Host.Stream, peer: PeerAddress, offer: ListenerOffer, handle: SessionHandle, connections: Connections,
    id: UInt64, throttle: SharedLoginThrottle, taker: MailTaker, hooks: IntakeHooks, log: Log
  ) {
    driver = SessionDriver(
      stream: stream, peer: peer, offer: offer, handle: handle, connections: connections, id: id, throttle: throttle,
      taker: taker, hooks: hooks, log: log)
  }

  /// The whole session, from the first octet to the close.
  func run() async { await driver.run() }
}

/// Runs one client's session: straight-line code around the pure machine, one wait for each read and one for each commit.
struct SessionDriver {
  let stream: Host.Stream
  let offer: ListenerOffer
  let handle: SessionHandle
  let connections: Connections
  let id: UInt64
  let throttle: SharedLoginThrottle
  let login: LoginCheck
  let taker: MailTaker
  let hooks: IntakeHooks
  let log: Log

  private var session: ServerSession
  /// Who the client is: the other end of the connection, or whom a proxy speaks for.
  private var peer: PeerAddress
  /// Who may say with XCLIENT who the client is.
  private let sender: PeerAddress
  /// The action that `advance` came to and that needs waiting.
  private var deed: ServerAction?
  /// Replies that leave with the next write.
  private var output: [UInt8] = []
  /// Who has logged in; known outside, because a login may end before its session does.
  private var who: SessionLogin? {
    didSet { handle.login.withLock { $0 = who } }
  }
  private var mails = 0
  /// The SCRAM login under way.
  private var scram: ScramExchange?
  /// Who has proved itself by SCRAM and has yet to confirm the server's proof.
  private var proved: SessionLogin?
  /// Whether the client is to read a last word while it is still sending.
  private var isCutOff = false
  /// How the mail being read comes.
  private var pace: DataPace?
  /// When the command that has begun to come must be whole.
  private var lineDeadline: Int64?
  /// What this session has added to the buffers of all.
  private var counted = 0

  /// So much a read brings at the most; a burst of small mails and a piece of a large one fit.
  private static let readSize = 64 * 1024
  /// A text up to this size goes on when the memory of all is full, so that only large mails give theirs back.
  private static let smallText = 2 * readSize
  /// The room for replies that a session keeps: those of a burst of mails fit.
  private static let keptOutput = 256
  /// Replies are kept for one write up to this size.
  private static let outputLimit = 16 * 1024
  /// How long a client may take to fetch a farewell.
  private static let farewellMilliseconds: Int64 = 2_000

  init(
    stream: Host.Stream, peer: PeerAddress, offer: ListenerOffer, handle: SessionHandle, connections: Connections,
    id: UInt64, throttle: SharedLoginThrottle, taker: MailTaker, hooks: IntakeHooks, log: Log
  ) {
    self.stream = stream
    self.peer = peer
    sender = peer
    self.id = id
    self.offer = offer
    self.handle = handle
    self.connections = connections
    self.throttle = throttle
    self.taker = taker
    self.hooks = hooks
    self.log = log
    login = LoginCheck(store: taker.store)
    session = ServerSession(offer.session(with: peer, spokenForBy: peer))
  }

  /// The whole session, from the first octet to the close.
  ///
  /// What a session at rest costs is mostly the frames of this function and those it waits in. So what needs much room is
  /// never part of them: it stands in functions of its own; and what is called from here is mutating, because any other
  /// function would get a copy of everything.
  mutating func run() async {
    noteBegin()
    var isOpen = true
    if offer.isImplicitTLS { isOpen = await handshake() }
    while isOpen { isOpen = await turn() }
    await end()
  }

  @inline(never)
  private mutating func noteBegin() { log.debug("intake.connected", ["peer": .text("\(peer)")]) }

  @inline(never)
  private mutating func end() async {
    count(buffered: 0)
    // Octets that nobody has read make a close a reset, which can take the last reply from the client's hands. In a task of
    // its own, because this one may be cancelled.
    if isCutOff {
      await stream.loop.spawn { [stream] in await stream.closeGently(milliseconds: Self.farewellMilliseconds) }.value
    }
    stream.close()
    log.debug("intake.closed", ["peer": .text("\(peer)"), "mails": .int(Int64(mails))])
  }

  /// What a session waits for next.
  private enum Next {
    case read, flush, mail, deed, farewell
  }

  /// Waits once, for what the machine wants; false when the session is over. All that needs no waiting is done in `advance`,
  /// which leaves nothing behind.
  @inline(never)
  private mutating func turn() async -> Bool {
    switch advance() {
    case .read: await readOnce()
    case .flush: await flush()
    case .mail: await takeMail()
    case .deed: await perform()
    case .farewell: await farewell(.shuttingDown)
    }
  }

  /// Does all that can be done without waiting.
  @inline(never)
  private mutating func advance() -> Next {
    session.mailRefusal = mailRefusal
    while let action = session.next() {
      lineDeadline = nil
      guard case .reply(let bytes) = action else {
        deed = action
        if case .message = action { return .mail }
        return .deed
      }
      // Most actions are replies, which wait for nobody.
      if !keep(bytes) { return .flush }
    }
    let isBusy = session.isInTransaction || session.isReadingData
    handle.isBusy.store(isBusy, ordering: .sequentiallyConsistent)
    count(buffered: session.bufferedBytes)
    if counted > Self.smallText, isMemoryFull {
      session.dropText()
      count(buffered: session.bufferedBytes)
    }
    if !isBusy, connections.isStopping { return .farewell }
    return output.isEmpty || sendAtOnce() ? .read : .flush
  }

  @inline(never)
  private mutating func readOnce() async -> Bool {
    switch await stream.read(into: &session.input, atMost: Self.readSize, deadline: readDeadline()) {
    case .bytes(let count):
      pace?.bytes += count
      return true
    case .timedOut: return await farewell(.timeout)
    case .cancelled:
      let isLoggedOut = handle.isLoggedOut.load(ordering: .sequentiallyConsistent)
      return await farewell(isLoggedOut ? .loginEnded : .shuttingDown)
    case .end: return false
    case .failed(let reason):
      log.debug("intake.broken", ["peer": .text("\(peer)"), "error": .text(reason)])
      return false
    }
  }

  /// Brings the mail that waits into the store; false when the session is over.
  @inline(never)
  private mutating func takeMail() async -> Bool {
    if handle.isLoggedOut.load(ordering: .sequentiallyConsistent) { return await farewell(.loginEnded) }
    mails += 1
    // The next mail may have come with this one's last octets: its time is its own.
    pace = nil
    let reply: ServerReply
    switch arrival() {
    case .success(let arrival): reply = await taker.take(arrival, isAlone: connections.count == 1)
    case .failure(let refusal): reply = refusal.reply
    }
    guard await answer(session.answerMessage(with: reply)) else { return false }
    let limit = offer.limits.maxMailsPerSession
    guard limit > 0, mails >= limit else { return true }
    return await farewell(ServerReply(421, .init(4, 7, 0), "Too many mails in one session"))
  }

  /// The mail that waits, looked at.
  @inline(never)
  private mutating func arrival() -> Result<Arrival, MailPreparation.Refusal> {
    guard case .message(let envelope, let content) = deed.take() else {
      return .failure(MailPreparation.Refusal(.localError))
    }
    return taker.arrival(
      of: envelope, content, submitter: who?.submitter, peer: peer, tls: stream.tls, preparation: offer.preparation)
  }

  /// Does the action that waits; false when the session is over.
  @inline(never)
  private mutating func perform() async -> Bool {
    switch deed.take() {
    // A mail is `takeMail`'s.
    case nil, .message: return true
    case .reply(let bytes):
      return keep(bytes) ? true : await flush()
    case .startTLS:
      guard await flush(), await handshake() else { return false }
      session.tlsStarted()
      (who, scram, proved) = (nil, nil, nil)
      return true
    case .authenticate(let name, let password):
      if isBanned(name) { return await answer(session.authenticated(.unavailable)) }
      let changes = loginChanges
      var (outcome, found) = await login.check(name: name, password: password)
      // Many may guess at once: those that are checked behind the one too many learn nothing.
      if isBanned(name) { (outcome, found) = (.unavailable, nil) }
      await admit(SessionLogin(found), since: changes)
      await noteLogin(outcome, name)
      return await answer(session.authenticated(outcome))
    case .sasl(.scramSHA256, let message, let isFirst):
      return await answer(session.answerSASL(isFirst ? await beginScram(message) : await continueScram(message)))
    case .sasl(.oauthBearer, let message, let isFirst):
      return await answer(session.answerSASL(isFirst ? await checkBearer(message) : Self.refusedBearer))
    case .sasl(_, _, _):
      return await answer(session.answerSASL(.malformed))
    case .client(let facts):
      return await answer(await become(facts))
    case .close:
      isCutOff = !output.starts(with: "221".utf8)
      _ = await flush()
      return false
    }
  }

  /// From here on the session is that of the client a proxy names.
  private mutating func become(_ facts: ClientFacts) async -> ServerAction? {
    var told = peer
    if facts.isAddressUnknown {
      told = .unknown
    } else if let address = facts.address {
      guard let named = PeerAddress(numeric: address, port: facts.port ?? 0) else {
        return session.refuseClient(with: .badClientFacts)
      }
      told = named
    }
    let changes = loginChanges
    var found: SubmitterRecord?
    if let login = facts.login, !login.isEmpty {
      let (known, isStoreThere) = await self.login.submitter(named: login)
      guard isStoreThere else { return session.refuseClient(with: .localError) }
      guard let known else { return session.refuseClient(with: .unknownLogin) }
      found = known
    }
    guard connections.move(id, to: told, limitPerAddress: offer.limits.maxConnectionsPerAddress) else {
      return session.refuseClient(with: .tooManyFromAddress)
    }
    (peer, scram, proved) = (told, nil, nil)
    await admit(SessionLogin(found), since: changes)
    return session.clientBecame(offer.session(with: peer, spokenForBy: sender), login: found?.name)
  }

  private var loginChanges: Int { connections.loginChanges.load(ordering: .sequentiallyConsistent) }

  /// Notes who has logged in. Whoever changes a login looks through the sessions then; this one may have come too late for
  /// that, so that a login looked up before a change is looked at again.
  private mutating func admit(_ found: SessionLogin?, since changes: Int?) async {
    who = found
    guard let found, changes != loginChanges, await !login.stands(found) else { return }
    handle.isLoggedOut.store(true, ordering: .sequentiallyConsistent)
    handle.cancel()
  }

  private mutating func beginScram(_ message: [UInt8]) async -> SASLAnswer {
    (scram, proved) = (nil, nil)
    guard let opening = ScramExchange.Opening(message) else { return .malformed }
    if isBanned(opening.name) { return .finished(.unavailable, name: opening.name) }
    let (known, isStoreThere) = await login.submitter(named: opening.name)
    guard isStoreThere else { return .finished(.unavailable, name: opening.name) }
    let exchange = ScramExchange(opening, verifier: known?.scramVerifier.flatMap(ScramVerifier.init(text:)))
    (scram, proved) = (exchange, SessionLogin(known))
    return .challenge(exchange.challenge)
  }

  /// The proof of the client, then its empty answer to ours (RFC 4954 §4).
  private mutating func continueScram(_ message: [UInt8]) async -> SASLAnswer {
    guard let exchange = scram else {
      guard let proved, message.isEmpty else { return .malformed }
      self.proved = nil
      // Much may have happened since the exchange began.
      await admit(proved, since: nil)
      await noteLogin(.accepted, proved.submitter.name)
      return .finished(.accepted, name: proved.submitter.name)
    }
    scram = nil
    if isBanned(exchange.name) {
      proved = nil
      return .finished(.unavailable, name: exchange.name)
    }
    guard let final = exchange.finish(message) else {
      proved = nil
      await noteLogin(.wrong, exchange.name)
      return .finished(.wrong, name: exchange.name)
    }
    return .challenge(final)
  }

  /// A key is right or not at once; a wrong one is told why before its 535 (RFC 7628 §3.2.3).
  private mutating func checkBearer(_ message: [UInt8]) async -> SASLAnswer {
    guard let bearer = BearerMessage(message) else { return .malformed }
    if isBanned(bearer.name) { return .finished(.unavailable, name: bearer.name) }
    let changes = loginChanges
    var (outcome, found) = await login.check(bearer)
    if isBanned(bearer.name) { (outcome, found) = (.unavailable, nil) }
    await admit(found, since: changes)
    let name = found?.submitter.name ?? bearer.name
    await noteLogin(outcome, name)
    return outcome == .wrong ? .challenge(BearerMessage.refusal) : .finished(outcome, name: name)
  }

  /// Whatever the client says to the refusal of its key (one octet 1, RFC 7628 §3.2.3): the key was wrong, and counts.
  private static let refusedBearer = SASLAnswer.finished(.wrong, name: "")

  /// Whether who guesses has to wait; the password is not even looked at.
  private mutating func isBanned(_ name: String) -> Bool {
    throttle.isBanned(peer, name, loginLimits(name))
  }

  /// A key without a name is nobody's yet: failures with it must not ban all others that say none.
  private mutating func loginLimits(_ name: String) -> LoginThrottle.Limits {
    var limits = offer.loginLimits(for: peer)
    if name.isEmpty { limits.failuresByName = 0 }
    return limits
  }

  /// Counts a login; after a wrong one waits, and logs the events that conf/fail2ban-postern.conf looks for.
  private mutating func noteLogin(_ outcome: LoginOutcome, _ name: String) async {
    switch outcome {
    case .unavailable: return
    case .accepted: throttle.succeeded(peer, name)
    case .wrong:
      let consequence = throttle.failed(peer, name, loginLimits(name))
      log.warning("intake.login_failed", ["peer": .text(peer.host), "submitter": .text(name)])
      if consequence.bansAddress || consequence.bansName {
        let what = consequence.bansAddress ? "address" : "name"
        log.warning(
          "intake.login_banned", ["peer": .text(peer.host), "submitter": .text(name), "banned": .text(what)])
      }
      await EventLoop.current?.sleep(milliseconds: consequence.delayMilliseconds)
    }
  }

  @inline(never)
  private mutating func answer(_ action: ServerAction?) async -> Bool {
    guard case .reply(let bytes) = action else { return true }
    output += bytes
    return output.count < Self.outputLimit ? true : await flush()
  }

  /// Puts a reply to those that leave with the next write; false when it is time for that.
  private mutating func keep(_ bytes: [UInt8]) -> Bool {
    if let first = bytes.first, first >= UInt8(ascii: "4") {
      log.info(
        "intake.reply",
        ["peer": .text(peer.host), "reply": .text(String(decoding: bytes.dropLast(2), as: UTF8.self))])
    }
    output += bytes
    return output.count < Self.outputLimit
  }

  /// Sends the replies if the socket takes them at once, as it nearly always does.
  private mutating func sendAtOnce() -> Bool {
    let sent = stream.writeAtOnce(output)
    guard sent == output.count else {
      output.removeFirst(sent)
      return false
    }
    // A session at rest keeps no room for the long answer to EHLO.
    output.removeAll(keepingCapacity: output.capacity <= Self.keptOutput)
    return true
  }

  /// Says goodbye and ends the session.
  @inline(never)
  private mutating func farewell(_ reply: ServerReply) async -> Bool {
    isCutOff = handle.isBusy.load(ordering: .sequentiallyConsistent)
    if case .reply(let bytes) = session.terminate(with: reply) { output += bytes }
    _ = await stream.write(output, deadline: Clock.deadline(in: Self.farewellMilliseconds))
    return false
  }

  @inline(never)
  private mutating func flush() async -> Bool {
    guard !output.isEmpty else { return true }
    let bytes = output
    output.removeAll(keepingCapacity: true)
    switch await stream.write(bytes, deadline: Clock.deadline(in: offer.limits.commandTimeoutMilliseconds)) {
    case .bytes: return true
    case .end, .timedOut, .failed, .cancelled: return false
    }
  }

  @inline(never)
  private mutating func handshake() async -> Bool {
    guard let tls = offer.tls else { return false }
    let deadline = Clock.deadline(in: offer.limits.handshakeTimeoutMilliseconds)
    switch await stream.startTLS(tls, deadline: deadline) {
    case .established: return true
    case .failed(let reason):
      log.info("intake.tls_failed", ["peer": .text(peer.host), "error": .text(reason)])
      return false
    case .timedOut, .cancelled: return false
    }
  }

  private var mailRefusal: ServerReply? {
    if hooks.isDiskLow() { return .insufficientStorage }
    // After a failed commit nothing more is taken until the daemon has recovered from disk.
    if taker.store.failed != nil { return .localError }
    return isMemoryFull ? .noBufferRoom : nil
  }

  private var isMemoryFull: Bool {
    connections.bufferedBytes.load(ordering: .relaxed) > offer.limits.maxBufferMemory
  }

  private mutating func readDeadline() -> Int64 {
    let limits = offer.limits
    guard session.isReadingData else {
      pace = nil
      // Octets that drip in give a command no more time.
      let running = session.isInsideLine ? lineDeadline : nil
      let deadline = running ?? Clock.deadline(in: limits.commandTimeoutMilliseconds)
      lineDeadline = deadline
      return deadline
    }
    lineDeadline = nil
    let now = Clock.monotonic()
    let pace = pace ?? DataPace(startedAt: now)
    self.pace = pace
    return pace.deadline(
      now: now, pieceMilliseconds: limits.dataTimeoutMilliseconds, wholeMilliseconds: limits.messageTimeoutMilliseconds,
      bytesPerSecond: limits.minDataRate)
  }

  private mutating func count(buffered bytes: Int) {
    guard bytes != counted else { return }
    connections.bufferedBytes.add(bytes - counted, ordering: .relaxed)
    counted = bytes
  }
}

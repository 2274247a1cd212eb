import Configuration
import Delivery
import Host
import Store
import Synchronization

/// The relay's scheduler: wakes when mail is queued, an account is free or a time has come, claims, and gives the claims to
/// lines. What lines have for the store goes into the same transaction as its look at the queue.
///
/// `@unchecked Sendable`: touched by the relay's loop only, from tasks that `loop.spawn` started.
final class Desk: @unchecked Sendable {
  let store: Store
  let loop: EventLoop
  let log: Log
  let clientName: String
  let logins: AccountLogins
  var settings: RelaySettings
  var outgoing: OutgoingSettings
  let signer: DomainSigner
  var isStopping = false

  /// Whether other accounts wait for a connection: then no line goes on for long.
  private(set) var isCrowded = false

  private let doorbell: Doorbell
  private let isDiskLow: @Sendable () -> Bool
  /// Idle connections by account.
  private var idle: [Int64: [Kept]] = [:]
  /// Failures of connections, by account.
  var backOff = BackOff()
  /// When the queue was looked at last, by the clock of then.
  private var lastLook: Int64 = 0
  private var lines: [Int64: Running] = [:] {
    didSet {
      linesAtWork.store(lines.count, ordering: .relaxed)
      gathering.lines = lines.count
    }
  }
  /// How many of them there are, for those who ask from elsewhere.
  let linesAtWork = Atomic<Int>(0)
  private var lastLine: Int64 = 0
  /// What lines wait to have written.
  private var entries: [Waiting] = []
  /// Whether there may be something to claim.
  private var needsLook = true
  /// Whether a look was left for after what was just written.
  private var isLookLate = false
  /// When it was looked; monotonic milliseconds.
  private var lookedAt: Int64 = 0
  private let isQueueChanged = Atomic<Bool>(true)
  private var gathering = Gathering() {
    didSet { if isGathering, !gathering.isWorthwhile { gathered.ring() } }
  }
  private var isGathering = false
  private let gathered: Doorbell
  /// Servers that do not bear commands behind the end of a mail, and until when that is believed; monotonic milliseconds.
  private var objections: [String: Int64] = [:]

  private struct Running {
    let line: Line
    let task: Task<Void, Never>
  }

  /// How many mails may be claimed: for new lines, and by account for those at work.
  private struct Room {
    var free: Int
    var ahead: [Int64: LinesAtWork] = [:]
    /// Those that another mail may be claimed for, once each.
    var wanting: [Line] = []
    let notices: NoticePolicy
  }

  private struct Found {
    let pass: ClaimPass
    let now: Int64
    let took: Duration
    /// When the next look is due: at once when this one was cut short.
    var next: Int64 { pass.isCut ? now : pass.nextLook ?? .max }
  }

  private struct Waiting {
    let entry: Entry
    let answer: Answer?
  }

  /// What the journal says to a line, which may do something else until it needs to hear it; touched by the relay's loop only.
  final class Answer {
    fileprivate let line: Line
    private var result: Result<Bool, StoreError>?
    private var waiting: UnsafeContinuation<Result<Bool, StoreError>, Never>?

    fileprivate init(to line: Line) { self.line = line }

    fileprivate func settle(_ result: Result<Bool, StoreError>) {
      self.result = result
      waiting?.resume(returning: result)
    }

    /// Once.
    func heard() async -> Result<Bool, StoreError> {
      if let result { return result }
      return await withUnsafeContinuation { waiting = $0 }
    }
  }

  private struct Kept {
    var connection: AccountConnection
    /// `AccountRecord.changedAt`: another password or server makes it worthless.
    var settingsOf: Int64
  }

  /// Less than this is the clock's discipline at work; all waiting bears it.
  private static let noticedSetBack: Int64 = 10_000
  /// A server that objected may have been replaced or set up otherwise.
  private static let objectionMilliseconds: Int64 = 3_600_000

  init(
    store: Store, loop: EventLoop, doorbell: Doorbell, settings: RelaySettings, clientName: String, log: Log,
    logins: AccountLogins, outgoing: OutgoingSettings,
    unseal: @escaping @Sendable ([UInt8]) throws -> [UInt8],
    isDiskLow: @escaping @Sendable () -> Bool
  ) {
    self.store = store
    self.loop = loop
    self.doorbell = doorbell
    gathered = Doorbell(loop: loop)
    self.settings = settings
    self.clientName = clientName
    self.log = log
    self.logins = logins
    self.outgoing = outgoing
    signer = DomainSigner(store: store, unseal: unseal)
    self.isDiskLow = isDiskLow
  }

  func watchStore() {
    store.observe(.queue) { [self] in
      isQueueChanged.store(true, ordering: .releasing)
      doorbell.ring()
    }
    store.observe(.accounts) { [self] in
      // Keys of domains are told as changes of accounts.
      loop.spawn { [self] in signer.forget() }
      doorbell.ring()
    }
  }

  // MARK: - The scheduler

  func run() async {
    // Nothing is claimed before what a crash left is put right: an account's open attempts count against its limits.
    while !isStopping, !Task.isCancelled, await !recover() {
      await doorbell.wait(until: Clock.deadline(in: settings.tickMilliseconds))
    }
    let writing = loop.spawn { [self] in await work() }
    await withTaskCancellationHandler {
      await writing.value
    } onCancel: {
      writing.cancel()
      loop.spawn { [self] in for running in lines.values { running.task.cancel() } }
    }
    await closeIdle(olderThan: 0)
  }

  private func recover() async -> Bool {
    do {
      let counts = try await store.write { transaction in try transaction.recoverAttempts(now: Clock.now()) }
      if counts.returned + counts.unknown > 0 {
        log.warning(
          "relay.recovered", ["returned": .int(Int64(counts.returned)), "unknown": .int(Int64(counts.unknown))])
      }
      return true
    } catch {
      log.error("relay.recovery_failed", ["error": .text("\(error)")])
      return false
    }
  }

  // MARK: - Writing and looking

  /// Looks and writes until the relay stops and its lines have ended.
  private func work() async {
    var nextLook = Int64.min
    while !(isStopping || Task.isCancelled) || !lines.isEmpty || !entries.isEmpty {
      let isLate = Clock.monotonic() - lookedAt >= settings.tickMilliseconds || Clock.now() >= nextLook
      if isQueueChanged.exchange(false, ordering: .acquiring) || isLate { needsLook = true }
      if !entries.isEmpty { await gather() }
      // Lines that have their next mail need no look to go on: theirs is made while the servers are spoken to.
      isLookLate = needsLook && !entries.isEmpty && !isLookLate && !lines.values.contains { $0.line.lacksNext }
      let room = needsLook && !isLookLate ? room() : nil
      guard room != nil || !entries.isEmpty else {
        await rest(needsLook ? .max : nextLook)
        continue
      }
      let group = entries
      entries = []
      gathering.waiting = 0
      if room != nil {
        needsLook = false
        lookedAt = Clock.monotonic()
      }
      if let next = await write(group, room) { nextLook = next }
    }
  }

  /// Waits for other lines that are about to have something to write.
  private func gather() async {
    guard gathering.isWorthwhile else { return }
    isGathering = true
    await gathered.wait(until: Clock.deadline(in: 1))
    isGathering = false
  }

  /// A line's server answers within a millisecond, or does so no more.
  func isQuick(_ isQuick: Bool) { gathering.quick += isQuick ? 1 : -1 }

  private func rest(_ nextLook: Int64) async {
    if !isStopping { loop.spawn { [self] in await closeIdle(olderThan: settings.idleTimeMilliseconds) } }
    let wait = min(max(nextLook.subtractingReportingOverflow(Clock.now()).partialValue, 0), settings.tickMilliseconds)
    // A cancelled task is not kept waiting; its lines end by themselves.
    if Task.isCancelled { await loop.pause() } else { await doorbell.wait(until: Clock.deadline(in: wait)) }
  }

  /// How many mails may be claimed now, and for which lines at work; nil is none.
  private func room() -> Room? {
    guard !isStopping, !Task.isCancelled, !isDiskLow() else { return nil }
    var room = Room(free: max(0, settings.maxConnections - lines.count), notices: notices)
    for line in lines.values.map(\.line) where line.open > 1 || line.wantsNext {
      room.ahead[line.account, default: LinesAtWork()].holding += line.open - 1
      guard line.wantsNext else { continue }
      room.ahead[line.account]?.wanting += 1
      room.wanting.append(line)
    }
    return room.free > 0 || !room.wanting.isEmpty ? room : nil
  }

  /// Writes what lines wait for and looks at the queue, in one transaction. Returns when the next look is due.
  private func write(_ group: [Waiting], _ room: Room?) async -> Int64? {
    let now = Clock.now()
    let isSetBack = now < lastLook - Self.noticedSetBack
    if room != nil { lastLook = now }
    if isSetBack, room != nil { log.warning("relay.clock_set_back", ["now": .text(Clock.text(now))]) }
    let entries = group.map(\.entry)
    do {
      let written = try await store.write(seesLog: false) { transaction in
        // A claim that is lost leaves its mail waiting as it was: what a dot needs is on disk with the journal's word for it.
        if entries.isEmpty { transaction.promiseNothing() }
        let answers = try entries.map { try $0.write(transaction) }
        // Of a line whose mail is taken back the room says what was true before.
        let isStale = zip(entries, answers).contains { $0.isOfDot && !$1 }
        return (
          answers: answers,
          found: try isStale ? nil : room.map { try Self.look(transaction, $0, isSetBack: isSetBack, now: now) }
        )
      }
      if let room {
        if let found = written.found { take(found, in: room) } else { needsLook = true }
      }
      for (waiting, answer) in zip(group, written.answers) { settle(waiting, .success(answer)) }
      return written.found?.next
    } catch {
      await writeSingly(group, because: error)
      guard room != nil, let room = self.room() else { return nil }
      return await lookAlone(room, isSetBack: isSetBack, now: now)
    }
  }

  /// What cannot be written must not take the rest with it.
  private func writeSingly(_ group: [Waiting], because error: StoreError) async {
    var isFull = false
    for waiting in group {
      var result: Result<Bool, StoreError> = .failure(error)
      if group.count > 1 || error != .full {
        let entry = waiting.entry
        do {
          result = .success(try await store.write(seesLog: false) { try entry.write($0) })
        } catch {
          result = .failure(error)
        }
      }
      if case .failure(.full) = result { isFull = true }
      settle(waiting, result)
    }
    if isFull { await loop.sleep(milliseconds: settings.tickMilliseconds) }
  }

  private func lookAlone(_ room: Room, isSetBack: Bool, now: Int64) async -> Int64? {
    do {
      let found = try await store.write(seesLog: false) { transaction in
        try Self.look(transaction, room, isSetBack: isSetBack, now: now)
      }
      take(found, in: room)
      return found.next
    } catch {
      log.error("relay.claim_failed", ["error": .text("\(error)")])
      return now + settings.tickMilliseconds
    }
  }

  /// Only its line knows an outcome, so it waits as long as the disk is full. When it is lost otherwise, the journal still
  /// says what it said before, and claimed goes back, transmitting becomes unknown, at the next start.
  private func settle(_ waiting: Waiting, _ result: Result<Bool, StoreError>) {
    if let answer = waiting.answer {
      // The store has the attempt as ended: the next look must not take it for one more that waits.
      if case .success(false) = result { answer.line.wasTakenBack() }
      return answer.settle(result)
    }
    guard case .booking(let booking) = waiting.entry else { return }
    switch result {
    case .success(let isPaused): booking.log(to: log, isPaused: isPaused)
    case .failure(let error):
      log.error(
        "relay.booking_failed", ["message": .int(booking.claim.message.id), "error": .text("\(error)")])
      if error == .full, !Task.isCancelled { entries.append(waiting) }
    }
  }

  private static func look(_ transaction: Transaction, _ room: Room, isSetBack: Bool, now: Int64) throws -> Found {
    let start = ContinuousClock.now
    if isSetBack { try transaction.clockWasSetBack(now: now) }
    // What is logged and has no rows yet rings when it has them.
    let pass = try transaction.claimDue(now: now, limit: room.free, ahead: room.ahead, telling: room.notices)
    return Found(pass: pass, now: now, took: start.duration(to: .now))
  }

  private func take(_ found: Found, in room: Room) {
    isCrowded = found.pass.isCrowded
    guard !found.pass.claims.isEmpty else { return }
    log.debug(
      "relay.look",
      [
        "claimed": .int(Int64(found.pass.claims.count)),
        "choosing_microseconds": .int(found.pass.choosing.microseconds),
        "microseconds": .int(found.took.microseconds),
      ])
    var lines = Dictionary(grouping: room.wanting, by: \.account).mapValues { $0.sorted { $0.rank < $1.rank }[...] }
    for claim in found.pass.claims {
      // A line that has ended since has left its connection to another. One that wants no more meanwhile has not, and a
      // new line would open one too many.
      if claim.isAhead, let line = lines[claim.account.id]?.popFirst(), !line.isOver {
        line.assign(claim)
      } else {
        start(claim)
      }
    }
    // Who has just got its next mail may want another one behind that.
    if room.wanting.contains(where: \.wantsNext) { needsLook = true }
  }

  private func start(_ claim: Claim) {
    let line = Line(desk: self, account: claim.account.id)
    lastLine += 1
    let number = lastLine
    let task = loop.spawn { [self] in
      await line.run(claim)
      lines[number] = nil
      needsLook = true
      doorbell.ring()
    }
    lines[number] = Running(line: line, task: task)
  }

  // MARK: - What lines ask for

  /// Has something written before a line's dot; the answer is heard when it is on disk.
  func enter(_ entry: Entry, for line: Line) -> Answer {
    gathering.waiting += 1
    let answer = Answer(to: line)
    add(Waiting(entry: entry, answer: answer))
    return answer
  }

  /// What the senders of mails are told about them.
  private var notices: NoticePolicy { NoticePolicy(notices: settings.senderNotices, hostname: clientName) }

  /// Books how an attempt ended and what becomes of its account, soon.
  func book(_ judgement: Judgement, of claim: Claim) {
    let now = Clock.now()
    let account = claim.account
    var judgement = judgement
    var rest: (until: Int64, reason: String)?
    var unreachable: String?
    switch judgement.account {
    case .rest(let milliseconds, let reason): rest = (now + milliseconds, reason)
    case .backOff(let least, let reason):
      rest = (now + backOff.failed(account.id, least: least, now: Clock.monotonic()), reason)
      if account.reason == nil, let minutes = backOff.minutesOutOfReach(account.id, now: Clock.monotonic()) {
        unreachable = "its server has been out of reach for \(minutes) minutes: \(reason)"
      }
    case .none, .pause: break
    }
    if let rest { judgement.stayBehind(restMilliseconds: rest.until - now) }
    let booking = Booking(
      claim: claim, judgement: judgement, rest: rest, unreachable: unreachable,
      notices: notices, at: now)
    add(Waiting(entry: .booking(booking), answer: nil))
  }

  private func add(_ waiting: Waiting) {
    entries.append(waiting)
    needsLook = true
    doorbell.ring()
  }

  /// Whether a server bears commands behind the end of a mail (RFC 2920 section 3.1), as far as is known.
  func bears(following server: RemoteServer) -> Bool {
    objections["\(server.host):\(server.port)"].map { $0 <= Clock.monotonic() } ?? true
  }

  /// A server did not bear it.
  func noteObjection(of server: RemoteServer) {
    let key = "\(server.host):\(server.port)"
    log.info("relay.following_refused", ["server": .text(key)])
    objections[key] = Clock.deadline(in: Self.objectionMilliseconds)
  }

  // MARK: - Connections

  /// An idle connection that still works; nil when there is none.
  func keptConnection(for account: AccountRecord) async -> AccountConnection? {
    while let kept = idle[account.id]?.popLast() {
      if kept.settingsOf == account.changedAt, kept.connection.isReusable { return kept.connection }
      await kept.connection.quit()
    }
    return nil
  }

  /// A new connection, logged in.
  func newConnection(for account: AccountRecord) async -> Result<AccountConnection, RemoteFailure> {
    let timeouts = AccountConnection.Timeouts(
      command: settings.commandTimeoutMilliseconds, dot: settings.dataTimeoutMilliseconds)
    return await logins.open(
      account, account.settings.smtp, .smtp, clientName: clientName,
      timeoutMilliseconds: settings.connectTimeoutMilliseconds, on: loop
    ).map { AccountConnection($0, timeouts: timeouts) }
  }

  /// Takes a connection back for the next mail of its account.
  func keep(_ connection: AccountConnection, of account: AccountRecord) async {
    guard connection.isReusable else { return await connection.quit() }
    // Only a dialogue that came to its end shows that the way to the server is good again.
    backOff.succeeded(account.id)
    guard !isStopping else { return await connection.quit() }
    idle[account.id, default: []].append(Kept(connection: connection, settingsOf: account.changedAt))
  }

  private func closeIdle(olderThan age: Int64) async {
    let limit = Clock.monotonic() - age
    var old: [AccountConnection] = []
    for (account, kept) in idle {
      old += kept.filter { $0.connection.lastUsed <= limit }.map(\.connection)
      idle[account] = kept.filter { $0.connection.lastUsed > limit }
    }
    for connection in old { await connection.quit() }
  }
}

extension Duration {
  fileprivate var microseconds: Int64 {
    components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
  }
}

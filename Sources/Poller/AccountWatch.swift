import Configuration
import Host
import IMAP
import Store

/// Watches one account's folders for as long as its task lives: connects, looks, waits, and comes back after failures.
///
/// The INBOX is waited for with IDLE; Junk and Sent, in which nothing is urgent, are asked for with STATUS in between, over the
/// same connection: a second one for each account would double what thousands of mailboxes cost here and at their servers.
///
/// All but its account belongs to its task.
final class AccountWatch: @unchecked Sendable {
  /// Opens a connection that is logged in.
  typealias Connect = @Sendable (AccountRecord, PollerSettings, EventLoop) async -> Result<MailboxLogin, WatchFailure>

  let account: AccountRecord
  private let settings: PollerSettings
  private let connect: Connect
  private let recorder: InboundRecorder
  private let log: Log
  private let random: @Sendable () -> UInt64
  private let version: String
  private let inbox = FolderState(.inbox)
  /// Junk and Sent, as the server last named them.
  private var others: [FolderState] = []
  private var othersDue: Int64 = 0
  /// Times that Junk and Sent were looked at since the server was asked which folders it has.
  private var roundsSinceList = 0
  private var mover: BounceMover?
  /// Times that mail was found which this connection did not push.
  private var unpushed = 0
  private var refusesIdle = false
  /// An IDLE ended without a word.
  private var wasQuiet = false
  private var backoff: Backoff
  /// When it was logged in; nil while it is not.
  private var loggedInAt: Int64?
  private var connection: MailboxConnection?
  private var wire: (any MailboxWire)?
  private var opened = OpenedFolder(mailbox: Mailbox(name: WatchedFolder.inbox.name))
  private var stage = Stage.look

  /// So often mail may come unpushed before IDLE is given up for the interval.
  private static let unpushedLimit = 2
  /// Folders are renamed, and Junk is often made only for the first spam: after so many rounds (an hour, unless configured) the server
  /// is asked again.
  private static let roundsToList = 12
  private static let newsPauseMilliseconds: Int64 = 200
  private static let shortIdleMilliseconds: Int64 = 1_000
  /// A connection that held so long was good: what follows is a first failure again.
  private static let goodConnectionMilliseconds: Int64 = 60_000

  init(
    _ account: AccountRecord, settings: PollerSettings, version: String, recorder: InboundRecorder, log: Log,
    random: @escaping @Sendable () -> UInt64, connect: @escaping Connect
  ) {
    self.version = version
    self.account = account
    self.settings = settings
    self.recorder = recorder
    self.log = log
    self.random = random
    self.connect = connect
    backoff = Backoff(capMilliseconds: settings.maxBackoffMilliseconds)
  }

  // A task keeps the memory of its deepest call as long as it lives, in thousands of mailboxes (25 KB of each, measured). So the
  // one that lives as long as the account only rests, and all that is said and done in between is a task of its own, a step.

  /// What a watch waits for between two steps.
  private enum Rest {
    case until(Int64)
    /// Until the server pushes something, or an instant.
    case news(until: Int64)
    case over
  }

  /// What a step does first.
  private enum Stage {
    case look, ask
    case hear(idleSince: Int64, until: Int64)
  }

  /// Runs until the task is cancelled or the login is refused. `spread`: the first connection is made within so many
  /// milliseconds, as thousands that begin at once would look like an attack to their server.
  func run(on loop: EventLoop, spread: Int64 = 0) async {
    if spread > 0 { await loop.sleep(milliseconds: Int64(random() % UInt64(spread))) }
    var waited: Transfer?
    while true {
      switch await loop.apart({ [self, waited] in await step(on: loop, waited) }) {
      case .over: return
      case .until(let instant):
        waited = nil
        await loop.sleep(until: instant)
      case .news(let instant): waited = await wire?.wait(deadline: instant)
      }
    }
  }

  private func step(on loop: EventLoop, _ waited: Transfer?) async -> Rest {
    do throws(WatchFailure) {
      if Task.isCancelled { throw .cancelled }
      return try await goOn(on: loop, waited)
    } catch {
      return await lose(error)
    }
  }

  /// The end of a connection: an IMAP connection never ends well, only by a failure or because it was stopped.
  private func lose(_ failure: WatchFailure) async -> Rest {
    connection?.close()
    connection = nil
    wire = nil
    switch failure {
    case .cancelled: return .over
    case .loginRefused(let words):
      log.error("poller.login_refused", ["account": .text(account.address), "reply": .text(words)])
      // Not written down, the refusal would stop the watch but not the sending: come back and try again.
      if await recorder.pause(account, words) { return .over }
    default: break
    }
    if let since = loggedInAt, Clock.monotonic() - since >= Self.goodConnectionMilliseconds { backoff.reset() }
    loggedInAt = nil
    let delay = backoff.delay(random: random(), isThrottled: failure.isThrottle)
    log.warning(
      "poller.lost",
      [
        "account": .text(account.address), "reason": .text("\(failure)"), "failures": .int(Int64(backoff.failures)),
        "retry_ms": .int(delay),
      ])
    return .until(Clock.deadline(in: delay))
  }

  private func goOn(on loop: EventLoop, _ waited: Transfer?) async throws(WatchFailure) -> Rest {
    guard let connection else { return try await look(open(on: loop)) }
    switch stage {
    case .look: break
    case .ask: try await connection.succeed(.noop)
    case .hear(let since, let end):
      let idle = try await connection.hear(waited)
      if let rest = try await rest(in: idle, since: since, until: end, connection) { return rest }
    }
    refresh(connection)
    return try await look(connection)
  }

  /// Connects, and says what is said up to the open INBOX.
  private func open(on loop: EventLoop) async throws(WatchFailure) -> MailboxConnection {
    let login = try await connect(account, settings, loop).get()
    // From here on: a server that lets an account wait for a login and then refuses it is not a good connection.
    loggedInAt = Clock.monotonic()
    let address = account.address
    let log = log
    let connection = MailboxConnection(login, timeoutMilliseconds: settings.commandTimeoutMilliseconds) { text in
      log.warning("poller.alert", ["account": .text(address), "text": .text(text)])
    }
    wire = login.wire
    self.connection = connection
    let setup = try await MailboxSetup.learn(connection, version: version)
    adopt(setup, connection)
    opened = try await connection.examine(inbox.folder.name, from: try await mark(of: inbox))
    log.info(
      "poller.connected",
      [
        "account": .text(account.address), "folders": .text(setup.folders.map(\.name).joined(separator: ", ")),
        "mails": .int(Int64(opened.mailbox.exists)), "idle": .flag(usesIdle(connection)),
      ])
    unpushed = 0
    othersDue = 0
    wasQuiet = false
    return connection
  }

  private func usesIdle(_ connection: MailboxConnection) -> Bool { settings.idle && connection.offers("IDLE") }

  private func refresh(_ connection: MailboxConnection) {
    opened = OpenedFolder(mailbox: connection.mailbox ?? opened.mailbox)
    // Said when the folder was opened, and out of date since.
    opened.mailbox.uidNext = nil
  }

  /// Looks at the folders until there is nothing more to see for now.
  private func look(_ connection: MailboxConnection) async throws(WatchFailure) -> Rest {
    while true {
      connection.hasNews = false
      let found = try await look(opened, inbox, connection)
      // Mail that an IDLE without a word should have told of.
      if wasQuiet, found > 0 { unpushed += 1 }
      wasQuiet = false
      let looked = try await lookAtOthers(connection)
      let moved = try await mover?.run(inbox) ?? false
      if looked || moved {
        // Another folder was open: what came meanwhile is above the cursor.
        opened = try await connection.examine(inbox.folder.name, from: inbox.mark)
        continue
      }
      if !connection.hasNews {
        if let rest = try await wait(connection) { return rest }
      } else if found == 0 {
        // It came during the look, which has it already or not; a server that only says so again and again is given time.
        stage = .look
        return .until(Clock.deadline(in: Self.newsPauseMilliseconds))
      }
      refresh(connection)
    }
  }

  private func adopt(_ setup: MailboxSetup, _ connection: MailboxConnection) {
    adopt(setup.folders)
    mover = account.settings.moveBouncesTo.map { name in
      BounceMover(
        account: account, target: setup.namespace.name(name), connection: connection, recorder: recorder)
    }
  }

  private func adopt(_ folders: [WatchedFolder]) {
    let known = others
    others = folders.filter { $0.role != .inbox }.map { folder in
      known.first { $0.folder == folder } ?? FolderState(folder)
    }
    roundsSinceList = 0
  }

  /// Asks again which folders there are; true when others are watched now.
  private func listAgain(_ connection: MailboxConnection) async throws(WatchFailure) -> Bool {
    var setup = MailboxSetup()
    try await setup.findFolders(connection)
    let before = others.map(\.folder)
    // A refusal says nothing of folders that were there.
    adopt(setup.special == nil ? before : setup.folders)
    guard others.map(\.folder) != before else { return false }
    log.info(
      "poller.folders",
      ["account": .text(account.address), "folders": .text(setup.folders.map(\.name).joined(separator: ", "))])
    return true
  }

  /// Where a folder was read to, also after a restart.
  private func mark(of state: FolderState) async throws(WatchFailure) -> FolderMark? {
    if state.cursor == nil { state.cursor = try await recorder.cursor(account, state.folder) }
    return state.mark
  }

  private func look(
    _ opened: OpenedFolder, _ state: FolderState, _ connection: MailboxConnection
  ) async throws(WatchFailure) -> Int {
    let look = FolderLook(
      account: account, state: state, maxMailSize: settings.maxMailSize, connection: connection, recorder: recorder)
    return try await look.run(opened)
  }

  /// Looks at Junk and Sent when it is time; true when one of them was opened.
  private func lookAtOthers(_ connection: MailboxConnection) async throws(WatchFailure) -> Bool {
    guard Clock.monotonic() >= othersDue else { return false }
    if roundsSinceList >= Self.roundsToList { _ = try await listAgain(connection) }
    roundsSinceList += 1
    // A quarter less by chance: those of thousands of accounts shall not come all at once.
    let interval = settings.foldersIntervalMilliseconds
    othersDue = Clock.deadline(in: interval - Int64(random() % UInt64(interval / 4 + 1)))
    var opened = false
    var isRefused = false
    for state in others {
      do {
        guard try await isStale(state, connection) else { continue }
        opened = true
        _ = try await look(
          try await connection.examine(state.folder.name, from: state.mark), state, connection)
        _ = try await mover?.run(state)
      } catch {
        switch error {
        case .refused, .unusable:
          // A folder that cannot be read must not keep the INBOX from being read.
          isRefused = true
          log.warning(
            "poller.folder_unread",
            [
              "account": .text(account.address), "folder": .text(state.folder.name), "reason": .text("\(error)"),
            ])
        default: throw error
        }
      }
    }
    // It may have been renamed, or be gone.
    if isRefused, try await listAgain(connection) { othersDue = 0 }
    return opened
  }

  private func isStale(_ state: FolderState, _ connection: MailboxConnection) async throws(WatchFailure) -> Bool {
    _ = try await mark(of: state)
    var told: MailboxStatus?
    let command = Command.status(
      mailbox: state.folder.name, modSequence: connection.offers("CONDSTORE") || connection.offers("QRESYNC"),
      mailboxID: connection.offers("OBJECTID"))
    try await connection.succeed(command) { action in
      if case .mailboxStatus(let status) = action { told = status }
    }
    return told.map(state.isStale) ?? true
  }

  /// How to wait for mail or for the next time to look; nil when it is time already.
  private func wait(_ connection: MailboxConnection) async throws(WatchFailure) -> Rest? {
    let next = max(0, othersDue - Clock.monotonic())
    guard usesIdle(connection), unpushed < Self.unpushedLimit, !refusesIdle else {
      let interval = account.settings.pollIntervalMilliseconds ?? settings.intervalMilliseconds
      stage = .ask
      // No longer than an IDLE may last: a server closes connections that say nothing for half an hour.
      return .until(Clock.deadline(in: min(interval, settings.idleRenewalMilliseconds, next)))
    }
    let since = Clock.monotonic()
    let length = max(min(settings.idleRenewalMilliseconds, next), Self.shortIdleMilliseconds)
    return try await rest(
      in: try await connection.startIdle(), since: since, until: Clock.deadline(in: length), connection)
  }

  /// How an IDLE goes on; nil when it is over, and then it is known whether it can be trusted.
  private func rest(
    in idle: MailboxConnection.Idle, since: Int64, until end: Int64, _ connection: MailboxConnection
  ) async throws(WatchFailure) -> Rest? {
    switch idle {
    case .pushing where !connection.hasNews && Clock.monotonic() < end:
      stage = .hear(idleSince: since, until: end)
      return .news(until: end)
    case .pushing: refusesIdle = try await !connection.stopIdle()
    case .over(let isOK): refusesIdle = !isOK
    }
    if connection.hasNews { return nil }
    // A server that ends IDLE at once by itself would be asked again and again.
    if Clock.monotonic() - since < Self.shortIdleMilliseconds { unpushed += 1 }
    // After so long a silence: does it still answer, and has it more than it pushed?
    try await connection.succeed(.noop)
    wasQuiet = true
    return nil
  }
}

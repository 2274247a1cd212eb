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
  private var mover: BounceMover?
  /// Times that mail was found which this connection did not push.
  private var unpushed = 0
  private var refusesIdle = false

  /// So often mail may come unpushed before IDLE is given up for the interval.
  private static let unpushedLimit = 2
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
  }

  // What is over before the watch idles is done apart, by tasks that end: a task keeps the memory of its deepest call as long as
  // it lives, in thousands of mailboxes (17 KB of each, measured).

  /// Runs until the task is cancelled or the login is refused. `spread`: the first connection is made within so many
  /// milliseconds, as thousands that begin at once would look like an attack to their server.
  func run(on loop: EventLoop, spread: Int64 = 0) async {
    if spread > 0 { await loop.sleep(milliseconds: Int64(random() % UInt64(spread))) }
    var backoff = Backoff(capMilliseconds: settings.maxBackoffMilliseconds)
    while !Task.isCancelled {
      let begun = Clock.monotonic()
      let failure = await watch(on: loop)
      switch failure {
      case .cancelled: return
      case .loginRefused(let words):
        log.error("poller.login_refused", ["account": .text(account.address), "reply": .text(words)])
        // Not written down, the refusal would stop the watch but not the sending: come back and try again.
        if await recorder.pause(account, words) { return }
      default: break
      }
      if Clock.monotonic() - begun >= Self.goodConnectionMilliseconds { backoff.reset() }
      let delay = backoff.delay(random: random(), isThrottled: failure.isThrottle)
      log.warning(
        "poller.lost",
        [
          "account": .text(account.address), "reason": .text("\(failure)"), "failures": .int(Int64(backoff.failures)),
          "retry_ms": .int(delay),
        ])
      await loop.sleep(milliseconds: delay)
    }
  }

  /// One connection from login to its end; an IMAP connection never ends well, only by a failure or because it was stopped.
  private func watch(on loop: EventLoop) async -> WatchFailure {
    switch await loop.apart({ [self] in await connect(account, settings, loop) }) {
    case .failure(let failure): return failure
    case .success(let login):
      let address = account.address
      let log = log
      let connection = MailboxConnection(login, timeoutMilliseconds: settings.commandTimeoutMilliseconds) { text in
        log.warning("poller.alert", ["account": .text(address), "text": .text(text)])
      }
      defer { connection.close() }
      do {
        try await serve(connection, on: loop)
      } catch {
        return error
      }
    }
  }

  private func apart<Value>(
    on loop: EventLoop, _ work: @escaping () async throws(WatchFailure) -> Value
  ) async throws(WatchFailure) -> Value {
    let outcome = await loop.apart { () async -> Result<Value, WatchFailure> in
      do throws(WatchFailure) {
        return .success(try await work())
      } catch {
        return .failure(error)
      }
    }
    return try outcome.get()
  }

  /// What is said after the login, up to the open INBOX.
  private func begin(_ connection: MailboxConnection) async throws(WatchFailure) -> OpenedFolder {
    let setup = try await MailboxSetup.learn(connection, version: version)
    adopt(setup, connection)
    let opened = try await connection.examine(inbox.folder.name, from: try await mark(of: inbox))
    log.info(
      "poller.connected",
      [
        "account": .text(account.address), "folders": .text(setup.folders.map(\.name).joined(separator: ", ")),
        "mails": .int(Int64(opened.mailbox.exists)), "idle": .flag(usesIdle(connection)),
      ])
    return opened
  }

  private func usesIdle(_ connection: MailboxConnection) -> Bool { settings.idle && connection.offers("IDLE") }

  private func serve(_ connection: MailboxConnection, on loop: EventLoop) async throws(WatchFailure) -> Never {
    var opened = try await apart(on: loop) { [self] () async throws(WatchFailure) in try await begin(connection) }
    let usesIdle = usesIdle(connection)
    unpushed = 0
    othersDue = 0
    var wasQuiet = false
    while true {
      connection.hasNews = false
      let found = try await apart(on: loop) { [self, opened] () async throws(WatchFailure) in
        try await look(opened, inbox, connection)
      }
      // Mail that an IDLE without a word should have told of.
      if wasQuiet, found > 0 { unpushed += 1 }
      wasQuiet = false
      let reopened = try await apart(on: loop) { [self] () async throws(WatchFailure) -> OpenedFolder? in
        let looked = try await lookAtOthers(connection)
        let moved = try await mover?.run(inbox) ?? false
        // Another folder was open: what came meanwhile is above the cursor.
        return looked || moved ? try await connection.examine(inbox.folder.name, from: inbox.mark) : nil
      }
      if let reopened {
        opened = reopened
        continue
      }
      if connection.hasNews {
        // It came during the look, which has it already or not; a server that only says so again and again is given time.
        if found == 0 { await loop.sleep(milliseconds: Self.newsPauseMilliseconds) }
        if Task.isCancelled { throw .cancelled }
      } else {
        wasQuiet = try await wait(connection, usesIdle, on: loop)
      }
      opened = OpenedFolder(mailbox: connection.mailbox ?? opened.mailbox)
      // Said when the folder was opened, and out of date since.
      opened.mailbox.uidNext = nil
    }
  }

  private func adopt(_ setup: MailboxSetup, _ connection: MailboxConnection) {
    let known = others
    others = setup.folders.filter { $0.role != .inbox }.map { folder in
      known.first { $0.folder == folder } ?? FolderState(folder)
    }
    mover = account.settings.moveBouncesTo.map { name in
      BounceMover(
        account: account, target: setup.namespace.name(name), connection: connection, recorder: recorder)
    }
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
    guard !others.isEmpty, Clock.monotonic() >= othersDue else { return false }
    // A quarter less by chance: those of thousands of accounts shall not come all at once.
    let interval = settings.foldersIntervalMilliseconds
    othersDue = Clock.deadline(in: interval - Int64(random() % UInt64(interval / 4 + 1)))
    var opened = false
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
          log.warning(
            "poller.folder_unread",
            [
              "account": .text(account.address), "folder": .text(state.folder.name), "reason": .text("\(error)"),
            ])
        default: throw error
        }
      }
    }
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

  /// Waits for mail or for the next time to look; true when IDLE was trusted and told of nothing.
  private func wait(
    _ connection: MailboxConnection, _ usesIdle: Bool, on loop: EventLoop
  ) async throws(WatchFailure) -> Bool {
    let next = others.isEmpty ? Int64.max : max(0, othersDue - Clock.monotonic())
    guard usesIdle, unpushed < Self.unpushedLimit, !refusesIdle else {
      let interval = account.settings.pollIntervalMilliseconds ?? settings.intervalMilliseconds
      // No longer than an IDLE may last: a server closes connections that say nothing for half an hour.
      await loop.sleep(milliseconds: min(interval, settings.idleRenewalMilliseconds, next))
      if Task.isCancelled { throw .cancelled }
      try await connection.succeed(.noop)
      return false
    }
    let begun = Clock.monotonic()
    let length = max(min(settings.idleRenewalMilliseconds, next), Self.shortIdleMilliseconds)
    refusesIdle = try await !connection.idle(until: Clock.deadline(in: length))
    if connection.hasNews { return false }
    // A server that ends IDLE at once by itself would be asked again and again.
    if Clock.monotonic() - begun < Self.shortIdleMilliseconds { unpushed += 1 }
    // After so long a silence: does it still answer, and has it more than it pushed?
    try await connection.succeed(.noop)
    return true
  }
}

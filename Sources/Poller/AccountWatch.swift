import Configuration
import Host
import IMAP
import Store

/// Watches one account's INBOX for as long as its task lives: connects, looks, waits, and comes back after failures.
final class AccountWatch {
  /// Opens a connection that is logged in.
  typealias Connect = @Sendable (AccountRecord, PollerSettings, EventLoop) async -> Result<MailboxLogin, WatchFailure>

  private let account: AccountRecord
  private let settings: PollerSettings
  private let connect: Connect
  private let recorder: InboundRecorder
  private let log: Log
  private let random: @Sendable () -> UInt64
  private let troubles = FolderLook.Troubles()
  /// Times that mail was found which this connection did not push.
  private var unpushed = 0
  private var refusesIdle = false

  private static let folder = "INBOX"
  /// So often mail may come unpushed before IDLE is given up for the interval.
  private static let unpushedLimit = 2
  private static let newsPauseMilliseconds: Int64 = 200
  private static let shortIdleMilliseconds: Int64 = 1_000
  /// A connection that held so long was good: what follows is a first failure again.
  private static let goodConnectionMilliseconds: Int64 = 60_000

  init(
    _ account: AccountRecord, settings: PollerSettings, recorder: InboundRecorder, log: Log,
    random: @escaping @Sendable () -> UInt64, connect: @escaping Connect
  ) {
    self.account = account
    self.settings = settings
    self.recorder = recorder
    self.log = log
    self.random = random
    self.connect = connect
  }

  /// Runs until the task is cancelled or the login is refused.
  func run(on loop: EventLoop) async {
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
      let delay = backoff.delay(random: random())
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
    switch await connect(account, settings, loop) {
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

  private func serve(_ connection: MailboxConnection, on loop: EventLoop) async throws(WatchFailure) -> Never {
    try await connection.learnCapabilities()
    var mailbox = try await connection.examine(Self.folder)
    let usesIdle = settings.idle && connection.offers("IDLE")
    log.info(
      "poller.connected",
      [
        "account": .text(account.address), "folder": .text(Self.folder), "mails": .int(Int64(mailbox.exists)),
        "idle": .flag(usesIdle),
      ])
    unpushed = 0
    var wasQuiet = false
    while true {
      connection.hasNews = false
      let found = try await look(mailbox, connection)
      // Mail that an IDLE without a word should have told of.
      if wasQuiet, found > 0 { unpushed += 1 }
      if connection.hasNews {
        wasQuiet = false
        // It came during the look, which has it already or not; a server that only says so again and again is given time.
        if found == 0 { await loop.sleep(milliseconds: Self.newsPauseMilliseconds) }
        if Task.isCancelled { throw .cancelled }
      } else {
        wasQuiet = try await wait(connection, usesIdle, on: loop)
      }
      mailbox = connection.mailbox ?? mailbox
      // Said when the folder was opened, and out of date since.
      mailbox.uidNext = nil
    }
  }

  private func look(_ mailbox: Mailbox, _ connection: MailboxConnection) async throws(WatchFailure) -> Int {
    let look = FolderLook(
      account: account, folder: Self.folder, maxMailSize: settings.maxMailSize, connection: connection,
      recorder: recorder, troubles: troubles)
    return try await look.run(mailbox)
  }

  /// Waits for mail or for the next time to look; true when IDLE was trusted and told of nothing.
  private func wait(
    _ connection: MailboxConnection, _ usesIdle: Bool, on loop: EventLoop
  ) async throws(WatchFailure) -> Bool {
    guard usesIdle, unpushed < Self.unpushedLimit, !refusesIdle else {
      let interval = account.settings.pollIntervalMilliseconds ?? settings.intervalMilliseconds
      // No longer than an IDLE may last: a server closes connections that say nothing for half an hour.
      await loop.sleep(milliseconds: min(interval, settings.idleRenewalMilliseconds))
      if Task.isCancelled { throw .cancelled }
      try await connection.succeed(.noop)
      return false
    }
    let begun = Clock.monotonic()
    refusesIdle = try await !connection.idle(until: Clock.deadline(in: settings.idleRenewalMilliseconds))
    if connection.hasNews { return false }
    // A server that ends IDLE at once by itself would be asked again and again.
    if Clock.monotonic() - begun < Self.shortIdleMilliseconds { unpushed += 1 }
    return true
  }
}

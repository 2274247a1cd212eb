import Configuration
import Host
import IMAP
import Store
import Synchronization

/// Resolves messages of unknown fate: looks for their copies in their accounts' mailboxes, several times until the wait is
/// over, and lets the store draw the conclusion.
///
/// A look that could not be made decides nothing: while a mailbox cannot be read, its messages stay unknown.
final class SentCopyResolver: Sendable {
  private struct State {
    var settings: PollerSettings
    /// Accounts being looked into now.
    var running: [Int64: Task<Void, Never>] = [:]
  }

  private let store: Store
  private let loop: EventLoop
  private let bell: Doorbell
  private let log: Log
  private let version: String
  private let connect: AccountWatch.Connect
  private let state: Mutex<State>

  /// Mailboxes looked into at once: after a crash every account may have one.
  private static let together = 8
  private static let retryMilliseconds: Int64 = 5_000

  init(
    store: Store, loop: EventLoop, settings: PollerSettings, version: String, log: Log,
    connect: @escaping AccountWatch.Connect
  ) {
    self.version = version
    self.store = store
    self.loop = loop
    bell = Doorbell(loop: loop)
    self.log = log
    self.connect = connect
    state = Mutex(State(settings: settings))
  }

  /// How long a copy is looked for, in milliseconds.
  var wait: Int64 { state.withLock { $0.settings.sentCopyWaitMilliseconds } }

  func reload(_ settings: PollerSettings) { state.withLock { $0.settings = settings } }

  func run() async {
    store.observe(.sentChecks) { [bell] in bell.ring() }
    while !Task.isCancelled {
      let next = await look()
      await bell.wait(until: next.map { Clock.deadline(in: max(0, $0 - Clock.now())) })
    }
    let running = state.withLock { Array($0.running.values) }
    for task in running { task.cancel() }
    for task in running { await task.value }
  }

  /// Begins what is due; says when to come back (UTC epoch milliseconds).
  private func look() async -> Int64? {
    let now = Clock.now()
    let busy = state.withLock { Set($0.running.keys) }
    do {
      let (due, next) = try await store.read { reader in
        (try reader.sentChecks(dueBy: now), try reader.nextSentCheck(after: now))
      }
      let waiting = Dictionary(grouping: due.filter { !busy.contains($0.accountID) }, by: \.accountID)
      for (account, checks) in waiting.prefix(max(0, Self.together - busy.count)) { begin(account, checks) }
      // What is due and was not begun is taken up when an account is done, which rings.
      return next
    } catch {
      guard error != .unavailable else { return nil }
      log.error("poller.unknown_unreadable", ["reason": .text("\(error)")])
      return now + Self.retryMilliseconds
    }
  }

  private func begin(_ account: Int64, _ checks: [SentCheck]) {
    let settings = state.withLock { $0.settings }
    let task = loop.spawn { [self] in
      await resolve(checks, ofAccount: account, settings)
      state.withLock { $0.running[account] = nil }
      bell.ring()
    }
    state.withLock { $0.running[account] = task }
  }

  private func resolve(_ checks: [SentCheck], ofAccount id: Int64, _ settings: PollerSettings) async {
    do {
      guard let account = try await store.read({ try $0.presentAccount(id) }), account.settings.imap != nil else {
        return try await conclude(checks, [:], nil, settings)
      }
      guard PollerRoom.isWatched(account) else { return try await postpone(checks, settings) }
      switch await look(into: account, checks, settings) {
      case .success(let findings): try await conclude(checks, findings, account, settings)
      case .failure(.cancelled): return
      case .failure(let failure):
        log.warning(
          "poller.sent_unreadable",
          [
            "account": .text(account.address), "messages": .int(Int64(checks.count)), "reason": .text("\(failure)"),
          ])
        try await postpone(checks, settings)
      }
    } catch {
      log.error("poller.unknown_unwritten", ["account": .int(id), "reason": .text("\(error)")])
      await loop.sleep(milliseconds: Self.retryMilliseconds)
    }
  }

  private func look(
    into account: AccountRecord, _ checks: [SentCheck], _ settings: PollerSettings
  ) async -> Result<[Int64: SentFinding], WatchFailure> {
    switch await connect(account, settings, loop) {
    case .failure(let failure): return .failure(failure)
    case .success(let login):
      let connection = MailboxConnection(login, timeoutMilliseconds: settings.commandTimeoutMilliseconds) { _ in }
      defer { connection.close() }
      do {
        let found = try await SentCopyFinder(connection: connection, version: version).find(checks)
        try await connection.succeed(.logout)
        return .success(found)
      } catch {
        return .failure(error)
      }
    }
  }

  private func conclude(
    _ checks: [SentCheck], _ findings: [Int64: SentFinding], _ account: AccountRecord?, _ settings: PollerSettings
  ) async throws(StoreError) {
    let now = Clock.now()
    try await store.write { transaction in
      for check in checks {
        let finding = findings[check.messageID] ?? .impossible("its account's mailbox is no longer watched")
        let next = LookTimes.next(check, wait: settings.sentCopyWaitMilliseconds, now: now)
        try transaction.conclude(check, finding, nextLook: next, now: now)
      }
    }
    for check in checks {
      var fields: LogFields = ["message": .int(check.messageID), "look": .int(Int64(check.looks + 1))]
      if let account { fields.append("account", .text(account.address)) }
      if case .copies(let copies)? = findings[check.messageID] { fields.append("copies", .int(Int64(copies.count))) }
      log.info("poller.looked_for_copy", fields)
    }
  }

  private func postpone(_ checks: [SentCheck], _ settings: PollerSettings) async throws(StoreError) {
    let now = Clock.now()
    try await store.write { transaction in
      for check in checks {
        let pause = LookTimes.pause(afterLooks: check.looks, most: settings.maxBackoffMilliseconds)
        try transaction.postponeSentCheck(check.messageID, until: now + pause)
      }
    }
  }
}

/// When a copy is looked for: soon at first, as most servers file it before they answer, then less and less often.
enum LookTimes {
  static let firstPause: Int64 = 2_000
  static let longestPause: Int64 = 60_000

  static func pause(afterLooks looks: Int, most: Int64) -> Int64 {
    min(most, firstPause << Int64(min(looks, 20)))
  }

  /// The next look after the one that was made now; nil when that was the last: it was made after the wait.
  static func next(_ check: SentCheck, wait: Int64, now: Int64) -> Int64? {
    let end = check.begunAt + wait
    guard now < end else { return nil }
    return min(end, now + pause(afterLooks: check.looks, most: longestPause))
  }
}

import Configuration
import Delivery
import Host
import Store

/// The relay's scheduler: wakes when mail is queued, an account is free or a time has come, claims, and starts handovers.
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
  let tokenKey: [UInt8]
  let signer: DomainSigner
  var isStopping = false

  private let doorbell: Doorbell
  private let isDiskLow: @Sendable () -> Bool
  /// Idle connections by account.
  private var idle: [Int64: [Kept]] = [:]
  /// Failures of connections, by account.
  var backOff = BackOff()
  /// When the queue was looked at last, by the clock of then.
  private var lastLook: Int64 = 0
  private var handovers: [Int64: Task<Void, Never>] = [:]

  private struct Kept {
    var connection: AccountConnection
    /// `AccountRecord.changedAt`: another password or server makes it worthless.
    var settingsOf: Int64
  }

  /// Less than this is the clock's discipline at work; all waiting bears it.
  private static let noticedSetBack: Int64 = 10_000

  init(
    store: Store, loop: EventLoop, doorbell: Doorbell, settings: RelaySettings, clientName: String, log: Log,
    logins: AccountLogins, outgoing: OutgoingSettings, keys: RelayKeys,
    isDiskLow: @escaping @Sendable () -> Bool
  ) {
    self.store = store
    self.loop = loop
    self.doorbell = doorbell
    self.settings = settings
    self.clientName = clientName
    self.log = log
    self.logins = logins
    self.outgoing = outgoing
    tokenKey = keys.tokenKey
    signer = DomainSigner(store: store, unseal: keys.unseal)
    self.isDiskLow = isDiskLow
  }

  func watchStore() {
    store.observe(.queue) { [doorbell] in doorbell.ring() }
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
    while !isStopping, !Task.isCancelled {
      let next = await pass()
      await closeIdle(olderThan: settings.idleTimeMilliseconds)
      let wait = min(max(next - Clock.now(), 0), settings.tickMilliseconds)
      await doorbell.wait(until: Clock.deadline(in: wait))
    }
    await drain()
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

  /// One look at the queue; returns when the next is due (UTC epoch milliseconds).
  private func pass() async -> Int64 {
    let now = Clock.now()
    let soon = now + settings.tickMilliseconds
    let free = settings.maxConnections - handovers.count
    guard free > 0, !isDiskLow() else { return soon }
    let isSetBack = now < lastLook - Self.noticedSetBack
    lastLook = now
    do {
      if isSetBack {
        log.warning("relay.clock_set_back", ["now": .text(Clock.text(now))])
        try await store.write { transaction in try transaction.clockWasSetBack(now: now) }
      }
      // What is logged and has no rows yet rings when it has them.
      let found = try await store.write(seesLog: false) { transaction in
        let start = ContinuousClock.now
        let found = try transaction.claimDue(now: now, limit: free)
        return (pass: found, took: start.duration(to: .now))
      }
      if !found.pass.claims.isEmpty {
        log.debug(
          "relay.look",
          [
            "claimed": .int(Int64(found.pass.claims.count)),
            "choosing_microseconds": .int(found.pass.choosing.microseconds),
            "microseconds": .int(found.took.microseconds),
          ])
      }
      for claim in found.pass.claims { start(claim) }
      return min(found.pass.nextLook ?? soon, found.pass.claims.isEmpty ? .max : Clock.now())
    } catch {
      log.error("relay.claim_failed", ["error": .text("\(error)")])
      return soon
    }
  }

  private func start(_ claim: Claim) {
    handovers[claim.attemptID] = loop.spawn { [self] in
      await Handover(desk: self, claim: claim).run()
      handovers[claim.attemptID] = nil
      doorbell.ring()
    }
  }

  /// What ended is about to be booked: the next claim need not wait for that commit, it comes behind it in the writer's line.
  func bookingIsQueued() { doorbell.ring() }

  private func drain() async {
    for task in handovers.values {
      if Task.isCancelled { task.cancel() }
      await withTaskCancellationHandler {
        await task.value
      } onCancel: {
        task.cancel()
      }
    }
    await closeIdle(olderThan: 0)
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

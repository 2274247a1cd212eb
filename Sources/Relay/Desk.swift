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
  let secret: @Sendable (AccountRecord) throws -> RemoteOptions.Secret
  var settings: RelaySettings
  var isStopping = false

  private let doorbell: Doorbell
  private let isDiskLow: @Sendable () -> Bool
  /// Idle connections by account.
  private var idle: [Int64: [Kept]] = [:]
  /// Connection failures in a row by account.
  private var failures: [Int64: Int] = [:]
  private var closedLanes: [Int64: Int64] = [:]
  private var accountsChanged = false
  private var handovers: [Int64: Task<Void, Never>] = [:]

  private struct Kept {
    var connection: AccountConnection
    /// `AccountRecord.changedAt`: another password or server makes it worthless.
    var settingsOf: Int64
  }

  /// The rest after a failed connection doubles from the first to the second of these: short enough to be back soon
  /// after a restart of a server, long enough not to knock at a closed one all day.
  private static let backOff: ClosedRange<Int64> = 15_000...900_000

  init(
    store: Store, loop: EventLoop, doorbell: Doorbell, settings: RelaySettings, clientName: String, log: Log,
    secret: @escaping @Sendable (AccountRecord) throws -> RemoteOptions.Secret,
    isDiskLow: @escaping @Sendable () -> Bool
  ) {
    self.store = store
    self.loop = loop
    self.doorbell = doorbell
    self.settings = settings
    self.clientName = clientName
    self.log = log
    self.secret = secret
    self.isDiskLow = isDiskLow
  }

  func watchStore() {
    store.observe(.queue) { [doorbell] in doorbell.ring() }
    store.observe(.accounts) { [self] in
      loop.spawn { [self] in accountsChanged = true }
      doorbell.ring()
    }
  }

  // MARK: - The scheduler

  func run() async {
    await recover()
    while !isStopping, !Task.isCancelled {
      let next = await pass()
      await closeIdle(olderThan: settings.idleTimeMilliseconds)
      let wait = min(max(next - Clock.now(), 0), settings.tickMilliseconds)
      await doorbell.wait(until: Clock.deadline(in: wait))
    }
    await drain()
  }

  private func recover() async {
    do {
      let counts = try await store.write { transaction in try transaction.recoverAttempts(now: Clock.now()) }
      if counts.returned + counts.unknown > 0 {
        log.warning(
          "relay.recovered", ["returned": .int(Int64(counts.returned)), "unknown": .int(Int64(counts.unknown))])
      }
    } catch {
      log.error("relay.recovery_failed", ["error": .text("\(error)")])
    }
  }

  /// One look at the queue; returns when the next is due (UTC epoch milliseconds).
  private func pass() async -> Int64 {
    let now = Clock.now()
    let soon = now + settings.tickMilliseconds
    let free = settings.maxConnections - handovers.count
    guard free > 0, !isDiskLow() else { return soon }
    if accountsChanged {
      accountsChanged = false
      closedLanes = [:]
    }
    do {
      let known = closedLanes
      let (found, lanes) = try await store.write { transaction in
        var lanes = known
        let pass = try transaction.claimDue(now: now, limit: free, closedLanes: &lanes)
        return (pass, lanes)
      }
      // An account may have become free while the transaction ran; then its lanes were opened and must stay open.
      for (lane, until) in lanes where known[lane] == closedLanes[lane] { closedLanes[lane] = until }
      for lane in known.keys where lanes[lane] == nil { closedLanes[lane] = nil }
      for claim in found.claims { start(claim) }
      return min(found.nextLook ?? soon, found.claims.isEmpty ? .max : Clock.now())
    } catch {
      log.error("relay.claim_failed", ["error": .text("\(error)")])
      return soon
    }
  }

  private func start(_ claim: Claim) {
    handovers[claim.attemptID] = loop.spawn { [self] in
      await Handover(desk: self, claim: claim).run()
      handovers[claim.attemptID] = nil
      open(lanesOf: claim.account.id)
      doorbell.ring()
    }
  }

  /// An account has a free connection again: its own lane and every pool's may go on.
  private func open(lanesOf account: Int64) {
    closedLanes[account] = nil
    for lane in closedLanes.keys where lane < 0 { closedLanes[lane] = nil }
  }

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

  /// An idle connection that still works, or a new one.
  func connection(for account: AccountRecord) async -> Result<AccountConnection, RemoteFailure> {
    while let kept = idle[account.id]?.popLast() {
      if kept.settingsOf == account.changedAt, kept.connection.isReusable { return .success(kept.connection) }
      await kept.connection.quit()
    }
    let proof: RemoteOptions.Secret
    do {
      proof = try secret(account)
    } catch {
      return .failure(RemoteFailure(kind: .protocol, curlCode: 0, text: "its secret cannot be read: \(error)"))
    }
    let options = account.options(
      for: account.settings.smtp, .smtp, secret: proof, clientName: clientName,
      timeoutMilliseconds: settings.connectTimeoutMilliseconds)
    let timeouts = AccountConnection.Timeouts(
      command: settings.commandTimeoutMilliseconds, dot: settings.dataTimeoutMilliseconds)
    return await RemoteConnection.open(options, on: loop).map { AccountConnection($0, timeouts: timeouts) }
  }

  /// Takes a connection back for the next mail of its account.
  func keep(_ connection: AccountConnection, of account: AccountRecord) async {
    failures[account.id] = nil
    guard connection.isReusable, !isStopping else { return await connection.quit() }
    idle[account.id, default: []].append(Kept(connection: connection, settingsOf: account.changedAt))
  }

  /// How long an account rests after one more failure; `least` is what the server's reply asked for.
  func nextBackOff(of account: Int64, least: Int64) -> Int64 {
    let count = failures[account, default: 0]
    failures[account] = count + 1
    let doubled = Self.backOff.lowerBound << Int64(min(count, 10))
    return max(least, min(doubled, Self.backOff.upperBound))
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

internal import Configuration
internal import Host
internal import Store
import Synchronization

/// What campaigns need of the daemon.
public struct CampaignHooks: Sendable {
  /// Where the files of CSV sources are.
  public var folder: String
  /// This machine's name, for the mail to an owner.
  public var hostname: String
  /// Opens a sealed secret.
  public var unseal: @Sendable (_ sealed: [UInt8]) throws -> [UInt8]

  /// The hooks.
  public init(
    folder: String, hostname: String,
    unseal: @escaping @Sendable (_ sealed: [UInt8]) throws -> [UInt8]
  ) {
    self.folder = folder
    self.hostname = hostname
    self.unseal = unseal
  }
}

/// Begins the runs of campaigns that are due, drives those under way, and ends campaigns.
///
/// All that is known of a run is in the store, committed page by page: after a crash it goes on with the next page.
final class CampaignRoom: Sendable {
  private let store: Store
  private let loop: EventLoop
  private let hooks: CampaignHooks
  private let log: Log
  private let doorbell: Doorbell
  private let main = Mutex<Task<Void, Never>?>(nil)
  private let drivers = Mutex<[Int64: Task<Void, Never>]>([:])

  /// Runs driven at once: each waits for somebody's server nearly all of the time.
  private static let mostAtOnce = 16
  /// A look at least so often, because the calendar's clock may be set, and a campaign's last mails go unannounced.
  private static let longestWait: Int64 = 60_000
  private static let endingWait: Int64 = 2_000
  /// The wait after a failed transaction.
  private static let retryMilliseconds: Int64 = 1000

  init(store: Store, loop: EventLoop, hooks: CampaignHooks, log: Log) {
    self.store = store
    self.loop = loop
    self.hooks = hooks
    self.log = log
    doorbell = Doorbell(loop: loop)
  }

  func start() {
    store.observe(.campaigns) { [doorbell] in doorbell.ring() }
    let task = loop.spawn { [self] in await run() }
    main.withLock { $0 = task }
  }

  /// Ends after the transactions under way; what a run has asked for and not stored it asks for again.
  func stop() async {
    let task = main.withLock { $0 }
    task?.cancel()
    await task?.value
    let running = drivers.withLock { Array($0.values) }
    for driver in running { driver.cancel() }
    for driver in running { await driver.value }
  }

  private func run() async {
    while !Task.isCancelled {
      do {
        let now = Clock.now()
        var look = try await store.read(seesLog: false) { try $0.campaignLook(now: now) }
        if look.hasDue || look.isEnding {
          let hostname = hooks.hostname
          let ended = try await store.read(seesLog: false) { try $0.endedCampaigns(now: now) }
          look = try await store.write(seesLog: false) { transaction in
            try transaction.beginDueRuns(now: now)
            try transaction.end(ended, hostname: hostname, now: now)
            return try transaction.campaignLook(now: now)
          }
        }
        for id in look.runs { drive(id) }
        var wait = Self.longestWait
        if look.isEnding { wait = Self.endingWait }
        if let next = look.nextAt { wait = min(wait, max(0, next - Clock.now())) }
        await doorbell.wait(until: Clock.deadline(in: wait))
      } catch {
        log.error("campaigns.failed", ["error": .text("\(error)")])
        await doorbell.wait(until: Clock.deadline(in: Self.retryMilliseconds))
      }
    }
  }

  /// Gives a run its task, unless it has one or there are enough.
  private func drive(_ id: Int64) {
    guard drivers.withLock({ $0[id] == nil && $0.count < Self.mostAtOnce }) else { return }
    let task = loop.spawn { [self] in
      await CampaignDriver(run: id, store: store, loop: loop, hooks: hooks, log: log).run()
      drivers.withLock { $0[id] = nil }
      doorbell.ring()
    }
    drivers.withLock { $0[id] = task }
  }
}

public import Host
public import Store
import Synchronization

/// The room of time: plans the next step of every enrollment that something changed for, opens the tasks whose time has
/// come, and keeps house.
///
/// It hears of changes through the store, where each is a mark on the enrollment's row, so nothing is missed over a crash.
public final class Sequencer: Sendable {
  private let store: Store
  private let loop: EventLoop
  private let idempotencyWindow: Int64
  private let log: Log
  private let doorbell: Doorbell
  private let counter: EventCounter
  private let task = Mutex<Task<Void, Never>?>(nil)
  private let campaigns: CampaignRoom

  /// Enrollments planned in one transaction: few enough that nobody's reply waits long behind it.
  private static let batch = 100
  /// How often old idempotency keys are dropped, and marks are looked for that no signal announced.
  private static let housekeepingMilliseconds: Int64 = 600_000
  /// The wait after a failed transaction.
  private static let retryMilliseconds: Int64 = 1000

  /// A sequencer on `loop`; idempotency keys older than their window are dropped.
  public init(
    store: Store, loop: EventLoop, idempotencyWindowMilliseconds: Int64, campaigns: CampaignHooks, log: Log
  ) {
    self.campaigns = CampaignRoom(store: store, loop: loop, hooks: campaigns, log: log)
    idempotencyWindow = idempotencyWindowMilliseconds
    self.store = store
    self.loop = loop
    self.log = log
    doorbell = Doorbell(loop: loop)
    counter = EventCounter(store: store, loop: loop, log: log)
  }

  /// Begins. Call it once.
  public func start() {
    store.observe(.enrollments) { [doorbell] in doorbell.ring() }
    counter.start()
    let running = loop.spawn { [self] in await run() }
    task.withLock { $0 = running }
    campaigns.start()
  }

  /// Ends after the transaction under way.
  public func stop() async {
    await campaigns.stop()
    await counter.stop()
    let running = task.withLock { $0 }
    running?.cancel()
    await running?.value
  }

  /// Counting reads what went, so it is done beside the writer.
  private func callWinners() async throws(StoreError) {
    let now = Clock.now()
    try await store.countExperiments(now: now)
    for decided in try await store.read({ try $0.decidedExperiments() }) {
      try await store.write { transaction in try transaction.callWinner(decided, now: now) }
    }
  }

  private func run() async {
    var nextHousekeeping = Clock.now()
    while !Task.isCancelled {
      do {
        let (isAll, nextTask) = try await store.write(seesLog: false) { transaction in
          let now = Clock.now()
          let planned = try transaction.planEnrollments(now: now, limit: Self.batch)
          let opened = try transaction.openTasks(now: now, limit: Self.batch)
          // What was opened moves its enrollment on.
          return (planned < Self.batch && opened == 0, try transaction.nextTaskTime())
        }
        if !isAll { continue }
        let now = Clock.now()
        // Further ahead than that it is only when the clock was set back.
        if now >= nextHousekeeping || nextHousekeeping - now > Self.housekeepingMilliseconds {
          nextHousekeeping = now + Self.housekeepingMilliseconds
          let oldest = now - idempotencyWindow
          try await store.write { transaction in try transaction.forgetIdempotencyKeys(before: oldest) }
          try await callWinners()
        }
        let wait = min(nextTask.map { max(0, $0 - Clock.now()) } ?? .max, Self.housekeepingMilliseconds)
        await doorbell.wait(until: Clock.deadline(in: wait))
      } catch {
        log.error("sequencer.failed", ["error": .text("\(error)")])
        await doorbell.wait(until: Clock.deadline(in: Self.retryMilliseconds))
      }
    }
  }
}

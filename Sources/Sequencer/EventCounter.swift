import Host
import Store
import Synchronization

/// Keeps the statistics up with the events, some seconds behind them.
final class EventCounter: Sendable {
  private let store: Store
  private let log: Log
  private let loop: EventLoop
  private let doorbell: Doorbell
  private let task = Mutex<Task<Void, Never>?>(nil)

  /// The pause between two counts: the sums of an hour are written again and again while it lasts, so the fewer the better;
  /// who asks for statistics has the rest counted first.
  private static let pauseMilliseconds: Int64 = 10_000

  init(store: Store, loop: EventLoop, log: Log) {
    self.store = store
    self.loop = loop
    self.log = log
    doorbell = Doorbell(loop: loop)
  }

  /// Begins, with what came since the last end. Call it once.
  func start() {
    store.observe(.events) { [doorbell] in doorbell.ring() }
    let running = loop.spawn { [self] in await run() }
    task.withLock { $0 = running }
  }

  /// Ends after the batch under way.
  func stop() async {
    let running = task.withLock { $0 }
    running?.cancel()
    await running?.value
  }

  private func run() async {
    let pause = Doorbell(loop: loop)
    do {
      try await store.forgetUnreadStatistics()
    } catch {
      log.error("statistics.failed", ["error": .text("\(error)")])
    }
    while !Task.isCancelled {
      do {
        try await store.countEvents()
      } catch {
        log.error("statistics.failed", ["error": .text("\(error)")])
      }
      await pause.wait(until: Clock.deadline(in: Self.pauseMilliseconds))
      await doorbell.wait(until: nil)
    }
  }
}

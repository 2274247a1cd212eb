import Host
import Store
import Synchronization

/// Word that the store failed, from whichever thread learns it first to the one task that ends the daemon.
final class StoreFailure: Sendable {
  private let doorbell: Doorbell
  private let first = Mutex<StoreError?>(nil)

  init(loop: EventLoop) { doorbell = Doorbell(loop: loop) }

  func report(_ error: StoreError) {
    first.withLock { $0 = $0 ?? error }
    doorbell.ring()
  }

  var reason: String { first.withLock { $0.map { "\($0)" } ?? "" } }

  /// Returns when something was reported, or when the task is cancelled.
  func wait() async {
    while first.withLock({ $0 == nil }), !Task.isCancelled { await doorbell.wait(until: nil) }
  }
}

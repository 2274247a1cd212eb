import Synchronization

/// Where one task of a loop waits until any thread rings, or its deadline passes.
///
/// A ring while nobody waits is kept: the next wait returns at once. Rings in between count as one.
public final class Doorbell: Sendable {
  private let loop: EventLoop
  private let waiter: Waiter
  private let rung = Atomic<Bool>(false)

  /// A bell whose waiting task runs on `loop`.
  public init(loop: EventLoop) {
    self.loop = loop
    waiter = Waiter(loop: loop)
  }

  /// Wakes the waiting task; from any thread.
  public func ring() {
    // Only the first ring since the last wait crosses to the loop's thread.
    guard !rung.exchange(true, ordering: .acquiringAndReleasing) else { return }
    loop.perform { [self] in waiter.wake() }
  }

  /// Waits for a ring, until `deadline` (monotonic milliseconds; nil: for ever), or until the task is cancelled.
  public func wait(until deadline: Int64?) async {
    _ = await waiter.wait(deadline: deadline)
    rung.store(false, ordering: .releasing)
    waiter.reset()
    loop.timers.remove(waiter)
  }
}

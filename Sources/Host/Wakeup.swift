/// What one task of a loop sleeps on until something happens elsewhere or a deadline comes: "new mail is due", "the configuration changed".
///
/// Signals are not counted: any number of them before or during a wait end that one wait. Look for the work after each.
public final class Wakeup: @unchecked Sendable {
  /// How a wait ended.
  public enum Outcome: Sendable, Equatable {
    /// Somebody signalled, now or since the last wait.
    case signalled
    /// The deadline came first.
    case timedOut
    /// The task was cancelled.
    case cancelled
  }

  private let loop: EventLoop
  private let waiter: Waiter

  /// A wake-up for one task of a loop.
  public init(loop: EventLoop) {
    self.loop = loop
    waiter = Waiter(loop: loop)
  }

  deinit {
    let waiter = waiter
    loop.perform { waiter.loop.timers.remove(waiter) }
  }

  /// Ends the wait; from any thread.
  public func signal() {
    loop.perform { [waiter] in waiter.wake() }
  }

  /// Waits for a signal, until an instant of `Clock.monotonic()` if one is given. One task at a time, of the loop.
  public func wait(deadline: Int64? = nil) async -> Outcome {
    switch await waiter.wait(deadline: deadline) {
    case .woken: .signalled
    case .timedOut: .timedOut
    case .cancelled: .cancelled
    }
  }
}

/// Something filed in a loop's timer heap.
class LoopTimer {
  /// The place in the heap (−1: not in it) and the instant it is filed under.
  final var heapIndex = -1
  final var filedAt = Int64.max

  /// Called by the loop, which has taken the timer out of the heap, when the instant has come.
  func instantCame(now: Int64) {}
}

/// Where one task at a time waits on a loop until it is woken, its deadline passes or it is cancelled.
///
/// Belongs to its loop's thread. The deadline's place in the timer heap is kept between waits and only looked at when it
/// comes up: a session that reads a thousand times within its five minutes touches the heap once.
final class Waiter: LoopTimer, @unchecked Sendable {
  enum Outcome { case woken, timedOut, cancelled }

  unowned let loop: EventLoop
  private var continuation: UnsafeContinuation<Outcome, Never>?
  private var deadline = Int64.max
  private var ticket: UInt64 = 0
  private var signalled = false

  init(loop: EventLoop) { self.loop = loop }

  /// Forgets a wake-up that came while nobody waited; called before trying the operation whose readiness is awaited.
  func reset() { signalled = false }

  /// Waits; returns at once when `wake` was called since the last `reset`.
  func wait(deadline: Int64?) async -> Outcome {
    precondition(loop.isCurrent, "a handle was used outside its loop")
    precondition(continuation == nil, "two tasks wait for the same thing")
    if signalled {
      signalled = false
      return .woken
    }
    ticket &+= 1
    let ticket = ticket
    return await withTaskCancellationHandler {
      if Task.isCancelled { return .cancelled }
      return await withUnsafeContinuation { continuation in
        self.continuation = continuation
        self.deadline = deadline ?? .max
        if self.deadline < filedAt { loop.timers.file(self, at: self.deadline) }
      }
    } onCancel: {
      loop.perform { self.cancel(ticket) }
    }
  }

  /// Ends the wait; without one, the next wait returns at once.
  func wake() {
    guard continuation != nil else {
      signalled = true
      return
    }
    finish(.woken)
  }

  override func instantCame(now: Int64) {
    guard continuation != nil, deadline != .max else { return }
    if deadline <= now { finish(.timedOut) } else { loop.timers.file(self, at: deadline) }
  }

  /// Takes the waiter out of the timer heap for good; a task still waiting is woken.
  func retire() {
    loop.timers.remove(self)
    wake()
  }

  private func cancel(_ ticket: UInt64) {
    if ticket == self.ticket, continuation != nil { finish(.cancelled) }
  }

  private func finish(_ outcome: Outcome) {
    let waiting = continuation
    continuation = nil
    deadline = .max
    waiting?.resume(returning: outcome)
  }
}

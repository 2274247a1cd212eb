internal import Synchronization

/// Lets one task at a time do something; the others wait in the order they came.
final class OneAtATime: Sendable {
  private struct State {
    var isTaken = false
    var waiting: [UnsafeContinuation<Void, Never>] = []
  }
  private let state = Mutex(State())

  /// Returns when it is the caller's turn, who has to `leave`.
  func enter() async {
    await withUnsafeContinuation { continuation in
      let isFree = state.withLock { state in
        if state.isTaken {
          state.waiting.append(continuation)
          return false
        }
        state.isTaken = true
        return true
      }
      if isFree { continuation.resume() }
    }
  }

  /// Gives the turn to the next.
  func leave() {
    let next = state.withLock { state -> UnsafeContinuation<Void, Never>? in
      guard !state.waiting.isEmpty else {
        state.isTaken = false
        return nil
      }
      return state.waiting.removeFirst()
    }
    next?.resume()
  }
}

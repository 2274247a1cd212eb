import Synchronization

/// Wakes everybody who waits for events when some were committed, or when their time is over.
final class EventBell: Sendable {
  private struct State {
    /// Counts the rings, so that one between looking and waiting is not missed.
    var rings: UInt64 = 0
    var isClosed = false
    var nextID: UInt64 = 0
    /// Whose time was over before they waited.
    var expired: Set<UInt64> = []
    var waiting: [UInt64: CheckedContinuation<Void, Never>] = [:]
  }

  private let state = Mutex(State())

  /// To be taken before looking for events.
  var rings: UInt64 { state.withLock { $0.rings } }

  var isClosed: Bool { state.withLock { $0.isClosed } }

  func ring() {
    resumeAll { $0.rings &+= 1 }
  }

  func close() {
    resumeAll { $0.isClosed = true }
  }

  /// Returns when there was a ring after `seen`, at the latest after so many milliseconds.
  func wait(since seen: UInt64, atMost milliseconds: Int64) async {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    let timer = Task {
      // A cancelled sleep means that the wait is over already.
      guard (try? await Task.sleep(for: .milliseconds(milliseconds))) != nil else { return }
      self.expire(id)
    }
    await withCheckedContinuation { continuation in
      let isOver = state.withLock { state in
        if state.expired.remove(id) != nil || state.rings != seen || state.isClosed { return true }
        state.waiting[id] = continuation
        return false
      }
      if isOver { continuation.resume() }
    }
    timer.cancel()
    // The timer may have ended between the ring and its cancelling.
    _ = await timer.value
    state.withLock { _ = $0.expired.remove(id) }
  }

  private func expire(_ id: UInt64) {
    let waiting = state.withLock { state in
      let waiting = state.waiting.removeValue(forKey: id)
      if waiting == nil { state.expired.insert(id) }
      return waiting
    }
    waiting?.resume()
  }

  private func resumeAll(_ change: (inout State) -> Void) {
    let waiting = state.withLock { state in
      change(&state)
      defer { state.waiting = [:] }
      return state.waiting
    }
    for continuation in waiting.values { continuation.resume() }
  }
}

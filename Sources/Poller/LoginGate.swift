import Synchronization

/// Lets so many mailboxes of one server log in at the same time, and the others wait their turn.
///
/// A login needs ten times the memory of the idle mailbox that comes of it; hundreds side by side leave gaps in the heap that
/// the process then keeps. A server that does not answer keeps its own mailboxes waiting, and no others.
final class LoginGate: Sendable {
  private struct Server {
    var inside = 0
    var waiting: [(ticket: UInt64, continuation: UnsafeContinuation<Bool, Never>)] = []
  }

  private struct State {
    var servers: [String: Server] = [:]
    var nextTicket: UInt64 = 0
    /// Tickets of tasks that were cancelled before they waited.
    var cancelled: Set<UInt64> = []
  }

  private let state = Mutex(State())
  private let most: Int

  init(most: Int) { self.most = most }

  /// Waits for a place at a server, to be given back by `leave`; false when the task was cancelled before it got one.
  func enter(_ server: String) async -> Bool {
    let ticket = state.withLock { state in
      state.nextTicket += 1
      return state.nextTicket
    }
    let entered = await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        let answer = state.withLock { state -> Bool? in
          if state.cancelled.remove(ticket) != nil { return false }
          if state.servers[server, default: Server()].inside < most {
            state.servers[server, default: Server()].inside += 1
            return true
          }
          state.servers[server, default: Server()].waiting.append((ticket, continuation))
          return nil
        }
        if let answer { continuation.resume(returning: answer) }
      }
    } onCancel: {
      let waiting = state.withLock { state -> UnsafeContinuation<Bool, Never>? in
        guard let index = state.servers[server]?.waiting.firstIndex(where: { $0.ticket == ticket }) else {
          state.cancelled.insert(ticket)
          return nil
        }
        return state.servers[server]?.waiting.remove(at: index).continuation
      }
      waiting?.resume(returning: false)
    }
    // A cancellation that came too late left its mark.
    state.withLock { _ = $0.cancelled.remove(ticket) }
    return entered
  }

  /// Gives a place to the next in line.
  func leave(_ server: String) {
    let next = state.withLock { state -> UnsafeContinuation<Bool, Never>? in
      guard var gate = state.servers[server] else { return nil }
      defer { state.servers[server] = gate.inside == 0 ? nil : gate }
      guard !gate.waiting.isEmpty else {
        gate.inside -= 1
        return nil
      }
      return gate.waiting.removeFirst().continuation
    }
    next?.resume(returning: true)
  }
}

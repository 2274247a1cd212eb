import Host
import Synchronization

/// One client session as the server sees it from outside.
final class SessionHandle: Sendable {
  /// Set by the session: whether a mail is under way, which a stop lets finish.
  let isBusy = Atomic<Bool>(false)
  private let task = Mutex<Task<Void, Never>?>(nil)
  private let cancelled = Atomic<Bool>(false)

  func run(_ task: Task<Void, Never>) {
    self.task.withLock { $0 = task }
    if cancelled.load(ordering: .sequentiallyConsistent) { task.cancel() }
  }

  func cancel() {
    cancelled.store(true, ordering: .sequentiallyConsistent)
    task.withLock { $0 }?.cancel()
  }
}

/// All sessions of the server: how many there are in all and from each address, and the way to end them.
final class Connections: Sendable {
  /// Why a connection is not taken.
  enum Refusal: Sendable {
    case tooMany, tooManyFromAddress, stopping
  }

  private struct State {
    var sessions: [UInt64: SessionHandle] = [:]
    var nextID: UInt64 = 0
    /// By the octets of the address; a Unix peer has none.
    var byAddress: [[UInt8]: Int] = [:]
    var isStopping = false
    var whenEmpty: [UnsafeContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())
  /// Octets all sessions hold together.
  let bufferedBytes = Atomic<Int>(0)

  /// Whether the server stops: sessions end at their next rest.
  var isStopping: Bool { state.withLock { $0.isStopping } }
  /// How many sessions there are.
  var count: Int { state.withLock { $0.sessions.count } }

  /// Takes a connection in, or says why not.
  func admit(_ peer: PeerAddress, limit: Int, limitPerAddress: Int) -> Result<(UInt64, SessionHandle), RefusalError> {
    state.withLock { state in
      if state.isStopping { return .failure(RefusalError(.stopping)) }
      if state.sessions.count >= limit { return .failure(RefusalError(.tooMany)) }
      if !peer.bytes.isEmpty, state.byAddress[peer.bytes, default: 0] >= limitPerAddress {
        return .failure(RefusalError(.tooManyFromAddress))
      }
      state.byAddress[peer.bytes, default: 0] += 1
      state.nextID += 1
      let handle = SessionHandle()
      state.sessions[state.nextID] = handle
      return .success((state.nextID, handle))
    }
  }

  /// The session of an admitted connection has ended.
  func remove(_ id: UInt64, _ peer: PeerAddress) {
    let waiting = state.withLock { state in
      state.sessions[id] = nil
      let left = state.byAddress[peer.bytes, default: 0] - 1
      state.byAddress[peer.bytes] = left > 0 ? left : nil
      guard state.sessions.isEmpty else { return [UnsafeContinuation<Void, Never>]() }
      defer { state.whenEmpty = [] }
      return state.whenEmpty
    }
    for continuation in waiting { continuation.resume() }
  }

  /// No new ones from now on; sessions that rest are ended, those with a mail under way finish it.
  func startStopping() {
    let resting = state.withLock { state in
      state.isStopping = true
      return state.sessions.values.filter { !$0.isBusy.load(ordering: .sequentiallyConsistent) }
    }
    for session in resting { session.cancel() }
  }

  /// Ends what is left.
  func cancelAll() {
    let all = state.withLock { Array($0.sessions.values) }
    for session in all { session.cancel() }
  }

  /// Returns when there is no session any more.
  func waitUntilEmpty() async {
    await withUnsafeContinuation { continuation in
      let isEmpty = state.withLock { state in
        if !state.sessions.isEmpty { state.whenEmpty.append(continuation) }
        return state.sessions.isEmpty
      }
      if isEmpty { continuation.resume() }
    }
  }
}

/// A refusal as an error.
struct RefusalError: Error {
  let refusal: Connections.Refusal
  init(_ refusal: Connections.Refusal) { self.refusal = refusal }
}

import Host
import Synchronization

/// One client session as the server sees it from outside.
final class SessionHandle: Sendable {
  /// Set by the session: whether a mail is under way, which a stop lets finish.
  let isBusy = Atomic<Bool>(false)
  /// Set by the session: who has logged in.
  let login = Mutex<SessionLogin?>(nil)
  /// Whether that login is no longer good: the session ends at once.
  let isLoggedOut = Atomic<Bool>(false)
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

  private struct Session {
    let handle: SessionHandle
    /// What it is counted under in `byAddress`; empty: it is not.
    var address: [UInt8]
  }

  private struct State {
    var sessions: [UInt64: Session] = [:]
    var nextID: UInt64 = 0
    /// By the octets of the address; a Unix peer has none.
    var byAddress: [[UInt8]: Int] = [:]
    var isStopping = false
    var whenEmpty: [UnsafeContinuation<Void, Never>] = []

    mutating func leave(_ address: [UInt8]) {
      let left = byAddress[address, default: 0] - 1
      byAddress[address] = left > 0 ? left : nil
    }
  }

  private let state = Mutex(State())
  /// Rises with each change of submitters and keys.
  let loginChanges = Atomic<Int>(0)
  /// Octets all sessions hold together.
  let bufferedBytes = Atomic<Int>(0)

  /// Whether the server stops: sessions end at their next rest.
  var isStopping: Bool { state.withLock { $0.isStopping } }
  /// How many sessions there are.
  var count: Int { state.withLock { $0.sessions.count } }

  /// Takes a connection in, or says why not. One that speaks for others is counted by address when it has said for whom.
  func admit(_ peer: PeerAddress, isForOthers: Bool = false, limit: Int, limitPerAddress: Int) -> Result<
    (UInt64, SessionHandle), RefusalError
  > {
    let address = isForOthers ? [] : peer.network
    return state.withLock { state in
      if state.isStopping { return .failure(RefusalError(.stopping)) }
      if state.sessions.count >= limit { return .failure(RefusalError(.tooMany)) }
      if !address.isEmpty, state.byAddress[address, default: 0] >= limitPerAddress {
        return .failure(RefusalError(.tooManyFromAddress))
      }
      if !address.isEmpty { state.byAddress[address, default: 0] += 1 }
      state.nextID += 1
      let handle = SessionHandle()
      state.sessions[state.nextID] = Session(handle: handle, address: address)
      return .success((state.nextID, handle))
    }
  }

  /// A session turned out to be of another address, where it counts from now on; false when there are too many of it.
  func move(_ id: UInt64, to peer: PeerAddress, limitPerAddress: Int) -> Bool {
    state.withLock { state in
      guard let session = state.sessions[id] else { return false }
      // All whose address nobody knows are not one client.
      let address = peer == .unknown ? [] : peer.network
      guard session.address != address, !peer.bytes.isEmpty else { return true }
      guard address.isEmpty || state.byAddress[address, default: 0] < limitPerAddress else { return false }
      if !session.address.isEmpty { state.leave(session.address) }
      if !address.isEmpty { state.byAddress[address, default: 0] += 1 }
      state.sessions[id]?.address = address
      return true
    }
  }

  /// The session of an admitted connection has ended.
  func remove(_ id: UInt64) {
    let waiting = state.withLock { state in
      if let session = state.sessions.removeValue(forKey: id), !session.address.isEmpty { state.leave(session.address) }
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
      return state.sessions.values.map(\.handle).filter { !$0.isBusy.load(ordering: .sequentiallyConsistent) }
    }
    for session in resting { session.cancel() }
  }

  /// The sessions in which somebody has logged in.
  var loggedIn: [(handle: SessionHandle, login: SessionLogin)] {
    state.withLock { Array($0.sessions.values) }.compactMap { session in
      session.handle.login.withLock { $0 }.map { (session.handle, $0) }
    }
  }

  /// Ends what is left.
  func cancelAll() {
    let all = state.withLock { $0.sessions.values.map(\.handle) }
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

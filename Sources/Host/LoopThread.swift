import CLinux
import Synchronization

/// The thread of a loop: started with all signals blocked (they belong to `Signals`), named, and joined once.
final class LoopThread: @unchecked Sendable {
  private let identity = Atomic<UInt>(0)
  private let joined = Mutex(false)

  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key, nil)
    return key
  }()

  static var currentLoop: EventLoop? {
    guard let pointer = pthread_getspecific(key) else { return nil }
    return Unmanaged<EventLoop>.fromOpaque(pointer).takeUnretainedValue()
  }

  var isCurrent: Bool { identity.load(ordering: .relaxed) == UInt(pthread_self()) }

  func start(name: String, loop: EventLoop) {
    spawnThread(name: name) { [self] in
      identity.store(UInt(pthread_self()), ordering: .relaxed)
      pthread_setspecific(Self.key, Unmanaged.passUnretained(loop).toOpaque())
      loop.run()
      pthread_setspecific(Self.key, nil)
    } started: { [self] thread in
      identity.store(UInt(thread), ordering: .relaxed)
    }
  }

  func join() {
    joined.withLock { joined in
      let thread = identity.load(ordering: .relaxed)
      guard !joined, thread != 0 else { return }
      pthread_join(pthread_t(thread), nil)
      joined = true
    }
  }
}

/// Starts a thread that no signal can reach and that must be joined; `started` learns its identity before this returns.
func spawnThread(name: String, _ body: @escaping @Sendable () -> Void, started: (pthread_t) -> Void) {
  var all = sigset_t()
  var before = sigset_t()
  sigfillset(&all)
  pthread_sigmask(SIG_SETMASK, &all, &before)
  defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
  let box = Unmanaged.passRetained(ThreadBody(body))
  var thread = pthread_t()
  let failure = pthread_create(
    &thread, nil,
    { argument in
      guard let argument else { return nil }
      Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().body()
      return nil
    }, box.toOpaque())
  // Without its threads the process cannot do anything at all; this happens at start only.
  precondition(failure == 0, "cannot start a thread: \(errorText(failure))")
  // The kernel keeps 15 bytes of a name.
  _ = postern_name_thread(thread, String(decoding: name.utf8.prefix(15), as: UTF8.self))
  started(thread)
}

private final class ThreadBody {
  let body: @Sendable () -> Void
  init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

internal import Glibc

/// A queue that threads of the store wait on: closures in, in order, taken singly or all that wait.
final class WorkQueue<Job: Sendable>: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let filled: UnsafeMutablePointer<pthread_cond_t>
  private var waiting: [Job] = []
  private var closed = false

  init() {
    mutex = .allocate(capacity: 1)
    filled = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(filled, nil)
  }

  deinit {
    pthread_cond_destroy(filled)
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
    filled.deallocate()
  }

  /// False when the queue is closed: the job was not taken.
  func push(_ job: Job) -> Bool {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    guard !closed else { return false }
    waiting.append(job)
    pthread_cond_signal(filled)
    return true
  }

  /// Waits for work and takes up to `limit` jobs; empty means closed and drained.
  func take(atMost limit: Int) -> [Job] {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while waiting.isEmpty, !closed { pthread_cond_wait(filled, mutex) }
    guard waiting.count > limit else {
      defer { waiting = [] }
      return waiting
    }
    let taken = Array(waiting.prefix(limit))
    waiting.removeFirst(limit)
    return taken
  }

  /// What waits is still handed out; nothing new is taken.
  func close() {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    closed = true
    pthread_cond_broadcast(filled)
  }
}

/// A thread with all signals blocked, so that they reach only the signalfd.
struct WorkerThread: @unchecked Sendable {
  private let thread: pthread_t

  init(name: String, _ body: @escaping @Sendable () -> Void) throws(StoreError) {
    let box = Unmanaged.passRetained(Body(run: body))
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        let body = Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
        body.run()
        return nil
      }, box.toOpaque())
    guard code == 0 else {
      box.release()
      throw .cannotOpen(path: name, reason: String(cString: strerror(code)))
    }
    self.thread = thread
  }

  func join() { pthread_join(thread, nil) }

  private final class Body {
    let run: @Sendable () -> Void
    init(run: @escaping @Sendable () -> Void) { self.run = run }
  }
}

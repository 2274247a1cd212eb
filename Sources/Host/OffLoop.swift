import Glibc
import Synchronization

/// Runs blocking work (password hashes, files) on one of two threads kept for it, so that no loop waits for it.
public func offLoop<T: Sendable>(_ body: @escaping @Sendable () -> T) async -> T {
  await withUnsafeContinuation { continuation in
    WorkerPool.shared.submit { continuation.resume(returning: body()) }
  }
}

/// Two threads and a queue. They live as long as the process; `_exit` ends them.
private final class WorkerPool: @unchecked Sendable {
  static let shared = WorkerPool(threads: 2)

  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var queue: [@Sendable () -> Void] = []
  private var head = 0

  private init(threads: Int) {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
    for index in 0..<threads {
      spawnThread(name: "worker-\(index)") { [self] in
        while true { take()() }
      } started: {
        pthread_detach($0)
      }
    }
  }

  func submit(_ work: @escaping @Sendable () -> Void) {
    pthread_mutex_lock(mutex)
    queue.append(work)
    pthread_mutex_unlock(mutex)
    pthread_cond_signal(condition)
  }

  private func take() -> @Sendable () -> Void {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while head == queue.count { pthread_cond_wait(condition, mutex) }
    let work = queue[head]
    head += 1
    if head == queue.count {
      queue.removeAll(keepingCapacity: true)
      head = 0
    } else if head > 1024 {
      queue.removeSubrange(..<head)
      head = 0
    }
    return work
  }
}

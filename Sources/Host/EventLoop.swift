import CLinux
import Glibc
import Synchronization

/// One epoll loop on its own thread, and a Swift task executor: sockets, timers and the tasks that use them share one thread.
///
/// A session is one task on one loop. `spawn` starts it; everything it awaits through `Host` comes back on the same
/// thread, so a session needs no lock and nothing of it ever runs on Swift's default pool. Two habits keep it so: start
/// further tasks with `spawn` (a bare `Task { }` does not inherit the loop; `async let` and task groups do), and hand
/// blocking work to `offLoop`. `Task.yield()` and `Task.sleep` leave the loop for the default pool; use `pause()` and
/// `sleep(milliseconds:)` of the loop.
///
/// `@unchecked Sendable`: `inbox` and `sessions` are behind mutexes; everything else is touched by the loop's thread only.
public final class EventLoop: TaskExecutor, @unchecked Sendable {
  /// What the thread is called in `top -H` and in a debugger.
  public let name: String

  struct Inbox {
    var jobs: [UnownedJob] = []
    var calls: [@Sendable () -> Void] = []
    var asleep = false
    var ended = false
  }

  let inbox = Mutex(Inbox())
  let sessions = Mutex(SessionTable())
  /// Whoever touches the loop's own things when its thread no longer does: its last deed, and calls that come after it.
  private let aftermath = RecursiveLock()
  private let thread = LoopThread()
  private let bell: Bell

  // The loop thread's own.
  var poller: Poller
  var timers = TimerHeap()
  var attachments: [ObjectIdentifier: AnyObject] = [:]
  private var stopping = false
  private var jobs: [UnownedJob] = []
  private var spare: [UnownedJob] = []
  private var paused: [UnsafeContinuation<Void, Never>] = []
  /// What was logged in this round.
  var lines = WaitingLines()
  /// Whether the last wait was a short one: others may follow.
  private var isBusy = false
  private static let shortWaitNanoseconds: Int64 = 150_000
  /// Longer than a peer or the disk of this machine needs for an answer, shorter than anybody sees in `top`.
  private static let lookingNanoseconds: Int64 = 100_000
  let scratch: UnsafeMutableRawBufferPointer

  /// Makes the loop; it runs once `start` is called. Throws when the system has no descriptors left.
  public init(name: String) throws(HostError) {
    self.name = name
    bell = try Bell()
    poller = try Poller(bell: bell)
    scratch = .allocate(byteCount: 64 * 1024, alignment: 64)
  }

  deinit {
    poller.close()
    bell.close()
    scratch.deallocate()
  }

  /// The loop whose thread this is, or nil on any other thread.
  public static var current: EventLoop? { LoopThread.currentLoop }

  /// Starts the loop's thread, with every signal blocked, and ignores SIGPIPE for the process. Call it once.
  public func start() {
    // A write of OpenSSL or libcurl to a closed socket would end the process.
    Signals.ignoreBrokenPipes()
    thread.start(name: name, loop: self)
  }

  /// Asks the loop to end: every live session is cancelled, so that its waits return at once, and the thread ends when the last one has.
  ///
  /// To let sessions finish their work first, tell them so before, and stop the loop when `liveSessions` is zero. A task that is
  /// handed to the loop after its end never runs.
  public func stop() {
    perform { [self] in
      let tasks = sessions.withLock { table in
        table.stopping = true
        return Array(table.tasks.values)
      }
      stopping = true
      for task in tasks { task?.cancel() }
    }
  }

  /// Waits until the loop's thread has ended. Not to be called on the loop itself.
  public func join() {
    precondition(!isCurrent, "a loop cannot wait for itself")
    thread.join()
  }

  /// Whether the caller runs on this loop's thread.
  public var isCurrent: Bool { thread.isCurrent }

  // MARK: TaskExecutor

  /// Takes a piece of a task to run on the loop; called by Swift's runtime from any thread.
  public func enqueue(_ job: consuming ExecutorJob) {
    let unowned = UnownedJob(job)
    if thread.isCurrent {
      jobs.append(unowned)
      return
    }
    let wake = inbox.withLock { inbox in
      inbox.jobs.append(unowned)
      defer { inbox.asleep = false }
      return inbox.asleep
    }
    if wake { bell.ring() }
  }

  /// Runs a closure on the loop's thread: at once when already there, else soon. After the loop's end it runs on the caller's thread.
  func perform(_ call: @escaping @Sendable () -> Void) {
    if thread.isCurrent { return call() }
    let (wake, ended) = inbox.withLock { inbox in
      if inbox.ended { return (false, true) }
      inbox.calls.append(call)
      defer { inbox.asleep = false }
      return (inbox.asleep, false)
    }
    if wake { bell.ring() }
    if ended { aftermath.withLock(call) }
  }

  /// Lets everything else that is ready run first; for a session that never has to wait for its peer.
  public func pause() async {
    precondition(isCurrent, "pause is for tasks of this loop")
    await withUnsafeContinuation { paused.append($0) }
  }

  // MARK: The thread's work

  func run() {
    while true {
      takeInbox()
      runJobs()
      if stopping && sessions.withLock({ $0.tasks.isEmpty }) && finish() { return }
      resumePaused()
      let now = Clock.monotonic()
      while let timer = timers.takeDue(at: now) { timer.instantCame(now: now) }
      lines.leave()
      poll(waiting: jobs.isEmpty ? timers.wait(at: now) : 0)
    }
  }

  private func takeInbox() {
    let calls = inbox.withLock { inbox in
      jobs.append(contentsOf: inbox.jobs)
      inbox.jobs.removeAll(keepingCapacity: true)
      defer { inbox.calls = [] }
      return inbox.calls
    }
    for call in calls { call() }
  }

  private func runJobs() {
    swap(&jobs, &spare)
    let executor = asUnownedTaskExecutor()
    for job in spare { job.runSynchronously(on: executor) }
    spare.removeAll(keepingCapacity: true)
  }

  private func resumePaused() {
    guard !paused.isEmpty else { return }
    let ready = paused
    paused.removeAll(keepingCapacity: true)
    for continuation in ready { continuation.resume() }
  }

  private func poll(waiting milliseconds: Int32) {
    var milliseconds = milliseconds
    if milliseconds != 0 {
      let idle = inbox.withLock { inbox in
        inbox.asleep = inbox.jobs.isEmpty && inbox.calls.isEmpty
        return inbox.asleep
      }
      if !idle { milliseconds = 0 }
    }
    let count = milliseconds == 0 ? poller.fetch(milliseconds: 0) : sleep(atMost: milliseconds)
    if milliseconds != 0 { inbox.withLock { $0.asleep = false } }
    for index in 0..<count {
      if let (target, flags) = poller.event(index) { target.ready(flags) }
    }
  }

  /// Waits for events. While they come within microseconds of each other it looks for a moment before it sleeps, because
  /// falling asleep and being woken cost more than most answers; whoever else wants the processor gets it meanwhile.
  private func sleep(atMost milliseconds: Int32) -> Int {
    let begin = Clock.nanoseconds()
    var count = 0
    while isBusy, count == 0, Clock.nanoseconds() - begin < Self.lookingNanoseconds {
      count = poller.fetch(milliseconds: 0)
      if count == 0 { sched_yield() }
    }
    if count == 0 { count = poller.fetch(milliseconds: milliseconds) }
    isBusy = Clock.nanoseconds() - begin < Self.shortWaitNanoseconds
    return count
  }

  /// Ends the loop unless something has arrived in the meantime.
  private func finish() -> Bool {
    // Taken before the end is announced: from then on calls run on their callers' threads.
    aftermath.withLock {
      let ended = inbox.withLock { inbox in
        inbox.ended = inbox.jobs.isEmpty && inbox.calls.isEmpty && jobs.isEmpty
        return inbox.ended
      }
      guard ended else { return false }
      let attached = attachments
      attachments = [:]
      let targets = poller.takeTargets()
      withExtendedLifetime((attached, targets)) {}
      lines.leave()
      return true
    }
  }
}

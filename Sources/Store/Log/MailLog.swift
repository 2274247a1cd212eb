internal import Glibc

/// What became of a mail that was given to the log.
enum LogOutcome: Sendable {
  /// It is on disk.
  case committed
  /// It is too large for the log, or too many wait for it already: a transaction has to take it.
  case noRoom
  /// It is not on disk, and won't be.
  case failed(StoreError)
}

/// The mail log at work: mails come from any thread, everything that waits is written as one group with one sync, and
/// the store's writer brings the groups into its tables afterwards.
///
/// A mail is answered only after its group is synced. One group is written at a time. A group leaves the ring only after
/// the transaction that brings it into the store is on disk; while the ring is full, mails wait for that. After a failed
/// sync nothing more is written.
final class MailLog: @unchecked Sendable {
  /// The most octets of one group: some two hundred mails of 4 KB, written in well under a millisecond.
  static let groupLimit = 1 << 20
  /// The largest body for the log, in octets; larger ones cost their transaction little beside their own size.
  static let bodyLimit = 256 << 10
  /// Groups that wait to be written at the most: 8 MB.
  private static let waitingLimit = 8
  /// The store takes what is logged when no mail has come for so long…
  private static let quietMilliseconds: Int64 = 5
  /// … or when the oldest has waited so long …
  private static let ageMilliseconds: Int64 = 2000
  /// … or when this part of the ring is full: a burst is taken first and indexed after, and the room that is left lasts
  /// until the first rows are on disk.
  private static func mostFilled(of size: Int) -> Int { size / 4 * 3 }

  let file: MailLogFile
  private let limit: Int
  private let failure: FailureFlag
  /// Asks the store's writer to take what is logged.
  private let wantsIndexing: @Sendable () -> Void
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let changed: UnsafeMutablePointer<pthread_cond_t>
  private var thread: WorkerThread?

  /// A thread of sessions may wait so long for the disk: what the change to another thread and back costs, many times.
  private static let quickMilliseconds: Int64 = 2

  // Behind the mutex.
  private var waiting: [LogGroup] = []
  private var spare: [LogGroup] = []
  private var isWriting = false
  private var isClosed = false
  private var nextNumber: UInt64
  private var head: Int
  private var groups: [MailLogFile.Place] = []
  private var filled = 0
  private var oldest = Int64.max
  private var newest = Int64.max
  private var isIndexingAsked = false
  /// After indexing failed on a full disk it is tried again then.
  private var notBefore = Int64.min
  private var mayGrow = true
  /// Whether the last sync was so quick that a thread of sessions may wait for one.
  private var isQuick = true

  /// A log whose recovered groups the store already has. `limit` is how large its file may become, in octets.
  init(
    file: MailLogFile, after number: UInt64, limit: Int, failure: FailureFlag,
    wantsIndexing: @escaping @Sendable () -> Void
  ) throws(StoreError) {
    self.file = file
    self.limit = limit
    self.failure = failure
    self.wantsIndexing = wantsIndexing
    nextNumber = number + 1
    head = MailLogFile.begin
    mutex = .allocate(capacity: 1)
    changed = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    // A clock that is set must not keep mails from the queue.
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(changed, &attributes)
    pthread_condattr_destroy(&attributes)
    thread = try WorkerThread(name: "store-log") { [self] in writeUntilClosed() }
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
    changed.deallocate()
  }

  private func locked<T>(_ body: () -> T) -> T {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }

  // MARK: - Taking mails

  /// Puts a mail into the next group; returns when that is on disk.
  ///
  /// `isAlone`: nobody else is served meanwhile, so that the caller's thread may write the group itself, which spares two
  /// changes of threads.
  func append(_ mail: LoggedMail, isAlone: Bool) async -> LogOutcome {
    let size = mail.encodedSize
    guard size <= Self.groupLimit / 2 else { return .noRoom }
    return await withUnsafeContinuation { continuation in
      pthread_mutex_lock(mutex)
      guard failure.error == nil, !isClosed else {
        pthread_mutex_unlock(mutex)
        return continuation.resume(returning: .failed(.unavailable))
      }
      guard let group = group(for: size) else {
        pthread_mutex_unlock(mutex)
        return continuation.resume(returning: .noRoom)
      }
      group.add(mail, continuation)
      guard isAlone, isQuick, !isWriting, waiting.count == 1, group.mails == 1, place(for: group.size) != nil else {
        // Its thread looks for more when it has written one; only a thread at rest has to be woken.
        if !isWriting { pthread_cond_signal(changed) }
        pthread_mutex_unlock(mutex)
        return
      }
      isWriting = true
      waiting.removeFirst()
      pthread_mutex_unlock(mutex)
      write(group)
    }
  }

  /// The group that has room for so much; under the mutex.
  private func group(for size: Int) -> LogGroup? {
    if let last = waiting.last, last.used + size <= Self.groupLimit { return last }
    guard waiting.count < Self.waitingLimit else { return nil }
    let group = spare.popLast() ?? LogGroup()
    waiting.append(group)
    return group
  }

  // MARK: - Writing groups

  private func writeUntilClosed() {
    pthread_mutex_lock(mutex)
    while true {
      if !isWriting, let next = waiting.first, place(for: next.size) != nil {
        isWriting = true
        waiting.removeFirst()
        pthread_mutex_unlock(mutex)
        write(next)
        pthread_mutex_lock(mutex)
      } else if !isWriting, !waiting.isEmpty, failure.error != nil {
        // The room it waits for will never come.
        failAllWaiting(.unavailable)
      } else if isClosed, !isWriting, waiting.isEmpty {
        break
      } else {
        rest()
      }
    }
    pthread_mutex_unlock(mutex)
  }

  /// Waits for mails; meanwhile sees to it that what is logged comes into the store. Under the mutex.
  private func rest() {
    guard !groups.isEmpty, !isIndexingAsked else {
      pthread_cond_wait(changed, mutex)
      return
    }
    guard !askIfTime() else { return }
    var until = timespec()
    clock_gettime(CLOCK_MONOTONIC, &until)
    until.tv_nsec += Int(Self.quietMilliseconds) * 1_000_000
    if until.tv_nsec >= 1_000_000_000 {
      until.tv_sec += 1
      until.tv_nsec -= 1_000_000_000
    }
    pthread_cond_timedwait(changed, mutex, &until)
  }

  /// Whether the next group waits for the store to take what is in the ring; under the mutex.
  private var isOutOfRoom: Bool { waiting.first.map { place(for: $0.size) == nil } ?? false }

  /// Asks for indexing when it is time; under the mutex.
  @discardableResult
  private func askIfTime() -> Bool {
    guard !groups.isEmpty, !isIndexingAsked else { return false }
    let now = Self.monotonic()
    guard now >= notBefore,
      isOutOfRoom || now - newest >= Self.quietMilliseconds || now - oldest >= Self.ageMilliseconds
        || filled > Self.mostFilled(of: mayGrow ? limit : file.size)
    else { return false }
    isIndexingAsked = true
    wantsIndexing()
    return true
  }

  /// Writes one group and answers its mails; by the thread that has set `isWriting`.
  private func write(_ group: LogGroup) {
    let (outcome, isFirst) = commit(group)
    let answers = group.takeAnswers()
    locked {
      isWriting = false
      if spare.count < Self.waitingLimit { spare.append(group) }
      if case .failed(let error) = outcome, error != .full { failAllWaiting(.unavailable) }
      // Who else waits for its turn: mails that came meanwhile, or the thread that keeps the time of what is logged.
      if !waiting.isEmpty || isClosed || isFirst { pthread_cond_signal(changed) }
      askIfTime()
    }
    for continuation in answers { continuation.resume(returning: outcome) }
  }

  /// Also says whether it is the first group that the store does not have.
  private func commit(_ group: LogGroup) -> (LogOutcome, isFirst: Bool) {
    let size = group.size
    if failure.error != nil { return (.failed(.unavailable), false) }
    let found = locked { () -> (offset: Int, number: UInt64, grows: Bool)? in
      guard let offset = place(for: size) else { return nil }
      return (offset, nextNumber, mayGrow && filled + size > file.size / 2 && file.size + MailLogFile.step <= limit)
    }
    // Whoever calls has seen the room, and only indexing changes it, to more.
    guard let (offset, number, grows) = found else { return (.noRoom, false) }
    let header = MailLogGroup.Header(
      store: file.store, number: number, payload: group.used - MailLogGroup.headerSize, mails: group.mails)
    let sealed = MailLogGroup.seal(header, in: group.bytes)
    let begin = Self.monotonic()
    let hasGrown = grows && file.prepareStep()
    do throws(StoreError) {
      try file.commit(UnsafeRawBufferPointer(rebasing: group.bytes[..<sealed]), at: offset)
    } catch {
      switch error {
      case .full: return (.failed(.full), false)
      default:
        let told = StoreError.commitFailed("\(error)")
        failure.report(told)
        return (.failed(told), false)
      }
    }
    let mails = group.mails
    return locked {
      if hasGrown { file.grown() } else if grows { mayGrow = false }
      let now = Self.monotonic()
      let isFirst = groups.isEmpty
      if isFirst { oldest = now }
      newest = now
      isQuick = now - begin <= Self.quickMilliseconds
      groups.append(MailLogFile.Place(number: number, offset: offset, size: size, mails: mails))
      filled += size
      nextNumber = number + 1
      head = offset + size
      return (.committed, isFirst)
    }
  }

  /// Where a group of that size goes: behind the last, or at the beginning of the ring; nil while there is no room.
  private func place(for size: Int) -> Int? {
    guard let first = groups.first else {
      return MailLogFile.begin + size <= file.size ? MailLogFile.begin : nil
    }
    // The head never meets the tail: equal places would mean an empty ring.
    if head <= first.offset { return head + size < first.offset ? head : nil }
    if head + size <= file.size { return head }
    return MailLogFile.begin + size < first.offset ? MailLogFile.begin : nil
  }

  private func failAllWaiting(_ error: StoreError) {
    for group in waiting {
      for continuation in group.takeAnswers() { continuation.resume(returning: .failed(error)) }
    }
    waiting = []
  }

  private static func monotonic() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }

  // MARK: - For the store's writer

  /// Whether there are mails that the store does not have.
  var isBehind: Bool { locked { !groups.isEmpty } }

  /// The groups that the store does not have, oldest first.
  var pending: [MailLogFile.Place] { locked { groups } }

  /// The store has everything up to this group, on its disk.
  func indexed(through last: MailLogFile.Place) {
    _ = file.note(last.end)
    locked {
      let count = groups.prefix { $0.number <= last.number }.count
      filled -= groups[..<count].reduce(0) { $0 + $1.size }
      groups.removeFirst(count)
      oldest = groups.isEmpty ? .max : Self.monotonic()
      if !waiting.isEmpty { pthread_cond_signal(changed) }
    }
  }

  /// Overwrites every place of the ring that no group needs any more; false when the disk fails. Mails wait meanwhile.
  func shred() -> Bool {
    // Not by the condition: a signal for the log's own thread must not wake this one instead.
    while !locked({ beginShredding() }) { usleep(1000) }
    let isDone = file.overwrite(except: pending)
    locked {
      isWriting = false
      pthread_cond_broadcast(changed)
    }
    return isDone
  }

  private func beginShredding() -> Bool {
    guard !isWriting else { return false }
    isWriting = true
    return true
  }

  /// A round of indexing is over; the next is asked for in time. After one that failed, who waits for room waits in vain.
  func indexingEnded(_ error: StoreError?) {
    locked {
      isIndexingAsked = false
      notBefore = error == nil ? .min : Self.monotonic() + Self.ageMilliseconds
      if let error, !isWriting, isOutOfRoom { failAllWaiting(error) }
      pthread_cond_signal(changed)
    }
  }

  /// The store has failed elsewhere: who waits for room must not wait for ever.
  func storeFailed() { locked { _ = pthread_cond_signal(changed) } }

  /// Writes what waits and ends the thread; nothing more is taken. May be called again.
  func close() {
    let running = locked {
      isClosed = true
      pthread_cond_broadcast(changed)
      defer { thread = nil }
      return thread
    }
    running?.join()
  }
}

/// The mails that will become one group, written one behind the other in the form they will have on disk.
final class LogGroup: @unchecked Sendable {
  let bytes: UnsafeMutableRawBufferPointer
  private(set) var used = MailLogGroup.headerSize
  private(set) var mails = 0
  private var answers: [UnsafeContinuation<LogOutcome, Never>] = []

  init() {
    bytes = .allocate(byteCount: MailLog.groupLimit, alignment: MailLogGroup.block)
  }

  deinit { bytes.deallocate() }

  /// What it takes in the file.
  var size: Int { MailLogGroup.size(payload: used - MailLogGroup.headerSize) }

  func add(_ mail: LoggedMail, _ continuation: UnsafeContinuation<LogOutcome, Never>) {
    mail.encode(into: bytes, at: &used)
    mails += 1
    answers.append(continuation)
  }

  /// Whom to answer; the group is empty afterwards.
  func takeAnswers() -> [UnsafeContinuation<LogOutcome, Never>] {
    defer { (answers, used, mails) = ([], MailLogGroup.headerSize, 0) }
    return answers
  }
}

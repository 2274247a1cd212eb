internal import Synchronization

/// The one durable thing: a writer thread that commits in groups, and readers beside it.
///
/// Everything waiting when the writer comes round goes into one transaction and one fsync, each job in its own
/// savepoint; a job that fails is rolled back alone. A commit that fails closes the store: nothing after it may be
/// believed, so the daemon stops and recovers from disk.
public final class Store: Sendable {
  /// What changed in a commit; rooms wait on these instead of polling.
  public enum Topic: Sendable, CaseIterable {
    /// Messages came, left or changed their time.
    case queue
    /// Accounts, pools or their settings changed.
    case accounts
    /// Enrollments want their next step planned.
    case enrollments
    /// Events were appended.
    case events
    /// A message of unknown fate waits for a look into its account's Sent folder.
    case sentChecks
    /// Campaigns were started, changed or held.
    case campaigns
    /// Submitters changed, or a key lets nobody in any more.
    case logins
  }

  private struct Job: Sendable {
    /// Nil: only what is logged is to be taken.
    let body: (@Sendable (Transaction) throws -> Void)?
    /// What is done with the file itself, outside of any transaction and behind those of its group.
    var upkeep: Upkeep?
    /// Whether every mail that was accepted before has its rows when this runs.
    let seesLog: Bool
    let name: StaticString
    let finish: @Sendable (StoreError?) -> Void
  }
  typealias Upkeep = @Sendable (SQLiteConnection, MailLog?) throws(StoreError) -> Void

  private struct ReadJob: Sendable {
    let run: @Sendable (Reader?) -> Void
  }
  private struct Watch: Sendable {
    let topic: Topic
    let action: @Sendable () -> Void
  }

  /// Where the file is.
  public let path: String
  private let writes = WorkQueue<Job>()
  private let reads = WorkQueue<ReadJob>()
  private let simulations = WorkQueue<ReadJob>()
  private let watches = Mutex<[Watch]>([])
  private let threads = Mutex<[WorkerThread]>([])
  private let failure = FailureFlag()
  private let meter = WriterMeter()
  /// Who finds another counting waits for its sums; a recount goes on beside it.
  let counting = OneAtATime()
  let recounting = OneAtATime()
  private let isClosing = Mutex(false)
  private let messageIDs = MessageIDs()
  let suppressionKey = SuppressionKey()
  private let decoded = DecodedTexts()
  let offers = OfferBook()
  /// The keys of unsubscribe tokens.
  public let tokenKeys = TokenKeys()
  /// Nil: every mail is taken by a transaction.
  private let log = Mutex<MailLog?>(nil)
  /// How many mails the last end had left in the log, and whether the store is an older copy than its log: then those
  /// that the newer one had are not taken again.
  public let recovered: (mails: Int, isOlderThanLog: Bool)

  /// How many jobs share a transaction at the most: enough to make fsync cheap, few enough that a reply is not kept
  /// waiting behind thousands of bodies.
  private static let groupLimit = 256
  /// When the jobs of a transaction have taken so long, those that are left wait for the next: twenty long ones in a row
  /// would keep a reply waiting for all of them.
  private static let groupTime: Duration = .milliseconds(20)

  /// Opens the store, or makes it, and brings its schema up to date.
  ///
  /// `readers` is the number of reading threads: lists and explanations keep one busy each. `logSize` is how many octets
  /// the log may hold of mails that have no rows yet (Store.docc, MailLog); 0: it is not used. `now` (UTC epoch
  /// milliseconds) dates the `default` workspace on first use. Throws `newerSchema` for a store that a newer Postern
  /// wrote, and leaves it untouched.
  public init(path: String, readers: Int = 2, logSize: Int = 0, now: Int64) throws(StoreError) {
    self.path = path
    let connection = try SQLiteConnection(path: path, mode: .writer)
    try Migrations.bringUpToDate(connection, now: now)
    let writer = WriterState(connection, suppressionKey, decoded, messageIDs)
    writer.transaction.offers = offers
    try Migrations.work(writer.transaction, now: now)
    let opened = try OpenedLog(beside: path, isUsed: logSize > 0, writer.transaction, writer.buffer)
    recovered = (opened?.mails ?? 0, opened?.isStoreOlder ?? false)
    let highest = try writer.transaction.first("SELECT COALESCE(MAX(id), 0) FROM message", []) { row in row.integer(0) }
    messageIDs.begin(after: highest ?? 0)
    let started = try WorkerThread(name: "store-writer") { [self] in
      self.writeUntilClosed(writer)
    }
    threads.withLock { $0.append(started) }
    for number in 0..<max(1, readers) {
      let reader = ReaderState(try SQLiteConnection(path: path, mode: .reader))
      let thread = try WorkerThread(name: "store-read-\(number)") { [self] in
        self.readUntilClosed(reader)
      }
      threads.withLock { $0.append(thread) }
    }
    let simulator = try WorkerThread(name: "store-simulator") { [self] in
      while let job = self.simulations.take(atMost: 1).first { job.run(nil) }
    }
    threads.withLock { $0.append(simulator) }
    guard logSize > 0, let opened else { return }
    let log = try MailLog(file: opened.file, after: opened.number, limit: logSize, failure: failure) { [self] in
      _ = writes.push(Job(body: nil, seesLog: true, name: "take logged mails", finish: { _ in }))
    }
    self.log.withLock { $0 = log }
  }

  /// Takes a submission into the queue; returns when it is on disk.
  ///
  /// A mail whose answer needs no row of the store goes into the log and gets its rows soon after; every other is taken by
  /// a transaction. `isAlone`: the caller's thread serves nobody else now and may wait for the disk itself.
  public func submit(_ submission: Submission, isAlone: Bool = false) async throws(StoreError) -> SubmissionResult {
    if let log = log.withLock({ $0 }), let mail = LoggedMail(submission, firstID: messageIDs.reserve) {
      switch await log.append(mail, isAlone: isAlone) {
      case .committed: return .queued(ids: mail.ids)
      case .failed(let error):
        if error != .full { announceFailure() }
        throw error
      case .noRoom: break
      }
    }
    return try await write { try $0.submit(submission) }
  }

  /// Runs `body` in the writer's next transaction; returns when that transaction is on disk.
  ///
  /// `body` runs on the writer's thread: it must be short and must not wait. An error it throws rolls back only its own
  /// part and is passed on; `whenQueued` is called at once, when what is written next comes after it. `StoreError.full`,
  /// `.commitFailed` and `.unavailable` mean that nothing was stored. `seesLog`: every mail that was accepted before has
  /// its rows; who does not need that waits less while mail pours in. `name`: what `writerHolds` calls it.
  public func write<T: Sendable>(
    seesLog: Bool = true, whenQueued: () -> Void = {}, name: StaticString = #function,
    _ body: @escaping @Sendable (Transaction) throws -> T
  ) async throws(StoreError) -> T {
    let result: Result<T, StoreError> = await withUnsafeContinuation { continuation in
      let box = Outcome<T>()
      let job = Job(
        body: { transaction in box.value = try body(transaction) }, seesLog: seesLog, name: name,
        finish: { error in
          if let error {
            continuation.resume(returning: .failure(error))
          } else if let value = box.value {
            continuation.resume(returning: .success(value))
          } else {
            continuation.resume(returning: .failure(.unavailable))
          }
        })
      if writes.push(job) { whenQueued() } else { continuation.resume(returning: .failure(.unavailable)) }
    }
    return try result.get()
  }

  /// Runs `body` on a reading thread, against the last commit; `seesLog` as for `write`.
  public func read<T: Sendable>(
    seesLog: Bool = true, _ body: @escaping @Sendable (Reader) throws -> T
  ) async throws(StoreError) -> T {
    if seesLog, let log = log.withLock({ $0 }), log.isBehind { try await catchUp() }
    let result: Result<T, StoreError> = await withUnsafeContinuation { continuation in
      let job = ReadJob { reader in
        guard let reader else {
          continuation.resume(returning: .failure(.unavailable))
          return
        }
        do {
          continuation.resume(returning: .success(try reader.snapshot(body)))
        } catch {
          continuation.resume(returning: .failure(StoreError(wrapping: error)))
        }
      }
      if !reads.push(job) { continuation.resume(returning: .failure(.unavailable)) }
    }
    return try result.get()
  }

  /// Runs `body` on a thread of its own, one after the other: a simulation takes seconds, which no list should wait for.
  func simulate<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws(StoreError) -> T {
    // What was accepted a moment ago is foretold too.
    if let log = log.withLock({ $0 }), log.isBehind { try await catchUp() }
    let result: Result<T, StoreError> = await withUnsafeContinuation { continuation in
      let job = ReadJob { _ in
        do {
          continuation.resume(returning: .success(try body()))
        } catch {
          continuation.resume(returning: .failure(StoreError(wrapping: error)))
        }
      }
      if !simulations.push(job) { continuation.resume(returning: .failure(.unavailable)) }
    }
    return try result.get()
  }

  /// Whether what takes long is to be given up.
  var isStopping: Bool { isClosing.withLock { $0 } }

  /// Returns when every mail that was accepted before has its rows; on a full disk at once: who asks then gets what is
  /// there, and the rest stays safe in the log.
  private func catchUp() async throws(StoreError) {
    let failed: StoreError? = await withUnsafeContinuation { continuation in
      let job = Job(body: nil, seesLog: true, name: "take logged mails") { continuation.resume(returning: $0) }
      if !writes.push(job) { continuation.resume(returning: .unavailable) }
    }
    if let failed, failed != .full { throw failed }
  }

  /// Runs `work` on the writer's thread between transactions; nobody else writes meanwhile.
  func upkeep(_ work: @escaping Upkeep) async throws(StoreError) {
    let failed: StoreError? = await withUnsafeContinuation { continuation in
      let job = Job(body: nil, upkeep: work, seesLog: true, name: "upkeep") { continuation.resume(returning: $0) }
      if !writes.push(job) { continuation.resume(returning: .unavailable) }
    }
    if let failed { throw failed }
  }

  /// Calls `action` on the writer's thread after each commit that touched `topic`; it must only wake somebody.
  public func observe(_ topic: Topic, _ action: @escaping @Sendable () -> Void) {
    watches.withLock { $0.append(Watch(topic: topic, action: action)) }
  }

  /// How long the writer was kept.
  public var writerHolds: WriterHolds { meter.holds }

  /// Nil while the store can be believed; else why it stopped.
  public var failed: StoreError? { failure.error }

  /// Finishes what waits, closes the file and joins the threads.
  ///
  /// The readers go first: only the last connection to close can bring the WAL's pages into the file, and theirs may not
  /// write. After that the store is one file again, for whoever copies it.
  public func close() {
    let running = threads.withLock { threads in
      defer { threads = [] }
      return threads
    }
    isClosing.withLock { $0 = true }
    reads.close()
    simulations.close()
    for reader in running.dropFirst() { reader.join() }
    // The log goes before the writer, which takes what is left of it.
    log.withLock { $0 }?.close()
    writes.close()
    running.first?.join()
    log.withLock { $0 = nil }
  }

  // MARK: - The writer's thread

  private func writeUntilClosed(_ state: WriterState) {
    while true {
      let group = writes.take(atMost: Self.groupLimit)
      if group.isEmpty { break }
      commit(group, state)
    }
    if failed == nil, takeLogged(state) == nil { log.withLock { $0 }?.file.settle() }
    state.connection.close()
  }

  private func commit(_ all: [Job], _ state: WriterState) {
    if failed != nil {
      for job in all { job.finish(.unavailable) }
      return
    }
    if all.contains(where: \.seesLog), let error = takeLogged(state) {
      for job in all where job.seesLog { job.finish(error) }
      return commit(all.filter { !$0.seesLog }, state)
    }
    let group = all.filter { $0.body != nil }
    var left = group[...]
    while !left.isEmpty, failed == nil { left = left.dropFirst(commitTransaction(left, state)) }
    for job in left { job.finish(.unavailable) }
    for job in all where job.body == nil { job.finish(job.upkeep.flatMap { run($0, state) }) }
  }

  private func run(_ upkeep: Upkeep, _ state: WriterState) -> StoreError? {
    guard failed == nil else { return .unavailable }
    let start = ContinuousClock.now
    defer { meter.add(WriterHolds.Hold(time: start.duration(to: .now), jobs: 1)) }
    do throws(StoreError) {
      try upkeep(state.connection, log.withLock { $0 })
      return nil
    } catch {
      if case .commitFailed = error {
        failure.report(error)
        announceFailure()
      }
      return error
    }
  }

  /// Takes everything that was logged before; its error when that is not to be had.
  private func takeLogged(_ state: WriterState) -> StoreError? {
    guard let log = log.withLock({ $0 }) else { return nil }
    var left = log.pending
    var failed: StoreError?
    while !left.isEmpty, failed == nil {
      let places = left.beginning(atMost: OpenedLog.share)
      let start = ContinuousClock.now
      defer { meter.add(WriterHolds.Hold(time: start.duration(to: .now), jobs: places.reduce(0) { $0 + $1.mails })) }
      do throws(StoreError) {
        try state.transaction.take(places, from: log.file, state.buffer)
        if let last = places.last { log.indexed(through: last) }
        announce(state.transaction.touched)
      } catch {
        failed = error
        if error != .full {
          failure.report(error)
          announceFailure()
        }
      }
      left.removeFirst(places.count)
    }
    log.indexingEnded(failed)
    return failed
  }

  /// Commits the first of some jobs together; returns how many that were.
  private func commitTransaction(_ jobs: ArraySlice<Job>, _ state: WriterState) -> Int {
    let transaction = state.transaction
    transaction.begin()
    var outcomes: [StoreError?] = []
    outcomes.reserveCapacity(jobs.count)
    let start = ContinuousClock.now
    var (looked, committing) = (start, ContinuousClock.Instant?.none)
    var isPromised = false
    defer {
      let end = ContinuousClock.now
      meter.add(
        WriterHolds.Hold(
          time: start.duration(to: end), commitTime: (committing ?? end).duration(to: end), jobs: max(1, outcomes.count)
        ))
    }
    do {
      try state.connection.run("BEGIN IMMEDIATE", [])
      for job in jobs {
        transaction.isPromised = true
        // Alone it needs no savepoint, and SQLite no copy of each page before it.
        if jobs.count == 1 {
          if let error = try runAlone(job, in: transaction, state) {
            job.finish(error)
            return 1
          }
          outcomes.append(nil)
        } else {
          outcomes.append(try run(job, in: transaction, state))
        }
        isPromised = isPromised || transaction.isPromised
        let now = ContinuousClock.now
        meter.add(job: job.name, looked.duration(to: now))
        looked = now
        if start.duration(to: now) > Self.groupTime { break }
      }
      committing = looked
      try state.connection.commit(isSynced: isPromised || !transaction.touched.isEmpty)
    } catch {
      // A commit fails for those that are in it; what fails before is the file's trouble, and all of theirs.
      let failed = committing == nil ? jobs : jobs.prefix(outcomes.count)
      abandon(failed, because: error, state, leftInLog: committing != nil)
      return failed.count
    }
    // Watchers first: whoever is resumed may ask at once for what the watchers prepare.
    announce(transaction.touched)
    for (job, error) in zip(jobs, outcomes) { job.finish(error) }
    return outcomes.count
  }

  /// Nil when the job's part stands; its error when the transaction, which was all its own, was rolled back.
  private func runAlone(_ job: Job, in transaction: Transaction, _ state: WriterState) throws(StoreError)
    -> StoreError?
  {
    do {
      try job.body?(transaction)
      return nil
    } catch {
      let wrapped = StoreError(wrapping: error)
      switch wrapped {
      case .full, .commitFailed: throw wrapped
      default:
        try state.connection.run("ROLLBACK", [])
        transaction.forget()
        return wrapped
      }
    }
  }

  /// Nil when the job's part stands; its error when it was rolled back alone. Throws when the whole group is lost.
  private func run(_ job: Job, in transaction: Transaction, _ state: WriterState) throws(StoreError) -> StoreError? {
    try state.connection.run("SAVEPOINT job", [])
    do {
      try job.body?(transaction)
      try state.connection.run("RELEASE job", [])
      return nil
    } catch {
      let wrapped = StoreError(wrapping: error)
      switch wrapped {
      // SQLite has rolled back the whole transaction by itself, or may have: no savepoint is left to return to.
      case .full, .commitFailed: throw wrapped
      default:
        try state.connection.script("ROLLBACK TO job; RELEASE job")
        transaction.forget()
        return wrapped
      }
    }
  }

  private func abandon(_ group: ArraySlice<Job>, because error: StoreError, _ state: WriterState, leftInLog: Bool) {
    var told = error
    state.transaction.forget()
    do {
      try state.connection.script("ROLLBACK")
    } catch {
      // "no transaction is active": SQLite had rolled back already, as it does on a full disk.
    }
    if leftInLog { overwriteFailed(state) }
    if error != .full {
      told = .commitFailed("\(error)")
      failure.report(told)
      announceFailure()
    }
    for job in group { job.finish(told) }
  }

  private func announce(_ topics: Set<Topic>) {
    guard !topics.isEmpty else { return }
    for watch in watches.withLock({ $0 }) where topics.contains(watch.topic) { watch.action() }
  }

  /// Whoever watches the queue looks whether the store still stands.
  private func announceFailure() {
    log.withLock { $0 }?.storeFailed()
    announce([.queue])
  }

  /// Commits a trifle over what a failed transaction may have left in the write-ahead log.
  ///
  /// SQLite rolls a failed commit back in memory only. When all of it was written and just the sync failed, the log holds
  /// a whole transaction, and the next start would believe it: the mail would go although its client was told to send
  /// it again. The next commit is written to the same place in the log, which ends the failed one whether or not its
  /// own sync fails.
  private func overwriteFailed(_ state: WriterState) {
    do {
      // There and back: SQLite does not write a page for a row that is set to what it is.
      try state.connection.script(
        """
        BEGIN IMMEDIATE;
        UPDATE schema_version SET version = version + 1;
        UPDATE schema_version SET version = version - 1;
        COMMIT
        """)
    } catch {
      // Nothing more can be done about this disk; the failure itself is reported by the caller.
      try? state.connection.script("ROLLBACK")
    }
  }

  // MARK: - The readers' threads

  private func readUntilClosed(_ state: ReaderState) {
    let reader = Reader(state.connection, suppressionKey, decoded)
    reader.offers = offers
    while true {
      let jobs = reads.take(atMost: 1)
      guard let job = jobs.first else { break }
      job.run(reader)
    }
    state.connection.close()
  }
}

internal import Outreach
internal import Synchronization

extension Store {
  /// Erases a person of a workspace: out of the tables in one transaction, then out of the bytes of the store's files, whose freed
  /// places and logs would keep what was deleted. `address` is in lower case. `isDry` only looks.
  ///
  /// The look through everything is a reader's; the writer is kept for the transaction.
  public func erase(_ address: String, workspaceID: Int64, isDry: Bool = false, now: Int64) async throws(StoreError)
    -> ErasureReport
  {
    let person = PersonTrace(address: address, replacement: "")
    let found = try await read { db in
      let traces = try db.traces(of: person, workspaceID: workspaceID)
      return (traces: traces, report: try db.erasureReport(of: person, traces))
    }
    guard !isDry else { return found.report }
    return try await write { transaction in
      try transaction.erase(address, workspaceID: workspaceID, found.traces, now: now)
    }
  }

  /// Takes out of the store's files what was deleted: old bytes in the gaps of pages, the write-ahead log, the mail log.
  ///
  /// In parts between other people's transactions, so that no reply waits for it. Throws `.rejected` when readers keep old
  /// pages in use for long: what was erased from the tables stays erased, and a later call does the rest.
  public func shredDeleted() async throws(StoreError) {
    var position: Int64? = 0
    var tries = 0
    while let from = position {
      let reached = Mutex<(isEmpty: Bool, next: Int64?)>((false, from))
      try await upkeep { connection, log throws(StoreError) in
        guard try connection.emptyLog() else { return }
        let start = ContinuousClock.now
        let next = try connection.sweep(from: from) { start.duration(to: .now) < Self.sweepTime }
        // Who was erased is in the first mails of the log at the latest: it is shredded with the last part.
        if next == nil, let log, !log.shred() {
          throw .commitFailed("the mail log \(log.file.path) cannot be written")
        }
        reached.withLock { $0 = (true, next) }
      }
      let (isEmpty, next) = reached.withLock { $0 }
      tries = isEmpty ? 0 : tries + 1
      if tries > Self.sweepTries {
        throw .rejected(
          "the store is being read, so its old pages are still in its log: erase again in a minute to take them out")
      }
      // Whatever waits goes first.
      try? await Task.sleep(for: isEmpty ? .milliseconds(5) : .milliseconds(50))
      position = next
    }
  }

  /// How long the writer is kept at a time.
  private static let sweepTime: Duration = .milliseconds(25)
  /// Half a minute.
  private static let sweepTries = 600
}

internal import Outreach

extension Store {
  /// Erases a person of a workspace: out of the tables in one transaction, then out of the bytes of the store's files, whose freed
  /// places and logs would keep what was deleted. `address` is in lower case. `isDry` only looks.
  ///
  /// The look through everything is a reader's; the writer is kept for the transaction, and while the file is written anew, which
  /// takes about as long as copying it. Mail is taken meanwhile as long as the mail log has room.
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

  /// Writes the store's files anew without what was deleted: freed pages, old copies of pages, the write-ahead log, the mail log.
  ///
  /// Throws `.full` when there is no room for a second copy of the store, and `.rejected` when readers keep the old one in use:
  /// what was erased from the tables stays erased, and a later call does the rest.
  public func shredDeleted() async throws(StoreError) {
    try await upkeep { connection, log throws(StoreError) in
      connection.forgetStatements()
      // In memory the copy would need as much of it as the store is large.
      try connection.script("PRAGMA temp_store = FILE; VACUUM; PRAGMA temp_store = MEMORY")
      let isBusy = try connection.rows("PRAGMA wal_checkpoint(TRUNCATE)", []) { row in row.flag(0) }.first ?? true
      if isBusy {
        throw .rejected(
          "the store is being read, so its old pages are still in its log: erase again in a minute to take them out")
      }
      if let log, !log.shred() { throw .commitFailed("the mail log \(log.file.path) cannot be written") }
    }
  }
}

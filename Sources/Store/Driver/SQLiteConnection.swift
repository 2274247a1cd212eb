internal import CSQLite
import Glibc

/// One connection to the SQLite file, with its prepared statements; used by one thread only.
final class SQLiteConnection {
  enum Mode {
    /// Of the file; a copy of its state in memory, which nobody else sees.
    case writer, reader, copy
  }

  private(set) var handle: OpaquePointer?
  /// Prepared once, kept until the connection closes: the set of SQL texts in this module is finite.
  private var statements: [String: OpaquePointer] = [:]
  /// The same by where the text lies: most are literals, and hashing five hundred octets costs as much as a small query.
  private var places: [UnsafePointer<UInt8>: (sql: String, statement: OpaquePointer)] = [:]

  /// A reader can meet the writer's short exclusive moments (WAL recovery, restart); five seconds outlast any of them.
  static let busyMilliseconds: Int32 = 5000

  init(path: String, mode: Mode) throws(StoreError) {
    _ = Self.counting
    // NOMUTEX: a connection never leaves its thread. Readers are read-only so that only the writer ever checkpoints
    // (SQLite before 3.51.3 can corrupt a WAL when two connections write or checkpoint at once).
    let flags =
      switch mode {
      case .writer: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
      case .reader: SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX
      // With URIs, so that the file it is copied from can be attached read-only.
      case .copy: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI
      }
    let files = mode == .writer ? GatheredLog.name : nil
    guard mode != .writer || files != nil else {
      throw .cannotOpen(path: path, reason: "SQLite takes no file system of ours")
    }
    let code = sqlite3_open_v2(path, &handle, flags, files)
    guard code == SQLITE_OK else {
      let reason = handle.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(code))
      sqlite3_close_v2(handle)
      handle = nil
      throw .cannotOpen(path: path, reason: reason)
    }
    do {
      try configure(mode)
    } catch {
      // A disk that is full or fails says nothing about the file.
      let isDisk = error == .full || sqlite3_errcode(handle) & 0xff == SQLITE_IOERR
      throw isDisk ? error : .cannotOpen(path: path, reason: "\(error)")
    }
  }

  /// SQLite's count of its memory is asked by nobody, and costs a lock for each piece of it.
  private static let counting = postern_sqlite_stop_counting()

  deinit { close() }

  private func configure(_ mode: Mode) throws(StoreError) {
    sqlite3_extended_result_codes(handle, 1)
    sqlite3_busy_timeout(handle, Self.busyMilliseconds)
    switch mode {
    case .writer:
      // A checkpoint every 4000 pages, by the writer. Traced over a campaign's run, its sync of the database takes 2 to 34 ms, and
      // the longest wait for a commit is the same at 1000, 2000 and 4000 pages (30 to 60 ms): what is longer, 0.3 s and more on a
      // busy disk, are syncs of the log for a commit, which come whatever is checkpointed. 1000 pages cost a campaign a tenth of
      // its time. A thread of its own is not to be had: see `init`.
      try script(
        """
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA foreign_keys = ON;
        PRAGMA wal_autocheckpoint = 4000;
        PRAGMA journal_size_limit = 67108864;
        PRAGMA cache_size = -16000;
        PRAGMA temp_store = MEMORY;
        PRAGMA secure_delete = ON;
        """)
    case .reader:
      try script("PRAGMA query_only = ON; PRAGMA cache_size = -4000;")
    case .copy:
      // Thrown away whole when anything fails, and parts of what it refers to stay behind.
      try script("PRAGMA journal_mode = OFF; PRAGMA foreign_keys = OFF; PRAGMA temp_store = MEMORY;")
    }
  }

  func close() {
    forgetStatements()
    sqlite3_close_v2(handle)
    handle = nil
  }

  func forgetStatements() {
    for statement in statements.values { sqlite3_finalize(statement) }
    statements.removeAll()
    places.removeAll()
  }

  /// Runs several statements without values: migrations, pragmas, transaction control.
  func script(_ sql: String) throws(StoreError) {
    let code = sqlite3_exec(handle, sql, nil, nil, nil)
    guard code == SQLITE_OK else { throw failure(code, sql) }
  }

  /// Runs a statement that returns no rows and says how many rows it changed.
  @discardableResult
  func run(_ sql: String, _ values: [SQLValue]) throws(StoreError) -> Int {
    let statement = try prepared(sql, values)
    defer { sqlite3_reset(statement) }
    let code = sqlite3_step(statement)
    guard code == SQLITE_DONE || code == SQLITE_ROW else { throw failure(code, sql) }
    return Int(sqlite3_changes(handle))
  }

  /// Runs a query and maps each row.
  func rows<T>(_ sql: String, _ values: [SQLValue], _ map: (Row) throws(StoreError) -> T) throws(StoreError) -> [T] {
    let statement = try prepared(sql, values)
    defer { sqlite3_reset(statement) }
    var found: [T] = []
    while true {
      let code = sqlite3_step(statement)
      if code == SQLITE_DONE { return found }
      guard code == SQLITE_ROW else { throw failure(code, sql) }
      found.append(try map(Row(statement: statement)))
    }
  }

  /// Runs a query and maps its first row; nil when there is none. What comes behind that is not asked for.
  func first<T>(_ sql: String, _ values: [SQLValue], _ map: (Row) throws(StoreError) -> T) throws(StoreError) -> T? {
    let statement = try prepared(sql, values)
    defer { sqlite3_reset(statement) }
    let code = sqlite3_step(statement)
    if code == SQLITE_DONE { return nil }
    guard code == SQLITE_ROW else { throw failure(code, sql) }
    return try map(Row(statement: statement))
  }

  /// Ends a transaction. Without `isSynced` it is there for everybody, and on disk with the next one that is synced.
  func commit(isSynced: Bool) throws(StoreError) {
    if !isSynced { GatheredLog.setUnsynced(true, handle) }
    defer { if !isSynced { GatheredLog.setUnsynced(false, handle) } }
    try run("COMMIT", [])
  }

  var lastInsertedID: Int64 { sqlite3_last_insert_rowid(handle) }

  private func prepared(_ sql: String, _ values: [SQLValue]) throws(StoreError) -> OpaquePointer {
    let statement = try statement(sql)
    for (index, value) in values.enumerated() {
      let place = Int32(index + 1)
      let code =
        switch value {
        case .null: sqlite3_bind_null(statement, place)
        case .integer(let number): sqlite3_bind_int64(statement, place, number)
        case .text(let text): bind(text, to: statement, at: place)
        case .blob(let bytes):
          // A nil pointer would bind NULL: an empty body is an empty blob.
          bytes.isEmpty
            ? sqlite3_bind_zeroblob(statement, place, 0)
            : sqlite3_bind_blob64(statement, place, bytes, UInt64(bytes.count), postern_sqlite_transient())
        }
      guard code == SQLITE_OK else { throw failure(code, sql) }
    }
    return statement
  }

  private func statement(_ sql: String) throws(StoreError) -> OpaquePointer {
    let place = sql.utf8.withContiguousStorageIfAvailable { $0.baseAddress } ?? nil
    // Another text may have come to lie there; of the same one, comparing ends at its first look.
    if let place, let known = places[place], known.sql == sql { return known.statement }
    let kept: (key: String, value: OpaquePointer)
    if let index = statements.index(forKey: sql) {
      kept = statements[index]
    } else {
      var made: OpaquePointer?
      let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &made, nil)
      guard code == SQLITE_OK, let made else { throw failure(code, sql) }
      statements[sql] = made
      kept = (sql, made)
    }
    if let place {
      // Texts that are put together lie somewhere else each time; the one text kept is enough to compare with.
      if places.count >= 1000 { places.removeAll() }
      places[place] = (kept.key, kept.value)
    }
    return kept.value
  }

  private func bind(_ text: String, to statement: OpaquePointer, at place: Int32) -> Int32 {
    var text = text
    return text.withUTF8 { utf8 in
      utf8.withMemoryRebound(to: CChar.self) { characters in
        guard let start = characters.baseAddress else { return sqlite3_bind_text(statement, place, "", 0, nil) }
        return sqlite3_bind_text(statement, place, start, Int32(characters.count), postern_sqlite_transient())
      }
    }
  }

  /// SQLITE_IOERR_SHMSIZE, a macro that Swift does not see: the log's index in the -shm file could not grow,
  /// for want of room unless the disk fails.
  private static let noRoomForIndex = SQLITE_IOERR | (19 << 8)

  private func failure(_ code: Int32, _ sql: String) -> StoreError {
    if code & 0xff == SQLITE_FULL || code == Self.noRoomForIndex && sqlite3_system_errno(handle) != EIO { return .full }
    let words = handle.map { String(cString: sqlite3_errmsg($0)) } ?? "closed"
    // A damaged file is no better than a disk that fails: nothing more may be written on top of it.
    if [SQLITE_IOERR, SQLITE_CORRUPT, SQLITE_NOTADB].contains(code & 0xff) {
      return .commitFailed("\(words) (\(code))")
    }
    return .statement("\(words) (\(code)) in: \(sql.prefix(200))")
  }

  /// One row of a running query; valid only inside the mapping closure.
  struct Row {
    fileprivate let statement: OpaquePointer

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(statement, column) == SQLITE_NULL }
    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }
    func integerOrNil(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }
    func flag(_ column: Int32) -> Bool { integer(column) != 0 }

    func text(_ column: Int32) -> String {
      guard let start = sqlite3_column_text(statement, column) else { return "" }
      let count = Int(sqlite3_column_bytes(statement, column))
      return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    func textOrNil(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

    func blobOrNil(_ column: Int32) -> [UInt8]? { isNull(column) ? nil : blob(column) }

    func blob(_ column: Int32) -> [UInt8] {
      guard let start = sqlite3_column_blob(statement, column) else { return [] }
      return [UInt8](UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column))))
    }
  }
}

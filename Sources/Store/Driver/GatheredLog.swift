internal import CSQLite

/// SQLite's own file system, but for one thing: what is written to a write-ahead log one behind the other goes to the kernel in
/// one call when it is synced. SQLite itself makes two calls for each page, some forty for a commit.
///
/// A commit that promises nobody anything may do without its sync: the next one's, or that of a checkpoint, brings it to the disk
/// before anything that builds on it, because a log is read only up to its first gap.
///
/// For connections with `synchronous = FULL`, which sync the log at each commit: before that nobody else reads what it brings,
/// and after it all of it is in the file. SQLite never believes an order of writes between two syncs, so none is lost here.
enum GatheredLog {
  /// What SQLite is asked for; nil when it does not take it.
  static let name: String? = register()

  private static let registeredName = "postern-gathered-log"

  /// The system below; what SQLite has registered it keeps for ever.
  nonisolated(unsafe) private static var below: UnsafeMutablePointer<sqlite3_vfs>?
  nonisolated(unsafe) private static let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)

  /// Lets the next commit of a connection do without its sync, or takes that back.
  static func setUnsynced(_ isUnsynced: Bool, _ connection: OpaquePointer?) {
    guard let file = postern_sqlite_log(connection), file.pointee.pMethods == UnsafePointer(methods) else { return }
    LogFile(file).mayStayUnsynced = isUnsynced
  }

  private static func register() -> String? {
    guard let base = sqlite3_vfs_find(nil) else { return nil }
    below = base
    methods.initialize(to: logMethods())
    let own = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
    own.initialize(to: base.pointee)
    own.pointee.pNext = nil
    let name = UnsafeMutableBufferPointer<CChar>.allocate(capacity: registeredName.utf8.count + 1)
    _ = name.initialize(from: registeredName.utf8CString)
    own.pointee.zName = UnsafePointer(name.baseAddress)
    own.pointee.szOsFile = Int32(LogFile.size) + base.pointee.szOsFile
    own.pointee.xOpen = { _, name, file, flags, told in GatheredLog.open(name, file, flags, told) }
    return sqlite3_vfs_register(own, 0) == SQLITE_OK ? registeredName : nil
  }

  private static func open(
    _ name: sqlite3_filename?, _ file: UnsafeMutablePointer<sqlite3_file>?, _ flags: Int32,
    _ told: UnsafeMutablePointer<Int32>?
  ) -> Int32 {
    guard let file, let below else { return SQLITE_CANTOPEN }
    guard flags & SQLITE_OPEN_WAL != 0 else { return below.pointee.xOpen(below, name, file, flags, told) }
    let log = LogFile(file)
    file.pointee.pMethods = nil
    // SQLite's own file system fills only what it opens.
    log.inner.pointee.pMethods = nil
    let code = below.pointee.xOpen(below, name, log.inner, flags, told)
    guard code == SQLITE_OK else {
      if let methods = log.inner.pointee.pMethods { _ = methods.pointee.xClose(log.inner) }
      return code
    }
    log.begin()
    file.pointee.pMethods = UnsafePointer(methods)
    return SQLITE_OK
  }

  private static func logMethods() -> sqlite3_io_methods {
    var methods = sqlite3_io_methods()
    // The first version is all that a log is asked for; the rest is of the store's file.
    methods.iVersion = 1
    methods.xClose = { file in
      guard let log = LogFile(file) else { return SQLITE_OK }
      let written = log.flush()
      log.end()
      let closed = log.below.xClose(log.inner)
      return written == SQLITE_OK ? closed : written
    }
    methods.xRead = { file, bytes, count, offset in
      LogFile(file)?.afterFlush { $0.below.xRead($0.inner, bytes, count, offset) } ?? SQLITE_IOERR
    }
    methods.xWrite = { file, bytes, count, offset in
      guard let log = LogFile(file), let bytes else { return SQLITE_IOERR }
      return log.write(UnsafeRawBufferPointer(start: bytes, count: Int(count)), at: offset)
    }
    methods.xTruncate = { file, size in
      LogFile(file)?.afterFlush { $0.below.xTruncate($0.inner, size) } ?? SQLITE_IOERR
    }
    methods.xSync = { file, flags in
      LogFile(file)?.afterFlush { $0.sync(flags) } ?? SQLITE_IOERR
    }
    methods.xFileSize = { file, size in
      LogFile(file)?.afterFlush { $0.below.xFileSize($0.inner, size) } ?? SQLITE_IOERR
    }
    methods.xLock = { file, kind in LogFile(file).map { $0.below.xLock($0.inner, kind) } ?? SQLITE_IOERR }
    methods.xUnlock = { file, kind in LogFile(file).map { $0.below.xUnlock($0.inner, kind) } ?? SQLITE_IOERR }
    methods.xCheckReservedLock = { file, told in
      LogFile(file).map { $0.below.xCheckReservedLock($0.inner, told) } ?? SQLITE_IOERR
    }
    methods.xFileControl = { file, what, value in
      LogFile(file).map { $0.below.xFileControl($0.inner, what, value) } ?? SQLITE_IOERR
    }
    methods.xSectorSize = { file in LogFile(file).map { $0.below.xSectorSize($0.inner) } ?? 0 }
    methods.xDeviceCharacteristics = { file in LogFile(file).map { $0.below.xDeviceCharacteristics($0.inner) } ?? 0 }
    return methods
  }
}

/// A write-ahead log in the memory that SQLite keeps for an open file: SQLite's own part, what was written and not handed on,
/// and behind them the file of the system below.
private struct LogFile {
  private struct Head {
    var file: sqlite3_file
    var buffer: UnsafeMutableRawPointer
    /// Where in the file the buffer begins.
    var start: Int64
    var count: Int
    var mayStayUnsynced: Bool
    /// Whether its first octets were written since the last sync.
    var hasBegunAnew: Bool
  }

  /// So much is gathered, some thirty pages: SQLite's own file system cuts a longer write (`seekAndWriteFd` in os_unix.c), and
  /// takes what is left of twice as much for a full disk.
  private static let capacity = (1 << 17) - 1

  /// Its octets before the file of the system below, which wants no more than this alignment.
  static let size = (MemoryLayout<Head>.stride + 15) & ~15

  private let head: UnsafeMutablePointer<Head>

  init(_ file: UnsafeMutablePointer<sqlite3_file>) {
    head = UnsafeMutableRawPointer(file).assumingMemoryBound(to: Head.self)
  }

  init?(_ file: UnsafeMutablePointer<sqlite3_file>?) {
    guard let file else { return nil }
    self.init(file)
  }

  var inner: UnsafeMutablePointer<sqlite3_file> {
    (UnsafeMutableRawPointer(head) + Self.size).assumingMemoryBound(to: sqlite3_file.self)
  }

  var below: sqlite3_io_methods { inner.pointee.pMethods.pointee }

  func begin() {
    head.pointee.buffer = .allocate(byteCount: Self.capacity, alignment: 16)
    head.pointee.start = 0
    head.pointee.count = 0
    head.pointee.mayStayUnsynced = false
    head.pointee.hasBegunAnew = false
  }

  var mayStayUnsynced: Bool {
    get { head.pointee.mayStayUnsynced }
    nonmutating set { head.pointee.mayStayUnsynced = newValue }
  }

  /// Where a log begins anew its header has to be on disk before its pages (SQLite's ticket ff5be73dee). Only one sync is left out:
  /// a checkpoint may follow in the same call, and what that brings into the file has to be in the log first.
  func sync(_ flags: Int32) -> Int32 {
    if mayStayUnsynced, !head.pointee.hasBegunAnew {
      mayStayUnsynced = false
      return SQLITE_OK
    }
    head.pointee.hasBegunAnew = false
    return below.xSync(inner, flags)
  }

  func end() { head.pointee.buffer.deallocate() }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) -> Int32 {
    if offset == 0 { head.pointee.hasBegunAnew = true }
    let follows = offset == head.pointee.start + Int64(head.pointee.count)
    if !follows || head.pointee.count + bytes.count > Self.capacity {
      let code = flush()
      guard code == SQLITE_OK else { return code }
    }
    guard bytes.count <= Self.capacity, let start = bytes.baseAddress else {
      return below.xWrite(inner, bytes.baseAddress, Int32(bytes.count), offset)
    }
    if head.pointee.count == 0 { head.pointee.start = offset }
    (head.pointee.buffer + head.pointee.count).copyMemory(from: start, byteCount: bytes.count)
    head.pointee.count += bytes.count
    return SQLITE_OK
  }

  /// Hands on what was written. What cannot be is forgotten: its commit has failed, and the next one goes to the same place.
  func flush() -> Int32 {
    guard head.pointee.count > 0 else { return SQLITE_OK }
    let count = Int32(head.pointee.count)
    head.pointee.count = 0
    return below.xWrite(inner, head.pointee.buffer, count, head.pointee.start)
  }

  func afterFlush(_ call: (LogFile) -> Int32) -> Int32 {
    let code = flush()
    return code == SQLITE_OK ? call(self) : code
  }
}

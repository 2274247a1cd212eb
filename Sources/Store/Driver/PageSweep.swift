internal import CSQLite

/// Takes out of the pages of an SQLite file what nobody can read any more.
///
/// `secure_delete` overwrites what is deleted, but a page whose rows moved to another one in a split keeps their old bytes
/// between the list of its cells and the cells (https://www.sqlite.org/fileformat2.html, section 1.6). That gap is filled
/// with zeros here, in the file itself: SQLite never reads it, so that a page is good whichever of its bytes arrived before
/// a power cut.
enum PageSweep {
  /// The unused bytes of a page; nil when it is no page of a b-tree. `isFirst`: the file's header is before it.
  static func gap(of page: UnsafeRawBufferPointer, isFirst: Bool) -> Range<Int>? {
    // Section 1.3: the header has 100 bytes; section 1.6: two kinds of inner pages, two of leaves.
    let header = isFirst ? 100 : 0
    let isLeaf: Bool
    switch page[header] {
    case 2, 5: isLeaf = false
    case 10, 13: isLeaf = true
    default: return nil
    }
    func number(_ offset: Int) -> Int { Int(page[header + offset]) << 8 | Int(page[header + offset + 1]) }
    let first = header + (isLeaf ? 8 : 12) + 2 * number(3)
    // Zero stands for 65536.
    let last = number(5) == 0 ? 65536 : number(5)
    guard first <= last, last <= page.count else { return nil }
    return first..<last
  }
}

extension SQLiteConnection {
  /// Pages whose number has a byte above: an overflow page begins with the number of the next one, and its first byte is then
  /// never taken for the kind of a b-tree's page. 16 million pages are 64 GB.
  private static let mostPages: Int64 = 1 << 24
  /// Pages of one read, and written before the next look at the clock: an SSD takes some milliseconds for them.
  private static let pagesAtOnce = 256

  /// Brings everything that is committed into the file and empties the write-ahead log; false while a reader needs the old one.
  func emptyLog() throws(StoreError) -> Bool {
    // The writer must not stand still for a reader that takes long: who sweeps comes again.
    sqlite3_busy_timeout(handle, 10)
    defer { sqlite3_busy_timeout(handle, Self.busyMilliseconds) }
    return try rows("PRAGMA wal_checkpoint(TRUNCATE)", []) { row in !row.flag(0) }.first ?? false
  }

  /// Sweeps the file's pages from `position` (bytes) on while `isTime`; gives where to go on, or nil at the end.
  ///
  /// The write-ahead log must be empty. Nothing of a page may stay in this connection's memory, which would write it back.
  func sweep(from position: Int64, while isTime: () -> Bool) throws(StoreError) -> Int64? {
    let size = try rows("PRAGMA page_size", []) { row in Int(row.integer(0)) }.first ?? 0
    // Only such a file has pages that tell of others, whose first byte is one of a b-tree's too (section 1.8).
    guard try rows("PRAGMA auto_vacuum", [], { row in row.integer(0) }).first == 0 else {
      throw .statement("a store with auto_vacuum cannot be swept")
    }
    try script("PRAGMA shrink_memory")
    var length: Int64 = 0
    guard size > 0, let file = postern_sqlite_file(handle), postern_sqlite_file_size(file, &length) == SQLITE_OK else {
      throw .statement("the store's file cannot be reached")
    }
    guard length / Int64(size) < Self.mostPages else {
      throw .statement("a store of more than \(Self.mostPages) pages cannot be swept")
    }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size * Self.pagesAtOnce, alignment: 16)
    defer { buffer.deallocate() }
    var position = position
    var isChanged = false
    repeat {
      let count = min(Self.pagesAtOnce, Int((length - position) / Int64(size)))
      guard count > 0 else { break }
      let code = postern_sqlite_file_read(file, buffer.baseAddress, Int32(count * size), position)
      guard code == SQLITE_OK else { throw .commitFailed("the store cannot be read: error \(code)") }
      for index in 0..<count {
        let page = UnsafeMutableRawBufferPointer(rebasing: buffer[(index * size)..<((index + 1) * size)])
        let place = position + Int64(index * size)
        guard let gap = PageSweep.gap(of: UnsafeRawBufferPointer(page), isFirst: place == 0), !gap.isEmpty else {
          continue
        }
        let unused = UnsafeMutableRawBufferPointer(rebasing: page[gap])
        guard unused.contains(where: { $0 != 0 }) else { continue }
        unused.initializeMemory(as: UInt8.self, repeating: 0)
        let written = postern_sqlite_file_write(
          file, unused.baseAddress, Int32(gap.count), place + Int64(gap.lowerBound))
        guard written == SQLITE_OK else { throw .commitFailed("the store cannot be written: error \(written)") }
        isChanged = true
      }
      position += Int64(count * size)
    } while isTime()
    if isChanged, postern_sqlite_file_sync(file) != SQLITE_OK { throw .commitFailed("the store cannot be synced") }
    return length - position < Int64(size) ? nil : position
  }
}

internal import Glibc
internal import Synchronization

/// The mail log's file: a page that says how far the store has it, then a ring of groups over blocks that exist and are
/// written, so that making a group durable moves no metadata of the file system.
///
/// All calls are plain and positioned; who may call what when is `MailLog`'s business.
final class MailLogFile: Sendable {
  /// Up to where the store has the log: the last group it has, and the place behind that. The next group stands there or
  /// at the beginning of the ring.
  struct Position: Sendable, Equatable {
    var number: UInt64
    var offset: Int
  }

  /// One group where it stands.
  struct Place: Sendable, Equatable {
    var number: UInt64
    var offset: Int
    var size: Int
    var mails: Int
  }

  let path: String
  /// A number only this store and its log know. It also keeps anybody from putting a group together inside a mail.
  let store: UInt64
  private let descriptor: Int32
  private let reach: Atomic<Int>

  /// Where the ring begins: behind the first page.
  static let begin = MailLogGroup.block
  /// A new log's size, and by how much it grows: small, because most gateways never need more.
  static let step = 1 << 20
  private static let firstSteps = 4
  private static let magic: UInt64 = 0x3130_504f_4c4d_5350  // "PSMLOP01"

  /// Opens the log, or makes it. Throws `.full`, `.commitFailed` for a disk that fails, `.cannotOpen` for what is no log
  /// of this store.
  init(path: String, store: UInt64) throws(StoreError) {
    self.path = path
    self.store = store
    if !Self.exists(path) { try Self.make(path, store: store) }
    let number = open(path, O_RDWR | O_CLOEXEC)
    guard number >= 0 else { throw Self.failure("open", path) }
    descriptor = number
    var facts = stat()
    guard fstat(number, &facts) == 0 else { throw Self.failure("fstat", path) }
    reach = Atomic(Int(facts.st_size) / MailLogGroup.block * MailLogGroup.block)
    guard try isOwn() else {
      throw .cannotOpen(
        path: path,
        reason: "it belongs to another store, and may hold mails that were accepted for that one; put it back beside "
          + "its store, or move it away")
    }
  }

  deinit { close(descriptor) }

  /// How far the ring reaches: every octet below is written.
  var size: Int { reach.load(ordering: .relaxed) }

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Makes a whole log under another name first: a log is there completely or not at all.
  private static func make(_ path: String, store: UInt64) throws(StoreError) {
    let draft = path + ".new"
    let number = open(draft, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard number >= 0 else { throw failure("open", draft) }
    defer { Glibc.close(number) }
    let zeros = [UInt8](repeating: 0, count: step)
    for index in 0..<firstSteps {
      guard zeros.withUnsafeBytes({ writeAll(number, $0, at: index * step) }) else { throw failure("write", draft) }
    }
    let page = page(Position(number: 0, offset: begin), store: store)
    guard page.withUnsafeBytes({ writeAll(number, $0, at: 0) }) else { throw failure("write", draft) }
    guard fsync(number) == 0, rename(draft, path) == 0 else { throw failure("fsync", draft) }
    let folder = open(Self.folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw failure("open the folder of", path) }
    defer { Glibc.close(folder) }
    guard fsync(folder) == 0 else { throw failure("fsync the folder of", path) }
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  // MARK: - How far the store has it

  /// What the log itself was told last about how far the store has it; nil when the page can't be read.
  func position() throws(StoreError) -> Position? {
    let page = try page()
    guard Self.number(page, 0) == Self.magic, Self.number(page, 32) == Self.sum(page) else { return nil }
    return Position(number: Self.number(page, 16), offset: Int(clamping: Self.number(page, 24)))
  }

  /// Notes how far the store has the log. Not synced: the store's own row counts, and a note that is behind does no harm.
  /// It tells an old copy of the store, which must not have again what the newer one had and sent.
  func note(_ position: Position) -> Bool {
    Self.page(position, store: store).withUnsafeBytes { Self.writeAll(descriptor, $0, at: 0) }
  }

  private func page() throws(StoreError) -> [UInt8] {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64, alignment: 8)
    defer { buffer.deallocate() }
    guard try read(into: buffer, at: 0) else { throw .cannotOpen(path: path, reason: "it is too short for a mail log") }
    return Array(buffer)
  }

  private func isOwn() throws(StoreError) -> Bool {
    let page = try page()
    // A page torn by a power cut says nothing; the groups themselves name their store.
    return Self.number(page, 0) != Self.magic || Self.number(page, 32) != Self.sum(page)
      || Self.number(page, 8) == store
  }

  private static func page(_ position: Position, store: UInt64) -> [UInt8] {
    var page: [UInt8] = []
    for value in [magic, store, position.number, UInt64(position.offset)] {
      withUnsafeBytes(of: value.littleEndian) { page += $0 }
    }
    withUnsafeBytes(of: sum(page).littleEndian) { page += $0 }
    return page + [UInt8](repeating: 0, count: 64 - page.count)
  }

  private static func sum(_ page: [UInt8]) -> UInt64 {
    page.withUnsafeBytes { Checksum.of(UnsafeRawBufferPointer(rebasing: $0[..<32]), seed: magic) }
  }

  private static func number(_ page: [UInt8], _ place: Int) -> UInt64 {
    page.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: place, as: UInt64.self)) }
  }

  // MARK: - Groups

  /// Writes a sealed group and has it synced. `.full` leaves nothing that could be taken for a group.
  func commit(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(StoreError) {
    let written = Self.write(descriptor, bytes, at: offset)
    guard written == bytes.count else {
      let failure = Self.failure("write", path)
      // Also on a full disk: a short write may have brought all but the zeros at the end, and the group of that number
      // that comes next may stand elsewhere, where no start would look behind a whole one.
      let isErased = erase(at: offset)
      let isWhole = written > bytes.count - MailLogGroup.block
      throw failure == .full && isWhole && !isErased
        ? .commitFailed("a group that was cut short can't be erased in \(path)") : failure
    }
    guard fdatasync(descriptor) == 0 else {
      let reason = Self.reason("fdatasync", path, errno)
      if erase(at: offset) { _ = fdatasync(descriptor) }
      throw .commitFailed(reason)
    }
  }

  /// Makes what a failed write or sync may have left no group: the next start would believe it, and its mails would go
  /// although their clients were told to send them again. False when this fails too: then nothing more can be done about
  /// this disk.
  private func erase(at offset: Int) -> Bool {
    let zeros = [UInt8](repeating: 0, count: MailLogGroup.block)
    return zeros.withUnsafeBytes { Self.writeAll(descriptor, $0, at: offset) }
  }

  /// Writes zeros over the whole ring but for these groups, and has it synced.
  func overwrite(except kept: [Place]) -> Bool {
    let zeros = [UInt8](repeating: 0, count: Self.step)
    var position = Self.begin
    for group in kept.sorted(by: { $0.offset < $1.offset }) + [Place(number: 0, offset: size, size: 0, mails: 0)] {
      while position < group.offset {
        let count = min(zeros.count, group.offset - position)
        guard
          zeros.withUnsafeBytes({
            Self.writeAll(descriptor, UnsafeRawBufferPointer(rebasing: $0[..<count]), at: position)
          })
        else { return false }
        position += count
      }
      position = max(position, group.offset + group.size)
    }
    return fdatasync(descriptor) == 0
  }

  /// Adds a step of zeros at the end; part of the ring after the next sync, when `grown` is called. False when the disk
  /// has no room for it.
  func prepareStep() -> Bool {
    let zeros = [UInt8](repeating: 0, count: Self.step)
    return zeros.withUnsafeBytes { Self.writeAll(descriptor, $0, at: size) }
  }

  /// The step is synced.
  func grown() { reach.add(Self.step, ordering: .relaxed) }

  /// Reads octets; false at the end of the file. Throws when the disk fails: what can't be read is not the same as what
  /// was never written.
  func read(into bytes: UnsafeMutableRawBufferPointer, at offset: Int) throws(StoreError) -> Bool {
    var done = 0
    while done < bytes.count {
      let count = pread(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(offset + done))
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .commitFailed(Self.reason("read", path, errno)) }
      guard count > 0 else { return false }
      done += count
    }
    return true
  }

  /// Has the note synced.
  func settle() { _ = fdatasync(descriptor) }

  // MARK: - Calls

  private static func writeAll(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int) -> Bool {
    write(descriptor, bytes, at: offset) == bytes.count
  }

  /// How many octets were written until a call failed.
  private static func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int) -> Int {
    var done = 0
    while done < bytes.count {
      let count = pwrite(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(offset + done))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      done += count
    }
    return done
  }

  private static func failure(_ call: String, _ path: String) -> StoreError {
    let code = errno
    if code == ENOSPC || code == EDQUOT { return .full }
    return code == EIO
      ? .commitFailed(reason(call, path, code)) : .cannotOpen(path: path, reason: reason(call, path, code))
  }

  private static func reason(_ call: String, _ path: String, _ code: Int32) -> String {
    "\(call) \(path): \(String(cString: strerror(code)))"
  }
}

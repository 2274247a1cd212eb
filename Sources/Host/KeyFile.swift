import Glibc

/// The file a sealing key lives in: 64 hexadecimal digits and a line end, mode 0400.
enum KeyFile {
  /// The 32 bytes of an existing file.
  static func read(_ path: String) throws(HostError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw HostError(
        "cannot read key file \(path): \(errorText(errno))", kind: errno == EACCES ? .permission : .system)
    }
    defer { _ = close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw HostError("key file \(path) is not a file", kind: .data)
    }
    guard status.st_mode & 0o077 == 0 else {
      throw HostError(
        "key file \(path) can be read by others (mode \(String(status.st_mode & 0o777, radix: 8))); run: chmod 400 \(path)",
        kind: .permission)
    }
    guard status.st_uid == geteuid() || status.st_uid == 0 else {
      throw HostError("key file \(path) belongs to another user; run: chown \(geteuid()) \(path)", kind: .permission)
    }
    var text = [UInt8](repeating: 0, count: 128)
    let count = Glibc.read(descriptor, &text, text.count)
    guard count >= 64, let key = decode(text[..<64]), text[64..<count].allSatisfy({ $0 == 10 || $0 == 13 }) else {
      throw HostError("key file \(path) does not hold a key (64 hexadecimal digits)", kind: .data)
    }
    return key
  }

  /// Makes the file, complete or not at all: a crash can leave a spare file beside it, never half a key under its name.
  /// False when another process was first.
  static func create(_ path: String, key: [UInt8]) throws(HostError) -> Bool {
    let spare = "\(path).\(getpid()).new"
    _ = unlink(spare)
    let descriptor = open(spare, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o400)
    guard descriptor >= 0 else { throw failure("create", path) }
    defer { _ = unlink(spare) }
    let text = encode(key)
    let written = write(descriptor, text, text.count) == text.count && fsync(descriptor) == 0
    let code = errno
    _ = close(descriptor)
    guard written else { throw HostError("cannot write key file \(path): \(errorText(code))") }
    // link(2), unlike rename(2), never replaces a key that is there.
    guard link(spare, path) == 0 else {
      if errno == EEXIST { return false }
      throw failure("create", path)
    }
    try syncFolder(of: path)
    return true
  }

  /// Makes a new name in a folder survive a power cut.
  private static func syncFolder(of path: String) throws(HostError) {
    let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("sync the folder of", path) }
    defer { _ = close(descriptor) }
    guard fsync(descriptor) == 0 else { throw failure("sync the folder of", path) }
  }

  private static func failure(_ verb: String, _ path: String) -> HostError {
    HostError("cannot \(verb) key file \(path): \(errorText(errno))", kind: errno == EACCES ? .permission : .system)
  }

  private static func encode(_ key: [UInt8]) -> [UInt8] {
    let digits = Array("0123456789abcdef".utf8)
    return key.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] } + [10]
  }

  private static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    var key: [UInt8] = []
    var high: UInt8?
    for byte in text {
      let digit: UInt8
      switch byte {
      case 48...57: digit = byte - 48
      case 97...102: digit = byte - 87
      case 65...70: digit = byte - 55
      default: return nil
      }
      if let first = high {
        key.append(first << 4 | digit)
        high = nil
      } else {
        high = digit
      }
    }
    return key
  }
}

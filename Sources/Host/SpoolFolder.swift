import CLinux
import Glibc

/// The folder where `postern sendmail` leaves mails that it could not hand in, and where the daemon takes them from.
///
/// As in a maildir a mail is written under `tmp/`, synced and renamed into `new/`, so that what stands there is whole. Of
/// several users none can list the folder, or read, change or take away what another put there: both are sticky, cannot be
/// listed, and pass their group on (setgid), whose members alone read the files. What is refused goes to `bad/`.
public struct SpoolFolder: Sendable {
  /// Where it is.
  public let path: String

  /// The longest name that is looked at.
  private static let longestName = 255
  /// Mails that one look takes up; the rest follows at once.
  public static let mostMails = 1000
  /// Files with other names that one look takes up, so that many of them hold no mail up.
  private static let mostOthers = 100
  /// What of a file that is too large is read: as much as its envelope may take.
  private static let longestHead = 1 << 20
  /// How long something may be under way in `tmp/`; the rule of maildirs.
  private static let abandonedSeconds = 36 * 3600

  /// A folder that need not exist.
  public init(path: String) { self.path = path }

  private func place(_ part: String, _ name: String) -> String { "\(path)/\(part)/\(name)" }

  /// Makes the folder with its parts, and sets who may leave mails in it: the modes of `new/` and `tmp/` for others and
  /// for members of the group are those of `access`, e.g. 0o033.
  public func prepare(access: UInt32) throws(HostError) {
    // Whoever may leave a mail has to come through; what others may not see has modes of its own.
    for (part, mode) in [("", 0o711), ("/bad", 0o700), ("/new", 0o3700 | access), ("/tmp", 0o3700 | access)] {
      let folder = path + part
      guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw Self.failure("make the spool folder", folder) }
      var status = stat()
      guard lstat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
        throw HostError("the spool folder \(folder) is not a folder", kind: .data)
      }
      guard status.st_mode & 0o7777 == mode || chmod(folder, mode) == 0 else {
        throw Self.failure("set the mode of the spool folder", folder)
      }
    }
  }

  // MARK: - Leaving a mail

  /// Leaves a mail under a name that nobody can guess; when it returns the mail is on disk.
  public func leave(_ bytes: [UInt8], name: String) throws(HostError) {
    let fresh = place("tmp", name)
    let descriptor = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
    guard descriptor >= 0 else { throw Self.failure("keep the mail in", path) }
    defer { _ = close(descriptor) }
    // The caller's umask may have taken the group's right to read.
    let isWritten =
      fchmod(descriptor, 0o640) == 0 && Self.write(bytes, to: descriptor) && fsync(descriptor) == 0
      && rename(fresh, place("new", name)) == 0
    guard isWritten else {
      let error = Self.failure("keep the mail in", path)
      _ = unlink(fresh)
      throw error
    }
    guard syncFolder("new") || syncfs(descriptor) == 0 else { throw Self.failure("sync the mail in", path) }
  }

  /// As `leave`; before the first start of a daemon root, or the daemon's own user, also makes the folder, in a folder that
  /// exists and for that folder's owner. Nobody else may leave mails there until the daemon sets the modes.
  public func leaveMakingFolder(_ bytes: [UInt8], name: String) throws(HostError) {
    var status = stat()
    let parent = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    if access("\(path)/new", F_OK) != 0, errno == ENOENT, stat(parent, &status) == 0 {
      try prepare(access: 0)
      for part in ["", "/bad", "/new", "/tmp"] where geteuid() == 0 {
        guard chown(path + part, status.st_uid, status.st_gid) == 0 else {
          throw Self.failure("give the spool folder to its owner:", path + part)
        }
      }
    }
    try leave(bytes, name: name)
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress.map { $0 + sent }, bytes.count - sent)
      }
      if count < 0, errno != EINTR { return false }
      sent += max(0, count)
    }
    return true
  }

  /// Makes the names of a part survive a power cut. False for who may not open it, as those may not who cannot list it.
  private func syncFolder(_ part: String) -> Bool {
    let descriptor = open("\(path)/\(part)", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { _ = close(descriptor) }
    return fsync(descriptor) == 0
  }

  // MARK: - Taking mails

  /// What a file of `new/` is.
  public enum Content: Sendable, Equatable {
    /// The mail.
    case mail([UInt8])
    /// Nothing that can become a mail, with the reason.
    case bad(String)
    /// A file over the limit: how it begins, and the reason.
    case tooLarge(head: [UInt8], String)
    /// It cannot be read now, with the reason.
    case unreadable(String)
    /// There is none of this name any more.
    case gone
  }

  /// What lies in `new/`.
  public struct Listing: Sendable, Equatable {
    /// The names of mails, oldest first as far as they begin with their time.
    public var mails: [String] = []
    /// Names of plain files that no `postern sendmail` gives; some of them when there are many.
    public var others: [String] = []
    /// Those that were to be left out and are still there.
    public var leftOut: Set<String> = []
    /// How many things are no files at all, such as folders, which nobody but their owner may be able to take away.
    public var foreign = 0
    /// Whether all mails are in it.
    public var isWhole = true
  }

  /// What lies in `new/`, with at most `most` mails. Only what may become a mail counts: any user may put other things
  /// there, as many as he likes, and nobody else's mail is to wait for them.
  public func listing(leavingOut: Set<String> = [], atMost most: Int = mostMails) throws(HostError) -> Listing {
    guard let folder = opendir("\(path)/new") else { throw Self.failure("look into", "\(path)/new") }
    defer { closedir(folder) }
    var listing = Listing()
    while let entry = readdir(folder) {
      let name = Self.name(of: entry)
      if name == "." || name == ".." { continue }
      guard isPlain(entry, name) else {
        listing.foreign += 1
        continue
      }
      if leavingOut.contains(name) {
        listing.leftOut.insert(name)
      } else if !Self.isName(name) {
        if listing.others.count < Self.mostOthers { listing.others.append(name) }
      } else if listing.mails.count < most {
        listing.mails.append(name)
      } else {
        listing.isWhole = false
        break
      }
    }
    listing.mails.sort()
    return listing
  }

  /// Whether `postern sendmail` gives such names: those of `UUIDv7`.
  private static func isName(_ name: String) -> Bool {
    name.utf8.count == 36 && name.utf8.allSatisfy { $0 == 0x2D || 0x30...0x39 ~= $0 || 0x61...0x66 ~= $0 }
  }

  private func isPlain(_ entry: UnsafeMutablePointer<dirent>, _ name: String) -> Bool {
    // Not every file system says it in the folder.
    guard Int(entry.pointee.d_type) == Int(DT_UNKNOWN) else { return Int(entry.pointee.d_type) == Int(DT_REG) }
    var status = stat()
    return lstat(place("new", name), &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  private static func name(of entry: UnsafeMutablePointer<dirent>) -> String {
    withUnsafePointer(to: &entry.pointee.d_name) { pointer in
      pointer.withMemoryRebound(to: CChar.self, capacity: longestName + 1) { String(cString: $0) }
    }
  }

  private func names(in part: String) throws(HostError) -> [String] {
    guard let folder = opendir("\(path)/\(part)") else { throw Self.failure("look into", "\(path)/\(part)") }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = Self.name(of: entry)
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// A file of `new/`. Only a plain file counts that has no second name: whoever may write there could otherwise have the
  /// daemon read what only the daemon may.
  public func read(_ name: String, atMost limit: Int) -> Content { read(name, in: "new", atMost: limit) }

  private func read(_ name: String, in part: String, atMost limit: Int) -> Content {
    let descriptor = open(place(part, name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      switch errno {
      case ENOENT: return .gone
      case ELOOP, EACCES, EPERM, ENXIO, EISDIR: return .bad("it cannot be opened: \(errorText(errno))")
      default: return .unreadable(errorText(errno))
      }
    }
    defer { _ = close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return .unreadable(errorText(errno)) }
    guard status.st_mode & S_IFMT == S_IFREG, status.st_nlink <= 1 else { return .bad("it is not a plain file") }
    let isTooLarge = status.st_size > limit
    var bytes = [UInt8](repeating: 0, count: isTooLarge ? min(limit, Self.longestHead) : Int(status.st_size))
    var used = 0
    while used < bytes.count {
      let count = bytes.withUnsafeMutableBytes {
        Glibc.read(descriptor, $0.baseAddress.map { $0 + used }, $0.count - used)
      }
      if count < 0, errno != EINTR { return .unreadable(errorText(errno)) }
      if count == 0 { break }
      used += max(0, count)
    }
    let read = Array(bytes[..<used])
    return isTooLarge ? .tooLarge(head: read, "it has \(status.st_size) bytes, more than \(limit)") : .mail(read)
  }

  /// Takes a mail away that is safe elsewhere.
  public func remove(_ name: String) throws(HostError) {
    guard unlink(place("new", name)) == 0 || errno == ENOENT else { throw Self.failure("remove", place("new", name)) }
  }

  /// Makes what was removed stay removed over a power cut.
  public func syncRemoved() throws(HostError) {
    guard syncFolder("new") else { throw Self.failure("sync", "\(path)/new") }
  }

  /// Moves a mail to `bad/`, with the reason in a file beside it; nothing there is ever overwritten. The name it got there.
  public func setAside(_ name: String, reason: String) throws(HostError) -> String {
    let target = access(place("bad", name), F_OK) == 0 ? "\(name.prefix(200)).\(UUIDv7.text())" : name
    let note = place("bad", String(target.prefix(240)) + ".reason")
    let descriptor = open(note, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw Self.failure("make", note) }
    defer { _ = close(descriptor) }
    let text = Array("\(Clock.text(Clock.now())) \(reason)\n".utf8)
    guard Self.write(text, to: descriptor), fsync(descriptor) == 0,
      rename(place("new", name), place("bad", target)) == 0,
      syncFolder("bad")
    else {
      let error = Self.failure("move aside", place("new", name))
      if access(place("bad", target), F_OK) != 0 { _ = unlink(note) }
      throw error
    }
    try syncRemoved()
    return target
  }

  /// Removes the refused mails, with their reasons, that a test holds for, and counts those that wait and that it holds for.
  public func erase(where isTheirs: ([UInt8]) -> Bool) throws(HostError) -> Int {
    var waiting = 0
    for part in ["new", "bad"] {
      for name in try names(in: part) {
        guard case .mail(let bytes) = read(name, in: part, atMost: .max), isTheirs(bytes) else { continue }
        if part == "new" {
          waiting += 1
          continue
        }
        for file in [name, String(name.prefix(240)) + ".reason"] {
          guard unlink(place(part, file)) == 0 || errno == ENOENT else {
            throw Self.failure("remove", place(part, file))
          }
        }
      }
    }
    guard syncFolder("bad") else { throw Self.failure("sync", "\(path)/bad") }
    return waiting
  }

  /// Removes what was begun long ago and never became a mail: its sender was told that it failed.
  public func sweep(now: Int64) {
    guard let folder = opendir("\(path)/tmp") else { return }
    defer { closedir(folder) }
    while let entry = readdir(folder) {
      let name = Self.name(of: entry)
      var status = stat()
      guard lstat(place("tmp", name), &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
      if Int64(status.st_mtim.tv_sec) < now / 1000 - Int64(Self.abandonedSeconds) { _ = unlink(place("tmp", name)) }
    }
  }

  private static func failure(_ verb: String, _ place: String) -> HostError {
    let code = errno
    let kind: HostError.Kind = code == EACCES || code == EPERM ? .permission : code == ENOENT ? .unavailable : .system
    return HostError("cannot \(verb) \(place): \(errorText(code))", kind: kind)
  }
}

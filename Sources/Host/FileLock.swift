import Glibc

/// A file held for one process by its inode, so that no other path, link or folder leads a second process to it.
///
/// This is flock(2), which knows nothing of the fcntl locks that SQLite takes on the same file. Give it up after
/// everything else that has the file open is closed: closing any descriptor of a file drops the process's fcntl locks.
public final class FileLock: Sendable {
  private let descriptor: Int32

  /// Holds the file, which is made (mode 0600) when there is none, until the object goes; `addressInUse` when another
  /// process holds it.
  public init(file path: String) throws(HostError) {
    let number = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard number >= 0 else { throw HostError("cannot open \(path): \(errorText(errno))", kind: .permission) }
    guard flock(number, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      _ = close(number)
      guard code == EWOULDBLOCK else { throw HostError("cannot lock \(path): \(errorText(code))") }
      throw HostError(
        "another daemon has the store \(path) open; stop it, or give this one a store of its own",
        kind: .addressInUse)
    }
    descriptor = number
  }

  deinit { _ = close(descriptor) }
}

import Glibc

/// A folder held for one process: a lock file in it, which the kernel releases when the process ends, however it ends.
public final class FolderLock: Sendable {
  private let descriptor: Int32

  /// Holds the folder until the object goes; `addressInUse` when another process holds it.
  public init(folder: String) throws(HostError) {
    let path = folder + "/postern.lock"
    let number = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard number >= 0 else { throw HostError("cannot open \(path): \(errorText(errno))", kind: .permission) }
    guard flock(number, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      _ = close(number)
      guard code == EWOULDBLOCK else { throw HostError("cannot lock \(path): \(errorText(code))") }
      throw HostError(
        "another daemon works in \(folder); stop it, or give this one a data_dir of its own", kind: .addressInUse)
    }
    descriptor = number
  }

  deinit { _ = close(descriptor) }
}

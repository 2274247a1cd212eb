import Glibc

/// The Unix socket the daemon is controlled through: a listening, non-blocking descriptor at a path with mode 0660.
///
/// Whoever serves it (libmicrohttpd, or a `Listener`) owns the descriptor; `remove` takes the path away at the end.
public struct ControlSocket: Sendable {
  /// Where it is.
  public let path: String
  /// The listening descriptor.
  public let descriptor: Int32

  /// Makes the socket. One that is left from a daemon that died is replaced; one that answers is an `addressInUse` error.
  public init(path: String) throws(HostError) {
    guard Self.address(path) != nil else {
      throw HostError("the socket path \(path) is too long; a Unix socket takes 107 bytes", kind: .data)
    }
    try Self.clear(path)
    let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    guard number >= 0 else { throw HostError("cannot make the socket \(path): \(errorText(errno))") }
    // The mode is set before anybody can connect: nothing listens until it is right.
    guard Self.call(bind, number, path) == 0, chmod(path, 0o660) == 0, listen(number, 128) == 0 else {
      let code = errno
      _ = close(number)
      throw HostError("cannot listen on \(path): \(errorText(code))", kind: code == EACCES ? .permission : .system)
    }
    self.path = path
    descriptor = number
  }

  /// A listener over it, which owns the descriptor from then on.
  public func listener(on loop: EventLoop) -> Listener { Listener(unix: descriptor, loop: loop) }

  /// Takes the path away, so that clients learn at once that the daemon is gone.
  public func remove() { _ = unlink(path) }

  private static func clear(_ path: String) throws(HostError) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFSOCK else {
      throw HostError("\(path) exists and is not a socket; move it away or choose another path", kind: .data)
    }
    let probe = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    guard probe >= 0 else { throw HostError("cannot look at the socket \(path): \(errorText(errno))") }
    defer { _ = close(probe) }
    let answered = call(connect, probe, path) == 0
    // Only a refusal proves that nobody is there: EAGAIN is a daemon with a full queue, EACCES one of another user.
    if answered || errno != ECONNREFUSED {
      throw HostError("another daemon answers on \(path); stop it or choose another path", kind: .addressInUse)
    }
    guard unlink(path) == 0 else {
      throw HostError("cannot replace the old socket \(path): \(errorText(errno))", kind: .permission)
    }
  }

  private static func call(
    _ function: (Int32, UnsafePointer<sockaddr>?, socklen_t) -> Int32, _ number: Int32, _ path: String
  ) -> Int32 {
    guard var address = address(path) else { return -1 }
    return withSocketPointer(to: &address) { function(number, $0, $1) }
  }

  private static func address(_ path: String) -> sockaddr_un? {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard !bytes.isEmpty, !bytes.contains(0), bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
      return nil
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    return address
  }
}

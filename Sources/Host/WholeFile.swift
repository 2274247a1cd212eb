import CLinux
import Glibc

/// Reads files that others put into a folder of ours.
public enum WholeFile {
  /// All bytes of a regular file, at most so many; a link is none, because it could lead to what only we may read.
  public static func read(_ path: String, atMost limit: Int) throws(HostError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      let reason = errno == ELOOP ? "it is a link" : errorText(errno)
      throw HostError("cannot read \(path): \(reason)", kind: errno == EACCES ? .permission : .system)
    }
    defer { _ = close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw HostError("\(path) is not a file", kind: .data)
    }
    guard Int(status.st_size) <= limit else {
      throw HostError("\(path) has more than \(limit) bytes", kind: .data)
    }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    var used = 0
    while used < bytes.count {
      let got = bytes.withUnsafeMutableBytes {
        Glibc.read(descriptor, $0.baseAddress.map { $0 + used }, $0.count - used)
      }
      if got < 0 {
        if errno == EINTR { continue }
        throw HostError("cannot read \(path): \(errorText(errno))")
      }
      // It has become shorter meanwhile.
      if got == 0 { break }
      used += got
    }
    return Array(bytes.prefix(used))
  }
}

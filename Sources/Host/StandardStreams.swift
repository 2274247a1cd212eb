import Glibc

/// stdin, stdout and stderr as a program has to take them: closed, broken, full. Not by FileHandle, which ends the process
/// on an error.
public enum StandardStreams {
  /// What became of a write.
  public enum Written: Sendable, Equatable {
    /// All of it is written.
    case all
    /// Whoever read it has gone.
    case readerGone
    /// It cannot be written, with the reason.
    case failed(String)
  }

  /// Opens those that are closed on /dev/null, before another file gets their number and is written to as if it were stderr.
  /// Call it before anything is opened; a broken pipe is an error of its write from then on, not the end of the process.
  public static func prepare() {
    Signals.ignoreBrokenPipes()
    for number in STDIN_FILENO...STDERR_FILENO where fcntl(number, F_GETFD) == -1 {
      // The lowest free number, so it is this one.
      _ = open("/dev/null", O_RDWR)
    }
  }

  /// Writes all of `bytes`, waiting for the reader where the descriptor does not.
  public static func write(_ bytes: some Collection<UInt8>, to descriptor: Int32) -> Written {
    let bytes = Array(bytes)
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress.map { $0 + sent }, bytes.count - sent)
      }
      if count >= 0 {
        sent += count
        continue
      }
      switch errno {
      case EINTR: continue
      case EAGAIN: wait(for: descriptor, Int16(POLLOUT))
      case EPIPE: return .readerGone
      default: return .failed(errorText(errno))
      }
    }
    return .all
  }

  /// What a descriptor has next, after waiting for at least one byte; empty at its end.
  public static func read(_ descriptor: Int32) throws(HostError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = Glibc.read(descriptor, &bytes, bytes.count)
      if count >= 0 { return Array(bytes.prefix(count)) }
      switch errno {
      case EINTR: continue
      case EAGAIN: wait(for: descriptor, Int16(POLLIN))
      default: throw HostError(errorText(errno))
      }
    }
  }

  /// All that a descriptor has until its end.
  public static func readToEnd(_ descriptor: Int32) throws(HostError) -> [UInt8] {
    var all: [UInt8] = []
    while true {
      let piece = try read(descriptor)
      if piece.isEmpty { return all }
      all += piece
    }
  }

  private static func wait(for descriptor: Int32, _ events: Int16) {
    var entry = pollfd(fd: descriptor, events: events, revents: 0)
    _ = poll(&entry, 1, -1)
  }
}

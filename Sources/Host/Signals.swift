import CLinux
import Glibc

/// The signals a daemon answers to.
public enum Signal: Sendable, Equatable {
  /// TERM: finish what is under way, then end.
  case terminate
  /// INT: the same, from a terminal.
  case interrupt
  /// HUP: read the configuration again.
  case hangup
}

/// Signals read from a signalfd on a loop instead of interrupting a thread.
public final class Signals: @unchecked Sendable {
  private static let numbers: [(Int32, Signal)] = [(SIGTERM, .terminate), (SIGINT, .interrupt), (SIGHUP, .hangup)]
  private let descriptor: Descriptor

  /// Blocks the daemon's signals in the calling thread and ignores SIGPIPE. Call it before the first other thread: threads inherit it.
  public static func block() {
    ignoreBrokenPipes()
    var set = mask()
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// Ignores SIGPIPE for the process: a write to a closed connection is an error of that connection, not the end of the daemon.
  public static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }

  /// Starts to take signals on a loop.
  public init(loop: EventLoop) throws(HostError) {
    var set = Self.mask()
    let number = signalfd(-1, &set, Int32(SFD_CLOEXEC | SFD_NONBLOCK))
    guard number >= 0 else { throw HostError("cannot take signals: \(errorText(errno))") }
    descriptor = Descriptor(number, loop: loop)
  }

  deinit { descriptor.close() }

  /// Waits for the next signal; nil when the task is cancelled or this is closed.
  public func next() async -> Signal? {
    while descriptor.isOpen {
      descriptor.reader.reset()
      var info = signalfd_siginfo()
      if read(descriptor.number, &info, MemoryLayout<signalfd_siginfo>.size) == MemoryLayout<signalfd_siginfo>.size {
        if let known = Self.numbers.first(where: { $0.0 == Int32(bitPattern: info.ssi_signo) }) { return known.1 }
      } else if await descriptor.wait(.reading, deadline: nil) != nil {
        return nil
      }
    }
    return nil
  }

  /// Stops taking signals; a task waiting in `next` gets nil.
  public func close() { descriptor.close() }

  private static func mask() -> sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for (number, _) in numbers { sigaddset(&set, number) }
    return set
  }
}

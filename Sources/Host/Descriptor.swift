import CLinux
import Glibc

/// A non-blocking descriptor of one loop: in its epoll set edge-triggered from the first wait until it is closed.
///
/// The rule of use: `reset`, try the call, and only after `EAGAIN` wait; then no edge can be missed.
final class Descriptor: PollTarget, @unchecked Sendable {
  enum Direction { case reading, writing }

  unowned let loop: EventLoop
  private(set) var number: Int32
  let reader: Waiter
  let writer: Waiter
  private let owned: Bool
  private var registered = false
  /// Whether the peer has ended or the socket has failed: there may be no further edge.
  private(set) var hasEnded = false

  /// Takes over an open, non-blocking descriptor; one that is not `owned` is only watched, and closed by somebody else.
  init(_ number: Int32, loop: EventLoop, owned: Bool = true) {
    self.owned = owned
    self.number = number
    self.loop = loop
    reader = Waiter(loop: loop)
    writer = Waiter(loop: loop)
  }

  var isOpen: Bool { number >= 0 }

  func waiter(_ direction: Direction) -> Waiter { direction == .reading ? reader : writer }

  /// Waits until the descriptor may be ready. `nil` means: try again.
  func wait(_ direction: Direction, deadline: Int64?) async -> Transfer? {
    if let failed = watch() { return failed }
    return ended(await waiter(direction).wait(deadline: deadline))
  }

  /// Sees to it that the descriptor is in the epoll set; why it can't be.
  func watch() -> Transfer? {
    if registered { return nil }
    guard isOpen else { return .failed("the connection was closed here") }
    guard loop.poller.add(number, events: POSTERN_EDGES, target: self) else {
      return .failed("epoll: \(errorText(errno))")
    }
    registered = true
    return nil
  }

  /// How a wait ended, for whoever wanted to transfer something; nil: try again.
  func ended(_ outcome: Waiter.Outcome) -> Transfer? {
    switch outcome {
    case .woken: isOpen ? nil : .failed("the connection was closed here")
    case .timedOut: .timedOut
    case .cancelled: .cancelled
    }
  }

  func ready(_ flags: UInt32) {
    if flags & POSTERN_ENDED != 0 { hasEnded = true }
    if flags & POSTERN_READABLE != 0 { reader.wake() }
    if flags & POSTERN_WRITABLE != 0 { writer.wake() }
  }

  /// Closes on the loop's thread; tasks still waiting are woken. May be called from any thread and more than once.
  func close() {
    loop.perform { [self] in
      guard isOpen else { return }
      if registered { loop.poller.remove(number) }
      if owned { _ = Glibc.close(number) }
      number = -1
      reader.retire()
      writer.retire()
    }
  }
}

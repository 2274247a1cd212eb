import CLinux
import Synchronization

/// Gives memory that was freed back to the system, also from among what is in use; for when a crowd is over.
public func giveBackFreedMemory() async { await offLoop { _ = malloc_trim(0) } }

/// The loops of the process, one for each core unless told otherwise.
public final class EventLoopGroup: Sendable {
  /// The loops, in order.
  public let loops: [EventLoop]
  private let turn = Atomic<Int>(0)

  /// Makes so many loops (at least one), named `loop-0` and so on.
  public init(count: Int) throws(HostError) {
    var loops: [EventLoop] = []
    for index in 0..<max(1, count) { loops.append(try EventLoop(name: "loop-\(index)")) }
    self.loops = loops
  }

  /// So much freed memory each thread keeps for its next mails. The system's 128 KB are given back and taken again several
  /// times a second by every loop, and each time all threads of the process have to hear of it.
  private static let keptFreeMemory: Int32 = 4 << 20

  /// Starts the threads.
  public func start() {
    _ = postern_keep_free_memory(Self.keptFreeMemory)
    for loop in loops { loop.start() }
  }

  /// Asks all loops to end; see `EventLoop.stop`.
  public func stop() { for loop in loops { loop.stop() } }

  /// Waits for all loops to end.
  public func join() { for loop in loops { loop.join() } }

  /// The loops in turn, for sessions that may live on any of them.
  public func next() -> EventLoop {
    let index = turn.add(1, ordering: .relaxed).oldValue
    return loops[Int(UInt(bitPattern: index) % UInt(loops.count))]
  }
}

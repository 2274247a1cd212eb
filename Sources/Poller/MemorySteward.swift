import Host
import Synchronization

/// Gives memory back to the system: logins, first looks and mails leave much freed memory among what stays, and when a crowd of
/// them is over the process should not keep it.
final class MemorySteward: Sendable {
  private let events = Atomic<Int>(0)

  /// So long nothing has happened when a crowd is taken to be over.
  private static let settlingMilliseconds: Int64 = 2_000
  /// Fewer logins and mails leave no more than the next ones need.
  private static let crowd = 50

  /// Notes logins that begin, or mails that were taken in.
  func note(_ count: Int) { events.add(count, ordering: .relaxed) }

  /// Runs until the task is cancelled.
  func run(on loop: EventLoop) async {
    var seen = 0
    var givenBack = 0
    while !Task.isCancelled {
      await loop.sleep(milliseconds: Self.settlingMilliseconds)
      let now = events.load(ordering: .relaxed)
      if now == seen, now - givenBack >= Self.crowd {
        await giveBackFreedMemory()
        givenBack = now
      }
      seen = now
    }
  }
}

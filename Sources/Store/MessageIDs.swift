internal import Synchronization

/// Gives out the ids of messages: a client is told its id before the message has a row.
final class MessageIDs: Sendable {
  private let last = Atomic<Int64>(0)

  /// The first of `count` ids that nobody has.
  func reserve(_ count: Int) -> Int64 {
    last.add(Int64(count), ordering: .relaxed).newValue - Int64(count) + 1
  }

  /// The highest id so far.
  func begin(after id: Int64) { last.store(id, ordering: .relaxed) }
}

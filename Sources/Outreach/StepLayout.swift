// Where the steps of a sequence stand in one contact's way through it, also after the sequence was edited.

/// A step of a contact's way, as far as the layout needs it.
public struct LaidStep: Sendable, Equatable {
  /// The step's id in the sequence.
  public var id: String
  /// Its place in the contact's way.
  public var number: Int
  /// Whether it has not begun to go; what has is never touched.
  public var isWaiting: Bool

  /// A step.
  public init(id: String, number: Int, isWaiting: Bool) {
    self.id = id
    self.number = number
    self.isWaiting = isWaiting
  }
}

/// One thing to do to a contact's steps so that they follow a sequence's definition.
public enum LayoutChange: Sendable, Equatable {
  /// A new step.
  case add(id: String, number: Int)
  /// A waiting step has another place.
  case move(id: String, from: Int, to: Int)
  /// A waiting step is no part of the sequence any more.
  case remove(id: String, number: Int)
}

/// What makes a contact's steps follow the definition `ids`.
///
/// Steps are told apart by their ids. What has gone, or has begun to, stays as it is. What waits follows the new order. A
/// step that is new in the definition is for contacts who have not come as far: before the last step that went it is not
/// made up for. A number is the place in the definition where it can be, else the next one that is free: numbers rise along
/// a contact's way.
public func layOut(_ ids: [String], over existing: [LaidStep]) -> [LayoutChange] {
  let gone = Set(existing.lazy.filter { !$0.isWaiting }.map(\.id))
  let waiting = existing.filter(\.isWaiting)
  let reached = ids.lastIndex(where: gone.contains) ?? -1
  var last = existing.lazy.filter { !$0.isWaiting }.map(\.number).max() ?? 0
  var changes: [LayoutChange] = []
  for step in waiting where !ids.contains(step.id) || gone.contains(step.id) {
    changes.append(.remove(id: step.id, number: step.number))
  }
  for (place, id) in ids.enumerated() where !gone.contains(id) {
    let known = waiting.first { $0.id == id }
    // What was promised to this contact goes, wherever the new order has put it.
    guard place > reached || known != nil else { continue }
    last = max(place + 1, last + 1)
    if let known {
      if known.number != last { changes.append(.move(id: id, from: known.number, to: last)) }
    } else {
      changes.append(.add(id: id, number: last))
    }
  }
  return changes
}

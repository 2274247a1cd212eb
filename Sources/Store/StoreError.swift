/// What can go wrong in the store, in the words a caller acts on.
public enum StoreError: Error, Sendable, Equatable {
  /// The file was written by a newer Postern: its schema has a step that this build does not know.
  case newerSchema(step: String)
  /// The file can't be opened or isn't a store: SQLite's words, with the path.
  case cannotOpen(path: String, reason: String)
  /// The disk is full; the transaction was rolled back and the store goes on.
  case full
  /// A commit or fsync failed; nothing of the transaction may be believed, and the store takes no more writes.
  case commitFailed(String)
  /// The store was closed, or has failed before.
  case unavailable
  /// A statement failed: a defect of ours or a damaged file.
  case statement(String)
  /// A stored value is none of ours any more, as after a damage or an older version's mistake: only what needs it must wait.
  case unreadable(String)
  /// The transaction's own body gave up with these words; only its part was rolled back.
  case rejected(String)
}

extension StoreError: CustomStringConvertible {
  /// The sentence a log line or a terminal shows.
  public var description: String {
    switch self {
    case .newerSchema(let step):
      "the store has step \(step) of a newer schema: install the newer Postern that wrote it"
    case .cannotOpen(let path, let reason): "cannot open the store \(path): \(reason)"
    case .full: "the disk is full"
    case .commitFailed(let reason): "a commit failed: \(reason)"
    case .unavailable: "the store is closed"
    case .statement(let reason): "a statement failed: \(reason)"
    case .unreadable(let reason), .rejected(let reason): reason
    }
  }
}

extension StoreError {
  /// An error of a transaction's body as the store passes it on.
  init(wrapping error: any Error) {
    self = error as? StoreError ?? .rejected("\(error)")
  }
}

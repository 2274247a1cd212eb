/// How one read or one write ended.
public enum Transfer: Sendable, Equatable {
  /// So many bytes were read or written; never zero for a read.
  case bytes(Int)
  /// The other side has closed; nothing more will come.
  case end
  /// The deadline passed first.
  case timedOut
  /// The connection is broken or closed here; the text says how.
  case failed(String)
  /// The task was cancelled while it waited.
  case cancelled
}

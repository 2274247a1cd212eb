// What the store hands to its threads, and what comes back from them.

/// A connection on its way to the thread that will own it.
final class WriterState: @unchecked Sendable {
  let connection: SQLiteConnection
  let transaction: Transaction
  /// For the groups of the log.
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: MailLog.groupLimit, alignment: MailLogGroup.block)
  init(
    _ connection: SQLiteConnection, _ suppressionKey: SuppressionKey, _ decoded: DecodedTexts, _ messageIDs: MessageIDs
  ) {
    self.connection = connection
    transaction = Transaction(connection, suppressionKey, decoded, messageIDs: messageIDs)
  }
  deinit { buffer.deallocate() }
}

/// As `WriterState`, for a reading thread.
final class ReaderState: @unchecked Sendable {
  let connection: SQLiteConnection
  init(_ connection: SQLiteConnection) { self.connection = connection }
}

/// Carries a body's value from the writer's thread to its continuation; written once before it is read.
final class Outcome<T: Sendable>: @unchecked Sendable {
  var value: T?
}

internal import Configuration

/// What a reading job works with: the queries of this module against the last commit.
///
/// Also the half of a `Transaction` that asks. Valid only on the thread that runs the job.
public class Reader {
  let connection: SQLiteConnection
  /// Decoding an account's settings costs more than all else about it: kept as long as the text stays the same.
  var decodedSettings: [Int64: (text: String, settings: AccountSettings)] = [:]

  init(_ connection: SQLiteConnection) { self.connection = connection }

  /// Runs a job's questions against one commit: without this each would see the newest of its own.
  func snapshot<T>(_ body: (Reader) throws -> T) throws -> T {
    try connection.script("BEGIN")
    do {
      let value = try body(self)
      try connection.script("COMMIT")
      return value
    } catch {
      let failure = error
      try connection.script("ROLLBACK")
      throw failure
    }
  }

  func first<T>(_ sql: String, _ values: [SQLValue], _ map: (SQLiteConnection.Row) throws(StoreError) -> T)
    throws(StoreError) -> T?
  {
    try connection.rows(sql, values, map).first
  }
}

/// What a writing job works with: queries and changes inside the group's transaction.
public final class Transaction: Reader {
  /// Topics to wake once the group is on disk.
  private(set) var touched: Set<Store.Topic> = []
  /// What is known of the queue's lanes from one group to the next.
  var lanes = LaneBook()

  /// Makes it ready for the next group. One object serves all of them, so that what it has decoded is kept.
  func begin() { touched.removeAll(keepingCapacity: true) }

  func touch(_ topic: Store.Topic) {
    touched.insert(topic)
    if topic == .accounts { lanes.openAll() }
  }

  @discardableResult
  func run(_ sql: String, _ values: [SQLValue]) throws(StoreError) -> Int { try connection.run(sql, values) }

  func insert(_ sql: String, _ values: [SQLValue]) throws(StoreError) -> Int64 {
    try connection.run(sql, values)
    return connection.lastInsertedID
  }
}

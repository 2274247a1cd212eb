/// What a reading job works with: the queries of this module against the last commit.
///
/// Also the half of a `Transaction` that asks. Valid only on the thread that runs the job.
public class Reader {
  let connection: SQLiteConnection
  let suppressionKey: SuppressionKey
  /// How mails offer to unsubscribe; the store's own where mails are written.
  var offers = OfferBook()
  private let decoded: DecodedTexts
  /// Texts of sequences that were read before.
  let mailTemplates = MailTemplateBook()

  init(_ connection: SQLiteConnection, _ suppressionKey: SuppressionKey, _ decoded: DecodedTexts) {
    self.connection = connection
    self.suppressionKey = suppressionKey
    self.decoded = decoded
  }

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

  /// A structured value of a column.
  func decode<T: Decodable & Sendable>(_ type: T.Type, _ text: String) throws(StoreError) -> T {
    try decoded.value(type, text)
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
  var touched: Set<Store.Topic> = []
  /// What is known of the queue's lanes from one group to the next.
  var lanes = LaneBook()
  /// What is known of accounts and pools from one group to the next.
  var accountBook = AccountBook()
  /// What was claimed and has not ended.
  var claimBook = ClaimBook()
  /// Where the ids of new messages come from.
  let messageIDs: MessageIDs
  /// Whether it runs a forecast: nothing is written for contacts then, because no bodies were copied.
  let isForetelling: Bool

  init(
    _ connection: SQLiteConnection, _ suppressionKey: SuppressionKey, _ decoded: DecodedTexts = DecodedTexts(),
    messageIDs: MessageIDs, isForetelling: Bool = false
  ) {
    self.messageIDs = messageIDs
    self.isForetelling = isForetelling
    super.init(connection, suppressionKey, decoded)
  }

  /// Makes it ready for the next group. One object serves all of them, so that what it knows is kept.
  func begin() { touched.removeAll(keepingCapacity: true) }

  func touch(_ topic: Store.Topic) {
    touched.insert(topic)
    guard topic == .accounts else { return }
    lanes.openAll()
    accountBook.forget()
  }

  /// One of an account's sends ended: others may go.
  func freed(_ account: Int64) {
    lanes.freed(account)
    accountBook.changed(account)
  }

  /// After a rollback nothing that is remembered can be believed.
  func forget() {
    lanes.forget()
    accountBook.forget()
    claimBook.forget()
  }

  @discardableResult
  func run(_ sql: String, _ values: [SQLValue]) throws(StoreError) -> Int { try connection.run(sql, values) }

  func insert(_ sql: String, _ values: [SQLValue]) throws(StoreError) -> Int64 {
    try connection.run(sql, values)
    return connection.lastInsertedID
  }
}

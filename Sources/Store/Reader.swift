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

  /// The zone of a workspace's days.
  func zoneName(ofWorkspace id: Int64) throws(StoreError) -> String { try workspace(id).zone }

  /// What stands in a workspace's list of suppressions.
  func suppressionKinds(of workspaceID: Int64) throws(StoreError) -> SuppressionKinds {
    try SuppressionKinds(of: workspaceID, self)
  }

  func first<T>(_ sql: String, _ values: [SQLValue], _ map: (SQLiteConnection.Row) throws(StoreError) -> T)
    throws(StoreError) -> T?
  {
    try connection.first(sql, values, map)
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
  private var zoneNames: [Int64: String] = [:]
  private var suppressionKinds: [Int64: SuppressionKinds] = [:]
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

  /// Whether what the present job writes must be on disk when it is answered.
  var isPromised = true

  /// Lets the present job be answered before what it writes is on disk, which that is with the next commit at the latest. For what
  /// may be lost with the machine's power because it can be done again and nobody is told of it; who is told of a change hears of
  /// it when it is on disk all the same.
  public func promiseNothing() { isPromised = false }

  /// Makes it ready for the next group. One object serves all of them, so that what it knows is kept.
  func begin() { touched.removeAll(keepingCapacity: true) }

  func touch(_ topic: Store.Topic) {
    touched.insert(topic)
    guard topic == .accounts else { return }
    lanes.openAll()
    accountBook.forget()
    zoneNames = [:]
  }

  override func zoneName(ofWorkspace id: Int64) throws(StoreError) -> String {
    if let known = zoneNames[id] { return known }
    let found = try super.zoneName(ofWorkspace: id)
    zoneNames[id] = found
    return found
  }

  override func suppressionKinds(of workspaceID: Int64) throws(StoreError) -> SuppressionKinds {
    if let known = suppressionKinds[workspaceID] { return known }
    let found = try super.suppressionKinds(of: workspaceID)
    suppressionKinds[workspaceID] = found
    return found
  }

  /// Something came into a workspace's list of suppressions, or was taken out of it.
  func suppressionsChanged(of workspaceID: Int64) {
    suppressionKinds[workspaceID] = nil
    claimBook.suppressed()
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
    zoneNames = [:]
    suppressionKinds = [:]
  }

  @discardableResult
  func run(_ sql: String, _ values: [SQLValue]) throws(StoreError) -> Int { try connection.run(sql, values) }

  func insert(_ sql: String, _ values: [SQLValue]) throws(StoreError) -> Int64 {
    try connection.run(sql, values)
    return connection.lastInsertedID
  }
}

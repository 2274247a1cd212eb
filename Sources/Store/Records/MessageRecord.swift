/// One outbound mail to one recipient, as the queue keeps it.
public struct MessageRecord: Sendable, Equatable {
  /// The queue id.
  public var id: Int64
  /// Whose it is.
  public var workspaceID: Int64
  /// Where it is on its road.
  public var state: MessageState
  /// Minus the pool's id while any of the pool's accounts may take it, else the account's.
  public var lane: Int64
  /// −10 … 10; higher goes first.
  public var priority: Int
  /// When its plan lets it go; nil while the step before it has not gone.
  public var scheduledFor: Int64?
  /// When the next try is due after a temporary refusal.
  public var retryAt: Int64?
  /// While a gate of its own keeps it: when the relay looks at it next; nil is when something changes.
  public var nextLook: Int64?
  /// That gate.
  public var parkedBy: String?
  /// Reverse-path of the submission.
  public var sender: String
  /// Whom it is for.
  public var recipient: String
  /// The From that stays, when its submitter may choose one.
  public var fromAddress: String?
  /// Decoded, for people.
  public var subject: String
  /// With angle brackets; the same in every attempt.
  public var messageID: String
  /// What the provider made of it.
  public var sentMessageID: String?
  /// The pool it goes through.
  public var poolID: Int64
  /// The account that is bound, or that sent it.
  public var accountID: Int64?
  /// The contact's way through a sequence that it is a step of.
  public var enrollmentID: Int64?
  /// Its number, from 1.
  public var step: Int?
  /// Milliseconds after the step before.
  public var delay: Int64?
  /// The time it was asked to go at.
  public var sendAt: Int64?
  /// `no-reply`, `no-open`, `no-click`, comma separated.
  public var conditions: String
  /// A free name for statistics.
  public var campaign: String?
  /// A free name for statistics.
  public var tag: String?
  /// Tries that reached the server.
  public var attempts: Int
  /// The last server's own words, or why it waits or ended.
  public var lastReply: String?
  /// When it was committed.
  public var createdAt: Int64
  /// When the account's server took it.
  public var sentAt: Int64?
  /// When it reached a state it will not leave.
  public var finishedAt: Int64?
  /// When a person answered it.
  public var repliedAt: Int64?
  /// When it was opened first.
  public var openedAt: Int64?
  /// When a link in it was first followed.
  public var clickedAt: Int64?
  /// Where its bytes are; 0: they are written when an account takes it.
  var bodyID: Int64
  /// The id of its step in a sequence that has its own steps.
  public var stepID: String?
  /// The version of the sequence that it was written by, or is to be.
  public var version: Int64?
  /// Which variant of its step it is.
  public var variant: String?
  /// Not before this minute of the day.
  var minuteOfDay: Int?

  /// When the relay looks at it next; nil while it waits for a change, or for nothing any more.
  public var due: Int64? { state != .scheduled ? nil : parkedBy == nil ? scheduledFor : nextLook }

  static let columns = """
    m.id, m.workspace_id, m.state, m.lane, m.priority, m.scheduled_for, m.retry_at, m.next_look, m.parked_by, m.sender, \
    m.recipient, m.from_address, m.subject, m.message_id, m.sent_message_id, m.pool_id, m.account_id, \
    m.enrollment_id, m.step, m.delay, m.send_at, m.conditions, m.campaign, m.tag, m.attempts, m.last_reply, \
    m.created_at, m.sent_at, m.finished_at, m.replied_at, m.opened_at, m.clicked_at, m.body_id, m.step_id, m.version, \
    m.variant, m.minute_of_day
    """
  static let columnCount: Int32 = 37
  /// Put together once.
  static let byID = "SELECT \(columns) FROM message m WHERE m.id = ?"

  init(_ row: SQLiteConnection.Row) throws(StoreError) {
    let name = row.text(2)
    guard let state = MessageState(rawValue: name) else {
      throw .statement("message \(row.integer(0)) has the unknown state \(name)")
    }
    id = row.integer(0)
    workspaceID = row.integer(1)
    self.state = state
    lane = row.integer(3)
    priority = Int(row.integer(4))
    scheduledFor = row.integerOrNil(5)
    retryAt = row.integerOrNil(6)
    nextLook = row.integerOrNil(7)
    parkedBy = row.textOrNil(8)
    sender = row.text(9)
    recipient = row.text(10)
    fromAddress = row.textOrNil(11)
    subject = row.text(12)
    messageID = row.text(13)
    sentMessageID = row.textOrNil(14)
    poolID = row.integer(15)
    accountID = row.integerOrNil(16)
    enrollmentID = row.integerOrNil(17)
    step = row.integerOrNil(18).map { Int($0) }
    delay = row.integerOrNil(19)
    sendAt = row.integerOrNil(20)
    conditions = row.text(21)
    campaign = row.textOrNil(22)
    tag = row.textOrNil(23)
    attempts = Int(row.integer(24))
    lastReply = row.textOrNil(25)
    createdAt = row.integer(26)
    sentAt = row.integerOrNil(27)
    finishedAt = row.integerOrNil(28)
    repliedAt = row.integerOrNil(29)
    openedAt = row.integerOrNil(30)
    clickedAt = row.integerOrNil(31)
    bodyID = row.integer(32)
    stepID = row.textOrNil(33)
    version = row.integerOrNil(34)
    variant = row.textOrNil(35)
    minuteOfDay = row.integerOrNil(36).map { Int($0) }
  }
}

/// A message with the names of what it refers to, for lists.
public struct MessageListing: Sendable, Equatable {
  /// The message.
  public var message: MessageRecord
  /// Its account's address.
  public var account: String?
  /// Its pool's key.
  public var pool: String
  /// Its sequence's key.
  public var sequence: String?
}

/// What a list of messages is narrowed to.
public struct MessageFilter: Sendable, Equatable {
  /// Only these states; empty: those that are still on their way.
  public var states: [MessageState] = []
  /// Only this recipient.
  public var recipient: String?
  /// Only this account's address.
  public var account: String?
  /// Only this sequence's key.
  public var sequence: String?
  /// Only ids above it: the page's cursor.
  public var after: Int64 = 0
  /// At most so many.
  public var limit = 100

  /// Everything on its way.
  public init() {}
}

/// One try at handing a message over.
public struct AttemptRecord: Sendable, Equatable {
  /// The row.
  public var id: Int64
  /// Which message.
  public var messageID: Int64
  /// Through which account.
  public var accountID: Int64
  /// Where it got to.
  public var state: String
  /// When the account took the message.
  public var claimedAt: Int64
  /// When the journal was committed before the final dot.
  public var transmittingAt: Int64?
  /// When its outcome was committed.
  public var finishedAt: Int64?
  /// The reply that decided it.
  public var replyCode: Int?
  /// Its text, in the server's words.
  public var replyText: String?
  /// What the reply was taken for.
  public var meaning: String?
}

extension Reader {
  /// One message.
  public func message(_ id: Int64) throws(StoreError) -> MessageRecord? {
    try first(MessageRecord.byID, [.integer(id)]) {
      row throws(StoreError) in try MessageRecord(row)
    }
  }

  /// One message with names.
  public func messageListing(_ id: Int64) throws(StoreError) -> MessageListing? {
    try listings(where: "m.id = ?", [.integer(id)], limit: 1).first
  }

  /// Messages by filter, in the order they were queued.
  public func messages(_ filter: MessageFilter) throws(StoreError) -> [MessageListing] {
    let states = filter.states.isEmpty ? MessageState.unfinished : filter.states
    var conditions = ["m.id > ?", MessageState.words(states, of: "m")]
    var values: [SQLValue] = [.integer(filter.after)]
    if let recipient = filter.recipient {
      conditions.append(samePerson)
      values += recipient.person
    }
    if let account = filter.account {
      conditions.append("m.account_id = (SELECT id FROM account WHERE address = ?)")
      values.append(.text(account.lowercased()))
    }
    if let sequence = filter.sequence {
      conditions.append("q.key = ?")
      values.append(.text(sequence))
    }
    return try listings(where: conditions.joined(separator: " AND "), values, limit: filter.limit)
  }

  /// The mails to an address, the newest first.
  public func messages(to address: String, workspaceID: Int64, limit: Int) throws(StoreError) -> [MessageRecord] {
    try connection.rows(
      """
      SELECT \(MessageRecord.columns) FROM message m WHERE \(samePerson) AND m.workspace_id = ?
      ORDER BY m.id DESC LIMIT ?
      """, address.person + [.integer(workspaceID), .integer(Int64(limit))]
    ) { row throws(StoreError) in try MessageRecord(row) }
  }

  /// How many messages are in each state.
  public func messageCounts() throws(StoreError) -> [(state: String, count: Int64)] {
    try connection.rows("SELECT state, COUNT(*) FROM message GROUP BY state ORDER BY state", []) { row in
      (state: row.text(0), count: row.integer(1))
    }
  }

  /// All tries of a message, oldest first.
  public func attempts(of messageID: Int64) throws(StoreError) -> [AttemptRecord] {
    try connection.rows(
      """
      SELECT id, message_id, account_id, state, claimed_at, transmitting_at, finished_at, reply_code, reply_text, meaning
      FROM attempt WHERE message_id = ? ORDER BY id
      """, [.integer(messageID)]
    ) { row in
      AttemptRecord(
        id: row.integer(0), messageID: row.integer(1), accountID: row.integer(2), state: row.text(3),
        claimedAt: row.integer(4), transmittingAt: row.integerOrNil(5), finishedAt: row.integerOrNil(6),
        replyCode: row.integerOrNil(7).map { Int($0) }, replyText: row.textOrNil(8), meaning: row.textOrNil(9))
    }
  }

  /// The stored bytes of a message: without control headers, before From and threading are put in.
  public func body(_ id: Int64) throws(StoreError) -> [UInt8]? {
    try first("SELECT bytes FROM body WHERE id = ?", [.integer(id)]) { row in row.blob(0) }
  }

  private func listings(where condition: String, _ values: [SQLValue], limit: Int) throws(StoreError)
    -> [MessageListing]
  {
    try connection.rows(
      """
      SELECT \(MessageRecord.columns), a.address, p.key, q.key FROM message m
      LEFT JOIN account a ON a.id = m.account_id
      LEFT JOIN pool p ON p.id = m.pool_id
      LEFT JOIN enrollment e ON e.id = m.enrollment_id
      LEFT JOIN sequence q ON q.id = e.sequence_id
      WHERE \(condition) ORDER BY m.id LIMIT ?
      """, values + [.integer(Int64(limit))]
    ) { row throws(StoreError) in
      let names = MessageRecord.columnCount
      return MessageListing(
        message: try MessageRecord(row), account: row.textOrNil(names), pool: row.text(names + 1),
        sequence: row.textOrNil(names + 2))
    }
  }
}

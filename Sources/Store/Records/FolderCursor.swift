/// How far a folder has been read.
public struct FolderCursor: Sendable, Equatable {
  /// What of a first look is left: it goes from the newest mail down, while new mail is read beside it.
  public struct Backlog: Sendable, Equatable {
    /// UIDs below this one are not read yet.
    public var below: Int64
    /// Mails from before this instant are passed over; UTC epoch milliseconds.
    public var since: Int64
    /// Mails that are left; nil before the server was asked.
    public var left: Int64?
    /// Mails there were in all.
    public var total: Int64?

    /// A backlog.
    public init(below: Int64, since: Int64, left: Int64? = nil, total: Int64? = nil) {
      self.below = below
      self.since = since
      self.left = left
      self.total = total
    }
  }

  /// The folder's UIDVALIDITY when it was read.
  public var uidValidity: Int64
  /// The highest UID that is committed.
  public var lastUID: Int64
  /// HIGHESTMODSEQ when everything up to `lastUID` was read (RFC 7162); nil when the server keeps none.
  public var modSequence: Int64?
  /// MAILBOXID (RFC 8474); nil when the server keeps none.
  public var mailboxID: String?
  /// What is left below; nil when everything is read.
  public var backlog: Backlog?

  /// A cursor.
  public init(
    uidValidity: Int64, lastUID: Int64, modSequence: Int64? = nil, mailboxID: String? = nil, backlog: Backlog? = nil
  ) {
    self.uidValidity = uidValidity
    self.lastUID = lastUID
    self.modSequence = modSequence
    self.mailboxID = mailboxID
    self.backlog = backlog
  }
}

extension Reader {
  private static let cursorColumns =
    "folder, uid_validity, last_uid, mod_sequence, mailbox_id, backlog_below, backlog_since, backlog_left, backlog_total"

  /// How far a folder of an account has been read; nil before the first look.
  public func cursor(accountID: Int64, folder: String) throws(StoreError) -> FolderCursor? {
    try first(
      "SELECT \(Self.cursorColumns) FROM folder_cursor WHERE account_id = ? AND folder = ?",
      [.integer(accountID), .text(folder)]
    ) { row in Self.cursor(row).cursor }
  }

  /// How far each folder of an account has been read, by name.
  public func cursors(accountID: Int64) throws(StoreError) -> [(folder: String, cursor: FolderCursor)] {
    try connection.rows(
      "SELECT \(Self.cursorColumns) FROM folder_cursor WHERE account_id = ? ORDER BY folder", [.integer(accountID)]
    ) { row in Self.cursor(row) }
  }

  private static func cursor(_ row: SQLiteConnection.Row) -> (folder: String, cursor: FolderCursor) {
    var cursor = FolderCursor(
      uidValidity: row.integer(1), lastUID: row.integer(2), modSequence: row.integerOrNil(3),
      mailboxID: row.textOrNil(4))
    if let below = row.integerOrNil(5) {
      cursor.backlog = FolderCursor.Backlog(
        below: below, since: row.integer(6), left: row.integerOrNil(7), total: row.integerOrNil(8))
    }
    return (row.text(0), cursor)
  }

  /// When the first mail went out through an account; nil before. What came earlier answers nothing of it.
  public func firstSend(accountID: Int64) throws(StoreError) -> Int64? {
    try first(
      "SELECT MIN(transmitting_at) FROM attempt WHERE account_id = ?", [.integer(accountID)]
    ) { row in row.integerOrNil(0) } ?? nil
  }

  /// Whether anything of an account's mailbox is stored.
  public func hasInbound(accountID: Int64) throws(StoreError) -> Bool {
    try first("SELECT 1 FROM inbound WHERE account_id = ? LIMIT 1", [.integer(accountID)]) { _ in true } != nil
  }

  /// Which of these mails an account has seen, by what makes a second look do nothing.
  public func seen(identities: Set<String>, accountID: Int64) throws(StoreError) -> Set<String> {
    var seen: Set<String> = []
    for identity in identities where try hasSeen(identity: identity, objectID: nil, accountID: accountID) {
      seen.insert(identity)
    }
    return seen
  }

  /// Which of these mails an account has seen, by the server's own names.
  public func seen(objectIDs: Set<String>, accountID: Int64) throws(StoreError) -> Set<String> {
    var seen: Set<String> = []
    for object in objectIDs where try hasSeen(objectID: object, accountID: accountID) { seen.insert(object) }
    return seen
  }

  /// Whether an account has seen a mail, in whatever folder and under whatever UID.
  func hasSeen(identity: String, objectID: String?, accountID: Int64) throws(StoreError) -> Bool {
    let known = try first(
      "SELECT 1 FROM inbound WHERE account_id = ? AND identity = ?", [.integer(accountID), .text(identity)]
    ) { _ in true }
    if known != nil { return true }
    if try isErased(identity, accountID: accountID) { return true }
    return try objectID.map { id throws(StoreError) in try hasSeen(objectID: id, accountID: accountID) } ?? false
  }

  private func hasSeen(objectID: String, accountID: Int64) throws(StoreError) -> Bool {
    let known = try first(
      "SELECT 1 FROM inbound WHERE account_id = ? AND object_id = ?", [.integer(accountID), .text(objectID)]
    ) { _ in true }
    if known != nil { return true }
    return try isErased(objectID, accountID: accountID)
  }

  /// Whether a mail is one of an erased person's.
  private func isErased(_ name: String, accountID: Int64) throws(StoreError) -> Bool {
    guard let entry = suppressionKey.entry(of: name) else { return false }
    return try first(
      "SELECT 1 FROM erased_mail WHERE account_id = ? AND identity = ?", [.integer(accountID), .text(entry)]
    ) { _ in true } != nil
  }

  /// UIDs of bounces in a folder that wait to be moved.
  public func bouncesToMove(accountID: Int64, folder: String, uidValidity: Int64) throws(StoreError) -> [Int64] {
    try connection.rows(
      "SELECT uid FROM bounce_move WHERE account_id = ? AND folder = ? AND uid_validity = ? ORDER BY uid LIMIT 1000",
      [.integer(accountID), .text(folder), .integer(uidValidity)]
    ) { row in row.integer(0) }
  }
}

extension Transaction {
  /// Moves a folder's cursor; in the same transaction as the mails it passes.
  public func setCursor(_ cursor: FolderCursor, accountID: Int64, folder: String) throws(StoreError) {
    try run(
      """
      INSERT INTO folder_cursor (account_id, folder, uid_validity, last_uid, mod_sequence, mailbox_id, backlog_below,
        backlog_since, backlog_left, backlog_total)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (account_id, folder) DO UPDATE SET uid_validity = excluded.uid_validity, last_uid = excluded.last_uid,
        mod_sequence = excluded.mod_sequence, mailbox_id = excluded.mailbox_id, backlog_below = excluded.backlog_below,
        backlog_since = excluded.backlog_since, backlog_left = excluded.backlog_left,
        backlog_total = excluded.backlog_total
      """,
      [
        .integer(accountID), .text(folder), .integer(cursor.uidValidity), .integer(cursor.lastUID),
        SQLValue(cursor.modSequence), SQLValue(cursor.mailboxID), SQLValue(cursor.backlog?.below),
        SQLValue(cursor.backlog?.since), SQLValue(cursor.backlog?.left), SQLValue(cursor.backlog?.total),
      ])
  }

  /// Notes that a bounce is to be moved; in the transaction that records it, so that a crash does not leave it behind.
  public func planBounceMove(accountID: Int64, folder: String, uidValidity: Int64, uid: Int64) throws(StoreError) {
    try run(
      "INSERT INTO bounce_move (account_id, folder, uid_validity, uid) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
      [.integer(accountID), .text(folder), .integer(uidValidity), .integer(uid)])
  }

  /// Forgets bounces of a folder that were moved, and those of an earlier UIDVALIDITY, which nobody can find any more.
  public func endBounceMoves(_ uids: [Int64], accountID: Int64, folder: String, uidValidity: Int64) throws(StoreError) {
    for uid in uids {
      try run(
        "DELETE FROM bounce_move WHERE account_id = ? AND folder = ? AND uid_validity = ? AND uid = ?",
        [.integer(accountID), .text(folder), .integer(uidValidity), .integer(uid)])
    }
    try run(
      "DELETE FROM bounce_move WHERE account_id = ? AND folder = ? AND uid_validity <> ?",
      [.integer(accountID), .text(folder), .integer(uidValidity)])
  }
}

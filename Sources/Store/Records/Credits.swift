internal import Delivery
internal import Outreach

/// One line of the ledger.
public struct CreditRecord: Sendable, Equatable {
  /// The row.
  public var id: Int64
  /// The workspace's own calendar day, `YYYY-MM-DD`.
  public var day: String
  /// `send`, `reply` or `grant`.
  public var kind: String
  /// Used, or for a grant added.
  public var amount: Int64
  /// What makes a second booking of the same fact do nothing.
  public var bookingKey: String
  /// The message it was booked for.
  public var messageID: Int64?
  /// The account it went through.
  public var accountID: Int64?
  /// UTC epoch milliseconds.
  public var at: Int64
}

/// One day of a workspace's credits.
public struct CreditDay: Sendable, Equatable {
  /// `YYYY-MM-DD` in the workspace's zone.
  public var day: String
  /// Credits used by sends.
  public var sends: Int64
  /// Credits used by replies.
  public var replies: Int64
  /// Credits granted on top of the plan.
  public var granted: Int64
  /// The plan's credits of a day; 0: no limit.
  public var limit: Int64
}

extension Reader {
  /// What a workspace used on one of its days.
  public func credits(of workspace: WorkspaceRecord, day: String) throws(StoreError) -> CreditDay {
    var found = CreditDay(day: day, sends: 0, replies: 0, granted: 0, limit: Int64(workspace.dailyCredits))
    let sums = try connection.rows(
      "SELECT kind, SUM(amount) FROM credit WHERE workspace_id = ? AND day = ? GROUP BY kind",
      [.integer(workspace.id), .text(day)]
    ) { row in (row.text(0), row.integer(1)) }
    for (kind, amount) in sums {
      switch kind {
      case "send": found.sends = amount
      case "reply": found.replies = amount
      default: found.granted += amount
      }
    }
    return found
  }

  /// The days on which a workspace booked anything, newest first.
  public func creditDays(of workspace: WorkspaceRecord, limit: Int) throws(StoreError) -> [CreditDay] {
    let days = try connection.rows(
      "SELECT DISTINCT day FROM credit WHERE workspace_id = ? ORDER BY day DESC LIMIT ?",
      [.integer(workspace.id), .integer(Int64(limit))]
    ) { row in row.text(0) }
    return try days.map { day throws(StoreError) in try credits(of: workspace, day: day) }
  }

  /// The ledger, newest first; `before` pages by id.
  public func creditLedger(workspaceID: Int64, day: String? = nil, before: Int64? = nil, limit: Int)
    throws(StoreError) -> [CreditRecord]
  {
    try connection.rows(
      """
      SELECT id, day, kind, amount, booking_key, message_id, account_id, at FROM credit
      WHERE workspace_id = ? AND (? IS NULL OR day = ?) AND id < ? ORDER BY id DESC LIMIT ?
      """,
      [
        .integer(workspaceID), SQLValue(day), SQLValue(day), .integer(before ?? .max), .integer(Int64(limit)),
      ]
    ) { row in
      CreditRecord(
        id: row.integer(0), day: row.text(1), kind: row.text(2), amount: row.integer(3), bookingKey: row.text(4),
        messageID: row.integerOrNil(5), accountID: row.integerOrNil(6), at: row.integer(7))
    }
  }
}

extension Transaction {
  /// Adds to a day's credits, today's when no day is given; the same key again does nothing, and is refused with another amount or
  /// day. Mail that waits for credits is looked at again. Returns the day as it is then.
  public func grant(
    _ amount: Int, workspaceID: Int64, day: String?, key: String, reason: String, now: Int64
  ) throws(StoreError) -> CreditDay {
    let workspace = try workspace(workspaceID)
    let bookingKey = "grant:\(workspaceID):\(key)"
    let known = try first("SELECT day, amount FROM credit WHERE booking_key = ?", [.text(bookingKey)]) { row in
      (day: row.text(0), amount: row.integer(1))
    }
    if let known {
      guard known.amount == amount, day == nil || day == known.day else {
        throw .rejected("the grant \"\(key)\" was made already: \(known.amount) credits on \(known.day)")
      }
      return try credits(of: workspace, day: known.day)
    }
    let day = day ?? CreditRule.dayKey(at: now, in: Zone.named(workspace.zone) ?? .utc)
    try run(
      """
      INSERT INTO credit (workspace_id, day, kind, amount, booking_key, at) VALUES (?, ?, 'grant', ?, ?, ?)
      """,
      [.integer(workspaceID), .text(day), .integer(Int64(amount)), .text(bookingKey), .integer(now)])
    try append(
      .credit, at: now, workspaceID: workspaceID,
      detail: [("kind", "grant"), ("day", day), ("amount", "\(amount)"), ("reason", reason)])
    // Lanes that the relay knows as closed for want of credits.
    touch(.accounts)
    touch(.queue)
    return try credits(of: workspace, day: day)
  }

  /// Books one credit for a fact; a second booking under the same key does nothing.
  func book(
    _ kind: CreditRule.Kind, key: String, workspaceID: Int64, messageID: Int64?, accountID: Int64?, now: Int64
  ) throws(StoreError) {
    let day = CreditRule.dayKey(at: now, in: Zone.named(try zoneName(ofWorkspace: workspaceID)) ?? .utc)
    let booked = try run(
      """
      INSERT INTO credit (workspace_id, day, kind, amount, booking_key, message_id, account_id, at)
      VALUES (?, ?, ?, 1, ?, ?, ?, ?) ON CONFLICT (booking_key) DO NOTHING
      """,
      [
        .integer(workspaceID), .text(day), .text(kind.rawValue), .text(key), SQLValue(messageID), SQLValue(accountID),
        .integer(now),
      ])
    guard booked > 0 else { return }
    try append(
      .credit, at: now, workspaceID: workspaceID, messageID: messageID, accountID: accountID,
      detail: [("kind", kind.rawValue), ("day", day), ("key", key)])
  }
}

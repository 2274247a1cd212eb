internal import Outreach

/// An address or domain that gets no more mail.
public struct SuppressionRecord: Sendable, Equatable {
  /// The row.
  public var id: Int64
  /// The workspace it holds for.
  public var workspaceID: Int64
  /// An address in lower case, or `@domain`.
  public var value: String
  /// `bounced`, `complained`, `unsubscribed`, `manual` …
  public var reason: String
  /// Who said so: `inbound:ID`, `reply:ID`, `cli` …
  public var source: String
  /// UTC epoch milliseconds.
  public var createdAt: Int64
}

extension Reader {
  /// All suppressions of a workspace, newest first; `before` pages by id.
  public func suppressions(workspaceID: Int64, before: Int64? = nil, limit: Int) throws(StoreError)
    -> [SuppressionRecord]
  {
    try connection.rows(
      """
      SELECT id, workspace_id, value, reason, source, created_at FROM suppression
      WHERE workspace_id = ? AND id < ? ORDER BY id DESC LIMIT ?
      """, [.integer(workspaceID), .integer(before ?? .max), .integer(Int64(limit))]
    ) { row in
      SuppressionRecord(
        id: row.integer(0), workspaceID: row.integer(1), value: row.text(2), reason: row.text(3), source: row.text(4),
        createdAt: row.integer(5))
    }
  }

  /// What keeps `address` from getting mail: the entry for itself before the one for its domain.
  public func suppression(of address: String, workspaceID: Int64) throws(StoreError) -> SuppressionRecord? {
    let folded = address.lowercased()
    let domain = folded.lastIndex(of: "@").map { String(folded[$0...]) } ?? folded
    return try first(
      """
      SELECT id, workspace_id, value, reason, source, created_at FROM suppression
      WHERE workspace_id = ? AND value IN (?, ?) ORDER BY value = ? DESC LIMIT 1
      """, [.integer(workspaceID), .text(folded), .text(domain), .text(folded)]
    ) { row in
      SuppressionRecord(
        id: row.integer(0), workspaceID: row.integer(1), value: row.text(2), reason: row.text(3), source: row.text(4),
        createdAt: row.integer(5))
    }
  }
}

extension Transaction {
  /// Suppresses an address or `@domain` and ends what goes on with the address; false when it was suppressed already (the
  /// first reason stays). For a domain the gates end each enrollment when its next step comes up.
  @discardableResult
  public func suppress(_ value: String, workspaceID: Int64, reason: String, source: String, now: Int64)
    throws(StoreError) -> Bool
  {
    guard try addSuppression(value, workspaceID: workspaceID, reason: reason, source: source, now: now) else {
      return false
    }
    for enrollment in try openEnrollments(of: value, workspaceID: workspaceID) {
      try stop(enrollment, reason: .suppressed, workspaceID: workspaceID, now: now)
    }
    return true
  }

  /// The entry alone: what it means for the enrollment at hand the caller decides.
  @discardableResult
  func addSuppression(_ value: String, workspaceID: Int64, reason: String, source: String, now: Int64)
    throws(StoreError) -> Bool
  {
    let folded = value.lowercased()
    let added = try run(
      """
      INSERT INTO suppression (workspace_id, value, reason, source, created_at) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT DO NOTHING
      """, [.integer(workspaceID), .text(folded), .text(reason), .text(source), .integer(now)])
    guard added > 0 else { return false }
    claimBook.suppressed()
    try append(
      .suppressed, at: now, workspaceID: workspaceID,
      detail: [("value", folded), ("reason", reason), ("source", source)])
    return true
  }

  /// Takes a suppression back; false when there was none.
  public func unsuppress(_ value: String, workspaceID: Int64, now: Int64) throws(StoreError) -> Bool {
    let folded = value.lowercased()
    let removed = try run(
      "DELETE FROM suppression WHERE workspace_id = ? AND value = ?", [.integer(workspaceID), .text(folded)])
    guard removed > 0 else { return false }
    try append(.unsuppressed, at: now, workspaceID: workspaceID, detail: [("value", folded)])
    return true
  }
}

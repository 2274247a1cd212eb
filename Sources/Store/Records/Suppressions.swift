internal import MailText
internal import Outreach

/// An address or domain that gets no more mail.
public struct SuppressionRecord: Sendable, Equatable {
  /// The row.
  public var id: Int64
  /// The workspace it holds for; `Suppressions.everywhere` is all of them.
  public var workspaceID: Int64
  /// An address in lower case, `@domain`, both as they were written, or a hash with its kind (`SuppressionValue.stored`).
  public var value: String
  /// `bounced`, `complained`, `unsubscribed`, `manual` …
  public var reason: String
  /// Who said so: `inbound:ID`, `reply:ID`, `cli` …
  public var source: String
  /// UTC epoch milliseconds.
  public var createdAt: Int64
}

/// What stands in a workspace's list: each mail is asked for only in the ways that may find it.
struct SuppressionKinds {
  let hasAny: Bool
  /// Whether entries name an address by a hash of it.
  let hasHashes: Bool

  init(of workspaceID: Int64, _ reader: Reader) throws(StoreError) {
    func has(_ condition: String) throws(StoreError) -> Bool {
      try reader.first(
        "SELECT 1 FROM suppression WHERE workspace_id = ?\(condition) LIMIT 1", [.integer(workspaceID)]
      ) { _ in true } != nil
    }
    hasAny = try has("")
    // The index is by value: all of a kind stand together (`SuppressionValue.stored`).
    let hasOurs = try has(" AND value >= 'hmac:' AND value < 'hmac;'")
    let hasPlain = try has(" AND value >= 'sha256:' AND value < 'sha256;'")
    hasHashes = hasOurs || hasPlain
  }
}

/// Names around the list.
public enum Suppressions {
  /// Stands for all workspaces, those to come as well.
  public static let everywhere: Int64 = 0
  /// Its name in files and requests.
  public static let everywhereName = "*"
}

extension Reader {
  /// Suppressions of a workspace, newest first; `before` pages by id, `reason` narrows.
  public func suppressions(workspaceID: Int64, reason: String? = nil, before: Int64? = nil, limit: Int)
    throws(StoreError) -> [SuppressionRecord]
  {
    try suppressions(
      where: "workspace_id = ? AND (? IS NULL OR reason = ?) AND id < ? ORDER BY id DESC LIMIT ?",
      [
        .integer(workspaceID), SQLValue(reason), SQLValue(reason), .integer(before ?? .max), .integer(Int64(limit)),
      ])
  }

  /// Of all workspaces, and of none in particular.
  public func suppressions(reason: String? = nil, before: Int64? = nil, limit: Int) throws(StoreError)
    -> [SuppressionRecord]
  {
    try suppressions(
      where: "(? IS NULL OR reason = ?) AND id < ? ORDER BY id DESC LIMIT ?",
      [SQLValue(reason), SQLValue(reason), .integer(before ?? .max), .integer(Int64(limit))])
  }

  /// What keeps `address` from getting mail in a workspace: an entry for itself before one for its domain, the workspace's own
  /// before those for all. A few seeks in one index, however long the list is; hashed entries too, because the address asked for
  /// is hashed and not the list.
  public func suppression(of address: String, workspaceID: Int64) throws(StoreError) -> SuppressionRecord? {
    let own = try suppressionKinds(of: workspaceID)
    let general = try suppressionKinds(of: Suppressions.everywhere)
    guard own.hasAny || general.hasAny else { return nil }
    let key = Address.comparisonKey(address)
    let domain = key.lastIndex(of: "@").map { String(key[$0...]) } ?? key
    let hashes = own.hasHashes || general.hasHashes ? suppressionKey.hashes(of: key) : []
    var lists: [Int64] = []
    if own.hasAny { lists.append(workspaceID) }
    if general.hasAny { lists.append(Suppressions.everywhere) }
    // Seek by seek: with IN, SQLite makes a table of the values for each question, which costs more than all the seeks.
    for values in [[key] + hashes, [domain]] {
      for list in lists {
        for value in values {
          let found = try suppressions(where: "workspace_id = ? AND value = ?", [.integer(list), .text(value)])
          if let first = found.first { return first }
        }
      }
    }
    return nil
  }

  /// Whether exactly this entry stands in the list.
  public func hasSuppression(_ value: String, workspaceID: Int64) throws(StoreError) -> Bool {
    try first(
      "SELECT 1 FROM suppression WHERE workspace_id = ? AND value = ?", [.integer(workspaceID)] + value.person
    ) { _ in true } != nil
  }

  /// The workspace of a name in a file or request; `*` is all.
  public func suppressionScope(named key: String) throws(StoreError) -> Int64 {
    key == Suppressions.everywhereName ? Suppressions.everywhere : try workspace(named: key).id
  }

  private func suppressions(where condition: String, _ values: [SQLValue]) throws(StoreError) -> [SuppressionRecord] {
    try connection.rows(
      """
      SELECT id, workspace_id, COALESCE(written, value), reason, source, created_at FROM suppression WHERE \(condition)
      """, values
    ) { row in
      SuppressionRecord(
        id: row.integer(0), workspaceID: row.integer(1), value: row.text(2), reason: row.text(3), source: row.text(4),
        createdAt: row.integer(5))
    }
  }
}

extension Transaction {
  /// Suppresses an address, `@domain` or hash and ends what goes on with the address; false when it was suppressed already (the
  /// first reason stays). For a domain and a hash the gates end each enrollment when its next step comes up.
  @discardableResult
  public func suppress(_ value: String, workspaceID: Int64, reason: String, source: String, now: Int64)
    throws(StoreError) -> Bool
  {
    guard try addSuppression(value, workspaceID: workspaceID, reason: reason, source: source, now: now) else {
      return false
    }
    let isEverywhere = workspaceID == Suppressions.everywhere
    for workspace in isEverywhere ? try workspaces().map(\.id) : [workspaceID] {
      for enrollment in try openEnrollments(of: value, workspaceID: workspace) {
        try stop(enrollment, reason: .suppressed, workspaceID: workspace, now: now)
      }
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
      INSERT INTO suppression (workspace_id, value, written, reason, source, created_at) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT DO NOTHING
      """, [.integer(workspaceID)] + folded.keyAndWritten + [.text(reason), .text(source), .integer(now)])
    guard added > 0 else { return false }
    suppressionsChanged(of: workspaceID)
    try append(
      .suppressed, at: now, workspaceID: workspaceID,
      detail: [("value", folded), ("reason", reason), ("source", source)])
    return true
  }

  /// Takes a suppression back, for an address also the hashes that stand for it; false when there was none.
  public func unsuppress(_ value: String, workspaceID: Int64, now: Int64) throws(StoreError) -> Bool {
    let folded = value.lowercased()
    var removed = 0
    let key = Address.comparisonKey(value)
    for entry in [key] + suppressionKey.hashes(of: key) {
      removed += try run(
        "DELETE FROM suppression WHERE workspace_id = ? AND value = ?", [.integer(workspaceID), .text(entry)])
    }
    guard removed > 0 else { return false }
    suppressionsChanged(of: workspaceID)
    try append(.unsuppressed, at: now, workspaceID: workspaceID, detail: [("value", folded)])
    return true
  }
}

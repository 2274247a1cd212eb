public import Configuration

/// Accounts that rotate together.
public struct PoolRecord: Sendable, Equatable {
  /// The `default` of the `default` workspace; it is never removed.
  static let defaultID: Int64 = 1

  /// The row; 1 is the `default` of the `default` workspace.
  public var id: Int64
  /// Whose it is.
  public var workspaceID: Int64
  /// Its name.
  public var key: String
  /// Which account comes next.
  public var rotation: Rotation
  /// The account that round-robin chose last; 0: none yet.
  public var turn: Int64
  /// Whether a provider's own accounts go first for its mailboxes.
  public var prefersSameProvider: Bool
}

extension Reader {
  /// All pools; of one whose row can't be read its name and why.
  public func listedPools() throws(StoreError) -> [Result<PoolRecord, UnreadableRow>] {
    let rows = try connection.rows("SELECT id, key FROM pool ORDER BY key", []) { row in (row.integer(0), row.text(1)) }
    var listed: [Result<PoolRecord, UnreadableRow>] = []
    for (id, key) in rows {
      do throws(StoreError) {
        if let found = try pool(id) { listed.append(.success(found)) }
      } catch {
        guard case .unreadable(let reason) = error else { throw error }
        listed.append(.failure(UnreadableRow(name: key, reason: reason)))
      }
    }
    return listed
  }

  /// One pool.
  public func pool(_ id: Int64) throws(StoreError) -> PoolRecord? { try pools(where: "id = ?", [.integer(id)]).first }

  /// The pool of a name.
  public func pool(named key: String, workspaceID: Int64) throws(StoreError) -> PoolRecord? {
    try pools(where: "workspace_id = ? AND key = ?", [.integer(workspaceID), .text(key)]).first
  }

  /// The ids of a pool's accounts that are not removed, in order.
  public func members(ofPool id: Int64) throws(StoreError) -> [Int64] {
    try connection.rows(
      """
      SELECT account_id FROM pool_account JOIN account ON account.id = account_id
      WHERE pool_id = ? AND removed_at IS NULL ORDER BY account_id
      """, [.integer(id)]
    ) { row in row.integer(0) }
  }

  private func pools(where condition: String, _ values: [SQLValue]) throws(StoreError) -> [PoolRecord] {
    try connection.rows(
      "SELECT id, workspace_id, key, rotation, turn, prefer_same_provider FROM pool WHERE \(condition) ORDER BY key",
      values
    ) { row throws(StoreError) in
      guard let rotation = Rotation(rawValue: row.text(3)) else {
        throw .unreadable("the pool \"\(row.text(2))\" has the unknown rotation \"\(row.text(3))\"")
      }
      return PoolRecord(
        id: row.integer(0), workspaceID: row.integer(1), key: row.text(2), rotation: rotation, turn: row.integer(4),
        prefersSameProvider: row.flag(5))
    }
  }
}

extension Transaction {
  /// Makes a pool be as `entry` says.
  public func putPool(_ entry: PoolEntry, now: Int64) throws(StoreError) {
    let workspace = try workspace(named: entry.workspace)
    try run(
      """
      INSERT INTO pool (workspace_id, key, rotation, prefer_same_provider) VALUES (?, ?, ?, ?)
      ON CONFLICT (workspace_id, key) DO UPDATE SET rotation = excluded.rotation,
        prefer_same_provider = excluded.prefer_same_provider
      """,
      [
        .integer(workspace.id), .text(entry.name), .text(entry.rotation.rawValue), SQLValue(entry.prefersSameProvider),
      ])
    try append(
      .poolChanged, at: now, workspaceID: workspace.id,
      detail: [("pool", entry.name), ("rotation", entry.rotation.rawValue)])
    touch(.accounts)
  }

  /// Takes a pool away; refused while mail waits in it, for `default`, and while an account or submitter names it.
  public func removePool(named key: String, workspaceID: Int64, now: Int64) throws(StoreError) -> Bool {
    // Not as a record: one that can't be read has to be removable too.
    let found = try first(
      "SELECT id FROM pool WHERE workspace_id = ? AND key = ?", [.integer(workspaceID), .text(key)]
    ) { row in row.integer(0) }
    guard let id = found else { return false }
    guard key != "default" else { throw .rejected("the pool \"default\" always exists") }
    let waiting = try first(
      "SELECT COUNT(*) FROM message WHERE state = 'scheduled' AND lane = ?", [.integer(-id)]
    ) { row in row.integer(0) }
    if let waiting, waiting > 0 { throw .rejected("\(waiting) messages wait in the pool \"\(key)\"") }
    guard try members(ofPool: id).isEmpty else { throw .rejected("accounts are in the pool \"\(key)\"") }
    for submitter in try submitters() where submitter.pools.contains(key) {
      throw .rejected("the submitter \"\(submitter.name)\" uses the pool \"\(key)\"")
    }
    try run("DELETE FROM pool WHERE id = ?", [.integer(id)])
    try append(.poolRemoved, at: now, workspaceID: workspaceID, detail: [("pool", key)])
    touch(.accounts)
    return true
  }

  func setTurn(ofPool id: Int64, to accountID: Int64) throws(StoreError) {
    try run("UPDATE pool SET turn = ? WHERE id = ?", [.integer(accountID), .integer(id)])
  }
}

public import Configuration

/// An SMTP AUTH login of a client or app.
public struct SubmitterRecord: Sendable, Equatable {
  /// The row.
  public var id: Int64
  /// The workspace it belongs to.
  public var workspaceID: Int64
  /// The login name.
  public var name: String
  /// Argon2id, as a PHC string.
  public var passwordHash: String
  /// Host.ScramVerifier of the same password, as text; nil when only its hash was given.
  public var scramVerifier: String?
  /// Keys of the pools it may use; empty: any. The first is where its mail goes.
  public var pools: [String]
  /// Addresses and `@domain`s it may write from; empty: any.
  public var fromAddresses: [String]
  /// Whether its From stays instead of becoming the account's.
  public var keepsFrom: Bool
}

/// A row that is there and can't be read.
public struct UnreadableRow: Error, Sendable, Equatable {
  /// What people call it.
  public var name: String
  /// What is wrong with it.
  public var reason: String
}

extension Reader {
  /// The submitter of a login name.
  public func submitter(named name: String) throws(StoreError) -> SubmitterRecord? {
    try submitters(where: "name = ?", [.text(name)]).first
  }

  /// All submitters, by name.
  public func submitters() throws(StoreError) -> [SubmitterRecord] { try submitters(where: "1 = 1", []) }

  /// All submitters, by name; of one whose row can't be read its name and why.
  public func listedSubmitters() throws(StoreError) -> [Result<SubmitterRecord, UnreadableRow>] {
    let names = try connection.rows("SELECT name FROM submitter ORDER BY name", []) { row in row.text(0) }
    var listed: [Result<SubmitterRecord, UnreadableRow>] = []
    for name in names {
      do throws(StoreError) {
        if let found = try submitter(named: name) { listed.append(.success(found)) }
      } catch {
        guard case .unreadable(let reason) = error else { throw error }
        listed.append(.failure(UnreadableRow(name: name, reason: reason)))
      }
    }
    return listed
  }

  private func submitters(where condition: String, _ values: [SQLValue]) throws(StoreError) -> [SubmitterRecord] {
    try connection.rows(
      """
      SELECT id, workspace_id, name, password_hash, pools, from_addresses, keep_from, scram_verifier FROM submitter
      WHERE \(condition) ORDER BY name
      """, values
    ) { row throws(StoreError) in
      SubmitterRecord(
        id: row.integer(0), workspaceID: row.integer(1), name: row.text(2), passwordHash: row.text(3),
        scramVerifier: row.textOrNil(7),
        pools: try decode([String].self, row.text(4)),
        fromAddresses: try decode([String].self, row.text(5)), keepsFrom: row.flag(6))
    }
  }
}

extension Reader {
  /// Whether a login is still what it was when somebody came in with it: the same submitter with the same password and
  /// rights, and the key, if it was one, not revoked.
  public func stands(_ submitter: SubmitterRecord, keyID: Int64?) throws(StoreError) -> Bool {
    guard try self.submitter(named: submitter.name) == submitter else { return false }
    guard let keyID else { return true }
    return try first("SELECT 1 FROM api_key WHERE id = ? AND revoked_at IS NULL", [.integer(keyID)]) { _ in true }
      ?? false
  }
}

extension Transaction {
  /// Makes a submitter be as `entry` says; `passwordHash` nil keeps the stored one, and is refused for a new login. A stored
  /// SCRAM verifier stays as long as the hash does.
  public func putSubmitter(
    _ entry: SubmitterEntry, passwordHash: String?, scramVerifier: String? = nil, now: Int64
  ) throws(StoreError) {
    let workspace = try workspace(named: entry.workspace)
    let pools = try JSONText.encode(entry.pools)
    let addresses = try JSONText.encode(entry.from.map { $0.lowercased() })
    for key in entry.pools {
      guard try pool(named: key, workspaceID: workspace.id) == nil else { continue }
      throw .rejected("submitter \(entry.login): there is no pool \"\(key)\"")
    }
    // One that can't be read is made anew, with a new password.
    let stored: SubmitterRecord?
    do throws(StoreError) {
      stored = try submitter(named: entry.login)
    } catch {
      guard case .unreadable = error else { throw error }
      stored = nil
    }
    guard let hash = passwordHash ?? stored?.passwordHash else {
      throw .rejected("submitter \(entry.login) is new and has no password")
    }
    // The verifier of an older password would let it in.
    let verifier = scramVerifier ?? (hash == stored?.passwordHash ? stored?.scramVerifier : nil)
    try run(
      """
      INSERT INTO submitter
        (workspace_id, name, password_hash, pools, from_addresses, keep_from, created_at, scram_verifier)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (name) DO UPDATE SET workspace_id = excluded.workspace_id, password_hash = excluded.password_hash,
        pools = excluded.pools, from_addresses = excluded.from_addresses, keep_from = excluded.keep_from,
        scram_verifier = excluded.scram_verifier
      """,
      [
        .integer(workspace.id), .text(entry.login), .text(hash), .text(pools), .text(addresses),
        SQLValue(entry.keepFrom), .integer(now), SQLValue(verifier),
      ])
    try append(
      .submitterChanged, at: now, workspaceID: workspace.id,
      detail: [
        ("submitter", entry.login), ("pools", entry.pools.joined(separator: " ")),
        ("from", entry.from.joined(separator: " ")), ("keep_from", "\(entry.keepFrom)"),
        ("password", hash == stored?.passwordHash ? "kept" : "set"),
      ])
    touch(.logins)
  }

  /// Takes a login away; false when there was none.
  public func removeSubmitter(named name: String, now: Int64) throws(StoreError) -> Bool {
    // Not as a record: one that can't be read has to be removable too.
    let found = try first("SELECT id, workspace_id FROM submitter WHERE name = ?", [.text(name)]) { row in
      (id: row.integer(0), workspaceID: row.integer(1))
    }
    guard let found else { return false }
    try run("DELETE FROM submitter WHERE id = ?", [.integer(found.id)])
    try append(.submitterRemoved, at: now, workspaceID: found.workspaceID, detail: [("submitter", name)])
    touch(.logins)
    return true
  }
}

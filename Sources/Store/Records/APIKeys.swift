/// A key that an app logs in with; what it may do is its submitter's.
public struct APIKeyRecord: Sendable, Equatable {
  /// The row.
  public var id: Int64
  /// Whose it is.
  public var workspaceID: Int64
  /// The login it stands for.
  public var submitter: String
  /// What people call it.
  public var name: String
  /// Its first characters.
  public var beginning: String
  /// When it was made.
  public var createdAt: Int64
  /// When it was last used, to the hour; nil: never.
  public var usedAt: Int64?
  /// Since when it lets nobody in; nil: it does.
  public var revokedAt: Int64?
}

/// So often at the most a key's use is written down: a write for each login would cost more than the login.
private let useIsNotedEvery: Int64 = 3_600_000

extension Reader {
  /// All keys, the newest last; without the revoked ones unless asked for.
  public func apiKeys(withRevoked: Bool = false) throws(StoreError) -> [APIKeyRecord] {
    try apiKeys(where: withRevoked ? "1 = 1" : "k.revoked_at IS NULL", [])
  }

  /// The key of a hash and its submitter; nil when there is none that lets anybody in.
  public func login(keyHash: String) throws(StoreError) -> (key: APIKeyRecord, submitter: SubmitterRecord)? {
    guard let key = try apiKeys(where: "k.hash = ? AND k.revoked_at IS NULL", [.text(keyHash)]).first,
      let submitter = try submitter(named: key.submitter)
    else { return nil }
    return (key, submitter)
  }

  private func apiKeys(where condition: String, _ values: [SQLValue]) throws(StoreError) -> [APIKeyRecord] {
    try connection.rows(
      """
      SELECT k.id, s.workspace_id, s.name, k.name, k.beginning, k.created_at, k.used_at, k.revoked_at
      FROM api_key k JOIN submitter s ON s.id = k.submitter_id WHERE \(condition) ORDER BY k.id
      """, values
    ) { row in
      APIKeyRecord(
        id: row.integer(0), workspaceID: row.integer(1), submitter: row.text(2), name: row.text(3),
        beginning: row.text(4), createdAt: row.integer(5), usedAt: row.integerOrNil(6), revokedAt: row.integerOrNil(7))
    }
  }
}

extension Transaction {
  /// Adds a key for a submitter; `hash` and `beginning` are all that is kept of it.
  public func addKey(_ name: String, for login: String, hash: String, beginning: String, now: Int64)
    throws(StoreError) -> APIKeyRecord
  {
    guard let submitter = try submitter(named: login) else { throw .rejected("there is no submitter \"\(login)\"") }
    let id = try insert(
      "INSERT INTO api_key (submitter_id, name, hash, beginning, created_at) VALUES (?, ?, ?, ?, ?)",
      [.integer(submitter.id), .text(name), .text(hash), .text(beginning), .integer(now)])
    let key = APIKeyRecord(
      id: id, workspaceID: submitter.workspaceID, submitter: login, name: name, beginning: beginning, createdAt: now)
    try append(key, .keyAdded, now: now)
    return key
  }

  /// Lets a key let nobody in any more; false when there is none that does.
  public func revokeKey(_ id: Int64, now: Int64) throws(StoreError) -> Bool {
    guard let key = try apiKeys().first(where: { $0.id == id }) else { return false }
    try run("UPDATE api_key SET revoked_at = ? WHERE id = ?", [.integer(now), .integer(id)])
    try append(key, .keyRemoved, now: now)
    touch(.logins)
    return true
  }

  private func append(_ key: APIKeyRecord, _ kind: EventRecord.Kind, now: Int64) throws(StoreError) {
    try append(
      kind, at: now, workspaceID: key.workspaceID,
      detail: [
        ("key", "\(key.id)"), ("name", key.name), ("begins", key.beginning), ("submitter", key.submitter),
      ])
  }
}

extension Store {
  /// Writes down that a key was used, unless that was written within the hour.
  public func noteUse(of key: APIKeyRecord, now: Int64) async throws(StoreError) {
    if let used = key.usedAt, now - used < useIsNotedEvery { return }
    _ = try await write { transaction in
      try transaction.run("UPDATE api_key SET used_at = ? WHERE id = ?", [.integer(now), .integer(key.id)])
    }
  }
}

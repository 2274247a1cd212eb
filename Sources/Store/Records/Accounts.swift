public import Configuration
public import Delivery

/// A mailbox that Postern sends through and watches.
public struct AccountRecord: Sendable, Equatable {
  /// The row.
  public var id: Int64
  /// Whose it is.
  public var workspaceID: Int64
  /// In lower case; its identity.
  public var address: String
  /// Whether it sends.
  public var state: AccountState
  /// Why it is not active.
  public var reason: AccountReason?
  /// The server's own words for that.
  public var reasonText: String?
  /// Everything but its secret.
  public var settings: AccountSettings
  /// Its password or token, sealed under the key file.
  public var secret: [UInt8]?
  /// No sends before, after a provider's limit or trouble on the way.
  public var restUntil: Int64?
  /// Why it rests, in the server's words.
  public var restReason: String?
  /// When it was added: the poller's first look goes back no further.
  public var createdAt: Int64
  /// When anything about it changed: a room's cached connection is of that time.
  public var changedAt: Int64
}

extension Reader {
  /// All accounts that are not removed, by address.
  public func accounts() throws(StoreError) -> [AccountRecord] { try accounts(where: "removed_at IS NULL", []) }

  /// One account, also a removed one.
  public func account(_ id: Int64) throws(StoreError) -> AccountRecord? {
    try accounts(where: "id = ?", [.integer(id)]).first
  }

  /// One account that is not removed.
  public func presentAccount(_ id: Int64) throws(StoreError) -> AccountRecord? {
    try accounts(where: "id = ? AND removed_at IS NULL", [.integer(id)]).first
  }

  /// The account of an address that is not removed.
  public func account(at address: String) throws(StoreError) -> AccountRecord? {
    try accounts(where: "address = ? AND removed_at IS NULL", [.text(address.lowercased())]).first
  }

  fileprivate func accounts(where condition: String, _ values: [SQLValue]) throws(StoreError) -> [AccountRecord] {
    try connection.rows(
      """
      SELECT id, workspace_id, address, state, reason, reason_text, settings, secret, rest_until, rest_reason,
        created_at, changed_at FROM account WHERE \(condition) ORDER BY address
      """, values
    ) { row throws(StoreError) in
      let read = settings(row.text(6), address: row.text(2))
      let state = read.fault == nil ? AccountState(rawValue: row.text(3)) : nil
      return AccountRecord(
        id: row.integer(0), workspaceID: row.integer(1), address: row.text(2), state: state ?? .disabled,
        reason: row.textOrNil(4).flatMap(AccountReason.init(rawValue:)),
        reasonText: read.fault ?? (state == nil ? "it has the unknown state \(row.text(3))" : row.textOrNil(5)),
        settings: read.settings, secret: row.isNull(7) ? nil : row.blob(7),
        restUntil: row.integerOrNil(8), restReason: row.textOrNil(9), createdAt: row.integer(10),
        changedAt: row.integer(11))
    }
  }

  /// Settings that cannot be read keep their account from sending and being watched, and nothing else: all others go on, and
  /// lists show what is wrong until it is set anew.
  private func settings(_ text: String, address: String) -> (
    settings: AccountSettings, fault: String?
  ) {
    do throws(StoreError) {
      return (try decode(AccountSettings.self, text), nil)
    } catch {
      let nowhere = RemoteServer(host: "", port: 0)
      return (AccountSettings(address: address, smtp: nowhere), "\(error); `account add` or `apply` sets it anew")
    }
  }
}

extension Transaction {
  /// Makes an account be as `settings` say; `sealedSecret` nil keeps the stored one. A new or removed one becomes active.
  public func putAccount(_ settings: AccountSettings, sealedSecret: [UInt8]?, now: Int64) throws(StoreError) {
    let workspace = try workspace(named: settings.workspace)
    let address = settings.address.lowercased()
    let zoneBefore = try accounts(where: "address = ?", [.text(address)]).first.map { before throws(StoreError) in
      try zone(of: before)
    }
    try run(
      """
      INSERT INTO account (workspace_id, address, state, settings, secret, created_at, changed_at)
      VALUES (?, ?, 'active', ?, ?, ?, ?)
      ON CONFLICT (address) DO UPDATE SET workspace_id = excluded.workspace_id, settings = excluded.settings,
        secret = COALESCE(excluded.secret, account.secret), changed_at = excluded.changed_at,
        state = CASE WHEN account.removed_at IS NULL THEN account.state ELSE 'active' END,
        reason = CASE WHEN account.removed_at IS NULL THEN account.reason END,
        reason_text = CASE WHEN account.removed_at IS NULL THEN account.reason_text END,
        removed_at = NULL
      """,
      [
        .integer(workspace.id), .text(address), .text(try JSONText.encode(settings)), SQLValue(sealedSecret),
        .integer(now), .integer(now),
      ])
    guard let account = try account(at: address) else { throw .statement("account \(address) vanished") }
    if let zoneBefore, try zone(of: account) != zoneBefore { try recountUse(ofAccount: account.id) }
    try placeInPools(account, workspace)
    // A changed password or server is the usual cure for a refused login, or one that nobody reaches: let it try.
    let isCured = account.state == .paused ? account.reason == .authFailed : account.reason == .unreachable
    if isCured, account.state != .disabled {
      try setAccountState(account.id, .active, reason: nil, text: nil, now: now)
    }
    try append(
      .accountChanged, at: now, workspaceID: workspace.id, accountID: account.id, detail: [("address", address)])
    try unparkFromAccounts(workspaceID: workspace.id)
    touch(.accounts)
  }

  private func placeInPools(_ account: AccountRecord, _ workspace: WorkspaceRecord) throws(StoreError) {
    try run("DELETE FROM pool_account WHERE account_id = ?", [.integer(account.id)])
    let keys = account.settings.pools.isEmpty ? ["default"] : account.settings.pools
    for key in keys {
      guard let pool = try pool(named: key, workspaceID: workspace.id) else {
        throw .rejected("account \(account.address): there is no pool \"\(key)\"")
      }
      try run(
        "INSERT INTO pool_account (pool_id, account_id, weight) VALUES (?, ?, ?)",
        [.integer(pool.id), .integer(account.id), .integer(Int64(account.settings.weight))])
    }
  }

  /// Enables, pauses or disables an account; its mail waits unharmed meanwhile.
  public func setAccountState(
    _ id: Int64, _ state: AccountState, reason: AccountReason?, text: String?, now: Int64
  ) throws(StoreError) {
    guard let account = try account(id) else { throw .rejected("there is no account \(id)") }
    try run(
      """
      UPDATE account SET state = ?, reason = ?, reason_text = ?, changed_at = ?,
        rest_until = CASE WHEN ? = 'active' THEN NULL ELSE rest_until END,
        rest_reason = CASE WHEN ? = 'active' THEN NULL ELSE rest_reason END WHERE id = ?
      """,
      [
        .text(state.rawValue), SQLValue(reason?.rawValue), SQLValue(text), .integer(now), .text(state.rawValue),
        .text(state.rawValue), .integer(id),
      ])
    if state != account.state || reason != account.reason {
      try append(
        state == .active ? .accountEnabled : .accountPaused, at: now, workspaceID: account.workspaceID, accountID: id,
        detail: [
          ("address", account.address), ("state", state.rawValue), ("reason", reason?.rawValue ?? ""),
          ("text", text ?? ""),
        ])
    }
    // Else the same counts would pause it again with its next mail.
    if state == .active, account.state != .active, account.reason?.isOfHealth == true {
      try forgetHealth(ofAccount: id)
    }
    if state == .active { try unparkFromAccounts(workspaceID: account.workspaceID) }
    touch(.accounts)
    touch(.queue)
  }

  /// Keeps an account from sending for a while; unlike a pause it ends by itself. A longer rest that it has stands: a
  /// lost connection says nothing against the provider's limit of a day.
  ///
  /// `now` is when it begins: should the clock be set back, it lasts no longer than it was to.
  public func restAccount(_ id: Int64, until: Int64, reason: String, now: Int64) throws(StoreError) {
    try run(
      "UPDATE account SET rest_until = ?, rest_from = ?, rest_reason = ? WHERE id = ? AND COALESCE(rest_until, 0) < ?",
      [.integer(until), .integer(now), .text(reason), .integer(id), .integer(until)])
    accountBook.changed(id)
  }

  /// Says of an active account that its server has been out of reach for long. It goes on trying: this is a reason that is
  /// shown, with an event, and ends with the first answer.
  public func noteUnreachable(_ id: Int64, text: String, now: Int64) throws(StoreError) {
    guard let account = try account(id), account.state == .active, account.reason == nil else { return }
    try run(
      "UPDATE account SET reason = 'unreachable', reason_text = ? WHERE id = ?", [.text(text), .integer(id)])
    try append(
      .accountWarning, at: now, workspaceID: account.workspaceID, accountID: id,
      detail: [("address", account.address), ("reason", AccountReason.unreachable.rawValue), ("text", text)])
    accountBook.changed(id)
  }

  /// Its server answered again.
  public func noteReached(_ id: Int64, now: Int64) throws(StoreError) {
    guard let account = try account(id), account.state == .active, account.reason == .unreachable else { return }
    try run("UPDATE account SET reason = NULL, reason_text = NULL WHERE id = ?", [.integer(id)])
    try append(
      .accountEnabled, at: now, workspaceID: account.workspaceID, accountID: id,
      detail: [("address", account.address), ("state", account.state.rawValue), ("reason", ""), ("text", "")])
    accountBook.changed(id)
  }

  /// Takes an account out for good. What waits for it alone is held, with the reason; the rest of its pools' mail goes
  /// through the others. False when there was none.
  public func removeAccount(at address: String, now: Int64) throws(StoreError) -> Bool {
    guard let account = try account(at: address) else { return false }
    let why = "its account \(account.address) was removed"
    let stranded = try connection.rows(
      "SELECT \(MessageRecord.columns) FROM message m WHERE m.state = 'scheduled' AND m.lane = ?",
      [.integer(account.id)]
    ) { row throws(StoreError) in try MessageRecord(row) }
    for message in stranded { try hold(message, because: why, now: now) }
    try run("DELETE FROM pool_account WHERE account_id = ?", [.integer(account.id)])
    try run("DELETE FROM oauth_token WHERE account_id = ?", [.integer(account.id)])
    try run(
      """
      UPDATE account SET removed_at = ?, changed_at = ?, state = 'disabled', reason = 'manual', reason_text = NULL,
        secret = NULL WHERE id = ?
      """, [.integer(now), .integer(now), .integer(account.id)])
    try append(
      .accountRemoved, at: now, workspaceID: account.workspaceID, accountID: account.id,
      detail: [("address", account.address), ("held", "\(stranded.count)")])
    touch(.accounts)
    touch(.queue)
    return true
  }
}

public import Configuration
internal import Delivery
internal import Host

/// The tokens of one account, sealed, and how they fare.
public struct OAuthTokenRecord: Sendable, Equatable {
  /// Whose they are.
  public var accountID: Int64
  /// Who gave them.
  public var provider: OAuthProvider
  /// Access and refresh token, as whoever sealed them wrote them.
  public var sealed: [UInt8]
  /// Rises with each access token of the account.
  public var generation: Int64
  /// When a person agreed.
  public var authorizedAt: Int64
  /// When the access token came.
  public var obtainedAt: Int64
  /// When the access token ends.
  public var expiresAt: Int64
  /// When the authorization ends, where the provider says it.
  public var refreshExpiresAt: Int64?
  /// Why it could not be renewed when that was tried last, for people.
  public var trouble: String?
  /// Since when.
  public var troubleAt: Int64?
  /// Whether the authorization is over: only a person can mend it.
  public var isEnded: Bool
  /// The end of the authorization that was warned of.
  public var warnedEnd: Int64?
}

/// Tokens as they came from a token server, already sealed.
public struct NewOAuthToken: Sendable, Equatable {
  /// Who gave them.
  public var provider: OAuthProvider
  /// Access and refresh token.
  public var sealed: [UInt8]
  /// When the access token ends.
  public var expiresAt: Int64
  /// When the authorization ends, where the provider says it.
  public var refreshExpiresAt: Int64?

  /// Tokens.
  public init(provider: OAuthProvider, sealed: [UInt8], expiresAt: Int64, refreshExpiresAt: Int64?) {
    self.provider = provider
    self.sealed = sealed
    self.expiresAt = expiresAt
    self.refreshExpiresAt = refreshExpiresAt
  }
}

extension Reader {
  /// The tokens of an account, of the provider it names now; those of another provider are worth nothing to it.
  public func oauthToken(of account: AccountRecord) throws(StoreError) -> OAuthTokenRecord? {
    guard let provider = account.settings.oauth else { return nil }
    return try oauthTokens(where: "account_id = ? AND provider = ?", [.integer(account.id), .text(provider.rawValue)])
      .first
  }

  /// The tokens of every account that is not removed, by account.
  public func oauthTokens() throws(StoreError) -> [OAuthTokenRecord] {
    try oauthTokens(where: "account_id IN (SELECT id FROM account WHERE removed_at IS NULL)", [])
  }

  private func oauthTokens(where condition: String, _ values: [SQLValue]) throws(StoreError) -> [OAuthTokenRecord] {
    try connection.rows(
      """
      SELECT account_id, provider, sealed, generation, authorized_at, obtained_at, expires_at, refresh_expires_at,
        trouble, trouble_at, is_ended, warned_end FROM oauth_token WHERE \(condition) ORDER BY account_id
      """, values
    ) { row throws(StoreError) in
      guard let provider = OAuthProvider(rawValue: row.text(1)) else {
        throw .statement("account \(row.integer(0)) has tokens of the unknown provider \(row.text(1))")
      }
      return OAuthTokenRecord(
        accountID: row.integer(0), provider: provider, sealed: row.blob(2), generation: row.integer(3),
        authorizedAt: row.integer(4), obtainedAt: row.integer(5), expiresAt: row.integer(6),
        refreshExpiresAt: row.integerOrNil(7), trouble: row.textOrNil(8), troubleAt: row.integerOrNil(9),
        isEnded: row.integer(10) != 0, warnedEnd: row.integerOrNil(11))
    }
  }
}

extension Transaction {
  /// A person has agreed: the account has tokens, and if its login was refused it may try again.
  public func authorize(_ accountID: Int64, _ token: NewOAuthToken, now: Int64) throws(StoreError) {
    guard let account = try presentAccount(accountID) else { throw .rejected("the account was removed meanwhile") }
    try run(
      """
      INSERT INTO oauth_token (account_id, provider, sealed, generation, authorized_at, obtained_at, expires_at,
        refresh_expires_at) VALUES (?, ?, ?, 1, ?, ?, ?, ?)
      ON CONFLICT (account_id) DO UPDATE SET provider = excluded.provider, sealed = excluded.sealed,
        generation = oauth_token.generation + 1, authorized_at = excluded.authorized_at,
        obtained_at = excluded.obtained_at, expires_at = excluded.expires_at,
        refresh_expires_at = excluded.refresh_expires_at, trouble = NULL, trouble_at = NULL, is_ended = 0,
        warned_end = NULL
      """,
      [
        .integer(accountID), .text(token.provider.rawValue), .blob(token.sealed), .integer(now), .integer(now),
        .integer(token.expiresAt), SQLValue(token.refreshExpiresAt),
      ])
    // What is logged in or tries to is of the old authorization.
    try run("UPDATE account SET changed_at = ? WHERE id = ?", [.integer(now), .integer(accountID)])
    if account.state == .paused, account.reason == .authFailed {
      try setAccountState(accountID, .active, reason: nil, text: nil, now: now)
    }
    try append(
      .accountAuthorized, at: now, workspaceID: account.workspaceID, accountID: accountID,
      detail: [("address", account.address), ("provider", token.provider.rawValue)])
    touch(.accounts)
    touch(.queue)
  }

  /// Tokens were renewed. False when they are no longer those of that generation: what came is then dropped.
  public func renewed(
    _ accountID: Int64, generation: Int64, _ token: NewOAuthToken, now: Int64
  ) throws(StoreError) -> Bool {
    let count = try run(
      """
      UPDATE oauth_token SET sealed = ?, generation = generation + 1, obtained_at = ?, expires_at = ?,
        refresh_expires_at = COALESCE(?, refresh_expires_at), trouble = NULL, trouble_at = NULL
      WHERE account_id = ? AND generation = ? AND provider = ?
      """,
      [
        .blob(token.sealed), .integer(now), .integer(token.expiresAt), SQLValue(token.refreshExpiresAt),
        .integer(accountID), .integer(generation), .text(token.provider.rawValue),
      ])
    return count > 0
  }

  /// Tokens could not be renewed. The first time, and when the authorization turns out to be over, people are warned, with
  /// how long the account can go on. True when they were.
  public func renewalFailed(
    _ accountID: Int64, generation: Int64, because words: String, isEnded: Bool, now: Int64
  ) throws(StoreError) -> Bool {
    guard let account = try presentAccount(accountID), let token = try oauthToken(of: account),
      token.generation == generation
    else { return false }
    try run(
      """
      UPDATE oauth_token SET trouble = ?, trouble_at = COALESCE(trouble_at, ?), is_ended = ? WHERE account_id = ?
      """, [.text(words), .integer(now), .integer(isEnded ? 1 : 0), .integer(accountID)])
    guard token.trouble == nil || isEnded != token.isEnded else { return false }
    try warn(account, words, until: token.expiresAt, now: now)
    return true
  }

  /// Warns once of a known end of an authorization. True when it did.
  public func warnOfEnd(_ accountID: Int64, at end: Int64, _ words: String, now: Int64) throws(StoreError) -> Bool {
    guard let account = try presentAccount(accountID) else { return false }
    let count = try run(
      "UPDATE oauth_token SET warned_end = ? WHERE account_id = ? AND COALESCE(warned_end, 0) <> ?",
      [.integer(end), .integer(accountID), .integer(end)])
    guard count > 0 else { return false }
    try warn(account, words, until: end, now: now)
    return true
  }

  private func warn(_ account: AccountRecord, _ words: String, until: Int64, now: Int64) throws(StoreError) {
    try append(
      .accountWarning, at: now, workspaceID: account.workspaceID, accountID: account.id,
      detail: [("address", account.address), ("text", words), ("works_until", Clock.text(until))])
  }
}

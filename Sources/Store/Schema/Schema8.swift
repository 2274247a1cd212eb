/// Schema 8: tokens of accounts that log in with OAuth 2.0. Apart from the account's row: a new token every hour is no change
/// of the account, and must not make its rooms connect anew.
enum Schema8 {
  static let sql = """
    CREATE TABLE oauth_token (
      account_id INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
      provider TEXT NOT NULL,
      sealed BLOB NOT NULL,                    -- access and refresh token, sealed under the key file
      generation INTEGER NOT NULL,             -- rises with each token, so that a late answer does not replace a newer one
      authorized_at INTEGER NOT NULL,          -- when a person agreed
      obtained_at INTEGER NOT NULL,            -- when this access token came
      expires_at INTEGER NOT NULL,             -- its end
      refresh_expires_at INTEGER,              -- the end of the authorization, where it is known
      trouble TEXT,                            -- why it could not be renewed; NULL: it works
      trouble_at INTEGER,                      -- since when
      is_ended INTEGER NOT NULL DEFAULT 0,     -- 1: the authorization is over, only a person can mend it
      warned_end INTEGER                       -- the refresh_expires_at that was warned of
    );
    """
}

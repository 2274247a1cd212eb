/// Schema 7: keys that apps log in with.
enum Schema7 {
  static let sql = """
    CREATE TABLE api_key (
      id INTEGER PRIMARY KEY,
      submitter_id INTEGER NOT NULL REFERENCES submitter (id) ON DELETE CASCADE,
      name TEXT NOT NULL,                      -- for people
      hash TEXT NOT NULL UNIQUE,               -- Host.APIKey.hash: the key itself is nowhere
      beginning TEXT NOT NULL,                 -- its first characters, for people
      created_at INTEGER NOT NULL,
      used_at INTEGER,                         -- to the hour
      revoked_at INTEGER                       -- the row stays, so that lists and events can be read later
    );
    CREATE INDEX api_key_submitter ON api_key (submitter_id);
    """
}

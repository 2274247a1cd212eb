/// Schema 16: keys that sign what leaves.
enum Schema16 {
  static let sql = """
    CREATE TABLE dkim_key (
      domain TEXT NOT NULL,                    -- of From, in lower case
      selector TEXT NOT NULL,
      kind TEXT NOT NULL,                      -- rsa or ed25519
      secret BLOB NOT NULL,                    -- the private key, sealed under the key file
      public_key TEXT NOT NULL,                -- base64, as its DNS record says it
      created_at INTEGER NOT NULL,
      PRIMARY KEY (domain, kind)
    );
    """
}

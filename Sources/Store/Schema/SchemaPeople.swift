/// What the store keeps for and of people beside their facts.
enum SchemaPeople {
  /// Step "erasure indexes": whose mails share a body, asked while everybody waits.
  static let erasureIndexes = """
    CREATE INDEX message_body ON message (body_id) WHERE body_id <> 0;
    CREATE INDEX inbound_body ON inbound (body_id) WHERE body_id <> 0;
    """

  /// Step "suppression key".
  static let suppressionKey = """
    -- Keys of the store's own, sealed under the key file: they stay when the key file is changed.
    CREATE TABLE sealed_key (
      name TEXT PRIMARY KEY,
      sealed BLOB NOT NULL
    ) WITHOUT ROWID;
    """

  /// Step "person": mails to somebody are found by the address without regard to case, however it was written each time.
  static let person = """
    DROP INDEX message_recipient;
    CREATE INDEX message_person ON message (lower(recipient));
    """

  /// Step "segments".
  static let segments = """
    CREATE TABLE segment (
      id INTEGER PRIMARY KEY,
      workspace_id INTEGER NOT NULL REFERENCES workspace (id),
      name TEXT NOT NULL,                      -- lower case
      filter TEXT NOT NULL,                    -- Outreach.ContactFilter, as written
      created_at INTEGER NOT NULL,
      changed_at INTEGER NOT NULL,
      UNIQUE (workspace_id, name)
    );
    """

  /// Step "erasure".
  static let erasure = """
    ALTER TABLE contact ADD COLUMN erased_at INTEGER;   -- the row stays for what counts people; nothing in it is theirs
    -- Mails of erased people that still lie in a mailbox: seen again, they are not stored again.
    CREATE TABLE erased_mail (
      account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      identity TEXT NOT NULL,                  -- HMAC of `inbound.identity`, or of `inbound.object_id`
      PRIMARY KEY (account_id, identity)
    ) WITHOUT ROWID;
    """
}

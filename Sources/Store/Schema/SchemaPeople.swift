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

  /// Step "written addresses": people stand under the key of their address, and are shown and written to as it was written. What
  /// stands under another spelling of it is brought there by `Spellings`.
  static let writtenAddresses = """
    ALTER TABLE contact ADD COLUMN written TEXT;         -- the address as it is shown; NULL: like `address`
    ALTER TABLE contact ADD COLUMN merged_into INTEGER;  -- the contact who turned out to be the same person
    CREATE INDEX contact_merged ON contact (merged_into) WHERE merged_into IS NOT NULL;
    ALTER TABLE suppression ADD COLUMN written TEXT;     -- the value as it is shown; NULL: like `value`
    ALTER TABLE message ADD COLUMN person TEXT;          -- the key of `recipient`; NULL: lower(recipient)
    DROP INDEX message_person;
    CREATE INDEX message_person ON message (COALESCE(person, lower(recipient)));
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

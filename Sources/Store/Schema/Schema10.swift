/// Schema 10: how far folders have been read, and by what else than a Message-ID a mail is known.
enum Schema10 {
  static let sql = """
    ALTER TABLE folder_cursor ADD COLUMN mod_sequence INTEGER;  -- HIGHESTMODSEQ when it was read (RFC 7162)
    ALTER TABLE folder_cursor ADD COLUMN mailbox_id TEXT;       -- MAILBOXID (RFC 8474)
    -- A first look goes from the newest mail down: what of it is left. NULL: nothing.
    ALTER TABLE folder_cursor ADD COLUMN backlog_below INTEGER; -- UIDs below this one are not read yet
    ALTER TABLE folder_cursor ADD COLUMN backlog_since INTEGER; -- older mails are passed over
    ALTER TABLE folder_cursor ADD COLUMN backlog_left INTEGER;  -- mails, as far as the server has told
    ALTER TABLE folder_cursor ADD COLUMN backlog_total INTEGER;

    ALTER TABLE inbound ADD COLUMN object_id TEXT;              -- the server's own name of the mail: EMAILID or X-GM-MSGID
    CREATE INDEX inbound_object ON inbound (account_id, object_id) WHERE object_id IS NOT NULL;
    ALTER TABLE message ADD COLUMN thread_id TEXT;              -- of its copy in Sent: THREADID or X-GM-THRID
    CREATE INDEX message_thread ON message (account_id, thread_id) WHERE thread_id IS NOT NULL;

    -- Bounces that wait to be moved, for accounts that name a folder for them.
    CREATE TABLE bounce_move (
      account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      folder TEXT NOT NULL,
      uid_validity INTEGER NOT NULL,
      uid INTEGER NOT NULL,
      PRIMARY KEY (account_id, folder, uid_validity, uid)
    ) WITHOUT ROWID;
    """
}

/// Schema 1: the main job. Instants are UTC epoch milliseconds, addresses are normalised text, structured values JSON.
enum Schema1 {
  static let sql = """
    CREATE TABLE schema_version (version INTEGER NOT NULL);

    CREATE TABLE workspace (
      id INTEGER PRIMARY KEY,
      key TEXT NOT NULL UNIQUE,
      zone TEXT NOT NULL,
      daily_credits INTEGER NOT NULL,          -- 0: no limit
      sequence_defaults TEXT NOT NULL,         -- Configuration.SequenceEntry: what a sequence that is silent does
      created_at INTEGER NOT NULL
    );

    CREATE TABLE pool (
      id INTEGER PRIMARY KEY,
      workspace_id INTEGER NOT NULL REFERENCES workspace (id),
      key TEXT NOT NULL,
      rotation TEXT NOT NULL,
      turn INTEGER NOT NULL DEFAULT 0,         -- the account that round-robin chose last
      UNIQUE (workspace_id, key)
    );

    CREATE TABLE account (
      id INTEGER PRIMARY KEY,
      workspace_id INTEGER NOT NULL REFERENCES workspace (id),
      address TEXT NOT NULL UNIQUE,
      state TEXT NOT NULL,
      reason TEXT,                             -- why it is not active: the vocabulary of DESIGN.md
      reason_text TEXT,                        -- the server's own words
      settings TEXT NOT NULL,                  -- Configuration.AccountSettings
      secret BLOB,                             -- sealed under the key file
      rest_until INTEGER,                      -- a provider's limit or trouble on the way: no sends before
      rest_reason TEXT,
      removed_at INTEGER,                      -- the row stays, so that adding the address again keeps its usage
      created_at INTEGER NOT NULL,
      changed_at INTEGER NOT NULL
    );

    CREATE TABLE pool_account (
      pool_id INTEGER NOT NULL REFERENCES pool (id) ON DELETE CASCADE,
      account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      weight INTEGER NOT NULL DEFAULT 1,
      PRIMARY KEY (pool_id, account_id)
    );

    CREATE TABLE submitter (
      id INTEGER PRIMARY KEY,
      workspace_id INTEGER NOT NULL REFERENCES workspace (id),
      name TEXT NOT NULL UNIQUE,
      password_hash TEXT NOT NULL,
      pools TEXT NOT NULL,                     -- JSON list of keys; empty: any. The first is where its mail goes
      from_addresses TEXT NOT NULL,            -- JSON list of addresses and @domains it may write from; empty: any
      keep_from INTEGER NOT NULL,              -- 1: its From stays instead of becoming the account's
      created_at INTEGER NOT NULL
    );

    CREATE TABLE contact (
      id INTEGER PRIMARY KEY,
      workspace_id INTEGER NOT NULL REFERENCES workspace (id),
      address TEXT NOT NULL,                   -- lower case as a whole
      created_at INTEGER NOT NULL,
      UNIQUE (workspace_id, address)
    );

    CREATE TABLE sequence (
      id INTEGER PRIMARY KEY,
      workspace_id INTEGER NOT NULL REFERENCES workspace (id),
      key TEXT NOT NULL,
      state TEXT NOT NULL,
      entry TEXT NOT NULL,                     -- Configuration.SequenceEntry
      created_at INTEGER NOT NULL,
      UNIQUE (workspace_id, key)
    );

    CREATE TABLE enrollment (
      id INTEGER PRIMARY KEY,
      sequence_id INTEGER NOT NULL REFERENCES sequence (id),
      contact_id INTEGER NOT NULL REFERENCES contact (id),
      state TEXT NOT NULL,
      stop_reason TEXT,
      account_id INTEGER,                      -- the account of its thread, from the first accepted step on
      replan INTEGER NOT NULL,                 -- 1: the sequencer has yet to look at what changed
      started_at INTEGER NOT NULL,
      ended_at INTEGER,
      replied_at INTEGER,
      UNIQUE (sequence_id, contact_id)
    );
    CREATE INDEX enrollment_replan ON enrollment (id) WHERE replan = 1;
    CREATE INDEX enrollment_contact ON enrollment (contact_id);

    CREATE TABLE body (
      id INTEGER PRIMARY KEY,
      bytes BLOB NOT NULL
    );

    CREATE TABLE message (
      id INTEGER PRIMARY KEY,
      workspace_id INTEGER NOT NULL,
      submitter_id INTEGER,
      body_id INTEGER NOT NULL,
      state TEXT NOT NULL,
      lane INTEGER NOT NULL,                   -- an account's id, or minus a pool's: what it waits for
      priority INTEGER NOT NULL,
      scheduled_for INTEGER,                   -- when it may go; NULL: the step before it has not gone
      retry_at INTEGER,
      due INTEGER,                             -- when the relay should look at it next
      parked_by TEXT,                          -- the gate that made `due` later than the schedule
      sender TEXT NOT NULL,                    -- reverse-path of the submission
      recipient TEXT NOT NULL,
      from_address TEXT,                       -- the submission's From when its submitter may choose it
      subject TEXT NOT NULL,
      message_id TEXT NOT NULL,
      sent_message_id TEXT,                    -- what the provider made of it, where it changed it
      pool_id INTEGER NOT NULL,
      account_id INTEGER,                      -- bound by header or thread; else the account that sent it
      enrollment_id INTEGER,
      step INTEGER,
      delay INTEGER,                           -- milliseconds after the step before
      send_at INTEGER,
      conditions TEXT NOT NULL DEFAULT '',
      campaign TEXT,
      tag TEXT,
      attempts INTEGER NOT NULL DEFAULT 0,
      last_reply TEXT,
      created_at INTEGER NOT NULL,
      sent_at INTEGER,
      finished_at INTEGER,
      opened_at INTEGER,
      clicked_at INTEGER,
      replied_at INTEGER
    );
    CREATE INDEX message_queue ON message (lane, priority, due) WHERE state = 'scheduled';
    CREATE INDEX message_parked ON message (parked_by, workspace_id) WHERE state = 'scheduled' AND parked_by IS NOT NULL;
    -- What is still on its way, for lists: a query finds it by saying the same words.
    CREATE INDEX message_open ON message (id) WHERE state IN ('draft', 'scheduled', 'sending', 'held', 'unknown');
    CREATE INDEX message_message_id ON message (message_id);
    CREATE INDEX message_sent_message_id ON message (sent_message_id) WHERE sent_message_id IS NOT NULL;
    CREATE INDEX message_recipient ON message (recipient);
    CREATE UNIQUE INDEX message_step ON message (enrollment_id, step) WHERE enrollment_id IS NOT NULL;

    CREATE TABLE attempt (
      id INTEGER PRIMARY KEY,
      message_id INTEGER NOT NULL,
      account_id INTEGER NOT NULL,
      state TEXT NOT NULL,
      claimed_at INTEGER NOT NULL,
      transmitting_at INTEGER,
      finished_at INTEGER,
      reply_code INTEGER,
      reply_text TEXT,
      meaning TEXT
    );
    CREATE INDEX attempt_message ON attempt (message_id);
    CREATE INDEX attempt_account ON attempt (account_id, finished_at);
    CREATE INDEX attempt_open ON attempt (account_id) WHERE state IN ('claimed', 'transmitting');

    CREATE TABLE usage (
      account_id INTEGER NOT NULL,
      day TEXT NOT NULL,                       -- the account's own calendar day
      accepted INTEGER NOT NULL,
      PRIMARY KEY (account_id, day)
    );

    CREATE TABLE inbound (
      id INTEGER PRIMARY KEY,
      account_id INTEGER NOT NULL,
      folder TEXT NOT NULL,
      identity TEXT NOT NULL,                  -- Message-ID, or a hash: what makes a second look at it do nothing
      body_id INTEGER NOT NULL,
      received_at INTEGER NOT NULL,
      seen_at INTEGER NOT NULL,
      sender TEXT,
      subject TEXT,
      class TEXT NOT NULL,
      rule TEXT NOT NULL,
      verdict TEXT NOT NULL,
      message_id INTEGER,                      -- the message it answers
      matched_by TEXT,
      UNIQUE (account_id, identity)
    );
    CREATE INDEX inbound_message ON inbound (message_id) WHERE message_id IS NOT NULL;

    CREATE TABLE folder_cursor (
      account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      folder TEXT NOT NULL,
      uid_validity INTEGER NOT NULL,
      last_uid INTEGER NOT NULL,
      PRIMARY KEY (account_id, folder)
    );

    CREATE TABLE suppression (
      id INTEGER PRIMARY KEY,
      workspace_id INTEGER NOT NULL,
      value TEXT NOT NULL,                     -- an address, or @domain
      reason TEXT NOT NULL,
      source TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      UNIQUE (workspace_id, value)
    );

    CREATE TABLE credit (
      id INTEGER PRIMARY KEY,
      workspace_id INTEGER NOT NULL,
      day TEXT NOT NULL,                       -- the workspace's own calendar day
      kind TEXT NOT NULL,                      -- send, reply or grant
      amount INTEGER NOT NULL,
      booking_key TEXT NOT NULL UNIQUE,        -- so that booking the same fact twice does nothing
      message_id INTEGER,
      account_id INTEGER,
      at INTEGER NOT NULL
    );
    CREATE INDEX credit_day ON credit (workspace_id, day, kind);

    CREATE TABLE idempotency (
      owner TEXT NOT NULL,                     -- the submitter's name, or '' for trusted networks
      key TEXT NOT NULL,
      message_id INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      PRIMARY KEY (owner, key)
    );
    CREATE INDEX idempotency_age ON idempotency (created_at);

    CREATE TABLE event (
      id INTEGER PRIMARY KEY,
      at INTEGER NOT NULL,
      workspace_id INTEGER NOT NULL,
      kind TEXT NOT NULL,
      message_id INTEGER,
      account_id INTEGER,
      enrollment_id INTEGER,
      detail TEXT NOT NULL
    );
    """
}

/// Recurring runs that find contacts and enrol them.
enum SchemaCampaigns {
  /// Step "campaign indexes": what a run's mails have cost, and who is enrolled next.
  static let indexes = """
    CREATE INDEX credit_message ON credit (message_id) WHERE message_id IS NOT NULL;
    CREATE INDEX campaign_person_next ON campaign_person (run_id, id) WHERE state = 'ready';
    """

  /// Step "campaigns".
  static let sql = """
    CREATE TABLE campaign (
      id INTEGER PRIMARY KEY,
      workspace_id INTEGER NOT NULL REFERENCES workspace (id),
      key TEXT NOT NULL,
      entry TEXT NOT NULL,                     -- Configuration.CampaignEntry
      state TEXT NOT NULL,                     -- draft, active, paused or completed
      source_secret BLOB,                      -- sealed under the key file
      enrichment_secret BLOB,
      runs_made INTEGER NOT NULL DEFAULT 0,
      next_run_at INTEGER,                     -- NULL: none is planned
      ends_at INTEGER,                         -- when the day of the last run is over
      call_day TEXT,                           -- the day of which calls_of_day counts enrichment's requests
      calls_of_day INTEGER NOT NULL DEFAULT 0,
      created_at INTEGER NOT NULL,
      changed_at INTEGER NOT NULL,
      started_at INTEGER,
      ended_at INTEGER,
      UNIQUE (workspace_id, key)
    );
    CREATE INDEX campaign_active ON campaign (next_run_at) WHERE state = 'active';

    CREATE TABLE campaign_run (
      id INTEGER PRIMARY KEY,
      campaign_id INTEGER NOT NULL REFERENCES campaign (id) ON DELETE CASCADE,
      number INTEGER NOT NULL,
      day TEXT NOT NULL,                       -- in the campaign's zone
      state TEXT NOT NULL,                     -- finding, enriching, enrolling, done, failed or cancelled
      position TEXT NOT NULL,                  -- Outreach.RunPosition: where the source is asked next
      failure TEXT,                            -- why the source could not be read to its end
      planned_at INTEGER NOT NULL,
      started_at INTEGER NOT NULL,
      ended_at INTEGER,
      layout_from INTEGER,                     -- its mails lie from here over the day's hours
      layout_count INTEGER NOT NULL DEFAULT 0, -- how many are laid out
      layout_done INTEGER NOT NULL DEFAULT 0,  -- how many of them have their place
      found INTEGER NOT NULL DEFAULT 0,
      with_address INTEGER NOT NULL DEFAULT 0,
      new INTEGER NOT NULL DEFAULT 0,
      enrolled INTEGER NOT NULL DEFAULT 0,
      errors INTEGER NOT NULL DEFAULT 0,
      calls INTEGER NOT NULL DEFAULT 0,        -- enrichment's requests
      last_error TEXT,
      UNIQUE (campaign_id, number)
    );
    CREATE INDEX campaign_run_open ON campaign_run (campaign_id) WHERE ended_at IS NULL;

    -- Who was found by a run that is under way; gone when it ends.
    CREATE TABLE campaign_person (
      id INTEGER PRIMARY KEY,
      run_id INTEGER NOT NULL REFERENCES campaign_run (id) ON DELETE CASCADE,
      identity TEXT NOT NULL,                  -- Outreach.FoundPerson.identity
      address TEXT,                            -- NULL: wanted of the enrichment
      person TEXT NOT NULL,                    -- Outreach.FoundPerson
      state TEXT NOT NULL,                     -- wanting, ready or out: known already, or not to be had
      UNIQUE (run_id, identity)
    );
    CREATE UNIQUE INDEX campaign_person_ready ON campaign_person (run_id, address) WHERE state = 'ready';
    CREATE INDEX campaign_person_wanting ON campaign_person (run_id, id) WHERE state = 'wanting';

    -- Everybody a campaign ever contacted: nobody twice.
    CREATE TABLE campaign_contact (
      campaign_id INTEGER NOT NULL REFERENCES campaign (id) ON DELETE CASCADE,
      contact_id INTEGER NOT NULL,
      run_id INTEGER NOT NULL,
      enrollment_id INTEGER NOT NULL,
      identity TEXT NOT NULL,
      PRIMARY KEY (campaign_id, contact_id)
    ) WITHOUT ROWID;
    CREATE INDEX campaign_contact_identity ON campaign_contact (campaign_id, identity);
    CREATE INDEX campaign_contact_run ON campaign_contact (run_id);
    CREATE INDEX campaign_contact_contact ON campaign_contact (contact_id);

    -- What enrichments have answered, also that there is no address.
    CREATE TABLE enrichment_answer (
      workspace_id INTEGER NOT NULL,
      source TEXT NOT NULL,                    -- the call's URL and body, as a digest
      identity TEXT NOT NULL,
      address TEXT,                            -- NULL: nobody knows one
      answer TEXT,                             -- Outreach.FoundPerson
      at INTEGER NOT NULL,
      PRIMARY KEY (workspace_id, source, identity)
    ) WITHOUT ROWID;
    CREATE INDEX enrichment_answer_address ON enrichment_answer (address) WHERE address IS NOT NULL;
    """
}

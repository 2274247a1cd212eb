/// Schema 5: what the finer limits count.
enum Schema5 {
  static let sql = """
    -- Accepted sends to people who had none from the workspace before; counted while the account has that limit.
    ALTER TABLE usage ADD COLUMN new_contacts INTEGER NOT NULL DEFAULT 0;

    CREATE TABLE domain_usage (
      account_id INTEGER NOT NULL,
      day TEXT NOT NULL,                       -- the account's own calendar day
      domain TEXT NOT NULL,                    -- of the recipient, in lower case
      accepted INTEGER NOT NULL,
      PRIMARY KEY (account_id, day, domain)
    ) WITHOUT ROWID;

    ALTER TABLE workspace ADD COLUMN contact_limits TEXT NOT NULL DEFAULT 'null';  -- Configuration.ContactLimits
    """
}

/// Schema 11: people with their facts.
enum Schema11 {
  static let sql = """
    ALTER TABLE contact ADD COLUMN first_name TEXT;
    ALTER TABLE contact ADD COLUMN last_name TEXT;
    ALTER TABLE contact ADD COLUMN company TEXT;
    ALTER TABLE contact ADD COLUMN zone TEXT;                  -- IANA name; NULL: not known
    ALTER TABLE contact ADD COLUMN consent TEXT;               -- where the ground for writing to them comes from
    ALTER TABLE contact ADD COLUMN fields TEXT NOT NULL DEFAULT '{}';  -- custom fields, a JSON object of texts
    ALTER TABLE contact ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';    -- a sorted JSON list
    ALTER TABLE contact ADD COLUMN changed_at INTEGER NOT NULL DEFAULT 0;
    """
}

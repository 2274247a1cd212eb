/// Schema 13: mails that were handed in by name.
enum Schema13 {
  static let sql = """
    -- The names under which `postern sendmail` hands in; a row for a day, and for as long as the mail lies in the spool folder.
    CREATE TABLE hand_in (
      name TEXT PRIMARY KEY,
      message_id INTEGER,                      -- the first message; NULL for a cancellation
      taken_at INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX hand_in_age ON hand_in (taken_at);
    """
}

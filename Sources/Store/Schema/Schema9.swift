/// Schema 9: looking for copies of messages that may or may not have gone.
enum Schema9 {
  static let sql = """
    CREATE TABLE sent_check (
      message_id INTEGER PRIMARY KEY,
      account_id INTEGER NOT NULL,
      since INTEGER NOT NULL,                  -- its first final dot went no earlier: no copy is older
      begun_at INTEGER NOT NULL,               -- when its fate became unknown; the wait for a copy counts from here
      next_look INTEGER NOT NULL,
      looks INTEGER NOT NULL DEFAULT 0         -- that came to an end, with whatever result
    );
    CREATE INDEX sent_check_next ON sent_check (next_look);
    """
}

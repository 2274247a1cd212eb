/// Schema 15: the mail log.
enum Schema15 {
  static let sql = """
    CREATE TABLE mail_log (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      store INTEGER NOT NULL,                  -- a random number that ties the log's file to this store
      number INTEGER NOT NULL,                 -- the last group whose mails are in the tables
      place INTEGER NOT NULL                   -- where it ends in the file
    );
    """
}

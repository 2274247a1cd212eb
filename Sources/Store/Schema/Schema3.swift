/// Schema 3: what a submission asked of the servers on its way (RFC 3461, RFC 6531); only messages that asked have a row.
enum Schema3 {
  static let sql = """
    CREATE TABLE delivery_request (
      message_id INTEGER PRIMARY KEY REFERENCES message (id),
      return_content TEXT,                     -- RET: FULL or HDRS
      envelope_id TEXT,                        -- ENVID, xtext
      notify TEXT,                             -- NOTIFY
      original_recipient TEXT,                 -- ORCPT, as it stands in a command
      allows_utf8 INTEGER NOT NULL             -- 1: submitted with SMTPUTF8
    );
    """
}

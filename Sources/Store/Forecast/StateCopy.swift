/// A copy in memory of what decides about the queue: the same schema, so that the same queries and gates run on it.
///
/// Bodies, events and inbound mails stay behind, and so do messages that are over and that no gate asks about any more. It
/// is read at one commit, without keeping the writer or the other readers.
enum StateCopy {
  /// Opens the copy. `now` bounds what the limits still count: a day back, and what a clock that was set back left ahead.
  static func make(ofStoreAt path: String, now: Int64) throws(StoreError) -> SQLiteConnection {
    let copy = try SQLiteConnection(path: ":memory:", mode: .copy)
    try Migrations.bringUpToDate(copy, now: now)
    try copy.run("ATTACH ? AS live", [.text("file:" + escaped(path) + "?mode=ro")])
    try copy.script("BEGIN; DELETE FROM workspace; DELETE FROM pool")
    let whole = [
      "workspace", "pool", "account", "pool_account", "sequence", "experiment", "usage", "domain_usage", "suppression",
      "campaign", "campaign_run",
    ]
    for table in whole {
      try copy.script("INSERT INTO main.\(table) SELECT * FROM live.\(table)")
    }
    try copy.script(messages)
    let accounts = try copy.rows("SELECT id FROM main.account", []) { row in row.integer(0) }
    for account in accounts {
      // The last ones say how long this account's server takes for a mail, and when its gap began.
      try copy.run(
        """
        INSERT OR IGNORE INTO main.attempt SELECT * FROM (SELECT * FROM live.attempt
          WHERE account_id = ? AND state = 'accepted' ORDER BY finished_at DESC LIMIT \(Simulation.sampledSends))
        """, [.integer(account)])
      try copy.run(
        "INSERT OR IGNORE INTO main.attempt SELECT * FROM live.attempt WHERE account_id = ? AND finished_at > ?",
        [.integer(account), .integer(now - longestSpan)])
    }
    try copy.run("INSERT INTO main.credit SELECT * FROM live.credit WHERE at > ?", [.integer(now - longestSpan)])
    try copy.script("COMMIT")
    // The attached file is not let go of while a statement that read it is kept.
    copy.forgetStatements()
    try copy.script("DETACH live")
    return copy
  }

  /// No limit looks further back than 24 hours; a day of any zone begins no more than 26 hours before it ends.
  private static let longestSpan: Int64 = 2 * 86_400_000

  /// What is on its way; the other steps of its enrollments; and what was sent to the same people, for the limits of first
  /// mails and of mails to a person.
  private static let messages = """
    INSERT INTO main.message SELECT * FROM live.message m WHERE \(MessageState.words(MessageState.unfinished, of: "m"));
    INSERT OR IGNORE INTO main.message SELECT m.* FROM live.enrollment e JOIN live.message m ON m.enrollment_id = e.id
      WHERE e.state IN ('active', 'paused') OR e.replan = 1;
    INSERT OR IGNORE INTO main.message SELECT * FROM live.message
      WHERE enrollment_id IN (SELECT enrollment_id FROM main.message WHERE enrollment_id IS NOT NULL);
    INSERT OR IGNORE INTO main.message SELECT * FROM live.message WHERE sent_at IS NOT NULL
      AND COALESCE(person, lower(recipient)) IN (SELECT COALESCE(person, lower(recipient)) FROM main.message);
    INSERT INTO main.enrollment SELECT * FROM live.enrollment WHERE state IN ('active', 'paused') OR replan = 1
      OR id IN (SELECT enrollment_id FROM main.message WHERE enrollment_id IS NOT NULL);
    INSERT INTO main.task SELECT * FROM live.task WHERE enrollment_id IN (SELECT id FROM main.enrollment);
    INSERT INTO main.contact SELECT * FROM live.contact WHERE id IN (SELECT contact_id FROM main.enrollment);
    INSERT INTO main.attempt SELECT * FROM live.attempt WHERE finished_at IS NULL;
    INSERT OR IGNORE INTO main.attempt SELECT * FROM live.attempt
      WHERE message_id IN (SELECT id FROM main.message WHERE state = 'unknown');
    """

  /// A path in SQLite's URI notation.
  private static func escaped(_ path: String) -> String {
    var text = ""
    for character in path.unicodeScalars {
      switch character {
      case "%": text += "%25"
      case "?": text += "%3f"
      case "#": text += "%23"
      default: text.unicodeScalars.append(character)
      }
    }
    return text
  }
}

enum SchemaRelay {
  /// Schema "relay": what an account has under way is not among what it did, which its limits ask for.
  static let sql = """
    DROP INDEX attempt_account;
    CREATE INDEX attempt_account ON attempt (account_id, finished_at) WHERE finished_at IS NOT NULL;
    """

  /// Step "plain indexes": whether a row belongs into an index is asked at each change of it, and for IN with more than two
  /// values SQLite makes a table of them each time, which took longer than the change. A query finds such an index by
  /// saying the same: `MessageState.words`, `Reader.isAnswer`.
  static let plainIndexes = """
    DROP INDEX message_open;
    CREATE INDEX message_open ON message (id)
      WHERE state = 'draft' OR state = 'scheduled' OR state = 'sending' OR state = 'held' OR state = 'unknown';
    DROP INDEX event_answer;
    CREATE INDEX event_answer ON event (message_id, kind)
      WHERE kind = 'message.replied' OR kind = 'message.opened' OR kind = 'message.clicked'
        OR kind = 'message.unsubscribed' OR kind = 'message.complained';
    """

  /// Step "open attempts": that a dot is about to go is said of each mail's attempt, and is no change of this index any more.
  static let openAttempts = """
    DROP INDEX attempt_open;
    CREATE INDEX attempt_open ON attempt (account_id) WHERE finished_at IS NULL;
    """

  /// Schema "rests": when a rest began, so that a clock that is set back makes it no longer.
  static let rests = """
    ALTER TABLE account ADD COLUMN rest_from INTEGER;
    """
}

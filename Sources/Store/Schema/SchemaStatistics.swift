/// Step "statistics": sums over the events, made after them by the sequencer.
enum SchemaStatistics {
  static let sql = """
    CREATE TABLE statistic (
      workspace_id INTEGER NOT NULL,
      scope TEXT NOT NULL,                     -- Outreach.StatisticsScope
      key TEXT NOT NULL,                       -- an id, ids joined by "/", or a name
      fact TEXT NOT NULL,                      -- Outreach.StatisticsFact
      hour INTEGER NOT NULL,                   -- whole hours since 1970 in UTC
      count INTEGER NOT NULL,
      PRIMARY KEY (workspace_id, scope, key, fact, hour)
    ) WITHOUT ROWID;

    CREATE TABLE statistic_cursor (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      event_id INTEGER NOT NULL                -- the last event that is in the sums
    );
    INSERT INTO statistic_cursor (id, event_id) VALUES (1, 0);

    -- Each mail counts once, however often it is opened or answered. Few events are of these kinds.
    CREATE INDEX event_answer ON event (message_id, kind) WHERE kind IN
      ('message.replied', 'message.opened', 'message.clicked', 'message.unsubscribed', 'message.complained');
    """
}

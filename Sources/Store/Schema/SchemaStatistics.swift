/// Sums over the events, made after them by the sequencer.
enum SchemaStatistics {
  /// Step "statistics of people": where each enrollment stands, and sums that are made anew beside those that are read.
  static let people = """
    DROP TABLE statistic;
    DROP TABLE statistic_span;
    DROP TABLE statistic_cursor;

    CREATE TABLE statistic (
      generation INTEGER NOT NULL,             -- that of `statistic_cursor` is read; others are being made or taken away
      workspace_id INTEGER NOT NULL,
      scope TEXT NOT NULL,                     -- Outreach.StatisticsScope
      key TEXT NOT NULL,                       -- an id, ids joined by "/", or a name
      fact TEXT NOT NULL,                      -- Outreach.StatisticsFact
      hour INTEGER NOT NULL,                   -- whole hours since 1970 in UTC
      count INTEGER NOT NULL,
      PRIMARY KEY (generation, workspace_id, scope, key, fact, hour)
    ) WITHOUT ROWID;
    -- The hours at the ends of a span, of all keys.
    CREATE INDEX statistic_hour ON statistic (generation, workspace_id, scope, hour);

    CREATE TABLE statistic_span (
      generation INTEGER NOT NULL,
      workspace_id INTEGER NOT NULL,
      scope TEXT NOT NULL,
      hours INTEGER NOT NULL,                  -- how many: Outreach.StatisticsHours.Size
      key TEXT NOT NULL,
      fact TEXT NOT NULL,
      hour INTEGER NOT NULL,                   -- the first of them
      count INTEGER NOT NULL,
      PRIMARY KEY (generation, workspace_id, scope, hours, key, fact, hour)
    ) WITHOUT ROWID;

    -- Outreach.StatisticsPerson, after the events that are in the sums.
    CREATE TABLE statistic_person (
      generation INTEGER NOT NULL,
      enrollment_id INTEGER NOT NULL,
      step TEXT,
      variant TEXT,
      account_id INTEGER,
      state TEXT NOT NULL,
      PRIMARY KEY (generation, enrollment_id)
    ) WITHOUT ROWID;

    CREATE TABLE statistic_cursor (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      event_id INTEGER NOT NULL,               -- the last event that is in the sums
      generation INTEGER NOT NULL,
      last_generation INTEGER NOT NULL         -- the highest that was begun
    );
    INSERT INTO statistic_cursor (id, event_id, generation, last_generation) VALUES (1, 0, 1, 1);
    """

  /// Step "statistics of days": the same sums by days and by 32 days, so that an answer over years reads few of them.
  static let spans = """
    CREATE TABLE statistic_span (
      workspace_id INTEGER NOT NULL,
      scope TEXT NOT NULL,
      hours INTEGER NOT NULL,                  -- how many: Outreach.StatisticsHours.Size
      key TEXT NOT NULL,
      fact TEXT NOT NULL,
      hour INTEGER NOT NULL,                   -- the first of them
      count INTEGER NOT NULL,
      PRIMARY KEY (workspace_id, scope, hours, key, fact, hour)
    ) WITHOUT ROWID;
    -- All is counted anew, also because people are of campaigns and tags now; some seconds after the start.
    DELETE FROM statistic;
    UPDATE statistic_cursor SET event_id = 0;
    -- The hours at the ends of a span, of all keys.
    CREATE INDEX statistic_hour ON statistic (workspace_id, scope, hour);
    """

  /// Step "statistics".
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

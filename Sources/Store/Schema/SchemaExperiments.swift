/// What is counted of experiments, mail by mail as their time to succeed is over.
enum SchemaExperiments {
  /// Step "experiment counts".
  static let counts = """
    ALTER TABLE experiment ADD COLUMN counted_at INTEGER NOT NULL DEFAULT 0;  -- when the mail went that was counted last
    ALTER TABLE experiment ADD COLUMN counted_id INTEGER NOT NULL DEFAULT 0;  -- and which one that was

    CREATE TABLE experiment_count (
      sequence_id INTEGER NOT NULL REFERENCES sequence (id) ON DELETE CASCADE,
      step_id TEXT NOT NULL,
      variant TEXT NOT NULL,
      trials INTEGER NOT NULL,
      successes INTEGER NOT NULL,
      PRIMARY KEY (sequence_id, step_id, variant)
    ) WITHOUT ROWID;

    -- In the order in which they settle.
    CREATE INDEX message_variant ON message (step_id, sent_at, id) WHERE variant IS NOT NULL;
    """
}

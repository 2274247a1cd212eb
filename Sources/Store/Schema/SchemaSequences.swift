/// Step "sequences": sequences whose steps are their own.
enum SchemaSequences {
  static let sql = """
    ALTER TABLE sequence ADD COLUMN version INTEGER NOT NULL DEFAULT 0;  -- of its definition; 0: its steps come by headers
    CREATE TABLE sequence_version (
      sequence_id INTEGER NOT NULL REFERENCES sequence (id) ON DELETE CASCADE,
      number INTEGER NOT NULL,
      entry TEXT NOT NULL,                     -- Configuration.SequenceEntry
      at INTEGER NOT NULL,
      PRIMARY KEY (sequence_id, number)
    ) WITHOUT ROWID;

    -- A mail of such a sequence. Until it is claimed its body_id is 0 and its subject a template.
    ALTER TABLE message ADD COLUMN step_id TEXT;     -- the step's id in the definition
    ALTER TABLE message ADD COLUMN version INTEGER;  -- of the definition that it was written by
    ALTER TABLE message ADD COLUMN variant TEXT;     -- which one the contact was dealt
    ALTER TABLE message ADD COLUMN from_name TEXT;   -- in From; NULL: the account's
    ALTER TABLE message ADD COLUMN minute_of_day INTEGER;  -- not before this minute of the day

    ALTER TABLE enrollment ADD COLUMN version INTEGER NOT NULL DEFAULT 0;  -- of the definition that its steps follow
    ALTER TABLE enrollment ADD COLUMN campaign_run INTEGER;  -- the run that enrolled
    ALTER TABLE enrollment ADD COLUMN next_action_at INTEGER;  -- when its next step is due; NULL: not by time alone
    CREATE INDEX enrollment_next ON enrollment (next_action_at) WHERE next_action_at IS NOT NULL;

    -- Steps that a person does.
    CREATE TABLE task (
      id INTEGER PRIMARY KEY,
      workspace_id INTEGER NOT NULL,
      enrollment_id INTEGER NOT NULL REFERENCES enrollment (id),
      step INTEGER NOT NULL,
      step_id TEXT NOT NULL,
      version INTEGER NOT NULL,
      kind TEXT NOT NULL,                      -- task, call, linkedin or sms
      title TEXT NOT NULL,
      note TEXT,
      state TEXT NOT NULL,                     -- scheduled, open, done, skipped or cancelled
      waits INTEGER NOT NULL,                  -- 1: the next step waits until it is done
      delay INTEGER NOT NULL,                  -- milliseconds after the step before
      due_after INTEGER,                       -- milliseconds after it opens until it should be done
      send_at INTEGER,
      scheduled_for INTEGER,                   -- when it opens; NULL: the step before it has not ended
      opened_at INTEGER,
      due INTEGER,
      finished_at INTEGER,
      done_by TEXT,
      reason TEXT,                             -- why it was skipped or cancelled
      created_at INTEGER NOT NULL,
      UNIQUE (enrollment_id, step)
    );
    CREATE INDEX task_scheduled ON task (scheduled_for) WHERE state = 'scheduled';
    CREATE INDEX task_open ON task (workspace_id, due) WHERE state = 'open';

    -- The variants of a step: since when they are what they are, and which one won.
    CREATE TABLE experiment (
      sequence_id INTEGER NOT NULL REFERENCES sequence (id) ON DELETE CASCADE,
      step_id TEXT NOT NULL,
      since_version INTEGER NOT NULL,
      winner TEXT,
      called_at INTEGER,
      PRIMARY KEY (sequence_id, step_id)
    ) WITHOUT ROWID;
    """
}

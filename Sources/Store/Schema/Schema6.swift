/// Schema 6: a lane's order is the plan's alone. When a message is looked at next stands beside it, so that what went when
/// does not depend on when somebody looked.
enum Schema6 {
  static let sql = """
    DROP INDEX message_queue;
    DROP INDEX message_parked;
    -- While `parked_by` names a gate: when that one may open; NULL: when something changes.
    ALTER TABLE message ADD COLUMN next_look INTEGER;
    UPDATE message SET next_look = due WHERE state = 'scheduled' AND parked_by IS NOT NULL;
    UPDATE message SET next_look = due, parked_by = 'due'
      WHERE state = 'scheduled' AND parked_by IS NULL AND due > scheduled_for;
    ALTER TABLE message DROP COLUMN due;
    CREATE INDEX message_queue ON message (lane, priority, scheduled_for)
      WHERE state = 'scheduled' AND parked_by IS NULL AND scheduled_for IS NOT NULL;
    CREATE INDEX message_parked ON message (lane, next_look, parked_by, workspace_id)
      WHERE state = 'scheduled' AND parked_by IS NOT NULL;
    """
}

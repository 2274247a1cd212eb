/// Schema 2: what an account's health is judged by.
enum Schema2 {
  static let sql = """
    -- Beside the accepted sends of a day: its attempts with an answer about the mail, those of them that were accepted,
    -- the mails whose fate is known, and what came back of them. Set to 0 when a person enables the account again.
    ALTER TABLE usage ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE usage ADD COLUMN successes INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE usage ADD COLUMN fates INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE usage ADD COLUMN bounces INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE usage ADD COLUMN complaints INTEGER NOT NULL DEFAULT 0;
    """
}

/// Schema "relay": what an account has under way is not among what it did, which its limits ask for.
enum SchemaRelay {
  static let sql = """
    DROP INDEX attempt_account;
    CREATE INDEX attempt_account ON attempt (account_id, finished_at) WHERE finished_at IS NOT NULL;
    """
}

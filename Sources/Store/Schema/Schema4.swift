/// Schema 4: logins with SCRAM-SHA-256.
enum Schema4 {
  static let sql = """
    -- Host.ScramVerifier as text; NULL: the password was set as a hash, which can't serve SCRAM.
    ALTER TABLE submitter ADD COLUMN scram_verifier TEXT;
    """
}

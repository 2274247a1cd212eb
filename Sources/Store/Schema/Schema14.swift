/// Schema 14: pools that send to a provider's mailboxes from that provider's accounts while they can.
enum Schema14 {
  static let sql = """
    ALTER TABLE pool ADD COLUMN prefer_same_provider INTEGER NOT NULL DEFAULT 0;
    """
}

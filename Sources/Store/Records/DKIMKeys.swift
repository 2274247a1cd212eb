internal import MailText

/// A key that signs mail of a domain.
public struct DKIMKeyRecord: Sendable, Equatable {
  /// The domain of From, in lower case and in ASCII, as DNS and a signature have it (RFC 8616 section 4).
  public var domain: String
  /// The name of the key's record: `selector._domainkey.domain`.
  public var selector: String
  /// `rsa` or `ed25519`.
  public var kind: String
  /// The private key, sealed under the key file.
  public var secret: [UInt8]
  /// Base64, as the record says it.
  public var publicKey: String
  /// UTC epoch milliseconds.
  public var createdAt: Int64

  /// A key.
  public init(
    domain: String, selector: String, kind: String, secret: [UInt8], publicKey: String, createdAt: Int64
  ) {
    self.domain = domain
    self.selector = selector
    self.kind = kind
    self.secret = secret
    self.publicKey = publicKey
    self.createdAt = createdAt
  }

  /// Where the record stands in the DNS.
  public var recordName: String { "\(selector)._domainkey.\(domain)" }

  /// What the record says (RFC 6376 section 3.6.1).
  public var record: String { "v=DKIM1; k=\(kind); p=\(publicKey)" }
}

extension Reader {
  /// The keys of all domains, or of one.
  public func dkimKeys(of domain: String? = nil) throws(StoreError) -> [DKIMKeyRecord] {
    let domain = domain.map(DomainSpelling.ascii)
    return try connection.rows(
      """
      SELECT domain, selector, kind, secret, public_key, created_at FROM dkim_key
      WHERE ? IS NULL OR domain = ? ORDER BY domain, kind
      """, [SQLValue(domain), SQLValue(domain)]
    ) { row in
      DKIMKeyRecord(
        domain: row.text(0), selector: row.text(1), kind: row.text(2), secret: row.blob(3), publicKey: row.text(4),
        createdAt: row.integer(5))
    }
  }
}

extension Transaction {
  /// Keeps a key; the domain's key of that kind stays when it has one.
  public func addDKIMKey(_ key: DKIMKeyRecord) throws(StoreError) {
    try run(
      """
      INSERT INTO dkim_key (domain, selector, kind, secret, public_key, created_at) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (domain, kind) DO NOTHING
      """,
      [
        .text(DomainSpelling.ascii(of: key.domain)), .text(key.selector), .text(key.kind), .blob(key.secret),
        .text(key.publicKey),
        .integer(key.createdAt),
      ])
    touch(.accounts)
  }

  /// Forgets a domain's keys; returns how many there were.
  public func removeDKIMKeys(of domain: String) throws(StoreError) -> Int {
    touch(.accounts)
    return try run("DELETE FROM dkim_key WHERE domain = ?", [.text(DomainSpelling.ascii(of: domain))])
  }
}

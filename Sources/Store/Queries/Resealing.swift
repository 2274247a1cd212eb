internal import Host

/// What became of the store's secrets when they were sealed anew.
public struct Resealed: Sendable, Equatable {
  /// So many are under the key file's key now.
  public var count = 0
  /// What does not open under any key there is, in words; it stays as it is.
  public var unreadable: [String] = []
  /// The version of the key that makes unsubscribe tokens from now on.
  public var tokenVersion = 0

  /// Nothing yet.
  public init(count: Int = 0, unreadable: [String] = [], tokenVersion: Int = 0) {
    self.count = count
    self.unreadable = unreadable
    self.tokenVersion = tokenVersion
  }
}

/// How secrets are opened and sealed; a context names what one belongs to.
public struct Sealer: Sendable {
  /// Opens under the key file or one that was before it.
  public var open: @Sendable (_ sealed: [UInt8], _ context: String) throws -> [UInt8]
  /// Seals under the key file.
  public var seal: @Sendable (_ plain: [UInt8], _ context: String) -> [UInt8]

  /// A sealer.
  public init(
    open: @escaping @Sendable (_ sealed: [UInt8], _ context: String) throws -> [UInt8],
    seal: @escaping @Sendable (_ plain: [UInt8], _ context: String) -> [UInt8]
  ) {
    self.open = open
    self.seal = seal
  }
}

/// Every column that holds something sealed; a test compares it with the schema.
struct SealedColumn {
  var table, column: String
  /// An expression of text that tells its rows apart.
  var key: String
  /// What it is, and the expression that says whose; for people.
  var what, owner: String
  /// What it was sealed for, by its row's key.
  var context: @Sendable (String) -> String = { _ in "" }

  static let all: [SealedColumn] = [
    SealedColumn(
      table: "account", column: "secret", key: "CAST(id AS TEXT)", what: "the password of account", owner: "address"),
    SealedColumn(
      table: "oauth_token", column: "sealed", key: "CAST(account_id AS TEXT)", what: "the tokens of account",
      owner: "CAST(account_id AS TEXT)", context: { "oauth \($0)" }),
    SealedColumn(
      table: "dkim_key", column: "secret", key: "domain || ' ' || kind", what: "the DKIM key of", owner: "domain"),
    SealedColumn(
      table: "campaign", column: "source_secret", key: "CAST(id AS TEXT)",
      what: "the password for the source of campaign", owner: "key"),
    SealedColumn(
      table: "campaign", column: "enrichment_secret", key: "CAST(id AS TEXT)",
      what: "the password for the enrichment of campaign", owner: "key"),
    SealedColumn(table: "sealed_key", column: "sealed", key: "name", what: "the store's own key", owner: "name"),
  ]
}

extension Store {
  /// Seals every secret anew under the key file, in one transaction, and begins a new key of unsubscribe tokens. After it nothing
  /// that is readable needs an older key file.
  public func reseal(with sealer: Sealer, now: Int64) async throws(StoreError) -> Resealed {
    let fresh = randomBytes(32)
    let resealed = try await write { transaction in
      var all = Resealed()
      for column in SealedColumn.all { try transaction.reseal(column, with: sealer, &all) }
      all.tokenVersion = try transaction.beginTokenKey(sealer.seal(fresh, ""))
      try transaction.append(
        .secretsResealed, at: now, workspaceID: 1,
        detail: [("secrets", "\(all.count)"), ("token_version", "\(all.tokenVersion)")])
      return all
    }
    tokenKeys.add(resealed.tokenVersion, fresh)
    return resealed
  }
}

extension Transaction {
  fileprivate func reseal(_ place: SealedColumn, with sealer: Sealer, _ all: inout Resealed) throws(StoreError) {
    let rows = try connection.rows(
      "SELECT \(place.key), \(place.owner), \(place.column) FROM \(place.table) WHERE \(place.column) IS NOT NULL", []
    ) { row in (key: row.text(0), owner: row.text(1), sealed: row.blob(2)) }
    for row in rows {
      let context = place.context(row.key)
      guard let plain = try? sealer.open(row.sealed, context) else {
        all.unreadable.append("\(place.what) \(row.owner)")
        continue
      }
      try run(
        "UPDATE \(place.table) SET \(place.column) = ? WHERE \(place.key) = ?",
        [.blob(sealer.seal(plain, context)), .text(row.key)])
      all.count += 1
    }
  }
}

import Configuration
import Host
import Testing

@testable import Store

@Suite struct ResealTests {
  private static func key(_ byte: UInt8) throws -> SealingKey {
    try SealingKey(bytes: [UInt8](repeating: byte, count: 32))
  }

  private func sealer(_ key: SealingKey) -> Sealer {
    Sealer(open: { try key.open($0, context: $1) }, seal: { key.seal($0, context: $1) })
  }

  private func openTokens(_ bench: Bench, _ key: SealingKey) async throws -> [Int] {
    try await bench.store.openTokenKeys(
      first: key.derived(for: "first"), seal: { key.seal($0) }, open: { try key.open($0) })
  }

  @Test func tokensOutliveTheirKeyFileWhenSecretsAreSealedAnew() async throws {
    let bench = try Bench()
    let tokens = bench.store.tokenKeys
    let (old, new) = (try Self.key(1), try Self.key(2))
    #expect(try await openTokens(bench, old) == [])
    let first = tokens.token(of: 7)
    #expect(first.hasPrefix("1-7-"))
    // The same after a restart, and after one with a new key file that knows the old one.
    #expect(try await openTokens(bench, old) == [])
    #expect(tokens.token(of: 7) == first)
    let both = new.opening(alsoWith: [old])
    #expect(try await openTokens(bench, both) == [])
    #expect(tokens.token(of: 7) == first)
    #expect(try await bench.store.reseal(with: sealer(both), now: Bench.noon) == Resealed(count: 1, tokenVersion: 2))
    let second = tokens.token(of: 7)
    #expect(second.hasPrefix("2-7-"))
    #expect(tokens.message(in: "unsubscribe \(first)") == 7)
    #expect(tokens.message(in: "unsubscribe \(second)") == 7)
    // The old key file is thrown away.
    #expect(try await openTokens(bench, new) == [])
    #expect(tokens.token(of: 7) == second)
    #expect(tokens.message(in: first) == 7)
    #expect(tokens.message(in: "2" + first.dropFirst()) == nil)
    #expect(tokens.message(in: "3" + second.dropFirst()) == nil)
  }

  @Test func aKeyThatDoesNotOpenIsToldAndAnotherIsBegun() async throws {
    let bench = try Bench()
    let tokens = bench.store.tokenKeys
    let (lost, new) = (try Self.key(1), try Self.key(2))
    _ = try await openTokens(bench, lost)
    let old = tokens.token(of: 7)
    #expect(try await openTokens(bench, new) == [1])
    #expect(tokens.token(of: 7).hasPrefix("2-7-"))
    #expect(tokens.message(in: old) == nil)
    // Nothing of it was overwritten: with its key file it is good again.
    #expect(try await openTokens(bench, new.opening(alsoWith: [lost])) == [])
    #expect(tokens.message(in: old) == 7)
  }

  @Test func everySecretIsSealedAnewAndWhatDoesNotOpenStays() async throws {
    let bench = try Bench()
    let (old, new, other) = (try Self.key(1), try Self.key(2), try Self.key(3))
    _ = try await openTokens(bench, old)
    try await bench.store.openSuppressionKey(seal: { old.seal($0) }, open: { try old.open($0) })
    for (address, key) in [("s1@sender.test", old), ("s2@sender.test", other)] {
      var settings = AccountSettings(address: address, smtp: RemoteServer(host: "localhost", port: 25, tls: .none))
      settings.oauth = address == "s1@sender.test" ? .google : nil
      let made = settings
      try await bench.store.write {
        try $0.putAccount(made, sealedSecret: key.seal(Array("secret".utf8)), now: Bench.noon)
      }
    }
    let account = try #require(try await bench.store.read { try $0.account(at: "s1@sender.test") })
    try await bench.store.write { transaction in
      try transaction.authorize(
        account.id,
        NewOAuthToken(
          provider: .google, sealed: old.seal(Array("tokens".utf8), context: "oauth \(account.id)"), expiresAt: 0,
          refreshExpiresAt: nil), now: Bench.noon)
      try transaction.addDKIMKey(
        DKIMKeyRecord(
          domain: "sender.test", selector: "s", kind: "rsa", secret: old.seal(Array("private".utf8)), publicKey: "p",
          createdAt: Bench.noon))
    }
    let resealed = try await bench.store.reseal(with: sealer(new.opening(alsoWith: [old])), now: Bench.noon)
    #expect(resealed == Resealed(count: 5, unreadable: ["the password of account s2@sender.test"], tokenVersion: 2))
    let (password, tokens, signing, foreign) = try await bench.store.read { db in
      (
        try db.account(at: "s1@sender.test")?.secret, try db.oauthTokens().first?.sealed,
        try db.dkimKeys().first?.secret,
        try db.account(at: "s2@sender.test")?.secret
      )
    }
    #expect(try new.open(password ?? []) == Array("secret".utf8))
    #expect(try new.open(tokens ?? [], context: "oauth \(account.id)") == Array("tokens".utf8))
    #expect(try new.open(signing ?? []) == Array("private".utf8))
    #expect(try other.open(foreign ?? []) == Array("secret".utf8))
    try await bench.store.openSuppressionKey(seal: { new.seal($0) }, open: { try new.open($0) })
  }

  /// A column that is forgotten here would be lost with the old key file.
  @Test func everyColumnThatHoldsSomethingSealedIsKnown() async throws {
    let bench = try Bench()
    let found = try await bench.store.read { db in
      try db.connection.rows(
        """
        SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
        WHERE m.type = 'table' AND c.type = 'BLOB' AND m.name <> 'body'
        """, []
      ) { row in "\(row.text(0)).\(row.text(1))" }
    }
    #expect(Set(found) == Set(SealedColumn.all.map { "\($0.table).\($0.column)" }))
  }
}

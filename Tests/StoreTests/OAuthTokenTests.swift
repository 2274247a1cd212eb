import Configuration
import Delivery
import Testing

@testable import Store

@Suite struct OAuthTokenTests {
  private static let now: Int64 = 1_790_000_000_000

  private static func token(_ byte: UInt8, expiresAt: Int64 = now + 3_600_000, ends: Int64? = nil) -> NewOAuthToken {
    NewOAuthToken(provider: .google, sealed: [byte], expiresAt: expiresAt, refreshExpiresAt: ends)
  }

  private static func account(_ bench: Bench) async throws -> AccountRecord {
    var settings = AccountSettings(address: "a@b.example", smtp: RemoteServer(host: "h", port: 465))
    settings.oauth = .google
    let made = settings
    try await bench.store.write { try $0.putAccount(made, sealedSecret: nil, now: now) }
    return try #require(try await bench.store.read { try $0.account(at: "a@b.example") })
  }

  private static func warnings(_ bench: Bench) async throws -> [String] {
    try await bench.store.read { try $0.events(after: 0, kind: "account.warning", limit: 100).map(\.detail) }
  }

  @Test func aLateAnswerDoesNotReplaceANewerToken() async throws {
    let bench = try Bench()
    let account = try await Self.account(bench)
    try await bench.store.write { try $0.authorize(account.id, Self.token(1), now: Self.now) }
    #expect(try await bench.store.write { try $0.renewed(account.id, generation: 1, Self.token(2), now: Self.now) })
    #expect(try await !bench.store.write { try $0.renewed(account.id, generation: 1, Self.token(3), now: Self.now) })
    let stored = try await bench.store.read { try $0.oauthToken(of: account) }
    #expect(stored?.sealed == [2])
    #expect(stored?.generation == 2)
    // A person's word is newer than any renewal under way.
    try await bench.store.write { try $0.authorize(account.id, Self.token(4), now: Self.now + 1) }
    #expect(try await !bench.store.write { try $0.renewed(account.id, generation: 2, Self.token(5), now: Self.now) })
    #expect(try await bench.store.read { try $0.oauthToken(of: account) }?.sealed == [4])
  }

  @Test func peopleAreWarnedOnceAndAgainWhenItIsOver() async throws {
    let bench = try Bench()
    let account = try await Self.account(bench)
    try await bench.store.write { try $0.authorize(account.id, Self.token(1), now: Self.now) }
    func fail(_ words: String, isEnded: Bool) async throws -> Bool {
      try await bench.store.write {
        try $0.renewalFailed(account.id, generation: 1, because: words, isEnded: isEnded, now: Self.now)
      }
    }
    #expect(try await fail("no answer", isEnded: false))
    #expect(try await !fail("no answer again", isEnded: false))
    #expect(try await fail("over", isEnded: true))
    #expect(try await !fail("over", isEnded: true))
    let told = try await Self.warnings(bench)
    #expect(told.count == 2)
    #expect(told[0].contains("no answer") && told[0].contains("works_until"))
    let stored = try await bench.store.read { try $0.oauthToken(of: account) }
    #expect(stored?.isEnded == true)
    // A token that works again clears it.
    try await bench.store.write { try $0.authorize(account.id, Self.token(2), now: Self.now) }
    #expect(try await bench.store.read { try $0.oauthToken(of: account) }?.trouble == nil)
  }

  @Test func aKnownEndIsWarnedOfOnce() async throws {
    let bench = try Bench()
    let account = try await Self.account(bench)
    let end = Self.now + 86_400_000
    try await bench.store.write { try $0.authorize(account.id, Self.token(1, ends: end), now: Self.now) }
    #expect(try await bench.store.write { try $0.warnOfEnd(account.id, at: end, "ends", now: Self.now) })
    #expect(try await !bench.store.write { try $0.warnOfEnd(account.id, at: end, "ends", now: Self.now) })
    #expect(try await bench.store.write { try $0.warnOfEnd(account.id, at: end + 1, "ends", now: Self.now) })
  }

  @Test func authorizingLetsARefusedAccountTryAgain() async throws {
    let bench = try Bench()
    let account = try await Self.account(bench)
    try await bench.store.write {
      try $0.setAccountState(account.id, .paused, reason: .authFailed, text: "535", now: Self.now)
      try $0.authorize(account.id, Self.token(1), now: Self.now + 5)
    }
    let changed = try await bench.store.read { try $0.account(account.id) }
    #expect(changed?.state == .active)
    #expect(changed?.changedAt == Self.now + 5)
    // A person's pause stays.
    try await bench.store.write {
      try $0.setAccountState(account.id, .disabled, reason: .manual, text: nil, now: Self.now)
      try $0.authorize(account.id, Self.token(1), now: Self.now + 6)
    }
    #expect(try await bench.store.read { try $0.account(account.id) }?.state == .disabled)
  }

  @Test func aRemovedAccountKeepsNoTokens() async throws {
    let bench = try Bench()
    let account = try await Self.account(bench)
    try await bench.store.write { try $0.authorize(account.id, Self.token(1), now: Self.now) }
    _ = try await bench.store.write { try $0.removeAccount(at: account.address, now: Self.now) }
    #expect(try await bench.store.read { try $0.oauthToken(of: account) } == nil)
    await #expect(throws: StoreError.self) {
      try await bench.store.write { try $0.authorize(account.id, Self.token(1), now: Self.now) }
    }
  }

  /// What an account got of one provider is nothing to it once it names another.
  @Test func tokensOfAnotherProviderAreNotUsed() async throws {
    let bench = try Bench()
    let account = try await Self.account(bench)
    try await bench.store.write { try $0.authorize(account.id, Self.token(1), now: Self.now) }
    var settings = account.settings
    settings.oauth = .microsoft
    let made = settings
    try await bench.store.write { try $0.putAccount(made, sealedSecret: nil, now: Self.now) }
    let changed = try #require(try await bench.store.read { try $0.account(account.id) })
    #expect(try await bench.store.read { try $0.oauthToken(of: changed) } == nil)
  }
}

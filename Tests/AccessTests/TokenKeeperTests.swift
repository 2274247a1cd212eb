import Configuration
import Host
import Store
import Testing

@testable import Access

@Suite struct TokenKeeperTests {
  private static let fresh = #"{"access_token":"new","refresh_token":"r2","expires_in":3600,"token_type":"Bearer"}"#

  private func withBench(endsIn: Int64, _ body: (KeeperBench) async throws -> Void) async throws {
    let bench = try await KeeperBench(endsIn: endsIn)
    defer { bench.close() }
    try await body(bench)
  }

  @Test func whoeverAsksAtOnceSharesOneRenewal() async throws {
    try await withBench(endsIn: -1) { (bench) async throws in
      bench.answer(200, Self.fresh)
      let results = await withTaskGroup(of: TokenKeeper.Renewal.self) { group in
        for _ in 0..<20 { group.addTask { await bench.secret() } }
        return await group.reduce(into: [TokenKeeper.Renewal]()) { $0.append($1) }
      }
      #expect(results.count == 20)
      #expect(results.allSatisfy { $0 == .success(.accessToken("new")) })
      #expect(bench.bodies == ["grant_type=refresh_token&refresh_token=r1&client_id=id"])
      // What was given out is on disk, with the rotated refresh token that the next renewal uses.
      #expect(try await bench.token().generation == 2)
      bench.answer(200, #"{"access_token":"newer","expires_in":3600}"#)
      #expect(await replacement(of: "new", bench) == .success(.accessToken("newer")))
      #expect(bench.bodies.last == "grant_type=refresh_token&refresh_token=r2&client_id=id")
    }
  }

  @Test func aGoodTokenAsksNobody() async throws {
    try await withBench(endsIn: 3_600_000) { (bench) async throws in
      #expect(await bench.secret() == .success(.accessToken("old")))
      #expect(bench.bodies.isEmpty)
      // Somebody was refused with a token that is no longer the current one.
      #expect(await replacement(of: "older", bench) == .success(.accessToken("old")))
      #expect(bench.bodies.isEmpty)
    }
  }

  @Test func withoutANewRefreshTokenTheOldOneStays() async throws {
    try await withBench(endsIn: -1) { (bench) async throws in
      bench.answer(200, #"{"access_token":"new","expires_in":1}"#)
      #expect(await bench.secret() == .success(.accessToken("new")))
      _ = await replacement(of: "new", bench)
      #expect(bench.bodies.last?.contains("refresh_token=r1") == true)
    }
  }

  @Test func anEndedAuthorizationIsALoginRefusedWithItsReason() async throws {
    try await withBench(endsIn: -1) { (bench) async throws in
      bench.answer(400, #"{"error":"invalid_grant","error_description":"Token has been expired or revoked."}"#)
      for _ in 0..<2 {
        guard case .failure(let failure) = await bench.secret() else {
          Issue.record("it was not refused")
          return
        }
        #expect(failure.kind == .login)
        #expect(!failure.isTemporary)
        #expect(failure.text.contains("7 days"))
        #expect(failure.text.contains("postern account authorize a@b.example"))
      }
      // Asked once: the second time the store knows.
      #expect(bench.bodies.count == 1)
      #expect(try await bench.token().isEnded)
      #expect(try await bench.warnings().count == 1)
    }
  }

  @Test func aTokenThatLivesIsUsedWhileItsRenewalFails() async throws {
    // Of a life of 20 s the last quarter is too short for a login that begins now.
    try await withBench(endsIn: 20_000) { (bench) async throws in
      bench.answer(503, "busy")
      // One that was refused is no good, and that it cannot be renewed now is no reason to pause the account.
      guard case .failure(let failure) = await replacement(of: "old", bench) else {
        Issue.record("a refused token was given out again")
        return
      }
      #expect(failure.kind == .connect)
      #expect(failure.text.contains("503"))
      #expect(await bench.secret() == .success(.accessToken("old")))
      #expect(try await bench.warnings().count == 1)
      #expect(try await bench.token().trouble?.contains("503") == true)
    }
  }

  @Test func aRefusedTokenOfAnEndedAuthorizationIsALoginRefused() async throws {
    try await withBench(endsIn: 3_600_000) { (bench) async throws in
      bench.answer(400, #"{"error":"invalid_grant"}"#)
      guard case .failure(let failure) = await replacement(of: "old", bench) else {
        Issue.record("a refused token was given out again")
        return
      }
      #expect(failure.kind == .login)
      #expect(failure.text.contains("invalid_grant"))
    }
  }

  @Test func aTokenServerInTroubleIsLeftAloneForAWhile() async throws {
    try await withBench(endsIn: -1) { (bench) async throws in
      bench.answer(503, "busy")
      for _ in 0..<3 {
        guard case .failure(let failure) = await bench.secret() else {
          Issue.record("it was not refused")
          return
        }
        // No refusal of the login: the account backs off and is not paused.
        #expect(failure.kind == .connect)
        #expect(failure.text.contains("503"))
      }
      #expect(bench.bodies.count == 1)
      #expect(try await bench.warnings().count == 1)
      // A new configuration may be the cure.
      let (party, settings) = bench.keeper.party(.google)
      bench.keeper.reload(settings, [.google: try #require(party)])
      bench.answer(200, Self.fresh)
      #expect(await bench.secret() == .success(.accessToken("new")))
      #expect(try await bench.token().trouble == nil)
    }
  }

  /// A wrong client secret is the operator's, and of all accounts at once: none is paused for it.
  @Test func aWrongClientPausesNobody() async throws {
    try await withBench(endsIn: -1) { (bench) async throws in
      bench.answer(401, #"{"error":"invalid_client"}"#)
      guard case .failure(let failure) = await bench.secret() else {
        Issue.record("it was not refused")
        return
      }
      #expect(failure.kind == .connect)
      #expect(failure.text.contains("[oauth_google]"))
      #expect(try await !bench.token().isEnded)
    }
  }

  @Test func whatIsUnderWayAtAStopIsWritten() async throws {
    try await withBench(endsIn: -1) { (bench) async throws in
      bench.answer(200, Self.fresh)
      async let asked = bench.secret()
      while bench.bodies.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
      await bench.keeper.stop()
      #expect(try await bench.token().generation == 2)
      let given = await asked
      #expect(given == .success(.accessToken("new")))
    }
  }

  private func replacement(of token: String, _ bench: KeeperBench) async -> TokenKeeper.Renewal {
    await withUnsafeContinuation { continuation in
      bench.loop.spawn {
        continuation.resume(returning: await bench.keeper.replacement(of: bench.account, refused: token))
      }
    }
  }
}

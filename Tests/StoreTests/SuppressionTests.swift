import Host
import Outreach
import Testing

@testable import Store

@Suite struct SuppressionTests {
  private static let ann = "ann@example.org"
  /// As `printf ann@example.org | sha256sum` says.
  private static let annDigest = Digest.hex(Digest.sha256(Array(ann.utf8)))

  private func suppress(_ value: String, in workspace: Int64 = 1, _ bench: Bench) async throws -> Bool {
    try await bench.store.write {
      try $0.suppress(value, workspaceID: workspace, reason: "manual", source: "test", now: Bench.noon)
    }
  }

  private func reason(_ bench: Bench, of address: String = ann) async throws -> String? {
    try await bench.store.read { try $0.suppression(of: address, workspaceID: 1)?.value }
  }

  private func openKey(_ bench: Bench, mask: UInt8 = 1) async throws {
    try await bench.store.openSuppressionKey(
      seal: { [mask] + $0.map { $0 ^ mask } },
      open: { sealed in
        guard sealed.first == mask else { throw HostError("sealed under another key") }
        return sealed.dropFirst().map { $0 ^ mask }
      })
  }

  @Test(arguments: ["ann@example.org", "@example.org", "sha256:\(annDigest)"], [Int64(1), Suppressions.everywhere])
  func whateverNamesAPersonKeepsTheirMailBack(value: String, workspace: Int64) async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    let id = try await bench.queue(bench.submission(to: ["Ann@example.org"]))[0]
    #expect(try await suppress(value, in: workspace, bench))
    #expect(try await !suppress(value, in: workspace, bench))
    #expect(try await bench.claim().claims.isEmpty)
    #expect(try await bench.message(id).state == .cancelled)
    #expect(try await reason(bench, of: "ANN@example.org") == value)
    #expect(try await reason(bench, of: "bob@example.net") == nil)
  }

  @Test(
    arguments: [
      ("ann@bücher.example", "Ann@xn--bcher-kva.example"), ("ann@xn--bcher-kva.example", "ann@BÜCHER.example"),
      ("@bücher.example", "ann@xn--bcher-kva.example"), ("@xn--bcher-kva.example", "ann@bücher.example"),
      (
        "sha256:\(Digest.hex(Digest.sha256(Array("ann@bücher.example".utf8))))", "ann@xn--bcher-kva.example"
      ),
    ])
  func aDomainHasTwoSpellings(value: String, address: String) async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    let id = try await bench.queue(bench.submission(to: [address]))[0]
    #expect(try await suppress(value, bench))
    #expect(try await bench.claim().claims.isEmpty)
    #expect(try await bench.message(id).state == .cancelled)
    #expect(try await reason(bench, of: "ann@buecher.example") == nil)
  }

  /// The writer remembers which kinds of entries there are, and must not go on believing it.
  @Test(arguments: ["ann@example.org", "@example.org", "sha256:\(annDigest)"], [Int64(1), Suppressions.everywhere])
  func anEntryHoldsFromWhenItComesUntilItGoes(value: String, workspace: Int64) async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    func goes() async throws -> Bool {
      let id = try await bench.queue(bench.submission(to: [Self.ann]))[0]
      return try await bench.sendAll().map(\.message.id) == [id]
    }
    #expect(try await goes())
    struct Mistake: Error {}
    await #expect(throws: (any Error).self) {
      try await bench.store.write { transaction in
        try transaction.suppress(value, workspaceID: workspace, reason: "manual", source: "test", now: Bench.noon)
        #expect(try transaction.suppression(of: Self.ann, workspaceID: 1) != nil)
        throw Mistake()
      }
    }
    #expect(try await goes())
    #expect(try await suppress(value, in: workspace, bench))
    #expect(try await !goes())
    #expect(try await bench.store.write { try $0.unsuppress(value, workspaceID: workspace, now: Bench.noon) })
    #expect(try await goes())
  }

  @Test func anEntryForTheAddressComesBeforeItsDomainAndTheWorkspacesBeforeThatForAll() async throws {
    let bench = try Bench()
    _ = try await suppress("@example.org", bench)
    #expect(try await reason(bench) == "@example.org")
    _ = try await suppress("sha256:\(Self.annDigest)", in: Suppressions.everywhere, bench)
    #expect(try await reason(bench) == "sha256:\(Self.annDigest)")
    _ = try await suppress(Self.ann, bench)
    let found = try await bench.store.read { try $0.suppression(of: Self.ann, workspaceID: 1) }
    #expect(found?.workspaceID == 1)
    // Of another workspace only what is for all holds.
    #expect(try await bench.store.read { try $0.suppression(of: Self.ann, workspaceID: 7)?.workspaceID } == 0)
    #expect(try await bench.store.read { try $0.suppression(of: "bob@example.org", workspaceID: 7) } == nil)
  }

  @Test func anEntryForAllStopsEnrollmentsToo() async throws {
    let bench = try Bench()
    _ = try await bench.queue(bench.step(1))
    _ = try await suppress(Self.ann, in: Suppressions.everywhere, bench)
    #expect(try await bench.enrollment().stopReason == .suppressed)
  }

  @Test func takingAnAddressBackTakesItsHashesBackToo() async throws {
    let bench = try Bench()
    try await openKey(bench)
    let entry = try #require(bench.store.suppressionKey.entry(of: Self.ann))
    _ = try await suppress("sha256:\(Self.annDigest)", bench)
    _ = try await suppress(entry, bench)
    #expect(try await reason(bench) != nil)
    #expect(try await bench.store.write { try $0.unsuppress("Ann@Example.org", workspaceID: 1, now: Bench.noon) })
    #expect(try await reason(bench) == nil)
    #expect(try await !bench.store.write { try $0.unsuppress(Self.ann, workspaceID: 1, now: Bench.noon) })
  }

  @Test func theKeyOfErasedPeopleStaysAndIsNeverReplacedWhileItIsNeeded() async throws {
    let bench = try Bench()
    try await openKey(bench)
    let entry = try #require(bench.store.suppressionKey.entry(of: Self.ann))
    #expect(entry != "hmac:\(Self.annDigest)")
    try await openKey(bench)
    #expect(bench.store.suppressionKey.entry(of: Self.ann) == entry)
    // Another key file, and nobody who would be forgotten: a new key.
    try await openKey(bench, mask: 2)
    let second = try #require(bench.store.suppressionKey.entry(of: Self.ann))
    #expect(second != entry)
    _ = try await suppress(second, bench)
    #expect(try await reason(bench) == second)
    await #expect(throws: (any Error).self) { try await openKey(bench, mask: 3) }
    #expect(bench.store.suppressionKey.entry(of: Self.ann) == second)
  }
}

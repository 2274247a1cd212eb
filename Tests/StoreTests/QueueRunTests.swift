import Testing

@testable import Store

@Suite struct QueueRunTests {
  /// `sendmail -qR`: what waits for one domain goes at once, and nothing else.
  @Test(arguments: [
    ("d_1.example", ["ann@d_1.example"]), ("D_1.Example", ["ann@d_1.example"]), ("example", []),
    (nil, ["ann@d_1.example", "bob@dx1.example"]),
  ])
  func onlyADomain(domain: String?, tried: [String]) async throws {
    let bench = try Bench()
    try await bench.addAccount("a@example.com")
    _ = try await bench.queue(bench.submission(to: ["ann@d_1.example", "bob@dx1.example"]))
    let later = Bench.noon + 300_000
    for claim in try await bench.claim().claims {
      let reply = JournalReply(code: 451, text: "451 4.3.0 later", meaning: "temporary")
      try await bench.store.write { try $0.finish(claim.attemptID, .temporary(reply, retryAt: later), now: Bench.noon) }
    }
    let now = Bench.noon + 1000
    #expect(try await bench.claim(at: now).claims.isEmpty)
    #expect(try await bench.store.write { try $0.runQueue(domain: domain, now: now) } == tried.count)
    var recipients: [String] = []
    for claim in try await bench.claim(at: now).claims {
      recipients.append(try await bench.message(claim.message.id).recipient)
    }
    #expect(recipients.sorted() == tried)
  }
}

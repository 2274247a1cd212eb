import Configuration
import Delivery
import Outreach
import Testing

@testable import Store

private let day: Int64 = 86_400_000

/// Experiments as the store counts them: each mail once, when its time to succeed is over.
@Suite struct ExperimentCountTests {
  private static func toml(metric: String, settle: String = "1d", key: String = "welcome") -> String {
    #"""
    [[sequence]]
    key = "\#(key)"
    [[sequence.step]]
    id = "intro"
    subject = "Hello"
    text = "Hello"
    [[sequence.step.variant]]
    subject = "A"
    [[sequence.step.variant]]
    text = "B"
    [sequence.step.experiment]
    metric = "\#(metric)"
    settle = "\#(settle)"
    minimum_sample = 10
    """#
  }

  /// People who got their mail at noon, with the messages in the order of their ids.
  private func sent(_ bench: NativeBench, _ people: Int) async throws -> [Claim] {
    try await bench.activate(at: Bench.noon)
    _ = try await bench.enroll((0..<people).map { "p\($0)@example.org" })
    try await bench.plan()
    var claims: [Claim] = []
    while claims.count < people {
      let some = try await bench.claim(at: Bench.noon).claims
      #expect(!some.isEmpty)
      for claim in some { try await bench.bench.accept(claim, at: Bench.noon) }
      claims += some
    }
    return claims.sorted { $0.message.id < $1.message.id }
  }

  private func counts(_ bench: NativeBench, at now: Int64) async throws -> [String: VariantCount] {
    try await bench.store.countExperiments(now: now)
    let sequence = try await bench.sequence()
    return try await bench.store.read { try $0.variantCounts(of: sequence, step: "intro") }
  }

  @Test(arguments: ["open", "click", "reply"])
  func whatItIsAboutIsASuccess(_ metric: String) async throws {
    let bench = try await NativeBench(Self.toml(metric: metric))
    let claims = try await sent(bench, 60)
    var expected: [String: VariantCount] = [:]
    for (number, claim) in claims.enumerated() {
      let variant = try #require(claim.message.variant)
      expected[variant, default: VariantCount()].trials += 1
      // One in three does it at once, one in three when its time is over, which counts no more.
      guard number % 3 < 2 else { continue }
      let at = Bench.noon + (number % 3 == 0 ? day / 2 : day + 1)
      if number % 3 == 0 { expected[variant, default: VariantCount()].successes += 1 }
      let message = try await bench.bench.message(claim.message.id)
      var reply = bench.bench.inbound("reply", answering: message, account: claim.account.id, identity: "<\(number)@x>")
      reply.receivedAt = at
      reply.seenAt = at
      let answer = reply
      try await bench.store.write { transaction in
        switch metric {
        case "open": _ = try transaction.record(.opened, ofMessage: message.id, now: at)
        case "click": _ = try transaction.record(.clicked(url: "https://x.test/"), ofMessage: message.id, now: at)
        default: _ = try transaction.recordInbound(answer)
        }
      }
    }
    #expect(try await counts(bench, at: Bench.noon + day - 1).isEmpty, "mails whose time is not over")
    #expect(try await counts(bench, at: Bench.noon + day) == expected)
    #expect(try await counts(bench, at: Bench.noon + 5 * day) == expected, "each mail once")
    // Another question to the same mails.
    try await bench.apply(Self.toml(metric: metric, settle: "2d"), at: Bench.noon + 5 * day)
    let wider = try await counts(bench, at: Bench.noon + 5 * day)
    #expect(wider.values.reduce(0) { $0 + $1.trials } == 60)
    #expect(wider.values.reduce(0) { $0 + $1.successes } == 40)
  }

  @Test func aSequenceWithTheSameStepIsCountedForItself() async throws {
    let bench = try await NativeBench(Self.toml(metric: "open") + "\n" + Self.toml(metric: "open", key: "other"))
    _ = try await sent(bench, 12)
    #expect(try await counts(bench, at: Bench.noon + 2 * day).values.reduce(0) { $0 + $1.trials } == 12)
    let other = try await bench.store.read { try $0.sequence(keyed: "other", workspaceID: 1) }
    let record = try #require(other)
    #expect(try await bench.store.read { try $0.variantCounts(of: record, step: "intro") }.isEmpty)
  }

  /// However the mails are cut into parts, and whoever counts at the same time: the sums are the same.
  @Test func countedInPartsIsTheSame() async throws {
    let bench = try await NativeBench(Self.toml(metric: "open"))
    _ = try await sent(bench, 50)
    let sequence = try await bench.sequence()
    let step = try #require(sequence.entry.step("intro"))
    let now = Bench.noon + 2 * day
    var parts = 0
    while true {
      let found = try #require(
        try await bench.store.read { try $0.settledMails(of: step, in: sequence, now: now, limit: 7) })
      // Twice, as two who count at once would.
      for _ in 0..<2 { try await bench.store.write { try $0.add(found) } }
      parts += 1
      if found.isLast { break }
    }
    #expect(parts == 8)
    let sums = try await bench.store.read { try $0.variantCounts(of: sequence, step: "intro") }
    #expect(sums.values.reduce(0) { $0 + $1.trials } == 50)
    // Other variants begin at nothing.
    try await bench.apply(Self.toml(metric: "open").replacing("text = \"B\"", with: "text = \"C\""), at: now)
    #expect(try await counts(bench, at: now).isEmpty)
  }
}

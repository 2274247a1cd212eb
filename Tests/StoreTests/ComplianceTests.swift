import Configuration
import Outreach
import Testing

@testable import Store

@Suite struct ComplianceTests {
  private static let way = "https://g.test/u/"

  private func bench(_ compliance: ComplianceSettings, text: String, subject: String = "Hello") async throws -> Bench {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    var entry = SequenceEntry(key: "welcome")
    entry.steps = [StepEntry(id: "1", texts: StepTexts(subject: subject, text: TextSource.literal(text)))]
    entry.compliance = compliance
    let made = entry
    bench.store.setUnsubscribeOffer(
      UnsubscribeOffer(isUsual: false, address: "", url: Self.way, token: { "t-\($0)" }))
    try await bench.store.write { try $0.putSequence(made, now: Bench.noon) }
    return bench
  }

  private func sequence(_ bench: Bench) async throws -> SequenceRecord {
    try #require(try await bench.store.read { try $0.sequence(keyed: "welcome", workspaceID: 1) })
  }

  private func findings(_ bench: Bench) async throws -> [ComplianceFinding] {
    let sequence = try await sequence(bench)
    return try await bench.store.read { try $0.complianceFindings(of: sequence, now: Bench.noon) }.flatMap(\.findings)
  }

  private func activate(_ bench: Bench) async throws {
    let id = try await sequence(bench).id
    try await bench.store.write { try $0.setState(ofSequence: id, to: .active, now: Bench.noon) }
  }

  private func settings(_ change: (inout ComplianceSettings) -> Void) -> ComplianceSettings {
    var made = ComplianceSettings()
    change(&made)
    return made
  }

  @Test func whatIsMissingKeepsASequenceFromGoing() async throws {
    let wanted = settings {
      $0.unsubscribe = .link
      $0.postalAddress = "1 Main St"
      $0.linkDomains = ["acme.test"]
    }
    let bench = try await bench(wanted, text: "Act now: https://evil.test/")
    #expect(
      try await findings(bench).map { "\($0.rule.rawValue) \($0.isRefusal)" } == [
        "unsubscribe true", "postal_address true", "links true", "spam_words false",
      ])
    await #expect(throws: StoreError.self) { try await activate(bench) }
    #expect(try await sequence(bench).state == .draft)
    var mended = try await sequence(bench).entry
    mended.steps[0].texts.text = TextSource.literal("https://www.acme.test 1 main st {{ unsubscribe_url }}")
    let entry = mended
    try await bench.store.write { try $0.putSequence(entry, now: Bench.noon) }
    #expect(try await findings(bench) == [])
    try await activate(bench)
    #expect(try await sequence(bench).state == .active)
  }

  @Test func theWorkspacesWordHoldsWhereTheSequenceIsSilent() async throws {
    let bench = try await bench(settings { $0.spamWords = .off }, text: "act now")
    #expect(try await findings(bench) == [])
    var defaults = SequenceEntry(key: "default")
    defaults.compliance = settings {
      $0.unsubscribe = .header
      $0.spamWords = .refuse
    }
    let made = defaults
    try await bench.store.write { try $0.setWorkspace(1, zone: "UTC", dailyCredits: 0, sequenceDefaults: made) }
    #expect(try await findings(bench).map(\.rule) == [.unsubscribe])
    try await bench.addAccount("s1@sender.test") { $0.listUnsubscribe = true }
    #expect(try await findings(bench) == [])
    // The account that offers the least counts: nobody knows which one a mail gets.
    try await bench.addAccount("s2@sender.test")
    #expect(try await findings(bench).map(\.rule) == [.unsubscribe])
  }

  @Test func aTextThatNamesWhatThereIsNotIsFound() async throws {
    let bench = try await bench(ComplianceSettings(), text: "{{ contact.frist_name }}")
    #expect(try await findings(bench).map(\.rule) == [.texts])
  }

  @Test func aMailThatLacksItWhenItIsWrittenIsHeldAndGoesWhenThatIsMended() async throws {
    let bench = try await bench(ComplianceSettings(), text: "Hi {{ contact.first_name }} {{ unsubscribe_url }}")
    try await activate(bench)
    let record = try await sequence(bench)
    _ = try await bench.store.write { transaction in
      _ = try transaction.putContact(
        ContactDraft(address: "ann@example.org", firstName: "100% guaranteed"), workspaceID: 1, now: Bench.noon)
      return try transaction.enroll([Enrollee(address: "ann@example.org")], in: record, now: Bench.noon)
    }
    try await bench.plan()
    var strict = record.entry
    strict.compliance = settings { $0.spamWords = .refuse }
    let refusing = strict
    try await bench.store.write { try $0.putSequence(refusing, now: Bench.noon) }
    try await bench.plan()
    #expect(try await bench.claim().claims.isEmpty)
    let enrollment = try await bench.enrollment()
    let step = try #require(try await bench.store.read { try $0.steps(ofEnrollment: enrollment.id).first })
    #expect(step.state == .held)
    #expect(step.lastReply?.hasPrefix("compliance: it says \"100% guaranteed\"") == true)
    let told = try await bench.store.read { try $0.events(after: 0, kind: "message.held", limit: 10) }
    #expect(told.map(\.messageID) == [step.id] && told[0].detail.contains(#""meaning":"compliance""#))
    #expect(told[0].detail.contains("100% guaranteed"), "an app that follows the events knows why")
    let relaxed = record.entry
    try await bench.store.write { transaction in
      try transaction.putSequence(relaxed, now: Bench.noon)
      try transaction.releaseMessage(step.id, now: Bench.noon)
    }
    try await bench.plan()
    let claim = try #require(try await bench.claim().claims.first)
    let stored = try await bench.store.read { try $0.outgoing(claim.message).stored }
    #expect(String(decoding: stored, as: UTF8.self).contains("Hi 100% guaranteed \(Self.way)t-\(step.id)"))
  }

  @Test func ofStepsByHeadersTheNewestOfEachIsLookedAt() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    var entry = SequenceEntry(key: "welcome")
    entry.compliance = settings { $0.unsubscribe = .either }
    let made = entry
    try await bench.store.write { try $0.putSequence(made, now: Bench.noon) }
    #expect(try await findings(bench) == [])
    _ = try await bench.queue(bench.step(1))
    let found = try await findings(bench)
    #expect(found.map { "\($0.rule.rawValue) \($0.isRefusal)" } == ["unsubscribe true"])
    bench.store.setUnsubscribeOffer(
      UnsubscribeOffer(isUsual: true, address: "", url: Self.way, token: { "t-\($0)" }))
    #expect(try await findings(bench) == [])
  }

  @Test func onlyStepsByHeadersOfAStrictSequenceAreAskedAbout() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test") { $0.connections = 9 }
    var entry = SequenceEntry(key: "welcome")
    entry.compliance = settings { $0.unsubscribe = .either }
    let made = entry
    try await bench.store.write { try $0.putSequence(made, now: Bench.noon) }
    _ = try await bench.queue(bench.step(1))
    _ = try await bench.queue(bench.step(1, of: "other", to: "bob@example.org"))
    _ = try await bench.queue(bench.submission(to: ["cy@example.org"]))
    let claims = try await bench.claim(limit: 9).claims
    let asked = claims.map { "\($0.message.recipient) \($0.outgoing?.compliance?.unsubscribe.rawValue ?? "-")" }
    #expect(Set(asked) == ["ann@example.org either", "bob@example.org -", "cy@example.org -"])
  }
}

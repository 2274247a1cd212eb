import Configuration
import Outreach
import Testing

@testable import Store

@Suite struct DuplicateTests {
  private static let day: Int64 = 86_400_000

  /// Ann got a mail of `spring` at noon; `welcome` is another sequence, and knows duplicates.
  private func bench(_ action: DuplicateReaction, period: String = "30d") async throws -> Bench {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    var defaults = SequenceEntry(key: "default")
    defaults.duplicates = DuplicateSettings(period: period, action: action)
    var own = SequenceEntry(key: "welcome")
    own.steps = [StepEntry(id: "1", texts: StepTexts(subject: "Hello", text: TextSource.literal("Hi")))]
    let (made, entry) = (defaults, own)
    try await bench.store.write { transaction in
      try transaction.setWorkspace(1, zone: "UTC", dailyCredits: 0, sequenceDefaults: made)
      try transaction.putSequence(entry, now: Bench.noon)
    }
    _ = try await bench.queue(bench.step(1, of: "spring"))
    #expect(try await bench.sendAll().count == 1)
    return bench
  }

  private func enroll(_ bench: Bench, _ address: String = "ann@example.org", roles: Bool = false) async throws
    -> EnrollmentResult
  {
    let now = Bench.noon + Self.day
    return try await bench.store.write { transaction in
      guard let sequence = try transaction.sequence(keyed: "welcome", workspaceID: 1) else {
        throw Unexpected(what: "no sequence")
      }
      return try transaction.enroll([Enrollee(address: address)], in: sequence, allowsRoles: roles, now: now)[0]
    }
  }

  @Test func somebodyWhoWasWrittenToLatelyIsNotEnrolled() async throws {
    let bench = try await bench(.skip)
    #expect(
      try await enroll(bench)
        == .refused(EnrollmentRefusal(.contactedLately, "was written to by sequence spring on 2026-11-20")))
    guard case .enrolled = try await enroll(bench, "bob@example.org") else {
      Issue.record("bob was refused")
      return
    }
    // By headers the sender is told.
    let step = bench.submission(to: ["ann@example.org"], at: Bench.noon + Self.day) {
      $0.sequence = "summer"
      $0.step = 1
    }
    #expect(
      try await bench.store.write { try $0.submit(step) }
        == .refused("X-Postern-Sequence: ann@example.org was written to by sequence spring on 2026-11-20"))
    // A later step of the same sequence is no duplicate.
    _ = try await bench.queue(bench.step(2, of: "spring"))
  }

  @Test func orTheFirstMailWaitsUntilThatIsOver() async throws {
    let bench = try await bench(.wait)
    guard case .enrolled(let id) = try await enroll(bench) else {
      Issue.record("ann was refused")
      return
    }
    let sequence = try #require(try await bench.store.read { try $0.sequence(keyed: "welcome", workspaceID: 1)?.id })
    try await bench.store.write { try $0.setState(ofSequence: sequence, to: .active, now: Bench.noon + Self.day) }
    try await bench.plan(at: Bench.noon + Self.day)
    let step = try #require(try await bench.store.read { try $0.steps(ofEnrollment: id).first })
    #expect(step.scheduledFor == Bench.noon + 30 * Self.day)
    let summer = bench.submission(to: ["ann@example.org"], at: Bench.noon + Self.day) {
      $0.sequence = "summer"
      $0.step = 1
    }
    let mail = try await bench.queue(summer)[0]
    try await bench.plan(at: Bench.noon + Self.day)
    #expect(try await bench.message(mail).scheduledFor == Bench.noon + 30 * Self.day)
  }

  /// Enrolled in two sequences before either wrote: the second one looks again when its first mail is about to go.
  @Test(arguments: [DuplicateReaction.wait, .skip])
  func twoThatBeginTogetherDoNotBothWrite(_ action: DuplicateReaction) async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    var defaults = SequenceEntry(key: "default")
    defaults.duplicates = DuplicateSettings(period: "30d", action: action)
    let made = defaults
    let entries = ["one", "two"].map { key in
      var entry = SequenceEntry(key: key)
      entry.steps = ["a", "b"].map { StepEntry(id: $0, texts: StepTexts(subject: "Hello", text: .literal($0))) }
      return entry
    }
    try await bench.store.write { transaction in
      try transaction.setWorkspace(1, zone: "UTC", dailyCredits: 0, sequenceDefaults: made)
      for entry in entries {
        try transaction.putSequence(entry, now: Bench.noon)
        guard let sequence = try transaction.sequence(keyed: entry.key, workspaceID: 1) else {
          throw Unexpected(what: "no sequence")
        }
        _ = try transaction.enroll([Enrollee(address: "ann@example.org")], in: sequence, now: Bench.noon)
        try transaction.setState(ofSequence: sequence.id, to: .active, now: Bench.noon)
      }
    }
    try await bench.plan()
    let first = try await bench.claim().claims
    #expect(first.count == 1)
    // While that is under way the other waits; how it ends is not known yet.
    #expect(try await bench.claim(at: Bench.noon + 1000).claims.isEmpty)
    for claim in first { try await bench.accept(claim, at: Bench.noon + 2000) }
    var sent: [String] = []
    for minute in 1...10 {
      sent += try await bench.sendAll(at: Bench.noon + Int64(minute) * 60_000).map(\.message.stepID!)
    }
    #expect(sent == ["b"])
    let states = try await [bench.enrollment(in: "one"), bench.enrollment(in: "two")].map(\.state)
    switch action {
    case .wait:
      #expect(Set(states) == [.completed, .active])
      var late: [String] = []
      for hour in 0...3 {
        late += try await bench.sendAll(at: Bench.noon + 30 * Self.day + Int64(hour + 1) * 3_600_000).map(
          \.message.stepID!)
      }
      #expect(late == ["a", "b"])
    case .skip:
      #expect(Set(states) == [.completed, .stopped])
      #expect(try await bench.claim(at: Bench.noon + 60 * Self.day).claims.isEmpty)
    }
  }

  @Test func nobodyIsADuplicateWithoutAPeriod() async throws {
    let bench = try await bench(.skip, period: "0s")
    guard case .enrolled = try await enroll(bench) else {
      Issue.record("ann was refused")
      return
    }
  }

  @Test func aRoleAddressIsEnrolledOnlyWhenAskedFor() async throws {
    let bench = try await bench(.wait)
    #expect(
      try await enroll(bench, "support@example.org")
        == .refused(EnrollmentRefusal(.roleAddress, "is a role address (support@), read by no one person")))
    guard case .enrolled = try await enroll(bench, "support@example.org", roles: true) else {
      Issue.record("support was refused")
      return
    }
  }

  @Test func aDayHasItsOwnLimitBesideAWeek() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    try await bench.store.write {
      try $0.setWorkspace(
        1, zone: "UTC", dailyCredits: 0, sequenceDefaults: SequenceEntry(key: "default"),
        contactLimits: ContactLimits(limit: 3, periodMilliseconds: 7 * Self.day, dailyLimit: 1))
    }
    for _ in 0..<5 { _ = try await bench.queue(bench.submission()) }
    var sent: [Int64] = []
    for hour in 0..<(24 * 9) {
      let now = Bench.noon + Int64(hour) * 3_600_000
      sent += try await bench.sendAll(at: now).map { _ in Int64(hour) }
    }
    #expect(sent == [0, 24, 48, 168, 192])
  }
}

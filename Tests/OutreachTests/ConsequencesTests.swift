import Testing

@testable import Outreach

@Suite struct ConsequencesTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var kind: InboundFact.Kind
    var enrollment: EnrollmentState? = .active
    var policy = SequencePolicy()
    var expected: [Consequence]
    var testDescription: String { name }
  }

  private static let booked: [Consequence] = [.markReplied, .bookReply(key: "reply:3:<a@b>")]
  private static func suppressed(_ reason: SuppressionReason) -> Consequence {
    .suppress(address: "bob@example.net", reason: reason)
  }
  private static func stopped(_ reason: StopReason) -> [Consequence] {
    [.stopEnrollment(reason), .cancelWaiting(reason)]
  }

  static let cases: [Case] = [
    .init(name: "a reply stops", kind: .reply, expected: booked + stopped(.replied)),
    .init(
      name: "a reply to a paused one stops", kind: .reply, enrollment: .paused, expected: booked + stopped(.replied)),
    .init(
      name: "a reply after the last step keeps later steps out", kind: .reply, enrollment: .completed,
      expected: booked + stopped(.replied)),
    .init(
      name: "a second reply is booked, nothing is left to stop", kind: .reply, enrollment: .stopped, expected: booked),
    .init(name: "a reply to a failed one", kind: .reply, enrollment: .failed, expected: booked),
    .init(name: "a reply to a single mail", kind: .reply, enrollment: nil, expected: booked),
    .init(
      name: "a reply pauses by policy", kind: .reply, policy: .init(onReply: .pause),
      expected: booked + [.pauseEnrollment]),
    .init(
      name: "a reply to a paused one pauses no more", kind: .reply, enrollment: .paused,
      policy: .init(onReply: .pause), expected: booked),
    .init(name: "a reply changes nothing by policy", kind: .reply, policy: .init(onReply: .continue), expected: booked),
    .init(
      name: "a hard bounce stops and suppresses", kind: .hardBounce,
      expected: [.markBounced, suppressed(.bounced)] + stopped(.bounced)),
    .init(
      name: "a hard bounce suppresses whatever the policy says", kind: .hardBounce,
      policy: .init(onBounce: .continue), expected: [.markBounced, suppressed(.bounced)]),
    .init(
      name: "a hard bounce of a single mail", kind: .hardBounce, enrollment: nil,
      expected: [.markBounced, suppressed(.bounced)]),
    .init(name: "a complaint", kind: .complaint, expected: [suppressed(.complained)] + stopped(.complained)),
    .init(
      name: "a complaint stops even where replies do not", kind: .complaint,
      policy: .init(onReply: .continue, onBounce: .continue), expected: [suppressed(.complained)] + stopped(.complained)
    ),
    .init(name: "asking out", kind: .unsubscribe, expected: [suppressed(.unsubscribed)] + stopped(.unsubscribed)),
    .init(
      name: "an absence is waited for by policy", kind: .autoReply, policy: .init(waitsForReturn: true),
      expected: [.note("automatic reply")]),
    .init(name: "a mail by hand pauses", kind: .sentByHand, expected: [.pauseEnrollment]),
  ]

  @Test(arguments: cases) func follows(test: Case) {
    let fact = InboundFact(
      kind: test.kind, mail: "<a@b>", messageID: 3, address: "bob@example.net", enrollment: test.enrollment)
    #expect(consequences(of: fact, policy: test.policy) == test.expected)
  }

  @Test func anAbsenceThatNamesADayIsWaitedForWhereAsked() {
    var fact = InboundFact(
      kind: .autoReply, mail: "<a@b>", messageID: 3, address: "bob@example.net", enrollment: .active, awayUntil: 77)
    let waits = SequencePolicy(waitsForReturn: true)
    #expect(consequences(of: fact, policy: waits) == [.postpone(until: 77)])
    #expect(consequences(of: fact, policy: SequencePolicy()) == [.note("automatic reply")])
    fact.enrollment = .stopped
    #expect(consequences(of: fact, policy: waits) == [.note("automatic reply")])
  }

  @Test(arguments: [InboundFact.Kind.softBounce, .delay, .autoReply, .challenge, .other])
  func isOnlyNoted(kind: InboundFact.Kind) throws {
    let fact = InboundFact(kind: kind, mail: "<a@b>", messageID: 3, address: "bob@example.net", enrollment: .active)
    let result = consequences(of: fact, policy: SequencePolicy())
    #expect(result.count == 1)
    guard case .note(let text) = try #require(result.first) else {
      Issue.record("changes something: \(result)")
      return
    }
    #expect(!text.isEmpty)
  }

  @Test(arguments: InboundFact.Kind.allCases) func whatMatchesNothingChangesNothing(kind: InboundFact.Kind) {
    let fact = InboundFact(kind: kind, mail: "<a@b>", messageID: nil, address: "bob@example.net", enrollment: .active)
    #expect(consequences(of: fact, policy: SequencePolicy()) == [.note("matches no sent message")])
  }

  @Test(
    arguments: [
      ("reply", nil, .reply), ("auto_reply", nil, .autoReply), ("bounce", "hard", .hardBounce),
      ("bounce", "soft", .softBounce), ("bounce", nil, .softBounce), ("delay", nil, .delay),
      ("complaint", nil, .complaint), ("unsubscribe", nil, .unsubscribe), ("challenge", nil, .challenge),
      ("other", nil, .other), ("", nil, .other),
    ] as [(String, String?, InboundFact.Kind)])
  func kindsFromVerdicts(verdict: String, permanence: String?, kind: InboundFact.Kind) {
    #expect(InboundFact.Kind(verdictClass: verdict, permanence: permanence) == kind)
  }

  @Test(arguments: [
    ("arf.rfc5965", InboundFact.Kind.complaint), ("complaint.jmrp", .complaint), ("arf.auth-failure", .other),
    ("arf.not-spam", .other),
  ]) func aReportOfSomethingElseIsNobodysComplaint(rule: String, kind: InboundFact.Kind) {
    #expect(InboundFact.Kind(verdictClass: "complaint", rule: rule, permanence: nil) == kind)
  }
}

import Configuration
import Foundation
import Outreach
import Testing

@testable import Store

private let hour: Int64 = 3_600_000
private let day: Int64 = 86_400_000

/// Sequences whose steps are their own, from their definition to the mail that leaves.
@Suite struct NativeSequenceTests {
  @Test func aDraftTakesPeopleAndSendsNothingUntilItIsActive() async throws {
    let bench = try await NativeBench(NativeBench.twoMails)
    #expect(try await bench.enroll(["Ann@Example.org", "bob@example.org"]).allSatisfy(\.isEnrolled))
    try await bench.plan()
    #expect(try await bench.claim(at: Bench.noon + 30 * day).claims.isEmpty)
    #expect(try await bench.steps(of: "ann@example.org").map(\.scheduledFor) == [nil, nil])
    let start = Bench.noon + 5 * day
    try await bench.activate(at: start)
    try await bench.plan(at: start)
    // The first delay counts from the start.
    #expect(try await bench.steps(of: "ann@example.org").map(\.scheduledFor) == [start + hour, nil])
    #expect(try await bench.bench.enrollment(of: "ann@example.org").nextActionAt == start + hour)
    #expect(try await bench.send(at: start + hour).count == 2)
    #expect(try await bench.steps(of: "ann@example.org").map(\.state) == [.sent, .scheduled])
    #expect(try await bench.bench.enrollment(of: "ann@example.org").nextActionAt == start + hour + 3 * day)
  }

  @Test func whoIsRefusedIsToldWhyAndKeepsNobodyElse() async throws {
    let bench = try await NativeBench(NativeBench.twoMails)
    try await bench.store.write {
      _ = try $0.suppress("@gone.example", workspaceID: 1, reason: "manual", source: "test", now: Bench.noon)
    }
    let results = try await bench.enroll([
      "a@example.org", "no address", "x@gone.example", "A@example.org", "b@example.org",
    ])
    #expect(
      results.map(\.refusal?.reason) == [nil, .noAddress, .suppressed, .enrolled, nil])
    try await bench.activate(at: Bench.noon)
    try await bench.setState(.paused)
    #expect(try await bench.enroll(["c@example.org"]).map(\.refusal?.reason) == [.sequenceState])
    try await bench.setState(.completed)
    #expect(try await bench.enroll(["c@example.org"]).map(\.refusal?.reason) == [.sequenceState])
  }

  @Test func theTextIsWrittenWhenAnAccountTakesItWithTheValuesOfThatMoment() async throws {
    let bench = try await NativeBench(NativeBench.twoMails)
    try await bench.activate(at: Bench.noon)
    _ = try await bench.enroll(["ann@example.org"])
    try await bench.plan()
    #expect(try await bench.steps(of: "ann@example.org").map(\.bodyID) == [0, 0])
    try await bench.put(ContactDraft(address: "ann@example.org", firstName: "Ann", lastName: "Ó Brien"))
    let claim = try #require(try await bench.claim(at: Bench.noon + hour).claims.first)
    #expect(claim.message.subject == "Hello Ann")
    let outgoing = try await bench.store.read { try $0.outgoing(claim.message) }
    let mail = String(decoding: outgoing.stored, as: UTF8.self)
    #expect(mail.contains("To: =?UTF-8?"))
    #expect(mail.contains("<ann@example.org>\r\n"))
    #expect(mail.contains("Subject: Hello Ann\r\n"))
    #expect(mail.hasSuffix("Dear Ann,\r\n"))
    let planned = try await bench.steps(of: "ann@example.org")[0]
    #expect(planned.messageID == claim.message.messageID && planned.version == 1)
  }

  @Test func aMissingValueFailsTheStepWithTheReasonAndTheNextOneGoesOn() async throws {
    let bench = try await NativeBench(
      #"""
      [[sequence]]
      key = "welcome"
      [[sequence.step]]
      id = "intro"
      subject = "For {{ contact.company }}"
      text = "Hello"
      [[sequence.step]]
      id = "again"
      delay = "1d"
      subject = "Hello"
      text = "Hello again"
      """#)
    try await bench.activate(at: Bench.noon)
    _ = try await bench.enroll(["ann@example.org"])
    try await bench.plan()
    #expect(try await bench.claim().claims.isEmpty)
    let failed = try await bench.steps(of: "ann@example.org")[0]
    #expect(failed.state == .failed)
    #expect(failed.lastReply?.hasPrefix("step intro (subject):1:") == true)
    #expect(failed.lastReply?.contains("contact.company") == true)
    try await bench.plan()
    #expect(try await bench.send(at: Bench.noon + day).map(\.message.stepID) == ["again"])
    #expect(try await bench.bench.enrollment(of: "ann@example.org").state == .completed)
  }

  @Test func threeFailedStepsFailTheEnrollment() async throws {
    let step = { (id: Int) in "[[sequence.step]]\nsubject = \"{{ contact.company }} \(id)\"\ntext = \"x\"\n" }
    let bench = try await NativeBench("[[sequence]]\nkey = \"welcome\"\n" + (1...5).map(step).joined())
    try await bench.activate(at: Bench.noon)
    _ = try await bench.enroll(["ann@example.org"])
    for _ in 0..<6 {
      try await bench.plan()
      #expect(try await bench.claim().claims.isEmpty)
    }
    try await bench.plan()
    let states = try await bench.steps(of: "ann@example.org").map(\.state)
    #expect(states == [.failed, .failed, .failed, .cancelled, .cancelled])
    let enrollment = try await bench.bench.enrollment(of: "ann@example.org")
    #expect(enrollment.state == .failed && enrollment.stopReason == .failed && enrollment.nextActionAt == nil)
  }

  @Test func anAnswerStopsIt() async throws {
    let bench = try await NativeBench(NativeBench.twoMails)
    try await bench.activate(at: Bench.noon)
    _ = try await bench.enroll(["ann@example.org"])
    let sent = try #require(try await bench.send(at: Bench.noon + hour).first)
    let reply = bench.bench.inbound("reply", answering: sent.message, account: sent.account.id)
    _ = try await bench.store.write { try $0.recordInbound(reply) }
    #expect(try await bench.steps(of: "ann@example.org").map(\.state) == [.sent, .cancelled])
    #expect(try await bench.bench.enrollment(of: "ann@example.org").stopReason == .replied)
    #expect(try await bench.send(at: Bench.noon + 9 * day).isEmpty)
  }

  @Test func headersMayNotAddAStepToIt() async throws {
    let bench = try await NativeBench(NativeBench.twoMails)
    try await bench.activate(at: Bench.noon)
    let result = try await bench.store.write { [bench] in try $0.submit(bench.bench.step(1)) }
    guard case .refused(let text) = result else { throw Unexpected(what: "\(result)") }
    #expect(text == "X-Postern-Sequence: sequence welcome has its own steps; enroll ann@example.org in it instead")
  }

  @Test func aTaskIsWaitedForAndTheNextStepCountsFromItsEnd() async throws {
    let bench = try await NativeBench(NativeBench.withTask(waits: true))
    try await bench.activate(at: Bench.noon)
    _ = try await bench.enroll(["ann@example.org"])
    #expect(try await bench.send().count == 1)
    #expect(try await bench.open(at: Bench.noon + day - 1) == 0)
    #expect(try await bench.open(at: Bench.noon + day) == 1)
    let task = try #require(try await bench.tasks(of: "ann@example.org").first)
    #expect(task.state == .open && task.title == "Call them" && task.due == Bench.noon + 3 * day)
    try await bench.plan(at: Bench.noon + day)
    #expect(try await bench.send(at: Bench.noon + 20 * day).isEmpty)
    let done = Bench.noon + 20 * day
    try await bench.store.write { try $0.completeTask(task.id, by: "eva", now: done) }
    #expect(try await bench.send(at: done + hour - 1).isEmpty)
    #expect(try await bench.send(at: done + hour).map(\.message.stepID) == ["after"])
    #expect(try await bench.tasks(of: "ann@example.org").first?.doneBy == "eva")
    #expect(try await bench.bench.enrollment(of: "ann@example.org").state == .completed)
  }

  @Test func aTaskNamesWhomItIsAbout() async throws {
    let told = NativeBench.withTask(waits: true).replacing(
      #"title = "Call them""#,
      with: #"""
        title = "Call {{ contact.first_name | default: 'them' }} of {{ contact.company }}"
        note = "From {{ sender.address }}"
        """#)
    let bench = try await NativeBench(told)
    try await bench.activate(at: Bench.noon)
    _ = try await bench.enroll(["ann@example.org"])
    #expect(try await bench.send().count == 1)
    // What is known when it opens counts, not what was when it was planned.
    _ = try await bench.store.write {
      try $0.putContact(ContactDraft(address: "ann@example.org", firstName: "Ann"), workspaceID: 1, now: Bench.noon)
    }
    #expect(try await bench.open(at: Bench.noon + day) == 1)
    let task = try #require(try await bench.tasks(of: "ann@example.org").first)
    #expect(task.title == "Call Ann of [contact.company]")
    #expect(task.note == "From s1@sender.test")
    let events = try await bench.store.read { try $0.events(after: 0, kind: "task.opened", limit: 9) }
    #expect(events.map { $0.detail.contains("Call Ann") } == [true])
  }

  @Test func aTaskThatNobodyWaitsForHoldsNothing() async throws {
    let bench = try await NativeBench(NativeBench.withTask(waits: false))
    try await bench.activate(at: Bench.noon)
    _ = try await bench.enroll(["ann@example.org"])
    #expect(try await bench.send().count == 1)
    #expect(try await bench.open(at: Bench.noon + day) == 1)
    try await bench.plan(at: Bench.noon + day)
    #expect(try await bench.send(at: Bench.noon + day + hour).map(\.message.stepID) == ["after"])
    #expect(try await bench.bench.enrollment(of: "ann@example.org").state == .completed)
    #expect(try await bench.tasks(of: "ann@example.org").first?.state == .open)
  }
}

extension EnrollmentResult {
  var isEnrolled: Bool { refusal == nil }
  var refusal: EnrollmentRefusal? {
    if case .refused(let refusal) = self { return refusal }
    return nil
  }
}

/// A store with one account and one sequence of its own steps, `welcome`.
final class NativeBench: Sendable {
  let bench: Bench
  var store: Store { bench.store }

  static let twoMails = #"""
    [[sequence]]
    key = "welcome"
    [[sequence.step]]
    id = "intro"
    delay = "1h"
    subject = "Hello {{ contact.first_name | default: 'there' }}"
    text = "Dear {{ contact.first_name | default: 'friend' }},"
    [[sequence.step]]
    id = "again"
    delay = "3d"
    text = "Any thoughts?"
    """#

  static func withTask(waits: Bool) -> String {
    #"""
    [[sequence]]
    key = "welcome"
    [[sequence.step]]
    id = "intro"
    subject = "Hello"
    text = "Hello"
    [[sequence.step]]
    id = "call"
    kind = "call"
    delay = "1d"
    title = "Call them"
    due = "2d"
    waits = \#(waits)
    [[sequence.step]]
    id = "after"
    delay = "1h"
    text = "As said"
    """#
  }

  init(_ toml: String) async throws {
    bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    try await apply(toml)
  }

  func apply(_ toml: String, at now: Int64 = Bench.noon) async throws {
    let provision = try Provision.parse(toml: toml, file: "test.toml").get()
    try await store.write { transaction in
      for template in provision.templates { try transaction.putTemplate(template, now: now) }
      for sequence in provision.sequences { try transaction.putSequence(sequence, now: now) }
    }
  }

  func sequence() async throws -> SequenceRecord {
    guard let found = try await store.read({ try $0.sequence(keyed: "welcome", workspaceID: 1) }) else {
      throw Unexpected(what: "no sequence")
    }
    return found
  }

  func setState(_ state: SequenceState, at now: Int64 = Bench.noon) async throws {
    let id = try await sequence().id
    try await store.write { try $0.setState(ofSequence: id, to: state, now: now) }
  }

  func activate(at now: Int64) async throws { try await setState(.active, at: now) }

  func enroll(_ addresses: [String], at now: Int64 = Bench.noon) async throws -> [EnrollmentResult] {
    let sequence = try await sequence()
    return try await store.write { try $0.enroll(addresses.map { Enrollee(address: $0) }, in: sequence, now: now) }
  }

  func put(_ contact: ContactDraft) async throws {
    _ = try await store.write { try $0.putContact(contact, workspaceID: 1, now: Bench.noon) }
  }

  func plan(at now: Int64 = Bench.noon) async throws { try await bench.plan(at: now) }

  func claim(at now: Int64 = Bench.noon) async throws -> ClaimPass { try await bench.claim(at: now) }

  /// Plans, and has everything that may go accepted.
  func send(at now: Int64 = Bench.noon) async throws -> [Claim] {
    try await plan(at: now)
    return try await bench.sendAll(at: now)
  }

  func open(at now: Int64) async throws -> Int { try await store.write { try $0.openTasks(now: now, limit: 100) } }

  func steps(of address: String) async throws -> [MessageRecord] {
    let id = try await bench.enrollment(of: address).id
    return try await store.read { try $0.steps(ofEnrollment: id) }
  }

  func tasks(of address: String) async throws -> [TaskRecord] {
    let id = try await bench.enrollment(of: address).id
    return try await store.read { try $0.tasks(ofEnrollment: id) }
  }
}

import Testing

@testable import Outreach

private let day: Int64 = 86_400_000
private let start: Int64 = 1_795_165_200_000

private func step(
  _ number: Int, _ state: StepFact.State = .waiting, delay: Int64? = nil, sendAt: Int64? = nil, in submitted: Int64 = 0,
  ended: Int64? = nil, due: Int64? = nil
) -> StepFact {
  StepFact(
    number: number, state: state, submittedAt: start + submitted, delayMilliseconds: delay, sendAt: sendAt,
    finishedAt: ended.map { start + $0 }, due: due)
}

@Suite struct EnrollmentPlanTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var steps: [StepFact]
    var state = EnrollmentState.active
    var reason: StopReason?
    var policy = SequencePolicy()
    var expected: [EnrollmentAction]
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    .init(name: "no step", steps: [], expected: []),
    .init(name: "step 1 goes at once", steps: [step(1)], expected: [.schedule(step: 1, due: start)]),
    .init(
      name: "step 1 with a delay from submission", steps: [step(1, delay: day)],
      expected: [.schedule(step: 1, due: start + day)]),
    .init(
      name: "step 1 at a time", steps: [step(1, sendAt: start + 5)], expected: [.schedule(step: 1, due: start + 5)]),
    .init(
      name: "a time that is past is the submission", steps: [step(1, sendAt: start - day)],
      expected: [.schedule(step: 1, due: start)]),
    .init(name: "what is scheduled already", steps: [step(1, delay: day, due: start + day)], expected: []),
    .init(
      name: "all three submitted at once",
      steps: [step(1, due: start), step(2, delay: day), step(3, delay: day)],
      expected: [.wait(step: 2, for: 1), .wait(step: 3, for: 2)]),
    .init(
      name: "step 1 was sent", steps: [step(1, .sent, ended: 7), step(2, delay: day), step(3, delay: day)],
      expected: [.schedule(step: 2, due: start + 7 + day), .wait(step: 3, for: 2)]),
    .init(
      name: "no delay is right after", steps: [step(1, .sent, ended: 7), step(2)],
      expected: [.schedule(step: 2, due: start + 7)]),
    .init(
      name: "the delay passed before it was submitted",
      steps: [step(1, .sent, ended: 7), step(2, delay: day, in: 9 * day)],
      expected: [.schedule(step: 2, due: start + 9 * day)]),
    .init(
      name: "a time before the step in front of it was sent",
      steps: [step(1, .sent, ended: day), step(2, sendAt: start + 5)],
      expected: [.schedule(step: 2, due: start + day)]),
    .init(
      name: "step 3 before step 2", steps: [step(1, .sent, ended: 7), step(3)], expected: [.wait(step: 3, for: 2)]),
    .init(
      name: "step 2 arrives after step 3",
      steps: [step(3), step(1, .sent, ended: 7), step(2, in: 20)],
      expected: [.schedule(step: 2, due: start + 20), .wait(step: 3, for: 2)]),
    .init(
      name: "under way", steps: [step(1, .underWay), step(2)], expected: [.wait(step: 2, for: 1)]),
    .init(
      name: "a skipped step counts from when it was skipped",
      steps: [step(1, .sent, ended: 7), step(2, .skipped, ended: 50), step(3, delay: day)],
      expected: [.schedule(step: 3, due: start + 50 + day)]),
    .init(
      name: "a cancelled step does not end the sequence",
      steps: [step(1, .sent, ended: 7), step(2, .cancelled, ended: 50), step(3, delay: day)],
      expected: [.schedule(step: 3, due: start + 50 + day)]),
    .init(
      name: "a bounce where the sequence goes on",
      steps: [step(1, .bounced, ended: 7), step(2, delay: day)], policy: .init(onBounce: .continue),
      expected: [.schedule(step: 2, due: start + 7 + day)]),
    .init(
      name: "step 1 failed: nothing to follow up on", steps: [step(1, .failed, ended: 7), step(2), step(3)],
      expected: [.cancel(step: 2, reason: .failed), .cancel(step: 3, reason: .failed), .fail]),
    .init(
      name: "step 2 failed: the next goes", steps: [step(1, .sent, ended: 7), step(2, .failed, ended: 9), step(3)],
      expected: [.schedule(step: 3, due: start + 9)]),
    .init(
      name: "three failures",
      steps: [
        step(1, .sent, ended: 1), step(2, .failed, ended: 2), step(3, .failed, ended: 3), step(4, .failed, ended: 4),
        step(5),
      ], expected: [.cancel(step: 5, reason: .failed), .fail]),
    .init(
      name: "one failure is too many by policy", steps: [step(1, .sent, ended: 1), step(2, .failed, ended: 2)],
      policy: .init(failedStepsToGiveUp: 1), expected: [.fail]),
    .init(
      name: "all known steps went", steps: [step(1, .sent, ended: 1), step(2, .skipped, ended: 2)],
      expected: [.complete]),
    .init(name: "the last one is under way", steps: [step(1, .sent, ended: 1), step(2, .underWay)], expected: []),
    .init(
      name: "another step after the end", steps: [step(1, .sent, ended: 1), step(2, delay: day, in: 3 * day)],
      state: .completed, expected: [.reactivate, .schedule(step: 2, due: start + 3 * day)]),
    .init(name: "completed stays so", steps: [step(1, .sent, ended: 1)], state: .completed, expected: []),
    .init(
      name: "paused is planned, it waits at its gate", steps: [step(1, .sent, ended: 1), step(2)], state: .paused,
      expected: [.schedule(step: 2, due: start + 1)]),
    .init(name: "paused does not complete", steps: [step(1, .sent, ended: 1)], state: .paused, expected: []),
    .init(
      name: "stopped cancels what waits", steps: [step(1, .sent, ended: 1), step(2), step(3)], state: .stopped,
      reason: .replied, expected: [.cancel(step: 2, reason: .replied), .cancel(step: 3, reason: .replied)]),
    .init(
      name: "failed cancels what waits", steps: [step(1, .failed, ended: 1), step(2)], state: .failed,
      expected: [.cancel(step: 2, reason: .failed)]),
    .init(
      name: "a delay beyond all time", steps: [step(1, .sent, ended: 1), step(2, delay: .max)],
      expected: [.schedule(step: 2, due: .max)]),
  ]

  @Test func noStepGoesBeforeTheDayOfReturn() {
    let steps = [step(1, .sent, ended: 7), step(2, delay: day), step(3, delay: day)]
    let plan = { (notBefore: Int64) in
      Outreach.plan(steps, enrollment: .active, policy: SequencePolicy(), notBefore: notBefore)
    }
    #expect(plan(start + 9 * day) == [.schedule(step: 2, due: start + 9 * day), .wait(step: 3, for: 2)])
    #expect(plan(start) == [.schedule(step: 2, due: start + 7 + day), .wait(step: 3, for: 2)])
  }

  @Test(arguments: cases) func plans(test: Case) {
    #expect(plan(test.steps, enrollment: test.state, stopReason: test.reason, policy: test.policy) == test.expected)
    #expect(
      plan(test.steps.reversed(), enrollment: test.state, stopReason: test.reason, policy: test.policy) == test.expected
    )
  }

  @Test(
    arguments: [
      ("draft", .waiting), ("scheduled", .waiting), ("sending", .underWay), ("unknown", .underWay), ("held", .underWay),
      ("sent", .sent), ("bounced", .bounced), ("failed", .failed), ("skipped", .skipped), ("cancelled", .cancelled),
      ("other", nil),
    ] as [(String, StepFact.State?)])
  func statesOfMessages(name: String, state: StepFact.State?) {
    #expect(StepFact.State(messageState: name) == state)
  }
}

/// Steps submitted in any order, sent with any result: they go in order, each no earlier than its delay, and it ends.
@Suite struct EnrollmentWalkTests {
  @Test(arguments: 1...40 as ClosedRange<UInt64>) func everyEnrollmentEnds(seed: UInt64) {
    var state = seed
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(bound))
    }
    let count = 1 + random(5)
    let policy = SequencePolicy(onBounce: .continue)
    var pending = (1...count).map { step($0, delay: Int64(random(3)) * day) }
    for index in pending.indices.dropFirst(2) { pending.swapAt(index, 1 + random(index)) }
    var steps: [StepFact] = []
    var enrollment = EnrollmentState.active
    var now = start
    var order: [Int] = []
    var turns = 0
    func isOver() -> Bool {
      enrollment == .failed
        || enrollment == .completed && pending.isEmpty && !steps.contains { $0.state == .waiting }
    }
    while turns < 500, !isOver() {
      turns += 1
      for action in plan(steps, enrollment: enrollment, policy: policy) {
        switch action {
        case .schedule(let number, let due):
          for index in steps.indices where steps[index].number == number { steps[index].due = due }
        case .cancel(let number, _):
          for index in steps.indices where steps[index].number == number {
            steps[index].state = .cancelled
            steps[index].finishedAt = now
          }
        case .complete: enrollment = .completed
        case .reactivate: enrollment = .active
        case .fail: enrollment = .failed
        case .wait(let number, let blocker): #expect(blocker == number - 1)
        }
      }
      #expect(plan(steps, enrollment: enrollment, policy: policy).allSatisfy(isWait), "a plan is stable once done")
      if !pending.isEmpty, enrollment != .failed, random(3) == 0 {
        var next = pending.removeFirst()
        next.submittedAt = now
        steps.append(next)
      }
      now += Int64(random(1000)) * 100_000
      guard let index = steps.firstIndex(where: { $0.state == .waiting && $0.due.map { $0 <= now } ?? false }) else {
        continue
      }
      order.append(steps[index].number)
      let results: [StepFact.State] = [.sent, .sent, .sent, .skipped, .bounced, .failed, .cancelled]
      steps[index].state = results[random(results.count)]
      steps[index].finishedAt = now
    }
    #expect(turns < 500)
    #expect(order == Array(order.sorted().prefix(order.count)))
    #expect(Set(order).count == order.count)
    #expect(!steps.contains { $0.state == .waiting })
    for current in steps where current.number > 1 && order.contains(current.number) {
      let previous = steps.first { $0.number == current.number - 1 }
      let earliest = (previous?.finishedAt ?? .max) + (current.delayMilliseconds ?? 0)
      #expect((current.finishedAt ?? 0) >= earliest)
    }
  }

  private func isWait(_ action: EnrollmentAction) -> Bool {
    if case .wait = action { return true }
    return false
  }
}

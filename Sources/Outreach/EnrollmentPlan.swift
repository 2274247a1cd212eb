// What becomes of the steps of a sequence that is sent by headers: a pure plan from what is known of one enrollment.

/// One step's message as the plan needs it.
public struct StepFact: Sendable, Equatable {
  /// How the step's message stands (DESIGN.md, "States"), as far as the plan tells states apart.
  public enum State: String, Codable, Sendable, Equatable, CaseIterable {
    /// `draft` and `scheduled`: it has not begun to go.
    case waiting
    /// `sending`, `unknown` and `held`: nobody can say yet how it ends.
    case underWay = "under_way"
    /// The final states.
    case sent, bounced, failed, skipped, cancelled
  }

  /// 1, 2, 3 …
  public var number: Int
  /// How it stands.
  public var state: State
  /// After the previous step; nil is at once.
  public var delayMilliseconds: Int64?
  /// A fixed time instead.
  public var sendAt: Int64?
  /// When it was taken in.
  public var submittedAt: Int64
  /// When a final state was reached: sent, bounced, failed, skipped or cancelled.
  public var finishedAt: Int64?
  /// The due time it has now; nil is none yet.
  public var due: Int64?

  /// A step.
  public init(
    number: Int, state: State, submittedAt: Int64, delayMilliseconds: Int64? = nil, sendAt: Int64? = nil,
    finishedAt: Int64? = nil, due: Int64? = nil
  ) {
    self.number = number
    self.state = state
    self.submittedAt = submittedAt
    self.delayMilliseconds = delayMilliseconds
    self.sendAt = sendAt
    self.finishedAt = finishedAt
    self.due = due
  }
}

extension StepFact.State {
  /// From the name of a message's state; nil for an unknown name.
  public init?(messageState: String) {
    switch messageState {
    case "draft", "scheduled": self = .waiting
    case "sending", "unknown", "held": self = .underWay
    case "sent": self = .sent
    case "bounced": self = .bounced
    case "failed": self = .failed
    case "skipped": self = .skipped
    case "cancelled": self = .cancelled
    default: return nil
    }
  }
}

/// What is to be done with an enrollment's steps.
public enum EnrollmentAction: Sendable, Equatable {
  /// The step's message gets this due time; not returned when it has it already.
  case schedule(step: Int, due: Int64)
  /// The step waits for another to end, or to be submitted at all; its message has no due time.
  case wait(step: Int, for: Int)
  /// The step's message becomes `cancelled`.
  case cancel(step: Int, reason: StopReason)
  /// All known steps have gone: the enrollment is `completed`.
  case complete
  /// A step was added after the last one went: the enrollment is `active` again.
  case reactivate
  /// The enrollment is given up: `failed`, with reason `failed`.
  case fail
}

/// Plans the steps known so far of one enrollment.
///
/// A delay counts from the end of the step before it: sent, or skipped, failed, cancelled or bounced where the sequence
/// goes on after that; for step 1 from submission. A due time is never before the step was taken in, it may be in the past;
/// and never before `notBefore`, the day that a contact who is away named.
public func plan(
  _ steps: [StepFact], enrollment: EnrollmentState, stopReason: StopReason? = nil, policy: SequencePolicy,
  notBefore: Int64? = nil
) -> [EnrollmentAction] {
  let steps = steps.sorted { $0.number < $1.number }
  let waiting = steps.filter { $0.state == .waiting }
  switch enrollment {
  case .stopped, .failed:
    let reason = stopReason ?? (enrollment == .failed ? .failed : .manual)
    return waiting.map { .cancel(step: $0.number, reason: reason) }
  case .active, .paused, .completed: break
  }
  if isGivenUp(steps, policy) {
    return waiting.map { .cancel(step: $0.number, reason: .failed) } + [.fail]
  }
  let isOver = waiting.isEmpty && !steps.contains { $0.state == .underWay }
  var actions: [EnrollmentAction] = []
  if enrollment == .completed, !isOver { actions.append(.reactivate) }
  for step in waiting {
    switch due(of: step, among: steps) {
    case .success(let planned):
      let due = max(planned, notBefore ?? planned)
      if step.due != due { actions.append(.schedule(step: step.number, due: due)) }
    case .failure(let blocker): actions.append(.wait(step: step.number, for: blocker.step))
    }
  }
  if enrollment == .active, isOver, !steps.isEmpty { actions.append(.complete) }
  return actions
}

/// The step another one waits for.
private struct Blocker: Error {
  var step: Int
}

private func due(of step: StepFact, among steps: [StepFact]) -> Result<Int64, Blocker> {
  var base = step.submittedAt
  if step.number > 1 {
    // Step 3 may be taken in before step 2: it waits until there is one.
    guard let previous = steps.last(where: { $0.number == step.number - 1 }), let finishedAt = previous.finishedAt,
      previous.state != .waiting, previous.state != .underWay
    else { return .failure(Blocker(step: step.number - 1)) }
    base = finishedAt
  }
  if let sendAt = step.sendAt { return .success(max(sendAt, base, step.submittedAt)) }
  let (due, overflow) = base.addingReportingOverflow(step.delayMilliseconds ?? 0)
  return .success(overflow ? .max : max(due, step.submittedAt))
}

/// Nothing to follow up on when no step before the failed one went; otherwise after so many failures.
private func isGivenUp(_ steps: [StepFact], _ policy: SequencePolicy) -> Bool {
  let failures = steps.filter { $0.state == .failed }
  guard let first = failures.first else { return false }
  let hasThread = steps.contains { $0.number < first.number && ($0.state == .sent || $0.state == .bounced) }
  return !hasThread || failures.count >= policy.failedStepsToGiveUp
}

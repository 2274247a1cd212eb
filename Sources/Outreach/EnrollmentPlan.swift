// What becomes of the steps of a sequence: a pure plan from what is known of one enrollment.
public import Delivery

/// One step's message or task as the plan needs it.
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
  /// Not before this minute of the day, in the plan's zone.
  public var minuteOfDay: Int?

  /// A step.
  public init(
    number: Int, state: State, submittedAt: Int64, delayMilliseconds: Int64? = nil, sendAt: Int64? = nil,
    finishedAt: Int64? = nil, due: Int64? = nil, minuteOfDay: Int? = nil
  ) {
    self.minuteOfDay = minuteOfDay
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

/// Where the steps of an enrollment come from.
public enum StepSource: Sendable, Equatable {
  /// Each by a mail with headers: one may be missing still, and the last one that is known need not be the last.
  case headers
  /// The sequence's own: all are known, and numbers may be left out.
  case definition
}

/// Plans the steps known so far of one enrollment.
///
/// A delay counts from the end of the step before it: sent, or skipped, failed, cancelled or bounced where the sequence
/// goes on after that; for step 1 from submission. A due time is never before the step was taken in, it may be in the past;
/// and never before `notBefore`, the day that a contact who is away named. `zone` is where times of day are meant.
public func plan(
  _ steps: [StepFact], from source: StepSource = .headers, enrollment: EnrollmentState, stopReason: StopReason? = nil,
  policy: SequencePolicy, notBefore: Int64? = nil, zone: Zone = .utc
) -> [EnrollmentAction] {
  let steps = steps.sorted { $0.number < $1.number }
  let waiting = steps.filter { $0.state == .waiting }
  switch enrollment {
  case .stopped, .failed:
    let reason = stopReason ?? (enrollment == .failed ? .failed : .manual)
    return waiting.map { .cancel(step: $0.number, reason: reason) }
  case .active, .paused, .completed: break
  }
  if isGivenUp(steps, source, policy) {
    return waiting.map { .cancel(step: $0.number, reason: .failed) } + [.fail]
  }
  let isOver = waiting.isEmpty && !steps.contains { $0.state == .underWay }
  var actions: [EnrollmentAction] = []
  if enrollment == .completed, !isOver { actions.append(.reactivate) }
  for step in waiting {
    switch due(of: step, among: steps, source, zone) {
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

private func due(of step: StepFact, among steps: [StepFact], _ source: StepSource, _ zone: Zone)
  -> Result<Int64, Blocker>
{
  var base = step.submittedAt
  // Step 3 may be taken in before step 2: it waits until there is one.
  let before = source == .headers ? step.number - 1 : steps.last { $0.number < step.number }?.number ?? 0
  if before > 0 {
    guard let previous = steps.last(where: { $0.number == before }), let finishedAt = previous.finishedAt,
      previous.state != .waiting, previous.state != .underWay
    else { return .failure(Blocker(step: before)) }
    base = finishedAt
  }
  return .success(due(of: step, after: base, zone))
}

/// When a step is due whose delay begins at `base`.
func due(of step: StepFact, after base: Int64, _ zone: Zone) -> Int64 {
  if let sendAt = step.sendAt { return max(sendAt, base, step.submittedAt) }
  let (sum, overflow) = base.addingReportingOverflow(step.delayMilliseconds ?? 0)
  if overflow { return .max }
  guard let minute = step.minuteOfDay else { return max(sum, step.submittedAt) }
  // On the day the delay leads to: counted by instants, "a day later at 9:30" would slip by a day for a mail that went a
  // second after 9:30.
  let earliest = max(base, step.submittedAt)
  let day = zone.day(at: sum)
  let sameDay = zone.instant(ofDay: day, minute: minute)
  return sameDay >= earliest ? sameDay : zone.instant(ofDay: zone.day(at: earliest) + 1, minute: minute)
}

/// By headers: nothing to follow up on when no step before the failed one went. Otherwise after so many failures, or when
/// all there is has failed.
private func isGivenUp(_ steps: [StepFact], _ source: StepSource, _ policy: SequencePolicy) -> Bool {
  let failures = steps.filter { $0.state == .failed }
  guard let first = failures.first else { return false }
  if failures.count >= policy.failedStepsToGiveUp { return true }
  switch source {
  case .headers:
    return !steps.contains { $0.number < first.number && ($0.state == .sent || $0.state == .bounced) }
  case .definition:
    return steps.allSatisfy { $0.state == .failed || $0.state == .skipped }
  }
}

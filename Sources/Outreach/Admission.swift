// Whether a new step may join an enrollment; asked before the mail is accepted, so that the sender hears why not.

/// What is known of the recipient's enrollment in the sequence; nil facts mean never enrolled.
public struct EnrollmentFacts: Sendable, Equatable {
  /// How it stands.
  public var state: EnrollmentState
  /// Why it ended; nil while it has not.
  public var stopReason: StopReason?
  /// The numbers of the steps taken in so far, whatever became of them.
  public var steps: [Int]

  /// An enrollment.
  public init(state: EnrollmentState, stopReason: StopReason? = nil, steps: [Int]) {
    self.state = state
    self.stopReason = stopReason
    self.steps = steps
  }
}

/// The answer to a new step.
public enum Admission: Sendable, Equatable {
  /// It is taken in; `enrolls` when the recipient has to be enrolled first.
  case accept(enrolls: Bool)
  /// It is refused with `554 5.6.0` and this text: the header's name and the reason, one line of printable ASCII.
  case refuse(text: String)
}

/// Whether step `step` of `sequence` may be taken in for `recipient`.
///
/// A paused enrollment takes steps, they wait. A completed one takes them and goes on. An ended one refuses them, because
/// a mail that was taken would never go.
public func admit(step: Int, of sequence: String, for recipient: String, enrollment: EnrollmentFacts?) -> Admission {
  let who = printable(recipient, limit: 100)
  guard let enrollment else {
    if step == 1 { return .accept(enrolls: true) }
    return .refuse(
      text: "X-Postern-Step: \(who) is not enrolled in sequence \(sequence); step 1 enrolls, this is step \(step)")
  }
  switch enrollment.state {
  case .stopped, .failed:
    let reason = (enrollment.stopReason ?? (enrollment.state == .failed ? .failed : .manual)).rawValue
    return .refuse(text: "X-Postern-Sequence: sequence \(sequence) has ended for \(who): \(reason)")
  case .active, .paused, .completed:
    guard enrollment.steps.contains(step) else { return .accept(enrolls: false) }
    return .refuse(text: "X-Postern-Step: step \(step) of sequence \(sequence) was already taken in for \(who)")
  }
}

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
/// a mail that was taken would never go. A sequence with steps of its own takes none by header. `lateMail` says what keeps somebody
/// out who is not enrolled: another sequence's mail of lately.
public func admit(
  step: Int, of sequence: String, isNative: Bool = false, for recipient: String, enrollment: EnrollmentFacts?,
  lateMail: String? = nil
) -> Admission {
  let who = printable(recipient, limit: 100)
  if isNative {
    return .refuse(text: "X-Postern-Sequence: sequence \(sequence) has its own steps; enroll \(who) in it instead")
  }
  guard let enrollment else {
    if step == 1, let lateMail { return .refuse(text: "X-Postern-Sequence: \(who) \(lateMail)") }
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

/// What is known of somebody who is to be enrolled in a sequence.
public struct EnrollmentCandidate: Sendable, Equatable {
  /// The address, in lower case.
  public var address: String
  /// How the sequence stands.
  public var sequence: SequenceState
  /// Whether the sequence has steps of its own.
  public var isNative: Bool
  /// How the contact's enrollment in it stands; nil: never enrolled.
  public var enrollment: EnrollmentState?
  /// Why that ended.
  public var stopReason: StopReason?
  /// Why the address or its domain gets no mail; nil: it does.
  public var suppression: String?
  /// The local part that stands for a task and not for a person, unless such addresses were asked for.
  public var role: String?
  /// What another sequence sent them lately, when that keeps them out: `was written to by …`.
  public var lateMail: String?

  /// A candidate.
  public init(
    address: String, sequence: SequenceState, isNative: Bool, enrollment: EnrollmentState? = nil,
    stopReason: StopReason? = nil, suppression: String? = nil
  ) {
    self.address = address
    self.sequence = sequence
    self.isNative = isNative
    self.enrollment = enrollment
    self.stopReason = stopReason
    self.suppression = suppression
  }
}

/// Why somebody is not enrolled.
public struct EnrollmentRefusal: Error, Sendable, Equatable, CustomStringConvertible {
  /// For programs.
  public enum Reason: String, Codable, Sendable, Equatable, CaseIterable {
    /// The address is none; what is said of the contact can't be so; it is suppressed, or was enrolled before.
    case noAddress = "no_address", noContact = "no_contact", suppressed, enrolled
    /// It is read by no one person; another sequence wrote to it lately.
    case roleAddress = "role_address", contactedLately = "contacted_lately"
    /// The sequence takes nobody, or has no steps of its own.
    case sequenceState = "sequence_state", noSteps = "no_steps"
  }

  /// For programs.
  public var reason: Reason
  /// A sentence for people, without a full stop.
  public var description: String

  /// A refusal.
  public init(_ reason: Reason, _ description: String) {
    self.reason = reason
    self.description = description
  }
}

/// Whether somebody may be enrolled; nil: yes.
public func mayEnroll(_ candidate: EnrollmentCandidate) -> EnrollmentRefusal? {
  guard candidate.isNative else {
    return EnrollmentRefusal(.noSteps, "the sequence has no steps of its own: they come by headers, and step 1 enrolls")
  }
  guard candidate.sequence.takesContacts else {
    return EnrollmentRefusal(.sequenceState, "the sequence is \(candidate.sequence.rawValue)")
  }
  if let state = candidate.enrollment {
    let reason = state == .stopped ? candidate.stopReason.map { " (\($0.rawValue))" } ?? "" : ""
    return EnrollmentRefusal(.enrolled, "is enrolled already: \(state.rawValue)\(reason)")
  }
  if let reason = candidate.suppression { return EnrollmentRefusal(.suppressed, "is suppressed: \(reason)") }
  if let role = candidate.role {
    return EnrollmentRefusal(.roleAddress, "is a role address (\(role)@), read by no one person")
  }
  if let late = candidate.lateMail { return EnrollmentRefusal(.contactedLately, late) }
  return nil
}

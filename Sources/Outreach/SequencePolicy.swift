// What a sequence does when something comes back, and the words for how an enrollment stands and ended.

/// How a sequence stands.
public enum SequenceState: String, Codable, Sendable, Equatable, CaseIterable {
  /// Being written: contacts may be enrolled, nothing goes.
  case draft
  /// It goes.
  case active
  /// Held by a person: nothing goes, nobody is taken.
  case paused
  /// Who is in it goes on to the end, nobody new is taken.
  case completed

  /// Whether contacts may be enrolled.
  public var takesContacts: Bool { self == .draft || self == .active }
  /// Whether its steps go.
  public var isRunning: Bool { self == .active || self == .completed }
}

/// How a contact's way through a sequence stands.
public enum EnrollmentState: String, Codable, Sendable, Equatable, CaseIterable {
  /// Steps go when they are due; steps wait; all known steps went; ended early; given up.
  case active, paused, completed, stopped, failed
}

/// Why an enrollment ended.
public enum StopReason: String, Codable, Sendable, Equatable, CaseIterable {
  /// All steps went, the contact answered, bounced, asked out, complained, is suppressed, a person did it, mails failed.
  case completed, replied, bounced, unsubscribed, complained, suppressed, manual, failed
}

/// Why an address gets no more mail.
public enum SuppressionReason: String, Codable, Sendable, Equatable, CaseIterable {
  /// A hard bounce.
  case bounced
  /// The person called a mail spam.
  case complained
  /// The person asked out.
  case unsubscribed
  /// A person put it on the list.
  case manual
}

/// What a sequence does when a contact's mail comes back or answers.
public struct SequencePolicy: Codable, Sendable, Equatable {
  /// What is done to the enrollment.
  public enum Reaction: String, Codable, Sendable, Equatable, CaseIterable {
    /// Ends it; holds it until a person goes on; nothing.
    case stop, pause, `continue`
  }

  /// When the contact answers.
  public var onReply: Reaction
  /// When a mail bounces hard; the address is suppressed whatever this says.
  public var onBounce: Reaction
  /// Whether the next step waits for the day that an out-of-office answer names.
  public var waitsForReturn: Bool
  /// Steps that fail (not bounce) until the enrollment is given up; at least 1.
  public var failedStepsToGiveUp: Int

  /// The defaults are DESIGN.md's: a reply or a bounce stops, three failed steps give up.
  public init(
    onReply: Reaction = .stop, onBounce: Reaction = .stop, waitsForReturn: Bool = false, failedStepsToGiveUp: Int = 3
  ) {
    self.waitsForReturn = waitsForReturn
    self.onReply = onReply
    self.onBounce = onBounce
    self.failedStepsToGiveUp = max(1, failedStepsToGiveUp)
  }

  enum CodingKeys: String, CodingKey {
    case onReply = "on_reply"
    case onBounce = "on_bounce"
    case waitsForReturn = "waits_for_return"
    case failedStepsToGiveUp = "failed_steps_to_give_up"
  }

  /// Keys that are absent have their defaults, so that what an older version stored can be read.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      onReply: try values.decodeIfPresent(Reaction.self, forKey: .onReply) ?? .stop,
      onBounce: try values.decodeIfPresent(Reaction.self, forKey: .onBounce) ?? .stop,
      waitsForReturn: try values.decodeIfPresent(Bool.self, forKey: .waitsForReturn) ?? false,
      failedStepsToGiveUp: try values.decodeIfPresent(Int.self, forKey: .failedStepsToGiveUp) ?? 3)
  }
}

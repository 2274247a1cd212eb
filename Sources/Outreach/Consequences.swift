// What follows from one inbound mail: a pure table from the fact and the sequence's policy to what Store writes.

/// One thing that came back, after sorting and matching.
public struct InboundFact: Sendable, Equatable {
  /// What it was taken for.
  public enum Kind: String, Codable, Sendable, Equatable, CaseIterable {
    /// A person wrote; a machine wrote (RFC 3834); a permanent and a temporary failure; a DSN that says "still trying".
    case reply, autoReply = "auto_reply", hardBounce = "hard_bounce", softBounce = "soft_bounce", delay
    /// A spam complaint (ARF); the person asks out; a challenge to prove one is human; anything else.
    case complaint, unsubscribe, challenge, other
    /// A mail in the account's own Sent folder to the contact that Postern did not send.
    case sentByHand = "sent_by_hand"
  }

  /// What it was taken for.
  public var kind: Kind
  /// What tells the mail from every other, in whichever mailbox it is seen; part of the unique key of what is booked.
  public var mail: String
  /// The message it answers; nil when nothing matched.
  public var messageID: Int64?
  /// The recipient of that message: the contact's address, not a forwarding target a DSN may name.
  public var address: String
  /// How the contact's enrollment stands; nil when the message is no step of a sequence.
  public var enrollment: EnrollmentState?
  /// When somebody who is away is back, UTC epoch milliseconds; nil when the mail does not say.
  public var awayUntil: Int64?

  /// A fact.
  public init(
    kind: Kind, mail: String, messageID: Int64?, address: String, enrollment: EnrollmentState? = nil,
    awayUntil: Int64? = nil
  ) {
    self.awayUntil = awayUntil
    self.kind = kind
    self.mail = mail
    self.messageID = messageID
    self.address = address
    self.enrollment = enrollment
  }
}

extension InboundFact.Kind {
  /// From the `class`, (for a bounce) the `permanence` and the `rule` of a verdict (DESIGN.md, "Verdicts"); unknown words are
  /// `other`.
  public init(verdictClass: String, permanence: String?, rule: String = "") {
    switch verdictClass {
    // RFC 6591: a server reports a signature that failed in a complaint's form; nobody has complained.
    case "complaint" where rule == "arf.rfc6591": self = .other
    case "reply": self = .reply
    case "auto_reply": self = .autoReply
    // A bounce that does not say that it is permanent suppresses nobody.
    case "bounce": self = permanence == "hard" ? .hardBounce : .softBounce
    case "delay": self = .delay
    case "complaint": self = .complaint
    case "unsubscribe": self = .unsubscribe
    case "challenge": self = .challenge
    default: self = .other
    }
  }
}

/// One thing to write because of an inbound mail; all of a fact's go into one transaction with it.
public enum Consequence: Sendable, Equatable {
  /// The enrollment ends with this reason.
  case stopEnrollment(StopReason)
  /// The enrollment waits for a person.
  case pauseEnrollment
  /// The enrollment's messages that have not begun to go become `cancelled`.
  case cancelWaiting(StopReason)
  /// The address gets no more mail in this workspace.
  case suppress(address: String, reason: SuppressionReason)
  /// One credit, under this unique key.
  case bookReply(key: String)
  /// The message and its step get the time of the reply.
  case markReplied
  /// The message becomes `bounced`.
  case markBounced
  /// No step goes before this time, UTC epoch milliseconds.
  case postpone(until: Int64)
  /// Nothing changes; the event says this.
  case note(String)
}

/// What follows from a fact; in the order it is to be done.
public func consequences(of fact: InboundFact, policy: SequencePolicy) -> [Consequence] {
  // What answers no mail of ours changes nothing: a forged bounce must not suppress anybody.
  guard let messageID = fact.messageID else { return [.note("matches no sent message")] }
  switch fact.kind {
  case .reply:
    return [.markReplied, .bookReply(key: CreditRule.key(ofReply: fact.mail, to: messageID))]
      + react(policy.onReply, .replied, fact)
  case .hardBounce:
    return [.markBounced, .suppress(address: fact.address, reason: .bounced)]
      + react(policy.onBounce, .bounced, fact)
  case .complaint:
    return [.suppress(address: fact.address, reason: .complained)] + react(.stop, .complained, fact)
  case .unsubscribe:
    return [.suppress(address: fact.address, reason: .unsubscribed)] + react(.stop, .unsubscribed, fact)
  case .sentByHand: return react(.pause, .manual, fact)
  // RFC 3463, section 2: 4.X.X may succeed later, so the address is left alone.
  case .softBounce: return [.note("temporary failure reported")]
  case .delay: return [.note("delay reported, the server is still trying")]
  case .autoReply:
    if policy.waitsForReturn, let until = fact.awayUntil, fact.enrollment == .active || fact.enrollment == .paused {
      return [.postpone(until: until)]
    }
    return [.note("automatic reply")]
  case .challenge: return [.note("challenge, needs a person")]
  case .other: return [.note("no reply, bounce or request")]
  }
}

private func react(_ reaction: SequencePolicy.Reaction, _ reason: StopReason, _ fact: InboundFact) -> [Consequence] {
  switch (reaction, fact.enrollment) {
  case (.stop, .active), (.stop, .paused), (.stop, .completed):
    // Also after the last known step: a later step must find that the contact has answered.
    return [.stopEnrollment(reason), .cancelWaiting(reason)]
  case (.pause, .active): return [.pauseEnrollment]
  default: return []
  }
}

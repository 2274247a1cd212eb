// What the gates need to know about a message, as plain values read from the store.

/// Whether what a message belongs to is going on.
public enum RunState: Sendable, Equatable {
  /// It is.
  case running
  /// It waits for a person; the text names what and why.
  case paused(String)
  /// It ended: the message is cancelled with this reason.
  case ended(String)
}

/// A condition of a step as the gates see it.
public struct ConditionFact: Sendable, Equatable {
  /// As in the control header: `no-reply`.
  public var name: String
  /// When what must not happen happened; nil is not yet.
  public var brokenAt: Int64?

  /// A condition.
  public init(name: String, brokenAt: Int64?) {
    self.name = name
    self.brokenAt = brokenAt
  }
}

/// An entry of the suppression list that matches the recipient.
public struct SuppressionFact: Sendable, Equatable {
  /// The address or domain.
  public var value: String
  /// Why it is there.
  public var reason: String

  /// A match.
  public init(value: String, reason: String) {
    self.value = value
    self.reason = reason
  }
}

/// A cap of the contact: so many mails in a stretch of time.
public struct ContactCap: Sendable, Equatable {
  /// For people: `cooldown`, `mails a day`.
  public var name: String
  /// Mails that count.
  public var used: Int
  /// The most.
  public var limit: Int
  /// When the next unit is free; nil is unknown.
  public var freesAt: Int64?

  /// A cap.
  public init(name: String, used: Int, limit: Int, freesAt: Int64?) {
    self.name = name
    self.used = used
    self.limit = limit
    self.freesAt = freesAt
  }
}

/// The workspace's credits of today.
public struct CreditFact: Sendable, Equatable {
  /// Booked today, with replies.
  public var used: Int
  /// Sends that are under way and will be booked when accepted.
  public var inFlight: Int
  /// A day's credits; 0 is no limit.
  public var limit: Int
  /// When the next day begins in the workspace's zone.
  public var dayEnds: Int64

  /// Credits.
  public init(used: Int, inFlight: Int = 0, limit: Int, dayEnds: Int64) {
    self.used = used
    self.inFlight = inFlight
    self.limit = limit
    self.dayEnds = dayEnds
  }
}

/// Which accounts may take a message.
public enum AccountBinding: Sendable, Equatable {
  /// Any of the pool.
  case pool
  /// Only the account its thread began with.
  case thread(Int64)
  /// Only the one the submitter named.
  case requested(Int64)
}

/// A message that is looked at.
public struct MessageFacts: Sendable, Equatable {
  /// The message.
  public var id: Int64
  /// Schedule or retry time; nil is not known yet, as for a step whose previous one has not gone.
  public var due: Int64?
  /// The time of its plan, without retries: what a window's spread begins at; nil is `due`.
  public var planned: Int64?
  /// What `due` stands for, for people: `scheduled`, `retry 2`, `waits for step 1`.
  public var dueReason: String
  /// Why it is held by a person or the journal; nil is not held.
  public var hold: String?
  /// Campaign, sequence and enrollment, the first that does not run.
  public var running: RunState
  /// The step's conditions.
  public var conditions: [ConditionFact]
  /// What keeps mail from the recipient; nil is nothing.
  public var suppression: SuppressionFact?
  /// The contact's caps.
  public var caps: [ContactCap]
  /// The workspace's credits; nil is no plan.
  public var credits: CreditFact?
  /// The window of the contact, sequence or workspace; nil is always open.
  public var window: Window?
  /// Which accounts may take it.
  public var binding: AccountBinding
  /// Whether nothing was sent to its recipient before; asked only for accounts with that limit.
  public var isNewContact = false
  /// The recipient's domain, in lower case; asked only for accounts with that limit.
  public var domain = ""
  /// Who keeps the recipient's mailbox, as its domain says.
  public var provider = Provider.generic

  /// A message that may go at `due` through any account of its pool.
  public init(
    id: Int64, due: Int64?, dueReason: String = "", hold: String? = nil, running: RunState = .running,
    conditions: [ConditionFact] = [], suppression: SuppressionFact? = nil, caps: [ContactCap] = [],
    credits: CreditFact? = nil, window: Window? = nil, binding: AccountBinding = .pool
  ) {
    self.id = id
    self.due = due
    self.dueReason = dueReason
    self.hold = hold
    self.running = running
    self.conditions = conditions
    self.suppression = suppression
    self.caps = caps
    self.credits = credits
    self.window = window
    self.binding = binding
  }
}

/// Where a message is on its one-way road (DESIGN.md, "States").
public enum MessageState: String, Sendable, Codable, CaseIterable {
  /// Written, not released.
  case draft
  /// Waits for its gates.
  case scheduled
  /// An account is handing it over.
  case sending
  /// The account's server took it.
  case sent
  /// It went, and came back.
  case bounced
  /// It will not go: refused, or tried often enough.
  case failed
  /// Its step's conditions were not met.
  case skipped
  /// Its sequence ended, or somebody cancelled it.
  case cancelled
  /// Waits for a person's word.
  case held
  /// The connection was lost between the final dot and its reply: it may have gone.
  case unknown

  /// What is still on its way, or may be.
  static let unfinished: [MessageState] = [.draft, .scheduled, .sending, .held, .unknown]

  /// That the message of a query's `table` is in one of these states. Of `unfinished`, and of each of them alone, these are the
  /// words by which SQLite finds the index `message_open`.
  static func words(_ states: [MessageState], of table: String) -> String {
    "(\(states.map { "\(table).state = '\($0.rawValue)'" }.joined(separator: " OR ")))"
  }
}

/// Where one try at handing a message over is: the journal's row.
public enum AttemptState: String, Sendable, Codable {
  /// The message is this account's; not a byte of the final dot has gone.
  case claimed
  /// Committed before the final dot: from here on the server may have it.
  case transmitting
  /// The server said 250 to the dot.
  case accepted
  /// The server said no for good.
  case refused
  /// The server said later, or the connection failed before the dot.
  case deferred
  /// Nobody can say.
  case unknown
}

/// Why an account is not active, or what is wrong with one that is.
public enum AccountReason: String, Sendable, Codable {
  /// A person's decision.
  case manual
  /// Its login was refused.
  case authFailed = "auth_failed"
  /// Too few of its sends succeed.
  case lowSuccess = "low_success"
  /// Too many of its mails come back.
  case bounceRate = "bounce_rate"
  /// Too many people complained.
  case complaintRate = "complaint_rate"
  /// Its provider lets it send nothing until a person acts: it sent too much, or what it sent was taken for spam.
  case providerLimit = "provider_limit"
  /// Its server has been out of reach for an hour. It stays active and goes on trying; the first answer ends this.
  case unreachable

  /// Whether it was paused for what became of its mails.
  var isOfHealth: Bool { self == .lowSuccess || self == .bounceRate || self == .complaintRate }
}

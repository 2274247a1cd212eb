public import Configuration
internal import Delivery
internal import MailText
internal import Outreach

/// A reply of the account's server as the journal keeps it.
public struct JournalReply: Sendable, Equatable {
  /// Three digits; nil when the connection failed.
  public var code: Int?
  /// The server's words, or what went wrong on the way.
  public var text: String
  /// What it was taken for.
  public var meaning: String

  /// A reply.
  public init(code: Int?, text: String, meaning: String) {
    self.code = code
    self.text = text
    self.meaning = meaning
  }
}

/// How one try ended.
public enum AttemptOutcome: Sendable, Equatable {
  /// The server said 250 to the dot.
  case accepted(JournalReply)
  /// The recipient was refused for good: a bounce on the spot. `suppress` when the address itself is dead.
  case recipientRefused(JournalReply, suppress: Bool)
  /// The mail was refused for good.
  case contentRefused(JournalReply)
  /// Later, please: the next try, or nil when there have been enough.
  case temporary(JournalReply, retryAt: Int64?)
  /// Not this message's fault (a limit of the account, its login, the way to its server): it waits unharmed.
  case unharmed(JournalReply, retryAt: Int64)
  /// The connection broke under the message before the dot: it waits unharmed, unless that happens again and again.
  case brokeOff(JournalReply, retryAt: Int64)
  /// It must not go as it is; a person decides.
  case held(JournalReply)
  /// The dot went and its reply was never seen.
  case unknown(JournalReply, policy: UnknownPolicy)
}

extension AttemptOutcome {
  /// What the mail's sender could be told of it.
  fileprivate func notice(of message: MessageRecord) -> (DeliveryNotice.Action, JournalReply)? {
    switch self {
    case .accepted(let reply): (.relayed, reply)
    case .recipientRefused(let reply, _), .contentRefused(let reply): (.failed, reply)
    case .temporary(let reply, nil): (.failed, reply)
    case .temporary(let reply, _): message.attempts == 0 ? (.delayed, reply) : nil
    case .unharmed, .brokeOff, .held, .unknown: nil
    }
  }
}

/// After so many connections that broke under it a message is held: it may be the mail itself that breaks them, and each
/// makes its account rest.
private let mostBrokenConnections = 10

/// So long after its claim a mail's gates are believed: those of its plan and its account's limits hold as they were counted,
/// and no window opens or closes by less.
private let freshMilliseconds: Int64 = 1000

extension Transaction {
  /// Commits that the final dot of an attempt is about to be sent. `begunAt` is when its connection turned to it; nil is when
  /// it was claimed.
  ///
  /// False when the message must not go after all: its enrollment, sequence or campaign stopped, it was taken back, or its
  /// account may send no more, since it was claimed. What was claimed more than a moment ago has all its gates asked again.
  /// The caller then breaks the connection off before the dot and reports nothing more of this attempt.
  public func markTransmitting(_ attemptID: Int64, begunAt: Int64? = nil, now: Int64) throws(StoreError) -> Bool {
    guard let (message, attempt) = try claimed(attemptID), attempt.state == .claimed else { return false }
    let enrollment = try enrollment(of: message)
    if try mayGo(message, enrollment, attempt, now: now) {
      // The time it waited behind another mail is not its server's.
      let begunAt = max(attempt.claimedAt, begunAt ?? attempt.claimedAt)
      try run(
        "UPDATE attempt SET state = 'transmitting', claimed_at = ?, transmitting_at = ? WHERE id = ?",
        [.integer(begunAt), .integer(now), .integer(attemptID)])
      return true
    }
    try withdraw(message, enrollment, attemptID, attempt.account, now: now)
    return false
  }

  private func mayGo(
    _ message: MessageRecord, _ enrollment: EnrollmentRecord?, _ attempt: OpenAttempt, now: Int64
  ) throws(StoreError) -> Bool {
    guard message.state == .sending else { return false }
    if let enrollment {
      guard enrollment.state == .active || enrollment.state == .completed else { return false }
      guard try sequence(enrollment.sequenceID)?.state.isRunning ?? false else { return false }
      if let run = enrollment.campaignRun {
        var shared = SharedFacts()
        guard try pausedCampaign(ofRun: run, &shared) == nil else { return false }
      }
    }
    guard let account = try accountBook.account(attempt.account, self), account.state == .active,
      account.restUntil.map({ $0 <= now }) ?? true
    else { return false }
    // As long as this no gate has closed by time alone.
    guard abs(now - attempt.claimedAt) > freshMilliseconds else {
      guard claimBook.mayBeSuppressed(attempt.id) else { return true }
      return try suppression(of: message.recipient, workspaceID: message.workspaceID) == nil
    }
    return try gatesLet(message, through: account, now: now)
  }

  /// All gates of a message that one of its account's connections is about to hand over. It does not stand in its own way.
  private func gatesLet(_ message: MessageRecord, through account: AccountRecord, now: Int64) throws(StoreError) -> Bool
  {
    var shared = SharedFacts()
    var facts = try facts(of: message, now: now, &shared)
    var sender = try self.facts(of: account, now: now)
    try complete(&facts, message, for: [sender], in: PoolPolicy())
    sender.inFlight -= 1
    sender.connectionsInUse = 0
    sender.domainInFlight[message.domain]? -= 1
    if facts.isNewContact { sender.newContactsInFlight -= 1 }
    facts.credits?.inFlight -= 1
    // Its place has come, or it would not have been claimed; by this one account's hours it might be another one.
    facts.window?.spread = .asap
    let report = evaluate(facts, accounts: [sender], pool: PoolPolicy(), now: now)
    return report.outcome == .go(account: account.id)
  }

  /// Takes an attempt back before its dot. Back in the queue the gates say what becomes of the message, as they would
  /// have before it was claimed: cancelled, or parked.
  private func withdraw(
    _ message: MessageRecord, _ enrollment: EnrollmentRecord?, _ attemptID: Int64, _ account: Int64, now: Int64
  ) throws(StoreError) {
    let reply = JournalReply(code: nil, text: "taken back before the final dot", meaning: "withdrawn")
    claimBook.ended(attemptID)
    try close(attemptID, as: .deferred, reply, now: now)
    freed(account)
    guard message.state == .sending else { return }
    if let enrollment, enrollment.state == .stopped || enrollment.state == .failed {
      let reason = enrollment.stopReason?.rawValue ?? enrollment.state.rawValue
      try end(message, as: .cancelled, because: "the enrollment stopped: \(reason)", now: now)
    } else {
      try schedule(message, because: nil, now: now)
    }
  }

  /// Books how an attempt ended: its row, the message, its enrollment, credit, suppression and events, all at once.
  ///
  /// `telling` says which of it the mail's sender is told; nil is nothing.
  public func finish(_ attemptID: Int64, _ outcome: AttemptOutcome, telling: NoticePolicy? = nil, now: Int64)
    throws(StoreError)
  {
    guard let (message, attempt) = try claimed(attemptID) else { return }
    let account = attempt.account
    lanes.freed(account)
    var accepted: (attempt: Int64, message: Int64, at: Int64)?
    if case .accepted = outcome { accepted = (attemptID, message.id, now) }
    accountBook.ended(account, accepted: accepted, now: now)
    let request = claimBook[attemptID]?.request
    claimBook.ended(attemptID)
    guard message.state == .sending else {
      // An earlier attempt turned out to have gone: the message has its end, only this attempt is still open.
      return try close(attemptID, outcome, of: account, now: now)
    }
    if let telling, let (action, reply) = outcome.notice(of: message) {
      try tellSender(of: message, asking: request, action, reply, telling, now: now)
    }
    switch outcome {
    case .accepted(let reply):
      try close(attemptID, as: .accepted, reply, now: now)
      try recordSent(message, through: account, reply: reply.text, at: now, now: now)
    case .recipientRefused(let reply, let suppress):
      try close(attemptID, as: .refused, reply, now: now)
      try count(.bounced, of: account, at: now, now: now)
      try recordRefusedRecipient(message, reply, suppress: suppress, attemptID, of: account, now: now)
    case .contentRefused(let reply):
      try close(attemptID, as: .refused, reply, now: now)
      try countOffered(reply, of: account, now: now)
      try end(message, as: .failed, because: reply.text, now: now)
    case .temporary(let reply, let retryAt):
      try close(attemptID, as: .deferred, reply, now: now)
      try countOffered(reply, of: account, now: now)
      try run("UPDATE message SET attempts = attempts + 1 WHERE id = ?", [.integer(message.id)])
      if let retryAt {
        try schedule(message, notBefore: retryAt, because: reply.text, now: now)
        try appendDeferred(message, account, reply, now: now)
      } else {
        try end(message, as: .failed, because: reply.text, now: now)
      }
    case .unharmed(let reply, let retryAt):
      try close(attemptID, as: .deferred, reply, now: now)
      try schedule(message, notBefore: retryAt, because: reply.text, now: now)
      try appendDeferred(message, account, reply, now: now)
    case .brokeOff(let reply, let retryAt):
      try close(attemptID, as: .deferred, reply, now: now)
      let broken = try attempts(of: message.id).count { $0.meaning == reply.meaning }
      // Released, it gets as many again.
      guard broken % mostBrokenConnections != 0 else {
        return try hold(message, because: "\(broken) connections broke under it: \(reply.text)", now: now)
      }
      try schedule(message, notBefore: retryAt, because: reply.text, now: now)
      try appendDeferred(message, account, reply, now: now)
    case .held(let reply):
      try close(attemptID, as: .deferred, reply, now: now)
      try hold(message, because: reply.text, meaning: reply.meaning, now: now)
    case .unknown(let reply, let policy):
      try close(attemptID, as: .unknown, reply, now: now)
      try recordUnknown(message, through: account, reply, policy, now: now)
    }
  }

  /// After a start: what was claimed goes back, what was being transmitted is unknown. Returns how many of each.
  public func recoverAttempts(now: Int64) throws(StoreError) -> (returned: Int, unknown: Int) {
    let open = try connection.rows(
      "SELECT id, account_id, state FROM attempt WHERE finished_at IS NULL", []
    ) { row in (id: row.integer(0), account: row.integer(1), state: row.text(2)) }
    var counts = (returned: 0, unknown: 0)
    for attempt in open {
      if attempt.state == AttemptState.claimed.rawValue {
        let reply = JournalReply(code: nil, text: "interrupted before the final dot", meaning: "interrupted")
        try finish(attempt.id, .unharmed(reply, retryAt: now), now: now)
        counts.returned += 1
      } else {
        let reply = JournalReply(code: nil, text: "interrupted after the final dot", meaning: "interrupted")
        let policy = try account(attempt.account)?.settings.onUnknown ?? .hold
        try finish(attempt.id, .unknown(reply, policy: policy), now: now)
        counts.unknown += 1
      }
    }
    return counts
  }

  // MARK: - Parts

  /// An attempt that has not ended.
  private struct OpenAttempt {
    var id: Int64
    var account: Int64
    var state: AttemptState
    var claimedAt: Int64
  }

  private func claimed(_ attemptID: Int64) throws(StoreError) -> (MessageRecord, OpenAttempt)? {
    let states = try first(
      """
      SELECT t.account_id, t.state, t.claimed_at, t.message_id, m.state
      FROM attempt t JOIN message m ON m.id = t.message_id
      WHERE t.id = ? AND t.finished_at IS NULL
      """, [.integer(attemptID)]
    ) { row in
      let attempt = OpenAttempt(
        id: attemptID, account: row.integer(0), state: AttemptState(rawValue: row.text(1)) ?? .transmitting,
        claimedAt: row.integer(2))
      return (attempt: attempt, message: row.integer(3), state: MessageState(rawValue: row.text(4)))
    }
    guard let states else { return nil }
    if var known = claimBook[attemptID]?.message, let state = states.state {
      known.state = state
      return (known, states.attempt)
    }
    return try message(states.message).map { ($0, states.attempt) }
  }

  /// Ends an attempt whose message was settled without it; what it sent counts for its account all the same.
  private func close(_ attemptID: Int64, _ outcome: AttemptOutcome, of account: Int64, now: Int64) throws(StoreError) {
    switch outcome {
    case .accepted(let reply):
      try close(attemptID, as: .accepted, reply, now: now)
      try count(.accepted, of: account, at: now, now: now)
    case .recipientRefused(let reply, _), .contentRefused(let reply):
      try close(attemptID, as: .refused, reply, now: now)
    case .temporary(let reply, _), .unharmed(let reply, _), .brokeOff(let reply, _), .held(let reply):
      try close(attemptID, as: .deferred, reply, now: now)
    case .unknown(let reply, _): try close(attemptID, as: .unknown, reply, now: now)
    }
  }

  /// A refusal counts against its account's health when a server spoke it; what was never offered to one, as it is larger than
  /// that takes or cannot be put together, says nothing of the account.
  private func countOffered(_ reply: JournalReply, of account: Int64, now: Int64) throws(StoreError) {
    if reply.code != nil { try count(.refused, of: account, at: now, now: now) }
  }

  private func close(_ attemptID: Int64, as state: AttemptState, _ reply: JournalReply, now: Int64) throws(StoreError) {
    try run(
      "UPDATE attempt SET state = ?, finished_at = ?, reply_code = ?, reply_text = ?, meaning = ? WHERE id = ?",
      [
        .text(state.rawValue), .integer(now), SQLValue(reply.code), .text(reply.text), .text(reply.meaning),
        .integer(attemptID),
      ])
  }

  /// A message went `at` this time: its state, the account of its thread, one credit and one use of the account on the day
  /// it went, the event, and the next step's plan.
  func recordSent(_ message: MessageRecord, through accountID: Int64, reply: String, at: Int64, now: Int64)
    throws(StoreError)
  {
    let account = try accountBook.account(accountID, self)
    let isNew = account?.settings.newContactsLimit == nil ? false : try isNewContact(message)
    try run(
      """
      UPDATE message SET state = 'sent', account_id = ?, sent_at = ?, finished_at = ?, next_look = NULL, retry_at = NULL,
        parked_by = NULL, last_reply = ?, attempts = attempts + 1 WHERE id = ?
      """, [.integer(accountID), .integer(at), .integer(now), .text(reply), .integer(message.id)])
    if try !isNotice(message) {
      try book(
        .send, key: CreditRule.key(ofSend: message.id), workspaceID: message.workspaceID, messageID: message.id,
        accountID: accountID, now: at)
    }
    try count(.accepted, of: accountID, at: at, now: now)
    if let account { try countByMessage(message, isNewContact: isNew, of: account, now: at) }
    if let enrollment = message.enrollmentID {
      try run(
        "UPDATE enrollment SET account_id = COALESCE(account_id, ?) WHERE id = ?",
        [.integer(accountID), .integer(enrollment)])
      try replan(enrollment)
    }
    try append(
      .sent, at: now, workspaceID: message.workspaceID, messageID: message.id, accountID: accountID,
      enrollmentID: message.enrollmentID, detail: [("recipient", message.recipient), ("reply", reply)])
    touch(.queue)
  }

  private func recordRefusedRecipient(
    _ message: MessageRecord, _ reply: JournalReply, suppress: Bool, _ attemptID: Int64, of account: Int64, now: Int64
  ) throws(StoreError) {
    try end(message, as: .bounced, because: reply.text, through: account, now: now)
    if suppress {
      try addSuppression(
        message.recipient, workspaceID: message.workspaceID, reason: "bounced", source: "attempt:\(attemptID)",
        now: now)
    }
    try applyBounce(to: message, hard: suppress, now: now)
  }

  private func appendDeferred(_ message: MessageRecord, _ accountID: Int64, _ reply: JournalReply, now: Int64)
    throws(StoreError)
  {
    try append(
      .deferred, at: now, workspaceID: message.workspaceID, messageID: message.id, accountID: accountID,
      enrollmentID: message.enrollmentID,
      detail: [("recipient", message.recipient), ("reply", reply.text), ("meaning", reply.meaning)])
  }

  private func recordUnknown(
    _ message: MessageRecord, through accountID: Int64, _ reply: JournalReply, _ policy: UnknownPolicy, now: Int64
  ) throws(StoreError) {
    try run("UPDATE message SET account_id = ? WHERE id = ?", [.integer(accountID), .integer(message.id)])
    var message = message
    message.state = .unknown
    message.accountID = accountID
    guard try presentAccount(accountID)?.settings.imap != nil else {
      try end(message, as: .unknown, because: reply.text, now: now)
      return try follow(policy, of: message, now: now)
    }
    try end(message, as: .unknown, because: "\(reply.text); its copy is looked for in the account's mailbox", now: now)
    try beginSentCheck(of: message, since: try undecidedAttempt(of: message)?.transmittingAt ?? now, now: now)
  }

  /// What an account wants of a message that nobody knows the fate of.
  func follow(_ policy: UnknownPolicy, of message: MessageRecord, now: Int64) throws(StoreError) {
    switch policy {
    case .hold: break
    case .retry: if try mayGoAgain(message) { try putBack(message, now: now) }
    case .fail: try end(message, as: .failed, because: "unknown, and its account's on_unknown is fail", now: now)
    }
  }

}

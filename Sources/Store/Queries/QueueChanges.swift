internal import Outreach

extension Transaction {
  /// Moves a message to a state it will not leave by itself, with the reason a person reads.
  func end(
    _ message: MessageRecord, as state: MessageState, because reason: String, through account: Int64? = nil, now: Int64
  ) throws(StoreError) {
    try run(
      """
      UPDATE message SET state = ?, last_reply = ?, finished_at = ?, next_look = NULL, retry_at = NULL,
        parked_by = NULL WHERE id = ?
      """, [.text(state.rawValue), .text(reason), .integer(now), .integer(message.id)])
    let kind: EventRecord.Kind =
      switch state {
      case .cancelled: .cancelled
      case .skipped: .skipped
      case .bounced: .bounced
      case .unknown: .unknown
      case .held: .held
      default: .failed
      }
    try append(
      kind, at: now, workspaceID: message.workspaceID, messageID: message.id,
      accountID: account ?? message.accountID, enrollmentID: message.enrollmentID,
      detail: [("recipient", message.recipient), ("reason", reason), ("was", message.state.rawValue)])
    if let enrollment = message.enrollmentID { try replan(enrollment) }
    touch(.queue)
  }

  /// Puts a message back among the waiting ones, in its lane and at the place its plan gave it; `time` is the next try.
  func schedule(_ message: MessageRecord, notBefore time: Int64? = nil, because reason: String?, now: Int64)
    throws(StoreError)
  {
    let retryAt = time.flatMap { $0 > now ? $0 : nil }
    try run(
      """
      UPDATE message SET state = 'scheduled', scheduled_for = COALESCE(scheduled_for, ?), retry_at = ?, next_look = ?,
        parked_by = ?, last_reply = COALESCE(?, last_reply), finished_at = NULL WHERE id = ?
      """,
      [
        .integer(now), SQLValue(retryAt), SQLValue(retryAt), SQLValue(retryAt == nil ? nil : "due"), SQLValue(reason),
        .integer(message.id),
      ])
    if let retryAt {
      lanes.parked(in: message.lane, until: retryAt)
    } else {
      let place = Place(id: message.id, planned: message.scheduledFor ?? now)
      lanes.returned(place, to: message.lane, priority: Int64(message.priority))
    }
    touch(.queue)
  }

  /// Lets everything that a gate parked be looked at again: called when windows or policies change. Credits park
  /// nothing, and accounts only what waits for a limit of its own recipient: what else waits for them stays due.
  func unpark(workspaceID: Int64) throws(StoreError) {
    try unpark(where: "workspace_id = ?", workspaceID)
  }

  /// As `unpark`, for what waits for an account's limit of first mails or of a recipient domain.
  func unparkFromAccounts(workspaceID: Int64) throws(StoreError) {
    try unpark(where: "workspace_id = ? AND parked_by = 'account'", workspaceID)
  }

  /// As `unpark`, for the steps of one enrollment.
  func unpark(enrollmentID: Int64) throws(StoreError) {
    try unpark(where: "enrollment_id = ?", enrollmentID)
  }

  /// What waits for its next try goes on waiting.
  private func unpark(where condition: String, _ id: Int64) throws(StoreError) {
    try run(
      """
      UPDATE message SET next_look = retry_at, parked_by = CASE WHEN retry_at IS NULL THEN NULL ELSE 'due' END
      WHERE state = 'scheduled' AND parked_by IS NOT NULL AND \(condition)
      """, [.integer(id)])
    lanes.forget()
    touch(.queue)
  }

  /// After the clock was set back: what waits until a time that was reckoned by the wrong clock is looked at again.
  public func clockWasSetBack(now: Int64) throws(StoreError) {
    // Nobody notices it a second time: lost, all of this would wait by the wrong clock for ever.
    isPromised = true
    let workspaces = try connection.rows("SELECT id FROM workspace", []) { row in row.integer(0) }
    for id in workspaces { try unpark(workspaceID: id) }
    // What begins in the future was reckoned by the wrong clock, and lasts from now no longer than it was to last; a rest or a
    // wait whose beginning is not known ends.
    try run(
      """
      UPDATE account SET rest_until = ? + rest_until - COALESCE(rest_from, rest_until), rest_from = ?
      WHERE rest_until > ? AND COALESCE(rest_from, rest_until) > ?
      """, [.integer(now), .integer(now), .integer(now), .integer(now)])
    let begun = "(SELECT COALESCE(MAX(finished_at), message.retry_at) FROM attempt WHERE message_id = message.id)"
    try run(
      """
      UPDATE message SET retry_at = ? + retry_at - \(begun), next_look = ? + retry_at - \(begun)
      WHERE state = 'scheduled' AND parked_by IS NOT NULL AND retry_at > ? AND \(begun) > ?
      """, [.integer(now), .integer(now), .integer(now), .integer(now)])
    // A mail that was to go at once came at a time that has not been yet; one that asked for its own time keeps it.
    try run(
      """
      UPDATE message SET scheduled_for = ? WHERE state = 'scheduled' AND scheduled_for > ? AND created_at > ?
        AND scheduled_for <= created_at AND send_at IS NULL
      """, [.integer(now), .integer(now), .integer(now)])
    forget()
    touch(.queue)
  }

  /// Cancels a message that has not been claimed, or gives up one whose fate is unknown; the error says why it can't be.
  public func cancelMessage(_ id: Int64, now: Int64) throws(StoreError) {
    let message = try existing(id)
    guard [.draft, .scheduled, .held, .unknown].contains(message.state) else {
      throw .rejected("message \(id) is \(message.state.rawValue): only what has not been sent can be cancelled")
    }
    try end(message, as: .cancelled, because: "cancelled by an operator", now: now)
  }

  /// Keeps a waiting message until it is released.
  public func holdMessage(_ id: Int64, now: Int64) throws(StoreError) {
    let message = try existing(id)
    guard message.state == .scheduled else {
      throw .rejected("message \(id) is \(message.state.rawValue): only a scheduled one can be held")
    }
    try hold(message, because: "held by an operator", now: now)
  }

  /// Lets a waiting message wait for a person's word. `meaning` is a word for programs, as `compliance`.
  func hold(_ message: MessageRecord, because reason: String, meaning: String? = nil, now: Int64) throws(StoreError) {
    try run(
      "UPDATE message SET state = 'held', next_look = NULL, parked_by = NULL, last_reply = ? WHERE id = ?",
      [.text(reason), .integer(message.id)])
    try append(
      .held, at: now, workspaceID: message.workspaceID, messageID: message.id, accountID: message.accountID,
      enrollmentID: message.enrollmentID, detail: [("reason", reason)] + (meaning.map { [("meaning", $0)] } ?? []))
  }

  /// Sends a held message on; one whose account was removed goes through its pool.
  public func releaseMessage(_ id: Int64, now: Int64) throws(StoreError) {
    let message = try existing(id)
    guard message.state == .held else {
      throw .rejected("message \(id) is \(message.state.rawValue): only a held one can be released")
    }
    try putBack(message, now: now)
  }

  /// Tries a message again that failed, is unknown, or waits for its next try. For `unknown` this may make a second
  /// copy, which is why only a person, or the account's own policy, asks for it.
  public func retryMessage(_ id: Int64, now: Int64) throws(StoreError) {
    let message = try existing(id)
    guard [.failed, .unknown, .held, .scheduled, .bounced].contains(message.state) else {
      throw .rejected("message \(id) is \(message.state.rawValue): it cannot be tried again")
    }
    if message.state == .scheduled, message.scheduledFor == nil {
      throw .rejected("message \(id) waits for the step before it")
    }
    if message.state == .scheduled, message.retryAt == nil, let time = message.scheduledFor, time > now {
      throw .rejected("message \(id) waits for its own time, not for another try")
    }
    if let enrollment = try enrollment(of: message),
      enrollment.state == .stopped || enrollment.state == .failed
    {
      throw .rejected(
        "message \(id) is a step of an enrollment that stopped: \(enrollment.stopReason?.rawValue ?? enrollment.state.rawValue)"
      )
    }
    try run("UPDATE message SET attempts = 0 WHERE id = ?", [.integer(id)])
    try putBack(message, now: now)
  }

  private func existing(_ id: Int64) throws(StoreError) -> MessageRecord {
    guard let message = try message(id) else { throw .rejected("there is no message \(id)") }
    return message
  }

  /// Back among the waiting ones, as it would wait had nothing happened.
  func putBack(_ message: MessageRecord, now: Int64) throws(StoreError) {
    if message.lane > 0, try presentAccount(message.lane) == nil { try leaveRemovedAccount(message) }
    if message.scheduledFor == nil, let enrollment = message.enrollmentID {
      // The step before it has not gone, or went meanwhile: when this one goes is the plan's to say.
      try run(
        "UPDATE message SET state = 'scheduled', finished_at = NULL WHERE id = ?", [.integer(message.id)])
      try replan(enrollment)
    } else {
      // Read again: a removed account's message has changed its lane.
      try schedule(try self.message(message.id) ?? message, because: nil, now: now)
    }
    try append(
      .retried, at: now, workspaceID: message.workspaceID, messageID: message.id, enrollmentID: message.enrollmentID,
      detail: [("was", message.state.rawValue)])
  }

  /// From a removed account to the pool; the thread then belongs to whichever account takes this mail.
  private func leaveRemovedAccount(_ message: MessageRecord) throws(StoreError) {
    // With its pool gone too there is nowhere to go: the next look at its lane holds it again.
    guard try pool(message.poolID) != nil else { return }
    try run(
      "UPDATE message SET lane = ?, account_id = NULL WHERE id = ?", [.integer(-message.poolID), .integer(message.id)])
    try run(
      "UPDATE enrollment SET account_id = NULL WHERE id = ? AND account_id = ?",
      [SQLValue(message.enrollmentID), .integer(message.lane)])
  }
}

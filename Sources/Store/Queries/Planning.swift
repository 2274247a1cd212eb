internal import Outreach

extension Transaction {
  /// Plans the enrollments that something changed for: due times of waiting steps, their account, and the end.
  /// Returns how many were looked at; fewer than `limit` means that none is left.
  public func planEnrollments(now: Int64, limit: Int) throws(StoreError) -> Int {
    let marked = try connection.rows(
      "SELECT id FROM enrollment WHERE replan = 1 ORDER BY id LIMIT ?", [.integer(Int64(limit))]
    ) { row in row.integer(0) }
    for id in marked {
      if let enrollment = try enrollment(id) { try plan(enrollment, now: now) }
      try run("UPDATE enrollment SET replan = 0 WHERE id = ?", [.integer(id)])
    }
    return marked.count
  }

  /// Lets a paused enrollment go on.
  public func resumeEnrollment(_ id: Int64, now: Int64) throws(StoreError) {
    guard let enrollment = try enrollment(id) else { throw .rejected("there is no enrollment \(id)") }
    guard enrollment.state == .paused else {
      throw .rejected("the enrollment of \(enrollment.contact) is \(enrollment.state.rawValue), not paused")
    }
    let workspace = try workspaceID(of: enrollment)
    try run("UPDATE enrollment SET state = 'active' WHERE id = ?", [.integer(id)])
    try append(
      .enrollmentResumed, at: now, workspaceID: workspace, enrollmentID: id,
      detail: [("contact", enrollment.contact), ("sequence", enrollment.sequence)])
    try unpark(enrollmentID: id)
    try replan(id)
  }

  private func plan(_ enrollment: EnrollmentRecord, now: Int64) throws(StoreError) {
    let steps = try steps(ofEnrollment: enrollment.id)
    let facts = steps.compactMap { StepFact($0) }
    let policy = try policy(of: enrollment)
    let actions = Outreach.plan(
      facts, enrollment: enrollment.state, stopReason: enrollment.stopReason, policy: policy,
      notBefore: enrollment.notBefore)
    for action in actions { try carryOut(action, enrollment, steps, now: now) }
  }

  private func carryOut(
    _ action: EnrollmentAction, _ enrollment: EnrollmentRecord, _ steps: [MessageRecord], now: Int64
  ) throws(StoreError) {
    switch action {
    case .schedule(let number, let due):
      guard let step = steps.first(where: { $0.step == number }), step.state == .scheduled else { return }
      // From its first accepted mail on a thread belongs to one account.
      let account = enrollment.accountID ?? (step.lane > 0 ? step.lane : nil)
      try run(
        """
        UPDATE message SET scheduled_for = ?, next_look = retry_at,
          parked_by = CASE WHEN retry_at IS NULL THEN NULL ELSE 'due' END, lane = ?, account_id = ? WHERE id = ?
        """, [.integer(due), .integer(account ?? -step.poolID), SQLValue(account), .integer(step.id)])
      lanes.changed(account ?? -step.poolID)
      touch(.queue)
    case .wait(let number, _):
      guard let step = steps.first(where: { $0.step == number }), step.scheduledFor != nil else { return }
      try run(
        "UPDATE message SET scheduled_for = NULL, next_look = NULL, parked_by = NULL WHERE id = ?", [.integer(step.id)])
    case .cancel(let number, let reason):
      guard let step = steps.first(where: { $0.step == number }), step.state == .scheduled else { return }
      try end(step, as: .cancelled, because: "the enrollment stopped: \(reason.rawValue)", now: now)
    case .complete:
      let workspace = try workspaceID(of: enrollment)
      try run(
        "UPDATE enrollment SET state = 'completed', stop_reason = 'completed', ended_at = ? WHERE id = ?",
        [.integer(now), .integer(enrollment.id)])
      try append(
        .enrollmentCompleted, at: now, workspaceID: workspace, enrollmentID: enrollment.id,
        detail: [("contact", enrollment.contact), ("sequence", enrollment.sequence)])
    case .reactivate:
      try run(
        "UPDATE enrollment SET state = 'active', stop_reason = NULL, ended_at = NULL WHERE id = ?",
        [.integer(enrollment.id)])
    case .fail:
      try stop(enrollment, reason: .failed, workspaceID: try workspaceID(of: enrollment), now: now)
    }
  }

  private func workspaceID(of enrollment: EnrollmentRecord) throws(StoreError) -> Int64 {
    guard let sequence = try sequence(enrollment.sequenceID) else {
      throw .statement("there is no sequence \(enrollment.sequenceID)")
    }
    return sequence.workspaceID
  }
}

extension StepFact {
  /// A step's message as the plan sees it.
  init?(_ message: MessageRecord) {
    guard let number = message.step, let state = State(messageState: message.state.rawValue) else { return nil }
    self.init(
      number: number, state: state, submittedAt: message.createdAt, delayMilliseconds: message.delay,
      sendAt: message.sendAt, finishedAt: message.sentAt ?? message.finishedAt, due: message.scheduledFor)
  }
}

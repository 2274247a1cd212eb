internal import Delivery
internal import Outreach

extension Transaction {
  /// Plans the enrollments that something changed for: due times of waiting steps, their account, and the end.
  /// Returns how many were looked at; fewer than `limit` means that none is left.
  public func planEnrollments(now: Int64, limit: Int) throws(StoreError) -> Int {
    let marked = try connection.rows(
      "SELECT id FROM enrollment WHERE replan = 1 ORDER BY id LIMIT ?", [.integer(Int64(limit))]
    ) { row in row.integer(0) }
    var shared = SharedFacts()
    for id in marked {
      guard let enrollment = try enrollment(id) else { continue }
      do throws(StoreError) {
        try plan(enrollment, now: now, &shared)
      } catch {
        guard case .unreadable = error else { throw error }
        // One that nobody can read must not keep all others waiting; it is planned when it is written anew.
        try planned(enrollment, nextAt: nil)
      }
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

  /// Plans one enrollment: its steps follow the newest definition, then their times.
  func plan(_ enrollment: EnrollmentRecord, now: Int64, _ shared: inout SharedFacts) throws(StoreError) {
    let sequence = try sequence(enrollment.sequenceID, &shared)
    var rows = StepRows(messages: try steps(ofEnrollment: enrollment.id))
    var source = StepSource.headers
    var facts = rows.messages.compactMap { StepFact($0) }
    var zone = Zone.utc
    if sequence.isNative {
      source = .definition
      rows = try followDefinition(enrollment, sequence, rows, now: now)
      // When a draft begins, its first steps' times begin.
      guard sequence.state != .draft else { return try planned(enrollment, nextAt: nil) }
      facts = stepFacts(rows, enrollment)
      if facts.contains(where: { $0.minuteOfDay != nil }) {
        zone = try window(of: sequence, enrollment, try workspace(sequence.workspaceID, &shared)).zone
      }
    }
    let actions = Outreach.plan(
      facts, from: source, enrollment: enrollment.state, stopReason: enrollment.stopReason,
      policy: try policy(of: enrollment), notBefore: enrollment.notBefore, zone: zone)
    for action in actions { try carryOut(action, enrollment, rows, now: now) }
    try planned(enrollment, nextAt: nextDue(facts, after: actions, enrollment))
  }

  private func planned(_ enrollment: EnrollmentRecord, nextAt: Int64?) throws(StoreError) {
    try run(
      "UPDATE enrollment SET replan = 0, next_action_at = ? WHERE id = ?", [SQLValue(nextAt), .integer(enrollment.id)])
  }

  /// When the next of an enrollment's steps is due; nil when none is by time alone.
  private func nextDue(_ facts: [StepFact], after actions: [EnrollmentAction], _ enrollment: EnrollmentRecord) -> Int64?
  {
    guard enrollment.state == .active || actions.contains(.reactivate), !actions.contains(.fail) else { return nil }
    var due: [Int: Int64] = [:]
    for fact in facts where fact.state == .waiting { due[fact.number] = fact.due }
    for action in actions {
      switch action {
      case .schedule(let step, let time): due[step] = time
      case .wait(let step, _), .cancel(let step, _): due[step] = nil
      case .complete, .reactivate, .fail: break
      }
    }
    return due.values.min()
  }

  /// Makes the steps of an enrollment that goes on follow the newest definition.
  private func followDefinition(
    _ enrollment: EnrollmentRecord, _ sequence: SequenceRecord, _ rows: StepRows, now: Int64
  ) throws(StoreError) -> StepRows {
    var rows = rows
    rows.tasks = try tasks(ofEnrollment: enrollment.id)
    guard enrollment.version != sequence.version, enrollment.state == .active || enrollment.state == .paused else {
      return rows
    }
    var layer = try StepLayer(
      sequence, campaign: rows.messages.first?.campaign, self, now: now)
    try layer.layOut(
      enrollment: enrollment.id, of: (enrollment.contactID, enrollment.contact), over: rows,
      account: enrollment.accountID)
    try run(
      "UPDATE enrollment SET version = ? WHERE id = ?", [.integer(sequence.version), .integer(enrollment.id)])
    return StepRows(
      messages: try steps(ofEnrollment: enrollment.id), tasks: try tasks(ofEnrollment: enrollment.id))
  }

  private func carryOut(
    _ action: EnrollmentAction, _ enrollment: EnrollmentRecord, _ rows: StepRows, now: Int64
  ) throws(StoreError) {
    let steps = rows.messages
    switch action {
    case .schedule(let number, let due):
      if let task = rows.tasks.first(where: { $0.step == number && $0.state == .scheduled }) {
        try run("UPDATE task SET scheduled_for = ? WHERE id = ?", [.integer(due), .integer(task.id)])
        return
      }
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
      if let task = rows.tasks.first(where: { $0.step == number && $0.scheduledFor != nil }) {
        try run("UPDATE task SET scheduled_for = NULL WHERE id = ?", [.integer(task.id)])
        return
      }
      guard let step = steps.first(where: { $0.step == number }), step.scheduledFor != nil else { return }
      try run(
        "UPDATE message SET scheduled_for = NULL, next_look = NULL, parked_by = NULL WHERE id = ?", [.integer(step.id)])
    case .cancel(let number, let reason):
      if let task = rows.tasks.first(where: { $0.step == number && $0.state == .scheduled }) {
        return try end(task, as: .cancelled, because: "the enrollment stopped: \(reason.rawValue)", now: now)
      }
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
      try append(
        .enrollmentReopened, at: now, workspaceID: try workspaceID(of: enrollment), enrollmentID: enrollment.id,
        detail: [("contact", enrollment.contact), ("sequence", enrollment.sequence)])
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
      sendAt: message.sendAt, finishedAt: message.sentAt ?? message.finishedAt, due: message.scheduledFor,
      minuteOfDay: message.minuteOfDay)
  }

  /// A task as the plan sees it: one that nobody waits for has ended when it opens.
  init(_ task: TaskRecord) {
    let state: State =
      switch task.state {
      case .scheduled: .waiting
      case .open: task.waits ? .underWay : .sent
      case .done: .sent
      case .skipped: task.waits || task.openedAt == nil ? .skipped : .sent
      case .cancelled: .cancelled
      }
    let end = task.waits ? task.finishedAt : task.openedAt ?? task.finishedAt
    self.init(
      number: task.step, state: state, submittedAt: task.createdAt, delayMilliseconds: task.delay, sendAt: task.sendAt,
      finishedAt: end, due: task.scheduledFor)
  }
}

/// The steps of an enrollment whose sequence has its own, as the plan sees them.
func stepFacts(_ rows: StepRows, _ enrollment: EnrollmentRecord) -> [StepFact] {
  var facts = rows.messages.compactMap { StepFact($0) } + rows.tasks.map { StepFact($0) }
  // Enrolled while it was a draft: the first delay counts from the start.
  for index in facts.indices { facts[index].submittedAt = max(facts[index].submittedAt, enrollment.startedAt) }
  return facts.sorted { $0.number < $1.number }
}

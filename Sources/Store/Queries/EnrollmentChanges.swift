internal import Configuration
internal import Outreach

// What a person does to one contact's way through a sequence, and to its tasks.
extension Transaction {
  /// Holds an enrollment until a person goes on.
  public func pauseEnrollment(_ id: Int64, now: Int64) throws(StoreError) {
    let (enrollment, workspace) = try open(id)
    guard enrollment.state == .active else {
      throw .rejected("the enrollment of \(enrollment.contact) is \(enrollment.state.rawValue), not active")
    }
    try pause(enrollment, because: "a person", workspaceID: workspace, now: now)
  }

  /// Takes a contact out of a sequence; what has not gone of it never goes.
  public func removeEnrollment(_ id: Int64, now: Int64) throws(StoreError) {
    let (enrollment, workspace) = try open(id)
    try stop(enrollment, reason: .manual, workspaceID: workspace, now: now)
  }

  /// Goes on with a step, named by its id or number, now. Steps before it that have not gone are passed over; one that was
  /// passed over, cancelled or failed may be gone back to, one that went is never sent again.
  public func moveEnrollment(_ id: Int64, to name: String, now: Int64) throws(StoreError) {
    let (found, workspace) = try existing(id)
    guard found.state != .stopped, found.state != .failed else {
      throw .rejected(
        "the enrollment of \(found.contact) has ended: \(found.stopReason?.rawValue ?? found.state.rawValue)")
    }
    guard found.version > 0 else {
      throw .rejected("the steps of sequence \(found.sequence) come by headers: they have no other order")
    }
    var shared = SharedFacts()
    try plan(found, now: now, &shared)
    let rows = StepRows(messages: try steps(ofEnrollment: id), tasks: try tasks(ofEnrollment: id))
    let places = rows.messages.map { ($0.stepID ?? "", $0.step ?? 0) } + rows.tasks.map { ($0.stepID, $0.step) }
    guard let target = places.first(where: { $0.0 == name })?.1 ?? places.first(where: { "\($0.1)" == name })?.1 else {
      throw .rejected(
        "\(found.contact) has no step \(name) in sequence \(found.sequence): "
          + places.sorted { $0.1 < $1.1 }.map(\.0).joined(separator: ", "))
    }
    for message in rows.messages { try move(message, target: target, name, now: now) }
    for task in rows.tasks { try move(task, target: target, name, now: now) }
    try append(
      .enrollmentMoved, at: now, workspaceID: workspace, enrollmentID: id,
      detail: [("contact", found.contact), ("sequence", found.sequence), ("to", name)])
    try replan(id)
  }

  private func move(_ message: MessageRecord, target: Int, _ name: String, now: Int64) throws(StoreError) {
    guard let number = message.step else { return }
    if number < target {
      switch message.state {
      case .scheduled: try end(message, as: .skipped, because: "moved on to step \(name)", now: now)
      case .sending, .held, .unknown:
        throw .rejected("step \(message.stepID ?? "\(number)") is \(message.state.rawValue): wait until it has ended")
      default: break
      }
      return
    }
    switch message.state {
    case .scheduled, .skipped, .cancelled, .failed: break
    default:
      guard number == target else { return }
      throw .rejected("step \(name) is \(message.state.rawValue): what has gone is not sent again")
    }
    try run(
      """
      UPDATE message SET state = 'scheduled', send_at = ?, scheduled_for = NULL, finished_at = NULL, next_look = NULL,
        parked_by = NULL, retry_at = NULL, attempts = 0, last_reply = NULL WHERE id = ?
      """, [SQLValue(number == target ? now : message.sendAt), .integer(message.id)])
    try unwrite(message)
    changedLanes(message.lane, message.lane)
  }

  private func move(_ task: TaskRecord, target: Int, _ name: String, now: Int64) throws(StoreError) {
    if task.step < target {
      guard task.state == .scheduled || task.state == .open else { return }
      return try end(task, as: .skipped, because: "moved on to step \(name)", now: now)
    }
    switch task.state {
    case .scheduled, .skipped, .cancelled: break
    case .open, .done:
      guard task.step == target else { return }
      throw .rejected("step \(name) is \(task.state.rawValue)")
    }
    try run(
      """
      UPDATE task SET state = 'scheduled', send_at = ?, scheduled_for = NULL, opened_at = NULL, due = NULL,
        finished_at = NULL, done_by = NULL, reason = NULL WHERE id = ?
      """, [SQLValue(task.step == target ? now : task.sendAt), .integer(task.id)])
  }

  /// A person has done a task.
  public func completeTask(_ id: Int64, by person: String, now: Int64) throws(StoreError) {
    let (task, enrollment) = try openTask(id)
    try end(task, as: .done, because: nil, by: person, now: now)
    try append(.taskDone, at: now, task, enrollment, by: person)
  }

  /// A person passes a task over.
  public func skipTask(_ id: Int64, by person: String, now: Int64) throws(StoreError) {
    let (task, enrollment) = try openTask(id)
    try end(task, as: .skipped, because: "passed over by \(person)", by: person, now: now)
    try append(.taskSkipped, at: now, task, enrollment, by: person)
  }

  private func openTask(_ id: Int64) throws(StoreError) -> (TaskRecord, EnrollmentRecord) {
    guard let task = try task(id), let enrollment = try enrollment(task.enrollmentID) else {
      throw .rejected("there is no task \(id)")
    }
    guard task.state == .scheduled || task.state == .open else {
      throw .rejected("task \(id) is \(task.state.rawValue)")
    }
    return (task, enrollment)
  }

  /// One that has not ended, with its workspace.
  private func open(_ id: Int64) throws(StoreError) -> (EnrollmentRecord, Int64) {
    let found = try existing(id)
    guard found.0.state == .active || found.0.state == .paused else {
      let reason = found.0.stopReason?.rawValue ?? found.0.state.rawValue
      throw .rejected("the enrollment of \(found.0.contact) has ended: \(reason)")
    }
    return found
  }

  private func existing(_ id: Int64) throws(StoreError) -> (EnrollmentRecord, Int64) {
    guard let enrollment = try enrollment(id), let sequence = try sequence(enrollment.sequenceID) else {
      throw .rejected("there is no enrollment \(id)")
    }
    return (enrollment, sequence.workspaceID)
  }
}

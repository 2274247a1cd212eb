internal import Configuration
internal import Delivery
internal import Outreach

extension Transaction {
  /// Opens the tasks whose time has come, or passes them over; returns how many were looked at.
  public func openTasks(now: Int64, limit: Int) throws(StoreError) -> Int {
    let due = try connection.rows(
      """
      SELECT \(TaskRecord.columns) FROM task t WHERE t.state = 'scheduled' AND t.scheduled_for <= ?
      ORDER BY t.scheduled_for, t.id LIMIT ?
      """, [.integer(now), .integer(Int64(limit))]
    ) { row throws(StoreError) in try TaskRecord(row) }
    var shared = SharedFacts()
    for task in due { try open(task, now: now, &shared) }
    return due.count
  }

  private func open(_ task: TaskRecord, now: Int64, _ shared: inout SharedFacts) throws(StoreError) {
    guard let enrollment = try enrollment(task.enrollmentID) else {
      throw .statement("task \(task.id) belongs to no enrollment")
    }
    let sequence = try sequence(enrollment.sequenceID, &shared)
    guard enrollment.state == .active, sequence.state.isRunning else {
      // Planned again when that goes on: until then it must not be looked at.
      try run("UPDATE task SET scheduled_for = NULL WHERE id = ?", [.integer(task.id)])
      return
    }
    guard enrollment.version == sequence.version, let step = sequence.entry.step(task.stepID) else {
      return try plan(enrollment, now: now, &shared)
    }
    let asked = StepQuestion(enrollment: enrollment, now: now)
    if let branch = try takenBranch(of: step, asked) {
      return try follow(branch, from: task.step, sequence, enrollment, now: now)
    }
    if let unmet = try conditions(of: step, asked).first(where: { $0.brokenAt != nil }) {
      return try end(task, as: .skipped, because: "\(unmet.name) is not met", now: now)
    }
    var opened = task
    (opened.title, opened.note) = try texts(of: step, for: enrollment, sequence, now: now, &shared)
    try run(
      "UPDATE task SET state = 'open', title = ?, note = ?, opened_at = ?, due = ? WHERE id = ?",
      [
        .text(opened.title), SQLValue(opened.note), .integer(now), SQLValue(task.dueAfter.map { now + $0 }),
        .integer(task.id),
      ])
    try append(.taskOpened, at: now, opened, enrollment)
    try replan(enrollment.id)
  }

  /// What a task says to the person who does it: what is not known of the contact stands in brackets, because that is no reason
  /// not to call them.
  private func texts(
    of step: StepEntry, for enrollment: EnrollmentRecord, _ sequence: SequenceRecord, now: Int64,
    _ shared: inout SharedFacts
  ) throws(StoreError) -> (title: String, note: String?) {
    guard let contact = try contact(enrollment.contactID) else {
      throw .statement("enrollment \(enrollment.id) has no contact")
    }
    let account = try enrollment.accountID.flatMap { id throws(StoreError) in try self.account(id) }
    let sender = account.map { MailSender(address: $0.address, displayName: $0.settings.displayName) }
    let values = mailValues(contact: contact.facts, sender: sender)
    let usual = try workspace(sequence.workspaceID, &shared).zone
    let zone = Zone.named(contact.facts.zone ?? sequence.entry.zone ?? usual) ?? .utc
    let snippets = SnippetBook(self, workspaceID: sequence.workspaceID)
    func written(_ text: String) -> String {
      // One that cannot be read was stored before it was looked at: its words are better than nothing.
      guard let template = try? Template(text, name: step.id),
        let made = try? template.render(
          values, as: .text, gaps: .shown, now: now, zone: zone, snippets: { snippets[$0, .text] })
      else { return text }
      return made
    }
    return (written(step.title ?? ""), step.note.map(written))
  }

  /// Ends a task.
  func end(
    _ task: TaskRecord, as state: TaskRecord.State, because reason: String?, by person: String? = nil, now: Int64
  )
    throws(StoreError)
  {
    try run(
      "UPDATE task SET state = ?, reason = ?, done_by = ?, finished_at = ? WHERE id = ?",
      [.text(state.rawValue), SQLValue(reason), SQLValue(person), .integer(now), .integer(task.id)])
    try replan(task.enrollmentID)
  }

  func append(
    _ kind: EventRecord.Kind, at now: Int64, _ task: TaskRecord, _ enrollment: EnrollmentRecord,
    by person: String? = nil
  ) throws(StoreError) {
    var detail = [
      ("task", "\(task.id)"), ("kind", task.kind.rawValue), ("title", task.title), ("contact", enrollment.contact),
      ("sequence", enrollment.sequence), ("step", "\(task.step)"), ("step_id", task.stepID),
    ]
    if let person { detail.append(("by", person)) }
    try append(kind, at: now, workspaceID: task.workspaceID, enrollmentID: enrollment.id, detail: detail)
  }
}

internal import Configuration
internal import Delivery
internal import Outreach

/// Whom the conditions of a step ask about, and when.
struct StepQuestion {
  var enrollment: EnrollmentRecord
  var now: Int64
}

extension Reader {
  /// A step's conditions as the gates see them: a filter is one of them.
  func conditions(of step: StepEntry, _ asked: StepQuestion) throws(StoreError) -> [ConditionFact] {
    try conditions(step.onlyIf, filter: step.filter, asked)
  }

  /// The first branch of a step that holds for the contact now.
  func takenBranch(of step: StepEntry, _ asked: StepQuestion) throws(StoreError) -> BranchEntry? {
    for branch in step.branches {
      let facts = try conditions(branch.onlyIf, filter: branch.filter, asked)
      if facts.allSatisfy({ $0.brokenAt == nil }) { return branch }
    }
    return nil
  }

  private func conditions(_ names: [StepConditionName], filter: String?, _ asked: StepQuestion) throws(StoreError)
    -> [ConditionFact]
  {
    guard !names.isEmpty || filter != nil else { return [] }
    let enrollment = asked.enrollment
    var facts: [ConditionFact] = []
    let needsMails = names.contains { $0 != .reply && $0 != .noReply }
    let mails = needsMails ? try steps(ofEnrollment: enrollment.id) : []
    for name in names {
      // What must have happened is broken as long as it has not.
      let brokenAt: Int64? =
        switch name {
        case .noReply: enrollment.repliedAt
        case .noOpen: mails.compactMap(\.openedAt).min()
        case .noClick: mails.compactMap(\.clickedAt).min()
        case .reply: enrollment.repliedAt == nil ? asked.now : nil
        case .open: mails.contains { $0.openedAt != nil } ? nil : asked.now
        case .click: mails.contains { $0.clickedAt != nil } ? nil : asked.now
        }
      facts.append(ConditionFact(name: name.rawValue, brokenAt: brokenAt))
    }
    if let filter {
      guard let contact = try contact(enrollment.contactID) else {
        throw .statement("enrollment \(enrollment.id) has no contact")
      }
      // It was read when the sequence was made.
      var holds = false
      if let read = try? ContactFilter(filter) { holds = try self.holds(read, for: contact) }
      facts.append(ConditionFact(name: "filter \(filter)", brokenAt: holds ? nil : asked.now))
    }
    return facts
  }
}

extension Transaction {
  /// Goes on where a branch leads: the step at `number` and all in between are passed over.
  func follow(
    _ branch: BranchEntry, from number: Int, _ sequence: SequenceRecord, _ enrollment: EnrollmentRecord, now: Int64
  ) throws(StoreError) {
    var why = branch.onlyIf.map(\.rawValue)
    if let filter = branch.filter { why.append("filter \(filter)") }
    let reason = "branch to \(branch.to)" + (why.isEmpty ? "" : ": " + why.joined(separator: ", "))
    let messages = try steps(ofEnrollment: enrollment.id)
    let tasks = try tasks(ofEnrollment: enrollment.id)
    let target =
      messages.first { $0.stepID == branch.to }?.step ?? tasks.first { $0.stepID == branch.to }?.step ?? .max
    for message in messages where message.state == .scheduled {
      if let step = message.step, step >= number, step < target {
        try end(message, as: .skipped, because: reason, now: now)
      }
    }
    for task in tasks where task.state == .scheduled && task.step >= number && task.step < target {
      try end(task, as: .skipped, because: reason, now: now)
    }
    try append(
      .branched, at: now, workspaceID: sequence.workspaceID, enrollmentID: enrollment.id,
      detail: [
        ("contact", enrollment.contact), ("sequence", sequence.key), ("step", "\(number)"), ("to", branch.to),
        ("because", why.joined(separator: ", ")),
      ])
  }
}

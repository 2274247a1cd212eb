internal import Configuration
internal import Delivery
internal import Outreach

/// What many messages of one pass share: asked once.
struct SharedFacts {
  var workspaces: [Int64: WorkspaceRecord] = [:]
  var credits: [Int64: CreditFact] = [:]
  var sequences: [Int64: SequenceRecord] = [:]
}

extension Reader {
  /// Everything the gates ask about a message besides its accounts.
  func facts(of message: MessageRecord, now: Int64, _ shared: inout SharedFacts) throws(StoreError) -> MessageFacts {
    let workspace = try workspace(message.workspaceID, &shared)
    let due = message.scheduledFor.map { max($0, message.retryAt ?? $0) }
    var facts = MessageFacts(id: message.id, due: due, dueReason: dueReason(message))
    if message.state == .held { facts.hold = message.lastReply ?? "held" }
    facts.suppression = try suppression(of: message.recipient, workspaceID: message.workspaceID).map {
      SuppressionFact(value: $0.value, reason: $0.reason)
    }
    facts.credits = try credits(of: workspace, now: now, &shared)
    if message.lane > 0 { facts.binding = message.step ?? 1 > 1 ? .thread(message.lane) : .requested(message.lane) }
    guard let enrollment = try enrollment(of: message) else { return facts }
    let sequence = try sequence(enrollment.sequenceID, &shared)
    facts.running = running(enrollment, sequence)
    facts.window = window(of: sequence, workspace)
    facts.conditions = try conditions(of: message, enrollment)
    return facts
  }

  /// The accounts that may take a message: its thread's or the named one, else all of its pool.
  func candidates(for message: MessageRecord) throws(StoreError) -> [AccountRecord] {
    if message.lane > 0 { return [try presentAccount(message.lane)].compactMap(\.self) }
    var found: [AccountRecord] = []
    for id in try members(ofPool: -message.lane) {
      if let account = try account(id) { found.append(account) }
    }
    return found
  }

  private func dueReason(_ message: MessageRecord) -> String {
    if message.scheduledFor == nil, let step = message.step { return "waits for step \(step - 1)" }
    return message.retryAt == nil ? "scheduled" : "retry \(message.attempts)"
  }

  private func running(_ enrollment: EnrollmentRecord, _ sequence: SequenceRecord) -> RunState {
    switch enrollment.state {
    case .stopped, .failed:
      return .ended("the enrollment stopped: \(enrollment.stopReason?.rawValue ?? enrollment.state.rawValue)")
    case .paused: return .paused("the enrollment of \(enrollment.contact) is paused")
    case .active, .completed:
      return sequence.state == "paused" ? .paused("the sequence \(sequence.key) is paused") : .running
    }
  }

  private func window(of sequence: SequenceRecord, _ workspace: WorkspaceRecord) -> Window? {
    let settings = sequence.entry.window ?? workspace.sequenceDefaults.window
    let zone = (sequence.entry.zone ?? workspace.zone) as String
    return settings.map { Window($0, in: Zone.named(zone) ?? .utc) }
  }

  private func conditions(of message: MessageRecord, _ enrollment: EnrollmentRecord) throws(StoreError)
    -> [ConditionFact]
  {
    let named = message.conditions.split(separator: ",").compactMap { StepCondition(rawValue: String($0)) }
    guard !named.isEmpty else { return [] }
    let steps = try steps(ofEnrollment: enrollment.id)
    return named.map { condition in
      let broken: Int64? =
        switch condition {
        case .noReply: enrollment.repliedAt
        case .noOpen: steps.compactMap(\.openedAt).min()
        case .noClick: steps.compactMap(\.clickedAt).min()
        }
      return ConditionFact(name: condition.rawValue, brokenAt: broken)
    }
  }

  private func credits(of workspace: WorkspaceRecord, now: Int64, _ shared: inout SharedFacts) throws(StoreError)
    -> CreditFact?
  {
    guard workspace.dailyCredits > 0 else { return nil }
    if let known = shared.credits[workspace.id] { return known }
    let zone = Zone.named(workspace.zone) ?? .utc
    let today = try credits(of: workspace, day: zone.dayKey(at: now))
    // By the journal's open rows, which are few and have an index; the messages under way have none.
    let inFlight = try first(
      """
      SELECT COUNT(*) FROM attempt t JOIN message m ON m.id = t.message_id
      WHERE t.state IN ('claimed', 'transmitting') AND m.workspace_id = ?
      """, [.integer(workspace.id)]
    ) { row in Int(row.integer(0)) }
    let fact = CreditFact(
      used: Int(today.sends + today.replies), inFlight: inFlight ?? 0, limit: Int(today.limit + today.granted),
      dayEnds: zone.nextDay(after: now))
    shared.credits[workspace.id] = fact
    return fact
  }

  private func workspace(_ id: Int64, _ shared: inout SharedFacts) throws(StoreError) -> WorkspaceRecord {
    if let known = shared.workspaces[id] { return known }
    let found = try workspace(id)
    shared.workspaces[id] = found
    return found
  }

  private func sequence(_ id: Int64, _ shared: inout SharedFacts) throws(StoreError) -> SequenceRecord {
    if let known = shared.sequences[id] { return known }
    guard let found = try sequence(id) else { throw .statement("there is no sequence \(id)") }
    shared.sequences[id] = found
    return found
  }
}

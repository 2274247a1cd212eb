internal import Configuration
internal import Delivery
internal import Outreach

/// What many messages of one pass share: asked once.
struct SharedFacts {
  var workspaces: [Int64: WorkspaceRecord] = [:]
  var credits: [Int64: CreditFact] = [:]
  var sequences: [Int64: SequenceRecord] = [:]
  /// By run: the key of its campaign when that is held.
  var pausedCampaigns: [Int64: String?] = [:]
  /// By sequence.
  var policies: [Int64: CompliancePolicy] = [:]
}

extension Reader {
  /// Everything the gates ask about a message besides its accounts.
  func facts(of message: MessageRecord, now: Int64, _ shared: inout SharedFacts) throws(StoreError) -> MessageFacts {
    let workspace = try workspace(message.workspaceID, &shared)
    let due = message.scheduledFor.map { max($0, message.retryAt ?? $0) }
    var facts = MessageFacts(id: message.id, due: due, dueReason: dueReason(message))
    facts.planned = message.scheduledFor
    if message.state == .held { facts.hold = message.lastReply ?? "held" }
    facts.suppression = try suppression(of: message.recipient, workspaceID: message.workspaceID).map {
      SuppressionFact(value: $0.value, reason: $0.reason)
    }
    // Who hears that a mail came back is no contact, and it costs nothing.
    if try !isNotice(message) {
      facts.caps = try caps(of: message, workspace.contactLimits, now: now)
      facts.credits = try credits(of: workspace, now: now, &shared)
    }
    if message.lane > 0 { facts.binding = message.step ?? 1 > 1 ? .thread(message.lane) : .requested(message.lane) }
    guard let enrollment = try enrollment(of: message) else { return facts }
    let sequence = try sequence(enrollment.sequenceID, &shared)
    facts.running = running(enrollment, sequence)
    if facts.running == .running, let run = enrollment.campaignRun, let key = try pausedCampaign(ofRun: run, &shared) {
      facts.running = .paused("the campaign \(key) is paused")
    }
    facts.window = try window(of: sequence, enrollment, workspace).window
    // It has its place among the mails of its run; a second laying out would undo that.
    if enrollment.campaignRun != nil, message.sendAt != nil { facts.window?.spread = .asap }
    facts.conditions = try conditions(of: message, enrollment, sequence, now: now)
    if facts.running == .running { try lookForLateMail(message, sequence, workspace, &facts, now: now) }
    return facts
  }

  /// The accounts that may take a lane's mail: its thread's or the named one, else all of its pool.
  func candidates(inLane lane: Int64) throws(StoreError) -> [AccountRecord] {
    if lane > 0 { return [try presentAccount(lane)].compactMap(\.self) }
    var found: [AccountRecord] = []
    for id in try members(ofPool: -lane) {
      if let account = try account(id) { found.append(account) }
    }
    return found
  }

  private func dueReason(_ message: MessageRecord) -> String {
    if message.scheduledFor == nil, let step = message.step {
      return message.stepID == nil ? "waits for step \(step - 1)" : "waits for the step before it"
    }
    return message.retryAt == nil ? "scheduled" : "retry \(message.attempts)"
  }

  private func running(_ enrollment: EnrollmentRecord, _ sequence: SequenceRecord) -> RunState {
    switch enrollment.state {
    case .stopped, .failed:
      return .ended("the enrollment stopped: \(enrollment.stopReason?.rawValue ?? enrollment.state.rawValue)")
    case .paused: return .paused("the enrollment of \(enrollment.contact) is paused")
    case .active, .completed:
      if sequence.state.isRunning { return .running }
      return .paused("the sequence \(sequence.key) is \(sequence.state == .draft ? "a draft" : "paused")")
    }
  }

  /// The key of the campaign of a run, when it is held.
  func pausedCampaign(ofRun id: Int64, _ shared: inout SharedFacts) throws(StoreError) -> String? {
    if let known = shared.pausedCampaigns[id] { return known }
    let paused = try first(
      """
      SELECT c.key FROM campaign_run r JOIN campaign c ON c.id = r.campaign_id WHERE r.id = ? AND c.state = 'paused'
      """, [.integer(id)]
    ) { row in row.text(0) }
    shared.pausedCampaigns[id] = .some(paused)
    return paused
  }

  /// The hours of a sequence, by the clock on the contact's own wall where that is known; and the zone of that clock.
  func window(of sequence: SequenceRecord, _ enrollment: EnrollmentRecord, _ workspace: WorkspaceRecord)
    throws(StoreError) -> (window: Window?, zone: Zone)
  {
    let own = try first("SELECT zone FROM contact WHERE id = ?", [.integer(enrollment.contactID)]) { row in
      row.textOrNil(0)
    }
    let usual = Zone.named(sequence.entry.zone ?? workspace.zone) ?? .utc
    let zone = (own ?? nil).flatMap { Zone.named($0) }
    guard var settings = sequence.entry.window ?? workspace.sequenceDefaults.window else { return (nil, zone ?? usual) }
    if let zone { settings.zone = zone.name }
    let window = Window(settings, in: usual)
    return (window, window.zone)
  }

  private func conditions(
    of message: MessageRecord, _ enrollment: EnrollmentRecord, _ sequence: SequenceRecord, now: Int64
  ) throws(StoreError) -> [ConditionFact] {
    if let id = message.stepID {
      guard let step = sequence.entry.step(id) else { return [] }
      return try conditions(of: step, StepQuestion(enrollment: enrollment, now: now))
    }
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

  /// What the limits of first mails and of recipient domains ask, and a pool that prefers accounts of the recipient's provider;
  /// nothing is looked for when nobody asks.
  func complete(
    _ facts: inout MessageFacts, _ message: MessageRecord, for accounts: [AccountFacts], in pool: PoolPolicy
  ) throws(StoreError) {
    if pool.prefersSameProvider { facts.provider = Provider(mailboxDomain: message.domain) }
    if accounts.contains(where: { $0.domainLimit != nil }) { facts.domain = message.domain }
    if accounts.contains(where: { $0.newContactsLimit != nil }) { facts.isNewContact = try isNewContact(message) }
  }

  private func caps(of message: MessageRecord, _ limits: ContactLimits, now: Int64) throws(StoreError) -> [ContactCap] {
    guard !limits.isNone else { return [] }
    let person = message.recipient.person + [.integer(message.workspaceID), .integer(message.id)]
    let same = "FROM message WHERE \(samePerson) AND workspace_id = ? AND id <> ?"
    let isUnderWay = try first("SELECT 1 \(same) AND state = 'sending' LIMIT 1", person) { _ in true } != nil
    // How the one under way ends is known within a minute or so.
    if isUnderWay {
      return [ContactCap(name: "a mail to this person is under way", used: 1, limit: 1, freesAt: now + 60_000)]
    }
    var caps: [ContactCap] = []
    if limits.cooldownMilliseconds > 0 {
      // As in the account's gap: what is dated further ahead was sent before the clock was set back.
      let last =
        try first(
          "SELECT MAX(sent_at) \(same) AND sent_at <= ?", person + [.integer(now + limits.cooldownMilliseconds)]
        ) { row in row.integerOrNil(0) } ?? nil
      if let last {
        let isCool = last + limits.cooldownMilliseconds <= now
        caps.append(
          ContactCap(
            name: "cooldown", used: isCool ? 0 : 1, limit: 1, freesAt: isCool ? nil : last + limits.cooldownMilliseconds
          ))
      }
    }
    let spans = [
      ("mails to this person in a day", limits.dailyLimit, 86_400_000),
      ("mails to this person", limits.limit, limits.periodMilliseconds),
    ]
    for (name, limit, span) in spans where limit > 0 {
      let sends = try connection.rows(
        "SELECT sent_at \(same) AND sent_at > ? ORDER BY sent_at DESC LIMIT ?",
        person + [.integer(now - span), .integer(Int64(limit))]
      ) { row in row.integer(0) }
      let use = RollingUse(sends: sends.reversed(), spanMilliseconds: span, limit: limit, now: now)
      caps.append(ContactCap(name: name, used: use.used, limit: limit, freesAt: use.freesAt))
    }
    return caps
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
      WHERE t.finished_at IS NULL AND m.workspace_id = ?
      """, [.integer(workspace.id)]
    ) { row in Int(row.integer(0)) }
    let fact = CreditFact(
      used: Int(today.sends + today.replies), inFlight: inFlight ?? 0, limit: Int(today.limit + today.granted),
      dayEnds: zone.nextDay(after: now))
    shared.credits[workspace.id] = fact
    return fact
  }

  func workspace(_ id: Int64, _ shared: inout SharedFacts) throws(StoreError) -> WorkspaceRecord {
    if let known = shared.workspaces[id] { return known }
    let found = try workspace(id)
    shared.workspaces[id] = found
    return found
  }

  func sequence(_ id: Int64, _ shared: inout SharedFacts) throws(StoreError) -> SequenceRecord {
    if let known = shared.sequences[id] { return known }
    guard let found = try sequence(id) else { throw .statement("there is no sequence \(id)") }
    shared.sequences[id] = found
    return found
  }
}

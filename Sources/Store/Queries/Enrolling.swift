internal import Configuration
internal import Host
internal import MailText
public import Outreach

/// Somebody who is to be enrolled in a sequence.
public struct Enrollee: Sendable, Equatable {
  /// The address.
  public var address: String
  /// When the first step goes; nil: after its own delay.
  public var plannedAt: Int64?

  /// Somebody.
  public init(address: String, plannedAt: Int64? = nil) {
    self.address = address
    self.plannedAt = plannedAt
  }
}

/// What became of one who was to be enrolled.
public enum EnrollmentResult: Sendable, Equatable {
  /// The enrollment's row.
  case enrolled(Int64)
  /// Why not.
  case refused(EnrollmentRefusal)
}

extension Transaction {
  /// Enrols people in a sequence that has its own steps: each gets a row for every step, with its times to be planned.
  ///
  /// A contact that is not known yet is made. The results are in the order of `people`; a refusal keeps nobody else.
  /// `campaign` is the name its mails carry for statistics, `campaignRun` the run that enrols.
  public func enroll(
    _ people: [Enrollee], in sequence: SequenceRecord, allowsRoles: Bool = false, campaign: String? = nil,
    campaignRun: Int64? = nil, now: Int64
  ) throws(StoreError) -> [EnrollmentResult] {
    var layer = try StepLayer(sequence, campaign: campaign, self, now: now)
    var results: [EnrollmentResult] = []
    for person in people {
      switch try candidate(person, for: sequence, allowsRoles: allowsRoles) {
      case .failure(let refusal): results.append(.refused(refusal))
      case .success(let candidate):
        let late = try lateMail(
          to: candidate.address, besides: sequence, workspaceID: sequence.workspaceID, now: now)
        var candidate = candidate
        candidate.lateMail = late?.action == .skip ? late?.words : nil
        if let refusal = mayEnroll(candidate) {
          results.append(.refused(refusal))
          continue
        }
        let contact = try contact(making: candidate.address, workspaceID: sequence.workspaceID, now: now)
        let id = try enroll(contact: contact, in: sequence, campaignRun: campaignRun, now: now)
        try layer.layOut(
          enrollment: id, of: (contact, candidate.address), over: StepRows(), firstAt: person.plannedAt)
        try waitOut(late, id, workspaceID: sequence.workspaceID, now: now)
        results.append(.enrolled(id))
      }
    }
    return results
  }

  private func candidate(_ person: Enrollee, for sequence: SequenceRecord, allowsRoles: Bool) throws(StoreError)
    -> Result<EnrollmentCandidate, EnrollmentRefusal>
  {
    guard let address = contactAddress(person.address) else {
      return .failure(EnrollmentRefusal(.noAddress, "\"\(person.address.prefix(320))\" is no mail address"))
    }
    var candidate = EnrollmentCandidate(address: address, sequence: sequence.state, isNative: sequence.isNative)
    if let known = try enrollment(of: address, inSequence: sequence.key, workspaceID: sequence.workspaceID) {
      candidate.enrollment = known.state
      candidate.stopReason = known.stopReason
    }
    candidate.role = allowsRoles ? nil : roleLocalPart(of: address)
    candidate.suppression = try suppression(of: address, workspaceID: sequence.workspaceID)?.reason
    return .success(candidate)
  }
}

extension Transaction {
  /// Cancels a mail whose step an edit has removed. It has no place any more, and keeps its name and its end for whoever
  /// looks for it.
  func dropRemoved(_ message: MessageRecord, now: Int64) throws(StoreError) {
    try end(message, as: .cancelled, because: "an edit of the sequence removed the step", now: now)
    try run("UPDATE message SET step = NULL WHERE id = ?", [.integer(message.id)])
  }
}

/// The rows of an enrollment's steps.
struct StepRows {
  var messages: [MessageRecord] = []
  var tasks: [TaskRecord] = []
}

/// Makes the steps of enrollments follow their sequence's definition; what is the same for all of them is asked once.
struct StepLayer {
  private let sequence: SequenceRecord
  private let campaign: String?
  private let db: Transaction
  private let now: Int64
  private let poolID: Int64
  /// Of new Message-IDs: of an account that may send it.
  private let domain: String
  /// By step: its subject before anybody's values are put in, for lists.
  private var subjects: [String: String] = [:]
  private var dealers: [String: VariantDealer] = [:]

  init(_ sequence: SequenceRecord, campaign: String? = nil, _ db: Transaction, now: Int64) throws(StoreError) {
    self.sequence = sequence
    self.campaign = campaign
    self.db = db
    self.now = now
    let key = sequence.entry.pool ?? "default"
    // With its pool gone its mails are held when their time comes, as all mails of a removed pool are.
    poolID = try db.pool(named: key, workspaceID: sequence.workspaceID)?.id ?? PoolRecord.defaultID
    let account = try db.members(ofPool: poolID).first.flatMap { id throws(StoreError) in try db.account(id) }
    domain = account?.address.split(separator: "@").last.map(String.init) ?? ""
  }

  /// Adds, moves, removes and refreshes what of an enrollment has not gone.
  mutating func layOut(
    enrollment: Int64, of contact: (id: Int64, address: String), over rows: StepRows, account: Int64? = nil,
    firstAt: Int64? = nil
  ) throws(StoreError) {
    let entry = sequence.entry
    let changes = Outreach.layOut(entry.steps.map(\.id), over: laid(rows))
    for case .remove(_, let number) in changes { try remove(number, rows) }
    let moves = changes.compactMap { if case .move(let id, let from, let to) = $0 { (id, from, to) } else { nil } }
    let numbers = Dictionary(moves.map { ($0.0, $0.2) }) { first, _ in first }
    // On its way to its place a step must not meet another that has not left it yet: from the end where all go up, from the
    // beginning where all go down, else over places that nobody has.
    let goUp = moves.allSatisfy { $0.2 > $0.1 }
    if !goUp, !moves.allSatisfy({ $0.2 < $0.1 }) {
      for (_, from, _) in moves { try leave(from, rows) }
    }
    for step in goUp ? entry.steps.reversed() : entry.steps {
      try refresh(step, rows, number: numbers[step.id], contact.id)
    }
    for case .add(let id, let number) in changes {
      guard let step = entry.step(id) else { continue }
      if step.kind == .email {
        try add(step, number, enrollment, contact, account: account, sendAt: number == 1 ? firstAt : nil)
      } else {
        try addTask(step, number, enrollment, sendAt: number == 1 ? firstAt : nil)
      }
    }
  }

  /// A step that became a task, or a mail, is another step: under a name that no definition has.
  private func laid(_ rows: StepRows) -> [LaidStep] {
    func name(_ id: String, isMail: Bool) -> String {
      sequence.entry.step(id).map { ($0.kind == .email) == isMail } ?? true ? id : "\u{0}" + id
    }
    return rows.messages.compactMap { row in
      row.step.map {
        LaidStep(id: name(row.stepID ?? "", isMail: true), number: $0, isWaiting: row.state == .scheduled)
      }
    }
      + rows.tasks.map {
        LaidStep(id: name($0.stepID, isMail: false), number: $0.step, isWaiting: $0.state == .scheduled)
      }
  }

  private func remove(_ number: Int, _ rows: StepRows) throws(StoreError) {
    if let message = rows.messages.first(where: { $0.step == number }) {
      try db.dropRemoved(message, now: now)
    } else if let task = rows.tasks.first(where: { $0.step == number }) {
      try db.run("DELETE FROM task WHERE id = ?", [.integer(task.id)])
    }
  }

  private func leave(_ number: Int, _ rows: StepRows) throws(StoreError) {
    if let message = rows.messages.first(where: { $0.step == number }) {
      try db.run("UPDATE message SET step = -step WHERE id = ?", [.integer(message.id)])
    } else if let task = rows.tasks.first(where: { $0.step == number }) {
      try db.run("UPDATE task SET step = -step WHERE id = ?", [.integer(task.id)])
    }
  }

  /// Gives a waiting step what its definition says now, and its number when it has another place.
  private mutating func refresh(_ step: StepEntry, _ rows: StepRows, number: Int?, _ contact: Int64) throws(StoreError)
  {
    if step.kind != .email {
      guard let task = rows.tasks.first(where: { $0.stepID == step.id && $0.state == .scheduled }) else { return }
      try db.run(
        """
        UPDATE task SET step = ?, version = ?, kind = ?, title = ?, note = ?, waits = ?, delay = ?, due_after = ?
        WHERE id = ?
        """,
        [
          .integer(Int64(number ?? task.step)),
          .integer(sequence.version), .text(step.kind.rawValue), .text(step.title ?? ""), SQLValue(step.note),
          .integer(step.waits ? 1 : 0), .integer(step.delayMilliseconds), SQLValue(step.dueMilliseconds),
          .integer(task.id),
        ])
      return
    }
    guard let message = rows.messages.first(where: { $0.stepID == step.id && $0.state == .scheduled }) else { return }
    // One that may have gone keeps its words, and the version they are of.
    let isFresh = try db.unwrite(message)
    let isDealt = !isFresh || step.variants.contains { $0.id == message.variant }
    let variant = isDealt ? message.variant : try deal(step, to: contact)
    try db.run(
      """
      UPDATE message SET step = ?, version = ?, variant = ?, subject = ?, delay = ?, conditions = ?, minute_of_day = ?
      WHERE id = ?
      """,
      [
        SQLValue(number ?? message.step), SQLValue(isFresh ? sequence.version : message.version), SQLValue(variant),
        .text(isFresh ? try subject(of: step, variant) : message.subject), .integer(step.delayMilliseconds),
        .text(conditions(of: step)), SQLValue(step.texts(ofVariant: variant).minuteOfDay), .integer(message.id),
      ])
    guard message.poolID != poolID else { return }
    let lane = message.lane < 0 ? -poolID : message.lane
    try db.run(
      "UPDATE message SET pool_id = ?, lane = ? WHERE id = ?",
      [.integer(poolID), .integer(lane), .integer(message.id)])
    db.changedLanes(message.lane, lane)
  }

  private mutating func add(
    _ step: StepEntry, _ number: Int, _ enrollment: Int64, _ contact: (id: Int64, address: String), account: Int64?,
    sendAt: Int64?
  ) throws(StoreError) {
    let variant = try deal(step, to: contact.id)
    try db.run(
      """
      INSERT INTO message (id, workspace_id, body_id, state, lane, priority, sender, recipient, person, subject,
        message_id, pool_id, account_id, enrollment_id, step, delay, send_at, conditions, campaign, created_at, step_id, version,
        variant, minute_of_day)
      VALUES (?, ?, 0, 'scheduled', ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .integer(db.messageIDs.reserve(1)), .integer(sequence.workspaceID), .integer(account ?? -poolID),
        .text("sequence:\(sequence.key)"), .text(contact.address), contact.address.personColumn,
        .text(try subject(of: step, variant)),
        .text(MessageID.make(uuid: UUIDv7.text(at: now), domain: domain)), .integer(poolID), SQLValue(account),
        .integer(enrollment), .integer(Int64(number)), .integer(step.delayMilliseconds), SQLValue(sendAt),
        .text(conditions(of: step)), SQLValue(campaign), .integer(now), .text(step.id), .integer(sequence.version),
        SQLValue(variant), SQLValue(step.texts(ofVariant: variant).minuteOfDay),
      ])
  }

  private func addTask(_ step: StepEntry, _ number: Int, _ enrollment: Int64, sendAt: Int64?) throws(StoreError) {
    try db.run(
      """
      INSERT INTO task (workspace_id, enrollment_id, step, step_id, version, kind, title, note, state, waits, delay,
        due_after, send_at, created_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'scheduled', ?, ?, ?, ?, ?)
      """,
      [
        .integer(sequence.workspaceID), .integer(enrollment), .integer(Int64(number)), .text(step.id),
        .integer(sequence.version), .text(step.kind.rawValue), .text(step.title ?? ""), SQLValue(step.note),
        .integer(step.waits ? 1 : 0), .integer(step.delayMilliseconds), SQLValue(step.dueMilliseconds),
        SQLValue(sendAt), .integer(now),
      ])
  }

  private func conditions(of step: StepEntry) -> String { step.onlyIf.map(\.rawValue).joined(separator: ",") }

  private mutating func deal(_ step: StepEntry, to contact: Int64) throws(StoreError) -> String? {
    guard !step.variants.isEmpty else { return nil }
    if dealers[step.id] == nil { dealers[step.id] = try VariantDealer(step, of: sequence, db) }
    return dealers[step.id]?.variant(for: contact)
  }

  private mutating func subject(of step: StepEntry, _ variant: String?) throws(StoreError) -> String {
    let key = step.id + "\u{0}" + (variant ?? "")
    if let known = subjects[key] { return known }
    let texts = try? db.plainTexts(of: step, variant: variant, workspaceID: sequence.workspaceID).get()
    subjects[key] = texts?.subject ?? ""
    return texts?.subject ?? ""
  }
}

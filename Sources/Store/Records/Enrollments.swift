internal import MailText
public import Outreach

/// One contact's way through a sequence.
public struct EnrollmentRecord: Sendable, Equatable {
  /// The row.
  public var id: Int64
  /// The sequence.
  public var sequenceID: Int64
  /// The sequence's key.
  public var sequence: String
  /// The contact.
  public var contactID: Int64
  /// The contact's address.
  public var contact: String
  /// Where it is.
  public var state: EnrollmentState
  /// Why it ended.
  public var stopReason: StopReason?
  /// The account of its thread, from the first accepted step on.
  public var accountID: Int64?
  /// When step 1 was queued.
  public var startedAt: Int64
  /// When it ended.
  public var endedAt: Int64?
  /// When the contact first answered.
  public var repliedAt: Int64?
  /// No step goes before it: the contact is away until then.
  public var notBefore: Int64?
  /// Of the definition that its steps follow; 0: its steps come by headers.
  public var version: Int64
  /// When its next step is due; nil: not by time alone.
  public var nextActionAt: Int64?
  /// The campaign's run that enrolled.
  public var campaignRun: Int64?
}

/// What a list of enrollments is narrowed to.
public struct EnrollmentQuery: Sendable, Equatable {
  /// Only this sequence's key.
  public var sequence: String?
  /// Only this contact's address.
  public var contact: String?
  /// Only this state.
  public var state: EnrollmentState?
  /// Only ids above it: the page's cursor.
  public var after: Int64 = 0
  /// At most so many.
  public var limit = 1000

  /// All.
  public init() {}
}

extension Reader {
  /// Enrollments of a workspace in the order they began.
  public func enrollments(_ query: EnrollmentQuery, workspaceID: Int64) throws(StoreError) -> [EnrollmentRecord] {
    var conditions = ["q.workspace_id = ?", "e.id > ?"]
    var values: [SQLValue] = [.integer(workspaceID), .integer(query.after)]
    // By ids: joined by names, SQLite would walk through all contacts.
    if let key = query.sequence {
      conditions.append("e.sequence_id = (SELECT id FROM sequence WHERE workspace_id = ? AND key = ?)")
      values += [.integer(workspaceID), .text(key)]
    }
    if let address = query.contact {
      conditions.append("e.contact_id = (SELECT id FROM contact WHERE workspace_id = ? AND address = ?)")
      values += [.integer(workspaceID)] + address.person
    }
    if let state = query.state {
      conditions.append("e.state = ?")
      values.append(.text(state.rawValue))
    }
    return try enrollments(where: conditions.joined(separator: " AND "), values, limit: query.limit)
  }

  /// One enrollment.
  public func enrollment(_ id: Int64) throws(StoreError) -> EnrollmentRecord? {
    try enrollments(where: "e.id = ?", [.integer(id)], limit: 1).first
  }

  /// The enrollment that a message is a step of; nil for a mail without a sequence.
  public func enrollment(of message: MessageRecord) throws(StoreError) -> EnrollmentRecord? {
    guard let id = message.enrollmentID else { return nil }
    return try enrollment(id)
  }

  /// A sequence's enrollments in the order they began, after the one with id `cursor`.
  public func enrollments(ofSequence id: Int64, after cursor: Int64 = 0, limit: Int) throws(StoreError)
    -> [EnrollmentRecord]
  {
    try enrollments(where: "e.sequence_id = ? AND e.id > ?", [.integer(id), .integer(cursor)], limit: limit)
  }

  /// A contact's enrollments, the newest first.
  public func enrollments(ofContact id: Int64) throws(StoreError) -> [EnrollmentRecord] {
    try enrollments(where: "e.contact_id \(ofContact)", [.integer(id), .integer(id)], limit: 1000).reversed()
  }

  /// The enrollment of an address in the sequence of a key.
  public func enrollment(of address: String, inSequence key: String, workspaceID: Int64) throws(StoreError)
    -> EnrollmentRecord?
  {
    // By both ids: joined by names, SQLite would walk through all contacts of the sequence.
    try enrollments(
      where: """
        e.sequence_id = (SELECT id FROM sequence WHERE workspace_id = ? AND key = ?)
        AND e.contact_id = (SELECT id FROM contact WHERE workspace_id = ? AND address = ?)
        """,
      [.integer(workspaceID), .text(key), .integer(workspaceID)] + address.person, limit: 1
    ).first
  }

  /// The not yet ended enrollments of an address in a workspace.
  func openEnrollments(of address: String, workspaceID: Int64) throws(StoreError) -> [EnrollmentRecord] {
    try enrollments(
      where: "c.workspace_id = ? AND c.address = ? AND e.state IN ('active', 'paused')",
      [.integer(workspaceID)] + address.person, limit: 1000)
  }

  /// The messages of an enrollment by step; not those of steps that an edit has removed.
  public func steps(ofEnrollment id: Int64) throws(StoreError) -> [MessageRecord] {
    try connection.rows(
      """
      SELECT \(MessageRecord.columns) FROM message m WHERE m.enrollment_id = ? AND m.step IS NOT NULL ORDER BY m.step
      """, [.integer(id)]
    ) { row throws(StoreError) in try MessageRecord(row) }
  }

  func enrollments(where condition: String, _ values: [SQLValue], limit: Int) throws(StoreError)
    -> [EnrollmentRecord]
  {
    try connection.rows(
      """
      SELECT e.id, e.sequence_id, q.key, e.contact_id, COALESCE(c.written, c.address), e.state, e.stop_reason, e.account_id, e.started_at,
        e.ended_at, e.replied_at, e.not_before, e.version, e.next_action_at, e.campaign_run
      FROM enrollment e JOIN sequence q ON q.id = e.sequence_id JOIN contact c ON c.id = e.contact_id
      WHERE \(condition) ORDER BY e.id LIMIT ?
      """, values + [.integer(Int64(limit))]
    ) { row throws(StoreError) in
      guard let state = EnrollmentState(rawValue: row.text(5)) else {
        throw .statement("enrollment \(row.integer(0)) has the unknown state \(row.text(5))")
      }
      return EnrollmentRecord(
        id: row.integer(0), sequenceID: row.integer(1), sequence: row.text(2), contactID: row.integer(3),
        contact: row.text(4), state: state, stopReason: row.textOrNil(6).flatMap(StopReason.init(rawValue:)),
        accountID: row.integerOrNil(7),
        startedAt: row.integer(8), endedAt: row.integerOrNil(9), repliedAt: row.integerOrNil(10),
        notBefore: row.integerOrNil(11), version: row.integer(12), nextActionAt: row.integerOrNil(13),
        campaignRun: row.integerOrNil(14))
    }
  }
}

extension Transaction {
  func contact(making address: String, workspaceID: Int64, now: Int64) throws(StoreError) -> Int64 {
    let known = try first(
      "SELECT id FROM contact WHERE workspace_id = ? AND address = ?", [.integer(workspaceID)] + address.person
    ) { row in row.integer(0) }
    if let known { return known }
    return try insert(
      "INSERT INTO contact (workspace_id, address, written, created_at) VALUES (?, ?, ?, ?)",
      [.integer(workspaceID)] + address.lowercased().keyAndWritten + [.integer(now)])
  }

  func enroll(contact: Int64, in sequence: SequenceRecord, campaignRun: Int64? = nil, now: Int64) throws(StoreError)
    -> Int64
  {
    let id = try insert(
      """
      INSERT INTO enrollment (sequence_id, contact_id, state, replan, started_at, version, campaign_run)
      VALUES (?, ?, 'active', 1, ?, ?, ?)
      """,
      [
        .integer(sequence.id), .integer(contact), .integer(now), .integer(sequence.version), SQLValue(campaignRun),
      ])
    try append(
      .enrolled, at: now, workspaceID: sequence.workspaceID, enrollmentID: id, detail: [("sequence", sequence.key)])
    touch(.enrollments)
    return id
  }

  /// Asks the sequencer to look at an enrollment again.
  func replan(_ enrollmentID: Int64) throws(StoreError) {
    try run("UPDATE enrollment SET replan = 1 WHERE id = ?", [.integer(enrollmentID)])
    touch(.enrollments)
  }

  /// Ends an enrollment early and cancels its waiting steps; one that has stopped already keeps its first reason.
  func stop(_ enrollment: EnrollmentRecord, reason: StopReason, workspaceID: Int64, now: Int64) throws(StoreError) {
    guard enrollment.state != .stopped, enrollment.state != .failed else { return }
    try run(
      "UPDATE enrollment SET state = ?, stop_reason = ?, ended_at = ?, replan = 0, next_action_at = NULL WHERE id = ?",
      [
        .text(reason == .failed ? EnrollmentState.failed.rawValue : EnrollmentState.stopped.rawValue),
        .text(reason.rawValue), .integer(now), .integer(enrollment.id),
      ])
    try append(
      .enrollmentStopped, at: now, workspaceID: workspaceID, enrollmentID: enrollment.id,
      detail: [
        ("contact", enrollment.contact), ("sequence", enrollment.sequence), ("reason", reason.rawValue),
        ("was", enrollment.state.rawValue),
      ])
    try cancelWaitingSteps(of: enrollment.id, because: "the enrollment stopped: \(reason.rawValue)", now: now)
  }

  /// Lets no step of an enrollment go before a time; the newest answer counts.
  func postpone(_ enrollment: EnrollmentRecord, until: Int64, workspaceID: Int64, now: Int64) throws(StoreError) {
    guard until > now, until != enrollment.notBefore else { return }
    try run("UPDATE enrollment SET not_before = ? WHERE id = ?", [.integer(until), .integer(enrollment.id)])
    try append(
      .enrollmentPostponed, at: now, workspaceID: workspaceID, enrollmentID: enrollment.id,
      detail: [
        ("contact", enrollment.contact), ("sequence", enrollment.sequence),
        ("until", CivilDate(dayNumber: until / 86_400_000).text),
      ])
    try replan(enrollment.id)
  }

  /// Holds an enrollment until a person goes on.
  func pause(_ enrollment: EnrollmentRecord, because reason: String, workspaceID: Int64, now: Int64) throws(StoreError)
  {
    guard enrollment.state == .active else { return }
    try run(
      "UPDATE enrollment SET state = 'paused', next_action_at = NULL WHERE id = ?", [.integer(enrollment.id)])
    try append(
      .enrollmentPaused, at: now, workspaceID: workspaceID, enrollmentID: enrollment.id,
      detail: [("contact", enrollment.contact), ("sequence", enrollment.sequence), ("reason", reason)])
    touch(.queue)
  }

  /// Cancels what of an enrollment has not been claimed by an account; returns how many.
  @discardableResult
  func cancelWaitingSteps(of enrollmentID: Int64, because reason: String, now: Int64) throws(StoreError) -> Int {
    var count = 0
    for step in try steps(ofEnrollment: enrollmentID) where step.state == .scheduled || step.state == .held {
      try end(step, as: .cancelled, because: reason, now: now)
      count += 1
    }
    try run(
      """
      UPDATE task SET state = 'cancelled', reason = ?, finished_at = ?
      WHERE enrollment_id = ? AND state IN ('scheduled', 'open')
      """, [.text(reason), .integer(now), .integer(enrollmentID)])
    return count
  }
}

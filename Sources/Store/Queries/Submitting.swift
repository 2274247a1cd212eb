internal import Configuration
internal import Outreach

extension Transaction {
  /// Takes a submission into the queue: one message a recipient, all of them or none.
  ///
  /// `.refused` stores nothing; its reason is written for whoever reads the SMTP reply.
  public func submit(_ submission: Submission) throws(StoreError) -> SubmissionResult {
    guard let name = submission.handInName else { return try enter(submission) }
    if let earlier = try handedIn(name) { return earlier }
    let result = try enter(submission)
    try remember(name, result, now: submission.receivedAt)
    return result
  }

  private func enter(_ submission: Submission) throws(StoreError) -> SubmissionResult {
    if let first = try earlierMessage(of: submission) { return .repeated(firstID: first) }
    if let key = submission.control.cancelSequence { return try cancel(sequence: key, submission) }
    let route: Route
    switch try self.route(for: submission) {
    case .success(let found): route = found
    case .failure(let refusal): return .refused(refusal.text)
    }
    let recipients = submission.distinctRecipients
    var places: [StepPlace?] = []
    for recipient in recipients {
      switch try place(recipient, submission) {
      case .success(let place): places.append(place)
      case .failure(let refusal): return .refused(refusal.text)
      }
    }
    let body = try insert("INSERT INTO body (bytes) VALUES (?)", [.blob(submission.body)])
    var ids: [Int64] = []
    for (recipient, place) in zip(recipients, places) {
      let id = messageIDs.reserve(1)
      try enqueue(id, recipient, place, route, body: body, submission)
      ids.append(id)
    }
    try remember(submission, first: ids.first)
    touch(.queue)
    return .queued(ids: ids)
  }

  /// Drops idempotency keys that are older than their window.
  public func forgetIdempotencyKeys(before: Int64) throws(StoreError) {
    try run("DELETE FROM idempotency WHERE created_at < ?", [.integer(before)])
  }

  // MARK: - Idempotency

  private func earlierMessage(of submission: Submission) throws(StoreError) -> Int64? {
    guard let key = submission.control.idempotencyKey else { return nil }
    // Hashed when it named a person who was erased since.
    return try first(
      "SELECT message_id FROM idempotency WHERE owner = ? AND key IN (?, ?) AND created_at > ?",
      [
        .text(submission.submitter?.name ?? ""), .text(key), .text(suppressionKey.entry(of: key) ?? key),
        .integer(submission.receivedAt - submission.idempotencyWindow),
      ]
    ) { row in row.integer(0) }
  }

  private func remember(_ submission: Submission, first id: Int64?) throws(StoreError) {
    guard let key = submission.control.idempotencyKey, let id else { return }
    try run(
      """
      INSERT INTO idempotency (owner, key, message_id, created_at) VALUES (?, ?, ?, ?)
      ON CONFLICT (owner, key) DO UPDATE SET message_id = excluded.message_id, created_at = excluded.created_at
      """,
      [
        .text(submission.submitter?.name ?? ""), .text(key), .integer(id), .integer(submission.receivedAt),
      ])
  }

  // MARK: - Where it goes

  /// Why a submission can't be taken: the header's name and the reason, as the SMTP reply says it.
  private struct Refusal: Error {
    var text: String
  }

  private struct Route {
    var pool: PoolRecord
    /// Bound by `X-Postern-Account`.
    var account: Int64?
  }

  private func route(for submission: Submission) throws(StoreError) -> Result<Route, Refusal> {
    let allowed = submission.submitter?.pools ?? []
    let key = submission.control.pool ?? allowed.first ?? "default"
    guard let pool = try pool(named: key, workspaceID: submission.workspaceID) else {
      return .failure(Refusal(text: "X-Postern-Pool: there is no pool \"\(key)\""))
    }
    guard allowed.isEmpty || allowed.contains(key) else {
      return .failure(Refusal(text: "X-Postern-Pool: this login may not use the pool \"\(key)\""))
    }
    guard let address = submission.control.account else { return .success(Route(pool: pool)) }
    guard let account = try account(at: address), account.workspaceID == submission.workspaceID else {
      return .failure(Refusal(text: "X-Postern-Account: there is no account \(address)"))
    }
    guard allowed.isEmpty || account.settings.pools.contains(where: allowed.contains) else {
      return .failure(Refusal(text: "X-Postern-Account: this login may not use the account \(address)"))
    }
    return .success(Route(pool: pool, account: account.id))
  }

  // MARK: - Its place in a sequence

  private struct StepPlace {
    var sequence: String
    var enrollment: EnrollmentRecord?
    var number: Int
    var lateMail: LateMail?
  }

  private func place(_ recipient: String, _ submission: Submission) throws(StoreError) -> Result<StepPlace?, Refusal> {
    guard let key = submission.control.sequence else { return .success(nil) }
    let number = submission.control.step ?? 1
    let known = try sequence(keyed: key, workspaceID: submission.workspaceID)
    let enrollment = try enrollment(of: recipient, inSequence: key, workspaceID: submission.workspaceID)
    var facts: EnrollmentFacts?
    if let enrollment {
      let steps = try steps(ofEnrollment: enrollment.id).compactMap(\.step)
      facts = EnrollmentFacts(state: enrollment.state, stopReason: enrollment.stopReason, steps: steps)
    }
    var place = StepPlace(sequence: key, enrollment: enrollment, number: number)
    if enrollment == nil {
      place.lateMail = try lateMail(
        to: recipient, besides: known, workspaceID: submission.workspaceID, now: submission.receivedAt)
    }
    let late = place.lateMail.flatMap { $0.action == .skip ? $0.words : nil }
    switch admit(
      step: number, of: key, isNative: known?.isNative ?? false, for: recipient, enrollment: facts, lateMail: late)
    {
    case .accept: break
    case .refuse(let text): return .failure(Refusal(text: text))
    }
    return .success(place)
  }

  private func enqueue(
    _ id: Int64, _ recipient: String, _ place: StepPlace?, _ route: Route, body: Int64, _ submission: Submission
  ) throws(StoreError) {
    let now = submission.receivedAt
    var enrollmentID = place?.enrollment?.id
    if let place, enrollmentID == nil {
      let sequence = try sequence(making: place.sequence, workspaceID: submission.workspaceID, now: now)
      let contact = try contact(making: recipient, workspaceID: submission.workspaceID, now: now)
      let id = try enroll(contact: contact, in: sequence, now: now)
      try waitOut(place.lateMail, id, workspaceID: submission.workspaceID, now: now)
      enrollmentID = id
    }
    // A later step's time is the sequencer's to plan, from when the step before it goes.
    let scheduled =
      if let place, place.number > 1 { nil as Int64? } else {
        max(
          max(submission.control.sendAt ?? now, now) + (submission.control.delayMilliseconds ?? 0),
          place?.lateMail?.until ?? now)
      }
    let account = route.account ?? place?.enrollment?.accountID
    let control = submission.control
    try insert(
      NewMessage(
        id: id, workspaceID: submission.workspaceID, submitterID: submission.submitter?.id, body: body,
        lane: account ?? -route.pool.id, priority: control.priority, scheduledFor: scheduled, sender: submission.sender,
        recipient: recipient, fromAddress: submission.fromAddress, subject: submission.subject,
        messageID: submission.messageID ?? submission.makeMessageID(), poolID: route.pool.id, accountID: account,
        enrollmentID: enrollmentID, step: place?.number, delay: control.delayMilliseconds, sendAt: control.sendAt,
        conditions: control.onlyIf.map(\.rawValue).joined(separator: ","), campaign: control.campaign,
        tag: control.tag, createdAt: now))
    if let request = submission.requests[recipient] { try keep(request, ofMessage: id) }
    if let enrollmentID, place?.enrollment != nil { try replan(enrollmentID) }
  }

  // MARK: - Its row

  /// A message that comes into the queue.
  private struct NewMessage {
    var id, workspaceID: Int64
    var submitterID: Int64?
    var body, lane: Int64
    var priority = 0
    var scheduledFor: Int64?
    var sender, recipient: String
    var fromAddress: String?
    var subject, messageID: String
    var poolID: Int64
    var accountID, enrollmentID: Int64?
    var step: Int?
    var delay, sendAt: Int64?
    var conditions = ""
    var campaign, tag: String?
    var createdAt: Int64
  }

  private func insert(_ message: NewMessage) throws(StoreError) {
    try run(
      """
      INSERT INTO message (id, workspace_id, submitter_id, body_id, state, lane, priority, scheduled_for, sender,
        recipient, person, from_address, subject, message_id, pool_id, account_id, enrollment_id, step, delay, send_at,
        conditions, campaign, tag, created_at)
      VALUES (?, ?, ?, ?, 'scheduled', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .integer(message.id), .integer(message.workspaceID), SQLValue(message.submitterID), .integer(message.body),
        .integer(message.lane), .integer(Int64(message.priority)), SQLValue(message.scheduledFor),
        .text(message.sender), .text(message.recipient), message.recipient.personColumn, SQLValue(message.fromAddress),
        .text(message.subject), .text(message.messageID), .integer(message.poolID), SQLValue(message.accountID),
        SQLValue(message.enrollmentID), SQLValue(message.step), SQLValue(message.delay), SQLValue(message.sendAt),
        .text(message.conditions), SQLValue(message.campaign), SQLValue(message.tag), .integer(message.createdAt),
      ])
    lanes.changed(message.lane)
    try append(
      .queued, at: message.createdAt, workspaceID: message.workspaceID, messageID: message.id,
      enrollmentID: message.enrollmentID,
      detail: [("recipient", message.recipient)] + (message.step.map { [("step", "\($0)")] } ?? []))
  }

  /// Takes a mail that the log has made durable into the queue, under the ids its client was told.
  func index(_ mail: LoggedMail) throws(StoreError) {
    let body = try insert("INSERT INTO body (bytes) VALUES (?)", [.blob(mail.body)])
    for (number, person) in mail.people.enumerated() {
      try insert(
        NewMessage(
          id: mail.firstID + Int64(number), workspaceID: LoggedMail.workspaceID, submitterID: mail.submitterID,
          body: body, lane: -PoolRecord.defaultID, scheduledFor: mail.receivedAt, sender: mail.sender,
          recipient: person.address, fromAddress: mail.fromAddress, subject: mail.subject,
          messageID: person.messageID, poolID: PoolRecord.defaultID, createdAt: mail.receivedAt))
    }
  }

  // MARK: - X-Postern-Cancel

  private func cancel(sequence key: String, _ submission: Submission) throws(StoreError) -> SubmissionResult {
    guard try sequence(keyed: key, workspaceID: submission.workspaceID) != nil else {
      return .refused("X-Postern-Cancel: there is no sequence \"\(key)\"")
    }
    var count = 0
    for recipient in submission.recipients {
      let enrollment = try enrollment(of: recipient, inSequence: key, workspaceID: submission.workspaceID)
      guard let enrollment else { continue }
      count += try steps(ofEnrollment: enrollment.id).count { $0.state == .scheduled || $0.state == .held }
      try stop(enrollment, reason: .manual, workspaceID: submission.workspaceID, now: submission.receivedAt)
    }
    return .cancelled(count: count)
  }
}

internal import Configuration
internal import MailText
internal import Outreach

extension Transaction {
  /// Stores one mail that was seen, with its verdict and everything that follows from it: marks, credit, suppression,
  /// and the end of enrollments, in one transaction.
  ///
  /// Returns the row, or nil when the account has seen this mail before: then nothing is done a second time.
  /// `mustMatch`: a mail that belongs to none of ours is not stored, as in a folder full of spam.
  public func recordInbound(_ inbound: NewInbound, mustMatch: Bool = false) throws(StoreError) -> InboundRecord? {
    guard try !hasSeen(identity: inbound.identity, objectID: inbound.objectID, accountID: inbound.accountID),
      try !hasSeenCopy(of: inbound), let account = try account(inbound.accountID)
    else { return nil }
    let match = try match(inbound, workspaceID: account.workspaceID)
    if mustMatch, match == nil { return nil }
    let id = try insert(inbound, match, account)
    if let match {
      try follow(match, inbound, id: id)
    } else if inbound.asksToStop, let sender = inbound.sender,
      try contact(at: sender, workspaceID: account.workspaceID) != nil
    {
      // Nothing has gone to him yet: it must not begin to.
      try addSuppression(
        sender, workspaceID: account.workspaceID, reason: SuppressionReason.unsubscribed.rawValue,
        source: "inbound:\(id)",
        now: inbound.seenAt)
    }
    return try self.inbound(id)
  }

  /// Stores the row and its event, and nothing that follows from it.
  func insert(_ inbound: NewInbound, _ match: InboundMatch?, _ account: AccountRecord) throws(StoreError) -> Int64 {
    let body = try insert("INSERT INTO body (bytes) VALUES (?)", [.blob(inbound.bytes)])
    let id = try insert(
      """
      INSERT INTO inbound (account_id, folder, identity, body_id, received_at, seen_at, sender, subject, class, rule,
        verdict, message_id, matched_by, object_id)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .integer(inbound.accountID), .text(inbound.folder), .text(inbound.identity), .integer(body),
        .integer(inbound.receivedAt), .integer(inbound.seenAt), SQLValue(inbound.sender), SQLValue(inbound.subject),
        .text(inbound.kind), .text(inbound.rule), .text(inbound.verdict), SQLValue(match?.message.id),
        SQLValue(match?.evidence), SQLValue(inbound.objectID),
      ])
    try append(
      .inbound, at: inbound.seenAt, workspaceID: account.workspaceID, messageID: match?.message.id,
      accountID: account.id, enrollmentID: match?.message.enrollmentID,
      detail: [
        ("inbound", "\(id)"), ("class", inbound.kind), ("rule", inbound.rule), ("from", inbound.sender ?? ""),
        ("matched_by", match?.evidence ?? ""),
      ])
    return id
  }

  /// What a message's recipient being refused on the spot means for its enrollment; the message is marked already.
  func applyBounce(to message: MessageRecord, hard: Bool, now: Int64) throws(StoreError) {
    guard hard, let enrollment = try enrollment(of: message) else { return }
    switch try policy(of: enrollment).onBounce {
    case .stop: try stop(enrollment, reason: .bounced, workspaceID: message.workspaceID, now: now)
    case .pause: try pause(enrollment, because: "bounced", workspaceID: message.workspaceID, now: now)
    case .continue: break
    }
  }

  // MARK: - Consequences

  private func follow(_ match: InboundMatch, _ inbound: NewInbound, id: Int64) throws(StoreError) {
    var message = match.message
    // Something came back for it, so it went: the best proof there is for an unknown send.
    if match.isByID, try proveSent(message, by: "inbound \(id)", at: nil, now: inbound.seenAt) {
      message = try self.message(message.id) ?? message
    }
    let kinds = kinds(
      inbound.kind, rule: inbound.rule, bounces: inbound.bounces, asksToStop: inbound.asksToStop, for: message)
    if kinds.contains(.complaint) { try countReturn(of: message, isComplaint: true, now: inbound.seenAt) }
    for kind in kinds { try follow(kind, message, inbound, id: id) }
  }

  private func follow(_ kind: InboundFact.Kind, _ message: MessageRecord, _ inbound: NewInbound, id: Int64)
    throws(StoreError)
  {
    let enrollment = try enrollment(of: message)
    let fact = InboundFact(
      kind: kind, mail: inbound.identity,
      messageID: message.id, address: message.recipient, enrollment: enrollment?.state, awayUntil: inbound.awayUntil)
    var policy = SequencePolicy()
    if let enrollment { policy = try self.policy(of: enrollment) }
    for consequence in consequences(of: fact, policy: policy) {
      let occasion = Occasion(
        kind: inbound.kind, accountID: inbound.accountID, at: inbound.receivedAt, now: inbound.seenAt,
        bounces: inbound.bounces)
      try carryOut(consequence, message, enrollment, occasion, id: id)
    }
  }

  /// What a consequence is carried out for.
  struct Occasion {
    /// The class of the mail.
    var kind: String
    var accountID: Int64
    /// When the mailbox got it.
    var at: Int64
    var now: Int64
    var bounces: [BouncedRecipient]
  }

  func carryOut(
    _ consequence: Consequence, _ message: MessageRecord, _ enrollment: EnrollmentRecord?, _ inbound: Occasion,
    id: Int64
  ) throws(StoreError) {
    let now = inbound.now
    let workspace = message.workspaceID
    switch consequence {
    case .stopEnrollment(let reason):
      if let enrollment { try stop(enrollment, reason: reason, workspaceID: workspace, now: now) }
    case .pauseEnrollment:
      if let enrollment { try pause(enrollment, because: inbound.kind, workspaceID: workspace, now: now) }
    case .postpone(let until):
      if let enrollment { try postpone(enrollment, until: until, workspaceID: workspace, now: now) }
    case .cancelWaiting(let reason):
      if let enrollment {
        try cancelWaitingSteps(of: enrollment.id, because: "the contact's answer: \(reason.rawValue)", now: now)
      }
    case .suppress(let address, let reason):
      try addSuppression(address, workspaceID: workspace, reason: reason.rawValue, source: "inbound:\(id)", now: now)
      try tellOfSuppression(message, reason, inbound)
    case .bookReply(let key):
      try book(
        .reply, key: key, workspaceID: workspace, messageID: message.id, accountID: inbound.accountID, now: now)
    case .markReplied: try markReplied(message, at: inbound.at, now: now)
    case .markBounced:
      guard message.state == .sent else { return }
      // A notice that comes back says nothing of whom its account writes to.
      if try !isNotice(message) { try countReturn(of: message, isComplaint: false, now: now) }
      let reason = inbound.bounces.first?.reason ?? "bounced"
      try end(message, as: .bounced, because: "came back: \(reason)", now: now)
    case .note: break
    }
  }

  private func markReplied(_ message: MessageRecord, at: Int64, now: Int64) throws(StoreError) {
    try run(
      "UPDATE message SET replied_at = COALESCE(replied_at, ?) WHERE id = ?", [.integer(at), .integer(message.id)])
    if let enrollment = message.enrollmentID {
      try run(
        "UPDATE enrollment SET replied_at = COALESCE(replied_at, ?) WHERE id = ?", [.integer(at), .integer(enrollment)])
    }
    try append(
      .replied, at: now, workspaceID: message.workspaceID, messageID: message.id, accountID: message.accountID,
      enrollmentID: message.enrollmentID,
      detail: [("recipient", message.recipient), ("received_at", "\(at)")]
        + (message.sentAt.map { [("sent_at", "\($0)")] } ?? []))
  }

  /// Which mail it was that a person asked out by, or called spam: the list of suppressions knows only whom.
  private func tellOfSuppression(_ message: MessageRecord, _ reason: SuppressionReason, _ inbound: Occasion)
    throws(StoreError)
  {
    let kind: EventRecord.Kind
    switch reason {
    case .unsubscribed: kind = .unsubscribed
    case .complained: kind = .complained
    case .bounced, .manual: return
    }
    try append(
      kind, at: inbound.now, workspaceID: message.workspaceID, messageID: message.id, accountID: message.accountID,
      enrollmentID: message.enrollmentID, detail: [("recipient", message.recipient)])
  }
}

extension Reader {
  /// Whether the same answer has come another way: to the account and through a list, which writes into Subject and From as it
  /// likes. Message-ID, Date and what it answers it leaves; some programs give all their mails one Message-ID, but not in one second. A
  /// copy that was taken for something else, as for a newsletter, has not done what the answer does; one that asks to stop may be the first
  /// in which that could be read.
  fileprivate func hasSeenCopy(of inbound: NewInbound) throws(StoreError) -> Bool {
    guard !inbound.answers.isEmpty, !inbound.asksToStop, inbound.bounces.isEmpty,
      let id = inbound.identity.split(separator: " ").first, id.hasPrefix("<")
    else { return false }
    // "!" follows the space, so this is all that begins with the Message-ID and a space.
    let bodies = try connection.rows(
      """
      SELECT b.bytes FROM inbound i JOIN body b ON b.id = i.body_id
      WHERE i.account_id = ? AND i.identity > ? AND i.identity < ? AND i.class = ? AND i.message_id IS NOT NULL LIMIT 20
      """, [.integer(inbound.accountID), .text("\(id) "), .text("\(id)!"), .text(inbound.kind)]
    ) { row in row.blob(0) }
    guard !bodies.isEmpty, let answer = Self.answer(inbound.bytes) else { return false }
    return bodies.contains { Self.answer($0) == answer }
  }

  /// When a mail was written and what it answers; nil when it says only one of them.
  private static func answer(_ bytes: [UInt8]) -> [String]? {
    let header = HeaderBlock(parsing: bytes)
    let answered = ["in-reply-to", "references"].flatMap { header.value($0).map(MessageID.list) ?? [] }
    guard let date = header.value("date").flatMap(MailDate.parse), !answered.isEmpty else { return nil }
    return ["\(date)"] + answered
  }

  /// `hard` when the bounce names this message's recipient as hard, or names nobody we know and all it names are hard.
  private func permanence(of bounces: [BouncedRecipient], for message: MessageRecord) -> String? {
    guard !bounces.isEmpty else { return nil }
    let person = Address.comparisonKey(message.recipient)
    if let named = bounces.first(where: { Address.comparisonKey($0.address) == person }) {
      return named.isHard ? "hard" : "soft"
    }
    return bounces.allSatisfy(\.isHard) ? "hard" : "soft"
  }

  /// What a mail was taken for; a reply that asks for no more mail is both: answered, and never to be written to again. So is the
  /// notice that somebody has left and that his address be struck out.
  func kinds(
    _ verdictClass: String, rule: String, bounces: [BouncedRecipient], asksToStop: Bool, for message: MessageRecord
  ) -> [InboundFact.Kind] {
    let kind = InboundFact.Kind(
      verdictClass: verdictClass, permanence: permanence(of: bounces, for: message), rule: rule)
    guard asksToStop else { return [kind] }
    switch kind {
    case .reply, .autoReply: return [kind, .unsubscribe]
    case .other: return [.unsubscribe]
    default: return [kind]
    }
  }

  /// A sequence's policy: its own words, else its workspace's.
  func policy(of enrollment: EnrollmentRecord) throws(StoreError) -> SequencePolicy {
    guard let sequence = try sequence(enrollment.sequenceID) else { return SequencePolicy() }
    let defaults = try workspace(sequence.workspaceID).sequenceDefaults
    return SequencePolicy(
      onReply: reaction(sequence.entry.onReply ?? defaults.onReply),
      onBounce: reaction(sequence.entry.onBounce ?? defaults.onBounce),
      waitsForReturn: (sequence.entry.onAway ?? defaults.onAway) == .wait)
  }

  private func reaction(_ configured: SequenceReaction?) -> SequencePolicy.Reaction {
    switch configured {
    case .stop, nil: .stop
    case .pause: .pause
    case .continue: .continue
    }
  }
}

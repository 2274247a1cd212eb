internal import Configuration
public import Outreach

/// What of the store goes into the mail that leaves, besides the stored bytes.
public struct Outgoing: Sendable, Equatable {
  /// The stored bytes.
  public var stored: [UInt8]
  /// The Message-ID of the mail it follows up, as it arrived; nil for the first of a thread.
  public var inReplyTo: String?
  /// Message-IDs of its thread, oldest first.
  public var references: [String]
  /// The subject of the thread's first mail.
  public var threadSubject: String?
  /// What its sender asked of the servers on its way.
  public var request = DeliveryRequest()
  /// The key of its sequence.
  public var sequence: String?
  /// The name in From that its step asks for; nil: the account's.
  public var fromName: String?
  /// Whether its sequence wants List-Unsubscribe; nil when it does not say.
  public var listUnsubscribe: Bool?
  /// What its sequence wants of it, when it was handed in as a step and may be refused; nil: nothing is asked of it any more.
  public var compliance: CompliancePolicy?
}

extension Reader {
  /// The body and thread of a claimed message. A later step answers the steps of its enrollment that went before it, by
  /// the Message-IDs their recipients saw.
  public func outgoing(_ message: MessageRecord) throws(StoreError) -> Outgoing {
    var shared = SharedFacts()
    guard let outgoing = try outgoing(message, atMost: .max, &shared) else {
      throw .statement("message \(message.id) has no body")
    }
    return outgoing
  }

  /// As `outgoing`; nil when the body has more octets than that, or is missing.
  func outgoing(_ message: MessageRecord, atMost limit: Int, _ shared: inout SharedFacts) throws(StoreError)
    -> Outgoing?
  {
    // The length of a BLOB is told without reading it.
    let stored = try first(
      """
      SELECT b.bytes, d.return_content, d.envelope_id, d.notify, d.original_recipient, d.allows_utf8,
        m.from_name
      FROM message m JOIN body b ON b.id = m.body_id LEFT JOIN delivery_request d ON d.message_id = m.id
      WHERE m.id = ? AND length(b.bytes) <= ?
      """, [.integer(message.id), .integer(Int64(limit))]
    ) { row in
      Outgoing(
        stored: row.blob(0), references: [],
        request: DeliveryRequest(
          returnContent: row.textOrNil(1), envelopeID: row.textOrNil(2), notify: row.textOrNil(3),
          originalRecipient: row.textOrNil(4), allowsUTF8: row.flag(5)), fromName: row.textOrNil(6))
    }
    guard var outgoing = stored else { return nil }
    if let enrollment = try enrollment(of: message) {
      let sequence = try sequence(enrollment.sequenceID, &shared)
      outgoing.sequence = sequence.key
      outgoing.listUnsubscribe = sequence.entry.listUnsubscribe
      // The sequence's own mails were looked at when they were written.
      if message.stepID == nil {
        let policy = try compliancePolicy(of: sequence, &shared)
        if policy.mayRefuse { outgoing.compliance = policy }
      }
    }
    guard let enrollment = message.enrollmentID, let number = message.step, number > 1 else { return outgoing }
    let before = try steps(ofEnrollment: enrollment).filter { ($0.step ?? 0) < number && $0.sentAt != nil }
    outgoing.references = before.map { $0.sentMessageID ?? $0.messageID }
    outgoing.inReplyTo = outgoing.references.last
    outgoing.threadSubject = before.first?.subject
    return outgoing
  }
}

internal import Configuration

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
}

extension Reader {
  /// The body and thread of a claimed message. A later step answers the steps of its enrollment that went before it, by
  /// the Message-IDs their recipients saw.
  public func outgoing(_ message: MessageRecord) throws(StoreError) -> Outgoing {
    let found = try first(
      "SELECT b.bytes, m.from_name FROM message m JOIN body b ON b.id = m.body_id WHERE m.id = ?",
      [.integer(message.id)]
    ) { row in (bytes: row.blob(0), fromName: row.textOrNil(1)) }
    guard let found else { throw .statement("message \(message.id) has no body") }
    var outgoing = Outgoing(stored: found.bytes, references: [])
    outgoing.fromName = found.fromName
    outgoing.request = try deliveryRequest(ofMessage: message.id)
    if let enrollment = try enrollment(of: message), let sequence = try sequence(enrollment.sequenceID) {
      outgoing.sequence = sequence.key
      outgoing.listUnsubscribe = sequence.entry.listUnsubscribe
    }
    guard let enrollment = message.enrollmentID, let number = message.step, number > 1 else { return outgoing }
    let before = try steps(ofEnrollment: enrollment).filter { ($0.step ?? 0) < number && $0.sentAt != nil }
    outgoing.references = before.map { $0.sentMessageID ?? $0.messageID }
    outgoing.inReplyTo = outgoing.references.last
    outgoing.threadSubject = before.first?.subject
    return outgoing
  }
}

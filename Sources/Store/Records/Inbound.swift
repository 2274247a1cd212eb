/// One mail seen over IMAP, sorted, on its way into the store.
public struct NewInbound: Sendable {
  /// The account whose mailbox it lies in.
  public var accountID: Int64
  /// The folder.
  public var folder: String
  /// What makes a second look at it do nothing: its Message-ID, or a hash of its bytes.
  public var identity: String
  /// The mail as it was fetched.
  public var bytes: [UInt8]
  /// When the mailbox got it; UTC epoch milliseconds.
  public var receivedAt: Int64
  /// When Postern saw it; UTC epoch milliseconds.
  public var seenAt: Int64
  /// The address in From.
  public var sender: String?
  /// Decoded.
  public var subject: String?
  /// The verdict's class.
  public var kind: String
  /// The rule that decided.
  public var rule: String
  /// The verdict as JSON.
  public var verdict: String
  /// Message-IDs it may answer, best evidence first, each with the name of the evidence.
  public var answers: [(id: String, evidence: String)]
  /// Its recipients that could not be reached.
  public var bounces: [BouncedRecipient]
  /// Whether its words ask for no more mail; a reply can do that too, and then it is both.
  public var asksToStop: Bool
  /// The server's own name of the mail (EMAILID, X-GM-MSGID), the same in every folder; nil when it has none.
  public var objectID: String?
  /// The server's own name of its thread (THREADID, X-GM-THRID).
  public var threadID: String?
  /// When somebody who is away is back; UTC epoch milliseconds.
  public var awayUntil: Int64?
  /// The message whose unsubscribe token it carries, as proved by the token itself.
  public var unsubscribes: Int64?
  /// The message whose token the mail it gives back or speaks of carries: in the envelope id of a report, in the returned mail.
  public var token: Int64?
  /// ENVID of RFC 3461 as a report gives it back, decoded.
  public var envelopeID: String?
  /// The subject of the mail that a report gives back, decoded.
  public var returnedSubject: String?

  /// The evidence of a Message-ID that a report gives back.
  public static let byReturnedOriginal = "returned original"
  /// The evidence of a Message-ID that an answer names in In-Reply-To.
  public static let byInReplyTo = "In-Reply-To"

  /// All of it.
  public init(
    accountID: Int64, folder: String, identity: String, bytes: [UInt8], receivedAt: Int64, seenAt: Int64,
    sender: String?, subject: String?, kind: String, rule: String, verdict: String,
    answers: [(id: String, evidence: String)], bounces: [BouncedRecipient], asksToStop: Bool = false,
    objectID: String? = nil, threadID: String? = nil, awayUntil: Int64? = nil
  ) {
    self.accountID = accountID
    self.folder = folder
    self.identity = identity
    self.bytes = bytes
    self.receivedAt = receivedAt
    self.seenAt = seenAt
    self.sender = sender
    self.subject = subject
    self.kind = kind
    self.rule = rule
    self.verdict = verdict
    self.answers = answers
    self.bounces = bounces
    self.asksToStop = asksToStop
    self.objectID = objectID
    self.threadID = threadID
    self.awayUntil = awayUntil
  }
}

/// A recipient that a bounce is about.
public struct BouncedRecipient: Sendable, Equatable {
  /// The address, as the bounce names it.
  public var address: String
  /// Whether trying again is pointless; a soft one never suppresses.
  public var isHard: Bool
  /// The reason in Sisimai's vocabulary.
  public var reason: String

  /// A recipient.
  public init(address: String, isHard: Bool, reason: String) {
    self.address = address
    self.isHard = isHard
    self.reason = reason
  }
}

/// One mail seen over IMAP, as the store keeps it.
public struct InboundRecord: Sendable, Equatable {
  /// The row.
  public var id: Int64
  /// The account's id.
  public var accountID: Int64
  /// The account's address.
  public var account: String
  /// The folder it was found in.
  public var folder: String
  /// The stored bytes.
  public var bodyID: Int64
  /// When the mailbox got it.
  public var receivedAt: Int64
  /// When Postern saw it.
  public var seenAt: Int64
  /// The address in From.
  public var sender: String?
  /// Decoded.
  public var subject: String?
  /// The verdict's class.
  public var kind: String
  /// The rule that decided.
  public var rule: String
  /// The verdict as JSON.
  public var verdict: String
  /// The message it answers.
  public var messageID: Int64?
  /// The evidence that found it.
  public var matchedBy: String?
}

extension Reader {
  /// What came in, newest first; `before` pages by id.
  public func inbound(kind: String? = nil, account: String? = nil, before: Int64? = nil, limit: Int)
    throws(StoreError) -> [InboundRecord]
  {
    try inbound(
      where: "(? IS NULL OR i.class = ?) AND (? IS NULL OR a.address = ?) AND i.id < ?",
      [
        SQLValue(kind), SQLValue(kind), SQLValue(account?.lowercased()), SQLValue(account?.lowercased()),
        .integer(before ?? .max),
      ], limit: limit)
  }

  /// One mail that came in.
  public func inbound(_ id: Int64) throws(StoreError) -> InboundRecord? {
    try inbound(where: "i.id = ?", [.integer(id)], limit: 1).first
  }

  /// What came back for a message, oldest first.
  public func inbound(answering messageID: Int64) throws(StoreError) -> [InboundRecord] {
    try inbound(where: "i.message_id = ?", [.integer(messageID)], limit: 1000).reversed()
  }

  private func inbound(where condition: String, _ values: [SQLValue], limit: Int) throws(StoreError)
    -> [InboundRecord]
  {
    try connection.rows(
      """
      SELECT i.id, i.account_id, a.address, i.folder, i.body_id, i.received_at, i.seen_at, i.sender, i.subject, i.class,
        i.rule, i.verdict, i.message_id, i.matched_by
      FROM inbound i JOIN account a ON a.id = i.account_id WHERE \(condition) ORDER BY i.id DESC LIMIT ?
      """, values + [.integer(Int64(limit))]
    ) { row in
      InboundRecord(
        id: row.integer(0), accountID: row.integer(1), account: row.text(2), folder: row.text(3),
        bodyID: row.integer(4), receivedAt: row.integer(5), seenAt: row.integer(6), sender: row.textOrNil(7),
        subject: row.textOrNil(8), kind: row.text(9), rule: row.text(10), verdict: row.text(11),
        messageID: row.integerOrNil(12), matchedBy: row.textOrNil(13))
    }
  }
}

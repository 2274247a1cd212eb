/// What an inbound mail was taken for, why, and what follows from it; encodes to the object of DESIGN.md, "Verdicts".
public struct Verdict: Sendable, Equatable {
  /// What a mail can be.
  public enum MailClass: String, Sendable, Codable, CaseIterable {
    case reply
    case bounce
    case delay
    case autoReply = "auto_reply"
    case complaint
    case unsubscribe
    case challenge
    case other
  }

  /// The class, `class` in JSON.
  public var mailClass: MailClass
  /// How sure the rule is, from 0 to 1.
  public var confidence: Double
  /// The name of the rule that decided, such as `dsn.rfc3464`.
  public var rule: String
  /// What in the mail the rule rests on, as people may read it.
  public var evidence: [String]
  /// One entry for each recipient that a bounce or delay notice names.
  public var bounces: [Bounce]
  /// The Message-ID of the mail that came back or is answered, with brackets.
  public var originalMessageID: String?
  /// The Feedback-Type of a complaint (RFC 5965 §3.1).
  public var feedbackType: String?
  /// The sender's address.
  public var from: String?
  /// The decoded subject.
  public var subject: String?
  /// What the person wrote, without quotes and signature; nil unless the mail is a person's.
  public var replyText: String?
  /// The first day that somebody who is away is back, `2026-12-06`; nil when the answer does not say.
  public var until: String?
  /// The address that somebody who has left gives in its place.
  public var newAddress: String?

  /// A verdict without bounces.
  public init(
    mailClass: MailClass, confidence: Double, rule: String, evidence: [String] = [], bounces: [Bounce] = [],
    originalMessageID: String? = nil, feedbackType: String? = nil, from: String? = nil, subject: String? = nil,
    replyText: String? = nil
  ) {
    self.mailClass = mailClass
    self.confidence = confidence
    self.rule = rule
    self.evidence = evidence
    self.bounces = bounces
    self.originalMessageID = originalMessageID
    self.feedbackType = feedbackType
    self.from = from
    self.subject = subject
    self.replyText = replyText
  }
}

/// What a notice says of one recipient.
public struct Bounce: Sendable, Equatable {
  /// Whether the address is no use any more, or the failure says nothing lasting about it.
  public enum Permanence: String, Sendable, Codable {
    case hard
    case soft
  }

  /// The address that failed; nil when the notice does not name it.
  public var recipient: String?
  /// The address as the sender gave it, when the notice tells another.
  public var originalRecipient: String?
  /// `failed` or `delayed` (RFC 3464 §2.3.3).
  public var action: String?
  /// The enhanced status code (RFC 3463).
  public var status: String?
  /// The reply code of SMTP.
  public var smtpCode: Int?
  /// Hard or soft.
  public var permanence: Permanence
  /// The reason in the vocabulary of DESIGN.md.
  public var reason: String
  /// What the server said.
  public var diagnostic: String?
  /// The server that said so.
  public var remoteMTA: String?

  /// Puts an entry together.
  public init(
    recipient: String?, originalRecipient: String? = nil, action: String? = "failed", status: String? = nil,
    smtpCode: Int? = nil, permanence: Permanence, reason: String, diagnostic: String? = nil, remoteMTA: String? = nil
  ) {
    self.recipient = recipient
    self.originalRecipient = originalRecipient
    self.action = action
    self.status = status
    self.smtpCode = smtpCode
    self.permanence = permanence
    self.reason = reason
    self.diagnostic = diagnostic
    self.remoteMTA = remoteMTA
  }
}

extension Verdict: Codable {
  private enum CodingKeys: String, CodingKey {
    case mailClass = "class"
    case confidence
    case rule
    case evidence
    case bounces
    case originalMessageID = "original_message_id"
    case feedbackType = "feedback_type"
    case from
    case subject
    case replyText = "reply_text"
    case until
    case newAddress = "new_address"
  }

  /// Writes every key; what is absent is null.
  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: CodingKeys.self)
    try object.encode(mailClass, forKey: .mailClass)
    try object.encode(confidence, forKey: .confidence)
    try object.encode(rule, forKey: .rule)
    try object.encode(evidence, forKey: .evidence)
    try object.encode(bounces, forKey: .bounces)
    try object.encode(originalMessageID, forKey: .originalMessageID)
    try object.encode(feedbackType, forKey: .feedbackType)
    try object.encode(from, forKey: .from)
    try object.encode(subject, forKey: .subject)
    try object.encode(replyText, forKey: .replyText)
    try object.encode(until, forKey: .until)
    try object.encode(newAddress, forKey: .newAddress)
  }
}

extension Bounce: Codable {
  private enum CodingKeys: String, CodingKey {
    case recipient
    case originalRecipient = "original_recipient"
    case action
    case status
    case smtpCode = "smtp_code"
    case permanence
    case reason
    case diagnostic
    case remoteMTA = "remote_mta"
  }

  /// Writes every key; what is absent is null.
  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: CodingKeys.self)
    try object.encode(recipient, forKey: .recipient)
    try object.encode(originalRecipient, forKey: .originalRecipient)
    try object.encode(action, forKey: .action)
    try object.encode(status, forKey: .status)
    try object.encode(smtpCode, forKey: .smtpCode)
    try object.encode(permanence, forKey: .permanence)
    try object.encode(reason, forKey: .reason)
    try object.encode(diagnostic, forKey: .diagnostic)
    try object.encode(remoteMTA, forKey: .remoteMTA)
  }
}

internal import MailText
public import Outreach

/// One accepted transaction on its way into the queue: a mail, and everybody it is for.
///
/// What is added here is added to `LoggedMail` too, or keeps a mail out of the log there.
public struct Submission: Sendable {
  /// The workspace that sends.
  public var workspaceID: Int64
  /// Who handed it in: nil for a trusted network.
  public var submitter: SubmitterRecord?
  /// The envelope's reverse-path; empty for `<>`.
  public var sender: String
  /// The envelope's recipients, in order, normalised (domain in lower case).
  public var recipients: [String]
  /// The From address that stays on the mail, when the submitter may choose it; nil: the account's.
  public var fromAddress: String?
  /// The mail without control headers, Bcc and the submission's trace.
  public var body: [UInt8]
  /// Its own Message-ID with angle brackets, or nil: each message gets one from `makeMessageID`.
  public var messageID: String?
  /// Makes a Message-ID with angle brackets, `<uuid@from-domain>`.
  public var makeMessageID: @Sendable () -> String
  /// Decoded, for people.
  public var subject: String
  /// What the control headers ask for.
  public var control: ControlHeaders
  /// What was asked for each recipient, by the recipient as it stands in `recipients`; those without one asked nothing.
  public var requests: [String: DeliveryRequest]
  /// UTC epoch milliseconds.
  public var receivedAt: Int64
  /// How long an idempotency key is remembered; milliseconds.
  public var idempotencyWindow: Int64
  /// The name under which it is handed in; the same name again is the same mail again. nil: it has none.
  public var handInName: String?

  /// All of it.
  public init(
    workspaceID: Int64, submitter: SubmitterRecord?, sender: String, recipients: [String], fromAddress: String?,
    body: [UInt8], messageID: String?, makeMessageID: @escaping @Sendable () -> String, subject: String,
    control: ControlHeaders, receivedAt: Int64, idempotencyWindow: Int64,
    requests: [String: DeliveryRequest] = [:], handInName: String? = nil
  ) {
    self.workspaceID = workspaceID
    self.submitter = submitter
    self.sender = sender
    self.recipients = recipients
    self.fromAddress = fromAddress
    self.body = body
    self.messageID = messageID
    self.makeMessageID = makeMessageID
    self.subject = subject
    self.control = control
    self.receivedAt = receivedAt
    self.idempotencyWindow = idempotencyWindow
    self.requests = requests
    self.handInName = handInName
  }

  /// Somebody named twice in one envelope gets one mail.
  var distinctRecipients: [String] {
    guard recipients.count > 1 else { return recipients }
    var named: Set<String> = []
    return recipients.filter { named.insert(Address.comparisonKey($0)).inserted }
  }
}

/// What became of a submission.
public enum SubmissionResult: Sendable, Equatable {
  /// Queued: one message a recipient.
  case queued(ids: [Int64])
  /// The same idempotency key within 24 hours: nothing was queued again.
  case repeated(firstID: Int64)
  /// `X-Postern-Cancel`: so many waiting messages were cancelled, the mail itself is not sent.
  case cancelled(count: Int)
  /// Nothing was stored; the text names the control header at fault and the reason, one line of printable ASCII.
  case refused(String)
}

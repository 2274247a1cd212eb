public import Configuration
internal import Host
internal import MailText
internal import Outreach

/// What the senders of mails are told about them.
public struct NoticePolicy: Sendable, Equatable {
  /// `[relay] sender_notices`.
  public var notices: SenderNotices
  /// This machine's name, for the notice.
  public var hostname: String

  /// A policy.
  public init(notices: SenderNotices, hostname: String) {
    self.notices = notices
    self.hostname = hostname
  }
}

/// A mail that was kept for the daemon while nobody answered, and then refused.
public struct RefusedMail: Sendable {
  /// Under which it was handed in: its sender is told once for each name.
  public var name: String
  /// The reverse-path; empty for `<>`.
  public var sender: String
  /// The envelope's.
  public var recipients: [String]
  /// By recipient; those without one asked for nothing.
  public var requests: [String: DeliveryRequest]
  /// Whether it came with SMTPUTF8 (RFC 6531).
  public var allowsUTF8: Bool
  /// As it came, or how it begins.
  public var content: [UInt8]
  /// The reply, or what is wrong with it.
  public var reason: String

  /// All of it.
  public init(
    name: String, sender: String, recipients: [String], requests: [String: DeliveryRequest], allowsUTF8: Bool,
    content: [UInt8], reason: String
  ) {
    self.name = name
    self.sender = sender
    self.recipients = recipients
    self.requests = requests
    self.allowsUTF8 = allowsUTF8
    self.content = content
    self.reason = reason
  }
}

/// A mail that this gateway writes itself, without From, Date and Message-ID, which it gets when it goes.
struct OwnMail {
  var recipient: String
  var subject: String
  var bytes: [UInt8]
  /// nil is `default`.
  var pool: String?
  var allowsUTF8 = false
  var priority = 0
  var account: String?
  /// The name under which it is handed in, so that it is queued once; nil when nothing else can.
  var handInName: String?
}

/// What stands for a submitter in mails that this gateway writes itself; a client has a row's id, or none.
private let ownSubmitter: Int64 = -1

extension Transaction {
  /// Queues a notice for the reverse-path of a mail, in the transaction that books what it tells, so that it is neither lost nor
  /// sent twice. Whether there is one: RFC 3461 §4.1 and §5.2, with what `policy` leaves of it.
  ///
  /// The null reverse-path never gets one (RFC 5321 §4.5.5); a notice has it itself, so there is no notice about a notice.
  func tellSender(
    of message: MessageRecord, asking known: DeliveryRequest?, _ action: DeliveryNotice.Action, _ reply: JournalReply,
    _ policy: NoticePolicy, now: Int64
  ) throws(StoreError) {
    guard policy.notices != .never, !message.sender.isEmpty else { return }
    let request: DeliveryRequest
    if let known { request = known } else { request = try deliveryRequest(ofMessage: message.id) }
    guard isWanted(action, request.notify, isStep: message.enrollmentID != nil, policy) else { return }
    guard let original = try body(ofMessage: message.id) else { return }
    let notice = DeliveryNotice(
      action: action, hostname: policy.hostname, sender: message.sender, recipient: message.recipient,
      originalRecipient: request.originalRecipient, envelopeID: request.envelopeID, subject: message.subject,
      reply: reply.text, isServersWord: reply.code != nil, arrivedAt: message.createdAt,
      boundary: "postern-\(UUIDv7.text(at: now))")
    // The way the mail took, or would have taken.
    var mail = OwnMail(
      recipient: message.sender, subject: "\(action.rawValue): \(message.subject)",
      bytes: notice.bytes(returning: original, all: request.returnContent == "FULL" && action == .failed),
      pool: try pool(message.poolID)?.key, allowsUTF8: request.allowsUTF8, priority: message.priority)
    if message.lane > 0 { mail.account = try presentAccount(message.lane)?.address }
    try queueOwnMail(mail, workspaceID: message.workspaceID, hostname: policy.hostname, now: now)
  }

  /// Queues a notice about a mail that was never queued, for those recipients of it that one is wanted for. The name remembers
  /// it: a file that is found again after a crash gets no second one.
  public func tellSender(of mail: RefusedMail, _ policy: NoticePolicy, now: Int64) throws(StoreError) {
    guard policy.notices != .never, !mail.sender.isEmpty else { return }
    var people = mail.recipients.filter { isWanted(.failed, mail.requests[$0]?.notify, isStep: false, policy) }
      .map { DeliveryNotice.Person(address: $0, original: mail.requests[$0]?.originalRecipient) }
    guard !people.isEmpty else { return }
    let first = people.removeFirst()
    var header = HeaderBlock(parsing: mail.content)
    let subject = header.text("subject") ?? ""
    // The header may be what is wrong with it, and the notice has to get through: whatever RET says, not the text.
    var count = 0
    header.removeAll { field in
      count += 1
      return count > Self.mostReturnedFields || field.raw.count > Self.longestReturnedField || field.raw.contains(0)
    }
    // All recipients of an envelope have the same ENVID and RET.
    let asked = mail.requests.values.first
    var notice = DeliveryNotice(
      action: .failed, hostname: policy.hostname, sender: mail.sender, recipient: first.address,
      originalRecipient: first.original, envelopeID: asked?.envelopeID, subject: subject, reply: mail.reason,
      isServersWord: false, arrivedAt: now, boundary: "postern-\(UUIDv7.text(at: now))")
    notice.others = people
    var own = OwnMail(
      recipient: mail.sender, subject: "failed: \(subject)",
      bytes: notice.bytes(returning: header.serialized(), all: false))
    own.allowsUTF8 = mail.allowsUTF8
    own.handInName = mail.name
    try queueOwnMail(own, workspaceID: Self.defaultWorkspace, hostname: policy.hostname, now: now)
  }

  /// The `default` workspace, whose mails those of this machine's programs are; the store makes it as its first row.
  private static var defaultWorkspace: Int64 { 1 }
  private static var mostReturnedFields: Int { 100 }
  private static var longestReturnedField: Int { 4096 }

  /// Queues a mail that this gateway writes itself: it has the null reverse-path (RFC 5321 §4.5.5) and costs no credit.
  func queueOwnMail(_ mail: OwnMail, workspaceID: Int64, hostname: String, now: Int64) throws(StoreError) {
    var control = ControlHeaders()
    control.pool = mail.pool
    control.priority = mail.priority
    control.account = mail.account
    let submission = Submission(
      workspaceID: workspaceID, submitter: nil, sender: "", recipients: [mail.recipient], fromAddress: nil,
      body: mail.bytes, messageID: nil,
      makeMessageID: { MessageID.make(uuid: UUIDv7.text(at: now), domain: hostname) }, subject: mail.subject,
      control: control, receivedAt: now, idempotencyWindow: 0,
      requests: [mail.recipient: DeliveryRequest(allowsUTF8: mail.allowsUTF8)], handInName: mail.handInName)
    guard case .queued(let ids) = try submit(submission), let id = ids.first else { return }
    try run("UPDATE message SET submitter_id = ? WHERE id = ?", [.integer(ownSubmitter), .integer(id)])
  }

  /// RFC 3461 §4.1: without NOTIFY a failure is told. A step of a sequence is one of many that nobody reads the mailbox of;
  /// its app learns of it by the event, and by a notice when it asks for one.
  private func isWanted(
    _ action: DeliveryNotice.Action, _ notify: String?, isStep: Bool, _ policy: NoticePolicy
  ) -> Bool {
    let word =
      switch action {
      case .failed: "FAILURE"
      case .delayed: "DELAY"
      case .relayed: "SUCCESS"
      }
    if let notify { return notify.split(separator: ",").contains { $0 == word } }
    return action == .failed && policy.notices == .always && !isStep
  }

  private func body(ofMessage id: Int64) throws(StoreError) -> [UInt8]? {
    try first("SELECT b.bytes FROM message m JOIN body b ON b.id = m.body_id WHERE m.id = ?", [.integer(id)]) { row in
      row.blob(0)
    }
  }
}

extension Reader {
  /// Whether a message is a notice of ours. Only what has the null reverse-path can be one.
  func isNotice(_ message: MessageRecord) throws(StoreError) -> Bool {
    guard message.sender.isEmpty else { return false }
    return try first(
      "SELECT 1 FROM message WHERE id = ? AND submitter_id = ?", [.integer(message.id), .integer(ownSubmitter)]
    ) { _ in true } != nil
  }
}

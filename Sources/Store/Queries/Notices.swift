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

/// What stands for a submitter in mails that this gateway writes itself; a client has a row's id, or none.
private let ownSubmitter: Int64 = -1

extension Transaction {
  /// Queues a notice for the reverse-path of a mail, in the transaction that books what it tells, so that it is neither lost nor
  /// sent twice. Whether there is one: RFC 3461 §4.1 and §5.2, with what `policy` leaves of it.
  ///
  /// The null reverse-path never gets one (RFC 5321 §4.5.5); a notice has it itself, so there is no notice about a notice.
  func tellSender(
    of message: MessageRecord, _ action: DeliveryNotice.Action, _ reply: JournalReply, _ policy: NoticePolicy,
    now: Int64
  ) throws(StoreError) {
    guard policy.notices != .never, !message.sender.isEmpty else { return }
    let request = try deliveryRequest(ofMessage: message.id)
    guard isWanted(action, request.notify, message, policy) else { return }
    guard let original = try body(ofMessage: message.id) else { return }
    let notice = DeliveryNotice(
      action: action, hostname: policy.hostname, sender: message.sender, recipient: message.recipient,
      originalRecipient: request.originalRecipient, envelopeID: request.envelopeID, subject: message.subject,
      reply: reply.text, isServersWord: reply.code != nil, arrivedAt: message.createdAt,
      boundary: "postern-\(UUIDv7.text(at: now))")
    var control = ControlHeaders()
    // The way the mail took, or would have taken.
    control.pool = try pool(message.poolID)?.key
    control.priority = message.priority
    if message.lane > 0 { control.account = try presentAccount(message.lane)?.address }
    let hostname = policy.hostname
    let submission = Submission(
      workspaceID: message.workspaceID, submitter: nil, sender: "", recipients: [message.sender], fromAddress: nil,
      body: notice.bytes(returning: original, all: request.returnContent == "FULL" && action == .failed),
      messageID: nil, makeMessageID: { MessageID.make(uuid: UUIDv7.text(at: now), domain: hostname) },
      subject: "\(action.rawValue): \(message.subject)", control: control, receivedAt: now, idempotencyWindow: 0,
      requests: [message.sender: DeliveryRequest(allowsUTF8: request.allowsUTF8)])
    guard case .queued(let ids) = try submit(submission), let id = ids.first else { return }
    try run("UPDATE message SET submitter_id = ? WHERE id = ?", [.integer(ownSubmitter), .integer(id)])
  }

  /// RFC 3461 §4.1: without NOTIFY a failure is told. A step of a sequence is one of many that nobody reads the mailbox of;
  /// its app learns of it by the event, and by a notice when it asks for one.
  private func isWanted(
    _ action: DeliveryNotice.Action, _ notify: String?, _ message: MessageRecord, _ policy: NoticePolicy
  ) -> Bool {
    let word =
      switch action {
      case .failed: "FAILURE"
      case .delayed: "DELAY"
      case .relayed: "SUCCESS"
      }
    if let notify { return notify.split(separator: ",").contains { $0 == word } }
    return action == .failed && policy.notices == .always && message.enrollmentID == nil
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

internal import MailText
internal import Outreach

/// A mail in an account's Sent folder: a copy of what Postern sent, or written by hand.
public struct SentMail: Sendable {
  /// As it would be stored: of the mail only its header is read.
  public var inbound: NewInbound
  /// What may be ours of it: its own Message-ID and the one that Exchange replaced.
  public var messageIDs: [String]
  /// Whom it went to: To, Cc and Bcc.
  public var recipients: [String]

  /// A mail.
  public init(inbound: NewInbound, messageIDs: [String], recipients: [String]) {
    self.inbound = inbound
    self.messageIDs = messageIDs
    self.recipients = recipients
  }
}

extension Transaction {
  /// Takes note of a mail in Sent. Our own copy counts as nothing, but may tell what the server made of its Message-ID; one
  /// written by hand to an enrolled contact pauses the enrollment: a person has taken over.
  ///
  /// Returns the row of a mail that paused something; all others leave none.
  public func recordSentMail(_ mail: SentMail) throws(StoreError) -> InboundRecord? {
    let inbound = mail.inbound
    guard let account = try account(inbound.accountID) else { return nil }
    if let message = try ownMessage(mail, account) {
      try noteCopy(of: message, mail)
      return nil
    }
    guard inbound.kind != "auto_reply",
      try !hasSeen(identity: inbound.identity, objectID: inbound.objectID, accountID: account.id)
    else { return nil }
    var pausing: [EnrollmentRecord] = []
    for recipient in Set(mail.recipients.map { Address.comparisonKey($0) }).sorted() {
      // What was written before the sequence began did not stand in its way. A mailbox tells whole seconds.
      pausing += try openEnrollments(of: recipient, workspaceID: account.workspaceID).filter {
        $0.state == .active && $0.startedAt <= inbound.receivedAt + 999
      }
    }
    guard let first = pausing.first else { return nil }
    let thread = try steps(ofEnrollment: first.id).last { $0.sentAt != nil }
    let match = thread.map { InboundMatch(message: $0, evidence: "written by hand", isByID: false) }
    let id = try insert(inbound, match, account)
    for enrollment in pausing {
      try pause(
        enrollment, because: "mail written by hand (inbound \(id))", workspaceID: account.workspaceID,
        now: inbound.seenAt)
    }
    return try self.inbound(id)
  }

  /// The message a mail in Sent is a copy of.
  private func ownMessage(_ mail: SentMail, _ account: AccountRecord) throws(StoreError) -> MessageRecord? {
    let people = Set(mail.recipients.map { Address.comparisonKey($0) })
    for id in mail.messageIDs {
      let found = try messages(withMessageID: id).filter { $0.workspaceID == account.workspaceID }
      let ours = found.filter { $0.accountID == nil || $0.accountID == account.id }
      if let message = ours.first(where: { people.contains(Address.comparisonKey($0.recipient)) }) ?? ours.first
        ?? found.first
      {
        return message
      }
    }
    // A server that replaces Message-IDs without a word leaves our trace; another Postern's ids are of other mails.
    for id in TraceField.queueIDs(in: HeaderBlock(parsing: mail.inbound.bytes)) {
      guard let message = try message(id), message.accountID == account.id,
        message.subject == mail.inbound.subject ?? "",
        people.contains(Address.comparisonKey(message.recipient))
      else { continue }
      return message
    }
    return nil
  }

  private func noteCopy(of message: MessageRecord, _ mail: SentMail) throws(StoreError) {
    let inbound = mail.inbound
    try copyTurnedUp(of: message, now: inbound.seenAt)
    // Answers will name what the server made of it.
    if let replaced = mail.messageIDs.first, replaced != message.messageID, message.sentMessageID == nil {
      try run("UPDATE message SET sent_message_id = ? WHERE id = ?", [.text(replaced), .integer(message.id)])
    }
    if let thread = inbound.threadID {
      try run("UPDATE message SET thread_id = ? WHERE id = ?", [.text(thread), .integer(message.id)])
    }
  }
}

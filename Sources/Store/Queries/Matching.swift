internal import MailText

/// The message that an inbound mail answers.
struct InboundMatch {
  var message: MessageRecord
  /// What it was found by, for people.
  var evidence: String
  /// Whether the mail carries the message's own Message-ID and it is clear which of those that share it is meant: only
  /// that proves that the message went.
  var isByID: Bool
}

extension Reader {
  /// The message that an inbound mail answers, and by which evidence; first hit wins (DESIGN.md, "Verdicts").
  func match(_ inbound: NewInbound, workspaceID: Int64) throws(StoreError) -> InboundMatch? {
    if let id = inbound.unsubscribes, let message = try message(id), message.workspaceID == workspaceID {
      return InboundMatch(message: message, evidence: "unsubscribe token", isByID: true)
    }
    // Several messages can share the Message-ID their submitter gave: the one for the person it came from, or that the
    // bounce names, is meant.
    let people =
      inbound.bounces.map { Address.comparisonKey($0.address) } + [Address.comparisonKey(inbound.sender ?? "")]
    for answer in inbound.answers {
      // Nobody's mail says anything about another tenant's.
      let found = try messages(withMessageID: answer.id).filter { $0.workspaceID == workspaceID }
      let ours = found.filter { $0.accountID == inbound.accountID }
      let candidates = ours.isEmpty ? found : ours
      let meant =
        candidates.first { people.contains(Address.comparisonKey($0.recipient)) }
        ?? candidates.first { $0.id == inbound.token } ?? inbound.meant(among: candidates)
      // A report about none of those who share the Message-ID must not be taken for one about the first of them.
      if meant == nil, candidates.count > 1, !inbound.bounces.isEmpty { continue }
      if let message = meant ?? candidates.first {
        let isClear = meant != nil || candidates.count == 1
        return InboundMatch(message: message, evidence: answer.evidence, isByID: isClear)
      }
    }
    // Only servers on its way and whoever got the message have its token.
    if let id = inbound.token, let message = try message(id), message.workspaceID == workspaceID {
      return InboundMatch(message: message, evidence: "Postern's token", isByID: true)
    }
    if let message = try submitted(withEnvelopeID: inbound.envelopeID, to: people, workspaceID: workspaceID) {
      return InboundMatch(message: message, evidence: "envelope id", isByID: false)
    }
    for bounce in inbound.bounces {
      if let message = try newestSent(
        to: bounce.address, accountID: inbound.accountID, during: .min...inbound.latestSend,
        where: { inbound.mayBeAbout($0.subject) })
      {
        return InboundMatch(message: message, evidence: "bounced recipient", isByID: false)
      }
    }
    if let message = try newest(inThread: inbound.threadID, before: inbound.latestSend, accountID: inbound.accountID) {
      return InboundMatch(message: message, evidence: "the server's thread", isByID: false)
    }
    guard inbound.bounces.isEmpty, let sender = inbound.sender else { return nil }
    let stem = SubjectLine.stem(of: inbound.subject ?? "")
    let monthAgo = inbound.receivedAt - 30 * 86_400_000
    if !stem.isEmpty,
      let message = try newestSent(
        to: sender, accountID: inbound.accountID, during: monthAgo...inbound.latestSend,
        where: { SubjectLine.stem(of: $0.subject) == stem })
    {
      return InboundMatch(message: message, evidence: "sender and subject", isByID: false)
    }
    // Who asks out by a mail of its own, as "unsubscribe" to the address they were written from, has said it of all mails:
    // whatever its subject is and however long ago the last one went.
    guard inbound.asksToStop else { return nil }
    return try newestSent(to: sender, workspaceID: workspaceID).map {
      InboundMatch(message: $0, evidence: "sender's wish", isByID: false)
    }
  }

  /// Whether a Message-ID (with angle brackets) is one of a mail that Postern sends: seen in a mailbox, it is no answer.
  public func isOurs(messageID id: String) throws(StoreError) -> Bool { try !messages(withMessageID: id).isEmpty }

  /// The message that its submitter named by an envelope id (ENVID); nil when several have it and it is not clear which is meant:
  /// those of one mail to several people do, and some programs give all their mails the same.
  private func submitted(
    withEnvelopeID id: String?, to people: [String], workspaceID: Int64
  ) throws(StoreError) -> MessageRecord? {
    guard let id, !id.isEmpty else { return nil }
    // Stored as it was given, in xtext; a report should have decoded it (RFC 3464 section 2.2.1), and some do not.
    let found = try connection.rows(
      """
      SELECT \(MessageRecord.columns) FROM delivery_request r JOIN message m ON m.id = r.message_id
      WHERE r.envelope_id IN (?, ?) AND m.workspace_id = ? AND m.state IN ('sent', 'bounced', 'unknown') LIMIT 200
      """, [.text(id), .text(DeliveryRequest.xtext(id)), .integer(workspaceID)]
    ) { row throws(StoreError) in try MessageRecord(row) }
    let meant = found.filter { people.contains(Address.comparisonKey($0.recipient)) }
    return meant.count == 1 ? meant[0] : found.count == 1 ? found[0] : nil
  }

  /// The newest message whose copy in Sent the server files in this thread.
  private func newest(
    inThread thread: String?, before latest: Int64, accountID: Int64
  ) throws(StoreError) -> MessageRecord? {
    guard let thread else { return nil }
    return try first(
      """
      SELECT \(MessageRecord.columns) FROM message m WHERE m.account_id = ? AND m.thread_id = ?
        AND COALESCE(m.sent_at, m.created_at) <= ? ORDER BY m.id DESC LIMIT 1
      """, [.integer(accountID), .text(thread), .integer(latest)]
    ) { row throws(StoreError) in try MessageRecord(row) }
  }

  func messages(withMessageID id: String) throws(StoreError) -> [MessageRecord] {
    // Two index look-ups; one query with OR would scan.
    try connection.rows(
      """
      SELECT \(MessageRecord.columns) FROM message m WHERE m.message_id = ?
      UNION ALL SELECT \(MessageRecord.columns) FROM message m WHERE m.sent_message_id = ? LIMIT 200
      """, [.text(id), .text(id)]
    ) { row throws(StoreError) in try MessageRecord(row) }
  }

  /// The newest message that any account of a workspace has sent to somebody: mails that ask out also come to an address that is there
  /// for them alone.
  private func newestSent(to recipient: String, workspaceID: Int64) throws(StoreError) -> MessageRecord? {
    try first(
      """
      SELECT \(MessageRecord.columns) FROM message m WHERE \(samePerson) AND m.workspace_id = ?
        AND m.state IN ('sent', 'bounced', 'unknown') ORDER BY m.id DESC LIMIT 1
      """, recipient.person + [.integer(workspaceID)]
    ) { row throws(StoreError) in try MessageRecord(row) }
  }

  private func newestSent(
    to recipient: String, accountID: Int64, during span: ClosedRange<Int64>, where isMeant: (MessageRecord) -> Bool
  ) throws(StoreError) -> MessageRecord? {
    let sent = try connection.rows(
      """
      SELECT \(MessageRecord.columns) FROM message m WHERE \(samePerson) AND m.account_id = ?
        AND m.state IN ('sent', 'bounced', 'unknown') AND COALESCE(m.sent_at, m.created_at) BETWEEN ? AND ?
        ORDER BY m.id DESC LIMIT 50
      """, recipient.person + [.integer(accountID), .integer(span.lowerBound), .integer(span.upperBound)]
    ) { row throws(StoreError) in try MessageRecord(row) }
    return sent.first(where: isMeant)
  }
}

extension NewInbound {
  /// The one of several with one Message-ID that somebody answers from an address nobody wrote to: the only one whose recipient the
  /// answer names, as programs that quote "To:" do, or else the only one at the domain it comes from.
  fileprivate func meant(among candidates: [MessageRecord]) -> MessageRecord? {
    guard candidates.count > 1, bounces.isEmpty, let sender else { return nil }
    let text = String(decoding: bytes.prefix(65_536), as: UTF8.self).lowercased()
    let named = candidates.filter {
      DomainSpelling.all(ofAddress: Address.comparisonKey($0.recipient)).contains { text.contains($0) }
    }
    if named.count == 1 { return named[0] }
    guard let domain = Address.comparisonKey(sender).split(separator: "@").last.map({ "@\($0)" }) else { return nil }
    let near = candidates.filter { Address.comparisonKey($0.recipient).hasSuffix(domain) }
    return near.count == 1 ? near[0] : nil
  }

  /// No mail that went after this can be what it is about: one of years ago that is put back into the INBOX answers nothing of today.
  /// The server's clock and ours may be an hour apart.
  fileprivate var latestSend: Int64 { receivedAt + 3_600_000 }

  /// Whether what came back may be a mail of this subject. A report that returns another Message-ID than ours may still be about
  /// our mail, as some servers replace it; with another subject too it is about a mail that somebody sent in our name.
  fileprivate func mayBeAbout(_ subject: String) -> Bool {
    guard answers.contains(where: { $0.evidence == Self.byReturnedOriginal }), let returned = returnedSubject else {
      return true
    }
    // Gateways put words before it ("[EXT]", "***SPAM***"), and some cut it.
    let (ours, theirs) = (SubjectLine.stem(of: subject), SubjectLine.stem(of: returned))
    return ours.isEmpty || theirs.isEmpty || ours.contains(theirs) || theirs.contains(ours)
  }
}

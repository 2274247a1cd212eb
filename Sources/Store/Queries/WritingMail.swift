internal import Configuration
internal import Delivery
internal import Host
internal import MailText
internal import Outreach

// A mail of a sequence is written when an account takes it: with what is known of the contact then.
extension Transaction {
  /// Writes the mail of a step, in the transaction that claims it; a failure says what is missing, and nothing is stored.
  func write(_ message: MessageRecord, through account: AccountRecord, now: Int64, _ shared: inout SharedFacts)
    throws(StoreError) -> Result<MessageRecord, StepTextError>
  {
    guard let enrollment = try enrollment(of: message), let contact = try contact(enrollment.contactID) else {
      throw .statement("message \(message.id) has no contact")
    }
    let sequence = try sequence(enrollment.sequenceID, &shared)
    guard let id = message.stepID, let step = sequence.entry.step(id) else {
      return .failure(StepTextError(description: "the sequence has no step \(message.stepID ?? "")"))
    }
    let workspace = sequence.workspaceID
    let template: MailTemplate
    switch try texts(of: step, variant: message.variant, in: sequence.key, workspaceID: workspace) {
    case .success(let found): template = found
    case .failure(let error): return .failure(error)
    }
    let sender = MailSender(address: account.address, displayName: account.settings.displayName)
    let usual = try self.workspace(workspace, &shared).zone
    let zone = contact.facts.zone ?? sequence.entry.zone ?? usual
    let snippets = SnippetBook(self, workspaceID: workspace)
    let link = offers.current?.link(message: message.id, watched: account.watchedAddress)
    let values = mailValues(contact: contact.facts, sender: sender, unsubscribeURL: link)
    let rendered = Result { () throws(TemplateError) in
      try template.render(values, now: now, zone: Zone.named(zone) ?? .utc) { snippets[$0, $1] }
    }
    let texts: MailTexts
    switch rendered {
    case .success(let found): texts = found
    case .failure(let error): return .failure(StepTextError(description: error.description))
    }
    if texts.subject.isEmpty, try !hasThread(message) {
      return .failure(
        StepTextError(description: "step \(id) has no subject, and no mail before it went that it could answer"))
    }
    if let lack = try complianceRefusal(of: texts, sequence, through: account, link: link) {
      return .failure(StepTextError(description: "compliance: \(lack)", isMendable: true))
    }
    var written = message
    written.subject = texts.subject
    written.version = sequence.version
    let name = [contact.facts.firstName, contact.facts.lastName].compactMap(\.self).joined(separator: " ")
    let to = name.isEmpty ? message.recipient : "\(Address.encodeDisplayName(name)) <\(message.recipient)>"
    let bytes = Array(HeaderField(name: "To", value: to).raw) + texts.mail(boundary: "=_postern_\(message.id)")
    written.bodyID = try insert("INSERT INTO body (bytes) VALUES (?)", [.blob(bytes)])
    try run(
      "UPDATE message SET body_id = ?, subject = ?, version = ?, from_name = ? WHERE id = ?",
      [
        .integer(written.bodyID), .text(written.subject), .integer(sequence.version),
        SQLValue(step.texts(ofVariant: message.variant).fromName), .integer(message.id),
      ])
    return .success(written)
  }

  private func hasThread(_ message: MessageRecord) throws(StoreError) -> Bool {
    guard let enrollment = message.enrollmentID, let number = message.step else { return false }
    return try steps(ofEnrollment: enrollment).contains { ($0.step ?? 0) < number && $0.sentAt != nil }
  }

  /// Takes back what was written of a mail whose server said later, so that it is written anew; not of one that may have
  /// gone: its recipient must not find two texts under one Message-ID. Returns whether it is to be written.
  @discardableResult
  func unwrite(_ message: MessageRecord) throws(StoreError) -> Bool {
    guard message.bodyID != 0 else { return true }
    let mayHaveGone = try first(
      "SELECT 1 FROM attempt WHERE message_id = ? AND state IN ('unknown', 'accepted') LIMIT 1", [.integer(message.id)]
    ) { _ in true }
    guard mayHaveGone == nil else { return false }
    try run("UPDATE message SET body_id = 0 WHERE id = ?", [.integer(message.id)])
    try run("DELETE FROM body WHERE id = ?", [.integer(message.bodyID)])
    return true
  }

  /// Two lanes hold something else than before.
  func changedLanes(_ one: Int64, _ other: Int64) {
    lanes.changed(one)
    lanes.changed(other)
  }
}

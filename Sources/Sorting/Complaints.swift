import MailText

/// Complaints: the Abuse Reporting Format (RFC 5965) and Microsoft's JMRP form.
struct ComplaintRules {
  let facts: MailFacts

  func outcome() -> BounceRules.Outcome? { arf() ?? jmrp() }

  private func arf() -> BounceRules.Outcome? {
    guard let part = facts.message.parts.first(where: { $0.isFeedbackReport }) else { return nil }
    // Somebody shows a complaint that he got.
    if facts.encloses(part), ReplyRules.isAnswer(facts) || ReplyRules.isForward(facts) { return nil }
    let report = FeedbackReport(facts.message.content(of: part))
    guard let type = report.feedbackType ?? facts.message.parts[0].contentType.parameters["feedback-type"] else {
      return nil
    }
    let original = ReturnedOriginal(facts, nil)
    var recipients = report.originalRecipients
    if recipients.isEmpty, let to = original?.header.value("to") { recipients = Address.list(in: to).map(\.address) }
    let kind = Self.kinds[type.asciiLowercased] ?? (.complaint, "arf.rfc5965")
    let verdict = Verdict(
      mailClass: kind.mailClass, confidence: 0.99, rule: kind.rule,
      evidence: ["Feedback-Type: \(type)"] + (report.userAgent.map { ["User-Agent: \($0)"] } ?? []),
      bounces: kind.mailClass == .complaint ? recipients.map { complaint(about: $0) } : [], feedbackType: type)
    return .init(verdict: verdict, original: original?.header, envelopeID: report.originalEnvelopeID)
  }

  /// Reports in this form that complain about nothing.
  private static let kinds: [String: (mailClass: Verdict.MailClass, rule: String)] = [
    "not-spam": (.other, "arf.not-spam"),  // RFC 6430: the person took it out of the junk
    "opt-out": (.unsubscribe, "arf.opt-out"),  // drafts of RFC 5965, AOL and others
    // RFC 6591: a server tells of a signature that failed (DMARC's ruf); the class is that of the form, no person said anything.
    "auth-failure": (.complaint, "arf.rfc6591"),
  ]

  /// Hotmail's Junk Mail Reporting Program encloses the mail and names the complainer in a field of it.
  private func jmrp() -> BounceRules.Outcome? {
    let names = ["x-hmxmroriginalrecipient", "x-hm-xmroriginalrecipient"]
    let sender = facts.from?.address.asciiLowercased ?? ""
    // Some forward the reported mail itself, with the field put before its header.
    let own = names.lazy.compactMap { facts.header.value($0) }.first
    let original = ReturnedOriginal(facts, nil)?.header ?? (own == nil ? nil : facts.header)
    guard let original else { return nil }
    let field = own ?? names.lazy.compactMap { original.value($0) }.first
    guard field != nil || Self.senders.contains(where: sender.hasPrefix) else { return nil }
    let recipients = Address.list(in: field ?? original.value("to") ?? "").map(\.address)
    let verdict = Verdict(
      mailClass: .complaint, confidence: 0.97, rule: "complaint.jmrp",
      evidence: ["From: \(sender)"] + (field.map { ["X-HmXmrOriginalRecipient: \($0)"] } ?? []),
      bounces: recipients.map { complaint(about: $0) }, feedbackType: "abuse")
    return .init(verdict: verdict, original: original, envelopeID: nil)
  }

  /// Addresses from which feedback loops without a report come.
  private static let senders = ["staff@hotmail.com", "scomp@aol.net", "fbl-no-reply@", "feedbackloop@"]

  private func complaint(about address: String) -> Bounce {
    Bounce(recipient: address, action: nil, permanence: .soft, reason: "feedback")
  }
}

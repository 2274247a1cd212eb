import MailText

/// Complaints: the Abuse Reporting Format (RFC 5965) and Microsoft's JMRP form.
struct ComplaintRules {
  let facts: MailFacts

  func outcome() -> BounceRules.Outcome? { arf() ?? jmrp() }

  private func arf() -> BounceRules.Outcome? {
    let part = facts.message.parts.first(where: \.isFeedbackReport)
    // Somebody shows a complaint that he got.
    if let part, facts.encloses(part), ReplyRules.isAnswer(facts) || ReplyRules.isForward(facts) { return nil }
    guard let content = part.map(facts.message.content) ?? undeclared() else { return nil }
    let report = FeedbackReport(content)
    guard let type = report.feedbackType ?? facts.message.parts[0].contentType.parameters["feedback-type"] else {
      return nil
    }
    let original = ReturnedOriginal(facts, nil)
    var recipients = report.originalRecipients
    if recipients.isEmpty, let to = original?.header.value("to") { recipients = Address.list(in: to).map(\.address) }
    let optsOut = type.asciiLowercased == "opt-out"
    let verdict = Verdict(
      mailClass: optsOut ? .unsubscribe : .complaint, confidence: 0.99,
      rule: Self.ruleOfType[type.asciiLowercased] ?? "arf.rfc5965",
      evidence: ["Feedback-Type: \(type)"] + (report.userAgent.map { ["User-Agent: \($0)"] } ?? []),
      bounces: optsOut ? [] : recipients.map { complaint(about: $0) }, feedbackType: type)
    return .init(verdict: verdict, original: original?.header, envelopeID: report.originalEnvelopeID)
  }

  /// Types that say something else than that a person complains (RFC 6591, RFC 6430): nothing follows from them; or that he wants no
  /// more mail (drafts of RFC 5965, AOL).
  private static let ruleOfType = [
    "auth-failure": "arf.auth-failure", "not-spam": "arf.not-spam", "opt-out": "arf.opt-out",
  ]

  /// A report whose part has lost its type on the way, in a mail that calls itself one.
  private func undeclared() -> [UInt8]? {
    let root = facts.message.parts[0].contentType
    guard root.isType("multipart", "report"), root.parameters["report-type"]?.asciiLowercased == "feedback-report"
    else {
      return nil
    }
    return facts.message.parts.dropFirst().lazy.filter(\.isInlineText).map(facts.message.content)
      .first { HeaderBlock(parsing: Array($0.drop(while: \.isSpace))).contains("feedback-type") }
  }

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

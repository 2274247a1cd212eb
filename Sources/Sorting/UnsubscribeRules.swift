import MailText

/// Mails that do nothing but unsubscribe: to the address of List-Unsubscribe, by a lone word as subject (RFC 2369 §3.2), or by
/// a new mail whose few words ask for it.
struct UnsubscribeRules {
  let facts: MailFacts

  func verdict() -> Verdict? {
    let to = (facts.header.all("to") + facts.header.all("delivered-to")).flatMap { Address.list(in: $0.value) }
    for address in to where address.localPart.asciiLowercased.hasPrefix("unsubscribe") {
      return Verdict(
        mailClass: .unsubscribe, confidence: 0.95, rule: "unsubscribe.address", evidence: ["To: \(address.address)"])
    }
    guard !ReplyRules.isList(facts.header), StopWishes.areAll(of: facts.subject) else { return nil }
    return Verdict(
      mailClass: .unsubscribe, confidence: 0.9, rule: "unsubscribe.subject", evidence: ["Subject: \(facts.subject)"])
  }

  /// For a mail that nothing else is known of: a person who does not answer but writes anew that no more mail shall come.
  func byText() -> Verdict? {
    guard facts.from != nil, !facts.header.contains("auto-submitted"), !ReplyRules.isAnswer(facts) else { return nil }
    if StopWishes.areIn(facts.subject) {
      return Verdict(
        mailClass: .unsubscribe, confidence: 0.7, rule: "unsubscribe.words", evidence: ["Subject: \(facts.subject)"])
    }
    let text = facts.bodyText()
    // Whoever writes much has something else to say, and most of it is from programs.
    guard text.utf8.count <= 2048, let wish = StopWishes.first(in: ReplyText.trim(facts)) else { return nil }
    return Verdict(mailClass: .unsubscribe, confidence: 0.7, rule: "unsubscribe.words", evidence: [wish])
  }
}

import MailText

/// Says what an inbound mail is: the classes are tried from the surest to the vaguest, the first that fits counts.
///
/// Takes any octets, never fails, and takes time linear in the size. `now` (UTC epoch milliseconds) stands for the mail's Date
/// where that is missing: days that an absence is told in are counted from it. `answersOurs`: its In-Reply-To names a mail that was
/// sent, which no mailing list's fields make a newsletter.
public func sort(_ mail: [UInt8], now: Int64? = nil, answersOurs: Bool = false) -> SortedMail {
  let facts = MailFacts(mail)
  var original: HeaderBlock?
  var envelopeID: String?
  var verdict: Verdict
  if let found = ComplaintRules(facts: facts).outcome() ?? BounceRules(facts: facts).verdict() {
    verdict = found.verdict
    original = found.original
    envelopeID = found.envelopeID
  } else {
    let date = facts.header.value("date").flatMap(MailDate.parse) ?? now
    verdict =
      ReceiptRules(facts: facts).verdict() ?? CalendarRules(facts: facts).answer()
      ?? ChallengeRules(facts: facts).verdict()
      ?? AutoReplyRules(facts: facts, now: date).verdict() ?? UnsubscribeRules(facts: facts).verdict()
      ?? CalendarRules(facts: facts).verdict() ?? ReplyRules(facts: facts, answersOurs: answersOurs).verdict()
      ?? BulkRules(facts: facts).verdict() ?? UnsubscribeRules(facts: facts).inWords()
      ?? Verdict(mailClass: .other, confidence: 0.5, rule: "none")
  }
  verdict.from = facts.from?.address
  verdict.subject = facts.header.contains("subject") ? facts.subject : nil
  if verdict.mailClass == .reply, verdict.replyText == nil { verdict.replyText = ReplyText.trim(facts) }

  var correlation = Correlation()
  correlation.inReplyTo = facts.header.value("in-reply-to").map(MessageID.list) ?? []
  correlation.references = facts.header.value("references").map(MessageID.list) ?? []
  correlation.returnedMessageID = original?.value("message-id").flatMap(MessageID.first)
  correlation.microsoftOriginalMessageID =
    (facts.header.value("x-microsoft-original-message-id") ?? original?.value("x-microsoft-original-message-id"))
    .flatMap(MessageID.first)
  correlation.originalRecipients = verdict.bounces.compactMap(\.recipient)
  correlation.originalSubject = original?.text("subject")
  correlation.envelopeID = envelopeID
  correlation.returnedUnsubscribe = original?.value("list-unsubscribe")
  verdict.originalMessageID =
    correlation.returnedMessageID ?? correlation.inReplyTo.first ?? correlation.references.last
  if original == nil, verdict.mailClass != .reply, verdict.mailClass != .autoReply, correlation.inReplyTo.isEmpty {
    verdict.originalMessageID = nil
  }
  let wish = wish(of: verdict, facts)
  if let wish { verdict.evidence.append("asks to stop: \"\(wish)\"") }
  // After that: what is only quoted is nobody's wish.
  if verdict.mailClass == .reply, verdict.replyText == "" { verdict.replyText = ReplyText.shown(facts.bodyText()) }
  let recipients = (facts.header.all("to") + facts.header.all("cc")).flatMap { Address.list(in: $0.value) }
  return SortedMail(
    verdict: verdict, correlation: correlation, from: verdict.from, to: recipients.map(\.address),
    subject: verdict.subject,
    date: facts.header.value("date").flatMap(MailDate.parse), messageID: facts.messageID,
    asksToStop: verdict.mailClass == .unsubscribe || wish != nil)
}

/// Words that ask for no more mail, in an answer or in the notice that somebody has left.
private func wish(of verdict: Verdict, _ facts: MailFacts) -> String? {
  switch verdict.mailClass {
  case .reply: StopWords.wish(in: verdict.replyText ?? "")
  case .autoReply where verdict.rule == AutoReplyTexts.leftRule: StopWords.wish(in: facts.bodyText())
  default: nil
  }
}

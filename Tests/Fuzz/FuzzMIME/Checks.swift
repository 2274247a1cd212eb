import MailText
import Sorting

/// Reads one input as a mail and as everything a mail is made of; traps when a rule that must hold is broken.
func check(_ input: [UInt8]) {
  let message = Message(input)
  precondition(!message.parts.isEmpty && message.parts.count <= Message.Limit.parts, "a mail has its parts, bounded")
  for part in message.parts {
    precondition(part.body.lowerBound >= 0 && part.body.upperBound <= input.count, "a part lies in its mail")
    precondition(part.depth <= Message.Limit.nesting, "nesting is bounded")
    _ = message.text(of: part)
    _ = part.fileName
    if part.isDeliveryStatus { _ = DeliveryStatus(message.content(of: part)) }
    if part.isFeedbackReport { _ = FeedbackReport(message.content(of: part)) }
    for field in part.header.fields { read(field.value) }
  }
  checkHeader(message.header)
  checkOutgoing(input)
  checkSorting(input)
}

/// Any octets have a verdict that says what a verdict must say.
private func checkSorting(_ input: [UInt8]) {
  let sorted = sort(input)
  let verdict = sorted.verdict
  precondition(verdict.confidence > 0 && verdict.confidence <= 1, "a verdict has its confidence")
  precondition((verdict.mailClass == .reply) == (verdict.replyText != nil), "answers, and only they, have a text")
  precondition(verdict.jsonLine().allSatisfy { $0 >= 32 }, "a verdict is one line")
  precondition(sorted.correlation.messageIDs.allSatisfy { $0.hasPrefix("<") && $0.hasSuffix(">") }, "ids have brackets")
}

/// Feeds a header field's value to every reader of values.
private func read(_ value: String) {
  _ = Address.list(in: value)
  _ = MessageID.list(in: value)
  _ = MailDate.parse(value)
  _ = MailDate.parseRFC3339(value)
  let text = EncodedWord.decode(value)
  _ = EncodedWord.encode(text)
}

/// Writing a header and reading it again changes nothing.
private func checkHeader(_ header: HeaderBlock) {
  let again = HeaderBlock(parsing: header.serialized())
  precondition(again.serialized() == header.serialized(), "a header that was written is read as it was")
}

/// What leaves carries its own Message-ID once, and nothing that must stay here.
private func checkOutgoing(_ input: [UInt8]) {
  let plan = OutgoingMail.Plan(
    messageID: "<one@fuzz.test>", inReplyTo: "<zero@fuzz.test>", references: ["<zero@fuzz.test>"],
    subjectWhenEmpty: "Re: fuzz", from: (displayName: "Fuzz", address: "fuzz@fuzz.test"), date: 0)
  let header = Message(OutgoingMail.compose(input, plan: plan)).header
  precondition(header.all("Message-ID").map(\.value) == ["<one@fuzz.test>"], "one Message-ID, ours")
  precondition(!header.contains("Bcc"), "Bcc stays here")
  precondition(
    !header.nameValuePairs.contains { $0.name.lowercased().hasPrefix("x-postern-") }, "control headers stay here")
}

import MailText

/// The header of the mail that a notice is about, wherever the notice keeps it.
struct ReturnedOriginal {
  var header: HeaderBlock
  var messageID: String? { header.value("message-id").flatMap(MessageID.first) }

  /// Looks in enclosed mails and headers, then in the notice's text, then for an id named in the text.
  init?(_ facts: MailFacts, _ notice: Notice?) {
    for (index, part) in facts.message.parts.enumerated() {
      if part.isMessage {
        if let child = part.children.first {
          header = facts.message.parts[child].header
        } else if let inner = facts.message.enclosed(in: part) {
          header = inner.header
        } else {
          continue
        }
        if header.contains("message-id") || header.contains("subject") || header.contains("to") { return }
      } else if part.isHeaders
        || (index > 0 && part.isDeliveryStatus == false && part.contentType.subtype == "rfc822-headers")
      {
        header = HeaderBlock(parsing: Array(facts.message.content(of: part).drop(while: \.isSpace)))
        if !header.fields.isEmpty { return }
      }
    }
    guard let returned = notice?.returned, !returned.fields.isEmpty else { return nil }
    header = returned
  }
}

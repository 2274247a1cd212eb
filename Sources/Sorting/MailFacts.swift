import MailText

/// What the rules look at, read once from the mail.
struct MailFacts {
  let message: Message
  let header: HeaderBlock
  let from: Address?
  let subject: String
  /// The subject as tables are written.
  let subjectWords: [UInt8]
  /// From's local part and display name, as tables are written.
  let senderWords: [UInt8]
  let messageID: String?

  /// Text looked at: nobody writes more by hand.
  private static let longest = 262_144

  init(_ mail: [UInt8]) {
    message = Message(mail)
    header = message.header
    let fromValue = header.text("from") ?? header.text("sender") ?? ""
    from = Address.list(in: header.value("from") ?? header.value("sender") ?? "").first
    subject = header.text("subject") ?? ""
    subjectWords = PhraseMatcher.normalize(subject)
    senderWords = PhraseMatcher.normalize(fromValue)
    messageID = header.value("message-id").flatMap(MessageID.first)
  }

  /// The first text of the mail that a person would read, before any enclosed mail; HTML made plain.
  func bodyText() -> String {
    var html: String?
    for part in message.parts {
      if part.isMessage || part.isHeaders { break }
      guard part.isInlineText else { continue }
      if part.contentType.subtype == "html" {
        if html == nil { html = message.text(of: part, atMost: Self.longest) }
      } else if part.contentType.subtype == "plain" || part.contentType.subtype == "enriched"
        || message.parts.count == 1 && part.contentType.subtype != "calendar"
      {
        var text = message.text(of: part, atMost: Self.longest)
        if part.contentType.isFlowed {
          text = FlowedText.join(
            text, deletingSpace: part.contentType.parameters["delsp"]?.asciiLowercased == "yes")
        }
        if text.utf8.contains(where: { !$0.isSpace }) { return text }
      }
    }
    return html.map(HTMLText.convert) ?? ""
  }
}

import MailText

/// The header of the mail that a notice is about, wherever the notice keeps it.
struct ReturnedOriginal {
  let header: HeaderBlock
  var messageID: String? { header.value("message-id").flatMap(MessageID.first) }

  /// Looks in enclosed mails and headers, then in the notice's text, then in parts that are a mail without saying so.
  init?(_ facts: MailFacts, _ notice: Notice?) {
    guard
      let found = Self.enclosed(facts) ?? notice?.returned.flatMap({ $0.fields.isEmpty ? nil : $0 })
        ?? Self.undeclared(facts)
    else { return nil }
    header = found
  }

  private static func enclosed(_ facts: MailFacts) -> HeaderBlock? {
    for part in facts.message.parts {
      if part.isMessage {
        if let child = part.children.first {
          // A report that was put whole into another mail is not what was sent: the mail is in it.
          if facts.message.parts[child].contentType.isType("multipart", "report"),
            !facts.message.parts[0].contentType.isType("multipart", "report")
          {
            continue
          }
          let header = facts.message.parts[child].header
          if isMail(header) { return header }
        }
        // Encoded, or with empty lines before its header.
        let header = HeaderBlock(lenientlyParsing: Array(facts.message.content(of: part).drop(while: \.isSpace)))
        if isMail(header) { return header }
      } else if part.isHeaders {
        let header = HeaderBlock(lenientlyParsing: Array(facts.message.content(of: part).drop(while: \.isSpace)))
        if !header.fields.isEmpty { return header }
      }
    }
    return nil
  }

  /// Some paste the mail after a boundary without a part header, others give it no type.
  private static func undeclared(_ facts: MailFacts) -> HeaderBlock? {
    for part in facts.message.parts.dropFirst() where !part.isDeliveryStatus && part.parent == 0 {
      if part.header.contains("message-id"), isMail(part.header) { return part.header }
      if part.contentType.isType("text", "plain") || part.contentType.type == "message", part.children.isEmpty {
        let header = HeaderBlock(
          lenientlyParsing: Array(facts.message.content(of: part).drop(while: \.isSpace).prefix(65_536)))
        if header.contains("message-id"), isMail(header) { return header }
      }
    }
    // A wrong boundary before the returned mail leaves it at the end of the report.
    guard let report = facts.message.parts.first(where: { $0.isDeliveryStatus }) else { return nil }
    let content = facts.message.content(of: report)
    var line = 0
    while line < content.count {
      if content.hasASCII("return-path:", at: line) || content.hasASCII("received:", at: line) {
        let header = HeaderBlock(lenientlyParsing: Array(content[line...].prefix(65_536)))
        return header.contains("message-id") ? header : nil
      }
      line = content.line(from: line, limit: content.count).next
    }
    return nil
  }

  private static func isMail(_ header: HeaderBlock) -> Bool {
    header.contains("from") || header.contains("subject") || header.contains("to") || header.contains("message-id")
  }
}

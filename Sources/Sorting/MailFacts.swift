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

  /// Several rules ask for the text: it is read once.
  private final class Read {
    var text: String?
  }
  private let read = Read()

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

  /// Whether the part stands in a mail that this one encloses: what it says was said to somebody else.
  func encloses(_ part: MessagePart) -> Bool {
    var index = part.parent
    while let place = index {
      if message.parts[place].isMessage { return true }
      index = message.parts[place].parent
    }
    return false
  }

  /// The first text of the mail that a person would read, before any enclosed mail; HTML made plain.
  func bodyText() -> String {
    if let text = read.text { return text }
    let text = readText()
    read.text = text
    return text
  }

  private func readText() -> String {
    var html: String?
    for part in message.parts {
      if part.isMessage || part.isHeaders { break }
      guard part.isInlineText else { continue }
      if part.contentType.subtype == "html" {
        if html == nil { html = message.text(of: part, atMost: Self.longest) }
      } else if let first = html, !isAlternative(part) {
        // Below the letter: a list's footer, a company's disclaimer.
        let text = HTMLText.convert(first)
        if text.utf8.contains(where: { !$0.isSpace }) { return text }
        html = nil
      }
      if part.contentType.subtype == "html" {
        continue
      } else if part.contentType.subtype == "plain" || part.contentType.subtype == "enriched"
        || message.parts.count == 1 && part.contentType.subtype != "calendar"
      {
        var text = message.text(of: part, atMost: Self.longest)
        if part.contentType.isFlowed {
          text = FlowedText.join(
            text, deletingSpace: part.contentType.parameters["delsp"]?.asciiLowercased == "yes")
        }
        text = UUEncoding.removingFiles(from: text)
        if text.utf8.contains(where: { !$0.isSpace }) { return text }
      }
    }
    return html.map(HTMLText.convert) ?? undividedText()
  }

  private func isAlternative(_ part: MessagePart) -> Bool {
    part.parent.map { message.parts[$0].contentType.isType("multipart", "alternative") } ?? false
  }

  /// The text of a multipart whose boundary is another than its field says: of the first part that has one, as it stands there.
  private func undividedText() -> String {
    let root = message.parts[0]
    guard root.contentType.type == "multipart", root.children.isEmpty else { return "" }
    let body = message.content(of: root)
    var start: Int?
    var line = 0
    while line < body.count, line < Self.longest {
      let (end, next) = body.line(from: line, limit: body.count)
      if end - line > 2, body.hasASCII("--", at: line), !body[line + 2].isSpace {
        if let start {
          let part = Message(Array(body[start..<line]))
          if part.parts[0].isInlineText { return MailFacts(part.bytes).bodyText() }
        }
        start = next
      }
      line = next
    }
    guard let start, start < body.count else { return "" }
    let part = Message(Array(body[start...]))
    return part.parts[0].isInlineText ? MailFacts(part.bytes).bodyText() : ""
  }
}

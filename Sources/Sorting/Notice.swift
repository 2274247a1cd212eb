import MailText

/// The text of a delivery notice: what the server wrote, and where the returned mail begins in it.
struct Notice {
  /// The text's octets without the returned mail, every line but the last ended by LF.
  let bytes: [UInt8]
  /// Where its lines stand in `bytes`, without their ends.
  let lines: [Range<Int>]
  /// The returned mail's header when it stands in the text.
  let returned: HeaderBlock?
  /// The notice as tables are written.
  let words: [UInt8]
  /// What its words say of the mail.
  let marks: NoticeMarks.Marks

  /// The octets of the returned mail as far as the text has them.
  private let returnedBytes: ArraySlice<UInt8>

  /// Text looked at: a notice is a few kilobytes; more is the returned mail.
  private static let longest = 32_768

  init(_ facts: MailFacts) {
    let all = Self.octets(of: facts.message)
    var bytes: [UInt8] = []
    var lines: [Range<Int>] = []
    var words: [UInt8] = []
    bytes.reserveCapacity(all.count)
    words.reserveCapacity(all.count)
    var hasText = false
    var position = 0
    var returnedAt: Int?
    while position < all.count {
      let (end, next) = all.line(from: position, limit: all.count)
      let line = all[position..<end]
      if Self.beginsReturnedHeader(line) {
        returnedAt = position
        break
      }
      // Each line is made words once, for the marks of a cut and for all tables after them.
      let wordsBefore = words.count
      if !lines.isEmpty, words.last != Octet.space, !words.isEmpty { words.append(Octet.space) }
      let lineWords = words.count
      PhraseMatcher.normalize(line, onto: &words)
      if hasText, Self.isCut(line, words[lineWords...]) {
        // Some head their reasons with the same words: then what follows is no mail.
        returnedAt = Self.firstField(all, from: next)
        if returnedAt != nil || NoticeMarks.headings.hasMatch(in: words[lineWords...]) {
          words.removeSubrange(wordsBefore...)
          break
        }
      }
      if !lines.isEmpty { bytes.append(Octet.lf) }
      lines.append(bytes.count..<bytes.count + line.count)
      bytes += line
      hasText = hasText || line.contains { !$0.isSpace }
      position = next
    }
    self.bytes = bytes
    self.lines = lines
    self.words = words
    marks = NoticeMarks.marks(in: words)
    returnedBytes = returnedAt.map { all[$0...] } ?? []
    returned = returnedAt.map { HeaderBlock(lenientlyParsing: Array(all[$0...])) }
  }

  /// The notice as one text.
  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Some lines as one text.
  func text(ofLines range: Range<Int>) -> String {
    guard !range.isEmpty else { return "" }
    return String(
      decoding: bytes[lines[range.lowerBound].lowerBound..<lines[range.upperBound - 1].upperBound], as: UTF8.self)
  }

  /// A report that was pasted whole into the text of another notice.
  func nestedReport() -> MailFacts? {
    guard let type = returned?.value("content-type"), type.asciiLowercased.hasPrefix("multipart/report") else {
      return nil
    }
    return MailFacts(Array(returnedBytes))
  }

  /// The texts before the first enclosed mail or report, one of each alternative.
  private static func octets(of message: Message) -> [UInt8] {
    var plain: [UInt8] = []
    var texts = 0
    var html: MessagePart?
    for part in message.parts {
      if part.isMessage && part.depth < 3 || part.isHeaders || part.isFeedbackReport { break }
      guard part.contentType.type == "text", part.children.isEmpty else { continue }
      if part.contentType.subtype == "html" {
        if html == nil { html = part }
      } else {
        if texts > 0 { plain.append(Octet.lf) }
        plain += message.octets(of: part, atMost: longest)
        texts += 1
        if texts >= 3 { break }
      }
    }
    if plain.contains(where: { !$0.isSpace }) { return plain.count > longest ? Array(plain.prefix(longest)) : plain }
    if let html { return HTMLText.convert(message.text(of: html, atMost: longest)).octets(atMost: longest) }
    // A multipart without its parts is still read as one text.
    let root = message.parts[0]
    return root.children.isEmpty && root.contentType.type == "multipart"
      ? Array(message.octets(of: root, atMost: longest).prefix(longest)) : plain
  }

  /// Whether the line is the first of a header: no sentence begins so.
  private static func beginsReturnedHeader(_ line: ArraySlice<UInt8>) -> Bool {
    guard line.count > 10 else { return false }
    return headerStarts.contains { start in
      line.count >= start.utf8.count && line.prefix(start.utf8.count).equalsASCII(start)
    }
  }

  private static let headerStarts = [
    "received:", "return-path:", "dkim-signature:", "mime-version:", "x-received:", "delivered-to:", "message-id:",
    "x-google-smtp-source:", "x-google-dkim-signature:", "authentication-results:", "arc-seal:", "> received:",
    ">return-path:",
  ]

  /// Whether the line says that the returned mail follows.
  private static func isCut(_ line: ArraySlice<UInt8>, _ words: ArraySlice<UInt8>) -> Bool {
    let text = line.trimmedSpaces()
    guard text.count > 8, text.count < 200, let first = text.first, let last = text.last else { return false }
    guard NoticeMarks.cuts.hasMatch(in: words) else { return false }
    // A heading, not a sentence that speaks of the original message.
    let decorated = !first.isLetter && !first.isDigit && first < 128
    return decorated || last == Octet.colon || NoticeMarks.headings.hasMatch(in: words)
  }

  /// The next line that looks like a field, within some lines of explanation.
  private static func firstField(_ bytes: [UInt8], from start: Int) -> Int? {
    var position = start
    for _ in 0..<12 where position < bytes.count {
      let (end, next) = bytes.line(from: position, limit: bytes.count)
      let line = bytes[position..<end]
      let name = line.prefix { $0.isLetter || $0.isDigit || $0 == Octet.dash }
      if name.count > 1, name.endIndex < line.endIndex, line[name.endIndex] == Octet.colon { return position }
      position = next
    }
    return nil
  }
}

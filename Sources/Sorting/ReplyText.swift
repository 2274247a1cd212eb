import MailText

/// What the person wrote in an answer, without the quoted mail and the signature.
enum ReplyText {
  static func trim(_ facts: MailFacts) -> String { trim(facts.bodyText()) }

  static func trim(_ text: String) -> String {
    var kept: [Substring] = []
    for line in text.replacingLineEnds().split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix(">") { continue }
      if line == "-- " || line == "--" { break }
      kept.append(line)
    }
    return kept.joined(separator: "\n").trimmedSpaces
  }
}

extension String {
  func replacingLineEnds() -> String { String(decoding: utf8.filter { $0 != 13 }, as: UTF8.self) }
}

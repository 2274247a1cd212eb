// How a reply is looked up: the first row of its provider, then of all, that matches; rows are in ReplyRows.

/// One row of the table; what is nil or empty matches anything.
struct ReplyRow: Sendable {
  var provider: Provider?
  var stages: Set<SMTPStage> = []
  /// 550, or 5 for a class.
  var code: Int?
  /// `5.1.1`, a prefix like `5.1`, or with `x` for any digit: `5.7.5xx`.
  var enhanced: String?
  /// Any of these in the text, in lower case.
  var text: [String] = []
  var kind: ReplyMeaning.Kind
  var rest: Int64?
  var pauses = false
  var isHard = false
  var source: String

  /// What it matched, for people.
  var rule: String {
    [provider?.rawValue ?? "any", code.map(String.init), enhanced, text.first.map { "\"\($0)\"" }]
      .compactMap(\.self).joined(separator: " ")
  }
}

/// The meaning of replies of an account's server.
public enum ReplyTable {
  /// What a reply means; always an answer, because the last rows go by stage and class of code alone.
  public static func meaning(of reply: SMTPReplyFacts, provider: Provider) -> ReplyMeaning {
    // Nearly every reply, and no row of any provider gives a 2xx another meaning.
    if (200..<300).contains(reply.code) { return accepted }
    let text = reply.text.utf8.prefix(2000).map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
    let own = ownWords(of: text)
    let rows = rows[provider] ?? []
    guard let row = rows.first(where: { matches($0, reply, $0.kind.isOfAccount ? own : text) }) else {
      // Not a reply at all: the server is not to be trusted with more on this connection.
      return ReplyMeaning(
        kind: .connectionTrouble, restMilliseconds: connectionRest, isHard: false, rule: "no valid code",
        source: "RFC 5321, section 4.2")
    }
    let rest = row.kind == .connectionTrouble ? row.rest ?? connectionRest : row.rest
    // RFC 3463 section 2: class 4 may well succeed later, whatever the three digits before it say.
    let isHard = row.isHard && reply.code / 100 == 5 && reply.enhanced?.hasPrefix("4.") != true
    return ReplyMeaning(
      kind: row.kind, restMilliseconds: rest, pauses: row.pauses, isHard: isHard, rule: row.rule, source: row.source)
  }

  /// What the server says for itself. What it has from another one ("host mx.example said: 550 …", Postfix when it verifies
  /// a recipient) is about the recipient, and says nothing of the account.
  private static func ownWords(of text: [UInt8]) -> [UInt8] {
    let mark = Array(" said: ".utf8)
    guard text.count >= mark.count else { return text }
    for start in 0...(text.count - mark.count) where text[start] == mark[0] {
      if text[start..<(start + mark.count)].elementsEqual(mark) { return Array(text[..<start]) }
    }
    return text
  }

  private static let accepted = ReplyMeaning(
    kind: .accepted, restMilliseconds: nil, isHard: false, rule: "any 2", source: "RFC 5321, section 4.2.1")

  static let connectionRest: Int64 = 60_000

  /// The rows each provider is looked up in: its own, then those of all.
  private static let rows: [Provider: [ReplyRow]] = Dictionary(
    uniqueKeysWithValues: Provider.allCases.map { provider in
      (provider, all.filter { $0.provider == provider } + all.filter { $0.provider == nil })
    })

  private static func matches(_ row: ReplyRow, _ reply: SMTPReplyFacts, _ text: [UInt8]) -> Bool {
    if !row.stages.isEmpty, !row.stages.contains(reply.stage) { return false }
    if let code = row.code, code < 10 ? reply.code / 100 != code : reply.code != code { return false }
    if let pattern = row.enhanced {
      guard let enhanced = reply.enhanced, isMatch(enhanced, pattern) else { return false }
    }
    return row.text.isEmpty || row.text.contains { contains(text, Array($0.utf8)) }
  }

  /// Component by component: `5.1` is not the beginning of `5.10.1`.
  private static func isMatch(_ enhanced: String, _ pattern: String) -> Bool {
    let parts = enhanced.utf8.split(separator: 0x2E)
    let wanted = pattern.utf8.split(separator: 0x2E)
    guard parts.count >= wanted.count else { return false }
    return zip(parts, wanted).allSatisfy { part, want in
      part.count == want.count && zip(part, want).allSatisfy { $0 == $1 || $1 == UInt8(ascii: "x") }
    }
  }

  private static func contains(_ text: [UInt8], _ part: [UInt8]) -> Bool {
    guard let first = part.first, text.count >= part.count else { return false }
    for start in 0...(text.count - part.count) where text[start] == first {
      if text[start..<(start + part.count)].elementsEqual(part) { return true }
    }
    return false
  }
}

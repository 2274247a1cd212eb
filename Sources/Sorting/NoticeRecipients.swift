import MailText

/// Finds the failed addresses in a notice's lines by where they stand, whatever program wrote it.
struct NoticeRecipients {
  /// One address with the line it stands on.
  struct Found: Equatable {
    var address: String
    var line: Int
    var tier: Tier
  }

  /// How surely the place makes the address the failed one.
  enum Tier: Int, Comparable {
    /// It is only mentioned.
    case mentioned
    /// It was given in a command of a transcript.
    case command
    /// A word before it says so.
    case named
    /// It stands at a line's beginning, alone or before the reason.
    case listed

    static func < (a: Tier, b: Tier) -> Bool { a.rawValue < b.rawValue }
  }

  /// A notice to more recipients is cut by its maker too.
  static let most = 500

  /// The addresses of the best tier there is, each once, in order.
  static func find(in notice: Notice, except own: Set<String>) -> [Found] {
    var all: [Found] = []
    var before = 0..<0  // the last line with text
    var introduced = -100  // the line that announced a list
    let introduces = notice.marks.contains(.list)
    for (number, line) in notice.lines.enumerated() where all.count < most {
      if notice.bytes[line].contains(Octet.at) {
        let bytes = Array(notice.bytes[line])
        for place in AddressScan.places(in: bytes).prefix(most) {
          if let tier = tier(
            of: place, in: bytes, before: notice.bytes[before], listed: number - introduced < 40)
          {
            all.append(Found(address: place.address, line: number, tier: tier))
          }
        }
      } else if introduces, line.count > 8,
        NoticeMarks.listIntros.hasMatch(in: PhraseMatcher.normalize(notice.bytes[line]))
      {
        introduced = number
      }
      if notice.bytes[line].contains(where: { !$0.isSpace }) { before = line }
    }
    // The mail's sender gets the notice: its own address is named, but did not fail, unless nothing else is.
    let others = all.filter { !own.contains(Address.comparisonKey($0.address)) }
    let candidates = others.isEmpty ? all.filter { $0.tier >= .named } : others
    guard let best = candidates.map(\.tier).max() else { return [] }
    var seen: Set<String> = []
    let found = candidates.filter { $0.tier == best && seen.insert(Address.comparisonKey($0.address)).inserted }
    // Of several that are only mentioned none is known to have failed.
    return best == .mentioned && found.count > 1 ? [] : found
  }

  private static func tier(
    of place: AddressScan.Place, in line: [UInt8], before: ArraySlice<UInt8>, listed: Bool
  ) -> Tier? {
    // Far words say nothing, and a line may hold thousands of addresses.
    let head = PhraseMatcher.normalize(line[max(0, place.start - 256)..<place.start])
    var lead = head.drop { !$0.isLetter && !$0.isDigit && $0 < 128 }
    // "554 5.1.1 <a@b>... why": Sendmail's way in transcripts.
    if lead.count < 14, lead.first == UInt8(ascii: "5") || lead.first == UInt8(ascii: "4"),
      lead.allSatisfy({ $0.isDigit || $0 == Octet.dot || $0 == Octet.space || $0 == Octet.lessThan })
    {
      lead = []
    }
    if lead.isEmpty {
      // Nothing but bullets, quotes and brackets before it.
      let tail = line[place.end...].drop { $0 == Octet.greaterThan || $0 == Octet.quote || $0 == UInt8(ascii: "]") }
      let next = tail.first
      if next == nil || tail.allSatisfy(\.isSpace) || next == Octet.colon || next == Octet.semicolon
        || next == Octet.comma
        || next == Octet.openParenthesis || tail.starts(with: "...".utf8) || tail.starts(with: " on ".utf8)
        || tail.starts(with: " - ".utf8) || tail.starts(with: " (".utf8) || tail.starts(with: " ...".utf8)
        || tail.starts(with: " :".utf8) || tail.starts(with: " [".utf8) || tail.starts(with: " <".utf8)
        || listed && tail.starts(with: " ".utf8)
      {
        let words = PhraseMatcher.normalize(before)
        return NoticeMarks.notRecipients.hasMatch(in: words) && !NoticeMarks.failures.hasMatch(in: words)
          ? .mentioned : .listed
      }
      return .mentioned
    }
    // The words right before the address decide; far ones speak of something else.
    let near = Array(lead.suffix(48))
    if PhraseMatcher.normalize(near).starts(with: "rcpt to".utf8) || NoticeRecipients.commands.hasMatch(in: near) {
      return .command
    }
    let refused = NoticeMarks.notRecipients.hasMatch(in: near)
    if !refused, near.suffix(5).elementsEqual("smtp=".utf8), listed { return .listed }  // X.400 names of Exchange
    if !refused, NoticeMarks.recipients.hasMatch(in: near) { return .named }
    return refused ? nil : .mentioned
  }

  private static let commands = PhraseMatcher(["rcpt to:", "rcpt to :", "rcpt:", "recipient <"])
}

/// Finds address-like runs in a line.
enum AddressScan {
  struct Place {
    var start: Int
    var end: Int
    var address: String
  }

  private static func isLocal(_ octet: UInt8) -> Bool {
    octet.isLetter || octet.isDigit || octet > 127 || local.contains(octet)
  }

  private static let local: Set<UInt8> = Set("!#$%&'*+-/=?^_`{|}~.".utf8)

  /// Every `local@domain`; a quoted local part is taken too.
  static func places(in line: [UInt8]) -> [Place] {
    var found: [Place] = []
    var from = 0
    while let at = line.firstIndex(of: Octet.at, in: from..<line.count) {
      from = at + 1
      var start = at
      let floor = found.last?.end ?? 0
      if start > floor, line[start - 1] == Octet.quote {
        start -= 1
        while start > floor, line[start - 1] != Octet.quote { start -= 1 }
        start = max(floor, start - 1)
      } else {
        while start > floor, isLocal(line[start - 1]) { start -= 1 }
      }
      var end = at + 1
      while end < line.count,
        line[end].isLetter || line[end].isDigit || line[end] == Octet.dash || line[end] == Octet.dot || line[end] > 127
          || line[end] == UInt8(ascii: "_")
      {
        end += 1
      }
      while end > at + 1, line[end - 1] == Octet.dot || line[end - 1] == Octet.dash { end -= 1 }
      // "smtp=x@y", "'x@y'", "mailto:x@y": what stands before the last of these is no part of it.
      if let cut = line[start..<at].lastIndex(where: { $0 == Octet.equals }), line[start] != Octet.quote {
        start = cut + 1
      }
      while start < at, line[start] == Octet.apostrophe || line[start] == Octet.asterisk || line[start] == Octet.dot {
        start += 1
      }
      guard start < at, end > at + 1 else { continue }
      found.append(Place(start: start, end: end, address: String(decoding: line[start..<end], as: UTF8.self)))
      from = end
    }
    return found
  }
}

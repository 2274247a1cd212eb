import MailText

/// What the person wrote in an answer, without the quoted mail and the signature.
///
/// Line by line: quoted lines go wherever they stand; the first heading, pasted header or "On … wrote:" whose mail is not marked
/// by `>` ends the text; a signature ends it too.
enum ReplyText {
  /// Text looked at: nobody writes an answer of this length by hand.
  private static let longest = 262_144
  /// Lines over which an attribution may be broken.
  private static let attributionLines = 6

  /// The answer of a mail.
  static func trim(_ facts: MailFacts) -> String { trim(facts.bodyText()) }

  /// The answer in a text.
  static func trim(_ text: String) -> String {
    let lines = markingInitials(split(text))
    let quoted = lines.filter { $0.isQuoted }.count
    var kept: [Line] = []
    var i = 0
    var signed = false
    var hasText = false
    while i < lines.count {
      let line = lines[i]
      if isArrowHeading(lines, at: i) { break }
      if line.isQuoted, quoted > 1 || !line.looksLikeArrow {
        i += 1
        signed = false  // a signature ends where the quoted mail begins; an answer may stand below it
        continue
      }
      if isWrapped(lines, at: i) {
        i += 1
        continue
      }
      if let attribution = attribution(lines, at: i) {
        if let before = attribution.before, !signed {
          kept.append(Line(before))
          hasText = true
        }
        let next = lines[attribution.end...].first { !$0.isBlank }
        guard let next, next.isQuoted else {
          // "I wrote at 10:" introduces nothing: an attribution says when, or whose address.
          if attribution.end == i + 1, attribution.before == nil, !line.saysWhenOrWho {
            kept.append(line)
            hasText = true
            i += 1
            continue
          }
          break  // all that follows is the other mail
        }
        i = attribution.end
        continue
      }
      if isHeading(line) || isHeaderBlock(lines, at: i) || line.words.starts(with: armourEnd) { break }
      if let end = afterArmour(lines, at: i) {
        i = end
        continue
      }
      if line.isSignatureMark {
        signed = true
      } else if line.isDevice {
        // Below the text it ends it; phones also put it above.
        signed = signed || hasText
      } else if !signed {
        kept.append(line)
        hasText = hasText || !line.isBlank
      }
      i += 1
    }
    return finish(kept)
  }

  private static let armour = Array("-----begin pgp signed message".utf8)
  private static let armourEnd = Array("-----begin pgp signature".utf8)

  /// RFC 9580 section 7: past the line that begins a signed text and the fields below it, which end with an empty line.
  private static func afterArmour(_ lines: [Line], at start: Int) -> Int? {
    guard lines[start].words.starts(with: armour) else { return nil }
    var i = start + 1
    while i < lines.count, lines[i].words.starts(with: "hash:".utf8) { i += 1 }
    return i
  }

  /// What to show of a mail in which nothing stands above the other's: what lies below a header pasted at its top (a forward, or an
  /// answer put there), and of a mail that is one quote that quote.
  static func shown(_ text: String) -> String {
    var lines = split(text)[...]
    lines = lines.drop { $0.isBlank }
    guard let first = lines.first else { return "" }
    if lines.allSatisfy({ $0.isQuoted || $0.isBlank }) { return finish(Array(lines)) }
    if isHeading(first) { lines = lines.dropFirst().drop { $0.isBlank } }
    guard isHeaderBlock(Array(lines), at: 0) else { return "" }
    var wasBlank = false
    // Fields may go over lines, and some put a blank line between them.
    lines = lines.drop { line in
      defer { wasBlank = line.isBlank }
      return line.isBlank || line.field != nil || !wasBlank
    }
    return trim(lines.map(\.text).joined(separator: "\n"))
  }

  /// The line that introduces a quoted mail below some text; nil when none does. `orHeader`: a pasted header too.
  static func introduction(of text: String, orHeader: Bool = true) -> String? {
    let lines = split(text)
    guard let start = lines.firstIndex(where: { !$0.isBlank }), !lines[start].isQuoted else { return nil }
    // Only the pasted header and the attribution prove that another's mail follows; a heading may be a forward.
    for i in (start + 1)..<max(start + 1, min(lines.count, 200)) {
      if attribution(lines, at: i) != nil || orHeader && isHeaderBlock(lines, at: i) {
        return lines[i].text.trimmedSpaces
      }
      if isHeading(lines[i]) || lines[i].isQuoted { return nil }
    }
    return nil
  }

  private static func split(_ text: String) -> [Line] {
    let text = text.octets(atMost: longest)
    var lines: [Line] = []
    var start = 0
    // A CR alone ends a line too, as old Macs wrote them.
    for (place, octet) in text.enumerated() where octet == Octet.lf || octet == Octet.cr {
      if octet == Octet.cr || place == 0 || text[place - 1] != Octet.cr { lines.append(Line(text[start..<place])) }
      start = place + 1
    }
    if start < text.count { lines.append(Line(text[start...])) }
    return lines
  }

  /// Some quote by the writer's initials, "JS> text" (The Bat!, Notes, Supercite): the same ones before at least two lines are
  /// as good as `>`.
  private static func markingInitials(_ lines: [Line]) -> [Line] {
    let lines = markingBars(lines)
    var counts: [[UInt8]: Int] = [:]
    for line in lines { if let initials = line.initials { counts[initials, default: 0] += 1 } }
    guard counts.contains(where: { $0.value > 1 }) else { return lines }
    return lines.map { line in
      guard let initials = line.initials, counts[initials, default: 0] > 1 else { return line }
      return Line([Octet.greaterThan] + line.raw)
    }
  }

  /// Lines that begin with a bar, at least two and not those of a table, are as good as quoted (Sylpheed, Pegasus and others).
  private static func markingBars(_ lines: [Line]) -> [Line] {
    let barred = lines.filter(\.isBarred)
    guard barred.count > 1, !barred.contains(where: { $0.words.dropFirst().contains(UInt8(ascii: "|")) }) else {
      return lines
    }
    return lines.map { $0.isBarred ? Line([Octet.greaterThan] + $0.raw) : $0 }
  }

  /// Without the last line when it only signs.
  private static func withoutSlashedName(_ lines: [Line]) -> ArraySlice<Line> {
    guard let last = lines.lastIndex(where: { !$0.isBlank }), lines[last].isSlashedName,
      lines[..<last].contains(where: { !$0.isBlank })
    else { return lines[...] }
    return lines[..<last]
  }

  /// Separators and empty lines at the end belong to what was cut off.
  private static func finish(_ lines: [Line]) -> String {
    var lines = withoutSlashedName(lines)
    while let last = lines.last, last.isBlank || last.isRule { lines.removeLast() }
    var text: [UInt8] = []
    for line in lines {
      if !text.isEmpty { text.append(Octet.lf) }
      text += line.withoutSpacesAtEnd
    }
    return String(decoding: text.trimmedSpaces(), as: UTF8.self)
  }

  /// The rest of a quoted line that was too long: it goes on in small letters and the quote follows at once.
  private static func isWrapped(_ lines: [Line], at i: Int) -> Bool {
    guard i > 0, i + 1 < lines.count, lines[i - 1].isQuoted, lines[i + 1].isQuoted, lines[i - 1].raw.count >= 60,
      let first = lines[i].raw.first
    else { return false }
    return first >= UInt8(ascii: "a") && first <= UInt8(ascii: "z") && lines[i].raw.count < lines[i - 1].raw.count
  }

  /// GroupWise's ">>> X <x@y> 26.11.2026 10:00 >>>" and ">>> On … wrote:" between two unmarked texts.
  private static func isArrowHeading(_ lines: [Line], at i: Int) -> Bool {
    let words = lines[i].words
    guard words.first == Octet.greaterThan, words.starts(with: ">>>".utf8), words.count > 12,
      words.contains(where: \.isDigit),
      words.suffix(3).elementsEqual(">>>".utf8) || isAttribution(Array(words.dropFirst(3)))
    else { return false }
    let before = lines[..<i].last { !$0.isBlank }
    let after = lines[(i + 1)...].first { !$0.isBlank }
    return before.map { !$0.isQuoted } ?? true && after.map { !$0.isQuoted } ?? false
  }

  private static func isHeading(_ line: Line) -> Bool {
    guard line.words.count < 120, line.words.count > 8 else { return false }
    let bare = line.words.withoutDashes
    let decorated = bare.count < line.words.count && line.words[0] != Octet.openParenthesis
    let ends = line.words.last == Octet.colon
    if QuoteMarks.replyAbove.hasMatch(in: line.words) { return true }
    return (decorated || ends) && QuoteMarks.headings.hasMatch(in: line.words)
  }

  /// "From: … Sent: … To: … Subject: …" pasted over the mail: at least three different fields close together.
  private static func isHeaderBlock(_ lines: [Line], at start: Int) -> Bool {
    guard lines.indices.contains(start), let first = lines[start].field,
      first == .from || first == .date || first == .to || first == .subject
    else {
      return false
    }
    if first == .from, lines[start].fieldsWithin.subtracting([.copy]).count >= 3 { return true }
    var found: Set<QuoteMarks.Field> = [first]
    var misses = 0
    for line in lines[(start + 1)...].prefix(10) {
      if line.isBlank { continue }
      if let field = line.field {
        found.insert(field)
      } else {
        misses += 1
        if misses > 3 { break }  // long lists of recipients go over lines
      }
    }
    let kinds = found.subtracting([.copy]).count
    if kinds == 2, misses == 0 || found.isSuperset(of: [.from, .date]), found.contains(.date), start > 0,
      lines[start - 1].isBlank
    {
      return lines[start...].prefix(3).contains { $0.words.contains(Octet.at) }
    }
    return found.contains(.from) ? kinds >= 3 || (kinds == 2 && found.count > 2) : kinds >= 4
  }

  private struct Attribution {
    var end: Int
    /// Text of the answer that shares the line.
    var before: [UInt8]?
  }

  /// "On … X wrote:" over one to four lines, or the bare "2012/4/3 X <x@y>" of old Gmail.
  private static func attribution(_ lines: [Line], at start: Int) -> Attribution? {
    guard !lines[start].isBlank else { return nil }
    // Most lines stand above none that could end one.
    guard lines[start...].prefix(attributionLines).contains(where: \.mayEndAttribution) else {
      return bareAttribution(lines, at: start)
    }
    var joined: [UInt8] = []
    for count in 1...attributionLines where start + count <= lines.count {
      let line = lines[start + count - 1]
      if line.isBlank, count > 1, start + count < lines.count, lines[start + count].words == [Octet.lessThan] {
        continue
      }
      if line.isBlank || count > 1 && line.isQuoted && !closesAddress(of: joined) { break }
      joined += (count > 1 ? [Octet.space] : []) + line.words
      guard joined.count < 500 else { break }
      guard line.mayEndAttribution,
        isAttribution(joined) || isIntroduction(joined, of: lines, from: start + count)
      else { continue }
      // A sentence before the attribution's line is the answer's own: a later line may begin the attribution.
      if count > 1, !startsAttribution(lines[start].words) { return nil }
      if count == 1 || startsAttribution(lines[start].words), let share = sharedLine(lines[start]) {
        return Attribution(end: start + count, before: share)
      }
      return Attribution(end: start + count, before: nil)
    }
    return bareAttribution(lines, at: start)
  }

  /// Polymail and others break "<address>" over lines: its end then stands where a quote's mark would.
  private static func closesAddress(of words: [UInt8]) -> Bool {
    words.count { $0 == Octet.lessThan } > words.count { $0 == Octet.greaterThan }
  }

  /// "Ann wrote:" and "Thus spake Ann:", without a date or an address, right above a quote.
  private static func isIntroduction(_ words: [UInt8], of lines: [Line], from end: Int) -> Bool {
    guard words.last == Octet.colon || words.suffix(3).elementsEqual("...".utf8), words.count < 200,
      QuoteMarks.wrote.hasMatch(in: words) || words.starts(with: "thus spake ".utf8)
    else { return false }
    return lines[end...].first { !$0.isBlank }?.isQuoted ?? false
  }

  /// Without a verb: "2012/4/3 X <x@y>" before a quote, "2016-03-03 17:21 GMT+01:00 X <x@y>:" of old Gmail, over two lines too.
  private static func bareAttribution(_ lines: [Line], at start: Int) -> Attribution? {
    let words = lines[start].words
    guard words.count > 12, words.count < 200, words[0].isDigit, words[1].isDigit,
      words.prefix(10).filter({ $0 == UInt8(ascii: "/") || $0 == Octet.dash || $0 == Octet.dot }).count >= 2
    else { return nil }
    let gmail = words.range(of: " gmt") != nil
    if gmail, let last = words.last, last == Octet.lessThan, start + 1 < lines.count {
      return Attribution(end: start + 2, before: nil)
    }
    let next = lines[(start + 1)...].first { !$0.isBlank }
    let marked = next.map { $0.isQuoted || $0.words.first == UInt8(ascii: "|") } ?? false
    return gmail || marked && words.contains(Octet.at) ? Attribution(end: start + 1, before: nil) : nil
  }

  private static func isAttribution(_ words: [UInt8]) -> Bool {
    let end = words.withoutMarksAtEnd
    let dashed = end.starts(with: "--".utf8) && end.suffix(2).elementsEqual("--".utf8)
    guard end.endsInColon || dashed, end.count > 8 else { return false }
    guard dashed || words.contains(where: { $0.isDigit || $0 == Octet.at }) else { return false }
    return QuoteMarks.wrote.hasMatch(in: words) || isDatedAddress(words) || isPlainlyAddressed(end)
  }

  /// Horde's "Quoting X <x@y>:" and Tuta's "26. Nov. 2026, 10:00 von x@y:", which end with the address.
  private static func isPlainlyAddressed(_ line: ArraySlice<UInt8>) -> Bool {
    guard line.count < 160, let space = line.lastIndex(of: Octet.space), line[space...].contains(Octet.at) else {
      return false
    }
    if QuoteMarks.quoting.fit(line) { return true }
    let date = line[..<space]
    let words = date.split(separator: Octet.space)
    // Day, month, year, time and "by".
    return words.count <= 6 && date.contains(Octet.colon)
      && words.contains { word in
        let year = word.filter(\.isDigit)
        return year.count == 4 && year.starts(with: "20".utf8) && word.count <= 5
      }
  }

  /// Gmail in Russian and Japanese says no verb: "чт, 26 нояб. 2026 г. в 10:00, Kim <kim@example.net>:". An address, a year and a
  /// time before a colon are no sentence of a person.
  private static func isDatedAddress(_ words: [UInt8]) -> Bool {
    guard let open = words.lastIndex(of: Octet.lessThan), words[open...].contains(Octet.at),
      words[open...].contains(Octet.greaterThan)
    else { return false }
    var hasTime = false
    var hasYear = words.starts(with: "20".utf8)
    for i in 1..<max(1, min(words.count - 4, 200)) {
      if words[i] == Octet.colon, words[i - 1].isDigit, words[i + 1].isDigit, words[i + 2].isDigit { hasTime = true }
      if words[i] == UInt8(ascii: "2"), words[i + 1] == UInt8(ascii: "0"), words[i + 2].isDigit, words[i + 3].isDigit,
        !words[i - 1].isDigit, !words[i + 4].isDigit
      {
        hasYear = true
      }
    }
    return hasTime && hasYear
  }

  /// Words with which an attribution begins: "On", its like in other languages, a weekday, a date, a name with an address.
  private static func startsAttribution(_ words: [UInt8]) -> Bool {
    let text = words.drop { !$0.isLetter && !$0.isDigit && $0 < 128 }
    if let first = text.first, first.isDigit { return true }
    if starts.fit(text) { return true }
    return text.contains(Octet.at) || text.range(of: " on ") != nil
  }

  private static let starts = Beginnings([
    "on ", "am ", "le ", "el ", "il ", "em ", "op ", "den ", "dnia ", "w dniu ", "dne ", "d\u{148}a ", "p\u{e5} ",
    "vid ", "a(z) ", "\u{432} ", "\u{43d}\u{430} ",
    "mon", "tue", "wed", "thu", "fri", "sat", "sun", "lun", "mar", "mer", "jeu", "ven", "sam", "dim", "m\u{e5}n", "tis",
    "ons", "tor", "fre", "l\u{f6}r", "s\u{f6}n",
    "pon", "wt", "\u{15b}r", "czw", "pt", "sob", "nie", "\u{43f}\u{43d}", "\u{432}\u{442}", "\u{441}\u{440}",
    "\u{447}\u{442}", "\u{43f}\u{442}", "\u{441}\u{431}", "\u{432}\u{441}", "\u{5728}", "v\u{e0}o ", "pada ", "ti ",
    "ma ", "pe ",
    "at mon", "at tue", "at wed", "at thu", "at fri", "at sat", "at sun",
    "\u{3c3}\u{3c4}\u{3b9}\u{3c2} ", "dom", "seg", "qua", "qui", "sex", "s\u{e1}b", "mi\u{e9}", "jue", "vie", "gio",
    "tarihinde",
  ])

  /// The answer before an attribution on the same line: "Thanks On Wed, Apr 4, 2012 at 3:59 PM, bob wrote:".
  private static func sharedLine(_ line: Line) -> [UInt8]? {
    guard let place = line.raw.range(of: " On "), line.raw[..<place].contains(where: { $0.isLetter || $0 > 127 })
    else { return nil }
    let after = line.raw[(place + 4)...]
    guard let first = after.first, first.isDigit || days.contains(where: { after.starts(with: $0.utf8) }) else {
      return nil
    }
    return Array(line.raw[..<place])
  }

  private static let days = [
    "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep",
    "Oct", "Nov", "Dec",
  ]
}

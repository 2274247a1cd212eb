import MailText

extension ReplyText {
  /// One line with what the rules ask of it.
  struct Line {
    let raw: [UInt8]
    /// As tables are written.
    let words: [UInt8]
    let isQuoted: Bool
    /// Whether its end could be that of an attribution: a colon, dashes or three dots, or nothing but marks.
    let mayEndAttribution: Bool

    init(_ raw: some Collection<UInt8>) {
      self.raw = Array(raw)
      words =
        raw.contains { $0 > 127 }
        ? PhraseMatcher.normalize(String(decoding: raw, as: UTF8.self)) : PhraseMatcher.normalize(raw)
      isQuoted = raw.first { !$0.isBlank } == Octet.greaterThan
      let end = words.withoutMarksAtEnd
      mayEndAttribution =
        end.isEmpty || end.endsInColon || end.suffix(2).elementsEqual("--".utf8)
        || end.suffix(3).elementsEqual("...".utf8)
    }

    var withoutSpacesAtEnd: ArraySlice<UInt8> {
      var end = raw[...]
      while let last = end.last, last.isSpace { end.removeLast() }
      return end
    }
    var text: String { String(decoding: withoutSpacesAtEnd, as: UTF8.self) }
    var isBlank: Bool { words.isEmpty }
    /// Up to five letters right before a quote's mark at the line's beginning.
    var initials: [UInt8]? {
      let text = raw.drop { $0 == Octet.space }
      let letters = text.prefix { $0.isLetter }
      guard (1...5).contains(letters.count), letters.endIndex < text.endIndex,
        text[letters.endIndex] == Octet.greaterThan
      else { return nil }
      return Array(letters)
    }
    /// "/Kim", as Swedes and Danes sign.
    var isSlashedName: Bool {
      guard raw.count > 2, raw.count < 24, raw[0] == UInt8(ascii: "/") else { return false }
      let name = raw[1...].drop { $0 == Octet.space }
      return name.first.map { $0 >= 65 && $0 <= 90 || $0 > 127 } ?? false
        && name.allSatisfy { $0.isLetter || $0 > 127 || $0 == Octet.space || $0 == Octet.dot }
    }
    /// Whether it holds an address or enough digits for a date.
    var saysWhenOrWho: Bool {
      words.contains(Octet.at) || words.count(where: \.isDigit) > 2 || raw.contains { $0 > 127 }
    }
    var isBarred: Bool { raw.first == UInt8(ascii: "|") }
    /// ">>> see here <<<" is decoration.
    var looksLikeArrow: Bool { words.starts(with: ">>".utf8) }
    /// A line of nothing but dashes, underscores and their like.
    var isRule: Bool {
      words.count > 1 && words.allSatisfy { "-_=*~ .#+".utf8.contains($0) } || isTrackerMark
    }
    /// U+1427, which Streak's tracker leaves below a mail.
    private var isTrackerMark: Bool { words.trimmedSpaces().elementsEqual("\u{1427}".utf8) }
    /// ". . . . . .", bold or not: a footer follows.
    private var isDottedRule: Bool {
      words.count { $0 == Octet.dot } >= 8
        && words.allSatisfy { $0 == Octet.dot || $0 == Octet.space || $0 == UInt8(ascii: "*") }
    }
    var isSignatureMark: Bool {
      guard let first = words.first, !first.isLetter else { return false }
      if isDottedRule { return true }
      let bare = words.trimmedSpaces()
      return bare.count >= 5 && bare.allSatisfy { $0 == UInt8(ascii: "_") } || bare.elementsEqual("--".utf8)
        || bare.elementsEqual("\u{2014}".utf8) || bare.elementsEqual("__".utf8)
    }
    var isDevice: Bool {
      let bare = words.drop { !$0.isLetter && $0 < 128 }
      guard bare.count < 160, bare.count > 6 else { return false }
      // A sentence that only begins so is the person's.
      return QuoteMarks.deviceStarts.fit(bare)
        && !Self.verbs.contains { bare.range(of: $0) != nil }
        || bare.count < 60 && QuoteMarks.deviceEnds.hasMatch(in: bare)
    }

    private static let verbs: [StaticString] = [", is ", ", was ", " is much ", " i ", " you "]

    /// Fields of a pasted header that got all on one line: "From: X Sent: D To: K Subject: S".
    var fieldsWithin: Set<QuoteMarks.Field> {
      guard words.count < 1_000 else { return [] }
      return Set(
        words.split(separator: Octet.space).lazy.filter { $0.count < 40 && $0.last == Octet.colon }
          .compactMap { QuoteMarks.fields[String(decoding: $0.dropLast(), as: UTF8.self)] })
    }

    /// The pasted header's field that the line is.
    var field: QuoteMarks.Field? {
      let bare = words.drop {
        $0 == UInt8(ascii: "*") || $0 == Octet.greaterThan || $0 == UInt8(ascii: "|") || $0.isSpace
          || $0 == UInt8(ascii: "_") || $0 == Octet.dash
      }
      guard let colon = bare.prefix(40).firstIndex(where: { $0 == Octet.colon || $0 == 0xEF }) else { return nil }
      let name = bare[..<colon].filter { $0 != UInt8(ascii: "*") && $0 != UInt8(ascii: "_") }.trimmedSpaces()
      return QuoteMarks.fields[String(decoding: name, as: UTF8.self)]
    }
  }
}

extension ArraySlice<UInt8> {
  var endsInColon: Bool { last == Octet.colon || suffix(3).elementsEqual([0xEF, 0xBC, 0x9A]) }  // U+FF1A
}

extension [UInt8] {
  /// Without white space, emphasis and marks of the writing direction (U+200E, U+200F, U+202A to U+202E) at its end.
  var withoutMarksAtEnd: ArraySlice<UInt8> {
    var end = self[...]
    while let last = end.last, last.isSpace || last == Octet.asterisk || last == UInt8(ascii: "_") { end.removeLast() }
    while end.count > 3, let last = end.last, last == 0x8E || last == 0x8F || (0xAA...0xAE).contains(last),
      end.suffix(3).starts(with: [0xE2, 0x80])
    {
      end.removeLast(3)
    }
    return end
  }

  /// From the first letter on; dashes of Unicode (U+2010 to U+2015), as Proton draws its lines with, are none.
  var withoutDashes: ArraySlice<UInt8> {
    var rest = self[...]
    while let first = rest.first, !first.isLetter {
      if first < 128 {
        rest.removeFirst()
      } else if rest.count > 2, rest.starts(with: [0xE2, 0x80]), (0x90...0x95).contains(rest[rest.startIndex + 2]) {
        rest.removeFirst(3)
      } else {
        break
      }
    }
    return rest
  }
}

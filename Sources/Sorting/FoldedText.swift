import MailText

/// Text as people write it in haste, for tables that shall not care: small letters, no accents, plain apostrophes and spaces.
enum FoldedText {
  /// What ends a sentence; ``fold(_:)`` makes the marks of all scripts one of these.
  static let ends: Set<UInt8> = [
    UInt8(ascii: "."), UInt8(ascii: "!"), UInt8(ascii: "?"), UInt8(ascii: ";"), Octet.lf,
  ]
  /// What parts a sentence.
  static let pauses: Set<UInt8> = Set(",:()\"".utf8)

  static func fold(_ text: String) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(text.utf8.count)
    for scalar in text.lowercased().unicodeScalars {
      let value = scalar.value
      if value < 128 {
        let octet = UInt8(truncatingIfNeeded: value)
        if octet == Octet.lf || octet == Octet.cr {
          out.append(Octet.lf)
        } else if octet <= 32 {
          if let last = out.last, last != 32, last != Octet.lf { out.append(32) }
        } else {
          out.append(octet)
        }
        continue
      }
      if isMark(value) { continue }
      if let plain = letters[value] {
        if plain == " ", out.last == 32 { continue }
        out.append(contentsOf: plain.utf8)
      } else {
        out.append(contentsOf: Array(String(Character(scalar)).utf8))
      }
    }
    return out
  }

  /// Accents by themselves, vowels of Hebrew and Arabic, marks of the writing direction, joiners and the byte order mark.
  private static func isMark(_ value: UInt32) -> Bool {
    (0x300...0x36F).contains(value) || (0x591...0x5C7).contains(value) || (0x64B...0x652).contains(value)
      || (0x200B...0x200F).contains(value) || (0x202A...0x202E).contains(value) || value == 0xFEFF || value == 0xAD
  }

  private static let letters: [UInt32: String] = {
    var table: [UInt32: String] = [:]
    let rows: [(from: String, to: String)] = [
      ("àáâãäåāăą", "a"), ("æ", "ae"), ("çćĉċč", "c"), ("ďđð", "d"), ("èéêëēĕėęě", "e"), ("ĝğġģ", "g"), ("ĥħ", "h"),
      ("ìíîïĩīĭįı", "i"), ("ĵ", "j"), ("ķ", "k"), ("ĺļľŀł", "l"), ("ñńņň", "n"), ("òóôõöøōŏő", "o"), ("œ", "oe"),
      ("ŕŗř", "r"), ("śŝşšș", "s"), ("ß", "ss"), ("ţťŧț", "t"), ("ùúûüũūŭůűų", "u"), ("ŵ", "w"), ("ýÿŷ", "y"),
      ("źżž", "z"), ("ё", "е"), ("й", "и"), ("ї", "і"), ("ά", "α"), ("έ", "ε"), ("ή", "η"), ("ίϊΐ", "ι"), ("ό", "ο"),
      ("ύϋΰ", "υ"), ("ώ", "ω"), ("آأإ", "ا"), ("\u{2018}\u{2019}\u{2BC}\u{B4}", "'"),
      ("\u{201C}\u{201D}\u{201E}\u{AB}\u{BB}", "\""), ("\u{A0}\u{202F}\u{3000}", " "),
      ("\u{2013}\u{2014}\u{3001}\u{FF0C}\u{60C}", ","),
      ("\u{3002}\u{2026}\u{FF0E}\u{FF61}", "."), ("\u{FF01}\u{A1}", "!"), ("\u{FF1F}\u{BF}\u{61F}", "?"),
      ("\u{FF1A}", ":"),
      ("\u{2028}\u{2029}", "\n"),
    ]
    for (from, to) in rows { for scalar in from.unicodeScalars { table[scalar.value] = to } }
    return table
  }()
}

import MailText

/// The words of a person's text, in the form that tables of wishes are written in, sentence by sentence.
///
/// Letters are small and without accents, because people leave them out (`desabonnez moi`); `ä`, `ae` and `a` are one; hyphens and
/// apostrophes part words; `e-mail` is `email`; English negations are `not` and courtesies `please`. Takes time linear in the text.
struct Words {
  /// One sentence, or one line: where its words stand and what was between them.
  struct Sentence {
    /// Its words' places in ``Words/bounds``.
    var words: Range<Int>
    /// The numbers of the words before which a comma, colon, bracket or dash stands, after the first word's.
    var clauses: [Int] = []
    var isQuestion = false
    /// Its letters without white space, for scripts that have no words; empty when it has none of them.
    var runOn: [UInt8] = []
  }

  private(set) var sentences: [Sentence] = []
  /// The letters of all words, one word behind the other.
  private(set) var letters: [UInt8] = []
  /// Where the words stand in `letters`.
  private(set) var bounds: [Range<Int>] = []
  private var start = 0
  private var firstWord = 0
  private var clauses: [Int] = []
  private var runOn: [UInt8] = []
  /// Whether the text has letters of scripts whose words may grow together.
  private var mayRunOn = false
  private var isRunOn = false
  private var isAfterDot = false

  /// Reads at most so many sentences of the text's first `octets`.
  init(_ text: String, octets: Int = .max, sentences most: Int = .max) {
    var text = text
    text.withUTF8 { read(UnsafeBufferPointer(rebasing: $0.prefix(octets)), most) }
  }

  /// The words of a sentence.
  func words(of sentence: Sentence) -> [ArraySlice<UInt8>] { sentence.words.map { letters[bounds[$0]] } }

  /// The word that a text of one word is, for tables; nil when it has none.
  static func only(_ text: String) -> ArraySlice<UInt8>? {
    let words = Words(text)
    return words.bounds.first.map { ArraySlice(Array(words.letters[$0])) }
  }

  private mutating func read(_ text: UnsafeBufferPointer<UInt8>, _ most: Int) {
    // From U+0580 on: an octet that leads a letter of Latin, Greek or Cyrillic is smaller.
    mayRunOn = text.contains { $0 >= 0xD6 }
    letters.reserveCapacity(text.count)
    var place = 0
    while place < text.count, sentences.count < most {
      let octet = text[place]
      if octet.isLetter || octet.isDigit {
        var end = place + 1
        while end < text.count, text[end].isLetter || text[end].isDigit { end += 1 }
        take(UnsafeBufferPointer(rebasing: text[place..<end]))
        place = end
      } else if octet < 0x80 {
        take(octet)
        place += 1
      } else if let scalar = Self.scalar(text, at: place) {
        take(scalar)
        place += scalar.utf8.count
      } else {
        break  // the last letter is cut
      }
    }
    endSentence(isQuestion: false)
  }

  /// The letter beyond ASCII at a place of well-formed text (RFC 3629 section 3); nil when the text ends in it.
  private static func scalar(_ text: UnsafeBufferPointer<UInt8>, at place: Int) -> Unicode.Scalar? {
    let lead = text[place]
    let length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
    guard place + length <= text.count else { return nil }
    var value = UInt32(lead) & (0x7F >> UInt32(length))
    for octet in text[place + 1..<place + length] { value = value << 6 | UInt32(octet & 0x3F) }
    return Unicode.Scalar(value)
  }

  /// Letters and digits of ASCII.
  private mutating func take(_ run: UnsafeBufferPointer<UInt8>) {
    // In "acme.com" the dot ends nothing.
    isAfterDot = false
    let before = letters.count
    letters += run
    letters.withUnsafeMutableBufferPointer { letters in
      for place in before..<letters.count { letters[place] = letters[place].lowered }
    }
  }

  /// Any other octet of ASCII.
  private mutating func take(_ octet: UInt8) {
    if isAfterDot {
      isAfterDot = false
      endSentence(isQuestion: false)
    }
    switch octet {
    case Octet.dot:
      endWord()
      isAfterDot = true
    case UInt8(ascii: "!"), Octet.lf, Octet.cr, Octet.semicolon: endSentence(isQuestion: false)
    case Octet.question: endSentence(isQuestion: true)
    case Octet.comma, Octet.colon, Octet.openParenthesis, Octet.closeParenthesis, Octet.quote, UInt8(ascii: "|"):
      endClause()
    default: endWord()
    }
  }

  private mutating func take(_ scalar: Unicode.Scalar) {
    let folded = scalar.value < Self.foldedEnd ? Self.smallLetters[Int(scalar.value)] : Self.small(scalar)
    if isAfterDot {
      isAfterDot = false
      if folded == nil { endSentence(isQuestion: false) }
    }
    if let folded {
      letters += folded
      // Hebrew and Arabic, the scripts of India and further Asia, and all of the Far East: words may grow together.
      if scalar.value >= 0x590 { isRunOn = true }
      return
    }
    switch scalar.value {
    case 0x2026, 0x3002, 0xFF01, 0xFF0E: endSentence(isQuestion: false)
    case 0xFF1F, 0x61F, 0x37E: endSentence(isQuestion: true)
    case 0x2013, 0x2014, 0x201C, 0x201D, 0x201E, 0xAB, 0xBB, 0x3001, 0xFF0C, 0x60C: endClause()
    default: if !Self.saysNothing(scalar) { endWord() }
    }
  }

  /// Combining marks, joiners and direction marks.
  private static func saysNothing(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x300...0x36F, 0x200B...0x200F, 0xAD, 0xFEFF, 0x64B...0x65F: true
    default: false
    }
  }

  private mutating func endClause() {
    endWord()
    let count = bounds.count - firstWord
    if count > 0, clauses.last != count { clauses.append(count) }
  }

  private mutating func endWord() {
    guard start < letters.count else { return }
    if mayRunOn { runOn += letters[start...] }
    // The other way to write umlauts and their kin.
    var end = start + 1
    for place in start + 1..<letters.count {
      if letters[place] == UInt8(ascii: "e"), Self.takesE(letters[end - 1]) { continue }
      letters[end] = letters[place]
      end += 1
    }
    letters.removeLast(letters.count - end)
    join(start..<end)
    start = letters.count
  }

  /// Keeps a word, which may be the second half of the one before: "e-mail", "don't".
  private mutating func join(_ word: Range<Int>) {
    if bounds.count > firstWord, let before = bounds.last {
      if equals(before, "e") && (starts(word, "mail") || starts(word, "post"))
        || equals(before, "un") && starts(word, "subscribe")
      {
        bounds[bounds.count - 1] = before.lowerBound..<word.upperBound
        return
      }
      if equals(before, "don") && equals(word, "t") || equals(before, "do") && equals(word, "not") {
        bounds.removeLast()
        keep("not", instead: before.lowerBound..<word.upperBound)
        return
      }
    }
    if let same = sameAs(word) { keep(same, instead: word) } else { bounds.append(word) }
  }

  private mutating func keep(_ text: StaticString, instead word: Range<Int>) {
    letters.removeLast(letters.count - word.lowerBound)
    letters += UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    bounds.append(word.lowerBound..<letters.count)
  }

  private func starts(_ word: Range<Int>, _ text: StaticString) -> Bool {
    word.count >= text.utf8CodeUnitCount && letters.hasASCII(text, at: word.lowerBound)
  }

  private func equals(_ word: Range<Int>, _ text: StaticString) -> Bool {
    word.count == text.utf8CodeUnitCount && letters.hasASCII(text, at: word.lowerBound)
  }

  /// What an English word means to a table, when another one says the same.
  private func sameAs(_ word: Range<Int>) -> StaticString? {
    switch letters[word.lowerBound] {
    case UInt8(ascii: "d"), UInt8(ascii: "k"), UInt8(ascii: "n"), UInt8(ascii: "p"), UInt8(ascii: "u"):
      Self.sameAs.first { equals(word, $0.word) }?.meaning
    default: nil
    }
  }

  private static func takesE(_ letter: UInt8) -> Bool {
    letter == UInt8(ascii: "a") || letter == UInt8(ascii: "o") || letter == UInt8(ascii: "u")
  }

  private mutating func endSentence(isQuestion: Bool) {
    endWord()
    defer {
      firstWord = bounds.count
      isRunOn = false
      if !clauses.isEmpty { clauses = [] }
      if !runOn.isEmpty { runOn = [] }
    }
    guard bounds.count > firstWord else {
      // "Really?!" and "…?" end the sentence before.
      if isQuestion, !sentences.isEmpty { sentences[sentences.count - 1].isQuestion = true }
      return
    }
    sentences.append(
      Sentence(
        words: firstWord..<bounds.count, clauses: clauses, isQuestion: isQuestion, runOn: isRunOn ? runOn : []))
  }

  /// English words that mean the same to a table, all with the first letters that ``sameAs(_:)`` looks for.
  private static let sameAs: [(word: StaticString, meaning: StaticString)] = [
    ("dont", "not"), ("never", "not"), ("pls", "please"), ("plz", "please"), ("kindly", "please"),
    // As they are often written in haste.
    ("unsubcribe", "unsubscribe"), ("unsuscribe", "unsubscribe"), ("unsubscibe", "unsubscribe"), ("ur", "your"),
  ]

  /// Below it stand the alphabets that have small letters and accents.
  private static let foldedEnd: UInt32 = 0x590

  /// For each of these letters what it is small and without accents; nil for what is none.
  private static let smallLetters: [[UInt8]?] = (0..<foldedEnd).map { Unicode.Scalar($0).flatMap(small) }

  /// A letter small and without accents; nil for what is none.
  private static func small(_ scalar: Unicode.Scalar) -> [UInt8]? {
    guard !saysNothing(scalar), scalar.properties.isAlphabetic else { return nil }
    if let folded = folded[scalar] { return folded }
    return scalar.properties.lowercaseMapping.unicodeScalars.flatMap { small -> [UInt8] in
      (0x300...0x36F).contains(small.value) ? [] : folded[small] ?? Array(String(small).utf8)
    }
  }

  /// Letters with accents, and what they are without (Unicode's decompositions, and the usual ways to write the others).
  private static let folded: [Unicode.Scalar: [UInt8]] = {
    var table: [Unicode.Scalar: [UInt8]] = [:]
    for (letters, base) in [
      ("àáâãäåāăąạảấầẩẫậắằẳẵặ", "a"), ("æ", "ae"), ("çćĉċč", "c"), ("ďđð", "d"), ("èéêëēĕėęěẹẻẽếềểễệ", "e"),
      ("ĝğġģ", "g"), ("ĥħ", "h"), ("ìíîïĩīĭįıịỉ", "i"), ("ĵ", "j"), ("ķ", "k"), ("ĺļľŀł", "l"), ("ñńņň", "n"),
      ("òóôõöøōŏőơọỏốồổỗộớờởỡợ", "o"), ("œ", "oe"), ("ŕŗř", "r"), ("śŝşšș", "s"), ("ß", "ss"), ("ţťŧț", "t"),
      ("ùúûüũūŭůűųưụủứừửữự", "u"), ("ŵ", "w"), ("ýÿŷỳỵỷỹ", "y"), ("źżž", "z"), ("ά", "α"), ("έ", "ε"), ("ή", "η"),
      ("ίϊΐ", "ι"), ("ό", "ο"), ("ύϋΰ", "υ"), ("ώ", "ω"), ("ς", "σ"), ("ё", "е"),
      ("أإآ", "ا"), ("ى", "ي"), ("ة", "ه"),
    ] {
      for letter in letters.unicodeScalars { table[letter] = Array(base.utf8) }
    }
    return table
  }()
}

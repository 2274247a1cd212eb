import MailText

/// The words of a person's text, in the form that tables of wishes are written in, sentence by sentence.
///
/// Letters are small and without accents, because people leave them out (`desabonnez moi`); `ä`, `ae` and `a` are one; hyphens and
/// apostrophes part words; `e-mail` is `email`; English negations are `not` and courtesies `please`. Takes time linear in the text.
struct Words {
  /// One sentence, or one line: where its words stand and what was between them.
  struct Sentence {
    var words: [ArraySlice<UInt8>] = []
    /// The indices of the words before which a comma, colon, bracket or dash stands.
    var clauses: [Int] = [0]
    var isQuestion = false
    /// Its letters without white space, for scripts that have no words; empty when it has none of them.
    var runOn: [UInt8] = []
  }

  private(set) var sentences: [Sentence] = []
  private var letters: [UInt8] = []
  private var bounds: [Range<Int>] = []
  private var start = 0
  private var clauses = [0]
  private var runOn: [UInt8] = []
  private var isRunOn = false
  private var isAfterDot = false

  /// Reads at most so many sentences of the text's first `octets`.
  init(_ text: String, octets: Int = .max, sentences most: Int = .max) {
    var read = 0
    for scalar in text.unicodeScalars {
      read += scalar.utf8.count
      if read > octets || sentences.count >= most { break }
      take(scalar)
    }
    endSentence(isQuestion: false)
  }

  private mutating func take(_ scalar: Unicode.Scalar) {
    if isAfterDot {
      isAfterDot = false
      // In "acme.com" it ends nothing.
      if !scalar.properties.isAlphabetic, !(0x30...0x39).contains(scalar.value) { endSentence(isQuestion: false) }
    }
    switch scalar.value {
    case 0x61...0x7A, 0x30...0x39: letters.append(UInt8(scalar.value))
    case 0x41...0x5A: letters.append(UInt8(scalar.value | 32))
    case 0x2E:
      endWord()
      isAfterDot = true
    case 0x21, 0x0A, 0x0D, 0x3B, 0x2026, 0x3002, 0xFF01, 0xFF0E, 0x61F, 0x3F, 0xFF1F, 0x37E:
      endSentence(isQuestion: [0x3F, 0xFF1F, 0x61F, 0x37E].contains(scalar.value))
    case 0x2C, 0x3A, 0x28, 0x29, 0x2013, 0x2014, 0x22, 0x201C, 0x201D, 0x201E, 0xAB, 0xBB, 0x3001, 0xFF0C, 0x60C, 0x7C:
      endWord()
      if clauses.last != bounds.count { clauses.append(bounds.count) }
    // Combining marks, joiners and direction marks say nothing.
    case 0x300...0x36F, 0x200B...0x200F, 0xAD, 0xFEFF, 0x64B...0x65F: break
    case 0x80...:
      guard scalar.properties.isAlphabetic else { return endWord() }
      if let folded = Self.folded[scalar] {
        letters += folded
      } else {
        for small in scalar.properties.lowercaseMapping.unicodeScalars where !(0x300...0x36F).contains(small.value) {
          letters += Self.folded[small] ?? Array(String(small).utf8)
        }
        // Hebrew and Arabic, the scripts of India and further Asia, and all of the Far East: words may grow together.
        if scalar.value >= 0x590 { isRunOn = true }
      }
    default: endWord()
    }
  }

  private mutating func endWord() {
    guard start < letters.count else { return }
    runOn += letters[start...]
    // The other way to write umlauts and their kin.
    var end = start
    for place in start..<letters.count {
      if letters[place] == UInt8(ascii: "e"), end > start, Self.takesE(letters[end - 1]) { continue }
      letters[end] = letters[place]
      end += 1
    }
    letters.removeLast(letters.count - end)
    bounds.append(start..<end)
    start = end
  }

  private static func takesE(_ letter: UInt8) -> Bool {
    letter == UInt8(ascii: "a") || letter == UInt8(ascii: "o") || letter == UInt8(ascii: "u")
  }

  private mutating func endSentence(isQuestion: Bool) {
    endWord()
    // Their own buffer for each sentence: its words are slices of it.
    defer { (letters, start, bounds, clauses, runOn, isRunOn) = ([], 0, [], [0], [], false) }
    guard !bounds.isEmpty else {
      // "Really?!" and "…?" end the sentence before.
      if isQuestion, !sentences.isEmpty { sentences[sentences.count - 1].isQuestion = true }
      return
    }
    var sentence = Sentence()
    sentence.isQuestion = isQuestion
    if isRunOn { sentence.runOn = runOn }
    var index = 0
    var clause = clauses[...]
    sentence.clauses = []
    while index < bounds.count {
      while let next = clause.first, next <= index {
        if sentence.clauses.last != sentence.words.count { sentence.clauses.append(sentence.words.count) }
        clause.removeFirst()
      }
      let word = letters[bounds[index]]
      let next = index + 1 < bounds.count ? letters[bounds[index + 1]] : []
      index += 1
      if word.equalsASCII("e") && (next.starts(with: "mail".utf8) || next.starts(with: "post".utf8))
        || word.equalsASCII("un") && next.starts(with: "subscribe".utf8)
      {
        sentence.words.append(word + next)
        index += 1
      } else if word.equalsASCII("don") && next.equalsASCII("t") || word.equalsASCII("do") && next.equalsASCII("not") {
        sentence.words.append(Self.not)
        index += 1
      } else {
        sentence.words.append(Self.isOther(word) ? Self.sameAs[word] ?? word : word)
      }
    }
    sentences.append(sentence)
  }

  /// Whether it begins as one of the words that mean the same as another.
  private static func isOther(_ word: ArraySlice<UInt8>) -> Bool {
    switch word.first {
    case UInt8(ascii: "d"), UInt8(ascii: "k"), UInt8(ascii: "n"), UInt8(ascii: "p"), UInt8(ascii: "u"): word.count < 12
    default: false
    }
  }

  private static let not = ArraySlice("not".utf8)

  /// English words that mean the same to a table.
  private static let sameAs: [ArraySlice<UInt8>: ArraySlice<UInt8>] = Dictionary(
    uniqueKeysWithValues: [
      ("dont", "not"), ("never", "not"), ("pls", "please"), ("plz", "please"), ("kindly", "please"),
      // As they are often written in haste.
      ("unsubcribe", "unsubscribe"), ("unsuscribe", "unsubscribe"), ("unsubscibe", "unsubscribe"), ("ur", "your"),
    ].map { (ArraySlice($0.utf8), ArraySlice($1.utf8)) })

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

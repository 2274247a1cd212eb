/// Words of a text that are in a table, as ``Words`` gives them: most are in none, which two letters tell without a hash.
struct WordSet {
  private let words: Set<ArraySlice<UInt8>>
  private let beginnings: WordBeginnings

  init(_ rows: [String]) {
    words = Set(rows.map { Words($0).sentences.first?.words.first.map { ArraySlice(Array($0)) } ?? [] })
    beginnings = WordBeginnings(words.map(WordBeginnings.key))
  }

  func contains(_ word: ArraySlice<UInt8>) -> Bool { beginnings.hold(word) && words.contains(word) }
}

/// Rows of wishes by the letters they begin with.
struct WishRows {
  private var patterns: [UInt16: [(beginning: WishPattern.Alternative, pattern: WishPattern)]] = [:]
  private let beginnings: WordBeginnings

  init(_ rows: [String]) {
    for pattern in rows.flatMap(WishPattern.rows) {
      for beginning in pattern.beginnings {
        patterns[WordBeginnings.key(beginning.letters), default: []].append((beginning, pattern))
      }
    }
    beginnings = WordBeginnings(patterns.keys)
  }

  /// Whether one of them stands in the sentence from this word on, or behind the courtesies there. `toEnd`: up to its end.
  func fit(_ sentence: WishSentence, at start: Int, toEnd: Bool = false) -> Bool {
    let second = sentence.after[start]
    return begin(sentence, start, start, toEnd) || second != start && begin(sentence, second, start, toEnd)
  }

  private func begin(_ sentence: WishSentence, _ word: Int, _ start: Int, _ toEnd: Bool) -> Bool {
    guard word < sentence.words.count, beginnings.hold(sentence.words[word]) else { return false }
    let letters = sentence.words[word]
    return patterns[WordBeginnings.key(letters)]?.contains {
      $0.beginning.fits(letters) && $0.pattern.fits(sentence, at: start, toEnd: toEnd)
    } ?? false
  }
}

/// The first two letters of words, as bits.
private struct WordBeginnings {
  private var bits = [UInt64](repeating: 0, count: 1 << 10)

  init(_ keys: some Sequence<UInt16>) {
    for key in keys { bits[Int(key >> 6)] |= 1 << UInt64(key & 63) }
  }

  func hold(_ word: ArraySlice<UInt8>) -> Bool {
    let key = Self.key(word)
    return bits[Int(key >> 6)] >> UInt64(key & 63) & 1 != 0
  }

  static func key(_ word: some Collection<UInt8>) -> UInt16 {
    guard let first = word.first else { return 0 }
    let second = word.index(after: word.startIndex)
    return UInt16(first) << 8 | (second == word.endIndex ? 0xFF : UInt16(word[second]))
  }
}

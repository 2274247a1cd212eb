/// Words of a text that are in a table, as ``Words`` gives them: most are in none, which three letters tell without a hash.
struct WordSet {
  private let words: Set<ArraySlice<UInt8>>
  private let beginnings: WordBeginnings

  init(_ rows: [String]) {
    let rows = rows.compactMap(Words.only)
    words = Set(rows)
    beginnings = WordBeginnings(rows.map { ($0, false) })
  }

  func contains(_ word: ArraySlice<UInt8>) -> Bool { beginnings.hold(word) && words.contains(word) }
}

/// Rows of wishes by the letters they begin with.
struct WishRows {
  private var patterns: [UInt16: [(beginning: WishPattern.Alternative, pattern: WishPattern)]] = [:]
  private let beginnings: WordBeginnings

  init(_ rows: [String]) {
    let rows = rows.flatMap(WishPattern.rows)
    for pattern in rows {
      for beginning in pattern.beginnings {
        patterns[Self.key(beginning.letters), default: []].append((beginning, pattern))
      }
    }
    beginnings = WordBeginnings(rows.flatMap(\.beginnings).map { ($0.letters[...], $0.isBeginning) })
  }

  /// Whether one of them can begin with the word that stands there.
  func mayBegin(_ letters: [UInt8], _ word: Range<Int>) -> Bool {
    beginnings.hold(letters, word) && mayBegin(letters[word])
  }

  /// Whether one of them can begin with this word.
  func mayBegin(_ word: ArraySlice<UInt8>) -> Bool {
    beginnings.hold(word) && patterns[Self.key(word)]?.contains { $0.beginning.fits(word) } ?? false
  }

  /// Whether one of them stands in the sentence from this word on, or behind the courtesies there. `toEnd`: up to its end.
  func fit(_ sentence: WishSentence, at start: Int, toEnd: Bool = false) -> Bool {
    let second = sentence.after[start]
    return begin(sentence, start, start, toEnd) || second != start && begin(sentence, second, start, toEnd)
  }

  private func begin(_ sentence: WishSentence, _ word: Int, _ start: Int, _ toEnd: Bool) -> Bool {
    guard word < sentence.words.count, beginnings.hold(sentence.words[word]) else { return false }
    let letters = sentence.words[word]
    return patterns[Self.key(letters)]?.contains {
      $0.beginning.fits(letters) && $0.pattern.fits(sentence, at: start, toEnd: toEnd)
    } ?? false
  }

  /// The first two letters.
  private static func key(_ word: some Collection<UInt8>) -> UInt16 {
    guard let first = word.first else { return 0 }
    return UInt16(first) << 8 | UInt16(word.dropFirst().first ?? 0xFF)
  }
}

/// The first three letters of words, as bits.
private struct WordBeginnings {
  private var bits = [UInt64](repeating: 0, count: 1 << 10)

  /// `isOpen`: any letters may follow it, which is two letters at least.
  init(_ words: some Sequence<(letters: ArraySlice<UInt8>, isOpen: Bool)>) {
    for word in words {
      set(Self.key(word.letters))
      guard word.isOpen, word.letters.count == 2 else { continue }
      for third in UInt8.min...UInt8.max { set(Self.key(word.letters + [third])) }
    }
  }

  private mutating func set(_ key: UInt16) { bits[Int(key >> 6)] |= 1 << UInt64(key & 63) }

  private func holds(_ key: UInt16) -> Bool { bits[Int(key >> 6)] >> UInt64(key & 63) & 1 != 0 }

  func hold(_ word: ArraySlice<UInt8>) -> Bool { holds(Self.key(word)) }

  func hold(_ letters: [UInt8], _ word: Range<Int>) -> Bool {
    letters.withUnsafeBufferPointer { holds(Self.key(UnsafeBufferPointer(rebasing: $0[word]))) }
  }

  private static func key(_ word: ArraySlice<UInt8>) -> UInt16 { word.withUnsafeBufferPointer(key) }

  /// Three letters in 16 bits, which some share.
  private static func key(_ word: UnsafeBufferPointer<UInt8>) -> UInt16 {
    var key: UInt16 = 0
    for place in 0..<3 { key = key &* 37 &+ UInt16(place < word.count ? word[place] : 0) }
    return key
  }
}

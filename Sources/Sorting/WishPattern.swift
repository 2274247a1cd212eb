/// A row of a table of wishes: words that follow each other in a sentence, as ``Words`` gives them.
///
/// Written as words between spaces. `a/b` is either word, `word~` begins with it, `?word` may be left out, `…` is up to four
/// words of any kind, `!a/b` says that none of these comes next, `$` that the sentence or clause ends there, and `<a/b` at the
/// beginning that none of these stands before; a row that ends with `… a/b/$` is two rows, one of which ends there at once.
/// Courtesies between the words do not matter.
struct WishPattern {
  struct Alternative {
    var letters: [UInt8]
    var isBeginning: Bool

    func fits(_ word: ArraySlice<UInt8>) -> Bool {
      isBeginning ? word.starts(with: letters) : word.elementsEqual(letters)
    }
  }

  enum Element {
    case word([Alternative], isOptional: Bool)
    case gap
    case notNext([Alternative])
    case end
  }

  private(set) var elements: [Element] = []
  private var notBefore: [Alternative] = []

  init(_ row: String) {
    for piece in row.split(separator: " ") {
      switch piece.first {
      case "…": elements.append(.gap)
      case "$": elements.append(.end)
      case "!": elements.append(.notNext(Self.alternatives(piece.dropFirst())))
      case "<": notBefore = Self.alternatives(piece.dropFirst())
      case "?": elements.append(.word(Self.alternatives(piece.dropFirst()), isOptional: true))
      default: elements.append(.word(Self.alternatives(piece), isOptional: false))
      }
    }
  }

  /// The patterns of a row.
  static func rows(_ row: String) -> [WishPattern] {
    guard row.hasSuffix("/$") else { return [WishPattern(row)] }
    let whole = String(row.dropLast(2))
    var pieces = whole.split(separator: " ").dropLast()
    if pieces.last == "…" { pieces.removeLast() }
    return [WishPattern(whole), WishPattern(pieces.joined(separator: " ") + " $")]
  }

  private static func alternatives(_ piece: Substring) -> [Alternative] {
    piece.split(separator: "/").map { word in
      let letters = Words.only(String(word.last == "~" ? word.dropLast() : word)) ?? []
      return Alternative(letters: Array(letters), isBeginning: word.last == "~")
    }
  }

  /// The words it can begin with.
  var beginnings: [Alternative] {
    if case .word(let alternatives, false)? = elements.first { return alternatives }
    return []
  }

  /// Whether it stands in the sentence from this word on. `toEnd`: it has to reach the sentence's end.
  func fits(_ sentence: WishSentence, at start: Int, toEnd: Bool = false) -> Bool {
    if let before = sentence.wordBefore(start) {
      guard !notBefore.contains(where: { $0.fits(before) }), !Self.negations.contains(before) else { return false }
    }
    return matches(elements[...], sentence, start, toEnd)
  }

  private func matches(_ rest: ArraySlice<Element>, _ sentence: WishSentence, _ at: Int, _ toEnd: Bool) -> Bool {
    let words = sentence.words
    guard let element = rest.first else { return !toEnd || sentence.after[at] == words.count }
    let following = rest.dropFirst()
    switch element {
    case .word(let alternatives, let isOptional):
      // Where it stands, or behind the courtesies that stand there.
      for place in at == sentence.after[at] ? [at] : [at, sentence.after[at]] where place < words.count {
        guard alternatives.contains(where: { $0.fits(words[place]) }) else { continue }
        if matches(following, sentence, place + 1, toEnd) { return true }
        break
      }
      return isOptional && matches(following, sentence, at, toEnd)
    case .gap:
      for skipped in 0...Self.widest where at + skipped <= words.count {
        if matches(following, sentence, at + skipped, toEnd) { return true }
      }
      return false
    case .notNext(let alternatives):
      guard at < words.count, alternatives.contains(where: { $0.fits(words[at]) }) else {
        return matches(following, sentence, at, toEnd)
      }
      return false
    case .end:
      return sentence.isEnd(at) && matches(following, sentence, at, false)
    }
  }

  /// Words that a gap may have.
  private static let widest = 4

  /// Words that make a wish polite, or urgent, and change nothing of it.
  fileprivate static let courtesies = WordSet([
    "please", "thanks", "thank", "thx", "now", "immediately", "ever", "just", "already", "alstublieft", "alsjeblieft",
    "vanligen", "snalla", "vennligst", "bitte", "danke", "sofort", "svp",
    "merci", "gracias",
    "grazie",
    "obrigado", "obrigada", "por", "favor", "favore", "graag", "aub", "dank", "tack", "takk", "tak", "venligst",
    "prosze", "dziekuje", "prosim", "dekuji",
    "пожалуйста", "спасибо", "lutfen", "kerem", "kiitos", "multumesc", "παρακαλω",
  ])

  /// Before a wish they make it its opposite.
  private static let negations = WordSet([
    "not", "nicht", "ne", "nao", "niet", "inte", "ikke", "nie", "не",
  ])
}

/// A sentence as patterns look at it: what each look needs is found once, so that a text costs what its length is.
struct WishSentence {
  let words: [ArraySlice<UInt8>]
  /// For each place, the end's too, the first place from there on where no courtesy stands.
  let after: [Int]
  /// For each place, the last one before it where none stands, or -1.
  private let before: [Int]
  /// Whether a clause begins at a place, the end's too.
  private let beginsClause: [Bool]

  /// `clauses`: the places of the words that begin one, which the first always does.
  init(_ words: [ArraySlice<UInt8>], clauses: [Int] = []) {
    self.words = words
    let isCourtesy = words.map(WishPattern.courtesies.contains)
    var after = Array(repeating: words.count, count: words.count + 1)
    var before = Array(repeating: -1, count: words.count + 1)
    for place in words.indices.reversed() { after[place] = isCourtesy[place] ? after[place + 1] : place }
    for place in words.indices { before[place + 1] = isCourtesy[place] ? before[place] : place }
    var begins = Array(repeating: false, count: words.count + 1)
    begins[words.count] = true
    for clause in clauses where clause > 0 && clause < words.count { begins[clause] = true }
    (self.after, self.before, beginsClause) = (after, before, begins)
  }

  func wordBefore(_ place: Int) -> ArraySlice<UInt8>? { before[place] < 0 ? nil : words[before[place]] }

  /// Whether the sentence or a clause ends there, or behind the courtesies that stand there.
  func isEnd(_ place: Int) -> Bool { beginsClause[place] || beginsClause[after[place]] }
}

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
      let letters = Words(String(word.last == "~" ? word.dropLast() : word)).sentences.first?.words.first ?? []
      return Alternative(letters: Array(letters), isBeginning: word.last == "~")
    }
  }

  /// The words it can begin with.
  var beginnings: [Alternative] {
    if case .word(let alternatives, false)? = elements.first { return alternatives }
    return []
  }

  /// Whether it stands in the sentence from this word on. `endsWith`: it has to reach the sentence's end.
  func fits(_ words: [ArraySlice<UInt8>], at start: Int, clauseEnds: [Int], toEnd: Bool = false) -> Bool {
    var before = start - 1
    while before >= 0, Self.isCourtesy(words[before]) { before -= 1 }
    if before >= 0 {
      guard !notBefore.contains(where: { $0.fits(words[before]) }), !Self.isNegation(words[before]) else {
        return false
      }
    }
    return matches(elements[...], words, start, clauseEnds, toEnd)
  }

  private func matches(
    _ rest: ArraySlice<Element>, _ words: [ArraySlice<UInt8>], _ at: Int, _ clauseEnds: [Int], _ toEnd: Bool
  ) -> Bool {
    guard let element = rest.first else { return !toEnd || Self.isEnd(words, at, []) }
    let following = rest.dropFirst()
    switch element {
    case .word(let alternatives, let isOptional):
      var place = at
      while place < words.count {
        if alternatives.contains(where: { $0.fits(words[place]) }) {
          if matches(following, words, place + 1, clauseEnds, toEnd) { return true }
          break
        }
        guard Self.isCourtesy(words[place]) else { break }
        place += 1
      }
      return isOptional && matches(following, words, at, clauseEnds, toEnd)
    case .gap:
      for skipped in 0...4 where at + skipped <= words.count {
        if matches(following, words, at + skipped, clauseEnds, toEnd) { return true }
      }
      return false
    case .notNext(let alternatives):
      guard at < words.count, alternatives.contains(where: { $0.fits(words[at]) }) else {
        return matches(following, words, at, clauseEnds, toEnd)
      }
      return false
    case .end:
      return Self.isEnd(words, at, clauseEnds) && matches(following, words, at, clauseEnds, false)
    }
  }

  private static func isEnd(_ words: [ArraySlice<UInt8>], _ at: Int, _ clauseEnds: [Int]) -> Bool {
    var place = at
    while place < words.count, !clauseEnds.contains(place), isCourtesy(words[place]) { place += 1 }
    return place >= words.count || clauseEnds.contains(place)
  }

  private static func isCourtesy(_ word: ArraySlice<UInt8>) -> Bool { courtesies.contains(word) }
  private static func isNegation(_ word: ArraySlice<UInt8>) -> Bool { negations.contains(word) }

  /// Words that make a wish polite, or urgent, and change nothing of it.
  private static let courtesies = set([
    "please", "thanks", "thank", "thx", "now", "immediately", "ever", "just", "already", "alstublieft", "alsjeblieft",
    "vanligen", "snalla", "vennligst", "bitte", "danke", "sofort", "svp",
    "merci", "gracias",
    "grazie",
    "obrigado", "obrigada", "por", "favor", "favore", "graag", "aub", "dank", "tack", "takk", "tak", "venligst",
    "prosze", "dziekuje", "prosim", "dekuji",
    "пожалуйста", "спасибо", "lutfen", "kerem", "kiitos", "multumesc", "παρακαλω",
  ])

  /// Before a wish they make it its opposite.
  private static let negations = set([
    "not", "nicht", "ne", "nao", "niet", "inte", "ikke", "nie", "не",
  ])

  static func set(_ words: [String]) -> Set<ArraySlice<UInt8>> {
    Set(words.map { Words($0).sentences.first?.words.first.map { ArraySlice(Array($0)) } ?? [] })
  }
}

import MailText

/// Words that follow each other within a few others, such as "stop … mails".
///
/// Written `a,b c ~2 d*`: parts, each a choice of phrases; `~2` is the most words between two parts, `*` any ending of a word. With
/// `!` before them the first part must be said to somebody.
struct WordPattern: Sendable {
  /// One word of a phrase.
  struct Word: Sendable {
    var octets: [UInt8]
    var isStem: Bool

    func fits(_ word: ArraySlice<UInt8>) -> Bool {
      isStem ? word.starts(with: octets) : word.elementsEqual(octets)
    }
  }

  private var parts: [[[Word]]] = []
  /// `gaps[i]`: words between part i and the next.
  private var gaps: [Int] = []
  private var isSaid = false

  init(_ row: String) {
    var text = row[...]
    if text.first == "!" {
      isSaid = true
      text = text.dropFirst()
    }
    for (index, piece) in text.split(separator: "~").enumerated() {
      var piece = piece
      if index > 0 {
        gaps.append(piece.prefix { $0 != " " }.reduce(0) { $0 * 10 + ($1.wholeNumberValue ?? 0) })
        piece = piece.drop { $0 != " " }
      }
      parts.append(
        piece.split(separator: ",").map { phrase in
          phrase.split(separator: " ").map { word in
            Word(octets: Array(word.utf8.filter { $0 != Octet.asterisk }), isStem: word.last == "*")
          }
        })
    }
  }

  /// Whether the words are said anywhere in a sentence.
  func isIn(_ sentence: [ArraySlice<UInt8>]) -> Bool {
    for start in sentence.indices where !isSaid || Self.isSaid(at: start, in: sentence) {
      if matches(part: 0, sentence, at: start) { return true }
    }
    return false
  }

  private func matches(part: Int, _ sentence: [ArraySlice<UInt8>], at place: Int) -> Bool {
    for phrase in parts[part] {
      guard place + phrase.count <= sentence.count, zip(phrase, sentence[place...]).allSatisfy({ $0.fits($1) }) else {
        continue
      }
      guard part + 1 < parts.count else { return true }
      let next = place + phrase.count
      for start in next...(next + gaps[part]) where start < sentence.count {
        if matches(part: part + 1, sentence, at: start) { return true }
      }
    }
    return false
  }

  /// At the beginning, after a comma, after a word of politeness, or after "you", "you to".
  private static func isSaid(at place: Int, in sentence: [ArraySlice<UInt8>]) -> Bool {
    guard place > 0 else { return true }
    let before = sentence[place - 1]
    if before.elementsEqual("to".utf8) { return place > 1 && sentence[place - 2].elementsEqual("you".utf8) }
    return leads.contains(before)
  }

  static let leads: Set<ArraySlice<UInt8>> = Set(
    [
      ",", "please", "pls", "plz", "kindly", "just", "and", "so", "now", "then", "must", "should", "you", "immediately",
      "ok",
      "okay", "no", "thanks", "again", "also", "dear", "sirs", "venligst", "vennligst", "snalla", "vanligen", "og",
      "och",
    ].map { Array($0.utf8)[...] })

  /// The words of a sentence that ``FoldedText`` made; what parts it is one too. "don't" is `dont`, "e-mail" `email`.
  static func words(_ sentence: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    var words: [ArraySlice<UInt8>] = []
    var start: Int?
    func end(_ place: Int) {
      guard let from = start else { return }
      start = nil
      let word = sentence[from..<place]
      if let last = words.last, joins(last, word) {
        words[words.count - 1] = last + word
      } else {
        words.append(word)
      }
    }
    for place in sentence.indices {
      let octet = sentence[place]
      if octet.isLetter || octet.isDigit || octet > 127 {
        if start == nil { start = place }
        continue
      }
      end(place)
      if FoldedText.pauses.contains(octet), words.last != [Octet.comma] { words.append([Octet.comma]) }
    }
    end(sentence.endIndex)
    return words
  }

  private static func joins(_ one: ArraySlice<UInt8>, _ next: ArraySlice<UInt8>) -> Bool {
    next.elementsEqual("t".utf8) && one.last == UInt8(ascii: "n")
      || one.elementsEqual("e".utf8) && (next.starts(with: "mail".utf8) || next.starts(with: "post".utf8))
      || one.elementsEqual("un".utf8) && next.starts(with: "subscri".utf8)
  }
}

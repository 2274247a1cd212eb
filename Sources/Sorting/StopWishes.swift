import MailText

/// Plain words by which people ask for no more mail.
///
/// Looked for sentence by sentence in what a person wrote, by the rows of ``StopWishTable``: a wish counts in a sentence that says who
/// shall be left alone (`remove me from your list`), or that says nothing else (`Unsubscribe!`). Questions about such things,
/// conditions of footers (`If you no longer wish …, click here`) and their opposites (`don't unsubscribe me`) are none.
enum StopWishes {
  /// So much of a text is read: whoever wants to be left alone says so before the fortieth sentence, and disclaimers follow it.
  private static let (octets, sentences) = (2000, 40)
  /// Sentences at the beginning of a text in which a lone word (`Unsubscribe`) is a wish; further below it is a footer's.
  private static let firstSentences = 4
  /// Words of a lone wish with all its greetings and thanks.
  private static let mostInWhole = 12

  static func areIn(_ text: String) -> Bool { !text.isEmpty && first(in: text) != nil }

  /// The words of the sentence that asks for it.
  static func first(in text: String) -> String? {
    let words = Words(text, octets: octets, sentences: sentences)
    for (index, sentence) in words.sentences.enumerated()
    where isRunOnWish(sentence) || isWish(sentence, of: words, isEarly: index < firstSentences) {
      return sentence.runOn.isEmpty
        ? String(decoding: Array(words.words(of: sentence).joined(separator: [Octet.space])), as: UTF8.self)
        : String(decoding: sentence.runOn, as: UTF8.self)
    }
    return nil
  }

  /// Whether a text is nothing but such a wish.
  static func areAll(of text: String) -> Bool {
    let words = Words(text, octets: 200, sentences: 2)
    guard words.sentences.count == 1, let sentence = words.sentences.first, !sentence.isQuestion else { return false }
    if runOnWholes.contains(sentence.runOn) { return true }
    return isWhole(words.words(of: sentence)[...])
  }

  private static func isWish(_ sentence: Words.Sentence, of text: Words, isEarly: Bool) -> Bool {
    // Most sentences have no word with which a wish could begin.
    guard
      sentence.words.contains(where: {
        phrases.mayBegin(text.letters, text.bounds[$0]) || wholes.mayBegin(text.letters, text.bounds[$0])
      })
    else { return false }
    let words = text.words(of: sentence)
    let seen = WishSentence(words, clauses: sentence.clauses)
    if sentence.isQuestion, !words.contains(where: firstPersons.contains),
      !requests.fit(seen, at: 0)
    {
      return false
    }
    if isFooter(seen) { return false }
    if words.indices.contains(where: { phrases.fit(seen, at: $0) }) { return true }
    if isEarly, isWhole(words[...]) { return true }
    // "Not interested, please remove."
    var clause = words.startIndex
    for end in sentence.clauses + [words.endIndex] {
      let part = words[clause..<end]
      if part.contains(where: pleas.contains), isWhole(part) { return true }
      clause = end
    }
    return false
  }

  /// Whether these words are one of the table's wholes, beside greetings and thanks.
  private static func isWhole(_ words: ArraySlice<ArraySlice<UInt8>>) -> Bool {
    guard words.count <= mostInWhole, words.contains(where: { wholes.mayBegin($0) }) else { return false }
    var rest = words
    while let first = rest.first {
      if wholes.fit(WishSentence(Array(rest)), at: 0, toEnd: true) { return true }
      guard openers.contains(first) else { break }
      rest.removeFirst()
    }
    return false
  }

  /// What the sender's or the answerer's own mails say below the text: how the reader could unsubscribe.
  private static func isFooter(_ sentence: WishSentence) -> Bool {
    let words = sentence.words
    guard
      words.last?.equalsASCII("here") == true || conditions.fit(sentence, at: 0)
        || words.contains(where: links.fit)
    else { return false }
    return !words.contains(where: singularFirstPersons.contains)
  }

  private static func isRunOnWish(_ sentence: Words.Sentence) -> Bool {
    guard !sentence.runOn.isEmpty else { return false }
    let text = sentence.runOn
    let isQuestion = sentence.isQuestion || questionEnds.contains { text.suffix($0.count).elementsEqual($0) }
    if isQuestion, !runOnRequests.hasMatch(in: text) { return false }
    if runOnOpposites.hasMatch(in: text) { return false }
    return runOnPhrases.hasMatch(in: text) || runOnWholes.contains(text)
  }

  // MARK: - The tables, ready

  private static let phrases = WishRows(StopWishTable.phrases)
  private static let wholes = WishRows(StopWishTable.wholes)
  private static let requests = WishRows(StopWishTable.requests)
  private static let conditions = WishRows(StopWishTable.conditions)
  private static let runOnPhrases = PhraseMatcher(StopWishTable.runOn.map(runOn))
  private static let runOnOpposites = PhraseMatcher(StopWishTable.runOnOpposites.map(runOn))
  private static let runOnRequests = PhraseMatcher(StopWishTable.runOnRequests.map(runOn))
  private static let runOnWholes = Set(StopWishTable.runOnWholes.map { Array(runOn($0).utf8) })
  private static let questionEnds = StopWishTable.runOnQuestionEnds.map { Array($0.utf8) }

  private static func runOn(_ row: String) -> String {
    String(decoding: Words(row).sentences.first?.runOn ?? [], as: UTF8.self)
  }

  private static let firstPersons = WordSet(
    StopWishTable.singularFirstPersons + StopWishTable.pluralFirstPersons)
  private static let singularFirstPersons = WordSet(StopWishTable.singularFirstPersons)
  private static let links = Beginnings(StopWishTable.links)
  private static let openers = WordSet(StopWishTable.openers)
  private static let pleas = WordSet(StopWishTable.pleas)
}

import MailText

/// Mails that do nothing but unsubscribe: to the address of List-Unsubscribe, or a lone word (RFC 2369 §3.2).
struct UnsubscribeRules {
  let facts: MailFacts

  func verdict() -> Verdict? {
    let subject = facts.subjectWords.drop { !$0.isLetter && $0 < 128 }.trimmedSpaces()
    let to = (facts.header.all("to") + facts.header.all("delivered-to")).flatMap { Address.list(in: $0.value) }
    for address in to where address.localPart.asciiLowercased.hasPrefix("unsubscribe") {
      return Verdict(
        mailClass: .unsubscribe, confidence: 0.95, rule: "unsubscribe.address", evidence: ["To: \(address.address)"])
    }
    guard Self.subjects.contains(where: { subject.elementsEqual($0) }), !ReplyRules.isList(facts.header) else {
      return nil
    }
    return Verdict(
      mailClass: .unsubscribe, confidence: 0.9, rule: "unsubscribe.subject", evidence: ["Subject: \(facts.subject)"])
  }

  /// A mail of its own, not an answer, in which a person asks to be left alone; only short ones do nothing else.
  func inWords() -> Verdict? {
    guard facts.from != nil, !facts.header.contains("auto-submitted") else { return nil }
    let text = facts.bodyText()
    guard text.utf8.count <= Self.longest, let wish = StopWords.wish(in: ReplyText.trim(text)) else { return nil }
    return Verdict(mailClass: .unsubscribe, confidence: 0.8, rule: "unsubscribe.words", evidence: [wish])
  }

  /// Octets of such a mail, with the disclaimer below it.
  private static let longest = 2_000

  /// Subjects that mail programs write when a person follows a List-Unsubscribe of the form mailto.
  private static let subjects: [[UInt8]] = [
    "unsubscribe", "unsubscribe me", "stop", "abmelden", "abbestellen", "d\u{e9}sabonner", "d\u{e9}sinscription",
    "desinscription", "darse de baja", "baja",
    "cancellami", "disiscrivimi", "cancelar inscri\u{e7}\u{e3}o", "descadastrar", "uitschrijven", "afmelden",
    "avregistrera", "afmeld", "avmeld", "wypisz", "odhl\u{e1}sit",
    "\u{43e}\u{442}\u{43f}\u{438}\u{441}\u{430}\u{442}\u{44c}\u{441}\u{44f}", "\u{9000}\u{8ba2}",
    "\u{914d}\u{4fe1}\u{505c}\u{6b62}",
  ].map { PhraseMatcher.normalize($0) }
}

/// Plain words by which people ask for no more mail: a table of ``StopPhrases`` against the sentences of an answer.
///
/// Heard by the sentence, as a wish stands above a disclaimer or among other things, and as the same words speak of something
/// else in another sentence: "please stop" is one, "please stop by" is none.
enum StopWords {
  /// Octets looked at: below that nobody begins to ask.
  private static let longest = 4_096
  /// Words of a sentence that is looked at: nobody is begged to stop in longer ones.
  private static let longestSentence = 80
  /// A lone word further down is somebody's footer ("Unsubscribe").
  private static let lastForOneWord = 1

  /// The words that ask for no more mail, in small letters without accents; nil when none do.
  static func wish(in text: String) -> String? {
    let words = FoldedText.fold(text.utf8.count > longest ? String(text.prefix(longest)) : text)
    var index = 0
    let sentences = words.split { FoldedText.ends.contains($0) }
    if sentences.count == 1, let only = sentences.first, alone.contains(plain(bare(only))) { return shown(only) }
    for sentence in sentences {
      let core = bare(sentence)
      guard !core.isEmpty else { continue }
      // "Dear Kim," is above the first sentence.
      defer { if index > 0 || sentence.trimmedSpaces().last != Octet.comma { index += 1 } }
      let octets = Array(sentence)
      guard !conditions.contains(where: { core.starts(with: $0) }), !innocent.hasMatch(in: octets) else { continue }
      if clear.hasMatch(in: octets) { return shown(sentence) }
      let spoken = WordPattern.words(sentence)
      if spoken.count <= longestSentence, patterns.contains(where: { $0.isIn(spoken) }) { return shown(sentence) }
      for clause in sentence.split(whereSeparator: { FoldedText.pauses.contains($0) }) {
        let clause = bare(clause)
        if opening.contains(where: { clause.starts(with: $0) }) { return shown(clause) }
        guard whole.contains(clause) || whole.contains(plain(clause)),
          index <= lastForOneWord || clause.contains(Octet.space)
        else { continue }
        return shown(clause)
      }
    }
    return nil
  }

  private static func shown(_ words: ArraySlice<UInt8>) -> String {
    String(decoding: words, as: UTF8.self).trimmedSpaces
  }

  /// Without what stands around words.
  private static func bare(_ words: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    func isWord(_ octet: UInt8) -> Bool { octet.isLetter || octet.isDigit || octet > 127 }
    guard let first = words.firstIndex(where: isWord), let last = words.lastIndex(where: isWord) else { return [] }
    return words[first...last]
  }

  /// Without politeness around it and without repeating: "please stop stop now, thanks".
  private static func plain(_ clause: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var words: [ArraySlice<UInt8>] = []
    for word in clause.split(separator: Octet.space) {
      let word = misspelt.contains(word) ? unsubscribe : word
      if words.last != word { words.append(word) }
    }
    while let first = words.first, courtesies.contains(first) { words.removeFirst() }
    while let last = words.last, courtesies.contains(last) { words.removeLast() }
    return Array(words.joined(separator: [Octet.space]))[...]
  }

  private static func set(_ rows: [String]) -> Set<ArraySlice<UInt8>> { Set(rows.map { FoldedText.fold($0)[...] }) }

  private static let clear = PhraseMatcher(folded: StopPhrases.clear.map(FoldedText.fold))
  private static let innocent = PhraseMatcher(folded: StopPhrases.innocent.map(FoldedText.fold))
  private static let patterns = StopPatterns.rows.map(WordPattern.init)
  private static let unsubscribe = FoldedText.fold("unsubscribe")[...]
  private static let misspelt = set(StopPhrases.misspelt)
  private static let courtesies = set(StopPhrases.courtesies)
  private static let opening = StopPhrases.opening.map(FoldedText.fold)
  private static let conditions = StopPhrases.conditions.map(FoldedText.fold)
  private static let whole = set(StopPhrases.whole)
  private static let alone = set(StopPhrases.alone + StopPhrases.whole)
}

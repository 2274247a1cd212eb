import MailText

/// Challenge-response: a program asks the sender to prove that a person wrote, before it hands the mail on.
struct ChallengeRules {
  let facts: MailFacts

  func verdict() -> Verdict? {
    for row in Self.fields where facts.header.contains(row.name) {
      return Verdict(
        mailClass: .challenge, confidence: 0.95, rule: "challenge.field", evidence: ["\(row.name): \(row.source)"])
    }
    let bySubject = Self.subjects.hasMatch(in: facts.subjectWords)
    guard bySubject || ReplyRules.isAnswer(facts), !ReplyRules.isList(facts.header) else { return nil }
    let text = facts.bodyText()
    guard Self.sentences.hasMatch(in: PhraseMatcher.normalize(text.octets(atMost: 4_096))) else { return nil }
    // Quoted words are those of the mail that is answered.
    let hits = Self.sentences.matches(in: PhraseMatcher.normalize(ReplyText.trim(text).octets(atMost: 4_096)))
    let isNamed = !ReplyRules.hasPrefix(facts) && bySubject || Self.marks.hasMatch(in: facts.subjectWords)
    guard
      let hit = hits.first(where: { !Self.sentenceRows[$0].isVague }) ?? (isNamed || hits.count > 1 ? hits.first : nil)
    else { return nil }
    return Verdict(
      mailClass: .challenge, confidence: 0.9, rule: "challenge.text", evidence: [Self.sentenceRows[hit].text])
  }

  private static let fields: [(name: String, source: String)] = [
    ("x-spamarrest-sentto", "Spam Arrest"), ("x-boxbe-notification", "Boxbe"), ("x-tmda-confirm-to", "TMDA"),
    ("x-mailblocks-challenge", "Mailblocks"), ("x-asks-challenge", "ASK"),
  ]

  private static let subjects = PhraseMatcher([
    "please confirm your message", "please verify", "verification required", "confirm that you sent",
    "your message awaits",
    "challenge", "awaiting confirmation", "sender verification", "verify#",
  ])

  /// In a subject that is ours but for them.
  private static let marks = PhraseMatcher(["verify#", "[confirm", "confirm#"])

  /// Vague ones are also said by people: they need another, or a subject that asks.
  private static let sentenceRows: [(text: String, isVague: Bool, source: String)] = [
    ("confirm that you are a human", false, "several"), ("prove that you are a human", false, "several"),
    ("your message was intercepted by boxbe", false, "Boxbe"), ("waitlist for approval", false, "Boxbe"),
    ("reply to this message to confirm", false, "TMDA, ASK"),
    ("this message was created automatically by mail delivery software (tmda)", false, "TMDA"),
    ("tmda-powered", false, "TMDA"), ("i use an anti-spam*to verify that your", false, "several"),
    ("click the link below to be added to*allowed senders", false, "EarthLink"),
    ("controlled by a challenge", false, "several"), ("spam arrest", true, "Spam Arrest"),
    ("permission-based", true, "ChoiceMail"), ("choicemail", true, "ChoiceMail"),
    ("only need to do this once", true, "several"), ("one-time request", true, "EarthLink spamBlocker"),
  ]
  private static let sentences = PhraseMatcher(sentenceRows.map(\.text))
}

import MailText

/// Challenge-response: a program asks the sender to prove that a person wrote, before it hands the mail on.
struct ChallengeRules {
  let facts: MailFacts

  func verdict() -> Verdict? {
    for row in Self.fields where facts.header.contains(row.name) {
      return Verdict(
        mailClass: .challenge, confidence: 0.95, rule: "challenge.field", evidence: ["\(row.name): \(row.source)"])
    }
    guard Self.subjects.hasMatch(in: facts.subjectWords) || ReplyRules.isAnswer(facts), !ReplyRules.isList(facts.header)
    else {
      return nil
    }
    let text = facts.bodyText()
    let hits = Self.sentences.matches(in: PhraseMatcher.normalize(text.octets(atMost: 4_096)))
    guard let hit = hits.first else { return nil }
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

  private static let sentenceRows: [(text: String, source: String)] = [
    ("confirm that you are a human", "several"), ("prove that you are a human", "several"),
    ("spam arrest", "Spam Arrest"),
    ("your message was intercepted by boxbe", "Boxbe"), ("waitlist for approval", "Boxbe"),
    ("reply to this message to confirm", "TMDA, ASK"),
    ("this message was created automatically by mail delivery software (tmda)", "TMDA"), ("tmda-powered", "TMDA"),
    ("i use an anti-spam*to verify that your", "several"),
    ("click the link below to be added to*allowed senders", "EarthLink"),
    ("permission-based", "ChoiceMail"), ("choicemail", "ChoiceMail"), ("only need to do this once", "several"),
    ("controlled by a challenge", "several"), ("one-time request", "EarthLink spamBlocker"),
  ]
  private static let sentences = PhraseMatcher(sentenceRows.map(\.text))
}

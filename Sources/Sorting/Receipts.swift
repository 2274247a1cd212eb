import MailText

/// Read receipts: a report of what became of a mail after delivery (RFC 8098), told from a person's answer and from a failure.
struct ReceiptRules {
  let facts: MailFacts

  func verdict() -> Verdict? {
    guard let part = facts.message.parts.first(where: \.isDispositionNotification) else { return bySubject() }
    // Somebody shows a receipt that he got.
    if facts.encloses(part), ReplyRules.isAnswer(facts) || ReplyRules.isForward(facts) { return nil }
    let fields = HeaderBlock(lenientlyParsing: Array(facts.message.content(of: part).drop(while: \.isSpace)))
    let disposition = fields.value("disposition") ?? ""
    // RFC 8098 §3.2.6: modes "/" modes ";" type, with modifiers after a slash.
    let type =
      disposition.split(separator: ";").last.map(String.init)?.trimmedSpaces.split(separator: "/").first.map(
        String.init)
      ?? ""
    let word = type.trimmedSpaces.asciiLowercased
    return Verdict(
      mailClass: .other, confidence: 0.99, rule: "receipt." + (Self.words[word] ?? "other"),
      evidence: ["Disposition: \(disposition)"])
  }

  private static let words = [
    "displayed": "read", "deleted": "deleted", "dispatched": "dispatched", "processed": "processed", "denied": "denied",
    "failed": "failed",
  ]

  /// Old Outlook and Notes write the receipt as a letter.
  private func bySubject() -> Verdict? {
    guard Self.subjects.contains(where: { facts.subjectWords.starts(with: $0) }),
      facts.message.parts[0].contentType.type != "multipart" || facts.header.contains("x-ms-tnef-correlator")
    else { return nil }
    let text = PhraseMatcher.normalize(facts.bodyText().octets(atMost: 1_000))
    guard Self.sentences.hasMatch(in: text) else { return nil }
    return Verdict(
      mailClass: .other, confidence: 0.9, rule: "receipt.read", evidence: ["Subject: \(facts.subject)"])
  }

  /// Outlook's and Notes' words in the languages they are sold in.
  private static let subjects: [[UInt8]] = [
    "read:", "not read:", "return receipt", "read receipt", "gelesen:", "ungelesen:", "nicht gelesen:",
    "lesebest\u{e4}tigung", "lu\u{a0}:", "lu :", "lu:", "non lu", "le\u{ed}do:", "lido:", "n\u{e3}o lido:", "letto:",
    "non letto:", "gelezen:", "niet gelezen:", "l\u{e4}st:", "l\u{e6}st:", "lest:", "luettu:", "przeczytano:",
    "p\u{159}e\u{10d}teno:", "\u{43f}\u{440}\u{43e}\u{447}\u{442}\u{435}\u{43d}\u{43e}:",
    "\u{958b}\u{5c01}\u{6e08}\u{307f}:",
    "\u{5df2}\u{8bfb}:", "\u{5df2}\u{8bfb}\u{ff1a}", "okundu:",
  ].map { PhraseMatcher.normalize($0) }

  private static let sentences = PhraseMatcher([
    "was read", "was deleted without being read", "has been read", "wurde gelesen", "wurde ungelesen",
    "a \u{e9}t\u{e9} lu",
    "fue le\u{ed}do", "se ley\u{f3}", "foi lida", "\u{e8} stato letto", "is gelezen", "l\u{e4}stes", "blev l\u{e6}st",
    "ble lest",
    "on luettu", "zosta\u{142}a przeczytana", "byla p\u{159}e\u{10d}tena",
    "\u{431}\u{44b}\u{43b}\u{43e} \u{43f}\u{440}\u{43e}\u{447}\u{442}\u{435}\u{43d}\u{43e}",
    "\u{958b}\u{5c01}\u{3055}\u{308c}",
    "\u{5df2}\u{88ab}\u{9605}\u{8bfb}", "okundu",
  ])
}

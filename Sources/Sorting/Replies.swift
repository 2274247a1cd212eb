import MailText

/// A person's answers, told from lists and newsletters without knowing what was sent.
struct ReplyRules {
  let facts: MailFacts
  /// Whether its In-Reply-To names a mail of ours: then it is no newsletter, whatever list or CRM it came through.
  var answersOurs = false

  func verdict() -> Verdict? {
    guard answersOurs || !Self.isList(facts.header) else { return nil }
    guard Self.isAnswer(facts) else { return byQuote() }
    var evidence: [String] = []
    for name in ["in-reply-to", "references"] {
      if let value = facts.header.value(name), !value.isEmpty {
        evidence.append("\(name == "references" ? "References" : "In-Reply-To"): \(value)")
      }
    }
    if evidence.isEmpty { evidence.append("Subject: \(facts.subject)") }
    return Verdict(
      mailClass: .reply, confidence: evidence[0].hasPrefix("Subject") ? 0.7 : 0.9,
      rule: evidence[0].hasPrefix("Subject") ? "reply.subject" : "reply.thread", evidence: evidence)
  }

  /// An answer that a program wrote without the fields: text above a mail that is introduced as somebody's.
  private func byQuote() -> Verdict? {
    guard facts.from != nil, !facts.header.contains("auto-submitted"), !facts.header.contains("feedback-id") else {
      return nil
    }
    let text = facts.bodyText()
    guard text.utf8.count < 65_536, let introduction = ReplyText.introduction(of: text) else { return nil }
    return Verdict(mailClass: .reply, confidence: 0.6, rule: "reply.quote", evidence: [introduction])
  }

  /// Whether the mail says that it answers another.
  static func isAnswer(_ facts: MailFacts) -> Bool {
    for name in ["in-reply-to", "references"] {
      if let value = facts.header.value(name), !MessageID.list(in: value).isEmpty { return true }
    }
    return hasPrefix(facts)
  }

  /// Whether the subject begins as an answer's does.
  static func hasPrefix(_ facts: MailFacts) -> Bool { prefixes.fit(facts.subjectWords) }

  /// The same for what a person passes on.
  static func isForward(_ facts: MailFacts) -> Bool { forwards.fit(facts.subjectWords) }

  private static let forwards = Beginnings([
    "fwd:", "fw:", "fwd :", "fw :", "wg:", "tr:", "i:", "rv:", "enc:", "doorst:", "vb:", "vl:", "pd:", "pd.:",
    "fw\u{ff1a}", "\u{8f6c}\u{53d1}:", "\u{8f6c}\u{53d1}\u{ff1a}", "\u{8f49}\u{5bc4}:", "\u{8f49}\u{5bc4}\u{ff1a}",
    "\u{8ee2}\u{9001}:", "\u{43f}\u{435}\u{440}\u{435}\u{441}\u{43b}:", "ilt:", "tov\u{e1}bb\u{ed}tva:", "fs:",
  ])

  /// RFC 2919, RFC 2369, RFC 8058 and the words bulk mailers put into Precedence.
  static func isList(_ header: HeaderBlock) -> Bool {
    let precedence = header.value("precedence")?.asciiLowercased
    return isOfList(header) || precedence == "bulk" || precedence == "junk"
  }

  /// The same for what may be an automatic answer: those call themselves bulk too (vacation(1), Zendesk).
  static func isOfList(_ header: HeaderBlock) -> Bool {
    header.contains("list-id") || header.contains("list-unsubscribe") || header.contains("list-post")
      || header.value("precedence")?.asciiLowercased == "list"
  }

  /// "Re:" as mail programs write it; Wikipedia "List of email subject abbreviations" for the languages.
  private static let prefixes = Beginnings([
    "re:", "re :", "re[", "re\u{ff1a}", "aw:", "antw:", "antwort:", "sv:", "vs:", "vast:", "odp:", "res:", "r:", "rif:",
    "bls:",
    "atb:", "ynt:", "ref:", "\u{56de}\u{590d}:", "\u{56de}\u{590d}\u{ff1a}", "\u{56de}\u{8986}:",
    "\u{56de}\u{8986}\u{ff1a}", "\u{7b54}\u{590d}:",
    "\u{7b54}\u{590d}\u{ff1a}", "\u{43e}\u{442}\u{432}:", "\u{3b1}\u{3c0}:", "\u{3c3}\u{3c7}\u{3b5}\u{3c4}:",
    "\u{5d4}\u{5e9}\u{5d1}:", "vb:",
  ])
}

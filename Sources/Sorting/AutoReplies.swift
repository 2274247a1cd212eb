import MailText

/// Answers that a machine gave: by their fields (RFC 3834), else by the words of their subject.
struct AutoReplyRules {
  let facts: MailFacts
  /// When the mail was written, UTC epoch milliseconds; nil when nothing says so.
  var now: Int64?

  /// The verdict with what the answer tells: until when somebody is away, or that he has left.
  func verdict() -> Verdict? {
    let text = facts.bodyText()
    guard var verdict = marked(text) ?? AutoReplyTexts.verdict(facts, text) else { return nil }
    AutoReplyTexts.tell(&verdict, subject: facts.subject, text: text, from: facts.from?.address, now: now)
    return verdict
  }

  /// By fields or the subject.
  private func marked(_ text: String) -> Verdict? {
    if let rule = Self.headerRule(facts.header) ?? generatedAnswer() {
      return Verdict(mailClass: .autoReply, confidence: 0.98, rule: rule.name, evidence: [rule.evidence])
    }
    let hits = Self.subjects.matches(in: facts.subjectWords)
    // Newsletters speak of holidays; and behind "Re:" stand the words of the mail that is answered, perhaps by a person.
    if hits.isEmpty || ReplyRules.isOfList(facts.header) { return nil }
    if ReplyRules.hasPrefix(facts), !AutoReplyTexts.isAboutAbsence(text) { return nil }
    for index in hits
    where !Self.subjectRows[index].onlyAtStart || startsSubject(index) {
      // "Re: out of office cover": what follows the mark of an answer is the subject of the mail that is answered.
      if ReplyRules.hasPrefix(facts), !AutoReplyTexts.speak(in: text) { return nil }
      return Verdict(
        mailClass: .autoReply, confidence: 0.9, rule: "autoreply.subject", evidence: ["Subject: \(facts.subject)"])
    }
    return nil
  }

  /// RFC 3834 §5 calls a mail auto-generated that nobody caused; programs also mark answers so, and then they name the mail.
  private func generatedAnswer() -> (name: String, evidence: String)? {
    guard let value = facts.header.value("auto-submitted"), value.asciiLowercased.hasPrefix("auto-generated"),
      ReplyRules.isAnswer(facts), !ReplyRules.isOfList(facts.header)
    else { return nil }
    return ("autoreply.auto-submitted", "Auto-Submitted: \(value)")
  }

  private func startsSubject(_ index: Int) -> Bool {
    facts.subjectWords.starts(with: Self.subjectRows[index].text.utf8)
  }

  /// The first field that marks an automatic answer. X-Auto-Response-Suppress alone marks none: it asks others not to answer.
  static func headerRule(_ header: HeaderBlock) -> (name: String, evidence: String)? {
    for row in fields {
      for field in header.all(row.name) {
        let value = field.value.asciiLowercased
        if row.excluded.contains(where: value.hasPrefix) { continue }
        if row.namesSender, !namesSender(value, header) { continue }
        if row.values.isEmpty || row.values.contains(where: { value == $0 || value.hasPrefix($0) }) {
          return ("autoreply." + row.name.asciiLowercased, "\(field.name): \(field.value)")
        }
      }
    }
    return nil
  }

  private static func namesSender(_ value: String, _ header: HeaderBlock) -> Bool {
    Address.list(in: header.value("from") ?? "").first.map { value.contains($0.address.asciiLowercased) } ?? false
  }

  private struct FieldRow: Sendable {
    let name: String
    let values: [String]
    let excluded: [String]
    /// Whether the value must hold the address in From.
    let namesSender: Bool
    let source: String

    init(
      _ name: String, _ values: [String], except excluded: [String] = [], namesSender: Bool = false, _ source: String
    ) {
      self.name = name
      self.values = values
      self.excluded = excluded
      self.namesSender = namesSender
      self.source = source
    }
  }

  private static let fields: [FieldRow] = [
    // RFC 3834 §5: auto-generated is a mail that no mail caused; a bounce or a newsletter, so only the others are answers.
    FieldRow("Auto-Submitted", [], except: ["no", "auto-generated"], "RFC 3834 §5"),
    FieldRow("X-Autoreply", [], except: ["no", "false"], "Exim, cPanel, Confixx"),
    FieldRow("X-Autorespond", [], except: ["no", "false"], "CommuniGate, qmail-autoresponder"),
    FieldRow("X-Autoreply-From", [], "Horde"),
    FieldRow("X-Auto-Reply", [], except: ["no"], "Sieve scripts"),
    FieldRow("X-Mail-Autoreply", [], "Open-Xchange"),
    FieldRow("X-Away", ["yes", "vacation"], "Netscape"),
    FieldRow("X-AutoReply", ["yes", "true"], "Plesk"),
    // Rules that redirect or forward a person's mail write it too, with the address of the mailbox whose rule it is.
    FieldRow("X-MS-Exchange-Inbox-Rules-Loop", [], namesSender: true, "Exchange rules that answer"),
    FieldRow("Delivered-To", ["autoresponder"], "qmail-autoresponder"),
    FieldRow("Precedence", ["auto_reply", "auto-reply"], "RFC 3834 §3.1.8 mentions such words; CGP, Zendesk"),
    FieldRow("X-Precedence", ["auto_reply"], "CommuniGate Pro"),
    FieldRow("X-POST-MessageClass", ["9; autoresponder"], "WebSphere"),
    FieldRow("X-FC-MachineGenerated", ["true"], "FirstClass"),
    FieldRow("X-Autogenerated", ["reply", "forward"], "Nokia, Novell"),
  ]

  struct SubjectRow: Sendable {
    let text: String
    let onlyAtStart: Bool
    let language: String
  }

  /// Phrases of automatic answers' subjects; the languages of the mail programs that write them by themselves.
  static let subjectRows: [SubjectRow] =
    [
      (
        "en",
        [
          "automatic reply", "auto reply:", "auto-reply", "autoreply", "auto response", "auto-response", "autoresponse",
          "autoresponder",
          "automated reply", "automated response", "out of office", "out-of-office", "away from my mail",
          "vacation reply", "on vacation",
          "vacation notice", "i am on leave", "on annual leave", "maternity leave", "out of the office",
          "is out of the office", "away from the office", "away from my desk", "away from my e-mail",
          "away from my email",
          "currently away", "on sick leave", "on parental leave", "on paternity leave", "auto responder",
        ]
      ),
      (
        "de",
        [
          "automatische antwort", "abwesenheitsnotiz", "abwesenheit", "automatische r\u{fc}ckantwort",
          "nicht im b\u{fc}ro", "au\u{df}er haus", "abwesend",
        ]
      ),
      (
        "fr",
        [
          "r\u{e9}ponse automatique", "absence du bureau", "absent du bureau", "message d'absence",
          "reponse automatique", "en cong\u{e9}s",
        ]
      ),
      (
        "es",
        [
          "respuesta autom\u{e1}tica", "respuesta automatica", "fuera de la oficina", "ausente de la oficina",
          "de vacaciones",
        ]
      ),
      ("it", ["risposta automatica", "fuori sede", "fuori ufficio", "assenza dall'ufficio", "in ferie"]),
      (
        "pt",
        [
          "resposta autom\u{e1}tica", "resposta automatica", "fora do escrit\u{f3}rio", "ausente do escrit\u{f3}rio",
          "ausencia temporaria", "aus\u{ea}ncia tempor\u{e1}ria",
        ]
      ),
      ("nl", ["automatisch antwoord", "afwezig", "niet aanwezig", "afwezigheidsbericht"]),
      ("sv", ["autosvar", "automatiskt svar", "fr\u{e5}nvarande", "ej p\u{e5} plats"]),
      ("da", ["automatisk svar", "frav\u{e6}rende", "ikke til stede", "ikke p\u{e5} kontoret"]),
      ("fi", ["automaattinen vastaus", "poissaoloilmoitus", "poissa toimistolta"]),
      (
        "pl",
        [
          "autoodpowied\u{17a}", "automatyczna odpowied\u{17a}", "odpowied\u{17a} automatyczna", "poza biurem",
          "jestem na urlopie",
        ]
      ),
      ("cs", ["automatick\u{e1} odpov\u{11b}\u{10f}", "mimo kancel\u{e1}\u{159}"]),
      ("sk", ["automatick\u{e1} odpove\u{10f}"]),
      ("hu", ["automatikus v\u{e1}lasz", "h\u{e1}zon k\u{ed}v\u{fc}l"]),
      ("ro", ["r\u{103}spuns automat"]),
      (
        "lv",
        ["autom\u{101}tiska atbilde", "automatiska atbilde", "atva\u{13c}in\u{101}jum", "automatiskais pazinojums"]
      ),
      ("lt", ["automatinis atsakymas"]),
      ("et", ["automaatvastus"]),
      ("tr", ["otomatik yan\u{131}t", "otomatik cevap", "ofis d\u{131}\u{15f}\u{131}nda"]),
      (
        "el",
        [
          "\u{3b1}\u{3c5}\u{3c4}\u{3cc}\u{3bc}\u{3b1}\u{3c4}\u{3b7} \u{3b1}\u{3c0}\u{3ac}\u{3bd}\u{3c4}\u{3b7}\u{3c3}\u{3b7}"
        ]
      ),
      (
        "ru",
        [
          "\u{430}\u{432}\u{442}\u{43e}\u{43e}\u{442}\u{432}\u{435}\u{442}",
          "\u{430}\u{432}\u{442}\u{43e}\u{43c}\u{430}\u{442}\u{438}\u{447}\u{435}\u{441}\u{43a}\u{438}\u{439} \u{43e}\u{442}\u{432}\u{435}\u{442}",
          "\u{43d}\u{435}\u{442} \u{43d}\u{430} \u{440}\u{430}\u{431}\u{43e}\u{447}\u{435}\u{43c} \u{43c}\u{435}\u{441}\u{442}\u{435}",
        ]
      ),
      (
        "uk",
        [
          "\u{430}\u{432}\u{442}\u{43e}\u{43c}\u{430}\u{442}\u{438}\u{447}\u{43d}\u{430} \u{432}\u{456}\u{434}\u{43f}\u{43e}\u{432}\u{456}\u{434}\u{44c}"
        ]
      ),
      ("ja", ["\u{81ea}\u{52d5}\u{8fd4}\u{4fe1}", "\u{81ea}\u{52d5}\u{5fdc}\u{7b54}", "\u{4e0d}\u{5728}"]),
      (
        "zh",
        [
          "\u{81ea}\u{52a8}\u{56de}\u{590d}", "\u{81ea}\u{52d5}\u{56de}\u{8986}", "\u{81ea}\u{52a8}\u{7b54}\u{590d}",
          "\u{4e0d}\u{5728}\u{529e}\u{516c}\u{5ba4}",
        ]
      ),
      ("ko", ["\u{c790}\u{b3d9} \u{c751}\u{b2f5}", "\u{c790}\u{b3d9} \u{d68c}\u{c2e0}", "\u{bd80}\u{c7ac}\u{c911}"]),
      ("he", ["\u{5de}\u{5e2}\u{5e0}\u{5d4} \u{5d0}\u{5d5}\u{5d8}\u{5d5}\u{5de}\u{5d8}\u{5d9}"]),
      ("ar", ["\u{631}\u{62f} \u{62a}\u{644}\u{642}\u{627}\u{626}\u{64a}"]),
      ("vi", ["tr\u{1ea3} l\u{1edd}i t\u{1ef1} \u{111}\u{1ed9}ng"]),
      ("no", ["automatisk svar:", "fravarsmelding", "frav\u{e6}rsmelding"]),
      ("hr, sl, sr", ["automatski odgovor", "samodejni odgovor", "izvan ureda", "odsoten"]),
      ("bg", ["автоматичен отговор"]), ("id", ["balasan otomatis", "jawaban otomatis"]),
      ("th", ["ตอบกลับอัตโนมัติ"]), ("ca", ["resposta autom\u{e0}tica"]), ("is", ["sj\u{e1}lfvirkt svar"]),
    ].flatMap { language, texts in texts.map { SubjectRow(text: $0, onlyAtStart: false, language: language) } }
    + ["auto:", "autosvar:", "abwesend:", "afwezig:", "ooo:", "ooo re:", "ooo -", "away:", "vacation:", "urlaub:"].map {
      SubjectRow(text: $0, onlyAtStart: true, language: "any")
    }

  private static let subjects = PhraseMatcher(subjectRows.map(\.text))
}

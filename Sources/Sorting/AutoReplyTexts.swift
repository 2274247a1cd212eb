import MailText

/// What automatic answers say in their text, by language: that somebody is away, that he has left, that a request has come in.
enum AutoReplyTexts {
  /// Text that such an answer has at most, when nothing but its words marks it.
  private static let longest = 1_500

  /// An answer that only its words show: short, without a quoted mail, and with two sentences that only such answers hold.
  static func verdict(_ facts: MailFacts, _ text: String) -> Verdict? {
    guard !text.isEmpty, text.utf8.count <= longest, !ReplyRules.isOfList(facts.header) else { return nil }
    guard ReplyRules.isAnswer(facts) else { return acknowledgement(facts, text) }
    // Asked last: few texts tell of an absence, and the reader of wishes looks at every answer anyway.
    guard !quotes(text), let verdict = byWords(facts, text), !StopWishes.areIn(text) else { return nil }
    return verdict
  }

  private static func byWords(_ facts: MailFacts, _ text: String) -> Verdict? {
    let words = PhraseMatcher.normalize(text)
    let robot = robots.hasMatch(in: facts.senderWords)
    // A machine that only its words show asks nothing: "I am away until Monday, can we talk on Tuesday?" is a person's.
    guard robot || !asks(text) else { return nil }
    if let hit = left.matches(in: Array(words.prefix(500))).first {
      return Verdict(mailClass: .autoReply, confidence: 0.7, rule: "autoreply.text", evidence: [leftRows[hit]])
    }
    if robot, let hit = tickets.matches(in: words).first {
      return Verdict(mailClass: .autoReply, confidence: 0.8, rule: "autoreply.text", evidence: [ticketRows[hit]])
    }
    let hits = away.matches(in: words)
    guard let first = hits.first, hits.count > 1 || courtesy.hasMatch(in: words) else { return nil }
    return Verdict(mailClass: .autoReply, confidence: 0.7, rule: "autoreply.text", evidence: [awayRows[first]])
  }

  /// A desk's program opens a thread of its own for the request, and says that nobody wrote.
  private static func acknowledgement(_ facts: MailFacts, _ text: String) -> Verdict? {
    guard let mark = facts.header.value("auto-submitted"), mark.asciiLowercased.hasPrefix("auto-generated"),
      let hit = tickets.matches(in: facts.subjectWords + [Octet.space] + PhraseMatcher.normalize(text)).first
    else { return nil }
    return Verdict(mailClass: .autoReply, confidence: 0.8, rule: "autoreply.text", evidence: [ticketRows[hit]])
  }

  /// Whether a text, without another's mail in it, tells that somebody is away.
  static func isAboutAbsence(_ text: String) -> Bool {
    !quotes(text) && (away.hasMatch(in: PhraseMatcher.normalize(text)) || text.utf8.allSatisfy(\.isSpace))
  }

  /// Adds what the text tells to an automatic answer.
  static func tell(_ verdict: inout Verdict, subject: String, text: String, from: String?, now: Int64?) {
    let words = PhraseMatcher.normalize(String(text.prefix(4_000)))
    if let hit = left.matches(in: words).first {
      verdict.rule = leftRule
      verdict.evidence.append(leftRows[hit])
      verdict.newAddress = newAddress(in: text, except: from)
    } else if let hit = tickets.matches(in: PhraseMatcher.normalize(subject) + [Octet.space] + words).first {
      verdict.rule = "autoreply.ticket"
      verdict.evidence.append(ticketRows[hit])
    } else if let now {
      verdict.until = ReturnDate.find(in: subject + "\n" + String(text.prefix(3_000)), now: now)
      if let until = verdict.until { verdict.evidence.append("back on \(until)") }
    }
  }

  /// The rule's name of an answer that says that somebody has left for good.
  static let leftRule = "autoreply.left"

  private static func asks(_ text: String) -> Bool { text.contains { $0 == "?" || $0 == "\u{FF1F}" } }

  private static func quotes(_ text: String) -> Bool {
    let lines = text.split(whereSeparator: \.isNewline)
    return lines.contains { $0.first == ">" } || ReplyText.introduction(of: text) != nil
  }

  /// The first address of the text that is not the sender's own.
  private static func newAddress(in text: String, except own: String?) -> String? {
    let own = own.map(Address.comparisonKey)
    return AddressScan.places(in: text.octets(atMost: 4_096)).lazy.map(\.address)
      .first { Address.comparisonKey($0) != own && $0.contains(".") }
  }

  private static let robots = PhraseMatcher([
    "support", "help", "service", "no-reply", "noreply", "donotreply", "do-not-reply", "desk", "ticket", "info@",
    "kontakt",
    "contact", "care@", "team", "sales@", "office@", "admin",
  ])

  // MARK: Sentences

  /// Somebody is away; English, German, French, Spanish, Italian, Portuguese, Dutch, Swedish, Danish, Norwegian, Finnish,
  /// Polish, Czech, Hungarian, Russian, Turkish, Japanese, Chinese, Korean.
  static let awayRows = [
    "out of the office", "out of office", "away from the office", "on vacation", "on holiday", "on annual leave",
    "on leave", "on parental leave", "on maternity leave", "limited access to e", "no access to e", "not be checking e",
    "will respond when i return", "will reply when i return", "will get back to you when i", "upon my return",
    "when i return", "away until", "back in the office",
    "nicht im b\u{fc}ro", "nicht im haus", "bin im urlaub", "in urlaub", "au\u{df}er haus", "nicht erreichbar",
    "nicht weitergeleitet", "wieder erreichbar", "in elternzeit", "abwesend",
    "absent du bureau", "absente du bureau", "absent(e)", "en cong\u{e9}", "en vacances", "actuellement absent",
    "\u{e0} mon retour", "d\u{e8}s mon retour",
    "fuera de la oficina", "de vacaciones", "estar\u{e9} fuera", "estoy ausente", "a mi regreso", "a mi vuelta",
    "fuori ufficio", "in ferie", "sono assente", "sar\u{f2} assente", "al mio rientro",
    "fora do escrit\u{f3}rio", "de f\u{e9}rias", "estou ausente", "estarei ausente", "quando retornar",
    "niet op kantoor", "met vakantie", "op vakantie", "ben afwezig", "niet aanwezig",
    "inte p\u{e5} kontoret", "p\u{e5} semester", "\u{e4}r p\u{e5} semester", "\u{e4}r ledig", "ikke p\u{e5} kontoret",
    "p\u{e5} ferie", "er p\u{e5} ferie", "har ferie", "poissa toimistolta", "lomalla", "vuosilomalla",
    "poza biurem", "na urlopie", "jestem nieobecn", "mimo kancel\u{e1}\u{159}", "na dovolen\u{e9}",
    "m\u{e1}m dovolenou",
    "szabads\u{e1}gon", "nem vagyok az irod\u{e1}ban", "nu sunt la birou", "\u{ee}n concediu",
    "нахожусь в отпуске", "в отпуске", "отсутствую в офисе", "не на рабочем месте", "у відпустці",
    "ofis d\u{131}\u{15f}\u{131}nday\u{131}m", "izindeyim", "izinde olaca\u{11f}\u{131}m", "εκτός γραφείου", "σε άδεια",
    "不在に", "不在と", "休暇", "出張中", "外出", "休假", "出差", "不在办公室", "不在辦公室", "부재", "휴가",
  ]
  static let away = PhraseMatcher(awayRows)

  /// What such answers add.
  private static let courtesy = PhraseMatcher([
    "thank you for your e", "thanks for your e", "thank you for your message", "in urgent cases",
    "if your matter is urgent",
    "for urgent matters", "in my absence", "during my absence", "vielen dank f\u{fc}r ihre", "danke f\u{fc}r ihre",
    "in dringenden f\u{e4}llen", "en cas d'urgence", "merci pour votre", "en mon absence", "gracias por su",
    "en caso de urgencia",
    "grazie per", "per urgenze", "in caso di urgenza", "obrigado pel", "em caso de urg\u{ea}ncia", "bedankt voor uw",
    "voor dringende", "tack f\u{f6}r ditt", "tak for din", "takk for", "kiitos viestist", "dzi\u{119}kuj\u{119} za",
    "w pilnych sprawach", "d\u{11b}kuji za", "k\u{f6}sz\u{f6}n\u{f6}m", "спасибо за", "в срочных случаях",
    "te\u{15f}ekk\u{fc}r",
    "ありがとうございます", "感谢您的", "您的邮件已收到", "감사합니다",
  ])

  /// Somebody has left for good.
  static let leftRows = [
    "no longer works here", "no longer works for", "no longer works at", "no longer working", "no longer work at",
    "no longer work for", "no longer with the company", "is no longer with", "am no longer with", "no longer employed",
    "has left the company", "have left the company", "has left the organi", "left the company", "i have moved on from",
    "no longer at this company", "this mailbox is no longer monitored", "this email address is no longer monitored",
    "this mailbox is no longer in use", "this email address is no longer in use", "this address is no longer in use",
    "arbeitet nicht mehr", "nicht mehr f\u{fc}r das unternehmen", "nicht mehr im unternehmen",
    "hat das unternehmen verlassen",
    "habe das unternehmen verlassen", "nicht mehr bei der firma", "nicht mehr t\u{e4}tig",
    "nicht mehr besch\u{e4}ftigt",
    "ne travaille plus", "a quitt\u{e9} la soci\u{e9}t\u{e9}", "a quitt\u{e9} l'entreprise", "ai quitt\u{e9} l",
    "ne fait plus partie",
    "ya no trabaja", "ya no trabajo", "ya no forma parte", "ha dejado la empresa",
    "non lavora pi\u{f9}", "non lavoro pi\u{f9}", "ha lasciato l'azienda", "n\u{e3}o trabalha mais",
    "n\u{e3}o trabalho mais",
    "n\u{e3}o faz mais parte", "j\u{e1} n\u{e3}o trabalha", "werkt niet meer", "niet meer werkzaam",
    "niet langer werkzaam",
    "slutat p\u{e5}", "har slutat", "inte l\u{e4}ngre kvar", "er ikke l\u{e6}ngere ansat", "er sluttet", "har sluttet",
    "jobber ikke lenger", "ei ole en\u{e4}\u{e4} palveluksessa", "ei en\u{e4}\u{e4} ty\u{f6}skentele",
    "nie pracuje ju\u{17c}", "ju\u{17c} nie pracuj",
    "zde ji\u{17e} nepracuje", "ji\u{17e} nepracuje", "m\u{e1}r nem dolgoz", "nu mai lucreaz",
    "больше не работает", "больше не работаю", "уже не работает", "уволился", "більше не працює", "artık çalışmıyor",
    "şirketten ayrıl", "退職いたしました", "退職しました", "退社いたしました", "已离职", "已經離職", "已离开公司", "퇴사",
  ]
  static let left = PhraseMatcher(leftRows)

  /// A request was taken in by a desk's program.
  static let ticketRows = [
    "ticket has been created", "ticket has been opened", "ticket has been received", "ticket was created",
    "ticket created",
    "ticket received", "ticket id", "ticket number", "ticket #", "ticket no", "case number", "case has been created",
    "case has been opened", "case id", "request has been received", "request (#", "request received", "request #",
    "we have received your request", "we have received your e", "we have received your message", "we've received your",
    "we received your request", "received your inquiry", "received your enquiry", "thank you for contacting",
    "thanks for contacting", "thank you for getting in touch", "thanks for reaching out to", "your reference number",
    "do not reply above", "please type your reply above", "will get back to you within", "will respond within",
    "one of our agents", "our support team will",
    "ihre anfrage ist bei uns eingegangen", "ihre anfrage wurde", "haben ihre anfrage erhalten", "ticketnummer",
    "haben ihre e-mail erhalten", "haben ihre nachricht erhalten", "eingangsbest\u{e4}tigung", "vorgangsnummer",
    "votre demande a bien \u{e9}t\u{e9}", "avons bien re\u{e7}u votre", "num\u{e9}ro de ticket",
    "accus\u{e9} de r\u{e9}ception",
    "hemos recibido su", "hemos recibido tu", "n\u{fa}mero de ticket", "acuse de recibo", "n\u{fa}mero de caso",
    "abbiamo ricevuto la", "numero di ticket", "conferma di ricezione", "recebemos a sua", "recebemos sua",
    "recebemos o seu",
    "n\u{fa}mero do chamado", "wij hebben uw", "we hebben je", "ontvangstbevestiging", "vi har tagit emot",
    "vi har mottaget",
    "vi har mottatt", "\u{e4}rendenummer", "sagsnummer", "olemme vastaanottaneet", "numer zg\u{142}oszenia",
    "otrzymali\u{15b}my",
    "va\u{161}e \u{17e}\u{e1}dost", "p\u{159}ijali jsme", "ваше обращение", "номер обращения", "ваша заявка",
    "заявка №",
    "talebiniz al", "お問い合わせを受け付け", "お問い合わせありがとう", "受付番号", "您的请求已", "工单", "접수되었습니다",
  ]
  static let tickets = PhraseMatcher(ticketRows)
}

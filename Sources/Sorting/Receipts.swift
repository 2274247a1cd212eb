import MailText

/// Read receipts: a report of what became of a mail after delivery (RFC 8098), told from a person's answer and from a failure.
struct ReceiptRules {
  let facts: MailFacts

  /// A receipt's verdict, and the mail that it is about.
  struct Receipt {
    var verdict: Verdict
    var originalMessageID: String?
  }

  func receipt() -> Receipt? {
    guard let part = facts.message.parts.first(where: \.isDispositionNotification) else {
      return letter().map { Receipt(verdict: $0) }
    }
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
    let verdict = Verdict(
      mailClass: .other, confidence: 0.99, rule: "receipt." + (Self.words[word] ?? "other"),
      evidence: ["Disposition: \(disposition)"])
    // RFC 8098 §3.2.5: it must be there; the answer's own fields often are not.
    let original =
      fields.value("original-message-id").flatMap(MessageID.first)
      ?? ReturnedOriginal(facts, nil)?.messageID
    return Receipt(verdict: verdict, originalMessageID: original)
  }

  private static let words = [
    "displayed": "read", "deleted": "deleted", "dispatched": "dispatched", "processed": "processed", "denied": "denied",
    "failed": "failed",
  ]

  /// A receipt is a few lines.
  private static let longest = 1_500

  /// Outlook, Notes and trackers write the receipt as a letter, too.
  private func letter() -> Verdict? {
    let unread = Self.unreadSubjects.fit(facts.subjectWords)
    guard unread || Self.readSubjects.fit(facts.subjectWords),
      !ReplyRules.isOfList(facts.header)
    else { return nil }
    let text = facts.bodyText()
    guard text.utf8.count <= Self.longest else { return nil }
    let words = PhraseMatcher.normalize(text.utf8)
    let deleted = unread || Self.deletedSentences.hasMatch(in: words)
    guard deleted || Self.readSentences.hasMatch(in: words) else { return nil }
    return Verdict(
      mailClass: .other, confidence: 0.9, rule: deleted ? "receipt.deleted" : "receipt.read",
      evidence: ["Subject: \(facts.subject)"])
  }

  /// Outlook's, Notes' and Thunderbird's words in the languages they are sold in.
  private static let readSubjects = Beginnings([
    "read:", "return receipt", "read receipt", "gelesen:", "lesebestätigung", "empfangsbestätigung (", "lu :", "lu:",
    "accusé de lecture", "leído:", "confirmación de lectura", "lido:", "lida:", "confirmação de leitura", "letto:",
    "conferma di lettura", "gelezen:", "leesbevestiging", "läst:", "läskvitto", "læst:", "lest:", "luettu:",
    "przeczytano:", "odczytano:", "potwierdzenie przeczytania", "přečteno:", "prečítané:", "olvasott:", "citit:",
    "okundu:", "прочтено:", "прочитано:", "уведомление о прочтении", "開封済み:", "開封確認", "已读:", "已读：", "讀取:", "已讀:", "읽음:",
  ])

  private static let unreadSubjects = Beginnings([
    "not read:", "ungelesen:", "nicht gelesen:", "non lu :", "non lu:", "no leído:", "não lido:", "não lida:",
    "non letto:", "niet gelezen:", "inte läst:", "ikke læst:", "ikke lest:", "ei luettu:", "nie przeczytano:",
    "nepřečteno:", "okunmadı:", "не прочтено:", "не прочитано:", "未開封:", "未读:", "未读：", "未讀:", "읽지 않음:",
  ])

  private static let readSentences = PhraseMatcher([
    "was read", "has been read", "was opened", "has been opened", "was displayed", "been displayed", "was received by",
    "wurde*gelesen", "wurde*geöffnet", "wurde*angezeigt", "a été lu", "a été ouvert", "a été affiché", "fue leído",
    "se leyó", "ha sido leído", "foi lid", "è stato letto", "is gelezen", "werd gelezen", "lästes", "har lästs",
    "blev læst", "er læst", "ble lest", "on luettu", "została przeczytana", "została odczytana", "byla přečtena",
    "bola prečítaná", "elolvas", "a fost citit", "было прочитано", "було прочитано", "прочтено", "開封され", "已被阅读",
    "已閱讀", "已讀取", "okundu", "읽었습니다",
  ])

  private static let deletedSentences = PhraseMatcher([
    "deleted without being read", "ungelesen gelöscht", "gelöscht*ohne gelesen", "supprimé sans", "eliminado sin",
    "eliminó sin", "eliminato senza", "eliminada sem", "excluída sem", "excluída antes", "verwijderd zonder",
    "raderades utan", "togs bort utan", "slettet uden", "slettet uten", "poistettu lukematta", "usunięta bez",
    "odstraněna bez", "удалено без", "未読のまま削除", "未读即被删除", "未阅读即", "okunmadan silindi",
  ])
}

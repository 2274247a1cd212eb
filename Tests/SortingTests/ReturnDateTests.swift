import Sorting
import Testing

/// Automatic answers as people write them, in the languages of the table; each was written on Thursday, 26 November 2026.
@Suite struct ReturnDateTests {
  static let cases: [(words: String, until: String?)] = [
    ("I am out of the office until December 4th, 2026.", "2026-12-05"),
    ("I will be back on 7 December.", "2026-12-07"),
    ("I'm on leave from Nov 24 to Dec 4 and will answer after that.", "2026-12-05"),
    ("Out of office. Returning Monday, 30 November.", "2026-11-30"),
    ("I am away and back in the office on Monday.", "2026-11-30"),
    ("Away through 12/04/2026.", "2026-12-05"),
    ("I am out of office 2026-12-01 - 2026-12-11.", "2026-12-12"),
    ("Happy new year! I return on January 4.", "2027-01-04"),
    ("Ich bin bis einschließlich 4. Dezember nicht im Büro.", "2026-12-05"),
    ("Ich bin ab dem 07.12.2026 wieder für Sie da.", "2026-12-07"),
    ("Vom 26.11. bis 4.12. bin ich im Urlaub.", "2026-12-05"),
    ("Je suis absent jusqu'au 4 décembre inclus.", "2026-12-05"),
    ("Je serai de retour le lundi 7 décembre 2026.", "2026-12-07"),
    ("Estaré fuera de la oficina hasta el 4 de diciembre.", "2026-12-05"),
    ("Vuelvo el 7 de diciembre de 2026.", "2026-12-07"),
    ("Sono in ferie fino al 4 dicembre.", "2026-12-05"),
    ("Rientrerò lunedì 7 dicembre.", "2026-12-07"),
    ("Estarei ausente até 4 de dezembro.", "2026-12-05"),
    ("Estou de férias. Voltarei em 7 de dezembro.", "2026-12-07"),
    ("Ik ben afwezig t/m 4 december.", "2026-12-05"),
    ("Ik ben 7 december weer bereikbaar, terug op 7 december.", "2026-12-07"),
    ("Jag är på semester till och med 4 december.", "2026-12-05"),
    ("Jag är tillbaka den 7 december.", "2026-12-07"),
    ("Jeg er på ferie til og med 4. desember.", "2026-12-05"),
    ("Jeg er tilbage den 7. december.", "2026-12-07"),
    ("Olen lomalla 4.12.2026 saakka.", "2026-12-05"),
    ("Jestem na urlopie do 4 grudnia 2026.", "2026-12-05"),
    ("Wracam 7 grudnia.", "2026-12-07"),
    ("Jsem mimo kancelář do 4. prosince.", "2026-12-05"),
    ("December 4-ig szabadságon vagyok.", "2026-12-05"),
    ("Sunt în concediu până pe 4 decembrie.", "2026-12-05"),
    ("Я в отпуске до 4 декабря.", "2026-12-05"),
    ("Вернусь 7 декабря 2026 г.", "2026-12-07"),
    ("4 Aralık tarihine kadar izindeyim.", "2026-12-05"),
    ("Απουσιάζω μέχρι 4 Δεκεμβρίου.", "2026-12-05"),
    ("12月4日まで休暇をいただいております。", "2026-12-05"),
    ("2026年12月7日より出社いたします。", "2026-12-07"),
    ("我在休假,2026年12月7日返回。", "2026-12-07"),
    ("12월 4일까지 휴가입니다.", "2026-12-05"),
    ("I am out of the office with limited access to mail.", nil),
    ("I was away until 4 November 2026 and catch up now.", nil),
    ("Our office is open 9-5 and the number is 12.34.", nil),
  ]

  static func answer(_ words: String) -> String {
    """
    From: kim@example.net
    Subject: Out of office
    Auto-Submitted: auto-replied
    In-Reply-To: <first@example.org>
    Date: Thu, 26 Nov 2026 10:00:00 +0000
    Content-Type: text/plain; charset=utf-8

    \(words)
    """
  }

  @Test(arguments: cases) func readsTheDay(_ words: String, _ until: String?) {
    let verdict = sort(Array(Self.answer(words).utf8)).verdict
    #expect(verdict.mailClass == .autoReply)
    #expect(verdict.until == until, "\(words)")
  }

  @Test func countsFromNowWhenTheMailHasNoDate() {
    let mail = Self.answer("I am back on 7 December.").replacing("Date: Thu, 26 Nov 2026 10:00:00 +0000\n", with: "")
    #expect(sort(Array(mail.utf8)).verdict.until == nil)
    // 2028-01-10
    #expect(sort(Array(mail.utf8), now: 1_831_075_200_000).verdict.until == "2028-12-07")
  }
}

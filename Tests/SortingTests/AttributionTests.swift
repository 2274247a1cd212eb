import Sorting
import Testing

/// What mail programs put between an answer and the mail it answers, by language: the lines of Gmail, Apple Mail, Thunderbird and
/// Outlook as these write them.
@Suite struct AttributionTests {
  static let attributions = [
    "On Thu, Nov 26, 2026 at 10:00 AM Kim <kim@example.net> wrote:",
    "On Thursday, November 26, 2026 at 10:00:00 AM GMT+1, Kim <kim@example.net> wrote:",
    "On 26/11/2026 10:00, Kim wrote:", "On 26 Nov 2026, at 10:00, Kim <kim@example.net> wrote:",
    "Am Do., 26. Nov. 2026 um 10:00 Uhr schrieb Kim <kim@example.net>:", "Am 26.11.2026 um 10:00 schrieb Kim:",
    "Kim <kim@example.net> schrieb am Do. 26. Nov. 2026 um 10:00:",
    "Le jeu. 26 nov. 2026 à 10:00, Kim <kim@example.net> a écrit :", "Le 26/11/2026 à 10:00, Kim a écrit :",
    "El jue, 26 nov 2026 a las 10:00, Kim (<kim@example.net>) escribió:", "El 26/11/26 a las 10:00, Kim escribió:",
    "Il giorno gio 26 nov 2026 alle ore 10:00 Kim <kim@example.net> ha scritto:",
    "Il 26/11/2026 10:00, Kim ha scritto:",
    "Em qui., 26 de nov. de 2026 às 10:00, Kim <kim@example.net> escreveu:", "Em 26/11/2026 10:00, Kim escreveu:",
    "Op do 26 nov 2026 om 10:00 schreef Kim <kim@example.net>:", "Op 26-11-2026 om 10:00 schreef Kim:",
    "Den tors 26 nov. 2026 kl 10:00 skrev Kim <kim@example.net>:", "Den 2026-11-26 kl. 10:00, skrev Kim:",
    "Den tor. 26. nov. 2026 kl. 10.00 skrev Kim <kim@example.net>:",
    "tor. 26. nov. 2026 kl. 10:00 skrev Kim <kim@example.net>:",
    "to 26. marrask. 2026 klo 10.00 Kim (kim@example.net) kirjoitti:",
    "czw., 26 lis 2026 o 10:00 Kim <kim@example.net> napisał(a):", "W dniu 26.11.2026 o 10:00, Kim pisze:",
    "čt 26. 11. 2026 v 10:00 odesílatel Kim <kim@example.net> napsal:", "Dne 26. 11. 26 v 10:00 Kim napsal(a):",
    "št 26. 11. 2026 o 10:00 Kim <kim@example.net> napísal(a):",
    "Kim <kim@example.net> ezt írta (időpont: 2026. nov. 26., Cs, 10:00):",
    "În joi, 26 nov. 2026 la 10:00, Kim <kim@example.net> a scris:",
    "чт, 26 нояб. 2026 г. в 10:00, Kim <kim@example.net>:", "26.11.2026 10:00, Kim пишет:",
    "чт, 26 лист. 2026 р. о 10:00 Kim <kim@example.net> пише:",
    "На чт, 26.11.2026 г. в 10:00 Kim <kim@example.net> написа:",
    "Στις Πέμ 26 Νοε 2026 στις 10:00 π.μ., ο χρήστης Kim <kim@example.net> έγραψε:",
    "Kim <kim@example.net>, 26 Kas 2026 Per, 10:00 tarihinde şunu yazdı:",
    "2026年11月26日(木) 10:00 Kim <kim@example.net>:", "Kim <kim@example.net> 于2026年11月26日周四 10:00写道：",
    "Kim <kim@example.net> 於 2026年11月26日 週四 上午10:00寫道：",
    "2026년 11월 26일 (목) 오전 10:00, Kim <kim@example.net>님이 작성:",
    "Vào Th 5, 26 thg 11, 2026 vào lúc 10:00 Kim <kim@example.net> đã viết:",
    "Pada tanggal Kam, 26 Nov 2026 pukul 10.00 Kim <kim@example.net> menulis:",
    "\u{202B}בתאריך יום ה׳, 26 בנוב׳ 2026 ב-10:00 מאת Kim <kim@example.net>:\u{202C}",
    "في الخميس، 26 نوفمبر 2026 في 10:00 ص تمت كتابة ما يلي بواسطة Kim <kim@example.net>:",
    "čet, 26. stu 2026. u 10:00 Kim <kim@example.net> napisao je:",
    "V V čet., 26. nov. 2026 ob 10:00 je oseba Kim <kim@example.net> napisala:",
    "2026-11-26, kt, 10:00 Kim <kim@example.net> rašė:",
    "ceturtd., 2026. g. 26. nov., plkst. 10:00 — lietotājs Kim (<kim@example.net>) rakstīja:",
    "Kuupäev N, 26. november 2026 kell 10:00 kirjutas Kim <kim@example.net>:",
    "Missatge de Kim <kim@example.net> del dia dj., 26 de nov. 2026 a les 10:00:",
  ]

  @Test(arguments: attributions) func endsTheAnswer(_ line: String) {
    for quote in ["> Shall we?\n> Or not?", "Shall we?\nOr not?"] {
      let text = "Yes, on Friday.\nAnd you?\n\n\(line)\n\n\(quote)\n"
      #expect(sort(ReplyTests.mail(text)).verdict.replyText == "Yes, on Friday.\nAnd you?")
    }
    let below = "\(line)\n> Shall we?\n> Or not?\n\nYes, on Friday.\n"
    #expect(sort(ReplyTests.mail(below)).verdict.replyText == "Yes, on Friday.")
  }

  /// Outlook's pasted header, by language.
  @Test(arguments: [
    ["From", "Sent", "To", "Subject"], ["Von", "Gesendet", "An", "Betreff"], ["De", "Envoyé", "À", "Objet"],
    ["De", "Enviado", "Para", "Asunto"], ["De", "Enviado el", "Para", "Asunto"], ["Da", "Inviato", "A", "Oggetto"],
    ["De", "Enviada em", "Para", "Assunto"], ["Van", "Verzonden", "Aan", "Onderwerp"],
    ["Från", "Skickat", "Till", "Ämne"], ["Fra", "Sendt", "Til", "Emne"],
    ["Lähettäjä", "Lähetetty", "Vastaanottaja", "Aihe"], ["Od", "Wysłano", "Do", "Temat"],
    ["Od", "Odesláno", "Komu", "Předmět"], ["Feladó", "Elküldve", "Címzett", "Tárgy"],
    ["От", "Отправлено", "Кому", "Тема"], ["Kimden", "Gönderme Tarihi", "Kime", "Konu"],
    ["发件人", "发送时间", "收件人", "主题"], ["보낸 사람", "보낸 날짜", "받는 사람", "제목"],
  ])
  func pastedHeaderEndsTheAnswer(_ names: [String]) {
    let values = ["Kim <kim@example.net>", "26.11.2026 10:00", "me@sender.example", "Hello"]
    for bold in ["", "*"] {
      let header = zip(names, values).map { "\(bold)\($0):\(bold) \($1)" }.joined(separator: "\n")
      for rule in ["", "________________________________\n", "-----\n"] {
        let text = "Yes, on Friday.\n\n\(rule)\(header)\n\nShall we?\n"
        #expect(sort(ReplyTests.mail(text)).verdict.replyText == "Yes, on Friday.", "\(bold)\(rule)")
      }
    }
  }

  @Test(arguments: [
    ReplyCase(
      "initials", "Yes.\n\nKim, you wrote:\n\nKB> Shall we?\nKB> Or not?\n\nNo.", "Yes.\n\n\n\nNo."),
    ReplyCase("one arrow is none", "See A> here.\n\nB> there.", "See A> here.\n\nB> there."),
    ReplyCase("signed with a slash", "Ja.\n\n/Kim", "Ja."),
    ReplyCase("a path is no name", "It is in\n/tmp/x", "It is in\n/tmp/x"),
    ReplyCase("only a slashed name", "/Kim", "/Kim"),
    ReplyCase(
      "an address over lines",
      "Yes.\n\nOn Thu, Nov 26, 2026 at 10:00 AM Kim\n\n<\nmailto:Kim <kim@example.net>\n> wrote:\nShall we?",
      "Yes."),
    ReplyCase(
      "a dated list is no attribution", "Meetings of 2026 at 10:00 are:\nMonday\nTuesday",
      "Meetings of 2026 at 10:00 are:\nMonday\nTuesday"),
  ])
  func trims(_ c: ReplyCase) { #expect(sort(ReplyTests.mail(c.text)).verdict.replyText == c.reply) }

  /// RFC 3676: paragraphs as they were written, quotes found although their lines flow.
  @Test func flowedLinesAreJoined() {
    func reply(_ type: String, _ text: String) -> String? {
      let head =
        "From: kim@example.net\nSubject: Re: Hello\nIn-Reply-To: <first@example.org>\nContent-Type: text/plain; \(type)\n\n"
      return sort(Array((head + text).utf8)).verdict.replyText
    }
    let text =
      "One paragraph that goes \nover lines.\n\n From is guarded.\n\nOn 26/11/2026 10:00, Kim wrote:\n> a \n> b\n>> c\n-- \nKim\n"
    #expect(reply("format=flowed", text) == "One paragraph that goes over lines.\n\nFrom is guarded.")
    #expect(reply("charset=utf-8; format=Flowed; DelSp=Yes", "はい、 \nそうです。\n") == "はい、そうです。")
    #expect(reply("format=fixed", "a \nb\n") == "a\nb")
    // A flowed line is not joined to one of another depth, nor to a signature's mark.
    #expect(reply("format=flowed", "Yes \n> quoted \nNo \n-- \nKim") == "Yes\nNo")
  }
}

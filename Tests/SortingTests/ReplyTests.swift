import Sorting
import Testing

struct ReplyCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let text: String
  let reply: String

  init(_ name: String, _ text: String, _ reply: String) {
    testDescription = name
    self.text = text
    self.reply = reply
  }
}

@Suite struct ReplyTests {
  static func mail(_ text: String, html: Bool = false, fields: String = "") -> [UInt8] {
    Array(
      ("From: kim@example.net\nSubject: Re: Hello\nIn-Reply-To: <first@example.org>\n\(fields)"
        + "Content-Type: text/\(html ? "html" : "plain"); charset=utf-8\n\n" + text).utf8)
  }

  static let cases = [
    ReplyCase("nothing quoted", "Yes, gladly.\n\nKim", "Yes, gladly.\n\nKim"),
    ReplyCase("English", "Yes.\n\nOn Fri, 20 Nov 2026 at 10:00, Sender <s@example.org> wrote:\n> Hello?\n", "Yes."),
    ReplyCase(
      "over two lines", "Yes.\n\nOn Fri, 20 Nov 2026 at 10:00, Sender\n<s@example.org> wrote:\n\n> Hello?\n", "Yes."),
    ReplyCase("quote without marks", "Yes.\n\nOn Fri, 20 Nov 2026 at 10:00, Sender wrote:\nHello?\nBye", "Yes."),
    ReplyCase("below the quote", "On Fri, 20 Nov 2026 at 10:00, Sender wrote:\n> Hello?\n> You?\n\nYes.", "Yes."),
    ReplyCase("between the quotes", "> Hello?\n> You?\n\nYes.\n\n> And more?\n\nNo.", "Yes.\n\n\nNo."),
    ReplyCase("German", "Ja.\n\nAm 20.11.2026 um 10:00 schrieb Sender <s@example.org>:\n> Hallo?", "Ja."),
    ReplyCase(
      "French", "Oui.\n\nLe ven. 20 nov. 2026 \u{e0} 10:00, Sender <s@example.org> a \u{e9}crit :\n> Bonjour ?", "Oui."),
    ReplyCase(
      "Spanish", "S\u{ed}.\n\nEl vie, 20 nov 2026 a las 10:00, Sender (<s@example.org>) escribi\u{f3}:\n> \u{bf}Hola?",
      "S\u{ed}."),
    ReplyCase("Italian", "S\u{ec}.\n\nIl giorno ven 20 nov 2026 alle 10:00 Sender ha scritto:\n> Ciao?", "S\u{ec}."),
    ReplyCase("Dutch", "Ja.\n\nOp vr 20 nov. 2026 om 10:00 schreef Sender <s@example.org>:\n> Hallo?", "Ja."),
    ReplyCase(
      "Russian",
      "\u{414}\u{430}.\n\n20.11.2026, 10:00, Sender <s@example.org> \u{43d}\u{430}\u{43f}\u{438}\u{441}\u{430}\u{43b}:\n> ?",
      "\u{414}\u{430}."),
    ReplyCase(
      "Japanese",
      "\u{306f}\u{3044}\u{3002}\n\n2026\u{5e74}11\u{6708}20\u{65e5} 10:00 Sender <s@example.org>\u{306e}\u{30e1}\u{30fc}\u{30eb}:\n> ?",
      "\u{306f}\u{3044}\u{3002}"),
    ReplyCase(
      "Outlook",
      "Yes.\n\n________________________________\nFrom: Sender <s@example.org>\nSent: Friday\nTo: Kim\nSubject: Hello\n\nHello?",
      "Yes."),
    ReplyCase(
      "Outlook in German", "Ja.\n\nVon: Sender <s@example.org>\nGesendet: Freitag\nAn: Kim\nBetreff: Hallo\n\nHallo?",
      "Ja."),
    ReplyCase("heading", "Yes.\n\n-----Original Message-----\nFrom: Sender\n\nHello?", "Yes."),
    ReplyCase("signature", "Yes.\n-- \nKim\nExample Ltd", "Yes."),
    ReplyCase("telephone", "Yes.\n\nSent from my iPhone", "Yes."),
    ReplyCase("telephone above", "Sent from my iPhone\n\nYes.", "Yes."),
    ReplyCase("on the same line", "Yes. On Fri, 20 Nov 2026 at 10:00, Sender wrote:\n> Hello?\n", "Yes."),
    ReplyCase("a sentence that begins with On", "On the road I read:\nnothing.", "On the road I read:\nnothing."),
    ReplyCase(
      "a quoted line that was wrapped",
      "> Some years ago somebody wrote a line of this length that went over\nthe edge of the mail.\n> And on.\n\nYes.",
      "Yes."),
    ReplyCase("Czech", "Ano.\n\nDne 20. 11. 2026 v 10:00 Sender napsal(a):\n> ?", "Ano."),
    ReplyCase(
      "The Bat!",
      "\u{414}\u{430}.\n\n\u{412}\u{44b} \u{43f}\u{438}\u{441}\u{430}\u{43b}\u{438} 20 \u{43d}\u{43e}\u{44f}\u{431}\u{440}\u{44f} 2026 \u{433}., 10:00:\n> ?",
      "\u{414}\u{430}."),
    ReplyCase("Catalan", "S\u{ed}.\n\nEl 20/11/2026 a les 10:00, Sender va escriure:\n> ?", "S\u{ed}."),
    ReplyCase("Icelandic", "J\u{e1}.\n\n20.11.2026 kl. 10:00 skrifa\u{f0}i Sender:\n> ?", "J\u{e1}."),
    ReplyCase("only a quote", "> a\n> b\n", "> a\n> b"),
    ReplyCase("nothing", "", ""),
  ]

  @Test(arguments: cases) func trims(_ c: ReplyCase) { #expect(sort(Self.mail(c.text)).verdict.replyText == c.reply) }

  @Test(arguments: cases) func everyPrefixIsTrimmed(_ c: ReplyCase) {
    let mail = Self.mail(c.text)
    for length in mail.indices { #expect(sort(Array(mail[..<length])).verdict.confidence > 0) }
  }

  @Test(arguments: [
    ReplyCase(
      "Gmail",
      "<div>Yes&nbsp;&amp; no.</div><div class=\"gmail_quote\">On Fri wrote:<blockquote>Hello?</blockquote></div>",
      "Yes & no."),
    ReplyCase("blockquote", "<p>Yes.</p><blockquote type=cite>Hello?</blockquote>", "Yes."),
    ReplyCase("style and script", "<style>p{}</style><script>x</script><p>Yes.</p>", "Yes."),
    ReplyCase("line breaks", "One<br>Two<div>Three</div>", "One\nTwo\nThree"),
    ReplyCase("references", "&#65;&#x42;&eacute;&unknown;&#0;", "AB\u{e9}&unknown;&#0;"),
    ReplyCase("broken tags", "<p>Yes<", "Yes<"),
    ReplyCase("comment without end", "Yes<!-- no", "Yes no"),
  ])
  func htmlIsRead(_ c: ReplyCase) { #expect(sort(Self.mail(c.text, html: true)).verdict.replyText == c.reply) }

  @Test func anAnswerWithoutFieldsIsKnownByItsQuote() {
    let mail =
      "From: kim@example.net\nSubject: Hello\n\nYes.\n\nOn Fri, 20 Nov 2026 at 10:00, Sender <s@example.org> wrote:\n> Hello?\n"
    let verdict = sort(Array(mail.utf8)).verdict
    #expect(verdict.rule == "reply.quote")
    #expect(verdict.replyText == "Yes.")
  }

  @Test(arguments: [
    ("Please remove me from your list.", true), ("STOP", true), ("Bitte keine weiteren E-Mails.", true),
    ("Ne me contactez plus, merci.", true), ("Por favor, darme de baja.", true), ("Yes, let us talk on Monday.", false),
    ("We stop at the station first.", false), ("", false),
  ])
  func wishesToStop(_ text: String, _ stops: Bool) {
    let sorted = sort(Self.mail(text))
    #expect(sorted.verdict.mailClass == .reply)
    #expect(sorted.asksToStop == stops)
  }

  @Test(arguments: [
    ("To: unsubscribe+1@example.org\nSubject: x\n\n", Verdict.MailClass.unsubscribe),
    ("Subject: Unsubscribe\n\n", .unsubscribe),
    ("Subject: unsubscribe from news\n\n", .other),
    (
      "Subject: Re: Hello\n\nPlease click the link; you will only need to do this once to prove that you are a human.\n",
      .challenge
    ),
    ("Subject: Automatic reply: Hello\n\nAway.\n", .autoReply),
    ("Subject: Abwesenheitsnotiz: Hallo\n\nWeg.\n", .autoReply),
    ("Subject: R\u{e9}ponse automatique : Bonjour\n\nAbsent.\n", .autoReply),
    ("Subject: \u{410}\u{432}\u{442}\u{43e}\u{43e}\u{442}\u{432}\u{435}\u{442}: x\n\n", .autoReply),
    ("Subject: x\nX-Autoreply: yes\n\n", .autoReply), ("Subject: x\nPrecedence: auto_reply\n\n", .autoReply),
    ("Subject: Cron\nAuto-Submitted: auto-generated\n\n", .other),
    ("Subject: Re: x\nIn-Reply-To: <a@b>\nAuto-Submitted: auto-generated\n\n", .autoReply),
  ])
  func otherClasses(_ text: String, _ mailClass: Verdict.MailClass) {
    #expect(sort(Array(("From: kim@example.net\n" + text).utf8)).verdict.mailClass == mailClass)
  }

  /// What newsletters show in a list of mails beside the subject; CSS 2.2, section 9.2.4.
  @Test(
    arguments: [
      ("<div style=\"display:none;max-height:0\">Look inside &zwnj;&nbsp;</div><p>Yes.</p>", "Yes."),
      ("<span style='color:red; DISPLAY : none !important'>a<span>b</span>c</span>Yes.", "Yes."),
      ("<div style=\"display:none\">never closed <p>Yes.</p>", "never closed\n\nYes."),
      ("<img style=\"display:none\" src=x>Yes.", "Yes."), ("<p title=\"display: nothing\">Yes.</p>", "Yes."),
      ("<p style=\"display:block;float:none\">Yes.</p>", "Yes."),
    ]) func whatIsNotShownIsNotRead(_ html: String, _ text: String)
  {
    #expect(sort(Self.mail(html, html: true)).verdict.replyText == text)
  }

  @Test func manyHiddenElementsAreReadInTime() {
    let html = String(repeating: "<div style=\"display:none\">", count: 5_000) + "Yes."
    #expect(sort(Self.mail(html, html: true)).verdict.replyText == "Yes.")
  }

  @Test func aFileInTheTextIsNoWordOfTheReply() {
    let text = "Yes, see below.\n\nbegin 644 note.txt\n#86)C\n`\nend\n\n> Hello\n"
    #expect(sort(Self.mail(text)).verdict.replyText == "Yes, see below.")
  }
}

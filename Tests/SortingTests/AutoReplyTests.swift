import Sorting
import Testing

struct AnswerCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let mail: String
  let mailClass: Verdict.MailClass
  let rule: String

  init(
    _ name: String, _ mailClass: Verdict.MailClass, _ rule: String, from: String = "kim@example.net",
    subject: String = "Re: Hello", fields: String = "", _ body: String
  ) {
    testDescription = name
    self.mailClass = mailClass
    self.rule = rule
    mail =
      "From: \(from)\nTo: me@example.org\nSubject: \(subject)\nIn-Reply-To: <first@example.org>\n"
      + "Date: Thu, 26 Nov 2026 10:00:00 +0000\n\(fields)\n\(body)"
  }
}

/// Answers of machines and of people that are easily mistaken for each other.
@Suite struct AutoReplyTests {
  static let cases = [
    AnswerCase(
      "left, in words only", .autoReply, "autoreply.left",
      "Kim Doe no longer works here. Please write to Lee Roe (lee@example.net) instead."),
    AnswerCase(
      "left, German, with a field", .autoReply, "autoreply.left", fields: "Auto-Submitted: auto-replied\n",
      "Frau Doe arbeitet nicht mehr in unserem Haus. Bitte wenden Sie sich an lee@example.net."),
    AnswerCase(
      "ticket", .autoReply, "autoreply.ticket", from: "Support <support@example.net>",
      subject: "Re: Hello [#48213]", "We have received your request (#48213). One of our agents will answer soon."),
    AnswerCase(
      "ticket with a field", .autoReply, "autoreply.ticket", fields: "Auto-Submitted: auto-generated\n",
      "Ihre Anfrage ist bei uns eingegangen. Ticketnummer: 4711"),
    AnswerCase(
      "away, in words only", .autoReply, "autoreply.text",
      "Thank you for your email. I am on vacation with limited access to email."),
    AnswerCase(
      "vacation(1), which calls itself bulk", .autoReply, "autoreply.subject", subject: "Vacation: Re: Hello",
      fields: "Precedence: bulk\n", "Not here this week."),
    AnswerCase(
      "the same by its words", .autoReply, "autoreply.text", fields: "Precedence: bulk\n",
      "Thank you for your message. I am on vacation."),
    AnswerCase(
      "Zendesk, which calls itself bulk", .autoReply, "autoreply.ticket",
      fields: "Auto-Submitted: auto-generated\nPrecedence: bulk\n", "Your ticket has been created, number 4711."),
    AnswerCase("desk", .autoReply, "autoreply.subject", subject: "Away from my desk", "Not here this week."),
    AnswerCase("in short", .autoReply, "autoreply.subject", subject: "OOO Re: Hello", "Not here this week."),
    AnswerCase(
      "a person who will be away answers", .reply, "reply.thread",
      "Sounds good! I am on vacation next week, can we talk on the 10th?\n\n> Do you have time?\n"),
    AnswerCase(
      "a person of the support answers", .reply, "reply.thread", from: "Support <support@example.net>",
      "Hi, the price is 20 euros a month.\n\n> What does it cost?\n"),
    AnswerCase(
      "a person answers a mail about an absence", .reply, "reply.thread", subject: "Re: Out of office next week?",
      "No, I am here."),
    AnswerCase(
      "a program that puts its words behind", .autoReply, "autoreply.subject", subject: "Re: Hello [Out of office]",
      "I am out of the office this week."),
    AnswerCase(
      "a newsletter about holidays", .other, "bulk.list", subject: "On vacation? Look here",
      fields: "List-Unsubscribe: <mailto:u@example.net>\n", "Deals for your vacation."),
    AnswerCase(
      "a person asks about a ticket", .reply, "reply.thread", "Which ticket number is it?\n\nKim"),
    AnswerCase(
      "read receipt", .other, "receipt.read", subject: "Read: Hello",
      fields:
        "MIME-Version: 1.0\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\n",
      """
      --b
      Content-Type: text/plain

      Your message was displayed.
      --b
      Content-Type: message/disposition-notification

      Final-Recipient: rfc822;kim@example.net
      Original-Message-ID: <first@example.org>
      Disposition: manual-action/MDN-sent-manually; displayed

      --b--
      """),
    AnswerCase(
      "deleted without being read", .other, "receipt.deleted", subject: "Not read: Hello",
      fields: "MIME-Version: 1.0\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\n",
      """
      --b
      Content-Type: message/disposition-notification

      Disposition: automatic-action/MDN-sent-automatically; deleted

      --b--
      """),
    AnswerCase(
      "an invitation is accepted", .reply, "calendar.answer", subject: "Accepted: Demo",
      fields: "MIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=b\n",
      """
      --b
      Content-Type: text/plain

      See you there!
      --b
      Content-Type: text/calendar; method=REPLY

      BEGIN:VCALENDAR
      METHOD:REPLY
      BEGIN:VEVENT
      ATTENDEE;PARTSTAT=ACCEPTED;CN=Kim:mailto:kim@example.net
      END:VEVENT
      END:VCALENDAR
      --b--
      """),
    AnswerCase(
      "newsletter", .other, "bulk.list", subject: "News", fields: "List-Unsubscribe: <mailto:u@example.net>\n",
      "This month we deliver more than ever."),
  ]

  @Test(arguments: cases) func sorts(_ answer: AnswerCase) {
    let verdict = sort(Array(answer.mail.utf8)).verdict
    #expect(verdict.mailClass == answer.mailClass)
    #expect(verdict.rule == answer.rule)
  }

  /// Desks' programs open a thread of their own for a request; other mails that nobody wrote are none.
  @Test(arguments: [
    ("[Acme] Request received: Hello", "Your request (#123) has been received.", Verdict.MailClass.autoReply),
    ("[Acme] Build passed", "All tests of main have passed.", .other),
  ]) func aDeskAcknowledges(subject: String, words: String, mailClass: Verdict.MailClass) {
    let mail =
      "From: Acme <support@acme.example>\nSubject: \(subject)\nAuto-Submitted: auto-generated\n\n\(words)\n"
    #expect(sort(Array(mail.utf8)).verdict.mailClass == mailClass)
  }

  @Test func tellsTheNewAddress() {
    #expect(sort(Array(Self.cases[0].mail.utf8)).verdict.newAddress == "lee@example.net")
    #expect(sort(Array(Self.cases[1].mail.utf8)).verdict.newAddress == "lee@example.net")
  }

  @Test func keepsTheWordsOfACalendarAnswer() {
    let answer = Self.cases.first { $0.rule == "calendar.answer" }
    #expect(sort(Array((answer?.mail ?? "").utf8)).verdict.replyText == "See you there!")
  }

  static let stops = [
    "Please unsubscribe me.", "Take me off your list", "Bitte streichen Sie mich aus Ihrem Verteiler.",
    "Keine weiteren Mails, danke.", "Merci de ne plus me contacter.", "Je souhaite me désabonner.",
    "No quiero recibir más correos.", "Por favor, darme de baja", "Non desidero ricevere altre email.",
    "Não quero receber mais e-mails.", "Graag geen mails meer.", "Ta bort mig från listan.", "Fjern mig fra listen",
    "Proszę o usunięcie z listy.", "Prosím, již mi nepište.", "Пожалуйста, больше не пишите.", "配信停止してください。",
    "请取消订阅。", "Lütfen mail göndermeyin.", "Kérem, ne küldjön több levelet.", "Poista minut listalta.",
  ]

  @Test(arguments: stops) func hearsThePlainWish(_ words: String) {
    let mail =
      "From: kim@example.net\nSubject: Re: Hello\nIn-Reply-To: <first@example.org>\n"
      + "Content-Type: text/plain; charset=utf-8\n\n\(words)\n\n> Hello\n"
    let sorted = sort(Array(mail.utf8))
    #expect(sorted.verdict.mailClass == .reply)
    #expect(sorted.asksToStop, "\(words)")
  }

  @Test(arguments: [
    "Yes, stop by on Tuesday!", "Don't stop there, tell me more.", "I remove the old one and call you.",
  ])
  func hearsNoneElsewhere(_ words: String) {
    let mail = "From: kim@example.net\nSubject: Re: Hello\nIn-Reply-To: <first@example.org>\n\n\(words)\n"
    #expect(!sort(Array(mail.utf8)).asksToStop, "\(words)")
  }
}

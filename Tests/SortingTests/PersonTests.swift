import Sorting
import Testing

/// Persons who are easily taken for machines, by their names, by our own subject, by what they quote, attach and pass on.
@Suite struct PersonTests {
  private static let quote =
    "\n\nOn Wed, 25 Nov 2026 at 10:00, Me <me@example.org> wrote:\n> We do permission-based mail.\n> Me\n"

  static let cases = [
    AnswerCase("our words on challenges, quoted", .reply, "reply.thread", "Sounds good, call me tomorrow." + quote),
    AnswerCase("words of a challenge", .reply, "reply.thread", "Our list is permission-based already. Thanks!\nKim"),
    AnswerCase(
      "our subject asks to verify", .reply, "reply.thread", subject: "Re: please verify your order",
      "It is right, we only need to do this once a year." + quote),
    AnswerCase(
      "our subject speaks of leave", .reply, "reply.thread", subject: "Re: Your maternity leave policy",
      "Yes, that would interest us." + quote),
    AnswerCase(
      "our subject speaks of absences", .reply, "reply.thread", subject: "AW: Abwesenheiten planen",
      "Ja, gerne." + quote),
    AnswerCase(
      "our subject speaks of answers", .reply, "reply.thread", subject: "RE: autoresponder for your shop", "How much?"),
    AnswerCase(
      "away, below our subject", .autoReply, "autoreply.subject", subject: "Re: Hello (Out of office)",
      "I am out of the office until Monday.\nIn urgent cases write to Lee."),
    AnswerCase(
      "somebody away asks", .reply, "reply.thread",
      "Hi, thanks for your email. I am out of the office until Monday, could you call me on Tuesday?"),
    AnswerCase(
      "an administrator", .reply, "reply.thread", from: "Kim (System Administrator) <kim@example.net>",
      subject: "Re: email delivery", "We could talk on Monday. Please add lee@example.net to the call." + quote),
    AnswerCase(
      "a postmaster", .reply, "reply.thread", from: "Kim <postmaster@example.net>", subject: "Re: email delivery",
      "We run Postfix here. Please write to lee@example.net, who decides such things." + quote),
    AnswerCase(
      "a shop for antivirus", .reply, "reply.thread", from: "Kim <kim@antivirus-shop.example>",
      subject: "Re: delivery problem", "Tell me more. Cc lee@antivirus-shop.example please." + quote),
    AnswerCase(
      "an empty return path", .reply, "reply.thread", subject: "Re: failed delivery of goods",
      fields: "Return-Path: <>\n", "The mail to lee@example.net was rejected by our server." + quote),
    AnswerCase(
      "redirected by a rule", .reply, "reply.thread", fields: "X-MS-Exchange-Inbox-Rules-Loop: sales@example.org\n",
      "Yes, call me." + quote),
    AnswerCase(
      "answered by a rule", .autoReply, "autoreply.x-ms-exchange-inbox-rules-loop",
      fields: "X-MS-Exchange-Inbox-Rules-Loop: kim@example.net\n", "Thank you."),
    AnswerCase(
      "a calendar that calls answers generated", .reply, "calendar.answer", subject: "Accepted: Demo",
      fields: "Auto-Submitted: auto-generated\nContent-Type: text/calendar; method=REPLY\n",
      "BEGIN:VCALENDAR\nMETHOD:REPLY\nATTENDEE;PARTSTAT=ACCEPTED:mailto:kim@example.net\nEND:VCALENDAR"),
    AnswerCase(
      "a report passed on beside some words", .reply, "reply.thread", fields: mixed,
      "--o\n\nSee what I got, Lee has left.\n" + report + "--o--\n"),
    AnswerCase(
      "a complaint that is shown", .reply, "reply.thread", fields: mixed,
      "--o\n\nWe get such complaints.\n--o\nContent-Type: message/rfc822\n\n"
        + "Content-Type: multipart/report; report-type=feedback-report; boundary=i\n\n"
        + "--i\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n\n--i--\n--o--\n"),
    AnswerCase(
      "a receipt that is shown", .reply, "reply.thread", fields: mixed,
      "--o\n\nIs this yours?\n--o\nContent-Type: message/rfc822\n\n"
        + "Content-Type: multipart/report; report-type=disposition-notification; boundary=i\n\n"
        + "--i\nContent-Type: message/disposition-notification\n\nDisposition: a/b; displayed\n\n--i--\n--o--\n"),
  ]

  private static let mixed = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=o\n"
  private static let report =
    "--o\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\n"
    + "Final-Recipient: rfc822; lee@example.net\nAction: failed\nStatus: 5.1.1\n\n"

  @Test(arguments: cases) func areTakenForWhatTheyAre(_ c: AnswerCase) {
    let verdict = sort(Array(c.mail.utf8)).verdict
    #expect(verdict.mailClass == c.mailClass, "\(verdict.evidence)")
    #expect(verdict.rule == c.rule)
    #expect(verdict.bounces.isEmpty)
  }

  @Test(
    arguments: [
      "From: Antivirus Shop <orders@antivirus-shop.example>\nSubject: Message delayed\n\nYour order is delayed.\n",
      "From: Billing <billing@example.net>\nSubject: Delivery notification: payment failed\n\n"
        + "Your payment has failed. Account: me@example.org\n",
      "From: Mail Administrator <noreply@evil.example>\nSubject: Undelivered mail: release pending messages\n\n"
        + "Your 5 messages could not be delivered to me@example.org. Release them!\n",
    ]) func shopsAndSwindlersReturnNoMail(_ mail: String)
  {
    #expect(sort(Array(("To: me@example.org\n" + mail).utf8)).verdict.mailClass == .other)
  }

  @Test(
    arguments: [
      ("not-spam", Verdict.MailClass.other, "arf.not-spam"), ("opt-out", .unsubscribe, "arf.opt-out"),
      ("auth-failure", .complaint, "arf.rfc6591"), ("abuse", .complaint, "arf.rfc5965"),
    ]) func onlySomeReportsComplain(_ type: String, _ mailClass: Verdict.MailClass, _ rule: String)
  {
    let mail =
      "From: fbl@example.net\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n"
      + "--b\nContent-Type: message/feedback-report\n\nFeedback-Type: \(type)\nOriginal-Rcpt-To: kim@example.net\n\n--b--\n"
    let sorted = sort(Array(mail.utf8))
    #expect(sorted.verdict.mailClass == mailClass && sorted.verdict.rule == rule && sorted.verdict.feedbackType == type)
    #expect(sorted.asksToStop == (type == "opt-out"))
  }

  /// Lists and programs for customers put their fields on persons' answers.
  @Test func anAnswerToOursIsNoNewsletter() {
    let mail = Array(
      ("From: kim@example.net\nSubject: Re: Hello\nIn-Reply-To: <first@example.org>\nList-Id: <sales.example.org>\n"
        + "Precedence: list\n\nYes. Stop emailing me." + Self.quote).utf8)
    #expect(sort(mail).verdict.rule == "bulk.list")
    let answer = sort(mail, answersOurs: true)
    #expect(answer.verdict.rule == "reply.thread" && answer.asksToStop)
    #expect(answer.verdict.replyText == "Yes. Stop emailing me.")
  }

  private static let gmail = "<div class=\"gmail_attr\">On Wed, Nov 25, 2026 at 10:00 AM Me wrote:<br></div>"

  @Test(
    arguments: [
      ReplyCase(
        "Gmail, below the quote",
        "<div class=\"gmail_quote\">\(gmail)<blockquote class=\"gmail_quote\">Monday?</blockquote><div>Yes.</div></div>",
        "Yes."),
      ReplyCase(
        "Gmail, between the pieces",
        "<div class=\"gmail_quote\">\(gmail)<blockquote class=\"gmail_quote\">Monday?</blockquote><div>Yes.</div>"
          + "<blockquote class=\"gmail_quote\">At ten?</blockquote><div>At eleven.</div></div>", "Yes.\nAt eleven."),
      ReplyCase(
        "Gmail, a quote in the quote",
        "Yes.<div class=\"gmail_quote\">\(gmail)<blockquote class=\"gmail_quote\">Hi<div class=\"gmail_quote\">"
          + "<blockquote class=\"gmail_quote\">Old</blockquote>stop</div></blockquote></div>", "Yes."),
    ]) func whatStandsBelowGmailsQuoteIsTheAnswer(_ c: ReplyCase)
  {
    #expect(sort(ReplyTests.mail(c.text, html: true)).verdict.replyText == c.reply)
  }

  @Test(
    arguments: [
      ReplyCase(
        "a letter in HTML above a footer",
        "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n"
          + "<p>Take me off</p>\n--b\n\nThis mail is confidential.\n--b--", "Take me off"),
      ReplyCase(
        "plain text after HTML that is the same letter",
        "Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/html\n\n<p>Yes!</p>\n--b\n\nYes.\n--b--",
        "Yes."),
      ReplyCase(
        "another boundary than announced",
        "Content-Type: multipart/mixed; boundary=x\n\n--a\nContent-Type: text/plain; charset=utf-8\n\nGr\u{fc}\u{df}e\n--a--",
        "Gr\u{fc}\u{df}e"),
    ]) func theLetterIsFound(_ c: ReplyCase)
  {
    let head = "From: kim@example.net\nSubject: Re: Hello\nIn-Reply-To: <first@example.org>\nMIME-Version: 1.0\n"
    let mail = Array((head + c.text).utf8)
    #expect(sort(mail).verdict.replyText == c.reply)
    for length in mail.indices { #expect(sort(Array(mail[..<length])).verdict.confidence > 0) }
  }
}

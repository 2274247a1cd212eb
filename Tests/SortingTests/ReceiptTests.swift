import Sorting
import Testing

/// Receipts and answers to invitations in the forms of the programs that write them.
@Suite struct ReceiptTests {
  struct Receipt: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let rule: String
    let mail: String
    /// The mail that it is about, when it says so.
    var original: String? = "<first@sender.example>"
  }

  /// A report after RFC 8098 §2.
  private static func receipt(
    _ name: String, _ rule: String, subject: String, _ fieldsAndBody: String, original: String?
  ) -> Receipt {
    Receipt(
      testDescription: name, rule: rule,
      mail: "From: Kim <kim@example.net>\nTo: me@sender.example\nSubject: \(subject)\n" + fieldsAndBody,
      original: original)
  }

  private static func report(
    _ name: String, _ rule: String, subject: String, fields: String = "", _ words: String, _ report: String,
    original: String? = "<first@sender.example>", enclosed: String = ""
  ) -> Receipt {
    receipt(
      name, rule, subject: subject,
      """
      \(fields)MIME-Version: 1.0
      Content-Type: multipart/report; report-type=disposition-notification; boundary="b"

      --b
      Content-Type: text/plain; charset=utf-8

      \(words)

      --b
      Content-Type: message/disposition-notification

      Final-Recipient: rfc822; kim@example.net
      \(report)

      \(enclosed)--b--

      """, original: original)
  }

  private static func letter(
    _ name: String, _ rule: String, subject: String, fields: String = "", _ words: String, original: String? = nil
  ) -> Receipt {
    receipt(
      name, rule, subject: subject,
      "\(fields)MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n\(words)\n", original: original)
  }

  private static let id = "Original-Message-ID: <first@sender.example>\n"

  static let receipts = [
    report(
      "Outlook, read", "receipt.read", subject: "Read: Hello",
      "Your message\n   To: Kim\n   Subject: Hello\nwas read on Thursday.",
      "Reporting-UA: pc; Microsoft Outlook\n" + id + "Disposition: automatic-action/MDN-sent-automatically; displayed"),
    report(
      "Outlook, deleted, by its thread", "receipt.deleted", subject: "Nicht gelesen: Hello",
      fields: "In-Reply-To: <first@sender.example>\n", "Ihre Nachricht wurde ungelesen gelöscht.",
      "Disposition: automatic-action/MDN-sent-automatically; deleted"),
    report(
      "Thunderbird, with the mail's header", "receipt.read", subject: "Return Receipt (displayed) - Hello",
      "This is a receipt for the mail that you sent.", "Disposition: manual-action/MDN-sent-manually; displayed",
      enclosed: "--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <first@sender.example>\nSubject: Hello\n\n"),
    report(
      "Notes", "receipt.read", subject: "Return Receipt", "Your document: Hello\nwas received by: Kim/Acme",
      id + "Disposition: manual-action/MDN-sent-automatically; displayed"),
    report(
      "refused", "receipt.denied", subject: "Read: Hello", "No receipt.",
      id + "Disposition: manual-action/MDN-sent-manually; denied"),
    report(
      "marked as automatic, with an empty reverse-path", "receipt.read", subject: "Read: Hello",
      fields: "Return-Path: <>\nAuto-Submitted: auto-replied\n", "The message was displayed.",
      id + "Disposition: automatic-action/MDN-sent-automatically; displayed"),
    report(
      "a failure of the receipt's maker", "receipt.failed", subject: "Read: Hello", "Something went wrong.",
      id + "Disposition: automatic-action/MDN-sent-automatically; failed/error\nError: no display"),
    letter(
      "a letter in German", "receipt.read", subject: "Gelesen: Hello",
      "Ihre Nachricht\n\n An: Kim\n Betreff: Hello\n\nwurde am 26.11.2026 10:05 gelesen."),
    letter(
      "a letter in French", "receipt.read", subject: "Lu : Hello",
      "Votre message\n\nObjet : Hello\n\na été lu le jeudi."
    ),
    letter("a letter in Spanish", "receipt.read", subject: "Leído: Hello", "El mensaje\n\nfue leído el jueves."),
    letter("a letter in Japanese", "receipt.read", subject: "開封済み: Hello", "メッセージは開封されました。"),
    letter(
      "a letter about a mail that was thrown away", "receipt.deleted", subject: "Not read: Hello",
      fields: "In-Reply-To: <first@sender.example>\n", "Your message\n\nwas deleted without being read on Thursday.",
      original: "<first@sender.example>"),
    letter(
      "a letter without a language's prefix", "receipt.read", subject: "Read receipt: Hello",
      fields: "In-Reply-To: <first@sender.example>\n", "This message was opened by Kim.",
      original: "<first@sender.example>"),
  ]

  @Test(arguments: receipts) func isNoAnswer(_ receipt: Receipt) {
    let sorted = sort(Array(receipt.mail.utf8))
    #expect(sorted.verdict.mailClass == .other)
    #expect(sorted.verdict.rule == receipt.rule)
    #expect(sorted.verdict.originalMessageID == receipt.original)
    if let original = receipt.original { #expect(sorted.correlation.messageIDs.first == original) }
    #expect(sorted.verdict.replyText == nil && !sorted.asksToStop)
  }

  /// What only sounds like one.
  @Test(arguments: [
    ("Re: Read: Hello", "In-Reply-To: <first@sender.example>\n", "I have read it, thanks.", Verdict.MailClass.reply),
    ("Read: our new book", "List-Unsubscribe: <mailto:u@b.example>\n", "It has been read by many.", .other),
    ("Read this", "In-Reply-To: <first@sender.example>\n", "The contract was read and signed.", .reply),
  ]) func isNoReceipt(subject: String, fields: String, words: String, mailClass: Verdict.MailClass) {
    let verdict = sort(Array("From: Kim <kim@example.net>\nSubject: \(subject)\n\(fields)\n\(words)\n".utf8)).verdict
    #expect(verdict.mailClass == mailClass)
    #expect(!verdict.rule.hasPrefix("receipt."))
  }

  /// Exchange's, Postfix's and Sendmail's words for a mail that has arrived, also where the report itself got lost.
  @Test(arguments: [
    ("Delivered: Hello", "Your message has been delivered to the following recipients:\n\nkim@example.net"),
    ("Relayed: Hello", "Delivery to these recipients or groups is complete, but nothing was said:\n\nkim@example.net"),
    ("Successful Mail Delivery Report", "Your mail was successfully delivered.\n\n<kim@example.net>: 250 ok"),
  ]) func aDeliveredMailIsNoBounce(subject: String, words: String) {
    let mail =
      "From: Mail Delivery System <MAILER-DAEMON@mx.example.net>\nReturn-Path: <>\nSubject: \(subject)\n\n\(words)\n"
    let verdict = sort(Array(mail.utf8)).verdict
    #expect(verdict.mailClass == .other)
    #expect(verdict.rule == "notice.delivered")
    #expect(verdict.bounces.isEmpty)
  }

  /// RFC 5546 §3.2.3: what a person chose in the calendar.
  @Test(arguments: [
    ("Accepted: Demo", "REPLY", "ACCEPTED"), ("Abgelehnt: Demo", "REPLY", "DECLINED"),
    ("Tentative: Demo", "REPLY", "TENTATIVE"), ("New time proposed: Demo", "COUNTER", "TENTATIVE"),
  ]) func anInvitationIsAnswered(subject: String, method: String, status: String) {
    let mail = """
      From: Kim <kim@example.net>
      Subject: \(subject)
      In-Reply-To: <first@sender.example>
      Content-Type: text/calendar; method=\(method)

      BEGIN:VCALENDAR
      METHOD:\(method)
      BEGIN:VEVENT
      ATTENDEE;PARTSTAT=\(status);CN=Kim:mailto:kim@example.net
      COMMENT:Tuesday suits me.
      END:VEVENT
      END:VCALENDAR

      """
    let verdict = sort(Array(mail.utf8)).verdict
    #expect(verdict.mailClass == .reply && verdict.rule == "calendar.answer")
    #expect(verdict.evidence.contains("PARTSTAT=\(status)"))
    #expect(verdict.originalMessageID == "<first@sender.example>")
    #expect(verdict.replyText == "Tuesday suits me.")
  }
}

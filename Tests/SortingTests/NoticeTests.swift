import Sorting
import Testing

struct NoticeCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let mail: String
  let mailClass: Verdict.MailClass
  /// Each bounce as `recipient reason permanence`.
  let bounces: [String]

  init(
    _ name: String, from: String = "Mail Delivery System <Mailer-Daemon@mx.example.org>",
    subject: String = "Mail delivery failed: returning message to sender", fields: String = "",
    as mailClass: Verdict.MailClass = .bounce, _ bounces: [String], _ body: String
  ) {
    testDescription = name
    self.mailClass = mailClass
    self.bounces = bounces
    mail = "From: \(from)\nTo: sender@example.org\nSubject: \(subject)\n\(fields)\n\(body)"
  }
}

/// Notices without a report, written after the manuals and sources of their makers.
@Suite struct NoticeTests {
  static let cases = [
    NoticeCase(
      "Exim, two recipients", ["kim@example.net userunknown hard", "lee@example.net mailboxfull soft"],
      """
      This message was created automatically by mail delivery software.

      A message that you sent could not be delivered to one or more of its
      recipients. This is a permanent error. The following address(es) failed:

        kim@example.net
          host mx.example.net [192.0.2.1]
          SMTP error from remote mail server after RCPT TO:<kim@example.net>:
          550 No such user here
        lee@example.net
          mailbox is full: retry timeout exceeded

      ------ This is a copy of the message, including all the headers. ------

      Return-path: <sender@example.org>
      Message-ID: <first@example.org>
      """),
    NoticeCase(
      "qmail", from: "MAILER-DAEMON@mx.example.org", subject: "failure notice", ["kim@example.net hostunknown hard"],
      """
      Hi. This is the qmail-send program at mx.example.org.
      I'm afraid I wasn't able to deliver your message to the following addresses.
      This is a permanent error; I've given up. Sorry it didn't work out.

      <kim@example.net>:
      Sorry, I couldn't find any host named example.net. (#5.1.2)

      --- Below this line is a copy of the message.

      Return-Path: <sender@example.org>
      Message-ID: <first@example.org>
      """),
    NoticeCase(
      "Postfix without MIME", subject: "Undelivered Mail Returned to Sender", ["kim@example.net spamdetected soft"],
      """
      I'm sorry to have to inform you that your message could not
      be delivered to one or more recipients. For further assistance, please send mail to <postmaster@mx.example.org>

      <kim@example.net>: host mx.example.net[192.0.2.1] said: 554 5.7.1 Message
          identified as spam (in reply to end of DATA command)
      """),
    NoticeCase(
      "Sendmail's transcript", from: "Mail Delivery Subsystem <MAILER-DAEMON@mx.example.org>",
      subject: "Returned mail: User unknown",
      ["kim@example.net userunknown hard"],
      """
         ----- The following addresses had permanent fatal errors -----
      <kim@example.net>

         ----- Transcript of session follows -----
      ... while talking to mx.example.net.:
      >>> RCPT To:<kim@example.net>
      <<< 550 5.1.1 <kim@example.net>... User unknown
      550 <kim@example.net>... User unknown

         ----- Original message follows -----
      Message-ID: <first@example.org>
      """),
    NoticeCase(
      "Exchange 5.5", from: "System Administrator <postmaster@example.net>", subject: "Undeliverable: Hello",
      ["kim@example.net userunknown hard"],
      """
      Your message

        To:      list@example.com
        Subject: Hello
        Sent:    Fri, 20 Nov 2026 10:00:00 +0100

      did not reach the following recipient(s):

      kim@example.net on Fri, 20 Nov 2026 10:00:05 +0100
          The recipient name is not recognized
      """),
    NoticeCase(
      "Exim's warning", subject: "Warning: message 1abc delayed 24 hours", as: .delay, ["kim@example.net expired soft"],
      """
      This message was created automatically by mail delivery software.
      A message that you sent has not yet been delivered to one or more of its
      recipients after more than 24 hours on the queue on mx.example.org.

      The address to which the message has not yet been delivered is:

        kim@example.net

      No action is required on your part. Delivery attempts will continue for
      some time, and this warning may be repeated at intervals.
      """),
    NoticeCase(
      "an alias tells the address written to", ["team@example.net mailboxfull soft"],
      """
      A message that you sent could not be delivered to one or more of its
      recipients. The following address(es) failed:

        team@example.net
          (generated from kim@example.net)
          552 5.2.2 over quota
      """),
    NoticeCase(
      "the report's fields in text", subject: "Delivery failure", ["kim@example.net userunknown hard"],
      """
      An error occurred while trying to deliver the mail to the following recipients:
      kim@example.net

      Reporting-MTA: dns; mx.example.org

      Final-Recipient: rfc822; kim@example.net
      Action: failed
      Status: 5.1.1
      Diagnostic-Code: smtp; 550 5.1.1 user unknown
      """),
    NoticeCase(
      "Amazon SES over SNS", from: "AWS <no-reply@sns.amazonaws.com>", subject: "AWS Notification Message",
      ["kim@example.net userunknown hard"],
      #"{"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bouncedRecipients":[{"emailAddress":"kim@example.net","#
        + #""action":"failed","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 user unknown"}]}}"#),
    NoticeCase(
      "SES delivery", from: "AWS <no-reply@sns.amazonaws.com>", subject: "AWS Notification Message", as: .other, [],
      #"{"notificationType":"Delivery","delivery":{"recipients":["kim@example.net"]}}"#),
    NoticeCase(
      "a person who quotes a notice", from: "Kim <kim@example.net>", subject: "Re: Undelivered Mail Returned to Sender",
      fields: "In-Reply-To: <x@example.org>\n", as: .reply, [],
      """
      Look what I got, can you help?

      > I'm sorry to have to inform you that your message could not
      > be delivered to one or more recipients.
      > <lee@example.net>: user unknown
      """),
    NoticeCase(
      "postmaster writes himself", from: "postmaster@example.net", subject: "Maintenance on Sunday", as: .other, [],
      "Our servers rest on Sunday from 2 to 4.\n"),
  ]

  @Test(arguments: cases) func sorts(_ c: NoticeCase) {
    let verdict = sort(Array(c.mail.utf8)).verdict
    #expect(verdict.mailClass == c.mailClass)
    #expect(verdict.bounces.map { "\($0.recipient ?? "-") \($0.reason) \($0.permanence.rawValue)" } == c.bounces)
  }

  @Test(arguments: cases) func everyPrefixIsSorted(_ c: NoticeCase) {
    let bytes = Array(c.mail.utf8)
    for length in stride(from: 0, to: bytes.count, by: 3) {
      #expect(sort(Array(bytes[..<length])).verdict.confidence > 0)
    }
  }

  @Test func theReturnedMailIsFound() {
    for index in [0, 1, 3] {
      #expect(sort(Array(Self.cases[index].mail.utf8)).verdict.originalMessageID == "<first@example.org>")
    }
    #expect(sort(Array(Self.cases[6].mail.utf8)).verdict.bounces.first?.originalRecipient == "kim@example.net")
  }

  /// What servers say, as a report quotes it: reason and permanence.
  @Test(arguments: [
    ("5.1.1", "550 5.1.1 <kim@example.net>: Recipient address rejected: User unknown", "userunknown hard"),
    ("5.2.2", "552 5.2.2 Mailbox full", "mailboxfull soft"), ("4.2.2", "452 4.2.2 over quota", "mailboxfull soft"),
    (
      "5.4.4", "Host or domain name not found. Name service error for name=example.net type=A: Host not found",
      "hostunknown hard"
    ),
    ("5.7.1", "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org", "blocked soft"),
    ("5.7.26", "550-5.7.26 This mail is unauthenticated", "authfailure soft"),
    ("5.7.25", "550 5.7.25 The IP address sending this message does not have a PTR record", "requireptr soft"),
    ("5.7.27", "550 5.7.27 Domain example.net does not accept mail (nullMX)", "notaccept hard"),
    ("5.3.4", "552 5.3.4 Message size exceeds fixed limit", "mesgtoobig soft"),
    ("5.7.1", "554 5.7.1 <kim@example.net>: Relay access denied", "norelaying soft"),
    ("5.1.6", "551 5.1.6 user has moved to lee@example.com", "hasmoved hard"),
    ("5.2.1", "550 5.2.1 The email account that you tried to reach is disabled", "suspend soft"),
    ("4.4.1", "connect to mx.example.net[192.0.2.1]:25: Connection timed out", "expired soft"),
    // Class 4 is for now, whatever the words.
    ("4.1.1", "450 4.1.1 <kim@example.net>: Recipient address rejected: User unknown", "userunknown soft"),
    (
      "4.4.1", "Host or domain name not found. Name service error for name=example.net: Host not found, try again",
      "hostunknown soft"
    ),
    ("5.0.0", "550 5.0.0 Rejected due to high probability of spam", "spamdetected soft"),
    ("5.1.8", "553 5.1.8 <sender@example.org>... Domain of sender address does not exist", "rejected soft"),
    ("5.0.0", "(no words at all)", "onhold soft"),
  ])
  func reasons(_ status: String, _ said: String, _ expected: String) throws {
    let mail = """
      From: MAILER-DAEMON@mx.example.org
      Content-Type: multipart/report; report-type=delivery-status; boundary=b

      --b
      Content-Type: message/delivery-status

      Reporting-MTA: dns; mx.example.org

      Final-Recipient: rfc822; kim@example.net
      Action: failed
      Status: \(status)
      Diagnostic-Code: smtp; \(said)
      --b--
      """
    let bounce = try #require(sort(Array(mail.utf8)).verdict.bounces.first)
    #expect("\(bounce.reason) \(bounce.permanence.rawValue)" == expected)
  }

  /// Shops, carriers and people fail to deliver too.
  @Test(
    arguments: [
      "Your parcel of 550 g could not be delivered.", "Delivery failed: 550 EUR to pay at the door.",
      "Parcel 550 was not delivered, we will ring again.", "Weight: 550 g. Your parcel was returned to sender.",
      "Your order 4711\n\n550 pieces of it were not delivered.",
    ]) func aParcelIsNoMail(_ text: String)
  {
    let mail = "From: Parcels <service@parcels.example>\nTo: kim@example.net\nSubject: Delivery failed\n\n\(text)\n"
    #expect(sort(Array(mail.utf8)).verdict.mailClass != .bounce, "\(text)")
  }

  @Test(arguments: [
    "The mail was not delivered.\n\n550 5.1.1 user unknown",
    "It was rejected by mx.example.org; it said: 550 no such user here",
  ])
  func aServersReplyIsStillOne(_ text: String) {
    let mail = "From: Mail Service <service@mail.example>\nTo: kim@example.net\nSubject: Delivery failed\n\n\(text)\n"
    #expect(sort(Array(mail.utf8)).verdict.mailClass == .bounce, "\(text)")
  }
}

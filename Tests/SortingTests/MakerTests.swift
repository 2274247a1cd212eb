import Sorting
import Testing

/// Notices of many makers, written after their manuals and sources; a maker needs no rule of its own to be understood.
@Suite struct MakerTests {
  struct Maker: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let recipient: String?
    let reason: String
    let mail: String
  }

  static let makers = [
    Maker(
      testDescription: "OpenSMTPD 7, the end of its patience", recipient: "kim@example.org", reason: "expired",
      mail: """
        Subject: Delivery status notification: delayed
        From: Mailer Daemon <MAILER-DAEMON@mail.sender.example>
        To: me@sender.example
        Date: Thu, 26 Nov 2026 15:51:49 +0000 (UTC)
        MIME-Version: 1.0
        Content-Type: multipart/mixed;boundary="6257/mail"

        --6257/mail
        Content-Description: Notification
        Content-Type: text/plain; charset=us-ascii

            Hi!

            A message is delayed for more than 0 seconds for the following
            list of recipients:

        kim@example.org: Envelope expired

            Please note that this is only a temporary failure report.

        --6257/mail
        Content-Description: Delivery Report
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mail.sender.example

        Final-Recipient: rfc822; kim@example.org
        Action: delayed
        Status: 4.4.7

        --6257/mail
        Content-Type: text/rfc822-headers

        Message-ID: <orig-1@sender.example>
        To: kim@example.org

        --6257/mail--
        """),
    Maker(
      testDescription: "Active!hunter", recipient: "kim@example.org", reason: "userunknown",
      mail: """
        Return-Path: <>
        To: <me@sender.example>
        Date: Thu, 1 Jan 2015 00:00:00 +0900
        From: MAILER-DAEMON@ah.example.jp
        Subject: FAILURE NOTICE :
        X-AHMAILID: 1

        This is a system message.
          ----- The following addresses had permanent fatal errors -----

        >>> kim@example.org <kim@example.org>

          ----- Transcript of session follows -----
        550 sorry, no mailbox here by that name (#5.1.1 - chkusr)

          ----- original message -----

        Received: from x by y
        Message-ID: <orig-1@sender.example>
        From: me@sender.example
        To: kim@example.org
        Subject: Hello

        Hi
        """),
    Maker(
      testDescription: "Biglobe", recipient: "kim@m.biglobe.ne.jp", reason: "mailboxfull",
      mail: """
        Return-Path: <>
        To: <me@sender.example>
        Date: Thu, 1 Jan 2015 00:00:00 +0900
        From: postmaster@biglobe.ne.jp
        Subject: Returned mail: User unknown
        MIME-Version: 1.0
        Content-Type: multipart/mixed; boundary="--_Big"

        This is a MIME-encapsulated message.

        ----_Big
        Content-Type: text/plain; charset="iso-2022-jp"

           ----- The following addresses had delivery problems -----
        kim@m.biglobe.ne.jp

           ----- Non-delivered information -----
        The number of messages in recipient's mailbox exceeded the local limit.

        ----_Big
        Content-Type: message/rfc822

        Received: from x by y
        Message-ID: <orig-1@sender.example>
        From: me@sender.example
        To: kim@m.biglobe.ne.jp
        Subject: Hello

        Hi

        ----_Big--
        """),
    Maker(
      testDescription: "1&1", recipient: "general@example.eu", reason: "mesgtoobig",
      mail: """
        Return-Path: <>
        To: <me@sender.example>
        Date: Thu, 1 Jan 2015 00:00:00 +0900
        From: "Mail Delivery System" <mailer-daemon@kundenserver.de>
        Subject: Mail delivery failed: returning message to sender

        This message was created automatically by mail delivery software.

        A message that you sent could not be delivered to one or more of
        its recipients. This is a permanent error.

        The following address failed:

        general@example.eu

        For the following reason:

        Mail size limit exceeded. For explanation visit
        http://postmaster.1and1.com/en/error-messages?ip=1.2.3.4

        --- The header of the original message is following. ---

        Received: from x by y
        Message-ID: <orig-1@sender.example>
        From: me@sender.example
        To: general@example.eu
        Subject: Hello

        Hi
        """),
    Maker(
      testDescription: "KDDI", recipient: "kim@example.org", reason: "mailboxfull",
      mail: """
        Return-Path: <>
        To: <me@sender.example>
        Date: Thu, 1 Jan 2015 00:00:00 +0900
        From: no-reply@app.auone-net.jp
        Subject: Delivery failed


        Your mail sent on: Thu, 29 Apr 2010 11:04:47 +0900
            Could not be delivered to: <kim@example.org>
            As their mailbox is full.
        """),
    Maker(
      testDescription: "MailMarshal", recipient: "kim@example.org", reason: "userunknown",
      mail: """
        Return-Path: <>
        To: <me@sender.example>
        Date: Thu, 1 Jan 2015 00:00:00 +0900
        From: postmaster@gw.example.com
        Subject: Undeliverable Mail: "Hello"


        Your message:
           From:    me@sender.example
           Subject: Hello

        Could not be delivered because of

        550 5.1.1 User unknown

        The following recipients were affected:
            kim@example.org

        Additional Information
        ======================
        Original Sender:    <me@sender.example>
        Sender-MTA:         <10.11.12.13>
        Remote-MTA:         <10.0.0.1>
        Reporting-MTA:      <relay.example.com>
        MessageName:        <B549996730000.000000000001.0003.mml>
        Last-Attempt-Date:  <16:21:07 Mon, 22 December 2014>
        """),
    Maker(
      testDescription: "InterScan", recipient: "kim@example.org", reason: "userunknown",
      mail: """
        Return-Path: <>
        To: <me@sender.example>
        Date: Thu, 1 Jan 2015 00:00:00 +0900
        From: "InterScan MSS Notification" <imss@example.jp>
        Subject: Mail delivery failed


        InterScan could not deliver this message.

        Sent <<< RCPT TO:<kim@example.org>
        Received >>> 550 5.1.1 <kim@example.org>... user unknown
        Unable to deliver message to <kim@example.org> (and other recipients in the same domain).
        """),
    Maker(
      testDescription: "a gateway that lists errors", recipient: "kim@example.org", reason: "userunknown",
      mail: """
        Return-Path: <>
        To: <me@sender.example>
        Date: Thu, 1 Jan 2015 00:00:00 +0900
        From: postmaster@example.net
        Subject: There was an error sending your mail


        We had trouble delivering your message. Full details follow:

        Subject: 'Hello'
        Date: 'Thu, 29 Apr 2012 23:34:45 +0000'

        1 error(s):

        SMTP Server <mta2.example.org> rejected recipient <kim@example.org> (Error following RCPT command). It responded as follows: [550 5.1.1 User unknown]
        """),
    Maker(
      testDescription: "Verizon vtext", recipient: "5551234@vtext.com", reason: "userunknown",
      mail: """
        Return-Path: <>
        To: <me@sender.example>
        Date: Thu, 1 Jan 2015 00:00:00 +0900
        From: post_master@vtext.com
        Subject: Undeliverable Message


        Error:    Message could not be delivered to mobile.
        Error:    No valid recipients for this MM

        Message details:
          Subject: Test
          Sent date: Wed Apr 29 23:34:45 GMT 2013
          MAIL FROM: me@sender.example
          RCPT TO: 5551234@vtext.com
          From: me@sender.example
        """),
    Maker(
      testDescription: "T-Online", recipient: "kim@t-online.de", reason: "mailboxfull",
      mail: """
        Return-Path: <>
        To: <me@sender.example>
        Date: Thu, 1 Jan 2015 00:00:00 +0900
        From: Mail Delivery System <Mailer-Daemon@t-online.de>
        Subject: mail failed, returning to sender
        Reference: <1@t>


        |------------------------- Message log follows: -------------------------|
         no valid recipients were found for this message
        |------------------------- Failed addresses follow: ---------------------|
         <kim@t-online.de>
           552 5.2.2 <kim@t-online.de> Quota exceeded (mailbox for user is full)

        |------------------------- Message header follows: ----------------------|
        Received: from x by y
        Message-ID: <orig-1@sender.example>
        From: me@sender.example
        To: kim@t-online.de
        Subject: Hello

        Hi
        """),
    Maker(
      testDescription: "Smail 3", recipient: "kim@example.invalid", reason: "hostunknown",
      mail: """
        Return-Path: <>
        To: <me@sender.example>
        Date: Thu, 1 Jan 2015 00:00:00 +0900
        From: <MAILER-DAEMON@h.example>
        Subject: mail failed, returning to sender
        Reference: <1@t>


        |------------------------- Message log follows: -------------------------|
         no valid recipients were found for this message
        |------------------------- Failed addresses follow: ---------------------|
         <kim@example.invalid> ... unknown host
        |------------------------- Message text follows: ------------------------|
        Received: from x by y
        Message-ID: <orig-1@sender.example>
        From: me@sender.example
        To: kim@example.invalid
        Subject: Hello

        Hi
        """),
    Maker(
      testDescription: "PowerMTA", recipient: "kim@example.org", reason: "userunknown",
      mail: """
        Return-Path: <>
        To: <me@sender.example>
        Date: Thu, 1 Jan 2015 00:00:00 +0900
        From: postmaster@pmta.example
        Subject: Delivery report
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

        --b1
        Content-Type: text/plain

        Hello, this is the mail server on pmta.example.

        I am sending you this message to inform you on the delivery status of a
        message you previously sent.  Immediately below you will find a list of
        the affected recipients.

         <kim@example.org>  delivery failed; will not continue trying

        --b1
        Content-Type: message/delivery-status

        Reporting-MTA: dns;pmta.example
        X-PowerMTA-VirtualMTA: v1

        Original-Recipient: rfc822;kim@example.org
        Final-Recipient: rfc822;kim@example.org
        Action: failed
        Status: 5.1.1 (bad destination mailbox address)
        Remote-MTA: dns;mx.example.org (192.0.2.1)
        Diagnostic-Code: smtp;550 5.1.1 <kim@example.org>... User Unknown
        X-PowerMTA-BounceCategory: bad-mailbox

        --b1
        Content-Type: text/rfc822-headers

        Received: from x by y
        Message-ID: <orig-1@sender.example>
        From: me@sender.example
        To: kim@example.org
        Subject: Hello

        Hi

        --b1--
        """),
    Maker(
      testDescription: "Facebook", recipient: "kim@facebook.com", reason: "filtered",
      mail: """
        Return-Path: <>
        To: <me@sender.example>
        Date: Thu, 1 Jan 2015 00:00:00 +0900
        From: Facebook <mailer-daemon@mx.facebook.com>
        Subject: Sorry, your message could not be delivered
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

        --b1
        Content-Type: text/plain

        This message was created automatically by Facebook.

        Sorry, your message could not be delivered to the following recipient:
          kim@facebook.com

        --b1
        Content-Type: message/delivery-status

        Reporting-MTA: dns; 10.138.205.200
        Arrival-Date: Thu, 23 Jun 2011 02:29:43 -0700

        Status: 5.1.1
        Final-Recipient: rfc822; kim@facebook.com
        Action: failed
        Diagnostic-Code: smtp; 550 5.1.1 RCP-P2 http://postmaster.facebook.com/response_codes?ip=192.0.2.135#rcp Refused due to recipient preferences

        --b1
        Content-Type: text/rfc822-headers

        Received: from x by y
        Message-ID: <orig-1@sender.example>
        From: me@sender.example
        To: kim@facebook.com
        Subject: Hello

        Hi

        --b1--
        """),
    Maker(
      testDescription: "MessageLabs", recipient: "kim@example.org", reason: "userunknown",
      mail: """
        Return-Path: <>
        To: <me@sender.example>
        Date: Thu, 1 Jan 2015 00:00:00 +0900
        From: MAILER-DAEMON@messagelabs.com
        Subject: Mail Delivery Failure
        X-Msg-Ref: server-11.tower-143.messagelabs.com!1
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

        --b1
        Content-Type: text/plain

        This is the mail delivery agent at messagelabs.com.
        I was unable to deliver your message to the following addresses:

        kim@example.org

        Reason: 550 No such user (kim@example.org)

        --b1
        Content-Type: message/delivery-status

        Reporting-MTA: dns; server-11.bemta-2.messagelabs.com
        Arrival-Date: Tue, 23 Dec 2014 20:39:34 +0000

        Action: failed
        Status: 5.0.0
        Remote-MTA: dns; mx.example.org
        Diagnostic-Code: smtp; 550 No such user (kim@example.org)
        Final-Recipient: rfc822; kim@example.org

        --b1
        Content-Type: text/rfc822-headers

        Received: from x by y
        Message-ID: <orig-1@sender.example>
        From: me@sender.example
        To: kim@example.org
        Subject: Hello

        Hi

        --b1--
        """),
    Maker(
      testDescription: "a report in a letter", recipient: "kim@example.org", reason: "userunknown",
      mail: """
        Return-Path: <>
        To: <me@sender.example>
        Date: Thu, 1 Jan 2015 00:00:00 +0900
        From: "=?iso-2022-jp?B?TWFpbCBEZWxpdmVyeSBTdWJzeXN0ZW0=?=" <x@mail.example>
        To: NotificationRecipients <x@y>
        Subject: =?iso-2022-jp?B?UmV0dXJuZWQgbWFpbDogVXNlciB1bmtub3du?=
        MIME-Version: 1.0
        Content-Type: multipart/mixed; boundary="o1"

        --o1
        Content-Type: text/plain

        See attached.

        --o1
        Content-Type: message/rfc822

        From: Mail Delivery Subsystem <MAILER-DAEMON@mail.example>
        Subject: Returned mail: User unknown
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary="i1"

        --i1
        Content-Type: text/plain

        failed

        --i1
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mail.example

        Final-Recipient: RFC822; kim@example.org
        Action: failed
        Status: 5.1.1
        Diagnostic-Code: SMTP; 550 5.1.1 User unknown

        --i1
        Content-Type: message/rfc822

        Received: from x by y
        Message-ID: <orig-1@sender.example>
        From: me@sender.example
        To: kim@example.org
        Subject: Hello

        Hi

        --i1--

        --o1--
        """),
    Maker(
      testDescription: "Postfix to its postmaster", recipient: "kim@example.org", reason: "userunknown",
      mail: """
        Return-Path: <>
        To: <me@sender.example>
        Date: Thu, 1 Jan 2015 00:00:00 +0900
        From: MAILER-DAEMON (Mail Delivery System)
        Subject: Postfix SMTP server: errors from unknown[192.0.2.1]


        Transcript of session follows.

         Out: 220 mx.example.org ESMTP Postfix
         In:  EHLO sender.example
         Out: 250-mx.example.org
         In:  MAIL FROM:<me@sender.example>
         Out: 250 2.1.0 Ok
         In:  RCPT TO:<kim@example.org>
         Out: 550 5.1.1 <kim@example.org>: Recipient address rejected: User unknown in
             local recipient table
         In:  QUIT
         Out: 221 2.0.0 Bye

        For other details, see the local mail logfile
        """),
    Maker(
      testDescription: "m-FILTER", recipient: "kim@example.org", reason: "userunknown",
      mail: """
        Return-Path: <>
        To: <me@sender.example>
        Date: Thu, 1 Jan 2015 00:00:00 +0900
        From: MAILER-DAEMON@mf.example.jp
        Subject: failure notice
        X-Mailer: m-FILTER


        -------server message
        550 5.1.1 unknown user <kim@example.org>

        -------original message
        Received: from x by y
        Message-ID: <orig-1@sender.example>
        From: me@sender.example
        To: kim@example.org
        Subject: Hello

        Hi
        """),
    Maker(
      testDescription: "GMX", recipient: "kim@example.org", reason: "userunknown",
      mail: """
        Return-Path: <>
        To: <me@sender.example>
        Date: Thu, 1 Jan 2015 00:00:00 +0900
        From: <mailer-daemon@mail.gmx.net>
        Subject: Mail delivery failed: returning message to sender
        X-GMX-Antispam: 0


        This message was created automatically by mail delivery software.

        A message that you sent could not be delivered to one or more of
        its recipients. This is a permanent error. The following address
        failed:

        "kim@example.org":
        SMTP error from remote server after RCPT command:
        host: mx.example.org
        5.1.1 <kim@example.org>... User Unknown


        --- The header of the original message is following. ---

        Received: from x by y
        Message-ID: <orig-1@sender.example>
        From: me@sender.example
        To: kim@example.org
        Subject: Hello

        Hi
        """),
    Maker(
      testDescription: "Barracuda", recipient: "kim@example.org", reason: "spamdetected",
      mail: """
        Return-Path: <>
        To: <me@sender.example>
        Date: Thu, 1 Jan 2015 00:00:00 +0900
        From: MAILER-DAEMON@barracuda.example
        Subject: **Message you sent blocked by our bulk email filter**


        Your message to: kim@example.org
        was blocked by our Spam Firewall. The email you sent with the following subject has NOT BEEN DELIVERED:

        Subject: Hello
        """),
    Maker(
      testDescription: "amavisd", recipient: "kim@example.org", reason: "userunknown",
      mail: """
        Return-Path: <>
        To: <me@sender.example>
        Date: Thu, 1 Jan 2015 00:00:00 +0900
        From: "Content-filter at a.example" <postmaster@a.example>
        Subject: Undeliverable mail, MTA-BLOCKED
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

        --b1
        Content-Type: text/plain

        The message WAS NOT relayed to:
        <kim@example.org>:
           554 5.7.0 id=12-01 - Rejected by next-hop MTA on relaying, from MTA(smtp:[127.0.0.1]:10025): 550 5.1.1 <kim@example.org>: User unknown

        --b1
        Content-Type: message/delivery-status

        Reporting-MTA: dns; a.example

        Final-Recipient: rfc822;kim@example.org
        Action: failed
        Status: 5.1.1
        Diagnostic-Code: smtp; 550 5.1.1 <kim@example.org>: User unknown

        --b1
        Content-Type: text/rfc822-headers

        Received: from x by y
        Message-ID: <orig-1@sender.example>
        From: me@sender.example
        To: kim@example.org
        Subject: Hello

        Hi

        --b1--
        """),
    Maker(
      testDescription: "hMailServer", recipient: "kim@example.org", reason: "userunknown",
      mail: """
        Return-Path: <>
        To: <me@sender.example>
        Date: Thu, 1 Jan 2015 00:00:00 +0900
        From: mailer-daemon@hm.example
        Subject: Message undeliverable: Hello


        Your message did not reach some or all of the intended recipients.

           Sent: Thu, 1 Jan 2015 00:00:00
           Subject: Hello

        The following recipient(s) could not be reached:

        kim@example.org
           Error Type: SMTP
           Remote server (192.0.2.1) issued an error.
           hMailServer sent: RCPT TO:<kim@example.org>
           Remote server replied: 550 5.1.1 unknown user

        hMailServer
        """),
    Maker(
      testDescription: "CommuniGate Pro", recipient: nil, reason: "mailboxfull",
      mail: """
        Return-Path: <>
        To: <me@sender.example>
        Date: Thu, 1 Jan 2015 00:00:00 +0900
        From: <MAILER-DAEMON@cgp.example>
        Subject: Undeliverable mail: Hello
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

        --b1
        Content-Type: text/plain

        Failed to deliver to 'kim@example.org'
        LOCAL module(account kim) reports:
         account is full (quota exceeded)

        --b1
        Content-Type: message/delivery-status

        Reporting-MTA: dns; cgp.example

        Original-Recipient: rfc822;<kim@example.org>
        Final-Recipient: LOCAL;<kim>
        Action: failed
        Status: 5.0.0

        --b1
        Content-Type: message/rfc822

        Received: from x by y
        Message-ID: <orig-1@sender.example>
        From: me@sender.example
        To: kim@example.org
        Subject: Hello

        Hi

        --b1--
        """),
    Maker(
      testDescription: "Merak", recipient: "kim@example.org", reason: "userunknown",
      mail: """
        Return-Path: <>
        To: <me@sender.example>
        Date: Thu, 1 Jan 2015 00:00:00 +0900
        From: <postmaster@ice.example>
        Subject: Delivery failure (kim@example.org)


        Your message has encountered delivery problems
        to the following recipient(s):

        kim@example.org
        Delivery failed: 550 5.1.1 User unknown; rejecting
        """),
    Maker(
      testDescription: "HCL Domino", recipient: "kim@example.org", reason: "userunknown",
      mail: """
        Return-Path: <>
        To: <me@sender.example>
        Date: Thu, 1 Jan 2015 00:00:00 +0900
        From: postmaster@notes.example
        Subject: DELIVERY FAILURE: User kim (kim@example.org) not listed in Domino Directory


        Your message

          Subject: Hello

        was not delivered to:

          kim@example.org

        because:

          User kim (kim@example.org) not listed in Domino Directory
        """),
    Maker(
      testDescription: "MDaemon", recipient: "kim@example.org", reason: "userunknown",
      mail: """
        Return-Path: <>
        To: <me@sender.example>
        Date: Thu, 1 Jan 2015 00:00:00 +0900
        From: MDaemon at md.example <MDaemon@md.example>
        Subject: Permanent Delivery Failure


        The attached message had PERMANENT fatal delivery errors!

        After one or more unsuccessful delivery attempts the attached message has
        been removed from the mail queue on this server.

        --------------------------------------------------------------
        YOUR MESSAGE WAS NOT DELIVERED TO ONE OR MORE RECIPIENTS!
        --------------------------------------------------------------

        Failed address: kim@example.org

        --- Session Transcript ---
         Attempting to send message to smart host
         --> RCPT To:<kim@example.org>
         <-- 550 5.1.1 <kim@example.org>: Recipient address rejected: User unknown
         --> QUIT
        --- End Transcript ---

        : Message contains [1] file attachments
        """),
  ]

  @Test(arguments: makers) func understands(_ maker: Maker) {
    let verdict = sort(Array(maker.mail.utf8)).verdict
    #expect(verdict.mailClass == .bounce)
    #expect(verdict.bounces.first?.reason == maker.reason)
    if let recipient = maker.recipient { #expect(verdict.bounces.map(\.recipient) == [recipient]) }
    if maker.mail.contains("<orig-1@sender.example>") {
      #expect(verdict.originalMessageID == "<orig-1@sender.example>")
    }
  }

  /// Letters that speak of returns and deliveries.
  @Test(arguments: [
    "From: Bounce Fitness <news@fitness.example>\nSubject: Get a bounce in your step\nList-Unsubscribe: <mailto:u@fitness.example>\n\nA class that could not be delivered at a better time.\n",
    "From: Billing <billing@shop.example>\nSubject: Returned mail order 1234\n\nYour item was received. The parcel was not delivered to you.\nhelp@shop.example\n",
    "From: Postmaster <postmaster@isp.example>\nSubject: Your question\nIn-Reply-To: <q@sender.example>\n\nYou asked why the mail could not be delivered. Our limit is 30 MB.\n",
  ]) func isNoBounce(_ mail: String) {
    #expect(sort(Array(mail.utf8)).verdict.mailClass != .bounce)
  }
}

// The table of providers, as data: hosts, ports, logins, documented limits, Sent copies, Message-IDs. Each row has its sources.

extension MailProvider {
  static let table: [MailProvider] = [
    .init(
      key: "gmail", name: "Gmail", replies: .google, domains: ["gmail.com", "googlemail.com"],
      smtp: .init(host: "smtp.gmail.com", port: 465, security: .implicit),
      imap: .init(host: "imap.gmail.com", port: 993, security: .implicit), logins: [.oauth, .appPassword],
      dailyLimit: 500, keepsSentCopy: true, messageIDs: .kept,
      note: "a password works only as an app password, which needs 2-Step Verification",
      sources: [
        "https://developers.google.com/workspace/gmail/imap/imap-smtp", "https://support.google.com/mail/answer/22839",
        "https://support.google.com/accounts/answer/185833",
      ]),
    .init(
      key: "google-workspace", name: "Google Workspace", replies: .google,
      exchangers: [
        "aspmx.l.google.com", "aspmx2.googlemail.com", "aspmx3.googlemail.com", "smtp.google.com", "google.com",
        "googlemail.com",
      ],
      smtp: .init(host: "smtp.gmail.com", port: 465, security: .implicit),
      imap: .init(host: "imap.gmail.com", port: 993, security: .implicit), logins: [.oauth, .appPassword],
      dailyLimit: 2000, keepsSentCopy: true, messageIDs: .kept,
      note: "an administrator can switch IMAP and app passwords off; trial accounts send 500 a day",
      sources: [
        // "Limits per day are applied over a rolling 24-hour period, not a set time of day."
        "https://support.google.com/a/answer/166852", "https://support.google.com/a/answer/176600",
        "https://support.google.com/a/answer/174125",
      ]),
    .init(
      key: "microsoft365", name: "Microsoft 365", replies: .microsoft,
      exchangers: ["mail.protection.outlook.com", "mx.microsoft"],
      smtp: .init(host: "smtp.office365.com", port: 587, security: .starttls),
      imap: .init(host: "outlook.office365.com", port: 993, security: .implicit), logins: [.oauth],
      dailyLimit: 10_000, minuteLimit: 30, connections: 3, keepsSentCopy: true,
      messageIDs: .replaced(originalIn: "X-Microsoft-Original-Message-ID"),
      note:
        "an administrator must allow \"Authenticated SMTP\" for the mailbox (Set-CASMailbox -SmtpClientAuthenticationDisabled $false)",
      sources: [
        // The recipient rate limit; that it is rolling: techcommunity.microsoft.com.
        "https://techcommunity.microsoft.com/t5/exchange-team-blog/exchange-online-to-introduce-external-recipient-rate-limit/ba-p/4114733",
        "https://learn.microsoft.com/office365/servicedescriptions/exchange-online-service-description/exchange-online-limits",
        "https://learn.microsoft.com/exchange/mail-flow-best-practices/how-to-set-up-a-multifunction-device-or-application-to-send-email-using-microsoft-365-or-office-365",
        "https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission",
      ]),
    .init(
      key: "outlook", name: "Outlook.com", replies: .microsoft,
      domains: ProviderDomains.outlook,
      smtp: .init(host: "smtp-mail.outlook.com", port: 587, security: .starttls),
      imap: .init(host: "outlook.office365.com", port: 993, security: .implicit), logins: [.oauth], keepsSentCopy: true,
      messageIDs: .replaced(originalIn: "X-Microsoft-Original-Message-ID"),
      note: "IMAP has to be switched on in the mailbox's settings; new mailboxes may send few mails a day",
      sources: [
        "https://support.microsoft.com/office/pop-imap-and-smtp-settings-for-outlook-com-d088b986-291d-42b8-9564-9c414e2aa040",
        "https://support.microsoft.com/office/sending-limits-in-outlook-com-279ee200-594c-40f0-9ec8-bb6af7735c2e",
      ]),
    .init(
      key: "yahoo", name: "Yahoo Mail", replies: .yahoo,
      domains: ProviderDomains.yahoo,
      exchangers: ["yahoodns.net"], smtp: .init(host: "smtp.mail.yahoo.com", port: 465, security: .implicit),
      imap: .init(host: "imap.mail.yahoo.com", port: 993, security: .implicit), logins: [.appPassword],
      dailyLimit: 500, keepsSentCopy: true, messageIDs: .kept,
      note: "the password must be an app password",
      sources: ["https://help.yahoo.com/kb/SLN4724.html", "https://help.yahoo.com/kb/SLN3353.html"]),
    .init(
      key: "icloud", name: "iCloud Mail", replies: .icloud, domains: ["icloud.com", "me.com", "mac.com"],
      exchangers: ["mail.icloud.com"], smtp: .init(host: "smtp.mail.me.com", port: 587, security: .starttls),
      imap: .init(host: "imap.mail.me.com", port: 993, security: .implicit), logins: [.appPassword],
      dailyLimit: 1000, keepsSentCopy: false, messageIDs: .kept,
      note: "the password must be an app-specific password; for a domain of one's own the login is the iCloud address",
      sources: ["https://support.apple.com/102525", "https://support.apple.com/102198"]),
    .init(
      key: "fastmail", name: "Fastmail", replies: .fastmail, domains: ["fastmail.com", "fastmail.fm"],
      exchangers: ["messagingengine.com"], smtp: .init(host: "smtp.fastmail.com", port: 465, security: .implicit),
      imap: .init(host: "imap.fastmail.com", port: 993, security: .implicit), logins: [.appPassword],
      dailyLimit: 8000, keepsSentCopy: false, messageIDs: .kept,
      note: "the password must be an app password; the Basic plan has neither IMAP nor SMTP",
      sources: [
        "https://www.fastmail.help/hc/en-us/articles/1500000278342-Server-names-and-ports",
        "https://www.fastmail.help/hc/en-us/articles/1500000277382-Account-limits",
      ]),
    zoho("zoho", "Zoho Mail", "com"), zoho("zoho-eu", "Zoho Mail (EU)", "eu"),
    zoho("zoho-in", "Zoho Mail (India)", "in"),
    .init(
      key: "gmx", name: "GMX", replies: .gmx, domains: ProviderDomains.gmx,
      exchangers: ["mx00.gmx.net", "mx01.gmx.net", "mx-ha.gmx.net"],
      smtp: .init(host: "mail.gmx.net", port: 465, security: .implicit),
      imap: .init(host: "imap.gmx.net", port: 993, security: .implicit), logins: [.password, .appPassword],
      keepsSentCopy: false, messageIDs: .kept,
      note: "POP3 and IMAP access has to be switched on in the mailbox's settings; with 2-factor login an app password",
      sources: [
        "https://hilfe.gmx.net/pop-imap/imap/imap-serverdaten.html", "https://hilfe.gmx.net/pop-imap/einschalten.html",
      ]),
    .init(
      key: "gmx-com", name: "GMX (.com)", replies: .gmx, domains: ProviderDomains.gmxCom,
      smtp: .init(host: "mail.gmx.com", port: 587, security: .starttls),
      imap: .init(host: "imap.gmx.com", port: 993, security: .implicit), logins: [.password, .appPassword],
      keepsSentCopy: false, messageIDs: .kept,
      note: "POP3 and IMAP access has to be switched on in the mailbox's settings",
      sources: ["https://support.gmx.com/pop-imap/imap/server.html"]),
    .init(
      key: "ses", name: "Amazon SES", replies: .ses,
      smtp: .init(host: "email-smtp.us-east-1.amazonaws.com", port: 465, security: .implicit), logins: [.apiKey],
      messageIDs: .replaced(originalIn: nil),
      note:
        "the login is SMTP credentials made in the SES console for this region, not an AWS key; give another region's host with --smtp",
      sources: [
        "https://docs.aws.amazon.com/ses/latest/dg/smtp-connect.html",
        "https://docs.aws.amazon.com/ses/latest/dg/header-fields.html",
        "https://docs.aws.amazon.com/ses/latest/dg/quotas.html",
      ]),
    .init(
      key: "mailgun", name: "Mailgun", replies: .mailgun,
      smtp: .init(host: "smtp.mailgun.org", port: 465, security: .implicit), logins: [.apiKey], messageIDs: .kept,
      note: "the login is SMTP credentials of the domain; the EU region's host is smtp.eu.mailgun.org",
      sources: ["https://documentation.mailgun.com/docs/mailgun/user-manual/sending-messages/send-smtp"]),
    .init(
      key: "sendgrid", name: "Twilio SendGrid", replies: .sendgrid,
      smtp: .init(host: "smtp.sendgrid.net", port: 465, security: .implicit), user: "apikey", logins: [.apiKey],
      messageIDs: .kept, note: "the login is the word apikey, the password an API key with \"Mail Send\"",
      sources: [
        "https://www.twilio.com/docs/sendgrid/for-developers/sending-email/getting-started-smtp",
        "https://www.twilio.com/docs/sendgrid/for-developers/sending-email/integrating-with-the-smtp-api",
      ]),
    .init(
      key: "postmark", name: "Postmark", replies: .postmark,
      smtp: .init(host: "smtp.postmarkapp.com", port: 587, security: .starttls), logins: [.apiKey],
      messageIDs: .replaced(originalIn: nil),
      note: "user and password are both the server's API token; X-PM-KeepID: true in a mail keeps its Message-ID",
      sources: [
        "https://postmarkapp.com/developer/user-guide/send-email-with-smtp",
        "https://postmarkapp.com/support/article/1037-how-can-i-specify-my-own-message-id",
      ]),
    .init(
      key: "generic", name: "another server", replies: .generic,
      smtp: .init(host: "smtp.\(anyDomain)", port: 465, security: .implicit),
      imap: .init(host: "imap.\(anyDomain)", port: 993, security: .implicit), logins: [.password], keepsSentCopy: false,
      messageIDs: .kept,
      note:
        "smtp. and imap. before the domain are the usual names and no more than a guess: postern account test says whether they are right",
      // Ports and TLS; that such names are guessed where nothing else is known.
      sources: [
        "https://www.rfc-editor.org/rfc/rfc8314", "https://wiki.mozilla.org/Thunderbird:Autoconfiguration",
      ]),
  ]

  /// Stands in a host's name for the domain of the address.
  static let anyDomain = "{domain}"

  /// One for each of its data centres: a mailbox lives in one of them and is unknown in the others.
  private static func zoho(_ key: String, _ name: String, _ end: String) -> MailProvider {
    .init(
      key: key, name: name, replies: .zoho, domains: end == "com" ? ["zohomail.com", "zoho.com"] : ["zohomail.\(end)"],
      exchangers: ["zoho.\(end)"], smtp: .init(host: "smtppro.zoho.\(end)", port: 465, security: .implicit),
      imap: .init(host: "imappro.zoho.\(end)", port: 993, security: .implicit), logins: [.appPassword, .password],
      keepsSentCopy: true, messageIDs: .kept,
      note: "IMAP has to be switched on in the mailbox's settings; with multi-factor login an application password",
      sources: [
        "https://www.zoho.com/mail/help/zoho-smtp.html", "https://www.zoho.com/mail/help/imap-access.html",
        "https://www.zoho.com/mail/help/usage-policy.html",
      ])
  }
}

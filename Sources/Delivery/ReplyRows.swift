// The table of reply meanings, as data. Order matters: within a provider and within "all" the first match wins.

private let google = "https://support.google.com/a/answer/3726730 (Gmail SMTP errors and codes)"
private let googleLimits = "https://support.google.com/a/answer/166852 (Gmail sending limits in Google Workspace)"
private let microsoft =
  "https://learn.microsoft.com/exchange/troubleshoot/email-delivery/ndr/non-delivery-reports-in-exchange-online"
private let microsoftSubmission =
  "https://learn.microsoft.com/exchange/troubleshoot/send-emails/smtp-submission-improvements"
private let microsoftBasic =
  "https://techcommunity.microsoft.com/blog/exchange/exchange-online-to-retire-basic-auth-for-client-submission-smtp-auth/4114750"
private let microsoftDevices =
  "https://learn.microsoft.com/exchange/mail-flow-best-practices/fix-issues-with-printers-scanners-and-lob-applications-that-send-email-using-off"
private let yahoo = "https://senders.yahooinc.com/smtp-error-codes/"
private let amazon = "https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-smtp.html"
private let zoho = "https://www.zoho.com/mail/help/usage-policy.html"
private let amazonSending = "https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-error-messages.html"
private let mailgun = "https://github.com/coopdevs/timeoverflow/issues/820 (the reply as a server got it)"
private let sendgrid = "https://sendgrid.com/docs/for-developers/sending-email/smtp-errors-and-troubleshooting/"
private let startmail = "https://support.startmail.com/hc/de/articles/360006737337-Gesendet-empfangen-Limit"
private let deltachat = "https://github.com/deltachat/deltachat-core/issues/647 (the reply as a client got it)"
private let nodemailer = "https://github.com/nodemailer/nodemailer/issues/1137 (the reply as a client got it)"
private let adit = "https://kunden.aditsystems.de/wiki/email/message_count_quota"
private let outboundSpam = "https://github.com/DesertsP/Valine-Admin/issues/26 (the reply as a client got it)"
private let exchangeRate = "https://portal.iridis.uk/?action=article&cmd=knowledgebase&id=164"
private let ionos = "https://www.ionos.ca/help/email/general-topics/what-are-the-mass-mailing-limits/"
private let tonline = "https://edvservice.bayern/t-online-kein-versand-von-emails-moeglich-send-quota-exceeded/"
private let mailchannels =
  "https://support.mailchannels.com/hc/en-us/articles/200897270-Fixing-the-550-5-7-1-STF-Sending-too-fast-error"
private let outmail = "https://www.prolateral.com/help/kb/smtp/530-what-does-smtp-554-571-mean.html"
private let cpanelDefers =
  "https://support.cpanel.net/hc/en-us/articles/360049231233-The-exceeded-the-max-defers-and-failures-per-hour-message"
private let cpanelLogin =
  "https://bobcares.com/blog/2-reasons-for-550-please-turn-on-smtp-authentication-error-in-cpanel-exchange-servers/"
private let eximRelay =
  "https://git.exim.org/exim.git/blob/HEAD:/test/stderr/0094 (the replies as Exim's own tests have them)"
private let gmxSender = "https://github.com/hpi-swt2/sport-portal/issues/462 (the reply as a client got it)"
private let gmxPolicy = "https://github.com/authelia/authelia/issues/2571 (the reply as a client got it)"
private let gmxLater = "https://github.com/jstedfast/MailKit/issues/968 (the reply as a client got it)"
private let icloud = "https://github.com/TryGhost/Ghost/issues/24100 (the reply as a client got it)"
private let icloudPolicy = "https://github.com/MailCore/mailcore2/issues/1738 (the reply as a client got it)"
private let fastmail = "https://github.com/mealie-recipes/mealie/issues/1887 (the reply as a client got it)"
private let postmark = "https://postmarkapp.com/developer/api/overview#error-codes"
private let notOwned = "https://github.com/nextcloud/data_request/issues/7 (the reply as a client got it)"
private let rfc3463 = "RFC 3463, section 3"
private let rfc4954 = "RFC 4954, section 6"
private let rfc5321 = "RFC 5321, section 4.2.2"
private let postfix = "https://www.postfix.org/postconf.5.html (smtpd and anvil replies)"

private let minute: Int64 = 60_000
private let hour: Int64 = 3_600_000

extension ReplyTable {
  static let all: [ReplyRow] = googleRows + microsoftRows + otherRows + anyRows + fallbackRows

  private static let googleRows: [ReplyRow] = [
    .init(provider: .google, code: 550, enhanced: "5.4.5", kind: .accountLimited, rest: 6 * hour, source: googleLimits),
    .init(provider: .google, enhanced: "5.4.5", kind: .accountLimited, rest: 6 * hour, source: googleLimits),
    .init(
      provider: .google, code: 450, enhanced: "4.2.1", text: ["user you are trying to contact"], kind: .temporary,
      source: google),
    .init(
      provider: .google, code: 550, enhanced: "5.2.1",
      text: ["receiving mail at a rate", "receiving mail too quickly"],
      kind: .recipientRefused, source: google),
    .init(provider: .google, code: 450, enhanced: "4.2.1", kind: .accountLimited, rest: 15 * minute, source: google),
    // Of one recipient's domain, and of one mail's text: no other mail of the account gets it.
    .init(
      provider: .google, code: 421, enhanced: "4.7.0", text: ["rcpt domain", "suspicious due to the nature"],
      kind: .temporary, source: google),
    .init(provider: .google, code: 421, enhanced: "4.7.0", kind: .accountLimited, rest: 15 * minute, source: google),
    .init(provider: .google, code: 421, enhanced: "4.7.28", kind: .accountLimited, rest: hour, source: google),
    .init(provider: .google, code: 450, enhanced: "4.7.28", kind: .accountLimited, rest: hour, source: google),
    .init(provider: .google, code: 550, enhanced: "5.7.28", kind: .accountLimited, rest: hour, source: google),
    .init(
      provider: .google, code: 454, enhanced: "4.7.0", text: ["too many login attempts"], kind: .accountLimited,
      rest: hour, source: google),
    .init(provider: .google, code: 454, enhanced: "4.7.0", kind: .connectionTrouble, rest: 5 * minute, source: google),
    .init(provider: .google, code: 421, enhanced: "4.4.5", kind: .connectionTrouble, rest: 5 * minute, source: google),
    .init(provider: .google, code: 452, enhanced: "4.5.3", kind: .temporary, source: google),
    .init(provider: .google, code: 534, enhanced: "5.7.9", kind: .loginRefused, source: google),
    .init(provider: .google, code: 534, enhanced: "5.7.14", kind: .loginRefused, source: google),
    .init(provider: .google, code: 535, enhanced: "5.7.8", kind: .loginRefused, source: google),
    .init(provider: .google, code: 530, enhanced: "5.7.0", kind: .loginRefused, source: google),
    .init(
      provider: .google, code: 550, enhanced: "5.7.1", text: ["not authorized to send"], kind: .loginRefused,
      source: google),
    .init(
      provider: .google, code: 550, enhanced: "5.7.1", text: ["unusual rate of unsolicited mail"],
      kind: .accountLimited, rest: hour, source: google),
    .init(provider: .google, code: 552, enhanced: "5.7.0", kind: .contentRefused, source: google),
    .init(provider: .google, code: 553, enhanced: "5.1.2", kind: .recipientRefused, isHard: true, source: google),
    .init(provider: .google, code: 552, enhanced: "5.2.2", kind: .recipientRefused, source: google),
  ]

  private static let microsoftRows: [ReplyRow] = [
    .init(
      provider: .microsoft, code: 432, enhanced: "4.3.2",
      text: ["concurrent connections limit", "sender thread limit"], kind: .accountLimited, rest: minute,
      source: microsoftSubmission),
    .init(
      provider: .microsoft, code: 432, enhanced: "4.3.2", text: ["recipient thread limit"], kind: .temporary,
      source: microsoft),
    .init(
      provider: .microsoft, text: ["submissionquotaexceeded", "submission quota"], kind: .accountLimited,
      rest: 6 * hour, source: microsoftSubmission),
    .init(
      provider: .microsoft, code: 554, enhanced: "5.2.2", text: ["storedrv.submission"], kind: .accountLimited,
      rest: hour, source: microsoftSubmission),
    .init(
      provider: .microsoft, text: ["outboundspamexception"], kind: .accountLimited, rest: 6 * hour, source: outboundSpam
    ),
    .init(provider: .microsoft, enhanced: "5.1.90", kind: .accountLimited, rest: 6 * hour, source: microsoft),
    .init(provider: .microsoft, enhanced: "5.7.232", kind: .accountLimited, rest: 6 * hour, source: microsoft),
    .init(provider: .microsoft, enhanced: "5.7.233", kind: .accountLimited, rest: 6 * hour, source: microsoft),
    .init(provider: .microsoft, enhanced: "4.7.5xx", kind: .accountLimited, rest: hour, source: microsoft),
    .init(provider: .microsoft, enhanced: "4.7.6xx", kind: .accountLimited, rest: hour, source: microsoft),
    .init(provider: .microsoft, enhanced: "4.7.8xx", kind: .accountLimited, rest: hour, source: microsoft),
    .init(provider: .microsoft, enhanced: "5.1.8", kind: .accountLimited, pauses: true, source: microsoft),
    .init(provider: .microsoft, enhanced: "5.7.501", kind: .accountLimited, pauses: true, source: microsoft),
    .init(provider: .microsoft, enhanced: "5.7.502", kind: .accountLimited, pauses: true, source: microsoft),
    .init(provider: .microsoft, enhanced: "5.7.503", kind: .accountLimited, pauses: true, source: microsoft),
    .init(provider: .microsoft, enhanced: "5.7.705", kind: .accountLimited, pauses: true, source: microsoft),
    .init(provider: .microsoft, enhanced: "5.7.708", kind: .accountLimited, pauses: true, source: microsoft),
    .init(provider: .microsoft, enhanced: "5.7.57", kind: .loginRefused, source: microsoft),
    .init(provider: .microsoft, code: 535, enhanced: "5.7.139", kind: .loginRefused, source: microsoftBasic),
    .init(
      provider: .microsoft, code: 550, enhanced: "5.2.121", kind: .temporary, source: microsoft),
    .init(provider: .microsoft, code: 550, enhanced: "5.2.122", kind: .temporary, source: microsoft),
    .init(provider: .microsoft, text: ["sendasdenied"], kind: .contentRefused, source: microsoftDevices),
    .init(provider: .microsoft, enhanced: "5.7.60", kind: .contentRefused, source: microsoftDevices),
    .init(provider: .microsoft, enhanced: "5.7.504", kind: .recipientRefused, isHard: true, source: microsoft),
    .init(provider: .microsoft, enhanced: "5.7.505", kind: .recipientRefused, source: microsoft),
    .init(provider: .microsoft, enhanced: "5.7.124", kind: .recipientRefused, source: microsoft),
    .init(provider: .microsoft, enhanced: "5.7.133", kind: .recipientRefused, source: microsoft),
    .init(provider: .microsoft, enhanced: "5.7.134", kind: .recipientRefused, source: microsoft),
    .init(
      provider: .microsoft, enhanced: "5.4.1", text: ["access denied"], kind: .recipientRefused, isHard: true,
      source: microsoft),
    .init(provider: .microsoft, enhanced: "5.1.10", kind: .recipientRefused, isHard: true, source: microsoft),
  ]

  private static let otherRows: [ReplyRow] = [
    .init(provider: .yahoo, code: 421, text: ["[ts", "[tss"], kind: .accountLimited, rest: hour, source: yahoo),
    .init(provider: .yahoo, code: 553, text: ["[bl"], kind: .accountLimited, rest: 6 * hour, source: yahoo),
    .init(
      provider: .yahoo, code: 554, text: ["delivery error: dd", "mailbox not found", "doesn't have a yahoo"],
      kind: .recipientRefused, isHard: true, source: yahoo),
    .init(
      provider: .ses, code: 454, text: ["throttling failure: maximum sending rate"], kind: .accountLimited,
      rest: minute / 6, source: amazon),
    .init(
      provider: .ses, code: 454, text: ["throttling failure: daily message quota"], kind: .accountLimited,
      rest: 6 * hour, source: amazon),
    .init(
      provider: .ses, code: 554, text: ["email address is not verified"], kind: .contentRefused, source: amazon),
    .init(
      provider: .ses, code: 554, text: ["sending suspended", "sending paused"], kind: .accountLimited, pauses: true,
      source: amazonSending),
    .init(
      provider: .mailgun, text: ["recipient limit exceeded"], kind: .accountLimited, rest: hour, source: mailgun),
    .init(provider: .mailgun, text: ["is not allowed to send"], kind: .accountLimited, pauses: true, source: mailgun),
    // 403 is no code of SMTP, and yet what their page shows.
    .init(
      provider: .sendgrid, text: ["not authorized to send from", "verified sender identity"], kind: .contentRefused,
      source: sendgrid),
    .init(
      provider: .sendgrid, text: ["maximum credits exceeded"], kind: .accountLimited, rest: 6 * hour, source: sendgrid),
    .init(
      provider: .sendgrid, code: 452, text: ["recipients received this hour"], kind: .accountLimited, rest: hour,
      source: sendgrid),
    .init(
      provider: .sendgrid, code: 451, text: ["exceeded your messaging limits"], kind: .accountLimited, rest: hour,
      source: sendgrid),
    .init(
      provider: .zoho, enhanced: "5.1.8", text: ["outgoing blocked"], kind: .accountLimited, pauses: true, source: zoho),
    .init(
      provider: .icloud, code: 550, text: ["not one of your addresses"], kind: .contentRefused, source: icloud),
    .init(
      provider: .icloud, code: 550, enhanced: "5.7.1", text: ["due to local policy"], kind: .contentRefused,
      source: icloudPolicy),
    .init(provider: .fastmail, code: 551, enhanced: "5.7.1", kind: .contentRefused, source: fastmail),
    // Postmark knows it to be dead, or the person complained or unsubscribed there.
    .init(
      provider: .postmark, code: 5, text: ["marked as inactive", "inactive recipient"], kind: .recipientRefused,
      isHard: true, source: postmark),
    .init(
      provider: .postmark, code: 5, text: ["sender signature"], kind: .contentRefused, source: postmark),
    .init(
      provider: .postmark, text: ["rate limit exceeded"], kind: .accountLimited, rest: 5 * minute, source: postmark),
    .init(
      provider: .postmark, text: ["not allowed to send", "may not send", "pending approval"], kind: .accountLimited,
      pauses: true, source: postmark),
    .init(
      provider: .zoho, code: 553, text: ["not allowed to relay"], kind: .contentRefused, source: zoho),
    .init(
      provider: .zoho, code: 550, enhanced: "5.4.6", text: ["unusual sending activity"], kind: .accountLimited,
      rest: 6 * hour, source: zoho),
  ]

  /// Of every server, by code and text: what DESIGN.md names, and what real servers say where they have limits.
  private static let anyRows: [ReplyRow] = [
    .init(stages: [.login, .data], code: 3, kind: .accepted, source: rfc5321),
    .init(code: 550, enhanced: "5.4.5", kind: .accountLimited, rest: 6 * hour, source: googleLimits),
    .init(code: 550, enhanced: "5.7.30", kind: .accountLimited, rest: hour, source: microsoftBasic),
    // Postfix's anvil says it with 4.7.0 too; here it is the connections that are too many, not the mails.
    .init(code: 421, text: ["too many connections", "concurrent"], kind: .connectionTrouble, source: postfix),
    .init(
      code: 421, text: ["submission rate for this client"], kind: .accountLimited, rest: minute, source: exchangeRate),
    .init(code: 421, enhanced: "4.7.0", kind: .accountLimited, rest: 15 * minute, source: google),
    // Before what "mailbox unavailable" would mean: the Nemesis of GMX, WEB.DE, mail.com and IONOS says that first to everything.
    .init(code: 4, text: ["mail send limit exceeded"], kind: .accountLimited, rest: hour, source: ionos),
    .init(
      stages: [.mail, .recipient, .dot], code: 5, text: ["sender address is not allowed"], kind: .contentRefused,
      source: gmxSender),
    .init(
      stages: [.mail, .recipient, .dot], code: 5, text: ["reject due to policy"], kind: .contentRefused,
      source: gmxPolicy),
    .init(
      stages: [.mail, .recipient, .dot], code: 5, text: ["failure sending mail. try again later"], kind: .temporary,
      source: gmxLater),
    .init(
      stages: [.recipient, .dot], code: 450, enhanced: "4.2.1", text: ["user you are trying", "mailbox", "recipient"],
      kind: .temporary, source: rfc3463),
    .init(code: 450, enhanced: "4.2.1", kind: .accountLimited, rest: 15 * minute, source: google),
    .init(
      code: 4,
      text: [
        "rate limit", "ratelimit", "sending limit", "quota exceeded for sender", "too many messages",
        "too much mail from", "message rate", "sending too",
      ], kind: .accountLimited, rest: 15 * minute, source: postfix),
    .init(
      code: 5,
      text: [
        "daily sending quota", "daily sending limit", "daily user sending", "hourly sending limit",
        "exceeded the max emails per hour", "sending limit exceeded", "exceeded your sending limit",
      ], kind: .accountLimited, rest: hour, source: googleLimits),
    .init(code: 5, text: ["mail limit has been reached"], kind: .accountLimited, rest: hour, source: startmail),
    .init(code: 5, text: ["rcpts per 24 hours"], kind: .accountLimited, rest: 6 * hour, source: deltachat),
    .init(
      code: 5, text: ["24-hour sending limit"], kind: .accountLimited, rest: 6 * hour, source: nodemailer),
    .init(text: ["message count quota exceeded"], kind: .accountLimited, rest: hour, source: adit),
    .init(
      code: 5, text: ["max defers and failures per hour"], kind: .accountLimited, rest: hour, source: cpanelDefers),
    .init(code: 5, text: ["send quota exceeded"], kind: .accountLimited, rest: hour, source: tonline),
    .init(code: 5, text: ["[stf]"], kind: .accountLimited, rest: hour, source: mailchannels),
    .init(code: 5, text: ["exceeded your outmail quota"], kind: .accountLimited, rest: hour, source: outmail),
    .init(stages: [.login], code: 454, kind: .connectionTrouble, rest: 5 * minute, source: rfc4954),
    .init(stages: [.login], code: 4, kind: .connectionTrouble, rest: 5 * minute, source: rfc4954),
    .init(stages: [.login], code: 5, kind: .loginRefused, source: rfc4954),
    .init(code: 530, kind: .loginRefused, source: rfc4954),
    .init(code: 534, kind: .loginRefused, source: rfc4954),
    .init(code: 535, kind: .loginRefused, source: rfc4954),
    .init(code: 538, kind: .loginRefused, source: rfc4954),
    // One foreign recipient must not pause an account; if the account may relay nothing, its success rate will. Nor is it the
    // recipient's fault, whose address stays good.
    .init(
      stages: [.recipient], code: 5, text: ["relay access denied", "relaying denied"],
      kind: .contentRefused, source: postfix),
    .init(
      stages: [.recipient], code: 5, text: ["relay not permitted", "sender verify failed"], kind: .contentRefused,
      source: eximRelay),
    .init(
      stages: [.recipient], code: 5, text: ["please turn on smtp authentication"], kind: .loginRefused,
      source: cpanelLogin),
    .init(
      stages: [.mail, .recipient], code: 5, text: ["sender address rejected: not logged in"], kind: .loginRefused,
      source: postfix),
    .init(
      stages: [.recipient], code: 5, text: ["sender address rejected"], kind: .contentRefused, source: notOwned),
    // A group that only its own people may write to.
    .init(
      stages: [.recipient, .dot], code: 5, text: ["resolver.rst.", "notauthenticatedforgroup"], kind: .recipientRefused,
      source: microsoft),
    // RFC 3463 section 3.2: with 5.1.x it is the address that wants the sender to be known to it.
    .init(
      stages: [.recipient], code: 5, enhanced: "5.1", text: ["authentication required"], kind: .recipientRefused,
      source: rfc3463),
    .init(
      stages: [.recipient], code: 5, text: ["authentication required"], kind: .loginRefused, source: rfc4954),
  ]

  /// By enhanced code, then by stage and class: the end of the table, an answer for every reply.
  private static let fallbackRows: [ReplyRow] = [
    .init(
      stages: [.greeting, .hello, .tls], kind: .connectionTrouble, rest: 5 * minute, source: "RFC 5321, section 3.1"),
    // After the dot it may be the mail that makes the server give up, so that try is counted.
    .init(stages: [.dot], code: 421, kind: .temporary, source: "RFC 5321, section 3.8"),
    .init(code: 421, kind: .connectionTrouble, source: "RFC 5321, section 3.8"),
    .init(code: 4, kind: .temporary, source: rfc5321),
    .init(stages: [.recipient, .dot], code: 5, enhanced: "5.1.7", kind: .contentRefused, source: rfc3463),
    .init(stages: [.recipient, .dot], code: 5, enhanced: "5.1.8", kind: .contentRefused, source: rfc3463),
    .init(
      stages: [.recipient, .dot], code: 5, enhanced: "5.1", kind: .recipientRefused, isHard: true, source: rfc3463),
    .init(
      stages: [.recipient, .dot], code: 5, enhanced: "5.2.1", kind: .recipientRefused, isHard: true, source: rfc3463),
    .init(stages: [.recipient, .dot], code: 5, enhanced: "5.2.3", kind: .contentRefused, source: rfc3463),
    .init(stages: [.recipient, .dot], code: 5, enhanced: "5.2", kind: .recipientRefused, source: rfc3463),
    .init(stages: [.recipient, .dot], code: 5, enhanced: "5.4", kind: .recipientRefused, source: rfc3463),
    .init(stages: [.recipient], code: 5, enhanced: "5.3.4", kind: .contentRefused, source: rfc3463),
    .init(stages: [.recipient], code: 5, enhanced: "5.6", kind: .contentRefused, source: rfc3463),
    // RFC 3463, section 3.8: policy says nothing against the address.
    .init(stages: [.recipient], code: 5, enhanced: "5.7", kind: .recipientRefused, source: rfc3463),
    .init(
      stages: [.recipient], code: 5, text: ["blocked", "spam", "blacklist", "blocklist", "reputation", "policy"],
      kind: .recipientRefused, source: rfc5321),
    .init(stages: [.recipient], code: 552, kind: .recipientRefused, source: rfc5321),
    .init(stages: [.recipient], code: 556, kind: .recipientRefused, isHard: true, source: "RFC 7504, section 4"),
    .init(stages: [.recipient], code: 550, kind: .recipientRefused, isHard: true, source: rfc5321),
    .init(stages: [.recipient], code: 551, kind: .recipientRefused, isHard: true, source: rfc5321),
    .init(stages: [.recipient], code: 553, kind: .recipientRefused, isHard: true, source: rfc5321),
    .init(stages: [.recipient], code: 5, kind: .recipientRefused, source: rfc5321),
    .init(
      stages: [.dot], code: 5,
      text: [
        "user unknown", "no such user", "unknown user", "does not exist", "recipient not found", "mailbox not found",
        "mailbox unavailable",
      ], kind: .recipientRefused, isHard: true, source: postfix),
    .init(stages: [.mail, .data, .dot], code: 5, kind: .contentRefused, source: rfc5321),
  ]
}

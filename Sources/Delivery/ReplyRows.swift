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
      provider: .microsoft, code: 432, enhanced: "4.3.2", text: ["concurrent connections limit"],
      kind: .accountLimited, rest: minute, source: microsoftSubmission),
    .init(
      provider: .microsoft, code: 432, enhanced: "4.3.2", text: ["recipient thread limit"], kind: .temporary,
      source: microsoft),
    .init(
      provider: .microsoft, text: ["submissionquotaexceeded", "submission quota"], kind: .accountLimited,
      rest: 6 * hour, source: microsoftSubmission),
    .init(
      provider: .microsoft, code: 554, enhanced: "5.2.2", text: ["storedrv.submission"], kind: .accountLimited,
      rest: hour, source: microsoftSubmission),
    .init(provider: .microsoft, enhanced: "5.1.90", kind: .accountLimited, rest: 6 * hour, source: microsoft),
    .init(provider: .microsoft, enhanced: "5.7.232", kind: .accountLimited, rest: 6 * hour, source: microsoft),
    .init(provider: .microsoft, enhanced: "5.7.233", kind: .accountLimited, rest: 6 * hour, source: microsoft),
    .init(provider: .microsoft, enhanced: "4.7.5xx", kind: .accountLimited, rest: hour, source: microsoft),
    .init(provider: .microsoft, enhanced: "4.7.6xx", kind: .accountLimited, rest: hour, source: microsoft),
    .init(provider: .microsoft, enhanced: "4.7.8xx", kind: .accountLimited, rest: hour, source: microsoft),
    .init(provider: .microsoft, enhanced: "5.1.8", kind: .loginRefused, source: microsoft),
    .init(provider: .microsoft, enhanced: "5.7.501", kind: .loginRefused, source: microsoft),
    .init(provider: .microsoft, enhanced: "5.7.502", kind: .loginRefused, source: microsoft),
    .init(provider: .microsoft, enhanced: "5.7.503", kind: .loginRefused, source: microsoft),
    .init(provider: .microsoft, enhanced: "5.7.705", kind: .loginRefused, source: microsoft),
    .init(provider: .microsoft, enhanced: "5.7.708", kind: .loginRefused, source: microsoft),
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
    .init(provider: .ses, code: 554, text: ["sending suspended"], kind: .loginRefused, source: amazonSending),
    .init(provider: .ses, code: 554, text: ["sending paused"], kind: .loginRefused, source: amazonSending),
    .init(
      provider: .mailgun, text: ["recipient limit exceeded"], kind: .accountLimited, rest: hour, source: mailgun),
    .init(provider: .mailgun, text: ["is not allowed to send"], kind: .loginRefused, source: mailgun),
    // 403 is no code of SMTP, and yet what their page shows.
    .init(
      provider: .sendgrid, text: ["not authorized to send from", "verified sender identity"], kind: .contentRefused,
      source: sendgrid),
    .init(
      provider: .sendgrid, text: ["maximum credits exceeded"], kind: .accountLimited, rest: 6 * hour, source: sendgrid),
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
    .init(code: 421, enhanced: "4.7.0", kind: .accountLimited, rest: 15 * minute, source: google),
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
    .init(stages: [.login], code: 454, kind: .connectionTrouble, rest: 5 * minute, source: rfc4954),
    .init(stages: [.login], code: 4, kind: .connectionTrouble, rest: 5 * minute, source: rfc4954),
    .init(stages: [.login], code: 5, kind: .loginRefused, source: rfc4954),
    .init(code: 530, kind: .loginRefused, source: rfc4954),
    .init(code: 534, kind: .loginRefused, source: rfc4954),
    .init(code: 535, kind: .loginRefused, source: rfc4954),
    .init(code: 538, kind: .loginRefused, source: rfc4954),
    // One foreign recipient must not pause an account; if the account may relay nothing, its success rate will.
    .init(
      stages: [.recipient], code: 5, text: ["relay access denied", "relaying denied"],
      kind: .recipientRefused, source: postfix),
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

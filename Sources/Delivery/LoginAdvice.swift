// What a refused login means at a provider and what to do about it, as data with sources; for people.

/// One row; what is nil matches anything.
public struct LoginAdvice: Sendable, Equatable {
  var provider: Provider?
  /// Any of these in the server's words, in lower case; none matches all.
  var text: [String] = []
  /// For accounts with tokens, with passwords, or both.
  var usesOAuth: Bool?
  /// What it means and what to do.
  public var words: String
  /// Where that is from.
  public var source: String

  /// The advice for a server's refusal.
  public static func of(_ refusal: String, provider: Provider, usesOAuth: Bool) -> LoginAdvice? {
    let refusal = refusal.lowercased()
    return table.first { row in
      (row.provider == nil || row.provider == provider) && (row.usesOAuth == nil || row.usesOAuth == usesOAuth)
        && (row.text.isEmpty || row.text.contains { refusal.contains($0) })
    }
  }

  static let table: [LoginAdvice] = [
    .init(
      provider: .google, text: ["not enabled for imap", "imap access is disabled", "imap is disabled"],
      words: "IMAP is switched off for this mailbox: switch it on in Gmail's settings, or in the admin console",
      source: "https://support.google.com/a/answer/105694"),
    .init(
      provider: .google, text: ["web browser", "5.7.14", "5.7.9 please log in"],
      words: "Google holds this sign-in back: sign in once with a browser and confirm that it was you",
      source: "https://support.google.com/mail/answer/7126229"),
    .init(
      provider: .google, usesOAuth: true,
      words:
        "Google does not take the token: was it given for this mailbox, is IMAP allowed in the admin console, has the client the scope https://mail.google.com/?",
      source: "https://developers.google.com/workspace/gmail/imap/xoauth2-protocol"),
    .init(
      provider: .google,
      words:
        "Google takes no ordinary password: make an app password (it needs 2-Step Verification), or set oauth = \"google\" and run `postern account authorize`",
      source: "https://support.google.com/accounts/answer/185833"),
    .init(
      provider: .microsoft, text: ["smtpclientauthentication is disabled for the tenant"],
      words:
        "Authenticated SMTP is off for the whole tenant: an administrator allows it for this mailbox with Set-CASMailbox -SmtpClientAuthenticationDisabled $false",
      source:
        "https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission"
    ),
    .init(
      provider: .microsoft, text: ["smtpclientauthentication is disabled for the mailbox"],
      words:
        "Authenticated SMTP is off for this mailbox: an administrator allows it with Set-CASMailbox -SmtpClientAuthenticationDisabled $false",
      source:
        "https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission"
    ),
    .init(
      provider: .microsoft, text: ["security defaults policy", "conditional access"],
      words: "a rule of the tenant (security defaults or Conditional Access) does not allow this login",
      source: "https://learn.microsoft.com/entra/fundamentals/security-defaults"),
    .init(
      provider: .microsoft, usesOAuth: true,
      words:
        "Microsoft does not take the token: was it given for this mailbox, are SMTP and IMAP allowed for it, has the app SMTP.Send and IMAP.AccessAsUser.All?",
      source:
        "https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth"
    ),
    .init(
      provider: .microsoft,
      words:
        "Microsoft takes no passwords from mail programs any more: set oauth = \"microsoft\" and run `postern account authorize`",
      source:
        "https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/deprecation-of-basic-authentication-exchange-online"
    ),
    .init(
      provider: .yahoo, words: "Yahoo wants an app password, made under Account Security",
      source: "https://help.yahoo.com/kb/SLN15241.html"),
    .init(
      provider: .icloud, words: "iCloud wants an app-specific password, made at account.apple.com",
      source: "https://support.apple.com/102654"),
    .init(
      provider: .fastmail, words: "Fastmail wants an app password, made under Privacy & Security",
      source: "https://www.fastmail.help/hc/en-us/articles/360058752854-App-passwords"),
    .init(
      provider: .zoho,
      words:
        "Zoho wants IMAP switched on and, with multi-factor login, an application password; a mailbox of another data centre is unknown here (zoho.eu, zoho.in …)",
      source: "https://www.zoho.com/mail/help/imap-access.html"),
    .init(
      provider: .gmx, words: "GMX wants POP3 and IMAP access switched on in the mailbox's settings",
      source: "https://hilfe.gmx.net/pop-imap/einschalten.html"),
    .init(
      provider: .ses, words: "Amazon SES wants SMTP credentials made for this region, not an AWS key",
      source: "https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html"),
    .init(
      provider: .sendgrid, words: "SendGrid wants the login apikey and an API key with \"Mail Send\" as password",
      source: "https://www.twilio.com/docs/sendgrid/for-developers/sending-email/getting-started-smtp"),
    .init(
      provider: .mailgun, words: "Mailgun wants the SMTP credentials of the domain, and the host of its region",
      source: "https://documentation.mailgun.com/docs/mailgun/user-manual/sending-messages/send-smtp"),
    .init(
      provider: .postmark, words: "Postmark wants the server's API token as user and as password",
      source: "https://postmarkapp.com/developer/user-guide/send-email-with-smtp"),
    .init(
      text: ["authorize"], usesOAuth: true, words: "the account has to be authorized", source: "RFC 6749, section 1.2"),
    .init(
      usesOAuth: true, words: "the server does not take the token: was it given for this mailbox?",
      source: "RFC 7628, section 3.2.3"),
    .init(
      text: ["no way to log in", "no mechanism", "not support"],
      words: "the server offers no login of this kind on this connection: does it want TLS first, or a token?",
      source: "RFC 4954, section 4"),
    .init(
      words: "the server refuses the login: are user and password right, is an app password needed?",
      source: "RFC 4954, section 6"),
  ]
}

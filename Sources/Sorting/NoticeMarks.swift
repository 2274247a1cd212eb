/// What delivery notices have in common, as tables with the makers that write so.
enum NoticeMarks {
  /// Lines after which the returned mail follows.
  static let cuts = PhraseMatcher([
    "below this line is a copy of the message",  // qmail
    "below the next line is a copy of the message",  // newmail.ru
    "this is a copy of the message",  // Exim
    "this is a copy of your message", "a copy of the original message below this line",
    "copy of the message, including",
    "----- original message", "----- message header follows", "message headers follow", "original message follows",
    "original message headers:", "unsent message follows", "message header follows", "message text follows",
    "the header of the original message is following", "the original message was attached",
    "mensaje original adjunto",
    "returned mail ----", "start of returned message", "- returned message", "non-delivered information",
    "undelivered message follows",
    "lines of your original message follow",
    "top 20 lines of the message follows", "original message as received",
    "the following is a copy of the message header",
    "begin original message", "returned message follows", "your message reads (in part)", "---- original message",
    "the message header", "enclosed is a copy of the message", "original message text",
    "original message header",
    "forwarded message follows", "mail data is as follows", "the text of your message", "the body of the message is",
    "your original message", "original message details:", "message contents follow", "old message:",
    "\u{43d}\u{438}\u{436}\u{435} \u{43f}\u{440}\u{438}\u{432}\u{435}\u{434}\u{435}\u{43d}",  // Russian: "given below"
  ])

  /// Words that make such a line a heading though it is a sentence.
  static let headings = PhraseMatcher([
    " follow", "is following", "copy of the message", "adjunto", "original message below", "as received",
  ])

  /// Lines after which a list of failed addresses stands.
  static let listIntros = PhraseMatcher([
    "following recipient", "following address", "following user", "following e-mail", "following email",
    "not delivered to",
    "failed addresses", "had delivery errors", "delivery problems", "list of recipients", "were affected",
    "permanent fatal errors", "transient non-fatal errors",
    "failed recipients",
    "these recipients", "recipient(s):", "recipients:", "address(es):", "could not be delivered to",
    "unable to deliver your message to",
    "not relayed to", "had permanent", "did not reach", "destinatarios", "folgenden empf",
  ])

  /// Senders' names and local parts that mail systems use.
  static let senders = PhraseMatcher(sureSenderRows + otherSenderRows)
  /// Without those that people, shops and lists have too: alone they make no mail a machine's.
  static let sureSenders = PhraseMatcher(sureSenderRows)

  private static let sureSenderRows = [
    "mailer-daemon", "mail delivery s", "mail delivery system", "postmaster", "delivery subsystem", "mdaemon@",
    "mail-daemon", "maildaemon", "mail.delivery.system", "mailerdaemon", "post_master", "mail daemon", "mailsystem",
    "mail system", "delivery-notification", "microsoftexchange", "microsoft outlook", "no-reply@sns.amazonaws",
    "smtp_mail_service", "smtp gateway", "_smtp_gateways", "lsmtp for", "mail delivery", "returned mail", "undeliver",
    "internet mail delivery",
  ]

  private static let otherSenderRows = [
    "mail administrator", "system administrator", "administrator@", "mailadmin", "antivirus", "bounce@", "bounces@",
    "bounce-", "bounces-", "bounce+", "complaints@", "majordomo",
  ]

  /// Subjects of notices.
  static let subjects = PhraseMatcher([
    "delivery status notification", "undeliver", "returned mail", "failure notice", "mail delivery fail",
    "mail delivery system",
    "delivery failure", "delivery notification", "delivery report", "returned to sender",
    "returning message to sender",
    "message delivery", "mail system error", "mail error", "non-delivery", "nondeliverable", "nicht zustellbar",
    "unzustellbar",
    "delivery failed", "failed mail", "mail failed", "could not be delivered", "not delivered", "undelivered",
    "delivery problem",
    "delivery unsuccessful", "permanent delivery failure", "mail failure", "error during delivery", "error sending",
    "rejected mail",
    "returned message", "user unknown", "message status - undeliverable", "mail not delivered", "delivery has failed",
    "bounced mail",
    "delivery warning", "delivery delay", "delayed mail", "message delayed", "delayed", "not been delivered",
    "non remis", "non recapitabile",
    "no se puede entregar", "no entregado", "echec de remise", "non distribuable", "onbestelbaar", "niet bezorgd",
    "mancata consegna",
    "\u{914d}\u{4fe1}", "\u{9000}\u{4fe1}", "\u{30a8}\u{30e9}\u{30fc}", "\u{65e0}\u{6cd5}",
    "\u{9001}\u{4fe1}\u{3067}\u{304d}",
    "\u{43d}\u{435}\u{434}\u{43e}\u{441}\u{442}\u{430}\u{432}\u{43b}", "mail could not", "notification of failure",
    "message not sent",
    "aws notification message", "e-mail error", "email delivery", "bounce", "nachricht nicht", "ungueltige",
    "returned e-mail", "return receipt",
    "notificacion de estado de entrega", "\u{7cfb}\u{7edf}\u{9000}", "\u{e9}chec", "notifica dello stato",
    "no such user", "unknown user", "mail rejected", "undelivered mail", "message undeliverable", "failed delivery",
    "failed to deliver",
    "unable to deliver", "are not member", "unable to send",
  ])

  /// Sentences of notices that say a mail has failed.
  static let failures = PhraseMatcher([
    "could not be delivered", "couldn't be delivered", "was not delivered", "wasn't delivered",
    "wasn't able to deliver", "unable to deliver",
    "not able to be delivered", "delivery to the following", "following address(es) failed",
    "did not reach the following", "undeliverable",
    "delivery has failed", "delivery failed", "failed permanently", "has failed", "fatal errors", "permanent error",
    "was not able to deliver",
    "not delivered", "failed recipient", "cannot be delivered", "can not be delivered",
    "an error occurred while trying to deliver",
    "error delivering your mail", "does not exist", "user unknown", "unknown user", "rejected by", "was rejected",
    "could not deliver",
    "following addresses had", "error-code:", "transcript of session", "failed addresses follow",
    "no pudo ser entregado",
    "nicht zugestellt", "n'a pas pu", "konnte nicht", "delivery errors", "delivery problems", "message was not",
    "returned to you", "invalid address",
    "invalid user", "invalid final delivery", "no such user", "mailbox unavailable", "was blocked by",
    "has not been delivered", "not been delivered",
    "not a member of this mailing list", "groups.google.com", "could not be sent", "message was undeliverable",
    "bouncedrecipients",
    "\u{43d}\u{435} \u{43c}\u{43e}\u{436}\u{435}\u{442} \u{431}\u{44b}\u{442}\u{44c}", "\u{914d}\u{4fe1}",
    "\u{9001}\u{4fe1}\u{3067}\u{304d}",
    "\u{65e0}\u{6cd5}", "failed to deliver", "email bounced", "exceeds allowed size", "over quota", "non-delivery",
    "has been removed from the mail queue",
    "delivery of email to this address", "non e' stato possibile", "no se ha podido entregar", "unable to send",
    "delevery to the following", "not relayed", "mailbox is full", "error while", "failure reasons",
    "trouble delivering", "error has occurred", "had delivery problems", "the reason for the problem",
    "was aborted",
  ])

  /// Sentences that say the mail only waits.
  static let delays = PhraseMatcher([
    "delivery*has been delayed", "delivery delayed", "not yet been delivered", "still being retried",
    "warning message only", "only a warning",
    "just a warning", "this is a warning", "will be retried", "will continue to be made",
    "delivery attempts will continue",
    "will continue to try", "will keep trying", "we will continue", "will retry", "delivery incomplete",
    "has been postponed",
    "this is just a warning",
    "you do not need to resend", "wird weiterhin versucht", "could not be delivered for*hours*queue",
    "still undelivered after",
    "advisory-only", "temporary non-delivery", "delivery of your message has been delayed",
    "message still undelivered", "wird verzoegert",
  ])

  /// Words of a mail that has left the queue, whatever the report's fields say: OpenSMTPD 7 tells the end of its patience with
  /// `Action: delayed` and this diagnosis (usr.sbin/smtpd/bounce.c and queue.c; seen end to end).
  static let ends = PhraseMatcher([": envelope expired"])

  /// Subjects of such notices.
  static let delaySubjects = PhraseMatcher([
    "(delay)", "delayed", "warning: could not send", "delivery warning", "warning: message", "still being retried",
    "not yet been delivered",
    "delivery delay", "verzoegert", "verz\u{f6}gert", "en attente", "retrasad", "ritardo", "(delai)",
    "\u{9045}\u{5ef6}",
  ])

  /// Words before an address that make it somebody else's than the failed one's.
  static let notRecipients = PhraseMatcher([
    "mail from:", "from:", "sender", "contact", "postmaster", "mailto:", "envelope-from", "message-id", "helo",
    "reply-to", "on behalf",
    "abuse", "support", "help", "sent by", "return-path", "please send mail to", "to the address", "assistance",
    "questions",
    "unsubscribe", "ask ",
    "forward it to", "notify", "report", "message from", "hello", "hola", "bonjour", "dear", "hallo",
  ])

  /// Local parts of desks that letters give for questions (RFC 2142 and common use).
  static let desks: Set<String> = [
    "help", "support", "info", "contact", "service", "services", "sales", "billing", "abuse", "postmaster", "webmaster",
    "unsubscribe", "noreply", "no-reply", "customerservice", "kontakt", "hello", "office", "orders", "returns",
  ]

  /// Words before an address that make it the failed one.
  static let recipients = PhraseMatcher([
    "delivering your mail to", "unknown user:", "message to", "undeliverable:", "undeliverable to",
    "failed 20 attempts", "attempts:",
    "generated from", "originally addressed to", "recipient:", "recipients:", "error-for:", "final-recipient:",
    "original-recipient:",
    "userid:", "addressed to:", "to deliver to", "delivered to", "mailbox exceeds allowed size:", "delivery to",
    "email address",
    "mail to", "your message to", "email to this address", "unknown recipient", "no such user", "user unknown",
    "failed recipient:", "did not reach",
    "smtp=", "user:", "rejected address", "rejected recipient", "could not be delivered to", "quota violation for",
    "account:", "mailbox:", "address:", "bounced",
    "emailaddress",
    "delivery failed", "to:", "wasn't delivered to", "mailing list",
  ])
}

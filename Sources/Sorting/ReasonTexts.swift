/// What servers say when they refuse a mail, and what it means; the first row that matches counts, so the special stands before
/// the general. Texts are written as ``PhraseMatcher/normalize(_:)`` leaves them.
enum ReasonTexts {
  struct Row: Sendable {
    let text: String
    let reason: Reason
    /// The row holds only for an answer to this command.
    let after: AnsweredCommand?
    /// Whether the words outweigh any status code.
    let isSure: Bool
    /// Whether they say that the mailbox is gone for good.
    let lasting: Bool
    /// Whether the words are so plain that any code says more.
    let isPlain: Bool
    let source: String
  }

  static let rows: [Row] = groups.flatMap { group in
    group.texts.map {
      Row(
        text: $0, reason: group.reason, after: group.after, isSure: group.isSure, lasting: group.lasting,
        isPlain: group.isPlain, source: group.source)
    }
  }

  /// Rows that share all but their text.
  struct Group: Sendable {
    let reason: Reason
    let source: String
    let after: AnsweredCommand?
    let isSure: Bool
    let lasting: Bool
    let isPlain: Bool
    let texts: [String]

    init(
      _ reason: Reason, _ source: String, after: AnsweredCommand? = nil, sure: Bool = true, lasting: Bool = false,
      plain: Bool = false, _ texts: [String]
    ) {
      isSure = sure && !plain
      isPlain = plain
      self.lasting = lasting
      self.reason = reason
      self.source = source
      self.after = after
      self.texts = texts
    }
  }

  private static let groups = particular + ReasonTexts.general

  /// Words of one meaning, and those that name the sender, the network address or the content.
  private static let particular: [Group] =
    servers + [
      // Whole sentences of one meaning, before the words they hold.
      Group(
        .userunknown, "Yahoo; mail.local of BSD; Postfix's words for one recipient", lasting: true,
        [
          "user doesn't have a*account", "mail.local: unknown user", ": <*@*>: user unknown",
          "recipient address rejected: access denied", "recipientnotfound; ", "not listed in domino directory",
          "not listed in public name", "dbeb", "unknown recipient",
          "recipient name is not recognized", "invalid final delivery userid", "unknown user: ", "no such alias",
          "and other recipients in the same domain",
        ]),
      // KDDI leaves the address out when its user's filter refused the mail after DATA.
      Group(.filtered, "KDDI", ["550 : user unknown", "550: : user unknown", "-> : user unknown"]),
      Group(
        .mailboxfull, "procmail, Dovecot",
        ["quota exceeded while writing", "quota exceeded (mailbox for user is full)"]),
      Group(.mailererror, "procmail", ["procmail: "]),
      Group(
        .blocked, "answers to the connection: RFC 5321 §3.1 (554), Barracuda, 1&1, Exchange Online 5.7.511",
        [
          "blocked using barracuda", "blocked using*reputation",
          "permanent failure for one or more recipients*:blocked",
          "ip address is block listed", "try again later, closing connection",
        ]),
      Group(
        .rejected, "refusals of one sender by a recipient's rules",
        [
          "not accept mail from you", "not accept mail from this sender", "not accept messages from you",
          "not accept email from you",
          "not accept your mail",
          "sender is blocked", "sender has been blocked", "sender blocked", "sender verify callout",
          "callback setup failed", "envelope sender is in my badmailfrom",
        ]),
      Group(
        .virusdetected, "Amavis, MailScanner, Exim with a scanner",
        [
          "reject, id=* - infected", " - infected: ", "virus(es) detected", "contained virus", "contains virus",
          "carries a virus", "virus in your message", "virus in message", "infected by ", "trojan",
          "email contains a virus", "virus (",
        ]),
      Group(
        .blocked, "Microsoft: codes of its block lists, and Hotmail's before them",
        ["s3140", "s3150", " ou-00", " sc-00", " dy-00", " rp-00"]),
      Group(.spamdetected, "Microsoft", ["as(4810)"]),
      Group(
        .rejected, "Exchange Online 5.7.124 and 5.7.133",
        [
          "sender not authenticated for group", "not in the group's allowed-senders", "sender isn't allowed",
          "recipnotfoundallowed", "restrictedtorecipientspermission", "resolver.rst.notauthorized",
          "resolver.rst.authrequired",
          "delivery restriction", "not authorized for relaying to this group",
        ]),
      Group(
        .speeding, "Gmail 5.4.5; Exchange Online 5.7.705",
        [
          "sending limit exceeded", "daily sending quota", "exceeded threshold", "tenant has exceeded",
          "user sending quota",
        ]),
      Group(
        .virusdetected, "Gmail 5.7.0; Exim with ClamAV", ["potential security issue", "contains malware", "clamd"]),
      Group(
        .rejected, "Exim configurations; RFC 5321 §3.3",
        ["sending to/from an address that has been", "sender address rejected"]),
      Group(.blocked, "Orange, La Poste", ["adresse ip source bloquee", "client host blocked"]),
      Group(.onhold, "IANA: mailbox on hold", [": on hold"]),
      Group(.failedstarttls, "Gmail", ["does not support tls", "not support starttls"]),
      Group(.notaccept, "Postfix before 3.0 on a null MX", ["type=mx: malformed or unexpected name server reply"]),
      // Gmail reports a domain that is not there as a failure of its lookup, with status 4.0.0.
      Group(.networkerror, "Gmail", ["dns error:*lookup of"]),
      Group(
        .hostunknown, "Postfix, cPanel",
        ["host or domain name not found", "the account or domain may not exist", "domain name not found"]),
      Group(
        .networkerror, "qmail-remote, Postfix",
        ["wasn't able to establish an smtp connection", "host not found, try again"]),
      // Words that decide whatever else is said.
      Group(
        .requireptr, "Gmail, Comcast, GMX, Exim and Postfix configurations on reverse DNS",
        [
          "ptr record", "reverse dns", "rdns record", "no reverse dns", "bad dns ptr", "ptr resource record",
          "unverifyable sending ip",
          "without a valid sender domain", "cannot find your reverse hostname", "cannot find your hostname",
          "no ptr", "does not have a ptr", "domain [*] mismatches client ip", "ip address does not resolve", "fcrdns",
          "reverse lookup", "rdns", "reverse mapping", "missing ptr", "ip name lookup failed",
          "cannot resolve your address", "custom reverse dns", "unresolvable relay host", "generic dns ptr",
          "dynamic ip or generic", "dns lookup failure:*try again later",
          "does not match the ip address of the hostname", "dns check failure",
        ]),
      Group(
        .authfailure, "RFC 7489 §10.3, RFC 7372; Gmail, Yahoo, Microsoft, iCloud, Tencent texts",
        [
          "dmarc policy", "dmarc check", "dmarc verification", "dmarc evaluation", "did not pass dmarc", "fails dmarc",
          "failed dmarc", "dmarc fail", "per it's spf record", "spf check failed", "spf record with a hard fail",
          "failed spf",
          "spf validation", "spf fail", "spf unauthorized", "fails to pass spf", "dkim fail", "dkim verification",
          "not pass dkim",
          "authentication checks failed", "requires all senders to authenticate with either spf or dkim",
          "sender is unauthenticated",
          "unauthenticated email from", "not allowed to send from*spf", "sender policy framework", "openspf.",
          "spf.pobox.com", "bad spf record", "required authentication level", "inspect your spf settings",
          "domain authentication fail", "spf sender invalid", "dkim sender invalid", "dmarc sender invalid",
          "senders to authenticate", "aligned with either", "add a dmarc record", "spf authentication didn't pass",
          "dkim authentication didn't pass", "spf record of the sending domain", "failing both spf and dkim",
          "invalid spf record", "spf/dns de votre", "verification dmarc", "doesn't pass dmarc",
          "must pass either spf or dkim", "spf hard fail", "does not designate", "dkim = did not pass",
          "authentication requirements defined for the sender", "fails to pass authentication",
          "dkim signature did not verify", "no passing dkim", "dkim signature verification failed",
          "bad dkim signature",
          "invalid dkim", "dkim signature is invalid", "dmarc reject", "dmarc policy of", "per dmarc", "due to dmarc",
          "spf: fail", "spf: permanent fail", "spf permerror", "spf-result: fail", "spf check: fail", "spf softfail",
          "spf rejected", "rejected by spf", "due to spf", "spf mismatch", "spf violation", "spf record does not",
          "not permitted by spf", "not authorized by spf", "not listed in the spf", "dmarc quarantine",
          "domain owner discourages use of this host", "is not allowed to send mail from",
          "not designated as permitted sender", "is not authorized to send mail for", "sender id (pra)",
        ]),
      Group(
        .failedstarttls, "Postfix tls_client_init.c, smtp_proto.c and its policy levels",
        [
          "cannot start tls", "certificate not trusted", "certificate not verified", "certificate verification failed",
          "untrusted issuer", "self-signed certificate", "server certificate not", "tls is not available",
          "tls not available", "no tlsa", " dane ", " dane-", "(dane)", "mta-sts",
        ]),
      Group(
        .notcompliantrfc, "Gmail SMTP errors on RFC 5322",
        [
          "not rfc 5322 compliant", "not rfc 2822 compliant", "not rfc compliant", "multiple addresses in from: header",
          "duplicate header", "multiple subject headers", "missing a valid message-id", "this message is not rfc",
          "duplicate headers", "missing a valid address in the from", "multiple * headers",
          "encoded-word syntax is not", "unicode character in a disallowed", "mail message is malformed",
          "not a valid rfc 5321 address", "must be rfc 5322", "headers are not rfc", "blank from: addresses",
          "addresses are not allowed as a from", "rfcmessagenoncompliant", "not comply with rfc", "rfc 5322 section",
        ]),
      Group(
        .virusdetected, "ClamAV, Amavis, Mimecast, Symantec texts",
        [
          "virus detected", "infected by a virus", "contains a virus", "virus found", "infected with", "malware",
          "clamav", "mcspamsignature",
          "message was infected", "contained a virus", "this message contains a virus", "worm detected",
          "virus-infected", "potentially executable attachment", "attachment has been used by recent viruses",
          "prohibited virus", "virus phishing", "virus infected message", "detected a virus", "a virus was",
          "infected message",
        ]),
      Group(
        .speeding, "Gmail 4.2.1, GoDaddy IB607, Microsoft 4.7.",
        [
          "receiving mail at a rate", "too many recipients this hour", "too much mail from", "sending rate",
          "sending limit", "throttling failure", "sending messages too quickly",
          "too many emails", "too many mails from", "exceeded the maximum number of messages", "volume of email",
          "messages per hour", "emails per hour", "messages in the last hour", "limit of emails", "quota of messages",
          "unusual rate of unsolicited",
          "sent to too many recipients", "receiving mail too quickly", "too many messages from", "message rate",
          "exceeded the rate limit", "rate limited due to ip reputation*slow", "hourly limit",
          "exceeded limit of messages",
          "too fast", "try again later*too many mails", "has exceeded the max emails per hour",
          "please try again slower", "excessive volume", "peak smtp relay limit", "daily smtp relay",
          "daily user sending limit", "frequency of receiving messages", "max number of messages per session",
          "too many messages this hour", "sending too fast", "slow down", "rate-limited",
          "rate limited because", "has been rate limited", "exceeded the allowed rate", "too many mails per",
          "sending too many",
        ]),
      Group(
        .badreputation, "Yahoo TSS, Microsoft 4.7.650, Talos, Proofpoint texts",
        [
          "due to unexpected volume or user complaints", "ip reputation", "poor reputation", "low reputation",
          "bad reputation",
          "reputation of the ip", "senderbase", "senderscore", "reputation-based", "domain reputation",
          "poor domain reputation",
          "your reputation", "talosintelligence", "cloudmark sender intelligence", "email reputation",
          "reputation problems", "reputation score", "negative reputation", " reputation",
        ]),
      Group(
        .failedstarttls, "RFC 3207; Gmail and Postfix texts",
        [
          "must issue a starttls", "starttls is required", "starttls required", "tls required",
          "tls negotiation failed",
          "tls handshake", "tls is required", "requires tls", "starttls", "encryption required",
        ]),
      Group(
        .toomanyconn, "Postfix anvil(8), Tencent, docomo, Gmail texts",
        [
          "too many connections", "connection rate limit", "connection frequency limited", "ip frequency limited",
          "too many concurrent", "too many recipients", "too many sessions", "concurrent connection limit",
          "too many simultaneous",
          "maximum number of connections", "connection limit exceeded", "too many open connections", "too much load",
          "simultaneous connections", "too many smtp sessions", "sender rejected*too many", "maximum connection limit",
          "per-domain connection limit", "throttling failure", "too many errors from your ip", "trop de connexions",
          "numerous attempts to deliver", "max message per connection", "message threshold exceeded",
          "messages on this connection", "messages in this connection", "connections rate limit",
          "too busy to accept mail",
          "connections from your host", "connections from your ip", "maximum number of concurrent", "session limit",
          "too many parallel", "connection count", "concurrency limit", "connections per", "too many transactions",
        ]),
      Group(
        .exceedlimit, "RFC 3463 x.2.3; Exchange RecipSizeLimit",
        [
          "recipsizelimit", "too large for this recipient", "message length exceeds limit set by recipient",
          "exceeds the recipient's maximum", "message length exceeds administrative limit",
          "size limit for this recipient", "message header size exceeds limit",
        ]),
      Group(
        .mesgtoobig, "RFC 1870; Postfix, Exim, Exchange, Sendmail texts",
        [
          "message size exceeds", "message exceeds maximum", "message too large", "message is too large",
          "message too big",
          "exceeds fixed maximum", "exceeds the maximum message size", "maximum message size", "message is too big",
          "size limit exceeded", "exceeded message size", "larger than the current system limit",
          "message file too big",
          "line limit exceeded", "message header size", "exceeds size limit", "too big message", "mail too large",
          "max message size", "mail size limit", "size exceeds", "exceeds the size",
          "mensaje demasiado grande", "nachricht zu gross", "taille limite du message", "maximum inbound message size",
          "maximum incoming message size", "databytes limit", "exceeded google's message size", "maximum email size",
          "message length exceeds", "message size limit", "exceeds maximum size", "too large to be delivered",
          "larger than the maximum", "message is larger than",
        ]),
      Group(
        .systemfull, "Sendmail, Postfix: the server's own disk",
        [
          "insufficient disk space", "insufficient system storage", "no space left on device", "disk full",
          "mail system full",
          "file system full", "mail server is out of disk space", "queue file system",
          "insufficient system resources",
        ]),
      Group(
        .mailboxfull, "RFC 3463 x.2.2; many servers' words for a full mailbox",
        [
          "mailbox is full", "mailbox full", "mailbox for user is full", "over quota", "overquota", "quota exceeded",
          "exceeded quota",
          "exceeds quota", "exceeding their quota", "exceeded his quota", "exceeded their quota", "quota violation",
          "over the quota",
          "mailbox quota", "out of storage", "out of space", "storage quota", "disk quota", "user's mailfolder is full",
          "mailfolder is full", "full mailbox", "mail quota", "quota usage exceeded", "mailbox exceeds allowed size",
          "mailbox size limit", "mailbox has exceeded", "exceeded the storage", "exceeded storage",
          "not enough storage space",
          "not enough storage", "insufficient storage", "mailbox exceeded", "has exceeded its", "too much mail",
          "shutoffquotaexceeded",
          "user has exhausted", "message storage limit", "inbox is full", "account is full", "account is over",
          "is over its limit",
          "mailbox_full", "mbox full", "over its disk quota", "exceed the quota", "maildir over quota",
          "exceeded the local limit", "mailbox has reached", "mailbox for * is full", "limit for mailbox",
          "mailbox storage",
          "maildir delivery failed",
          "boite du destinataire pleine", "boite aux lettres du destinataire", "casella piena", "postfach ist voll",
          "postfach voll",
          "buzon lleno", "casilla de mail agotado", "caixa postal cheia", "caixa postal do destinatario",
          "mailbox overflow",
          "user is over the quota", "is full (quota", "recipient storage full", "mailbox currently full",
          "recipient overquota",
          "quota is exceeded", "not have enough space", "allowed quota", "would exceed quota", "mail box full",
          "size of mailbox",
          "excede la cuota", "espacio en disco", "voorraadruimte", "postbus is vol",
          "\u{44f}\u{449}\u{438}\u{43a} \u{43f}\u{435}\u{440}\u{435}\u{43f}\u{43e}\u{43b}\u{43d}\u{435}\u{43d}",
          "receiving limits", "mailbox would exceed", "not sufficient disk space", "too many messages on the server",
          "space has been used up", "account is*quota", "disk*quota exceeded", "mailbox*exceeded*limit",
          "mailbox*quota", "maildir*quota", "over*quota", "quota*exceeded", "storage limit", "inbox full", "full inbox",
          "mail box is full", "user quota", "容量", "メールボックスが", "mailbox voll", "speicherplatz", "boîte pleine",
          "casilla llena", "buzón lleno", "caixa postal lotada", "skrzynka*pełna", "buzon*lleno", "buzón*lleno",
          "zu viele mails auf dem server", "postfach*voll", "mailbox ist voll", "quota überschritten",
          "speicherplatz*erschöpft", "boite*pleine", "boîte*pleine", "quota dépassé", "quota depasse", "casella*piena",
          "spazio esaurito", "superato la quota", "caixa*cheia", "cota excedida", "cuota excedida", "postvak*vol",
          "brevlåda*full", "postkasse*full", "schránka*pln", "posta kutusu dolu", "ящик переполнен",
          "почтовый ящик полон", "ящик заполнен", "邮箱已满", "郵箱已滿", "信箱已滿", "mailbox temporarily full",
          "box is full", "mailbox has no space", "no space left in mailbox", "storage is full", "mailbox limit",
          "not enough space", "quota limit", "no more space", "account over quota", "over allocated quota",
          "over the allowed quota", "quota is full", "quota full", "disk space limit",
          "writing message: file too large", "mailbox size exceeded", "user is out of quota",
          "user has too many messages", "mailbox cannot accept", "exceeded the quota", "destination mailbox*is full",
          "quota exceed", "space not enough", "überfüllt", "ueberfuellt",

        ]),
      Group(
        .suspend, "Yahoo, Prima, qmail: accounts that are gone", lasting: true,
        [
          "disabled or discontinued", "casilla ha expirado", "ha expirado por falta de uso", "account closed",
          "has been discontinued",
          "this address is no longer active", "no longer in use",
        ]),
      Group(
        .suspend, "Gmail 5.2.1, Yahoo, mail.ru, La Poste texts on closed accounts",
        [
          "account that you tried to reach is disabled", "account is disabled", "account disabled",
          "account has been disabled",
          "account is locked", "account has been locked", "mailbox is disabled",
          "mailbox disabled",
          "account suspended", "account is suspended", "account has been suspended", "mailbox temporarily disabled",
          "mailbox is inactive", "account inactive", "inactive user", "account is inactive", "user suspended",
          "is a deactivated mailbox",
          "account deactivated", "disabled recipient", "recipient account is blocked", "temporary locked",
          "temporarily locked",
          "user account disabled", "not active", "mailbox is frozen", "mailbox has been blocked",
          "inactive on our system", "recipient suspend",
          "user has been suspended", "mailbox currently suspended",
          "invalid/inactive user", "account expired", "user is inactive",
          "suspended recipient",
          "account temporarily disabled", "domain suspended", "has been deactivated",
          "is currently suspended",
          "boite inactive", "expired mailbox", "unavailable*account locked", "archived recipient",
          "destinataire archivee", "has been suspended", "inactive account", "user is terminated",
          "recipient rejected: temporarily inactive", "suspend the service", "that you tried to reach is inactive",
          "user or domain is disabled", "account is temporarily", "account has expired", "account is closed",
          "account was closed", "account is not active", "compte du destinataire est bloque", "mailbox is suspended",
          "deactivated", "this mailbox is disabled", "account terminated", "mailbox closed",
          "mailbox has been disabled", "account*is expired", "account is currently blocked", "account has been blocked",
          "account is blocked", "account has been closed", "account has been terminated", "account has been deleted",
          "account is suspended", "account is frozen", "account is on hold", "account has been cancelled",
          "account is not enabled", "account not enabled", "mailbox not enabled", "mailbox is not active",
          "mailbox not active", "mailbox is blocked", "mailbox is locked", "mailbox locked", "mailbox blocked",
          "mailbox has been locked", "mailbox has expired", "mailbox has been suspended", "mailbox suspended",
          "user is suspended", "user account is locked", "user is disabled", "user disabled", "user is locked",
          "user is blocked", "user has been disabled", "user is not active", "user not active", "recipient is inactive",
          "recipient is suspended", "recipient suspended", "recipient disabled", "recipient is disabled",
          "address is inactive", "address is disabled", "address has been disabled", "address has been suspended",
          "email account is disabled", "disabled account", "disabled user", "disabled mailbox", "locked account",
          "suspended account", "suspended user", "cuenta*suspendida", "cuenta*desactivada", "cuenta*inactiva",
          "conta*desativada", "conta*suspensa", "compte*suspendu", "compte*désactivé", "compte*bloqué",
          "konto*gesperrt",
          "administratively disabled", "bloccato per inutilizzo", "inactivo", "nieaktywn", "zablokowan",
          "mailbox was disabled", "is now disabled", "not activated", "status is locked", "closed due to inactivity",
          "mailbox*is restricted", "konto*deaktiviert", "postfach*gesperrt", "mailbox*gesperrt", "аккаунт*заблокирован",
          "ящик*заблокирован",
          "ящик*отключен", "帐号已停用", "账号被禁用", "帳號停用",
        ]),
      Group(
        .hasmoved, "RFC 5321 §3.4 (551), Sendmail REDIRECT",
        [
          "has been replaced by", "user has moved", "has moved to", "has moved; please try", "moved to a new address",
          "address no longer in use; use",
          "please use the new address", "mailbox has moved", "recipient has moved", "adresse geändert", "umgezogen",
          "moved to another", "user not local*please try",
          "address has changed",
          "not our customer", "moved permanently", "is no longer at this", "recipient no longer on server",
          "new address is", "address has been changed to", "has a new address",
        ]),
      Group(
        .norelaying, "Postfix, Sendmail, Exim, Exchange texts on relaying",
        [
          "relay access denied", "relaying denied", "relay denied", "relaying not allowed", "relay not permitted",
          "no relaying",
          "not permitted to relay", "unable to relay", "not configured to relay", "we do not relay", "cannot relay",
          "relaying is prohibited",
          "relaying prohibited", "relaying mail to", "open relay", "isn't allowed to be relayed", "not a relay",
          "relay operation rejected",
          "not allow relaying", "isn't in my list of allowed rcpthosts", "that domain isn't in my list", "rcpthosts",
          "not relayed",
          "mail relaying", "relaying blocked", "relay not allowed", "send-only", "to relay through", "as a relay",
          "insecure mail relay", "authentication when attempting to send to a non-local", "not a gateway",
          "not allowed to relay", "so get lost", "not local host", "specified domain is not allowed",
          "we don't handle mail for", "relaying disallowed", "relay is not permitted", "no relay",
          "relay prohibited", "relay rejected", "relaying is not allowed", "relaying is denied",
          "not a permitted relay", "mail relay is not", "authentication is required for relay",
          "authentication required for relay", "authenticated before relaying", "not permitted to send to this domain",
          "domain is not hosted here", "domain not hosted", "not hosted here", "not a local domain",
          "not one of our domains", "domain is not local", "is not one of my domains", "kein relay", "relais refusé",
          "relaying to*prohibited",
          "unauthorized relay", "local user only",
        ]),
      Group(
        .spamdetected, "SpamAssassin, Barracuda, Proofpoint, Orange, Gmail texts on spam",
        [
          "spam firewall", "spam & virus firewall", "identified as spam", "considered spam", "looks like spam",
          "as spam",
          "spam message rejected", "spam content", "spam detected", "detected spam", "content rejected as spam",
          "spam score",
          "- spam.", "spamassassin", "possible spam", "probable spam", "rejected because it contains spam",
          "likely unsolicited",
          "suspected spam", "unsolicited mail", "unsolicited bulk", "uribl", "blacklisted url", "surbl",
          "message content rejected",
          "content filter", "bulk email", "spam mail", "spamming", "anti-spam", "antispam", "spam filter",
          "message refused by policyd",
          "mail rejete", "junk mail", "classified as spam", "spam-like", "this message has been flagged",
          "transaction rejected*spam",
          "message was identified as junk", "score exceeds", "rejected due to content", "dnsbl url", "high spam",
          "rule imposed mailbox access", "554 5.7.0 reject, id=", "content filter rejection",
          "rejecting banned content", "banned content", "rejecting mail content", "bulk.advertising",
          "recurrent pattern detection", "as bulk mail", "spamprofiler", "too much spam", "mail score (", "spam points",
          "being spam", "spam/virus", "unacceptable content", "help_spam_16", "drbl",
          "our system has detected that this message is", "antispam checks", "spam check", "spam blocked",
          "spam refused", "spam rejection", "spam email", "spam bounced", "greylisted*please try again in",
          "breaches local uribl", "blocked by our filter", "spam not accepted", "block for spam", "denied due to spam",
          "suspicion of spam", "message filtered", "rejected: spam", "message is spam", "mail is spam", "email is spam",
          "is spam (",
          "spam scale", "spam rating", "spam level", "spam probability", "spam threshold", "spam rules", "spam reject",
          "spam protection", "spam engine", "spam pattern", "spam signature", "spam filtering", "spam control",
          "spamhaus dbl", "url in this email", "url listed", "urls listed", "contains a url", "listed in dbl",
          "dbl.spamhaus", "rejected by content scanner", "content scanner", "considered junk", "as junk",
          "junkmail", "unwanted mail", "unwanted content", "unsolicited commercial", "bayes", "rspamd", "razor",
          "cloudmark", "vade secure", "vaderetro", "hits=", "pourriel", "indésirable", "correo no deseado", "als spam",
          "come spam",
          "como spam", "jako spam", "спам", "垃圾邮件", "垃圾郵件", "迷惑メール", "スパム",
          "spam list", "antyspamow", "spamtrap", "declared spam", "appears to be unsolicited", "spam or virus",
          "rejected by*(spam)",
        ]),
      Group(
        .blocked, "RFC 5321 §3.1: a greeting of 554 refuses this client", after: .connection,
        ["no smtp service", "service not available", "try again later", "please try later"]),
      Group(
        .notaccept, "RFC 7504, RFC 7505; hosts without mail",
        [
          "does not accept mail", "does not accept email", "nullmx", "null mx",
          "not accepting network messages",
          "couldn't find a mail exchanger", "no mx record", "does not receive mail", "host not accepting mail",
          "doesn't accept mail", "not accepting mail", "no mail exchanger", "mail receiving disabled",
          "no mx or a records", "no mx record found", "host does not accept mail",
          "no longer accepts mail for",
        ]),
      Group(
        .blocked, "DNS blocklists and address blocks: Spamhaus, Microsoft S3140, Orange, AOL, Yahoo texts",
        [
          "blacklisted by recipient", "client host rejected: blocked", "blocked using", "blocked by*rbl", "spamhaus",
          "barracudacentral",
          "client host*blocked", "is blacklisted", "ip address blacklisted", "blacklisted", "blocklist", "block list",
          "blacklist", "black list",
          "dnsbl", " rbl ", "your ip address", "from ip address", "listed at", "is listed in", "ip address is blocked",
          "blocked for abuse", "blocked by ldap",
          "ip blocked",
          "banned sending ip", "your ip", "smtp server of your isp", "contact your internet service provider",
          "dynamic ip",
          "dynamic/residential", "dial-up", "residential ip", "(bl)", "adresse ip source bloquee",
          "not allowed to connect",
          "bad helo", "helo*rejected", "helo command rejected", "invalid helo", "refused to talk to me",
          "too many bad commands",
          "service not available, closing transmission channel", "connection refused by policy",
          "you cannot send e-mail to yourself",
          "temporarily blocked", "access from ip", "unfortunately, messages from", "client host rejected",
          "is not allowed to connect",
          "host name is unknown", "bloqueado por", "network blocked", "connections from this host",
          "error - blocked",
          "cannot accept mail from your", "mail from your ip", "blocked - see", "is blocked", "has been blocked by",
          "domain temporarily rate", "sending ip", "ip range", "greylisted by block", "said: 550 blocked", "spamcop",
          "bad sender ip", "dnsbl:", "abus detecte", "may not be mail exchanger", "confirm this mail server",
          "connection refused by", "connection reset by peer", "connection dropped", "was dropped by remote host",
          "sending spam see", "extreme bad ip", "host network not allowed", "hosts with dynamic ip",
          "invalid ip for sending", "not currently accepting mail from your ip", "on our block list",
          "has not passed validation", "rejecting open proxy", "ip address rejected", "forbidden by your ip",
          "looks suspiciously like spammer", "to submit messages to this e-mail system has been rejected",
          "too many spams from", "too many unwanted messages", "was blocked by", "we do not accept mail from dynamic",
          "are sending spam", "temporary blacklisted", "requires confirmation", "listed as abusive", "refused, see",
          "abuseat.org", "access ip*rejected", "no access from mail server", "mail server at*is blocked",
          "access denied. ip", "go away", "rejected - multi-blacklist", "esmtp not accepting connections", "rbl reject",
          "cannot accept mail from", "poor sender", "refused - see http", "banned ip", "in rbl", "zen.spamhaus",
          "bl.spamcop",
          "suspected spam ip", "connection refused due to", "access from your location", "ips blocked",
          "bad ip profile",
          "denyip", "client host bypass",
        ]),
    ]
}

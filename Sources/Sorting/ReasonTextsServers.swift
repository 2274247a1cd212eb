/// What mail servers write of themselves, not of the answer of another: sentences of their source or handbook, and of one meaning.
extension ReasonTexts {
  static let servers: [Group] = [
    Group(.blocked, "Exchange Online 5.7.511: a list of servers, whatever it calls them", ["banned sender[*delist@"]),
    Group(
      .hostunknown, "Exim, routers and transports",
      [
        "all host address lookups failed permanently", "all relevant mx records point to non-existent hosts",
        "unrouteable address",
      ]),
    Group(.networkerror, "Exim 3: no router takes the domain", lasting: true, ["unrouteable mail domain"]),
    Group(
      .notaccept, "Exim; OpenSMTPD mta.c",
      [
        "an mx or srv record indicated no smtp service", "no host found for existing smtp connection",
        "seem to reject all mails", "no mx found for", "no route for current request",
      ]),
    Group(
      .syntaxerror, "Exim parser.c on addresses",
      [
        "angle-brackets nested too deep", "expected word or \"<\"", "domain missing in source-routed",
        "malformed address:",
      ]),
    Group(
      .systemerror, "Exim deliver.c, transports/pipe.c and lmtp.c",
      [
        "delivery to file forbidden", "delivery to pipe forbidden", "local delivery failed", "lmtp error after ",
      ]),
    Group(.contenterror, "Exim deliver.c", ["too many \"received\" headers"]),
    Group(.expired, "OpenSMTPD queue.c; Postfix", ["envelope expired"]),
    Group(.securityerror, "OpenSMTPD mta.c", ["could not retrieve credentials"]),
    Group(
      .networkerror, "OpenSMTPD mta.c",
      [
        "address family mismatch on destination", "all routes to destination blocked", "bad dns lookup error code",
        "could not retrieve source address", "loop detected", "network error on destination", "no valid route to",
        "temporary failure in mx lookup",
      ]),
    Group(.hostunknown, "DragonFly Mail Agent net.c", ["dns lookup failure: host "]),
    Group(
      .networkerror, "qmail-remote.c",
      ["although i'm listed as a best-preference mx", "wasn't able to establish an smtp connection"]),
    Group(.exceedlimit, "qmail-ldap", ["exeeded the maximum size the user accepts"]),
    Group(.suspend, "qmail-ldap", ["mailaddress is administrativ"]),
    Group(
      .systemerror, "qmail-ldap; vpopmail; procmail's shell",
      [
        "automatic homedir creator", "illegal value in ldap attribute", "ldap attribute is not given",
        "performing search on ldap", "too many results returned but needs", "while executing qmail-forward",
        "automatic homedir creation", "temporary failure in ldap", "unable to contact ldap server",
        "unable to login into ldap server", "bad interpreter: no such file",
      ]),
    Group(.systemfull, "qmail with a full disk", ["mailbox unavailable (not enough free space)"]),
    Group(.systemerror, "Courier esmtpclient.c", ["dns violates rfc 1035"]),
    Group(.networkerror, "Courier esmtpclient.c", ["dns lookup failed."]),
    Group(.hostunknown, "Sun/Oracle Messaging Server", ["illegal host/domain name found"]),
    Group(.filtered, "HCL Domino; Biglobe", ["cannot route mail to user", "mail delivery failed... user unknown"]),
    Group(.systemerror, "HCL Domino", ["several matches found in domino directory"]),
    Group(
      .userunknown, "HCL Domino and Notes in several languages", lasting: true,
      [
        "not listed in domino directory", "not listed in public name", "en el directorio de domino",
        "dans l'annuaire domino", "domino \u{30c7}\u{30a3}\u{30ec}\u{30af}\u{30c8}\u{30ea}",
        "\u{30c7}\u{30a3}\u{30ec}\u{30af}\u{30c8}\u{30ea}\u{306e}\u{30ea}\u{30b9}\u{30c8}\u{306b}\u{3042}\u{308a}\u{307e}\u{305b}\u{3093}",
      ]),
    Group(.networkerror, "HCL Notes", ["exceeded maximum hop count"]),
    Group(.mailboxfull, "Biglobe; KDDI", ["mailbox exceeded the local limit", "their mailbox is full"]),
    Group(.hostunknown, "KDDI", ["remote domain doesnt exist", "remote domain doesn't exist"]),
    Group(.norelaying, "KDDI", ["following smtp relay error"]),
    Group(
      .suspend, "EZweb: unpaid accounts",
      ["account is disabled", "account is temporarily limited"]),
    Group(.expired, "EZweb", ["was not delivered within "]),
    Group(.virusdetected, "IMail; Verizon", ["not taken: virus detected"]),
    Group(.networkerror, "Exchange", ["smtpsend.dns.mxloopback"]),
    Group(.hostunknown, "Exchange", ["smtpsend.dns.nonexistentdomain"]),
    Group(
      .systemerror, "Exchange resolver; Microsoft \"NDR error codes\"",
      [
        "resolver.adr.badprimary", "resolver.adr.invalidinsmtp", "resolver.adr.ambiguous",
        "message failed to be replicated", "suspiciousremoteservererror", "misconfigured forwarding address",
        "journaling archive is disabled", "pfa agent busy",
      ]),
    Group(
      .userunknown, "Exchange resolver", lasting: true,
      ["recipnotfound;", "recipientnotfound;", "resolver.adr.recipientnotfound"]),
    Group(.toomanyconn, "Exchange resolver", ["resolver.adr.reciplimit"]),
    Group(.expired, "Exchange", ["queue.expired"]),
    Group(
      .failedstarttls, "Exchange Online: MTA-STS and DANE",
      [
        "failed mta-sts validation", "starttls-not-supported", "certificate-expired:", "tlsa-invalid",
        "dnssec-invalid", "certificate-host-mismatch",
      ]),
    Group(
      .speeding, "Exchange Online: sending and receiving limits",
      [
        "submission quota exceeded", "daily limit for message recipients", "per hour message receive limit",
        "recipient has exceeded their limit", "exceeded permitted limits", "tenant has exceeded threshold",
        "traffic not accepted from this ip",
      ]),
    Group(
      .suspend, "Exchange Online 5.7.504, 5.7.505",
      ["access denied, banned recipient", "mailbox cannot be accessed"]),
    Group(
      .rejected, "Exchange Online: senders",
      [
        "banned sender", "bad outbound sender", "spam abuse detected", "sender was not authenticated",
        "not in allowed-senders list", "from sending from unregistered domains", "unknown sender address",
      ]),
    Group(
      .blocked, "Exchange Online: addresses of servers",
      [
        "access denied, bad helo", "access denied, rejected by recipient", "does not accept email over ipv6",
        "using customer block list", "banned sending ip", "access denied, please try again later",
      ]),
    Group(.notaccept, "Exchange Online", ["no mail-enabled subscriptions", "missing or bad storedriver mdb"]),
    Group(.toomanyconn, "Exchange Online 4.3.2", ["recipient thread limit exceeded"]),
    Group(.systemerror, "Exchange Online 4.7.500", ["server busy. please try again later from"]),
    Group(
      .policyviolation, "Exchange Online 5.0.350", ["x-dg-ref header is too long", "policy violation detected (as345)"]),
    Group(.spamdetected, "Exchange content filter", ["quarantined this message"]),
    Group(.userunknown, "InterScan MSS names one of many", lasting: true, ["and other recipients in the same domain"]),
    Group(.userunknown, "Symantec Email Security.cloud", lasting: true, ["542 *rejected"]),
  ]
}

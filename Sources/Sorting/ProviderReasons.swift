import MailText

/// What one provider means by its words, where others mean something else by them or say nothing.
///
/// A row holds for a refusal by one of the group's hosts, or for a recipient in one of its domains.
enum ProviderReasons {
  struct Group: Sendable {
    let source: String
    /// Ends of host names and of recipients' domains, in small letters.
    let hosts: [String]
    let rows: [(text: String, reason: Reason)]
  }

  /// The first row of the provider that is in the words.
  static func finding(_ words: [UInt8], hosts: [String]) -> Diagnosis.Finding? {
    for index in groups(of: hosts) {
      guard let hit = matchers[index].matches(in: words).first else { continue }
      let row = groups[index].rows[hit]
      return .init(reason: row.reason, rule: "reason.provider", words: row.text, lasting: row.reason == .userunknown)
    }
    return nil
  }

  /// The groups that are about one of these hosts, in their order: an end of the host's name at a dot is one of theirs.
  static func groups(of hosts: [String]) -> [Int] {
    var found: [Int] = []
    for host in hosts {
      var end = host[...]
      while true {
        if let index = byEnd[end], !found.contains(index) { found.append(index) }
        guard let dot = end.utf8.firstIndex(of: Octet.dot) else { break }
        end = end[end.utf8.index(after: dot)...]
      }
    }
    return found.sorted()
  }

  private static let byEnd: [Substring: Int] = Dictionary(
    groups.enumerated().flatMap { index, group in group.hosts.map { ($0[...], index) } },
    uniquingKeysWith: { first, _ in first })

  private static let matchers = groups.map { PhraseMatcher($0.rows.map(\.text)) }

  static let groups: [Group] = [
    Group(
      source: "Microsoft consumer mail (Outlook.com, Hotmail): 550 for an address that is not there, after any command",
      hosts: ["hotmail.com", "outlook.com", "live.com", "msn.com"],
      rows: [
        ("requested action not taken: mailbox unavailable", .userunknown),
        ("because the domain is not reachable", .hostunknown),
      ]),
    Group(
      source: "au by KDDI, support page on mail errors: without the address it is the user's filter",
      hosts: ["ezweb.ne.jp", "au.com"],
      rows: [
        ("550 : user unknown", .filtered), ("550: : user unknown", .filtered), ("-> : user unknown", .filtered),
        (">: user unknown", .userunknown),
      ]),
    Group(
      source: "NTT docomo spmode: size and number are limits of the phone's mailbox",
      hosts: ["docomo.ne.jp"],
      rows: [
        ("552 too much mail data", .mailboxfull), ("552 too many recipients", .toomanyconn),
        ("503 bad sequence of commands", .syntaxerror), ("504 command parameter not implemented", .syntaxerror),
      ]),
    Group(
      source: "SoftBank: 5.7.1 for an address that is not there, with no word more",
      hosts: ["softbank.ne.jp", "vodafone.ne.jp", "softbank.jp"],
      rows: [("recipient address rejected", .userunknown)]),
    Group(
      source: "Tencent, service.mail.qq.com/detail/122",
      hosts: ["qq.com", "foxmail.com", "exmail.qq.com"],
      rows: [
        ("suspected bounce attacks", .blocked), ("suspected spam ip", .blocked), ("connection denied", .blocked),
        ("suspected spam", .rejected), ("mail is rejected by recipients", .rejected),
        ("spam is embedded", .spamdetected), ("mail content denied", .spamdetected),
        ("mailbox unavailable or access den", .speeding), ("frequency of receiving messages is limited", .speeding),
        ("frequency limited", .toomanyconn), ("bad address syntax", .syntaxerror),
        ("mailbox not found", .userunknown),
      ]),
    Group(
      source: "Yahoo and AOL, senders.yahooinc.com/smtp-error-codes",
      hosts: ["yahoodns.net", "yahoo.com", "aol.com", "yahoo.co.jp"],
      rows: [
        ("all senders to authenticate with either spf or dkim", .authfailure),
        ("because the ip is in spamhaus's list", .blocked), ("ip addresses on spamhaus xbl", .blocked),
        ("headers are not rfc compliant", .notcompliantrfc), ("not accepted for policy reasons", .policyviolation),
        ("unresolvable rfc.5321", .rejected), ("will be permanently deferred", .rejected),
        ("receiving mail too quickly", .speeding), ("is no longer valid", .suspend),
        ("this mailbox is disabled", .suspend), ("max message per connection", .toomanyconn),
        ("mailbox not found", .userunknown),
      ]),
    Group(
      source: "Apple, support.apple.com/102322",
      hosts: ["icloud.com", "me.com", "mac.com", "apple.com"],
      rows: [
        ("dmarc policy", .authfailure), ("failing both spf and dkim", .authfailure), ("spamhaus", .blocked),
        ("dnsbl-lookup", .blocked), ("not accepting connections", .blocked),
        ("recipient no longer on server", .hasmoved), ("is over quota", .mailboxfull),
        ("relay access denied", .norelaying), ("host/domain does not accept mail", .notaccept),
        ("due to local policy", .policyviolation), ("sender address rejected", .rejected),
        ("due to excessive volume", .speeding), ("inactive email address", .userunknown),
        ("user does not exist", .userunknown), ("unknown or illegal alias", .userunknown),
      ]),
    Group(
      source: "Mimecast, community article \"SMTP Error Codes\"",
      hosts: ["mimecast.com", "mimecast.co.za"],
      rows: [
        ("mcspamsignature", .virusdetected), ("spf sender invalid", .authfailure),
        ("dkim sender invalid", .authfailure),
        ("dmarc sender invalid", .authfailure), ("internal resources are temporarily unavailable", .badreputation),
        ("ip reputation", .badreputation), ("sender address blocked", .blocked),
        ("recipient temporarily unavailable", .blocked), ("ip temporarily blacklisted", .blocked),
        ("past the expiration", .expired), ("journal message past expiration", .onhold),
        ("this route requires", .failedstarttls), ("configuration is invalid for this certificate", .failedstarttls),
        ("maximum email size exceeded", .mesgtoobig), ("incorrect hostname used for inbounds", .networkerror),
        ("mail loop detected", .networkerror), ("open relay", .norelaying), ("account inbounds disabled", .notaccept),
        ("account outbounds disabled", .onhold), ("hostname is not authorized", .onhold),
        ("header-based anti-spoofing", .policyviolation), ("anti-spoofing policy", .policyviolation),
        ("content examination policy", .policyviolation), ("host network", .policyviolation),
        ("rejected due to security policies", .policyviolation), ("envelope blocked", .rejected),
        ("blocked senders", .rejected), ("block policy", .rejected), ("incorrect authentication data", .securityerror),
        ("submitter failed", .securityerror), ("unable to process", .systemerror),
        ("message ended early", .systemerror),
        ("account service is temporarily unavailable", .toomanyconn), ("too many recipients", .toomanyconn),
        ("outbound thread limit", .toomanyconn), ("invalid address", .userunknown), ("user unknown", .userunknown),
        ("invalid recipient", .userunknown), ("virus signature", .virusdetected),
      ]),
    Group(
      source: "GoDaddy, help article 40685, where no IB code stands",
      hosts: ["secureserver.net"],
      rows: [
        ("rbl reject", .blocked), ("spamhaus.org/query", .blocked), ("in the queue too long", .expired),
        ("delivery timeout", .expired), ("account storage limit", .mailboxfull),
        ("spam or virus content", .spamdetected), ("account disabled", .suspend), ("message is looping", .systemerror),
        ("recipient not found", .userunknown), ("account does not exist", .userunknown),
      ]),
    Group(
      source: "Cox, \"Postmaster: error codes\", where no CX code stands",
      hosts: ["cox.net"],
      rows: [
        ("too many bad commands", .blocked), ("too many invalid recipients", .blocked),
        ("dns check failure", .requireptr), ("no rdns", .requireptr), ("no data before greeting", .policyviolation),
        ("attachment extension is forbidden", .policyviolation), ("sender rejected", .rejected),
        ("server temporarily not available", .systemerror), ("too many sessions", .toomanyconn),
        ("requested action aborted: try again later", .toomanyconn), ("message threshold exceeded", .toomanyconn),
        ("recipient rejected", .userunknown),
      ]),
    Group(
      source: "Symantec Email Security.cloud (MessageLabs), Broadcom knowledge base 169652",
      hosts: ["messagelabs.com", "symanteccloud.com"],
      rows: [
        ("domain authentication fail", .authfailure), ("connection rejected by policy", .badreputation),
        ("your ip is in the pbl", .blocked), ("your ip address has been", .blocked),
        ("stray linefeeds", .contenterror), ("connection required", .failedstarttls), ("as a relay", .norelaying),
        ("requested action aborted [4]", .notcompliantrfc), ("not rfc 5322", .notcompliantrfc),
        ("sender envelope domain not allowed", .rejected), ("your domain has been", .rejected),
        ("your email address has been", .rejected), ("badmailfrom", .rejected),
        ("turn on smtp authentication", .securityerror), ("message filtered", .spamdetected),
        ("filtered by outbound scanning", .spamdetected), ("received this hour", .toomanyconn),
        ("too many messages", .toomanyconn), ("no such user", .userunknown), ("invalid recipient", .userunknown),
        ("mailbox is not allowed", .userunknown), ("542 *rejected", .userunknown),
      ]),
    Group(
      source: "Zoho, smtpfieldmanual.com/provider/zoho",
      hosts: ["zoho.com", "zoho.eu", "zoho.in"],
      rows: [
        ("dmarc policy", .authfailure), ("greylisted", .blocked), ("reason: email flagged as spam", .rejected),
        ("mail rejected by destination domain", .rejected), ("email policy violation", .policyviolation),
        ("restricted by policy", .policyviolation), ("temporary system error", .systemerror),
        ("user does not exist", .userunknown), ("detected by zoho mail", .virusdetected),
      ]),
    Group(
      source: "Cloudflare Email Routing, postmaster page",
      hosts: ["mx.cloudflare.net"],
      rows: [("found on one or more dnsbls", .blocked), ("upstream error", .systemerror)]),
    Group(
      source: "Google, support.google.com/a/answer/3726730: words that stand for the connection or the mail as such",
      hosts: ["google.com", "gmail.com", "googlemail.com"],
      rows: [
        ("reputation of the sending", .badreputation), ("an unusual rate of", .blocked),
        ("ip not in whitelist for rcpt domain", .blocked), ("try again later, closing connection", .blocked),
        ("helo/ehlo argument", .blocked), ("attachments exceeds google's limit", .exceedlimit),
        ("per individual header size", .exceedlimit), ("header name limit", .exceedlimit),
        ("message header size limit", .exceedlimit), ("connection expired, try reconnecting", .expired),
        ("timeout - closing connection", .expired), ("exceeded 50 hops", .networkerror),
        ("mail relay denied", .norelaying), ("credentials for relay", .norelaying),
        ("not authorized to send email directly", .norelaying), ("a policy that prohibited", .policyviolation),
        ("same message-id", .policyviolation), ("mail sending denied", .rejected),
        ("unauthenticated email is not accepted", .rejected),
        ("guidelines regarding ptr records and authentication", .requireptr),
        ("too many login attempts", .securityerror),
        ("application-specific password", .securityerror), ("your web browser", .securityerror),
        ("username and password not accepted", .securityerror), ("nature of the content", .spamdetected),
        ("likely unsolicited mail", .spamdetected), ("relay limit exceeded", .speeding),
        ("relay sending limit exceeded", .speeding), ("user sending limit exceeded", .speeding),
        ("that you tried to reach is inactive", .suspend), ("out of storage space", .mailboxfull),
        ("temporary system problem", .systemerror), ("server busy", .systemerror),
        ("has temporarily rejected this message", .systemerror), ("policy size per transaction", .systemerror),
        ("multiple destination domains", .systemerror), ("too many recipients", .toomanyconn),
      ]),
  ]
}

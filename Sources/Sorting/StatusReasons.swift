/// What an enhanced status code says when the words say nothing.
enum StatusReasons {
  /// A code with its class left open.
  static func key(_ status: String) -> String { "x" + status.dropFirst() }

  /// A code that outranks words but those of some reasons: it was set for this one mailbox, domain or size.
  static func decisive(_ status: String) -> (reason: Reason, yieldsTo: Set<Reason>)? {
    switch status {
    case "5.2.2", "4.2.2": (.mailboxfull, [.speeding])
    case "5.2.3", "4.2.3": (.exceedlimit, [.mailboxfull])
    case "5.3.4": (.mesgtoobig, [.mailboxfull, .exceedlimit])
    case "5.1.1":
      (
        .userunknown,
        [
          .mailboxfull, .mesgtoobig, .exceedlimit, .suspend, .hasmoved, .norelaying, .authfailure, .blocked, .rejected,
          .notaccept, .filtered, .mailererror, .speeding,
        ]
      )
    default: nil
    }
  }

  /// What a reply code says by itself: RFC 7504 (521, 556), RFC 5248's registry (523 to 525, 538), RFC 5321 §4.2.2 (50x).
  static func byReplyCode(_ code: Int) -> Reason? {
    switch code {
    case 521, 556: .notaccept
    case 523, 524, 538: .failedstarttls
    case 525: .suspend
    case 500...507: .syntaxerror
    default: nil
    }
  }

  /// Codes that say exactly one thing, by code, `x` for either class.
  /// Source: RFC 3463 §3 and the IANA registry "SMTP Enhanced Status Codes" unless said.
  static let sure: [String: Reason] = [
    "x.1.2": .hostunknown, "x.1.6": .hasmoved, "x.1.7": .rejected, "x.1.8": .rejected, "x.2.2": .mailboxfull,
    "x.2.3": .exceedlimit, "x.3.1": .systemfull, "x.3.4": .mesgtoobig, "x.6.0": .contenterror, "x.6.1": .contenterror,
    "x.7.13": .suspend, "x.7.25": .requireptr, "x.7.26": .authfailure, "x.7.20": .authfailure, "x.7.21": .authfailure,
    "x.7.22": .authfailure, "x.7.23": .authfailure, "x.7.24": .authfailure, "x.7.509": .authfailure,
    "x.7.515": .authfailure,
    "x.7.9": .policyviolation, "x.7.7": .policyviolation, "5.4.312": .networkerror, "5.4.316": .expired,
    "x.5.3": .toomanyconn, "x.4.6": .networkerror, "5.3.5": .systemerror, "5.1.1": .userunknown,
    // "System not accepting network messages": whatever the greeting's words.
    "x.3.2": .notaccept,
    // A temporary refusal by policy is about the client: greylisting, rates, lists.
    "4.7.1": .blocked, "4.7.2": .blocked,
  ]

  /// What the other codes mostly mean, for when no words say more.
  static let vague: [String: Reason] = [
    // Address: RFC 3463 §3.2, RFC 4468, RFC 5321, RFC 7505.
    "x.1.0": .userunknown, "x.1.3": .userunknown, "x.1.4": .filtered,
    "x.1.9": .systemerror, "x.1.10": .notaccept,
    // Microsoft "NDR error codes in Exchange Online": RecipientNotFound, far more common than RFC 7505's meaning.
    "5.1.10": .userunknown, "5.1.20": .userunknown, "5.1.351": .filtered,
    // Mailbox: RFC 3463 §3.3.
    "x.2.0": .onhold, "5.2.0": .filtered, "5.2.1": .filtered, "4.2.1": .blocked, "x.2.4": .filtered,
    // Microsoft: the recipient's limit of mails an hour.
    "5.2.121": .speeding, "5.2.122": .speeding,
    // Mail system: RFC 3463 §3.4.
    "5.3.0": .systemerror, "x.3.3": .systemerror,
    "x.3.6": .systemerror,
    // Network and routing: RFC 3463 §3.5, RFC 7293.
    // 5.4.1 is Microsoft's "Recipient address rejected: Access denied".
    "4.4.0": .networkerror, "x.4.1": .expired, "5.4.1": .userunknown,
    "x.4.2": .networkerror, "x.4.3": .systemerror, "x.4.4": .hostunknown, "4.4.4": .networkerror, "x.4.5": .systemfull,
    "x.4.7": .expired, "5.4.12": .networkerror, "5.4.14": .networkerror,
    "5.4.300": .expired, "4.4.312": .networkerror, "5.4.310": .hostunknown, "5.4.312": .networkerror,

    "5.4.317": .failedstarttls,
    // Protocol: RFC 3463 §3.6.
    "x.5.1": .syntaxerror, "x.5.2": .syntaxerror, "x.5.4": .systemerror, "x.5.5": .systemerror,
    "x.5.6": .mesgtoobig,
    // Content: RFC 3463 §3.7, RFC 6531 (x.6.7 to x.6.9).
    "x.6.2": .contenterror, "x.6.3": .contenterror,
    "x.6.4": .contenterror,
    "x.6.5": .contenterror, "x.6.6": .contenterror, "x.6.7": .contenterror, "x.6.8": .contenterror,
    "x.6.9": .contenterror,
    "x.6.10": .contenterror, "x.6.11": .contenterror,
    // Security or policy: RFC 3463 §3.8, RFC 4954, RFC 7372 (x.7.20 to x.7.26), RFC 7505 (x.7.27), RFC 8314 (x.7.28 to 30).
    "x.7.0": .securityerror, "x.7.1": .securityerror, "x.7.2": .securityerror, "x.7.3": .securityerror,
    "x.7.4": .securityerror,
    "x.7.5": .securityerror, "x.7.6": .securityerror, "x.7.8": .securityerror,
    "x.7.10": .failedstarttls, "x.7.11": .securityerror,
    "x.7.14": .securityerror, "x.7.15": .securityerror, "x.7.16": .exceedlimit, "x.7.17": .hasmoved,
    "x.7.18": .hasmoved,
    "x.7.19": .rejected,
    "x.7.27": .notaccept, "5.7.28": .spamdetected, "x.7.28": .speeding,
    "x.7.29": .authfailure, "x.7.30": .authfailure, "5.7.60": .securityerror,
    // Microsoft "NDR error codes in Exchange Online".
    "5.7.606": .blocked, "4.7.650": .badreputation,
    "4.7.500": .badreputation, "5.7.511": .blocked, "5.7.708": .blocked, "5.7.750": .rejected, "4.7.28": .speeding,
  ]
}

// What a reply of an account's server means for the message, its recipient and the account.

/// Where in the dialogue a reply came.
public enum SMTPStage: String, Codable, Sendable, Equatable, CaseIterable {
  /// The greeting; EHLO; STARTTLS; AUTH; MAIL; RCPT; DATA's 354; the reply after the final dot.
  case greeting, hello, tls, login, mail, recipient, data, dot
}

/// A reply as the table needs it.
public struct SMTPReplyFacts: Sendable, Equatable {
  /// Where it came.
  public var stage: SMTPStage
  /// The three digits.
  public var code: Int
  /// The enhanced status code like `5.1.1` (RFC 3463); nil when there was none.
  public var enhanced: String?
  /// The text of all its lines.
  public var text: String

  /// A reply. An enhanced code is taken from the head of the text when it is not given.
  public init(stage: SMTPStage, code: Int, enhanced: String? = nil, text: String) {
    self.stage = stage
    self.code = code
    self.enhanced = enhanced ?? SMTPReplyFacts.enhanced(atHeadOf: text)
    self.text = text
  }

  /// A reply as one line, `535 5.7.8 …`, which is how a failed connection tells it; nil when that is none.
  public init?(stage: SMTPStage, line: String) {
    let digits = line.utf8.prefix(3)
    guard digits.count == 3, digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let code = Int(Substring(digits)),
      (200..<600).contains(code), line.utf8.count == 3 || line.dropFirst(3).first == " "
    else { return nil }
    self.init(stage: stage, code: code, text: String(line.dropFirst(4)))
  }

  private static func enhanced(atHeadOf text: String) -> String? {
    let head = text.utf8.prefix { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D && $0 != 0x0A }
    guard head.count <= 9, head.allSatisfy({ $0 == 0x2E || ($0 >= 0x30 && $0 <= 0x39) }) else { return nil }
    let parts = head.split(separator: 0x2E, omittingEmptySubsequences: false)
    guard parts.count == 3, parts.allSatisfy({ (1...3).contains($0.count) }) else { return nil }
    guard parts[0].elementsEqual("2".utf8) || parts[0].elementsEqual("4".utf8) || parts[0].elementsEqual("5".utf8)
    else { return nil }
    return String(Substring(head))
  }
}

/// Whose table rows apply.
public enum Provider: String, Codable, Sendable, Equatable, CaseIterable {
  /// By the owner of the server.
  case google, microsoft, yahoo, icloud, fastmail, zoho, gmx, ses, mailgun, sendgrid, postmark, generic

  /// From the host name of an account's SMTP server.
  public init(host: String) {
    let host = host.lowercased()
    let names: [(suffix: String, provider: Provider)] = [
      ("gmail.com", .google), ("googlemail.com", .google), ("google.com", .google), ("office365.com", .microsoft),
      ("outlook.com", .microsoft), ("hotmail.com", .microsoft), ("live.com", .microsoft), ("yahoo.com", .yahoo),
      ("aol.com", .yahoo), ("zoho.com", .zoho), ("zoho.eu", .zoho), ("zoho.in", .zoho), ("amazonaws.com", .ses),
      ("mail.me.com", .icloud),
      ("fastmail.com", .fastmail), ("messagingengine.com", .fastmail), ("gmx.net", .gmx), ("gmx.com", .gmx),
      ("mailgun.org", .mailgun), ("sendgrid.net", .sendgrid), ("postmarkapp.com", .postmark),
    ]
    self = names.first { host == $0.suffix || host.hasSuffix("." + $0.suffix) }?.provider ?? .generic
  }
}

/// What is to be done after a reply.
public struct ReplyMeaning: Sendable, Equatable {
  /// The meanings (DESIGN.md, "Replies of the account's server").
  public enum Kind: String, Codable, Sendable, Equatable, CaseIterable {
    /// The server took it: the message is sent, or the dialogue goes on.
    case accepted
    /// The recipient cannot be reached: a bounce on the spot.
    case recipientRefused = "recipient_refused"
    /// This mail is not wanted as it is: it failed.
    case contentRefused = "content_refused"
    /// Try again after the retry delay.
    case temporary
    /// The account has sent enough: it rests, or is paused with `provider_limit` where its provider lets it send nothing
    /// until a person acts. The message goes back unharmed and may take another account.
    case accountLimited = "account_limited"
    /// The account's login is not good: it is paused with `auth_failed`, the message goes back unharmed.
    case loginRefused = "login_refused"
    /// The connection is no good: the account backs off, the message goes back unharmed.
    case connectionTrouble = "connection_trouble"

    /// Whether it is laid at the account's door, or the way's to its server, and not at the mail's.
    public var isOfAccount: Bool { self == .accountLimited || self == .loginRefused || self == .connectionTrouble }
  }

  /// What it means.
  public var kind: Kind
  /// For `accountLimited` that does not pause and `connectionTrouble`: how long the account stays away, milliseconds;
  /// otherwise nil.
  public var restMilliseconds: Int64?
  /// For `accountLimited`: time alone does not end it, so the account is paused instead of resting.
  public var pauses = false
  /// For `recipientRefused`: the address is bad for good and is to be suppressed, not full or closed to us.
  public var isHard: Bool
  /// The row that decided, for logs and `explain`: provider, code and what it matched.
  public var rule: String
  /// Where the row's knowledge is from: an URL or an RFC section.
  public var source: String
}

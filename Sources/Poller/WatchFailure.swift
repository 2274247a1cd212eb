import IMAP
import Store

/// Why watching a mailbox cannot go on for now; what the account's loop does next depends on the case.
enum WatchFailure: Error, Equatable {
  /// The room stops, or the account changed.
  case cancelled
  /// The server does not want this login: trying again will not help.
  case loginRefused(String)
  /// The server cannot be reached, or the connection broke.
  case unreachable(String)
  /// The server broke the protocol or a limit.
  case protocolFailure(ProtocolFailure)
  /// No reply in time.
  case timedOut(String)
  /// The server said NO or BAD: the command and its words.
  case refused(command: String, words: String)
  /// The server answers in a way that would lose or repeat mail.
  case unusable(String)
  /// The store failed.
  case store(StoreError)
}

extension WatchFailure: CustomStringConvertible {
  var description: String {
    switch self {
    case .cancelled: "stopped"
    case .loginRefused(let words): "login refused: \(words)"
    case .unreachable(let words): words
    case .protocolFailure(let failure): "\(failure)"
    case .timedOut(let what): "no reply to \(what) in time"
    case .refused(let command, let words): "\(command) refused: \(words)"
    case .unusable(let words): words
    case .store(let error): "\(error)"
    }
  }
}

extension WatchFailure {
  /// Whether the server says that it is asked too much: coming back in a second would only make that worse.
  var isThrottle: Bool { ServerThrottle.isMeant(by: "\(self)") }
}

/// Words by which servers say that a client is too much for them.
enum ServerThrottle {
  /// Matched in lower case.
  static let words: [(words: String, source: String)] = [
    ("[throttled]", "Yahoo, Fastmail: NO [THROTTLED]; Exchange Online: BAD with Request is throttled"),
    ("request is throttled", "Exchange Online, learn.microsoft.com/exchange throttling of IMAP4"),
    ("[limit]", "RFC 9051 section 7.1; Dovecot: Maximum number of connections from user+IP exceeded"),
    ("[overquota] account exceeded command or bandwidth limits", "Gmail, support.google.com/a/answer/1071518"),
    ("account exceeded command or bandwidth limits", "Gmail, the same without a code"),
    ("too many simultaneous connections", "Gmail, support.google.com/mail/answer/7126229"),
    ("too many connections", "Cyrus, Courier, iCloud"),
    ("maximum number of connections", "Dovecot, mail_max_userip_connections"),
    ("rate limit", "Yahoo, Zoho"),
    ("[unavailable]", "RFC 5530 section 3: a subsystem is down; others will hurry to it too"),
    ("server is busy", "Exchange, Tencent"),
  ]

  static func isMeant(by text: String) -> Bool {
    let folded = text.lowercased()
    return words.contains { folded.contains($0.words) }
  }
}

/// What a refused login means: libcurl gives one code for all, so the server's words decide.
enum LoginRefusal {
  /// Words of a refusal that passes by itself. Any other is about the login itself.
  static let passing: [(words: String, source: String)] = [
    ("[inuse]", "RFC 5530 section 3"),
    ("[serverbug]", "RFC 5530 section 3"),
    ("temporary", "Dovecot, Courier"),
    ("temporarily", "Yahoo, Zoho"),
    ("try again later", "Exchange, iCloud"),
    ("server is unavailable", "Exchange"),
  ]

  static func isPassing(_ words: String) -> Bool {
    let folded = words.lowercased()
    // BYE ends the connection, whatever the login (RFC 9051 section 7.1.5).
    return folded.hasPrefix("bye ") || ServerThrottle.isMeant(by: words)
      || passing.contains { folded.contains($0.words) }
  }
}

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

/// What a refused login means: libcurl gives one code for all, so the server's words decide.
enum LoginRefusal {
  /// Words of a refusal that passes by itself. Any other is about the login itself.
  static let passing: [(words: String, source: String)] = [
    ("[unavailable]", "RFC 5530 section 3; Dovecot: Temporary authentication failure"),
    ("[inuse]", "RFC 5530 section 3"),
    ("[limit]", "RFC 5530 section 3; Dovecot: Maximum number of connections from user+IP exceeded"),
    ("[serverbug]", "RFC 5530 section 3"),
    ("too many simultaneous connections", "Gmail, support.google.com/mail/answer/7126229"),
    ("maximum number of connections", "Dovecot, mail_max_userip_connections"),
    ("temporary", "Dovecot, Courier"),
    ("temporarily", "Yahoo, Zoho"),
    ("try again later", "Exchange, iCloud"),
    ("server is unavailable", "Exchange"),
    ("rate limit", "Yahoo, Fastmail"),
  ]

  static func isPassing(_ words: String) -> Bool {
    let folded = words.lowercased()
    // BYE ends the connection, whatever the login (RFC 9051 section 7.1.5).
    return folded.hasPrefix("bye ") || passing.contains { folded.contains($0.words) }
  }
}

import IMAP
import Store

/// What of a folder has to be looked at: decided by the stored cursor and what the server says when the folder is opened.
enum LookPlan: Equatable {
  /// Never looked at: only what came since an instant can be an answer.
  case first
  /// Its UIDs mean nothing any more: everything since that instant again; what is known does nothing twice.
  case rebuilt(because: String)
  /// UIDs above this one.
  case onward(after: UInt32)

  /// How far server's and own clock may be apart.
  static let clockSlack: Int64 = 3_600_000

  /// `mailbox.uidNext`: as the server said it just now; nil when it did not.
  init(cursor: FolderCursor?, mailbox: Mailbox, uidValidity: UInt32) {
    guard let cursor else {
      self = .first
      return
    }
    guard let mark = FolderMark(cursor), mark.uidValidity == uidValidity else {
      self = .rebuilt(because: "its UIDVALIDITY changed")
      return
    }
    // A folder that was deleted and made again under the same name (RFC 8474 section 4).
    if let id = mailbox.mailboxID, let known = cursor.mailboxID, id != known {
      self = .rebuilt(because: "its MAILBOXID changed")
      return
    }
    // UIDs never go back (RFC 9051 section 2.3.1.1), nor do modification sequences (RFC 7162 section 3.1): a server that was
    // restored from an old copy gives some of them again.
    if let next = mailbox.uidNext, next <= mark.lastUID {
      self = .rebuilt(because: "its UIDs went back")
      return
    }
    if let sequence = mailbox.highestModSequence, let known = mark.modSequence, sequence < known {
      self = .rebuilt(because: "its modification sequence went back")
      return
    }
    self = .onward(after: mark.lastUID)
  }
}

/// The searches that find everything between two UIDs, each with an answer of bounded length.
struct SearchWindows: Equatable {
  /// UIDs of up to 10 digits in one line that must stay under the line limit of a mebibyte.
  static let width: UInt32 = 50_000

  private var next: UInt32?
  private let last: UInt32?
  private let lastKnown: UInt32?

  /// Above a UID up to the last mail. `compact`: the server answers in ranges (ESEARCH), so one search is enough. `exists`
  /// bounds what any search can find.
  init(after: UInt32, uidNext: UInt32?, exists: UInt32, compact: Bool) {
    next = after == .max ? nil : after + 1
    last = nil
    lastKnown = compact || exists <= Self.width ? nil : uidNext.flatMap { $0 > 0 ? $0 - 1 : nil }
  }

  /// All UIDs up to one.
  init(through last: UInt32, exists: UInt32, compact: Bool) {
    next = last > 0 ? 1 : nil
    self.last = last
    lastKnown = compact || exists <= Self.width ? nil : last
  }

  /// The next range; one without an end is open at the last, as mail may have come meanwhile.
  mutating func take() -> SearchKey? {
    guard let from = next else { return nil }
    guard let lastKnown, lastKnown > from, lastKnown - from >= Self.width else {
      next = nil
      return .uid(from: from, through: last)
    }
    next = from + Self.width
    return .uid(from: from, through: from + Self.width - 1)
  }
}

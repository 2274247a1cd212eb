import IMAP
import Store

/// What of a folder has to be looked at: decided by the stored cursor and what the server says when the folder is opened.
enum LookPlan: Equatable {
  /// Never looked at: only what came since an instant can be an answer.
  case first(since: Int64)
  /// Its UIDVALIDITY changed, so UIDs mean nothing: everything since that instant again; what is known does nothing twice.
  case rebuilt(since: Int64)
  /// UIDs above this one.
  case onward(after: UInt32)

  /// How far server's and own clock may be apart.
  static let clockSlack: Int64 = 3_600_000

  /// `uidNext`: as the server said it just now; nil when it did not.
  init(cursor: FolderCursor?, uidValidity: UInt32, uidNext: UInt32?, accountCreatedAt: Int64) {
    guard let cursor else {
      self = .first(since: accountCreatedAt - Self.clockSlack)
      return
    }
    guard cursor.uidValidity == Int64(uidValidity), let last = UInt32(exactly: cursor.lastUID) else {
      self = .rebuilt(since: accountCreatedAt - Self.clockSlack)
      return
    }
    // UIDs never go back (RFC 9051 section 2.3.1.1): a server that was restored from an old copy gives some of them again.
    if let uidNext, uidNext <= last {
      self = .rebuilt(since: accountCreatedAt - Self.clockSlack)
      return
    }
    self = .onward(after: last)
  }

  /// The UID above which it looks.
  var after: UInt32 {
    if case .onward(let last) = self { last } else { 0 }
  }

  /// Internal dates before this are passed over.
  var since: Int64? {
    switch self {
    case .first(let since), .rebuilt(let since): since
    case .onward: nil
    }
  }
}

/// The searches that find everything above a UID, each with an answer of bounded length.
struct SearchWindows: Equatable {
  /// UIDs of up to 10 digits in one line that must stay under the line limit of a mebibyte.
  static let width: UInt32 = 50_000

  private var next: UInt32?
  private let lastKnown: UInt32?

  /// `compact`: the server answers in ranges (ESEARCH), so one search is enough. `exists` bounds what any search can find.
  init(after: UInt32, uidNext: UInt32?, exists: UInt32, compact: Bool) {
    next = after == .max ? nil : after + 1
    lastKnown = compact || exists <= Self.width ? nil : uidNext.flatMap { $0 > 0 ? $0 - 1 : nil }
  }

  /// The next range; the last one is open, as mail may have come meanwhile.
  mutating func take() -> SearchKey? {
    guard let from = next else { return nil }
    guard let lastKnown, lastKnown > from, lastKnown - from >= Self.width else {
      next = nil
      return .uid(from: from, through: nil)
    }
    next = from + Self.width
    return .uid(from: from, through: from + Self.width - 1)
  }
}

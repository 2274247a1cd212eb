import IMAP

/// One mail put together from the pieces a server sends, up to a limit.
struct MailAssembly: Equatable {
  enum Progress: Equatable {
    /// Ask for this piece next.
    case wants(origin: UInt64, count: UInt32)
    case complete
    /// The server sent something that was not asked for.
    case wrong(String)
  }

  private(set) var bytes: [UInt8] = []
  /// Whether the mail is longer than what was fetched of it.
  private(set) var isTruncated = false
  /// Whether the server sent it, be it empty; NIL says that it did not.
  private(set) var wasSent = false
  private let section: String
  private let limit: Int
  private var asked: UInt32

  /// At most `limit` bytes of a section (`""` is the whole mail, `HEADER` …) in pieces of at most `piece`.
  init(section: String = "", limit: Int, piece: UInt32) {
    self.section = section
    self.limit = limit
    asked = UInt32(clamping: min(limit, Int(piece)))
  }

  /// What to ask for first.
  var firstPiece: FetchItem { item(from: 0, asked) }

  /// What to ask for to get a further piece.
  func item(from origin: UInt64, _ count: UInt32) -> FetchItem {
    .bodyPiece(section: section, origin: origin, count: count)
  }

  /// Takes a piece. Sizes a server announces are never believed: a piece shorter than asked for is the last one.
  mutating func take(_ section: FetchedSection, piece: UInt32) -> Progress {
    guard section.name == self.section else { return .wrong("section \(section.name.prefix(40))") }
    guard (section.origin ?? 0) == UInt64(bytes.count) else {
      return .wrong("a piece from \(section.origin ?? 0) instead of \(bytes.count)")
    }
    let received = section.bytes ?? []
    wasSent = wasSent || section.bytes != nil
    // Without an origin the whole mail came in one go, which small mails may.
    guard received.count <= Int(asked) || section.origin == nil else {
      return .wrong("\(received.count) bytes instead of \(asked)")
    }
    let room = limit - bytes.count
    bytes.append(contentsOf: received.prefix(room))
    if received.count > room { isTruncated = true }
    if section.origin == nil || received.count < Int(asked) { return .complete }
    if bytes.count >= limit {
      isTruncated = true
      return .complete
    }
    asked = UInt32(clamping: min(limit - bytes.count, Int(piece)))
    return .wants(origin: UInt64(bytes.count), count: asked)
  }
}

/// What is known of a mail before it is fetched.
struct MailFacts: Equatable {
  var uid: UInt32
  /// As announced; 0 when it was not.
  var size: UInt64
  /// UTC epoch milliseconds.
  var internalDate: Int64?
  /// The server's own names of the mail and its thread, where it has any.
  var objectID: String?
  var threadID: String?
}

extension MailFacts {
  /// What a FETCH said; nil without a UID.
  init?(_ message: FetchedMessage) {
    guard let uid = message.uid else { return nil }
    self.init(uid: uid, size: message.size ?? 0, internalDate: message.internalDate)
    // A letter each, as nothing says that one server's two kinds of names never meet.
    objectID = message.emailID.map { "E\($0)" } ?? message.gmailMessageID.map { "G\($0)" }
    threadID = message.threadID.map { "E\($0)" } ?? message.gmailThreadID.map { "G\($0)" }
  }

  /// These with what another FETCH response says of the same mail: each may tell a part.
  func completed(by other: MailFacts) -> MailFacts {
    var facts = self
    if facts.size == 0 { facts.size = other.size }
    facts.internalDate = internalDate ?? other.internalDate
    facts.objectID = objectID ?? other.objectID
    facts.threadID = threadID ?? other.threadID
    return facts
  }
}

/// Groups mails into fetches of bounded size.
enum FetchGroups {
  /// A group ends at `count` mails or when it would hold more than `bytes`, with each mail counted for one piece at the most.
  /// The order is kept.
  static func make(_ mails: [MailFacts], count: Int, bytes: UInt64, piece: UInt64) -> [[MailFacts]] {
    var groups: [[MailFacts]] = []
    var group: [MailFacts] = []
    var total: UInt64 = 0
    for mail in mails {
      let share = min(mail.size, piece)
      if !group.isEmpty, group.count >= count || total + share > bytes {
        groups.append(group)
        group = []
        total = 0
      }
      group.append(mail)
      total += share
    }
    if !group.isEmpty { groups.append(group) }
    return groups
  }
}

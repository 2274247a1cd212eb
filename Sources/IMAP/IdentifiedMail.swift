import MailText

/// A mail in a folder as far as it is needed to say whether it is the copy of another: its Message-IDs and its time.
public struct IdentifiedMail: Equatable, Sendable {
  /// Its UID.
  public var uid: UInt32
  /// Its own Message-ID with brackets.
  public var id: String?
  /// The Message-ID its sender gave it, where Exchange put another in its place.
  public var originalID: String?
  /// When the server filed it; UTC epoch milliseconds.
  public var internalDate: Int64?
  /// Its Date field; UTC epoch milliseconds.
  public var date: Int64?
  /// Whether a server wrote into it that it took it (RFC 5321 section 4.4).
  public var hasTrace: Bool
  /// The queue ids in our own trace fields: of several mails with one Message-ID they say whose it is.
  public var queueIDs: [Int64]

  /// What to fetch of a mail.
  public static let items: [FetchItem] = [
    .uid, .internalDate, .headerFields(["MESSAGE-ID", "X-MICROSOFT-ORIGINAL-MESSAGE-ID", "RECEIVED", "DATE"]),
  ]

  /// Reads an answer to a FETCH of ``items``; nil when it says nothing of the header.
  public init?(_ message: FetchedMessage) {
    guard let uid = message.uid,
      let bytes = message.sections.first(where: { $0.name.hasPrefix("HEADER.FIELDS") })?.bytes
    else { return nil }
    let header = HeaderBlock(parsing: bytes)
    self.uid = uid
    id = header.value("message-id").flatMap(MessageID.first)
    originalID = header.value("x-microsoft-original-message-id").flatMap(MessageID.first)
    internalDate = message.internalDate
    date = header.value("date").flatMap(MailDate.parse)
    hasTrace = header.contains("received")
    queueIDs = TraceField.queueIDs(in: header)
  }

  /// Whether it is a mail that was sent with this Message-ID.
  public func isCopy(of id: String) -> Bool { self.id == id || originalID == id }

  /// The search for a Message-ID: by substring (RFC 9051 section 6.4.4), so what it finds has still to be compared. Nil for one
  /// that cannot stand in a command. `gmail`: by Gmail's index of Message-IDs (X-GM-EXT-1), as it compares headers word by word.
  public static func search(for id: String, gmail: Bool = false) -> [SearchKey]? {
    let bare = id.drop { $0 == "<" }.prefix { $0 != ">" }
    guard !bare.isEmpty, bare.utf8.count <= 900, bare.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
      return nil
    }
    return gmail ? [.gmailRaw("rfc822msgid:\(bare)")] : [.header(name: "Message-ID", contains: String(bare))]
  }
}

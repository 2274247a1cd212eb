/// One response of a server, as far as this client uses it (RFC 9051 section 7).
public enum Response: Equatable, Sendable {
  /// `* OK`, `* NO`, `* BAD`, `* BYE`, `* PREAUTH`.
  case status(StatusResponse)
  /// The completion of a command.
  case tagged(String, StatusResponse)
  /// `+ text`.
  case continuation(String)
  /// `* CAPABILITY`, upper-cased.
  case capability([String])
  /// `* FLAGS`.
  case flags([String])
  /// `* LIST` or `* LSUB`.
  case list(ListEntry)
  /// `* SEARCH` with its optional MODSEQ (RFC 7162), or `* ESEARCH` (RFC 4731).
  case search(SearchResult)
  /// `* n EXISTS`.
  case exists(UInt32)
  /// `* n RECENT`.
  case recent(UInt32)
  /// `* n EXPUNGE`.
  case expunge(UInt32)
  /// `* n FETCH`.
  case fetch(FetchedMessage)
  /// `* ENABLED`, upper-cased (RFC 9051 section 6.3.1).
  case enabled([String])
  /// `* VANISHED` (RFC 7162 section 3.2.10): messages that went, by UID; `earlier`: before the mailbox was opened.
  case vanished(IdentifierSet, earlier: Bool)
  /// `* STATUS`.
  case mailboxStatus(MailboxStatus)
  /// `* NAMESPACE`: the personal one, the only one that mail of the account's own lies in.
  case namespace(Namespace?)
  /// Anything else that is framed well; extensions may add responses (RFC 9051 section 7). Upper-cased first word.
  case other(String)
}

/// The first word of a status response.
public enum StatusCondition: String, Equatable, Sendable {
  case ok = "OK"
  case no = "NO"
  case bad = "BAD"
  case bye = "BYE"
  case preauth = "PREAUTH"

  init?(ascii word: [UInt8]) {
    self.init(rawValue: String(decoding: word, as: UTF8.self).uppercased())
  }
}

/// A status response: its word, its code in brackets, its text for people (cut at 1,000 bytes).
public struct StatusResponse: Equatable, Sendable {
  /// OK, NO, BAD, BYE or PREAUTH.
  public var condition: StatusCondition
  /// What stood in brackets.
  public var code: ResponseCode?
  /// The server's words.
  public var text: String

  /// The server's words with a code that this client only passes on, such as `[THROTTLED] later`: it says what to do next.
  public var words: String {
    switch code {
    case .alert: "[ALERT] \(text)"
    case .other(let name, let arguments): "[\(name)\(arguments.isEmpty ? "" : " ")\(arguments)] \(text)"
    default: text
    }
  }

  /// A status response.
  public init(_ condition: StatusCondition, code: ResponseCode? = nil, text: String) {
    self.condition = condition
    self.code = code
    self.text = text
  }
}

/// A response code (RFC 9051 section 7.1; RFC 7162 for the modification sequences; RFC 5530 for most others).
public enum ResponseCode: Equatable, Sendable {
  case alert
  case capability([String])
  case permanentFlags([String])
  case readOnly
  case readWrite
  case uidNext(UInt32)
  case uidValidity(UInt32)
  case unseen(UInt32)
  case highestModSequence(UInt64)
  case noModSequence
  /// MAILBOXID (OBJECTID, RFC 8474): the same mailbox whatever its name.
  case mailboxID(String)
  /// TRYCREATE or NONEXISTENT: the mailbox is not there (RFC 9051 section 7.1, RFC 5530).
  case noSuchMailbox
  /// Any other, or a known one whose arguments make no sense: upper-cased name, the rest as it came.
  case other(String, String)
}

/// One mailbox of a LIST answer.
public struct ListEntry: Equatable, Sendable {
  /// Attributes as they came, for instance `\Sent` or `\Noselect` (RFC 9051 section 7.3.1; RFC 6154).
  public var attributes: [String]
  /// The hierarchy delimiter, or nil for a flat name.
  public var delimiter: String?
  /// The name for people, decoded from modified UTF-7 where it is that.
  public var name: String

  /// A mailbox of a LIST answer.
  public init(attributes: [String], delimiter: String?, name: String) {
    self.attributes = attributes
    self.delimiter = delimiter
    self.name = name
  }

  /// What the mailbox is for (RFC 6154), if the server says so.
  public var specialUse: SpecialUse? {
    for attribute in attributes {
      if let use = SpecialUse(rawValue: attribute.lowercased()) { return use }
    }
    return nil
  }

  /// Whether the mailbox can be opened.
  public var isSelectable: Bool {
    !attributes.contains { ["\\noselect", "\\nonexistent"].contains($0.lowercased()) }
  }
}

/// What STATUS said of a mailbox; nil is "not said".
public struct MailboxStatus: Equatable, Sendable {
  /// The name, decoded.
  public var name: String
  /// How many messages there are.
  public var messages: UInt32?
  /// The UID the next message will get.
  public var uidNext: UInt32?
  /// The value that makes UIDs comparable.
  public var uidValidity: UInt32?
  /// The highest modification sequence (RFC 7162).
  public var highestModSequence: UInt64?
  /// OBJECTID's name of the mailbox.
  public var mailboxID: String?

  /// A mailbox of which only the name is known.
  public init(name: String) {
    self.name = name
  }
}

/// Where the account's own mailboxes lie (RFC 9051 section 6.3.10).
public struct Namespace: Equatable, Sendable {
  /// What their names begin with, for instance `INBOX.`; empty at most servers.
  public var prefix: String
  /// The hierarchy delimiter, or nil for flat names.
  public var delimiter: String?

  /// A namespace.
  public init(prefix: String, delimiter: String?) {
    self.prefix = prefix
    self.delimiter = delimiter
  }

  /// The full name of a mailbox that a person calls so.
  public func name(_ plain: String) -> String {
    plain.hasPrefix(prefix) || plain.uppercased() == "INBOX" ? plain : prefix + plain
  }
}

/// The uses of RFC 6154 section 2.
public enum SpecialUse: String, Equatable, Sendable {
  case all = "\\all"
  case archive = "\\archive"
  case drafts = "\\drafts"
  case flagged = "\\flagged"
  case junk = "\\junk"
  case sent = "\\sent"
  case trash = "\\trash"
}

/// What a search found: message numbers or UIDs, as ranges so that a lying answer costs no memory.
public struct SearchResult: Equatable, Sendable {
  /// The tag of the command, which only ESEARCH names.
  public var tag: String?
  /// The identifiers found.
  public var identifiers: IdentifierSet
  /// How many there are, when the server counted.
  public var count: UInt32?
  /// The highest modification sequence among them (RFC 7162).
  public var modSequence: UInt64?

  /// A search result.
  public init(tag: String? = nil, identifiers: IdentifierSet, count: UInt32? = nil, modSequence: UInt64? = nil) {
    self.tag = tag
    self.identifiers = identifiers
    self.count = count
    self.modSequence = modSequence
  }
}

/// What a FETCH response said of one message; nil or empty is "not said".
public struct FetchedMessage: Equatable, Sendable {
  /// The message sequence number, valid only until the next EXPUNGE.
  public var sequenceNumber: UInt32
  /// The unique identifier.
  public var uid: UInt32?
  /// Flags as they came.
  public var flags: [String]?
  /// INTERNALDATE in UTC epoch milliseconds.
  public var internalDate: Int64?
  /// RFC822.SIZE in octets; some servers only estimate it.
  public var size: UInt64?
  /// The modification sequence (RFC 7162).
  public var modSequence: UInt64?
  /// EMAILID (RFC 8474): the same for the same mail in whatever folder.
  public var emailID: String?
  /// THREADID (RFC 8474).
  public var threadID: String?
  /// X-GM-MSGID.
  public var gmailMessageID: UInt64?
  /// X-GM-THRID.
  public var gmailThreadID: UInt64?
  /// The body sections that came.
  public var sections: [FetchedSection]

  /// A message of which nothing but its number is known.
  public init(sequenceNumber: UInt32) {
    self.sequenceNumber = sequenceNumber
    sections = []
  }
}

/// One `BODY[section]<origin>` of a FETCH response.
public struct FetchedSection: Equatable, Sendable {
  /// What stood in the brackets, upper-cased: empty for the whole message, `HEADER`, `1.MIME` …
  public var name: String
  /// Where a piece begins in the section (octets), nil when all of it was sent.
  public var origin: UInt64?
  /// The octets, or nil for NIL.
  public var bytes: [UInt8]?

  /// A body section.
  public init(name: String, origin: UInt64?, bytes: [UInt8]?) {
    self.name = name
    self.origin = origin
    self.bytes = bytes
  }
}

/// A command this client sends (RFC 9051 section 6). Only those of `MovingCommand`, which an account must ask for, change a mailbox.
public enum Command: Equatable, Sendable {
  /// CAPABILITY.
  case capability
  /// NOOP.
  case noop
  /// LOGOUT.
  case logout
  /// ID with these fields (RFC 2971); some providers want to know the client before they open a mailbox.
  case id([IDField])
  /// NAMESPACE (RFC 9051 section 6.3.10).
  case namespace
  /// ENABLE of extensions (RFC 9051 section 6.3.1).
  case enable([String])
  /// COMPRESS DEFLATE (RFC 4978): what follows its OK is compressed both ways.
  case compress
  /// LIST "" pattern; `specialUse` asks for RFC 6154 attributes where a server only gives them when asked.
  case list(pattern: String, specialUse: Bool)
  /// STATUS of a mailbox that is not the open one; `modSequence` asks for HIGHESTMODSEQ too, `mailboxID` for MAILBOXID.
  case status(mailbox: String, modSequence: Bool = false, mailboxID: Bool = false)
  /// EXAMINE, which opens a mailbox read-only: nothing in it is ever marked.
  case examine(mailbox: String, resync: Resync? = nil)
  /// UID SEARCH with all of the keys; `RETURN (ALL)` when the server speaks ESEARCH.
  case search([SearchKey], extended: Bool)
  /// UID FETCH.
  case fetch(IdentifierSet, [FetchItem])
  /// IDLE (RFC 2177), ended by `ClientSession.endIdle`.
  case idle
  /// What moves mails into another folder.
  case moving(MovingCommand)
}

/// Commands that change a mailbox; only for an account that names a folder for its bounces.
public enum MovingCommand: Equatable, Sendable {
  /// CREATE.
  case create(mailbox: String)
  /// SELECT, which opens for writing.
  case select(mailbox: String)
  /// UID MOVE (RFC 6851).
  case move(IdentifierSet, to: String)
  /// UID COPY.
  case copy(IdentifierSet, to: String)
  /// UID STORE +FLAGS.SILENT (\Deleted).
  case delete(IdentifierSet)
  /// UID EXPUNGE (UIDPLUS, RFC 4315): of these mails alone, as a plain EXPUNGE takes what others marked too.
  case expunge(IdentifierSet)
}

/// One field of ID.
public struct IDField: Equatable, Sendable {
  /// For instance `name`.
  public var name: String
  /// At most 1,024 bytes (RFC 2971 section 3.3).
  public var value: String

  /// A field.
  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// What EXAMINE asks beyond opening (RFC 7162).
public enum Resync: Equatable, Sendable {
  /// The highest modification sequence.
  case condstore
  /// What changed since; of the mails in `known` only, so that an answer speaks of nothing but new mail.
  case qresync(uidValidity: UInt32, modSequence: UInt64, known: ClosedRange<UInt32>)
}

/// One condition of a search (RFC 9051 section 6.4.4).
public enum SearchKey: Equatable, Sendable {
  case all
  /// UIDs in a range; `nil` at the end means up to the last message, and then the last one always matches.
  case uid(from: UInt32, through: UInt32?)
  /// Internal date on or after this instant's day in UTC. Servers compare days in a zone of their own: step a day back.
  case since(Int64)
  /// A header field that contains the text, case folded.
  case header(name: String, contains: String)
  /// Gmail's own search words (X-GM-EXT-1), for instance `rfc822msgid:a@b`.
  case gmailRaw(String)
}

/// One thing to fetch of each message (RFC 9051 section 6.4.5).
public enum FetchItem: Equatable, Sendable {
  case uid
  case flags
  case internalDate
  case size
  case modSequence
  /// EMAILID and THREADID (OBJECTID, RFC 8474): the same mail in whatever folder, under whatever UID.
  case objectIDs
  /// X-GM-MSGID and X-GM-THRID (X-GM-EXT-1): Gmail's own names for the same.
  case gmailIDs
  /// BODY.PEEK of header fields.
  case headerFields([String])
  /// BODY.PEEK of a section (`""` for all, `HEADER` …), `count` octets from `origin` on; never sets \Seen.
  case bodyPiece(section: String, origin: UInt64, count: UInt32)
}

/// Why a command cannot be sent.
public enum CommandError: Error, Equatable, Sendable {
  /// Not before the greeting and the login, nor after the end.
  case notReady
  /// Needs a mailbox opened by EXAMINE.
  case noMailbox
  /// Another command is under way that may not be joined.
  case busy
  /// A value that no command may carry (NUL, CR, LF, or over 8,192 bytes), or an empty set.
  case unencodable
}

extension Command {
  var needsMailbox: Bool {
    switch self {
    case .search, .fetch, .moving(.move), .moving(.copy), .moving(.delete), .moving(.expunge): true
    default: false
    }
  }

  /// Whether its untagged answers could be taken for those of another command.
  var standsAlone: Bool {
    switch self {
    case .capability, .noop, .fetch, .id: false
    default: true
    }
  }

  /// The mailbox it opens.
  var opens: String? {
    switch self {
    case .examine(let mailbox, _), .moving(.select(let mailbox)): mailbox
    default: nil
    }
  }
}

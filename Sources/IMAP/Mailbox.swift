/// What EXAMINE and later responses said of the open mailbox (RFC 9051 section 6.3.2).
public struct Mailbox: Equatable, Sendable {
  /// The name, decoded.
  public var name: String
  /// How many messages there are.
  public var exists: UInt32 = 0
  /// The value that makes UIDs comparable between sessions; nil when the server keeps none.
  public var uidValidity: UInt32?
  /// The UID the next message will get, as of EXAMINE.
  public var uidNext: UInt32?
  /// The highest modification sequence (RFC 7162).
  public var highestModSequence: UInt64?
  /// OBJECTID's name of the mailbox (RFC 8474).
  public var mailboxID: String?
  /// Whether the server confirmed that it is open read-only.
  public var isReadOnly = false

  /// A mailbox of which only the name is known.
  public init(name: String) {
    self.name = name
  }

  mutating func apply(_ code: ResponseCode?) {
    switch code {
    case .uidValidity(let value): uidValidity = value
    case .uidNext(let value): uidNext = value
    case .highestModSequence(let value): highestModSequence = value
    case .noModSequence: highestModSequence = nil
    case .mailboxID(let value): mailboxID = value
    case .readOnly: isReadOnly = true
    case .readWrite: isReadOnly = false
    default: break
    }
  }
}

/// What a session tells its owner, or asks of it.
public enum Action: Equatable, Sendable {
  /// The greeting came: OK or PREAUTH.
  case greeted(StatusResponse)
  /// Send these bytes.
  case write([UInt8])
  /// The server confirmed IDLE and will push.
  case idling
  /// Data of one message came, asked for or not.
  case fetched(FetchedMessage)
  /// Identifiers that a search found; UIDs for this client's searches.
  case found(SearchResult)
  /// One mailbox of a LIST answer.
  case listed(ListEntry)
  /// The number of messages in the open mailbox was told anew.
  case exists(UInt32)
  /// A message went; later ones moved down by one.
  case expunged(UInt32)
  /// What STATUS says.
  case mailboxStatus(MailboxStatus)
  /// The personal namespace.
  case namespace(Namespace)
  /// The server's bytes are compressed from here on, these being the first of them, and the client's must be (RFC 4978).
  case compressed([UInt8])
  /// `[ALERT]`, which must reach a person (RFC 9051 section 7.1).
  case alert(String)
  /// A command is complete.
  case finished(Completion)
  /// The session cannot go on; close the connection.
  case failed(ProtocolFailure)
  /// LOGOUT is done; close the connection.
  case ended
}

/// How a command ended.
public struct Completion: Equatable, Sendable {
  /// The command.
  public var command: Command
  /// Its tag.
  public var tag: String
  /// OK, NO or BAD with the server's words.
  public var status: StatusResponse

  /// A completed command.
  public init(command: Command, tag: String, status: StatusResponse) {
    self.command = command
    self.tag = tag
    self.status = status
  }

  /// Whether the server said OK.
  public var isOK: Bool { status.condition == .ok }
}

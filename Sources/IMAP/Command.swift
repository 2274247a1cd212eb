/// A command this client sends (RFC 9051 section 6). None of them changes anything in a mailbox.
public enum Command: Equatable, Sendable {
  /// CAPABILITY.
  case capability
  /// NOOP.
  case noop
  /// LOGOUT.
  case logout
  /// LIST "" pattern; `specialUse` asks for RFC 6154 attributes where a server only gives them when asked.
  case list(pattern: String, specialUse: Bool)
  /// EXAMINE, which opens a mailbox read-only: nothing in it is ever marked.
  case examine(mailbox: String)
  /// UID SEARCH with all of the keys; `RETURN (ALL)` when the server speaks ESEARCH.
  case search([SearchKey], extended: Bool)
  /// UID FETCH.
  case fetch(IdentifierSet, [FetchItem])
  /// IDLE (RFC 2177), ended by `ClientSession.endIdle`.
  case idle
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
}

/// One thing to fetch of each message (RFC 9051 section 6.4.5).
public enum FetchItem: Equatable, Sendable {
  case uid
  case flags
  case internalDate
  case size
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
  /// A value that no quoted string can carry (NUL, CR, LF, or over 1,000 bytes), or an empty set.
  case unencodable
}

extension Command {
  var needsMailbox: Bool {
    switch self {
    case .search, .fetch: true
    default: false
    }
  }

  /// Whether its untagged answers could be taken for those of another command.
  var standsAlone: Bool {
    switch self {
    case .examine, .idle, .logout, .search, .list: true
    default: false
    }
  }

  /// The command without tag and CRLF.
  func encoded() throws(CommandError) -> [UInt8] {
    switch self {
    case .capability: return Array("CAPABILITY".utf8)
    case .noop: return Array("NOOP".utf8)
    case .logout: return Array("LOGOUT".utf8)
    case .idle: return Array("IDLE".utf8)
    case .list(let pattern, let specialUse):
      let end = specialUse ? " RETURN (SPECIAL-USE)" : ""
      return Array("LIST \"\" ".utf8) + (try Command.quoted(ModifiedUTF7.encode(pattern))) + Array(end.utf8)
    case .examine(let mailbox): return Array("EXAMINE ".utf8) + (try Command.quoted(ModifiedUTF7.encode(mailbox)))
    case .search(let keys, let extended):
      guard !keys.isEmpty else { throw .unencodable }
      var bytes = Array((extended ? "UID SEARCH RETURN (ALL)" : "UID SEARCH").utf8)
      for key in keys {
        bytes.append(UInt8(ascii: " "))
        bytes.append(contentsOf: try key.encoded())
      }
      return bytes
    case .fetch(let identifiers, let items):
      guard !identifiers.isEmpty, !items.isEmpty else { throw .unencodable }
      var parts: [String] = []
      for item in items { parts.append(try item.encoded()) }
      return Array("UID FETCH \(identifiers.encoded) (\(parts.joined(separator: " ")))".utf8)
    }
  }

  /// A quoted string; only bytes that one may hold without UTF8=ACCEPT (RFC 3501 section 4.3).
  static func quoted(_ bytes: [UInt8]) throws(CommandError) -> [UInt8] {
    guard bytes.count <= 1_000 else { throw .unencodable }
    var result = [UInt8(ascii: "\"")]
    for byte in bytes {
      guard (0x20...0x7e).contains(byte) || byte == 0x09 else { throw .unencodable }
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { result.append(UInt8(ascii: "\\")) }
      result.append(byte)
    }
    result.append(UInt8(ascii: "\""))
    return result
  }
}

extension SearchKey {
  func encoded() throws(CommandError) -> [UInt8] {
    switch self {
    case .all: return Array("ALL".utf8)
    case .uid(let first, let last):
      guard first > 0, last.map({ $0 >= first }) ?? true else { throw .unencodable }
      return Array("UID \(first):\(last.map { String($0) } ?? "*")".utf8)
    case .since(let instant): return Array("SINCE \(InternalDate.searchDay(instant))".utf8)
    case .header(let name, let text):
      return Array("HEADER ".utf8) + (try Command.quoted(Array(name.utf8))) + [UInt8(ascii: " ")]
        + (try Command.quoted(Array(text.utf8)))
    }
  }
}

extension FetchItem {
  func encoded() throws(CommandError) -> String {
    switch self {
    case .uid: return "UID"
    case .flags: return "FLAGS"
    case .internalDate: return "INTERNALDATE"
    case .size: return "RFC822.SIZE"
    case .headerFields(let names):
      let arePlain = names.allSatisfy { name in
        !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && ByteReader.isAtomByte($0) }
      }
      guard !names.isEmpty, arePlain else { throw .unencodable }
      return "BODY.PEEK[HEADER.FIELDS (\(names.joined(separator: " ")))]"
    case .bodyPiece(let section, let origin, let count):
      let isPlain = section.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "]") }
      guard count > 0, isPlain else { throw .unencodable }
      return "BODY.PEEK[\(section)]<\(origin).\(count)>"
    }
  }
}

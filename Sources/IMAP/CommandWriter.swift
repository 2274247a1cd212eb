/// How a connection carries strings that no quoted string can hold (RFC 7888).
enum LiteralStyle: Equatable {
  /// The server must say "+" before each.
  case synchronizing
  /// LITERAL-: up to 4,096 bytes go at once.
  case short
  /// LITERAL+: all go at once.
  case free
}

/// Writes one command: its bytes in parts, of which all but the first wait for the server's "+" (RFC 9051 section 4.3).
struct CommandWriter {
  private(set) var parts: [[UInt8]]
  private let style: LiteralStyle
  /// Whether quoted strings may hold UTF-8 (after ENABLE UTF8=ACCEPT, RFC 6855 section 3).
  private let utf8: Bool

  /// Names, subjects and Message-IDs are far shorter; a server's own limit of a command line is often 8,000.
  private static let longest = 8_192
  /// RFC 7162 section 4 asks for lines up to 8,192; what quoted strings hold stays well below.
  private static let longestQuoted = 1_000

  init(style: LiteralStyle, utf8: Bool) {
    self.style = style
    self.utf8 = utf8
    parts = [[]]
  }

  static func write(_ command: Command, style: LiteralStyle, utf8: Bool) throws(CommandError) -> [[UInt8]] {
    var writer = CommandWriter(style: style, utf8: utf8)
    try writer.command(command)
    return writer.parts
  }

  private mutating func word(_ text: String) { parts[parts.count - 1].append(contentsOf: text.utf8) }

  private mutating func command(_ command: Command) throws(CommandError) {
    switch command {
    case .capability: word("CAPABILITY")
    case .noop: word("NOOP")
    case .logout: word("LOGOUT")
    case .idle: word("IDLE")
    case .namespace: word("NAMESPACE")
    case .compress: word("COMPRESS DEFLATE")
    case .id(let fields): try id(fields)
    case .enable(let names):
      guard !names.isEmpty, names.allSatisfy(Self.isAtom) else { throw .unencodable }
      word("ENABLE \(names.joined(separator: " "))")
    case .list(let pattern, let specialUse):
      word("LIST \"\" ")
      try mailbox(pattern)
      if specialUse { word(" RETURN (SPECIAL-USE)") }
    case .status(let name, let modSequence, let mailboxID):
      word("STATUS ")
      try mailbox(name)
      word(" (MESSAGES UIDNEXT UIDVALIDITY\(modSequence ? " HIGHESTMODSEQ" : "")\(mailboxID ? " MAILBOXID" : ""))")
    case .examine(let name, let resync):
      word("EXAMINE ")
      try mailbox(name)
      try self.resync(resync)
    case .search(let keys, let extended): try search(keys, extended: extended)
    case .fetch(let identifiers, let items):
      guard !identifiers.isEmpty, !items.isEmpty else { throw .unencodable }
      var words: [String] = []
      for item in items { words.append(try item.encoded()) }
      word("UID FETCH \(identifiers.encoded) (\(words.joined(separator: " ")))")
    case .moving(let moving): try self.moving(moving)
    }
  }

  private mutating func moving(_ command: MovingCommand) throws(CommandError) {
    switch command {
    case .create(let name):
      word("CREATE ")
      try mailbox(name)
    case .select(let name):
      word("SELECT ")
      try mailbox(name)
    case .move(let identifiers, let name), .copy(let identifiers, let name):
      guard !identifiers.isEmpty else { throw .unencodable }
      let verb = if case .move = command { "MOVE" } else { "COPY" }
      word("UID \(verb) \(identifiers.encoded) ")
      try mailbox(name)
    case .delete(let identifiers):
      guard !identifiers.isEmpty else { throw .unencodable }
      word("UID STORE \(identifiers.encoded) +FLAGS.SILENT (\\Deleted)")
    case .expunge(let identifiers):
      guard !identifiers.isEmpty else { throw .unencodable }
      word("UID EXPUNGE \(identifiers.encoded)")
    }
  }

  private mutating func id(_ fields: [IDField]) throws(CommandError) {
    // RFC 2971 section 3.3: at most 30 fields, names up to 30 bytes, values up to 1,024.
    let fits = fields.allSatisfy { $0.name.utf8.count <= 30 && $0.value.utf8.count <= 1_024 }
    guard !fields.isEmpty, fields.count <= 30, fits else { throw .unencodable }
    word("ID (")
    for (index, field) in fields.enumerated() {
      if index > 0 { word(" ") }
      try string(Array(field.name.utf8))
      word(" ")
      try string(Array(field.value.utf8))
    }
    word(")")
  }

  private mutating func resync(_ resync: Resync?) throws(CommandError) {
    switch resync {
    case nil: break
    case .condstore: word(" (CONDSTORE)")
    case .qresync(let uidValidity, let modSequence, let known):
      guard uidValidity > 0, modSequence > 0, known.lowerBound > 0 else { throw .unencodable }
      word(" (QRESYNC (\(uidValidity) \(modSequence) \(IdentifierSet([known]).encoded)))")
    }
  }

  private mutating func search(_ keys: [SearchKey], extended: Bool) throws(CommandError) {
    guard !keys.isEmpty else { throw .unencodable }
    word(extended ? "UID SEARCH RETURN (ALL)" : "UID SEARCH")
    // With UTF8=ACCEPT a charset must not be named (RFC 6855 section 3).
    if !utf8, keys.contains(where: \.isBeyondASCII) { word(" CHARSET UTF-8") }
    for key in keys {
      word(" ")
      switch key {
      case .all: word("ALL")
      case .uid(let first, let last):
        guard first > 0, last.map({ $0 >= first }) ?? true else { throw .unencodable }
        word("UID \(first):\(last.map { String($0) } ?? "*")")
      case .since(let instant): word("SINCE \(InternalDate.searchDay(instant))")
      case .header(let name, let text):
        word("HEADER ")
        try string(Array(name.utf8))
        word(" ")
        try string(Array(text.utf8))
      case .gmailRaw(let text):
        word("X-GM-RAW ")
        try string(Array(text.utf8))
      }
    }
  }

  private mutating func mailbox(_ name: String) throws(CommandError) {
    try string(utf8 ? Array(name.utf8) : ModifiedUTF7.encode(name))
  }

  /// A quoted string where it can be one, else a literal.
  private mutating func string(_ bytes: [UInt8]) throws(CommandError) {
    guard bytes.count <= Self.longest, !bytes.contains(where: { $0 == 0 || $0 == 0x0a || $0 == 0x0d }) else {
      throw .unencodable
    }
    let isPlain = bytes.allSatisfy { (0x20...0x7e).contains($0) || $0 == 0x09 || (utf8 && $0 >= 0x80) }
    guard isPlain, bytes.count <= Self.longestQuoted else { return literal(bytes) }
    word("\"")
    for byte in bytes {
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { word("\\") }
      parts[parts.count - 1].append(byte)
    }
    word("\"")
  }

  private mutating func literal(_ bytes: [UInt8]) {
    // RFC 7888 section 4: LITERAL- lets up to 4,096 bytes go at once.
    if style == .free || style == .short && bytes.count <= 4_096 {
      word("{\(bytes.count)+}\r\n")
      parts[parts.count - 1].append(contentsOf: bytes)
    } else {
      word("{\(bytes.count)}\r\n")
      parts.append(bytes)
    }
  }

  private static func isAtom(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { ByteReader.isAtomByte($0) && $0 < 0x7f && $0 != UInt8(ascii: "\\") }
  }
}

extension SearchKey {
  fileprivate var isBeyondASCII: Bool {
    switch self {
    case .header(_, let text), .gmailRaw(let text): text.utf8.contains { $0 >= 0x80 }
    case .all, .uid, .since: false
    }
  }
}

extension FetchItem {
  fileprivate func encoded() throws(CommandError) -> String {
    switch self {
    case .uid: return "UID"
    case .flags: return "FLAGS"
    case .internalDate: return "INTERNALDATE"
    case .size: return "RFC822.SIZE"
    case .modSequence: return "MODSEQ"
    case .objectIDs: return "EMAILID THREADID"
    case .gmailIDs: return "X-GM-MSGID X-GM-THRID"
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

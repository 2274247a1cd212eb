/// Reads one framed response (RFC 9051 section 9, `response`).
struct ResponseParser {
  private var reader: ByteReader
  /// Whether names are UTF-8 and no longer modified UTF-7 (after ENABLE UTF8=ACCEPT, RFC 6855 section 3).
  private let utf8: Bool

  static func parse(_ frame: [UInt8], limits: Limits, utf8: Bool = false) throws(ProtocolFailure) -> Response {
    var parser = ResponseParser(reader: ByteReader(frame, nesting: limits.nesting), utf8: utf8)
    do {
      return try parser.response()
    } catch {
      throw .malformed(expected: error.expected, near: parser.reader.excerpt(at: error.position))
    }
  }

  private mutating func response() throws(ByteReader.Mismatch) -> Response {
    if reader.skip(UInt8(ascii: "+")) {
      reader.skipSpaces()
      return .continuation(StatusParser.text(reader.rest))
    }
    guard reader.skip(UInt8(ascii: "*")) else { return try tagged() }
    try reader.expectSpaces()
    if let byte = reader.current, isDigit(byte) { return try numbered() }
    let word = try reader.upperAtom("a response")
    if let condition = StatusCondition(rawValue: word) { return .status(StatusParser.status(condition, &reader)) }
    switch word {
    case "CAPABILITY": return .capability(StatusParser.words(reader.rest))
    case "FLAGS":
      try reader.expectSpaces()
      return .flags(try reader.atomList("a flag"))
    case "LIST", "LSUB": return .list(try list())
    case "SEARCH": return .search(try search())
    case "ESEARCH": return .search(try extendedSearch())
    case "ENABLED": return .enabled(StatusParser.words(reader.rest))
    case "VANISHED": return try vanished()
    case "STATUS": return .mailboxStatus(try mailboxStatus())
    case "NAMESPACE": return .namespace(try namespace())
    default: return .other(word)
    }
  }

  private mutating func tagged() throws(ByteReader.Mismatch) -> Response {
    let tag = String(decoding: try reader.atom("a tag, '*' or '+'"), as: UTF8.self)
    try reader.expectSpaces()
    let word = try reader.upperAtom("OK, NO or BAD")
    guard let condition = StatusCondition(rawValue: word), condition != .bye, condition != .preauth else {
      throw reader.mismatch("OK, NO or BAD")
    }
    return .tagged(tag, StatusParser.status(condition, &reader))
  }

  private mutating func numbered() throws(ByteReader.Mismatch) -> Response {
    let number = try reader.number32("a message number")
    try reader.expectSpaces()
    let word = try reader.upperAtom("EXISTS, RECENT, EXPUNGE or FETCH")
    switch word {
    case "EXISTS": return .exists(number)
    case "RECENT": return .recent(number)
    case "EXPUNGE": return .expunge(number)
    case "FETCH":
      try reader.expectSpaces()
      return .fetch(try FetchParser.message(number, &reader))
    default: return .other(word)
    }
  }

  private mutating func list() throws(ByteReader.Mismatch) -> ListEntry {
    try reader.expectSpaces()
    let attributes = try reader.atomList("an attribute")
    try reader.expectSpaces()
    let delimiter = try reader.nstring()
    try reader.expectSpaces()
    let name = try reader.astring()
    // What may follow (RFC 5258 extended data) is not asked for and says nothing needed here.
    return ListEntry(
      attributes: attributes, delimiter: delimiter.map { String(decoding: $0, as: UTF8.self) },
      name: mailboxName(name))
  }

  private func mailboxName(_ bytes: [UInt8]) -> String {
    utf8 ? String(decoding: bytes, as: UTF8.self) : ModifiedUTF7.decode(bytes)
  }

  /// RFC 7162 section 7: `VANISHED [(EARLIER)] known-uids`.
  private mutating func vanished() throws(ByteReader.Mismatch) -> Response {
    try reader.expectSpaces()
    var isEarlier = false
    if reader.skip(UInt8(ascii: "(")) {
      guard try reader.upperAtom("EARLIER") == "EARLIER" else { throw reader.mismatch("EARLIER") }
      try reader.expect(")")
      try reader.expectSpaces()
      isEarlier = true
    }
    return .vanished(try identifierSet(), earlier: isEarlier)
  }

  private mutating func mailboxStatus() throws(ByteReader.Mismatch) -> MailboxStatus {
    try reader.expectSpaces()
    var status = MailboxStatus(name: mailboxName(try reader.astring()))
    try reader.expectSpaces()
    try reader.expect("(")
    while true {
      reader.skipSpaces()
      if reader.skip(UInt8(ascii: ")")) { return status }
      let name = try reader.upperAtom("a status item")
      try reader.expectSpaces()
      switch name {
      case "MESSAGES": status.messages = try reader.number32("a count")
      case "UIDNEXT": status.uidNext = try reader.number32("a UID")
      case "UIDVALIDITY": status.uidValidity = try reader.number32("a UIDVALIDITY")
      case "HIGHESTMODSEQ": status.highestModSequence = try reader.number("a modification sequence")
      case "MAILBOXID": status.mailboxID = try reader.parenthesisedID()
      default: try reader.skipValue()
      }
    }
  }

  /// The first of the personal namespaces; NIL when there is none.
  private mutating func namespace() throws(ByteReader.Mismatch) -> Namespace? {
    try reader.expectSpaces()
    guard reader.skip(UInt8(ascii: "(")) else {
      try reader.skipValue()
      return nil
    }
    try reader.expect("(")
    let prefix = try reader.astring()
    try reader.expectSpaces()
    let delimiter = try reader.nstring()
    return Namespace(prefix: mailboxName(prefix), delimiter: delimiter.map { String(decoding: $0, as: UTF8.self) })
  }

  private mutating func search() throws(ByteReader.Mismatch) -> SearchResult {
    var identifiers: [UInt32] = []
    var modSequence: UInt64?
    while true {
      reader.skipSpaces()
      if reader.isAtEnd { break }
      if reader.skip(UInt8(ascii: "(")) {
        guard try reader.upperAtom("MODSEQ") == "MODSEQ" else { throw reader.mismatch("MODSEQ") }
        try reader.expectSpaces()
        modSequence = try reader.number("a modification sequence")
        try reader.expect(")")
      } else {
        identifiers.append(try reader.number32("a message number"))
      }
    }
    return SearchResult(identifiers: IdentifierSet(identifiers), modSequence: modSequence)
  }

  /// RFC 4731 section 3.1: `ESEARCH [(TAG "x")] [UID] *(SP name SP value)`.
  private mutating func extendedSearch() throws(ByteReader.Mismatch) -> SearchResult {
    var result = SearchResult(identifiers: IdentifierSet([]))
    reader.skipSpaces()
    if reader.skip(UInt8(ascii: "(")) {
      guard try reader.upperAtom("TAG") == "TAG" else { throw reader.mismatch("TAG") }
      try reader.expectSpaces()
      result.tag = String(decoding: try reader.astring(), as: UTF8.self)
      try reader.expect(")")
    }
    while true {
      reader.skipSpaces()
      if reader.isAtEnd { return result }
      let name = try reader.upperAtom("a search result")
      if name == "UID" { continue }
      try reader.expectSpaces()
      switch name {
      case "ALL": result.identifiers = try identifierSet()
      case "COUNT": result.count = try reader.number32("a count")
      case "MODSEQ": result.modSequence = try reader.number("a modification sequence")
      default: try reader.skipValue()
      }
    }
  }

  private mutating func identifierSet() throws(ByteReader.Mismatch) -> IdentifierSet {
    var ranges: [ClosedRange<UInt32>] = []
    repeat {
      let first = try reader.number32("a message number")
      let last = reader.skip(UInt8(ascii: ":")) ? try reader.number32("a message number") : first
      ranges.append(min(first, last)...max(first, last))
    } while reader.skip(UInt8(ascii: ","))
    return IdentifierSet(ranges)
  }
}

/// Reads the code and text of a status response (RFC 9051 section 9, `resp-text`).
///
/// Nothing in it is a reason to give up a connection: a code that makes no sense is kept as it came.
enum StatusParser {
  static func status(_ condition: StatusCondition, _ reader: inout ByteReader) -> StatusResponse {
    reader.skipSpaces()
    var code: ResponseCode?
    if reader.current == UInt8(ascii: "["), let end = closingBracket(reader.rest) {
      code = parseCode(reader.bytes[(reader.position + 1)..<end], nesting: reader.nesting)
      reader.position = end + 1
      reader.skipSpaces()
    }
    return StatusResponse(condition, code: code, text: text(reader.rest))
  }

  /// Text for people: UTF-8 repaired, cut at 1,000 bytes.
  static func text(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes.prefix(1_000), as: UTF8.self)
  }

  /// Upper-cased words between spaces.
  static func words(_ bytes: ArraySlice<UInt8>) -> [String] {
    bytes.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self).uppercased() }
  }

  private static func closingBracket(_ bytes: ArraySlice<UInt8>) -> Int? {
    var isQuoted = false
    var isEscaped = false
    for index in bytes.indices {
      switch bytes[index] {
      case _ where isEscaped: isEscaped = false
      case UInt8(ascii: "\\") where isQuoted: isEscaped = true
      case UInt8(ascii: "\""): isQuoted.toggle()
      case UInt8(ascii: "]") where !isQuoted: return index
      default: break
      }
    }
    return nil
  }

  private static func parseCode(_ bytes: ArraySlice<UInt8>, nesting: Int) -> ResponseCode {
    let name = bytes.prefix { $0 != UInt8(ascii: " ") }
    let argument = bytes[name.endIndex...].drop { $0 == UInt8(ascii: " ") }
    let word = String(decoding: name, as: UTF8.self).uppercased()
    var reader = ByteReader(Array(argument), nesting: nesting)
    switch word {
    case "ALERT": return .alert
    case "READ-ONLY": return .readOnly
    case "READ-WRITE": return .readWrite
    case "NOMODSEQ": return .noModSequence
    case "TRYCREATE", "NONEXISTENT": return .noSuchMailbox
    case "CAPABILITY": return .capability(words(argument))
    case "MAILBOXID":
      if let id = try? reader.parenthesisedID(), reader.isAtEnd { return .mailboxID(id) }
    case "PERMANENTFLAGS":
      if let flags = try? reader.atomList("a flag") { return .permanentFlags(flags) }
    case "UIDNEXT":
      if let number = try? reader.number32("a UID"), reader.isAtEnd { return .uidNext(number) }
    case "UIDVALIDITY":
      if let number = try? reader.number32("a UIDVALIDITY"), number > 0, reader.isAtEnd { return .uidValidity(number) }
    case "UNSEEN":
      if let number = try? reader.number32("a message number"), reader.isAtEnd { return .unseen(number) }
    case "HIGHESTMODSEQ":
      if let number = try? reader.number("a modification sequence"), reader.isAtEnd {
        return .highestModSequence(number)
      }
    default: break
    }
    return .other(word, text(argument))
  }
}

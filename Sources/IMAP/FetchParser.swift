/// Reads the data of a FETCH response (RFC 9051 section 9, `msg-att`).
enum FetchParser {
  static func message(
    _ sequenceNumber: UInt32, _ reader: inout ByteReader
  ) throws(ByteReader.Mismatch) -> FetchedMessage {
    var message = FetchedMessage(sequenceNumber: sequenceNumber)
    try reader.expect("(")
    while true {
      reader.skipSpaces()
      if reader.skip(UInt8(ascii: ")")) { break }
      try attribute(&message, &reader)
    }
    guard reader.isAtEnd else { throw reader.mismatch("the end of the response") }
    return message
  }

  private static func attribute(
    _ message: inout FetchedMessage, _ reader: inout ByteReader
  ) throws(ByteReader.Mismatch) {
    let name = try attributeName(&reader)
    if name == "BODY" || name == "BINARY", reader.current == UInt8(ascii: "[") {
      let section = try section(&reader)
      message.sections.append(section)
      return
    }
    try reader.expectSpaces()
    switch name {
    case "UID": message.uid = try reader.number32("a UID")
    case "FLAGS": message.flags = try reader.atomList("a flag")
    case "RFC822.SIZE":
      if let byte = reader.current, isDigit(byte) {
        message.size = try reader.number("a size")
      } else {
        try reader.skipValue()
      }
    // One mail with a broken date must not keep all others from being read.
    case "INTERNALDATE": message.internalDate = try reader.nstring().flatMap(InternalDate.parse)
    case "MODSEQ":
      try reader.expect("(")
      message.modSequence = try reader.number("a modification sequence")
      try reader.expect(")")
    case "EMAILID": message.emailID = try reader.parenthesisedID()
    case "THREADID": message.threadID = try reader.parenthesisedID()
    case "X-GM-MSGID": message.gmailMessageID = try reader.number("a Gmail message id")
    case "X-GM-THRID": message.gmailThreadID = try reader.number("a Gmail thread id")
    default: try reader.skipValue()
    }
  }

  /// The name up to a space or `[`.
  private static func attributeName(_ reader: inout ByteReader) throws(ByteReader.Mismatch) -> String {
    let start = reader.position
    while let byte = reader.current, ByteReader.isAtomByte(byte), byte != UInt8(ascii: "[") { reader.position += 1 }
    guard reader.position > start else { throw reader.mismatch("a message attribute") }
    return String(decoding: reader.bytes[start..<reader.position], as: UTF8.self).uppercased()
  }

  /// `[HEADER.FIELDS (Subject)]<0> {12}` and what follows.
  private static func section(_ reader: inout ByteReader) throws(ByteReader.Mismatch) -> FetchedSection {
    try reader.expect("[")
    let start = reader.position
    while let byte = reader.current, byte != UInt8(ascii: "]") {
      if byte == UInt8(ascii: "\"") {
        _ = try reader.quoted()
      } else if reader.isAtLiteral {
        _ = try reader.literal()
      } else {
        reader.position += 1
      }
    }
    let name = String(decoding: reader.bytes[start..<reader.position], as: UTF8.self).uppercased()
    try reader.expect("]")
    var origin: UInt64?
    if reader.skip(UInt8(ascii: "<")) {
      origin = try reader.number("the origin of a piece")
      try reader.expect(">")
    }
    try reader.expectSpaces()
    return FetchedSection(name: name, origin: origin, bytes: try reader.nstring())
  }
}

/// Walks over one framed response; every step checks its bounds, so no bytes can trap it.
struct ByteReader {
  /// What was expected, and where it was not found.
  struct Mismatch: Error {
    var expected: String
    var position: Int
  }

  let bytes: [UInt8]
  var position: Int
  let nesting: Int

  init(_ bytes: [UInt8], nesting: Int) {
    self.bytes = bytes
    self.nesting = nesting
    position = 0
  }

  var isAtEnd: Bool { position >= bytes.count }
  var current: UInt8? { position < bytes.count ? bytes[position] : nil }
  var rest: ArraySlice<UInt8> { bytes[min(position, bytes.count)...] }

  func mismatch(_ expected: String) -> Mismatch {
    Mismatch(expected: expected, position: position)
  }

  /// Up to 40 printable characters from a position on, for error texts.
  func excerpt(at position: Int) -> String {
    let slice = bytes[min(max(position - 10, 0), bytes.count)...].prefix(40)
    return String(decoding: slice.map { $0 >= 0x20 && $0 < 0x7f ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
  }

  mutating func skip(_ byte: UInt8) -> Bool {
    guard current == byte else { return false }
    position += 1
    return true
  }

  mutating func expect(_ character: Unicode.Scalar) throws(Mismatch) {
    guard skip(UInt8(ascii: character)) else { throw mismatch("'\(character)'") }
  }

  /// Exactly one space is the grammar; several servers send more.
  mutating func expectSpaces() throws(Mismatch) {
    try expect(" ")
    skipSpaces()
  }

  mutating func skipSpaces() {
    while current == UInt8(ascii: " ") { position += 1 }
  }

  mutating func number(_ what: String) throws(Mismatch) -> UInt64 {
    guard let first = current, isDigit(first) else { throw mismatch(what) }
    var value: UInt64 = 0
    while let byte = current, isDigit(byte) {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
      if overflow || carry { throw mismatch(what) }
      value = sum
      position += 1
    }
    return value
  }

  mutating func number32(_ what: String) throws(Mismatch) -> UInt32 {
    guard let value = UInt32(exactly: try number(what)) else { throw mismatch(what) }
    return value
  }

  /// Bytes of an atom. `]` and `\` are taken too: flags begin with one, and keywords in the wild hold the other.
  mutating func atom(_ what: String) throws(Mismatch) -> ArraySlice<UInt8> {
    let start = position
    while let byte = current, ByteReader.isAtomByte(byte) { position += 1 }
    guard position > start else { throw mismatch(what) }
    return bytes[start..<position]
  }

  mutating func upperAtom(_ what: String) throws(Mismatch) -> String {
    String(decoding: try atom(what), as: UTF8.self).uppercased()
  }

  static func isAtomByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0...0x20, 0x7f, UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "{"), UInt8(ascii: "\""): false
    default: true
    }
  }

  /// A quoted string without its quotes and escapes. Raw 8-bit bytes are taken (RFC 9051 allows UTF-8 there).
  mutating func quoted() throws(Mismatch) -> [UInt8] {
    try expect("\"")
    var result: [UInt8] = []
    while let byte = current {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return result
      case UInt8(ascii: "\\"):
        guard let escaped = current else { throw mismatch("a character after '\\'") }
        result.append(escaped)
        position += 1
      default: result.append(byte)
      }
    }
    throw mismatch("'\"' at the end of a string")
  }

  var isAtLiteral: Bool {
    if current == UInt8(ascii: "{") { return true }
    return current == UInt8(ascii: "~") && position + 1 < bytes.count && bytes[position + 1] == UInt8(ascii: "{")
  }

  mutating func literal() throws(Mismatch) -> ArraySlice<UInt8> {
    _ = skip(UInt8(ascii: "~"))
    try expect("{")
    let size = try number("the size of a literal")
    _ = skip(UInt8(ascii: "+"))
    try expect("}")
    guard skip(UInt8(ascii: "\r")), skip(UInt8(ascii: "\n")) else { throw mismatch("a line end after the size") }
    guard size <= UInt64(bytes.count - position) else { throw mismatch("\(size) bytes of literal") }
    let start = position
    position += Int(size)
    return bytes[start..<position]
  }

  /// string or NIL (RFC 9051 section 9, nstring).
  mutating func nstring() throws(Mismatch) -> [UInt8]? {
    if current == UInt8(ascii: "\"") { return try quoted() }
    if isAtLiteral { return Array(try literal()) }
    guard try upperAtom("a string or NIL") == "NIL" else { throw mismatch("a string or NIL") }
    return nil
  }

  mutating func astring() throws(Mismatch) -> [UInt8] {
    if current == UInt8(ascii: "\"") { return try quoted() }
    if isAtLiteral { return Array(try literal()) }
    return Array(try atom("a name"))
  }

  /// `(a b c)` of atoms.
  mutating func atomList(_ what: String) throws(Mismatch) -> [String] {
    try expect("(")
    var result: [String] = []
    while true {
      skipSpaces()
      if skip(UInt8(ascii: ")")) { return result }
      result.append(String(decoding: try atom(what), as: UTF8.self))
    }
  }

  /// `(M6d99ac3275bb4e)`, or NIL (RFC 8474 section 7).
  mutating func parenthesisedID() throws(Mismatch) -> String? {
    guard skip(UInt8(ascii: "(")) else {
      guard try upperAtom("an object's id") == "NIL" else { throw mismatch("an object's id") }
      return nil
    }
    let id = String(decoding: try atom("an object's id"), as: UTF8.self)
    try expect(")")
    return id
  }

  /// Steps over one value of any shape: atom, string, literal or nested list.
  mutating func skipValue() throws(Mismatch) {
    var depth = 0
    repeat {
      if depth > 0 { skipSpaces() }
      switch current {
      case UInt8(ascii: "("):
        depth += 1
        guard depth <= nesting else { throw mismatch("at most \(nesting) nested lists") }
        position += 1
      case UInt8(ascii: ")"):
        guard depth > 0 else { throw mismatch("a value") }
        depth -= 1
        position += 1
      case UInt8(ascii: "\""): _ = try quoted()
      default:
        if isAtLiteral { _ = try literal() } else { _ = try atom("a value") }
      }
    } while depth > 0
  }
}

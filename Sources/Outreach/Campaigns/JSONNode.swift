/// A JSON text of a stranger (RFC 8259), read whole: numbers as they were written, because ids are longer than a Double.
public indirect enum JSONNode: Sendable, Equatable {
  case null
  case boolean(Bool)
  case number(String)
  case text(String)
  case list([JSONNode])
  /// In the order of the text; of a name that stands twice the last counts.
  case object([Member])

  /// One member of an object.
  public struct Member: Sendable, Equatable {
    /// Its name.
    public var name: String
    /// Its value.
    public var value: JSONNode

    /// A member.
    public init(_ name: String, _ value: JSONNode) {
      self.name = name
      self.value = value
    }
  }

  /// Reads a text; a failure names its place in bytes.
  public init(_ bytes: [UInt8]) throws(JSONTextError) {
    var reader = JSONReader(bytes)
    self = try reader.whole()
  }

  /// What a JSON pointer leads to (RFC 6901); nil when there is nothing.
  public subscript(pointer pointer: String) -> JSONNode? {
    guard !pointer.isEmpty else { return self }
    var node = self
    // By bytes: a Character may begin with a slash and go on with an accent, and is equal to its other spellings, which
    // section 6 says are other names.
    for token in pointer.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst() {
      switch node {
      case .object(let members):
        let name = Self.unescaped(token)
        guard let member = members.last(where: { $0.name.utf8.elementsEqual(name) }) else { return nil }
        node = member.value
      case .list(let items):
        // Digits without a leading zero; `-` is the place behind the last one, where nothing is.
        guard let index = Int(String(token) ?? ""), index >= 0, String(index).utf8.elementsEqual(token),
          index < items.count
        else { return nil }
        node = items[index]
      default: return nil
      }
    }
    return node
  }

  /// RFC 6901 section 4: first ~1, then ~0, so that ~01 is ~1.
  private static func unescaped(_ token: Substring.UTF8View) -> [UInt8] {
    var name: [UInt8] = []
    var isEscape = false
    for byte in token {
      switch byte {
      case UInt8(ascii: "1") where isEscape: name[name.count - 1] = UInt8(ascii: "/")
      case UInt8(ascii: "0") where isEscape: break
      default: name.append(byte)
      }
      // The tilde that an escape made begins no other.
      isEscape = byte == UInt8(ascii: "~")
    }
    return name
  }

  /// What it says in a person's field: a text, number or truth value; several in a list with commas; nil for nothing.
  public var plain: String? {
    switch self {
    case .null, .object: return nil
    case .boolean(let value): return value ? "true" : "false"
    case .number(let text): return text
    case .text(let text): return text.isEmpty ? nil : text
    case .list(let items):
      let parts = items.compactMap(\.plain)
      return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }
  }

  /// As JSON text.
  public var bytes: [UInt8] {
    var out: [UInt8] = []
    write(to: &out)
    return out
  }

  private func write(to out: inout [UInt8]) {
    switch self {
    case .null: out += "null".utf8
    case .boolean(let value): out += (value ? "true" : "false").utf8
    case .number(let text): out += text.utf8
    case .text(let text): Self.write(text, to: &out)
    case .list(let items):
      out.append(0x5b)
      for (index, item) in items.enumerated() {
        if index > 0 { out.append(0x2c) }
        item.write(to: &out)
      }
      out.append(0x5d)
    case .object(let members):
      out.append(0x7b)
      for (index, member) in members.enumerated() {
        if index > 0 { out.append(0x2c) }
        Self.write(member.name, to: &out)
        out.append(0x3a)
        member.value.write(to: &out)
      }
      out.append(0x7d)
    }
  }

  /// RFC 8259 section 7.
  private static func write(_ text: String, to out: inout [UInt8]) {
    let hex = Array("0123456789abcdef".utf8)
    out.append(0x22)
    for byte in text.utf8 {
      switch byte {
      case 0x22, 0x5c: out += [0x5c, byte]
      case 0..<0x20: out += Array("\\u00".utf8) + [hex[Int(byte >> 4)], hex[Int(byte & 15)]]
      default: out.append(byte)
      }
    }
    out.append(0x22)
  }
}

/// Why a text is no JSON.
public struct JSONTextError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Bytes before it.
  public var offset: Int
  /// What is wrong there.
  public var what: String

  /// A sentence without a full stop.
  public var description: String { "no JSON: \(what) at byte \(offset)" }
}

/// One pass over the bytes. Depth is bounded because each level is a call; the size is bounded by whoever fetched it.
private struct JSONReader {
  private let bytes: [UInt8]
  private var at = 0
  private var depth = 0

  /// Answers of APIs have some five levels.
  private static let deepest = 100

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    // RFC 8259 section 8.1: a byte order mark may be passed over.
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) { at = 3 }
  }

  mutating func whole() throws(JSONTextError) -> JSONNode {
    let node = try value()
    skipBlanks()
    guard at == bytes.count else { throw failure("there is more behind its end") }
    return node
  }

  private mutating func value() throws(JSONTextError) -> JSONNode {
    skipBlanks()
    guard at < bytes.count else { throw failure("it ends too early") }
    switch bytes[at] {
    case 0x7b: return try object()
    case 0x5b: return try list()
    case 0x22: return .text(try text())
    case 0x2d, 0x30...0x39: return .number(try number())
    default:
      for (word, node) in [("true", JSONNode.boolean(true)), ("false", .boolean(false)), ("null", .null)]
      where bytes[at...].starts(with: word.utf8) {
        at += word.utf8.count
        return node
      }
      throw failure("no value")
    }
  }

  private mutating func object() throws(JSONTextError) -> JSONNode {
    try enter()
    var members: [JSONNode.Member] = []
    skipBlanks()
    if take(0x7d) { return .object(members) }
    repeat {
      skipBlanks()
      guard at < bytes.count, bytes[at] == 0x22 else { throw failure("no name of a member") }
      let name = try text()
      skipBlanks()
      guard skip(0x3a) else { throw failure("no colon") }
      members.append(.init(name, try value()))
      skipBlanks()
    } while skip(0x2c)
    guard take(0x7d) else { throw failure("an object is not closed") }
    return .object(members)
  }

  private mutating func list() throws(JSONTextError) -> JSONNode {
    try enter()
    var items: [JSONNode] = []
    skipBlanks()
    if take(0x5d) { return .list(items) }
    repeat {
      items.append(try value())
      skipBlanks()
    } while skip(0x2c)
    guard take(0x5d) else { throw failure("a list is not closed") }
    return .list(items)
  }

  private mutating func enter() throws(JSONTextError) {
    at += 1
    depth += 1
    if depth > Self.deepest { throw failure("more than \(Self.deepest) levels") }
  }

  /// The closing bracket of a level.
  private mutating func take(_ byte: UInt8) -> Bool {
    guard skip(byte) else { return false }
    depth -= 1
    return true
  }

  private mutating func skip(_ byte: UInt8) -> Bool {
    guard at < bytes.count, bytes[at] == byte else { return false }
    at += 1
    return true
  }

  private mutating func skipBlanks() {
    while at < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[at]) { at += 1 }
  }

  private mutating func number() throws(JSONTextError) -> String {
    let start = at
    _ = skip(0x2d)
    let digits = skipDigits()
    guard digits > 0, digits == 1 || bytes[at - digits] != 0x30 else { throw failure("no number") }
    if skip(0x2e), skipDigits() == 0 { throw failure("no number") }
    if skip(0x65) || skip(0x45) {
      if !skip(0x2b) { _ = skip(0x2d) }
      if skipDigits() == 0 { throw failure("no number") }
    }
    return String(decoding: bytes[start..<at], as: UTF8.self)
  }

  private mutating func skipDigits() -> Int {
    let start = at
    while at < bytes.count, (0x30...0x39).contains(bytes[at]) { at += 1 }
    return at - start
  }

  private mutating func text() throws(JSONTextError) -> String {
    at += 1
    var out: [UInt8] = []
    while at < bytes.count {
      let byte = bytes[at]
      switch byte {
      case 0x22:
        at += 1
        // Bytes that are no UTF-8 become U+FFFD: a name with one wrong byte is still that person's.
        return String(decoding: out, as: UTF8.self)
      case 0x5c: try escape(&out)
      case 0..<0x20: throw failure("a control character in a text")
      default:
        out.append(byte)
        at += 1
      }
    }
    throw failure("a text is not closed")
  }

  private mutating func escape(_ out: inout [UInt8]) throws(JSONTextError) {
    guard at + 1 < bytes.count else { throw failure("a text is not closed") }
    let byte = bytes[at + 1]
    at += 2
    switch byte {
    case 0x22, 0x5c, 0x2f: out.append(byte)
    case 0x62: out.append(0x08)
    case 0x66: out.append(0x0c)
    case 0x6e: out.append(0x0a)
    case 0x72: out.append(0x0d)
    case 0x74: out.append(0x09)
    case 0x75:
      var code = try hex()
      // Two halves of a pair; a lone one is U+FFFD.
      if (0xd800..<0xdc00).contains(code), bytes[at...].starts(with: [0x5c, 0x75]) {
        let mark = at
        at += 2
        let low = try hex()
        if (0xdc00..<0xe000).contains(low) {
          code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
        } else {
          at = mark
        }
      }
      out += Array(String(Unicode.Scalar(code) ?? "\u{fffd}").utf8)
    default: throw failure("an unknown escape")
    }
  }

  private mutating func hex() throws(JSONTextError) -> UInt32 {
    guard at + 4 <= bytes.count, bytes[at..<at + 4].allSatisfy({ $0 < 0x80 && $0 != 0x2b && $0 != 0x2d }),
      let code = UInt32(String(decoding: bytes[at..<at + 4], as: UTF8.self), radix: 16)
    else { throw failure("no four hexadecimal digits") }
    at += 4
    return code
  }

  private func failure(_ what: String) -> JSONTextError { JSONTextError(offset: at, what: what) }
}

/// A media type with its parameters (RFC 2045 §5), parameters also split and encoded by RFC 2231; reading never fails.
public struct ContentType: Sendable, Equatable {
  /// What one field may hold.
  enum Limit {
    /// Real fields have under ten parameters; long file names are split by RFC 2231 into a few dozen.
    static let parameters = 100
    /// Octets of one parameter: the longest real ones are file names and types of calendars, under 1 KB.
    static let parameterLength = 4_096
  }

  /// The type in small letters, such as `text`; empty when the field is none.
  public var type: String
  /// The subtype in small letters, such as `plain`.
  public var subtype: String
  /// Parameters by name in small letters, decoded; the first of a name counts.
  public var parameters: [String: String]

  /// `type/subtype` in small letters.
  public var mediaType: String { type + "/" + subtype }

  /// What a part without the field is (RFC 2045 §5.2).
  public static let plainText = ContentType(type: "text", subtype: "plain", parameters: [:])

  /// What a part of multipart/digest without the field is (RFC 2046 §5.1.5).
  static let message = ContentType(type: "message", subtype: "rfc822", parameters: [:])

  init(type: String, subtype: String, parameters: [String: String]) {
    self.type = type
    self.subtype = subtype
    self.parameters = parameters
  }

  /// Reads a field's value, such as `text/plain; charset="utf-8"`.
  public init(_ value: [UInt8]) {
    var scanner = ParameterScanner(bytes: value)
    let head = scanner.word(until: Octet.semicolon)
    let slash = head.firstIndex(of: UInt8(ascii: "/")) ?? head.endIndex
    type = Self.token(head[..<slash])
    subtype = slash < head.endIndex ? Self.token(head[(slash + 1)...]) : ""
    parameters = scanner.parameters()
  }

  /// The first word in small letters; "text/plain charset=utf-8" without its semicolon exists.
  private static func token(_ bytes: ArraySlice<UInt8>) -> String {
    let word = bytes.trimmedSpaces().prefix { !$0.isSpace && $0 != Octet.comma }
    return String(decoding: word.map(\.lowered), as: UTF8.self)
  }

  /// Whether it is this type and subtype, given in small letters.
  public func isType(_ type: String, _ subtype: String) -> Bool { self.type == type && self.subtype == subtype }
}

/// Content-Disposition (RFC 2183): its word and the file's name.
public struct ContentDisposition: Sendable, Equatable {
  /// `inline`, `attachment` or another word in small letters.
  public let kind: String
  /// The file's name when it is given.
  public let fileName: String?

  /// Reads a field's value.
  public init(_ value: [UInt8]) {
    var scanner = ParameterScanner(bytes: value)
    let head = scanner.word(until: Octet.semicolon).trimmedSpaces()
    kind = String(decoding: head.map(\.lowered), as: UTF8.self)
    fileName = scanner.parameters()["filename"]
  }
}

/// Steps over `; name=value` pairs with comments and quoted strings.
struct ParameterScanner {
  let bytes: [UInt8]
  private var i = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// Octets up to `end`, `other` or the end of all, comments left out.
  mutating func word(until end: UInt8, or other: UInt8? = nil) -> [UInt8] {
    let other = other ?? end
    var out: [UInt8] = []
    while i < bytes.count {
      let start = i
      while i < bytes.count, bytes[i] != end, bytes[i] != other, bytes[i] != Octet.openParenthesis { i += 1 }
      out += bytes[start..<i]
      guard i < bytes.count, bytes[i] == Octet.openParenthesis else { break }
      skipComment()
    }
    return out
  }

  private mutating func skipComment() {
    var depth = 0
    while i < bytes.count {
      if bytes[i] == Octet.openParenthesis { depth += 1 }
      if bytes[i] == Octet.closeParenthesis { depth -= 1 }
      i += bytes[i] == Octet.backslash ? 2 : 1
      if depth == 0 { break }
    }
    i = min(i, bytes.count)
  }

  /// All pairs from here to the end.
  mutating func parameters() -> [String: String] {
    var plain: [String: [UInt8]] = [:]
    var pieces: [String: [Int: (octets: [UInt8], encoded: Bool)]] = [:]
    var count = 0
    while i < bytes.count, count < ContentType.Limit.parameters {
      while i < bytes.count, bytes[i].isSpace || bytes[i] == Octet.semicolon { i += 1 }
      let name = word(until: Octet.semicolon, or: Octet.equals).trimmedSpaces()
      guard i < bytes.count, bytes[i] == Octet.equals else { continue }
      i += 1
      let value = Array(parameterValue().prefix(ContentType.Limit.parameterLength))
      count += 1
      // RFC 2231 §3 and §4: name*0, name*0*, name*.
      let parts = name.split(separator: Octet.asterisk, omittingEmptySubsequences: false)
      let base = String(decoding: (parts.first ?? []).map(\.lowered), as: UTF8.self)
      if parts.count == 1 {
        if plain[base] == nil { plain[base] = value }
      } else {
        let index = Int(String(decoding: parts[1], as: UTF8.self)) ?? 0
        let encoded = parts[1].isEmpty || parts.count > 2
        guard (0..<ContentType.Limit.parameters).contains(index) else { continue }
        pieces[base, default: [:]][index] = (value, encoded)
      }
    }
    var result = plain.mapValues { EncodedWord.decode($0) }
    for (name, pieces) in pieces { result[name] = Self.join(pieces) }
    return result
  }

  private mutating func parameterValue() -> [UInt8] {
    while i < bytes.count, bytes[i].isSpace { i += 1 }
    guard i < bytes.count, bytes[i] == Octet.quote else {
      return Array(word(until: Octet.semicolon).trimmedSpaces())
    }
    i += 1
    var out: [UInt8] = []
    while i < bytes.count, bytes[i] != Octet.quote {
      // Outlook writes Windows paths without doubling backslashes: only a quote or backslash is escaped (RFC 822 §3.3).
      if bytes[i] == Octet.backslash, i + 1 < bytes.count,
        bytes[i + 1] == Octet.quote || bytes[i + 1] == Octet.backslash
      {
        i += 1
      }
      out.append(bytes[i])
      i += 1
    }
    i = min(i + 1, bytes.count)
    return out
  }

  /// Pieces in order; the first encoded one begins with charset'language' (RFC 2231 §4).
  private static func join(_ pieces: [Int: (octets: [UInt8], encoded: Bool)]) -> String {
    var charset: String?
    var octets: [UInt8] = []
    for (place, index) in pieces.keys.sorted().enumerated() {
      guard let piece = pieces[index] else { continue }
      var value = piece.octets[...]
      if piece.encoded {
        if place == 0, let first = value.firstIndex(of: Octet.apostrophe),
          let second = value[(first + 1)...].firstIndex(of: Octet.apostrophe)
        {
          charset = String(decoding: value[..<first], as: UTF8.self)
          value = value[(second + 1)...]
        }
        octets += percentDecoded(value)
      } else {
        octets += value
      }
    }
    return Charset.decode(octets, label: charset)
  }

  private static func percentDecoded(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var out: [UInt8] = []
    var i = bytes.startIndex
    while i < bytes.endIndex {
      if bytes[i] == Octet.percent, i + 2 < bytes.endIndex, let high = bytes[i + 1].hexValue,
        let low = bytes[i + 2].hexValue
      {
        out.append(high << 4 | low)
        i += 3
      } else {
        out.append(bytes[i])
        i += 1
      }
    }
    return out
  }
}

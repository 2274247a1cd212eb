/// A mailbox of a header: display name and address (RFC 5322 §3.4, with UTF-8 by RFC 6531 and RFC 6532).
public struct Address: Sendable, Hashable {
  /// The name before the angle brackets, decoded; nil when there is none.
  public var displayName: String?
  /// What stands before the last `@`, without quotes.
  public var localPart: String
  /// What stands after it, as written; empty for an address without one.
  public var domain: String

  /// Puts an address together.
  public init(displayName: String? = nil, localPart: String, domain: String) {
    self.displayName = displayName
    self.localPart = localPart
    self.domain = domain
  }

  /// Reads the first address of a value such as `Bob <b@x.org>` or `b@x.org`.
  public init?(_ value: String) {
    guard let first = Address.list(in: value).first else { return nil }
    self = first
  }

  /// `local@domain`, the local part quoted where it must be; only the local part when there is no domain.
  public var address: String {
    let local =
      localPart.utf8.allSatisfy { AddressParser.isAtom($0) || $0 == Octet.dot } && !localPart.isEmpty
      ? localPart : AddressParser.quoted(localPart)
    return domain.isEmpty ? local : local + "@" + domain
  }

  /// `Display Name <local@domain>` for a header, the name quoted or encoded where it must be (RFC 5322 §3.2.4, RFC 2047 §5).
  public var formatted: String {
    guard let displayName, !displayName.isEmpty else { return address }
    return Address.encodeDisplayName(displayName) + " <" + address + ">"
  }

  /// A list longer than this is an attack or a mistake: what stands behind so many is not read.
  public static let mostInList = 10_000

  /// Every mailbox of an address list; groups are opened, comments skipped, what is no address left out.
  public static func list(in value: String) -> [Address] {
    var parser = AddressParser(bytes: Array(value.utf8))
    return parser.list()
  }

  /// The same where a single word is an address too, as people name each other on one machine; an address without a
  /// domain gets this one. Addresses with nothing but a blank between them are read as Postfix reads them, each.
  public static func list(in value: String, completedWith domain: String) -> [Address] {
    var parser = AddressParser(bytes: Array(value.utf8))
    parser.takesWords = true
    return parser.list().map { address in
      var address = address
      if address.domain.isEmpty { address.domain = domain }
      return address
    }
  }

  /// A display name as it may stand before `<`.
  public static func encodeDisplayName(_ name: String) -> String {
    let clean = String(decoding: name.utf8.map { $0 < 32 || $0 == 127 ? Octet.space : $0 }, as: UTF8.self)
    if clean.utf8.allSatisfy({ AddressParser.isAtom($0) && $0 < 128 || $0 == Octet.space }), !clean.contains("=?") {
      return clean.trimmedSpaces
    }
    return clean.utf8.allSatisfy({ $0 < 128 }) ? AddressParser.quoted(clean) : EncodedWord.encode(clean)
  }

  /// An envelope address for storage: white space and brackets off, the domain in small letters, the local part as given.
  public static func normalized(_ address: String) -> String {
    let bytes = bare(address)
    guard let at = bytes.lastIndex(of: Octet.at) else { return String(decoding: bytes, as: UTF8.self) }
    let domain = bytes[at...]
    if domain.allSatisfy({ $0 < 128 }) {
      return String(decoding: bytes[..<at] + domain.map(\.lowered), as: UTF8.self)
    }
    return String(decoding: bytes[..<at], as: UTF8.self) + String(decoding: domain, as: UTF8.self).lowercased()
  }

  /// Without white space and brackets around it.
  private static func bare(_ address: String) -> ArraySlice<UInt8> {
    let bytes = address.octets().trimmedSpaces()
    guard bytes.first == Octet.lessThan, bytes.last == Octet.greaterThan, bytes.count > 1 else { return bytes }
    return bytes.dropFirst().dropLast().trimmedSpaces()
  }

  /// The key by which two addresses are the same mailbox for Postern: all letters small (RFC 5321 §2.4 allows servers to tell
  /// `Bob` from `bob`; none does), the domain as DNS has it. People are stored and looked up by it, also `@domain`.
  public static func comparisonKey(_ address: String) -> String {
    let bytes = bare(address)
    if bytes.allSatisfy({ $0 < 128 }) { return String(decoding: bytes.map(\.lowered), as: UTF8.self) }
    guard let at = bytes.lastIndex(of: Octet.at) else { return String(decoding: bytes, as: UTF8.self).lowercased() }
    return String(decoding: bytes[...at], as: UTF8.self).lowercased()
      + DomainSpelling.ascii(of: String(decoding: bytes[(at + 1)...], as: UTF8.self))
  }

  /// The domain of an address in small letters; empty when there is none.
  public static func domain(of address: String) -> String {
    let text = normalized(address)
    guard let at = text.utf8.lastIndex(of: Octet.at) else { return "" }
    return String(text[text.utf8.index(after: at)...])
  }
}

/// Reads address lists octet by octet; never fails, and looks at each octet a bounded number of times.
struct AddressParser {
  let bytes: [UInt8]
  private var i = 0
  private var quotesEnd = true
  /// Whether a word without an `@` is an address.
  fileprivate var takesWords = false

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// RFC 5322 §3.2.3: letters, digits and ``!#$%&'*+-/=?^_`{|}~``; RFC 6532 adds all that is not ASCII.
  static func isAtom(_ octet: UInt8) -> Bool {
    switch octet {
    case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2F...0x39, 0x3D, 0x3F, 0x41...0x5A, 0x5E...0x7E, 0x80...0xFF: true
    default: false
    }
  }

  static func quoted(_ text: String) -> String {
    var out: [UInt8] = [Octet.quote]
    for octet in text.utf8 {
      if octet == Octet.quote || octet == Octet.backslash { out.append(Octet.backslash) }
      out.append(octet)
    }
    out.append(Octet.quote)
    return String(decoding: out, as: UTF8.self)
  }

  mutating func list() -> [Address] {
    var found: [Address] = []
    var phrase: [UInt8] = []  // words read so far: a display name, or an address without brackets
    var hasAt = false  // in the phrase; to look for it at each colon would take quadratic time
    var comment: [UInt8] = []
    var hasAngle = false  // since the last comma: what stands beside it is a name

    func close() {
      if hasAngle {
        hasAngle = false
      } else if takesWords, let several = Self.several(phrase) {
        found += several.map { Address(localPart: $0.local, domain: $0.domain) }
      } else if let bare = Self.bare(phrase, takesWords: takesWords) {
        let name = comment.isEmpty ? nil : EncodedWord.decode(comment)
        found.append(Address(displayName: name, localPart: bare.local, domain: bare.domain))
      }
      (phrase, hasAt) = ([], false)
      comment = []
    }
    while i < bytes.count, found.count < Address.mostInList {
      let octet = bytes[i]
      switch octet {
      case Octet.comma, Octet.semicolon:
        close()
        i += 1
      case Octet.colon where !hasAt:  // a group's name
        phrase = []
        i += 1
      case Octet.lessThan:
        i += 1
        if let inside = angle() {
          let name = EncodedWord.decode(Self.unquoted(Array(phrase.trimmedSpaces()))).trimmedSpaces
          found.append(Address(displayName: name.isEmpty ? nil : name, localPart: inside.local, domain: inside.domain))
        }
        (phrase, hasAt) = ([], false)
        comment = []
        if takesWords { hasAngle = true } else { skipToComma() }
      case Octet.openParenthesis:
        comment = readComment()
      case Octet.quote:
        let quoted = readQuoted()
        phrase += quoted
        hasAt = hasAt || quoted.contains(Octet.at)
      default:
        phrase.append(octet)
        hasAt = hasAt || octet == Octet.at
        i += 1
      }
    }
    close()
    return found
  }

  /// The address between `<` and `>`; a source route before a colon is dropped (RFC 5322 §4.4).
  private mutating func angle() -> (local: String, domain: String)? {
    var inside: [UInt8] = []
    // Longer addresses are rare (RFC 5321 section 4.5.3.1.3).
    inside.reserveCapacity(min(256, bytes.count - min(i, bytes.count)))
    while i < bytes.count, bytes[i] != Octet.greaterThan {
      if bytes[i] == Octet.quote {
        inside += readQuoted()
      } else if bytes[i] == Octet.openParenthesis {
        _ = readComment()
      } else {
        if bytes[i] == Octet.colon, inside.first == Octet.at { inside = [] } else { inside.append(bytes[i]) }
        i += 1
      }
    }
    i += 1
    return Self.split(inside)
  }

  private mutating func skipToComma() {
    while i < bytes.count, bytes[i] != Octet.comma, bytes[i] != Octet.semicolon {
      if bytes[i] == Octet.openParenthesis { _ = readComment() } else { i += 1 }
    }
  }

  /// A comment's text without the parentheses; they nest (RFC 5322 §3.2.2).
  private mutating func readComment() -> [UInt8] {
    var depth = 0
    var text: [UInt8] = []
    while i < bytes.count {
      let octet = bytes[i]
      i += 1
      if octet == Octet.backslash, i < bytes.count {
        text.append(bytes[i])
        i += 1
      } else if octet == Octet.openParenthesis {
        depth += 1
      } else if octet == Octet.closeParenthesis {
        depth -= 1
        if depth <= 0 { break }
      } else {
        text.append(octet)
      }
    }
    return Array(text.trimmedSpaces())
  }

  /// A quoted string with its quotes and escapes; a quote that never ends is left out, and after it no quote counts (so that
  /// each octet is still looked at only twice).
  private mutating func readQuoted() -> [UInt8] {
    let start = i
    i += 1
    if quotesEnd {
      while i < bytes.count, bytes[i] != Octet.quote { i += bytes[i] == Octet.backslash ? 2 : 1 }
      if i < bytes.count {
        i += 1
        return Array(bytes[start..<i])
      }
      quotesEnd = false
    }
    i = start + 1
    return []
  }

  /// Quotes and escapes removed.
  private static func unquoted(_ text: [UInt8]) -> [UInt8] {
    guard text.contains(Octet.quote) else { return text }
    var out: [UInt8] = []
    var escaped = false
    for octet in text {
      if escaped {
        out.append(octet)
        escaped = false
      } else if octet == Octet.backslash {
        escaped = true
      } else if octet != Octet.quote {
        out.append(octet)
      }
    }
    return out
  }

  /// An address that stands without brackets: one word with an `@`, or any single word.
  private static func bare(_ phrase: [UInt8], takesWords: Bool) -> (local: String, domain: String)? {
    let text = phrase.trimmedSpaces()
    guard text.contains(Octet.at) else {
      return takesWords && !text.contains(where: \.isSpace) ? split(Array(text)) : nil
    }
    if text.first != Octet.quote, text.contains(where: \.isSpace) {
      // "Bob b@x.org" and "a @ b.c": the word with the @ when it is whole, else everything joined (RFC 5322 §4.4).
      let words = text.split(whereSeparator: \.isSpace)
      if let whole = words.first(where: { $0.count > 2 && $0.dropFirst().dropLast().contains(Octet.at) }) {
        return split(Array(whole))
      }
    }
    return split(Array(text))
  }

  /// Two and more addresses without brackets; nil for any other phrase.
  private static func several(_ phrase: [UInt8]) -> [(local: String, domain: String)]? {
    guard !phrase.contains(Octet.quote) else { return nil }
    let whole = phrase.split(whereSeparator: \.isSpace)
      .filter { $0.count > 2 && $0.dropFirst().dropLast().contains(Octet.at) }
    return whole.count > 1 ? whole.compactMap { split(Array($0)) } : nil
  }

  /// Names, literals and their slips; no white space, control characters and what ends an address in a list.
  private static func isOfDomain(_ octet: UInt8) -> Bool {
    switch octet {
    case 0...Octet.space, 0x7F, Octet.quote, Octet.openParenthesis, Octet.closeParenthesis, Octet.comma,
      Octet.semicolon,
      Octet.lessThan, Octet.greaterThan, Octet.backslash:
      false
    default: true
    }
  }

  private static func split(_ inside: [UInt8]) -> (local: String, domain: String)? {
    var text = inside
    // Most have no white space at all, and nothing that has to be looked at twice.
    if text.contains(where: { $0 <= Octet.space }) {
      text = Array(text.trimmedSpaces())
      if text.first != Octet.quote { text.removeAll(where: \.isSpace) }
      // In no form may an address hold what ends a line or a C string (RFC 5322 §3.2.1); it may come to stand in a command.
      guard !text.contains(where: { $0 == 0 || $0 == 10 || $0 == 13 }) else { return nil }
    }
    guard !text.isEmpty else { return nil }
    guard let at = text.lastIndex(of: Octet.at) else {
      return (String(decoding: unquoted(text), as: UTF8.self), "")
    }
    let local = unquoted(Array(text[..<at].trimmedSpaces()))
    // A list's separator behind it is a slip; inside, like a quote, it makes it no domain (RFC 5322 §3.4.1), and what is
    // written in an address list would be read as another address.
    var domain = text[(at + 1)...].trimmedSpaces()
    while let last = domain.last, last == Octet.comma || last == Octet.semicolon {
      domain = domain.dropLast().trimmedSpaces()
    }
    guard !domain.isEmpty, domain.allSatisfy(isOfDomain) else { return nil }
    return (Charset.headerText(local), Charset.headerText(Array(domain)))
  }
}

import MailText

/// How one address is found in texts and mails, and taken out of them.
///
/// Of a text that another person wrote or got only the address goes, in the forms that systems write: as it is, percent-encoded in
/// URLs (RFC 3986), and with `=` in bounce addresses (VERP), with its domain in each spelling. In address fields the name goes with it. A name in a sentence cannot be
/// known to be theirs.
public struct PersonTrace: Sendable {
  /// As it was asked for.
  public let address: String
  /// By which it is the same mailbox as another.
  public let key: String
  /// The address as it may stand somewhere whose ASCII letters were made small.
  public let spellings: [String]
  /// What stands instead.
  public let replacement: String
  private let needles: [[UInt8]]

  /// A trace of an address as `contactAddress` makes it; `replacement` looks like an address that nobody can have.
  public init(address: String, replacement: String) {
    self.address = address
    self.replacement = replacement
    key = Address.comparisonKey(address)
    let at = key.lastIndex(of: "@") ?? key.endIndex
    let local = key[..<at]
    // Of other letters than ASCII a text has the small ones or the large ones.
    let letters = DomainSpelling.all(of: String(key[at...].dropFirst()))
    let domains = Set(letters + letters.map { asciiLowered($0.uppercased()) }).sorted()
    spellings = domains.map { "\(local)@\($0)" }
    needles = domains.flatMap { domain in
      ["\(local)@\(domain)", "\(local)%40\(domain)", "\(local)=\(domain)"]
        + (domain.utf8.allSatisfy { $0 < 0x80 } ? [] : ["\(local)%40\(percentEncoded(domain).lowercased())"])
    }.map { Array($0.utf8) }
  }

  /// The forms that are looked for, in lower case: a first sieve for a database.
  public var forms: [String] { needles.map { String(decoding: $0, as: UTF8.self) } }

  // MARK: - Texts

  /// Whether a text names the address.
  public func isIn(_ text: String) -> Bool { isIn(Array(text.utf8)) }

  /// Whether octets name the address as they stand.
  public func isIn(_ bytes: [UInt8]) -> Bool { nextPlace(in: bytes, from: 0) != nil }

  /// The text with the replacement in the address's places.
  public func redacted(_ text: String) -> String { String(decoding: redacted(Array(text.utf8)), as: UTF8.self) }

  private func redacted(_ bytes: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    var position = 0
    while let place = nextPlace(in: bytes, from: position) {
      out += bytes[position..<place.lowerBound]
      out += replacement.utf8
      position = place.upperBound
    }
    return position == 0 ? bytes : out + bytes[position...]
  }

  /// The next place from `start` on that is the whole address and no part of a longer one.
  private func nextPlace(in bytes: [UInt8], from start: Int) -> Range<Int>? {
    bytes.withUnsafeBufferPointer { buffer -> Range<Int>? in
      guard let first = needles.first?.first else { return nil }
      let shortest = needles.map(\.count).min() ?? 1
      var index = start
      while index + shortest <= buffer.count {
        if buffer[index].lowered == first {
          for needle in needles where isWhole(needle, at: index, buffer) { return index..<index + needle.count }
        }
        index += 1
      }
      return nil
    }
  }

  private func isWhole(_ needle: [UInt8], at index: Int, _ buffer: UnsafeBufferPointer<UInt8>) -> Bool {
    guard index + needle.count <= buffer.count else { return false }
    for offset in needle.indices where buffer[index + offset].lowered != needle[offset] { return false }
    // A letter, digit, dot or `_` before it makes another person of it; VERP puts `+`, `=` or a dash there, and too much
    // taken out is better than too little.
    if index > 0 {
      let before = buffer[index - 1]
      if before.isLetter || before.isDigit || before == Octet.dot || before == UInt8(ascii: "_") { return false }
    }
    let end = index + needle.count
    guard end < buffer.count else { return true }
    let after = buffer[end]
    if after.isLetter || after.isDigit || after == Octet.dash { return false }
    // `ann@example.org.uk` is somebody else; a full stop at the end of a sentence is none of the address.
    return !(after == Octet.dot && end + 1 < buffer.count && (buffer[end + 1].isLetter || buffer[end + 1].isDigit))
  }

  // MARK: - Mails

  /// Whether a mail names the address, also inside of transfer encodings, encoded words and enclosed mails.
  public func isIn(mail bytes: [UInt8]) -> Bool { isIn(bytes) || isEncoded(in: bytes, depth: 0) }

  /// The mail without the address; nil when it stands in a part whose encoding would have to be written anew.
  public func redacted(mail bytes: [UInt8]) -> [UInt8]? {
    let header = HeaderBlock(parsing: bytes)
    var out: [UInt8] = []
    var length = 0
    for field in header.fields {
      length += field.raw.count
      out += redacted(field)
    }
    // The header's octets come first (but for an mbox line, which no stored mail has).
    guard bytes.count >= length, Array(bytes[..<length]) == header.fields.flatMap({ Array($0.raw) }) else { return nil }
    out += redacted(Array(bytes[length...]))
    return isIn(mail: out) ? nil : out
  }

  /// A field whose value is a list of addresses loses the mailbox with its name; of any other the address goes.
  private func redacted(_ field: HeaderField) -> [UInt8] {
    guard isIn(Array(field.raw)) || isIn(field.text) else { return Array(field.raw) }
    guard Self.addressFields.contains(field.name.lowercased()) else {
      return isIn(Array(field.raw)) ? redacted(Array(field.raw)) : Array(HeaderField(name: field.name, value: "").raw)
    }
    let rest = Address.list(in: field.value).filter { Address.comparisonKey($0.address) != key }
    guard !rest.isEmpty else { return [] }
    return Array(HeaderField(name: field.name, value: rest.map(\.formatted).joined(separator: ", ")).raw)
  }

  private static let addressFields: Set<String> = [
    "to", "cc", "bcc", "from", "sender", "reply-to", "resent-to", "resent-cc", "resent-from",
  ]

  private func isEncoded(in bytes: [UInt8], depth: Int) -> Bool {
    guard depth < Message.Limit.nesting else { return false }
    let message = Message(bytes)
    for part in message.parts {
      if part.header.fields.contains(where: { isIn($0.text) || isIn($0.value) }) { return true }
      guard part.children.isEmpty, part.encoding != .identity else { continue }
      let content = message.content(of: part)
      if isIn(content) || isIn(message.text(of: part)) { return true }
      if part.isMessage, isEncoded(in: content, depth: depth + 1) { return true }
    }
    return false
  }
}

private func asciiLowered(_ text: String) -> String { String(decoding: text.utf8.map(\.lowered), as: UTF8.self) }

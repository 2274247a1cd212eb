/// Why an envelope address was refused.
enum PathError: Error, Equatable {
  case syntax
  case tooLong
}

/// An address between angle brackets in MAIL or RCPT (RFC 5321 §4.1.2, with the UTF-8 of RFC 6531 §3.3), read from the
/// bytes of a command.
struct Path: Equatable {
  /// `local@domain` in its shortest form; empty for `<>`; only a local part for `<postmaster>`.
  let address: String
  /// Whether it may be used without SMTPUTF8.
  var isASCII: Bool { address.utf8.allSatisfy { $0 < 0x80 } }
  /// Where the parameters start.
  let end: Int

  /// RFC 5321 §4.5.3.1: octets in a domain and a whole path with its punctuation. Local parts have no limit of their own:
  /// bounce addresses with the recipient in them and reply addresses with a token are longer than its 64, and no server
  /// that is met refuses them.
  static let maximumDomain = 255
  static let maximumPath = 256

  /// Reads `<…>` at `start`; blanks before it are allowed, as Postfix allows them.
  init(_ bytes: [UInt8], from start: Int) throws(PathError) {
    var reader = PathReader(bytes: bytes, at: start)
    reader.skipBlanks()
    let opening = reader.at
    guard reader.take(0x3C) else { throw .syntax }
    if reader.take(0x3E) {
      address = ""
      end = reader.at
      return
    }
    try reader.skipSourceRoute()
    let local = try reader.localPart()
    var address = local
    if reader.take(0x40) {
      address.append(0x40)
      address += try reader.domain()
    } else {
      // RFC 5321 §4.1.1.3: `<postmaster>` is the one address that may stand without a domain.
      guard matches(local, "POSTMASTER") else { throw .syntax }
      address = Array("postmaster".utf8)
    }
    guard reader.take(0x3E) else { throw .syntax }
    guard reader.at - opening <= Self.maximumPath + reader.routeBytes else { throw .tooLong }
    end = reader.at
    if address.allSatisfy({ $0 < 0x80 }) {
      self.address = String(decoding: address, as: UTF8.self)
      return
    }
    guard let text = String(validating: address, as: UTF8.self),
      !text.unicodeScalars.contains(where: { (0x80..<0xA0).contains($0.value) })
    else { throw .syntax }
    self.address = text
  }
}

private struct PathReader {
  let bytes: [UInt8]
  var at: Int
  var routeBytes = 0

  init(bytes: [UInt8], at: Int) {
    self.bytes = bytes
    self.at = at
  }

  var peek: UInt8? { at < bytes.count ? bytes[at] : nil }

  mutating func take(_ byte: UInt8) -> Bool {
    guard peek == byte else { return false }
    at += 1
    return true
  }

  mutating func skipBlanks() {
    while peek == Octet.space || peek == 0x09 { at += 1 }
  }

  /// RFC 5321 §4.1.1.3 and appendix F.2: `@a,@b:` is read and forgotten.
  mutating func skipSourceRoute() throws(PathError) {
    let start = at
    guard peek == 0x40 else { return }
    repeat {
      guard take(0x40) else { throw .syntax }
      _ = try domain()
    } while take(0x2C)
    guard take(0x3A) else { throw .syntax }
    routeBytes = at - start
  }

  mutating func localPart() throws(PathError) -> [UInt8] {
    peek == 0x22 ? try quotedLocalPart() : try dotString()
  }

  private mutating func dotString() throws(PathError) -> [UInt8] {
    let start = at
    while let byte = peek, byte.isAtext || byte >= 0x80 || byte == Octet.dot { at += 1 }
    guard Self.isDotString(bytes[start..<at]) else { throw .syntax }
    return Array(bytes[start..<at])
  }

  private static func isDotString(_ text: some Collection<UInt8>) -> Bool {
    // A dot stands between two atoms: never first, last or behind another.
    var before = Octet.dot
    for octet in text {
      guard octet.isAtext || octet >= 0x80 || (octet == Octet.dot && before != Octet.dot) else { return false }
      before = octet
    }
    return before != Octet.dot
  }

  /// A quoted local part, given back without quotes when it does not need them (RFC 5321 §4.1.2: they mean the same).
  private mutating func quotedLocalPart() throws(PathError) -> [UInt8] {
    at += 1
    var content: [UInt8] = []
    while let byte = peek, byte != 0x22 {
      var octet = byte
      if byte == 0x5C {
        at += 1
        guard let escaped = peek else { throw .syntax }
        octet = escaped
      }
      guard octet >= 0x20, octet != 0x7F else { throw .syntax }
      content.append(octet)
      at += 1
    }
    guard take(0x22), !content.isEmpty else { throw .syntax }
    if Self.isDotString(content) { return content }
    var quoted: [UInt8] = [0x22]
    for octet in content {
      if octet == 0x22 || octet == 0x5C { quoted.append(0x5C) }
      quoted.append(octet)
    }
    return quoted + [0x22]
  }

  mutating func domain() throws(PathError) -> [UInt8] {
    let domain = peek == 0x5B ? try addressLiteral() : try labels()
    guard domain.count <= Path.maximumDomain else { throw .tooLong }
    return domain
  }

  /// Labels of letters, digits and hyphens; the underscore is no host name's but is met in practice.
  private mutating func labels() throws(PathError) -> [UInt8] {
    var domain: [UInt8] = []
    domain.reserveCapacity(64)
    var labelStart = 0
    while let byte = peek {
      switch byte {
      case Octet.dot:
        guard Self.isLabel(domain[labelStart...]) else { throw .syntax }
        labelStart = domain.count + 1
      case 0x2D, 0x5F: break
      case _ where byte.isASCIILetter || byte.isASCIIDigit || byte >= 0x80: break
      default:
        guard Self.isLabel(domain[labelStart...]) else { throw .syntax }
        return domain
      }
      domain.append(byte.asciiLowercased)
      at += 1
    }
    guard Self.isLabel(domain[labelStart...]) else { throw .syntax }
    return domain
  }

  private static func isLabel(_ label: ArraySlice<UInt8>) -> Bool {
    !label.isEmpty && label.count <= 63 && label.first != 0x2D && label.last != 0x2D
  }

  /// `[192.0.2.1]` or `[IPv6:2001:db8::1]` (RFC 5321 §4.1.3).
  private mutating func addressLiteral() throws(PathError) -> [UInt8] {
    let start = at
    at += 1
    let inside = at
    while let byte = peek, byte != 0x5D, byte > Octet.space, byte < 0x7F { at += 1 }
    let content = bytes[inside..<at]
    guard take(0x5D) else { throw .syntax }
    let isIPv6 = matches(content.prefix(5), "IPV6:")
    guard isIPv6 ? Self.isIPv6(content.dropFirst(5)) : Self.isIPv4(content) else { throw .syntax }
    return bytes[start..<at].map(\.asciiLowercased)
  }

  private static func isIPv4(_ text: ArraySlice<UInt8>) -> Bool {
    let parts = text.split(separator: Octet.dot, omittingEmptySubsequences: false)
    return parts.count == 4
      && parts.allSatisfy { part in
        (1...3).contains(part.count) && part.allSatisfy(\.isASCIIDigit)
          && part.reduce(0) { $0 * 10 + Int($1 - 0x30) } <= 255
      }
  }

  private static func isIPv6(_ text: ArraySlice<UInt8>) -> Bool {
    var groups = text.split(separator: 0x3A, omittingEmptySubsequences: false)
    guard groups.count >= 3 else { return false }
    var count = 0
    if let last = groups.last, last.contains(Octet.dot) {
      guard isIPv4(last) else { return false }
      groups.removeLast()
      count = 2
    }
    // `::` stands once for the groups left out; at either end it leaves two empty pieces.
    var inner = groups[...]
    let tailIsOpen = count == 0
    if inner.first?.isEmpty == true {
      guard inner.count >= 2, inner[inner.startIndex + 1].isEmpty else { return false }
      inner = inner.dropFirst()
    }
    if tailIsOpen, inner.count > 1, inner.last?.isEmpty == true {
      guard inner[inner.endIndex - 2].isEmpty else { return false }
      inner = inner.dropLast()
    }
    let gaps = inner.filter(\.isEmpty).count
    let written = inner.filter { !$0.isEmpty }
    let isHex = written.allSatisfy { group in
      group.count <= 4 && group.allSatisfy { $0.isASCIIDigit || (0x61...0x66).contains($0 | 0x20) }
    }
    count += written.count
    return isHex && (gaps == 0 ? count == 8 : gaps == 1 && count < 8)
  }
}

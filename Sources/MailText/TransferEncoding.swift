/// The content transfer encodings of RFC 2045 §6 and uuencode, read leniently: whatever cannot be read is skipped.
public enum TransferEncoding: Sendable, Equatable {
  case identity
  case quotedPrintable
  case base64
  case uuencode

  /// Reads a Content-Transfer-Encoding value; unknown words are identity (RFC 2045 §6.4 would make them opaque octets).
  public init(_ value: String?) {
    let word = (value ?? "").utf8.trimmedSpaces().prefix {
      !$0.isSpace && $0 != Octet.semicolon && $0 != Octet.openParenthesis
    }
    if word.equalsASCII("base64") {
      self = .base64
    } else if word.equalsASCII("quoted-printable") {
      self = .quotedPrintable
    } else if word.equalsASCII("x-uuencode") || word.equalsASCII("uuencode") || word.equalsASCII("x-uue") {
      self = .uuencode
    } else {
      self = .identity
    }
  }

  /// The octets that `bytes` stand for.
  public func decode(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    switch self {
    case .identity: Array(bytes)
    case .quotedPrintable: Self.decodeQuotedPrintable(bytes)
    case .base64: Self.decodeBase64(bytes)
    case .uuencode: UUEncoding.decode(bytes)
    }
  }

  /// Base64 (RFC 2045 §6.8): octets outside the alphabet are skipped; padding ends a group, and text may go on after it.
  package static func decodeBase64(_ bytes: some Collection<UInt8>) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count / 4 * 3 + 3)
    var bits: UInt32 = 0
    var have = 0
    for octet in bytes {
      let value = base64Values[Int(octet)]
      if value < 64 {
        bits = bits << 6 | UInt32(value)
        have += 1
        if have == 4 {
          out.append(UInt8(truncatingIfNeeded: bits >> 16))
          out.append(UInt8(truncatingIfNeeded: bits >> 8))
          out.append(UInt8(truncatingIfNeeded: bits))
          have = 0
        }
      } else if octet == Octet.equals {
        flush(&out, bits, &have)
      }
    }
    flush(&out, bits, &have)
    return out
  }

  private static func flush(_ out: inout [UInt8], _ bits: UInt32, _ have: inout Int) {
    if have >= 2 { out.append(UInt8(truncatingIfNeeded: bits >> (have == 2 ? 4 : 10))) }
    if have == 3 { out.append(UInt8(truncatingIfNeeded: bits >> 2)) }
    have = 0
  }

  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  private static let base64Values: [UInt8] = {
    var table = [UInt8](repeating: 255, count: 256)
    for (value, octet) in alphabet.enumerated() { table[Int(octet)] = UInt8(value) }
    return table
  }()

  /// Base64 of `bytes` in one line.
  package static func encodeBase64(_ bytes: some Collection<UInt8>) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count / 3 * 4 + 4)
    var bits: UInt32 = 0
    var have = 0
    for octet in bytes {
      bits = bits << 8 | UInt32(octet)
      have += 1
      if have == 3 {
        for shift in [UInt32(18), 12, 6, 0] { out.append(alphabet[Int(bits >> shift & 63)]) }
        bits = 0
        have = 0
      }
    }
    if have == 1 {
      out += [alphabet[Int(bits >> 2 & 63)], alphabet[Int(bits << 4 & 63)], Octet.equals, Octet.equals]
    } else if have == 2 {
      out += [
        alphabet[Int(bits >> 10 & 63)], alphabet[Int(bits >> 4 & 63)], alphabet[Int(bits << 2 & 63)], Octet.equals,
      ]
    }
    return out
  }

  /// Quoted-printable (RFC 2045 §6.7): wrong sequences stay as written, white space at line ends goes.
  package static func decodeQuotedPrintable(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    var blanks = 0  // white space seen since the last other octet: dropped if the line ends here
    var i = bytes.startIndex
    let end = bytes.endIndex
    while i < end {
      let octet = bytes[i]
      switch octet {
      case Octet.space, Octet.tab:
        blanks += 1
        out.append(octet)
      case Octet.lf:
        let hadCR = blanks == 0 && out.last == Octet.cr
        out.removeLast(blanks)
        if !hadCR, i > bytes.startIndex, bytes[i - 1] == Octet.cr, out.last != Octet.cr { out.append(Octet.cr) }
        blanks = 0
        out.append(octet)
      case Octet.cr where blanks > 0 && i + 1 < end && bytes[i + 1] == Octet.lf:
        break  // decided at the LF
      case Octet.equals:
        blanks = 0
        if i + 2 < end, let high = bytes[i + 1].hexValue, let low = bytes[i + 2].hexValue {
          out.append(high << 4 | low)
          i += 3
          continue
        }
        var skip = i + 1
        while skip < end, bytes[skip].isBlank { skip += 1 }
        if skip < end, bytes[skip] == Octet.cr { skip += 1 }
        if skip < end, bytes[skip] == Octet.lf {
          i = skip + 1  // soft line break
          continue
        }
        if skip >= end {
          i = end
          continue
        }
        out.append(octet)
      default:
        blanks = 0
        out.append(octet)
      }
      i += 1
    }
    return out
  }
}

/// Uuencoded text (POSIX uuencode): lines of a length octet and groups of four.
enum UUEncoding {
  static func decode(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var out: [UInt8] = []
    var inside = false
    for line in bytes.split(separator: Octet.lf) {
      let line = line.trimmedSpaces()
      if !inside {
        inside = line.starts(with: "begin ".utf8)
        continue
      }
      guard let first = line.first, !line.elementsEqual("end".utf8), first > 32, first < 97 else { break }
      var left = Int((first &- 32) & 63)
      var i = line.startIndex + 1
      while left > 0, i < line.endIndex {
        var bits: UInt32 = 0
        for k in 0..<4 {
          let octet = i + k < line.endIndex ? line[i + k] : 32
          bits = bits << 6 | UInt32((octet &- 32) & 63)
        }
        for shift in [UInt32(16), 8, 0] where left > 0 {
          out.append(UInt8(truncatingIfNeeded: bits >> shift))
          left -= 1
        }
        i += 4
      }
    }
    return out
  }
}

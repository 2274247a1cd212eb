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
    case .base64: Self.decodeBase64Body(bytes)
    case .uuencode: UUEncoding.decode(bytes)
    }
  }

  /// A body in base64, and behind it what a list or a gateway has put there in plain words without looking: those are kept as they are.
  private static func decodeBase64Body(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    guard endsInWords(bytes), let end = endOfBase64(bytes) else { return decodeBase64(bytes) }
    return decodeBase64(bytes[..<end]) + [Octet.lf] + bytes[end...]
  }

  /// Where the text behind base64 begins. All its lines but the last are as long as the first (RFC 2045 §6.8: padding only comes at the
  /// end); words follow when a line behind it holds what base64 cannot, and none is as long as its lines are.
  private static func endOfBase64(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>.Index? {
    var line = bytes.startIndex
    var width = 0
    var end: Int?
    var hasWords = false
    while line < bytes.endIndex {
      let stop = bytes[line...].firstIndex(of: Octet.lf) ?? bytes.endIndex
      let next = min(stop + 1, bytes.endIndex)
      let content = bytes[line..<stop].trimmedSpaces()
      let isPure = isPure(content)
      if end == nil {
        guard isPure else { return width > 0 && hasOnlyWords(bytes[line...]) ? line : nil }
        if width == 0 { width = content.count }
        if width > 0, content.count < width || content.last == Octet.equals { end = next }
      } else if isPure, content.count >= longLine {
        return nil
      } else if !isPure {
        hasWords = true
      }
      line = next
    }
    return hasWords ? end : nil
  }

  /// Whether the last line holds what base64 cannot: of most bodies that is all there is to look at.
  private static func endsInWords(_ bytes: ArraySlice<UInt8>) -> Bool {
    let body = bytes.trimmedSpaces()
    let line = body.lastIndex(of: Octet.lf).map { body.index(after: $0) } ?? body.startIndex
    return !isPure(body[line...])
  }

  private static func isPure(_ line: ArraySlice<UInt8>) -> Bool {
    line.allSatisfy { base64Values[Int($0)] < 64 || $0 == Octet.equals }
  }

  /// A line of base64 that no word is as long as.
  private static let longLine = 40

  private static func hasOnlyWords(_ bytes: ArraySlice<UInt8>) -> Bool {
    !bytes.split(separator: Octet.lf).contains { line in
      let content = line.trimmedSpaces()
      return content.count >= longLine && isPure(content)
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
package enum UUEncoding {
  /// A text without the files that stand in it: from `begin 644 name` to `end`, with nothing but such lines between.
  package static func removingFiles(from text: String) -> String {
    let bytes = Array(text.utf8)
    guard bytes.range(of: "begin ") != nil else { return text }
    var out: [UInt8] = []
    var kept = 0
    var line = 0
    while line < bytes.count {
      let (_, next) = bytes.line(from: line, limit: bytes.count)
      if let end = endOfFile(bytes, from: line) {
        out += bytes[kept..<line]
        (kept, line) = (end, end)
      } else {
        line = next
      }
    }
    return kept == 0 ? text : String(decoding: out + bytes[kept...], as: UTF8.self)
  }

  /// Where the file that begins in this line ends; nil when none does. A line that is none of a file's ends the search.
  private static func endOfFile(_ bytes: [UInt8], from start: Int) -> Int? {
    var (end, line) = bytes.line(from: start, limit: bytes.count)
    let words = bytes[start..<end].split(separator: Octet.space)
    guard words.count >= 3, words[0].elementsEqual("begin".utf8), 3...4 ~= words[1].count,
      words[1].allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "7") ~= $0 })
    else { return nil }
    while line < bytes.count {
      let content = line
      (end, line) = bytes.line(from: content, limit: bytes.count)
      let octets = bytes[content..<end]
      if octets.trimmedSpaces().elementsEqual("end".utf8) { return line }
      guard let first = octets.first, (32...96).contains(first), octets.count <= 66 else { return nil }
      // As many groups of four as the length says; the last spaces may have been cut off.
      let groups = (Int(first - 32) & 63 + 2) / 3 * 4
      guard octets.count <= groups + 2 else { return nil }
    }
    return nil
  }

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

/// Encoded words of RFC 2047, decoded leniently (also inside quoted strings and with spaces) and encoded strictly.
public enum EncodedWord {
  /// Decodes every encoded word in a field's value; adjacent ones of one charset are joined before decoding.
  public static func decode(_ bytes: [UInt8]) -> String {
    guard let first = bytes.firstIndex(of: Octet.equals), bytes.contains(Octet.question) else {
      return Charset.headerText(bytes)
    }
    var text = ""
    var plain: [UInt8] = []
    var pending: (charset: String, octets: [UInt8])?
    var i = first
    plain += bytes[..<first]

    func flushPending() {
      if let held = pending {
        text += Charset.decode(held.octets, label: held.charset)
        pending = nil
      }
    }
    func flushPlain() {
      if !plain.isEmpty {
        text += Charset.headerText(plain)
        plain.removeAll(keepingCapacity: true)
      }
    }
    var nextEnd = first
    while i < bytes.count {
      guard bytes[i] == Octet.equals, let word = Word(bytes, at: i, nextEnd: &nextEnd) else {
        plain.append(bytes[i])
        i += 1
        continue
      }
      // RFC 2047 §6.2: white space between two encoded words is not shown.
      if pending != nil, plain.allSatisfy(\.isSpace) {
        plain.removeAll(keepingCapacity: true)
      } else {
        flushPending()
        flushPlain()
      }
      if let held = pending, held.charset == word.charset {
        // A character may be split over two words against §5; joining the octets mends that.
        pending?.octets += word.octets
      } else {
        flushPending()
        pending = (word.charset, word.octets)
      }
      i = word.end
      // Text right after it belongs after it.
      if i < bytes.count, bytes[i] != Octet.equals, !bytes[i].isSpace { flushPending() }
    }
    if !plain.allSatisfy(\.isSpace) || pending == nil { flushPending() }
    flushPending()
    flushPlain()
    return text
  }

  /// Decodes a value given as text.
  public static func decode(_ value: String) -> String { decode(Array(value.utf8)) }

  /// `text` as it may stand in an unstructured field: itself when it is ASCII, else UTF-8 in B-encoded words of at most 75
  /// octets, split between characters (RFC 2047 §2 and §5).
  public static func encode(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { $0 >= 32 && $0 < 127 } && !text.contains("=?")
    if isPlain { return text }
    var words: [String] = []
    var piece: [UInt8] = []
    func close() {
      if piece.isEmpty { return }
      words.append("=?UTF-8?B?" + String(decoding: TransferEncoding.encodeBase64(piece), as: UTF8.self) + "?=")
      piece.removeAll(keepingCapacity: true)
    }
    for scalar in text.unicodeScalars {
      let octets = Array(String(scalar == "\r" || scalar == "\n" || scalar == "\0" ? " " : scalar).utf8)
      // 75 − 12 for "=?UTF-8?B?" and "?=" leaves 63 octets: 45 before base64.
      if piece.count + octets.count > 45 { close() }
      piece += octets
    }
    close()
    return words.joined(separator: " ")
  }

  /// One `=?charset?encoding?text?=`.
  private struct Word {
    let charset: String
    let octets: [UInt8]
    let end: Int
    /// RFC 2047 §2 says 75; real ones are longer. `nextEnd` is where the last search for an end stopped: it goes on there, so
    /// that words without end cost one scan together.
    private static let longest = 4_096

    init?(_ bytes: [UInt8], at start: Int, nextEnd: inout Int) {
      guard start + 6 < bytes.count, bytes[start + 1] == Octet.question else { return nil }
      var charsetEnd = start + 2
      let charsetLimit = min(bytes.count, start + 62)
      while charsetEnd < charsetLimit, bytes[charsetEnd] != Octet.question {
        guard !bytes[charsetEnd].isSpace else { return nil }
        charsetEnd += 1
      }
      guard charsetEnd > start + 2, charsetEnd + 3 < bytes.count, bytes[charsetEnd] == Octet.question,
        bytes[charsetEnd + 2] == Octet.question
      else { return nil }
      let encoding = bytes[charsetEnd + 1].lowered
      let textStart = charsetEnd + 3
      nextEnd = max(nextEnd, textStart)
      while nextEnd + 1 < bytes.count, !(bytes[nextEnd] == Octet.question && bytes[nextEnd + 1] == Octet.equals) {
        nextEnd += 1
      }
      guard nextEnd + 1 < bytes.count, nextEnd - textStart <= Self.longest else { return nil }
      let textEnd = nextEnd
      let text = bytes[textStart..<textEnd]
      switch encoding {
      case UInt8(ascii: "b"): octets = TransferEncoding.decodeBase64(text)
      case UInt8(ascii: "q"): octets = Self.decodeQ(text)
      default: return nil
      }
      charset = String(decoding: bytes[start + 2..<charsetEnd], as: UTF8.self)
      end = textEnd + 2
    }

    /// RFC 2047 §4.2: like quoted-printable, with `_` for a space.
    private static func decodeQ(_ text: ArraySlice<UInt8>) -> [UInt8] {
      var out: [UInt8] = []
      var i = text.startIndex
      while i < text.endIndex {
        if text[i] == Octet.equals, i + 2 < text.endIndex, let high = text[i + 1].hexValue,
          let low = text[i + 2].hexValue
        {
          out.append(high << 4 | low)
          i += 3
        } else {
          out.append(text[i] == UInt8(ascii: "_") ? Octet.space : text[i])
          i += 1
        }
      }
      return out
    }
  }
}

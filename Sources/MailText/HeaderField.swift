/// One header field as it stands in the mail: its raw octets, with folding and line ends, are kept for serialising.
///
/// RFC 5322 §2.2 and §3.2.2 (folding); octets above 127 are read as UTF-8 (RFC 6532), else as Windows-1252.
public struct HeaderField: Sendable, Equatable {
  /// The whole field with its line ends.
  public let raw: ArraySlice<UInt8>
  private let nameLength: Int32
  private let valueOffset: Int32

  /// A field longer than 2 GB does not exist: mails are bounded long before; such offsets are cut to be safe.
  init(raw: ArraySlice<UInt8>, nameLength: Int, valueOffset: Int) {
    self.raw = raw
    self.nameLength = Int32(clamping: nameLength)
    self.valueOffset = Int32(clamping: valueOffset)
  }

  /// A new field, folded at 78 columns where it has spaces; CR, LF and NUL in `value` become spaces (no injection).
  public init(name: String, value: String) {
    let bytes = HeaderFolding.fold(name: name, value: value)
    let length = name.utf8.count
    self.init(raw: bytes[...], nameLength: length, valueOffset: length + 1)
  }

  /// The name as written.
  public var name: String { String(decoding: nameBytes, as: UTF8.self) }

  /// The name's octets.
  public var nameBytes: ArraySlice<UInt8> { raw[raw.startIndex..<raw.startIndex + Int(nameLength)] }

  /// The octets after the colon, folded as written.
  public var rawValue: ArraySlice<UInt8> {
    raw[min(raw.endIndex, raw.startIndex + Int(valueOffset))..<raw.endIndex]
  }

  /// The value's octets unfolded (line ends removed) and without white space at the ends.
  public var valueBytes: [UInt8] {
    let value = rawValue.trimmedSpaces()
    guard value.contains(where: { $0 == Octet.lf || $0 == Octet.cr }) else { return Array(value) }
    return value.filter { $0 != Octet.lf && $0 != Octet.cr }
  }

  /// The value unfolded, encoded words left as they are.
  public var value: String { Charset.headerText(valueBytes) }

  /// The value unfolded with encoded words decoded (RFC 2047): for people, not for parsing.
  public var text: String { EncodedWord.decode(valueBytes) }

  /// The same field without lines of white space only.
  var withoutWhiteLines: HeaderField {
    var kept: [UInt8] = []
    var start = raw.startIndex
    while start < raw.endIndex {
      let end = raw[start...].firstIndex(of: Octet.lf).map { $0 + 1 } ?? raw.endIndex
      if start == raw.startIndex || !raw[start..<end].allSatisfy(\.isSpace) { kept += raw[start..<end] }
      start = end
    }
    return HeaderField(raw: kept[...], nameLength: Int(nameLength), valueOffset: Int(valueOffset))
  }

  /// Whether the field has this name, without regard to case.
  public func isNamed(_ name: String) -> Bool {
    Int(nameLength) == name.utf8.count && nameBytes.equalsASCII(name)
  }

  /// Whether the field's name begins with `prefix`, without regard to case.
  public func hasNamePrefix(_ prefix: String) -> Bool {
    Int(nameLength) >= prefix.utf8.count && nameBytes.prefix(prefix.utf8.count).equalsASCII(prefix)
  }
}

/// Writes a field's value in lines of at most 78 octets where it can and 998 where it must (RFC 5322 §2.1.1).
enum HeaderFolding {
  private static let wanted = 78

  static func fold(name: String, value: String) -> [UInt8] {
    var value = value
    return value.withUTF8 { fold(name: name, $0) }
  }

  private static func fold(name: String, _ value: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(name.utf8.count + value.count + value.count / 32 + 16)
    out += name.utf8
    out.append(Octet.colon)
    out.append(Octet.space)
    var column = out.count
    var (at, end) = (0, value.count)
    while at < end, value[at].isSpace || value[at] == 0 { at += 1 }
    while end > at, value[end - 1].isSpace || value[end - 1] == 0 { end -= 1 }
    var isFirst = true
    while true {
      var wordEnd = at
      while wordEnd < end, !isGap(value[wordEnd]) { wordEnd += 1 }
      let count = wordEnd - at
      if !isFirst {
        // An empty word is a run of spaces: a fold there would make a line of white space only (RFC 5322 §3.2.2).
        if column + 1 + count > wanted, count > 0, column > 1 {
          out.append(Octet.cr)
          out.append(Octet.lf)
          column = 0
        }
        out.append(Octet.space)
        column += 1
      }
      out.append(contentsOf: UnsafeBufferPointer(rebasing: value[at..<wordEnd]))
      column += count
      isFirst = false
      guard wordEnd < end else { break }
      at = wordEnd + 1
    }
    out.append(Octet.cr)
    out.append(Octet.lf)
    return out
  }

  /// What becomes a space: nothing may end the line or a C string.
  private static func isGap(_ octet: UInt8) -> Bool {
    octet == Octet.space || octet == Octet.cr || octet == Octet.lf || octet == 0
  }
}

import Glibc

/// ASCII octets and searches the readers share; a file of names rather than numbers in every parser.
///
/// Computed, so that other modules get the number itself: a stored one is a call and a load at each use.
@usableFromInline package enum Octet {
  @inlinable package static var tab: UInt8 { UInt8(ascii: "\t") }
  @inlinable package static var lf: UInt8 { UInt8(ascii: "\n") }
  @inlinable package static var cr: UInt8 { UInt8(ascii: "\r") }
  @inlinable package static var space: UInt8 { UInt8(ascii: " ") }
  @inlinable package static var colon: UInt8 { UInt8(ascii: ":") }
  @inlinable package static var dash: UInt8 { UInt8(ascii: "-") }
  @inlinable package static var quote: UInt8 { UInt8(ascii: "\"") }
  @inlinable package static var backslash: UInt8 { UInt8(ascii: "\\") }
  @inlinable package static var equals: UInt8 { UInt8(ascii: "=") }
  @inlinable package static var question: UInt8 { UInt8(ascii: "?") }
  @inlinable package static var lessThan: UInt8 { UInt8(ascii: "<") }
  @inlinable package static var greaterThan: UInt8 { UInt8(ascii: ">") }
  @inlinable package static var semicolon: UInt8 { UInt8(ascii: ";") }
  @inlinable package static var comma: UInt8 { UInt8(ascii: ",") }
  @inlinable package static var at: UInt8 { UInt8(ascii: "@") }
  @inlinable package static var dot: UInt8 { UInt8(ascii: ".") }
  @inlinable package static var percent: UInt8 { UInt8(ascii: "%") }
  @inlinable package static var apostrophe: UInt8 { UInt8(ascii: "'") }
  @inlinable package static var asterisk: UInt8 { UInt8(ascii: "*") }
  @inlinable package static var openParenthesis: UInt8 { UInt8(ascii: "(") }
  @inlinable package static var closeParenthesis: UInt8 { UInt8(ascii: ")") }
}

extension UInt8 {
  @inlinable package var isBlank: Bool { self == 32 || self == 9 }
  @inlinable package var isSpace: Bool { self == 32 || (self >= 9 && self <= 13) }
  @inlinable package var isDigit: Bool { self >= 48 && self <= 57 }
  @inlinable package var isLetter: Bool { (self | 32) >= 97 && (self | 32) <= 122 }
  @inlinable package var lowered: UInt8 { self >= 65 && self <= 90 ? self | 32 : self }

  /// The value of a hexadecimal digit.
  @inlinable package var hexValue: UInt8? {
    switch self {
    case 48...57: self - 48
    case 65...70: self - 55
    case 97...102: self - 87
    default: nil
    }
  }
}

extension [UInt8] {
  /// The first place of `octet` in `range`, by memchr; nil when it is not there.
  package func firstIndex(of octet: UInt8, in range: Range<Int>) -> Int? {
    withUnsafeBufferPointer { buffer in
      let range = range.clamped(to: 0..<buffer.count)
      guard !range.isEmpty, let base = buffer.baseAddress,
        let hit = memchr(base + range.lowerBound, Int32(octet), range.count)
      else { return nil }
      return UnsafeRawPointer(hit) - UnsafeRawPointer(base)
    }
  }

  /// The end of the line that starts at `start` (past its LF, or `limit`), and the end of its text (before CR LF or LF).
  package func line(from start: Int, limit: Int) -> (text: Int, next: Int) {
    guard let lf = firstIndex(of: Octet.lf, in: start..<limit) else { return (limit, limit) }
    return (lf > start && self[lf - 1] == Octet.cr ? lf - 1 : lf, lf + 1)
  }

  /// Whether the octets at `place` are `text`, ASCII letters compared without case.
  package func hasASCII(_ text: StaticString, at place: Int) -> Bool {
    let length = text.utf8CodeUnitCount
    guard place >= 0, count - place >= length else { return false }
    for i in 0..<length where self[place + i].lowered != text.utf8Start[i].lowered { return false }
    return true
  }
}

extension ArraySlice<UInt8> {
  /// The first place of these octets; nil when they are not there.
  package func firstPlace(of wanted: ArraySlice<UInt8>) -> Int? {
    wanted.withUnsafeBufferPointer { wanted in
      withUnsafeBufferPointer { octets in octets.firstPlace(of: wanted).map { startIndex + $0 } }
    }
  }
}

extension Collection<UInt8> where Index == Int {
  /// The first place of an ASCII text.
  package func range(of text: StaticString) -> Int? {
    let wanted = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    let found: Int?? = withContiguousStorageIfAvailable { $0.firstPlace(of: wanted) }
    guard let found else { return Array(self).range(of: text).map { startIndex + $0 } }
    return found.map { startIndex + $0 }
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// memchr finds each place where the first octet stands, memcmp says whether the others follow.
  fileprivate func firstPlace(of wanted: UnsafeBufferPointer<UInt8>) -> Int? {
    guard let start = wanted.baseAddress, wanted.count > 0 else { return 0 }
    guard let base = baseAddress else { return nil }
    var from = 0
    while from + wanted.count <= count {
      guard let hit = memchr(base + from, Int32(start[0]), count - wanted.count + 1 - from) else { return nil }
      from = UnsafeRawPointer(hit) - UnsafeRawPointer(base)
      if memcmp(base + from, start, wanted.count) == 0 { return from }
      from += 1
    }
    return nil
  }
}

extension BidirectionalCollection<UInt8> {
  /// Without white space at both ends.
  @inlinable package func trimmedSpaces() -> SubSequence {
    var text = self[startIndex..<endIndex]
    while let first = text.first, first.isSpace { text.removeFirst() }
    while let last = text.last, last.isSpace { text.removeLast() }
    return text
  }
}

extension Collection<UInt8> {
  /// Whether it equals `text`, ASCII letters compared without case.
  @inlinable package func equalsASCII(_ text: String) -> Bool {
    var other = text.utf8.makeIterator()
    for octet in self {
      guard let o = other.next(), o.lowered == octet.lowered else { return false }
    }
    return other.next() == nil
  }
}

extension String {
  /// Its first octets, copied in one piece: a prefix of the UTF-8 view is copied octet by octet.
  package func octets(atMost limit: Int = .max) -> [UInt8] {
    utf8.withContiguousStorageIfAvailable { Array($0.prefix(limit)) } ?? Array(utf8.prefix(limit))
  }

  /// ASCII letters made small; everything else stays, so that indices of bytes stay too.
  package var asciiLowercased: String {
    String(decoding: utf8.map(\.lowered), as: UTF8.self)
  }

  /// Without white space at both ends.
  package var trimmedSpaces: String {
    String(decoding: Array(utf8).trimmedSpaces(), as: UTF8.self)
  }
}

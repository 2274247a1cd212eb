import MailText

/// One row of a CSV text.
public struct CSVRow: Sendable, Equatable {
  /// The line its first field stands in, from 1.
  public var line: Int
  /// Its fields as written, quotes undone.
  public var fields: [String]
}

/// A row that cannot be read; the rows after it can.
public struct CSVError: Error, Sendable, Equatable {
  /// The line the row begins in, from 1.
  public var line: Int
  /// What is wrong.
  public var what: String

  /// An error.
  public init(line: Int, what: String) {
    self.line = line
    self.what = what
  }
}

/// Reads CSV (RFC 4180) row by row from UTF-8 bytes: comma, semicolon or tab, every kind of line end, empty lines passed over.
public struct CSVReader: Sendable {
  private let bytes: [UInt8]
  private let delimiter: UInt8
  private var position = 0
  private var line = 1

  /// No contact has more; a file that does is no list of contacts, or has lost a quote. Bytes of a row, and fields.
  private static let widest = (bytes: 1_000_000, fields: 500)

  /// A reader; the delimiter is the one that the first line has most of, outside of quotes.
  public init(_ bytes: [UInt8]) {
    self.bytes = bytes
    var counts: [UInt8: Int] = [:]
    var isQuoted = false
    for byte in bytes {
      if byte == Octet.quote { isQuoted.toggle() }
      if isQuoted { continue }
      if byte == Octet.lf || byte == Octet.cr { break }
      if byte == Octet.comma || byte == Octet.semicolon || byte == Octet.tab { counts[byte, default: 0] += 1 }
    }
    delimiter =
      [Octet.comma, Octet.semicolon, Octet.tab].max { counts[$0, default: 0] < counts[$1, default: 0] } ?? Octet.comma
  }

  /// How far it has come, from 0 to 1.
  public var progress: Double { bytes.isEmpty ? 1 : Double(position) / Double(bytes.count) }

  /// The next row; nil at the end.
  public mutating func next() throws(CSVError) -> CSVRow? {
    while position < bytes.count, bytes[position] == Octet.lf || bytes[position] == Octet.cr { newLine() }
    guard position < bytes.count else { return nil }
    let (start, firstLine) = (position, line)
    var fields: [String] = []
    while true {
      guard let field = quotedOrBare() else {
        // A quote that never closes takes the rest of the file with it: go on after the row's first line instead.
        (position, line) = (start, firstLine)
        skipLine()
        throw CSVError(line: firstLine, what: "a quote is never closed")
      }
      fields.append(field)
      let isOver = position >= bytes.count || bytes[position] != delimiter
      if fields.count > Self.widest.fields || position - start > Self.widest.bytes {
        skipLine()
        throw CSVError(
          line: firstLine,
          what: "the row has more than \(Self.widest.fields) fields or \(Self.widest.bytes) bytes; is a quote missing?")
      }
      if isOver { break }
      position += 1
    }
    newLine()
    return CSVRow(line: firstLine, fields: fields)
  }

  /// A field, up to its delimiter or line end. Nil when a quote is never closed.
  private mutating func quotedOrBare() -> String? {
    guard position < bytes.count, bytes[position] == Octet.quote else { return bare([]) }
    var value: [UInt8] = []
    position += 1
    while true {
      guard let close = bytes.firstIndex(of: Octet.quote, in: position..<bytes.count) else { return nil }
      let part = bytes[position..<close]
      line += lineEnds(part)
      value += part
      position = close + 1
      guard position < bytes.count, bytes[position] == Octet.quote else { break }
      value.append(Octet.quote)
      position += 1
    }
    // What stands behind the closing quote belongs to the field too: `"Rosa" Luxemburg` has one meaning.
    return bare(value)
  }

  private mutating func bare(_ begun: [UInt8]) -> String {
    let start = position
    while position < bytes.count, bytes[position] != delimiter, bytes[position] != Octet.lf, bytes[position] != Octet.cr
    {
      position += 1
    }
    return String(decoding: begun + bytes[start..<position], as: UTF8.self)
  }

  private func lineEnds(_ part: ArraySlice<UInt8>) -> Int {
    var count = 0
    for index in part.indices
    where part[index] == Octet.lf
      || (part[index] == Octet.cr && !(index + 1 < part.endIndex && part[index + 1] == Octet.lf))
    {
      count += 1
    }
    return count
  }

  /// Past one line end: CR LF, LF or CR.
  private mutating func newLine() {
    guard position < bytes.count else { return }
    if bytes[position] == Octet.cr, position + 1 < bytes.count, bytes[position + 1] == Octet.lf { position += 1 }
    position += 1
    line += 1
  }

  private mutating func skipLine() {
    while position < bytes.count, bytes[position] != Octet.lf, bytes[position] != Octet.cr { position += 1 }
    newLine()
  }
}

/// A text file in whatever spreadsheets write, as UTF-8: by its byte order mark, else in `charset`, as mails label it; without one
/// UTF-8, else Windows-1252.
public func utf8Text(ofFile bytes: [UInt8], charset: String? = nil) -> [UInt8] {
  if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return Array(bytes.dropFirst(3)) }
  if bytes.starts(with: [0xFF, 0xFE]) { return Array(Charset.decode(bytes.dropFirst(2), label: "utf-16le").utf8) }
  if bytes.starts(with: [0xFE, 0xFF]) { return Array(Charset.decode(bytes.dropFirst(2), label: "utf-16be").utf8) }
  if let charset { return Array(Charset.decode(bytes, label: charset).utf8) }
  if String(validating: bytes, as: UTF8.self) != nil { return bytes }
  return Array(Charset.decode(bytes, label: "windows-1252").utf8)
}

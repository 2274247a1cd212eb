/// The header of a mail or part: its fields in order, each with its raw octets, so that untouched ones serialise byte for byte.
///
/// Reading never fails: the header ends at an empty line, at a line that is no field (RFC 5322 §2.2; mails without the empty
/// line exist), or at the end. An mbox `From ` line before the first field is skipped. A line of white space only is part of
/// the field before it (RFC 5322 §4.2): libraries that fold long values write such lines, Python's among them.
public struct HeaderBlock: Sendable, Equatable {
  /// What one header may hold.
  public enum Limit {
    /// Fields: real mails have under 200; each costs 40 bytes here, so a hostile one costs 400 KB.
    public static let fields = 10_000
  }

  /// The fields in order of appearance.
  public private(set) var fields: [HeaderField]

  /// Whether there were more fields than ``Limit/fields``; the rest was not read.
  public private(set) var exceedsLimit = false

  /// Whether a field was folded with a line of white space only.
  private var hasWhiteLines = false

  /// A header without fields.
  public init() { fields = [] }

  /// Reads the header at the beginning of `bytes`; what follows it is ignored.
  public init(parsing bytes: [UInt8]) {
    var end = 0
    self.init(parsing: bytes, from: 0, limit: bytes.count, bodyStart: &end)
  }

  /// Reads the header that starts at `start`; `bodyStart` becomes the first octet after the empty line.
  init(parsing bytes: [UInt8], from start: Int, limit: Int, stopAtDashes: Bool = false, bodyStart: inout Int) {
    var reader = FieldReader(position: start, limit: limit, stopAtDashes: stopAtDashes)
    reader.skipEnvelopeLine(bytes)
    var found: [HeaderField] = []
    found.reserveCapacity(24)
    var over = false
    while let field = reader.next(bytes) {
      if found.count < Limit.fields { found.append(field) } else { over = true }
    }
    fields = found
    exceedsLimit = over
    hasWhiteLines = reader.sawWhiteLine
    bodyStart = reader.bodyStart(bytes)
  }

  /// Reads a header that went through a text notice: lines that are no fields (lost indents) are skipped up to the empty line.
  public init(lenientlyParsing bytes: [UInt8]) {
    var reader = FieldReader(position: 0, limit: bytes.count, stopAtWhiteLines: true)
    reader.skipEnvelopeLine(bytes)
    fields = []
    while reader.position < bytes.count, fields.count < Limit.fields {
      if let field = reader.next(bytes) {
        fields.append(field)
        continue
      }
      let line = bytes.line(from: reader.position, limit: bytes.count)
      if bytes[reader.position..<line.text].allSatisfy(\.isBlank) { break }
      reader.position = line.next
    }
  }

  /// The first field of this name.
  public func first(_ name: String) -> HeaderField? { fields.first { $0.isNamed(name) } }

  /// The last field of this name.
  func last(_ name: String) -> HeaderField? { fields.last { $0.isNamed(name) } }

  /// All fields of this name, in order.
  public func all(_ name: String) -> [HeaderField] { fields.filter { $0.isNamed(name) } }

  /// The first value of this name, unfolded; encoded words stay.
  public func value(_ name: String) -> String? { first(name)?.value }

  /// The first value of this name as people read it: unfolded, encoded words decoded.
  public func text(_ name: String) -> String? { first(name)?.text }

  /// Whether a field of this name is there.
  public func contains(_ name: String) -> Bool { first(name) != nil }

  /// Every field as name and unfolded value, in order.
  public var nameValuePairs: [(name: String, value: String)] { fields.map { ($0.name, $0.value) } }

  /// Takes the lines of white space only out of folded fields: they must not be written (RFC 5322 §4.2), because some readers
  /// take them for the end of the header.
  public mutating func removeWhiteLines() {
    guard hasWhiteLines else { return }
    hasWhiteLines = false
    fields = fields.map { $0.withoutWhiteLines }
  }

  /// Removes every field that satisfies `predicate`.
  public mutating func removeAll(where predicate: (HeaderField) -> Bool) { fields.removeAll(where: predicate) }

  /// Removes every field of this name.
  public mutating func remove(_ name: String) { fields.removeAll { $0.isNamed(name) } }

  /// Adds a field at the end.
  public mutating func append(_ name: String, _ value: String) { fields.append(HeaderField(name: name, value: value)) }

  /// Adds a field as it stands.
  mutating func appendRaw(_ field: HeaderField) { fields.append(field) }

  /// Adds a field before all others, as trace fields are (RFC 5321 §4.4).
  public mutating func prepend(_ name: String, _ value: String) {
    fields.insert(HeaderField(name: name, value: value), at: 0)
  }

  /// Puts the value in the place of the first field of this name and removes the others of it; adds it when there is none.
  public mutating func replace(_ name: String, with value: String) {
    let field = HeaderField(name: name, value: value)
    guard let index = fields.firstIndex(where: { $0.isNamed(name) }) else {
      fields.append(field)
      return
    }
    fields[index] = field
    var place = 0
    fields.removeAll { candidate in
      defer { place += 1 }
      return place > index && candidate.isNamed(name)
    }
  }

  /// The fields' octets in order, without the empty line that ends a header; with room for `more` octets behind them.
  public func serialized(reserving more: Int = 0) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(fields.reduce(0) { $0 + $1.raw.count + 2 } + more)
    for field in fields {
      out += field.raw
      // The last line of a cut-off mail has no line end; the next field must not run into it.
      if out.last != Octet.lf { out += [Octet.cr, Octet.lf] }
    }
    return out
  }
}

/// Steps over a header field by field without keeping anything, so that a header of any length costs no memory.
struct FieldReader {
  var position: Int
  let limit: Int
  /// Inside a multipart a line that begins with `--` is a boundary, not a field.
  var stopAtDashes = false
  /// In texts that people or programs have pasted, a line of white space only stands for the empty line.
  var stopAtWhiteLines = false
  /// Whether a field had a line of white space only.
  private(set) var sawWhiteLine = false

  init(position: Int, limit: Int, stopAtDashes: Bool = false, stopAtWhiteLines: Bool = false) {
    self.position = position
    self.limit = limit
    self.stopAtDashes = stopAtDashes
    self.stopAtWhiteLines = stopAtWhiteLines
  }

  /// Past an mbox `From ` line, which has a sender and a date; `From :` is the field (RFC 5322 §4.5).
  mutating func skipEnvelopeLine(_ bytes: [UInt8]) {
    guard bytes.hasASCII("from ", at: position) || bytes.hasASCII(">from ", at: position) else { return }
    let next = bytes.line(from: position, limit: limit).next
    let word = bytes[position..<next].drop { !$0.isBlank }.first { !$0.isBlank }
    if word != Octet.colon { position = next }
  }

  /// The next field; nil at the end of the header, where `position` then stands.
  mutating func next(_ bytes: [UInt8]) -> HeaderField? {
    let start = position
    guard start < limit else { return nil }
    if stopAtDashes, bytes[start] == Octet.dash, start + 1 < limit, bytes[start + 1] == Octet.dash { return nil }
    var colon = start
    // RFC 5322 §3.6.8: a name is printable ASCII without colon; §4.5 allows white space before the colon.
    while colon < limit, bytes[colon] > 32, bytes[colon] < 127, bytes[colon] != Octet.colon { colon += 1 }
    let nameEnd = colon
    while colon < limit, bytes[colon].isBlank { colon += 1 }
    guard nameEnd > start, colon < limit, bytes[colon] == Octet.colon else { return nil }
    var end = bytes.line(from: colon, limit: limit).next
    while end < limit, bytes[end].isBlank {
      if isWhiteLine(bytes, from: end) {
        if stopAtWhiteLines { break }
        sawWhiteLine = true
      }
      end = bytes.line(from: end, limit: limit).next
    }
    position = end
    return HeaderField(raw: bytes[start..<end], nameLength: nameEnd - start, valueOffset: colon + 1 - start)
  }

  /// Where the body starts: past the empty line when one stands at `position`.
  func bodyStart(_ bytes: [UInt8]) -> Int {
    guard position < limit else { return limit }
    let line = bytes.line(from: position, limit: limit)
    return bytes[position..<line.text].allSatisfy(\.isBlank) ? line.next : position
  }

  private func isWhiteLine(_ bytes: [UInt8], from start: Int) -> Bool {
    var i = start
    while i < limit, bytes[i].isBlank { i += 1 }
    return i >= limit || bytes[i] == Octet.lf || (bytes[i] == Octet.cr && (i + 1 >= limit || bytes[i + 1] == Octet.lf))
  }
}

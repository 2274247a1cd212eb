/// Reads the inside of one mark of a template: words, numbers, quoted text, operators.
struct ExpressionReader {
  private let source: TemplateSource
  private(set) var position: Int
  private let end: Int

  /// `[` and `(` may nest this deep: more is no template of a person.
  private static let deepest = 10

  init(_ source: TemplateSource, _ range: Range<Int>) {
    self.source = source
    position = range.lowerBound
    end = range.upperBound
  }

  // MARK: - What tags are made of

  mutating func expression() throws(TemplateError) -> TemplateExpression {
    skipSpace()
    let place = place
    let operand = try operand(depth: 0)
    var filters: [TemplateExpression.Filter] = []
    while take("|") {
      filters.append(try filter())
      guard filters.count <= 100 else { throw fail("a value has at most 100 filters") }
    }
    return TemplateExpression(operand: operand, filters: filters, place: place)
  }

  /// `a == b and c contains "d" or e`; Liquid binds to the right: `a and b or c` is `a and (b or c)`.
  mutating func condition() throws(TemplateError) -> TemplateCondition {
    // Read as a list first, so that a long chain needs no deep stack.
    var parts = [try comparison()]
    var joins: [Bool] = []
    while true {
      if takeWord("and") { joins.append(true) } else if takeWord("or") { joins.append(false) } else { break }
      parts.append(try comparison())
      guard parts.count <= 100 else { throw fail("a condition has at most 100 parts") }
    }
    var whole = parts.removeLast()
    while let part = parts.popLast(), let isAnd = joins.popLast() {
      whole = isAnd ? .and(part, whole) : .or(part, whole)
    }
    return whole
  }

  private mutating func comparison() throws(TemplateError) -> TemplateCondition {
    skipSpace()
    let place = place
    let left = try operand(depth: 0)
    for comparison in TemplateCondition.Comparison.allCases {
      let found = comparison == .contains ? takeWord("contains") : take(comparison.rawValue)
      if found { return .compare(left, comparison, try operand(depth: 0), place) }
    }
    if take("=") { throw fail("to compare, write ==") }
    return .isTrue(left, place)
  }

  private mutating func filter() throws(TemplateError) -> TemplateExpression.Filter {
    skipSpace()
    let place = place
    guard let word = word() else { throw fail("after | comes the name of a filter") }
    var arguments: [TemplateExpression.Operand] = []
    if take(":") {
      repeat { arguments.append(try operand(depth: 0)) } while take(",")
    }
    return TemplateExpression.Filter(name: word, arguments: arguments, place: place)
  }

  mutating func operand() throws(TemplateError) -> TemplateExpression.Operand { try operand(depth: 0) }

  private mutating func operand(depth: Int) throws(TemplateError) -> TemplateExpression.Operand {
    guard depth <= Self.deepest else { throw fail("brackets nest more than \(Self.deepest) deep") }
    skipSpace()
    guard position < end else { throw fail("a value is missing here") }
    let byte = bytes[position]
    if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") { return .literal(.text(try quoted(byte))) }
    let start = position
    if take("(") {
      let low = try operand(depth: depth + 1)
      guard take("..") else { throw fail("a range is written (1..5)") }
      let high = try operand(depth: depth + 1)
      guard take(")") else { throw fail("a range is written (1..5)") }
      if case .literal(let first) = low, case .literal(let last) = high, case .whole(let first)? = first.number,
        case .whole(let last)? = last.number, TemplateExpression.Operand.isTooLong(first, last)
      {
        position = start
        throw fail(TemplateExpression.Operand.tooManyNumbers)
      }
      return .range(low, high)
    }
    if byte == UInt8(ascii: "-") || (byte >= 0x30 && byte <= 0x39) { return .literal(try number()) }
    guard let word = word() else {
      throw fail("\"\(shown)\" is no value: text stands in quotes, a variable begins with a letter")
    }
    switch word {
    case "nil", "null": return .literal(.none)
    case "true": return .literal(.bool(true))
    case "false": return .literal(.bool(false))
    case "empty": return .empty
    case "blank": return .blank
    default: return .path(try path(from: word, depth: depth))
    }
  }

  private mutating func path(from word: String, depth: Int) throws(TemplateError) -> [TemplateExpression.Step] {
    var steps: [TemplateExpression.Step] = [.name(word)]
    while position < end {
      // `(1..n)`: two points are no path.
      if bytes[position] == UInt8(ascii: "."), !(position + 1 < end && bytes[position + 1] == UInt8(ascii: ".")) {
        position += 1
        guard let next = self.word() else { throw fail("after the point comes a name") }
        steps.append(.name(next))
      } else if bytes[position] == UInt8(ascii: "[") {
        position += 1
        steps.append(.index(try operand(depth: depth + 1)))
        guard take("]") else { throw fail("[ is never closed by ]") }
      } else {
        break
      }
      guard steps.count <= 20 else { throw fail("a variable has at most 20 parts") }
    }
    return steps
  }

  private mutating func number() throws(TemplateError) -> TemplateValue {
    let start = position
    if bytes[position] == UInt8(ascii: "-") { position += 1 }
    while position < end, bytes[position] >= 0x30, bytes[position] <= 0x39 { position += 1 }
    if position + 1 < end, bytes[position] == UInt8(ascii: "."), bytes[position + 1] >= 0x30,
      bytes[position + 1] <= 0x39
    {
      position += 1
      while position < end, bytes[position] >= 0x30, bytes[position] <= 0x39 { position += 1 }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard let number = TemplateNumber(text) else { throw fail("\"\(text)\" is no number") }
    return number.value
  }

  private mutating func quoted(_ quote: UInt8) throws(TemplateError) -> String {
    guard let close = bytes[(position + 1)..<end].firstIndex(of: quote) else { throw fail("a quote is never closed") }
    defer { position = close + 1 }
    return String(decoding: bytes[(position + 1)..<close], as: UTF8.self)
  }

  // MARK: - Words and marks

  /// A name: letters, digits, `_`, and `-` inside, as `first-name`.
  mutating func word() -> String? {
    skipSpace()
    guard position < end, isAlphanumeric(bytes[position]) || bytes[position] == UInt8(ascii: "_"),
      !(bytes[position] >= 0x30 && bytes[position] <= 0x39)
    else { return nil }
    let start = position
    while position < end, isWordByte(bytes[position]) { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  /// Takes this word if it stands next.
  mutating func takeWord(_ expected: String) -> Bool {
    let before = position
    if word() == expected { return true }
    position = before
    return false
  }

  /// Takes these bytes if they stand next.
  mutating func take(_ mark: String) -> Bool {
    skipSpace()
    guard position < end, bytes[position..<end].starts(with: mark.utf8) else { return false }
    position += mark.utf8.count
    return true
  }

  var isAtEnd: Bool {
    mutating get {
      skipSpace()
      return position >= end
    }
  }

  /// Everything must have been read.
  mutating func finish(_ what: String) throws(TemplateError) {
    guard !isAtEnd else { return }
    throw fail("\"\(shown)\" does not belong into \(what)")
  }

  private var bytes: [UInt8] { source.bytes }

  var place: TemplatePlace { source.place(of: position) }

  func fail(_ what: String, kind: TemplateError.Kind = .syntax) -> TemplateError { source.fail(position, what, kind) }

  private var shown: String {
    printableStart(String(decoding: bytes[min(position, end)..<end], as: UTF8.self))
  }

  private mutating func skipSpace() {
    while position < end, isTemplateSpace(bytes[position]) { position += 1 }
  }

  private func isWordByte(_ byte: UInt8) -> Bool {
    isAlphanumeric(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
  }
}

/// The first words of a text for a message, on one line.
private func printableStart(_ text: String) -> String {
  let line = trimmed(text).split(whereSeparator: \.isNewline).first ?? ""
  return line.count > 30 ? line.prefix(30) + "…" : String(line)
}

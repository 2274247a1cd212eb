import MailText

/// A condition on a contact in the small language of segments and of the steps of a sequence:
///
///     tag = vip and (company ~ "acme" or domain = acme.test) and not replied and created >= 2026-01-01
///
/// Comparing does not look at case; a name that is not built in is a custom field; a name alone asks whether there is a value.
public struct ContactFilter: Sendable, Equatable {
  indirect enum Node: Sendable, Equatable {
    case has(String)
    case compare(String, Comparison, String)
    case not(Node)
    case all([Node])
    case any([Node])
  }

  enum Comparison: String, Sendable, Equatable, CaseIterable {
    // The longer ones first: they are looked for in this order.
    case unequal = "!=", lessOrEqual = "<=", greaterOrEqual = ">=", equal = "=", contains = "~", less = "<", greater =
      ">"

    var isOfSize: Bool {
      switch self {
      case .less, .lessOrEqual, .greater, .greaterOrEqual: true
      case .equal, .unequal, .contains: false
      }
    }
  }

  /// As it was written.
  public let text: String
  let root: Node

  /// Reads a filter.
  public init(_ text: String) throws(FilterError) {
    guard text.utf8.count <= 4000 else { throw FilterError(column: 1, what: "a filter has at most 4000 bytes") }
    self.text = text
    var reader = FilterReader(text)
    root = try reader.whole()
  }

  /// One that was read before.
  init(text: String, root: Node) {
    self.text = text
    self.root = root
  }

  /// The names it asks for, in lower case.
  public var names: Set<String> {
    func names(_ node: Node) -> Set<String> {
      switch node {
      case .has(let name), .compare(let name, _, _): [name]
      case .not(let inner): names(inner)
      case .all(let parts), .any(let parts): parts.reduce(into: []) { $0.formUnion(names($1)) }
      }
    }
    return names(root)
  }

  /// Whether it holds. `values` gives what a name has: nothing, one text, or several, as for `tag`.
  public func matches(_ values: (String) -> [String]) -> Bool { holds(root, values) }

  private func holds(_ node: Node, _ values: (String) -> [String]) -> Bool {
    switch node {
    case .has(let name): return values(name).contains { !$0.isEmpty }
    case .not(let inner): return !holds(inner, values)
    case .all(let parts): return parts.allSatisfy { holds($0, values) }
    case .any(let parts): return parts.contains { holds($0, values) }
    case .compare(let name, let comparison, let wanted):
      let found = values(name)
      // "is not vip" is said of all tags, and holds for who has none.
      if comparison == .unequal { return found.allSatisfy { !Self.compare($0, .equal, wanted) } }
      return found.contains { Self.compare($0, comparison, wanted) }
    }
  }

  private static func compare(_ found: String, _ comparison: Comparison, _ wanted: String) -> Bool {
    let (a, b) = (found.lowercased(), wanted.lowercased())
    switch comparison {
    case .equal, .unequal:
      if a == b { return true }
      if let a = TemplateNumber(a), let b = TemplateNumber(b) { return a.real == b.real }
      return false
    case .contains: return a.contains(b)
    case .less, .lessOrEqual, .greater, .greaterOrEqual:
      guard let order = order(a, b) else { return false }
      switch comparison {
      case .less: return order < 0
      case .lessOrEqual: return order <= 0
      case .greater: return order > 0
      default: return order >= 0
      }
    }
  }

  /// By number, by time (`2026-01-01` is its midnight in UTC), else nothing: text has no size.
  private static func order(_ a: String, _ b: String) -> Int? {
    if let a = TemplateNumber(a), let b = TemplateNumber(b) { return a.real < b.real ? -1 : a.real > b.real ? 1 : 0 }
    guard let a = instant(a), let b = instant(b) else { return nil }
    return a < b ? -1 : a > b ? 1 : 0
  }

  /// Whether anything can be less or more than that.
  static func hasSize(_ text: String) -> Bool { TemplateNumber(text) != nil || instant(text) != nil }

  private static func instant(_ text: String) -> Int64? {
    MailDate.parseRFC3339(text) ?? (text.utf8.count == 10 ? MailDate.parseRFC3339(text + "T00:00:00Z") : nil)
  }
}

/// What is wrong with a filter.
public struct FilterError: Error, Sendable, Equatable, CustomStringConvertible {
  /// From 1, in bytes.
  public var column: Int
  /// What.
  public var what: String

  /// `at 12: …`.
  public var description: String { "at \(column): \(what)" }
}

private struct FilterReader {
  private let bytes: [UInt8]
  private var position = 0

  /// Parentheses and `not` may nest this deep.
  private static let deepest = 20

  init(_ text: String) { bytes = Array(text.utf8) }

  mutating func whole() throws(FilterError) -> ContactFilter.Node {
    skipSpace()
    guard position < bytes.count else { throw fail("it is empty") }
    let node = try any(depth: 0)
    skipSpace()
    guard position == bytes.count else { throw fail("expected and, or, or the end") }
    return node
  }

  private mutating func any(depth: Int) throws(FilterError) -> ContactFilter.Node {
    var parts = [try all(depth: depth)]
    while takeWord("or") { parts.append(try all(depth: depth)) }
    return parts.count == 1 ? parts[0] : .any(parts)
  }

  private mutating func all(depth: Int) throws(FilterError) -> ContactFilter.Node {
    var parts = [try one(depth: depth)]
    while takeWord("and") { parts.append(try one(depth: depth)) }
    return parts.count == 1 ? parts[0] : .all(parts)
  }

  private mutating func one(depth: Int) throws(FilterError) -> ContactFilter.Node {
    guard depth < Self.deepest else { throw fail("it nests more than \(Self.deepest) deep") }
    if takeWord("not") { return .not(try one(depth: depth + 1)) }
    if take("(") {
      let inner = try any(depth: depth + 1)
      guard take(")") else { throw fail("( is never closed by )") }
      return inner
    }
    guard let name = word() else { throw fail("expected a name, not, or (") }
    let key = name.lowercased()
    guard !["and", "or", "not"].contains(key) else { throw fail("expected a name before \(key)") }
    for comparison in ContactFilter.Comparison.allCases where take(comparison.rawValue) {
      skipSpace()
      let start = position
      guard let value = try value() else { throw fail("expected a value after \(comparison.rawValue)") }
      guard !comparison.isOfSize || ContactFilter.hasSize(value) else {
        throw FilterError(
          column: start + 1,
          what: "\(comparison.rawValue) compares with a number or a date such as 2026-01-31, not with \"\(value)\"")
      }
      return .compare(key, comparison, value)
    }
    return .has(key)
  }

  private mutating func value() throws(FilterError) -> String? {
    skipSpace()
    guard position < bytes.count else { return nil }
    let quote = bytes[position]
    guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { return word() }
    guard let close = bytes[(position + 1)...].firstIndex(of: quote) else { throw fail("a quote is never closed") }
    defer { position = close + 1 }
    return String(decoding: bytes[(position + 1)..<close], as: UTF8.self)
  }

  /// Up to white space, a parenthesis, a quote or a mark of comparison.
  private mutating func word() -> String? {
    skipSpace()
    let stops = Array("()\"'=<>~!".utf8)
    let start = position
    while position < bytes.count, !isTemplateSpace(bytes[position]), !stops.contains(bytes[position]) { position += 1 }
    return start == position ? nil : String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func takeWord(_ expected: String) -> Bool {
    let before = position
    if word()?.lowercased() == expected { return true }
    position = before
    return false
  }

  private mutating func take(_ mark: String) -> Bool {
    skipSpace()
    guard bytes[position...].starts(with: mark.utf8) else { return false }
    position += mark.utf8.count
    return true
  }

  private mutating func skipSpace() {
    while position < bytes.count, isTemplateSpace(bytes[position]) { position += 1 }
  }

  private func fail(_ what: String) -> FilterError { FilterError(column: position + 1, what: what) }
}

import Delivery

/// Writes the nodes of a template with a contact's values.
struct TemplateRenderer {
  /// What a rendering may use up, over all snippets.
  private struct Budget {
    /// Turns of all loops together: a mail lists tens of things.
    var turns = 10_000
    /// Bytes: text of a mail beyond this is a loop gone wrong, and servers refuse it soon.
    var bytes = 1_000_000
  }

  private enum Flow {
    case go, leaveLoop, nextTurn
  }

  private let form: Template.Form
  private let gaps: Template.Gaps
  private let around: TemplateSurroundings
  private let snippets: (String) -> Template?
  private var budget = Budget()
  private var depth = 0
  private var globals: [String: TemplateValue]
  private var name: String
  private var scopes: [[String: TemplateValue]] = [[:]]
  private var out = ""

  /// Snippets call snippets this deep at the most, so that two that call each other end.
  private static let deepest = 8

  init(
    name: String, form: Template.Form, gaps: Template.Gaps, values: [String: TemplateValue], now: Int64, zone: Zone,
    snippets: @escaping (String) -> Template?
  ) {
    self.name = name
    self.form = form
    self.gaps = gaps
    globals = values
    around = TemplateSurroundings(now: now, zone: zone)
    self.snippets = snippets
  }

  mutating func render(_ nodes: [TemplateNode]) throws(TemplateError) -> String {
    _ = try run(nodes)
    return out
  }

  private mutating func run(_ nodes: [TemplateNode]) throws(TemplateError) -> Flow {
    for node in nodes {
      switch node {
      case .text(let text): try write(text, TemplatePlace.unknown)
      case .output(let expression): try write(expression)
      case .assign(let variable, let expression):
        set(variable, try value(of: expression))
      case .capture(let variable, let body):
        let kept = out
        out = ""
        let flow = try run(body)
        // What a template wrote in HTML is HTML.
        set(variable, form == .html ? .markup(out) : .text(out))
        out = kept
        if flow != .go { return flow }
      case .branches(let branches):
        for branch in branches where try branch.condition.map({ (c) throws(TemplateError) in try holds(c) }) ?? true {
          let flow = try run(branch.body)
          if flow != .go { return flow }
          break
        }
      case .cases(let subject, let parts):
        let value = try value(of: subject)
        for part in parts where try matches(value, part.values) {
          let flow = try run(part.body)
          if flow != .go { return flow }
          break
        }
      case .loop(let loop): try run(loop)
      case .render(let call): try run(call)
      case .leaveLoop: return .leaveLoop
      case .nextTurn: return .nextTurn
      }
    }
    return .go
  }

  // MARK: - Writing

  private mutating func write(_ text: String, _ place: TemplatePlace) throws(TemplateError) {
    budget.bytes -= text.utf8.count
    guard budget.bytes >= 0 else { throw fail(.limit, "the text grows over 1,000,000 bytes", place) }
    out += text
  }

  private mutating func write(_ expression: TemplateExpression) throws(TemplateError) {
    let value = try value(of: expression)
    if isGap(value, expression), let path = expression.path {
      guard gaps == .shown else {
        let fallback = expression.fallback.map { "and so is its default \($0.path ?? "")" }
        let what = "\(path) is empty, \(fallback ?? "and no default says what stands in its place")"
        throw fail(.missing, what, expression.place)
      }
      try write(form == .html ? "<mark>[\(htmlEscaped(path))]</mark>" : "[\(path)]", expression.place)
      return
    }
    if case .object = value {
      throw fail(.value, "\(expression.path ?? "this") has parts; name one of them", expression.place)
    }
    if form == .html, case .markup(let text) = value {
      try write(text, expression.place)
    } else {
      try write(form == .html ? htmlEscaped(value.written) : value.written, expression.place)
    }
  }

  /// A variable that shows nothing: the hole in the mail. An empty text that the template says itself in its place is meant.
  private func isGap(_ value: TemplateValue, _ expression: TemplateExpression) -> Bool {
    isHole(value, expression.operand) && expression.fallback.map { isHole(value, $0) } ?? true
  }

  /// A variable without a value. What a template itself set may be empty text.
  private func isHole(_ value: TemplateValue, _ operand: TemplateExpression.Operand) -> Bool {
    guard case .path(let steps) = operand, case .name(let root)? = steps.first else { return false }
    return scopes.contains { $0[root] != nil } ? value == .none : value.isBlank
  }

  // MARK: - Values

  private mutating func set(_ variable: String, _ value: TemplateValue) { scopes[0][variable] = value }

  private func value(of expression: TemplateExpression) throws(TemplateError) -> TemplateValue {
    var value = try value(of: expression.operand)
    for filter in expression.filters {
      guard let known = TemplateFilter.byName[filter.name] else {
        throw fail(.unknown, "there is no filter \"\(filter.name)\"", filter.place)
      }
      var arguments: [TemplateValue] = []
      for argument in filter.arguments {
        var given = try self.value(of: argument)
        // `'Mr ' | append: contact.last_name` has a hole too.
        if filter.name != "default", let path = argument.path, isHole(given, argument) {
          guard gaps == .shown else {
            throw fail(.missing, "\(path) is empty, and \(filter.name) needs it", filter.place)
          }
          given = .text("[\(path)]")
        }
        arguments.append(given)
      }
      do {
        value = try known.work(value, arguments, around)
      } catch {
        throw fail(.value, error.what, filter.place)
      }
      // Text can grow by filters alone, before it is written.
      if case .text(let text) = value, text.utf8.count > 1_000_000 {
        throw fail(.limit, "the text grows over 1,000,000 bytes", filter.place)
      }
    }
    return value
  }

  private func value(of operand: TemplateExpression.Operand) throws(TemplateError) -> TemplateValue {
    switch operand {
    case .literal(let value): return value
    case .empty, .blank: return .text("")
    case .range(let low, let high):
      guard case .whole(let first)? = try value(of: low).number, case .whole(let last)? = try value(of: high).number,
        first <= last
      else { return .list([]) }
      guard !TemplateExpression.Operand.isTooLong(first, last) else {
        throw fail(.limit, TemplateExpression.Operand.tooManyNumbers, .unknown)
      }
      return .list((first...last).map(TemplateValue.integer))
    case .path(let steps):
      guard case .name(let root)? = steps.first else { return .none }
      var value = scopes.last { $0[root] != nil }?[root] ?? globals[root] ?? .none
      for step in steps.dropFirst() {
        switch step {
        case .name(let name): value = member(name, of: value)
        case .index(let operand): value = element(try self.value(of: operand), of: value)
        }
      }
      return value
    }
  }

  private func member(_ name: String, of value: TemplateValue) -> TemplateValue {
    switch value {
    case .object(let members): members[name] ?? (name == "size" ? .integer(Int64(members.count)) : .none)
    case .list(let items):
      switch name {
      case "first": items.first ?? .none
      case "last": items.last ?? .none
      case "size": .integer(Int64(items.count))
      default: .none
      }
    case .text(let text), .markup(let text): name == "size" ? .integer(Int64(text.count)) : .none
    default: .none
    }
  }

  private func element(_ index: TemplateValue, of value: TemplateValue) -> TemplateValue {
    switch (value, index) {
    case (.list(let items), .integer(let number)):
      let place = number < 0 ? Int64(items.count) + number : number
      return items.indices.contains(Int(clamping: place)) ? items[Int(clamping: place)] : .none
    case (.object(let members), .text(let name)): return members[name] ?? .none
    default: return .none
    }
  }

  // MARK: - Conditions

  private func holds(_ condition: TemplateCondition) throws(TemplateError) -> Bool {
    switch condition {
    case .isTrue(let operand, _): try value(of: operand).isTrue
    case .not(let other): try !holds(other)
    case .and(let left, let right): try holds(left) ? try holds(right) : false
    case .or(let left, let right): try holds(left) ? true : try holds(right)
    case .compare(let left, let comparison, let right, let place): try compare(left, comparison, right, place)
    }
  }

  private func compare(
    _ left: TemplateExpression.Operand, _ comparison: TemplateCondition.Comparison,
    _ right: TemplateExpression.Operand, _ place: TemplatePlace
  ) throws(TemplateError) -> Bool {
    switch comparison {
    case .equal, .unequal, .alsoUnequal:
      let same =
        switch (left, right) {
        case (.empty, let other), (let other, .empty): try value(of: other).isEmpty
        case (.blank, let other), (let other, .blank): try value(of: other).isBlank
        default: try value(of: left).isSame(as: try value(of: right))
        }
      return same == (comparison == .equal)
    case .contains:
      let (whole, part) = (try value(of: left), try value(of: right))
      if case .list(let items) = whole { return items.contains { $0.isSame(as: part) } }
      return !part.written.isEmpty && whole.written.contains(part.written)
    case .less, .lessOrEqual, .greater, .greaterOrEqual:
      let (a, b) = (try value(of: left), try value(of: right))
      // What is not there is neither less nor more.
      if a == .none || b == .none { return false }
      guard let isLess = a.isLess(than: b), let isGreater = b.isLess(than: a) else {
        throw fail(.value, "\"\(a.written)\" and \"\(b.written)\" cannot be compared by size", place)
      }
      switch comparison {
      case .less: return isLess
      case .lessOrEqual: return !isGreater
      case .greater: return isGreater
      default: return !isLess
      }
    }
  }

  private func matches(_ value: TemplateValue, _ operands: [TemplateExpression.Operand]?) throws(TemplateError) -> Bool
  {
    guard let operands else { return true }
    for operand in operands where value.isSame(as: try self.value(of: operand)) { return true }
    return false
  }

  // MARK: - Loops and snippets

  private mutating func run(_ loop: TemplateLoop) throws(TemplateError) {
    var items: [TemplateValue]
    switch try value(of: loop.list) {
    case .list(let list): items = list
    case .none: items = []
    default: throw fail(.value, "{% for %} goes over a list", loop.place)
    }
    if let offset = try count(loop.offset, "offset", loop.place) { items = Array(items.dropFirst(offset)) }
    if let limit = try count(loop.limit, "limit", loop.place) { items = Array(items.prefix(limit)) }
    if loop.isReversed { items.reverse() }
    if items.isEmpty {
      _ = try run(loop.otherwise)
      return
    }
    scopes.append([:])
    defer { scopes.removeLast() }
    for (index, item) in items.enumerated() {
      budget.turns -= 1
      guard budget.turns >= 0 else { throw fail(.limit, "loops make more than 10,000 turns", loop.place) }
      scopes[scopes.count - 1] = [
        loop.variable: item,
        "forloop": .object([
          "index": .integer(Int64(index + 1)), "index0": .integer(Int64(index)), "length": .integer(Int64(items.count)),
          "rindex": .integer(Int64(items.count - index)), "rindex0": .integer(Int64(items.count - index - 1)),
          "first": .bool(index == 0), "last": .bool(index == items.count - 1),
        ]),
      ]
      if try run(loop.body) == .leaveLoop { return }
    }
  }

  private func count(_ operand: TemplateExpression.Operand?, _ name: String, _ place: TemplatePlace)
    throws(TemplateError) -> Int?
  {
    guard let operand else { return nil }
    guard case .whole(let number)? = try value(of: operand).number, number >= 0 else {
      throw fail(.value, "\(name): takes a number from 0 on", place)
    }
    return Int(clamping: number)
  }

  /// A snippet sees the mail's values and what it is given, not the caller's own variables (as Liquid's `render`).
  private mutating func run(_ call: TemplateCall) throws(TemplateError) {
    guard let snippet = snippets(call.snippet) else {
      throw fail(.unknown, "there is no snippet \"\(call.snippet)\"", call.place)
    }
    guard depth < Self.deepest else {
      throw fail(.limit, "snippets call snippets more than \(Self.deepest) deep", call.place)
    }
    var given: [String: TemplateValue] = [:]
    for argument in call.arguments { given[argument.name] = try value(of: argument.value) }
    let (outerScopes, outerName) = (scopes, name)
    (scopes, name) = ([given], snippet.name)
    depth += 1
    _ = try run(snippet.nodes)
    depth -= 1
    (scopes, name) = (outerScopes, outerName)
  }

  private func fail(_ kind: TemplateError.Kind, _ what: String, _ place: TemplatePlace) -> TemplateError {
    TemplateError(kind: kind, template: name, line: place.line, column: place.column, what: what)
  }
}

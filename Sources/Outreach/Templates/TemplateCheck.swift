/// What a template may name, so that a typing error is found before anybody is sent it.
public struct TemplateVocabulary: Sendable, Equatable {
  /// Root variables and the names below each; nil: anything may stand below it.
  public var roots: [String: Set<String>?]

  /// A vocabulary.
  public init(roots: [String: Set<String>?]) { self.roots = roots }
}

/// What `check` found.
public struct TemplateFindings: Sendable, Equatable {
  /// Must be mended: syntax, unknown names, wrong numbers of arguments.
  public var errors: [TemplateError] = []
  /// Variables that are written without `default`: a contact without them will not get the mail. In order of appearance.
  public var needed: [String] = []
  /// Snippets it calls, also through others.
  public var snippets: Set<String> = []
}

extension Template {
  /// Looks at every variable, filter and snippet without writing anything.
  public func check(_ vocabulary: TemplateVocabulary, snippets: (String) -> Template? = { _ in nil })
    -> TemplateFindings
  {
    withoutActuallyEscaping(snippets) { snippets in
      var checker = TemplateChecker(vocabulary: vocabulary, name: name, snippets: snippets)
      checker.check(nodes)
      return checker.findings
    }
  }
}

private struct TemplateChecker {
  let vocabulary: TemplateVocabulary
  var name: String
  let snippets: (String) -> Template?
  var findings = TemplateFindings()
  /// Names that the template itself gives a value.
  private var locals: Set<String> = []
  private var calls: [String] = []

  init(vocabulary: TemplateVocabulary, name: String, snippets: @escaping (String) -> Template?) {
    self.vocabulary = vocabulary
    self.name = name
    self.snippets = snippets
  }

  mutating func check(_ nodes: [TemplateNode]) {
    for node in nodes {
      switch node {
      case .text, .leaveLoop, .nextTurn: break
      case .output(let expression):
        check(expression)
        if expression.fallback == nil { need(expression.operand) }
        checkHasNoParts(expression)
      case .assign(let variable, let expression):
        check(expression)
        locals.insert(variable)
      case .capture(let variable, let body):
        check(body)
        locals.insert(variable)
      case .branches(let branches):
        for branch in branches {
          if let condition = branch.condition { check(condition) }
          check(branch.body)
        }
      case .cases(let subject, let parts):
        check(subject)
        for part in parts {
          for value in part.values ?? [] { check(value, subject.place) }
          check(part.body)
        }
      case .loop(let loop):
        for operand in [loop.list, loop.limit, loop.offset].compactMap({ $0 }) { check(operand, loop.place) }
        let outer = locals
        locals.formUnion([loop.variable, "forloop"])
        check(loop.body)
        locals = outer.union(locals.subtracting([loop.variable, "forloop"]))
        check(loop.otherwise)
      case .render(let call): check(call)
      }
    }
  }

  private mutating func check(_ expression: TemplateExpression) {
    let hasDefault = expression.filters.contains { $0.name == "default" }
    check(expression.operand, expression.place, isFilled: hasDefault)
    for filter in expression.filters {
      for argument in filter.arguments {
        check(argument, filter.place)
        if filter.name != "default" { need(argument) }
      }
      guard let known = TemplateFilter.byName[filter.name] else {
        let names = TemplateFilter.byName.keys.sorted()
        add("there is no filter \"\(filter.name)\"\(nearest(filter.name, of: names))", filter.place)
        continue
      }
      guard !known.arguments.contains(filter.arguments.count) else { continue }
      let (low, high) = (known.arguments.lowerBound, known.arguments.upperBound)
      let wanted = low == high ? "\(low)" : "\(low) to \(high)"
      add("\(filter.name) takes \(wanted) values after the colon, not \(filter.arguments.count)", filter.place)
    }
  }

  private mutating func check(_ condition: TemplateCondition) {
    switch condition {
    case .isTrue(let operand, let place): check(operand, place, isFilled: true)
    case .not(let other): check(other)
    case .and(let left, let right), .or(let left, let right):
      check(left)
      check(right)
    case .compare(let left, _, let right, let place):
      check(left, place)
      check(right, place)
    }
  }

  /// `isFilled`: something stands in the place of a value that is missing.
  private mutating func check(
    _ operand: TemplateExpression.Operand, _ place: TemplatePlace, isFilled: Bool = false
  ) {
    switch operand {
    case .literal, .empty, .blank: break
    case .range(let low, let high):
      check(low, place)
      check(high, place)
    case .path(let steps):
      for case .index(let inner) in steps { check(inner, place) }
      guard case .name(let root)? = steps.first, isGlobal(steps) else { return }
      guard let below = vocabulary.roots[root] else {
        let names = (Array(vocabulary.roots.keys) + Array(locals)).sorted()
        return add("there is no variable \"\(root)\"\(nearest(root, of: names))", place)
      }
      guard let below, steps.count > 1, case .name(let member) = steps[1], !below.contains(member), member != "size"
      else { return }
      // A field that nobody has yet may come with the next import; who writes `custom` and a default has thought of that.
      if root == "custom", isFilled { return }
      add("\(root) has no \"\(member)\"\(nearest(member, of: below.sorted()))", place)
    }
  }

  /// A contact without this value gets no mail.
  private mutating func need(_ operand: TemplateExpression.Operand) {
    guard case .path(let steps) = operand, isGlobal(steps), let path = operand.path, !findings.needed.contains(path)
    else {
      return
    }
    findings.needed.append(path)
  }

  /// `{{ contact }}` cannot be written, and `contact.first_name.last` is never anything.
  private mutating func checkHasNoParts(_ expression: TemplateExpression) {
    guard case .path(let steps) = expression.operand, case .name(let root)? = steps.first, isGlobal(steps),
      let below = vocabulary.roots[root] ?? nil
    else { return }
    if steps.count == 1, expression.filters.isEmpty {
      return add(
        "\(root) has parts; name one of them, like \(root).\(below.sorted().first ?? "name")", expression.place)
    }
    guard steps.count > 2, case .name(let member) = steps[1], below.contains(member), case .name(let part) = steps[2],
      part != "size", member != "tags" || part != "first" && part != "last"
    else { return }
    add("\(root).\(member) has no parts, and so no \"\(part)\"", expression.place)
  }

  private mutating func check(_ call: TemplateCall) {
    for argument in call.arguments { check(argument.value, call.place) }
    findings.snippets.insert(call.snippet)
    guard let snippet = snippets(call.snippet) else {
      return add("there is no snippet \"\(call.snippet)\"", call.place)
    }
    guard !calls.contains(call.snippet) else {
      return add("snippet \"\(call.snippet)\" calls itself", call.place, .limit)
    }
    calls.append(call.snippet)
    let (outerLocals, outerName) = (locals, name)
    (locals, name) = (Set(call.arguments.map(\.name)), snippet.name)
    check(snippet.nodes)
    (locals, name) = (outerLocals, outerName)
    calls.removeLast()
  }

  private func isGlobal(_ steps: [TemplateExpression.Step]) -> Bool {
    guard case .name(let root)? = steps.first else { return false }
    return !locals.contains(root)
  }

  private mutating func add(_ what: String, _ place: TemplatePlace, _ kind: TemplateError.Kind = .unknown) {
    let error = TemplateError(kind: kind, template: name, line: place.line, column: place.column, what: what)
    if !findings.errors.contains(error) { findings.errors.append(error) }
  }
}

/// Makes nodes from the tokens of one template.
struct TemplateParser {
  private let source: TemplateSource
  private let tokens: [TemplateToken]
  private var position = 0
  private var loops = 0

  /// Blocks may nest this deep: rendering recurses, and no person writes deeper.
  private static let deepest = 30

  static func parse(_ text: String, name: String) throws(TemplateError) -> [TemplateNode] {
    let source = TemplateSource(text, name: name)
    var parser = TemplateParser(source: source, tokens: try TemplateLexer.tokens(of: source))
    let (nodes, _) = try parser.block(until: [], depth: 0, opened: nil)
    return nodes
  }

  private init(source: TemplateSource, tokens: [TemplateToken]) {
    self.source = source
    self.tokens = tokens
  }

  /// Nodes up to one of these tags, which is returned.
  private mutating func block(until ends: [String], depth: Int, opened: TemplateToken?) throws(TemplateError)
    -> ([TemplateNode], TemplateToken?)
  {
    var nodes: [TemplateNode] = []
    while position < tokens.count {
      let token = tokens[position]
      position += 1
      switch token.kind {
      case .text(let text): nodes.append(.text(text))
      case .output:
        var reader = reader(token)
        // `{{ }}` is an unfinished thought.
        if reader.isAtEnd { throw fail(token, "there is nothing between {{ and }}") }
        let expression = try reader.expression()
        try reader.finish("{{ }}")
        nodes.append(.output(expression))
      case .tag(let tag):
        if ends.contains(tag) { return (nodes, token) }
        nodes.append(try node(tag, token, depth: depth))
      }
    }
    if let opened, case .tag(let tag) = opened.kind {
      throw fail(opened, "{% \(tag) %} is never closed by {% end\(tag) %}")
    }
    return (nodes, nil)
  }

  private mutating func node(_ tag: String, _ token: TemplateToken, depth: Int) throws(TemplateError) -> TemplateNode {
    guard depth < Self.deepest else { throw fail(token, "blocks nest more than \(Self.deepest) deep", .limit) }
    var reader = reader(token)
    switch tag {
    case "if", "unless": return try branches(tag, token, depth: depth)
    case "case": return try cases(token, depth: depth)
    case "for": return try loop(token, depth: depth)
    case "assign":
      guard let variable = reader.word(), reader.take("=") else { throw fail(token, "write {% assign name = value %}") }
      let expression = try reader.expression()
      try reader.finish("{% assign %}")
      return .assign(variable, expression)
    case "capture":
      guard let variable = reader.word() else { throw fail(token, "write {% capture name %} … {% endcapture %}") }
      try reader.finish("{% capture %}")
      return .capture(variable, try block(until: ["endcapture"], depth: depth + 1, opened: token).0)
    case "render": return .render(try call(token))
    case "break", "continue":
      try reader.finish("{% \(tag) %}")
      guard loops > 0 else { throw fail(token, "{% \(tag) %} stands only inside {% for %}") }
      return tag == "break" ? .leaveLoop : .nextTurn
    default:
      let known = ["if", "unless", "case", "for", "assign", "capture", "render", "break", "continue", "comment", "raw"]
      if ["else", "elsif", "when"].contains(tag) || tag.hasPrefix("end") {
        throw fail(token, "{% \(tag) %} closes or continues nothing that is open here")
      }
      throw fail(
        token, "there is no tag \"\(tag)\"\(nearest(tag, of: known)) Known are \(known.joined(separator: ", "))",
        .unknown)
    }
  }

  private mutating func branches(_ tag: String, _ token: TemplateToken, depth: Int) throws(TemplateError)
    -> TemplateNode
  {
    var parts: [TemplateBranch] = []
    var (opener, word) = (token, tag)
    while true {
      var reader = reader(opener)
      var condition = word == "else" ? nil : try reader.condition()
      if word == "unless", let asked = condition { condition = .not(asked) }
      try reader.finish("{% \(word) %}")
      let ends = word == "else" ? ["end\(tag)"] : ["elsif", "else", "end\(tag)"]
      let (body, end) = try block(until: ends, depth: depth + 1, opened: token)
      parts.append(TemplateBranch(condition: condition, body: body))
      guard let end, case .tag(let next) = end.kind, next != "end\(tag)" else { return .branches(parts) }
      (opener, word) = (end, next)
    }
  }

  private mutating func cases(_ token: TemplateToken, depth: Int) throws(TemplateError) -> TemplateNode {
    var first = reader(token)
    let subject = try first.expression()
    try first.finish("{% case %}")
    // What stands between case and the first when is white space.
    var (_, end) = try block(until: ["when", "else", "endcase"], depth: depth + 1, opened: token)
    var parts: [TemplateWhen] = []
    while let next = end, case .tag(let word) = next.kind, word != "endcase" {
      var reader = reader(next)
      var values: [TemplateExpression.Operand]?
      if word == "when" {
        var list = [try reader.operand()]
        while reader.take(",") || reader.takeWord("or") { list.append(try reader.operand()) }
        values = list
      }
      try reader.finish("{% \(word) %}")
      let (body, following) = try block(until: ["when", "else", "endcase"], depth: depth + 1, opened: token)
      parts.append(TemplateWhen(values: values, body: body))
      end = following
    }
    return .cases(subject, parts)
  }

  private mutating func loop(_ token: TemplateToken, depth: Int) throws(TemplateError) -> TemplateNode {
    var reader = reader(token)
    guard let variable = reader.word(), reader.takeWord("in") else {
      throw fail(token, "write {% for item in list %} … {% endfor %}")
    }
    var loop = TemplateLoop(variable: variable, list: try reader.operand(), place: place(token))
    while !reader.isAtEnd {
      if reader.takeWord("reversed") {
        loop.isReversed = true
      } else if reader.takeWord("limit"), reader.take(":") {
        loop.limit = try reader.operand()
      } else if reader.takeWord("offset"), reader.take(":") {
        loop.offset = try reader.operand()
      } else {
        try reader.finish("{% for %}; it takes limit: N, offset: N and reversed")
      }
    }
    loops += 1
    var (body, end) = try block(until: ["else", "endfor"], depth: depth + 1, opened: token)
    loops -= 1
    loop.body = body
    if let other = end, case .tag("else") = other.kind {
      (body, end) = try block(until: ["endfor"], depth: depth + 1, opened: token)
      loop.otherwise = body
    }
    return .loop(loop)
  }

  private func call(_ token: TemplateToken) throws(TemplateError) -> TemplateCall {
    var reader = reader(token)
    guard case .literal(.text(let snippet)) = try reader.operand() else {
      throw fail(token, "write {% render 'snippet' %}, with the snippet's name in quotes")
    }
    var call = TemplateCall(snippet: snippet, arguments: [], place: place(token))
    while reader.take(",") {
      guard let name = reader.word(), reader.take(":") else {
        throw reader.fail("write {% render 'snippet', name: value %}")
      }
      call.arguments.append(TemplateCall.Argument(name: name, value: try reader.operand()))
    }
    try reader.finish("{% render %}")
    return call
  }

  private func reader(_ token: TemplateToken) -> ExpressionReader { ExpressionReader(source, token.markup) }

  private func place(_ token: TemplateToken) -> TemplatePlace { source.place(of: token.start) }

  private func fail(_ token: TemplateToken, _ what: String, _ kind: TemplateError.Kind = .syntax) -> TemplateError {
    source.fail(token.start, what, kind)
  }
}

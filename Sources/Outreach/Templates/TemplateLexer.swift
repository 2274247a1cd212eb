/// A piece of a template's text.
struct TemplateToken: Equatable {
  enum Kind: Equatable {
    /// What stands outside the marks.
    case text(String)
    /// Between `{{` and `}}`.
    case output
    /// Between `{%` and `%}`; its first word.
    case tag(String)
  }

  var kind: Kind
  /// Where the expression (of an output) or what follows the tag's name stands in the text.
  var markup: Range<Int>
  /// Where its opening mark stands.
  var start: Int
}

/// Splits a template at `{{ … }}` and `{% … %}`; `-` inside the marks takes the white space beside them away.
struct TemplateLexer {
  private let source: TemplateSource
  private var bytes: [UInt8] { source.bytes }
  private var tokens: [TemplateToken] = []
  /// The mark before wanted the white space after it gone.
  private var trimsNext = false

  static func tokens(of source: TemplateSource) throws(TemplateError) -> [TemplateToken] {
    var lexer = TemplateLexer(source: source)
    try lexer.run()
    return lexer.tokens
  }

  private init(source: TemplateSource) { self.source = source }

  private mutating func run() throws(TemplateError) {
    var position = 0
    while position < bytes.count {
      guard let open = nextMark(from: position) else {
        addText(position..<bytes.count, trimmingEnd: false)
        return
      }
      let isTag = bytes[open + 1] == UInt8(ascii: "%")
      let trimsBefore = open + 2 < bytes.count && bytes[open + 2] == UInt8(ascii: "-")
      addText(position..<open, trimmingEnd: trimsBefore)
      let start = open + (trimsBefore ? 3 : 2)
      guard let close = closingMark(isTag: isTag, from: start) else {
        throw fail(open, "\(isTag ? "{%" : "{{") is never closed by \(isTag ? "%}" : "}}")")
      }
      trimsNext = close > start && bytes[close - 1] == UInt8(ascii: "-")
      let inside = start..<(trimsNext ? close - 1 : close)
      position = close + 2
      guard isTag else {
        tokens.append(TemplateToken(kind: .output, markup: inside, start: open))
        continue
      }
      let word = inside.drop { isTemplateSpace(bytes[$0]) }.prefix { isTagByte(bytes[$0]) }
      let tag = String(decoding: bytes[word], as: UTF8.self)
      // `{% # a remark %}` says nothing.
      let isRemark = inside.first { !isTemplateSpace(bytes[$0]) }.map { bytes[$0] == UInt8(ascii: "#") } ?? false
      if isRemark { continue }
      guard !tag.isEmpty else { throw fail(open, "a tag begins with its name, as {% if … %}") }
      if tag == "comment" || tag == "raw" {
        position = try skip(tag, from: position, opened: open)
        continue
      }
      tokens.append(TemplateToken(kind: .tag(tag), markup: word.endIndex..<inside.upperBound, start: open))
    }
  }

  private func nextMark(from position: Int) -> Int? {
    var index = position
    while index + 1 < bytes.count {
      if bytes[index] == UInt8(ascii: "{"),
        bytes[index + 1] == UInt8(ascii: "{") || bytes[index + 1] == UInt8(ascii: "%")
      {
        return index
      }
      index += 1
    }
    return nil
  }

  /// A closing mark within quotes closes nothing.
  private func closingMark(isTag: Bool, from start: Int) -> Int? {
    let first = isTag ? UInt8(ascii: "%") : UInt8(ascii: "}")
    var quote: UInt8?
    var index = start
    while index + 1 < bytes.count {
      let byte = bytes[index]
      if let open = quote {
        if byte == open { quote = nil }
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        quote = byte
      } else if byte == first, bytes[index + 1] == UInt8(ascii: "}") {
        return index
      }
      index += 1
    }
    return nil
  }

  /// What `raw` encloses is text as it stands, what `comment` encloses is nothing. Returns the place after the end tag.
  private mutating func skip(_ tag: String, from position: Int, opened: Int) throws(TemplateError) -> Int {
    let end = Array("end\(tag)".utf8)
    var index = position
    while let open = nextMark(from: index) {
      index = open + 2
      guard bytes[open + 1] == UInt8(ascii: "%") else { continue }
      let trimsBefore = index < bytes.count && bytes[index] == UInt8(ascii: "-")
      let inside = bytes[(trimsBefore ? index + 1 : index)...]
      let word = inside.drop(while: isTemplateSpace)
      // Nothing else stands in it: the rest of the text is not looked through for each that is not closed.
      let rest = word.dropFirst(end.count).drop { isTemplateSpace($0) || $0 == UInt8(ascii: "-") }
      guard word.starts(with: end), rest.starts(with: "%}".utf8) else { continue }
      let close = rest.startIndex
      if tag == "raw" { addText(position..<open, trimmingEnd: trimsBefore) }
      trimsNext = bytes[close - 1] == UInt8(ascii: "-")
      return close + 2
    }
    throw fail(opened, "{% \(tag) %} is never closed by {% end\(tag) %}")
  }

  private mutating func addText(_ range: Range<Int>, trimmingEnd: Bool) {
    var range = range
    if trimsNext { range = range.drop { isTemplateSpace(bytes[$0]) } }
    if trimmingEnd {
      while let last = range.last, isTemplateSpace(bytes[last]) { range = range.lowerBound..<last }
    }
    trimsNext = false
    guard !range.isEmpty else { return }
    tokens.append(
      TemplateToken(
        kind: .text(String(decoding: bytes[range], as: UTF8.self)), markup: range, start: range.lowerBound))
  }

  private func fail(_ offset: Int, _ what: String) -> TemplateError { source.fail(offset, what) }
}

func isTemplateSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) }

private func isTagByte(_ byte: UInt8) -> Bool { isAlphanumeric(byte) || byte == UInt8(ascii: "_") }

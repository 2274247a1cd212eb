/// A small XML document as a tree; what a configuration file needs of XML 1.0, from bytes that anybody may have written.
///
/// No document type, so no entities but the five of section 4.6 and characters by number: nothing can be fetched and nothing
/// grows. Names, depth and number of elements are bounded.
struct XMLElement: Equatable {
  var name: String
  var attributes: [String: String] = [:]
  var children: [XMLElement] = []
  /// Its own text without spaces around it; that of its children is theirs.
  var text = ""

  struct Refusal: Error, Equatable, CustomStringConvertible { var description: String }

  static func read(_ bytes: [UInt8]) -> Result<XMLElement, Refusal> {
    var reader = XMLReader(bytes: bytes)
    do {
      return .success(try reader.document())
    } catch {
      return .failure(error)
    }
  }

  func first(_ name: String) -> XMLElement? { children.first { $0.name == name } }
}

private struct XMLReader {
  let bytes: [UInt8]
  var place = 0
  var elements = 0

  /// Honest files have five levels and some fifty elements.
  private static let deepest = 32
  private static let mostElements = 2000

  init(bytes: [UInt8]) {
    // A byte order mark is allowed before UTF-8.
    self.bytes = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? Array(bytes.dropFirst(3)) : bytes
  }

  mutating func document() throws(XMLElement.Refusal) -> XMLElement {
    try skipMisc()
    guard peek("<") else { throw broken("there is no element") }
    let root = try element(depth: 0)
    try skipMisc()
    guard place == bytes.count else { throw broken("something follows the document's element") }
    return root
  }

  private func broken(_ what: String) -> XMLElement.Refusal {
    XMLElement.Refusal(description: "no XML that can be read: \(what), at byte \(place)")
  }

  /// Spaces, comments, processing instructions. A document type is refused.
  private mutating func skipMisc() throws(XMLElement.Refusal) {
    while true {
      skipSpace()
      if peek("<!--") {
        try skip(past: "-->")
      } else if peek("<?") {
        try skip(past: "?>")
      } else if peek("<!") {
        throw broken("document types are not taken")
      } else {
        return
      }
    }
  }

  private mutating func element(depth: Int) throws(XMLElement.Refusal) -> XMLElement {
    elements += 1
    guard depth < Self.deepest, elements <= Self.mostElements else { throw broken("it is too large or too deep") }
    place += 1
    var element = XMLElement(name: try name())
    while true {
      skipSpace()
      if take("/>") { return element }
      if take(">") { break }
      let key = try name()
      skipSpace()
      guard take("=") else { throw broken("an attribute has no value") }
      skipSpace()
      element.attributes[key] = try quoted()
    }
    var text: [UInt8] = []
    while true {
      guard place < bytes.count else { throw broken("the element \(element.name) has no end") }
      if peek("<!--") {
        try skip(past: "-->")
      } else if take("<![CDATA[") {
        let start = place
        try skip(past: "]]>")
        text += bytes[start..<(place - 3)]
      } else if peek("<?") {
        try skip(past: "?>")
      } else if take("</") {
        guard try name() == element.name else { throw broken("the element \(element.name) is not the one that ends") }
        skipSpace()
        guard take(">") else { throw broken("an end tag is not closed") }
        element.text = Self.trimmed(text)
        return element
      } else if peek("<") {
        element.children.append(try self.element(depth: depth + 1))
      } else {
        try character(into: &text)
      }
    }
  }

  private mutating func quoted() throws(XMLElement.Refusal) -> String {
    guard place < bytes.count, bytes[place] == 0x22 || bytes[place] == 0x27 else {
      throw broken("an attribute's value is not quoted")
    }
    let quote = bytes[place]
    place += 1
    var text: [UInt8] = []
    while place < bytes.count, bytes[place] != quote {
      guard bytes[place] != 0x3c else { throw broken("\"<\" stands in an attribute") }
      try character(into: &text)
    }
    guard place < bytes.count else { throw broken("an attribute's value has no end") }
    place += 1
    return String(decoding: text, as: UTF8.self)
  }

  /// One byte of text, or a whole reference.
  private mutating func character(into text: inout [UInt8]) throws(XMLElement.Refusal) {
    guard bytes[place] == 0x26 else {
      text.append(bytes[place])
      place += 1
      return
    }
    let body = bytes[(place + 1)...].prefix(10)
    guard let end = body.firstIndex(of: 0x3b) else { throw broken("a reference has no end") }
    let name = String(decoding: body[..<end], as: UTF8.self)
    let scalar: Unicode.Scalar?
    switch name {
    case "amp": scalar = "&"
    case "lt": scalar = "<"
    case "gt": scalar = ">"
    case "quot": scalar = "\""
    case "apos": scalar = "'"
    case _ where name.hasPrefix("#x"): scalar = UInt32(name.dropFirst(2), radix: 16).flatMap(Unicode.Scalar.init)
    case _ where name.hasPrefix("#"): scalar = UInt32(name.dropFirst()).flatMap(Unicode.Scalar.init)
    default: scalar = nil
    }
    guard let scalar else { throw broken("the reference &\(name); is not known") }
    text += Array(String(Character(scalar)).utf8)
    place = end + 1
  }

  private mutating func name() throws(XMLElement.Refusal) -> String {
    let name = bytes[place...].prefix(100).prefix { byte in
      switch byte {
      case 0x61...0x7a, 0x41...0x5a, 0x30...0x39, 0x2d, 0x2e, 0x5f, 0x3a, 0x80...: true
      default: false
      }
    }
    guard !name.isEmpty else { throw broken("a name is missing") }
    place += name.count
    return String(decoding: name, as: UTF8.self)
  }

  private mutating func skipSpace() {
    while place < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[place]) { place += 1 }
  }

  private func peek(_ text: StaticString) -> Bool {
    text.withUTF8Buffer { bytes[place...].starts(with: $0) }
  }

  private mutating func take(_ text: StaticString) -> Bool {
    guard peek(text) else { return false }
    place += text.utf8CodeUnitCount
    return true
  }

  private mutating func skip(past text: StaticString) throws(XMLElement.Refusal) {
    while place < bytes.count {
      if take(text) { return }
      place += 1
    }
    throw broken("\"\(text)\" is missing")
  }

  private static func trimmed(_ text: [UInt8]) -> String {
    let isSpace: (UInt8) -> Bool = { [0x20, 0x09, 0x0a, 0x0d].contains($0) }
    let start = text.drop(while: isSpace)
    let end = start.lastIndex { !isSpace($0) }
    return String(decoding: end.map { start[...$0] } ?? [], as: UTF8.self)
  }
}

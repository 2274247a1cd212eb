/// What an HTML leads to and what it shows, as tags are read by the HTML standard ("Tokenization", html.spec.whatwg.org).
///
/// What stands in conditional comments is read too: Outlook shows it.
struct HTMLLinks {
  /// An address as it stands in an attribute or style, with its entities decoded.
  struct Reference: Equatable {
    var url: [UInt8]
    /// Whether it is shown and leads nobody anywhere.
    var isImage: Bool
  }

  private(set) var references: [Reference] = []
  /// What stands between tags, decoded.
  private(set) var texts: [[UInt8]] = []
  private let bytes: [UInt8]
  private var position = 0

  init(_ html: String) { bytes = Array(html.utf8) }

  /// Attributes whose value is an address, in any element: the table "Attributes" of the HTML standard, with what SVG and old HTML have
  /// and mail programs still take. True where it shows a picture.
  private static let addresses: [String: Bool] = [
    "href": false, "xlink:href": false, "src": true, "action": false, "formaction": false, "background": true,
    "poster": true, "longdesc": false, "data": false, "lowsrc": true, "dynsrc": true, "codebase": false,
    "manifest": false, "ping": false, "srcset": true, "imagesrcset": true,
  ]
  /// Those of them that list several, each up to a blank, behind commas or not.
  private static let lists: Set<String> = ["ping", "srcset", "imagesrcset"]
  /// `src` of anything else than pictures runs or opens what it names.
  private static let pictures: Set<String> = [
    "img", "image", "input", "source", "video", "audio", "track", "v:imagedata", "v:fill", "v:image", "body", "table",
    "tr", "td", "th",
  ]

  mutating func read() {
    while position < bytes.count {
      let start = position
      position = bytes[position...].firstIndex(of: UInt8(ascii: "<")) ?? bytes.count
      if start < position { texts.append(withoutEntities(bytes[start..<position])) }
      guard position < bytes.count else { return }
      position += 1
      switch at(position) {
      case let first? where isLetter(first): readTag()
      case UInt8(ascii: "!"), UInt8(ascii: "?"), UInt8(ascii: "/"): skipMarkup()
      default: break  // A lone `<` is text.
      }
    }
  }

  /// An end tag, a declaration, a comment; of a conditional one only its beginning.
  private mutating func skipMarkup() {
    let rest = bytes[position...]
    let isConditional = String(decoding: rest.prefix(6), as: UTF8.self).lowercased() == "!--[if"
    guard rest.starts(with: "!--".utf8), !isConditional else {
      position = rest.firstIndex(of: UInt8(ascii: ">")).map { $0 + 1 } ?? bytes.count
      return
    }
    // `<!-->` and `<!--->` are whole comments.
    position += 1
    while position < bytes.count {
      let end = bytes[position...]
      if end.starts(with: "-->".utf8) || end.starts(with: "--!>".utf8) || end.starts(with: "--->".utf8) { break }
      position += 1
    }
    position = bytes[position...].firstIndex(of: UInt8(ascii: ">")).map { $0 + 1 } ?? bytes.count
  }

  private mutating func readTag() {
    let name = readWord { isBlank($0) || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ">") }
    var attributes: [(name: String, value: [UInt8])] = []
    while let byte = at(position) {
      if byte == UInt8(ascii: ">") {
        position += 1
        break
      }
      guard !isBlank(byte), byte != UInt8(ascii: "/") else {
        position += 1
        continue
      }
      attributes.append(readAttribute())
    }
    take(attributes, of: name)
    // The tag's own end is behind it; what a style says ends with the element.
    guard name == "style" else { return }
    let start = position
    while position < bytes.count, !(bytes[position] == UInt8(ascii: "<") && at(position + 1) == UInt8(ascii: "/")) {
      position += 1
    }
    take(style: Array(bytes[start..<position]))
  }

  private mutating func readAttribute() -> (name: String, value: [UInt8]) {
    // An equals sign at the beginning is of the name.
    let start = position
    position += 1
    _ = readWord {
      isBlank($0) || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ">") || $0 == UInt8(ascii: "=")
    }
    let name = String(decoding: bytes[start..<position], as: UTF8.self).lowercased()
    skipBlanks()
    guard at(position) == UInt8(ascii: "=") else { return (name, []) }
    position += 1
    skipBlanks()
    guard let first = at(position) else { return (name, []) }
    guard first == UInt8(ascii: "\"") || first == UInt8(ascii: "'") else {
      let start = position
      _ = readWord { isBlank($0) || $0 == UInt8(ascii: ">") }
      return (name, withoutEntities(bytes[start..<position]))
    }
    let inner = position + 1
    let end = bytes[inner...].firstIndex(of: first) ?? bytes.count
    position = min(bytes.count, end + 1)
    return (name, withoutEntities(bytes[inner..<end]))
  }

  private mutating func take(_ attributes: [(name: String, value: [UInt8])], of tag: String) {
    for (name, value) in attributes {
      if name == "style" {
        take(style: value)
      } else if name == "content", tag == "meta" {
        take(refresh: value)
      } else if let shows = Self.addresses[name] {
        let isImage = shows && Self.pictures.contains(tag)
        let urls =
          Self.lists.contains(name) ? value.split { isBlank($0) || $0 == UInt8(ascii: ",") }.map(Array.init) : [value]
        references += urls.map { Reference(url: $0, isImage: isImage) }
      }
    }
  }

  /// `5; url='https://…'`: with `http-equiv="refresh"` it leads there at once. Whichever it is of, nothing else begins so.
  private mutating func take(refresh value: [UInt8]) {
    let text = value[...].drop { isBlank($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
    guard text.count < value.count, let mark = text.first, mark == UInt8(ascii: ";") || mark == UInt8(ascii: ",") else {
      return
    }
    var rest = text.dropFirst().drop(while: isBlank)
    if String(decoding: rest.prefix(3), as: UTF8.self).lowercased() == "url" {
      let behind = rest.dropFirst(3).drop(while: isBlank)
      if behind.first == UInt8(ascii: "=") { rest = behind.dropFirst().drop(while: isBlank) }
    }
    if let quote = rest.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
      rest = rest.dropFirst().prefix { $0 != quote }
    }
    references.append(Reference(url: Array(rest), isImage: false))
  }

  /// CSS Syntax, section 4: `url(…)` and every string, which `@import` and `image-set` may have; with escapes decoded.
  private mutating func take(style value: [UInt8]) {
    let css = withoutCSSEscapes(value)
    var index = 0
    while index < css.count {
      let byte = css[index]
      let isURL =
        byte == UInt8(ascii: "(") && index >= 3
        && String(decoding: css[(index - 3)..<index], as: UTF8.self).lowercased() == "url"
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        let end = css[(index + 1)...].firstIndex(of: byte) ?? css.count
        references.append(Reference(url: Array(css[(index + 1)..<end]), isImage: true))
        index = end
      } else if isURL, let first = css[(index + 1)...].first(where: { !isBlank($0) }), first != 0x22, first != 0x27 {
        let end = css[(index + 1)...].firstIndex(of: UInt8(ascii: ")")) ?? css.count
        references.append(Reference(url: Array(css[(index + 1)..<end]), isImage: true))
        index = end
      }
      index += 1
    }
  }

  // MARK: - Octets

  private func at(_ index: Int) -> UInt8? { index < bytes.count ? bytes[index] : nil }

  private mutating func skipBlanks() { while let byte = at(position), isBlank(byte) { position += 1 } }

  private mutating func readWord(until isEnd: (UInt8) -> Bool) -> String {
    let start = position
    while let byte = at(position), !isEnd(byte) { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self).lowercased()
  }
}

private func isBlank(_ byte: UInt8) -> Bool {
  byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0C || byte == 0x0D
}

private func isLetter(_ byte: UInt8) -> Bool { isAlphanumeric(byte) && byte >= 0x41 }

/// HTML with the references of characters that make an address: by number, and the names of its punctuation and blanks.
private func withoutEntities(_ html: ArraySlice<UInt8>) -> [UInt8] {
  guard html.contains(UInt8(ascii: "&")) else { return Array(html) }
  var out: [UInt8] = []
  var rest = html
  while let byte = rest.popFirst() {
    let name = byte == UInt8(ascii: "&") ? rest.prefix { isAlphanumeric($0) || $0 == UInt8(ascii: "#") } : [][...]
    let isEnded = rest.dropFirst(name.count).first == UInt8(ascii: ";")
    guard let meant = character(named: name, isEnded: isEnded) else {
      out.append(byte)
      continue
    }
    out += meant.utf8
    rest = rest.dropFirst(name.count + (isEnded ? 1 : 0))
  }
  return out
}

private let namedCharacters: [String: Character] = [
  "colon": ":", "sol": "/", "bsol": "\\", "period": ".", "commat": "@", "amp": "&", "num": "#", "quest": "?",
  "Tab": "\t",
  "NewLine": "\n", "nbsp": " ", "lpar": "(", "rpar": ")", "quot": "\"", "apos": "'", "lt": "<", "gt": ">",
  "equals": "=", "percnt": "%", "comma": ",", "semi": ";", "lowbar": "_", "plus": "+", "shy": "\u{AD}",
]
/// Those of old that may stand without a semicolon.
private let unendedNames: Set<String> = ["amp", "lt", "gt", "quot", "nbsp", "shy"]

private func character(named name: ArraySlice<UInt8>, isEnded: Bool) -> Character? {
  guard name.first == UInt8(ascii: "#") else {
    let name = String(decoding: name, as: UTF8.self)
    return isEnded || unendedNames.contains(name) ? namedCharacters[name] : nil
  }
  let isHex = name.dropFirst().first.map { $0 | 0x20 } == UInt8(ascii: "x")
  let digits = name.dropFirst(isHex ? 2 : 1).prefix {
    isHex
      ? isAlphanumeric($0) && ($0 | 0x20) <= UInt8(ascii: "f") || (0x30...0x39).contains($0)
      : (0x30...0x39).contains($0)
  }
  guard digits.count == name.count - (isHex ? 2 : 1) else { return nil }
  // However many zeros stand before them.
  let number = UInt32(String(decoding: digits.drop { $0 == 0x30 }, as: UTF8.self), radix: isHex ? 16 : 10)
  return number.flatMap(Unicode.Scalar.init).map(Character.init)
}

/// CSS Syntax, section 4.3.7: a backslash with up to six hexadecimal digits and one blank, or with any other character.
private func withoutCSSEscapes(_ css: [UInt8]) -> [UInt8] {
  guard css.contains(UInt8(ascii: "\\")) else { return css }
  var out: [UInt8] = []
  var rest = css[...]
  while let byte = rest.popFirst() {
    guard byte == UInt8(ascii: "\\") else {
      out.append(byte)
      continue
    }
    let digits = rest.prefix(6).prefix { (0x30...0x39).contains($0) || (0x61...0x66).contains($0 | 0x20) }
    guard !digits.isEmpty else { continue }
    let number = UInt32(String(decoding: digits, as: UTF8.self), radix: 16) ?? 0
    out += String(Unicode.Scalar(number).map(Character.init) ?? "\u{FFFD}").utf8
    rest = rest.dropFirst(digits.count)
    if let next = rest.first, isBlank(next) { rest.removeFirst() }
  }
  return out
}

/// The hosts that a text leads to, in lower case, by what browsers and mail programs make a link of: `http` and `https` addresses,
/// also with backslashes, `www.` at the beginning of a word, and in HTML `//host` and what is written with entities.
func linkHosts(in text: String, isHTML: Bool, except own: [String]) -> [String] {
  let bytes = Array((isHTML ? withoutEntities(text) : text).utf8)
  let own = own.map { Array($0.utf8) }.filter { !$0.isEmpty }
  return links(in: bytes, isHTML: isHTML).compactMap { found in
    let isOwn = own.contains { bytes[found.start...].starts(with: $0) }
    if isOwn { return nil }
    // An address of IPv6 stands in brackets, which end a link elsewhere.
    if found.rest < bytes.count, bytes[found.rest] == UInt8(ascii: "[") {
      return String(decoding: bytes[found.rest...].prefix { $0 != UInt8(ascii: "]") }, as: UTF8.self).lowercased() + "]"
    }
    return host(bytes[found.rest...].prefix { !isEndOfAuthority($0) })
  }
}

/// Where links begin, and where their authorities do.
private func links(in bytes: [UInt8], isHTML: Bool) -> [(start: Int, rest: Int)] {
  func isSlash(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "/") || byte == UInt8(ascii: "\\") }
  func isWord(_ byte: UInt8) -> Bool { byte >= 0x80 || isAlphanumeric(byte) || ".-_@/\\:".utf8.contains(byte) }
  func begins(_ word: StaticString, at index: Int) -> Bool {
    word.withUTF8Buffer { word in
      index + word.count <= bytes.count && zip(bytes[index...], word).allSatisfy { $0.0 | 0x20 == $0.1 | 0x20 }
    }
  }
  func behindSlashes(_ index: Int) -> Int { bytes[index...].firstIndex { !isSlash($0) } ?? bytes.count }
  var found: [(start: Int, rest: Int)] = []
  var index = 0
  var before: UInt8 = 0x20
  /// The last byte that is no blank: in HTML, what a value begins behind.
  var mark: UInt8 = 0
  while index < bytes.count {
    let scheme = begins("https:", at: index) ? 6 : begins("http:", at: index) ? 5 : 0
    var rest: Int?
    if scheme > 0, index + scheme < bytes.count, isSlash(bytes[index + scheme]) {
      rest = behindSlashes(index + scheme)
    } else if isHTML, index + 1 < bytes.count, isSlash(bytes[index]), isSlash(bytes[index + 1]),
      "\"'=(".utf8.contains(mark)
    {
      rest = behindSlashes(index)
    } else if begins("www.", at: index), !isWord(before) {
      rest = index
    }
    if let rest { found.append((index, rest)) }
    let next = max(index + 1, rest ?? 0)
    before = bytes[next - 1]
    if before > 0x20 { mark = before }
    index = next
  }
  return found
}

/// HTML with the references of characters that make an address: by number, and the names of its punctuation.
private func withoutEntities(_ html: String) -> String {
  guard html.contains("&") else { return html }
  let names = ["colon": ":", "sol": "/", "bsol": "\\", "period": ".", "commat": "@", "amp": "&"]
  var out = ""
  var rest = html[...]
  while let start = rest.firstIndex(of: "&") {
    out += rest[..<start]
    rest = rest[start...].dropFirst()
    // The longest that means one of these has seven characters, and a few zeros before it do no harm.
    let name = rest.prefix(10).prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "#") }
    var meant = names[String(name)]
    if name.hasPrefix("#") {
      let digits = name.dropFirst()
      let number = digits.lowercased().hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
      meant = number.flatMap(Unicode.Scalar.init).map { String(Character($0)) }
    }
    guard let meant else {
      out += "&"
      continue
    }
    out += meant
    rest = rest.dropFirst(name.count)
    if rest.first == ";" { rest = rest.dropFirst() }
  }
  return out + rest
}

/// Whether a link of a text says itself that it takes its reader off the list. A mail whose author has such a page of their own
/// names it so; what the words around a link say is for people and not looked at.
func namesWayOut(_ text: String) -> Bool {
  let bytes = Array(text.utf8)
  return addresses(in: bytes, schemes: ["https://", "http://", "mailto:"]).contains { found in
    let rest = bytes[found.rest...].prefix { $0 > 0x20 && !"\"'<>".utf8.contains($0) }
    let address = String(decoding: rest, as: UTF8.self).lowercased()
    return ["unsubscri", "opt-out", "opt_out", "optout"].contains { address.contains($0) }
  }
}

/// Where addresses of some schemes begin, and where that which is behind the scheme does.
private func addresses(in bytes: [UInt8], schemes: [String]) -> [(start: Int, rest: Int)] {
  let schemes = schemes.map { Array($0.utf8) }
  var found: [(start: Int, rest: Int)] = []
  var index = 0
  while index < bytes.count {
    let scheme = schemes.first { scheme in
      index + scheme.count <= bytes.count
        && zip(bytes[index..<index + scheme.count], scheme).allSatisfy { $0.0 | 0x20 == $0.1 | 0x20 }
    }
    if let scheme { found.append((index, index + scheme.count)) }
    index += scheme?.count ?? 1
  }
  return found
}

/// RFC 3986, section 3.2: the authority ends at `/`, `?` or `#`; in a text also where a link ends.
private func isEndOfAuthority(_ byte: UInt8) -> Bool {
  byte <= 0x20 || "/?#\"'<>()[]{}|\\^`,;".utf8.contains(byte)
}

/// Without user information and port; a trailing dot is the sentence's.
private func host(_ authority: ArraySlice<UInt8>) -> String? {
  let text = String(decoding: authority, as: UTF8.self).lowercased()
  let behindUser = text.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
  var name = behindUser.prefix { $0 != ":" }
  while name.hasSuffix(".") || name.hasSuffix("!") { name = name.dropLast() }
  return name.isEmpty ? nil : String(name)
}

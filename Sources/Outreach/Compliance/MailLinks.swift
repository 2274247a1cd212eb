internal import MailText

/// Where a text leads, as browsers and mail programs understand it: hosts as DNS has them, and schemes with their colon that lead past
/// every host, as `javascript:`.
///
/// In a plain text and in what an HTML shows that is what mail programs make a link of: `http`, `https` and `ftp` addresses, also with
/// backslashes, and `www.` at the beginning of a word. In HTML it is also every attribute and style that names a resource.
func linkTargets(in text: String, isHTML: Bool, except own: [String]) -> [String] {
  let own = own.map { Array($0.utf8) }.filter { !$0.isEmpty }
  guard isHTML else { return targets(inText: Array(text.utf8), except: own) }
  var parts = HTMLLinks(text)
  parts.read()
  return parts.texts.flatMap { targets(inText: $0, except: own) }
    + parts.references.compactMap { target(of: $0.url, isImage: $0.isImage, except: own) }
}

/// Whether a target is one of these domains or below one. A name with anything else than DNS has is none: browsers refuse it, and what
/// other programs make of it nobody knows.
func isAllowed(_ target: String, in domains: [String]) -> Bool {
  guard target.utf8.allSatisfy({ isAlphanumeric($0) || ".-_".utf8.contains($0) }) else { return false }
  return domains.contains { target == $0 || target.hasSuffix("." + $0) }
}

// MARK: - Addresses

/// Where a reference leads by the URL standard ("basic URL parser", url.spec.whatwg.org); nil: nowhere else. A mail has no address of
/// its own, so what is relative leads nowhere, unless a `base` says where, which is a reference itself.
private func target(of reference: [UInt8], isImage: Bool, except own: [[UInt8]]) -> String? {
  // Step 1 and 3: controls and blanks at its ends and line ends and tabs anywhere are no part of it.
  let inner = reference.drop { $0 <= 0x20 }
  let end = inner.lastIndex { $0 > 0x20 }.map { $0 + 1 } ?? inner.startIndex
  let url = inner[..<end].filter { $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
  let scheme = scheme(of: url)
  let rest = url.dropFirst(scheme.map { $0.utf8.count + 1 } ?? 0)
  let found: String?
  switch scheme {
  case "http", "https", "ftp", "ws", "wss": found = host(ofURL: rest.drop(while: isSlash))
  // Who writes to somebody, calls them, or shows what the mail itself has goes to nobody's site.
  case "mailto", "tel", "sms", "cid", "mid": found = nil
  case "data" where isImage && String(decoding: rest.prefix(6), as: UTF8.self).lowercased() == "image/": found = nil
  case let other?: found = other + ":"
  case nil where url.count > 1 && isSlash(url[0]) && isSlash(url[1]): found = host(ofURL: rest.drop(while: isSlash))
  // By the standard it is relative; mail programs mend it.
  case nil where String(decoding: url.prefix(4), as: UTF8.self).lowercased() == "www.": found = host(ofURL: url[...])
  case nil: found = nil
  }
  return own.contains { url.starts(with: $0) && found == host(ofAddress: $0) } ? nil : found
}

private func scheme(of url: [UInt8]) -> String? {
  guard let first = url.first, isAlphanumeric(first), !(0x30...0x39).contains(first),
    let colon = url.firstIndex(of: UInt8(ascii: ":")),
    url[..<colon].allSatisfy({ isAlphanumeric($0) || "+-.".utf8.contains($0) })
  else { return nil }
  return String(decoding: url[..<colon], as: UTF8.self).lowercased()
}

private func isSlash(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "/") || byte == UInt8(ascii: "\\") }

private func host(ofURL rest: ArraySlice<UInt8>) -> String? {
  host(rest.prefix { !isSlash($0) && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") })
}

/// Of a way out, which is a whole address.
private func host(ofAddress url: [UInt8]) -> String? {
  host(ofURL: url.dropFirst(scheme(of: url).map { $0.utf8.count + 1 } ?? 0).drop(while: isSlash))
}

/// Without user information and port, decoded, in ASCII; a trailing dot is the sentence's or the root's.
private func host(_ authority: ArraySlice<UInt8>) -> String? {
  let behindUser = authority[(authority.lastIndex(of: UInt8(ascii: "@")).map { $0 + 1 } ?? authority.startIndex)...]
  // An address of IPv6 stands in brackets.
  if behindUser.first == UInt8(ascii: "[") {
    return String(decoding: behindUser.prefix { $0 != UInt8(ascii: "]") }, as: UTF8.self).lowercased() + "]"
  }
  let name = percentDecoded(behindUser.prefix { $0 != UInt8(ascii: ":") })
  var host = Substring(DomainSpelling.ascii(of: String(decoding: name, as: UTF8.self)))
  while host.hasSuffix(".") || host.hasSuffix("!") { host = host.dropLast() }
  return host.isEmpty ? nil : String(host)
}

private func percentDecoded(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
  var out: [UInt8] = []
  var rest = bytes
  while let byte = rest.popFirst() {
    let digits = String(decoding: rest.prefix(2), as: UTF8.self)
    if byte == UInt8(ascii: "%"), digits.utf8.count == 2, digits.utf8.allSatisfy(isAlphanumeric),
      let value = UInt8(digits, radix: 16)
    {
      out.append(value)
      rest = rest.dropFirst(2)
    } else {
      out.append(byte)
    }
  }
  return out
}

// MARK: - Texts

private func targets(inText bytes: [UInt8], except own: [[UInt8]]) -> [String] {
  links(in: bytes).compactMap { link in
    let authority = bytes[link.rest...]
    let isLiteral = authority.first == UInt8(ascii: "[")
    let found = host(isLiteral ? authority.prefix { $0 > 0x20 && !isSlash($0) } : authorityOfText(authority))
    return own.contains { bytes[link.start...].starts(with: $0) && found == host(ofAddress: $0) } ? nil : found
  }
}

/// Where links begin, and where their authorities do.
private func links(in bytes: [UInt8]) -> [(start: Int, rest: Int)] {
  func isWord(_ byte: UInt8) -> Bool { byte >= 0x80 || isAlphanumeric(byte) || ".-_@/\\:".utf8.contains(byte) }
  func begins(_ word: StaticString, at index: Int) -> Bool {
    word.withUTF8Buffer { word in
      index + word.count <= bytes.count && zip(bytes[index...], word).allSatisfy { $0.0 | 0x20 == $0.1 | 0x20 }
    }
  }
  var found: [(start: Int, rest: Int)] = []
  var index = 0
  var before: UInt8 = 0x20
  while index < bytes.count {
    let scheme = begins("https:", at: index) ? 6 : begins("http:", at: index) ? 5 : begins("ftp:", at: index) ? 4 : 0
    var rest: Int?
    if scheme > 0, index + scheme < bytes.count, isSlash(bytes[index + scheme]) {
      rest = bytes[(index + scheme)...].firstIndex { !isSlash($0) } ?? bytes.count
    } else if begins("www.", at: index), !isWord(before) {
      rest = index
    }
    if let rest { found.append((index, rest)) }
    let next = max(index + 1, rest ?? 0)
    before = bytes[next - 1]
    index = next
  }
  return found
}

/// Up to where a link ends, also at the blanks and punctuation of other scripts.
private func authorityOfText(_ rest: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
  let authority = rest.prefix { !isEndOfAuthority($0) }
  guard authority.contains(where: { $0 >= 0x80 }) else { return authority }
  let whole = String(decoding: authority, as: UTF8.self).unicodeScalars.prefix { scalar in
    switch scalar.properties.generalCategory {
    case _ where scalar.isASCII || "\u{3002}\u{FF0E}\u{FF61}".unicodeScalars.contains(scalar): true
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
      .letterNumber, .otherNumber, .nonspacingMark, .spacingMark, .enclosingMark, .format:
      true
    default: false
    }
  }
  return ArraySlice(String(whole).utf8)
}

/// RFC 3986, section 3.2: the authority ends at `/`, `?` or `#`; in a text also where a link ends.
private func isEndOfAuthority(_ byte: UInt8) -> Bool {
  byte <= 0x20 || "/?#\"'<>()[]{}|\\^`,;".utf8.contains(byte)
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

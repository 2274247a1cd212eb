/// The hosts of all `http` and `https` addresses of a text, in lower case: what a link shows and where it leads.
func linkHosts(in text: String, except own: [String]) -> [String] {
  let bytes = Array(text.utf8)
  let own = own.map { Array($0.utf8) }.filter { !$0.isEmpty }
  return addresses(in: bytes, schemes: ["https://", "http://"]).compactMap { found in
    let isOwn = own.contains { bytes[found.start...].starts(with: $0) }
    return isOwn ? nil : host(bytes[found.rest...].prefix { !isEndOfAuthority($0) })
  }
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

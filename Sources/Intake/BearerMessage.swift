/// What a client says with OAUTHBEARER (RFC 7628 §3.1): who it is, if it says so, and its token.
struct BearerMessage: Equatable {
  /// Empty when it does not say.
  let name: String
  let token: String

  /// RFC 7628 §3.2.2: why a token is not taken; the client answers with one octet 1, then gets its 535.
  static let refusal = Array(#"{"status":"invalid_token","schemes":"bearer"}"#.utf8)

  private static let separator: UInt8 = 1

  /// Reads `n,a=name,^Ahost=…^Aport=…^Aauth=Bearer token^A^A`; nil when it is none. Host and port say nothing that is not known.
  init?(_ message: [UInt8]) {
    let parts = message.split(separator: Self.separator, omittingEmptySubsequences: false)
    guard parts.count >= 4, parts.suffix(2).allSatisfy(\.isEmpty),
      let header = Self.gs2Name(parts[0])
    else { return nil }
    var token: String?
    for pair in parts[1..<(parts.count - 2)] {
      guard let equals = pair.firstIndex(of: UInt8(ascii: "=")), equals > pair.startIndex else { return nil }
      guard pair[..<equals].elementsEqual("auth".utf8) else { continue }
      // RFC 6750 §2.1; the scheme's case does not matter (RFC 9110 §11.1).
      let value = String(decoding: pair[(equals + 1)...], as: UTF8.self)
      guard token == nil, value.prefix(7).lowercased() == "bearer ",
        value.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
      else { return nil }
      token = String(value.dropFirst(7).drop { $0 == " " })
    }
    guard let token, !token.isEmpty else { return nil }
    name = header
    self.token = token
  }

  /// The name in `n,a=name,` or `n,,`; also with `y`, which says that the client knows channel binding.
  private static func gs2Name(_ header: ArraySlice<UInt8>) -> String? {
    let words = header.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    guard words.count == 3, words[2].isEmpty, words[0].elementsEqual("n".utf8) || words[0].elementsEqual("y".utf8)
    else {
      return nil
    }
    if words[1].isEmpty { return "" }
    guard words[1].starts(with: "a=".utf8) else { return nil }
    return SASLName.read(words[1].dropFirst(2))
  }
}

/// What a server said up to the end of the login, line by line, bounded.
struct RemoteTranscript {
  private static let mostLines = 256
  private static let longestLine = 4096

  /// A greeting, its capabilities and a login are a few KB; libcurl itself takes more than it should, up to the connect timeout.
  private static let mostBytes = 65_536

  private(set) var lines: [String] = []
  private var bytes = 0

  /// Takes a line; false when the server has said more than any login needs.
  mutating func append(_ bytes: UnsafeRawBufferPointer) -> Bool {
    self.bytes += bytes.count
    guard self.bytes <= Self.mostBytes else { return false }
    var line = bytes
    while let last = line.last, last == 10 || last == 13 { line = .init(rebasing: line.dropLast()) }
    // The end is what matters in a long talk: there stands the verdict on the login.
    if lines.count == Self.mostLines { lines.remove(at: Self.mostLines / 2) }
    lines.append(String(decoding: line.prefix(Self.longestLine), as: UTF8.self))
    return true
  }

  /// The server's last word when it is a refusal: all lines of an SMTP reply of 4yz or 5yz, or an IMAP NO, BAD or BYE without its tag.
  func refusal(_ scheme: RemoteOptions.Scheme) -> String? {
    scheme == .smtp ? smtpRefusal : imapRefusal
  }

  /// What a server says about an access token it does not take: a JSON object in base64 as one more challenge (RFC 7628 section
  /// 3.2.2; Google's and Microsoft's XOAUTH2 do the same). libcurl takes the challenge itself for the refusal.
  var tokenRefusal: String? {
    guard let last = lines.last else { return nil }
    let challenge = last.hasPrefix("334 ") ? last.dropFirst(4) : last.hasPrefix("+ ") ? last.dropFirst(2) : ""
    guard !challenge.isEmpty, let bytes = decodeBase64(challenge.utf8) else { return nil }
    return "the server does not take the access token: \(String(decoding: bytes, as: UTF8.self))"
  }

  private var smtpRefusal: String? {
    guard let last = lines.last, last.hasPrefix("4") || last.hasPrefix("5") else { return nil }
    let code = last.prefix(3)
    let first = lines.lastIndex { !$0.hasPrefix("\(code)-") && $0 != last }.map { $0 + 1 } ?? 0
    let texts = lines[first...].map { $0.dropFirst(4) }
    return "\(code) \(texts.joined(separator: " "))"
  }

  private var imapRefusal: String? {
    guard let last = lines.last, let space = last.firstIndex(of: " ") else { return nil }
    let text = last[last.index(after: space)...]
    let word = text.prefix { $0 != " " }.uppercased()
    return ["NO", "BAD", "BYE"].contains(word) ? String(text) : nil
  }
}

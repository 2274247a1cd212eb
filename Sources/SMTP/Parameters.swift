/// One `KEYWORD` or `KEYWORD=value` behind an address in MAIL or RCPT (RFC 5321 §4.1.2).
struct ESMTPParameter: Equatable {
  let keyword: [UInt8]
  let value: [UInt8]?

  /// The parameters in `bytes` from `start`; nil when they are not well formed.
  static func list(in bytes: [UInt8], from start: Int) -> [ESMTPParameter]? {
    guard start < bytes.count else { return [] }
    guard bytes[start] == Octet.space || bytes[start] == 0x09 else { return nil }
    var parameters: [ESMTPParameter] = []
    for word in bytes[start...].split(whereSeparator: { $0 == Octet.space || $0 == 0x09 }) {
      let keyword = word.prefix { $0 != 0x3D }
      guard let first = keyword.first, first.isASCIILetter || first.isASCIIDigit,
        keyword.allSatisfy({ $0.isASCIILetter || $0.isASCIIDigit || $0 == 0x2D })
      else { return nil }
      let value = word.dropFirst(keyword.count)
      guard value.count != 1, value.allSatisfy({ $0 > Octet.space && $0 != 0x7F }) else { return nil }
      parameters.append(
        ESMTPParameter(
          keyword: keyword.map(\.asciiUppercased), value: value.isEmpty ? nil : Array(value.dropFirst())))
    }
    return parameters
  }
}

/// A command refused while it was read.
struct ReplyError: Error, Equatable {
  let reply: ServerReply

  init(_ reply: ServerReply) {
    self.reply = reply
  }
}

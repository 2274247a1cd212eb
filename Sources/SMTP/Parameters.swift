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
      guard value.count != 1, value.allSatisfy({ $0 > Octet.space && $0 < 0x7F }) else { return nil }
      parameters.append(
        ESMTPParameter(
          keyword: keyword.map(\.asciiUppercased), value: value.isEmpty ? nil : Array(value.dropFirst())))
    }
    return parameters
  }
}

/// What the parameters of a MAIL command say.
struct MailParameters: Equatable {
  var size: Int?
  var body: Envelope.BodyType?

  /// Reads the parameters, or says why not: 501 for a wrong value or one given twice, 555 for an unknown one
  /// (RFC 5321 §4.1.1.11).
  init(_ parameters: [ESMTPParameter]) throws(ReplyError) {
    var seen: Set<[UInt8]> = []
    for parameter in parameters {
      guard seen.insert(parameter.keyword).inserted else { throw ReplyError(.badParameter) }
      let value = parameter.value
      if matches(parameter.keyword, "SIZE") {
        // RFC 1870 §3: up to 20 digits; what does not fit an Int is surely too big.
        guard let value, (1...20).contains(value.count), value.allSatisfy(\.isASCIIDigit) else {
          throw ReplyError(.badParameter)
        }
        size = Int(String(decoding: value, as: UTF8.self)) ?? Int.max
      } else if matches(parameter.keyword, "BODY") {
        let types: [Envelope.BodyType] = [.sevenBit, .eightBitMIME]
        let name = value.map { String(decoding: $0.map(\.asciiUppercased), as: UTF8.self) }
        guard let type = types.first(where: { $0.rawValue == name }) else { throw ReplyError(.badParameter) }
        body = type
      } else if matches(parameter.keyword, "AUTH") {
        // RFC 4954 §5: a server that offers AUTH must accept it; nothing here trusts it, so it is only checked.
        guard let value, Self.isXtext(value) else { throw ReplyError(.badParameter) }
      } else {
        throw ReplyError(.unknownParameter)
      }
    }
  }

  /// RFC 3461 §4: printable octets without `+` and `=`, which are written `+HH`.
  private static func isXtext(_ value: [UInt8]) -> Bool {
    var at = 0
    while at < value.count {
      if value[at] == 0x2B {
        let digits = value[(at + 1)...].prefix(2)
        guard digits.count == 2, digits.allSatisfy({ $0.isASCIIDigit || (0x41...0x46).contains($0) }) else {
          return false
        }
        at += 3
      } else {
        guard value[at] > Octet.space, value[at] < 0x7F, value[at] != 0x3D else { return false }
        at += 1
      }
    }
    return true
  }
}

/// A command refused while it was read.
struct ReplyError: Error, Equatable {
  let reply: ServerReply

  init(_ reply: ServerReply) {
    self.reply = reply
  }
}

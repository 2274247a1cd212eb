/// How much of a mail its sender wants back in a report about it (RFC 3461 §4.3).
public enum ReturnContent: String, Equatable, Sendable {
  case full = "FULL"
  case headers = "HDRS"
}

/// What the sender wants to hear about one recipient (RFC 3461 §4.1 and §4.2).
public struct RecipientRequest: Equatable, Sendable {
  /// `NEVER`, or some of `SUCCESS,FAILURE,DELAY` in this order; nil when nothing was said.
  public var notify: String?
  /// `type;address` in the xtext of RFC 3461 or the UTF-8 form of RFC 6533 §3, as the client wrote it and checked: it may
  /// stand in a command as it is.
  public var originalRecipient: String?

  /// A request of its parts.
  public init(notify: String? = nil, originalRecipient: String? = nil) {
    self.notify = notify
    self.originalRecipient = originalRecipient
  }

  /// Reads the parameters of a RCPT command; `allowsUTF8` when its MAIL said SMTPUTF8.
  init(_ parameters: [ESMTPParameter], allowsUTF8: Bool) throws(ReplyError) {
    var seen: Set<[UInt8]> = []
    for parameter in parameters {
      let isKnown = matches(parameter.keyword, "NOTIFY") || matches(parameter.keyword, "ORCPT")
      guard isKnown else { throw ReplyError(.unknownParameter) }
      guard seen.insert(parameter.keyword).inserted, let value = parameter.value else {
        throw ReplyError(.badParameter)
      }
      if matches(parameter.keyword, "NOTIFY") {
        notify = try Self.notify(value)
      } else {
        originalRecipient = try Self.originalRecipient(value, allowsUTF8)
      }
    }
  }

  private static let occasions = ["SUCCESS", "FAILURE", "DELAY"]
  /// RFC 3461 §5.4: octets of an ORCPT that must be taken.
  private static let maximumOriginalRecipient = 500

  private static func notify(_ value: [UInt8]) throws(ReplyError) -> String {
    let words = value.split(separator: 0x2C, omittingEmptySubsequences: false)
      .map { String(decoding: $0.map(\.asciiUppercased), as: UTF8.self) }
    if words == ["NEVER"] { return "NEVER" }
    guard words.allSatisfy(occasions.contains), Set(words).count == words.count else {
      throw ReplyError(.badParameter)
    }
    return occasions.filter(words.contains).joined(separator: ",")
  }

  private static func originalRecipient(_ value: [UInt8], _ allowsUTF8: Bool) throws(ReplyError) -> String {
    let type = value.prefix { $0 != 0x3B }
    let address = value.dropFirst(type.count + 1)
    guard value.count <= maximumOriginalRecipient, !type.isEmpty, !address.isEmpty,
      type.allSatisfy({ $0.isASCIILetter || $0.isASCIIDigit || $0 == 0x2D })
    else { throw ReplyError(.badParameter) }
    let isUTF8 = matches(type, "UTF-8")
    // RFC 6533 §3: octets over 127 may stand for themselves only where SMTPUTF8 was said.
    guard isUTF8 && allowsUTF8 || address.allSatisfy({ $0 < 0x80 }),
      let text = String(validating: value, as: UTF8.self),
      let decoded = Xtext.decode(address.map { $0 < 0x80 ? $0 : UInt8(ascii: "x") }),
      // NUL, CR and LF have no place in an address, however they are written.
      decoded.allSatisfy({ $0 >= Octet.space && $0 < 0x7F })
    else { throw ReplyError(.badParameter) }
    return text
  }
}

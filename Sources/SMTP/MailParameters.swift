internal import MailText

/// When a mail is to be released (RFC 4865 §4).
public enum Release: Equatable, Sendable {
  /// HOLDFOR: so many seconds after the mail was taken.
  case after(seconds: Int)
  /// HOLDUNTIL: at this instant; UTC epoch milliseconds.
  case at(Int64)
}

/// How far ahead mails may be submitted (RFC 4865 §3).
public struct FutureRelease: Equatable, Sendable {
  /// The longest HOLDFOR, in seconds.
  public var maximumSeconds: Int
  /// The latest HOLDUNTIL; UTC epoch milliseconds.
  public var latest: Int64
  /// The same as RFC 3339 text.
  public var latestText: String

  /// Limits of their parts.
  public init(maximumSeconds: Int, latest: Int64, latestText: String) {
    self.maximumSeconds = maximumSeconds
    self.latest = latest
    self.latestText = latestText
  }
}

/// What the parameters of a MAIL command say.
struct MailParameters: Equatable {
  var size: Int?
  var body: Envelope.BodyType?
  var allowsUTF8 = false
  var returnContent: ReturnContent?
  var envelopeID: String?
  var release: Release?

  /// How one keyword is read; false when its value is wrong.
  private typealias Rule = (keyword: StaticString, read: @Sendable (inout MailParameters, [UInt8]?) -> Bool)

  private static let rules: [Rule] = [
    // RFC 1870 §3: up to 20 digits; what does not fit an Int is surely too big.
    (
      "SIZE",
      { parameters, value in
        guard let value, (1...20).contains(value.count), value.allSatisfy(\.isASCIIDigit) else { return false }
        parameters.size = Int(String(decoding: value, as: UTF8.self)) ?? Int.max
        return true
      }
    ),
    // RFC 6152 §2, RFC 3030 §3.
    (
      "BODY",
      { parameters, value in
        parameters.body = value.map(word).flatMap(Envelope.BodyType.init)
        return parameters.body != nil
      }
    ),
    // RFC 4954 §5: a server that offers AUTH must accept it; nothing here trusts it, so it is only checked.
    ("AUTH", { _, value in value.flatMap(Xtext.decode) != nil }),
    // RFC 6531 §3.4: no value.
    (
      "SMTPUTF8",
      { parameters, value in
        parameters.allowsUTF8 = value == nil
        return value == nil
      }
    ),
    // RFC 3461 §4.3.
    (
      "RET",
      { parameters, value in
        parameters.returnContent = value.map(word).flatMap(ReturnContent.init)
        return parameters.returnContent != nil
      }
    ),
    // RFC 3461 §4.4 and §5.4: at most 100 octets, and printable when decoded.
    (
      "ENVID",
      { parameters, value in
        guard let value, value.count <= 100, let decoded = Xtext.decode(value), !decoded.isEmpty,
          decoded.allSatisfy({ $0 >= Octet.space && $0 < 0x7F })
        else { return false }
        parameters.envelopeID = String(decoding: value, as: UTF8.self)
        return true
      }
    ),
    // RFC 4865 §4: 1 to 9 digits, more than none; one of the two and only once.
    (
      "HOLDFOR",
      { parameters, value in
        guard let value, (1...9).contains(value.count), value.allSatisfy(\.isASCIIDigit), parameters.release == nil,
          let seconds = Int(String(decoding: value, as: UTF8.self)), seconds > 0
        else { return false }
        parameters.release = .after(seconds: seconds)
        return true
      }
    ),
    (
      "HOLDUNTIL",
      { parameters, value in
        guard let value, parameters.release == nil,
          let instant = MailDate.parseRFC3339(String(decoding: value, as: UTF8.self))
        else { return false }
        parameters.release = .at(instant)
        return true
      }
    ),
  ]

  /// Reads the parameters, or says why not: 501 for a wrong value or one given twice, 555 for an unknown one
  /// (RFC 5321 §4.1.1.11).
  init(_ parameters: [ESMTPParameter], _ settings: ServerSettings) throws(ReplyError) {
    var seen: Set<[UInt8]> = []
    for parameter in parameters {
      guard seen.insert(parameter.keyword).inserted else { throw ReplyError(.badParameter) }
      guard let rule = Self.rules.first(where: { matches(parameter.keyword, $0.keyword) }) else {
        throw ReplyError(.unknownParameter)
      }
      guard rule.read(&self, parameter.value) else { throw ReplyError(.badParameter) }
    }
    if let size, size > settings.maximumMessageBytes { throw ReplyError(.tooBig) }
    if let release {
      guard let limits = settings.futureRelease else { throw ReplyError(.unknownParameter) }
      let isWithin =
        switch release {
        case .after(let seconds): seconds <= limits.maximumSeconds
        case .at(let instant): instant <= limits.latest
        }
      guard isWithin else { throw ReplyError(.heldTooLong) }
    }
  }

  private static func word(_ value: [UInt8]) -> String {
    String(decoding: value.map(\.asciiUppercased), as: UTF8.self)
  }
}

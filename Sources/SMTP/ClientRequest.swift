/// What a mail asks of the servers on its way, besides being delivered; all of it is sent only to a server that knows it.
public struct ClientRequest: Equatable, Sendable {
  /// RET (RFC 3461 §4.3).
  public var returnContent: ReturnContent?
  /// ENVID in xtext.
  public var envelopeID: String?
  /// NOTIFY as its sender wrote it.
  public var notify: String?
  /// ORCPT in the form it stands in a command.
  public var originalRecipient: String?
  /// Whether its header may be in UTF-8 (RFC 6531).
  public var allowsUTF8: Bool

  /// A request of its parts.
  public init(
    returnContent: ReturnContent? = nil, envelopeID: String? = nil, notify: String? = nil,
    originalRecipient: String? = nil, allowsUTF8: Bool = false
  ) {
    self.returnContent = returnContent
    self.envelopeID = envelopeID
    self.notify = notify
    self.originalRecipient = originalRecipient
    self.allowsUTF8 = allowsUTF8
  }

  /// The NOTIFY that leaves: the bounce comes to the account that sends, which has to see it whatever the author wants,
  /// so FAILURE is always asked for and NEVER is not passed on.
  var watchedNotify: String? {
    guard let notify, notify != "NEVER" else { return nil }
    let words = notify.split(separator: ",").map(String.init)
    return (words.contains("FAILURE") ? words : words + ["FAILURE"]).joined(separator: ",")
  }

  /// ` RET=… ENVID=…` for MAIL.
  var mailParameters: String {
    Self.parameter("RET", returnContent?.rawValue) + Self.parameter("ENVID", envelopeID)
  }

  /// ` NOTIFY=… ORCPT=…` for RCPT; an ORCPT in UTF-8 only beside SMTPUTF8 (RFC 6533 §3).
  func recipientParameters(withUTF8 isUTF8: Bool) -> String {
    let isPlain = originalRecipient?.utf8.allSatisfy { $0 < 0x80 } == true
    return Self.parameter("NOTIFY", watchedNotify)
      + Self.parameter("ORCPT", isPlain || isUTF8 ? originalRecipient : nil)
  }

  /// Nothing that could end the parameter or the command gets on the wire, wherever it came from.
  private static func parameter(_ keyword: String, _ value: String?) -> String {
    guard let value, !value.isEmpty, value.utf8.allSatisfy({ $0 > Octet.space && $0 != 0x7F }) else { return "" }
    return " \(keyword)=\(value)"
  }
}

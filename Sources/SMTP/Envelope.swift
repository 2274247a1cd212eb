/// What a client said about a mail before its text (RFC 5321 §2.3.1), with the facts of the session it came in.
public struct Envelope: Equatable, Sendable {
  /// What MAIL said with BODY= (RFC 6152).
  public enum BodyType: String, Equatable, Sendable {
    case sevenBit = "7BIT"
    case eightBitMIME = "8BITMIME"
    /// RFC 3030 §3; its parts are made text before anybody sees it.
    case binaryMIME = "BINARYMIME"
  }

  /// The reverse-path without brackets; empty for the null reverse-path.
  public var reversePath: String
  /// The recipients in the order they were given, without brackets and source routes, domains in small letters.
  public var recipients: [String]
  /// The size the client declared, in octets; nil when it did not.
  public var declaredSize: Int?
  /// The kind of body the client declared.
  public var body: BodyType
  /// Who logged in; nil when nobody did.
  public var login: String?
  /// What the client called itself in EHLO or HELO.
  public var clientName: String
  /// The protocol for a Received header: SMTP, ESMTP, ESMTPS, ESMTPA or ESMTPSA (RFC 3848), or with SMTPUTF8 UTF8SMTP,
  /// UTF8SMTPS … (RFC 6531 §4.3).
  public var protocolName: String
  /// Whether addresses and header may be in UTF-8 (RFC 6531).
  public var allowsUTF8: Bool
  /// RET; nil when nothing was said.
  public var returnContent: ReturnContent?
  /// ENVID in xtext, as it may stand in a command; nil when there was none.
  public var envelopeID: String?
  /// NOTIFY and ORCPT, by the recipient as it stands in `recipients`.
  public var recipientRequests: [String: RecipientRequest]
  /// HOLDFOR or HOLDUNTIL.
  public var release: Release?

  /// An envelope of its parts.
  public init(
    reversePath: String, recipients: [String] = [], declaredSize: Int? = nil, body: BodyType = .sevenBit,
    login: String? = nil, clientName: String = "", protocolName: String = "ESMTP", allowsUTF8: Bool = false,
    returnContent: ReturnContent? = nil, envelopeID: String? = nil,
    recipientRequests: [String: RecipientRequest] = [:], release: Release? = nil
  ) {
    self.reversePath = reversePath
    self.recipients = recipients
    self.declaredSize = declaredSize
    self.body = body
    self.login = login
    self.clientName = clientName
    self.protocolName = protocolName
    self.allowsUTF8 = allowsUTF8
    self.returnContent = returnContent
    self.envelopeID = envelopeID
    self.recipientRequests = recipientRequests
    self.release = release
  }
}

extension Envelope {
  /// An address in its shortest form, its domain in small letters, as MAIL and RCPT read it; nil when it is none.
  ///
  /// For mails that come another way than by SMTP. Empty is the null reverse-path.
  public static func address(_ text: String) -> String? {
    let bytes = Array("<\(text)>".utf8)
    guard let path = try? Path(bytes, from: 0), path.end == bytes.count else { return nil }
    return path.address
  }
}

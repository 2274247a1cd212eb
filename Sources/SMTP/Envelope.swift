/// What a client said about a mail before its text (RFC 5321 §2.3.1), with the facts of the session it came in.
public struct Envelope: Equatable, Sendable {
  /// What MAIL said with BODY= (RFC 6152).
  public enum BodyType: String, Equatable, Sendable {
    case sevenBit = "7BIT"
    case eightBitMIME = "8BITMIME"
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
  /// The protocol for a Received header: SMTP, ESMTP, ESMTPS, ESMTPA or ESMTPSA (RFC 3848).
  public var protocolName: String

  /// An envelope of its parts.
  public init(
    reversePath: String, recipients: [String] = [], declaredSize: Int? = nil, body: BodyType = .sevenBit,
    login: String? = nil, clientName: String = "", protocolName: String = "ESMTP"
  ) {
    self.reversePath = reversePath
    self.recipients = recipients
    self.declaredSize = declaredSize
    self.body = body
    self.login = login
    self.clientName = clientName
    self.protocolName = protocolName
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

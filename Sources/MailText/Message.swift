/// A mail read as a tree of parts, each a range of its octets; reading never fails and takes time linear in the size.
///
/// RFC 2045 and 2046. What is broken is read as far as it makes sense: a multipart without its boundary is one text.
public struct Message: Sendable {
  /// What one mail may hold; what is beyond belongs to the part before it.
  public enum Limit {
    /// Real mails have under 100 parts; each costs about 2 KB here.
    public static let parts = 1_000
    /// Forwards of forwards reach ten levels; each level costs a comparison for every boundary line.
    public static let nesting = 32
  }

  /// The mail's octets.
  public let bytes: [UInt8]
  /// The parts in order of appearance; the first is the mail itself.
  public let parts: [MessagePart]

  /// Reads a mail.
  public init(_ bytes: [UInt8]) {
    var reader = MIMEReader(bytes: bytes)
    reader.run()
    self.bytes = bytes
    parts = reader.parts
  }

  /// The mail's header.
  public var header: HeaderBlock { parts[0].header }

  /// Octets of a part's body with its transfer encoding undone.
  public func content(of part: MessagePart) -> [UInt8] { part.encoding.decode(bytes[part.body]) }

  /// A part's body as text, by its charset; for `format=flowed` the lines are as sent. With `atMost` only about the text that
  /// so many octets of the body hold.
  public func text(of part: MessagePart, atMost: Int = .max) -> String {
    let label = part.contentType.parameters["charset"]
    let body = bytes[part.body].prefix(atMost)
    if part.encoding == .identity { return Charset.decode(body, label: label) }
    return Charset.decode(part.encoding.decode(body), label: label)
  }

  /// The same as octets of UTF-8.
  package func octets(of part: MessagePart, atMost: Int) -> [UInt8] {
    let label = part.contentType.parameters["charset"]
    let body = bytes[part.body].prefix(atMost)
    return Charset.utf8(part.encoding == .identity ? body : part.encoding.decode(body)[...], label: label)
  }

  /// The mail that a message/rfc822 part encloses, also when the part is encoded (which RFC 2046 §5.2.1 forbids; some do it).
  public func enclosed(in part: MessagePart) -> Message? {
    guard part.isMessage else { return nil }
    return Message(content(of: part))
  }
}

/// One node of the tree.
public struct MessagePart: Sendable {
  /// Its header; empty for a part without one.
  public let header: HeaderBlock
  /// Its Content-Type, or what it is without one.
  public let contentType: ContentType
  /// Its transfer encoding.
  public let encoding: TransferEncoding
  /// Its octets after the header, without the line end that belongs to the next boundary (RFC 2046 §5.1.1).
  public internal(set) var body: Range<Int>
  /// How many parts it stands in.
  public let depth: Int
  /// The index of the part it stands in.
  public let parent: Int?
  /// Indices of the parts in it; the enclosed mail is the only child of a message/rfc822 part.
  public internal(set) var children: [Int] = []

  /// Whether it encloses a whole mail (RFC 2046 §5.2.1, RFC 6532 §3.7).
  public var isMessage: Bool {
    contentType.type == "message" && ["rfc822", "global", "news"].contains(contentType.subtype)
  }

  /// Whether it holds the header of a returned mail (RFC 6522 §2, RFC 6533 §5).
  public var isHeaders: Bool {
    ["text/rfc822-headers", "message/rfc822-headers", "text/rfc822-header", "message/global-headers"]
      .contains(contentType.mediaType)
  }

  /// Whether it is a delivery report (RFC 3464, RFC 6533 §4).
  public var isDeliveryStatus: Bool {
    contentType.type == "message" && ["delivery-status", "global-delivery-status"].contains(contentType.subtype)
  }

  /// Whether it is an abuse report's machine-readable part (RFC 5965).
  public var isFeedbackReport: Bool { contentType.isType("message", "feedback-report") }

  /// Whether it is a read receipt's machine-readable part (RFC 8098).
  public var isDispositionNotification: Bool {
    contentType.type == "message"
      && ["disposition-notification", "global-disposition-notification"].contains(contentType.subtype)
  }

  /// Its disposition, when the field is there.
  public var disposition: ContentDisposition? {
    header.first("content-disposition").map { ContentDisposition($0.valueBytes) }
  }

  /// The name of the file it is, by its disposition or else its type.
  public var fileName: String? { disposition?.fileName ?? contentType.parameters["name"] }

  /// Whether it is a text to be read in place, not a file.
  public var isInlineText: Bool { contentType.type == "text" && children.isEmpty && disposition?.kind != "attachment" }
}

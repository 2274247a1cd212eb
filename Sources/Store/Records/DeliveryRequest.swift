/// What the sender of a mail asked of the servers on its way to one recipient.
public struct DeliveryRequest: Sendable, Equatable {
  /// RET of RFC 3461: `FULL` or `HDRS`.
  public var returnContent: String?
  /// ENVID, in xtext.
  public var envelopeID: String?
  /// NOTIFY.
  public var notify: String?
  /// ORCPT, as it stands in a command.
  public var originalRecipient: String?
  /// Whether the mail was submitted with SMTPUTF8 (RFC 6531).
  public var allowsUTF8: Bool

  /// A request of its parts; without any it asks for nothing.
  public init(
    returnContent: String? = nil, envelopeID: String? = nil, notify: String? = nil, originalRecipient: String? = nil,
    allowsUTF8: Bool = false
  ) {
    self.returnContent = returnContent
    self.envelopeID = envelopeID
    self.notify = notify
    self.originalRecipient = originalRecipient
    self.allowsUTF8 = allowsUTF8
  }
}

extension Reader {
  /// What a message asks for; nothing when it has no row.
  func deliveryRequest(ofMessage id: Int64) throws(StoreError) -> DeliveryRequest {
    try first(
      """
      SELECT return_content, envelope_id, notify, original_recipient, allows_utf8 FROM delivery_request
      WHERE message_id = ?
      """, [.integer(id)]
    ) { row in
      DeliveryRequest(
        returnContent: row.textOrNil(0), envelopeID: row.textOrNil(1), notify: row.textOrNil(2),
        originalRecipient: row.textOrNil(3), allowsUTF8: row.flag(4))
    } ?? DeliveryRequest()
  }
}

extension Transaction {
  /// Keeps what a new message asks for; nothing needs no row.
  func keep(_ request: DeliveryRequest, ofMessage id: Int64) throws(StoreError) {
    guard request != DeliveryRequest() else { return }
    try run(
      """
      INSERT INTO delivery_request
        (message_id, return_content, envelope_id, notify, original_recipient, allows_utf8)
      VALUES (?, ?, ?, ?, ?, ?)
      """,
      [
        .integer(id), SQLValue(request.returnContent), SQLValue(request.envelopeID), SQLValue(request.notify),
        SQLValue(request.originalRecipient), SQLValue(request.allowsUTF8),
      ])
  }
}

extension DeliveryRequest {
  /// A text in xtext (RFC 3461 section 4).
  static func xtext(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var out: [UInt8] = []
    for octet in text.utf8 {
      if octet > 0x20, octet < 0x7F, octet != UInt8(ascii: "+"), octet != UInt8(ascii: "=") {
        out.append(octet)
      } else {
        out += [UInt8(ascii: "+"), digits[Int(octet >> 4)], digits[Int(octet & 15)]]
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}

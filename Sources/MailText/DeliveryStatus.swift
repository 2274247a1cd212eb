/// The content of a message/delivery-status part: fields for the mail and a group for each recipient (RFC 3464 §2.1).
public struct DeliveryStatus: Sendable {
  /// Groups read of one report; a mail to more recipients than servers take at once does not exist.
  private static let most = 1_000

  /// Fields about the whole mail: Reporting-MTA, Original-Envelope-Id, Arrival-Date …
  public var message: HeaderBlock
  /// One entry for each recipient, in order.
  public var recipients: [RecipientStatus]

  /// Reads the decoded content of the part; lines that are no fields are skipped, empty ones separate groups.
  public init(_ bytes: [UInt8]) {
    message = HeaderBlock()
    recipients = []
    var reader = FieldReader(position: 0, limit: bytes.count, stopAtWhiteLines: true)
    var group = HeaderBlock()
    while reader.position < bytes.count, recipients.count < Self.most {
      if let field = reader.next(bytes) {
        // Some writers leave out the empty line before the next recipient's group.
        if field.isNamed("final-recipient"), group.contains("final-recipient") { close(&group) }
        if group.fields.count < 200 { group.appendRaw(field) }
        continue
      }
      let line = bytes.line(from: reader.position, limit: bytes.count)
      if bytes[reader.position..<line.text].allSatisfy(\.isBlank) { close(&group) }
      reader.position = line.next
    }
    close(&group)
  }

  private mutating func close(_ group: inout HeaderBlock) {
    defer { group = HeaderBlock() }
    guard !group.fields.isEmpty else { return }
    let perRecipient = [
      "final-recipient", "original-recipient", "x-actual-recipient", "action", "status", "diagnostic-code",
    ]
    if perRecipient.contains(where: group.contains) {
      // A group that only goes on about the recipient before it (Action and Status set apart by an empty line) joins it.
      if !group.contains("final-recipient"), !group.contains("original-recipient"), let last = recipients.last,
        last.fields.first("action") == nil || last.fields.first("status") == nil, last.fields.fields.count < 20
      {
        var joined = last.fields
        group.fields.forEach { joined.appendRaw($0) }
        recipients[recipients.count - 1] = RecipientStatus(fields: joined)
      } else {
        recipients.append(RecipientStatus(fields: group))
      }
    }
    if recipients.isEmpty || group.contains("reporting-mta") { group.fields.forEach { message.appendRaw($0) } }
  }

  /// The server that made the report (RFC 3464 §2.2.2).
  public var reportingMTA: String? { message.value("reporting-mta").map { TypedValue($0).value } }
  /// The sender's name for the mail, ENVID of RFC 3461, xtext decoded (RFC 3464 §2.2.1).
  public var originalEnvelopeID: String? { message.value("original-envelope-id").map(TypedValue.xtextDecoded) }
}

/// One recipient's group of a delivery report (RFC 3464 §2.3).
public struct RecipientStatus: Sendable {
  /// Its fields as they stand.
  public let fields: HeaderBlock

  /// Takes a group's fields.
  public init(fields: HeaderBlock) { self.fields = fields }

  /// The address the mail was for, as the last server knew it.
  public var finalRecipient: String? { address("final-recipient") }
  /// The address as the sender gave it.
  public var originalRecipient: String? { address("original-recipient") }
  /// What a Postfix or Sendmail alias led to (`X-Actual-Recipient`).
  public var actualRecipient: String? { address("x-actual-recipient") }
  /// `failed delayed delivered relayed expanded`, in small letters.
  public var action: String? {
    guard let word = fields.value("action")?.utf8.prefix(while: { $0.isLetter || $0 == Octet.dash }), !word.isEmpty
    else {
      return nil
    }
    return String(decoding: word, as: UTF8.self).asciiLowercased
  }
  /// The enhanced status code such as `5.1.1`, without comments (RFC 3463).
  public var status: String? { fields.value("status").flatMap { EnhancedStatus.find(in: $0) } }
  /// The server that said so.
  public var remoteMTA: String? { fields.value("remote-mta").map { TypedValue($0).value } }
  /// What it said, without its type.
  public var diagnostic: String? { fields.text("diagnostic-code").map { TypedValue($0).value } }
  /// `smtp`, `x-unix` …
  public var diagnosticType: String? { fields.value("diagnostic-code").flatMap { TypedValue($0).type } }
  /// When the server stops trying, in epoch milliseconds.
  public var willRetryUntil: Int64? { fields.value("will-retry-until").flatMap(MailDate.parse) }

  /// The address as the report writes it, without brackets and comments: it may be of another kind than a mailbox.
  private func address(_ name: String) -> String? {
    guard let value = fields.value(name) else { return nil }
    let typed = TypedValue(value)
    if typed.type == "utf-8" { return TypedValue.unitextDecoded(typed.value) }
    var text = Array(typed.value.utf8)[...]
    if let open = text.firstIndex(of: Octet.lessThan), text.first != Octet.quote {
      text = text[(open + 1)...]
      text = text[..<(text.lastIndex(of: Octet.greaterThan) ?? text.endIndex)]
    }
    let trimmed = text.trimmedSpaces()
    if trimmed.first != Octet.quote, trimmed.contains(where: \.isSpace), trimmed.contains(Octet.at) {
      return Address(String(decoding: trimmed, as: UTF8.self))?.address
    }
    return trimmed.isEmpty ? nil : String(decoding: trimmed, as: UTF8.self)
  }
}

/// `type; value` as the fields of RFC 3464 §2.1.2 are.
struct TypedValue {
  let type: String?
  let value: String

  init(_ text: String) {
    let bytes = Array(text.utf8)
    let head = bytes.prefix { $0 != Octet.semicolon && !$0.isSpace }
    let rest = bytes.dropFirst(head.count).drop(while: \.isSpace)
    if rest.first == Octet.semicolon, !head.isEmpty, head.allSatisfy({ $0.isLetter || $0.isDigit || $0 == Octet.dash })
    {
      type = String(decoding: head.map(\.lowered), as: UTF8.self)
      value = String(decoding: rest.dropFirst().trimmedSpaces(), as: UTF8.self)
    } else {
      type = nil
      value = text.trimmedSpaces
    }
  }

  /// `+2B` is `+` (RFC 3461 §4).
  static func xtextDecoded(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var out: [UInt8] = []
    var i = 0
    while i < bytes.count {
      if bytes[i] == UInt8(ascii: "+"), i + 2 < bytes.count, let high = bytes[i + 1].hexValue,
        let low = bytes[i + 2].hexValue
      {
        out.append(high << 4 | low)
        i += 3
      } else {
        out.append(bytes[i])
        i += 1
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// `\x{20AC}` is `€` (RFC 6533 §3).
  static func unitextDecoded(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var out: [UInt8] = []
    var i = 0
    while i < bytes.count {
      if bytes.hasASCII("\\x{", at: i),
        let end = bytes.firstIndex(of: UInt8(ascii: "}"), in: i + 3..<min(bytes.count, i + 12)),
        let scalar = UInt32(String(decoding: bytes[i + 3..<end], as: UTF8.self), radix: 16).flatMap(Unicode.Scalar.init)
      {
        out += Array(String(scalar).utf8)
        i = end + 1
      } else {
        out.append(bytes[i])
        i += 1
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}

/// Enhanced status codes in text (RFC 3463 §2): class 2, 4 or 5, subject and detail of up to three digits.
public enum EnhancedStatus {
  /// The first code in the text that stands apart from other digits and dots.
  public static func find(in text: String) -> String? {
    let b = text.octets(atMost: 4_096)
    var i = 0
    while i + 4 < b.count {
      if b[i] == UInt8(ascii: "2") || b[i] == UInt8(ascii: "4") || b[i] == UInt8(ascii: "5"), b[i + 1] == Octet.dot,
        i == 0 || !(b[i - 1].isDigit || b[i - 1] == Octet.dot || b[i - 1].isLetter || b[i - 1] == Octet.dash)
      {
        var j = i + 2
        while j < b.count, j < i + 5, b[j].isDigit { j += 1 }
        let subjectEnd = j
        if subjectEnd > i + 2, j < b.count, b[j] == Octet.dot {
          j += 1
          while j < b.count, j < subjectEnd + 4, b[j].isDigit { j += 1 }
          let apart =
            j >= b.count
            || !(b[j].isDigit || b[j] == Octet.dash || (b[j] == Octet.dot && j + 1 < b.count && b[j + 1].isDigit))
          if j > subjectEnd + 1, apart { return String(decoding: b[i..<j], as: UTF8.self) }
        }
      }
      i += 1
    }
    return nil
  }
}

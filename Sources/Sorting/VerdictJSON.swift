import MailText

extension Verdict {
  /// The verdict as one JSON object without a line end, keys in the order of DESIGN.md; `file` first when it is given.
  ///
  /// JSONEncoder sorts or shuffles keys and takes longer than the sorting itself.
  public func jsonLine(file: String? = nil) -> [UInt8] {
    var json = JSONWriter()
    json.open()
    if let file { json.member("file", file) }
    json.member("class", mailClass.rawValue)
    json.key("confidence")
    json.raw(String(confidence))
    json.member("rule", rule)
    json.key("evidence")
    json.array(evidence) { json, text in json.string(text) }
    json.key("bounces")
    json.array(bounces) { json, bounce in
      json.open()
      json.member("recipient", bounce.recipient)
      json.member("original_recipient", bounce.originalRecipient)
      json.member("action", bounce.action)
      json.member("status", bounce.status)
      json.key("smtp_code")
      json.raw(bounce.smtpCode.map { String($0) } ?? "null")
      json.member("permanence", bounce.permanence.rawValue)
      json.member("reason", bounce.reason)
      json.member("diagnostic", bounce.diagnostic)
      json.member("remote_mta", bounce.remoteMTA)
      json.close()
    }
    json.member("original_message_id", originalMessageID)
    json.member("feedback_type", feedbackType)
    json.member("from", from)
    json.member("subject", subject)
    json.member("reply_text", replyText)
    json.member("until", until)
    json.member("new_address", newAddress)
    json.close()
    return json.bytes
  }
}

/// Writes JSON (RFC 8259) into octets.
struct JSONWriter {
  private(set) var bytes: [UInt8] = []
  private var needsComma = false

  mutating func open() { begin(UInt8(ascii: "{")) }
  mutating func close() { end(UInt8(ascii: "}")) }

  mutating func array<T>(_ items: [T], _ write: (inout JSONWriter, T) -> Void) {
    begin(UInt8(ascii: "["))
    for item in items {
      if needsComma { bytes.append(UInt8(ascii: ",")) }
      needsComma = false
      write(&self, item)
      needsComma = true
    }
    end(UInt8(ascii: "]"))
  }

  mutating func key(_ name: StaticString) {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    bytes.append(UInt8(ascii: "\""))
    bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    bytes.append(contentsOf: "\":".utf8)
    needsComma = false
  }

  mutating func member(_ name: StaticString, _ value: String?) {
    key(name)
    if let value { string(value) } else { raw("null") }
  }

  mutating func raw(_ text: String) {
    bytes.append(contentsOf: text.utf8)
    needsComma = true
  }

  mutating func string(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    var text = text
    text.withUTF8 { octets in
      // What needs no escape is copied in one piece.
      var start = 0
      for (place, octet) in octets.enumerated() where octet < 32 || octet == Octet.quote || octet == Octet.backslash {
        bytes.append(contentsOf: octets[start..<place])
        escape(octet)
        start = place + 1
      }
      bytes.append(contentsOf: octets[start...])
    }
    bytes.append(UInt8(ascii: "\""))
    needsComma = true
  }

  private mutating func escape(_ octet: UInt8) {
    switch octet {
    case Octet.quote, Octet.backslash: bytes += [Octet.backslash, octet]
    case Octet.lf: bytes.append(contentsOf: "\\n".utf8)
    case Octet.cr: bytes.append(contentsOf: "\\r".utf8)
    case Octet.tab: bytes.append(contentsOf: "\\t".utf8)
    default:
      bytes.append(contentsOf: "\\u00".utf8)
      for digit in [octet >> 4, octet & 15] { bytes.append(digit < 10 ? 48 + digit : 87 + digit) }
    }
  }

  private mutating func begin(_ bracket: UInt8) {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    bytes.append(bracket)
    needsComma = false
  }

  private mutating func end(_ bracket: UInt8) {
    bytes.append(bracket)
    needsComma = true
  }
}

/// Our own Received field (RFC 5321 §4.4): how a mail was taken in, in the stored mail without its queue id, which each
/// recipient's message has of its own.
///
/// The fields of others go, because they tell where inside a network a mail began; ours stay, because they tell nothing of
/// the client unless that is wanted, and a mail that goes in a circle is known by them.
public enum TraceField {
  /// The field's name.
  public static let name = "Received"
  /// What only our own fields say.
  private static let mark = "(Postern)"
  private static let markBytes = Array(" (Postern)".utf8)
  private static let idBytes = Array(" id ".utf8)

  /// The field's value. `client` is how the client is named, `HELO ([192.0.2.1])`, or nil; `protocolName` is a keyword of
  /// RFC 3848 or RFC 6531 §4.3, nil for a mail that came by no protocol; `tls` is protocol and cipher.
  public static func value(
    hostname: String, client: String?, protocolName: String?, tls: String?, date: Int64
  ) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(192)
    if let client { text += "from \(client) ".utf8 }
    text += "by ".utf8
    text += hostname.utf8
    text.append(Octet.space)
    text += mark.utf8
    if let protocolName {
      text += " with ".utf8
      text += protocolName.utf8
    }
    if let tls { text += " (\(tls))".utf8 }
    text += "; ".utf8
    MailDate.append(date, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Whether a field is one of ours, of whichever host.
  static func isOurs(_ field: HeaderField) -> Bool {
    field.isNamed(name) && place(of: markBytes, in: field.valueBytes[...]) != nil
  }

  private static func place(of needle: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
    guard bytes.count >= needle.count else { return nil }
    return (bytes.startIndex...(bytes.endIndex - needle.count)).first { start in
      bytes[start] == needle[0] && bytes[start..<(start + needle.count)].elementsEqual(needle)
    }
  }

  /// Whether a field is of this host.
  public static func isOurs(_ field: HeaderField, hostname: String) -> Bool {
    field.isNamed(name) && field.value.contains("by \(hostname) \(mark)")
  }

  /// The queue ids of all our own fields in a header; more than one after a mail passed another Postern.
  public static func queueIDs(in header: HeaderBlock) -> [Int64] {
    header.fields.filter(isOurs).compactMap { field in
      guard let id = field.value.split(separator: ";").first?.split(separator: " ").last else { return nil }
      return Int64(id)
    }
  }

  /// The field with its queue id; one that has an id keeps it.
  static func numbered(_ field: HeaderField, _ id: Int64) -> HeaderField {
    // By octets, for every mail that leaves.
    let bytes = field.valueBytes
    guard let last = bytes.lastIndex(of: UInt8(ascii: ";")), place(of: idBytes, in: bytes[..<last]) == nil else {
      return field
    }
    let value = field.value
    guard let end = value.utf8.lastIndex(of: UInt8(ascii: ";")) else { return field }
    return HeaderField(name: name, value: "\(value[..<end]) id \(id)\(value[end...])")
  }
}

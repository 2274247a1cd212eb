/// xtext (RFC 3461 §4): printable octets without `+` and `=`, which are written `+HH`.
enum Xtext {
  /// What `text` stands for; nil when it is no xtext.
  static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
    var out: [UInt8] = []
    var rest = text[...]
    while let byte = rest.popFirst() {
      guard byte == 0x2B else {
        guard byte > Octet.space, byte < 0x7F, byte != 0x3D else { return nil }
        out.append(byte)
        continue
      }
      guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else { return nil }
      out.append(high << 4 | low)
    }
    return out
  }

  /// Hexadecimal digits are capitals.
  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x37
    default: nil
    }
  }
}

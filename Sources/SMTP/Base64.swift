/// Strict base64 of SASL exchanges (RFC 4648 §4): no line breaks, full padding, nothing behind it.
public enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  private static let values: [UInt8] = {
    var table = [UInt8](repeating: 0xFF, count: 256)
    for (value, letter) in alphabet.enumerated() { table[Int(letter)] = UInt8(value) }
    return table
  }()

  /// The octets `text` stands for; nil when it is not base64.
  public static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
    guard text.count % 4 == 0 else { return nil }
    let letters = text.reversed().drop { $0 == 0x3D }
    let padding = text.count - letters.count
    guard padding <= 2 else { return nil }
    var out: [UInt8] = []
    out.reserveCapacity(text.count / 4 * 3)
    var pool: UInt32 = 0
    var bits = 0
    for letter in letters.reversed() {
      let value = values[Int(letter)]
      guard value != 0xFF else { return nil }
      pool = (pool << 6 | UInt32(value)) & 0xFF_FFFF
      bits += 6
      if bits >= 8 {
        bits -= 8
        out.append(UInt8(truncatingIfNeeded: pool >> UInt32(bits)))
      }
    }
    return out
  }

  /// `bytes` in base64 with padding.
  public static func encode(_ bytes: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let pool = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
      for place in 0..<4 {
        out.append(place > group.count ? 0x3D : alphabet[Int(pool >> UInt32(18 - 6 * place)) & 63])
      }
    }
    return out
  }
}

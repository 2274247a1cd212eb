import CLinux

/// Bytes from the kernel's random source.
public func randomBytes(_ count: Int) -> [UInt8] {
  [UInt8](unsafeUninitializedCapacity: max(0, count)) { buffer, used in
    while used < count {
      // Up to 256 bytes cannot be interrupted and never fail once the source is seeded, getrandom(2).
      let got = getrandom(buffer.baseAddress.map { $0 + used }, min(256, count - used), 0)
      if got > 0 { used += got }
    }
  }
}

/// A UUID of version 7 (RFC 9562 section 5.7): 48 bits of time, then random; sorts by time.
public enum UUIDv7 {
  /// The 16 bytes from an instant (epoch milliseconds) and 10 random bytes; missing ones count as zero.
  public static func bytes(at instant: Int64, random: [UInt8]) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 16)
    let time = UInt64(bitPattern: max(0, instant))
    for index in 0..<6 { bytes[index] = UInt8(truncatingIfNeeded: time >> (40 - 8 * UInt64(index))) }
    for (index, byte) in random.prefix(10).enumerated() { bytes[6 + index] = byte }
    bytes[6] = 0x70 | bytes[6] & 0x0f
    bytes[8] = 0x80 | bytes[8] & 0x3f
    return bytes
  }

  /// The usual text of such bytes, `0190163d-8694-739b-aea5-966c26f8ad91`.
  public static func text(at instant: Int64 = Clock.now(), random: [UInt8] = randomBytes(10)) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(36)
    for (index, byte) in bytes(at: instant, random: random).enumerated() {
      if index == 4 || index == 6 || index == 8 || index == 10 { text.append(UInt8(ascii: "-")) }
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }
}

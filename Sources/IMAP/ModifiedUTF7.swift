/// Mailbox names on the wire: modified UTF-7 (RFC 3501 section 5.1.3).
public enum ModifiedUTF7 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,".utf8)
  private static let values: [UInt8: UInt32] = Dictionary(
    uniqueKeysWithValues: alphabet.enumerated().map { ($1, UInt32($0)) })

  /// The ASCII form of a name.
  public static func encode(_ name: String) -> [UInt8] {
    var result: [UInt8] = []
    var pending: [UInt16] = []
    for scalar in name.unicodeScalars {
      guard (0x20...0x7e).contains(scalar.value) else {
        pending.append(contentsOf: Array(String(scalar).utf16))
        continue
      }
      flush(&pending, into: &result)
      result.append(UInt8(scalar.value))
      if scalar == "&" { result.append(UInt8(ascii: "-")) }
    }
    flush(&pending, into: &result)
    return result
  }

  /// The name for people; a name that is not valid modified UTF-7 is taken as UTF-8, as servers with UTF8=ACCEPT send it.
  public static func decode(_ bytes: [UInt8]) -> String {
    guard let units = utf16(bytes) else { return String(decoding: bytes, as: UTF8.self) }
    return String(decoding: units, as: UTF16.self)
  }

  private static func flush(_ pending: inout [UInt16], into result: inout [UInt8]) {
    guard !pending.isEmpty else { return }
    result.append(UInt8(ascii: "&"))
    var bits: UInt32 = 0
    var count = 0
    for unit in pending {
      bits = bits << 16 | UInt32(unit)
      count += 16
      while count >= 6 {
        count -= 6
        result.append(alphabet[Int(bits >> UInt32(count) & 0x3f)])
      }
    }
    if count > 0 { result.append(alphabet[Int(bits << UInt32(6 - count) & 0x3f)]) }
    result.append(UInt8(ascii: "-"))
    pending = []
  }

  private static func utf16(_ bytes: [UInt8]) -> [UInt16]? {
    var units: [UInt16] = []
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      guard (0x20...0x7e).contains(byte) else { return nil }
      guard byte == UInt8(ascii: "&") else {
        units.append(UInt16(byte))
        continue
      }
      guard let end = bytes[index...].firstIndex(of: UInt8(ascii: "-")) else { return nil }
      if end == index {
        units.append(UInt16(UInt8(ascii: "&")))
      } else {
        guard let shifted = shifted(bytes[index..<end]) else { return nil }
        units.append(contentsOf: shifted)
      }
      index = end + 1
    }
    return units
  }

  private static func shifted(_ bytes: ArraySlice<UInt8>) -> [UInt16]? {
    var units: [UInt16] = []
    var bits: UInt32 = 0
    var count = 0
    for byte in bytes {
      guard let value = values[byte] else { return nil }
      bits = bits << 6 | value
      count += 6
      guard count >= 16 else { continue }
      count -= 16
      units.append(UInt16(truncatingIfNeeded: bits >> UInt32(count)))
      bits &= 1 << UInt32(count) - 1
    }
    // What is left is only padding: fewer than 6 bits, all zero.
    return count < 6 && bits == 0 ? units : nil
  }
}

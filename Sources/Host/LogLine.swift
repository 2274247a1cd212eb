/// Makes the bytes of one logfmt line such that no value can forge a field or a line.
enum LogLine {
  /// A pipe takes up to 4,096 bytes (PIPE_BUF) in one piece; a longer line could mix with another's.
  static let longestLine = 4096
  static let longestValue = 1024
  private static let tail = Array(" truncated=true\n".utf8)

  static func bytes(at instant: Int64, level: LogLevel, event: String, fields: LogFields) -> [UInt8] {
    var line: [UInt8] = []
    line.reserveCapacity(256)
    line += "ts=".utf8
    line += Clock.text(instant).utf8
    line += " level=".utf8
    line += level.name.utf8
    line += " event=".utf8
    append(text: event, to: &line)
    for (key, value) in fields.pairs {
      let before = line.count
      line.append(UInt8(ascii: " "))
      append(key: key, to: &line)
      line.append(UInt8(ascii: "="))
      switch value {
      case .text(let text): append(text: text, to: &line)
      case .int(let number): line += String(number).utf8
      case .flag(let flag): line += (flag ? "true" : "false").utf8
      }
      if line.count > longestLine - tail.count {
        line.removeSubrange(before...)
        return line + tail
      }
    }
    line.append(UInt8(ascii: "\n"))
    return line
  }

  private static func append(key: String, to line: inout [UInt8]) {
    guard !key.isEmpty else { return line.append(UInt8(ascii: "_")) }
    var key = key
    key.withUTF8 { octets in
      let octets = UnsafeBufferPointer(rebasing: octets.prefix(64))
      if octets.allSatisfy(isOfKey) { return line.append(contentsOf: octets) }
      line += octets.map { isOfKey($0) ? $0 : UInt8(ascii: "_") }
    }
  }

  private static func isOfKey(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  private static func append(text: String, to line: inout [UInt8]) {
    var text = text
    let isDone = text.withUTF8 { octets in
      guard isPlain(octets) else { return false }
      line.append(contentsOf: octets)
      return true
    }
    if isDone { return }
    line.append(UInt8(ascii: "\""))
    var used = 0
    for scalar in text.unicodeScalars {
      let start = line.count
      append(escaped: scalar, to: &line)
      used += line.count - start
      if used > longestValue {
        line += "…".utf8
        break
      }
    }
    line.append(UInt8(ascii: "\""))
  }

  /// Whether a value needs no quotes.
  private static func isPlain(_ octets: UnsafeBufferPointer<UInt8>) -> Bool {
    guard !octets.isEmpty, octets.count <= longestValue else { return false }
    return octets.allSatisfy { byte in
      switch byte {
      case 0x21, 0x23...0x3c, 0x3e...0x5b, 0x5d...0x7e: true
      default: false
      }
    }
  }

  private static func append(escaped scalar: Unicode.Scalar, to line: inout [UInt8]) {
    switch scalar {
    case "\"": line += "\\\"".utf8
    case "\\": line += "\\\\".utf8
    case "\n": line += "\\n".utf8
    case "\r": line += "\\r".utf8
    case "\t": line += "\\t".utf8
    case _ where isHarmful(scalar):
      let digits = String(scalar.value, radix: 16)
      line += "\\u".utf8
      for _ in digits.utf8.count..<max(4, digits.utf8.count) { line.append(UInt8(ascii: "0")) }
      line += digits.utf8
    default: line += String(Character(scalar)).utf8
    }
  }

  /// Controls, line separators and the marks that change the direction of text: they let a value look like something else.
  private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7f..<0xa0, 0x200b...0x200f, 0x2028...0x202e, 0x2060...0x206f, 0xfeff: true
    default: false
    }
  }
}

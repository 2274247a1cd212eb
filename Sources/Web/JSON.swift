import Foundation
import Host

/// A JSON value on its way out, with the members of objects in the order a person wants to read them.
indirect enum JSON: Sendable, Equatable {
  case null
  case boolean(Bool)
  case integer(Int64)
  case text(String)
  case list([JSON])
  case object([(String, JSON)])
  /// JSON text that is already there.
  case raw(String)

  static func optional(_ text: String?) -> JSON { text.map(JSON.text) ?? .null }
  static func optional(_ number: Int64?) -> JSON { number.map(JSON.integer) ?? .null }
  static func optional(_ number: Int?) -> JSON { number.map { JSON.integer(Int64($0)) } ?? .null }
  static func number(_ number: Int) -> JSON { .integer(Int64(number)) }
  /// A share from 0 to 1, with four digits: a hundredth of a per cent is less than any of them means.
  static func rate(_ share: Double?) -> JSON {
    guard let share else { return .null }
    let steps = Int((share * 10_000).rounded())
    return .raw(steps % 10_000 == 0 ? "\(steps / 10_000)" : "\(Double(steps) / 10_000)")
  }
  static func texts(_ list: [String]) -> JSON { .list(list.map(JSON.text)) }

  /// Epoch milliseconds as RFC 3339.
  static func time(_ instant: Int64?) -> JSON { instant.map { .text(Clock.text($0)) } ?? .null }

  /// A Codable value; null when it cannot be written.
  static func encoding(_ value: some Encodable) -> JSON {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(value) else { return .null }
    return .raw(String(decoding: data, as: UTF8.self))
  }

  static func == (left: JSON, right: JSON) -> Bool { left.bytes == right.bytes }

  var bytes: [UInt8] {
    var out: [UInt8] = []
    write(to: &out)
    return out
  }

  private func write(to out: inout [UInt8]) {
    switch self {
    case .null: out += "null".utf8
    case .boolean(let value): out += (value ? "true" : "false").utf8
    case .integer(let value): out += String(value).utf8
    case .text(let text): JSON.write(text, to: &out)
    case .raw(let text): out += text.utf8
    case .list(let items):
      out.append(UInt8(ascii: "["))
      for (index, item) in items.enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        item.write(to: &out)
      }
      out.append(UInt8(ascii: "]"))
    case .object(let members):
      out.append(UInt8(ascii: "{"))
      for (index, (name, value)) in members.enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        JSON.write(name, to: &out)
        out.append(UInt8(ascii: ":"))
        value.write(to: &out)
      }
      out.append(UInt8(ascii: "}"))
    }
  }

  /// RFC 8259 §7.
  private static func write(_ text: String, to out: inout [UInt8]) {
    let hex = Array("0123456789abcdef".utf8)
    out.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): out += [UInt8(ascii: "\\"), byte]
      case 0x0a: out += "\\n".utf8
      case 0x0d: out += "\\r".utf8
      case 0x09: out += "\\t".utf8
      case 0..<0x20, 0x7f:
        out += "\\u00".utf8
        out += [hex[Int(byte >> 4)], hex[Int(byte & 15)]]
      default: out.append(byte)
      }
    }
    out.append(UInt8(ascii: "\""))
  }
}

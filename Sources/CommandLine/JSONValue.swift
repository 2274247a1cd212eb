import Foundation

/// A JSON value as the daemon sends it.
enum JSONValue: Decodable, Equatable {
  case null
  case boolean(Bool)
  case integer(Int64)
  case number(Double)
  case text(String)
  case list([JSONValue])
  case object([String: JSONValue])

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .null
    } else if let boolean = try? value.decode(Bool.self) {
      self = .boolean(boolean)
    } else if let integer = try? value.decode(Int64.self) {
      self = .integer(integer)
    } else if let number = try? value.decode(Double.self) {
      self = .number(number)
    } else if let text = try? value.decode(String.self) {
      self = .text(text)
    } else if let list = try? value.decode([JSONValue].self) {
      self = .list(list)
    } else {
      self = .object(try value.decode([String: JSONValue].self))
    }
  }

  /// The value of JSON text; nil when it is none.
  static func read(_ bytes: some Collection<UInt8>) -> JSONValue? {
    try? JSONDecoder().decode(JSONValue.self, from: Data(bytes))
  }

  /// The value at a path like `settings.smtp.host`; null when there is none.
  subscript(path: String) -> JSONValue {
    var value = self
    for key in path.split(separator: ".") {
      guard case .object(let members) = value, let member = members[String(key)] else { return .null }
      value = member
    }
    return value
  }

  var items: [JSONValue] {
    if case .list(let items) = self { return items }
    return []
  }

  var string: String? {
    if case .text(let text) = self { return text }
    return nil
  }

  var int: Int64? {
    if case .integer(let integer) = self { return integer }
    return nil
  }

  /// As people read it: nothing for null, a list with commas.
  var plain: String {
    switch self {
    case .null: ""
    case .boolean(let value): value ? "yes" : "no"
    case .integer(let value): String(value)
    case .number(let value): String(format: "%g", value)
    case .text(let value): value
    case .list(let items): items.map(\.plain).joined(separator: ", ")
    case .object(let members):
      members.filter { $0.value != .null }.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.plain)" }
        .joined(separator: ", ")
    }
  }
}

import Foundation

extension SequenceEntry {
  /// Reads a definition from JSON with the keys of the apply file; all errors together, each one a sentence that begins with
  /// the step it is in. `key` is what the request's path says, and need not stand in the body.
  public static func parse(json: [UInt8], key: String) -> Result<SequenceEntry, ConfigurationErrors> {
    let file = "sequence \(key)"
    guard let value = try? JSONDecoder().decode(JSONTree.self, from: Data(json)), case .object(var members) = value
    else {
      return .failure(.init([ConfigurationError(file: file, line: 1, column: 1, what: "the body is no JSON object")]))
    }
    if members["key"] == nil { members["key"] = .string(key) }
    // A workspace has no way into this one's API.
    if members["workspace"] == nil { members["workspace"] = .string("default") }
    let reader = FileReader(file: file, zoneIsKnown: Configuration.zoneIsKnown, fileExists: { _ in false })
    let entry = SequenceEntry(
      SectionReader(JSONTree.object(members).node(step: 0), path: "sequence", reader: reader))
    var errors = reader.sortedErrors.map { error in
      // Instead of lines there are steps.
      ConfigurationError(
        file: file, line: 1, column: 1, what: (error.line > 0 ? "step \(error.line): " : "") + error.what,
        nearest: error.nearest)
    }
    if errors.isEmpty, entry.key != key {
      errors = [ConfigurationError(file: file, line: 1, column: 1, what: "key: the body says \"\(entry.key)\"")]
    }
    return errors.isEmpty ? .success(entry) : .failure(.init(errors))
  }
}

/// Any JSON, to be read as an apply file is.
private enum JSONTree: Decodable {
  case null
  case boolean(Bool)
  case integer(Int64)
  case float
  case string(String)
  case list([JSONTree])
  case object([String: JSONTree])

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .null
    } else if let object = try? value.decode([String: JSONTree].self) {
      self = .object(object)
    } else if let list = try? value.decode([JSONTree].self) {
      self = .list(list)
    } else if let boolean = try? value.decode(Bool.self) {
      self = .boolean(boolean)
    } else if let integer = try? value.decode(Int64.self) {
      self = .integer(integer)
    } else if (try? value.decode(Double.self)) != nil {
      self = .float
    } else {
      self = .string(try value.decode(String.self))
    }
  }

  /// As toml++ would have read it; the line is the step's number, from 1, inside a step and else 0.
  func node(step: Int) -> TOMLNode {
    func node(_ kind: TOMLNode.Kind) -> TOMLNode { TOMLNode(type: kind, line: step, column: 0) }
    switch self {
    case .null, .float: return node(.float)
    case .boolean(let value):
      var made = node(.boolean)
      made.boolean = value
      return made
    case .integer(let value):
      var made = node(.integer)
      made.integer = value
      return made
    case .string(let text):
      var made = node(.string)
      made.text = text
      return made
    case .list(let items):
      var made = node(.array)
      made.items = items.map { $0.node(step: step) }
      return made
    case .object(let members):
      var made = node(.table)
      // What is null is not there.
      made.entries = members.sorted { $0.key < $1.key }.compactMap { key, value in
        if case .null = value { return nil }
        var inner = value.node(step: step)
        if step == 0, key == "step", case .list(let items) = value {
          inner.items = items.enumerated().map { $1.node(step: $0 + 1) }
        }
        return TOMLNode.Entry(key: key, line: step, column: 0, value: inner)
      }
      return made
    }
  }
}

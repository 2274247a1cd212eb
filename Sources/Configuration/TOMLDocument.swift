// What toml++ read, with the place of every key and value; the shim hands it over as JSON (CTOML.h has the shape).
import CTOML
import Foundation

struct TOMLNode: Decodable, Equatable {
  enum Kind: String, Decodable {
    case string, integer, float, boolean, date, time, datetime, array, table

    /// With its article, for messages to people.
    var spoken: String {
      switch self {
      case .integer: "an integer"
      case .array: "an array"
      case .datetime: "a date and time"
      default: "a \(rawValue)"
      }
    }
  }

  struct Entry: Decodable, Equatable {
    var key: String
    var line: Int
    var column: Int
    var value: TOMLNode
  }

  var type: Kind
  var line: Int
  var column: Int
  var text: String?
  var integer: Int64?
  var boolean: Bool?
  var items: [TOMLNode]?
  var entries: [Entry]?
}

enum TOMLDocument {
  private struct Answer: Decodable {
    struct Failure: Decodable {
      var line: Int
      var column: Int
      var message: String
    }

    var root: TOMLNode?
    var error: Failure?
  }

  /// The root table of a TOML text, or where and why it is none.
  static func parse(_ toml: String, file: String) -> Result<TOMLNode, ConfigurationError> {
    var toml = toml
    let json = toml.withUTF8 { bytes -> Data? in
      let json = bytes.withMemoryRebound(to: CChar.self) { characters in
        // An empty Swift buffer may have no address; toml++ wants one.
        characters.baseAddress.map { postern_toml_parse($0, characters.count) } ?? postern_toml_parse("", 0)
      }
      defer { postern_toml_free(json) }
      return json.map { Data(bytes: $0, count: strlen($0)) }
    }
    guard let json, let answer = try? JSONDecoder().decode(Answer.self, from: json) else {
      return .failure(.init(file: file, line: 1, column: 1, what: "the file cannot be read: out of memory"))
    }
    if let failure = answer.error {
      let what = explain(failure.message)
      return .failure(.init(file: file, line: failure.line, column: failure.column, what: what))
    }
    guard let root = answer.root else {
      return .failure(.init(file: file, line: 1, column: 1, what: "the file cannot be read"))
    }
    return .success(root)
  }

  /// toml++ says "cannot redefine existing TYPE 'NAME'" for a key that stands twice; say it in the operator's words.
  private static func explain(_ message: String) -> String {
    guard let clash = message.range(of: "cannot redefine existing ") else {
      return message.replacingOccurrences(of: " (TOML_MAX_NESTED_VALUES)", with: "")
    }
    let tail = message[clash.upperBound...]
    guard let open = tail.firstIndex(of: "'"), let close = tail.lastIndex(of: "'"), open < close else { return message }
    return "duplicate key \(tail[open...close]): it is already set above"
  }
}

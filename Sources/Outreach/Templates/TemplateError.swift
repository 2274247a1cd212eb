/// What is wrong with a template, and where; one line for a person.
public struct TemplateError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What a caller does about it.
  public enum Kind: String, Sendable, Equatable {
    /// The text cannot be read as a template: nobody can be sent this.
    case syntax
    /// It names a variable, filter, tag or snippet that does not exist.
    case unknown
    /// A value is missing for this contact, and no `default` says what stands in its place.
    case missing
    /// A value does not fit its filter, as `"abc" | plus: 1`.
    case value
    /// It went over a bound: loops, depth, size.
    case limit
  }

  /// What a caller does about it.
  public var kind: Kind
  /// The template's or snippet's name, as `welcome (subject)`.
  public var template: String
  /// Counted from 1.
  public var line: Int
  /// Counted from 1, in bytes.
  public var column: Int
  /// What is wrong.
  public var what: String

  /// `welcome:3:14: there is no filter "upcas"; did you mean "upcase"?`
  public var description: String { "\(template):\(line):\(column): \(what)" }
}

/// A place in a template's text.
struct TemplatePlace: Sendable, Equatable {
  var line: Int
  var column: Int

  /// For what has no place of its own.
  static let unknown = TemplatePlace(line: 1, column: 1)
}

/// The text of a template, with its lines known: each mark and filter has its place, and a text may have many.
struct TemplateSource: Sendable {
  let bytes: [UInt8]
  /// What it is called in errors.
  let name: String
  private let lineStarts: [Int]

  init(_ text: String, name: String) {
    let bytes = Array(text.utf8)
    self.bytes = bytes
    self.name = name
    lineStarts = [0] + bytes.indices.filter { bytes[$0] == UInt8(ascii: "\n") }.map { $0 + 1 }
  }

  /// The place of a byte.
  func place(of offset: Int) -> TemplatePlace {
    var (low, high) = (0, lineStarts.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return TemplatePlace(line: low + 1, column: offset - lineStarts[low] + 1)
  }

  func fail(_ offset: Int, _ what: String, _ kind: TemplateError.Kind = .syntax) -> TemplateError {
    let place = place(of: offset)
    return TemplateError(kind: kind, template: name, line: place.line, column: place.column, what: what)
  }
}

/// ` ; did you mean "upcase"?` for the nearest of the names that are there; empty when none is near.
func nearest(_ name: String, of names: some Sequence<String>) -> String {
  let ranked = names.map { ($0, distance(name, $0)) }.min { ($0.1, $0.0) < ($1.1, $1.0) }
  guard let ranked, ranked.1 <= max(1, name.utf8.count / 3) else { return "" }
  return "; did you mean \"\(ranked.0)\"?"
}

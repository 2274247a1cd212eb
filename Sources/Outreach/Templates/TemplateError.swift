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

  /// The place of a byte of a text.
  init(of offset: Int, in bytes: [UInt8]) {
    line = 1
    var start = 0
    for index in 0..<min(offset, bytes.count) where bytes[index] == UInt8(ascii: "\n") {
      line += 1
      start = index + 1
    }
    column = offset - start + 1
  }
}

/// ` ; did you mean "upcase"?` for the nearest of the names that are there; empty when none is near.
func nearest(_ name: String, of names: some Sequence<String>) -> String {
  let ranked = names.map { ($0, distance(name, $0)) }.min { ($0.1, $0.0) < ($1.1, $1.0) }
  guard let ranked, ranked.1 <= max(1, name.utf8.count / 3) else { return "" }
  return "; did you mean \"\(ranked.0)\"?"
}

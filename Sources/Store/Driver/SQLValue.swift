/// One value going into or out of a statement.
public enum SQLValue: Sendable, Equatable {
  /// SQL NULL.
  case null
  /// A 64-bit integer; booleans are 0 and 1, instants UTC epoch milliseconds.
  case integer(Int64)
  /// UTF-8 text; structured values are JSON.
  case text(String)
  /// Bytes: bodies and sealed secrets.
  case blob([UInt8])
}

extension SQLValue {
  /// NULL for nil.
  init(_ value: Int64?) { self = value.map(SQLValue.integer) ?? .null }
  init(_ value: Int?) { self = value.map { .integer(Int64($0)) } ?? .null }
  init(_ value: String?) { self = value.map(SQLValue.text) ?? .null }
  init(_ value: [UInt8]?) { self = value.map(SQLValue.blob) ?? .null }
  init(_ value: Bool) { self = .integer(value ? 1 : 0) }
}

extension SQLValue: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByNilLiteral {
  /// An integer literal in a list of bindings.
  public init(integerLiteral value: Int64) { self = .integer(value) }
  /// A text literal in a list of bindings.
  public init(stringLiteral value: String) { self = .text(value) }
  /// NULL in a list of bindings.
  public init(nilLiteral: ()) { self = .null }
}

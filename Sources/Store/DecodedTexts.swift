import Synchronization

/// Structured values of columns by their text: decoding costs more than reading the row. One for all connections of a store, so
/// that thousands of accounts' settings are there once.
final class DecodedTexts: Sendable {
  private let values = Mutex<[ObjectIdentifier: [String: any Sendable]]>([:])

  /// Ten thousand accounts' settings are some ten megabytes.
  private static let most = 10_000

  func value<T: Decodable & Sendable>(_ type: T.Type, _ text: String) throws(StoreError) -> T {
    let kind = ObjectIdentifier(type)
    // In two steps: of an optional type a cast alone would take what is not there for a value.
    if let known = values.withLock({ $0[kind]?[text] }), let known = known as? T { return known }
    let value = try JSONText.decode(type, text)
    values.withLock { values in
      if values[kind]?.count ?? 0 >= Self.most { values[kind] = nil }
      values[kind, default: [:]][text] = value
    }
    return value
  }
}

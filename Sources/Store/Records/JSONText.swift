internal import Foundation

/// Structured values as JSON text in a column.
enum JSONText {
  static func encode(_ value: some Encodable) throws(StoreError) -> String {
    do {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(value), as: UTF8.self)
    } catch {
      throw .statement("cannot encode \(type(of: value)): \(error)")
    }
  }

  static func decode<T: Decodable>(_ type: T.Type, _ text: String) throws(StoreError) -> T {
    do {
      return try JSONDecoder().decode(type, from: Data(text.utf8))
    } catch {
      throw .unreadable("a stored \(type) cannot be read: \(error)")
    }
  }
}

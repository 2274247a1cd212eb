import Foundation

/// JSON of a value, on one line, keys in order.
func encoded(_ value: some Encodable) -> [UInt8] {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  // The values written here hold texts and numbers only, for which the encoder has no error.
  return (try? encoder.encode(value)).map { Array($0) } ?? Array("null".utf8)
}

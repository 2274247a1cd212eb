import MailText

/// Beginnings of lines, words and subjects: a text is compared with those rows only that have its first octet.
struct Beginnings {
  private var rows: [[[UInt8]]] = Array(repeating: [], count: 256)

  /// Rows are looked for as ``PhraseMatcher/normalize(_:)-(String)`` leaves them.
  init(_ texts: [String]) {
    for row in texts.map({ PhraseMatcher.normalize($0) }) {
      if let first = row.first { rows[Int(first)].append(row) }
    }
  }

  /// Whether the text begins with a row.
  func fit(_ text: some Collection<UInt8>) -> Bool {
    guard let first = text.first else { return false }
    return rows[Int(first)].contains { text.starts(with: $0) }
  }
}

// Small helpers on the text of control headers: unfolding, lower case, what may stand in a reply, edit distance.

func lowered(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }

func isAlphanumeric(_ byte: UInt8) -> Bool {
  (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
}

/// Without white space at both ends.
func trimmed(_ text: String) -> String {
  let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D || $0 == 0x0A }
  let utf8 = text.utf8
  guard let first = utf8.firstIndex(where: { !isSpace($0) }), let last = utf8.lastIndex(where: { !isSpace($0) })
  else { return "" }
  return String(text[first...last])
}

/// A folded value as one line: line breaks go, the white space after them stays (RFC 5322, section 2.2.3).
func unfolded(_ text: String) -> String {
  trimmed(String(decoding: text.utf8.filter { $0 != 0x0D && $0 != 0x0A }, as: UTF8.self))
}

/// What may be quoted in an SMTP reply (RFC 5321, section 4.2: printable ASCII), cut at `limit` characters.
func printable(_ text: String, limit: Int) -> String {
  let shown = text.unicodeScalars.prefix(limit).map { (0x20...0x7E).contains($0.value) ? Character($0) : "?" }
  return String(shown) + (text.unicodeScalars.count > limit ? "..." : "")
}

/// Levenshtein's distance of the first 64 bytes: enough to guess which name was meant.
func distance(_ left: String, _ right: String) -> Int {
  let left = Array(left.utf8.prefix(64))
  let right = Array(right.utf8.prefix(64))
  var row = Array(0...right.count)
  for (i, byte) in left.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, other) in right.enumerated() {
      let change = diagonal + (byte == other ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(change, row[j] + 1, diagonal + 1)
    }
  }
  return row[right.count]
}

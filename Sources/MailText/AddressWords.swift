/// Everything in an address field that somebody could take for an address, whatever the field's grammar makes of it.
public enum AddressWords {
  /// The words with an `@` that stand outside quoted strings and comments; a quoted local part is given with its quotes.
  /// A quote or comment that never ends hides nothing.
  public static func all(in value: String) -> [String] {
    let bytes = Array(value.utf8)
    var words: [String] = []
    var word: [UInt8] = []
    var at = 0
    func close() {
      if word.contains(Octet.at) { words.append(String(decoding: word, as: UTF8.self)) }
      word = []
    }
    // Where a quote or comment has no end is found out once, so that each octet is looked at only twice.
    var quotesEnd = true
    var commentsEnd = true
    while at < bytes.count {
      switch bytes[at] {
      case Octet.quote:
        guard quotesEnd, let end = endOfQuote(bytes, from: at) else {
          quotesEnd = false
          close()
          at += 1
          continue
        }
        // Only what goes on with an `@` belongs to an address.
        close()
        if end < bytes.count, bytes[end] == Octet.at { word = Array(bytes[at..<end]) }
        at = end
      case Octet.openParenthesis:
        close()
        guard commentsEnd, let end = endOfComment(bytes, from: at) else {
          commentsEnd = false
          at += 1
          continue
        }
        at = end
      case 0...Octet.space, 0x7F, Octet.comma, Octet.semicolon, Octet.colon, Octet.lessThan, Octet.greaterThan,
        Octet.closeParenthesis, Octet.backslash:
        close()
        at += 1
      default:
        word.append(bytes[at])
        at += 1
      }
    }
    close()
    return words
  }

  private static func endOfQuote(_ bytes: [UInt8], from start: Int) -> Int? {
    var at = start + 1
    while at < bytes.count {
      if bytes[at] == Octet.quote { return at + 1 }
      at += bytes[at] == Octet.backslash ? 2 : 1
    }
    return nil
  }

  private static func endOfComment(_ bytes: [UInt8], from start: Int) -> Int? {
    var depth = 0
    var at = start
    while at < bytes.count {
      switch bytes[at] {
      case Octet.backslash: at += 1
      case Octet.openParenthesis: depth += 1
      case Octet.closeParenthesis:
        depth -= 1
        if depth == 0 { return at + 1 }
      default: break
      }
      at += 1
    }
    return nil
  }
}

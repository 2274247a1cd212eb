/// Message-IDs: the tokens in Message-ID, In-Reply-To and References (RFC 5322 §3.6.4), and new ones.
public enum MessageID {
  /// Ids kept of one field: threads of a thousand mails exist, longer lists are an attack.
  private static let most = 1_000
  /// RFC 5322 §2.1.1: a line, and so an id, has at most 998 octets.
  private static let longest = 998

  /// Every `<…>` of the value in order, with its brackets and without white space inside; comments and phrases are skipped.
  public static func list(in value: String) -> [String] {
    var found: [String] = []
    var current: [UInt8] = []
    current.reserveCapacity(min(longest, value.utf8.count))
    var inside = false
    for octet in value.utf8 {
      if octet == Octet.lessThan {
        inside = true
        current.removeAll(keepingCapacity: true)
        current.append(octet)
      } else if inside {
        if octet.isSpace { continue }
        current.append(octet)
        if octet == Octet.greaterThan {
          if current.count > 2, found.count < most { found.append(String(decoding: current, as: UTF8.self)) }
          inside = false
        } else if current.count > longest {
          inside = false
        }
      }
    }
    return found
  }

  /// The first id of the value; a bare `a@b` without brackets gets them, as some writers forget them.
  public static func first(in value: String) -> String? {
    if let token = list(in: value).first { return token }
    let bare = value.utf8.trimmedSpaces().prefix { !$0.isSpace }
    guard bare.contains(Octet.at), bare.count < longest, !bare.contains(where: { $0 == Octet.lessThan || $0 < 33 })
    else {
      return nil
    }
    return "<" + String(decoding: bare.filter { $0 != Octet.greaterThan }, as: UTF8.self) + ">"
  }

  /// `<uuid@domain>`; characters a domain may not have are left out, and without any left it is `localhost`.
  public static func make(uuid: String, domain: String) -> String {
    let clean = domain.utf8.filter { $0.isLetter || $0.isDigit || $0 == Octet.dash || $0 == Octet.dot || $0 > 127 }
    return "<\(uuid)@\(clean.isEmpty ? "localhost" : String(decoding: clean, as: UTF8.self).lowercased())>"
  }
}

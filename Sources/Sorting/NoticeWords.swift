import MailText

extension Notice {
  /// Whether one of the first lines with text says that a mail has failed.
  var beginsWithFailure: Bool {
    var first: [UInt8] = []
    for line in lines.lazy.map({ bytes[$0] }).filter({ $0.contains(where: \.isLetter) }).prefix(3) {
      first += line
      first.append(Octet.space)
    }
    return NoticeMarks.failures.hasMatch(in: PhraseMatcher.normalize(first))
  }

  /// The lines about a recipient: from the first that names it to the next empty line after some text; all of them when the
  /// notice is about this one alone.
  func section(about addresses: [String], alone: Bool) -> String {
    if alone { return text }
    for address in addresses where !address.isEmpty {
      let octets = address.octets()
      guard let place = bytes[...].firstPlace(of: octets[...]),
        let start = lines.firstIndex(where: { $0.upperBound >= place })
      else { continue }
      var end = start + 1
      while end < lines.count, end - start < 20, !bytes[lines[end]].allSatisfy(\.isSpace),
        !namesAnother(end, than: octets)
      {
        end += 1
      }
      return text(ofLines: start..<end)
    }
    return ""
  }

  /// Whether the line begins with another address: the next recipient's.
  private func namesAnother(_ line: Int, than address: [UInt8]) -> Bool {
    let line = Array(bytes[lines[line]])
    guard let place = AddressScan.places(in: line).first,
      !place.address.utf8.lazy.map(\.lowered).elementsEqual(address.lazy.map(\.lowered))
    else { return false }
    return line[..<place.start].allSatisfy { !$0.isLetter && !$0.isDigit }
  }
}

/// The status that says more, of the field and the server's words.
enum StatusChoice {
  /// A field of x.0.0 says nothing; the code in the words of the server does.
  static func best(_ field: String?, _ said: String) -> String? {
    let inWords = EnhancedStatus.find(in: said)
    guard let field else { return inWords }
    if let inWords, isVague(field), !isVague(inWords) { return inWords }
    return field
  }

  private static func isVague(_ status: String) -> Bool { status.hasSuffix(".0.0") }
}

/// The address the sender gave, when the notice says what it led to: "(expanded from: x)" of Sendmail, "(generated from x)" of Exim.
enum AliasWords {
  static func original(in text: String, except address: String?) -> String? {
    let bytes = text.octets(atMost: 8_192)
    for words: StaticString in ["expanded from", "generated from", "originally addressed to"] {
      guard let place = bytes.range(of: words) else { continue }
      let rest = Array(bytes[(place + words.utf8CodeUnitCount)...].prefix(300))
      if let place = AddressScan.places(in: rest).first, place.address != address, rest[..<place.start].count < 6 {
        return place.address
      }
    }
    return nil
  }
}

/// Who refused a recipient: the names that a provider's own words are looked up by.
enum Hosts {
  /// The recipient's domain, the server of the report, and the one that the words name ("host mx.example.org[192.0.2.1] said").
  static func names(recipient: String?, remote: String?, said: String) -> [String] {
    var found: [String] = []
    if let recipient, let at = recipient.utf8.lastIndex(of: Octet.at) {
      found.append(name(Array(recipient.utf8[recipient.utf8.index(after: at)...])[...]))
    }
    if let remote { found.append(name(Array(remote.utf8)[...])) }
    let bytes = said.octets(atMost: 1_024)
    for word: StaticString in ["host ", "while talking to ", " by ", "server "] {
      if let place = bytes.range(of: word) { found.append(name(bytes[(place + word.utf8CodeUnitCount)...])) }
    }
    return found.filter { $0.utf8.contains(Octet.dot) }
  }

  private static func name(_ text: ArraySlice<UInt8>) -> String {
    var name = text.prefix { $0.isLetter || $0.isDigit || $0 == Octet.dash || $0 == Octet.dot }
    while name.last == Octet.dot { name.removeLast() }
    return String(decoding: name.map(\.lowered), as: UTF8.self)
  }
}

/// Reply codes of SMTP in text.
enum SMTPCode {
  /// Whether a line is, or ends with, a server's reply as notices give it: the code at its beginning or behind a mark (`said: 550 …`,
  /// `"550-…`), and words behind it. In a parcel's notice 550 is a weight, a price or a number.
  static func isReply(in text: String) -> Bool {
    let bytes = text.octets(atMost: 8_192)
    return bytes.split(separator: Octet.lf).contains { isReply(line: $0) }
  }

  private static func isReply(line: ArraySlice<UInt8>) -> Bool {
    var i = line.startIndex
    var before: UInt8?
    while i + 3 < line.endIndex {
      let octet = line[i]
      let stands = before.map(marks.contains) ?? true
      if stands, octet == UInt8(ascii: "4") || octet == UInt8(ascii: "5"), line[i + 1].isDigit,
        line[i + 1] <= UInt8(ascii: "7"),
        line[i + 2].isDigit, line[i + 3] == Octet.dash || line[i + 3].isSpace
      {
        let words = line[(i + 4)...].prefix(80).split(whereSeparator: \.isSpace)
        if words.count >= 2, let first = words.first, !units.contains(first.map(\.lowered)) { return true }
      }
      if !octet.isSpace { before = octet }
      i += 1
    }
    return false
  }

  /// Behind which a reply is given.
  private static let marks = Set(":;,>([\"'#=".utf8)
  /// Of what there can be 550 in a parcel.
  private static let units = Set(
    [
      "g", "kg", "gr", "ml", "l", "cm", "mm", "km", "m", "x", "eur", "euro", "euros", "usd", "gbp", "chf", "pcs",
      "pieces", "items", "units", "parcels", "packages",
    ].map {
      Array($0.utf8)
    })

  /// The first number from 400 to 599 that stands as a reply code does: apart, and followed by a space, a dash or the end.
  static func find(in text: String) -> Int? {
    let b = text.octets(atMost: 8_192)
    var i = 0
    while i + 2 < b.count {
      if b[i] == UInt8(ascii: "4") || b[i] == UInt8(ascii: "5"), b[i + 1].isDigit, b[i + 2].isDigit,
        b[i + 1] <= UInt8(ascii: "7"),
        i == 0
          || !(b[i - 1].isDigit || b[i - 1].isLetter || b[i - 1] == Octet.dot || b[i - 1] == Octet.dash
            || b[i - 1] == UInt8(ascii: "_")
            || b[i - 1] == UInt8(ascii: "/") || b[i - 1] == Octet.equals),
        i + 3 == b.count || b[i + 3].isSpace || b[i + 3] == Octet.dash || b[i + 3] == UInt8(ascii: "]")
          || b[i + 3] == Octet.colon
          || b[i + 3] == UInt8(ascii: "_") || b[i + 3] == Octet.closeParenthesis || b[i + 3] == Octet.comma
      {
        return Int(b[i] - 48) * 100 + Int(b[i + 1] - 48) * 10 + Int(b[i + 2] - 48)
      }
      i += 1
    }
    return nil
  }
}

/// Times as mails and interfaces write them: RFC 5322 §3.3 (with the obsolete forms) and RFC 3339; UTC epoch milliseconds.
public enum MailDate {
  /// Reads an RFC 5322 date: day of week and seconds optional, two-digit years, named zones; nil if it is none.
  public static func parse(_ value: String) -> Int64? {
    var words = tokens(of: value)
    // The day of week says nothing that the date does not.
    if let first = words.first, first.first?.isLetter == true,
      month(first) == nil || words.count > 1 && words[1].first?.isDigit == true && dayName(first)
    {
      words.removeFirst()
    }
    guard words.count >= 4 else { return nil }
    var day = number(words[0])
    var monthNumber = month(words[1])
    if day == nil, let swapped = month(words[0]) {  // "Nov 21 …", as ctime and some mailers write
      monthNumber = swapped
      day = number(words[1])
    }
    guard let day, let monthNumber else { return nil }
    var timeIndex = 3
    var yearWord = words[2]
    if yearWord.contains(Octet.colon), words.count > 3 {  // ctime: time before year
      timeIndex = 2
      yearWord = words.count > 4 && number(words[3]) == nil ? words[4] : words[3]
    }
    guard var year = number(yearWord), yearWord.count <= 4, let seconds = timeOfDay(words[timeIndex]) else {
      return nil
    }
    // RFC 5322 §4.3: years of two and three digits.
    if yearWord.count <= 2 { year += year < 50 ? 2000 : 1900 } else if yearWord.count == 3 { year += 1900 }
    let zone = words.dropFirst(timeIndex + 1).first { $0 != yearWord || timeIndex == 3 }
    return epoch(year, monthNumber, day, seconds, zone.map(zoneOffsetMinutes) ?? 0)
  }

  /// `Sat, 21 Nov 2026 05:35:11 +0000`.
  public static func format(_ milliseconds: Int64) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(32)
    append(milliseconds, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// The same at the end of `text`.
  static func append(_ milliseconds: Int64, to text: inout [UInt8]) {
    let second = floorDivide(milliseconds, 1000)
    let days = floorDivide(second, 86_400)
    let date = CivilDate(dayNumber: days)
    let left = Int(second - days * 86_400)
    text += dayNames[date.weekday].utf8
    text.append(Octet.comma)
    text.append(Octet.space)
    put(date.day, 1, to: &text)
    text.append(Octet.space)
    text += monthNames[date.month - 1].utf8
    text.append(Octet.space)
    put(date.year, 4, to: &text)
    text.append(Octet.space)
    put(left / 3600, 2, to: &text)
    text.append(Octet.colon)
    put(left / 60 % 60, 2, to: &text)
    text.append(Octet.colon)
    put(left % 60, 2, to: &text)
    text += " +0000".utf8
  }

  /// A number of at least so many digits.
  private static func put(_ value: Int, _ width: Int, to text: inout [UInt8]) {
    guard (0..<10_000).contains(value) else { return text += String(value).utf8 }
    var unit = 1000
    for place in stride(from: 4, through: 1, by: -1) {
      if place <= width || value >= unit { text.append(UInt8(truncatingIfNeeded: 48 + value / unit % 10)) }
      unit /= 10
    }
  }

  /// Reads `2026-11-21T05:35:11.5Z` or with an offset (RFC 3339 §5.6); a space for the `T` is taken too.
  public static func parseRFC3339(_ value: String) -> Int64? {
    let b = Array(value.utf8.trimmedSpaces())
    guard b.count >= 17, b[4] == Octet.dash, b[7] == Octet.dash,
      b[10].lowered == UInt8(ascii: "t") || b[10] == Octet.space,
      let year = number(b[0..<4]), let month = number(b[5..<7]), (1...12).contains(month), let day = number(b[8..<10])
    else { return nil }
    var i = 11
    while i < b.count, b[i].isDigit || b[i] == Octet.colon { i += 1 }
    guard i - 11 == 5 || i - 11 == 8, let seconds = timeOfDay(b[11..<i]) else { return nil }
    var milliseconds: Int64 = 0
    if i < b.count, b[i] == Octet.dot {
      var scale: Int64 = 100
      i += 1
      let start = i
      while i < b.count, b[i].isDigit {
        milliseconds += Int64(b[i] - 48) * scale
        scale /= 10
        i += 1
      }
      if i == start { return nil }
    }
    let zone = b[i...]
    var offset = 0
    if !zone.elementsEqual([UInt8(ascii: "Z")]), !zone.elementsEqual([UInt8(ascii: "z")]) {
      guard zone.count == 6, zone[i + 3] == Octet.colon, let sign = zone.first,
        sign == UInt8(ascii: "+") || sign == Octet.dash,
        let hours = number(zone[i + 1..<i + 3]), let minutes = number(zone[i + 4..<i + 6]), hours < 24, minutes < 60
      else { return nil }
      offset = (hours * 60 + minutes) * (sign == Octet.dash ? -1 : 1)
    }
    return epoch(year, month, day, seconds, offset).map { $0 + milliseconds }
  }

  private static let monthNames = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
  private static let dayNames = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]

  /// Obsolete zones of RFC 5322 §4.3 and others that mails carry, in minutes; unknown ones count as UTC, as §4.3 says.
  private static let zones: [String: Int] = [
    "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420,
    "jst": 540, "kst": 540, "cet": 60, "cest": 120, "met": 60, "mest": 120, "bst": 60, "eet": 120, "eest": 180,
    "msk": 180,
    "ist": 330, "hst": -600, "akst": -540, "akdt": -480, "aest": 600, "aedt": 660, "nzst": 720, "nzdt": 780,
  ]

  /// Words between white space and commas, without comments; a date has fewer than twelve.
  private static func tokens(of value: String) -> [ArraySlice<UInt8>] {
    var plain: [UInt8] = []
    plain.reserveCapacity(min(256, value.utf8.count))
    var depth = 0
    for octet in value.utf8.prefix(256) {
      if octet == Octet.openParenthesis { depth += 1 }
      if depth == 0 { plain.append(octet) }
      if octet == Octet.closeParenthesis, depth > 0 { depth -= 1 }
    }
    var words = plain.split { $0.isSpace || $0 == Octet.comma }
    // "21-Nov-2026" as Internet Message stores and some mailers write it.
    if let place = words.prefix(2).firstIndex(where: { $0.count { $0 == Octet.dash } == 2 }) {
      words.replaceSubrange(place...place, with: words[place].split(separator: Octet.dash))
    }
    return words
  }

  private static func number(_ word: ArraySlice<UInt8>) -> Int? {
    guard !word.isEmpty, word.count <= 9 else { return nil }
    var value = 0
    for octet in word {
      guard octet.isDigit else { return nil }
      value = value * 10 + Int(octet - 48)
    }
    return value
  }

  private static func dayName(_ word: ArraySlice<UInt8>) -> Bool {
    dayNames.contains { word.prefix(3).equalsASCII($0) }
  }

  private static func month(_ word: ArraySlice<UInt8>) -> Int? {
    guard word.count >= 3 else { return nil }
    return monthNames.firstIndex { word.prefix(3).equalsASCII($0) }.map { $0 + 1 }
  }

  /// Hours, minutes and perhaps seconds between colons.
  private static func timeOfDay(_ word: ArraySlice<UInt8>) -> Int? {
    guard let first = word.firstIndex(of: Octet.colon), let hour = number(word[..<first]), hour < 24 else { return nil }
    let rest = word[(first + 1)...]
    let second = rest.firstIndex(of: Octet.colon)
    guard let minute = number(rest[..<(second ?? rest.endIndex)]), minute < 60 else { return nil }
    guard let second else { return hour * 3600 + minute * 60 }
    guard let seconds = number(rest[(second + 1)...]), seconds <= 60 else { return nil }
    return hour * 3600 + minute * 60 + min(seconds, 59)  // a leap second counts as the one before it
  }

  private static func zoneOffsetMinutes(_ word: ArraySlice<UInt8>) -> Int {
    if let sign = word.first, sign == UInt8(ascii: "+") || sign == Octet.dash, let digits = number(word.dropFirst()),
      word.count == 5, digits % 100 < 60
    {
      return (digits / 100 * 60 + digits % 100) * (sign == Octet.dash ? -1 : 1)
    }
    return zones[String(decoding: word, as: UTF8.self).asciiLowercased] ?? 0
  }

  private static func epoch(_ year: Int, _ month: Int, _ day: Int, _ seconds: Int, _ offsetMinutes: Int) -> Int64? {
    let date = CivilDate(year: year, month: month, day: day)
    guard date.exists, (1...9999).contains(year) else { return nil }
    return (date.dayNumber * 86_400 + Int64(seconds) - Int64(offsetMinutes) * 60) * 1000
  }

  private static func floorDivide(_ a: Int64, _ b: Int64) -> Int64 { a / b - (a % b < 0 ? 1 : 0) }
}

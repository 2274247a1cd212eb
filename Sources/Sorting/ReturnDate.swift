import MailText

/// When somebody who is away will be back, read from the words of an automatic answer.
///
/// The answer is the first day back; "until 5 December" is the day after. A date without a year is the first such day that is
/// not before the mail; a date beyond a year, or before the mail, is none.
struct ReturnDate {
  /// Text looked at: such answers are short, and a quoted mail below has dates of its own.
  private static let longest = 3_000
  /// Days ahead that are believed.
  private static let farthest: Int64 = 400

  private let text: [Unicode.Scalar]
  private let today: Int64

  /// `2026-12-06`, or nil; `now` is the mail's time, UTC epoch milliseconds.
  static func find(in text: String, now: Int64) -> String? {
    let reader = ReturnDate(text: text, now: now)
    return reader.best().map { CivilDate(dayNumber: $0).text }
  }

  private init(text: String, now: Int64) {
    self.text = Array(text.lowercased().unicodeScalars.prefix(Self.longest))
    today = now / 86_400_000
  }

  private struct Found {
    var day: Int64
    var range: Range<Int>
  }

  /// A date said to be the first one back wins over one said to be the last one away.
  private func best() -> Int64? {
    var away: Int64?
    for found in dates() {
      let before = words(max(0, found.range.lowerBound - 48)..<found.range.lowerBound)
      let after = words(found.range.upperBound..<min(text.count, found.range.upperBound + 18))
      if ReturnDateWords.backAfter.hasMatch(in: after) || Self.ends(before, with: ReturnDateWords.back) {
        return found.day
      }
      if ReturnDateWords.awayAfter.hasMatch(in: after)
        || Self.ends(Array(before.suffix(28)), with: ReturnDateWords.away)
        || ReturnDateWords.awayShort.hasMatch(in: Array(before.suffix(5)))
      {
        away = max(away ?? 0, found.day + 1)
      }
    }
    return away
  }

  /// Whether one of the phrases is in the words and no sentence ends after it.
  private static func ends(_ words: [UInt8], with phrases: PhraseMatcher) -> Bool {
    var clause = words[...]
    // A full stop that a space follows ends a sentence; "5." of a range does not.
    for i in words.indices.dropLast().reversed()
    where words[i] == UInt8(ascii: ".") && words[i + 1] == Octet.space && i > 0 && words[i - 1].isLetter {
      clause = words[(i + 1)...]
      break
    }
    return phrases.hasMatch(in: Array(clause))
  }

  private func words(_ range: Range<Int>) -> [UInt8] {
    var string = String.UnicodeScalarView()
    string.append(contentsOf: text[range])
    return PhraseMatcher.normalize(String(string).utf8)
  }

  // MARK: Dates

  private func dates() -> [Found] {
    var found: [Found] = []
    var i = 0
    while i < text.count, found.count < 40 {
      if let date = date(at: i) {
        if (0...Self.farthest).contains(date.day - today) { found.append(date) }
        i = max(date.range.upperBound, i + 1)
      } else {
        i = next(after: i)
      }
    }
    return found
  }

  /// Past the word or number that stands at `i`.
  private func next(after i: Int) -> Int {
    var j = i + 1
    while j < text.count, isWordLike(text[j]), isWordLike(text[j - 1]), isDigit(text[j]) == isDigit(text[j - 1]) {
      j += 1
    }
    return j
  }

  private func date(at i: Int) -> Found? {
    if isDigit(text[i]) { return numeric(i) ?? dayAndMonth(i) }
    guard isWordLike(text[i]) else { return nil }
    return monthAndDay(i) ?? weekday(i)
  }

  /// `2026-12-05`, `2026年12月5日`, `12月5日`, `12월 5일`, `5.12.2026`, `5.12.`, `5/12`, `12/5/26`.
  private func numeric(_ start: Int) -> Found? {
    guard let first = number(start), let mark = scalar(first.end) else { return nil }
    if mark == "年" || mark == "년" {
      guard let month = number(spaced(first.end + 1)), let markedMonth = scalar(month.end),
        "月월".unicodeScalars.contains(markedMonth),
        let day = number(spaced(month.end + 1))
      else { return nil }
      return made(first.value, month.value, day.value, start, day.end + 1)
    }
    if mark == "月" || mark == "월" {
      guard let day = number(spaced(first.end + 1)), let unit = scalar(day.end), "日일".unicodeScalars.contains(unit)
      else {
        return nil
      }
      return made(nil, first.value, day.value, start, day.end + 1)
    }
    guard mark == "." || mark == "/" || mark == "-",
      let second = number(mark == "." ? spaced(first.end + 1) : first.end + 1)
    else { return nil }
    if first.length == 4 {
      guard scalar(second.end) == mark, let third = number(second.end + 1) else { return nil }
      return made(first.value, second.value, third.value, start, third.end)
    }
    guard first.length <= 2, second.length <= 2 else { return nil }
    var year: Int?
    var end = second.end
    if scalar(second.end) == mark, let third = number(mark == "." ? spaced(second.end + 1) : second.end + 1),
      third.length == 4 || third.length == 2
    {
      year = third.length == 2 ? 2000 + third.value : third.value
      end = third.end
    } else if mark == "-" || mark == "." && scalar(second.end) != "." {
      return nil  // "9-5" and "9.30" are hours
    }
    if mark == "/" { return slashed(first.value, second.value, year, start, end) }
    return made(year, second.value, first.value, start, end)
  }

  /// Either order is written with slashes: the one that is a date, else the one that comes sooner.
  private func slashed(_ a: Int, _ b: Int, _ year: Int?, _ start: Int, _ end: Int) -> Found? {
    let choices = [made(year, b, a, start, end), made(year, a, b, start, end)].compactMap(\.self)
      .filter { (0...Self.farthest).contains($0.day - today) }
    return choices.min { $0.day < $1.day }
  }

  /// `5 December 2026`, `5th of December`, `5. Dezember`, `5 de diciembre de 2026`, `5 ΔΕΚ`.
  private func dayAndMonth(_ start: Int) -> Found? {
    guard let day = number(start), day.length <= 2 else { return nil }
    var i = day.end
    for suffix in ["st", "nd", "rd", "th", "er", "º", "ª", "°", "."] where hasText(suffix, at: i) {
      i += suffix.unicodeScalars.count
      break
    }
    i = spaced(i)
    for link in ["of ", "de ", "d'"] where hasText(link, at: i) { i += link.unicodeScalars.count }
    i = spaced(i)
    let name = word(i)
    guard let month = ReturnDateWords.months[name.text] else { return nil }
    let year = yearAfter(name.end)
    return made(year?.value, month, day.value, start, year?.end ?? name.end)
  }

  /// `December 5, 2026`, `december 5.`, `Dec. 5th`.
  private func monthAndDay(_ start: Int) -> Found? {
    let name = word(start)
    guard let month = ReturnDateWords.months[name.text] else { return nil }
    var i = name.end
    if scalar(i) == "." { i += 1 }
    i = spaced(i)
    if hasText("the ", at: i) { i += 4 }
    guard let day = number(i), day.length <= 2 else { return nil }
    var end = day.end
    for suffix in ["st", "nd", "rd", "th"] where hasText(suffix, at: end) { end += 2 }
    let year = yearAfter(end)
    return made(year?.value, month, day.value, start, year?.end ?? end)
  }

  /// A day of the week is the next one after the mail; one that stands before a date says nothing more than the date.
  private func weekday(_ start: Int) -> Found? {
    let name = word(start)
    guard let wanted = ReturnDateWords.weekdays[name.text] else { return nil }
    var i = name.end
    while let c = scalar(i), c == "," || c == "." || c == " " || c == "(" || c == "\n" || c == "\r" { i += 1 }
    for link in ["the ", "den ", "dem ", "le ", "el ", "il ", "dia ", "d. ", "dne ", "dnia "] where hasText(link, at: i)
    {
      i += link.unicodeScalars.count
    }
    if let c = scalar(i), isDigit(c), numeric(i) != nil || dayAndMonth(i) != nil { return nil }
    if i < text.count, isWordLike(text[i]), monthAndDay(i) != nil { return nil }
    let current = Int((today + 3) % 7) + 1  // 1970-01-01 was a Thursday
    let ahead = (wanted - current + 7) % 7
    return Found(day: today + Int64(ahead == 0 ? 7 : ahead), range: start..<name.end)
  }

  private func yearAfter(_ i: Int) -> (value: Int, end: Int)? {
    var j = i
    while let c = scalar(j), c == "," || c == "." || c == " " { j += 1 }
    for link in ["de ", "del "] where hasText(link, at: j) { j += link.unicodeScalars.count }
    guard let year = number(j), year.length == 4, (2000...2200).contains(year.value) else { return nil }
    return (year.value, year.end)
  }

  private func made(_ year: Int?, _ month: Int, _ day: Int, _ start: Int, _ end: Int) -> Found? {
    let thisYear = CivilDate(dayNumber: today).year
    let years = year.map { [$0] } ?? [thisYear, thisYear + 1]
    for year in years {
      let date = CivilDate(year: year, month: month, day: day)
      guard date.exists else { continue }
      let number = date.dayNumber
      if years.count == 1 || number >= today { return Found(day: number, range: start..<end) }
    }
    return nil
  }

  // MARK: Reading

  private func scalar(_ i: Int) -> Unicode.Scalar? { i >= 0 && i < text.count ? text[i] : nil }
  private func isDigit(_ c: Unicode.Scalar) -> Bool { c.value >= 48 && c.value <= 57 }
  private func isWordLike(_ c: Unicode.Scalar) -> Bool { c.properties.isAlphabetic || isDigit(c) }

  private func spaced(_ i: Int) -> Int {
    var j = i
    while let c = scalar(j), c == " " || c == "\u{a0}" || c == "\n" || c == "\r", j < i + 4 { j += 1 }
    return j
  }

  private func hasText(_ words: String, at i: Int) -> Bool {
    var j = i
    for c in words.unicodeScalars {
      guard scalar(j) == c else { return false }
      j += 1
    }
    return true
  }

  private func number(_ i: Int) -> (value: Int, length: Int, end: Int)? {
    guard scalar(i - 1).map({ !isDigit($0) }) ?? true else { return nil }
    var j = i
    var value = 0
    while let c = scalar(j), isDigit(c), j < i + 5 {
      value = value * 10 + Int(c.value - 48)
      j += 1
    }
    return j > i && j < i + 5 ? (value, j - i, j) : nil
  }

  private func word(_ i: Int) -> (text: String, end: Int) {
    var j = i
    while let c = scalar(j), c.properties.isAlphabetic, j < i + 20 { j += 1 }
    var view = String.UnicodeScalarView()
    if i < j { view.append(contentsOf: text[i..<j]) }
    return (String(view), j)
  }
}

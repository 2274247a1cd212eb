// The instants a control header may name: RFC 3339 section 5.6, in epoch milliseconds.

/// An RFC 3339 time; nil when it is none.
func instant(_ text: String) -> Int64? {
  let bytes = Array(text.utf8)
  guard bytes.count >= 20, bytes[4] == 0x2D, bytes[7] == 0x2D, bytes[13] == 0x3A, bytes[16] == 0x3A,
    [0x54, 0x74, 0x20].contains(bytes[10]),
    let year = number(bytes[0..<4]), let month = number(bytes[5..<7]), let day = number(bytes[8..<10]),
    let hour = number(bytes[11..<13]), let minute = number(bytes[14..<16]), let second = number(bytes[17..<19]),
    (1...12).contains(month), (1...days(inMonth: month, of: year)).contains(day), hour < 24, minute < 60, second <= 60
  else { return nil }
  var rest = bytes[19...]
  var fraction: Int64 = 0
  if rest.first == 0x2E {
    let digits = rest.dropFirst().prefix { (0x30...0x39).contains($0) }
    guard !digits.isEmpty else { return nil }
    for place in 0..<3 { fraction = fraction * 10 + Int64(digits.dropFirst(place).first.map { $0 - 0x30 } ?? 0) }
    rest = rest.dropFirst(1 + digits.count)
  }
  guard let offsetMinutes = offset(rest) else { return nil }
  let minutes = dayNumber(year, month, day) * 1440 + hour * 60 + minute - offsetMinutes
  return Int64(minutes * 60 + second) * 1000 + fraction
}

private func offset(_ bytes: ArraySlice<UInt8>) -> Int? {
  if bytes.count == 1, bytes.first == 0x5A || bytes.first == 0x7A { return 0 }
  let text = Array(bytes)
  guard text.count == 6, text[0] == 0x2B || text[0] == 0x2D, text[3] == 0x3A,
    let hours = number(text[1..<3]), let minutes = number(text[4..<6]), hours < 24, minutes < 60
  else { return nil }
  return (text[0] == 0x2D ? -1 : 1) * (hours * 60 + minutes)
}

private func number(_ digits: ArraySlice<UInt8>) -> Int? {
  guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
  return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
}

private func days(inMonth month: Int, of year: Int) -> Int {
  let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar.
private func dayNumber(_ year: Int, _ month: Int, _ day: Int) -> Int {
  let shifted = month > 2 ? year : year - 1
  let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
  return 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
}

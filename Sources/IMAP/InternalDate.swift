internal import MailText

/// Dates of IMAP: `date-time` of INTERNALDATE and `date` of SEARCH (RFC 9051 section 9), without a calendar library.
public enum InternalDate {
  private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
  private static let monthNames = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// UTC epoch milliseconds of `17-Jul-1996 02:44:25 -0700` (day padded with a space or not), or nil.
  public static func parse(_ bytes: [UInt8]) -> Int64? {
    let words = bytes.split(separator: UInt8(ascii: " "))
    guard words.count == 3 else { return nil }
    let date = words[0].split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    let time = words[1].split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard date.count == 3, time.count == 3,
      let day = digits(date[0], 1...2), (1...31).contains(day),
      let month = months.firstIndex(of: String(decoding: date[1], as: UTF8.self).lowercased()),
      let year = digits(date[2], 4...4), year >= 1,
      let hour = digits(time[0], 2...2), hour < 24,
      let minute = digits(time[1], 2...2), minute < 60,
      let second = digits(time[2], 2...2), second <= 60,
      let offset = zone(words[2])
    else { return nil }
    let civil = CivilDate(year: Int(year), month: month + 1, day: Int(day))
    let seconds = civil.dayNumber * 86_400 + hour * 3_600 + minute * 60 + second
    return (seconds - offset) * 1_000
  }

  /// The day of an instant in UTC as SEARCH writes it, for instance `1-Feb-1994`.
  public static func searchDay(_ instant: Int64) -> String {
    // Years 1 to 9999, the range the grammar can say. Counted from the first of them, so that division rounds down.
    let firstDay: Int64 = -719_162
    let clamped = min(max(instant, firstDay * 86_400_000), 253_402_300_799_999)
    let date = CivilDate(dayNumber: (clamped - firstDay * 86_400_000) / 86_400_000 + firstDay)
    var digits = String(date.year)
    while digits.count < 4 { digits = "0" + digits }
    return "\(date.day)-\(monthNames[date.month - 1])-\(digits)"
  }

  private static func digits(_ bytes: ArraySlice<UInt8>, _ lengths: ClosedRange<Int>) -> Int64? {
    guard lengths.contains(bytes.count), bytes.allSatisfy(isDigit) else { return nil }
    return bytes.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
  }

  /// Seconds east of UTC of `+0130`.
  private static func zone(_ bytes: ArraySlice<UInt8>) -> Int64? {
    guard bytes.count == 5, let sign = bytes.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"),
      let hours = digits(bytes.dropFirst().prefix(2), 2...2), let minutes = digits(bytes.suffix(2), 2...2),
      minutes < 60
    else { return nil }
    return (hours * 3_600 + minutes * 60) * (sign == UInt8(ascii: "-") ? -1 : 1)
  }
}

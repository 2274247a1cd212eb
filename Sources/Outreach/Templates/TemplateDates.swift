import Delivery
import MailText

/// Writes an instant by the marks of strftime, the way Liquid's `date` filter takes them; an unknown mark stays as it is.
func templateDate(_ instant: Int64, format: String, zone: Zone) -> String {
  let local = instant + zone.offsetMilliseconds(at: instant)
  let dayNumber = local / 86_400_000 - (local % 86_400_000 < 0 ? 1 : 0)
  let clock = Int((local - dayNumber * 86_400_000) / 1000)
  let date = CivilDate(dayNumber: dayNumber)
  let hour12 = (clock / 3600 + 11) % 12 + 1
  let offsetMinutes = Int(zone.offsetMilliseconds(at: instant) / 60_000)
  var out = ""
  var marks = format.makeIterator()
  while let character = marks.next() {
    guard character == "%", var mark = marks.next() else {
      out.append(character)
      continue
    }
    // `%-d`: without padding.
    let isBare = mark == "-"
    if isBare {
      guard let next = marks.next() else { return out + "%-" }
      mark = next
    }
    func number(_ value: Int, _ width: Int, with pad: Character = "0") -> String {
      let digits = String(value)
      return isBare ? digits : String(repeating: pad, count: max(0, width - digits.count)) + digits
    }
    switch mark {
    case "Y": out += String(date.year)
    case "y": out += number(date.year % 100, 2)
    case "m": out += number(date.month, 2)
    case "d": out += number(date.day, 2)
    case "e": out += number(date.day, 2, with: " ")
    case "j": out += number(Int(dayNumber - CivilDate(year: date.year, month: 1, day: 1).dayNumber) + 1, 3)
    case "B": out += monthNames[date.month - 1]
    case "b", "h": out += String(monthNames[date.month - 1].prefix(3))
    case "A": out += weekdayNames[date.weekday]
    case "a": out += String(weekdayNames[date.weekday].prefix(3))
    case "u": out += String((date.weekday + 6) % 7 + 1)
    case "w": out += String(date.weekday)
    case "H": out += number(clock / 3600, 2)
    case "I": out += number(hour12, 2)
    case "l": out += number(hour12, 2, with: " ")
    case "M": out += number(clock / 60 % 60, 2)
    case "S": out += number(clock % 60, 2)
    case "p": out += clock < 43_200 ? "AM" : "PM"
    case "P": out += clock < 43_200 ? "am" : "pm"
    case "F": out += templateDate(instant, format: "%Y-%m-%d", zone: zone)
    case "T": out += templateDate(instant, format: "%H:%M:%S", zone: zone)
    case "R": out += templateDate(instant, format: "%H:%M", zone: zone)
    case "D": out += templateDate(instant, format: "%m/%d/%y", zone: zone)
    case "s": out += String(instant / 1000)
    case "z":
      let minutes = abs(offsetMinutes)
      out += (offsetMinutes < 0 ? "-" : "+") + templatePad(minutes / 60) + templatePad(minutes % 60)
    case "Z": out += zone.name
    case "%": out += "%"
    default: out += isBare ? "%-\(mark)" : "%\(mark)"
    }
  }
  return out
}

/// The instant a value means: an instant, seconds since 1970, `now` and `today`, RFC 3339, or a bare date at midnight of the zone.
func templateInstant(_ value: TemplateValue, now: Int64, zone: Zone) -> Int64? {
  switch value {
  case .instant(let instant): return instant
  case .integer(let seconds):
    let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1000)
    return overflow ? nil : milliseconds
  case .text(let text), .markup(let text):
    let word = trimmed(text)
    if word == "now" || word == "today" { return now }
    if let instant = MailDate.parseRFC3339(word) ?? MailDate.parse(word) { return instant }
    guard word.utf8.count == 10, let midnight = MailDate.parseRFC3339(word + "T00:00:00Z") else { return nil }
    // The offset at noon: a day whose midnight daylight saving skips still has its own date.
    return midnight - zone.offsetMilliseconds(at: midnight + 43_200_000)
  default: return nil
  }
}

private func templatePad(_ value: Int) -> String { value < 10 ? "0\(value)" : String(value) }

private let monthNames = [
  "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
  "December",
]
private let weekdayNames = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

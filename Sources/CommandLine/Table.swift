import Foundation

/// One column of a table: a title and the path of its value in each JSON object.
struct Column: Sendable {
  enum Style: Sendable {
    case text
    /// Right-aligned.
    case number
    /// An RFC 3339 instant, shown in the table's zone.
    case time
    /// Cut at so many characters.
    case shortened(Int)
    /// A number of milliseconds.
    case duration
    /// A share from 0 to 1, as per cent.
    case share
  }

  var title: String
  var path: String
  var style: Style

  init(_ title: String, _ path: String, _ style: Style = .text) {
    self.title = title
    self.path = path
    self.style = style
  }
}

/// Lines of aligned columns, without trailing spaces, for people.
func renderTable(_ columns: [Column], _ rows: [JSONValue], zone: TimeZone) -> String {
  let clock = ZoneClock(zone)
  var lines = [columns.map { clock.title(of: $0) }]
  lines += rows.map { row in columns.map { clock.cell(row[$0.path], $0.style) } }
  let widths = columns.indices.map { column in lines.map { displayWidth($0[column]) }.max() ?? 0 }
  return lines.map { line in
    let cells = columns.indices.map { index in
      padded(line[index], to: widths[index], right: columns[index].isRightAligned)
    }
    return trimmedRight(cells.joined(separator: "  ")) + "\n"
  }.joined()
}

/// One object as `name  value` lines, leaving out what is empty.
func renderFacts(_ facts: [Column], of value: JSONValue, zone: TimeZone) -> String {
  let clock = ZoneClock(zone)
  let rows = facts.compactMap { fact -> (String, String)? in
    let text = clock.cell(value[fact.path], fact.style)
    guard !text.isEmpty else { return nil }
    if case .time = fact.style { return (fact.title, "\(text) \(clock.zoneName)") }
    return (fact.title, text)
  }
  let width = rows.map { displayWidth($0.0) }.max() ?? 0
  return rows.map { padded($0.0, to: width) + "  " + $0.1 + "\n" }.joined()
}

extension Column {
  fileprivate var isRightAligned: Bool {
    switch style {
    case .number, .duration, .share: true
    default: false
    }
  }
}

/// Writes instants in one zone; a formatter is dear to make (143 µs), so one serves a whole table.
struct ZoneClock {
  private let zone: TimeZone
  private let calendar: Calendar

  init(_ zone: TimeZone) {
    self.zone = zone
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = zone
    self.calendar = calendar
  }

  func title(of column: Column) -> String {
    if case .time = column.style { return "\(column.title) (\(zoneName))" }
    return column.title
  }

  func cell(_ value: JSONValue, _ style: Column.Style) -> String {
    switch style {
    case .time: return value.string.map(time) ?? ""
    case .duration: return value.int.map { durationText($0) } ?? ""
    case .share: return Double(value.plain).map { String(format: "%.1f %%", $0 * 100) } ?? ""
    case .shortened(let limit):
      let text = oneLine(value.plain)
      return text.count > limit ? text.prefix(limit - 1) + "…" : text
    case .text, .number: return oneLine(value.plain)
    }
  }

  /// `2026-11-21 06:40:15` for `2026-11-21T05:40:15.123Z`; the text itself when it is no instant.
  private func time(_ text: String) -> String {
    let withFraction = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    guard let date = (try? withFraction.parse(text)) ?? (try? Date.ISO8601FormatStyle().parse(text)) else {
      return text
    }
    return time(date)
  }

  func time(_ date: Date) -> String {
    let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: date)
    return String(
      format: "%04d-%02d-%02d %02d:%02d:%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0, parts.hour ?? 0,
      parts.minute ?? 0, parts.second ?? 0)
  }

  /// The zone's name as people know it.
  var zoneName: String { ["Etc/UTC", "GMT", "UCT"].contains(zone.identifier) ? "UTC" : zone.identifier }

  /// A header's text may hold anything; a terminal must get neither line breaks nor escape sequences of it.
  private func oneLine(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: Self.isControl) else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.map { Self.isControl($0) ? " " : $0 }))
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.generalCategory == .control }
}

/// `1h 5m` for 3,900,000 milliseconds: the two largest units.
func durationText(_ milliseconds: Int64) -> String {
  guard milliseconds.magnitude >= 1000 else { return milliseconds == 0 ? "0s" : "\(milliseconds)ms" }
  var rest = Int64(clamping: milliseconds.magnitude) / 1000
  var parts: [String] = []
  for (size, unit) in [(86_400, "d"), (3600, "h"), (60, "m"), (1, "s")] as [(Int64, String)] where parts.count < 2 {
    if rest >= size { parts.append("\(rest / size)\(unit)") } else if !parts.isEmpty { break }
    rest %= size
  }
  return (milliseconds < 0 ? "-" : "") + parts.joined(separator: " ")
}

/// Columns of a terminal that a text takes: wide East Asian letters and emoji take two.
func displayWidth(_ text: String) -> Int {
  text.utf8.allSatisfy { $0 < 0x80 } ? text.utf8.count : text.reduce(0) { $0 + (isWide($1) ? 2 : 1) }
}

func padded(_ text: String, to width: Int, right: Bool = false) -> String {
  let filling = String(repeating: " ", count: max(0, width - displayWidth(text)))
  return right ? filling + text : text + filling
}

private func trimmedRight(_ text: String) -> String {
  var text = text
  while text.last == " " { text.removeLast() }
  return text
}

/// The wide blocks of Unicode's East Asian Width (UAX #11), and pictures.
private func isWide(_ character: Character) -> Bool {
  guard let scalar = character.unicodeScalars.first?.value else { return false }
  switch scalar {
  case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f,
    0xff00...0xff60, 0xffe0...0xffe6, 0x1f300...0x1faff, 0x20000...0x3fffd:
    return true
  default: return false
  }
}

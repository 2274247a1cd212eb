import Delivery

/// What a template computes with.
public indirect enum TemplateValue: Sendable, Equatable {
  /// Nothing: a variable without a value, `nil`.
  case none
  /// Yes or no.
  case bool(Bool)
  /// A whole number.
  case integer(Int64)
  /// Any other number.
  case decimal(Double)
  /// Text, escaped where it is put into HTML.
  case text(String)
  /// Text that is HTML already: what `escape`, `newline_to_br` and `raw` make; not escaped again.
  case markup(String)
  /// UTC epoch milliseconds.
  case instant(Int64)
  /// Values in order.
  case list([TemplateValue])
  /// Values by name.
  case object([String: TemplateValue])
}

extension TemplateValue {
  /// Text, or nothing when it is empty: a contact's empty field is no field, so that `if` and `default` see what a person sees.
  public init(field text: String?) {
    self = text.flatMap { hasInk($0) ? .text($0) : nil } ?? .none
  }

  /// Liquid's truth: all but `false` and nothing.
  var isTrue: Bool { self != .none && self != .bool(false) }

  /// Nothing a reader would see: nothing, white space and what takes no room, an empty list.
  var isBlank: Bool {
    switch self {
    case .none, .bool(false): true
    case .text(let text), .markup(let text): !hasInk(text)
    case .list(let items): items.isEmpty
    case .object(let members): members.isEmpty
    default: false
    }
  }

  /// Liquid's `empty`: text, list or object of no length.
  var isEmpty: Bool {
    switch self {
    case .text(let text), .markup(let text): text.isEmpty
    case .list(let items): items.isEmpty
    case .object(let members): members.isEmpty
    default: false
    }
  }

  /// As it is written into a mail.
  var written: String {
    switch self {
    case .none, .object: ""
    case .bool(let value): value ? "true" : "false"
    case .integer(let number): String(number)
    case .decimal(let number): TemplateValue.write(number)
    case .text(let text), .markup(let text): text
    case .instant(let instant): templateDate(instant, format: "%Y-%m-%d %H:%M:%S", zone: .utc)
    case .list(let items): items.map(\.written).joined()
    }
  }

  /// Without an exponent and without more digits than a person would write.
  private static func write(_ number: Double) -> String {
    guard number.isFinite, abs(number) < 1e15 else { return "\(number)" }
    if number == number.rounded() { return "\(number)" }
    let scaled = Int64((abs(number) * 1_000_000).rounded())
    var fraction = String(scaled % 1_000_000)
    fraction = String(repeating: "0", count: 6 - fraction.utf8.count) + fraction
    while fraction.hasSuffix("0"), fraction.utf8.count > 1 { fraction.removeLast() }
    return (number < 0 ? "-" : "") + "\(scaled / 1_000_000).\(fraction)"
  }

  /// A number, also one that came as text: imported fields are text.
  var number: TemplateNumber? {
    switch self {
    case .integer(let number): .whole(number)
    case .decimal(let number): .real(number)
    case .text(let text), .markup(let text): TemplateNumber(trimmed(text))
    default: nil
    }
  }
}

/// A number of a template: whole as long as it can be, as Liquid counts.
enum TemplateNumber: Equatable {
  case whole(Int64)
  case real(Double)

  init?(_ text: String) {
    if let number = Int64(text) {
      self = .whole(number)
    } else if let number = Double(text), number.isFinite, text.utf8.allSatisfy({ $0 < 0x3A }) {
      // Only digits, sign and point: "nan", "inf" and hexadecimal are words here.
      self = .real(number)
    } else {
      return nil
    }
  }

  var real: Double {
    switch self {
    case .whole(let number): Double(number)
    case .real(let number): number
    }
  }

  var value: TemplateValue {
    switch self {
    case .whole(let number): .integer(number)
    case .real(let number): .decimal(number)
    }
  }
}

extension TemplateValue {
  /// Whether two values are the same to a reader: numbers by value, text by its characters.
  func isSame(as other: TemplateValue) -> Bool {
    switch (self, other) {
    case (.text(let a), .markup(let b)), (.markup(let a), .text(let b)): a == b
    case (.integer(let a), .decimal(let b)), (.decimal(let b), .integer(let a)): Double(a) == b
    default: self == other
    }
  }

  /// Less than, for numbers, instants and text; nil when the two cannot be compared.
  func isLess(than other: TemplateValue) -> Bool? {
    switch (self, other) {
    case (.instant(let a), .instant(let b)): return a < b
    case (.text(let a), .text(let b)) where number == nil || other.number == nil: return a < b
    default:
      guard let a = number, let b = other.number else { return nil }
      if case (.whole(let a), .whole(let b)) = (a, b) { return a < b }
      return a.real < b.real
    }
  }
}

/// Whether a reader sees anything of a text: spreadsheets and web forms leave no-break spaces, zero-width spaces and controls in
/// fields that look empty.
func hasInk(_ text: String) -> Bool {
  text.unicodeScalars.contains { scalar in
    if scalar.isASCII { return scalar.value > 0x20 && scalar.value != 0x7F }
    let properties = scalar.properties
    // U+2800 is a Braille pattern without a dot.
    return !properties.isWhitespace && !properties.isDefaultIgnorableCodePoint && properties.generalCategory != .control
      && scalar != "\u{2800}"
  }
}

import Delivery
import Foundation
import MailText

/// What filters may know of besides their input.
struct TemplateSurroundings: Sendable {
  /// UTC epoch milliseconds.
  var now: Int64
  /// For `date`.
  var zone: Zone
}

/// One filter: its name, how many arguments it takes, and what it does. Names and meanings are those of Shopify's Liquid
/// (https://shopify.github.io/liquid/), `raw` is ours.
struct TemplateFilter: Sendable {
  typealias Work =
    @Sendable (_ input: TemplateValue, _ arguments: [TemplateValue], _ around: TemplateSurroundings)
    throws(FilterFailure) -> TemplateValue

  var name: String
  var arguments: ClosedRange<Int>
  var work: Work

  init(_ name: String, _ arguments: ClosedRange<Int> = 0...0, _ work: @escaping Work) {
    self.name = name
    self.arguments = arguments
    self.work = work
  }

  static let byName = Dictionary(
    uniqueKeysWithValues: (textFilters + numberFilters + listFilters + otherFilters).map { ($0.name, $0) })
}

/// A value that does not fit; the renderer adds the place.
struct FilterFailure: Error, Equatable {
  var what: String
}

private func text(_ name: String, _ change: @escaping @Sendable (String) -> String) -> TemplateFilter {
  TemplateFilter(name) { (input, _, _) throws(FilterFailure) in input.mapText(change) }
}

private let textFilters: [TemplateFilter] = [
  text("upcase") { $0.uppercased() },
  text("downcase") { $0.lowercased() },
  // Only the first letter changes: "McArthur" stays, "rosa" becomes "Rosa"; Liquid would make the rest small.
  text("capitalize") { $0.prefix(1).uppercased() + $0.dropFirst() },
  text("strip") { trimmed($0) },
  text("lstrip") { String($0.drop(while: \.isWhitespace)) },
  text("rstrip") { String($0.reversed().drop(while: \.isWhitespace).reversed()) },
  text("strip_newlines") { $0.filter { !$0.isNewline } },
  text("strip_html") { withoutTags($0) },
  text("url_encode") { percentEncoded($0) },
  text("url_decode") { $0.replacing("+", with: " ").removingPercentEncoding ?? $0 },
  TemplateFilter("escape") { (input, _, _) throws(FilterFailure) in .markup(htmlEscaped(input.written)) },
  TemplateFilter("escape_once") { (input, _, _) throws(FilterFailure) in
    if case .markup = input { return input }
    return .markup(htmlEscaped(input.written, keepingEntities: true))
  },
  TemplateFilter("raw") { (input, _, _) throws(FilterFailure) in .markup(input.written) },
  TemplateFilter("newline_to_br") { (input, _, _) throws(FilterFailure) in
    var source = input.written
    if case .markup = input {} else { source = htmlEscaped(source) }
    return .markup(source.replacing("\r\n", with: "\n").replacing("\n", with: "<br>\n"))
  },
  TemplateFilter("append", 1...1) { (input, given, _) throws(FilterFailure) in
    input.mapText { $0 + given[0].written }
  },
  TemplateFilter("prepend", 1...1) { (input, given, _) throws(FilterFailure) in
    input.mapText { given[0].written + $0 }
  },
  TemplateFilter("replace", 1...2) { (input, given, _) throws(FilterFailure) in
    let (old, new) = (given[0].written, given.count > 1 ? given[1].written : "")
    return input.mapText { old.isEmpty ? $0 : $0.replacing(old, with: new) }
  },
  TemplateFilter("replace_first", 1...2) { (input, given, _) throws(FilterFailure) in
    let (old, new) = (given[0].written, given.count > 1 ? given[1].written : "")
    return input.mapText { old.isEmpty ? $0 : $0.replacing(old, with: new, maxReplacements: 1) }
  },
  TemplateFilter("remove", 1...1) { (input, given, _) throws(FilterFailure) in
    let old = given[0].written
    return input.mapText { old.isEmpty ? $0 : $0.replacing(old, with: "") }
  },
  TemplateFilter("remove_first", 1...1) { (input, given, _) throws(FilterFailure) in
    let old = given[0].written
    return input.mapText { old.isEmpty ? $0 : $0.replacing(old, with: "", maxReplacements: 1) }
  },
  TemplateFilter("truncate", 0...2) { (input, given, _) throws(FilterFailure) in
    let limit = given.isEmpty ? 50 : try wholeNumber(given[0], "truncate takes a number of characters")
    let mark = given.count > 1 ? given[1].written : "..."
    return input.mapText {
      $0.count <= limit ? $0 : String($0.prefix(max(0, limit - mark.count))) + mark
    }
  },
  TemplateFilter("truncatewords", 0...2) { (input, given, _) throws(FilterFailure) in
    let limit = max(1, given.isEmpty ? 15 : try wholeNumber(given[0], "truncatewords takes a number of words"))
    let mark = given.count > 1 ? given[1].written : "..."
    return input.mapText {
      let words = $0.split(whereSeparator: \.isWhitespace)
      return words.count <= limit ? $0 : words.prefix(limit).joined(separator: " ") + mark
    }
  },
  TemplateFilter("split", 1...1) { (input, given, _) throws(FilterFailure) in
    let (whole, mark) = (input.written, given[0].written)
    if mark.isEmpty { return .list(whole.map { .text(String($0)) }) }
    return .list(whole.split(separator: mark).map { .text(String($0)) })
  },
]

private let numberFilters: [TemplateFilter] = [
  arithmetic("plus", { $0.addingReportingOverflow($1) }, +),
  arithmetic("minus", { $0.subtractingReportingOverflow($1) }, -),
  arithmetic("times", { $0.multipliedReportingOverflow(by: $1) }, *),
  TemplateFilter("divided_by", 1...1) { (input, given, _) throws(FilterFailure) in
    let (a, b) = (try number(input, "divided_by"), try number(given[0], "divided_by"))
    guard b.real != 0 else { throw FilterFailure(what: "divided_by takes no zero") }
    if case (.whole(let a), .whole(let b)) = (a, b) { return .integer(floored(a, by: b)) }
    return .decimal(a.real / b.real)
  },
  TemplateFilter("modulo", 1...1) { (input, given, _) throws(FilterFailure) in
    let (a, b) = (try number(input, "modulo"), try number(given[0], "modulo"))
    guard b.real != 0 else { throw FilterFailure(what: "modulo takes no zero") }
    if case (.whole(let a), .whole(let b)) = (a, b) { return .integer(a &- floored(a, by: b) &* b) }
    return .decimal(a.real - (a.real / b.real).rounded(.down) * b.real)
  },
  TemplateFilter("abs") { (input, _, _) throws(FilterFailure) in
    switch try number(input, "abs") {
    case .whole(let number): .integer(number == .min ? .max : Swift.abs(number))
    case .real(let number): .decimal(Swift.abs(number))
    }
  },
  TemplateFilter("round", 0...1) { (input, given, _) throws(FilterFailure) in
    let places = given.isEmpty ? 0 : try wholeNumber(given[0], "round takes a number of decimals")
    let scale = pow(10, Double(min(max(places, 0), 10)))
    let rounded = (try number(input, "round").real * scale).rounded() / scale
    return places > 0 ? .decimal(rounded) : try whole(rounded)
  },
  TemplateFilter("ceil") { (input, _, _) throws(FilterFailure) in try whole(number(input, "ceil").real.rounded(.up)) },
  TemplateFilter("floor") { (input, _, _) throws(FilterFailure) in try whole(number(input, "floor").real.rounded(.down))
  },
  TemplateFilter("at_least", 1...1) { (input, given, _) throws(FilterFailure) in
    let (a, b) = (try number(input, "at_least"), try number(given[0], "at_least"))
    return (a.real < b.real ? b : a).value
  },
  TemplateFilter("at_most", 1...1) { (input, given, _) throws(FilterFailure) in
    let (a, b) = (try number(input, "at_most"), try number(given[0], "at_most"))
    return (a.real > b.real ? b : a).value
  },
]

private let listFilters: [TemplateFilter] = [
  TemplateFilter("size") { (input, _, _) throws(FilterFailure) in
    switch input {
    case .list(let items): .integer(Int64(items.count))
    case .object(let members): .integer(Int64(members.count))
    default: .integer(Int64(input.written.count))
    }
  },
  TemplateFilter("first") { (input, _, _) throws(FilterFailure) in try list(input, "first").first ?? .none },
  TemplateFilter("last") { (input, _, _) throws(FilterFailure) in try list(input, "last").last ?? .none },
  TemplateFilter("join", 0...1) { (input, given, _) throws(FilterFailure) in
    let mark = given.isEmpty ? " " : given[0].written
    return .text(try list(input, "join").map(\.written).joined(separator: mark))
  },
  TemplateFilter("reverse") { (input, _, _) throws(FilterFailure) in .list(try list(input, "reverse").reversed()) },
  TemplateFilter("sort") { (input, _, _) throws(FilterFailure) in
    .list(try list(input, "sort").sorted { $0.isLess(than: $1) ?? false })
  },
  TemplateFilter("uniq") { (input, _, _) throws(FilterFailure) in
    var kept: [TemplateValue] = []
    for item in try list(input, "uniq") where !kept.contains(where: { $0.isSame(as: item) }) { kept.append(item) }
    return .list(kept)
  },
  TemplateFilter("slice", 1...2) { (input, given, _) throws(FilterFailure) in
    let start = try wholeNumber(given[0], "slice takes a place and a length")
    let length = given.count > 1 ? try wholeNumber(given[1], "slice takes a place and a length") : 1
    if case .list(let items) = input { return .list(Array(part(of: items[...], start, length))) }
    return input.mapText { String(part(of: $0[...], start, length)) }
  },
]

private let otherFilters: [TemplateFilter] = [
  TemplateFilter("default", 1...1) { (input, given, _) throws(FilterFailure) in input.isBlank ? given[0] : input },
  TemplateFilter("date", 1...1) { (input, given, around) throws(FilterFailure) in
    if input.isBlank { return .none }
    guard let instant = templateInstant(input, now: around.now, zone: around.zone) else {
      throw FilterFailure(what: "\"\(input.written)\" is no date: write it like 2026-03-01 or 2026-03-01T09:00:00Z")
    }
    return .text(templateDate(instant, format: given[0].written, zone: around.zone))
  },
]

// MARK: - What filters are made of

extension TemplateValue {
  /// Changed text; HTML stays HTML, nothing stays nothing.
  fileprivate func mapText(_ change: (String) -> String) -> TemplateValue {
    switch self {
    case .none: .none
    case .markup(let text): .markup(change(text))
    default: .text(change(written))
    }
  }
}

private func arithmetic(
  _ name: String, _ whole: @escaping @Sendable (Int64, Int64) -> (partialValue: Int64, overflow: Bool),
  _ real: @escaping @Sendable (Double, Double) -> Double
) -> TemplateFilter {
  TemplateFilter(name, 1...1) { (input, given, _) throws(FilterFailure) in
    let (a, b) = (try number(input, name), try number(given[0], name))
    if case (.whole(let a), .whole(let b)) = (a, b) {
      let (result, overflow) = whole(a, b)
      if !overflow { return .integer(result) }
    }
    return .decimal(real(a.real, b.real))
  }
}

private func number(_ value: TemplateValue, _ filter: String) throws(FilterFailure) -> TemplateNumber {
  guard let number = value.number else {
    throw FilterFailure(what: "\(filter) takes numbers, \"\(value.written)\" is none")
  }
  return number
}

private func wholeNumber(_ value: TemplateValue, _ rule: String) throws(FilterFailure) -> Int {
  guard case .whole(let number)? = value.number, let fitting = Int(exactly: number), abs(fitting) <= 1_000_000 else {
    throw FilterFailure(what: "\(rule), not \"\(value.written)\"")
  }
  return fitting
}

private func whole(_ number: Double) throws(FilterFailure) -> TemplateValue {
  guard let fitting = Int64(exactly: number) else { throw FilterFailure(what: "\(number) is too large a number") }
  return .integer(fitting)
}

private func floored(_ a: Int64, by b: Int64) -> Int64 {
  let (quotient, overflow) = a.dividedReportingOverflow(by: b)
  if overflow { return .max }
  return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient
}

private func list(_ value: TemplateValue, _ filter: String) throws(FilterFailure) -> [TemplateValue] {
  guard case .list(let items) = value else { throw FilterFailure(what: "\(filter) takes a list") }
  return items
}

/// `length` elements from `start` on, which counts from the end when negative.
private func part<C: Collection>(of whole: C, _ start: Int, _ length: Int) -> C.SubSequence where C.SubSequence == C {
  let from = start < 0 ? max(0, whole.count + start) : start
  return whole.dropFirst(from).prefix(max(0, length))
}

/// The five characters that mean something in HTML text and attributes.
func htmlEscaped(_ text: String, keepingEntities: Bool = false) -> String {
  var out = ""
  out.reserveCapacity(text.utf8.count + 16)
  var index = text.startIndex
  while index < text.endIndex {
    switch text[index] {
    case "&" where keepingEntities && isEntity(text[index...]): out.append("&")
    case "&": out += "&amp;"
    case "<": out += "&lt;"
    case ">": out += "&gt;"
    case "\"": out += "&quot;"
    case "'": out += "&#39;"
    default: out.append(text[index])
    }
    index = text.index(after: index)
  }
  return out
}

private func isEntity(_ text: Substring) -> Bool {
  let name = text.dropFirst().prefix(12).prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "#") }
  return !name.isEmpty && text.dropFirst(name.count + 1).first == ";"
}

private func withoutTags(_ html: String) -> String {
  var out = ""
  var rest = html[...]
  while let open = rest.firstIndex(of: "<") {
    out += rest[..<open]
    guard let close = rest[open...].firstIndex(of: ">") else { return out + rest[open...] }
    rest = rest[rest.index(after: close)...]
  }
  return out + rest
}

/// RFC 3986, section 2.3: all but unreserved characters.
func percentEncoded(_ text: String) -> String {
  let hex = Array("0123456789ABCDEF".utf8)
  var out: [UInt8] = []
  for byte in text.utf8 {
    if isAlphanumeric(byte) || [0x2D, 0x2E, 0x5F, 0x7E].contains(byte) {
      out.append(byte)
    } else {
      out += [0x25, hex[Int(byte >> 4)], hex[Int(byte & 15)]]
    }
  }
  return String(decoding: out, as: UTF8.self)
}

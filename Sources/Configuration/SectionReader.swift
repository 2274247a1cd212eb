// Reads typed keys out of a TOML table and gathers everything that is wrong with it, so that a person sees all errors at
// once. A section knows every key it was asked for; what stands in the file beside those is unknown.

/// What all sections of one file share.
final class FileReader {
  let file: String
  let zoneIsKnown: (String) -> Bool
  let fileExists: (String) -> Bool
  private(set) var errors: [ConfigurationError] = []
  /// Every key asked for, by section path; the tests compare it with `conf/postern.toml` and with the types.
  private(set) var knownKeys: [String: [String]] = [:]
  /// Where texts stand.
  var places = TextPlaces()
  private let lines: [Substring]

  /// `toml` is the file's text where places in its strings are asked for.
  init(
    file: String, toml: String = "", zoneIsKnown: @escaping (String) -> Bool, fileExists: @escaping (String) -> Bool
  ) {
    self.file = file
    lines = toml.split(separator: "\n", omittingEmptySubsequences: false)
    self.zoneIsKnown = zoneIsKnown
    self.fileExists = fileExists
  }

  func fail(line: Int, column: Int, _ what: String, nearest: String? = nil) {
    errors.append(.init(file: file, line: line, column: column, what: what, nearest: nearest))
  }

  func know(_ key: String, in path: String) {
    if !knownKeys[path, default: []].contains(key) { knownKeys[path, default: []].append(key) }
  }

  /// How many quotes a string begins with, and whether its text begins in the line below them.
  func opening(of string: TOMLNode) -> (marks: Int, isBelow: Bool) {
    // What came as JSON has no columns.
    guard lines.indices.contains(string.line - 1), string.column > 0 else { return (1, false) }
    let rest = lines[string.line - 1].dropFirst(string.column - 1)
    let marks = ["\"\"\"", "'''"].contains { rest.hasPrefix($0) } ? 3 : 1
    return (marks, marks == 3 && rest.dropFirst(3).allSatisfy { $0 == "\r" })
  }

  var sortedErrors: [ConfigurationError] {
    errors.sorted { ($0.line, $0.column, $0.what) < ($1.line, $1.column, $1.what) }
  }
}

/// One table of the file; an absent table gives every key its default.
final class SectionReader {
  let reader: FileReader
  /// Dotted path, "" for the root.
  let path: String
  let node: TOMLNode?
  private var known: [String] = []

  init(_ node: TOMLNode?, path: String, reader: FileReader) {
    self.node = node
    self.path = path
    self.reader = reader
  }

  /// As written in messages.
  var spoken: String { path.isEmpty ? "the file" : "[\(path)]" }

  func string(_ key: String, default fallback: String, check: (String) -> String? = { _ in nil }) -> String {
    optionalString(key, check: check) ?? fallback
  }

  func optionalString(_ key: String, check: (String) -> String? = { _ in nil }) -> String? {
    guard let value = value(key, .string), let text = value.text else { return nil }
    if let complaint = check(text) {
      fail(value, "\(key): \(complaint)")
      return nil
    }
    return text
  }

  /// A string that must be there and not empty; "" after an error.
  func requiredString(_ key: String, check: (String) -> String? = { _ in nil }) -> String {
    let present = entry(key) != nil
    let text = optionalString(key) { $0.isEmpty ? "must not be empty" : check($0) }
    if !present, let node { fail(node, "missing key \"\(key)\" in \(spoken)") }
    return text ?? ""
  }

  func boolean(_ key: String, default fallback: Bool) -> Bool { optionalBoolean(key) ?? fallback }

  func optionalBoolean(_ key: String) -> Bool? { value(key, .boolean)?.boolean }

  func integer(_ key: String, default fallback: Int, in range: ClosedRange<Int>) -> Int {
    optionalInteger(key, in: range) ?? fallback
  }

  func optionalInteger(_ key: String, in range: ClosedRange<Int>) -> Int? {
    guard let value = value(key, .integer), let number = value.integer else { return nil }
    guard let number = Int(exactly: number), range.contains(number) else {
      fail(value, "\(key): must be between \(range.lowerBound) and \(range.upperBound)")
      return nil
    }
    return number
  }

  /// Milliseconds.
  func duration(_ key: String, default fallback: Int64, atLeast minimum: String = "0s") -> Int64 {
    optionalDuration(key, atLeast: minimum) ?? fallback
  }

  func optionalDuration(_ key: String, atLeast minimum: String = "0s") -> Int64? {
    guard let value = value(key, .string) else { return nil }
    return duration(value, key, atLeast: minimum)
  }

  func durations(_ key: String, default fallback: [Int64]) -> [Int64] {
    guard let value = value(key, .array) else { return fallback }
    return elements(of: value, key, .string).compactMap { duration($0, key, atLeast: "0s") }
  }

  /// Bytes.
  func size(_ key: String, default fallback: Int, atLeast minimum: String) -> Int {
    guard let value = value(key, .string) else { return fallback }
    guard let bytes = parseSize(value.text ?? "") else {
      fail(value, "\(key): \"\(value.text ?? "")\" is no size; write it like \"64KiB\" or \"25MiB\"")
      return fallback
    }
    if bytes < parseSize(minimum) ?? 0 { fail(value, "\(key): must be at least \(minimum)") }
    return bytes
  }

  func choice<Choice: CaseIterable & RawRepresentable<String>>(_ key: String, default fallback: Choice) -> Choice {
    optionalChoice(key) ?? fallback
  }

  func optionalChoice<Choice: CaseIterable & RawRepresentable<String>>(_ key: String) -> Choice? {
    guard let value = value(key, .string), let text = value.text else { return nil }
    if let choice = Choice(rawValue: text) { return choice }
    let names = Choice.allCases.map(\.rawValue)
    let list = names.map { "\"\($0)\"" }.joined(separator: ", ")
    fail(value, "\(key): \"\(text)\" is not one of \(list)", nearest: nearestName(to: text, in: names))
    return nil
  }

  func strings(_ key: String, default fallback: [String], check: (String) -> String? = { _ in nil }) -> [String] {
    guard let value = value(key, .array) else { return fallback }
    var texts: [String] = []
    for item in elements(of: value, key, .string) {
      guard let text = item.text else { continue }
      if let complaint = check(text) { fail(item, "\(key): \(complaint)") } else { texts.append(text) }
    }
    return texts
  }

  /// A table of names and texts, whatever the names.
  func texts(_ key: String, check: (String) -> String? = { _ in nil }) -> [String: String] {
    var texts: [String: String] = [:]
    for entry in value(key, .table)?.entries ?? [] {
      guard entry.value.type == .string, let text = entry.value.text else {
        fail(entry.value, "\(key).\(entry.key): expected a string, found \(entry.value.type.spoken)")
        continue
      }
      if let complaint = check(text) { fail(entry.value, "\(key).\(entry.key): \(complaint)") }
      texts[entry.key] = text
    }
    return texts
  }

  func integers(_ key: String, in range: ClosedRange<Int>) -> [Int]? {
    guard let value = value(key, .array) else { return nil }
    return elements(of: value, key, .integer).compactMap { item in
      if let number = item.integer.flatMap({ Int(exactly: $0) }), range.contains(number) { return number }
      fail(item, "\(key): must be between \(range.lowerBound) and \(range.upperBound)")
      return nil
    }
  }

  func zone(_ key: String, default fallback: String) -> String { optionalZone(key) ?? fallback }

  func optionalZone(_ key: String) -> String? {
    optionalString(key) {
      reader.zoneIsKnown($0) ? nil : "unknown time zone \"\($0)\"; use an IANA name like Europe/Berlin"
    }
  }

  /// The path of a file that is there.
  func optionalFile(_ key: String) -> String? {
    optionalString(key) { path in
      Check.path(path) ?? (reader.fileExists(path) ? nil : "there is no readable file \"\(path)\"")
    }
  }

  /// A table below this one; nil when it is absent.
  func optionalSection(_ key: String) -> SectionReader? {
    value(key, .table).map { SectionReader($0, path: below(key), reader: reader) }
  }

  /// A table below this one; when it is absent all its keys have their defaults.
  func section(_ key: String) -> SectionReader {
    SectionReader(value(key, .table), path: below(key), reader: reader)
  }

  /// Stands for a table that the file does not have.
  func section(none key: String) -> SectionReader { SectionReader(nil, path: below(key), reader: reader) }

  /// Whether the file has the key, with whatever value.
  func has(_ key: String) -> Bool { entry(key) != nil }

  /// The tables of `[[key]]`.
  func sections(_ key: String) -> [SectionReader] {
    if let table = entry(key)?.value, table.type == .table {
      know(key)
      fail(table, "there may be several: write [[\(below(key))]] instead of [\(below(key))]")
      return []
    }
    guard let value = value(key, .array) else { return [] }
    return elements(of: value, key, .table).map { SectionReader($0, path: below(key), reader: reader) }
  }

  /// Complains at a key's value, or at the section when the key is absent.
  func fail(key: String, _ what: String, nearest: String? = nil) {
    if let place = entry(key)?.value ?? node { fail(place, what, nearest: nearest) }
  }

  /// To be called when every key has been asked for: what else is there is unknown.
  func finish() {
    for entry in node?.entries ?? [] where !known.contains(entry.key) {
      let kind = entry.value.type == .table ? "section" : "key"
      if path.isEmpty, let place = otherFile[entry.key] {
        reader.fail(line: entry.line, column: entry.column, "\"\(entry.key)\" belongs in \(place)")
        continue
      }
      reader.fail(
        line: entry.line, column: entry.column, "unknown \(kind) \"\(entry.key)\" in \(spoken)",
        nearest: nearestName(to: entry.key, in: known))
    }
  }

  private func below(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  private func entry(_ key: String) -> TOMLNode.Entry? { node?.entries?.first { $0.key == key } }

  /// A key's value where it stands in the file.
  func place(_ key: String) -> TOMLNode? { entry(key)?.value }

  private func fail(_ node: TOMLNode, _ what: String, nearest: String? = nil) {
    reader.fail(line: node.line, column: node.column, what, nearest: nearest)
  }

  private func know(_ key: String) {
    if !known.contains(key) { known.append(key) }
    reader.know(key, in: path)
  }

  private func value(_ key: String, _ type: TOMLNode.Kind) -> TOMLNode? {
    know(key)
    guard let value = entry(key)?.value else { return nil }
    guard value.type == type else {
      fail(value, "\(key): expected \(type.spoken), found \(value.type.spoken)")
      return nil
    }
    return value
  }

  private func elements(of array: TOMLNode, _ key: String, _ type: TOMLNode.Kind) -> [TOMLNode] {
    (array.items ?? []).filter { item in
      if item.type == type { return true }
      fail(item, "\(key): expected \(type.spoken), found \(item.type.spoken)")
      return false
    }
  }

  private func duration(_ value: TOMLNode, _ key: String, atLeast minimum: String) -> Int64? {
    guard let milliseconds = parseDuration(value.text ?? "") else {
      fail(
        value,
        "\(key): \"\(value.text ?? "")\" is no duration; write it like \"90s\", \"15m\", \"4h\", \"3d\" or \"2w\"")
      return nil
    }
    guard milliseconds >= parseDuration(minimum) ?? 0 else {
      fail(value, "\(key): must be at least \(minimum)")
      return nil
    }
    return milliseconds
  }
}

/// Sections of the other kind of file: taking one for the other is the most likely mistake, and no slip of the pen.
private let otherFile: [String: String] = {
  let apply = [
    "account", "pool", "submitter", "sequence", "suppression", "template", "snippet", "segment", "campaign",
  ]
  let daemon = [
    "server", "listener", "intake", "store", "relay", "poller", "workspace", "sequences", "campaigns", "oauth",
    "oauth_google",
    "oauth_microsoft", "dns", "discovery",
  ]
  return Dictionary(
    uniqueKeysWithValues: apply.map { ($0, "a file for `postern apply`") }
      + daemon.map { ($0, "the daemon's configuration, `postern serve -c`") })
}()

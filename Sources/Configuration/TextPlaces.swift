/// Where the texts of an apply file stand: whoever reads them later, as the daemon does with templates, knows only what they are
/// called, and a person wants file and line.
public struct TextPlaces: Sendable, Equatable {
  /// Where a text, or what it belongs to, begins.
  struct Place: Sendable, Equatable {
    var file: String
    var line: Int
    var column: Int
    /// Lines of the text are lines of the file, the first one included unless `isBelow`.
    var isBlock = false
    /// The text begins in the line below, as behind `\"""` and a line break.
    var isBelow = false
  }

  /// By what is said before a text's own line and column: `sequence hello: step intro (text)`.
  private var places: [String: Place] = [:]

  /// None.
  public init() {}

  mutating func note(_ name: String, _ place: Place) { places[name] = place }

  /// Puts another file's to these.
  public mutating func add(_ other: TextPlaces) { places.merge(other.places) { mine, _ in mine } }

  /// Complaints, one a line, each with file, line and column before it where it begins with the name of something that is known:
  /// `sequence hello: step intro (text):2:7: …` is the seventh octet of that text's second line.
  public func located(_ complaints: String) -> String {
    complaints.split(separator: "\n", omittingEmptySubsequences: false).map { located($0) }.joined(separator: "\n")
  }

  private func located(_ complaint: Substring) -> String {
    let known = places.filter { complaint.hasPrefix($0.key + ":") }.max { $0.key.utf8.count < $1.key.utf8.count }
    guard let (name, place) = known else { return String(complaint) }
    let rest = complaint.dropFirst(name.count + 1).split(separator: ":", maxSplits: 2)
    guard rest.count == 3, let line = Int(rest[0]), let column = Int(rest[1]) else {
      return "\(place.file):\(place.line):\(place.column): \(complaint)"
    }
    // In a text on one line of the file a line break is written as \\n, and which column that makes it nobody can count.
    guard place.isBlock || line == 1 else { return "\(place.file):\(place.line):\(place.column): \(complaint)" }
    let isFirst = line == 1 && !place.isBelow
    return
      "\(place.file):\(place.line + line - 1 + (place.isBelow ? 1 : 0)):\(isFirst ? place.column + column - 1 : column): "
      + complaint
  }
}

extension SectionReader {
  /// Notes where this section stands, under its own name.
  func notePlace(_ name: String) {
    guard let node else { return }
    reader.places.note(name, TextPlaces.Place(file: reader.file, line: node.line, column: node.column))
  }

  /// Notes where a text stands: the value of `key`, or the whole file that `key` with `_file` names.
  func notePlace(_ name: String, of key: String) {
    if let file = place("\(key)_file")?.text {
      reader.places.note(name, TextPlaces.Place(file: file, line: 1, column: 1, isBlock: true))
    } else if let value = place(key) {
      let opening = reader.opening(of: value)
      reader.places.note(
        name,
        TextPlaces.Place(
          file: reader.file, line: value.line, column: value.column + opening.marks, isBlock: opening.marks == 3,
          isBelow: opening.isBelow))
    }
  }
}

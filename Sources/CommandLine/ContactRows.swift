// The rows of an import file, one by one: CSV, or JSON Lines when the file begins with an object.
import Outreach

/// A row with the line it came from; encodes as one flat object.
struct ImportRow: Encodable {
  var line: Int
  var draft: ContactDraft
  /// Whether a row before it has the same address; said in a dry run only.
  var isAgain = false

  private enum Key: CodingKey { case line, again }

  func encode(to encoder: any Encoder) throws {
    try draft.encode(to: encoder)
    var members = encoder.container(keyedBy: Key.self)
    try members.encode(line, forKey: .line)
    if isAgain { try members.encode(true, forKey: .again) }
  }
}

/// What one request of an import carries.
struct ImportBatch: Encodable {
  var contacts: [ImportRow]
  var allowRoles: Bool

  enum CodingKeys: String, CodingKey {
    case contacts
    case allowRoles = "allow_roles"
  }
}

/// Rows of some kind of file.
protocol ContactRows {
  /// From 0 to 1.
  var progress: Double { get }
  /// The next row; nil at the end. After an error the next call goes on behind it.
  mutating func next() throws(CSVError) -> ImportRow?
}

/// Looks at a file's first byte: `{` begins JSON Lines, all else is CSV with a header row.
func contactRows(_ bytes: [UInt8], mapping: [String: String], charset: String? = nil) throws(ContactRefusal)
  -> any ContactRows
{
  let text = utf8Text(ofFile: bytes, charset: charset)
  let marks = text.lazy.filter { $0 > 0x20 }.prefix(2)
  if marks.first == UInt8(ascii: "{") { return JSONContactRows(text, mapping: mapping) }
  if marks.elementsEqual("[{".utf8) {
    throw ContactRefusal(description: "it is a JSON array; one object a line is wanted, as jq -c '.[]' writes it")
  }
  return try CSVContactRows(text, mapping: mapping)
}

private struct CSVContactRows: ContactRows {
  private var reader: CSVReader
  private let columns: ContactColumns

  init(_ bytes: [UInt8], mapping: [String: String]) throws(ContactRefusal) {
    reader = CSVReader(bytes)
    let header: CSVRow?
    do {
      header = try reader.next()
    } catch {
      throw ContactRefusal(description: "the header row cannot be read: \(error.what)")
    }
    guard let header else { throw ContactRefusal(description: "the file is empty") }
    columns = try ContactColumns(header: header.fields, mapping: mapping)
  }

  var progress: Double { reader.progress }

  mutating func next() throws(CSVError) -> ImportRow? {
    guard let row = try reader.next() else { return nil }
    guard row.fields.count <= columns.targets.count else {
      throw CSVError(
        line: row.line, what: "the row has \(row.fields.count) fields, the header \(columns.targets.count)")
    }
    return ImportRow(line: row.line, draft: columns.draft(row.fields))
  }
}

/// One object a line; its members are columns, and those of a member `fields` are custom fields.
private struct JSONContactRows: ContactRows {
  private let lines: [ArraySlice<UInt8>]
  private let mapping: [String: String]
  private var index = 0

  init(_ bytes: [UInt8], mapping: [String: String]) {
    lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    self.mapping = mapping
  }

  var progress: Double { lines.isEmpty ? 1 : Double(index) / Double(lines.count) }

  mutating func next() throws(CSVError) -> ImportRow? {
    while index < lines.count {
      let line = lines[index]
      index += 1
      if line.allSatisfy({ $0 <= 0x20 }) { continue }
      guard case .object(let members)? = JSONValue.read(line) else {
        throw CSVError(line: index, what: "the line is no JSON object")
      }
      return ImportRow(line: index, draft: try draft(members))
    }
    return nil
  }

  private func draft(_ members: [String: JSONValue]) throws(CSVError) -> ContactDraft {
    var flat = members
    flat["fields"] = nil
    // What `contact export --json` writes and no import takes.
    for name in ["id", "created_at", "changed_at"] { flat[name] = nil }
    if case .object(let fields)? = members["fields"] { flat.merge(fields) { own, _ in own } }
    let names = flat.keys.sorted()
    for name in names {
      if case .object? = flat[name] {
        throw CSVError(line: index, what: "\"\(name)\" is an object, and a field has one value")
      }
    }
    let present = Set(names.map { $0.lowercased() })
    do {
      let columns = try ContactColumns(header: names, mapping: mapping.filter { present.contains($0.key.lowercased()) })
      return columns.draft(names.map { flat[$0]?.plain ?? "" })
    } catch {
      throw CSVError(line: index, what: error.description)
    }
  }
}

/// Which of an account's folders are Sent, All, Junk and so on: as the server says (RFC 6154), else by the name.
///
/// An attribute beats every name: where one folder carries `\Sent`, another that is only called "Sent" is somebody's own.
public struct SpecialFolders: Equatable, Sendable {
  private var folders: [SpecialUse: [String]] = [:]

  /// The folders of a `LIST "" *`, in any order.
  public init(_ entries: [ListEntry]) {
    var named: [(use: SpecialUse, rank: Int, name: String)] = []
    for entry in entries where entry.isSelectable {
      for use in entry.specialUses { folders[use, default: []].append(entry.name) }
      if entry.specialUses.isEmpty, let known = Self.known(entry) {
        named.append((known.use, known.rank, entry.name))
      }
    }
    let marked = Set(folders.keys)
    // The order of the names decides between "Sent" and "Sent Items", and the name itself between equals: the same each time.
    for folder in named.sorted(by: { ($0.rank, $0.name) < ($1.rank, $1.name) }) where !marked.contains(folder.use) {
      folders[folder.use, default: []].append(folder.name)
    }
  }

  /// The folders of a use, the likeliest first; names decoded, as EXAMINE takes them here.
  public subscript(_ use: SpecialUse) -> [String] { folders[use] ?? [] }

  /// Where a copy of what the account sent may lie: Sent, and All, which Gmail files a mail in whatever its labels.
  public var copiesOfSent: [String] {
    var seen: Set<String> = []
    return (self[.sent] + self[.all]).filter { seen.insert($0).inserted }
  }

  /// Folders that hold others and are nobody's own: the personal namespace of Courier and Cyrus, Gmail's two prefixes (the
  /// second in Germany and once in Britain), and iPhone-made ones.
  private static let parents: Set<String> = ["inbox", "[gmail]", "[google mail]", "[imap]"]

  private static func known(_ entry: ListEntry) -> (use: SpecialUse, rank: Int)? {
    var path = [entry.name]
    if let delimiter = entry.delimiter, !delimiter.isEmpty {
      path = entry.name.split(separator: delimiter, omittingEmptySubsequences: false).map(String.init)
    }
    guard let leaf = path.last, path.count <= 2 else { return nil }
    if path.count == 2, !parents.contains(path[0].lowercased()) { return nil }
    guard let known = byName[folded(leaf)] else { return nil }
    // "All" is too plain a word for a folder of somebody's own; only Gmail's has these names.
    if known.use == .all, path.count < 2 || !path[0].hasPrefix("[") { return nil }
    return known
  }

  private static func folded(_ name: String) -> String {
    name.split(whereSeparator: \.isWhitespace).joined(separator: " ").lowercased()
  }

  private static let byName: [String: (use: SpecialUse, rank: Int)] = {
    var result: [String: (use: SpecialUse, rank: Int)] = [:]
    for (rank, row) in SpecialFolderNames.rows.enumerated() {
      for name in row.names where result[folded(name)] == nil { result[folded(name)] = (row.use, rank) }
    }
    return result
  }()
}

extension ListEntry {
  /// Everything the mailbox is for: one folder may carry several uses (RFC 6154 section 2).
  public var specialUses: [SpecialUse] { attributes.compactMap { SpecialUse(rawValue: $0.lowercased()) } }
}

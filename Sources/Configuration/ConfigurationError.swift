/// One thing that is wrong in a configuration or provision file, and where.
public struct ConfigurationError: Error, Sendable, Equatable, Codable, CustomStringConvertible {
  /// The file's name as it was given.
  public var file: String
  /// Line, from 1.
  public var line: Int
  /// Column in characters, from 1.
  public var column: Int
  /// What is wrong, in one sentence without a full stop.
  public var what: String
  /// The valid name nearest to an unknown one.
  public var nearest: String?

  /// An error at a place of a file.
  public init(file: String, line: Int, column: Int, what: String, nearest: String? = nil) {
    self.file = file
    self.line = line
    self.column = column
    self.what = what
    self.nearest = nearest
  }

  /// `conf/postern.toml:12:3: unknown key "hostnme" in [server]; did you mean "hostname"?`
  public var description: String {
    "\(file):\(line):\(column): \(what)" + (nearest.map { "; did you mean \"\($0)\"?" } ?? "")
  }
}

/// Everything that is wrong with one file, in the order of its lines.
public struct ConfigurationErrors: Error, Sendable, Equatable, CustomStringConvertible {
  /// Never empty.
  public var errors: [ConfigurationError]

  /// Errors of one file.
  public init(_ errors: [ConfigurationError]) {
    self.errors = errors
  }

  /// One line for each error.
  public var description: String { errors.map(\.description).joined(separator: "\n") }
}

/// The name of `candidates` that a person most likely meant by `name`: nil when none is near.
public func nearestName(to name: String, in candidates: some Sequence<String>) -> String? {
  let typed = Array(name.lowercased().utf8.prefix(64))
  // Up to a third of the letters may be wrong, of four or more at least two; of a short word another one is easily made.
  let tolerance = typed.count < 4 ? 1 : max(2, typed.count / 3)
  var best: (name: String, distance: Int)?
  for candidate in candidates {
    let distance = editDistance(typed, Array(candidate.lowercased().utf8.prefix(64)))
    if distance <= tolerance, distance < candidate.utf8.count, distance < best?.distance ?? .max {
      best = (candidate, distance)
    }
  }
  // "warn" for "warning", "host" for "hostname": the beginning of exactly one name, unless a single slip explains it.
  guard typed.count > 2, best.map({ $0.distance > 1 }) ?? true else { return best?.name }
  let begun = candidates.filter { $0.lowercased().utf8.starts(with: typed) }
  return begun.count == 1 ? begun.first : best?.name
}

/// Optimal string alignment: insertions, deletions, substitutions and swaps of two neighbours cost one each.
func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
  guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
  var beforeLast: [Int] = []
  var last = Array(0...b.count)
  for i in 1...a.count {
    var row = [i]
    for j in 1...b.count {
      var cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
      if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { cost = min(cost, beforeLast[j - 2] + 1) }
      row.append(cost)
    }
    beforeLast = last
    last = row
  }
  return last[b.count]
}

/// Filters with a name: `segment = NAME` stands for one of them.
extension ContactFilter {
  /// Segments may name others this deep; a filter with deeper ones holds for nobody.
  public static let deepestSegments = 8

  /// The names of segments it asks for itself.
  public var segments: Set<String> {
    func names(_ node: Node) -> Set<String> {
      switch node {
      case .compare("segment", _, let name): [name.lowercased()]
      case .has, .compare: []
      case .not(let inner): names(inner)
      case .all(let parts), .any(let parts): parts.reduce(into: []) { $0.formUnion(names($1)) }
      }
    }
    return names(root)
  }

  /// The same filter with what each segment stands for in its place. One that names a segment that `lookup` does not know holds for
  /// nobody as a whole: of `not segment = spared` nobody may become everybody when that is removed.
  public func replacingSegments<Failure: Error>(_ lookup: (String) throws(Failure) -> ContactFilter?) throws(Failure)
    -> ContactFilter
  {
    ContactFilter(text: text, root: try Self.replaced(root, depth: 0, lookup) ?? .any([]))
  }

  /// Nil when a segment in it is not known, or they name each other too deep.
  private static func replaced<Failure: Error>(
    _ node: Node, depth: Int, _ lookup: (String) throws(Failure) -> ContactFilter?
  ) throws(Failure) -> Node? {
    func all(_ parts: [Node]) throws(Failure) -> [Node]? {
      var found: [Node] = []
      for part in parts {
        guard let part = try replaced(part, depth: depth, lookup) else { return nil }
        found.append(part)
      }
      return found
    }
    switch node {
    case .has("segment"): return nil
    case .compare("segment", let comparison, let name):
      guard depth < deepestSegments, let filter = try lookup(name.lowercased()),
        let meant = try replaced(filter.root, depth: depth + 1, lookup)
      else { return nil }
      switch comparison {
      case .equal: return meant
      case .unequal: return .not(meant)
      default: return nil
      }
    case .has, .compare: return node
    case .not(let inner): return try replaced(inner, depth: depth, lookup).map { .not($0) }
    case .all(let parts): return try all(parts).map { .all($0) }
    case .any(let parts): return try all(parts).map { .any($0) }
    }
  }
}

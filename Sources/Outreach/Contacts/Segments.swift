/// Filters with a name: `segment = NAME` stands for one of them.
extension ContactFilter {
  /// Segments may name others this deep; deeper ones hold for nobody.
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

  /// The same filter with what each segment stands for in its place; one that `lookup` does not know holds for nobody.
  public func replacingSegments<Failure: Error>(_ lookup: (String) throws(Failure) -> ContactFilter?) throws(Failure)
    -> ContactFilter
  {
    ContactFilter(text: text, root: try Self.replaced(root, depth: 0, lookup))
  }

  private static func replaced<Failure: Error>(
    _ node: Node, depth: Int, _ lookup: (String) throws(Failure) -> ContactFilter?
  ) throws(Failure) -> Node {
    switch node {
    case .has("segment"): return .any([])
    case .compare("segment", let comparison, let name):
      let found = depth < deepestSegments ? try lookup(name.lowercased()) : nil
      let meant = try found.map { filter throws(Failure) in try replaced(filter.root, depth: depth + 1, lookup) }
      switch comparison {
      case .equal: return meant ?? .any([])
      case .unequal: return .not(meant ?? .any([]))
      default: return .any([])
      }
    case .has, .compare: return node
    case .not(let inner): return .not(try replaced(inner, depth: depth, lookup))
    case .all(let parts):
      return .all(try parts.map { part throws(Failure) in try replaced(part, depth: depth, lookup) })
    case .any(let parts):
      return .any(try parts.map { part throws(Failure) in try replaced(part, depth: depth, lookup) })
    }
  }
}

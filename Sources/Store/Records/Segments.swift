public import Configuration
public import Outreach

/// A filter with a name.
public struct SegmentRecord: Sendable, Equatable {
  /// The row.
  public var id: Int64
  /// In lower case.
  public var name: String
  /// The filter as it was written.
  public var filter: String
  /// When it was made.
  public var createdAt: Int64
  /// When its filter last changed.
  public var changedAt: Int64
}

extension Reader {
  /// A workspace's segments, by name.
  public func segments(workspaceID: Int64) throws(StoreError) -> [SegmentRecord] {
    try segments(where: "workspace_id = ? ORDER BY name", [.integer(workspaceID)])
  }

  /// The segment of a name.
  public func segment(named name: String, workspaceID: Int64) throws(StoreError) -> SegmentRecord? {
    try segments(where: "workspace_id = ? AND name = ?", [.integer(workspaceID), .text(name.lowercased())]).first
  }

  /// A filter with the segments it names in their places.
  func resolved(_ filter: ContactFilter, workspaceID: Int64) throws(StoreError) -> ContactFilter {
    guard !filter.segments.isEmpty else { return filter }
    return try filter.replacingSegments { name throws(StoreError) in
      try segment(named: name, workspaceID: workspaceID).flatMap { try? ContactFilter($0.filter) }
    }
  }

  /// Of a segment that a filter names and that is not there, a sentence with the nearest name; nil when all are.
  public func lackingSegment(of filter: ContactFilter, workspaceID: Int64) throws(StoreError) -> String? {
    for name in filter.segments.sorted() where try segment(named: name, workspaceID: workspaceID) == nil {
      let near = nearestName(to: name, in: try segments(workspaceID: workspaceID).map(\.name))
      return "there is no segment \"\(name)\"" + (near.map { "; did you mean \"\($0)\"?" } ?? "")
    }
    return nil
  }

  private func segments(where condition: String, _ values: [SQLValue]) throws(StoreError) -> [SegmentRecord] {
    try connection.rows("SELECT id, name, filter, created_at, changed_at FROM segment WHERE \(condition)", values) {
      row in
      SegmentRecord(
        id: row.integer(0), name: row.text(1), filter: row.text(2), createdAt: row.integer(3),
        changedAt: row.integer(4))
    }
  }
}

extension Transaction {
  /// Makes a segment, or gives one another filter. Throws `.rejected` for one that names a segment that is not there, or itself.
  public func putSegment(_ name: String, _ filter: ContactFilter, workspaceID: Int64, now: Int64) throws(StoreError) {
    let name = name.lowercased()
    var open = filter.segments
    var seen: Set<String> = []
    while let next = open.subtracting(seen).min() {
      seen.insert(next)
      if next == name { throw .rejected("segment \"\(name)\" would name itself") }
      guard let known = try segment(named: next, workspaceID: workspaceID) else {
        throw .rejected("there is no segment \"\(next)\"" + (try hint(.segment, near: next, workspaceID: workspaceID)))
      }
      if let inner = try? ContactFilter(known.filter) { open.formUnion(inner.segments) }
    }
    try run(
      """
      INSERT INTO segment (workspace_id, name, filter, created_at, changed_at) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (workspace_id, name) DO UPDATE SET filter = excluded.filter, changed_at = excluded.changed_at
      """,
      [.integer(workspaceID), .text(name), .text(filter.text), .integer(now), .integer(now)])
  }

  /// Makes segments be as entries say, in whatever order they name each other; the error begins with `segment NAME:`.
  public func putSegments(_ entries: [SegmentEntry], now: Int64) throws(StoreError) {
    var waiting: [(entry: SegmentEntry, filter: ContactFilter, workspace: Int64)] = []
    for entry in entries {
      do throws(FilterError) {
        waiting.append((entry, try ContactFilter(entry.filter), 0))
      } catch {
        throw .rejected("segment \(entry.name): filter:1:\(error.column): \(error.what)")
      }
      waiting[waiting.count - 1].workspace = try workspace(named: entry.workspace).id
    }
    while !waiting.isEmpty {
      func needed(by place: Int) -> Int? {
        waiting.firstIndex { other in
          other.workspace == waiting[place].workspace
            && waiting[place].filter.segments.contains(other.entry.name.lowercased())
        }
      }
      guard let free = waiting.indices.first(where: { needed(by: $0) == nil }) else {
        // Each needs another: whoever follows them comes into a ring.
        let last = waiting.indices.reduce(0) { place, _ in needed(by: place) ?? place }
        throw .rejected("segment \(waiting[last].entry.name): filter: it would name itself")
      }
      let (entry, filter, workspace) = waiting.remove(at: free)
      do throws(StoreError) {
        try putSegment(entry.name, filter, workspaceID: workspace, now: now)
      } catch {
        guard case .rejected(let reason) = error else { throw error }
        throw .rejected("segment \(entry.name): filter: \(reason)")
      }
    }
  }

  /// Removes a segment; filters that name it hold for nobody then. False when there was none.
  public func removeSegment(named name: String, workspaceID: Int64) throws(StoreError) -> Bool {
    try run(
      "DELETE FROM segment WHERE workspace_id = ? AND name = ?", [.integer(workspaceID), .text(name.lowercased())]) > 0
  }
}

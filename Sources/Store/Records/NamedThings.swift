internal import Configuration

/// What an operator calls by a name of their own.
public enum NamedThing: String, Sendable, CaseIterable {
  case account, pool, submitter, sequence, campaign, segment, template, snippet

  /// Its table, the column of the name, and which rows are of the kind.
  fileprivate var source: (table: String, name: String, condition: String) {
    switch self {
    case .account: ("account", "address", "workspace_id = ? AND removed_at IS NULL")
    case .submitter: ("submitter", "name", "workspace_id = ?")
    case .segment: ("segment", "name", "workspace_id = ?")
    case .template, .snippet: ("template", "key", "workspace_id = ? AND kind = '\(rawValue)'")
    case .pool, .sequence, .campaign: (rawValue, "key", "workspace_id = ?")
    }
  }
}

extension Reader {
  /// `; did you mean "welcome"?`: the nearest that there is, behind what there is not; empty when none is near.
  public func hint(_ kind: NamedThing, near name: String, workspaceID: Int64) throws(StoreError) -> String {
    let (table, column, condition) = kind.source
    let names = try connection.rows(
      "SELECT \(column) FROM \(table) WHERE \(condition)", [.integer(workspaceID)]
    ) { row in row.text(0) }
    return nearestName(to: name, in: names).map { "; did you mean \"\($0)\"?" } ?? ""
  }
}

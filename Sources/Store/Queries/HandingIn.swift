extension Transaction {
  /// What became of the mail that was handed in under this name; nil when none was.
  func handedIn(_ name: String) throws(StoreError) -> SubmissionResult? {
    let found = try first("SELECT message_id FROM hand_in WHERE name = ?", [.text(name)]) { row in row.integerOrNil(0) }
    guard let found else { return nil }
    return found.map { .repeated(firstID: $0) } ?? .cancelled(count: 0)
  }

  /// Remembers the name with its mail; a refused mail may be handed in again.
  func remember(_ name: String, _ result: SubmissionResult, now: Int64) throws(StoreError) {
    let first: Int64?
    switch result {
    case .refused: return
    case .queued(let ids): first = ids.first
    case .repeated(let id): first = id
    case .cancelled: first = nil
    }
    try run(
      "INSERT INTO hand_in (name, message_id, taken_at) VALUES (?, ?, ?)",
      [.text(name), SQLValue(first), .integer(now)])
  }

  /// Forgets up to `limit` names of mails that came before, but for those that may still lie in the spool folder; says how many.
  public func forgetHandIns(before: Int64, except names: [String], limit: Int) throws(StoreError) -> Int {
    let old = try connection.rows(
      "SELECT name FROM hand_in WHERE taken_at < ? ORDER BY taken_at LIMIT ?",
      [.integer(before), .integer(Int64(limit + names.count))]
    ) { $0.text(0) }
    let kept = Set(names)
    let forgotten = old.filter { !kept.contains($0) }.prefix(limit)
    for name in forgotten { try run("DELETE FROM hand_in WHERE name = ?", [.text(name)]) }
    return forgotten.count
  }
}

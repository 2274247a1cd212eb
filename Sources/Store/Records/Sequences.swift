public import Configuration
public import Outreach

/// A plan of mails, and how it is going.
public struct SequenceRecord: Sendable, Equatable {
  /// The row.
  public var id: Int64
  /// Whose it is.
  public var workspaceID: Int64
  /// What `X-Postern-Sequence` says.
  public var key: String
  /// How it stands.
  public var state: SequenceState
  /// Its policy and steps; nils in it mean the configuration's `[sequences]`.
  public var entry: SequenceEntry
  /// When it was first heard of.
  public var createdAt: Int64
  /// Of its definition, from 1; 0: its steps come by headers.
  public var version: Int64

  /// Whether its steps are its own.
  public var isNative: Bool { version > 0 }
}

/// A definition that a sequence has or had.
public struct SequenceVersion: Sendable, Equatable {
  /// From 1.
  public var number: Int64
  /// The definition.
  public var entry: SequenceEntry
  /// Since when.
  public var at: Int64
}

extension Reader {
  /// All sequences, by key.
  public func sequences() throws(StoreError) -> [SequenceRecord] { try sequences(where: "1 = 1", []) }

  /// The sequence of a key.
  public func sequence(keyed key: String, workspaceID: Int64) throws(StoreError) -> SequenceRecord? {
    try sequences(where: "workspace_id = ? AND key = ?", [.integer(workspaceID), .text(key)]).first
  }

  /// One sequence.
  public func sequence(_ id: Int64) throws(StoreError) -> SequenceRecord? {
    try sequences(where: "id = ?", [.integer(id)]).first
  }

  private func sequences(where condition: String, _ values: [SQLValue]) throws(StoreError) -> [SequenceRecord] {
    try connection.rows(
      "SELECT id, workspace_id, key, state, entry, created_at, version FROM sequence WHERE \(condition) ORDER BY key",
      values
    ) { row throws(StoreError) in
      guard let state = SequenceState(rawValue: row.text(3)) else {
        throw .statement("sequence \(row.text(2)) has the unknown state \(row.text(3))")
      }
      return SequenceRecord(
        id: row.integer(0), workspaceID: row.integer(1), key: row.text(2), state: state,
        entry: try decode(SequenceEntry.self, row.text(4)), createdAt: row.integer(5), version: row.integer(6))
    }
  }

  /// The definitions of a sequence, the newest first.
  public func versions(ofSequence id: Int64) throws(StoreError) -> [SequenceVersion] {
    try connection.rows(
      "SELECT number, entry, at FROM sequence_version WHERE sequence_id = ? ORDER BY number DESC", [.integer(id)]
    ) { row throws(StoreError) in
      SequenceVersion(
        number: row.integer(0), entry: try JSONText.decode(SequenceEntry.self, row.text(1)), at: row.integer(2))
    }
  }

  fileprivate func hasEnrollments(_ sequence: Int64) throws(StoreError) -> Bool {
    try first("SELECT 1 FROM enrollment WHERE sequence_id = ? LIMIT 1", [.integer(sequence)]) { _ in true } ?? false
  }

  /// Whether somebody who is in a sequence has got the mail of a step.
  fileprivate func hasGone(_ step: String, of sequence: Int64) throws(StoreError) -> Bool {
    try first(
      """
      SELECT 1 FROM message m JOIN enrollment e ON e.id = m.enrollment_id WHERE e.sequence_id = ? AND m.step_id = ?
        AND m.state IN ('sending', 'sent', 'bounced', 'unknown') AND e.state IN ('active', 'paused') LIMIT 1
      """, [.integer(sequence), .text(step)]
    ) { _ in true } ?? false
  }

  /// What a sequence is before it is written anew; one that cannot be read can still be written.
  fileprivate func stored(_ key: String, workspaceID: Int64) throws(StoreError) -> StoredSequence? {
    try first(
      "SELECT id, state, version, entry FROM sequence WHERE workspace_id = ? AND key = ?",
      [.integer(workspaceID), .text(key)]
    ) { row in
      StoredSequence(
        id: row.integer(0), state: SequenceState(rawValue: row.text(1)) ?? .paused, version: row.integer(2),
        entry: try? JSONText.decode(SequenceEntry.self, row.text(3)))
    }
  }

  /// What is wrong with a definition; nil: nothing.
  fileprivate func complaint(about entry: SequenceEntry, workspaceID: Int64) throws(StoreError) -> String? {
    if let found = entry.complaints.first {
      return "step \(entry.steps[found.step].id): \(found.key): \(found.what)"
    }
    if let key = entry.pool, try pool(named: key, workspaceID: workspaceID) == nil { return "there is no pool \(key)" }
    for step in entry.steps {
      for (place, filter) in [("filter", step.filter)] + step.branches.map({ ("branch: filter", $0.filter) }) {
        guard let filter else { continue }
        let read: ContactFilter
        do throws(FilterError) {
          read = try ContactFilter(filter)
        } catch {
          return "step \(step.id): \(place) \(error)"
        }
        if let lack = try lackingSegment(of: read, workspaceID: workspaceID) {
          return "step \(step.id): \(place): \(lack)"
        }
      }
      guard step.kind == .email else {
        for case .failure(let error) in step.taskTemplates { return error.description }
        continue
      }
      for variant in step.variants.isEmpty ? [nil] : step.variants.map({ Optional($0.id) }) {
        switch try texts(of: step, variant: variant, in: entry.key, workspaceID: workspaceID) {
        case .success: break
        case .failure(let error): return error.description
        }
      }
    }
    return nil
  }
}

private struct StoredSequence {
  var id: Int64
  var state: SequenceState
  var version: Int64
  /// Nil: it cannot be read.
  var entry: SequenceEntry?
}

extension Transaction {
  /// Makes a sequence be as `entry` says. One with its own steps begins as a draft; when they change while it runs, what
  /// has not gone of its enrollments is planned anew.
  public func putSequence(_ entry: SequenceEntry, now: Int64) throws(StoreError) {
    let workspace = try workspace(named: entry.workspace)
    if let complaint = try complaint(about: entry, workspaceID: workspace.id) {
      throw .rejected("sequence \(entry.key): \(complaint)")
    }
    if let known = try stored(entry.key, workspaceID: workspace.id), (known.version > 0) != entry.isNative,
      try hasEnrollments(known.id)
    {
      throw .rejected(
        known.version > 0
          ? "sequence \(entry.key) has its own steps and contacts in it: they cannot come by headers from now on"
          : "the steps of sequence \(entry.key) come by headers, and contacts are in it: give its own steps another key"
      )
    }
    if let known = try stored(entry.key, workspaceID: workspace.id), let before = known.entry,
      let (was, now) = entry.renamedStep(since: before), try hasGone(was, of: known.id)
    {
      throw .rejected(
        "sequence \(entry.key): step \(now): it says what step \(was) said, and who has got that would get it again; write "
          + "id = \"\(was)\" into it, and an id of its own into each step that is new")
    }
    try write(entry, workspaceID: workspace.id, now: now)
    try unpark(workspaceID: workspace.id)
  }

  private func write(_ entry: SequenceEntry, workspaceID: Int64, now: Int64) throws(StoreError) {
    let known = try stored(entry.key, workspaceID: workspaceID)
    // Another policy beside the same steps is no new plan.
    let isNewPlan = entry.isNative && (known?.entry?.steps != entry.steps || known?.entry?.pool != entry.pool)
    let version = !entry.isNative ? 0 : (known?.version ?? 0) + (isNewPlan ? 1 : 0)
    let isNewNative = entry.isNative && (known?.version ?? 0) == 0
    let state = isNewNative ? SequenceState.draft : known?.state ?? .active
    try run(
      """
      INSERT INTO sequence (workspace_id, key, state, entry, created_at, version) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (workspace_id, key) DO UPDATE SET state = excluded.state, entry = excluded.entry,
        version = excluded.version
      """,
      [
        .integer(workspaceID), .text(entry.key), .text(state.rawValue), .text(try JSONText.encode(entry)),
        .integer(now), .integer(version),
      ])
    var detail = [("sequence", entry.key)]
    if version > 0 { detail.append(("version", "\(version)")) }
    try append(.sequenceChanged, at: now, workspaceID: workspaceID, detail: detail)
    guard isNewPlan || known?.entry == nil, let made = try sequence(keyed: entry.key, workspaceID: workspaceID) else {
      return
    }
    if isNewPlan { try keepVersion(of: made, before: known?.entry, now: now) }
    try run(
      "UPDATE enrollment SET replan = 1 WHERE sequence_id = ? AND state IN ('active', 'paused')", [.integer(made.id)])
    touch(.enrollments)
  }

  private func keepVersion(of made: SequenceRecord, before: SequenceEntry?, now: Int64) throws(StoreError) {
    try run(
      "INSERT OR REPLACE INTO sequence_version (sequence_id, number, entry, at) VALUES (?, ?, ?, ?)",
      [.integer(made.id), .integer(made.version), .text(try JSONText.encode(made.entry)), .integer(now)])
    try beginExperiments(of: made, before: before)
  }

  /// The sequence of a key; a key heard of for the first time makes one with the configuration's policy.
  func sequence(making key: String, workspaceID: Int64, now: Int64) throws(StoreError) -> SequenceRecord {
    if let known = try sequence(keyed: key, workspaceID: workspaceID) { return known }
    // Nothing can have been parked because of a sequence that was not there.
    try write(
      SequenceEntry(key: key, workspace: try workspace(workspaceID).key), workspaceID: workspaceID, now: now)
    guard let made = try sequence(keyed: key, workspaceID: workspaceID) else {
      throw .statement("sequence \(key) vanished")
    }
    return made
  }
}

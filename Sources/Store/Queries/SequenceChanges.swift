internal import Configuration
public import Outreach

// What a person does to a sequence as a whole.
extension Transaction {
  /// Lets a sequence go, holds it, or lets it end; the error says why it can't be.
  public func setState(ofSequence id: Int64, to state: SequenceState, now: Int64) throws(StoreError) {
    guard let sequence = try sequence(id) else { throw .rejected("there is no sequence \(id)") }
    guard sequence.state != state else { throw .rejected("sequence \(sequence.key) is \(state.rawValue) already") }
    if sequence.state == .draft, state != .active {
      throw .rejected("sequence \(sequence.key) is a draft: activate it first")
    }
    if state == .active, let lack = try firstRefusal(of: sequence, now: now) {
      throw .rejected("sequence \(sequence.key) may not go: \(lack); `sequence check \(sequence.key)` says all")
    }
    try run("UPDATE sequence SET state = ? WHERE id = ?", [.text(state.rawValue), .integer(id)])
    try append(
      .sequenceState, at: now, workspaceID: sequence.workspaceID,
      detail: [("sequence", sequence.key), ("state", state.rawValue), ("was", sequence.state.rawValue)])
    if sequence.state == .draft {
      // Who was enrolled before begins with it.
      try run(
        "UPDATE enrollment SET started_at = ? WHERE sequence_id = ? AND state = 'active'",
        [
          .integer(now), .integer(id),
        ])
    }
    // Times come from the plan, and tasks that came due meanwhile are planned again.
    if state.isRunning, sequence.isNative {
      try run("UPDATE enrollment SET replan = 1 WHERE sequence_id = ? AND state = 'active'", [.integer(id)])
      touch(.enrollments)
    }
    try unpark(workspaceID: sequence.workspaceID)
  }

  private func firstRefusal(of sequence: SequenceRecord, now: Int64) throws(StoreError) -> String? {
    // What came by headers cannot be mended here: each mail is looked at by itself when it is to leave.
    guard sequence.isNative else { return nil }
    for mail in try complianceFindings(of: sequence, now: now) {
      guard let refusal = mail.findings.first(where: \.isRefusal) else { continue }
      return "step \(mail.step)" + (mail.variant.map { ", variant \($0)" } ?? "") + ": \(refusal.text)"
    }
    return nil
  }

  /// Makes a draft with another key that says the same.
  public func duplicateSequence(_ id: Int64, as key: String, now: Int64) throws(StoreError) {
    guard let sequence = try sequence(id) else { throw .rejected("there is no sequence \(id)") }
    guard sequence.isNative else {
      throw .rejected("the steps of sequence \(sequence.key) come by headers: there is nothing to duplicate")
    }
    guard try self.sequence(keyed: key, workspaceID: sequence.workspaceID) == nil else {
      throw .rejected("there is a sequence \(key) already")
    }
    var entry = sequence.entry
    entry.key = key
    entry.name = sequence.entry.name.map { "\($0) (copy)" }
    try putSequence(entry, now: now)
  }

  /// Removes a sequence that nobody was ever in.
  public func removeSequence(_ id: Int64, now: Int64) throws(StoreError) {
    guard let sequence = try sequence(id) else { throw .rejected("there is no sequence \(id)") }
    let count =
      try first("SELECT COUNT(*) FROM enrollment WHERE sequence_id = ?", [.integer(id)]) { $0.integer(0) } ?? 0
    guard count == 0 else {
      throw .rejected(
        "\(count) contacts are or were in sequence \(sequence.key), and their history names it: "
          + "`sequence complete` lets it end")
    }
    try run("DELETE FROM sequence WHERE id = ?", [.integer(id)])
    try append(.sequenceRemoved, at: now, workspaceID: sequence.workspaceID, detail: [("sequence", sequence.key)])
  }
}

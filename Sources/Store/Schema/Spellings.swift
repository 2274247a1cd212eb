internal import MailText
internal import Outreach

// Step "one spelling": until it, who was written with `bücher.example` once and with `xn--bcher-kva.example` once was two people.
extension Transaction {
  /// Brings contacts, suppressions and messages under the key of their address. Contacts that turn out to be one person are merged:
  /// nothing of them is lost, and nobody is in a sequence twice.
  func bringToOneSpelling(now: Int64) throws(StoreError) {
    // All that is ASCII stands under its key already.
    let isOther = "GLOB '*[^ -~]*'"
    let recipients = try connection.rows("SELECT id, recipient FROM message WHERE recipient \(isOther)", []) { row in
      (id: row.integer(0), address: row.text(1))
    }
    for message in recipients {
      try run(
        "UPDATE message SET person = ? WHERE id = ?", message.address.person + [.integer(message.id)])
    }
    let entries = try connection.rows(
      "SELECT id, workspace_id, value FROM suppression WHERE value \(isOther) ORDER BY id", []
    ) { row in (id: row.integer(0), workspace: row.integer(1), value: row.text(2)) }
    for entry in entries { try bringToKey(entry: entry.id, entry.value, workspaceID: entry.workspace) }
    let contacts = try connection.rows(
      "SELECT id, workspace_id, address FROM contact WHERE address \(isOther) AND erased_at IS NULL ORDER BY id", []
    ) { row in (id: row.integer(0), workspace: row.integer(1), address: row.text(2)) }
    for contact in contacts {
      try bringToKey(contact: contact.id, contact.address, workspaceID: contact.workspace, now: now)
    }
  }

  /// Of two entries for the same the older stays: its reason was the first.
  private func bringToKey(entry id: Int64, _ value: String, workspaceID: Int64) throws(StoreError) {
    let twin = try first(
      "SELECT id FROM suppression WHERE workspace_id = ? AND value = ? AND id <> ?",
      [.integer(workspaceID)] + value.person + [.integer(id)]
    ) { row in row.integer(0) }
    if let twin {
      try run("DELETE FROM suppression WHERE id = ?", [.integer(max(twin, id))])
      guard id < twin else { return }
    }
    try run("UPDATE suppression SET value = ?, written = ? WHERE id = ?", value.keyAndWritten + [.integer(id)])
  }

  private func bringToKey(contact id: Int64, _ address: String, workspaceID: Int64, now: Int64) throws(StoreError) {
    let twin = try first(
      "SELECT id FROM contact WHERE workspace_id = ? AND address = ? AND id <> ? AND erased_at IS NULL",
      [.integer(workspaceID)] + address.person + [.integer(id)]
    ) { row in row.integer(0) }
    if let twin { try merge(max(twin, id), into: min(twin, id), workspaceID: workspaceID, now: now) }
    guard twin.map({ id < $0 }) ?? true else { return }
    try run("UPDATE contact SET address = ?, written = ? WHERE id = ?", address.keyAndWritten + [.integer(id)])
  }

  // MARK: - Merging

  /// Makes one contact of two. Of `gone` a row stays only where both were in a sequence: one enrollment goes on or stays ended,
  /// the other stays as it went, under the row that was merged.
  private func merge(_ gone: Int64, into kept: Int64, workspaceID: Int64, now: Int64) throws(StoreError) {
    guard let old = try contact(kept), let other = try contact(gone) else { return }
    // The address is free for the other before anything asks for it.
    try run(
      "UPDATE contact SET address = ?, written = NULL WHERE id = ?",
      [.text("merged-\(gone)@merged.invalid"), .integer(gone)])
    let isOlder = max(other.createdAt, other.changedAt) < max(old.createdAt, old.changedAt)
    var facts = isOlder ? other.facts.adding(old.facts) : old.facts.adding(other.facts)
    facts.address = old.facts.address
    try replaceFacts(of: kept, with: facts, now: now)
    try run(
      "UPDATE contact SET created_at = ? WHERE id = ?", [.integer(min(old.createdAt, other.createdAt)), .integer(kept)])
    for enrollment in try enrollments(where: "e.contact_id = ?", [.integer(gone)], limit: 1000) {
      let rival = try enrollments(
        where: "e.contact_id = ? AND e.sequence_id = ?", [.integer(kept), .integer(enrollment.sequenceID)], limit: 1
      ).first
      if let rival {
        try keepOne(rival, enrollment, gone: gone, kept: kept, workspaceID: workspaceID, now: now)
      } else {
        try assign(enrollment.id, to: kept)
      }
    }
    // A campaign that contacted both keeps the word of both.
    try run(
      "UPDATE OR IGNORE campaign_contact SET contact_id = ? WHERE contact_id = ?", [.integer(kept), .integer(gone)])
    try run(
      """
      UPDATE contact SET written = ?, merged_into = ?, erased_at = ?, first_name = NULL, last_name = NULL, company = NULL,
        zone = NULL, consent = NULL, fields = '{}', tags = '[]' WHERE id = ?
      """, [.text(old.facts.address), .integer(kept), .integer(now), .integer(gone)])
  }

  /// Which of two enrollments in one sequence is the person's: one that has ended, above all one that was stopped, because who has
  /// asked out under one spelling has asked out; then one that is held; then the one that has come further. The other is stopped.
  private func keepOne(
    _ one: EnrollmentRecord, _ other: EnrollmentRecord, gone: Int64, kept: Int64, workspaceID: Int64, now: Int64
  ) throws(StoreError) {
    let ranked = try [one, other].map { enrollment throws(StoreError) in
      let sent = try steps(ofEnrollment: enrollment.id).count { $0.sentAt != nil }
      return (enrollment: enrollment, rank: [enrollment.state.finality, -sent, Int(enrollment.id)])
    }.sorted { $0.rank.lexicographicallyPrecedes($1.rank) }
    let (winner, loser) = (ranked[0].enrollment, ranked[1].enrollment)
    if winner.contactID != kept {
      // One contact cannot have both for a moment either.
      try connection.script("PRAGMA defer_foreign_keys = ON")
      try assign(loser.id, to: -loser.id)
      try assign(winner.id, to: kept)
      try assign(loser.id, to: gone)
    }
    guard loser.state == .active || loser.state == .paused else { return }
    try stop(loser, reason: winner.stopReason ?? .manual, workspaceID: workspaceID, now: now)
  }

  private func assign(_ enrollment: Int64, to contact: Int64) throws(StoreError) {
    try run("UPDATE enrollment SET contact_id = ? WHERE id = ?", [.integer(contact), .integer(enrollment)])
  }
}

extension EnrollmentState {
  /// The less, the more it binds the person's other enrollment in the same sequence.
  fileprivate var finality: Int {
    switch self {
    case .stopped: 0
    case .failed, .completed: 1
    case .paused: 2
    case .active: 3
    }
  }
}

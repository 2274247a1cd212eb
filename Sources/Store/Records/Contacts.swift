internal import Host
public import Outreach

/// A person, by address, in a workspace.
public struct ContactRecord: Sendable, Equatable {
  /// The row.
  public var id: Int64
  /// Whose contact it is.
  public var workspaceID: Int64
  /// Address, name, company, zone, consent, fields and tags.
  public var facts: ContactDraft
  /// When it was first heard of.
  public var createdAt: Int64
  /// When its facts last changed; 0: never.
  public var changedAt: Int64
}

/// What an import made of a contact.
public enum ContactChange: String, Sendable, Equatable, CaseIterable {
  /// It is new; it was there and knows more now; it was there and said nothing new.
  case added, updated, unchanged
}

extension Reader {
  /// The contact of an address.
  public func contact(at address: String, workspaceID: Int64) throws(StoreError) -> ContactRecord? {
    try contacts(
      where: "workspace_id = ? AND address = ?", [.integer(workspaceID)] + address.person, limit: 1
    ).first
  }

  /// One contact.
  public func contact(_ id: Int64) throws(StoreError) -> ContactRecord? {
    try contacts(where: "id = ?", [.integer(id)], limit: 1).first
  }

  /// A workspace's contacts by id, after the one with id `cursor`; those the filter holds for, when there is one.
  ///
  /// With a filter so many are looked at until `limit` are found.
  public func contacts(
    workspaceID: Int64, after cursor: Int64 = 0, limit: Int, filter: ContactFilter? = nil
  ) throws(StoreError) -> [ContactRecord] {
    guard let filter else {
      return try contacts(
        where: "workspace_id = ? AND id > ?", [.integer(workspaceID), .integer(cursor)], limit: limit)
    }
    let resolved = try resolved(filter, workspaceID: workspaceID)
    var found: [ContactRecord] = []
    var last = cursor
    while found.count < limit {
      let some = try contacts(
        where: "workspace_id = ? AND id > ?", [.integer(workspaceID), .integer(last)], limit: 1000)
      for contact in some where try holds(resolved, for: contact) {
        found.append(contact)
        if found.count == limit { break }
      }
      guard some.count == 1000, let end = some.last?.id else { break }
      last = end
    }
    return found
  }

  /// Whether a filter holds for a contact. The names that ask the store: `contacted` and `replied` (the last time),
  /// `bounced`, `suppressed` (the reason), `enrolled` (keys of sequences) and `enrollment` (`KEY:STATE`).
  public func holds(_ filter: ContactFilter, for contact: ContactRecord) throws(StoreError) -> Bool {
    let filter = try resolved(filter, workspaceID: contact.workspaceID)
    var asked: [String: [String]] = [:]
    for name in filter.names {
      if let known = contact.facts.values(of: name, createdAt: contact.createdAt) {
        asked[name] = known
      } else {
        asked[name] = try history(name, of: contact)
      }
    }
    return filter.matches { asked[$0] ?? [] }
  }

  private func history(_ name: String, of contact: ContactRecord) throws(StoreError) -> [String] {
    let address = contact.facts.address
    switch name {
    case "contacted", "replied":
      let column = name == "contacted" ? "sent_at" : "replied_at"
      let last = try first(
        "SELECT MAX(\(column)) FROM message WHERE \(samePerson) AND workspace_id = ?",
        address.person + [.integer(contact.workspaceID)]
      ) { row in row.integerOrNil(0) }
      return (last ?? nil).map { [Clock.text($0)] } ?? []
    case "bounced":
      let any = try first(
        "SELECT 1 FROM message WHERE \(samePerson) AND workspace_id = ? AND state = 'bounced' LIMIT 1",
        address.person + [.integer(contact.workspaceID)]
      ) { _ in "yes" }
      return any.map { [$0] } ?? []
    case "suppressed":
      return try suppression(of: address, workspaceID: contact.workspaceID).map { [$0.reason] } ?? []
    case "enrolled", "enrollment":
      let states = try connection.rows(
        """
        SELECT q.key, e.state FROM enrollment e JOIN sequence q ON q.id = e.sequence_id WHERE e.contact_id \(ofContact)
        """, [.integer(contact.id), .integer(contact.id)]
      ) { row in (row.text(0), row.text(1)) }
      return states.map { name == "enrolled" ? $0.0 : "\($0.0):\($0.1)" }
    default: return []
    }
  }

  private func contacts(where condition: String, _ values: [SQLValue], limit: Int) throws(StoreError)
    -> [ContactRecord]
  {
    try connection.rows(
      """
      SELECT id, workspace_id, COALESCE(written, address), first_name, last_name, company, zone, consent, fields, tags,
        created_at, changed_at
      FROM contact WHERE \(condition) AND erased_at IS NULL ORDER BY id LIMIT ?
      """, values + [.integer(Int64(limit))]
    ) { row throws(StoreError) in
      let (fields, tags) = (row.text(8), row.text(9))
      return ContactRecord(
        id: row.integer(0), workspaceID: row.integer(1),
        facts: ContactDraft(
          address: row.text(2), firstName: row.textOrNil(3), lastName: row.textOrNil(4), company: row.textOrNil(5),
          zone: row.textOrNil(6), consent: row.textOrNil(7),
          fields: fields == "{}" ? [:] : try JSONText.decode([String: String].self, fields),
          tags: tags == "[]" ? [] : try JSONText.decode([String].self, tags)),
        createdAt: row.integer(10), changedAt: row.integer(11))
    }
  }
}

extension Transaction {
  /// Adds a contact, or adds to what is known of one: what the draft does not say stays, tags come together.
  public func putContact(_ draft: ContactDraft, workspaceID: Int64, now: Int64) throws(StoreError) -> ContactChange {
    guard let known = try contact(at: draft.address, workspaceID: workspaceID) else {
      try run(
        """
        INSERT INTO contact (workspace_id, address, written, first_name, last_name, company, zone, consent, fields, tags,
          created_at, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [.integer(workspaceID)] + draft.address.keyAndWritten + (try columns(of: draft))
          + [.integer(now), .integer(now)])
      return .added
    }
    let merged = known.facts.adding(draft)
    guard merged != known.facts else { return .unchanged }
    try replaceFacts(of: known.id, with: merged, now: now)
    // Hours are meant in the contact's own zone: what waits for them is looked at again.
    if merged.zone != known.facts.zone {
      for enrollment in try openEnrollments(of: draft.address, workspaceID: workspaceID) {
        try unpark(enrollmentID: enrollment.id)
      }
    }
    return .updated
  }

  /// Writes all facts of a contact but its address.
  func replaceFacts(of contact: Int64, with facts: ContactDraft, now: Int64) throws(StoreError) {
    try run(
      """
      UPDATE contact SET first_name = ?, last_name = ?, company = ?, zone = ?, consent = ?, fields = ?, tags = ?,
        changed_at = ? WHERE id = ?
      """, try columns(of: facts) + [.integer(now), .integer(contact)])
  }

  /// Takes a tag from a contact, or gives it one; false when nothing changed.
  public func tag(_ contact: ContactRecord, adding: [String], removing: [String], now: Int64) throws(StoreError) -> Bool
  {
    let tags = Set(contact.facts.tags).union(adding).subtracting(removing).sorted()
    guard tags != contact.facts.tags else { return false }
    try run(
      "UPDATE contact SET tags = ?, changed_at = ? WHERE id = ?",
      [.text(try JSONText.encode(tags)), .integer(now), .integer(contact.id)])
    return true
  }

  private func columns(of draft: ContactDraft) throws(StoreError) -> [SQLValue] {
    [
      SQLValue(draft.firstName), SQLValue(draft.lastName), SQLValue(draft.company), SQLValue(draft.zone),
      SQLValue(draft.consent), .text(draft.fields.isEmpty ? "{}" : try JSONText.encode(draft.fields)),
      .text(draft.tags.isEmpty ? "[]" : try JSONText.encode(draft.tags)),
    ]
  }
}

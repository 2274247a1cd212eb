public import Configuration

/// A tenant.
public struct WorkspaceRecord: Sendable, Equatable {
  /// The row; 1 is `default`.
  public var id: Int64
  /// Its name.
  public var key: String
  /// IANA name of the zone of its days.
  public var zone: String
  /// Credits of a day; 0: no limit.
  public var dailyCredits: Int
  /// What a sequence that is silent about something does.
  public var sequenceDefaults: SequenceEntry
  /// How much mail one person gets at the most.
  public var contactLimits: ContactLimits
}

extension Reader {
  /// All workspaces.
  public func workspaces() throws(StoreError) -> [WorkspaceRecord] { try workspaces(where: "1 = 1", []) }

  /// One workspace.
  public func workspace(_ id: Int64) throws(StoreError) -> WorkspaceRecord {
    guard let found = try workspaces(where: "id = ?", [.integer(id)]).first else {
      throw .statement("there is no workspace \(id)")
    }
    return found
  }

  /// The workspace of a name; one that isn't there is an error for people.
  public func workspace(named key: String) throws(StoreError) -> WorkspaceRecord {
    guard let found = try workspaces(where: "key = ?", [.text(key)]).first else {
      throw .rejected("there is no workspace \"\(key)\"")
    }
    return found
  }

  private func workspaces(where condition: String, _ values: [SQLValue]) throws(StoreError) -> [WorkspaceRecord] {
    try connection.rows(
      "SELECT id, key, zone, daily_credits, sequence_defaults, contact_limits FROM workspace WHERE \(condition) ORDER BY id",
      values
    ) { row throws(StoreError) in
      WorkspaceRecord(
        id: row.integer(0), key: row.text(1), zone: row.text(2), dailyCredits: Int(row.integer(3)),
        sequenceDefaults: try decode(SequenceEntry.self, row.text(4)),
        contactLimits: try decode(ContactLimits?.self, row.text(5)) ?? ContactLimits())
    }
  }
}

extension Transaction {
  /// Gives a workspace its zone, credits and defaults, as the configuration says; what waited is looked at again.
  public func setWorkspace(
    _ id: Int64, zone: String, dailyCredits: Int, sequenceDefaults: SequenceEntry,
    contactLimits: ContactLimits = ContactLimits()
  ) throws(StoreError) {
    let before = try workspace(id).zone
    try run(
      "UPDATE workspace SET zone = ?, daily_credits = ?, sequence_defaults = ?, contact_limits = ? WHERE id = ?",
      [
        .text(zone), .integer(Int64(dailyCredits)), .text(try JSONText.encode(sequenceDefaults)),
        .text(try JSONText.encode(contactLimits)), .integer(id),
      ])
    // More credits, or another day, open lanes that the relay knows as closed; and the zone that is remembered is no more.
    touch(.accounts)
    for account in try accounts() where before != zone && account.workspaceID == id && account.settings.zone == nil {
      try recountUse(ofAccount: account.id)
    }
    try unpark(workspaceID: id)
  }
}

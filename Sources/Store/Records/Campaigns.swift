public import Configuration
internal import Delivery
public import Outreach

/// A campaign's state.
public enum CampaignState: String, Sendable, Equatable, CaseIterable {
  /// Not started; it runs; a person stopped it for a while; all its runs are over.
  case draft, active, paused, completed
}

/// A recurring run that finds contacts and enrols them.
public struct CampaignRecord: Sendable, Equatable {
  /// The row.
  public var id: Int64
  /// Whose it is.
  public var workspaceID: Int64
  /// How it is defined.
  public var entry: CampaignEntry
  /// Where it stands.
  public var state: CampaignState
  /// What its source's requests carry, sealed.
  public var sourceSecret: [UInt8]?
  /// What its enrichment's requests carry, sealed.
  public var enrichmentSecret: [UInt8]?
  /// Runs that have begun.
  public var runsMade: Int
  /// When the next one begins; nil: none is planned.
  public var nextRunAt: Int64?
  /// When the day of the last run is over.
  public var endsAt: Int64?
  /// When it was made.
  public var createdAt: Int64
  /// When its definition last changed.
  public var changedAt: Int64
  /// When it was first started.
  public var startedAt: Int64?
  /// When it was completed.
  public var endedAt: Int64?
}

/// What a run does, or how it ended.
public enum CampaignRunState: String, Sendable, Equatable, CaseIterable {
  /// Asks the source, asks for addresses, enrols.
  case finding, enriching, enrolling
  /// All was done; the source could not be read to its end; the campaign was removed or ended before.
  case done, failed, cancelled
}

/// One run of a campaign.
public struct CampaignRunRecord: Sendable, Equatable {
  /// The row.
  public var id: Int64
  /// Whose run.
  public var campaignID: Int64
  /// 1, 2, 3 …
  public var number: Int
  /// Its day in the campaign's zone.
  public var day: String
  /// Where it stands.
  public var state: CampaignRunState
  /// Where the source is asked next.
  public var position: RunPosition
  /// Why the source could not be read to its end.
  public var failure: String?
  /// When it should have begun.
  public var plannedAt: Int64
  /// When it began.
  public var startedAt: Int64
  /// When it ended.
  public var endedAt: Int64?
  /// How its mails are laid over the day: from where, how many, and how many have their place.
  public var layout: (from: Int64?, count: Int, done: Int)
  /// People that the source named.
  public var found: Int
  /// Those of them with an address, of the source or the enrichment.
  public var withAddress: Int
  /// Those of them that were never contacted in this campaign, and may be.
  public var new: Int
  /// Those of them that were enrolled.
  public var enrolled: Int
  /// Requests that failed and rows that were refused.
  public var errors: Int
  /// Requests to the enrichment.
  public var calls: Int
  /// What went wrong last.
  public var lastError: String?

  /// By row and progress.
  public static func == (left: Self, right: Self) -> Bool {
    left.id == right.id && left.state == right.state && left.position == right.position && left.layout == right.layout
      && left.found == right.found && left.enrolled == right.enrolled
  }
}

/// Mails sent and credits used by the contacts of a run.
public struct CampaignUse: Sendable, Equatable {
  /// Mails that were accepted.
  public var sent: Int
  /// Credits booked for them and for the answers.
  public var credits: Int
}

extension Reader {
  /// A workspace's campaigns, by key.
  public func campaigns(workspaceID: Int64) throws(StoreError) -> [CampaignRecord] {
    try campaigns(where: "workspace_id = ?", [.integer(workspaceID)])
  }

  /// The campaign of a key.
  public func campaign(keyed key: String, workspaceID: Int64) throws(StoreError) -> CampaignRecord? {
    try campaigns(where: "workspace_id = ? AND key = ?", [.integer(workspaceID), .text(key)]).first
  }

  /// One campaign.
  public func campaign(_ id: Int64) throws(StoreError) -> CampaignRecord? {
    try campaigns(where: "id = ?", [.integer(id)]).first
  }

  func campaigns(where condition: String, _ values: [SQLValue]) throws(StoreError) -> [CampaignRecord] {
    try connection.rows(
      """
      SELECT id, workspace_id, entry, state, source_secret, enrichment_secret, runs_made, next_run_at, ends_at, created_at,
        changed_at, started_at, ended_at FROM campaign WHERE \(condition) ORDER BY key
      """, values
    ) { row throws(StoreError) in
      guard let state = CampaignState(rawValue: row.text(3)) else {
        throw .unreadable("campaign \(row.integer(0)) has the unknown state \(row.text(3))")
      }
      return CampaignRecord(
        id: row.integer(0), workspaceID: row.integer(1), entry: try decode(CampaignEntry.self, row.text(2)),
        state: state,
        sourceSecret: row.blobOrNil(4), enrichmentSecret: row.blobOrNil(5), runsMade: Int(row.integer(6)),
        nextRunAt: row.integerOrNil(7), endsAt: row.integerOrNil(8), createdAt: row.integer(9),
        changedAt: row.integer(10),
        startedAt: row.integerOrNil(11), endedAt: row.integerOrNil(12))
    }
  }

  /// A campaign's runs, the newest first.
  public func runs(ofCampaign id: Int64, limit: Int) throws(StoreError) -> [CampaignRunRecord] {
    try runs(where: "campaign_id = ? ORDER BY number DESC LIMIT ?", [.integer(id), .integer(Int64(limit))])
  }

  /// One run.
  public func campaignRun(_ id: Int64) throws(StoreError) -> CampaignRunRecord? {
    try runs(where: "id = ?", [.integer(id)]).first
  }

  func runs(where condition: String, _ values: [SQLValue]) throws(StoreError) -> [CampaignRunRecord] {
    try connection.rows(
      """
      SELECT id, campaign_id, number, day, state, position, failure, planned_at, started_at, ended_at, layout_from,
        layout_count, layout_done, found, with_address, new, enrolled, errors, calls, last_error
      FROM campaign_run WHERE \(condition)
      """, values
    ) { row throws(StoreError) in
      guard let state = CampaignRunState(rawValue: row.text(4)) else {
        throw .unreadable("campaign run \(row.integer(0)) has the unknown state \(row.text(4))")
      }
      return CampaignRunRecord(
        id: row.integer(0), campaignID: row.integer(1), number: Int(row.integer(2)), day: row.text(3), state: state,
        // One of another version: the run begins anew, and knows whom it has found already.
        position: (try? JSONText.decode(RunPosition.self, row.text(5))) ?? .rows(0), failure: row.textOrNil(6),
        plannedAt: row.integer(7), startedAt: row.integer(8), endedAt: row.integerOrNil(9),
        layout: (row.integerOrNil(10), Int(row.integer(11)), Int(row.integer(12))), found: Int(row.integer(13)),
        withAddress: Int(row.integer(14)), new: Int(row.integer(15)), enrolled: Int(row.integer(16)),
        errors: Int(row.integer(17)), calls: Int(row.integer(18)), lastError: row.textOrNil(19))
    }
  }

  /// What came of a run's contacts so far, from the facts themselves.
  public func use(ofRun id: Int64) throws(StoreError) -> CampaignUse {
    try first(
      """
      SELECT COUNT(m.sent_at), COALESCE(SUM((SELECT SUM(amount) FROM credit WHERE message_id = m.id AND kind <> 'grant')), 0)
      FROM campaign_contact c JOIN message m ON m.enrollment_id = c.enrollment_id
      WHERE c.run_id = ? AND m.sent_at IS NOT NULL
      """, [.integer(id)]
    ) { row in CampaignUse(sent: Int(row.integer(0)), credits: Int(row.integer(1))) }
      ?? CampaignUse(sent: 0, credits: 0)
  }

  /// The calendar of a campaign, in its zone or its workspace's.
  public func calendar(of campaign: CampaignRecord) throws(StoreError) -> CampaignCalendar {
    CampaignCalendar(campaign.entry, zone: try zone(of: campaign))
  }

  func zone(of campaign: CampaignRecord) throws(StoreError) -> Zone {
    let workspace = try workspace(campaign.workspaceID)
    return Zone.named(campaign.entry.zone ?? workspace.zone) ?? .utc
  }
}

public import Configuration
internal import Outreach

/// The secrets of a campaign's definition, sealed; nil leaves the stored one as it is.
public struct CampaignSecrets: Sendable, Equatable {
  /// Of the source.
  public var source: [UInt8]?
  /// Of the enrichment.
  public var enrichment: [UInt8]?

  /// Secrets.
  public init(source: [UInt8]? = nil, enrichment: [UInt8]? = nil) {
    self.source = source
    self.enrichment = enrichment
  }
}

extension Store {
  /// Removes a campaign with the records of its runs. Who is on the way through its sequence stops; returns how many.
  public func removeCampaign(_ id: Int64, now: Int64) async throws(StoreError) -> Int {
    var stopped = 0
    while true {
      let part = try await write { try $0.removeSome(ofCampaign: id, now: now) }
      stopped += part.stopped
      if !part.isLeft { return stopped }
    }
  }
}

extension CampaignEntry {
  /// The definition without its secrets, as it is stored.
  public var withoutSecrets: CampaignEntry {
    var entry = self
    entry.source.http?.auth?.secret = nil
    entry.enrichment?.http.auth?.secret = nil
    return entry
  }
}

extension Transaction {
  /// Makes a campaign be as `entry` says; a new one is a draft, and one that runs is planned anew.
  public func putCampaign(_ entry: CampaignEntry, _ secrets: CampaignSecrets, now: Int64) throws(StoreError) {
    if let complaint = complaint(about: entry) { throw .rejected("campaign \(entry.key): \(complaint)") }
    let workspace = try workspace(named: entry.workspace)
    guard try sequence(keyed: entry.sequence, workspaceID: workspace.id) != nil else {
      throw .rejected(
        "campaign \(entry.key): there is no sequence \"\(entry.sequence)\""
          + (try hint(.sequence, near: entry.sequence, workspaceID: workspace.id)))
    }
    let before = try campaign(keyed: entry.key, workspaceID: workspace.id)
    try run(
      """
      INSERT INTO campaign (workspace_id, key, entry, state, source_secret, enrichment_secret, created_at, changed_at)
      VALUES (?, ?, ?, 'draft', ?, ?, ?, ?)
      ON CONFLICT (workspace_id, key) DO UPDATE SET entry = excluded.entry, changed_at = excluded.changed_at,
        source_secret = COALESCE(excluded.source_secret, source_secret),
        enrichment_secret = COALESCE(excluded.enrichment_secret, enrichment_secret)
      """,
      [
        .integer(workspace.id), .text(entry.key), .text(try JSONText.encode(entry.withoutSecrets)),
        SQLValue(secrets.source), SQLValue(secrets.enrichment), .integer(now), .integer(now),
      ])
    guard let campaign = try campaign(keyed: entry.key, workspaceID: workspace.id) else { return }
    for (auth, secret, place) in [
      (entry.source.http?.auth, campaign.sourceSecret, "source"),
      (entry.enrichment?.http.auth, campaign.enrichmentSecret, "enrichment"),
    ] where auth != nil && secret == nil {
      throw .rejected("campaign \(entry.key): \(place).auth has no password")
    }
    if let before, before.entry.source != campaign.entry.source { try beginAnew(campaign) }
    if campaign.state == .active || campaign.state == .paused { try replan(campaign, now: now) }
    try append(.campaignChanged, at: now, workspaceID: workspace.id, detail: [("campaign", entry.key)])
    touch(.campaigns)
  }

  /// Lets a draft run, or a completed one that has got more runs.
  public func startCampaign(_ id: Int64, now: Int64) throws(StoreError) {
    let campaign = try existingCampaign(id)
    guard campaign.state == .draft || campaign.state == .completed else {
      throw .rejected("the campaign \(campaign.entry.key) is \(campaign.state.rawValue) already")
    }
    guard let sequence = try sequence(keyed: campaign.entry.sequence, workspaceID: campaign.workspaceID) else {
      throw .rejected("there is no sequence \"\(campaign.entry.sequence)\"")
    }
    guard sequence.isNative else {
      throw .rejected(
        "the steps of the sequence \"\(sequence.key)\" come by headers; a campaign needs one with own steps")
    }
    guard sequence.state == .active else {
      throw .rejected("the sequence \"\(sequence.key)\" is \(sequence.state.rawValue): activate it first")
    }
    guard campaign.runsMade < campaign.entry.runs ?? .max,
      let first = try calendar(of: campaign).first(startedAt: now)
    else { throw .rejected("the campaign \(campaign.entry.key) has no run left: raise runs, or set a later until") }
    try run(
      """
      UPDATE campaign SET state = 'active', started_at = COALESCE(started_at, ?), ended_at = NULL, ends_at = NULL,
        next_run_at = ? WHERE id = ?
      """, [.integer(now), .integer(first), .integer(id)])
    try append(
      .campaignStarted, at: now, workspaceID: campaign.workspaceID, detail: [("campaign", campaign.entry.key)])
    touch(.campaigns)
  }

  /// Holds a campaign: no run begins or goes on, and its mails wait.
  public func pauseCampaign(_ id: Int64, now: Int64) throws(StoreError) {
    let campaign = try existingCampaign(id)
    guard campaign.state == .active else {
      throw .rejected("the campaign \(campaign.entry.key) is \(campaign.state.rawValue), not active")
    }
    try run("UPDATE campaign SET state = 'paused' WHERE id = ?", [.integer(id)])
    try append(.campaignPaused, at: now, workspaceID: campaign.workspaceID, detail: [("campaign", campaign.entry.key)])
    touch(.campaigns)
    touch(.queue)
  }

  /// Lets a paused campaign go on: a run that was cut off where it was, one that was missed now.
  public func resumeCampaign(_ id: Int64, now: Int64) throws(StoreError) {
    let campaign = try existingCampaign(id)
    guard campaign.state == .paused else {
      throw .rejected("the campaign \(campaign.entry.key) is \(campaign.state.rawValue), not paused")
    }
    try run("UPDATE campaign SET state = 'active' WHERE id = ?", [.integer(id)])
    try append(.campaignResumed, at: now, workspaceID: campaign.workspaceID, detail: [("campaign", campaign.entry.key)])
    try unpark(workspaceID: campaign.workspaceID)
    touch(.campaigns)
  }

  /// Lets the next run of an active campaign begin now, whatever the time of the day.
  public func runCampaign(_ id: Int64, now: Int64) throws(StoreError) {
    let campaign = try existingCampaign(id)
    guard campaign.state == .active else {
      throw .rejected("the campaign \(campaign.entry.key) is \(campaign.state.rawValue), not active")
    }
    guard try openRun(of: id) == nil else {
      throw .rejected("a run of the campaign \(campaign.entry.key) is under way")
    }
    guard campaign.nextRunAt != nil else { throw .rejected("the campaign \(campaign.entry.key) has had its last run") }
    try run("UPDATE campaign SET next_run_at = ? WHERE id = ?", [.integer(now), .integer(id)])
    touch(.campaigns)
  }

  /// People and rows of one transaction of a removal.
  private static let removedAtOnce = 50

  /// Removes a part of a campaign that is to go, and the campaign with its last part: of a hundred thousand people no reply
  /// should wait for all. Nothing of it goes on meanwhile, also when the rest is never removed.
  func removeSome(ofCampaign id: Int64, now: Int64) throws(StoreError) -> (stopped: Int, isLeft: Bool) {
    let campaign = try existingCampaign(id)
    if campaign.state == .active { try pauseCampaign(id, now: now) }
    let open =
      campaign.state == .completed
      ? []
      : try enrollments(
        where:
          """
          e.id IN (SELECT enrollment_id FROM campaign_contact WHERE campaign_id = ? ORDER BY contact_id LIMIT ?)
            AND e.state IN ('active', 'paused')
          """,
        [.integer(id), .integer(Int64(Self.removedAtOnce))], limit: .max)
    for enrollment in open {
      try stop(enrollment, reason: .manual, workspaceID: campaign.workspaceID, now: now)
    }
    let contacts = try run(
      """
      DELETE FROM campaign_contact WHERE campaign_id = ? AND contact_id IN
        (SELECT contact_id FROM campaign_contact WHERE campaign_id = ? ORDER BY contact_id LIMIT ?)
      """, [.integer(id), .integer(id), .integer(Int64(Self.removedAtOnce))])
    let people = try run(
      """
      DELETE FROM campaign_person WHERE id IN (SELECT p.id FROM campaign_run r JOIN campaign_person p ON p.run_id = r.id
        WHERE r.campaign_id = ? LIMIT ?)
      """, [.integer(id), .integer(Int64(Self.removedAtOnce))])
    guard contacts == 0, people == 0 else { return (open.count, true) }
    try run("DELETE FROM campaign WHERE id = ?", [.integer(id)])
    try append(.campaignRemoved, at: now, workspaceID: campaign.workspaceID, detail: [("campaign", campaign.entry.key)])
    touch(.campaigns)
    return (open.count, false)
  }

  /// A page of one source says nothing of where another goes on. A run under way knows whom it has found already.
  private func beginAnew(_ campaign: CampaignRecord) throws(StoreError) {
    guard let open = try openRun(of: campaign.id), open.state == .finding else { return }
    try run(
      "UPDATE campaign_run SET position = ? WHERE id = ?",
      [.text(try JSONText.encode(RunPosition(campaign.entry.source))), .integer(open.id)])
  }

  /// After a change: more runs or fewer, other hours. What is under way goes on.
  private func replan(_ campaign: CampaignRecord, now: Int64) throws(StoreError) {
    guard let planned = campaign.nextRunAt else {
      guard campaign.runsMade < campaign.entry.runs ?? .max else { return }
      let next = try calendar(of: campaign).next(after: now, now: now)
      try run(
        "UPDATE campaign SET next_run_at = ?, ends_at = CASE WHEN ? IS NULL THEN ends_at END WHERE id = ?",
        [SQLValue(next), SQLValue(next), .integer(campaign.id)])
      return
    }
    // One that is due stays so: it was missed.
    guard planned > now else { return }
    let isLeft = campaign.runsMade < campaign.entry.runs ?? .max
    let today = try calendar(of: campaign).day(of: now)
    let hasRunToday = try runs(ofCampaign: campaign.id, limit: 1).first?.day == today
    let calendar = try calendar(of: campaign)
    let next = isLeft ? (hasRunToday ? calendar.next(after: now, now: now) : calendar.first(startedAt: now)) : nil
    try run("UPDATE campaign SET next_run_at = ? WHERE id = ?", [SQLValue(next), .integer(campaign.id)])
  }

  private func existingCampaign(_ id: Int64) throws(StoreError) -> CampaignRecord {
    guard let found = try campaign(id) else { throw .rejected("there is no campaign \(id)") }
    return found
  }
}

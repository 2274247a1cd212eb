internal import Configuration
internal import Delivery
internal import Host
internal import MailText
public import Outreach

/// What is to be done for campaigns, as a look finds it.
public struct CampaignLook: Sendable, Equatable {
  /// Runs under way whose campaign is active.
  public var runs: [Int64]
  /// Whether a run is due, or a campaign may be over.
  public var hasDue: Bool
  /// When the next run is due.
  public var nextAt: Int64?
  /// Whether a campaign waits for the mails of its last run.
  public var isEnding: Bool
}

/// What a page of a source brought, to be stored with the place of the next page.
public struct RunPage: Sendable {
  /// Who was found, the addresses as they were given.
  public var people: [FoundPerson]
  /// Rows that are nobody, and requests that failed.
  public var errors: Int
  /// What went wrong last.
  public var trouble: String?
  /// Where it goes on.
  public var position: RunPosition
  /// Whether this was the last page; with a failure: the last that could be read.
  public var isLast: Bool
  /// Why the source could not be read to its end.
  public var failure: String?

  /// A page.
  public init(
    people: [FoundPerson] = [], errors: Int = 0, trouble: String? = nil, position: RunPosition, isLast: Bool = false,
    failure: String? = nil
  ) {
    self.people = people
    self.errors = errors
    self.trouble = trouble
    self.position = position
    self.isLast = isLast
    self.failure = failure
  }
}

extension Reader {
  /// What is to be done at `now`; costs as much as there are active campaigns.
  public func campaignLook(now: Int64) throws(StoreError) -> CampaignLook {
    let open = try connection.rows(
      """
      SELECT r.id FROM campaign c JOIN campaign_run r ON r.campaign_id = c.id
      WHERE c.state = 'active' AND r.ended_at IS NULL ORDER BY r.id
      """, []
    ) { row in row.integer(0) }
    let active = try connection.rows(
      """
      SELECT next_run_at, EXISTS (SELECT 1 FROM campaign_run WHERE campaign_id = c.id AND ended_at IS NULL)
      FROM campaign c WHERE state = 'active'
      """, []
    ) { row in (next: row.integerOrNil(0), isRunning: row.integer(1) != 0) }
    let idle = active.filter { !$0.isRunning }
    return CampaignLook(
      runs: open, hasDue: idle.contains { $0.next ?? .min <= now }, nextAt: idle.compactMap(\.next).min(),
      isEnding: idle.contains { $0.next == nil })
  }

  func openRun(of campaign: Int64) throws(StoreError) -> CampaignRunRecord? {
    try runs(where: "campaign_id = ? AND ended_at IS NULL LIMIT 1", [.integer(campaign)]).first
  }

  /// The run and its campaign while both go on.
  public func openRun(_ id: Int64) throws(StoreError) -> (run: CampaignRunRecord, campaign: CampaignRecord)? {
    guard let run = try campaignRun(id), run.endedAt == nil, let campaign = try campaign(run.campaignID),
      campaign.state == .active
    else { return nil }
    return (run, campaign)
  }
}

extension Transaction {
  /// Begins the runs that are due. One that was missed begins once, late; the next is planned from now on.
  public func beginDueRuns(now: Int64) throws(StoreError) {
    for campaign in try campaigns(where: "state = 'active' AND next_run_at <= ?", [.integer(now)])
    where try openRun(of: campaign.id) == nil {
      guard let planned = campaign.nextRunAt else { continue }
      let calendar = try calendar(of: campaign)
      let number = campaign.runsMade + 1
      let next = number < campaign.entry.runs ?? .max ? calendar.next(after: planned, now: now) : nil
      try run(
        """
        INSERT INTO campaign_run (campaign_id, number, day, state, position, planned_at, started_at)
        VALUES (?, ?, ?, 'finding', ?, ?, ?)
        """,
        [
          .integer(campaign.id), .integer(Int64(number)), .text(calendar.day(of: now)),
          .text(try JSONText.encode(RunPosition(campaign.entry.source))), .integer(planned), .integer(now),
        ])
      try run(
        "UPDATE campaign SET runs_made = ?, next_run_at = ? WHERE id = ?",
        [.integer(Int64(number)), SQLValue(next), .integer(campaign.id)])
      try append(
        .campaignRunStarted, at: now, workspaceID: campaign.workspaceID,
        detail: [("campaign", campaign.entry.key), ("run", String(number))])
    }
  }

  /// Stores what a page brought with the place of the next one, so that neither is known without the other. `place` is where the
  /// source was asked: when it has been changed meanwhile, who was found counts, and where the old one would go on does not.
  public func record(_ page: RunPage, after place: RunPosition, ofRun id: Int64, now: Int64) throws(StoreError) {
    guard let (run, campaign) = try openRun(id), run.state == .finding else { return }
    let isSource = run.position == place
    var (found, withAddress, new, errors) = (0, 0, 0, page.errors)
    var refusal: String?
    for person in page.people {
      switch try take(person, run, campaign) {
      case .again: continue
      case .refused(let reason):
        errors += 1
        refusal = reason
        found += 1
      case .known:
        found += 1
        withAddress += 1
      case .ready:
        found += 1
        withAddress += 1
        new += 1
      case .wanting: found += 1
      }
    }
    try self.run(
      """
      UPDATE campaign_run SET position = ?, found = found + ?, with_address = with_address + ?, new = new + ?,
        errors = errors + ?, last_error = COALESCE(?, last_error), failure = ?, state = ? WHERE id = ?
      """,
      [
        .text(try JSONText.encode(isSource ? page.position : run.position)), .integer(Int64(found)),
        .integer(Int64(withAddress)), .integer(Int64(new)), .integer(Int64(errors)), SQLValue(page.trouble ?? refusal),
        SQLValue(isSource ? page.failure : nil),
        .text(isSource && page.isLast ? CampaignRunState.enriching.rawValue : run.state.rawValue), .integer(id),
      ])
  }

  private enum Taken {
    /// Somebody of an earlier page.
    case again
    case refused(String)
    /// They were contacted before, or may not be.
    case known
    case ready, wanting
  }

  private func take(_ person: FoundPerson, _ run: CampaignRunRecord, _ campaign: CampaignRecord) throws(StoreError)
    -> Taken
  {
    let identity = person.storedIdentity
    var person = person
    var state = "out"
    var taken = Taken.known
    if !person.facts.address.isEmpty {
      switch checked(person.facts) {
      case .failure(let refusal): taken = .refused(refusal.description)
      case .success(let facts):
        person.facts = facts
        if try mayContact(facts.address, campaign) { (state, taken) = ("ready", .ready) }
      }
    } else if try isContacted(identity: identity, campaign) {
      taken = .known
    } else {
      (state, taken) = ("wanting", .wanting)
    }
    var address: String? = person.facts.address.isEmpty ? nil : Address.comparisonKey(person.facts.address)
    // Who was erased leaves no address here again.
    if state == "out", let known = address, try isErased(known, workspaceID: campaign.workspaceID) { address = nil }
    // Both keys: the same row again, and another row with the same address.
    let count = try self.run(
      "INSERT OR IGNORE INTO campaign_person (run_id, identity, address, person, state) VALUES (?, ?, ?, ?, ?)",
      [
        .integer(run.id), .text(identity), SQLValue(address), .text(state == "out" ? "" : try JSONText.encode(person)),
        .text(state),
      ])
    return count == 0 ? .again : taken
  }

  /// Whether a campaign may write to somebody: never contacted in it, not suppressed, not in its sequence by another way.
  private func mayContact(_ address: String, _ campaign: CampaignRecord) throws(StoreError) -> Bool {
    if try suppression(of: address, workspaceID: campaign.workspaceID) != nil { return false }
    guard let known = try contact(at: address, workspaceID: campaign.workspaceID) else { return true }
    let isContacted =
      try first(
        "SELECT 1 FROM campaign_contact WHERE campaign_id = ? AND contact_id = ?",
        [.integer(campaign.id), .integer(known.id)]
      ) { _ in true } != nil
    if isContacted { return false }
    return try enrollment(of: address, inSequence: campaign.entry.sequence, workspaceID: campaign.workspaceID) == nil
  }

  private func isContacted(identity: String, _ campaign: CampaignRecord) throws(StoreError) -> Bool {
    try first(
      // Hashed when the person was erased since.
      "SELECT 1 FROM campaign_contact WHERE campaign_id = ? AND identity IN (?, ?) LIMIT 1",
      [.integer(campaign.id), .text(identity), .text(suppressionKey.entry(of: identity) ?? identity)]
    ) { _ in true } != nil
  }

  /// Gives somebody the address that was found; false when it brings nobody new.
  func give(_ answer: FoundPerson, toPerson id: Int64, _ person: FoundPerson, _ campaign: CampaignRecord)
    throws(StoreError)
    -> Bool
  {
    var whole = person.enriched(with: answer)
    guard case .success(let facts) = checked(whole.facts) else {
      try leaveOut(id)
      return false
    }
    whole.facts = facts
    guard try mayContact(whole.facts.address, campaign) else {
      try leaveOut(id)
      return false
    }
    let count = try run(
      "UPDATE OR IGNORE campaign_person SET address = ?, person = ?, state = 'ready' WHERE id = ?",
      whole.facts.address.person + [.text(try JSONText.encode(whole)), .integer(id)])
    if count == 0 { try leaveOut(id) }
    return count > 0
  }

  /// As an import would take them in: nobody's zone is believed unread, and no role address is a person.
  private func checked(_ facts: ContactDraft) -> Result<ContactDraft, ContactRefusal> {
    Result { () throws(ContactRefusal) in
      try facts.checked(allowsRoles: false) { Zone.named($0) != nil }
    }
  }

  func leaveOut(_ person: Int64) throws(StoreError) {
    try run("UPDATE campaign_person SET state = 'out', person = '' WHERE id = ?", [.integer(person)])
  }
}

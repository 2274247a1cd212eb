internal import Configuration
internal import Delivery
internal import Outreach

extension Transaction {
  /// Enrols the next people of a run, each with the place of its first mail in the day; false when the run has ended.
  ///
  /// Whoever is enrolled is noted as contacted in the same transaction, so that after a crash nobody is enrolled again.
  public func enrollSome(ofRun id: Int64, now: Int64) throws(StoreError) -> Bool {
    guard let (run, campaign) = try openRun(id), run.state == .enrolling else { return false }
    guard let sequence = try sequence(keyed: campaign.entry.sequence, workspaceID: campaign.workspaceID) else {
      return try end(run, campaign, failure: "there is no sequence \"\(campaign.entry.sequence)\"", now: now)
    }
    let calendar = try calendar(of: campaign)
    guard let layout = try layout(run, campaign, calendar, now: now) else {
      return try end(run, campaign, failure: "its window never opens", now: now)
    }
    let limit = min(Self.enrolledAtOnce, layout.count - layout.done)
    let people = try readyPeople(ofRun: id, limit: limit)
    guard !people.isEmpty else {
      return try end(run, campaign, failure: run.failure, now: now)
    }
    var enrollees: [Enrollee] = []
    for (index, item) in people.enumerated() {
      _ = try putContact(item.person.facts, workspaceID: campaign.workspaceID, now: now)
      let place = calendar.window.place(layout.done + index, of: layout.count, from: layout.from)
      enrollees.append(Enrollee(address: item.person.facts.address, plannedAt: place))
    }
    let results = try enroll(
      enrollees, in: sequence, campaign: campaign.entry.key, campaignRun: id, now: now)
    var (enrolled, errors) = (0, 0)
    var trouble: String?
    for (item, result) in zip(people, results) {
      switch result {
      case .enrolled(let enrollment):
        guard let contact = try contact(at: item.person.facts.address, workspaceID: campaign.workspaceID) else {
          continue
        }
        try self.run(
          """
          INSERT INTO campaign_contact (campaign_id, contact_id, run_id, enrollment_id, identity) VALUES (?, ?, ?, ?, ?)
          """,
          [
            .integer(campaign.id), .integer(contact.id), .integer(id), .integer(enrollment), .text(item.identity),
          ])
        enrolled += 1
      case .refused(let refusal):
        errors += 1
        trouble = "\(item.person.facts.address): \(refusal)"
      }
      try leaveOut(item.id)
    }
    try self.run(
      """
      UPDATE campaign_run SET enrolled = enrolled + ?, errors = errors + ?, last_error = COALESCE(?, last_error),
        layout_from = ?, layout_count = ?, layout_done = ? WHERE id = ?
      """,
      [
        .integer(Int64(enrolled)), .integer(Int64(errors)), SQLValue(trouble), .integer(layout.from),
        .integer(Int64(layout.count)), .integer(Int64(layout.done + people.count)), .integer(id),
      ])
    return true
  }

  /// People of one transaction: each has a row for every step.
  private static let enrolledAtOnce = 50
  /// Rows that have served.
  private static let clearedAtOnce = 1000
  /// When the next place has passed by more than this, as after a night without the daemon, the rest is laid out anew.
  private static let lateMilliseconds: Int64 = 600_000

  private struct Layout {
    var from: Int64
    var count: Int
    var done: Int
  }

  /// How a run's mails lie over the day; nil: the window never opens.
  private func layout(
    _ run: CampaignRunRecord, _ campaign: CampaignRecord, _ calendar: CampaignCalendar, now: Int64
  ) throws(StoreError) -> Layout? {
    if let from = run.layout.from {
      let known = Layout(from: from, count: run.layout.count, done: run.layout.done)
      guard calendar.window.place(known.done, of: known.count, from: from) + Self.lateMilliseconds < now else {
        return known
      }
      guard let opens = calendar.layoutStart(now: now) else { return nil }
      return Layout(from: opens, count: known.count - known.done, done: 0)
    }
    guard let opens = calendar.layoutStart(now: now) else { return nil }
    let ready = try first(
      "SELECT COUNT(*) FROM campaign_person WHERE run_id = ? AND state = 'ready'", [.integer(run.id)]
    ) { row in Int(row.integer(0)) }
    return Layout(from: opens, count: min(ready ?? 0, campaign.entry.mostPerRun ?? .max), done: 0)
  }

  private func readyPeople(ofRun id: Int64, limit: Int) throws(StoreError)
    -> [(id: Int64, identity: String, person: FoundPerson)]
  {
    try connection.rows(
      "SELECT id, identity, person FROM campaign_person WHERE run_id = ? AND state = 'ready' ORDER BY id LIMIT ?",
      [.integer(id), .integer(Int64(max(0, limit)))]
    ) { row throws(StoreError) in
      (row.integer(0), row.text(1), try JSONText.decode(FoundPerson.self, row.text(2)))
    }
  }

  /// True while there is still something to clear away, before the run ends.
  private func end(_ run: CampaignRunRecord, _ campaign: CampaignRecord, failure: String?, now: Int64)
    throws(StoreError) -> Bool
  {
    // A hundred thousand rows in one transaction would keep every reply waiting for a second.
    let gone = try self.run(
      "DELETE FROM campaign_person WHERE id IN (SELECT id FROM campaign_person WHERE run_id = ? LIMIT ?)",
      [.integer(run.id), .integer(Int64(Self.clearedAtOnce))])
    guard gone < Self.clearedAtOnce else { return true }
    let state: CampaignRunState = failure == nil ? .done : .failed
    try self.run(
      "UPDATE campaign_run SET state = ?, failure = ?, ended_at = ? WHERE id = ?",
      [.text(state.rawValue), SQLValue(failure), .integer(now), .integer(run.id)])
    if campaign.nextRunAt == nil {
      let end = try zone(of: campaign).nextDay(after: max(now, run.layout.from ?? now))
      try self.run("UPDATE campaign SET ends_at = ? WHERE id = ?", [.integer(end), .integer(campaign.id)])
    }
    var detail = [("campaign", campaign.entry.key), ("run", String(run.number)), ("state", state.rawValue)]
    if let ended = try campaignRun(run.id) { detail += ended.counts }
    if let failure { detail.append(("failure", failure)) }
    try append(.campaignRunFinished, at: now, workspaceID: campaign.workspaceID, detail: detail)
    touch(.campaigns)
    return false
  }
}

extension CampaignRunRecord {
  /// Its numbers by name.
  var counts: [(String, String)] {
    [
      ("found", String(found)), ("with_address", String(withAddress)), ("new", String(new)),
      ("enrolled", String(enrolled)), ("errors", String(errors)), ("calls", String(calls)),
    ]
  }
}

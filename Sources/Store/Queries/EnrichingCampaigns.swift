internal import Configuration
internal import Host
public import Outreach

/// Somebody found by a run of whom the address is wanted.
public struct WantingPerson: Sendable, Equatable {
  /// The row.
  public var id: Int64
  /// What is known.
  public var person: FoundPerson
}

/// What is next in a run's search for addresses.
public enum EnrichmentWork: Sendable, Equatable {
  /// Ask about these.
  case ask([WantingPerson])
  /// Some were known already; look again.
  case again
  /// Nobody is left.
  case over
}

extension CampaignEnrichment {
  /// Under what its answers are kept: another URL or body is another question.
  var cacheKey: String {
    let text = [http.method.rawValue, http.url, http.body ?? "", http.items].joined(separator: "\u{0}")
    return hexadecimal(Digest.sha256(Array(text.utf8)).prefix(16))
  }
}

extension Transaction {
  /// Takes what the cache knows, and gives out the next batch that it does not.
  public func enrichmentWork(ofRun id: Int64, now: Int64) throws(StoreError) -> EnrichmentWork {
    guard let (run, campaign) = try openRun(id), run.state == .enriching else { return .over }
    guard let enrichment = campaign.entry.enrichment else {
      try leaveEnriching(run)
      return .over
    }
    // A batch of the store's own: few enough that nobody's reply waits long behind them.
    let limit = 200
    let wanting = try wantingRows(ofRun: id, limit: limit)
    var unknown: [WantingPerson] = []
    for row in wanting {
      // Read one by one: of a small batch's request the other rows are not wanted yet.
      let item = WantingPerson(id: row.id, person: try JSONText.decode(FoundPerson.self, row.person))
      if let answer = try cached(item.person, enrichment, campaign, now: now) {
        try settle(item, answer, run, campaign)
      } else {
        unknown.append(item)
        if unknown.count == enrichment.batch { break }
      }
    }
    if !unknown.isEmpty { return .ask(unknown) }
    if wanting.count == limit { return .again }
    try leaveEnriching(run)
    return .over
  }

  /// Books one request before it is made; false when the budget of the run or day is used up.
  public func spendCall(ofRun id: Int64, now: Int64) throws(StoreError) -> Bool {
    guard let (run, campaign) = try openRun(id), let enrichment = campaign.entry.enrichment else { return false }
    let today = try calendar(of: campaign).day(of: now)
    let used = try first(
      "SELECT CASE WHEN call_day = ? THEN calls_of_day ELSE 0 END FROM campaign WHERE id = ?",
      [.text(today), .integer(campaign.id)]
    ) { row in Int(row.integer(0)) }
    guard run.calls < enrichment.callsPerRun, used ?? 0 < enrichment.callsPerDay else { return false }
    try self.run("UPDATE campaign_run SET calls = calls + 1 WHERE id = ?", [.integer(id)])
    try self.run(
      "UPDATE campaign SET call_day = ?, calls_of_day = ? WHERE id = ?",
      [.text(today), .integer(Int64((used ?? 0) + 1)), .integer(campaign.id)])
    return true
  }

  /// Stores what an enrichment answered, for this run and for the next ones.
  public func record(
    _ outcomes: [EnrichmentCall.Outcome], about people: [WantingPerson], ofRun id: Int64, now: Int64
  ) throws(StoreError) {
    guard let (run, campaign) = try openRun(id), run.state == .enriching, let enrichment = campaign.entry.enrichment
    else { return }
    for (item, outcome) in zip(people, outcomes) {
      var (outcome, answer): (EnrichmentCall.Outcome, FoundPerson?) = (outcome, nil)
      if case .found(let found) = outcome {
        // Who was erased is not kept again, whoever says so.
        if try isErased(found.facts.address, workspaceID: campaign.workspaceID) {
          outcome = .missing
        } else {
          answer = found
        }
      }
      try self.run(
        """
        INSERT INTO enrichment_answer (workspace_id, source, identity, address, answer, at) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (workspace_id, source, identity) DO UPDATE SET address = excluded.address, answer = excluded.answer,
          at = excluded.at
        """,
        [
          .integer(campaign.workspaceID), .text(enrichment.cacheKey), .text(item.person.storedIdentity),
          SQLValue(answer?.facts.address),
          SQLValue(try answer.map { value throws(StoreError) in try JSONText.encode(value) }),
          .integer(now),
        ])
      try settle(item, outcome, run, campaign)
    }
  }

  /// Notes a request that failed. `isOver`: nothing more is asked in this run; who has no address is left out of it.
  public func noteEnrichmentTrouble(_ text: String, isError: Bool, isOver: Bool, ofRun id: Int64) throws(StoreError) {
    guard let (run, _) = try openRun(id), run.state == .enriching else { return }
    try self.run(
      "UPDATE campaign_run SET errors = errors + ?, last_error = ? WHERE id = ?",
      [SQLValue(isError), .text(text), .integer(id)])
    if isOver { try leaveEnriching(run) }
  }

  private func wantingRows(ofRun id: Int64, limit: Int) throws(StoreError) -> [(id: Int64, person: String)] {
    try connection.rows(
      "SELECT id, person FROM campaign_person WHERE run_id = ? AND state = 'wanting' ORDER BY id LIMIT ?",
      [.integer(id), .integer(Int64(limit))]
    ) { row in (row.integer(0), row.text(1)) }
  }

  private func cached(
    _ person: FoundPerson, _ enrichment: CampaignEnrichment, _ campaign: CampaignRecord, now: Int64
  ) throws(StoreError) -> EnrichmentCall.Outcome? {
    try first(
      """
      SELECT answer FROM enrichment_answer WHERE workspace_id = ? AND source = ? AND identity = ? AND at > ?
      """,
      [
        .integer(campaign.workspaceID), .text(enrichment.cacheKey), .text(person.storedIdentity),
        .integer(now - enrichment.cacheMilliseconds),
      ]
    ) { row throws(StoreError) in
      guard let text = row.textOrNil(0) else { return .missing }
      return .found(try JSONText.decode(FoundPerson.self, text))
    }
  }

  private func settle(
    _ item: WantingPerson, _ outcome: EnrichmentCall.Outcome, _ run: CampaignRunRecord, _ campaign: CampaignRecord
  ) throws(StoreError) {
    guard case .found(let answer) = outcome else { return try leaveOut(item.id) }
    let isNew = try give(answer, toPerson: item.id, item.person, campaign)
    try self.run(
      "UPDATE campaign_run SET with_address = with_address + 1, new = new + ? WHERE id = ?",
      [SQLValue(isNew), .integer(run.id)])
  }

  private func leaveEnriching(_ run: CampaignRunRecord) throws(StoreError) {
    try self.run("UPDATE campaign_run SET state = 'enrolling' WHERE id = ?", [.integer(run.id)])
  }
}

extension FoundPerson {
  /// Their identity as it is stored: to be compared, and to tell nothing about them.
  var storedIdentity: String { hexadecimal(Digest.sha256(Array(identity.utf8)).prefix(16)) }
}

private func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  let digits = Array("0123456789abcdef")
  return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
}

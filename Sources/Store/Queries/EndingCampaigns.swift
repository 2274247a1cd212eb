internal import Configuration
internal import Host
internal import MailText
internal import Outreach

/// A campaign whose last run is over, with what its runs came to.
public struct EndedCampaign: Sendable {
  var campaign: CampaignRecord
  var runs: [CampaignRunRecord]
  var uses: [CampaignUse]
}

extension Reader {
  /// The campaigns whose last run is over: its first mails have gone, or its day has passed.
  ///
  /// A reader's work: it looks at every mail of the campaign.
  public func endedCampaigns(now: Int64) throws(StoreError) -> [EndedCampaign] {
    var ended: [EndedCampaign] = []
    for campaign in try campaigns(where: "state = 'active' AND next_run_at IS NULL", [])
    where try openRun(of: campaign.id) == nil {
      let runs = try runs(ofCampaign: campaign.id, limit: .max)
      guard let last = runs.first else { continue }
      let isDayOver = now >= campaign.endsAt ?? now
      guard try isDayOver ? true : !isWaiting(last, of: campaign) else { continue }
      var uses: [CampaignUse] = []
      for run in runs { uses.append(try use(ofRun: run.id)) }
      ended.append(EndedCampaign(campaign: campaign, runs: runs, uses: uses))
    }
    return ended
  }

  /// Whether a first mail of a run is still to go. They go in the order of their contacts: whoever is last is looked at first.
  private func isWaiting(_ run: CampaignRunRecord, of campaign: CampaignRecord) throws(StoreError) -> Bool {
    try first(
      """
      SELECT 1 FROM campaign_contact c JOIN message m ON m.enrollment_id = c.enrollment_id
      WHERE c.run_id = ? AND c.campaign_id = ? AND m.step = 1 AND m.state IN ('draft', 'scheduled', 'sending')
      ORDER BY c.contact_id DESC LIMIT 1
      """, [.integer(run.id), .integer(campaign.id)]
    ) { _ in true } != nil
  }
}

extension Transaction {
  /// Completes campaigns whose last run is over.
  ///
  /// State, event and the owner's mail are one transaction: there is never one without the others, and never two.
  public func end(_ ended: [EndedCampaign], hostname: String, now: Int64) throws(StoreError) {
    for one in ended {
      let campaign = one.campaign
      // Nothing, when somebody has held it, changed it or given it more runs since it was looked at.
      let changed = try run(
        """
        UPDATE campaign SET state = 'completed', ended_at = ?
        WHERE id = ? AND state = 'active' AND next_run_at IS NULL AND changed_at = ? AND runs_made = ?
        """,
        [.integer(now), .integer(campaign.id), .integer(campaign.changedAt), .integer(Int64(campaign.runsMade))])
      guard changed > 0 else { continue }
      let report = CampaignReport(campaign, one.runs, one.uses)
      try append(
        .campaignCompleted, at: now, workspaceID: campaign.workspaceID,
        detail: [("campaign", campaign.entry.key)] + report.sums.map { ($0.name, String($0.value)) })
      try tellOwner(of: campaign, report, hostname: hostname, now: now)
    }
  }

  private func tellOwner(of campaign: CampaignRecord, _ report: CampaignReport, hostname: String, now: Int64)
    throws(StoreError)
  {
    let sequence = try sequence(keyed: campaign.entry.sequence, workspaceID: campaign.workspaceID)
    var pool: String?
    // One that was removed meanwhile must not keep the mail back.
    if let key = sequence?.entry.pool { pool = try self.pool(named: key, workspaceID: campaign.workspaceID)?.key }
    try queueOwnMail(
      OwnMail(
        recipient: campaign.entry.owner, subject: report.subject,
        bytes: report.mail(to: campaign.entry.owner, hostname),
        pool: pool),
      workspaceID: campaign.workspaceID, hostname: hostname, now: now)
  }
}

/// What a campaign came to, for its owner.
private struct CampaignReport {
  let subject: String
  let sums: [(name: String, value: Int)]
  private let text: String

  init(_ campaign: CampaignRecord, _ runs: [CampaignRunRecord], _ uses: [CampaignUse]) {
    let name = campaign.entry.name ?? campaign.entry.key
    subject = "Campaign \(name) is completed"
    func sum(_ value: (CampaignRunRecord) -> Int) -> Int { runs.reduce(0) { $0 + value($1) } }
    sums = [
      ("runs", runs.count), ("found", sum(\.found)), ("with_address", sum(\.withAddress)), ("new", sum(\.new)),
      ("enrolled", sum(\.enrolled)), ("sent", uses.reduce(0) { $0 + $1.sent }),
      ("credits", uses.reduce(0) { $0 + $1.credits }), ("errors", sum(\.errors)),
    ]
    var lines = ["All runs of the campaign \(name) are over.", ""]
    for (name, value) in sums { lines.append("  \(name.replacing("_", with: " ")): \(value)") }
    let failed = runs.filter { $0.state == .failed }.sorted { $0.number < $1.number }
    if !failed.isEmpty {
      lines += ["", "Runs that could not read their source to its end:", ""]
      // Of a campaign of many runs that all failed the reason is the same.
      for run in failed.suffix(20) { lines.append("  \(run.number) (\(run.day)): \(oneLine(run.failure ?? ""))") }
    }
    lines += ["", "Follow-up mails of the sequence \(campaign.entry.sequence) go on by its plan.", ""]
    text = lines.joined(separator: "\r\n")
  }

  /// Without From, Date and Message-ID, which it gets when it goes.
  func mail(to owner: String, _ hostname: String) -> [UInt8] {
    var header = HeaderBlock()
    header.append("To", owner)
    header.append("Subject", EncodedWord.encode(subject))
    // RFC 3834 section 5: no machine is to answer.
    header.append("Auto-Submitted", "auto-generated")
    header.append("MIME-Version", "1.0")
    header.append("Content-Type", "text/plain; charset=utf-8")
    let body = Array("\(text)\r\nThis is the mail gateway at \(hostname).\r\n".utf8)
    header.append("Content-Transfer-Encoding", body.allSatisfy { $0 < 0x80 } ? "7bit" : "8bit")
    return header.serialized() + Array("\r\n".utf8) + body
  }
}

private func oneLine(_ text: String) -> String {
  String(text.map { $0.isNewline || $0.isWhitespace ? " " : $0 }.prefix(300))
}

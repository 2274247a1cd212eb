internal import Configuration
internal import Delivery
internal import MailText
internal import Outreach

/// A mail of another sequence that somebody got lately.
struct LateMail {
  /// The key of its sequence.
  var sequence: String
  var at: Int64
  /// When it is no longer lately.
  var until: Int64
  var action: DuplicateReaction

  /// `was written to by sequence spring on 2026-11-20`.
  var words: String { "was written to by sequence \(sequence) on \(CivilDate(dayNumber: at / 86_400_000).text)" }
}

extension Reader {
  /// The last mail that another sequence sent to somebody, when that was within the period of `duplicates`.
  func lateMail(to address: String, besides sequence: SequenceRecord?, workspaceID: Int64, now: Int64)
    throws(StoreError) -> LateMail?
  {
    let usual = try workspace(workspaceID).sequenceDefaults.duplicates
    guard let settings = sequence?.entry.duplicates ?? usual, settings.periodMilliseconds > 0 else { return nil }
    let last = try first(
      """
      SELECT q.key, m.sent_at FROM message m JOIN enrollment e ON e.id = m.enrollment_id
      JOIN sequence q ON q.id = e.sequence_id
      WHERE \(samePerson) AND m.workspace_id = ? AND m.sent_at > ? AND q.id <> ?
      ORDER BY m.sent_at DESC LIMIT 1
      """,
      address.person + [
        .integer(workspaceID), .integer(now - settings.periodMilliseconds), .integer(sequence?.id ?? 0),
      ]
    ) { row in (key: row.text(0), at: row.integer(1)) }
    return last.map {
      LateMail(sequence: $0.key, at: $0.at, until: $0.at + settings.periodMilliseconds, action: settings.action)
    }
  }
}

extension Reader {
  /// What `duplicates` means for a first mail that is about to go: another sequence may have written since its person was enrolled.
  func lookForLateMail(
    _ message: MessageRecord, _ sequence: SequenceRecord, _ workspace: WorkspaceRecord, _ facts: inout MessageFacts,
    now: Int64
  ) throws(StoreError) {
    guard let settings = sequence.entry.duplicates ?? workspace.sequenceDefaults.duplicates,
      settings.periodMilliseconds > 0, let enrollment = message.enrollmentID
    else { return }
    let hasBegun = try first(
      """
      SELECT 1 FROM message WHERE enrollment_id = ? AND id <> ? AND (sent_at IS NOT NULL OR state IN ('sending', 'unknown'))
      LIMIT 1
      """, [.integer(enrollment), .integer(message.id)]
    ) { _ in true }
    guard hasBegun == nil else { return }
    let isUnderWay = try first(
      """
      SELECT 1 FROM message WHERE \(samePerson) AND workspace_id = ? AND state = 'sending' AND enrollment_id <> ? LIMIT 1
      """, message.recipient.person + [.integer(workspace.id), .integer(enrollment)]
    ) { _ in true }
    if isUnderWay != nil {
      // How it ends is known within a minute or so.
      facts.caps.append(
        ContactCap(name: "a mail of another sequence is under way", used: 1, limit: 1, freesAt: now + 60_000))
      return
    }
    guard let late = try lateMail(to: message.recipient, besides: sequence, workspaceID: workspace.id, now: now) else {
      return
    }
    switch late.action {
    case .wait:
      facts.caps.append(
        ContactCap(name: "mails of sequence \(late.sequence) lately", used: 1, limit: 1, freesAt: late.until))
    // Until it is due that may be long ago.
    case .skip where facts.due.map { $0 <= now } ?? false: facts.running = .ended(late.words)
    case .skip: break
    }
  }
}

extension Transaction {
  /// Lets the first mail to somebody who was written to lately wait until that is over.
  func waitOut(_ late: LateMail?, _ enrollmentID: Int64, workspaceID: Int64, now: Int64) throws(StoreError) {
    guard let late, late.action == .wait, let enrollment = try enrollment(enrollmentID) else { return }
    try postpone(enrollment, until: late.until, workspaceID: workspaceID, now: now)
  }
}

import Foundation
internal import Outreach
import Sorting

/// A mail that the rules of today take for something else than those of the day it came.
public struct VerdictChange: Sendable, Equatable {
  /// The mail.
  public var record: InboundRecord
  /// What it is taken for now.
  public var verdict: InboundVerdict
  /// What follows, in words.
  public var effects: [String]
}

extension Reader {
  /// Mails that came in, oldest first, after the one with id `cursor`; those of the account itself are not sorted by rules.
  public func inboundToResort(after cursor: Int64, limit: Int) throws(StoreError) -> [(
    record: InboundRecord, bytes: [UInt8]
  )] {
    let ids = try connection.rows(
      "SELECT id FROM inbound WHERE id > ? AND rule NOT LIKE 'own.%' ORDER BY id LIMIT ?",
      [.integer(cursor), .integer(Int64(limit))]
    ) { row in row.integer(0) }
    var mails: [(record: InboundRecord, bytes: [UInt8])] = []
    for id in ids {
      guard let record = try inbound(id), let bytes = try body(record.bodyID) else { continue }
      mails.append((record, bytes))
    }
    return mails
  }

  /// The change that a new verdict makes; nil when there is none that anybody would notice.
  public func change(of record: InboundRecord, to verdict: InboundVerdict, now: Int64) throws(StoreError)
    -> VerdictChange?
  {
    let consequences = try resortConsequences(of: record, to: verdict, now: now)
    guard record.kind != verdict.kind || record.rule != verdict.rule || !consequences.isEmpty else { return nil }
    return VerdictChange(record: record, verdict: verdict, effects: consequences.map(\.consequence.words))
  }

  /// What really changes: what is there already is left out.
  func resortConsequences(of record: InboundRecord, to verdict: InboundVerdict, now: Int64) throws(StoreError) -> [(
    consequence: ResortConsequence, message: MessageRecord, enrollment: EnrollmentRecord?
  )] {
    guard let message = try record.messageID.map({ id throws(StoreError) in try message(id) }) ?? nil else { return [] }
    let enrollment = try enrollment(of: message)
    var policy = SequencePolicy()
    if let enrollment { policy = try self.policy(of: enrollment) }
    let fact = InboundFact(
      kind: .other, mail: "inbound:\(record.id)", messageID: message.id, address: message.recipient,
      enrollment: enrollment?.state, awayUntil: verdict.awayUntil)
    let old = (try? JSONDecoder().decode(Verdict.self, from: Data(record.verdict.utf8)))
      .map { InboundVerdict(verdict: $0) }
    let kinds = consequences(
      ofResorting: fact,
      from: self.kinds(
        record.kind, rule: record.rule, bounces: old?.bounces ?? [], asksToStop: false, for: message),
      to: self.kinds(
        verdict.kind, rule: verdict.rule, bounces: verdict.bounces, asksToStop: verdict.asksToStop, for: message),
      policy: policy)
    var effective: [(consequence: ResortConsequence, message: MessageRecord, enrollment: EnrollmentRecord?)] = []
    for consequence in kinds where try hasEffect(consequence, message, enrollment, of: record, now: now) {
      effective.append((consequence, message, enrollment))
    }
    return effective
  }

  private func hasEffect(
    _ consequence: ResortConsequence, _ message: MessageRecord, _ enrollment: EnrollmentRecord?,
    of record: InboundRecord, now: Int64
  ) throws(StoreError) -> Bool {
    switch consequence {
    case .liftSuppression(let address):
      // Only what this mail alone brought about: another mail or a person may have said the same since.
      return try suppression(of: address, workspaceID: message.workspaceID)?.source == "inbound:\(record.id)"
    case .carryOut(.suppress(let address, _)):
      return try suppression(of: address, workspaceID: message.workspaceID) == nil
    case .carryOut(.markReplied): return message.repliedAt == nil
    case .carryOut(.markBounced): return message.state == .sent
    case .carryOut(.postpone(let until)): return until > now && enrollment?.notBefore != until
    case .carryOut(.stopEnrollment), .carryOut(.cancelWaiting):
      return enrollment?.state == .active || enrollment?.state == .paused
    case .carryOut(.pauseEnrollment): return enrollment?.state == .active
    case .carryOut(.bookReply), .carryOut(.note): return false
    }
  }
}

extension Transaction {
  /// Keeps the verdict of today for a mail and does what follows from the change; nothing is booked, nothing stopped goes on.
  public func resort(_ record: InboundRecord, to verdict: InboundVerdict, now: Int64) throws(StoreError) {
    guard let current = try inbound(record.id), current.rule == record.rule, current.verdict == record.verdict else {
      return
    }
    let consequences = try resortConsequences(of: current, to: verdict, now: now)
    try run(
      "UPDATE inbound SET class = ?, rule = ?, verdict = ? WHERE id = ?",
      [.text(verdict.kind), .text(verdict.rule), .text(verdict.json), .integer(record.id)])
    guard record.kind != verdict.kind || record.rule != verdict.rule || !consequences.isEmpty,
      let account = try account(record.accountID)
    else { return }
    try append(
      .inboundResorted, at: now, workspaceID: account.workspaceID, messageID: record.messageID, accountID: account.id,
      detail: [
        ("inbound", "\(record.id)"), ("from", "\(record.kind) \(record.rule)"),
        ("to", "\(verdict.kind) \(verdict.rule)"),
      ])
    for (consequence, message, enrollment) in consequences {
      switch consequence {
      case .liftSuppression(let address):
        _ = try unsuppress(address, workspaceID: message.workspaceID, now: now)
      case .carryOut(let consequence):
        try carryOut(
          consequence, message, enrollment,
          Occasion(
            kind: verdict.kind, accountID: record.accountID, at: record.receivedAt, now: now, bounces: verdict.bounces),
          id: record.id)
      }
    }
  }
}

extension ResortConsequence {
  /// For people.
  fileprivate var words: String {
    switch self {
    case .liftSuppression(let address): "\(address) may be written to again"
    case .carryOut(.stopEnrollment(let reason)): "the enrollment stops: \(reason.rawValue)"
    case .carryOut(.pauseEnrollment): "the enrollment is paused"
    case .carryOut(.cancelWaiting): "its waiting steps are cancelled"
    case .carryOut(.suppress(let address, let reason)): "\(address) gets no more mail: \(reason.rawValue)"
    case .carryOut(.bookReply): "a credit"
    case .carryOut(.markReplied): "the message counts as answered"
    case .carryOut(.markBounced): "the message counts as bounced"
    case .carryOut(.postpone): "the next step waits for the day of return"
    case .carryOut(.note(let words)): words
    }
  }
}

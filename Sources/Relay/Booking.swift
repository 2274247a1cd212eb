import Configuration
import Delivery
import Host
import Store

/// What a line has for the store: the journal's word before a dot, or how an attempt ended.
enum Entry: Sendable {
  /// `begunAt`: when its connection turned to it; UTC epoch milliseconds.
  case transmitting(attempt: Int64, begunAt: Int64)
  case booking(Booking)

  var isOfDot: Bool { if case .transmitting = self { true } else { false } }

  /// Whether the dot may go; whether the account was paused.
  func write(_ transaction: Transaction) throws(StoreError) -> Bool {
    switch self {
    case .transmitting(let attempt, let begunAt):
      return try transaction.markTransmitting(attempt, begunAt: begunAt, now: Clock.now())
    case .booking(let booking): return try booking.write(transaction)
    }
  }
}

/// How one attempt ended, and what becomes of its account.
struct Booking: Sendable {
  let claim: Claim
  let judgement: Judgement
  /// The account stays away until then.
  let rest: (until: Int64, reason: String)?
  /// Its server has been out of reach so long that this is to be said, in these words.
  let unreachable: String?
  let notices: NoticePolicy
  /// When it ended; UTC epoch milliseconds.
  let at: Int64

  /// Both in one transaction; returns whether the account was paused.
  func write(_ transaction: Transaction) throws(StoreError) -> Bool {
    let account = claim.account
    try transaction.finish(claim.attemptID, judgement.outcome, telling: notices, now: at)
    if let rest { try transaction.restAccount(account.id, until: rest.until, reason: rest.reason, now: at) }
    if let unreachable { try transaction.noteUnreachable(account.id, text: unreachable, now: at) }
    if account.reason == .unreachable, judgement.outcome.told.reply.code != nil {
      try transaction.noteReached(account.id, now: at)
    }
    // A login takes seconds; when the password was changed meanwhile, its refusal says nothing of the new one.
    guard case .pause(let reason, let words) = judgement.account,
      try transaction.account(account.id)?.changedAt == account.changedAt
    else { return false }
    try transaction.setAccountState(account.id, .paused, reason: reason, text: words, now: at)
    return true
  }

  func log(to log: Log, isPaused: Bool) {
    let account = claim.account
    var fields: LogFields = [
      "message": .int(claim.message.id), "attempt": .int(claim.attemptID), "account": .text(account.address),
      "recipient": .text(claim.message.recipient),
    ]
    let (event, reply) = judgement.outcome.told
    fields.append("reply", .text(reply.text))
    if let rest { fields.append("account_rests_until", .text(Clock.text(rest.until))) }
    switch judgement.outcome {
    case .accepted: log.info(event, fields)
    default: log.warning(event, fields)
    }
    if isPaused, case .pause(let reason, let words) = judgement.account {
      log.error(
        "account.paused",
        ["account": .text(account.address), "reason": .text(reason.rawValue), "text": .text(words)])
    }
    if let unreachable {
      log.error("account.unreachable", ["account": .text(account.address), "text": .text(unreachable)])
    }
  }
}

extension AttemptOutcome {
  /// The log event, and the reply that decided.
  fileprivate var told: (event: String, reply: JournalReply) {
    switch self {
    case .accepted(let reply): ("relay.accepted", reply)
    case .recipientRefused(let reply, _): ("relay.recipient_refused", reply)
    case .contentRefused(let reply): ("relay.content_refused", reply)
    case .temporary(let reply, _): ("relay.deferred", reply)
    case .unharmed(let reply, _), .brokeOff(let reply, _): ("relay.put_back", reply)
    case .held(let reply): ("relay.held", reply)
    case .unknown(let reply, _): ("relay.unknown", reply)
    }
  }
}

public import Configuration
public import Delivery
internal import Outreach

/// Why a message waits, or when it goes: every gate at one instant.
public struct Explanation: Sendable, Equatable {
  /// The message with its names.
  public var listing: MessageListing
  /// All its gates and accounts.
  public var report: GateReport
  /// Its tries so far.
  public var attempts: [AttemptRecord]
  /// Of a message of unknown fate: how the looking for its copy stands.
  public var search: CopySearch?
  /// UTC epoch milliseconds.
  public var at: Int64
}

/// How the looking for the copy of a message of unknown fate stands.
public struct CopySearch: Sendable, Equatable {
  /// Looks so far; nil: there are none any more, or there is no mailbox to look into.
  public var looks: Int?
  /// When the next one is.
  public var nextLook: Int64?
  /// When its fate became unknown; the wait for a copy counts from here.
  public var begunAt: Int64?
  /// What follows when no copy is found: what its account wants, and `hold` where that is `retry` but it had its tries.
  public var policy: UnknownPolicy
}

/// After so many tries that nobody knows the end of, `on_unknown = "retry"` becomes `hold`.
private let mostUnknownTries = 3

extension Reader {
  /// Whether an unknown message is tried again by its account's policy: not when its enrollment ended meanwhile, and not
  /// for ever, because each try may have made a copy.
  func mayGoAgain(_ message: MessageRecord) throws(StoreError) -> Bool {
    if let enrollment = try enrollment(of: message), enrollment.state == .stopped || enrollment.state == .failed {
      return false
    }
    return try attempts(of: message.id).count { $0.state == AttemptState.unknown.rawValue } < mostUnknownTries
  }

  /// Evaluates all gates of a message without doing anything; nil when there is none of that id.
  public func explain(_ id: Int64, now: Int64) throws(StoreError) -> Explanation? {
    guard let listing = try messageListing(id) else { return nil }
    var shared = SharedFacts()
    let message = listing.message
    let accounts = try candidates(inLane: message.lane).map { record throws(StoreError) in
      try facts(of: record, now: now)
    }
    var asked = try facts(of: message, now: now, &shared)
    let pool = PoolPolicy(try pool(message.poolID))
    try complete(&asked, message, for: accounts, in: pool)
    let report = evaluate(asked, accounts: accounts, pool: pool, now: now, explain: true)
    return Explanation(
      listing: listing, report: report, attempts: try attempts(of: id), search: try search(message), at: now)
  }

  private func search(_ message: MessageRecord) throws(StoreError) -> CopySearch? {
    guard message.state == .unknown else { return nil }
    let check = try sentCheck(of: message.id)
    var policy = UnknownPolicy.hold
    if let id = message.accountID, let account = try account(id) { policy = account.settings.onUnknown }
    // What will not be tried again is held.
    if policy == .retry, try !mayGoAgain(message) { policy = .hold }
    return CopySearch(looks: check?.looks, nextLook: check?.nextLook, begunAt: check?.begunAt, policy: policy)
  }

  /// What each of these messages waits for, in a few words, by id; none for one that only waits for its time or needs
  /// nothing. Of a lane one due message is evaluated: accounts and credits are the same for all of it.
  public func waits(_ listings: [MessageListing], now: Int64) throws(StoreError) -> [Int64: String] {
    var found: [Int64: String] = [:]
    var lanes: [Int64: String?] = [:]
    for message in listings.map(\.message) {
      switch message.state {
      case .held, .unknown: found[message.id] = message.lastReply
      case .scheduled:
        // Of one that waits for its next try the server's words say more.
        if let gate = message.parkedBy, gate != "due" {
          found[message.id] = gate
        } else if message.retryAt.map({ $0 > now }) ?? false {
          found[message.id] = message.lastReply
        } else if let due = message.due, due > now {
          continue
        } else if let known = lanes[message.lane], message.due != nil {
          found[message.id] = known
        } else if let report = try explain(message.id, now: now)?.report {
          let reason = report.binding.flatMap { report[$0]?.reason }
          if message.due != nil { lanes[message.lane] = .some(reason) }
          found[message.id] = reason
        }
      case .draft, .sending, .sent, .bounced, .failed, .skipped, .cancelled: continue
      }
    }
    return found
  }

  /// Today's use of an account's limits, as the gates see it; nil when there is no such account.
  public func accountFacts(_ id: Int64, now: Int64) throws(StoreError) -> AccountFacts? {
    try account(id).map { record throws(StoreError) in try facts(of: record, now: now) }
  }
}

public import Delivery

/// Why a message waits, or when it goes: every gate at one instant.
public struct Explanation: Sendable, Equatable {
  /// The message with its names.
  public var listing: MessageListing
  /// All its gates and accounts.
  public var report: GateReport
  /// Its tries so far.
  public var attempts: [AttemptRecord]
  /// UTC epoch milliseconds.
  public var at: Int64
}

extension Reader {
  /// Evaluates all gates of a message without doing anything; nil when there is none of that id.
  public func explain(_ id: Int64, now: Int64) throws(StoreError) -> Explanation? {
    guard let listing = try messageListing(id) else { return nil }
    var shared = SharedFacts()
    let message = listing.message
    let accounts = try candidates(for: message).map { record throws(StoreError) in try facts(of: record, now: now) }
    let report = evaluate(
      try facts(of: message, now: now, &shared), accounts: accounts, pool: PoolPolicy(try pool(message.poolID)),
      now: now, explain: true)
    return Explanation(listing: listing, report: report, attempts: try attempts(of: id), at: now)
  }

  /// Today's use of an account's limits, as the gates see it; nil when there is no such account.
  public func accountFacts(_ id: Int64, now: Int64) throws(StoreError) -> AccountFacts? {
    try account(id).map { record throws(StoreError) in try facts(of: record, now: now) }
  }
}

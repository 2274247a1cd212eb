internal import Delivery

/// What the writer remembers of accounts and pools from one look at the queue to the next: asking for all of a pool's
/// accounts costs more than everything else about a mail.
///
/// As with `LaneBook`, whoever changes something says so here, and a rolled back transaction makes it forget everything.
struct AccountBook {
  struct Entry {
    var record: AccountRecord
    var facts: AccountFacts
    /// When it was asked.
    var readAt: Int64
  }

  private var entries: [Int64: Entry] = [:]
  /// The accounts of each lane.
  private var lanes: [Int64: [Int64]] = [:]
  private var pools: [Int64: PoolRecord?] = [:]

  /// The accounts that may take a message, with their facts at `now`.
  mutating func candidates(for message: MessageRecord, now: Int64, _ reader: Reader) throws(StoreError) -> [Entry] {
    let ids: [Int64]
    if let known = lanes[message.lane] {
      ids = known
    } else {
      ids = try reader.candidates(for: message).map(\.id)
      lanes[message.lane] = ids
    }
    var found: [Entry] = []
    found.reserveCapacity(ids.count)
    for id in ids {
      if let known = entries[id], known.isTrue(at: now) {
        found.append(known)
      } else if let record = try reader.account(id) {
        let entry = Entry(record: record, facts: try reader.facts(of: record, now: now), readAt: now)
        entries[id] = entry
        found.append(entry)
      }
    }
    return found
  }

  /// A pool; nil when it was removed.
  mutating func pool(_ id: Int64, _ reader: Reader) throws(StoreError) -> PoolRecord? {
    if let known = pools[id] { return known }
    let found = try reader.pool(id)
    pools[id] = .some(found)
    return found
  }

  /// A message was claimed for an account.
  mutating func tookOne(_ id: Int64, _ message: MessageFacts) {
    entries[id]?.facts.inFlight += 1
    entries[id]?.facts.domainInFlight[message.domain, default: 0] += 1
    if message.isNewContact { entries[id]?.facts.newContactsInFlight += 1 }
    entries[id]?.facts.connectionsInUse += 1
  }

  /// The turn of a pool went to an account.
  mutating func turned(_ pool: Int64, to account: Int64) { pools[pool]??.turn = account }

  /// A send ended, or the account rests.
  mutating func changed(_ account: Int64) { entries[account] = nil }

  /// Accounts, pools or workspaces changed.
  mutating func forget() { self = AccountBook() }
}

extension AccountBook.Entry {
  /// The facts know by themselves when most of them end; not so the sends that leave a stretch of time that moves along.
  fileprivate func isTrue(at now: Int64) -> Bool {
    if readAt == now { return true }
    let moves = facts.hourlyLimit != nil || facts.minuteLimit != nil || facts.limitMode == .rolling
    return !moves && readAt < now && now < facts.dayEnds
  }
}

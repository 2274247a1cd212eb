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
    /// The attempt of `facts.lastMessage`; nil when that was read.
    var lastAttempt: Int64?
  }

  private var entries: [Int64: Entry] = [:]
  /// The accounts of each lane.
  private var lanes: [Int64: [Int64]] = [:]
  private var pools: [Int64: PoolRecord?] = [:]
  private var records: [Int64: AccountRecord?] = [:]
  private var workspaces: [Int64: WorkspaceRecord] = [:]
  /// The day on which an account's last seven were found without a refusal, bounce or complaint.
  private var spotless: [Int64: String] = [:]

  /// The accounts that may take a message, with their facts at `now`.
  mutating func candidates(for message: MessageRecord, now: Int64, _ reader: Reader) throws(StoreError) -> [Entry] {
    let ids = try accounts(ofLane: message.lane, reader)
    var found: [Entry] = []
    found.reserveCapacity(ids.count)
    for id in ids {
      if let known = entries[id], known.isTrue(at: now) {
        found.append(known)
      } else if let record = try account(id, reader) {
        let entry = Entry(record: record, facts: try reader.facts(of: record, now: now), readAt: now)
        entries[id] = entry
        found.append(entry)
      }
    }
    return found
  }

  /// The accounts that may take a lane's mail.
  mutating func accounts(ofLane lane: Int64, _ reader: Reader) throws(StoreError) -> [Int64] {
    if let known = lanes[lane] { return known }
    let ids = try reader.candidates(inLane: lane).map(\.id)
    lanes[lane] = ids
    return ids
  }

  /// An account that was a candidate, as it was left.
  func known(_ id: Int64) -> Entry? { entries[id] }

  /// An account by itself; nil when there never was one of that id.
  mutating func account(_ id: Int64, _ reader: Reader) throws(StoreError) -> AccountRecord? {
    if let known = records[id] { return known }
    let found = try reader.account(id)
    records[id] = .some(found)
    return found
  }

  /// A workspace.
  mutating func workspace(_ id: Int64, _ reader: Reader) throws(StoreError) -> WorkspaceRecord {
    if let known = workspaces[id] { return known }
    let found = try reader.workspace(id)
    workspaces[id] = found
    return found
  }

  /// Whether nothing of an account's last seven days speaks against it; false when that is not known.
  func isSpotless(_ account: Int64, day: String) -> Bool { spotless[account] == day }

  /// What was found on a day.
  mutating func setSpotless(_ account: Int64, _ isSpotless: Bool, day: String) {
    spotless[account] = isSpotless ? day : nil
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
    entries[id]?.took(message)
  }

  /// The turn of a pool went to an account.
  mutating func turned(_ pool: Int64, to account: Int64) { pools[pool]??.turn = account }

  /// A send ended. What that changes is reckoned here for an account whose facts are plain counts; of others all is read anew.
  mutating func ended(_ id: Int64, accepted: (attempt: Int64, message: Int64, at: Int64)?, now: Int64) {
    guard var entry = entries[id], !entry.moves, !entry.facts.hasLimitOfMessage, entry.facts.inFlight > 0 else {
      entries[id] = nil
      return
    }
    entry.facts.inFlight -= 1
    entry.facts.connectionsInUse -= 1
    if let accepted {
      let isOfToday = accepted.at <= now && now < entry.facts.dayEnds && entry.readAt <= accepted.at
      let last = entry.facts.lastSendAt ?? .min
      guard isOfToday, accepted.at > last || accepted.at == last && entry.lastAttempt != nil else {
        entries[id] = nil
        return
      }
      entry.facts.usedToday += 1
      // Of two that ended in the same millisecond the journal's later one is the last.
      if accepted.at > last || accepted.attempt > entry.lastAttempt ?? .min {
        entry.facts.lastSendAt = accepted.at
        entry.facts.lastMessage = accepted.message
        entry.lastAttempt = accepted.attempt
      }
    }
    entries[id] = entry
  }

  /// The account's own row changed.
  mutating func changed(_ account: Int64) {
    entries[account] = nil
    records[account] = nil
  }

  /// Accounts, pools or workspaces changed.
  mutating func forget() { self = AccountBook() }
}

extension AccountBook.Entry {
  fileprivate mutating func took(_ message: MessageFacts) {
    facts.inFlight += 1
    facts.connectionsInUse += 1
    guard facts.hasLimitOfMessage else { return }
    facts.domainInFlight[message.domain, default: 0] += 1
    if message.isNewContact { facts.newContactsInFlight += 1 }
  }

  /// The facts know by themselves when most of them end; not so the sends that leave a stretch of time that moves along.
  fileprivate func isTrue(at now: Int64) -> Bool {
    readAt == now || !moves && readAt < now && now < facts.dayEnds
  }

  /// Whether sends leave what is counted as time goes on.
  fileprivate var moves: Bool { facts.hourlyLimit != nil || facts.minuteLimit != nil || facts.limitMode == .rolling }
}

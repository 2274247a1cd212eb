internal import Configuration
internal import Delivery
internal import Outreach

/// A message that an account has taken to hand over; the journal has its attempt.
public struct Claim: Sendable, Equatable {
  /// The journal's row.
  public var attemptID: Int64
  /// The message, as it was claimed.
  public var message: MessageRecord
  /// The account that sends it.
  public var account: AccountRecord
}

/// What one look at the queue brought.
public struct ClaimPass: Sendable {
  /// What is to be handed over now.
  public var claims: [Claim] = []
  /// When there may be more by time alone; nil: only after something changes. UTC epoch milliseconds.
  public var nextLook: Int64?
  /// Messages that were decided about.
  var decisions = 0

  mutating func look(at instant: Int64?) {
    guard let instant else { return }
    nextLook = min(nextLook ?? instant, instant)
  }
}

/// So long a lane stays closed at the most: it bounds the harm where nobody announced that it may open again.
private let longestClosing: Int64 = 60_000

/// So many messages are decided about in one pass, though none of them may go: a sequence that was paused or a domain that
/// was suppressed must not keep the writer from everybody's mail while its thousands are put aside.
private let mostDecisions = 500

/// One priority of a lane that has due mail.
private struct Turn: Comparable {
  var lane: Int64
  var priority: Int64
  /// When its oldest mail was due.
  var oldest: Int64

  /// Higher priorities first; then what only one account can take (follow-ups), before the pools' mail uses up that
  /// account's limit; then who has waited longest.
  static func < (left: Turn, right: Turn) -> Bool {
    if left.priority != right.priority { return left.priority > right.priority }
    if (left.lane > 0) != (right.lane > 0) { return left.lane > 0 }
    return left.oldest != right.oldest ? left.oldest < right.oldest : left.lane < right.lane
  }
}

extension Transaction {
  /// Looks at every lane with due mail, lets the gates decide, and claims what may go now, at most `limit`.
  ///
  /// What a gate of its own keeps waiting is parked until that gate opens; what waits for an account or for the
  /// workspace's credits stays due.
  /// `closedLanes` are passed over until their time; a lane that is found closed is put into it.
  public func claimDue(now: Int64, limit: Int, closedLanes: inout [Int64: Int64]) throws(StoreError) -> ClaimPass {
    var pass = ClaimPass()
    var book = AccountBook()
    var shared = SharedFacts()
    for turn in try turns(now: now, &closedLanes, &pass) where closedLanes[turn.lane] == nil {
      if let until = try claim(turn, now: now, limit: limit, &pass, &book, &shared) { closedLanes[turn.lane] = until }
      if pass.claims.count >= limit { break }
      if pass.decisions >= mostDecisions {
        // What is left is for another transaction, which comes at once: others wait for this one.
        pass.look(at: now)
        break
      }
    }
    return pass
  }

  /// Who is asked first: a fixed order of lanes would let the first ones use up the accounts and connections for ever.
  private func turns(now: Int64, _ closedLanes: inout [Int64: Int64], _ pass: inout ClaimPass) throws(StoreError)
    -> [Turn]
  {
    var turns: [Turn] = []
    for lane in try lanes() {
      // A clock that was set back must not keep a lane closed longer than any lane is ever closed.
      if let until = closedLanes[lane], until > now, until - now <= longestClosing {
        pass.look(at: until)
        continue
      }
      closedLanes[lane] = nil
      for priority in try priorities(inLane: lane) {
        guard let oldest = try firstDue(inLane: lane, priority: priority, after: .min) else { continue }
        guard oldest <= now else {
          pass.look(at: oldest)
          continue
        }
        turns.append(Turn(lane: lane, priority: priority, oldest: oldest))
      }
    }
    return turns.sorted()
  }

  /// Works through one priority of a lane. Returns until when the lane is closed, if it is.
  private func claim(
    _ turn: Turn, now: Int64, limit: Int, _ pass: inout ClaimPass, _ book: inout AccountBook,
    _ shared: inout SharedFacts
  ) throws(StoreError) -> Int64? {
    while pass.claims.count < limit, pass.decisions < mostDecisions {
      // A few at a time: most lanes can send one mail until their account's next gap.
      let asked = min(20, limit - pass.claims.count)
      let found = try due(inLane: turn.lane, priority: turn.priority, now: now, limit: asked)
      pass.decisions += found.count
      for message in found {
        if let closed = try decide(message, now: now, &pass, &book, &shared) { return closed }
      }
      if found.count < asked { break }
    }
    pass.look(at: try firstDue(inLane: turn.lane, priority: turn.priority, after: now))
    return nil
  }

  /// Does with one due message what the gates say. Returns until when the whole lane is closed, if it is.
  private func decide(
    _ message: MessageRecord, now: Int64, _ pass: inout ClaimPass, _ book: inout AccountBook,
    _ shared: inout SharedFacts
  ) throws(StoreError) -> Int64? {
    var facts = try self.facts(of: message, now: now, &shared)
    let accounts = try book.candidates(for: message, now: now, self)
    try complete(&facts, message, for: accounts.map(\.facts))
    let pool = try pool(message.poolID)
    let report = evaluate(facts, accounts: accounts.map(\.facts), pool: PoolPolicy(pool), now: now)
    switch report.outcome {
    case .go(let id):
      guard let account = accounts.first(where: { $0.record.id == id }) else {
        throw .statement("the gates chose account \(id), which is no candidate for message \(message.id)")
      }
      pass.claims.append(try claim(message, by: account.record, now: now))
      book.tookOne(id, facts)
      shared.credits[message.workspaceID]?.inFlight += 1
      if let pool, pool.rotation == .roundRobin, message.lane < 0 { try setTurn(ofPool: pool.id, to: id) }
    case .skip(let reason): try end(message, as: .skipped, because: reason, now: now)
    case .cancel(let reason):
      try end(message, as: .cancelled, because: reason, now: now)
      if report.binding == .suppression, let enrollment = try enrollment(of: message) {
        try stop(enrollment, reason: .suppressed, workspaceID: message.workspaceID, now: now)
      }
    case .wait(let until):
      if let gone = try whatIsGone(for: message, accounts.isEmpty) {
        try hold(message, because: gone, now: now)
        return nil
      }
      // Accounts and credits are the same for all of a lane: nothing behind this message could go either.
      guard !report.isOfMessage else {
        // Never at or before now: the lane would be asked for the same message for ever. What waits for another send of
        // its account to end is looked at again when that must be over.
        let look = until.map { max($0, now + 1) } ?? (report.binding == .account ? now + longestClosing : nil)
        try park(message, until: look, by: report.binding?.rawValue ?? "due")
        pass.look(at: look)
        return nil
      }
      // A minute bounds the harm of a closed lane whose reopening nobody announced.
      let closed = min(until ?? .max, now + longestClosing)
      pass.look(at: closed)
      return closed
    }
    return nil
  }

  /// What a message waits for in vain: its account or its pool was removed.
  private func whatIsGone(for message: MessageRecord, _ hasNoAccounts: Bool) throws(StoreError) -> String? {
    if message.lane > 0 {
      guard hasNoAccounts else { return nil }
      return "its account \(try account(message.lane)?.address ?? "") was removed"
    }
    return try pool(-message.lane) == nil ? "its pool was removed" : nil
  }

  private func claim(_ message: MessageRecord, by account: AccountRecord, now: Int64) throws(StoreError) -> Claim {
    try run(
      "UPDATE message SET state = 'sending', due = NULL, parked_by = NULL WHERE id = ?", [.integer(message.id)])
    let attempt = try insert(
      "INSERT INTO attempt (message_id, account_id, state, claimed_at) VALUES (?, ?, 'claimed', ?)",
      [.integer(message.id), .integer(account.id), .integer(now)])
    return Claim(attemptID: attempt, message: message, account: account)
  }

  private func park(_ message: MessageRecord, until: Int64?, by gate: String) throws(StoreError) {
    try run(
      "UPDATE message SET due = ?, parked_by = ? WHERE id = ?", [SQLValue(until), .text(gate), .integer(message.id)])
  }
}

extension PoolPolicy {
  /// How a pool's accounts take turns.
  init(_ pool: PoolRecord?) {
    switch pool?.rotation {
    case .leastUsed, nil: self.init(name: pool?.key ?? "")
    case .weighted: self.init(rotation: .weighted, name: pool?.key ?? "")
    case .evenSpacing: self.init(rotation: .evenSpacing, name: pool?.key ?? "")
    case .roundRobin: self.init(rotation: .roundRobin, lastAccount: pool?.turn, name: pool?.key ?? "")
    }
  }
}

extension Reader {
  /// The lanes with scheduled mail. Each step is one seek in the queue's index, however much waits in between.
  func lanes() throws(StoreError) -> [Int64] {
    var lanes: [Int64] = []
    var last = Int64.min
    while let lane = try minimum("lane", where: "lane > ?", [.integer(last)]) {
      lanes.append(lane)
      last = lane
    }
    return lanes
  }

  private func minimum(_ column: String, where condition: String, _ values: [SQLValue]) throws(StoreError) -> Int64? {
    try first("SELECT MIN(\(column)) FROM message WHERE state = 'scheduled' AND \(condition)", values) { row in
      row.integerOrNil(0)
    } ?? nil
  }

  /// The priorities with scheduled mail in a lane, highest first.
  func priorities(inLane lane: Int64) throws(StoreError) -> [Int64] {
    var found: [Int64] = []
    var last = Int64.min
    while let priority = try minimum("priority", where: "lane = ? AND priority > ?", [.integer(lane), .integer(last)]) {
      found.append(priority)
      last = priority
    }
    return found.reversed()
  }

  func due(inLane lane: Int64, priority: Int64, now: Int64, limit: Int) throws(StoreError) -> [MessageRecord] {
    try connection.rows(
      """
      SELECT \(MessageRecord.columns) FROM message m
      WHERE m.state = 'scheduled' AND m.lane = ? AND m.priority = ? AND m.due <= ? ORDER BY m.due LIMIT ?
      """, [.integer(lane), .integer(priority), .integer(now), .integer(Int64(limit))]
    ) { row throws(StoreError) in try MessageRecord(row) }
  }

  func firstDue(inLane lane: Int64, priority: Int64, after: Int64) throws(StoreError) -> Int64? {
    try minimum(
      "due", where: "lane = ? AND priority = ? AND due > ?", [.integer(lane), .integer(priority), .integer(after)])
  }
}

/// The accounts of one pass: their facts are asked once and kept true as messages are claimed.
private struct AccountBook {
  struct Entry {
    var record: AccountRecord
    var facts: AccountFacts
  }

  private var entries: [Int64: Entry] = [:]
  private var lanes: [Int64: [Int64]] = [:]

  mutating func candidates(for message: MessageRecord, now: Int64, _ reader: Reader) throws(StoreError) -> [Entry] {
    if let ids = lanes[message.lane] { return ids.compactMap { entries[$0] } }
    var ids: [Int64] = []
    for record in try reader.candidates(for: message) {
      if entries[record.id] == nil {
        entries[record.id] = Entry(record: record, facts: try reader.facts(of: record, now: now))
      }
      ids.append(record.id)
    }
    lanes[message.lane] = ids
    return ids.compactMap { entries[$0] }
  }

  mutating func tookOne(_ id: Int64, _ message: MessageFacts) {
    entries[id]?.facts.inFlight += 1
    entries[id]?.facts.domainInFlight[message.domain, default: 0] += 1
    if message.isNewContact { entries[id]?.facts.newContactsInFlight += 1 }
    entries[id]?.facts.connectionsInUse += 1
  }
}

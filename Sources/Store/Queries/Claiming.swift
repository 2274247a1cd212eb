internal import Configuration
internal import Delivery
internal import MailText
internal import Outreach

/// A message that an account has taken to hand over; the journal has its attempt.
public struct Claim: Sendable, Equatable {
  /// The journal's row.
  public var attemptID: Int64
  /// The message, as it was claimed.
  public var message: MessageRecord
  /// The account that sends it.
  public var account: AccountRecord
  /// Whether it waits behind another on one of the account's connections that are at work.
  public var isAhead = false
  /// What goes into it; nil when that is too large to be read in passing.
  public var outgoing: Outgoing?
}

/// The connections of an account that are at work, as the relay knows them.
public struct LinesAtWork: Sendable, Equatable {
  /// Mails that were claimed for them and wait behind the one under way.
  public var holding = 0
  /// Connections that another such mail may be claimed for.
  public var wanting = 0

  /// None.
  public init() {}
}

/// What one look at the queue brought.
public struct ClaimPass: Sendable {
  /// What is to be handed over now.
  public var claims: [Claim] = []
  /// When there may be more by time alone; nil: only after something changes. UTC epoch milliseconds.
  public var nextLook: Int64?
  /// Whether it ended before all was looked at: another should follow at once.
  public var isCut = false
  /// Whether mail of others waits for a connection.
  public var isCrowded = false
  /// Messages that were decided about.
  var decisions = 0
  /// So many new connections may still be taken.
  var free = 0
  /// By account; counts go down and up as mails are claimed ahead.
  var ahead: [Int64: LinesAtWork] = [:]
  /// What senders are told of mails that end here.
  var telling: NoticePolicy?
  /// Parked messages whose time had come.
  var woken = 0
  /// How long it took to find out which lanes and messages are next; the rest was their gates and the journal.
  public var choosing = Duration.zero
}

/// So many messages are decided about in one pass, though none of them may go: a sequence that was paused or a domain that
/// was suppressed must not keep the writer from everybody's mail while its thousands are put aside.
private let mostDecisions = 500

/// A body up to so many octets is read with its claim: it costs less than another visit to the store. A larger one would keep
/// the writer from everybody's mail.
private let mostReadInPassing = 65_536

/// So many of a lane's first mails are kept in mind: asking for them costs little more than for one.
private let mostPlacesKept = 16

/// So many parked messages are woken in one pass, for the same reason: a window that opens may wake a hundred thousand.
private let mostWoken = 500

/// A message that waits for another send of its account or to its person to end is looked at again after so long: then
/// that must be over.
private let underWayMilliseconds: Int64 = 60_000

extension Transaction {
  /// Looks at every lane with due mail, lets the gates decide, and claims what may go now: at most `limit` mails for new
  /// connections, and one more for each connection in `ahead` that wants one.
  ///
  /// What is claimed ahead has passed the same gates: limits count what is under way, and an account with a gap between its
  /// sends has nothing ahead. `markTransmitting` asks again before the dot.
  ///
  /// A lane's order is priority, planned time, id, whoever looked when. What a gate of its own keeps waiting is parked
  /// until that gate opens; what waits for an account or for the workspace's credits keeps its lane closed.
  /// Who asked to hear of failures hears of a mail that may not go because of a suppression, if `telling` allows it.
  public func claimDue(
    now: Int64, limit: Int, ahead: [Int64: LinesAtWork] = [:], telling: NoticePolicy? = nil
  ) throws(StoreError) -> ClaimPass {
    var pass = ClaimPass(free: limit, ahead: ahead, telling: telling)
    var shared = SharedFacts()
    let start = ContinuousClock.now
    for (account, lines) in ahead where lines.wanting > 0 { lanes.wanted(by: account) }
    let turns = try turns(now: now, &pass)
    pass.choosing = start.duration(to: .now)
    for turn in turns where !lanes.isClosed(turn.lane) {
      // What is left is for another transaction, which comes at once: others wait for this one.
      if pass.decisions >= mostDecisions { pass.isCut = true }
      if pass.isCut { break }
      guard try mayBeServed(turn.lane, pass) else {
        pass.isCrowded = true
        continue
      }
      try claim(turn, now: now, &pass, &shared)
    }
    let decided = ContinuousClock.now
    for lane in lanes.unread { try read(lane, parkedLook: try parkedLook(inLane: lane)) }
    pass.choosing += decided.duration(to: .now)
    pass.nextLook = lanes.nextLook.map { max($0, now) }
    // Whatever was touched in the queue up to here has been looked at.
    if !pass.isCut { touched.remove(.queue) }
    return pass
  }

  /// Whether there is a connection that a lane's mail could take.
  private func mayBeServed(_ lane: Int64, _ pass: ClaimPass) throws(StoreError) -> Bool {
    if pass.free > 0 { return true }
    if lane > 0 { return pass.ahead[lane].map { $0.wanting > 0 } ?? false }
    let accounts = try accountBook.accounts(ofLane: lane, self)
    return accounts.contains { pass.ahead[$0].map { $0.wanting > 0 } ?? false }
  }

  /// Who is asked, in order: a fixed order of lanes would let the first ones use up the accounts and connections for ever.
  private func turns(now: Int64, _ pass: inout ClaimPass) throws(StoreError) -> [Turn] {
    if !lanes.isComplete { lanes.complete(try laneIDs()) }
    var (turns, unread) = lanes.due(at: now)
    for lane in unread {
      // Asked before: an UPDATE that finds nothing costs more than the whole rest of a lane's look.
      var parkedLook = try parkedLook(inLane: lane)
      if let look = parkedLook, look <= now {
        pass.woken += try wake(lane, now: now, limit: mostWoken - pass.woken)
        // Until all that is awake is in its place, nothing of the lane goes: the order must not depend on the batch.
        guard pass.woken < mostWoken else {
          pass.isCut = true
          lanes.changed(lane)
          continue
        }
        parkedLook = try self.parkedLook(inLane: lane)
      }
      try read(lane, parkedLook: parkedLook)
      turns += lanes.turns(of: lane, at: now)
    }
    return turns.sorted()
  }

  /// Puts parked messages whose time has come back into their lane's order.
  private func wake(_ lane: Int64, now: Int64, limit: Int) throws(StoreError) -> Int {
    guard limit > 0 else { return 0 }
    return try run(
      """
      UPDATE message SET parked_by = NULL, next_look = NULL WHERE id IN (
        SELECT id FROM message WHERE state = 'scheduled' AND parked_by IS NOT NULL AND lane = ? AND next_look <= ?
        ORDER BY next_look LIMIT ?)
      """, [.integer(lane), .integer(now), .integer(Int64(limit))])
  }

  private func read(_ lane: Int64, parkedLook: Int64?) throws(StoreError) {
    let ready = try ready(inLane: lane, limit: mostPlacesKept)
    lanes.read(lane, ready.turns, first: ready.first, parkedLook: parkedLook)
  }

  /// Works through one priority of a lane.
  private func claim(_ turn: Turn, now: Int64, _ pass: inout ClaimPass, _ shared: inout SharedFacts)
    throws(StoreError)
  {
    while pass.decisions < mostDecisions {
      // Nothing was taken yet, so what is known of the lane stays.
      guard try mayBeServed(turn.lane, pass) else { return pass.isCrowded = true }
      let start = ContinuousClock.now
      let first = lanes.takeFirst(of: turn, at: now)
      pass.choosing += start.duration(to: .now)
      guard let first else { return try claimUnknown(of: turn, now: now, &pass, &shared) }
      switch try decide(first.id, of: turn, now: now, &pass, &shared) {
      case .claimed: if try isClosed(turn.lane, pass, now: now) { return }
      case .closed: return lanes.returned(first, to: turn.lane, priority: turn.priority)
      // It was parked or ended, or is of this turn no more: others of the lane may be with it.
      case .other: lanes.changed(turn.lane)
      }
    }
    pass.isCut = true
  }

  /// As `claim`, for mail that the lane book does not know.
  private func claimUnknown(of turn: Turn, now: Int64, _ pass: inout ClaimPass, _ shared: inout SharedFacts)
    throws(StoreError)
  {
    // Most lanes can send one mail until their account's next gap.
    var asked = 1
    while pass.decisions < mostDecisions {
      let start = ContinuousClock.now
      let found = try places(of: turn, limit: asked).filter { $0.planned <= now }
      pass.choosing += start.duration(to: .now)
      for place in found {
        guard try mayBeServed(turn.lane, pass) else {
          pass.isCrowded = true
          return lanes.changed(turn.lane)
        }
        switch try decide(place.id, of: turn, now: now, &pass, &shared) {
        case .claimed: if asked == 1, try isClosed(turn.lane, pass, now: now) { return }
        case .closed: return lanes.changed(turn.lane)
        case .other: break
        }
      }
      lanes.changed(turn.lane)
      if found.count < asked { return }
      asked = 20
    }
    pass.isCut = true
  }

  /// What became of a due message: a claim, something else, or nothing because its whole lane is closed.
  private enum Decision { case claimed, other, closed }

  private func decide(
    _ id: Int64, of turn: Turn, now: Int64, _ pass: inout ClaimPass, _ shared: inout SharedFacts
  ) throws(StoreError) -> Decision {
    pass.decisions += 1
    // What was decided about one may have ended others, or given them another place.
    guard let message = try message(id), message.state == .scheduled, message.parkedBy == nil,
      message.lane == turn.lane, Int64(message.priority) == turn.priority, message.scheduledFor ?? .max <= now
    else { return .other }
    let claimed = pass.claims.count
    guard try decide(message, now: now, &pass, &shared) else { return .closed }
    return pass.claims.count > claimed ? .claimed : .other
  }

  /// Closes the lane of an account that can take nothing more now. What is known of its mail stays as it was: the first may
  /// be later than that says, which a look when it opens again finds out, and asking now would cost each lane three seeks.
  private func isClosed(_ lane: Int64, _ pass: ClaimPass, now: Int64) throws(StoreError) -> Bool {
    guard lane > 0, let entry = accountBook.known(lane) else { return false }
    guard case .closed(let until) = entry.withLines(of: pass).facts.availability(at: now) else { return false }
    lanes.close(lane, until: until.map { max($0, now + 1) }, forCredits: false, now: now)
    return true
  }

  /// Does with one due message what the gates say. False when its whole lane is closed.
  private func decide(
    _ message: MessageRecord, now: Int64, _ pass: inout ClaimPass, _ shared: inout SharedFacts
  ) throws(StoreError) -> Bool {
    let (facts, accounts, pool): (MessageFacts, [AccountBook.Entry], PoolRecord?)
    do throws(StoreError) {
      // A mail that is bound to an account takes no turn.
      pool = message.lane < 0 ? try accountBook.pool(message.poolID, self) : nil
      (facts, accounts) = try factsAndAccounts(of: message, in: pool, now: now, pass, &shared)
    } catch {
      guard case .unreadable(let what) = error else { throw error }
      // What one message needs and nobody can read must not keep all others waiting.
      try hold(message, because: what, now: now)
      return true
    }
    let report = evaluate(facts, accounts: accounts.map(\.facts), pool: PoolPolicy(pool), now: now)
    if message.stepID != nil, try leavesItsPlace(message, report, now: now, &shared) { return true }
    switch report.outcome {
    case .go(let id):
      guard let account = accounts.first(where: { $0.record.id == id }) else {
        throw .statement("the gates chose account \(id), which is no candidate for message \(message.id)")
      }
      var message = message
      if message.bodyID == 0, !isForetelling {
        switch try write(message, through: account.record, now: now, &shared) {
        case .success(let written): message = written
        case .failure(let error) where error.isMendable:
          try hold(message, because: error.description, meaning: "compliance", now: now)
          return true
        case .failure(let error):
          try end(message, as: .failed, because: error.description, now: now)
          return true
        }
      }
      // A free connection first; without one the gate is open for those that want another mail only.
      let isAhead = account.facts.connectionsInUse >= account.facts.connectionsMax
      pass.claims.append(try claim(message, by: account.record, isAhead: isAhead, now: now, &shared))
      if isAhead {
        pass.ahead[id]?.wanting -= 1
        pass.ahead[id]?.holding += 1
      } else {
        pass.free -= 1
      }
      accountBook.tookOne(id, facts)
      shared.credits[message.workspaceID]?.inFlight += 1
      if let pool, pool.rotation == .roundRobin {
        try setTurn(ofPool: pool.id, to: id)
        accountBook.turned(pool.id, to: id)
      }
    case .skip(let reason): try end(message, as: .skipped, because: reason, now: now)
    case .cancel(let reason):
      try end(message, as: .cancelled, because: reason, now: now)
      // It had its 250 and goes nowhere. The event tells the app; who asked for a notice gets one (RFC 3461 §5.2), others do
      // not: a list is kept so that nothing comes of it, and an app that writes to it every day would be written to every day.
      if report.binding == .suppression, var policy = pass.telling {
        if policy.notices == .always { policy.notices = .asked }
        let words = JournalReply(
          code: nil, text: "550 5.7.1 The recipient's address is on the suppression list", meaning: "suppressed")
        try tellSender(of: message, asking: nil, .failed, words, policy, now: now)
      }
      // Of one that has ended already nothing changes; it has not when another sequence wrote since its person was enrolled.
      if report.binding == .suppression || report.binding == .running, let enrollment = try enrollment(of: message) {
        try stop(enrollment, reason: .suppressed, workspaceID: message.workspaceID, now: now)
      }
    case .wait(let until):
      if let gone = try whatIsGone(for: message, accounts.isEmpty) {
        try hold(message, because: gone, now: now)
        return true
      }
      // Never at or before now: the lane would be asked for the same message for ever.
      let later = until.map { max($0, now + 1) }
      // Accounts and credits are the same for all of a lane: nothing behind this message could go either.
      guard report.isOfMessage else {
        lanes.close(message.lane, until: later, forCredits: report.binding == .credits, now: now)
        return false
      }
      let look = later ?? (report.binding == .account ? now + underWayMilliseconds : nil)
      try park(message, until: look, by: report.binding?.rawValue ?? "due")
    }
    return true
  }

  /// Whether a step of a sequence's own is not to be decided about: its sequence was edited and its enrollment has to follow
  /// first, or the contact takes a branch here.
  private func leavesItsPlace(
    _ message: MessageRecord, _ report: GateReport, now: Int64, _ shared: inout SharedFacts
  ) throws(StoreError) -> Bool {
    // As conditions, branches are looked at when the step is about to go: due, running and not to be cancelled.
    guard [.due, .running, .suppression].allSatisfy({ report[$0]?.isOpen ?? false }), let id = message.stepID,
      let number = message.step, let enrollment = try enrollment(of: message)
    else { return false }
    let sequence = try sequence(enrollment.sequenceID, &shared)
    if enrollment.version != sequence.version, enrollment.state == .active {
      try plan(enrollment, now: now, &shared)
      return true
    }
    guard let step = sequence.entry.step(id) else {
      // An edit removed it while an account had it, or a person held it: it never goes.
      try dropRemoved(message, now: now)
      return true
    }
    guard let branch = try takenBranch(of: step, StepQuestion(enrollment: enrollment, now: now))
    else { return false }
    try follow(branch, from: number, sequence, enrollment, now: now)
    return true
  }

  private func factsAndAccounts(
    of message: MessageRecord, in pool: PoolRecord?, now: Int64, _ pass: ClaimPass, _ shared: inout SharedFacts
  ) throws(StoreError) -> (MessageFacts, [AccountBook.Entry]) {
    if shared.workspaces[message.workspaceID] == nil {
      shared.workspaces[message.workspaceID] = try accountBook.workspace(message.workspaceID, self)
    }
    var facts = try facts(of: message, now: now, &shared)
    let accounts = try accountBook.candidates(for: message, now: now, self).map { $0.withLines(of: pass) }
    try complete(&facts, message, for: accounts.map(\.facts), in: PoolPolicy(pool))
    return (facts, accounts)
  }

  /// What a message waits for in vain: its account or its pool was removed.
  private func whatIsGone(for message: MessageRecord, _ hasNoAccounts: Bool) throws(StoreError) -> String? {
    if message.lane > 0 {
      guard hasNoAccounts else { return nil }
      return "its account \(try account(message.lane)?.address ?? "") was removed"
    }
    return try pool(-message.lane) == nil ? "its pool was removed" : nil
  }

  private func claim(
    _ message: MessageRecord, by account: AccountRecord, isAhead: Bool, now: Int64, _ shared: inout SharedFacts
  ) throws(StoreError) -> Claim {
    try run(
      "UPDATE message SET state = 'sending', next_look = NULL, parked_by = NULL WHERE id = ?", [.integer(message.id)])
    let attempt = try insert(
      "INSERT INTO attempt (message_id, account_id, state, claimed_at) VALUES (?, ?, 'claimed', ?)",
      [.integer(message.id), .integer(account.id), .integer(now)])
    let claim = Claim(
      attemptID: attempt, message: message, account: account, isAhead: isAhead,
      outgoing: try outgoing(message, atMost: mostReadInPassing, &shared))
    claimBook.claimed(claim)
    return claim
  }

  private func park(_ message: MessageRecord, until: Int64?, by gate: String) throws(StoreError) {
    try run(
      "UPDATE message SET next_look = ?, parked_by = ? WHERE id = ?",
      [SQLValue(until), .text(gate), .integer(message.id)])
  }
}

extension AccountBook.Entry {
  /// The account as a pass finds it: its connections at work may take another mail each, and when no new one may be had they
  /// are all there is.
  func withLines(of pass: ClaimPass) -> AccountBook.Entry {
    var entry = self
    if let lines = pass.ahead[record.id] {
      entry.facts.connectionsInUse -= lines.holding
      entry.facts.linesWanting = lines.wanting
    }
    if pass.free <= 0 { entry.facts.connectionsMax = 0 }
    return entry
  }
}

extension PoolPolicy {
  /// How a pool's accounts take turns.
  init(_ pool: PoolRecord?) {
    self.init(name: pool?.key ?? "")
    guard let pool else { return }
    prefersSameProvider = pool.prefersSameProvider
    rotation =
      switch pool.rotation {
      case .leastUsed: .leastUsed
      case .weighted: .weighted
      case .evenSpacing: .evenSpacing
      case .roundRobin: .roundRobin
      }
    if pool.rotation == .roundRobin { lastAccount = pool.turn }
  }
}

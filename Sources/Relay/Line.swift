import Configuration
import Delivery
import Host
import SMTP
import Store

/// A busy connection of an account, or one that is being made: it hands over one mail after another.
///
/// While one mail is under way the next is claimed and put together, and its commands leave behind the first one's end.
/// Its dot is another matter: it waits until the journal has it as `transmitting`, which is written together with the
/// first one's outcome.
///
/// `@unchecked Sendable`: touched by the relay's loop only, from tasks that `loop.spawn` started.
final class Line: @unchecked Sendable {
  let account: Int64
  private let desk: Desk
  /// Claimed for it, and not begun.
  private var next: [Claim] = []
  /// Attempts it has whose end is not booked.
  private(set) var open = 0
  /// Whether a mail may be claimed for it while one is under way.
  private var takesNext = false
  private let startedAt = Clock.monotonic()
  /// Whether its server answered the last dot at once.
  private var isQuick = false {
    didSet { if isQuick != oldValue { desk.isQuick(isQuick) } }
  }

  /// A mail that waits for a server slower than this to answer for the one before it would wait for nothing.
  private static let quickReplyMilliseconds: Int64 = 2000
  /// So long a line goes on from mail to mail while other accounts wait for a connection.
  private static let fairShareMilliseconds: Int64 = 1000

  /// A message ready to leave.
  private struct Loaded {
    let claim: Claim
    let letter: Letter
  }

  init(desk: Desk, account: Int64) {
    self.desk = desk
    self.account = account
  }

  /// Whether only the journal's word is missing for the dot.
  private(set) var isAtDot = false

  /// Whether the next mail is to be claimed for it: one behind the mail that is under way; where the server answers at once
  /// one more, so that neither claiming nor putting it together comes between an answer and the next dot.
  var wantsNext: Bool { takesNext && open > 0 && open < (isQuick ? 3 : 2) }

  /// Whether it has nothing to go on with behind the mail under way.
  var lacksNext: Bool { takesNext && open == 1 }

  /// Whether it has handed over all it had, and its connection is free or closed.
  private(set) var isOver = false

  /// Of those a mail was claimed for, who gets one first: who is about to send a dot, as the commands of what it gets leave
  /// with that; who wants one still; who has left its connection to another line; and then who is at work.
  var rank: Int { wantsNext ? (isAtDot ? 0 : 1) : (isOver ? 2 : 3) }

  /// The store has taken the mail back that waits for its dot; the connection ends before it.
  func wasTakenBack() {
    open -= 1
    takesNext = false
  }

  /// Gives it a mail behind those it has.
  func assign(_ claim: Claim) {
    next.append(claim)
    open += 1
  }

  func run(_ first: Claim) async {
    open += 1
    var claim: Claim? = first
    while let present = claim ?? takeNext() {
      claim = nil
      if let loaded = await load(present) { await handOver(loaded) }
    }
    isOver = true
  }

  /// What was claimed for it and may still begin.
  private func takeNext() -> Claim? {
    guard !desk.isStopping else {
      giveBackNext()
      return nil
    }
    return next.isEmpty ? nil : next.removeFirst()
  }

  private func load(_ claim: Claim) async -> Loaded? {
    do {
      switch try await Composer(desk: desk).compose(claim) {
      case .letter(let letter): return Loaded(claim: claim, letter: letter)
      case .lacks(let what):
        book(judge.judge(lacking: what), of: claim)
        return nil
      }
    } catch {
      desk.log.error("relay.compose_failed", ["message": .int(claim.message.id), "error": .text("\(error)")])
      book(judge.judge(uncomposed: "\(error)", of: claim, now: Clock.now()), of: claim)
      return nil
    }
  }

  private func handOver(_ first: Loaded) async {
    var waiting: Loaded? = first
    while let loaded = waiting {
      let account = loaded.claim.account
      if let kept = await desk.keptConnection(for: account) {
        waiting = await serve(loaded, on: kept)
        continue
      }
      switch await desk.newConnection(for: account) {
      case .failure(let failure):
        return book(judge.judge(failure, of: loaded.claim, now: Clock.now()), of: loaded.claim)
      case .success(let connection): waiting = await serve(loaded, on: connection)
      }
    }
  }

  /// Hands over mails on one connection as long as there are any for it. Returns one that has to begin on another.
  private func serve(_ first: Loaded, on connection: AccountConnection) async -> Loaded? {
    defer {
      takesNext = false
      isQuick = false
    }
    var current = first
    /// Its commands are behind the current one's end; or, not begun, it waits for that.
    var follower: Loaded?
    var isBegun = false
    var begunAt = Clock.now()
    /// Since when the server has been to answer; monotonic milliseconds.
    var askedAt = Clock.monotonic()
    connection.begin(current.letter)
    while true {
      switch await connection.proceed() {
      case .ready:
        if !takesNext { takesNext = mayTakeNext(after: Clock.monotonic() - askedAt) }
        let answer = ask(current, begunAt: begunAt)
        if !next.isEmpty {
          // Others are about to ask; all of that is written while these are put together.
          await desk.loop.pause()
          if let claim = takeNext() { follower = await load(claim) }
        }
        guard await mayEnd(current, answer, connection) else {
          if let follower { giveBack(follower.claim) }
          return nil
        }
        if follower == nil, let claim = takeNext() { follower = await load(claim) }
        if let loaded = follower {
          isBegun = mayFollow(current, loaded) && connection.follow(with: loaded.letter)
        }
        await connection.sendEnd()
        askedAt = Clock.monotonic()
      case .stale:
        heed(connection, current)
        desk.log.info("relay.connection_stale", ["account": .text(current.claim.account.address)])
        await connection.quit()
        return current
      case .ended(let result):
        heed(connection, current)
        let took = Clock.monotonic() - askedAt
        let judgement = await judgement(of: result, current, connection)
        isQuick = took <= 1
        takesNext = mayTakeNext(after: took)
        guard judgement.account == .none, !desk.isStopping, follower != nil || !next.isEmpty else {
          if isBegun { connection.breakOff() }
          // Before the booking, which the account's next claim may follow in the same commit: it finds the connection free.
          await desk.keep(connection, of: current.claim.account)
          book(judgement, of: current.claim)
          if let follower { giveBack(follower.claim) }
          return nil
        }
        book(judgement, of: current.claim)
        let account = current.claim.account
        if follower == nil, let claim = takeNext() { follower = await load(claim) }
        guard let loaded = follower else {
          await desk.keep(connection, of: account)
          return nil
        }
        current = loaded
        follower = nil
        begunAt = Clock.now()
        if isBegun {
          isBegun = false
          continue
        }
        guard loaded.claim.account.changedAt == account.changedAt, connection.isReusable else {
          await connection.quit()
          return loaded
        }
        connection.begin(loaded.letter)
      }
    }
  }

  /// Has the attempt committed as `transmitting`.
  private func ask(_ loaded: Loaded, begunAt: Int64) -> Desk.Answer {
    isAtDot = true
    return desk.enter(.transmitting(attempt: loaded.claim.attemptID, begunAt: begunAt), for: self)
  }

  /// Hears whether it is; false when it must not go after all, and the connection is broken off.
  private func mayEnd(_ loaded: Loaded, _ answer: Desk.Answer, _ connection: AccountConnection) async -> Bool {
    let claim = loaded.claim
    defer { isAtDot = false }
    switch await answer.heard() {
    case .success(true): return true
    case .success(false):
      desk.log.info("relay.withdrawn", ["message": .int(claim.message.id), "account": .text(claim.account.address)])
    case .failure(let failure):
      desk.log.error("relay.journal_failed", ["message": .int(claim.message.id), "error": .text("\(failure)")])
      book(judge.judge(unjournaled: "\(failure)", now: Clock.now()), of: claim)
    }
    connection.breakOff()
    return false
  }

  private func mayTakeNext(after reply: Int64) -> Bool {
    let isFair = !desk.isCrowded || Clock.monotonic() - startedAt < Self.fairShareMilliseconds
    return isFair && !desk.isStopping && reply < Self.quickReplyMilliseconds
  }

  /// Another password or server makes a connection worthless for what comes.
  private func mayFollow(_ current: Loaded, _ next: Loaded) -> Bool {
    let account = current.claim.account
    return next.claim.account.changedAt == account.changedAt && desk.bears(following: account.settings.smtp)
  }

  private func heed(_ connection: AccountConnection, _ current: Loaded) {
    if connection.objectsToFollowing { desk.noteObjection(of: current.claim.account.settings.smtp) }
  }

  private func judgement(
    of result: ClientResult, _ current: Loaded, _ connection: AccountConnection
  ) async -> Judgement {
    let now = Clock.now()
    if connection.objectsToFollowing, case .refused(.dot, let reply) = result {
      return judge.judge(outOfStep: reply, now: now)
    }
    let claim = current.claim
    guard judge.asksForTroubles(result, of: claim) else { return judge.judge(result, of: claim, now: now) }
    do {
      let attempts = try await desk.store.read { try $0.attempts(of: claim.message.id) }
      return judge.judge(result, of: claim, after: MetTroubles(attempts), now: now)
    } catch {
      // Unknown, they are none: at the worst one more account rests for this mail.
      desk.log.warning("relay.journal_unread", ["message": .int(claim.message.id), "error": .text("\(error)")])
      return judge.judge(result, of: claim, now: now)
    }
  }

  private var judge: Judge {
    Judge(retry: RetryPolicy(delaysMilliseconds: desk.settings.retryDelaysMilliseconds))
  }

  /// A mail that was claimed and will not go this way: it waits as it did before.
  private func giveBack(_ claim: Claim) {
    book(judge.judge(givenBackAt: Clock.now()), of: claim)
  }

  private func book(_ judgement: Judgement, of claim: Claim) {
    open -= 1
    if case .accepted = judgement.outcome { desk.backOff.succeeded(account) }
    desk.book(judgement, of: claim)
    // What its account's trouble holds for all holds for what was claimed ahead too.
    if judgement.account != .none { giveBackNext() }
  }

  private func giveBackNext() {
    let claims = next
    next = []
    for claim in claims { giveBack(claim) }
  }
}

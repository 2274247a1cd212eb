internal import Configuration

/// The relay and the sequencer on a clock that jumps from one event to the next, over a copy of the state in memory.
///
/// Every decision is made by the transaction's own functions: `claimDue`, `markTransmitting`, `finish`, `planEnrollments`.
/// All that is assumed: servers accept every mail, each after as long as that account's last sends took (all accounts' for a new one); nobody answers,
/// and nobody changes anything, but for the `happenings` that are given.
final class Simulation {
  /// Something that comes from outside at a time.
  struct Happening {
    var at: Int64
    var action: (Transaction) throws -> Void
  }

  /// A mail that was handed over.
  struct Send: Equatable {
    var message: Int64
    var account: Int64
    var at: Int64
  }

  private struct Flight {
    var endsAt: Int64
    var attempt: Int64
    var message: Int64
    var account: Int64
  }

  let transaction: Transaction
  private(set) var now: Int64
  private(set) var sends: [Send] = []
  private var flights: [Flight] = []
  private var happenings: [Happening]
  private let maxConnections: Int
  private let isCancelled: () -> Bool
  /// How long a mail takes, by account.
  private var durations: [Int64: Int64] = [:]
  /// How long it takes for an account that has not sent yet.
  private let usualDuration: Int64

  /// So many of an account's last sends say how long the next ones take.
  static let sampledSends = 20
  private static let reply = JournalReply(code: 250, text: "250 foretold", meaning: "accepted")

  /// A simulation that begins with the state of `copy` at `now`. `happenings` are in order.
  init(
    _ copy: SQLiteConnection, _ suppressionKey: SuppressionKey, now: Int64, maxConnections: Int,
    happenings: [Happening] = [],
    isCancelled: @escaping () -> Bool = { false }
  ) throws(StoreError) {
    self.isCancelled = isCancelled
    let messageIDs = MessageIDs()
    let highest = try copy.rows("SELECT COALESCE(MAX(id), 0) FROM message", []) { row in row.integer(0) }.first
    messageIDs.begin(after: highest ?? 0)
    transaction = Transaction(copy, suppressionKey, messageIDs: messageIDs, isForetelling: true)
    self.now = now
    self.maxConnections = maxConnections
    self.happenings = happenings.reversed()
    usualDuration = try transaction.averageDuration(ofSendsBy: nil, last: Self.sampledSends) ?? 0
    try copy.script("BEGIN")
    let open = try copy.rows(
      "SELECT id, message_id, account_id, claimed_at FROM attempt WHERE finished_at IS NULL", []
    ) { row in Flight(endsAt: row.integer(3), attempt: row.integer(0), message: row.integer(1), account: row.integer(2))
    }
    for var flight in open {
      flight.endsAt = max(now, flight.endsAt + (try duration(ofSendsBy: flight.account)))
      start(flight)
    }
  }

  /// Goes on until `end`, until nothing is left to come, or until `isEnough` says so of the send that just ended. Returns
  /// whether all until `end` was gone through.
  @discardableResult
  func run(until end: Int64, isEnough: (Send) throws -> Bool = { _ in false }) throws -> Bool {
    while now < end {
      if isCancelled() { throw StoreError.unavailable }
      while let flight = flights.first, flight.endsAt <= now {
        flights.removeFirst()
        if let send = try land(flight), try isEnough(send) { return false }
      }
      while let happening = happenings.last, happening.at <= now {
        happenings.removeLast()
        try happening.action(transaction)
      }
      var isPlanned = false
      while !isPlanned {
        let planned = try transaction.planEnrollments(now: now, limit: 200)
        isPlanned = try planned < 200 && transaction.openTasks(now: now, limit: 200) == 0
      }
      guard let next = try look() else { return true }
      now = next
    }
    return true
  }

  /// One look at the queue; returns when the next event is, which may be now.
  private func look() throws -> Int64? {
    var next = Int64.max
    let free = maxConnections - flights.count
    if free > 0 {
      let pass = try transaction.claimDue(now: now, limit: free)
      for claim in pass.claims {
        let endsAt = now + (try duration(ofSendsBy: claim.account.id))
        start(
          Flight(endsAt: endsAt, attempt: claim.attemptID, message: claim.message.id, account: claim.account.id))
      }
      // With every connection busy, time alone brings nothing.
      if pass.claims.count < free { next = pass.nextLook ?? .max }
    }
    if let flight = flights.first { next = min(next, flight.endsAt) }
    if let happening = happenings.last { next = min(next, happening.at) }
    if let task = try transaction.nextTaskTime() { next = min(next, task) }
    return next == .max ? nil : max(next, now)
  }

  private func start(_ flight: Flight) {
    let place = flights.firstIndex { $0.endsAt > flight.endsAt } ?? flights.endIndex
    flights.insert(flight, at: place)
  }

  /// Nil when it was taken back before its dot.
  private func land(_ flight: Flight) throws -> Send? {
    if try transaction.attemptState(flight.attempt) == .claimed {
      guard try transaction.markTransmitting(flight.attempt, now: now) else { return nil }
    }
    try transaction.finish(flight.attempt, .accepted(Self.reply), now: now)
    let send = Send(message: flight.message, account: flight.account, at: now)
    sends.append(send)
    return send
  }

  private func duration(ofSendsBy account: Int64) throws(StoreError) -> Int64 {
    if let known = durations[account] { return known }
    let found = try transaction.averageDuration(ofSendsBy: account, last: Self.sampledSends) ?? usualDuration
    durations[account] = found
    return found
  }
}

extension Reader {
  /// How long an account's last sends took from their claim to the server's reply, in milliseconds; of all accounts when
  /// none is given. Nil without any.
  fileprivate func averageDuration(ofSendsBy account: Int64?, last count: Int) throws(StoreError) -> Int64? {
    let found = try connection.rows(
      """
      SELECT finished_at - claimed_at FROM attempt WHERE (? IS NULL OR account_id = ?) AND state = 'accepted'
      ORDER BY finished_at DESC LIMIT ?
      """, [SQLValue(account), SQLValue(account), .integer(Int64(count))]
    ) { row in max(0, row.integer(0)) }
    return found.isEmpty ? nil : found.reduce(0, +) / Int64(found.count)
  }

  fileprivate func attemptState(_ id: Int64) throws(StoreError) -> AttemptState? {
    try first("SELECT state FROM attempt WHERE id = ?", [.integer(id)]) { row in AttemptState(rawValue: row.text(0)) }
      ?? nil
  }
}

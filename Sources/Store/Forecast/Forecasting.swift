internal import Delivery

/// What the queue will do if nothing changes: every mail that will go, from a run of the real scheduler.
public struct Forecast: Sendable, Equatable {
  /// A mail that will go.
  public struct Send: Sendable, Equatable {
    /// The message.
    public var messageID: Int64
    /// The account that sends it.
    public var accountID: Int64
    /// When its server has it; UTC epoch milliseconds.
    public var at: Int64
  }

  /// What one account sends on one of its days.
  public struct AccountDay: Sendable, Equatable {
    /// The account.
    public var accountID: Int64
    /// Its address.
    public var account: String
    /// `YYYY-MM-DD` in the account's zone.
    public var day: String
    /// Mails.
    public var mails: Int
  }

  /// How a sequence with open enrollments goes on.
  public struct SequenceEnd: Sendable, Equatable {
    /// The sequence.
    public var key: String
    /// Its mails that will go within the forecast.
    public var mails: Int
    /// When the last open enrollment ends; nil: not within the forecast.
    public var finishedAt: Int64?
    /// Enrollments that are open at the end of the forecast.
    public var left: Int
    /// Those of them that wait for a person.
    public var paused: Int
  }

  /// Where it begins and ends; UTC epoch milliseconds.
  public var from: Int64
  /// As far as it looks.
  public var until: Int64
  /// All mails, in order.
  public var sends: [Send]
  /// Only days with mails; by day, then by account.
  public var days: [AccountDay]
  /// By key.
  public var sequences: [SequenceEnd]
  /// Messages that have not gone at the end.
  public var waiting: Int
}

/// When a message goes if nothing changes.
public struct ForetoldSend: Sendable, Equatable {
  /// When its server has it; nil: not within the time and work that was looked at.
  public var at: Int64?
  /// The account that sends it, or nil.
  public var accountID: Int64?
  /// Whether it ends without being sent, as a step whose condition is not met does.
  public var endsUnsent: Bool
  /// How far was looked.
  public var until: Int64
  /// So many mails before it were gone through when the looking was given up as too much work; nil: it was not.
  public var givenUpAfter: Int?
}

extension Store {
  /// Runs the real scheduler over a copy of the state until `until`; `maxConnections` is the relay's.
  public func forecast(from now: Int64, until: Int64, maxConnections: Int) async throws(StoreError) -> Forecast {
    try await simulate { [self] in
      let copy = try StateCopy.make(ofStoreAt: path, now: now)
      defer { copy.close() }
      let simulation = try Simulation(
        copy, suppressionKey, now: now, maxConnections: maxConnections, isCancelled: { self.isStopping })
      return try simulation.forecast(until: until)
    }
  }

  /// When a message goes, by the same run, which ends as soon as it has gone or ended otherwise.
  ///
  /// At most 62 days are gone through, and 20,000 mails of the accounts that may send it: enough for any plan, and some
  /// seconds of work. Mails of other accounts pass it by and cost as much; `mostPassing` keeps those from taking minutes.
  public func foretell(
    _ message: Int64, from now: Int64, maxConnections: Int, mostBefore: Int = 20_000, mostPassing: Int = 100_000
  ) async throws(StoreError) -> ForetoldSend {
    try await simulate { [self] in
      let copy = try StateCopy.make(ofStoreAt: path, now: now)
      defer { copy.close() }
      let simulation = try Simulation(
        copy, suppressionKey, now: now, maxConnections: maxConnections, isCancelled: { self.isStopping })
      let until = now + 62 * 86_400_000
      let db = simulation.transaction
      func isOver() throws -> Bool { try db.message(message).map { Self.endStates.contains($0.state) } ?? true }
      let lane = try db.message(message)?.lane
      let candidates = Set(try lane.map { try db.candidates(inLane: $0).map(\.id) } ?? [])
      var before = 0
      var isGivenUp = false
      if try !isOver() {
        try simulation.run(until: until) { send in
          if try isOver() { return true }
          if candidates.contains(send.account) { before += 1 }
          isGivenUp = before >= mostBefore || simulation.sends.count >= mostPassing
          return isGivenUp
        }
      }
      if let last = simulation.sends.last, last.message == message {
        return ForetoldSend(at: last.at, accountID: last.account, endsUnsent: false, until: until)
      }
      return ForetoldSend(
        at: nil, accountID: nil, endsUnsent: try isOver(), until: isGivenUp ? simulation.now : until,
        givenUpAfter: isGivenUp ? simulation.sends.count : nil)
    }
  }

  private static let endStates: Set<MessageState> = [.sent, .bounced, .failed, .skipped, .cancelled]
}

extension Simulation {
  /// Runs until the end and counts.
  func forecast(until: Int64) throws -> Forecast {
    let from = now
    let db = transaction
    let open = try db.openEnrollments().filter { $0.count > 0 }
    try run(until: until)
    var days: [String: Forecast.AccountDay] = [:]
    var zones: [Int64: (address: String, zone: Zone)] = [:]
    var mails: [Int64: Int] = [:]
    for send in sends {
      if zones[send.account] == nil, let account = try db.account(send.account) {
        zones[send.account] = (account.address, try db.zone(of: account))
      }
      guard let (address, zone) = zones[send.account] else { continue }
      let day = zone.dayKey(at: send.at)
      let empty = Forecast.AccountDay(accountID: send.account, account: address, day: day, mails: 0)
      days["\(day) \(address)", default: empty].mails += 1
      if let sequence = try db.sequenceID(ofMessage: send.message) { mails[sequence, default: 0] += 1 }
    }
    let after = Dictionary(uniqueKeysWithValues: try db.openEnrollments().map { ($0.sequence.id, $0) })
    let sequences = open.map { before in
      let left = after[before.sequence.id]
      return Forecast.SequenceEnd(
        key: before.sequence.key, mails: mails[before.sequence.id] ?? 0,
        finishedAt: left?.count == 0 ? left?.lastEnd : nil, left: left?.count ?? 0, paused: left?.paused ?? 0)
    }
    return Forecast(
      from: from, until: until,
      sends: sends.map { Forecast.Send(messageID: $0.message, accountID: $0.account, at: $0.at) },
      days: days.sorted { $0.key < $1.key }.map(\.value), sequences: sequences, waiting: try db.waitingCount())
  }
}

/// The enrollments of a sequence that have not ended.
private struct OpenEnrollments {
  var sequence: SequenceRecord
  var count: Int
  var paused: Int
  /// When the last one of all ended.
  var lastEnd: Int64?
}

extension Reader {
  /// Of every sequence, by key.
  fileprivate func openEnrollments() throws(StoreError) -> [OpenEnrollments] {
    var found: [OpenEnrollments] = []
    for sequence in try sequences() {
      let counts = try first(
        """
        SELECT COUNT(*) FILTER (WHERE state IN ('active', 'paused')), COUNT(*) FILTER (WHERE state = 'paused'),
          MAX(ended_at) FROM enrollment WHERE sequence_id = ?
        """, [.integer(sequence.id)]
      ) { row in (open: Int(row.integer(0)), paused: Int(row.integer(1)), end: row.integerOrNil(2)) }
      guard let counts else { continue }
      found.append(
        OpenEnrollments(sequence: sequence, count: counts.open, paused: counts.paused, lastEnd: counts.end))
    }
    return found
  }

  fileprivate func sequenceID(ofMessage id: Int64) throws(StoreError) -> Int64? {
    try first(
      "SELECT e.sequence_id FROM message m JOIN enrollment e ON e.id = m.enrollment_id WHERE m.id = ?", [.integer(id)]
    ) { row in row.integer(0) }
  }

  fileprivate func waitingCount() throws(StoreError) -> Int {
    try first(
      "SELECT COUNT(*) FROM message m WHERE \(MessageState.words(MessageState.unfinished, of: "m"))", []
    ) { row in Int(row.integer(0)) } ?? 0
  }
}

/// One priority of a lane that has mail.
struct Turn: Comparable {
  var lane: Int64
  var priority: Int64
  /// When its first mail is planned.
  var oldest: Int64

  /// Higher priorities first; then what only one account can take (follow-ups), before the pools' mail uses up that
  /// account's limit; then who has waited longest.
  static func < (left: Turn, right: Turn) -> Bool {
    if left.priority != right.priority { return left.priority > right.priority }
    if (left.lane > 0) != (right.lane > 0) { return left.lane > 0 }
    return left.oldest != right.oldest ? left.oldest < right.oldest : left.lane < right.lane
  }
}

/// A mail's place in the order of its lane and priority.
struct Place: Equatable, Comparable {
  var id: Int64
  /// When it is planned.
  var planned: Int64

  static func < (left: Place, right: Place) -> Bool {
    left.planned != right.planned ? left.planned < right.planned : left.id < right.id
  }
}

/// What the writer remembers of the lanes between two looks at the queue, so that a look costs as much as what may go, not
/// as what waits.
///
/// The queue's every change goes through the one writer, which says here what it touched. A transaction that is rolled
/// back makes it forget everything; so does a start.
struct LaneBook {
  private struct Lane {
    /// The first mail of each of its priorities; nil: to be asked.
    var turns: [Turn]?
    /// The first mails of the first of them, as far as they were read; empty: to be asked.
    var first: ArraySlice<Place> = []
    /// When the first of its parked messages is to be looked at again.
    var parkedLook = Int64.max
    /// Its accounts or the credits keep it until then, whatever comes into it.
    var closedUntil: Int64?
    /// Whether it is a change that it waits for, as a free connection is, and no time.
    var waitsForChange = false

    /// Nothing of it can go before, as long as nothing about it changes.
    var look: Int64 {
      if let closedUntil { return closedUntil }
      guard let turns else { return .min }
      return turns.reduce(parkedLook) { min($0, $1.oldest) }
    }
  }

  private var lanes: [Int64: Lane] = [:]
  private var closedForCredits: Set<Int64> = []
  /// The lanes of pools.
  private var pools: Set<Int64> = []
  /// Whether every lane with mail is in it.
  private(set) var isComplete = false

  /// So long a lane stays closed at the most: it bounds the harm where nobody announced that it may open again.
  static let longestClosing: Int64 = 600_000

  // MARK: - What changed

  /// Mail came into a lane, or was decided about.
  mutating func changed(_ lane: Int64) {
    lanes[lane, default: Lane()].turns = nil
    lanes[lane]?.first = []
    if lane < 0 { pools.insert(lane) }
  }

  /// A mail that the lane's places have not, as it was taken from them, came back and waits apart until it is looked at again:
  /// what else is known of the lane stays right.
  mutating func parked(in lane: Int64, until look: Int64) {
    guard let index = lanes.index(forKey: lane), lanes.values[index].turns != nil else { return changed(lane) }
    lanes.values[index].parkedLook = min(lanes.values[index].parkedLook, look)
  }

  /// A mail that was taken from the lane's places has its place again: what else is known of the lane stays right.
  mutating func returned(_ place: Place, to lane: Int64, priority: Int64) {
    guard let index = lanes.index(forKey: lane), let turns = lanes.values[index].turns else { return changed(lane) }
    let at = turns.firstIndex { $0.priority <= priority } ?? turns.endIndex
    if at < turns.endIndex, turns[at].priority == priority {
      lanes.values[index].turns?[at].oldest = min(turns[at].oldest, place.planned)
      // Behind the last one that is known there may be others before it.
      let known = lanes.values[index].first
      guard at == 0, let before = known.firstIndex(where: { $0 >= place }), known[before] != place else { return }
      lanes.values[index].first.insert(place, at: before)
    } else {
      lanes.values[index].turns?.insert(Turn(lane: lane, priority: priority, oldest: place.planned), at: at)
      if at == 0 { lanes.values[index].first = [place] }
    }
  }

  /// One of an account's sends ended: its own lane and every pool's may go on, and so may what waits for a credit.
  mutating func freed(_ account: Int64) {
    open(account)
    for lane in pools { open(lane) }
    guard !closedForCredits.isEmpty else { return }
    for lane in closedForCredits { open(lane) }
    closedForCredits = []
  }

  private mutating func open(_ lane: Int64) {
    guard let index = lanes.index(forKey: lane), lanes.values[index].closedUntil != nil else { return }
    lanes.values[index].closedUntil = nil
  }

  /// One of an account's connections may take another mail.
  mutating func wanted(by account: Int64) {
    if lanes[account]?.waitsForChange == true { lanes[account]?.closedUntil = nil }
    for lane in pools where lanes[lane]?.waitsForChange == true { lanes[lane]?.closedUntil = nil }
  }

  /// Accounts, pools or credits changed.
  mutating func openAll() {
    for lane in lanes.keys { lanes[lane]?.closedUntil = nil }
  }

  /// Mail of any lane may have changed, or a transaction was rolled back.
  mutating func forget() {
    lanes = [:]
    pools = []
    isComplete = false
  }

  // MARK: - A look

  /// Takes in all lanes with mail; what was known of them stays.
  mutating func complete(_ ids: [Int64]) {
    for id in ids where lanes[id] == nil { changed(id) }
    isComplete = true
  }

  /// The mail that may go now, as far as it is known, and the lanes that have to be read for it. One walk in place: with a
  /// thousand lanes, looking each of them up costs more than finding its mail.
  mutating func due(at now: Int64) -> (turns: [Turn], unread: [Int64]) {
    var turns: [Turn] = []
    var unread: [Int64] = []
    var index = lanes.startIndex
    while index != lanes.endIndex {
      defer { lanes.formIndex(after: &index) }
      let lane = lanes.values[index]
      // A clock that was set back must not keep a lane closed longer than any lane is ever closed.
      guard lane.look <= now || lane.closedUntil.map({ $0 - now > Self.longestClosing }) == true else { continue }
      if lane.closedUntil != nil { lanes.values[index].closedUntil = nil }
      if let known = lane.turns, lane.parkedLook > now {
        for turn in known where turn.oldest <= now { turns.append(turn) }
      } else {
        unread.append(lanes.keys[index])
      }
    }
    return (turns, unread)
  }

  /// What is known of a lane's mail that may go now.
  func turns(of lane: Int64, at now: Int64) -> [Turn] { lanes[lane]?.turns?.filter { $0.oldest <= now } ?? [] }

  /// What was read of a lane; `first` are mails of its first priority in their order.
  mutating func read(_ lane: Int64, _ turns: [Turn], first: [Place], parkedLook: Int64?) {
    var known = lanes[lane] ?? Lane()
    known.turns = turns
    known.first = first[...]
    known.parkedLook = parkedLook ?? .max
    lanes[lane] = known
  }

  /// Takes the first mail of one of a lane's priorities, when it is known and may go now. What is known of the lane stays
  /// right as long as the mail is claimed or `returned`; when something else becomes of it, the lane is `changed`.
  mutating func takeFirst(of turn: Turn, at now: Int64) -> Place? {
    guard let index = lanes.index(forKey: turn.lane), lanes.values[index].turns?.first?.priority == turn.priority,
      let place = lanes.values[index].first.first, place.planned <= now
    else { return nil }
    lanes.values[index].first.removeFirst()
    // Without a next one this is too early, which a look then finds out.
    if let next = lanes.values[index].first.first { lanes.values[index].turns?[0].oldest = next.planned }
    return place
  }

  /// A lane's accounts or the credits keep it until then; nil is until something changes.
  mutating func close(_ lane: Int64, until: Int64?, forCredits: Bool, now: Int64) {
    lanes[lane]?.closedUntil = min(until ?? .max, now + Self.longestClosing)
    lanes[lane]?.waitsForChange = until == nil
    if forCredits { closedForCredits.insert(lane) }
  }

  func isClosed(_ lane: Int64) -> Bool { lanes[lane]?.closedUntil != nil }

  /// The lanes whose mail has to be read before `nextLook` is right.
  var unread: [Int64] { lanes.filter { $1.turns == nil && $1.closedUntil == nil }.map(\.key) }

  /// When there may be more by time alone; nil: only after something changes.
  var nextLook: Int64? {
    let next = lanes.values.reduce(Int64.max) { min($0, $1.look) }
    return next == .max ? nil : next
  }
}

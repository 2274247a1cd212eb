// What a look at the queue asks the index of waiting mail; each question is a seek or two, however much waits.

/// The words of the partial indexes: a query finds them by saying the same.
private let isReady = "state = 'scheduled' AND parked_by IS NULL AND scheduled_for IS NOT NULL"
private let isParked = "state = 'scheduled' AND parked_by IS NOT NULL"

// Put together once, for lanes are asked by the thousand.

private let readyInLane = """
  SELECT id, priority, scheduled_for FROM message WHERE \(isReady) AND lane = ?
  ORDER BY priority, scheduled_for, id LIMIT ?
  """
private let highestInLane = "SELECT MAX(priority) FROM message WHERE \(isReady) AND lane = ?"
/// Only what the index has: what lies in the table is read of those that are served.
private let placesOfTurn = """
  SELECT id, scheduled_for FROM message WHERE \(isReady) AND lane = ? AND priority = ?
  ORDER BY scheduled_for, id LIMIT ?
  """
private let parkedLookInLane = "SELECT MIN(next_look) FROM message WHERE \(isParked) AND lane = ?"

extension Reader {
  /// The lanes with scheduled mail. Each step is one seek in an index, however much waits in between.
  func laneIDs() throws(StoreError) -> [Int64] {
    var lanes: Set<Int64> = []
    for condition in [isReady, isParked] {
      var last = Int64.min
      while let lane = try one("SELECT MIN(lane) FROM message WHERE \(condition) AND lane > ?", last) {
        lanes.insert(lane)
        last = lane
      }
    }
    return lanes.sorted()
  }

  private func one(_ sql: String, _ value: Int64) throws(StoreError) -> Int64? {
    try first(sql, [.integer(value)]) { row in row.integerOrNil(0) } ?? nil
  }

  /// The priorities of a lane, and the first mails of its highest.
  func ready(inLane lane: Int64, limit: Int) throws(StoreError) -> (turns: [Turn], first: [Place]) {
    // The index begins with the lowest. Most lanes have one priority, or few mails.
    let found = try connection.rows(readyInLane, [.integer(lane), .integer(Int64(limit))]) { row in
      (place: Place(id: row.integer(0), planned: row.integer(2)), priority: row.integer(1))
    }
    guard let lowest = found.first else { return ([], []) }
    if found.count == limit {
      guard try one(highestInLane, lane) == lowest.priority else {
        let turns = try turns(ofLane: lane)
        return (turns, try turns.first.map { turn throws(StoreError) in try places(of: turn, limit: limit) } ?? [])
      }
    }
    var turns: [Turn] = []
    for mail in found where mail.priority != turns.last?.priority {
      turns.append(Turn(lane: lane, priority: mail.priority, oldest: mail.place.planned))
    }
    turns.reverse()
    return (turns, found.filter { $0.priority == turns[0].priority }.map(\.place))
  }

  /// The first mail of each priority of a lane, highest first.
  private func turns(ofLane lane: Int64) throws(StoreError) -> [Turn] {
    var turns: [Turn] = []
    var last = Int64.min
    while let turn = try first(
      """
      SELECT priority, scheduled_for FROM message WHERE \(isReady) AND lane = ? AND priority > ?
      ORDER BY priority, scheduled_for LIMIT 1
      """, [.integer(lane), .integer(last)],
      { row in Turn(lane: lane, priority: row.integer(0), oldest: row.integer(1)) })
    {
      turns.append(turn)
      last = turn.priority
    }
    return turns.reversed()
  }

  /// When the first of a lane's parked messages is to be looked at again.
  func parkedLook(inLane lane: Int64) throws(StoreError) -> Int64? {
    try one(parkedLookInLane, lane)
  }

  /// The first messages of one priority of a lane.
  func places(of turn: Turn, limit: Int) throws(StoreError) -> [Place] {
    try connection.rows(placesOfTurn, [.integer(turn.lane), .integer(turn.priority), .integer(Int64(limit))]) { row in
      Place(id: row.integer(0), planned: row.integer(1))
    }
  }
}

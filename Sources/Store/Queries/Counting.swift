internal import MailText

/// What an account did lately, for the list an operator reads in the morning.
public struct AccountActivity: Sendable, Equatable {
  /// Accepted sends since the given time.
  public var sent: Int64
  /// Tries that ended otherwise since then.
  public var refused: Int64
  /// Messages it sent since then that came back.
  public var bounced: Int64
  /// Messages it sent since then that were answered.
  public var replied: Int64
  /// Messages that wait for this account alone.
  public var waiting: Int64
  /// Its last accepted send.
  public var lastSentAt: Int64?
  /// The last reply that was no acceptance, in the server's words.
  public var lastError: String?
  /// When that was.
  public var lastErrorAt: Int64?
}

/// How many enrollments of a sequence are in a state.
public struct EnrollmentCount: Sendable, Equatable {
  /// The state's name.
  public var state: String
  /// How many.
  public var count: Int64
  /// How many of them had an answer.
  public var replied: Int64
}

extension Reader {
  /// What an account did since an instant.
  public func activity(ofAccount id: Int64, since: Int64) throws(StoreError) -> AccountActivity {
    var found = AccountActivity(sent: 0, refused: 0, bounced: 0, replied: 0, waiting: 0)
    let tries = try connection.rows(
      """
      SELECT state = 'accepted', COUNT(*), MAX(finished_at) FROM attempt
      WHERE account_id = ? AND finished_at > ? GROUP BY 1
      """, [.integer(id), .integer(since)]
    ) { row in (isAccepted: row.flag(0), count: row.integer(1), last: row.integerOrNil(2)) }
    for row in tries {
      if row.isAccepted { found.sent = row.count } else { found.refused = row.count }
    }
    found.lastSentAt = try first(
      """
      SELECT finished_at FROM attempt WHERE account_id = ? AND state = 'accepted' AND finished_at IS NOT NULL
      ORDER BY finished_at DESC LIMIT 1
      """, [.integer(id)]
    ) { row in row.integer(0) }
    let error = try first(
      """
      SELECT reply_text, finished_at FROM attempt
      WHERE account_id = ? AND finished_at > ? AND state <> 'accepted'
        AND meaning NOT IN ('withdrawn', 'interrupted')
      ORDER BY finished_at DESC LIMIT 1
      """, [.integer(id), .integer(since)]
    ) { row in (text: row.textOrNil(0), at: row.integer(1)) }
    found.lastError = error?.text
    found.lastErrorAt = error?.at
    let answers = try first(
      """
      SELECT COUNT(*) FILTER (WHERE m.state = 'bounced'), COUNT(*) FILTER (WHERE m.replied_at IS NOT NULL)
      FROM attempt t JOIN message m ON m.id = t.message_id
      WHERE t.account_id = ? AND t.finished_at > ? AND t.state IN ('accepted', 'refused')
      """, [.integer(id), .integer(since)]
    ) { row in (bounced: row.integer(0), replied: row.integer(1)) }
    found.bounced = answers?.bounced ?? 0
    found.replied = answers?.replied ?? 0
    found.waiting =
      try first(
        "SELECT COUNT(*) FROM message WHERE state = 'scheduled' AND lane = ?", [.integer(id)]
      ) { row in row.integer(0) } ?? 0
    return found
  }

  /// How many of a sequence's enrollments the sequencer has yet to plan.
  public func planningCount(ofSequence id: Int64) throws(StoreError) -> Int64 {
    try first("SELECT COUNT(*) FROM enrollment WHERE replan = 1 AND sequence_id = ?", [.integer(id)]) { row in
      row.integer(0)
    } ?? 0
  }

  /// A sequence's enrollments by state.
  public func enrollmentCounts(ofSequence id: Int64) throws(StoreError) -> [EnrollmentCount] {
    try connection.rows(
      "SELECT state, COUNT(*), COUNT(replied_at) FROM enrollment WHERE sequence_id = ? GROUP BY state ORDER BY state",
      [.integer(id)]
    ) { row in EnrollmentCount(state: row.text(0), count: row.integer(1), replied: row.integer(2)) }
  }
}

extension Transaction {
  /// Lets everything that waits for its next try, or was parked by a gate, be looked at now; returns how many. With a domain
  /// only what is for its addresses.
  public func runQueue(domain: String? = nil, now: Int64) throws(StoreError) -> Int {
    // An underscore, which names may hold, stands for any character in a pattern.
    let patterns = domain.map { name in
      DomainSpelling.all(of: name).map { "%@" + $0.replacing("_", with: "\\_") }
    }
    let isOfDomain = patterns.map {
      "AND (" + $0.map { _ in "recipient LIKE ? ESCAPE '\\'" }.joined(separator: " OR ") + ")"
    }
    let count = try run(
      """
      UPDATE message SET retry_at = NULL, parked_by = NULL, next_look = NULL
      WHERE state = 'scheduled' AND parked_by IS NOT NULL AND scheduled_for <= ?
      \(isOfDomain ?? "")
      """, [.integer(now)] + (patterns ?? []).map { .text($0) })
    lanes.forget()
    touch(.queue)
    return count
  }
}

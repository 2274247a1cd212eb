/// An append-only fact: the audit trail, the live log and later webhooks and statistics all read it.
public struct EventRecord: Sendable, Equatable {
  /// The vocabulary: what a follower of `events` sees as `event`.
  public enum Kind: String, Sendable, CaseIterable {
    /// A message was committed to the queue.
    case queued = "message.queued"
    /// The account's server took it.
    case sent = "message.sent"
    /// The account's server, or the way to it, said later.
    case deferred = "message.deferred"
    /// It will not go.
    case failed = "message.failed"
    /// It came back, or was refused for its recipient.
    case bounced = "message.bounced"
    /// Its step's conditions were not met.
    case skipped = "message.skipped"
    /// It was cancelled before it went.
    case cancelled = "message.cancelled"
    /// It waits for a person's word.
    case held = "message.held"
    /// It may have gone: the reply to the final dot was never seen.
    case unknown = "message.unknown"
    /// Somebody, or the store's own evidence, put it back into the queue.
    case retried = "message.retried"
    /// A person answered.
    case replied = "message.replied"
    /// A person opened it, or followed a link in it.
    case opened = "message.opened"
    case clicked = "message.clicked"
    /// A person asked out by it.
    case unsubscribed = "message.unsubscribed"
    /// A person called it spam.
    case complained = "message.complained"
    /// A contact entered a sequence.
    case enrolled = "enrollment.started"
    /// An enrollment waits.
    case enrollmentPaused = "enrollment.paused"
    /// The contact is away: no step goes before `detail.until`.
    case enrollmentPostponed = "enrollment.postponed"
    /// An enrollment goes on.
    case enrollmentResumed = "enrollment.resumed"
    /// An enrollment ended early; `detail.reason` says why.
    case enrollmentStopped = "enrollment.stopped"
    /// All its steps have gone.
    case enrollmentCompleted = "enrollment.completed"
    /// An enrollment took a branch: `detail.to` says where to.
    case branched = "enrollment.branched"
    /// A person put an enrollment to another step: `detail.to`.
    case enrollmentMoved = "enrollment.moved"
    /// A person should do something.
    case taskOpened = "task.opened"
    /// A person did it; `detail.by` says who.
    case taskDone = "task.done"
    /// A person passed it over.
    case taskSkipped = "task.skipped"
    /// A step came after all had gone: it is on its way again.
    case enrollmentReopened = "enrollment.reopened"
    /// A mail was seen over IMAP and sorted.
    case inbound = "inbound.received"
    /// The rules of today take a mail for something else; `detail.from` and `detail.to`.
    case inboundResorted = "inbound.resorted"
    /// An address or domain gets no more mail.
    case suppressed = "suppression.added"
    /// An address or domain may be written to again.
    case unsuppressed = "suppression.removed"
    /// A credit was booked or granted.
    case credit = "credit.booked"
    /// An account was added or its settings changed.
    case accountChanged = "account.changed"
    /// An account stopped sending; `detail.reason` says why.
    case accountPaused = "account.paused"
    /// An account sends again.
    case accountEnabled = "account.enabled"
    /// A person agreed that an account is used, and it has tokens.
    case accountAuthorized = "account.authorized"
    /// An account will stop sending unless somebody mends it; `detail.works_until` says when.
    case accountWarning = "account.warning"
    /// An account was removed.
    case accountRemoved = "account.removed"
    /// A pool was added or changed.
    case poolChanged = "pool.changed"
    /// A pool was removed.
    case poolRemoved = "pool.removed"
    /// An SMTP login was added or changed; `detail.password` says whether its password was.
    case submitterChanged = "submitter.changed"
    /// An SMTP login was removed, and its keys with it.
    case submitterRemoved = "submitter.removed"
    /// A sequence was made or its settings changed.
    case sequenceChanged = "sequence.changed"
    /// A sequence was activated, paused or completed; `detail.state`.
    case sequenceState = "sequence.state"
    /// A sequence was removed.
    case sequenceRemoved = "sequence.removed"
    /// One of a step's variants won: `detail.winner`.
    case experimentWon = "experiment.won"
    /// A campaign was made or its definition changed.
    case campaignChanged = "campaign.changed"
    /// A person started a campaign.
    case campaignStarted = "campaign.started"
    /// A campaign waits: no run begins or goes on, and its mails wait.
    case campaignPaused = "campaign.paused"
    /// A campaign goes on.
    case campaignResumed = "campaign.resumed"
    /// A run of a campaign began.
    case campaignRunStarted = "campaign.run_started"
    /// A run of a campaign ended; `detail` has its numbers.
    case campaignRunFinished = "campaign.run_finished"
    /// All runs of a campaign are over; `detail` has the sums.
    case campaignCompleted = "campaign.completed"
    /// A campaign was removed.
    case campaignRemoved = "campaign.removed"
    /// A key for apps was made.
    case keyAdded = "key.added"
    /// A key was revoked.
    case keyRemoved = "key.removed"
    /// Every secret was sealed anew; `detail.token_version` makes unsubscribe tokens from now on.
    case secretsResealed = "secrets.resealed"
  }

  /// Rising; the cursor of a follower.
  public var id: Int64
  /// UTC epoch milliseconds.
  public var at: Int64
  /// Whose fact it is.
  public var workspaceID: Int64
  /// The kind's name; text, because a follower may be older than the writer.
  public var kind: String
  /// The message it is about.
  public var messageID: Int64?
  /// The account it is about.
  public var accountID: Int64?
  /// The enrollment it is about.
  public var enrollmentID: Int64?
  /// Further facts as a JSON object of texts.
  public var detail: String
}

extension Reader {
  /// Events after the one with id `cursor`, oldest first; `kind` and `messageID` narrow the list.
  public func events(after cursor: Int64, kind: String? = nil, messageID: Int64? = nil, limit: Int)
    throws(StoreError) -> [EventRecord]
  {
    try connection.rows(
      """
      SELECT id, at, workspace_id, kind, message_id, account_id, enrollment_id, detail FROM event
      WHERE id > ? AND (? IS NULL OR kind = ?) AND (? IS NULL OR message_id = ?) ORDER BY id LIMIT ?
      """,
      [
        .integer(cursor), SQLValue(kind), SQLValue(kind), SQLValue(messageID), SQLValue(messageID),
        .integer(Int64(limit)),
      ]
    ) { row in
      EventRecord(
        id: row.integer(0), at: row.integer(1), workspaceID: row.integer(2), kind: row.text(3),
        messageID: row.integerOrNil(4), accountID: row.integerOrNil(5), enrollmentID: row.integerOrNil(6),
        detail: row.text(7))
    }
  }

  /// The cursor before the newest `count` events; `kind` and `messageID` narrow what is counted.
  public func cursor(beforeNewest count: Int, kind: String? = nil, messageID: Int64? = nil) throws(StoreError) -> Int64
  {
    try first(
      """
      SELECT COALESCE(MIN(id), 1) - 1 FROM (SELECT id FROM event
        WHERE (? IS NULL OR kind = ?) AND (? IS NULL OR message_id = ?) ORDER BY id DESC LIMIT ?)
      """,
      [SQLValue(kind), SQLValue(kind), SQLValue(messageID), SQLValue(messageID), .integer(Int64(count))]
    ) { row in row.integer(0) } ?? 0
  }
}

extension Transaction {
  func append(
    _ kind: EventRecord.Kind, at: Int64, workspaceID: Int64, messageID: Int64? = nil, accountID: Int64? = nil,
    enrollmentID: Int64? = nil, detail: [(String, String)] = []
  ) throws(StoreError) {
    try run(
      """
      INSERT INTO event (at, workspace_id, kind, message_id, account_id, enrollment_id, detail)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .integer(at), .integer(workspaceID), .text(kind.rawValue), SQLValue(messageID), SQLValue(accountID),
        SQLValue(enrollmentID), .text(jsonObject(detail)),
      ])
    touch(.events)
  }
}

/// A flat JSON object of texts, in the order given; by hand and by octets, because JSONEncoder costs more than the row's insert.
func jsonObject(_ members: [(String, String)]) -> String {
  var json: [UInt8] = []
  json.reserveCapacity(members.reduce(2) { $0 + $1.0.utf8.count + $1.1.utf8.count + 6 })
  json.append(UInt8(ascii: "{"))
  for (index, (name, value)) in members.enumerated() {
    if index > 0 { json.append(UInt8(ascii: ",")) }
    appendLiteral(name, to: &json)
    json.append(UInt8(ascii: ":"))
    appendLiteral(value, to: &json)
  }
  json.append(UInt8(ascii: "}"))
  return String(decoding: json, as: UTF8.self)
}

/// A JSON string literal (RFC 8259 section 7).
private func appendLiteral(_ text: String, to json: inout [UInt8]) {
  json.append(UInt8(ascii: "\""))
  // Nearly all texts have nothing to escape.
  if text.utf8.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
    json.append(contentsOf: text.utf8)
  } else {
    for octet in text.utf8 {
      switch octet {
      case UInt8(ascii: "\""): json += #"\""#.utf8
      case UInt8(ascii: "\\"): json += #"\\"#.utf8
      case UInt8(ascii: "\n"): json += #"\n"#.utf8
      case UInt8(ascii: "\r"): json += #"\r"#.utf8
      case UInt8(ascii: "\t"): json += #"\t"#.utf8
      case 0..<0x20:
        let hex = String(octet, radix: 16)
        json += "\\u\(String(repeating: "0", count: 4 - hex.utf8.count))\(hex)".utf8
      default: json.append(octet)
      }
    }
  }
  json.append(UInt8(ascii: "\""))
}

internal import Configuration
internal import MailText

/// A message of unknown fate whose copy is to be looked for in its account's mailbox.
public struct SentCheck: Sendable, Equatable {
  /// The message.
  public var messageID: Int64
  /// The account it may have gone through.
  public var accountID: Int64
  /// Its Message-ID with brackets.
  public var id: String
  /// No copy is older than this; UTC epoch milliseconds.
  public var since: Int64
  /// When its fate became unknown.
  public var begunAt: Int64
  /// Looks so far.
  public var looks: Int
}

/// A mail in a Sent or All folder that carries a message's Message-ID.
public struct SentCopy: Sendable, Equatable {
  /// The folder.
  public var folder: String
  /// When the server filed it (INTERNALDATE), else the time its header says; UTC epoch milliseconds.
  public var at: Int64?
  /// Its own Message-ID, when the server put that in the place of ours.
  public var replacedID: String?
  /// Whether a server took the mail: a mail program's own copy of what it submits has no trace field (RFC 5321 section 4.4).
  public var hasTrace: Bool
  /// Whether its trace names the message, so that it is not the copy of another one with the same Message-ID.
  public var isNamed: Bool

  /// A copy.
  public init(folder: String, at: Int64?, replacedID: String? = nil, hasTrace: Bool, isNamed: Bool = false) {
    self.folder = folder
    self.at = at
    self.replacedID = replacedID
    self.hasTrace = hasTrace
    self.isNamed = isNamed
  }
}

/// What a look came to.
public enum SentFinding: Sendable, Equatable {
  /// Copies of the message, in every folder looked into; one mail that lies in two folders counts once. May be empty.
  case copies([SentCopy])
  /// There will be no further look, for this reason.
  case impossible(String)
}

extension Reader {
  /// Messages whose account is to be looked into by now, the longest waiting first.
  public func sentChecks(dueBy now: Int64, limit: Int = 1_000) throws(StoreError) -> [SentCheck] {
    try connection.rows(
      """
      SELECT c.message_id, c.account_id, m.message_id, c.since, c.begun_at, c.looks
      FROM sent_check c JOIN message m ON m.id = c.message_id WHERE c.next_look <= ? ORDER BY c.next_look LIMIT ?
      """, [.integer(now), .integer(Int64(limit))]
    ) { row in
      SentCheck(
        messageID: row.integer(0), accountID: row.integer(1), id: row.text(2), since: row.integer(3),
        begunAt: row.integer(4), looks: Int(row.integer(5)))
    }
  }

  /// When the next look after this time is due; nil when there is none.
  public func nextSentCheck(after now: Int64) throws(StoreError) -> Int64? {
    try first("SELECT MIN(next_look) FROM sent_check WHERE next_look > ?", [.integer(now)]) { row in
      row.integerOrNil(0)
    } ?? nil
  }

  /// How the looking for a message's copy stands; nil when nobody looks.
  public func sentCheck(of messageID: Int64) throws(StoreError) -> (looks: Int, nextLook: Int64, begunAt: Int64)? {
    try first(
      "SELECT looks, next_look, begun_at FROM sent_check WHERE message_id = ?", [.integer(messageID)]
    ) { row in (Int(row.integer(0)), row.integer(1), row.integer(2)) }
  }

  /// Whether Postern made a message's Message-ID itself, so that no mail program can have a copy with it.
  fileprivate func madeItsID(_ message: MessageRecord) throws(StoreError) -> Bool {
    let stored = try first(
      "SELECT b.bytes FROM message m JOIN body b ON b.id = m.body_id WHERE m.id = ?", [.integer(message.id)]
    ) { row in row.blob(0) }
    return stored.map { !HeaderBlock(parsing: $0).contains("message-id") } ?? false
  }

  /// Of the messages that share a Message-ID (a submission to several people) how many surely went through an account, and
  /// of how many nobody knows.
  fileprivate func siblings(_ message: MessageRecord, _ accountID: Int64)
    throws(StoreError) -> (went: Int, unknown: Int)
  {
    let known = try connection.rows(
      """
      SELECT MAX(t.state = 'accepted') FROM message m JOIN attempt t ON t.message_id = m.id
      WHERE m.message_id = ? AND t.account_id = ? AND t.state IN ('accepted', 'transmitting', 'unknown') GROUP BY m.id
      """, [.text(message.messageID), .integer(accountID)]
    ) { row in row.flag(0) }
    let went = known.count { $0 }
    return (went, known.count - went)
  }
}

extension Transaction {
  /// Looks for the copy of a message at once, and again until the wait is over.
  func beginSentCheck(of message: MessageRecord, since: Int64, now: Int64) throws(StoreError) {
    guard let account = message.accountID else { return }
    try run(
      """
      INSERT INTO sent_check (message_id, account_id, since, begun_at, next_look) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (message_id) DO UPDATE SET account_id = excluded.account_id, begun_at = excluded.begun_at,
        next_look = excluded.next_look, looks = 0
      """, [.integer(message.id), .integer(account), .integer(since), .integer(now), .integer(now)])
    touch(.sentChecks)
  }

  /// A copy of a message of unknown fate turned up in Sent by itself: the next look, which says what it proves, is due now.
  func copyTurnedUp(of message: MessageRecord, now: Int64) throws(StoreError) {
    guard message.state == .unknown, let open = try undecidedAttempt(of: message) else { return }
    let hasten = "UPDATE sent_check SET next_look = MIN(next_look, ?) WHERE message_id = ?"
    if try run(hasten, [.integer(now), .integer(message.id)]) == 0 {
      try beginSentCheck(of: message, since: open.transmittingAt ?? open.claimedAt, now: now)
    }
    touch(.sentChecks)
  }

  /// Lets a message wait for its next look.
  public func postponeSentCheck(_ messageID: Int64, until: Int64) throws(StoreError) {
    try run(
      "UPDATE sent_check SET next_look = ?, looks = looks + 1 WHERE message_id = ?",
      [.integer(until), .integer(messageID)])
  }

  /// Draws the conclusion from a look: sent, another look at `nextLook`, or (nil) the policy of the account.
  public func conclude(_ check: SentCheck, _ finding: SentFinding, nextLook: Int64?, now: Int64) throws(StoreError) {
    guard let message = try message(check.messageID) else {
      try run("DELETE FROM sent_check WHERE message_id = ?", [.integer(check.messageID)])
      return
    }
    var words: String
    switch finding {
    case .impossible(let why): words = why
    case .copies(let found):
      let copies = try proving(found, message)
      words = found.isEmpty ? "no copy of it is in the account's mailbox" : "a copy is there, but nobody can say whose"
      // Copies of one Message-ID for several people do not say for whom: only as many as there are mails prove anything.
      let sharing = try siblings(message, check.accountID)
      let isClear = copies.contains(where: \.isNamed) || copies.count >= sharing.went + sharing.unknown
      if !copies.isEmpty, isClear {
        let copy = copies.min { distance($0, from: check.since) < distance($1, from: check.since) } ?? copies[0]
        if let id = copy.replacedID { try setSentMessageID(id, of: message) }
        if try proveSent(message, by: "its copy in \(copy.folder)", at: copy.at, now: now) { return }
      }
    }
    if let nextLook, case .copies = finding {
      return try postponeSentCheck(message.id, until: nextLook)
    }
    try run("DELETE FROM sent_check WHERE message_id = ?", [.integer(message.id)])
    // A person, or something that came back, may have decided meanwhile.
    guard message.state == .unknown else { return }
    if let reply = try undecidedAttempt(of: message)?.replyText { words = "\(reply); \(words)" }
    try end(message, as: .unknown, because: words, now: now)
    try follow(try account(check.accountID)?.settings.onUnknown ?? .hold, of: message, now: now)
  }

  /// Keeps what a server made of a message's Message-ID: answers name that one, and so must the next step.
  func setSentMessageID(_ id: String, of message: MessageRecord) throws(StoreError) {
    guard id != message.messageID, message.sentMessageID == nil else { return }
    try run("UPDATE message SET sent_message_id = ? WHERE id = ?", [.text(id), .integer(message.id)])
  }

  private func proving(_ copies: [SentCopy], _ message: MessageRecord) throws(StoreError) -> [SentCopy] {
    if copies.allSatisfy({ $0.hasTrace || $0.replacedID != nil }) { return copies }
    if try madeItsID(message) { return copies }
    return copies.filter { $0.hasTrace || $0.replacedID != nil }
  }

  private func distance(_ copy: SentCopy, from instant: Int64) -> UInt64 {
    copy.at.map { $0.subtractingReportingOverflow(instant).partialValue.magnitude } ?? .max
  }
}

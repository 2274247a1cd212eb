public import Delivery

/// What one closed attempt says about its account.
enum HealthMark: Sendable {
  /// The server took the mail.
  case accepted
  /// It refused the recipient: a bounce on the spot.
  case bounced
  /// It refused the mail, or said later.
  case refused
}

extension Reader {
  /// What an account did on its last seven days, or since a person enabled it again.
  public func health(ofAccount id: Int64, now: Int64) throws(StoreError) -> HealthFacts {
    guard let account = try account(id) else { return HealthFacts(attempts: 0, accepted: 0, bounces: 0, complaints: 0) }
    // At the most seven rows of the primary key, whatever the account sent.
    return try first(
      """
      SELECT COALESCE(SUM(attempts), 0), COALESCE(SUM(successes), 0), COALESCE(SUM(fates), 0),
        COALESCE(SUM(bounces), 0), COALESCE(SUM(complaints), 0) FROM usage WHERE account_id = ? AND day > ?
      """, [.integer(id), .text(try zone(of: account).dayKey(at: now - 7 * 86_400_000))]
    ) { row in
      HealthFacts(
        attempts: Int(row.integer(0)), accepted: Int(row.integer(1)), sends: Int(row.integer(2)),
        bounces: Int(row.integer(3)), complaints: Int(row.integer(4)))
    } ?? HealthFacts(attempts: 0, accepted: 0, bounces: 0, complaints: 0)
  }
}

extension Transaction {
  /// Counts a closed attempt on its account's day `at`, and pauses the account when that was too much.
  func count(_ mark: HealthMark, of accountID: Int64, at: Int64, now: Int64) throws(StoreError) {
    guard let account = try accountBook.account(accountID, self) else { return }
    let day = try zone(of: account).dayKey(at: at)
    let isAccepted: Int64 = mark == .accepted ? 1 : 0
    let isFate: Int64 = mark == .refused ? 0 : 1
    try run(
      """
      INSERT INTO usage (account_id, day, accepted, attempts, successes, fates, bounces) VALUES (?, ?, ?, 1, ?, ?, ?)
      ON CONFLICT (account_id, day) DO UPDATE SET accepted = usage.accepted + excluded.accepted,
        attempts = usage.attempts + 1, successes = usage.successes + excluded.successes,
        fates = usage.fates + excluded.fates, bounces = usage.bounces + excluded.bounces
      """,
      [
        .integer(accountID), .text(day), .integer(isAccepted), .integer(isAccepted),
        .integer(isFate), .integer(mark == .bounced ? 1 : 0),
      ])
    // Of an account that does nothing but well, one more mail that went well changes nothing.
    if mark == .accepted, accountBook.isSpotless(accountID, day: day) { return }
    try judge(account, now: now)
  }

  /// Counts what came back of a sent mail, on the day it went: the shares are of the same mails.
  func countReturn(of message: MessageRecord, isComplaint: Bool, now: Int64) throws(StoreError) {
    guard let accountID = message.accountID, let sentAt = message.sentAt, let account = try account(accountID) else {
      return
    }
    let column = isComplaint ? "complaints" : "bounces"
    // Never more than went: what was sent before the account was enabled again no longer counts.
    try run(
      "UPDATE usage SET \(column) = \(column) + 1 WHERE account_id = ? AND day = ? AND \(column) < fates",
      [.integer(accountID), .text(try zone(of: account).dayKey(at: sentAt))])
    try judge(account, now: now)
  }

  /// Lets an account begin anew after a person looked at it.
  func forgetHealth(ofAccount id: Int64) throws(StoreError) {
    try run(
      "UPDATE usage SET attempts = 0, successes = 0, fates = 0, bounces = 0, complaints = 0 WHERE account_id = ?",
      [.integer(id)])
  }

  private func judge(_ account: AccountRecord, now: Int64) throws(StoreError) {
    guard account.state == .active else { return }
    let facts = try health(ofAccount: account.id, now: now)
    let isSpotless = facts.attempts == facts.accepted && facts.bounces == 0 && facts.complaints == 0
    accountBook.setSpotless(account.id, isSpotless, day: try zone(of: account).dayKey(at: now))
    guard let pause = Health.pause(for: facts), let reason = AccountReason(rawValue: pause.rawValue) else { return }
    let words = "\(facts.words(for: pause)); when that is mended: postern account enable \(account.address)"
    try setAccountState(account.id, .paused, reason: reason, text: words, now: now)
  }
}

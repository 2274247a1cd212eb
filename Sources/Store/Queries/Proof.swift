extension Transaction {
  /// Books as sent a message of which nobody knew whether it went; also one that waits for another try, which would be a
  /// second copy. False when it was known already, or never transmitted.
  ///
  /// `at` is when it went, as far as anybody can tell; what is certain is that it was after its final dot and before now.
  func proveSent(_ message: MessageRecord, by proof: String, at: Int64?, now: Int64) throws(StoreError) -> Bool {
    guard message.state != .sent, message.state != .bounced, let open = try undecidedAttempt(of: message) else {
      return false
    }
    let earliest = min(open.transmittingAt ?? open.claimedAt, now)
    let at = min(max(at ?? earliest, earliest), now)
    try run(
      "UPDATE attempt SET state = 'accepted', finished_at = ? WHERE id = ?", [.integer(at), .integer(open.id)])
    freed(open.accountID)
    try recordSent(message, through: open.accountID, reply: "proved by \(proof)", at: at, now: now)
    try run("DELETE FROM sent_check WHERE message_id = ?", [.integer(message.id)])
    return true
  }

  /// The newest try whose final dot went and whose reply was not seen.
  func undecidedAttempt(of message: MessageRecord) throws(StoreError) -> AttemptRecord? {
    try attempts(of: message.id).last {
      $0.state == AttemptState.unknown.rawValue || $0.state == AttemptState.transmitting.rawValue
    }
  }
}

internal import Outreach

extension Transaction {
  /// Takes the recipient of a message off the list, because they followed its own link: whoever has the link got the message. Again
  /// it does nothing; false when there is no such message.
  public func unsubscribe(byLinkOf messageID: Int64, now: Int64) throws(StoreError) -> Bool {
    guard let message = try message(messageID) else { return false }
    try addSuppression(
      message.recipient, workspaceID: message.workspaceID, reason: SuppressionReason.unsubscribed.rawValue,
      source: "link:\(messageID)", now: now)
    if let enrollment = try enrollment(of: message) {
      try stop(enrollment, reason: .unsubscribed, workspaceID: message.workspaceID, now: now)
    }
    return true
  }
}

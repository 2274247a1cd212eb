/// What a person did with a mail, as its tracking address tells.
public enum MailSign: Sendable, Equatable {
  /// Its picture was fetched.
  case opened
  /// A link of it was followed, to here.
  case clicked(url: String)
}

extension Transaction {
  /// Records that a mail was opened or clicked; false when that is known already, or no such mail has gone.
  ///
  /// The first open and the first click are facts; whoever has the mail can fetch its addresses as often as they like, and
  /// mail programs do, so later ones leave nothing behind. A click tells that the mail was opened too: many programs fetch
  /// no pictures.
  public func record(_ sign: MailSign, ofMessage id: Int64, now: Int64) throws(StoreError) -> Bool {
    guard var message = try message(id) else { return false }
    // Only the mail itself has these addresses: the best proof there is for an unknown send.
    if message.sentAt == nil, message.state == .unknown, try proveSent(message, by: "an open", at: nil, now: now) {
      message = try self.message(id) ?? message
    }
    guard message.sentAt != nil || message.state == .sending else { return false }
    var isNew = false
    if message.openedAt == nil {
      try mark(message, "opened_at", .opened, [], now: now)
      isNew = true
    }
    if case .clicked(let url) = sign, message.clickedAt == nil {
      try mark(message, "clicked_at", .clicked, [("url", url)], now: now)
      isNew = true
    }
    return isNew
  }

  private func mark(
    _ message: MessageRecord, _ column: String, _ kind: EventRecord.Kind, _ more: [(String, String)], now: Int64
  ) throws(StoreError) {
    try run("UPDATE message SET \(column) = ? WHERE id = ?", [.integer(now), .integer(message.id)])
    try append(
      kind, at: now, workspaceID: message.workspaceID, messageID: message.id, accountID: message.accountID,
      enrollmentID: message.enrollmentID,
      detail: [("recipient", message.recipient)] + (message.sentAt.map { [("sent_at", "\($0)")] } ?? []) + more)
  }
}

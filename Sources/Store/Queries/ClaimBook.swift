/// What the writer remembers of messages between their claim and their end: nothing of them but their state changes in
/// between, and reading them anew for the dot and for the outcome costs more than writing either.
///
/// As with `LaneBook`, a rolled back transaction makes it forget everything.
struct ClaimBook {
  struct Entry {
    var message: MessageRecord
    var account: Int64
    /// Nil when that was not read.
    var request: DeliveryRequest?
    /// How often somebody had been suppressed when it was claimed.
    var suppressions: Int
  }

  private var entries: [Int64: Entry] = [:]
  private var suppressions = 0

  /// By the attempt's id.
  subscript(_ attempt: Int64) -> Entry? { entries[attempt] }

  /// Its gates have just found nobody suppressed.
  mutating func claimed(_ claim: Claim) {
    entries[claim.attemptID] = Entry(
      message: claim.message, account: claim.account.id, request: claim.outgoing?.request, suppressions: suppressions)
  }

  mutating func ended(_ attempt: Int64) { entries[attempt] = nil }

  /// An address or a domain was suppressed.
  mutating func suppressed() { suppressions += 1 }

  /// Whether somebody was suppressed since an attempt was claimed, or nobody knows.
  func mayBeSuppressed(_ attempt: Int64) -> Bool { entries[attempt]?.suppressions != suppressions }

  mutating func forget() { entries = [:] }
}

// Which of several open accounts a mail takes: a pure choice, the same for the same facts.

/// How accounts of a pool take turns.
public enum AccountRotation: String, Codable, Sendable, Equatable, CaseIterable {
  /// The smallest share of today's limit used.
  case leastUsed = "least-used"
  /// Each in turn, by id.
  case roundRobin = "round-robin"
  /// The fewest sends today for its weight.
  case weighted
  /// The one whose last send is longest ago, measured by what it may send a day.
  case evenSpacing = "even-spacing"
}

/// What the pool says about the choice.
public struct PoolPolicy: Sendable, Equatable {
  /// How accounts take turns.
  public var rotation: AccountRotation
  /// The account that was chosen last, for `round-robin`; nil begins with the smallest id.
  public var lastAccount: Int64?
  /// The pool as people call it, for reasons.
  public var name: String
  /// Whether an open account of the recipient's own provider goes before all others, whatever the rotation says.
  public var prefersSameProvider = false

  /// A policy.
  public init(rotation: AccountRotation = .leastUsed, lastAccount: Int64? = nil, name: String = "") {
    self.rotation = rotation
    self.lastAccount = lastAccount
    self.name = name
  }
}

/// Stands for "no limit" where shares are compared, so that accounts without one are compared by what they sent.
private let unlimited = 10_000

/// Whether `left` is to be taken before `right`; a strict total order by facts, then least recently used, then id.
func goesBefore(
  _ left: AccountFacts, _ right: AccountFacts, _ policy: PoolPolicy, for provider: Provider = .generic, at now: Int64
) -> Bool {
  // A mail waits behind another only when no account has a connection for it.
  if left.hasFreeConnection != right.hasFreeConnection { return left.hasFreeConnection }
  if policy.prefersSameProvider, provider != .generic, (left.provider == provider) != (right.provider == provider) {
    return left.provider == provider
  }
  switch policy.rotation {
  case .leastUsed:
    // used/limit compared without division; limits fit 31 bits in any sane configuration, clamped so that none traps.
    let leftShare = bounded(load(left, now)) * bounded(right.limitToday(at: now) ?? unlimited)
    let rightShare = bounded(load(right, now)) * bounded(left.limitToday(at: now) ?? unlimited)
    if leftShare != rightShare { return leftShare < rightShare }
  case .weighted:
    let leftShare = bounded(load(left, now) + 1) * bounded(right.weight)
    let rightShare = bounded(load(right, now) + 1) * bounded(left.weight)
    if leftShare != rightShare { return leftShare < rightShare }
  case .evenSpacing:
    // One that is sending has just sent.
    if left.inFlight != right.inFlight { return left.inFlight < right.inFlight }
    if let leftLast = left.lastSendAt, let rightLast = right.lastSendAt {
      let leftWait = bounded(Int(clamping: now &- leftLast)) * bounded(left.limitToday(at: now) ?? unlimited)
      let rightWait = bounded(Int(clamping: now &- rightLast)) * bounded(right.limitToday(at: now) ?? unlimited)
      if leftWait != rightWait { return leftWait > rightWait }
    }
  case .roundRobin:
    let last = policy.lastAccount ?? .min
    if (left.id > last) != (right.id > last) { return left.id > last }
    return left.id < right.id
  }
  let leftLast = left.lastSendAt ?? .min
  let rightLast = right.lastSendAt ?? .min
  return leftLast != rightLast ? leftLast < rightLast : left.id < right.id
}

/// Sends of today and under way; in rolling mode those of the last 24 hours.
private func load(_ account: AccountFacts, _ now: Int64) -> Int {
  (account.limitMode == .rolling ? account.lastDay.used : account.usedToday(at: now)) + account.inFlight
}

private func bounded(_ number: Int) -> Int { min(max(number, 0), Int(Int32.max)) }

/// Where one contact stands on the way through a sequence, by what the events told so far.
///
/// People are of the step, the variant and the account of the last mail that was tried, or of the task that was opened after it:
/// what made them answer, and what they wait after. So in each of these `enrolled` is whom it reached, and each of them went
/// on, completed, stopped or is active there.
public struct StatisticsPerson: Sendable, Equatable {
  /// How far the whole of it is.
  public enum State: String, Sendable {
    /// On the way, at the end of it, ended early.
    case active, completed, stopped
  }

  /// The id of the step; nil before the first.
  public var step: String?
  /// Which text of it they were dealt.
  public var variant: String?
  /// Whose thread they are in.
  public var accountID: Int64?
  /// On the way or at an end.
  public var state: State

  /// A place on the way.
  public init(step: String? = nil, variant: String? = nil, accountID: Int64? = nil, state: State = .active) {
    self.step = step
    self.variant = variant
    self.accountID = accountID
    self.state = state
  }

  /// A fact about the person that counts for the step, the variant or the account.
  typealias Change = (scope: StatisticsScope, key: String, fact: StatisticsFact)

  /// Follows an event of the person; returns what it changes at steps, variants and accounts.
  mutating func take(_ event: StatisticsEvent) -> [Change] {
    switch event.kind {
    case "message.sent", "message.failed", "task.opened": return move(event)
    // One that came back later moved them when it was sent.
    case "message.bounced": return event.was == "sent" ? [] : move(event)
    case "enrollment.completed": return end(as: .completed, .completed, event)
    case "enrollment.stopped": return end(as: .stopped, .stopped(event.reason ?? "manual"), event)
    case "enrollment.reopened": return reopen(event)
    default: return []
    }
  }

  private mutating func move(_ event: StatisticsEvent) -> [Change] {
    // A mail that was under way when they stopped reaches somebody who has left.
    guard let step = event.step, state != .stopped else { return [] }
    let isAtEnd = state == .completed
    let old = places(event)
    self = StatisticsPerson(
      step: step, variant: event.variant, accountID: event.accountID ?? accountID, state: state)
    let new = places(event)
    func changes(_ places: [Place], _ facts: [StatisticsFact]) -> [Change] {
      places.flatMap { place in facts.map { (place.scope, place.key, $0) } }
    }
    return changes(old.filter { !new.contains($0) }, isAtEnd ? [.reopened, .wentOn] : [.wentOn])
      + changes(new.filter { !old.contains($0) }, isAtEnd ? [.enrolled, .completed] : [.enrolled])
  }

  private mutating func end(as state: State, _ fact: StatisticsFact, _ event: StatisticsEvent) -> [Change] {
    guard self.state != .stopped, self.state != state else { return [] }
    let facts = self.state == .completed ? [.reopened, fact] : [fact]
    self.state = state
    return places(event).flatMap { place in facts.map { (place.scope, place.key, $0) } }
  }

  private mutating func reopen(_ event: StatisticsEvent) -> [Change] {
    guard state == .completed else { return [] }
    state = .active
    return places(event).map { ($0.scope, $0.key, .reopened) }
  }

  private struct Place: Equatable {
    var scope: StatisticsScope
    var key: String
  }

  private func places(_ event: StatisticsEvent) -> [Place] {
    var places: [Place] = []
    if let sequence = event.sequenceID, let step {
      places.append(Place(scope: .step, key: "\(sequence)/\(step)"))
      if let variant { places.append(Place(scope: .variant, key: "\(sequence)/\(step)/\(variant)")) }
    }
    if let accountID { places.append(Place(scope: .account, key: "\(accountID)")) }
    return places
  }
}

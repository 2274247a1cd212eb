// What statistics count: a pure table from one event to the sums it goes into.
import Foundation

/// What statistics can be asked by.
public enum StatisticsScope: String, Sendable, Codable, CaseIterable {
  /// All of a workspace; a sequence, one of its steps, one variant of a step; an account; the names that a sender gave.
  case workspace, sequence, step, variant, account, campaign, tag
}

/// Something that is counted.
public enum StatisticsFact: Sendable, Hashable {
  /// People: entered a sequence, reached its end, went on after it, ended early for this reason.
  case enrolled, completed, reopened
  case stopped(String)
  /// People: got the next mail of their sequence, and so are no longer at this step, variant or account.
  case wentOn
  /// Mails: taken by the account's server; came back later; refused for their recipient on the spot.
  case sent, bounced, refused
  /// Mails that were opened, clicked, answered, asked out by, called spam; each mail once.
  case opened, clicked, replied, unsubscribed, complained
  /// Mails that will not go.
  case failed, skipped, cancelled
  /// Mails that were answered, opened or clicked, counted in the hour they were sent in: which hours work.
  case sentReplied, sentOpened, sentClicked
  /// Answers that came so long after their mail: a step of `ReplyDelay`; and the sum of the delays in seconds.
  case replyDelay(Int)
  case replySeconds

  /// Its name in the store.
  public var name: String {
    switch self {
    case .enrolled: "enrolled"
    case .completed: "completed"
    case .reopened: "reopened"
    case .stopped(let reason): "stopped." + reason
    case .wentOn: "went_on"
    case .sent: "sent"
    case .bounced: "bounced"
    case .refused: "refused"
    case .opened: "opened"
    case .clicked: "clicked"
    case .replied: "replied"
    case .unsubscribed: "unsubscribed"
    case .complained: "complained"
    case .failed: "failed"
    case .skipped: "skipped"
    case .cancelled: "cancelled"
    case .sentReplied: "sent.replied"
    case .sentOpened: "sent.opened"
    case .sentClicked: "sent.clicked"
    case .replyDelay(let step): "reply.delay.\(step)"
    case .replySeconds: "reply.seconds"
    }
  }

  /// From its name in the store; nil for one of another version.
  public init?(name: String) {
    if let known = Self.plain[name] {
      self = known
    } else if name.hasPrefix("stopped.") {
      self = .stopped(String(name.dropFirst(8)))
    } else if name.hasPrefix("reply.delay."), let step = Int(name.dropFirst(12)) {
      self = .replyDelay(step)
    } else {
      return nil
    }
  }

  private static let plain: [String: StatisticsFact] = {
    let facts: [StatisticsFact] = [
      .enrolled, .completed, .reopened, .wentOn, .sent, .bounced, .refused, .opened, .clicked, .replied, .unsubscribed,
      .complained,
      .failed, .skipped, .cancelled, .sentReplied, .sentOpened, .sentClicked, .replySeconds,
    ]
    return Dictionary(uniqueKeysWithValues: facts.map { ($0.name, $0) })
  }()
}

/// The time from a mail to its answer, in steps that grow with it: each a fifth longer than the one before.
///
/// A sum for each step is small and says a median to within a tenth, which a list of all delays would do at the price of a
/// row for each answer.
public enum ReplyDelay {
  private static let growth = 1.2

  /// The step of a delay; 0 is up to a minute.
  public static func step(ofMilliseconds delay: Int64) -> Int {
    let minutes = Double(max(0, delay)) / 60_000
    return minutes <= 1 ? 0 : Int(log(minutes) / log(growth)) + 1
  }

  /// The middle of a step in milliseconds.
  public static func milliseconds(ofStep step: Int) -> Int64 {
    step <= 0 ? 30_000 : Int64(60_000 * pow(growth, Double(step) - 0.5))
  }
}

/// One event as statistics see it.
public struct StatisticsEvent: Sendable, Equatable {
  /// The event's kind, as `message.sent`.
  public var kind: String
  /// UTC epoch milliseconds.
  public var at: Int64
  /// Whose it is.
  public var workspaceID: Int64
  /// Whose way through a sequence it is about.
  public var enrollmentID: Int64?
  /// Where it belongs, as far as it belongs to one.
  public var sequenceID: Int64?
  /// The id of its step, which stays when steps change places, and which text of it the contact got.
  public var step: String?, variant: String?
  /// The account it went through.
  public var accountID: Int64?
  /// The names its sender gave.
  public var campaign: String?, tag: String?
  /// Why an enrollment ended.
  public var reason: String?
  /// The state before it: a bounce of what was not `sent` was a refusal on the spot, and who answers after the end of a
  /// sequence was `completed`.
  public var was: String?
  /// When the mail was sent that was answered.
  public var sentAt: Int64?
  /// When the answer came; nil is `at`, when it was seen.
  public var answeredAt: Int64?
  /// Whether the same was told of the message before.
  public var isRepeated = false

  /// An event.
  public init(kind: String, at: Int64, workspaceID: Int64) {
    self.kind = kind
    self.at = at
    self.workspaceID = workspaceID
  }

  /// The facts of it, each with the instant it counts at.
  var facts: [(fact: StatisticsFact, at: Int64, count: Int64)] {
    switch kind {
    case "enrollment.started": return [(.enrolled, at, 1)]
    case "enrollment.completed": return [(.completed, at, 1)]
    case "enrollment.reopened": return [(.reopened, at, 1)]
    case "enrollment.stopped":
      return [(.stopped(reason ?? "manual"), at, 1)] + (was == "completed" ? [(.reopened, at, 1)] : [])
    case "message.sent": return [(.sent, at, 1)]
    case "message.bounced": return [(was == "sent" ? .bounced : .refused, at, 1)]
    case "message.failed": return [(.failed, at, 1)]
    case "message.skipped": return [(.skipped, at, 1)]
    case "message.cancelled": return [(.cancelled, at, 1)]
    default: return isRepeated ? [] : answerFacts
    }
  }

  private var answerFacts: [(fact: StatisticsFact, at: Int64, count: Int64)] {
    switch kind {
    case "message.opened": return [(.opened, at, 1)] + (sentAt.map { [(.sentOpened, $0, 1)] } ?? [])
    case "message.clicked": return [(.clicked, at, 1)] + (sentAt.map { [(.sentClicked, $0, 1)] } ?? [])
    case "message.unsubscribed": return [(.unsubscribed, at, 1)]
    case "message.complained": return [(.complained, at, 1)]
    case "message.replied":
      guard let sentAt else { return [(.replied, at, 1)] }
      let delay = max(0, (answeredAt ?? at) - sentAt)
      return [
        (.replied, at, 1), (.sentReplied, sentAt, 1), (.replyDelay(ReplyDelay.step(ofMilliseconds: delay)), at, 1),
        (.replySeconds, at, delay / 1000),
      ]
    default: return []
    }
  }

  /// What it counts for: the workspace, and whatever of the rest it belongs to.
  var places: [(scope: StatisticsScope, key: String)] {
    var places: [(StatisticsScope, String)] = [(.workspace, "")]
    if let sequenceID {
      places.append((.sequence, "\(sequenceID)"))
      if let step {
        places.append((.step, "\(sequenceID)/\(step)"))
        if let variant { places.append((.variant, "\(sequenceID)/\(step)/\(variant)")) }
      }
    }
    if let accountID { places.append((.account, "\(accountID)")) }
    if let campaign { places.append((.campaign, campaign)) }
    if let tag { places.append((.tag, tag)) }
    return places
  }
}

/// Where a count is kept.
public struct StatisticsCell: Sendable, Hashable {
  /// Whose count it is.
  public var workspaceID: Int64
  /// By what it is counted.
  public var scope: StatisticsScope
  /// Within the scope: an id, ids joined by `/`, or a name.
  public var key: String
  /// What is counted.
  public var fact: StatisticsFact
  /// The first of its hours, in whole hours since 1970 in UTC.
  public var hour: Int64

  /// A place.
  public init(workspaceID: Int64, scope: StatisticsScope, key: String, fact: StatisticsFact, hour: Int64) {
    self.workspaceID = workspaceID
    self.scope = scope
    self.key = key
    self.fact = fact
    self.hour = hour
  }
}

/// Events added up. Adding them in parts gives the same sums; only the order of one person's events matters, because it says
/// where they stand.
public struct StatisticsSums: Sendable, Equatable {
  /// The counts.
  public private(set) var counts: [StatisticsCell: Int64] = [:]
  /// Where people stand, by enrollment: as it was before the first event, for those that are told of, and as it is after the last.
  public private(set) var people: [Int64: StatisticsPerson]

  /// Nothing yet, with the people of the events to come as they stand.
  public init(people: [Int64: StatisticsPerson] = [:]) { self.people = people }

  /// Adds what an event tells.
  public mutating func add(_ event: StatisticsEvent) {
    for fact in event.facts {
      for place in event.places { add(fact.fact, at: fact.at, place, event, count: fact.count) }
    }
    guard let id = event.enrollmentID else { return }
    for change in people[id, default: StatisticsPerson()].take(event) {
      add(change.fact, at: event.at, (change.scope, change.key), event, count: 1)
    }
  }

  private mutating func add(
    _ fact: StatisticsFact, at: Int64, _ place: (scope: StatisticsScope, key: String), _ event: StatisticsEvent,
    count: Int64
  ) {
    // Floor, not towards zero: an instant before 1970 has an hour of its own too.
    let hour = Int64((Double(at) / 3_600_000).rounded(.down))
    let cell = StatisticsCell(
      workspaceID: event.workspaceID, scope: place.scope, key: place.key, fact: fact, hour: hour)
    counts[cell, default: 0] += count
  }

  /// The same counts, by longer stretches.
  public func counts(by size: StatisticsHours.Size) -> [StatisticsCell: Int64] {
    guard size != .hour else { return counts }
    var sums: [StatisticsCell: Int64] = [:]
    for (cell, count) in counts {
      var cell = cell
      cell.hour = size.floor(cell.hour)
      sums[cell, default: 0] += count
    }
    return sums
  }
}

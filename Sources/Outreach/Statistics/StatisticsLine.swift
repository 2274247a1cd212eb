import Foundation

/// How often something was, of how many; what is told to people with its rate.
public struct Share: Sendable, Equatable {
  /// How often it was.
  public var part: Int64
  /// How often it could have been.
  public var whole: Int64

  /// So many of so many.
  public init(part: Int64, whole: Int64) {
    self.part = part
    self.whole = whole
  }

  /// From 0 to 1; nil when there was nothing it could be of.
  public var rate: Double? { whole > 0 ? Double(part) / Double(whole) : nil }

  /// The lower end of Wilson's interval at 95 %: what the rate is at least, so that 1 of 1 does not beat 90 of 100.
  public var atLeast: Double {
    guard whole > 0 else { return 0 }
    // 1.96: the normal distribution's two-sided 95 %.
    let (n, z) = (Double(whole), 1.96)
    let p = min(1, Double(part) / n)
    let middle = p + z * z / (2 * n)
    let spread = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
    return max(0, (middle - spread) / (1 + z * z / n))
  }
}

/// What came of the mails that were sent in one hour of the day, or on one day of the week.
public struct SendingTime: Sendable, Equatable {
  /// 0 … 23, or 1 (Monday) … 7.
  public var number: Int
  /// Mails that went then.
  public var sent: Int64
  /// Those of them that were opened, clicked and answered, whenever that was.
  public var opened: Int64, clicked: Int64, replied: Int64

  /// Answers of what was sent then.
  public var replies: Share { Share(part: replied, whole: sent) }
}

/// The statistics of one thing over a stretch of time.
public struct StatisticsLine: Sendable, Equatable {
  private var totals: [StatisticsFact: Int64] = [:]
  private var byHour: [Int: SendingTime] = [:]
  private var byDay: [Int: SendingTime] = [:]

  /// Nothing yet.
  public init() {}

  /// Adds a count.
  public mutating func add(_ fact: StatisticsFact, _ count: Int64) { totals[fact, default: 0] += count }

  /// The facts that the best hours and days are told from: they count in the hour their mail was sent in.
  public static let factsOfSending: [StatisticsFact] = [.sent, .sentOpened, .sentClicked, .sentReplied]

  /// Adds a count of `factsOfSending` to the hours and days; `offsetMilliseconds` is how far the clock of the people is
  /// from UTC in that hour.
  public mutating func addTime(_ fact: StatisticsFact, hour: Int64, count: Int64, offsetMilliseconds: Int64) {
    let isOfSending: WritableKeyPath<SendingTime, Int64>
    switch fact {
    case .sent: isOfSending = \.sent
    case .sentOpened: isOfSending = \.opened
    case .sentClicked: isOfSending = \.clicked
    case .sentReplied: isOfSending = \.replied
    default: return
    }
    // Zones with half hours have an hour that begins in the middle of one of UTC: it counts as the one it begins in.
    let local = hour + Int64((Double(offsetMilliseconds) / 3_600_000).rounded(.down))
    let day = Int64((Double(local) / 24).rounded(.down))
    let hourOfDay = Int(local - day * 24)
    // 1970-01-01 was a Thursday.
    let weekday = Int(((day + 3) % 7 + 7) % 7) + 1
    byHour[hourOfDay, default: SendingTime(number: hourOfDay, sent: 0, opened: 0, clicked: 0, replied: 0)][
      keyPath: isOfSending] += count
    byDay[weekday, default: SendingTime(number: weekday, sent: 0, opened: 0, clicked: 0, replied: 0)][
      keyPath: isOfSending] += count
  }

  /// How often.
  public subscript(fact: StatisticsFact) -> Int64 { totals[fact] ?? 0 }

  /// Whether nothing was counted.
  public var isEmpty: Bool { totals.isEmpty }

  // MARK: - People

  /// Enrollments that ended early, by their reason, the most frequent first.
  public var stopped: [(reason: String, count: Int64)] {
    totals.compactMap { fact, count in
      if case .stopped(let reason) = fact { (reason, count) } else { nil }
    }.sorted { ($1.count, $0.reason) < ($0.count, $1.reason) }
  }

  /// Enrollments at their end, without those that went on after it.
  public var completed: Int64 { self[.completed] - self[.reopened] }

  /// Enrollments that are still on their way, when the stretch holds their beginning; of a step, a variant or an account those
  /// that wait after its mail or at its task.
  public var active: Int64 { self[.enrolled] - left }

  /// Enrollments that ended, or went on to the next step, variant or account.
  public var left: Int64 { completed + self[.wentOn] + stopped.reduce(0) { $0 + $1.count } }

  /// Of those who are no longer at a step: who ended there early.
  public var dropOff: Share { Share(part: stopped.reduce(0) { $0 + $1.count }, whole: left) }

  // MARK: - Mails

  /// All that came back: later, or refused for the recipient on the spot.
  public var bounced: Int64 { self[.bounced] + self[.refused] }

  /// Sent and not come back.
  public var delivered: Int64 { self[.sent] - self[.bounced] }

  /// Of what was delivered.
  public var opens: Share { Share(part: self[.opened], whole: delivered) }
  /// Of what was delivered.
  public var clicks: Share { Share(part: self[.clicked], whole: delivered) }
  /// Of what was delivered.
  public var replies: Share { Share(part: self[.replied], whole: delivered) }
  /// Of what was tried.
  public var bounces: Share { Share(part: bounced, whole: self[.sent] + self[.refused]) }
  /// Of what was delivered.
  public var unsubscribes: Share { Share(part: self[.unsubscribed], whole: delivered) }
  /// Of what was delivered.
  public var complaints: Share { Share(part: self[.complained], whole: delivered) }

  // MARK: - Times

  /// The time from mail to answer that this share of the answers took at most, to within a tenth; nil without answers.
  public func replyDelay(share: Double) -> Int64? {
    let steps = totals.compactMap { fact, count in
      if case .replyDelay(let step) = fact { (step: step, count: count) } else { nil }
    }.sorted { $0.step < $1.step }
    let all = steps.reduce(0) { $0 + $1.count }
    guard all > 0 else { return nil }
    let wanted = max(1, Int64((share * Double(all)).rounded(.up)))
    var soFar: Int64 = 0
    for step in steps {
      soFar += step.count
      if soFar >= wanted { return ReplyDelay.milliseconds(ofStep: step.step) }
    }
    return nil
  }

  /// The mean of all delays; nil without answers.
  public var meanReplyDelay: Int64? {
    let all = self[.sentReplied]
    return all > 0 ? self[.replySeconds] * 1000 / all : nil
  }

  /// Hours of the day with mails, the best first: by what their reply rate is at least.
  public var hours: [SendingTime] { Self.best(byHour) }

  /// Days of the week with mails, the best first.
  public var days: [SendingTime] { Self.best(byDay) }

  private static func best(_ times: [Int: SendingTime]) -> [SendingTime] {
    times.values.sorted { ($1.replies.atLeast, $0.number) < ($0.replies.atLeast, $1.number) }
  }
}

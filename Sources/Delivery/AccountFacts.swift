// What the gates need to know about an account, and each check of it: cheap to ask, with numbers only when explained.

/// Whether an account may be used.
public enum AccountState: String, Codable, Sendable, Equatable, CaseIterable {
  /// In use; stopped by itself or a person until enabled; out of use.
  case active, paused, disabled
}

/// What a day is for the daily limit.
public enum DayLimitMode: String, Codable, Sendable, Equatable, CaseIterable {
  /// The calendar day in the account's zone; the last 24 hours.
  case calendar, rolling
}

/// Counts within a stretch of time that moves along.
public struct RollingUse: Sendable, Equatable {
  /// Accepted sends within it.
  public var used: Int
  /// When so many are out of it that one more is within the limit; nil is now, or unknown.
  public var freesAt: Int64?

  /// Counts.
  public init(used: Int = 0, freesAt: Int64? = nil) {
    self.used = used
    self.freesAt = freesAt
  }

  /// From the instants of the accepted sends, oldest first: what counts at `now` in a stretch, against a limit.
  ///
  /// Sends dated after `now` happened before the clock was set back. They count, so that this makes no burst, as long as
  /// they are no further away than the stretch, so that the wait has an end.
  public init(sends: [Int64], spanMilliseconds: Int64, limit: Int?, now: Int64) {
    let counted = sends.drop { $0 <= now - spanMilliseconds }.prefix { $0 <= now + spanMilliseconds }
    used = counted.count
    if let limit, limit > 0, used >= limit { freesAt = counted[counted.endIndex - limit] + spanMilliseconds }
  }
}

/// An account that may take the message.
public struct AccountFacts: Sendable, Equatable {
  /// The account.
  public var id: Int64
  /// Its address.
  public var address: String
  /// Whether it may be used.
  public var state: AccountState
  /// Why it is paused or disabled: `manual`, `auth_failed` …
  public var stateReason: String
  /// It rests until then, after a provider's limit or trouble with the connection.
  public var restUntil: Int64?
  /// Why it rests, in the server's words if there are any.
  public var restReason: String
  /// The most accepted sends a day; nil is no limit.
  public var dailyLimit: Int?
  /// What a day is.
  public var limitMode: DayLimitMode
  /// Accepted sends of the calendar day in the account's zone.
  public var usedToday: Int
  /// When that calendar day ends; from then on `usedToday` counts as 0.
  public var dayEnds: Int64
  /// The account's zone, for the days after.
  public var zone: Zone
  /// Accepted sends of the last 24 hours; asked only in rolling mode.
  public var lastDay: RollingUse
  /// The most accepted sends in 60 minutes; nil is no limit.
  public var hourlyLimit: Int?
  /// Accepted sends of the last 60 minutes.
  public var lastHour: RollingUse
  /// The most accepted sends in 60 seconds; nil is no limit.
  public var minuteLimit: Int?
  /// Accepted sends of the last 60 seconds.
  public var lastMinute: RollingUse
  /// The most people written to for the first time in a calendar day; nil is no limit.
  public var newContactsLimit: Int?
  /// Those of the calendar day.
  public var newContactsToday: Int
  /// Those under way.
  public var newContactsInFlight: Int
  /// The most accepted sends to one recipient domain in a calendar day; nil is no limit.
  public var domainLimit: Int?
  /// Those of the calendar day, by domain.
  public var domainUse: [String: Int]
  /// Those under way, by domain.
  public var domainInFlight: [String: Int]
  /// Least time between two sends.
  public var minimumGapMilliseconds: Int64
  /// The most that is added to the gap; how much follows from the last message.
  public var gapJitterMilliseconds: Int64
  /// The last accepted send.
  public var lastSendAt: Int64?
  /// The message of that send.
  public var lastMessage: Int64
  /// Sends claimed but not finished: they count against every limit, so that two connections cannot overrun one.
  public var inFlight: Int
  /// Connections that are busy.
  public var connectionsInUse: Int
  /// The most connections at once.
  public var connectionsMax: Int
  /// Busy connections that another mail may wait behind the present one of; only the relay's claims ask for them.
  public var linesWanting = 0
  /// Caps while it is new; nil is not warmed up.
  public var warmup: Warmup?
  /// Earlier days on which it sent.
  public var warmupDay: Int
  /// When it may send; nil is always.
  public var window: Window?
  /// Its share where the rotation is by weight.
  public var weight: Int
  /// Whose server it sends through.
  public var provider = Provider.generic

  /// An active account without limits that has not sent today.
  public init(id: Int64, address: String, zone: Zone = .utc, dayEnds: Int64) {
    self.id = id
    self.address = address
    self.zone = zone
    self.dayEnds = dayEnds
    state = .active
    stateReason = ""
    restReason = ""
    limitMode = .calendar
    usedToday = 0
    lastDay = RollingUse()
    lastHour = RollingUse()
    lastMinute = RollingUse()
    newContactsToday = 0
    newContactsInFlight = 0
    domainUse = [:]
    domainInFlight = [:]
    minimumGapMilliseconds = 0
    gapJitterMilliseconds = 0
    lastMessage = 0
    inFlight = 0
    connectionsInUse = 0
    connectionsMax = 1
    warmupDay = 0
    weight = 1
  }

  /// Whether it has a limit that depends on whom a message is for.
  public var hasLimitOfMessage: Bool { newContactsLimit != nil || domainLimit != nil }

  /// Accepted sends of the account's calendar day at `now`.
  public func usedToday(at now: Int64) -> Int { now < dayEnds ? usedToday : 0 }

  /// The cap of the calendar day by warmup; nil is none. Days pass as they do if it sent on the counted day.
  public func warmupCap(at now: Int64) -> Int? {
    let passed = now >= dayEnds && usedToday > 0 ? 1 : 0
    return warmup?.cap(onDay: warmupDay + passed)
  }

  /// The gap that the last send asks for: between the least and that with all of the jitter.
  public var gapMilliseconds: Int64 {
    let (range, overflow) = max(0, gapJitterMilliseconds).addingReportingOverflow(1)
    let jitter = overflow ? 0 : part(mixed(lastMessage, id), of: range)
    return minimumGapMilliseconds.addingReportingOverflow(jitter).overflow ? .max : minimumGapMilliseconds + jitter
  }

  /// The most sends of today, by limit and warmup; nil is no limit. Rotation measures shares by it.
  public func limitToday(at now: Int64) -> Int? {
    guard let cap = warmupCap(at: now) else { return dailyLimit }
    return dailyLimit.map { min($0, cap) } ?? cap
  }
}

/// The cap of a new account's day.
public enum Warmup: Sendable, Equatable {
  /// `start + step × day`, the first day is 0.
  case formula(start: Int, step: Int)
  /// The caps of the first, second … day; after the last there is none.
  case curve([Int])

  /// DESIGN.md's `5 + 2 × day`.
  public static let standard = Warmup.formula(start: 5, step: 2)

  /// The cap on a day, counted from 0 in days on which the account sent; nil is no cap.
  public func cap(onDay day: Int) -> Int? {
    switch self {
    case .formula(let start, let step):
      let (growth, overflow) = step.multipliedReportingOverflow(by: max(0, day))
      let (cap, overflow2) = start.addingReportingOverflow(growth)
      return overflow || overflow2 ? nil : max(0, cap)
    case .curve(let caps): return caps.indices.contains(max(0, day)) ? max(0, caps[max(0, day)]) : nil
    }
  }
}

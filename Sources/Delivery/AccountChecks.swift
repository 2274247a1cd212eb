// The checks of an account, one row each: what it asks, and how it is told to people.

/// The checks of the account gate, in order.
public enum AccountCheck: String, Codable, Sendable, CaseIterable {
  /// Active; not resting; the day's limit; the hour's; the minute's; the warmup cap; the gap; a free connection; the
  /// account's hours; its place in them.
  case state, rest, daily, hourly, minute, warmup, gap, connection, hours, spread
  /// First mails to people; mails to the recipient's domain.
  case newContacts = "new_contacts"
  case domain

  /// Whether it asks about the message too: another one may pass where this one waits.
  var isOfMessage: Bool { self == .newContacts || self == .domain }
}

/// Whether something is open, without the words: what is asked for every candidate.
enum Opening: Equatable {
  case open
  /// nil: when something changes.
  case closed(until: Int64?)

  /// Both must be open: the later time, and a change is later than any time.
  static func both(_ left: Opening, _ right: Opening) -> Opening {
    switch (left, right) {
    case (.open, let other), (let other, .open): other
    case (.closed(let first?), .closed(let second?)): .closed(until: max(first, second))
    default: .closed(until: nil)
    }
  }
}

extension AccountFacts {
  /// Whether the account could take a mail now, by all its checks; without a message by those that are the same for all.
  func opening(at now: Int64, for message: MessageFacts?) -> Opening {
    var result = Opening.open
    for check in AccountCheck.allCases {
      result = .both(result, opening(of: check, at: now, for: message))
      // Nothing is later than a change, so the rest cannot matter.
      if result == .closed(until: nil) { break }
    }
    return result
  }

  func opening(of check: AccountCheck, at now: Int64, for message: MessageFacts?) -> Opening {
    switch check {
    case .state: return state == .active ? .open : .closed(until: nil)
    case .rest: return restUntil.map { now < $0 ? .closed(until: $0) : .open } ?? .open
    case .daily:
      guard let dailyLimit else { return .open }
      return limitMode == .calendar
        ? calendarDay(limit: dailyLimit, at: now) : rolling(lastDay, limit: dailyLimit, at: now)
    case .hourly: return hourlyLimit.map { rolling(lastHour, limit: $0, at: now) } ?? .open
    case .minute: return minuteLimit.map { rolling(lastMinute, limit: $0, at: now) } ?? .open
    case .warmup: return warmupCap(at: now).map { calendarDay(limit: $0, at: now) } ?? .open
    case .gap:
      let gap = gapMilliseconds
      guard gap > 0 else { return .open }
      // One that is under way will move the last send when it is accepted.
      if inFlight > 0 { return .closed(until: nil) }
      // After the clock was set back a send dated later than now counts while it is near, as in `RollingUse`.
      guard let lastSendAt, lastSendAt <= now || lastSendAt - now <= gap else { return .open }
      let next = lastSendAt.addingReportingOverflow(gap)
      return next.overflow ? .closed(until: nil) : now < next.partialValue ? .closed(until: next.partialValue) : .open
    case .connection: return hasFreeConnection || linesWanting > 0 ? .open : .closed(until: nil)
    case .hours:
      guard let window, !window.isOpen(at: now) else { return .open }
      return .closed(until: window.nextOpen(from: now))
    case .spread:
      guard isSpread else { return .open }
      if inFlight > 0 { return .closed(until: nil) }
      return nextPlace(at: now).map { now < $0 ? .closed(until: $0) : .open } ?? .open
    case .newContacts:
      guard let newContactsLimit, message?.isNewContact == true else { return .open }
      return calendarDay(newContactsToday, newContactsInFlight, limit: newContactsLimit, at: now)
    case .domain:
      guard let domainLimit, let domain = message?.domain else { return .open }
      return calendarDay(domainUse[domain] ?? 0, domainInFlight[domain] ?? 0, limit: domainLimit, at: now)
    }
  }

  /// Whether it could take a mail now, and else when; nil: when something changes.
  public enum Availability: Sendable, Equatable { case open, closed(until: Int64?) }

  /// The same for all mails: what depends on whom one is for is left out.
  public func availability(at now: Int64) -> Availability {
    switch opening(at: now, for: nil) {
    case .open: .open
    case .closed(let until): .closed(until: until)
    }
  }

  /// Whether a mail need not wait behind another.
  var hasFreeConnection: Bool { connectionsInUse < connectionsMax }

  /// Whether its sends are laid over its hours: only what it may send a day can be.
  private var isSpread: Bool { window.map { $0.spread != .asap } == true && dailyLimit != nil }

  /// When the next send has its place: what is left of the day's hours after the last one, over what is left to send.
  private func nextPlace(at now: Int64) -> Int64? {
    guard let window, let lastSendAt, lastSendAt <= now, window.zone.day(at: lastSendAt) == window.zone.day(at: now),
      let limit = limitToday(at: now)
    else { return nil }
    // By the calendar day in either mode: what leaves the last 24 hours meanwhile must not move the place.
    let share = window.openTime(after: lastSendAt) / Int64(max(0, limit - usedToday(at: now)) + 1)
    // Around the even distance, from a half to one and a half of it.
    let distance = window.spread == .even ? share : share / 2 + part(mixed(lastMessage, id), of: share)
    return window.instant(after: lastSendAt, open: distance)
  }

  /// A limit that is not the account's whole use of a calendar day.
  private func calendarDay(_ used: Int, _ underWay: Int, limit: Int, at now: Int64) -> Opening {
    let used = now < dayEnds ? used : 0
    if used >= limit { return .closed(until: now < dayEnds ? dayEnds : zone.nextDay(after: now)) }
    return used + underWay >= limit ? .closed(until: nil) : .open
  }

  private func calendarDay(limit: Int, at now: Int64) -> Opening {
    let used = usedToday(at: now)
    if used >= limit { return .closed(until: now < dayEnds ? dayEnds : zone.nextDay(after: now)) }
    return used + inFlight >= limit ? .closed(until: nil) : .open
  }

  private func rolling(_ use: RollingUse, limit: Int, at now: Int64) -> Opening {
    if use.used >= limit {
      guard let freesAt = use.freesAt else { return .closed(until: nil) }
      if now < freesAt { return .closed(until: freesAt) }
      return inFlight > 0 ? .closed(until: nil) : .open
    }
    return use.used + inFlight >= limit ? .closed(until: nil) : .open
  }

  /// The first instant from `now` on at which the account could take a mail by time alone; nil is when something changes.
  public func nextSlot(from now: Int64) -> Int64? {
    var instant = now
    // Each round ends at the last of its checks to open, so a handful is enough; a hundred bounds any window.
    for _ in 0..<100 {
      switch opening(at: instant, for: nil) {
      case .open: return instant
      case .closed(let until?) where until > instant: instant = until
      case .closed: return nil
      }
    }
    return nil
  }

  /// Everything about the account, for people.
  public func report(at now: Int64, for message: MessageFacts? = nil) -> AccountReport {
    let checks = AccountCheck.allCases.map { told($0, at: now, for: message) }
    var until: Int64?
    let whole = opening(at: now, for: message)
    if case .closed(let time) = whole { until = time }
    return AccountReport(id: id, address: address, isOpen: whole == .open, until: until, checks: checks)
  }

  private func told(_ check: AccountCheck, at now: Int64, for message: MessageFacts?) -> Gate {
    let (reason, numbers) = words(check, at: now, for: message)
    switch opening(of: check, at: now, for: message) {
    case .open: return Gate(name: check.rawValue, isOpen: true, until: nil, reason: reason, numbers: numbers)
    case .closed(let until):
      return Gate(name: check.rawValue, isOpen: false, until: until, reason: reason, numbers: numbers)
    }
  }
}

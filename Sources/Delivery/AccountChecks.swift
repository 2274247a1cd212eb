// The checks of an account, one row each: what it asks, and how it is told to people.

/// The checks of the account gate, in order.
public enum AccountCheck: String, Codable, Sendable, CaseIterable {
  /// Active; not resting; the day's limit; the hour's; the warmup cap; the gap; a free connection; the account's hours.
  case state, rest, daily, hourly, warmup, gap, connection, hours
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
  /// Whether the account could take a mail now, by all its checks.
  func opening(at now: Int64) -> Opening {
    var result = Opening.open
    for check in AccountCheck.allCases {
      result = .both(result, opening(of: check, at: now))
      // Nothing is later than a change, so the rest cannot matter.
      if result == .closed(until: nil) { break }
    }
    return result
  }

  func opening(of check: AccountCheck, at now: Int64) -> Opening {
    switch check {
    case .state: return state == .active ? .open : .closed(until: nil)
    case .rest: return restUntil.map { now < $0 ? .closed(until: $0) : .open } ?? .open
    case .daily:
      guard let dailyLimit else { return .open }
      return limitMode == .calendar
        ? calendarDay(limit: dailyLimit, at: now) : rolling(lastDay, limit: dailyLimit, at: now)
    case .hourly: return hourlyLimit.map { rolling(lastHour, limit: $0, at: now) } ?? .open
    case .warmup: return warmupCap(at: now).map { calendarDay(limit: $0, at: now) } ?? .open
    case .gap:
      guard minimumGapMilliseconds > 0 else { return .open }
      // One that is under way will move the last send when it is accepted.
      if inFlight > 0 { return .closed(until: nil) }
      guard let lastSendAt, lastSendAt <= now else { return .open }
      let next = lastSendAt.addingReportingOverflow(minimumGapMilliseconds)
      return next.overflow ? .closed(until: nil) : now < next.partialValue ? .closed(until: next.partialValue) : .open
    case .connection: return connectionsInUse < connectionsMax ? .open : .closed(until: nil)
    case .hours:
      guard let window, !window.isOpen(at: now) else { return .open }
      return .closed(until: window.nextOpen(from: now))
    }
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
      switch opening(at: instant) {
      case .open: return instant
      case .closed(let until?) where until > instant: instant = until
      case .closed: return nil
      }
    }
    return nil
  }

  /// Everything about the account, for people.
  public func report(at now: Int64) -> AccountReport {
    let checks = AccountCheck.allCases.map { told($0, at: now) }
    var until: Int64?
    let whole = opening(at: now)
    if case .closed(let time) = whole { until = time }
    return AccountReport(id: id, address: address, isOpen: whole == .open, until: until, checks: checks)
  }

  private func told(_ check: AccountCheck, at now: Int64) -> Gate {
    let (reason, numbers) = words(check, at: now)
    switch opening(of: check, at: now) {
    case .open: return Gate(name: check.rawValue, isOpen: true, until: nil, reason: reason, numbers: numbers)
    case .closed(let until):
      return Gate(name: check.rawValue, isOpen: false, until: until, reason: reason, numbers: numbers)
    }
  }

  func words(_ check: AccountCheck, at now: Int64) -> (String, GateNumbers) {
    func use(_ used: Int, _ limit: Int?, _ name: String) -> (String, GateNumbers) {
      guard let limit else { return ("no \(name)", ["used": Int64(used), "in_flight": Int64(inFlight)]) }
      let under = inFlight > 0 ? ", \(inFlight) under way" : ""
      return (
        "\(used) of \(limit) by the \(name)\(under)",
        ["used": Int64(used), "limit": Int64(limit), "in_flight": Int64(inFlight)]
      )
    }
    switch check {
    case .state: return (stateReason.isEmpty ? state.rawValue : "\(state.rawValue): \(stateReason)", [:])
    case .rest:
      guard let restUntil, now < restUntil else { return ("not resting", [:]) }
      return (restReason.isEmpty ? "resting" : "resting: \(restReason)", ["rest_until": restUntil])
    case .daily:
      return limitMode == .calendar
        ? use(usedToday(at: now), dailyLimit, "daily limit") : use(lastDay.used, dailyLimit, "limit of 24 hours")
    case .hourly: return use(lastHour.used, hourlyLimit, "hourly limit")
    case .warmup:
      guard let cap = warmupCap(at: now) else { return ("no warmup cap", [:]) }
      var (reason, numbers) = use(usedToday(at: now), cap, "warmup cap")
      reason += " of day \(warmupDay)"
      numbers.list.append((name: "day", value: Int64(warmupDay)))
      return (reason, numbers)
    case .gap:
      var numbers: GateNumbers = ["gap": minimumGapMilliseconds]
      if let lastSendAt { numbers.list.append((name: "last_send", value: lastSendAt)) }
      if minimumGapMilliseconds == 0 { return ("no minimum gap", [:]) }
      return (inFlight > 0 ? "a send is under way" : "least time since the last send", numbers)
    case .connection:
      return (
        "\(connectionsInUse) of \(connectionsMax) connections busy",
        ["in_use": Int64(connectionsInUse), "limit": Int64(connectionsMax)]
      )
    case .hours: return (window == nil ? "no hours of its own" : "hours in \(window?.zone.name ?? "")", [:])
    }
  }
}

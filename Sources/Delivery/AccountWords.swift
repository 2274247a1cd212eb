// How the checks of an account are told to people.

extension AccountFacts {
  func words(_ check: AccountCheck, at now: Int64, for message: MessageFacts?) -> (String, GateNumbers) {
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
    case .minute: return use(lastMinute.used, minuteLimit, "limit of a minute")
    case .warmup:
      guard let cap = warmupCap(at: now) else { return ("no warmup cap", [:]) }
      var (reason, numbers) = use(usedToday(at: now), cap, "warmup cap")
      reason += " of day \(warmupDay)"
      numbers.list.append((name: "day", value: Int64(warmupDay)))
      return (reason, numbers)
    case .gap:
      if minimumGapMilliseconds == 0, gapJitterMilliseconds == 0 { return ("no minimum gap", [:]) }
      var numbers: GateNumbers = ["gap": gapMilliseconds]
      if let lastSendAt { numbers.list.append((name: "last_send", value: lastSendAt)) }
      let jitter = gapJitterMilliseconds > 0 ? ", with the jitter that follows from the last message" : ""
      return (inFlight > 0 ? "a send is under way" : "least time since the last send\(jitter)", numbers)
    case .connection:
      // What was claimed ahead waits behind another mail on the same connection.
      let busy = min(connectionsInUse, connectionsMax)
      return (
        "\(busy) of \(connectionsMax) connections busy", ["in_use": Int64(busy), "limit": Int64(connectionsMax)]
      )
    case .hours: return (window == nil ? "no hours of its own" : "hours in \(window?.zone.name ?? "")", [:])
    case .spread:
      guard let window, window.spread != .asap else { return ("not spread", [:]) }
      guard let limit = limitToday(at: now), dailyLimit != nil else {
        return ("nothing to spread: no daily limit", [:])
      }
      return (
        "\(window.spread.rawValue) over the hours of the day",
        ["left": Int64(max(0, limit - usedToday(at: now))), "limit": Int64(limit)]
      )
    case .newContacts:
      guard let newContactsLimit else { return ("no limit of new contacts", [:]) }
      if let message, !message.isNewContact { return ("not a new contact", [:]) }
      return (
        "\(now < dayEnds ? newContactsToday : 0) of \(newContactsLimit) new contacts today",
        [
          "used": Int64(now < dayEnds ? newContactsToday : 0), "limit": Int64(newContactsLimit),
          "in_flight": Int64(newContactsInFlight),
        ]
      )
    case .domain:
      guard let domainLimit else { return ("no limit of a recipient domain", [:]) }
      guard let message else { return ("at most \(domainLimit) a day to one recipient domain", [:]) }
      let used = now < dayEnds ? domainUse[message.domain] ?? 0 : 0
      return (
        "\(used) of \(domainLimit) to \(message.domain) today",
        [
          "used": Int64(used), "limit": Int64(domainLimit),
          "in_flight": Int64(domainInFlight[message.domain] ?? 0),
        ]
      )
    }
  }
}

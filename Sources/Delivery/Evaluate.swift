// The one function that says whether a mail may go now; the scheduler, `explain` and `forecast` all call it.

/// Evaluates all gates of a message at `now` against the accounts of its pool.
///
/// Every gate is evaluated whatever the ones before it say. `explain` adds a report of each account, which costs some
/// microseconds more and changes nothing else. The outcome is `cancel` before `skip` before `wait` before `go`; a
/// condition decides only once the mail is due and running, because it is looked at when the mail is about to go.
public func evaluate(
  _ message: MessageFacts, accounts: [AccountFacts], pool: PoolPolicy, now: Int64, explain: Bool = false
) -> GateReport {
  let (accountGate, chosen, isOfMessage) = accountGate(message, accounts, pool, now)
  let gates = [
    dueGate(message, now), runningGate(message), conditionsGate(message), suppressionGate(message),
    contactGate(message, now), creditsGate(message, now), windowGate(message, accounts, now), accountGate,
  ]
  let candidates =
    explain ? accounts.filter { isCandidate($0, of: message.binding) }.map { $0.report(at: now, for: message) } : []
  let (outcome, binding) = outcome(message, gates, chosen)
  return GateReport(
    gates: gates, accounts: candidates, outcome: outcome, binding: binding,
    isOfMessage: binding == .account ? isOfMessage : binding != .credits)
}

private func outcome(_ message: MessageFacts, _ gates: [Gate], _ chosen: Int64?) -> (Outcome, GateName?) {
  if case .ended(let reason) = message.running { return (.cancel(reason: reason), .running) }
  if message.suppression != nil { return (.cancel(reason: "suppressed"), .suppression) }
  if gates[0].isOpen, gates[1].isOpen, !gates[2].isOpen { return (.skip(reason: gates[2].reason), .conditions) }
  var latest: (until: Int64?, name: GateName)?
  for (name, gate) in zip(GateName.allCases, gates) where !gate.isOpen {
    // A broken condition waits for nothing of its own; it decides when the mail is due.
    if name == .conditions { continue }
    guard let soFar = latest else {
      latest = (gate.until, name)
      continue
    }
    if let known = soFar.until, gate.until.map({ $0 > known }) ?? true { latest = (gate.until, name) }
  }
  if let latest { return (.wait(until: latest.until), latest.name) }
  return chosen.map { (.go(account: $0), nil) } ?? (.wait(until: nil), .account)
}

private func dueGate(_ message: MessageFacts, _ now: Int64) -> Gate {
  if let hold = message.hold { return .closed(.due, until: nil, hold) }
  guard let due = message.due else {
    return .closed(.due, until: nil, message.dueReason.isEmpty ? "no time is known yet" : message.dueReason)
  }
  let numbers: GateNumbers = ["due": due]
  if now >= due { return .open(.due, message.dueReason, numbers) }
  return .closed(.due, until: due, message.dueReason.isEmpty ? "not due yet" : message.dueReason, numbers)
}

private func runningGate(_ message: MessageFacts) -> Gate {
  switch message.running {
  case .running: .open(.running)
  case .paused(let reason): .closed(.running, until: nil, reason)
  case .ended(let reason): .closed(.running, until: nil, reason)
  }
}

private func conditionsGate(_ message: MessageFacts) -> Gate {
  guard !message.conditions.isEmpty else { return .open(.conditions) }
  guard let broken = message.conditions.first(where: { $0.brokenAt != nil }), let at = broken.brokenAt else {
    return .open(.conditions, message.conditions.map(\.name).joined(separator: ", "))
  }
  return .closed(.conditions, until: nil, "\(broken.name) is not met", ["since": at])
}

private func suppressionGate(_ message: MessageFacts) -> Gate {
  guard let match = message.suppression else { return .open(.suppression) }
  return .closed(.suppression, until: nil, "\(match.value) is suppressed: \(match.reason)")
}

private func contactGate(_ message: MessageFacts, _ now: Int64) -> Gate {
  var result = Gate.open(.contact)
  for cap in message.caps where cap.used >= cap.limit && now < cap.freesAt ?? .max {
    // Of several that are closed the last to open binds; one without a time is last of all.
    if !result.isOpen, result.until == nil { break }
    if !result.isOpen, let until = result.until, let freesAt = cap.freesAt, freesAt <= until { continue }
    result = .closed(
      .contact, until: cap.freesAt, "\(cap.name): \(cap.used) of \(cap.limit)",
      ["used": Int64(cap.used), "limit": Int64(cap.limit)])
  }
  return result
}

private func creditsGate(_ message: MessageFacts, _ now: Int64) -> Gate {
  guard let credits = message.credits, credits.limit > 0 else { return .open(.credits) }
  let used = now < credits.dayEnds ? credits.used : 0
  let numbers: GateNumbers = [
    "used": Int64(used), "limit": Int64(credits.limit), "in_flight": Int64(credits.inFlight),
  ]
  if used >= credits.limit { return .closed(.credits, until: credits.dayEnds, "credits of the day are used", numbers) }
  if used + credits.inFlight >= credits.limit {
    return .closed(.credits, until: nil, "the last credits of the day are under way", numbers)
  }
  return .open(.credits, "", numbers)
}

private func windowGate(_ message: MessageFacts, _ accounts: [AccountFacts], _ now: Int64) -> Gate {
  guard let window = message.window, !window.isAlwaysOpen else { return .open(.window) }
  let place = window.place(
    of: message.id, due: message.planned ?? message.due ?? now, now: now,
    within: window.spread == .asap
      ? nil : commonHours(accounts.lazy.filter { isCandidate($0, of: message.binding) }.map(\.window)))
  let numbers: GateNumbers = window.spread == .asap ? [:] : place.map { ["place": $0] } ?? [:]
  guard window.isOpen(at: now) else {
    let reason = place == nil ? "the window never opens" : "outside the hours in \(window.zone)"
    return .closed(.window, until: place, reason, numbers)
  }
  guard let place, place > now else { return .open(.window, window.zone.name, numbers) }
  return .closed(.window, until: place, "its \(window.spread.rawValue) place in the hours in \(window.zone)", numbers)
}

/// The hours of the accounts that may take a message, when those are the same for all. Where they differ it has its place by
/// its own hours alone, and goes when that has passed and one of them is open.
package func commonHours(_ windows: some Sequence<Window?>) -> Window? {
  var common: Window?
  for window in windows {
    guard let window, common == nil || common == window else { return nil }
    common = window
  }
  return common
}

private func accountGate(
  _ message: MessageFacts, _ accounts: [AccountFacts], _ pool: PoolPolicy, _ now: Int64
) -> (gate: Gate, chosen: Int64?, isOfMessage: Bool) {
  var chosen: Int?
  var earliest: (until: Int64?, index: Int)?
  var candidates = 0
  for index in accounts.indices where isCandidate(accounts[index], of: message.binding) {
    candidates += 1
    switch accounts[index].opening(at: now, for: message) {
    case .open:
      if chosen.map({ goesBefore(accounts[index], accounts[$0], pool, for: message.provider, at: now) }) ?? true {
        chosen = index
      }
    case .closed(let until):
      guard let soFar = earliest else {
        earliest = (until, index)
        continue
      }
      if let until, until < soFar.until ?? .max { earliest = (until, index) }
    }
  }
  if let chosen {
    return (.open(.account, accounts[chosen].address, ["account": accounts[chosen].id]), accounts[chosen].id, false)
  }
  guard let earliest else { return (.closed(.account, until: nil, missing(message.binding, pool)), nil, false) }
  let account = accounts[earliest.index]
  let check = AccountCheck.allCases.first { check in
    account.opening(of: check, at: now, for: message) == .closed(until: earliest.until)
  }
  // Then the time is this message's alone: another one may find the account open earlier.
  let isOfMessage = accounts.contains {
    isCandidate($0, of: message.binding) && $0.hasLimitOfMessage
      && $0.opening(at: now, for: nil) != $0.opening(at: now, for: message)
  }
  let why = "\(account.address): \(account.words(check ?? .state, at: now, for: message).0)"
  switch message.binding {
  case .thread:
    return (.closed(.account, until: earliest.until, "the account of its thread, \(why)"), nil, isOfMessage)
  case .requested:
    return (.closed(.account, until: earliest.until, "the account asked for, \(why)"), nil, isOfMessage)
  case .pool:
    let reason = candidates == 1 ? why : "none of \(candidates) accounts is free; next \(why)"
    return (.closed(.account, until: earliest.until, reason, ["accounts": Int64(candidates)]), nil, isOfMessage)
  }
}

private func isCandidate(_ account: AccountFacts, of binding: AccountBinding) -> Bool {
  switch binding {
  case .pool: true
  case .thread(let id), .requested(let id): account.id == id
  }
}

private func missing(_ binding: AccountBinding, _ pool: PoolPolicy) -> String {
  switch binding {
  case .pool: pool.name.isEmpty ? "the pool has no account" : "the pool \(pool.name) has no account"
  case .thread: "the account of its thread was removed"
  case .requested: "the account asked for was removed"
  }
}

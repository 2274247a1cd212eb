internal import Configuration
internal import Delivery

extension Reader {
  /// Everything the gates ask about an account, from the journal: what it sent, what is under way, why it rests.
  func facts(of account: AccountRecord, now: Int64) throws(StoreError) -> AccountFacts {
    let settings = account.settings
    let zone = try zone(of: account)
    var facts = AccountFacts(
      id: account.id, address: account.address, zone: zone, dayEnds: zone.nextDay(after: now))
    facts.state = account.state
    facts.stateReason = account.reason?.rawValue ?? ""
    facts.restUntil = account.restUntil
    facts.restReason = account.restReason ?? ""
    facts.dailyLimit = settings.dailyLimit
    facts.limitMode = settings.limitMode == .rolling ? .rolling : .calendar
    facts.hourlyLimit = settings.hourlyLimit
    facts.minimumGapMilliseconds = settings.minimumGapMilliseconds
    facts.connectionsMax = settings.connections
    facts.weight = settings.weight
    facts.window = settings.window.map { Window($0, in: zone) }
    facts.usedToday = try accepted(by: account.id, onDay: zone.dayKey(at: now))
    facts.inFlight = try openAttempts(of: account.id)
    // Each claimed attempt has a connection of its own.
    facts.connectionsInUse = facts.inFlight
    facts.lastSendAt = try lastSend(of: account.id)
    if settings.limitMode == .rolling, let limit = settings.dailyLimit {
      facts.lastDay = try rollingUse(of: account.id, span: 86_400_000, limit: limit, now: now)
    }
    if let limit = settings.hourlyLimit {
      facts.lastHour = try rollingUse(of: account.id, span: 3_600_000, limit: limit, now: now)
    }
    if let warmup = settings.warmup {
      facts.warmup = warmup.curve.map(Warmup.curve) ?? .formula(start: warmup.start, step: warmup.step)
      facts.warmupDay = try daysSent(by: account.id, before: zone.dayKey(at: now))
    }
    return facts
  }

  /// The zone of an account's days.
  func zone(of account: AccountRecord) throws(StoreError) -> Zone {
    if let own = account.settings.zone { return Zone.named(own) ?? .utc }
    return Zone.named(try workspace(account.workspaceID).zone) ?? .utc
  }

  private func accepted(by accountID: Int64, onDay day: String) throws(StoreError) -> Int {
    try first(
      "SELECT accepted FROM usage WHERE account_id = ? AND day = ?", [.integer(accountID), .text(day)]
    ) { row in Int(row.integer(0)) } ?? 0
  }

  private func daysSent(by accountID: Int64, before day: String) throws(StoreError) -> Int {
    try first(
      "SELECT COUNT(*) FROM usage WHERE account_id = ? AND day < ? AND accepted > 0", [.integer(accountID), .text(day)]
    ) { row in Int(row.integer(0)) } ?? 0
  }

  private func openAttempts(of accountID: Int64) throws(StoreError) -> Int {
    try first(
      "SELECT COUNT(*) FROM attempt WHERE account_id = ? AND state IN ('claimed', 'transmitting')",
      [.integer(accountID)]
    ) { row in Int(row.integer(0)) } ?? 0
  }

  private func lastSend(of accountID: Int64) throws(StoreError) -> Int64? {
    try first(
      """
      SELECT finished_at FROM attempt WHERE account_id = ? AND state = 'accepted' AND finished_at IS NOT NULL
      ORDER BY finished_at DESC LIMIT 1
      """, [.integer(accountID)]
    ) { row in row.integer(0) }
  }

  /// The limit bounds the rows: only the newest `limit` sends can decide.
  private func rollingUse(of accountID: Int64, span: Int64, limit: Int, now: Int64) throws(StoreError) -> RollingUse {
    let sends = try connection.rows(
      """
      SELECT finished_at FROM attempt WHERE account_id = ? AND state = 'accepted' AND finished_at > ?
      ORDER BY finished_at DESC LIMIT ?
      """, [.integer(accountID), .integer(now - span), .integer(Int64(limit))]
    ) { row in row.integer(0) }
    return RollingUse(sends: sends.reversed(), spanMilliseconds: span, limit: limit, now: now)
  }
}

extension Window {
  /// A configured window; its own zone before the one it would else be in.
  init(_ settings: WindowSettings, in zone: Zone) {
    self.init(
      days: settings.days.compactMap { Day(rawValue: $0.rawValue) }, spans: settings.minutes,
      zone: settings.zone.flatMap(Zone.named) ?? zone)
  }
}

internal import Configuration
internal import Delivery
internal import MailText

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
    facts.minuteLimit = settings.minuteLimit
    facts.newContactsLimit = settings.newContactsLimit
    facts.domainLimit = settings.recipientDomainLimit
    facts.minimumGapMilliseconds = settings.minimumGapMilliseconds
    facts.gapJitterMilliseconds = settings.minimumGapJitterMilliseconds
    facts.connectionsMax = settings.connections
    facts.weight = settings.weight
    facts.provider = Provider(host: settings.smtp.host)
    facts.window = settings.window.map { Window($0, in: zone) }
    facts.usedToday = try accepted(by: account.id, onDay: zone.dayKey(at: now))
    facts.inFlight = try openAttempts(of: account.id)
    // Each claimed attempt has a connection of its own.
    facts.connectionsInUse = facts.inFlight
    // A send dated further ahead than a gap was made before the clock was set back: it says nothing about the gap now.
    let ahead = settings.minimumGapMilliseconds + settings.minimumGapJitterMilliseconds
    if let last = try lastSend(of: account.id, before: now + ahead) {
      facts.lastSendAt = last.at
      facts.lastMessage = last.message
    }
    if settings.limitMode == .rolling, let limit = settings.dailyLimit {
      facts.lastDay = try rollingUse(of: account.id, span: 86_400_000, limit: limit, now: now)
    }
    if let limit = settings.hourlyLimit {
      facts.lastHour = try rollingUse(of: account.id, span: 3_600_000, limit: limit, now: now)
    }
    if let limit = settings.minuteLimit {
      facts.lastMinute = try rollingUse(of: account.id, span: 60_000, limit: limit, now: now)
    }
    if facts.hasLimitOfMessage { try countByMessage(account, day: zone.dayKey(at: now), &facts) }
    if let warmup = settings.warmup {
      facts.warmup = warmup.curve.map(Warmup.curve) ?? .formula(start: warmup.start, step: warmup.step)
      facts.warmupDay = try daysSent(by: account.id, before: zone.dayKey(at: now))
    }
    return facts
  }

  /// The zone of an account's days.
  func zone(of account: AccountRecord) throws(StoreError) -> Zone {
    if let own = account.settings.zone { return Zone.named(own) ?? .utc }
    return Zone.named(try zoneName(ofWorkspace: account.workspaceID)) ?? .utc
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
      "SELECT COUNT(*) FROM attempt WHERE account_id = ? AND finished_at IS NULL",
      [.integer(accountID)]
    ) { row in Int(row.integer(0)) } ?? 0
  }

  private func lastSend(of accountID: Int64, before: Int64) throws(StoreError) -> (at: Int64, message: Int64)? {
    try first(
      """
      SELECT finished_at, message_id FROM attempt
      WHERE account_id = ? AND state = 'accepted' AND finished_at IS NOT NULL AND finished_at <= ?
      ORDER BY finished_at DESC, id DESC LIMIT 1
      """, [.integer(accountID), .integer(before)]
    ) { row in (at: row.integer(0), message: row.integer(1)) }
  }

  /// What the limits of first mails and of recipient domains count: of the day, and under way.
  private func countByMessage(_ account: AccountRecord, day: String, _ facts: inout AccountFacts) throws(StoreError) {
    facts.newContactsToday =
      try first(
        "SELECT new_contacts FROM usage WHERE account_id = ? AND day = ?", [.integer(account.id), .text(day)]
      ) { row in Int(row.integer(0)) } ?? 0
    let domains = try connection.rows(
      "SELECT domain, accepted FROM domain_usage WHERE account_id = ? AND day = ?", [.integer(account.id), .text(day)]
    ) { row in (row.text(0), Int(row.integer(1))) }
    facts.domainUse = Dictionary(domains) { first, _ in first }
    let open = try connection.rows(
      """
      SELECT \(MessageRecord.columns) FROM attempt t JOIN message m ON m.id = t.message_id
      WHERE t.account_id = ? AND t.finished_at IS NULL
      """, [.integer(account.id)]
    ) { row throws(StoreError) in try MessageRecord(row) }
    for message in open {
      facts.domainInFlight[message.domain, default: 0] += 1
      if facts.newContactsLimit != nil, try isNewContact(message) { facts.newContactsInFlight += 1 }
    }
  }

  /// Whether nothing was sent to a message's recipient before.
  func isNewContact(_ message: MessageRecord) throws(StoreError) -> Bool {
    try first(
      """
      SELECT 1 FROM message WHERE \(samePerson) AND workspace_id = ? AND id <> ? AND sent_at IS NOT NULL LIMIT 1
      """, message.recipient.person + [.integer(message.workspaceID), .integer(message.id)]
    ) { _ in true } == nil
  }

  /// The limit bounds the rows: only the newest `limit` sends can decide.
  private func rollingUse(of accountID: Int64, span: Int64, limit: Int, now: Int64) throws(StoreError) -> RollingUse {
    let sends = try connection.rows(
      """
      SELECT finished_at FROM attempt
      WHERE account_id = ? AND state = 'accepted' AND finished_at > ? AND finished_at <= ?
      ORDER BY finished_at DESC LIMIT ?
      """, [.integer(accountID), .integer(now - span), .integer(now + span), .integer(Int64(limit))]
    ) { row in row.integer(0) }
    return RollingUse(sends: sends.reversed(), spanMilliseconds: span, limit: limit, now: now)
  }
}

extension Transaction {
  /// Counts an accepted send for the limits of first mails and of recipient domains, while its account has them.
  /// `isNewContact` is asked before the send is booked.
  func countByMessage(_ message: MessageRecord, isNewContact: Bool, of account: AccountRecord, now: Int64)
    throws(StoreError)
  {
    guard isNewContact || account.settings.recipientDomainLimit != nil else { return }
    let day = try zone(of: account).dayKey(at: now)
    if isNewContact {
      try run(
        "UPDATE usage SET new_contacts = new_contacts + 1 WHERE account_id = ? AND day = ?",
        [.integer(account.id), .text(day)])
    }
    guard account.settings.recipientDomainLimit != nil else { return }
    try countDomain(message.domain, of: account.id, day: day)
  }
}

extension Transaction {
  /// Counts the sends of an account's last days anew, by the calendar of its present zone: they are kept by the day's name,
  /// and with another zone the same sends would leave the whole of a day's limit free once more.
  func recountUse(ofAccount id: Int64) throws(StoreError) {
    guard let account = try account(id) else { return }
    let newest = try first(
      "SELECT MAX(finished_at) FROM attempt WHERE account_id = ? AND state = 'accepted'", [.integer(id)]
    ) { row in row.integerOrNil(0) }
    guard let newest = newest ?? nil else { return }
    let zone = try zone(of: account)
    // Zones are no more than 26 hours apart.
    let since = zone.instant(ofDay: zone.day(at: newest) - 2, minute: 0)
    let sends = try connection.rows(
      """
      SELECT t.finished_at, m.recipient, m.workspace_id, m.id FROM attempt t LEFT JOIN message m ON m.id = t.message_id
      WHERE t.account_id = ? AND t.state = 'accepted' AND t.finished_at >= ?
      """, [.integer(id), .integer(since)]
    ) { row in
      (at: row.integer(0), recipient: row.textOrNil(1) ?? "", workspace: row.integer(2), message: row.integer(3))
    }
    let firstDay = zone.dayKey(at: since)
    try run(
      "UPDATE usage SET accepted = 0, new_contacts = 0 WHERE account_id = ? AND day >= ?",
      [.integer(id), .text(firstDay)])
    try run("DELETE FROM domain_usage WHERE account_id = ? AND day >= ?", [.integer(id), .text(firstDay)])
    for send in sends {
      let day = zone.dayKey(at: send.at)
      var isNew = false
      if account.settings.newContactsLimit != nil {
        isNew =
          try first(
            "SELECT 1 FROM message WHERE \(samePerson) AND workspace_id = ? AND id <> ? AND sent_at < ? LIMIT 1",
            send.recipient.person + [.integer(send.workspace), .integer(send.message), .integer(send.at)]
          ) { _ in true } == nil
      }
      try run(
        """
        INSERT INTO usage (account_id, day, accepted, new_contacts) VALUES (?, ?, 1, ?)
        ON CONFLICT (account_id, day) DO UPDATE SET accepted = usage.accepted + 1,
          new_contacts = usage.new_contacts + excluded.new_contacts
        """, [.integer(id), .text(day), .integer(isNew ? 1 : 0)])
      guard account.settings.recipientDomainLimit != nil else { continue }
      try countDomain(Address.domain(of: send.recipient), of: id, day: day)
    }
  }

  private func countDomain(_ domain: String, of accountID: Int64, day: String) throws(StoreError) {
    try run(
      """
      INSERT INTO domain_usage (account_id, day, domain, accepted) VALUES (?, ?, ?, 1)
      ON CONFLICT (account_id, day, domain) DO UPDATE SET accepted = domain_usage.accepted + 1
      """, [.integer(accountID), .text(day), .text(domain)])
  }
}

extension MessageRecord {
  /// The recipient's domain as DNS has it.
  var domain: String {
    // By octets: it is asked for every mail.
    let octets = recipient.utf8
    return octets.lastIndex(of: UInt8(ascii: "@")).map {
      DomainSpelling.ascii(of: String(recipient[octets.index(after: $0)...]))
    } ?? ""
  }
}

extension Window {
  /// A configured window; its own zone before the one it would else be in.
  init(_ settings: WindowSettings, in zone: Zone) {
    self.init(
      days: settings.days.compactMap { Day(rawValue: $0.rawValue) }, spans: settings.minutes,
      zone: settings.zone.flatMap(Zone.named) ?? zone, closedDays: settings.closedDates,
      spread: Spread(rawValue: settings.spread.rawValue) ?? .asap)
  }
}

import Configuration
import Delivery
import Foundation
import Outreach

@testable import Store

/// Twenty accounts, sixty people in three sequences, and what the people do.
final class SequenceWorld {
  static let day: Int64 = 86_400_000
  static let people = 60
  /// As few as make the accounts fill their days.
  static let dailyLimit = 2
  static let dailyCredits = 22
  static let weeklyLimit = 4

  struct Send {
    var message, account, enrollment: Int64
    var sequence, address, step: String
    var variant: String?
    var at: Int64
  }

  /// What a person did with a mail.
  struct Answer {
    var message: Int64
    var kind: String
    var at: Int64
  }

  struct Run {
    var sends: [Send] = []
    /// The messages that were answered.
    var replies: Set<Int64> = []
    var answers: [Answer] = []
    var restarts = 0
  }

  private struct Happening {
    var at: Int64
    var action: (SequenceWorld, inout Run) async throws -> Void
  }

  private var store: Store
  private let folder: String
  private var random: SplitMix
  private var coming: [Happening] = []

  init(seed: UInt64) async throws {
    random = SplitMix(state: seed)
    folder = NSTemporaryDirectory() + "postern-sequences-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    store = try Store(path: folder + "/postern.db", now: Bench.noon)
    try await fill()
  }

  deinit {
    store.close()
    try? FileManager.default.removeItem(atPath: folder)
  }

  // MARK: - What there is

  private static func sequences(edited: Bool) -> String {
    #"""
    [[sequence]]
    key = "one"
    pool = "pool0"
    zone = "Europe/Berlin"
    window = { spans = ["09:00-12:00", "13:00-17:00"], spread = "even", closed_dates = ["2026-12-07"] }
    [[sequence.step]]
    id = "intro"
    subject = "Hello {{ contact.first_name | default: 'there' }}"
    text = "Hello"
    [[sequence.step.variant]]
    [[sequence.step.variant]]
    subject = "Hi"
    [sequence.step.experiment]
    choice = "bandit"
    minimum_sample = 10
    settle = "1d"
    [[sequence.step]]
    id = "remind"
    delay = "3d"
    only_if = ["no-reply"]
    text = "Still there?"
    [[sequence.step.branch]]
    only_if = ["open"]
    filter = "tag = vip"
    to = "last"
    \#(edited ? "[[sequence.step]]\nid = \"new\"\ndelay = \"1d\"\ntext = \"Something new\"\n" : "")
    [[sequence.step]]
    id = "call"
    kind = "call"
    delay = "1d"
    title = "Call"
    [[sequence.step]]
    id = "last"
    delay = "2d"
    text = "Bye"

    [[sequence]]
    key = "two"
    pool = "pool1"
    on_reply = "continue"
    window = { days = ["mon", "wed", "sat"], spans = ["08:00-20:00"], spread = "random" }
    [[sequence.step]]
    id = "a"
    subject = "For {{ contact.company }}"
    text = "x"
    [[sequence.step]]
    id = "b"
    delay = "2d"
    subject = "For {{ contact.company }}, again"
    text = "x"
    [[sequence.step]]
    id = "c"
    delay = "2d"
    only_if = ["no-reply"]
    subject = "For {{ contact.company }}, for the last time"
    text = "x"
    \#(edited ? "" : "[[sequence.step]]\nid = \"d\"\ndelay = \"1w\"\nonly_if = [\"reply\"]\nsubject = \"Thank you\"\ntext = \"x\"\n")

    [[sequence]]
    key = "three"
    pool = "pool2"
    window = { spans = ["06:00-22:00"] }
    [[sequence.step]]
    id = "morning"
    subject = "Good morning"
    text = "x"
    at = "07:30"
    [[sequence.step]]
    id = "look"
    kind = "linkedin"
    delay = "4h"
    title = "Look"
    waits = false
    [[sequence.step]]
    id = "evening"
    delay = "1d"
    text = "x"
    at = "19:00"
    """#
  }

  private func fill() async throws {
    try await store.write { transaction in
      for number in 0..<3 { try transaction.putPool(PoolEntry(name: "pool\(number)"), now: Bench.noon) }
    }
    for number in 0..<20 {
      var account = AccountSettings(address: "s\(number)@sender.test", smtp: RemoteServer(host: "127.0.0.1", port: 25))
      account.pools = ["pool\(number % 3)"]
      account.dailyLimit = Self.dailyLimit
      account.minimumGapMilliseconds = Int64(3_600_000 * (1 + number % 5))
      account.connections = 1 + number % 2
      let made = account
      try await store.write { try $0.putAccount(made, sealedSecret: nil, now: Bench.noon) }
    }
    for account in try await store.read({ try $0.accounts() }) {
      gaps[account.id] = account.settings.minimumGapMilliseconds
    }
    try await store.write { transaction in
      try transaction.setWorkspace(
        1, zone: "UTC", dailyCredits: Self.dailyCredits, sequenceDefaults: SequenceEntry(key: "default"),
        contactLimits: ContactLimits(limit: Self.weeklyLimit, periodMilliseconds: 7 * Self.day))
    }
    var contacts: [ContactDraft] = []
    for number in 0..<Self.people {
      contacts.append(
        ContactDraft(
          address: "p\(number)@d\(number % 7).test", firstName: number % 3 == 0 ? nil : "P\(number)",
          company: number % 6 == 0 ? nil : "C\(number)", zone: Self.zone(ofPerson: number),
          tags: number % 4 == 0 ? ["vip"] : []))
    }
    let all = contacts
    try await store.write { transaction in
      for contact in all { _ = try transaction.putContact(contact, workspaceID: 1, now: Bench.noon) }
    }
    try await apply(edited: false, at: Bench.noon)
    for key in ["one", "two", "three"] {
      try await change(key, to: .active, at: Bench.noon)
      // In batches over the first ten days.
      for batch in 0..<6 {
        let addresses = all[(batch * 10)..<(batch * 10 + 10)].map { Enrollee(address: $0.address) }
        let at = Bench.noon + Int64(random.number(below: UInt64(10 * Self.day)))
        plan(at) { world, _ in
          let results = try await world.store.write { transaction in
            guard let sequence = try transaction.sequence(keyed: key, workspaceID: 1) else {
              throw Unexpected(what: "no sequence \(key)")
            }
            return try transaction.enroll(addresses, in: sequence, now: at)
          }
          // Whoever bounced, or asked another sequence to stop, is suppressed by now.
          try await world.noteDealt(results)
          for (person, result) in zip(addresses, results) where result.refusal != nil {
            guard result.refusal?.reason == .suppressed else { throw Unexpected(what: "\(result)") }
            world.refused.append("\(key) \(person.address)")
          }
        }
      }
    }
    plan(Bench.noon + 8 * Self.day) { world, _ in try await world.apply(edited: true, at: Bench.noon + 8 * Self.day) }
    plan(Bench.noon + 11 * Self.day) { world, _ in
      try await world.change("three", to: .paused, at: Bench.noon + 11 * Self.day)
    }
    plan(Bench.noon + 13 * Self.day) { world, _ in
      try await world.change("three", to: .active, at: Bench.noon + 13 * Self.day)
    }
  }

  /// Who was suppressed before it was their turn.
  private(set) var refused: [String] = []
  /// Which variant each enrollment was dealt, by enrollment and step.
  private(set) var dealt: [String: String] = [:]
  /// The least time between two mails of an account.
  private(set) var gaps: [Int64: Int64] = [:]
  /// When it was over.
  private(set) var end: Int64 = 0

  private static func zone(ofPerson number: Int) -> String? {
    let zones = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]
    return number % 5 == 0 ? nil : zones[number % 4]
  }

  /// Whether a mail went in the hours that its sequence names, by the clock of its person: counted by hand.
  func isInHours(_ send: Send) -> Bool {
    guard let number = Int(send.address.prefix { $0 != "@" }.dropFirst()) else { return false }
    let usual = send.sequence == "one" ? "Europe/Berlin" : "UTC"
    guard let zone = TimeZone(identifier: Self.zone(ofPerson: number) ?? usual) else { return false }
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = zone
    let parts = calendar.dateComponents(
      [.weekday, .hour, .month, .day], from: Date(timeIntervalSince1970: Double(send.at) / 1000))
    guard let weekday = parts.weekday, let hour = parts.hour else { return false }
    // Sunday is 1.
    switch send.sequence {
    case "one":
      return (2...6).contains(weekday) && (parts.month, parts.day) != (12, 7)
        && ((9..<12).contains(hour) || (13..<17).contains(hour))
    case "two": return [2, 4, 7].contains(weekday) && (8..<20).contains(hour)
    default: return (2...6).contains(weekday) && (6..<22).contains(hour)
    }
  }

  /// What the mails of an enrollment whose time is known wait for.
  func reports(of enrollment: EnrollmentRecord) async throws -> [GateReport] {
    let end = end
    return try await store.read { db in
      try db.steps(ofEnrollment: enrollment.id).filter { $0.state == .scheduled && $0.scheduledFor != nil }
        .compactMap { try db.explain($0.id, now: end)?.report }
    }
  }

  private func noteDealt(_ results: [EnrollmentResult]) async throws {
    let steps = try await store.read { db in
      try results.flatMap { result -> [MessageRecord] in
        guard case .enrolled(let id) = result else { return [] }
        return try db.steps(ofEnrollment: id)
      }
    }
    for step in steps {
      if let variant = step.variant { dealt["\(step.enrollmentID ?? 0) \(step.stepID ?? "")"] = variant }
    }
  }

  /// The last mails of sequence two that did not go because their condition was not met.
  func skipped() async throws -> [(enrollment: Int64, at: Int64)] {
    try await store.read { db in
      try db.connection.rows(
        """
        SELECT enrollment_id, finished_at FROM message
        WHERE step_id = 'c' AND state = 'skipped' AND last_reply LIKE 'no-reply%'
        """, []
      ) { row in (row.integer(0), row.integer(1)) }
    }
  }

  private func apply(edited: Bool, at now: Int64) async throws {
    let provision = try Provision.parse(toml: Self.sequences(edited: edited), file: "world").get()
    try await store.write { transaction in
      for sequence in provision.sequences {
        let known = try transaction.sequence(keyed: sequence.key, workspaceID: 1)?.entry
        if known != sequence { try transaction.putSequence(sequence, now: now) }
      }
    }
  }

  private func change(_ key: String, to state: SequenceState, at now: Int64) async throws {
    try await store.write { transaction in
      guard let id = try transaction.sequence(keyed: key, workspaceID: 1)?.id else { throw Unexpected(what: key) }
      try transaction.setState(ofSequence: id, to: state, now: now)
    }
  }

  private func plan(_ at: Int64, _ action: @escaping (SequenceWorld, inout Run) async throws -> Void) {
    coming.insert(Happening(at: at, action: action), at: coming.firstIndex { $0.at > at } ?? coming.endIndex)
  }

  // MARK: - What happens

  func run(days: Int64) async throws -> Run {
    var run = Run()
    var now = Bench.noon
    end = now + days * Self.day
    while now < end {
      while let next = coming.first, next.at <= now {
        coming.removeFirst()
        try await next.action(self, &run)
      }
      let at = now
      let (sends, opened, next) = try await store.write { transaction in try Self.step(transaction, at: at) }
      for send in sends {
        run.sends.append(send)
        expectAnswer(to: send)
      }
      for task in opened { expectWork(on: task, openedAt: now) }
      if random.number(below: 40) == 0 {
        store.close()
        store = try Store(path: folder + "/postern.db", now: now)
        try await store.write { _ = try $0.recoverAttempts(now: at) }
        try await store.countEvents()
        run.restarts += 1
      }
      let times = [next, coming.first?.at].compactMap(\.self)
      guard let time = times.min() else { break }
      now = max(time, now + 1)
    }
    return run
  }

  /// What sequencer and relay do at one moment; one claim in twenty is cut off before its dot.
  private static func step(_ transaction: Transaction, at now: Int64) throws -> (
    sends: [Send], opened: [Int64], next: Int64?
  ) {
    var opened: [Int64] = []
    while try transaction.planEnrollments(now: now, limit: 50) + transaction.openTasks(now: now, limit: 50) > 0 {}
    for listing in try transaction.taskListings(state: .open, workspaceID: 1, limit: 1000)
    where listing.task.openedAt == now {
      opened.append(listing.task.id)
    }
    try transaction.countExperiments(now: now)
    for decided in try transaction.decidedExperiments() { try transaction.callWinner(decided, now: now) }
    let pass = try transaction.claimDue(now: now, limit: 12)
    var sends: [Send] = []
    for claim in pass.claims {
      if claim.attemptID % 20 == 0 {
        let reply = JournalReply(code: nil, text: "cut off", meaning: "connection")
        try transaction.finish(claim.attemptID, .unharmed(reply, retryAt: now + 60_000), now: now)
        continue
      }
      guard try transaction.markTransmitting(claim.attemptID, now: now) else { continue }
      let reply = JournalReply(code: 250, text: "250 2.0.0 Ok", meaning: "accepted")
      try transaction.finish(claim.attemptID, .accepted(reply), now: now)
      guard let enrollment = try transaction.enrollment(of: claim.message),
        let sequence = try transaction.sequence(enrollment.sequenceID), let step = claim.message.stepID
      else { throw Unexpected(what: "a mail of no sequence") }
      sends.append(
        Send(
          message: claim.message.id, account: claim.account.id, enrollment: enrollment.id, sequence: sequence.key,
          address: claim.message.recipient, step: step, variant: claim.message.variant, at: now))
    }
    let times = [pass.nextLook, try transaction.nextTaskTime(), pass.claims.isEmpty ? nil : now + 700].compactMap(
      \.self)
    return (sends, opened, times.min())
  }

  private func expectAnswer(to send: Send) {
    let (message, kind) = (send.message, random.number(below: 100))
    if random.number(below: 3) == 0 {
      let at = send.at + Int64(random.number(below: UInt64(Self.day)))
      plan(at) { world, _ in
        _ = try await world.store.write { try $0.record(.opened, ofMessage: message, now: at) }
      }
    }
    switch kind {
    case 0..<10: answer(message, "reply", at: send.at + Int64(random.number(below: UInt64(3 * Self.day))))
    case 10..<13: answer(message, "bounce", at: send.at + Int64(random.number(below: 600_000)))
    case 16..<20: answer(message, "auto_reply", at: send.at + Int64(random.number(below: 600_000)))
    case 13..<16: answer(message, "unsubscribe", at: send.at + Int64(random.number(below: UInt64(Self.day))))
    default: break
    }
  }

  private func answer(_ id: Int64, _ kind: String, at: Int64) {
    plan(at) { world, run in
      try await world.store.write { transaction in
        guard let message = try transaction.message(id), let account = message.accountID else {
          throw Unexpected(what: "an answer to what was not sent")
        }
        let bounces =
          kind == "bounce" ? [BouncedRecipient(address: message.recipient, isHard: true, reason: "userunknown")] : []
        // Seen again, as mailboxes show things, and in another account's mailbox too: the first time counts.
        for seenBy in [account, account, account % 20 + 1] {
          _ = try transaction.recordInbound(
            NewInbound(
              accountID: seenBy, folder: "INBOX", identity: "<\(kind)\(id)>", bytes: Array("x".utf8), receivedAt: at,
              seenAt: at, sender: message.recipient, subject: "Re: Hello", kind: kind, rule: "test", verdict: "{}",
              answers: [(id: message.messageID, evidence: "In-Reply-To")], bounces: bounces))
        }
      }
      run.answers.append(Answer(message: id, kind: kind, at: at))
      if kind == "reply" { run.replies.insert(id) }
    }
  }

  /// Three tasks in four are done within two days, the others never.
  private func expectWork(on task: Int64, openedAt: Int64) {
    guard random.number(below: 4) > 0 else { return }
    let (at, skips) = (openedAt + Int64(random.number(below: UInt64(2 * Self.day))), random.number(below: 4) == 0)
    plan(at) { world, _ in
      try await world.store.write { transaction in
        // Its enrollment may have ended meanwhile, and the task with it.
        guard try transaction.task(task)?.state == .open else { return }
        if skips {
          try transaction.skipTask(task, by: "eva", now: at)
        } else {
          try transaction.completeTask(task, by: "eva", now: at)
        }
      }
    }
  }

  // MARK: - What became of it

  /// The statistics as they were counted all along and made anew; and how many people are at each step, as these tell it and by
  /// the last mail or task that the events have of each.
  func statistics() async throws -> (
    told: [[StatisticsRow]], anew: [[StatisticsRow]], people: [String: Int64], byEvents: [String: Int64]
  ) {
    func all() async throws -> [[StatisticsRow]] {
      try await store.read { db in try StatisticsScope.allCases.map { try db.statistics(by: $0, workspaceID: 1) } }
    }
    try await store.countEvents()
    let told = try await all()
    try await store.recountEvents()
    var people: [String: Int64] = [:]
    for row in try await store.read({ try $0.statistics(by: .step, workspaceID: 1) }) {
      people["\(row.key) active"] = row.line.active
      people["\(row.key) completed"] = row.line.completed
      for stop in row.line.stopped { people["\(row.key) \(stop.reason)"] = stop.count }
    }
    let rows = try await store.read { db in
      try db.connection.rows(
        """
        SELECT n.sequence_id || '/' || COALESCE(m.step_id, e.detail ->> 'step_id'),
          CASE WHEN n.state IN ('stopped', 'failed') THEN n.stop_reason ELSE n.state END
        FROM enrollment n JOIN event e ON e.id = (SELECT MAX(id) FROM event WHERE enrollment_id = n.id
            AND kind IN ('message.sent', 'message.failed', 'task.opened') AND id < COALESCE(
              (SELECT id FROM event WHERE enrollment_id = n.id AND kind = 'enrollment.stopped'), 1 << 62))
          LEFT JOIN message m ON m.id = e.message_id
        """, []
      ) { row in "\(row.text(0)) \(row.text(1))" }
    }
    return (
      told, try await all(), people.filter { $0.value != 0 },
      Dictionary(rows.map { ($0, 1) }, uniquingKeysWith: +)
    )
  }

  /// Enrollments, the ids of those that wait for a task, credits, and events by kind.
  func standing() async throws -> (
    enrollments: [EnrollmentRecord], waiting: Set<Int64>, credits: (sends: Int, replies: Int), events: [String: Int]
  ) {
    try await store.read { db in
      var query = EnrollmentQuery()
      query.limit = 10_000
      let tasks = try db.taskListings(state: .open, workspaceID: 1, limit: 10_000).map(\.task)
      let credits = try db.creditLedger(workspaceID: 1, day: nil, before: nil, limit: 100_000)
      var events: [String: Int] = [:]
      for event in try db.events(after: 0, limit: 1_000_000) { events[event.kind, default: 0] += 1 }
      return (
        try db.enrollments(query, workspaceID: 1), Set(tasks.filter(\.waits).map(\.enrollmentID)),
        (credits.count { $0.kind == "send" }, credits.count { $0.kind == "reply" }), events
      )
    }
  }
}

extension Transaction {
  /// As the store does it between its threads.
  fileprivate func countExperiments(now: Int64) throws {
    for (sequence, step) in try countedExperiments() {
      while let found = try settledMails(of: step, in: sequence, now: now, limit: 100) {
        try add(found)
        if found.isLast { break }
      }
    }
  }
}

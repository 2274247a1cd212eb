import Configuration
import Foundation
import Outreach
import Testing

@testable import Store

private let day: Int64 = 86_400_000

/// At its start a sequence shows when each of its mails will go; what is shown, what is foretold and what then happens agree.
@Suite struct PlannedTimesTests {
  static let toml = #"""
    [[sequence]]
    key = "welcome"
    zone = "Europe/Berlin"
    window = { days = ["mon", "tue", "wed", "thu", "fri"], spans = ["09:00-12:00", "13:00-17:00"], spread = "SPREAD", closed_dates = ["2026-11-25"] }
    [[sequence.step]]
    id = "intro"
    delay = "4h"
    subject = "Hello"
    text = "Hello"
    [[sequence.step]]
    id = "look"
    kind = "linkedin"
    delay = "1d"
    title = "Look at their page"
    waits = false
    [[sequence.step]]
    id = "again"
    delay = "2d"
    text = "Again"
    [[sequence.step]]
    id = "morning"
    delay = "1w"
    text = "Good morning"
    at = "09:15"
    [[sequence.step]]
    id = "last"
    delay = "36h"
    text = "Bye"
    """#

  @Test(arguments: ["asap", "even", "random"]) func allMailsAreSeenAtTheStartAndGoThen(_ spread: String) async throws {
    let bench = try await NativeBench(Self.toml.replacing("SPREAD", with: spread))
    let zones = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC", "Pacific/Apia"]
    let people = (0..<60).map { "p\($0)@example.org" }
    for (number, address) in people.enumerated() where number % 7 > 0 {
      try await bench.put(ContactDraft(address: address, zone: zones[number % 6]))
    }
    _ = try await bench.enroll(people)
    try await bench.activate(at: Bench.noon)
    try await bench.plan()
    let shown = try await planned(bench, at: Bench.noon)
    #expect(shown.count == 4 * people.count)
    let foretold = try Simulation(
      try StateCopy.make(ofStoreAt: bench.store.path, now: Bench.noon), bench.store.suppressionKey, now: Bench.noon,
      maxConnections: 1000
    ).forecast(until: Bench.noon + 60 * day)
    #expect(Dictionary(uniqueKeysWithValues: foretold.sends.map { ($0.messageID, $0.at) }) == shown)
    let sent = try await run(bench, from: Bench.noon, until: Bench.noon + 60 * day)
    #expect(sent == shown)
    #expect(foretold.sequences.map(\.left) == [0])
    for address in people { #expect(try await bench.bench.enrollment(of: address).state == .completed) }
  }

  @Test func whenAnEarlierStepGoesLateAllThatFollowShift() async throws {
    let bench = try await NativeBench(Self.toml.replacing("SPREAD", with: "asap"))
    try await bench.activate(at: Bench.noon)
    _ = try await bench.enroll(["ann@example.org"])
    try await bench.plan()
    let before = try await planned(bench, at: Bench.noon)
    try await bench.store.write { try $0.setState(ofSequence: 1, to: .paused, now: Bench.noon) }
    let late = Bench.noon + 5 * day
    try await bench.store.write { try $0.setState(ofSequence: 1, to: .active, now: late) }
    try await bench.plan(at: late)
    let after = try await planned(bench, at: late)
    #expect(after.keys.sorted() == before.keys.sorted())
    for (id, time) in after { #expect(time > before[id] ?? .max) }
    #expect(try await run(bench, from: late, until: late + 60 * day) == after)
  }

  @Test func whatWaitsForAPersonHasNoTimeYet() async throws {
    let bench = try await NativeBench(NativeBench.withTask(waits: true))
    _ = try await bench.enroll(["ann@example.org"])
    let steps = try await views(bench, at: Bench.noon)
    // Also of a draft: as if it began now.
    #expect(steps.map(\.plannedFor) == [Bench.noon, Bench.noon + day, nil])
    #expect(steps.map(\.scheduledFor) == [nil, nil, nil])
  }

  private func views(_ bench: NativeBench, at now: Int64) async throws -> [StepView] {
    try await bench.store.read { db in
      let viewer = StepViewer(db, now: now)
      return try db.enrollments(ofSequence: 1, limit: 1000).flatMap { try viewer.steps(of: $0) }
    }
  }

  private func planned(_ bench: NativeBench, at now: Int64) async throws -> [Int64: Int64] {
    var times: [Int64: Int64] = [:]
    for step in try await views(bench, at: now) { if let id = step.messageID { times[id] = step.plannedFor } }
    return times
  }

  /// The relay and the sequencer on a clock that jumps; every mail is accepted at once.
  private func run(_ bench: NativeBench, from start: Int64, until end: Int64) async throws -> [Int64: Int64] {
    var sent: [Int64: Int64] = [:]
    var now = start
    while now < end {
      let at = now
      let (ids, next) = try await bench.store.write { transaction in
        while try transaction.planEnrollments(now: at, limit: 100) + transaction.openTasks(now: at, limit: 100) > 0 {}
        let pass = try transaction.claimDue(now: at, limit: 1000)
        for claim in pass.claims {
          guard try transaction.markTransmitting(claim.attemptID, now: at) else { throw Unexpected(what: "withdrawn") }
          let reply = JournalReply(code: 250, text: "250 2.0.0 Ok", meaning: "accepted")
          try transaction.finish(claim.attemptID, .accepted(reply), now: at)
        }
        let times = [pass.nextLook, try transaction.nextTaskTime()].compactMap(\.self)
        return (pass.claims.map(\.message.id), pass.claims.isEmpty ? times.min() : at)
      }
      for id in ids { sent[id] = at }
      guard let next else { break }
      now = next
    }
    return sent
  }
}

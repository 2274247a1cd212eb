import Configuration
import Delivery
import Outreach
import Testing

@testable import Store

/// A store with a sequence of its own steps, a campaign, and short ways through its runs.
final class CampaignBench: Sendable {
  let bench: Bench
  var store: Store { bench.store }

  static let entry = CampaignEntry(
    key: "daily", sequence: "welcome", owner: "owner@x.test", source: CampaignSource(kind: .csv, file: "people.csv"))

  init(_ change: @Sendable (inout CampaignEntry) -> Void = { _ in }) async throws {
    bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    var entry = Self.entry
    change(&entry)
    let wanted = entry
    try await store.write { transaction in
      let toml = """
        [[sequence]]
        key = "welcome"
        [[sequence.step]]
        id = "intro"
        subject = "Hello"
        text = "Hello"
        """
      for sequence in try Provision.parse(toml: toml, file: "t").get().sequences {
        try transaction.putSequence(sequence, now: CampaignTests.morning)
      }
      try transaction.putCampaign(wanted, CampaignSecrets(), now: CampaignTests.morning)
    }
  }

  func change(_ change: @escaping @Sendable (inout CampaignEntry) -> Void) async throws {
    try await store.write { transaction in
      var entry = try #require(try transaction.campaign(keyed: "daily", workspaceID: 1)).entry
      change(&entry)
      try transaction.putCampaign(entry, CampaignSecrets(), now: CampaignTests.morning)
    }
  }

  func campaign() async throws -> CampaignRecord {
    try #require(try await store.read { try $0.campaign(keyed: "daily", workspaceID: 1) })
  }

  func start(at now: Int64) async throws {
    let id = try await campaign().id
    try await store.write { transaction in
      let sequence = try #require(try transaction.sequence(keyed: "welcome", workspaceID: 1))
      try transaction.setState(ofSequence: sequence.id, to: .active, now: now)
      try transaction.startCampaign(id, now: now)
    }
  }

  /// Begins the run that is due, and gives it.
  func begin(at now: Int64) async throws -> Int64 {
    try await store.write { try $0.beginDueRuns(now: now) }
    return try #require(try await store.read { try $0.campaignLook(now: now) }.runs.first)
  }

  func found(
    _ run: Int64, _ addresses: [String] = [], people: [FoundPerson] = [], isLast: Bool = false, failure: String? = nil,
    at now: Int64
  ) async throws {
    let all = addresses.map { FoundPerson(facts: ContactDraft(address: $0)) } + people
    let place = try await self.run(run).position
    try await store.write { transaction in
      try transaction.record(
        RunPage(people: all, position: .rows(1), isLast: isLast, failure: failure), after: place, ofRun: run, now: now)
    }
  }

  /// Drives a run to its end without asking anybody.
  func drive(_ run: Int64, at now: Int64) async throws {
    while try await store.write({ try $0.enrichmentWork(ofRun: run, now: now) }) == .again {}
    while try await store.write({ try $0.enrollSome(ofRun: run, now: now) }) {}
  }

  /// Answers for an enrichment; gives the ids of each batch it was asked about.
  func enrich(_ run: Int64, at now: Int64, _ knows: @escaping @Sendable (FoundPerson) -> Bool) async throws
    -> [[String]]
  {
    var asked: [[String]] = []
    while true {
      switch try await store.write({ try $0.enrichmentWork(ofRun: run, now: now) }) {
      case .over: return asked
      case .again: continue
      case .ask(let people):
        guard try await store.write({ try $0.spendCall(ofRun: run, now: now) }) else {
          try await store.write { transaction in
            try transaction.noteEnrichmentTrouble(
              "the enrichment's budget is used up", isError: false, isOver: true, ofRun: run)
          }
          return asked
        }
        asked.append(people.map { $0.person.id ?? "" })
        let outcomes = people.map { item -> EnrichmentCall.Outcome in
          guard knows(item.person) else { return .missing }
          return .found(FoundPerson(facts: ContactDraft(address: "p\(item.person.id ?? "")@x.test")))
        }
        try await store.write { try $0.record(outcomes, about: people, ofRun: run, now: now) }
      }
    }
  }

  func run(_ id: Int64) async throws -> CampaignRunRecord {
    try #require(try await store.read { try $0.campaignRun(id) })
  }

  func end(at now: Int64) async throws {
    let ended = try await store.read { try $0.endedCampaigns(now: now) }
    try await store.write { try $0.end(ended, hostname: "mail.test", now: now) }
  }

  func plan(at now: Int64) async throws {
    while try await store.write({ try $0.planEnrollments(now: now, limit: 500) }) > 0 {}
  }

  func messages() async throws -> [MessageRecord] {
    try await store.read { db in
      try db.connection.rows("SELECT \(MessageRecord.columns) FROM message m ORDER BY m.id", []) {
        row throws(StoreError) in
        try MessageRecord(row)
      }
    }
  }

  func firstMails() async throws -> [Int64] { try await messages().compactMap(\.scheduledFor).sorted() }
}

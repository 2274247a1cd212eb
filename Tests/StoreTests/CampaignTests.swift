import Configuration
import Delivery
import Outreach
import Testing

@testable import Store

private let minute: Int64 = 60_000
private let hour: Int64 = 3_600_000
private let day: Int64 = 86_400_000

/// Campaigns in the store: runs page by page, nobody twice, places in the day, the end.
@Suite struct CampaignTests {
  /// 2026-11-20 06:00 UTC: the run of a day is at 8, its mails lie from 9 to 17.
  static let morning = Bench.noon - 6 * hour

  @Test func aRunFindsDropsEnrolsAndSpreads() async throws {
    let bench = try await CampaignBench()
    try await bench.start(at: Self.morning)
    let run = try await bench.begin(at: Self.morning + 2 * hour)
    let start = Self.morning + 2 * hour
    try await bench.found(run, ["a@x.test", "B@x.test", "b@x.test", "abuse@x.test", "no address"], at: start)
    try await bench.found(run, ["c@x.test", "a@x.test", "d@x.test"], isLast: true, at: start)
    try await bench.drive(run, at: start)
    let record = try await bench.run(run)
    #expect(record.state == .done)
    #expect(record.numbers(\.found, \.withAddress, \.new, \.enrolled, \.errors) == "6 4 4 4 2")
    #expect(record.lastError?.contains("is no mail address") == true)
    // Eight hours over four mails, from nine o'clock on.
    try await bench.plan(at: start)
    let nine = Self.morning + 3 * hour
    #expect(try await bench.firstMails() == [0, 2, 4, 6].map { nine + $0 * hour })
    // What the gates say agrees with the plan.
    let id = try #require(try await bench.messages().first { $0.scheduledFor == nine + 4 * hour }?.id)
    let explained = try await bench.store.read { try $0.explain(id, now: start) }
    let report = try #require(explained?.report)
    #expect(report.gates[0].until == nine + 4 * hour)
    #expect(report.outcome == .wait(until: nine + 4 * hour))
  }

  @Test func nobodyTwiceWhateverComesAgain() async throws {
    let bench = try await CampaignBench()
    try await bench.start(at: Self.morning)
    var now = Self.morning + 2 * hour
    for number in 1...3 {
      let run = try await bench.begin(at: now)
      try await bench.found(run, ["a@x.test", "b@x.test", "new\(number)@x.test"], isLast: true, at: now)
      // As after a crash between a page and its place: the same page once more.
      try await bench.found(run, ["a@x.test", "b@x.test"], isLast: true, at: now)
      try await bench.drive(run, at: now)
      let record = try await bench.run(run)
      #expect(
        record.numbers(\.found, \.withAddress, \.new, \.enrolled) == "3 3 \(number == 1 ? 3 : 1) \(number == 1 ? 3 : 1)"
      )
      now += day
    }
    #expect(
      try await bench.messages().map(\.recipient).sorted() == ["a", "b", "new1", "new2", "new3"].map { "\($0)@x.test" })
  }

  @Test func whoMayNotBeWrittenToIsLeftOut() async throws {
    let bench = try await CampaignBench()
    try await bench.start(at: Self.morning)
    try await bench.store.write { transaction in
      _ = try transaction.suppress("gone@x.test", workspaceID: 1, reason: "manual", source: "test", now: Self.morning)
      let sequence = try #require(try transaction.sequence(keyed: "welcome", workspaceID: 1))
      _ = try transaction.enroll([Enrollee(address: "there@x.test")], in: sequence, now: Self.morning)
    }
    let now = Self.morning + 2 * hour
    let run = try await bench.begin(at: now)
    try await bench.found(run, ["gone@x.test", "there@x.test", "a@x.test"], isLast: true, at: now)
    try await bench.drive(run, at: now)
    let record = try await bench.run(run)
    #expect(record.numbers(\.found, \.withAddress, \.new, \.enrolled, \.errors) == "3 3 1 1 0")
  }

  /// A source and an enrichment go on naming people who were erased here.
  @Test func whoWasErasedIsNotKeptAgain() async throws {
    let bench = try await CampaignBench {
      $0.enrichment = CampaignEnrichment(
        http: HTTPCall(
          url: "https://find.test/", method: .post, body: #"{"who":"{{ people }}"}"#,
          fields: ["id": "/id", "email": "/mail"]))
    }
    bench.store.suppressionKey.set(Array(repeating: 7, count: 32))
    _ = try await bench.store.erase("p1@x.test", workspaceID: 1, now: Self.morning)
    try await bench.start(at: Self.morning)
    let now = Self.morning + 2 * hour
    let run = try await bench.begin(at: now)
    let people = [
      FoundPerson(id: "1", facts: ContactDraft(address: "")), FoundPerson(id: "2", facts: ContactDraft(address: "")),
    ]
    try await bench.found(run, ["P1@x.test", "a@x.test"], people: people, isLast: true, at: now)
    #expect(try await bench.enrich(run, at: now) { _ in true } == [["1"], ["2"]])
    for table in ["campaign_person", "enrichment_answer"] {
      let named = try await bench.store.read { db in
        try db.connection.rows("SELECT COALESCE(address, '') FROM \(table)", []) { $0.text(0) }
      }
      #expect(named.contains("p2@x.test") && !named.contains("p1@x.test"))
    }
    try await bench.drive(run, at: now)
    let record = try await bench.run(run)
    #expect(record.numbers(\.found, \.withAddress, \.new, \.enrolled, \.errors) == "4 3 2 2 0")
  }

  @Test func mostPerRunLeavesTheRestForTheNextOne() async throws {
    let bench = try await CampaignBench { $0.mostPerRun = 2 }
    try await bench.start(at: Self.morning)
    var enrolled: [Int] = []
    for number in 0..<3 {
      let now = Self.morning + 2 * hour + Int64(number) * day
      let run = try await bench.begin(at: now)
      try await bench.found(run, (0..<5).map { "p\($0)@x.test" }, isLast: true, at: now)
      try await bench.drive(run, at: now)
      enrolled.append(try await bench.run(run).enrolled)
    }
    #expect(enrolled == [2, 2, 1])
  }

  /// The clock stands still from Friday to Tuesday night: one run, late, and its mails on the next day that is open.
  @Test func aMissedRunRunsOnce() async throws {
    let bench = try await CampaignBench()
    try await bench.start(at: Self.morning)
    let late = Self.morning + 4 * day + 16 * hour
    let run = try await bench.begin(at: late)
    #expect(
      try await bench.store.read { try $0.campaignLook(now: late) }
        == CampaignLook(runs: [run], hasDue: false, nextAt: nil, isEnding: false))
    try await bench.found(run, ["a@x.test"], isLast: true, at: late)
    try await bench.drive(run, at: late)
    try await bench.store.write { try $0.beginDueRuns(now: late) }
    let campaign = try await bench.campaign()
    #expect(campaign.runsMade == 1 && campaign.nextRunAt == Self.morning + 5 * day + 2 * hour)
    try await bench.plan(at: late)
    #expect(try await bench.firstMails() == [Self.morning + 5 * day + 3 * hour])
  }

  /// A crash in the middle of enrolling: what has its place keeps it, the rest goes on in the same spacing; after a night anew.
  @Test func theLayoutGoesOnWhereItWas() async throws {
    let bench = try await CampaignBench()
    try await bench.start(at: Self.morning)
    let now = Self.morning + 2 * hour
    let run = try await bench.begin(at: now)
    try await bench.found(run, (0..<240).map { "p\($0)@x.test" }, isLast: true, at: now)
    while try await bench.store.write({ try $0.enrichmentWork(ofRun: run, now: now) }) != .over {}
    for at in [now, now, now + hour + minute, now + hour + minute] {
      #expect(try await bench.store.write { try $0.enrollSome(ofRun: run, now: at) })
    }
    #expect(try await bench.run(run).enrolled == 200)
    try await bench.plan(at: now)
    let nine = Self.morning + 3 * hour
    #expect(try await bench.firstMails() == (0..<200).map { nine + Int64($0) * 2 * minute })
    let tomorrow = now + day
    try await bench.drive(run, at: tomorrow)
    try await bench.plan(at: tomorrow)
    let rest = try await bench.firstMails().suffix(40)
    #expect(rest == (0..<40).map { nine + day + Int64($0) * 12 * minute }[...])
  }

  @Test func enrichmentIsCachedAndHasABudget() async throws {
    let bench = try await CampaignBench {
      $0.enrichment = CampaignEnrichment(
        http: HTTPCall(
          url: "https://find.test/", method: .post, body: #"{"who":"{{ people }}"}"#,
          fields: ["id": "/id", "email": "/mail"]),
        batch: 2, cacheMilliseconds: 3 * day, callsPerRun: 2, callsPerDay: 3)
    }
    try await bench.start(at: Self.morning)
    let now = Self.morning + 2 * hour
    let people = (1...6).map { FoundPerson(id: "\($0)", facts: ContactDraft(address: "", firstName: "P\($0)")) }
    let run = try await bench.begin(at: now)
    try await bench.found(run, people: people, isLast: true, at: now)
    // Odd ones have an address; nobody knows the others'.
    let asked = try await bench.enrich(run, at: now) { Int($0.id ?? "").map { $0 % 2 == 1 } ?? false }
    #expect(asked == [["1", "2"], ["3", "4"]], "the budget of a run is two requests")
    try await bench.drive(run, at: now)
    var record = try await bench.run(run)
    #expect(record.numbers(\.found, \.withAddress, \.new, \.enrolled, \.calls) == "6 2 2 2 2")
    #expect(record.lastError == "the enrichment's budget is used up")

    // The next run knows 1 to 4, hits and misses.
    let second = try await bench.begin(at: now + day)
    try await bench.found(second, people: people, isLast: true, at: now + day)
    #expect(try await bench.enrich(second, at: now + day) { _ in true } == [["5", "6"]])
    try await bench.drive(second, at: now + day)
    record = try await bench.run(second)
    #expect(record.numbers(\.found, \.withAddress, \.new, \.enrolled, \.calls) == "6 4 2 2 1")

    // After its age an answer is not believed any more; who was contacted is not asked about at all.
    let third = try await bench.begin(at: now + 3 * day)
    try await bench.found(third, people: people, isLast: true, at: now + 3 * day)
    #expect(try await bench.enrich(third, at: now + 3 * day) { _ in true } == [["2", "4"]])
  }

  @Test func theDaysBudgetHoldsOverRuns() async throws {
    let bench = try await CampaignBench {
      $0.everyMilliseconds = hour
      $0.enrichment = CampaignEnrichment(
        http: HTTPCall(url: "https://find.test/{{ person.id }}", fields: ["email": "/mail"]), callsPerDay: 3)
    }
    try await bench.start(at: Self.morning)
    var calls: [Int] = []
    for number in 0..<3 {
      let now = Self.morning + Int64(number) * hour
      let run = try await bench.begin(at: now)
      let people = (1...2).map { FoundPerson(id: "\(number)-\($0)", facts: ContactDraft(address: "")) }
      try await bench.found(run, people: people, isLast: true, at: now)
      calls.append(try await bench.enrich(run, at: now) { _ in true }.count)
      try await bench.drive(run, at: now)
    }
    #expect(calls == [2, 1, 0])
  }

  @Test func itEndsOnceWithAnEventAndAMailToItsOwner() async throws {
    let bench = try await CampaignBench {
      $0.runs = 2
      $0.window.spread = .asap
    }
    try await bench.start(at: Self.morning)
    for number in 0..<2 {
      let now = Self.morning + 3 * hour + Int64(number) * day
      let run = try await bench.begin(at: now)
      try await bench.found(run, ["p\(number)@x.test"], isLast: true, failure: number == 1 ? "it broke" : nil, at: now)
      try await bench.drive(run, at: now)
      try await bench.plan(at: now)
      try await bench.end(at: now)
      #expect(try await bench.campaign().state == .active, "its mail has not gone")
      _ = try await bench.bench.sendAll(at: now)
    }
    let now = Self.morning + 4 * hour + day
    for _ in 0..<2 { try await bench.end(at: now) }
    let campaign = try await bench.campaign()
    #expect(campaign.state == .completed && campaign.endedAt == now)
    let kinds = try await bench.store.read { try $0.events(after: 0, limit: 1000).map(\.kind) }
    #expect(kinds.count { $0 == "campaign.completed" } == 1 && kinds.count { $0 == "campaign.run_finished" } == 2)
    let mails = try await bench.messages().filter { $0.recipient == "owner@x.test" }
    #expect(mails.map(\.subject) == ["Campaign daily is completed"])
    let body = try #require(try await bench.store.read { try $0.body(mails[0].bodyID) })
    let text = String(decoding: body, as: UTF8.self)
    for line in ["runs: 2", "enrolled: 2", "sent: 2", "credits: 2", "2 (2026-11-21): it broke"] {
      #expect(text.contains("  \(line)\r\n"))
    }
    #expect(try await bench.bench.claim(at: now).claims.map(\.message.recipient) == ["owner@x.test"])
  }

  /// What another version stored of a source's place is no reason to stop: it is asked again from its beginning.
  @Test func anotherSourceIsReadFromItsBeginning() async throws {
    let bench = try await CampaignBench()
    try await bench.start(at: Bench.noon)
    let run = try await bench.begin(at: Bench.noon)
    try await bench.found(run, ["a@x.test"], at: Bench.noon)
    #expect(try await bench.run(run).position == .rows(1))
    // A change of anything else leaves it where it is.
    try await bench.change { $0.name = "Another name" }
    #expect(try await bench.run(run).position == .rows(1))
    try await bench.change { $0.source.file = "others.csv" }
    #expect(try await bench.run(run).position == .rows(0))
    // The old one's last page was still on its way: whom it names is taken, that it was the last is not.
    let late = RunPage(
      people: [FoundPerson(facts: ContactDraft(address: "b@x.test"))], position: .rows(2), isLast: true, failure: "gone"
    )
    try await bench.store.write { try $0.record(late, after: .rows(1), ofRun: run, now: Bench.noon) }
    let open = try await bench.run(run)
    #expect(open.position == .rows(0) && open.state == .finding && open.failure == nil)
    #expect(open.numbers(\.found, \.new) == "2 2")
    try await bench.found(run, ["b@x.test", "c@x.test"], isLast: true, at: Bench.noon)
    #expect(try await bench.run(run).numbers(\.found, \.new) == "3 3")
  }

  @Test func anUnreadablePlaceIsTheBeginning() async throws {
    let bench = try await CampaignBench()
    try await bench.start(at: Self.morning)
    let now = Self.morning + 2 * hour
    let run = try await bench.begin(at: now)
    try await bench.found(run, ["a@x.test"], at: now)
    _ = try await bench.store.write { transaction in
      try transaction.run("UPDATE campaign_run SET position = '{\"elsewhere\":1}'", [])
    }
    #expect(try await bench.run(run).position == .rows(0))
    try await bench.found(run, ["a@x.test", "b@x.test"], isLast: true, at: now)
    try await bench.drive(run, at: now)
    #expect(try await bench.run(run).enrolled == 2)
  }

  /// Its mails wait for something else: the day is over, and so is the campaign.
  @Test func aLastMailThatIsStuckHoldsNothingUp() async throws {
    let bench = try await CampaignBench { $0.runs = 1 }
    try await bench.start(at: Self.morning)
    let now = Self.morning + 2 * hour
    let run = try await bench.begin(at: now)
    try await bench.found(run, ["a@x.test", "b@x.test"], isLast: true, at: now)
    try await bench.drive(run, at: now)
    try await bench.end(at: now + 15 * hour)
    #expect(try await bench.campaign().state == .active)
    try await bench.end(at: now + 16 * hour)
    #expect(try await bench.campaign().state == .completed)
    let id = try await bench.campaign().id
    await #expect(throws: StoreError.self) { try await bench.store.write { try $0.startCampaign(id, now: now + day) } }
    try await bench.change { $0.runs = 3 }
    try await bench.store.write { try $0.startCampaign(id, now: now + 16 * hour) }
    #expect(try await bench.campaign().nextRunAt == now + day)
  }

  @Test func removingItStopsWhoIsOnTheWay() async throws {
    let bench = try await CampaignBench()
    try await bench.start(at: Self.morning)
    let now = Self.morning + 2 * hour
    let run = try await bench.begin(at: now)
    try await bench.found(run, ["a@x.test", "b@x.test"], isLast: true, at: now)
    try await bench.drive(run, at: now)
    try await bench.plan(at: now)
    let id = try await bench.campaign().id
    #expect(try await bench.store.removeCampaign(id, now: now) == 2)
    #expect(try await bench.messages().allSatisfy { $0.state == .cancelled })
    #expect(try await bench.bench.claim(at: now + day).claims.isEmpty)
    #expect(try await bench.store.read { try $0.campaigns(workspaceID: 1) } == [])
  }

  @Test func wrongDefinitionsAreRefusedWithTheirPlace() async throws {
    let bench = try await CampaignBench()
    let cases: [(@Sendable (inout CampaignEntry) -> Void, String)] = [
      ({ $0.from = "someday" }, "from: \"someday\" is no date"), ({ $0.until = "2026-02-30" }, "until:"),
      ({ $0.everyMilliseconds = 0 }, "every:"), ({ $0.window.spans = [] }, "window: never opens"),
      ({ $0.sequence = "nowhere" }, "there is no sequence \"nowhere\""),
      ({ $0.source = CampaignSource(kind: .segment, filter: "tag =") }, "source.filter:"),
      (
        {
          $0.source = CampaignSource(kind: .http, http: HTTPCall(url: "https://{{ page }}/x", fields: ["email": "/e"]))
        }, "must name its host"
      ),
      (
        { $0.source = CampaignSource(kind: .http, http: HTTPCall(url: "http://h.test/x", fields: ["email": "/e"])) },
        "must be https"
      ),
      (
        {
          $0.source = CampaignSource(
            kind: .http, http: HTTPCall(url: "https://h.test/{{ pag }}", fields: ["email": "/e"]))
        }, "nothing called {{ pag }}"
      ),
      (
        {
          $0.source = CampaignSource(
            kind: .http, http: HTTPCall(url: "https://h.test", method: .post, body: "{", fields: ["email": "/e"]))
        }, "source.body: no JSON"
      ),
      (
        {
          $0.source = CampaignSource(
            kind: .http, http: HTTPCall(url: "https://h.test", fields: ["email": "/e"], auth: HTTPAuth(kind: .bearer)))
        }, "source.auth has no password"
      ),
    ]
    for (change, words) in cases {
      let refusal = await #expect(throws: StoreError.self, "\(words)") { try await bench.change(change) }
      #expect("\(refusal as Any)".contains(words))
    }
  }
}

extension CampaignRunRecord {
  fileprivate func numbers(_ paths: KeyPath<CampaignRunRecord, Int>...) -> String {
    paths.map { String(self[keyPath: $0]) }.joined(separator: " ")
  }
}

import Configuration
import Foundation
import Outreach
import Testing

@testable import Store

private let hour: Int64 = 3_600_000
private let day: Int64 = 86_400_000

/// What a person, a branch or an edit does to sequences that run.
@Suite struct SequenceEditTests {
  static func mails(_ steps: String) -> String {
    "[[sequence]]\nkey = \"welcome\"\n"
      + steps.split(separator: " ").map { step in
        let (id, extra) = (step.prefix(1), step.dropFirst() == "!" ? "s anew" : "")
        return "[[sequence.step]]\nid = \"\(id)\"\ndelay = \"1d\"\nsubject = \"\(id)\(extra)\"\ntext = \"x\"\n"
      }.joined()
  }

  @Test func anEditPlansWhatHasNotGoneAnewAndLeavesWhatWent() async throws {
    let bench = try await NativeBench(Self.mails("a b c"))
    try await bench.activate(at: Bench.noon)
    _ = try await bench.enroll(["ann@example.org"])
    #expect(try await bench.send(at: Bench.noon + day).count == 1)
    let before = try await bench.steps(of: "ann@example.org")
    // b goes, c gets another text, x comes between, y comes before what has gone.
    try await bench.apply(Self.mails("y a x c!"), at: Bench.noon + day + hour)
    try await bench.plan(at: Bench.noon + day + hour)
    let after = try await bench.steps(of: "ann@example.org")
    #expect(after.map(\.stepID) == ["a", "x", "c"])
    #expect(after.map(\.step) == [1, 3, 4])
    #expect(after.map(\.version) == [1, 2, 2])
    #expect(after[0] == before[0])
    #expect(after[2].id == before[2].id && after[2].messageID == before[2].messageID)
    let removed = try await bench.bench.message(before[1].id)
    #expect(removed.state == .cancelled && removed.step == nil)
    #expect(removed.lastReply == "an edit of the sequence removed the step")
    #expect(try await bench.send(at: Bench.noon + 2 * day).map(\.message.stepID) == ["x"])
    let last = try await bench.send(at: Bench.noon + 3 * day)
    #expect(last.map(\.message.subject) == ["cs anew"])
    #expect(try await bench.steps(of: "ann@example.org").map(\.version) == [1, 2, 2])
    #expect(try await bench.bench.enrollment(of: "ann@example.org").state == .completed)
    #expect(try await bench.store.read { try $0.versions(ofSequence: $0.sequences()[0].id) }.map(\.number) == [2, 1])
  }

  /// Ids that are places move when a step is put before them.
  @Test func aStepThatWentDoesNotGoAgainUnderAnotherId() async throws {
    func toml(_ steps: [(id: String?, text: String)]) -> String {
      "[[sequence]]\nkey = \"welcome\"\n"
        + steps.map { step in
          "[[sequence.step]]\n" + (step.id.map { "id = \"\($0)\"\n" } ?? "")
            + "delay = \"1d\"\nsubject = \"x\"\ntext = \"\(step.text)\"\n"
        }.joined()
    }
    let bench = try await NativeBench(toml([(nil, "one"), (nil, "two")]))
    try await bench.activate(at: Bench.noon)
    _ = try await bench.enroll(["ann@example.org"])
    // Nobody has got anything yet: whatever is called whatever.
    try await bench.apply(toml([(nil, "zero"), (nil, "one"), (nil, "two")]))
    try await bench.apply(toml([(nil, "one"), (nil, "two")]))
    #expect(try await bench.send(at: Bench.noon + day).count == 1)
    let says = "it says what step 1 said, and who has got that would get it again"
    for (edit, step) in [
      ([(nil, "new"), (nil, "one"), (nil, "two")], "2"), ([("first", "one"), (nil, "two")], "first"),
    ]
      as [([(String?, String)], String)]
    {
      await #expect {
        try await bench.apply(toml(edit), at: Bench.noon + day)
      } throws: { "\($0)".contains("step \(step): \(says)") }
    }
    // With ids it is clear what is meant; another text for the same step is none of this.
    try await bench.apply(toml([("new", "new"), ("1", "one, better"), ("2", "two")]), at: Bench.noon + day)
    #expect(try await bench.send(at: Bench.noon + 2 * day).map(\.message.stepID) == ["2"])
    #expect(try await bench.bench.enrollment(of: "ann@example.org").state == .completed)
  }

  @Test func aRemovedStepNeverGoesEvenIfNobodyPlannedSinceTheEdit() async throws {
    let bench = try await NativeBench(Self.mails("a b"))
    try await bench.activate(at: Bench.noon)
    _ = try await bench.enroll(["ann@example.org"])
    try await bench.plan()
    try await bench.apply(Self.mails("x b"), at: Bench.noon + day)
    // The relay looks before the sequencer does.
    #expect(try await bench.claim(at: Bench.noon + day).claims.isEmpty)
    #expect(try await bench.steps(of: "ann@example.org").map(\.stepID) == ["x", "b"])
    #expect(try await bench.send(at: Bench.noon + 2 * day).map(\.message.stepID) == ["x"])
  }

  @Test(arguments: ["a d c b", "a b x c d", "d c b a", "a c d", "b a", "x a y b z c d"])
  func anyOrderIsTakenOverWithTasksBetween(_ order: String) async throws {
    func toml(_ ids: String) -> String {
      "[[sequence]]\nkey = \"welcome\"\n"
        + ids.split(separator: " ").map { id in
          "[[sequence.step]]\nid = \"\(id)\"\ndelay = \"1d\"\n"
            + (id == "c" || id == "y"
              ? "kind = \"task\"\ntitle = \"x\"\nwaits = false\n" : "subject = \"\(id)\"\ntext = \"x\"\n")
        }.joined()
    }
    let bench = try await NativeBench(toml("a b c d"))
    try await bench.activate(at: Bench.noon)
    _ = try await bench.enroll(["ann@example.org"])
    try await bench.plan()
    try await bench.apply(toml(order))
    try await bench.plan()
    let mails = try await bench.steps(of: "ann@example.org").map { ($0.step ?? 0, $0.stepID ?? "") }
    let tasks = try await bench.tasks(of: "ann@example.org").map { ($0.step, $0.stepID) }
    #expect((mails + tasks).sorted { $0.0 < $1.0 }.map(\.1).joined(separator: " ") == order)
    #expect((mails + tasks).map(\.0).sorted() == Array(1...order.split(separator: " ").count))
    // And all of it goes, a day apart.
    for number in 1...8 {
      let now = Bench.noon + Int64(number) * day
      try await bench.plan(at: now)
      _ = try await bench.open(at: now)
      _ = try await bench.send(at: now)
    }
    #expect(try await bench.bench.enrollment().state == .completed)
    #expect(try await bench.steps(of: "ann@example.org").allSatisfy { $0.state == .sent })
  }

  @Test func aStepThatWasRemovedWhileAnAccountHadItDoesNotComeBack() async throws {
    let bench = try await NativeBench(Self.mails("a b c"))
    try await bench.activate(at: Bench.noon)
    _ = try await bench.enroll(["ann@example.org"])
    #expect(try await bench.send(at: Bench.noon + day).count == 1)
    let claim = try #require(try await bench.claim(at: Bench.noon + 2 * day).claims.first)
    try await bench.apply(Self.mails("a c"), at: Bench.noon + 2 * day)
    try await bench.plan(at: Bench.noon + 2 * day)
    let later = JournalReply(code: 451, text: "later", meaning: "temporary")
    try await bench.store.write {
      try $0.finish(claim.attemptID, .temporary(later, retryAt: Bench.noon + 2 * day + hour), now: Bench.noon + 2 * day)
    }
    #expect(try await bench.send(at: Bench.noon + 2 * day + hour).isEmpty)
    #expect(try await bench.bench.message(claim.message.id).state == .cancelled)
    #expect(try await bench.send(at: Bench.noon + 3 * day + hour).map(\.message.stepID) == ["c"])
  }

  @Test func aMailThatIsTriedAgainIsWrittenAnewAfterAnEditUnlessItMayHaveGone() async throws {
    for mayHaveGone in [false, true] {
      let bench = try await NativeBench(Self.mails("a b"))
      try await bench.activate(at: Bench.noon)
      _ = try await bench.enroll(["ann@example.org"])
      try await bench.plan()
      let claim = try #require(try await bench.claim(at: Bench.noon + day).claims.first)
      let reply = JournalReply(code: mayHaveGone ? nil : 451, text: "later", meaning: "temporary")
      let outcome: AttemptOutcome =
        mayHaveGone ? .unknown(reply, policy: .retry) : .temporary(reply, retryAt: Bench.noon + day + hour)
      try await bench.store.write { transaction in
        _ = try transaction.markTransmitting(claim.attemptID, now: Bench.noon + day)
        try transaction.finish(claim.attemptID, outcome, now: Bench.noon + day)
      }
      try await bench.apply(Self.mails("a! b"), at: Bench.noon + day + 1)
      let again = try await bench.send(at: Bench.noon + day + hour)
      #expect(again.map(\.message.subject) == [mayHaveGone ? "a" : "as anew"])
      #expect(again.first?.message.messageID == claim.message.messageID)
    }
  }

  @Test func aSequenceCannotTurnFromHeadersToItsOwnStepsUnderItsContacts() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    _ = try await bench.queue(bench.step(1))
    let entry = try Provision.parse(toml: Self.mails("a"), file: "t").get().sequences[0]
    await #expect(throws: StoreError.self) {
      try await bench.store.write { try $0.putSequence(entry, now: Bench.noon) }
    }
  }

  @Test func aBranchLeadsPastTheStepsInBetween() async throws {
    let toml = #"""
      [[sequence]]
      key = "welcome"
      on_reply = "continue"
      [[sequence.step]]
      id = "intro"
      subject = "Hello"
      text = "Hello"
      [[sequence.step]]
      id = "remind"
      delay = "2d"
      text = "Still there?"
      [[sequence.step.branch]]
      only_if = ["open"]
      filter = "tag = vip"
      to = "offer"
      [[sequence.step]]
      id = "task"
      kind = "task"
      title = "Look them up"
      [[sequence.step]]
      id = "offer"
      delay = "1d"
      text = "An offer"
      """#
    let bench = try await NativeBench(toml)
    try await bench.activate(at: Bench.noon)
    try await bench.put(ContactDraft(address: "vip@example.org", tags: ["vip"]))
    try await bench.put(ContactDraft(address: "cold@example.org", tags: ["vip"]))
    _ = try await bench.enroll(["vip@example.org", "cold@example.org", "other@example.org"])
    let first = try await bench.send()
    #expect(first.count == 3)
    for address in ["vip@example.org", "other@example.org"] {
      _ = try await bench.store.write {
        try $0.run("UPDATE message SET opened_at = ? WHERE recipient = ?", [.integer(Bench.noon + 5), .text(address)])
      }
    }
    // Decided when the step is about to go, not when it was planned.
    #expect(
      Set(try await bench.send(at: Bench.noon + 2 * day).map(\.message.recipient)) == [
        "cold@example.org", "other@example.org",
      ])
    let steps = try await bench.steps(of: "vip@example.org")
    #expect(steps.map(\.state) == [.sent, .skipped, .scheduled])
    #expect(steps[1].lastReply == "branch to offer: open, filter tag = vip")
    #expect(try await bench.tasks(of: "vip@example.org").map(\.state) == [.skipped])
    #expect(steps[2].scheduledFor == Bench.noon + 3 * day)
    #expect(try await bench.send(at: Bench.noon + 3 * day).map(\.message.recipient) == ["vip@example.org"])
    #expect(try await bench.bench.enrollment(of: "vip@example.org").state == .completed)
    // For the others it leads nowhere, and the task is waited for.
    #expect(try await bench.bench.enrollment(of: "cold@example.org").state == .active)
  }

  @Test(arguments: [
    ("reply", false), ("no-reply", true), ("open", false), ("no-open", true), ("click", false), ("no-click", true),
  ])
  func conditionsAreLookedAtWhenTheMailIsAboutToGo(_ condition: String, _ goes: Bool) async throws {
    let toml = #"""
      [[sequence]]
      key = "welcome"
      on_reply = "continue"
      [[sequence.step]]
      subject = "Hello"
      text = "Hello"
      [[sequence.step]]
      delay = "1d"
      only_if = ["\#(condition)"]
      text = "Again"
      """#
    for happens in [false, true] {
      let bench = try await NativeBench(toml)
      try await bench.activate(at: Bench.noon)
      _ = try await bench.enroll(["ann@example.org"])
      let sent = try #require(try await bench.send().first)
      try await bench.plan()
      if happens {
        let message = try await bench.bench.message(sent.message.id)
        let reply = bench.bench.inbound("reply", answering: message, account: sent.account.id)
        try await bench.store.write { transaction in
          _ = try transaction.record(.clicked(url: "https://x.test/"), ofMessage: message.id, now: Bench.noon + hour)
          _ = try transaction.recordInbound(reply)
        }
      }
      let second = try await bench.send(at: Bench.noon + day)
      #expect(second.isEmpty == (goes == happens))
      if second.isEmpty {
        #expect(try await bench.steps(of: "ann@example.org")[1].lastReply == "\(condition) is not met")
      }
    }
  }

  @Test func peopleHoldMoveAndTakeOut() async throws {
    let bench = try await NativeBench(Self.mails("a b c"))
    try await bench.activate(at: Bench.noon)
    _ = try await bench.enroll(["ann@example.org"])
    #expect(try await bench.send(at: Bench.noon + day).count == 1)
    let id = try await bench.bench.enrollment().id
    try await bench.store.write { try $0.pauseEnrollment(id, now: Bench.noon + day) }
    #expect(try await bench.bench.enrollment().nextActionAt == nil)
    #expect(try await bench.send(at: Bench.noon + 5 * day).isEmpty)
    try await bench.store.write { try $0.moveEnrollment(id, to: "c", now: Bench.noon + 5 * day) }
    #expect(try await bench.send(at: Bench.noon + 5 * day).isEmpty)
    try await bench.store.write { try $0.resumeEnrollment(id, now: Bench.noon + 6 * day) }
    // At once: a person wants it now.
    #expect(try await bench.send(at: Bench.noon + 6 * day).map(\.message.stepID) == ["c"])
    #expect(try await bench.steps(of: "ann@example.org").map(\.state) == [.sent, .skipped, .sent])
    // Back to the one that was passed over, by its number; never to one that went.
    try await bench.store.write { try $0.moveEnrollment(id, to: "2", now: Bench.noon + 7 * day) }
    #expect(try await bench.send(at: Bench.noon + 7 * day).map(\.message.stepID) == ["b"])
    let error = await #expect(throws: StoreError.self) {
      try await bench.store.write { try $0.moveEnrollment(id, to: "a", now: Bench.noon + 8 * day) }
    }
    #expect(error == .rejected("step a is sent: what has gone is not sent again"))
    #expect(try await bench.bench.enrollment().state == .completed)

    _ = try await bench.enroll(["bob@example.org"], at: Bench.noon + 8 * day)
    try await bench.plan(at: Bench.noon + 8 * day)
    let other = try await bench.bench.enrollment(of: "bob@example.org").id
    try await bench.store.write { try $0.removeEnrollment(other, now: Bench.noon + 8 * day) }
    #expect(try await bench.steps(of: "bob@example.org").map(\.state) == [.cancelled, .cancelled, .cancelled])
    #expect(try await bench.bench.enrollment(of: "bob@example.org").stopReason == .manual)
    #expect(try await bench.send(at: Bench.noon + 20 * day).isEmpty)
  }

  @Test func aPausedSequenceHoldsItsMailsAndTasks() async throws {
    let bench = try await NativeBench(NativeBench.withTask(waits: true))
    try await bench.activate(at: Bench.noon)
    _ = try await bench.enroll(["ann@example.org"])
    #expect(try await bench.send().count == 1)
    try await bench.plan()
    try await bench.setState(.paused)
    #expect(try await bench.open(at: Bench.noon + 2 * day) == 1)
    #expect(try await bench.open(at: Bench.noon + 2 * day) == 0)
    #expect(try await bench.tasks(of: "ann@example.org").map(\.state) == [.scheduled])
    try await bench.setState(.active, at: Bench.noon + 3 * day)
    try await bench.plan(at: Bench.noon + 3 * day)
    #expect(try await bench.open(at: Bench.noon + 3 * day) == 1)
    #expect(try await bench.tasks(of: "ann@example.org").map(\.state) == [.open])
    // Whoever leaves takes the task along.
    let id = try await bench.bench.enrollment().id
    try await bench.store.write { try $0.removeEnrollment(id, now: Bench.noon + 3 * day) }
    #expect(try await bench.tasks(of: "ann@example.org").map(\.state) == [.cancelled])
  }

  @Test func mailsGoAtTheirTimeOfDay() async throws {
    let toml = #"""
      [[sequence]]
      key = "welcome"
      zone = "Europe/Berlin"
      [[sequence.step]]
      subject = "Hello"
      text = "Hello"
      at = "09:30"
      [[sequence.step]]
      delay = "1d"
      text = "Again"
      at = "09:30"
      """#
    let bench = try await NativeBench(toml)
    try await bench.activate(at: Bench.noon)
    try await bench.put(ContactDraft(address: "far@example.org", zone: "Asia/Kolkata"))
    _ = try await bench.enroll(["ann@example.org", "far@example.org"])
    try await bench.plan()
    // Noon of 2026-11-20 UTC is 13:00 in Berlin: the next 9:30 is 8:30 UTC of the 21st; in Kolkata 4:00 UTC.
    let berlin = Bench.noon + 20 * hour + hour / 2
    #expect(try await bench.steps(of: "ann@example.org")[0].scheduledFor == berlin)
    #expect(try await bench.steps(of: "far@example.org")[0].scheduledFor == Bench.noon + 16 * hour)
    // A second late is not a day late.
    #expect(try await bench.send(at: berlin + 1000).count == 2)
    #expect(try await bench.steps(of: "ann@example.org")[1].scheduledFor == berlin + day)
  }

  @Test func variantsAreDealtOnceAndAllNewContactsGetTheWinner() async throws {
    let toml = #"""
      [[sequence]]
      key = "welcome"
      [[sequence.step]]
      id = "intro"
      subject = "Hello"
      text = "Hello"
      [[sequence.step.variant]]
      subject = "A"
      from_name = "Anna"
      [[sequence.step.variant]]
      subject = "B"
      at = "14:00"
      [sequence.step.experiment]
      minimum_sample = 50
      settle = "1d"
      """#
    let bench = try await NativeBench(toml)
    try await bench.activate(at: Bench.noon)
    let people = (0..<400).map { "p\($0)@example.org" }
    _ = try await bench.enroll(people)
    try await bench.plan()
    let dealt = try await bench.store.read { db in
      try db.messages(MessageFilter.ofAll()).map { $0.message }
    }
    let counts = Dictionary(grouping: dealt) { $0.variant ?? "" }.mapValues(\.count)
    #expect(counts.keys.sorted() == ["a", "b"] && counts.values.allSatisfy { $0 > 150 })
    #expect(dealt.allSatisfy { $0.scheduledFor == ($0.variant == "b" ? Bench.noon + 2 * hour : Bench.noon) })
    // An edit of something else changes nobody's variant.
    try await bench.apply(toml.replacing("key = \"welcome\"", with: "key = \"welcome\"\nname = \"W\""))
    for at in [Bench.noon, Bench.noon + 2 * hour] {
      for _ in 0..<5 {
        let claims = try await bench.claim(at: at).claims
        let first = try #require(claims.first)
        #expect(first.message.subject == (at == Bench.noon ? "A" : "B"))
        let outgoing = try await bench.store.read { try $0.outgoing(first.message) }
        #expect(outgoing.fromName == (at == Bench.noon ? "Anna" : nil))
        for claim in claims { try await bench.bench.accept(claim, at: at) }
        if claims.count < 100 { break }
      }
    }
    _ = try await bench.store.write {
      try $0.run("UPDATE message SET replied_at = sent_at + 1 WHERE variant = 'b' AND id % 2 = 0", [])
    }
    // Nobody can say anything of fresh mails.
    try await bench.store.countExperiments(now: Bench.noon + day - 1)
    #expect(try await bench.store.read { try $0.decidedExperiments() }.isEmpty)
    let later = Bench.noon + 2 * day
    try await bench.store.countExperiments(now: later)
    let decided = try await bench.store.read { try $0.decidedExperiments() }
    #expect(decided.map(\.winner) == ["b"])
    try await bench.store.write { transaction in for one in decided { try transaction.callWinner(one, now: later) } }
    #expect(try await bench.store.read { try $0.decidedExperiments() }.isEmpty)
    _ = try await bench.enroll((0..<30).map { "new\($0)@example.org" }, at: later)
    let new = try await bench.store.read { db in try db.messages(MessageFilter.ofAll()).map(\.message) }
      .filter { $0.recipient.hasPrefix("new") }
    #expect(new.count == 30 && new.allSatisfy { $0.variant == "b" })
    let events = try await bench.store.read { try $0.events(after: 0, kind: "experiment.won", limit: 10) }
    #expect(events.count == 1 && events[0].detail.contains(#""winner":"b""#))
    // Other variants are another experiment.
    try await bench.apply(toml.replacing("subject = \"B\"", with: "subject = \"C\""), at: later)
    let sequence = try await bench.sequence()
    let begun = try await bench.store.read { try $0.experiment(of: sequence, step: "intro") }
    #expect(begun == ExperimentRecord(sinceVersion: 2, winner: nil, calledAt: nil))
  }
}

extension MessageFilter {
  fileprivate static func ofAll() -> MessageFilter {
    var filter = MessageFilter()
    filter.states = MessageState.allCases
    filter.limit = 10_000
    return filter
  }
}

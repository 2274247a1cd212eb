import Configuration
import Foundation
import Outreach
import Testing

@testable import Store

private let letters = "ann@bücher.test"
private let ascii = "ann@xn--bcher-kva.test"
/// With the letter in two pieces, and with what nobody sees.
private let others = [
  "Ann@BÜCHER.test", "ANN@xn--Bcher-KVA.Test", "ann@bu\u{308}cher.test", "ann@\u{200B}bücher\u{AD}.test",
]

/// One person in whatever spelling of an internationalised domain.
@Suite struct SpellingTests {
  @Test(arguments: [letters, ascii], [letters, ascii] + others)
  func aContactIsOne(first: String, second: String) async throws {
    let native = try await NativeBench(NativeBench.twoMails)
    try await native.activate(at: Bench.noon)
    let store = native.store
    func put(_ draft: ContactDraft) async throws -> ContactChange {
      try await store.write { transaction in
        let checked = try draft.checked(allowsRoles: false) { _ in true }
        return try transaction.putContact(checked, workspaceID: 1, now: Bench.noon)
      }
    }
    #expect(try await put(ContactDraft(address: first, tags: ["one"])) == .added)
    #expect(try await put(ContactDraft(address: second, tags: ["two"])) == .updated)
    let contacts = try await store.read { try $0.contacts(workspaceID: 1, limit: 9) }
    #expect(contacts.map(\.facts.address) == [first])
    #expect(contacts.map(\.facts.tags) == [["one", "two"]])
    #expect(try await store.read { try $0.contact(at: second, workspaceID: 1) } == contacts[0])
    #expect(try await native.enroll([second]).allSatisfy(\.isEnrolled))
    #expect(try await native.enroll([first]).map(\.refusal?.reason) == [.enrolled])
    #expect(try await native.bench.enrollment(of: first).contact == first)
    for filter in ["address = \(letters)", "address = \(ascii)", "domain = bücher.test", "domain = xn--bcher-kva.test"]
    {
      let filter = try ContactFilter(filter)
      #expect(try await store.read { try $0.contacts(workspaceID: 1, limit: 9, filter: filter) }.count == 1)
    }
    try await native.plan()
    var asked = EnrollmentQuery()
    asked.contact = second
    let query = asked
    #expect(try await store.read { try $0.enrollments(query, workspaceID: 1) }.count == 1)
    // A request to stop in the other spelling stops it.
    let other = first == letters ? ascii : letters
    #expect(
      try await store.write {
        try $0.suppress(other, workspaceID: 1, reason: "manual", source: "test", now: Bench.noon)
      })
    #expect(try await native.bench.enrollment(of: first).stopReason == .suppressed)
    #expect(try await store.read { try $0.suppressions(workspaceID: 1, limit: 9) }.map(\.value) == [other])
    #expect(try await store.write { try $0.unsuppress(first, workspaceID: 1, now: Bench.noon) })
  }

  @Test func stepsByHeadersAreOfOnePerson() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    _ = try await bench.queue(bench.step(1, to: letters))
    _ = try await bench.queue(bench.step(2, to: ascii, delay: 60_000))
    #expect(try await bench.enrollment(of: ascii).id == bench.enrollment(of: letters).id)
    let sent = try await bench.sendAll().map(\.message)
    // As it was written it goes out.
    #expect(sent.map(\.recipient) == [letters])
    _ = try await bench.queue(bench.submission(to: [letters, ascii, "ANN@BÜCHER.test"]))
    #expect(try await bench.sendAll(at: Bench.noon + 1000).count == 1)
    #expect(try await bench.store.read { try $0.messages(to: ascii, workspaceID: 1, limit: 9) }.count == 3)
  }

  @Test func anAnswerComesInEitherSpelling() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    _ = try await bench.queue(bench.step(1, to: letters))
    let claim = try await bench.sendAll()[0]
    let message = try await bench.message(claim.message.id)
    var reply = bench.inbound("reply", answering: message, account: claim.account.id)
    reply.answers = []
    reply.sender = "Ann@xn--bcher-kva.test"
    let answer = reply
    let recorded = try await bench.store.write { try $0.recordInbound(answer) }
    #expect(recorded?.matchedBy == "sender and subject")
    #expect(try await bench.enrollment(of: letters).stopReason == .replied)
  }

  /// Two people share the Message-ID of one mail; somebody else at the domain of one of them answers.
  @Test(arguments: [
    ("colleague@xn--bcher-kva.test", "x"), ("private@home.test", "To: Ann@xn--bcher-kva.test\r\n\r\nx"),
  ])
  func whoAnswersForAPersonDoesInEitherSpelling(sender: String, text: String) async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    var shared = bench.submission(to: ["bob@example.org", letters])
    shared.messageID = "<shared@example.com>"
    _ = try await bench.queue(shared)
    let claims = try await bench.sendAll()
    let message = try await bench.message(claims[0].message.id)
    var reply = bench.inbound("reply", answering: message, account: claims[0].account.id)
    reply.sender = sender
    reply.bytes = Array(text.utf8)
    let answer = reply
    let recorded = try await bench.store.write { try $0.recordInbound(answer) }
    let found = try #require(recorded?.messageID)
    #expect(try await bench.message(found).recipient == letters)
  }

  @Test func aBounceNamesEitherSpelling() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    _ = try await bench.queue(bench.step(1, to: letters))
    let claim = try await bench.sendAll()[0]
    let message = try await bench.message(claim.message.id)
    // The other one is soft: only who knows that the first is meant stops.
    let bounce = bench.inbound(
      "bounce", answering: message, account: claim.account.id,
      bounces: [
        BouncedRecipient(address: ascii, isHard: true, reason: "x"),
        BouncedRecipient(address: "bob@bücher.test", isHard: false, reason: "x"),
      ])
    _ = try await bench.store.write { try $0.recordInbound(bounce) }
    #expect(try await bench.enrollment(of: letters).stopReason == .bounced)
  }

  @Test func mailByHandPausesInEitherSpelling() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    _ = try await bench.queue(bench.step(1, to: letters))
    _ = try await bench.queue(bench.step(2, to: letters, delay: 60_000))
    let claim = try await bench.sendAll()[0]
    var mail = bench.inbound("other", answering: try await bench.message(claim.message.id), account: claim.account.id)
    mail.answers = []
    let byHand = SentMail(inbound: mail, messageIDs: ["<hand@sender.test>"], recipients: [ascii])
    _ = try await bench.store.write { try $0.recordSentMail(byHand) }
    #expect(try await bench.enrollment(of: letters).state == .paused)
  }

  @Test(arguments: [(letters, ascii), (ascii, letters)])
  func whoIsErasedIsGoneInBothSpellings(known: String, asked: String) async throws {
    let bench = try Bench()
    bench.store.suppressionKey.set(Array(repeating: 7, count: 32))
    try await bench.addAccount("s1@sender.test")
    let draft = ContactDraft(address: known, firstName: "Annabell")
    _ = try await bench.store.write { try $0.putContact(draft, workspaceID: 1, now: Bench.noon) }
    _ = try await bench.queue(bench.step(1, to: known))
    var shared = bench.submission(to: ["bob@example.org"])
    shared.body = Array(
      "Cc: Ann <\(asked)>\r\nSubject: x\r\n\r\n\(known) or ANN@BÜCHER.test or ann%40b%C3%BCcher.test\r\n".utf8)
    _ = try await bench.queue(shared)
    let report = try await bench.store.erase(asked, workspaceID: 1, now: Bench.noon)
    #expect(report.isContact && report.messages == 1 && report.mentions == 1)
    for spelling in [known, asked] {
      #expect(try await bench.store.read { try $0.isErased(spelling, workspaceID: 1) })
      #expect(try await bench.store.read { try $0.suppression(of: spelling, workspaceID: 1)?.reason } == "erased")
    }
    let left = try await bench.store.read { db in
      try db.connection.rows(
        """
        SELECT address || COALESCE(written, '') FROM contact UNION ALL SELECT recipient || COALESCE(person, '') FROM message
        UNION ALL SELECT CAST(bytes AS TEXT) FROM body UNION ALL SELECT detail FROM event
        """, []
      ) { $0.text(0) }
    }
    #expect(left.filter { $0.localizedStandardContains("cher") || $0.contains("%C3") } == [])
  }

  // MARK: - Stores from before

  /// A store in which both spellings were contacts of their own, as builds before the step "one spelling" left it.
  private func old(
    _ states: [(address: String, sequence: String, state: EnrollmentState, reason: StopReason?)]
  ) async throws -> Bench {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    for place in Array(states.indices) {
      _ = try await bench.queue(bench.step(1, of: states[place].sequence, to: "old\(place)@example.org"))
      _ = try await bench.queue(bench.step(2, of: states[place].sequence, to: "old\(place)@example.org", delay: 60_000))
    }
    _ = try await bench.sendAll()
    try await bench.store.write { transaction in
      for (place, item) in states.enumerated() {
        let made = "old\(place)@example.org"
        let first = states.firstIndex { $0.address == item.address }!
        try transaction.run(
          "UPDATE message SET recipient = ? WHERE recipient = ?", [.text(item.address), .text(made)])
        try transaction.run(
          """
          UPDATE enrollment SET state = ?, stop_reason = ?, contact_id = (SELECT id FROM contact WHERE address = ?)
          WHERE contact_id = (SELECT id FROM contact WHERE address = ?)
          """,
          [
            .text(item.state.rawValue), SQLValue(item.reason?.rawValue),
            .text(first == place ? made : item.address), .text(made),
          ])
        if first == place {
          try transaction.run(
            "UPDATE contact SET address = ?, tags = ? WHERE address = ?",
            [.text(item.address), .text("[\"t\(place)\"]"), .text(made)])
        } else {
          try transaction.run("DELETE FROM contact WHERE address = ?", [.text(made)])
        }
      }
      for value in [letters, ascii, "@müller.test"] {
        try transaction.run(
          "INSERT INTO suppression (workspace_id, value, reason, source, created_at) VALUES (1, ?, ?, 'test', 0)",
          [.text(value.replacing("ann@", with: "bob@")), .text("for \(value)")])
      }
      try transaction.run("DELETE FROM schema_step WHERE name = 'one spelling'", [])
    }
    bench.store.close()
    return bench
  }

  @Test(
    arguments: [
      // First the letters, then ASCII, in one sequence; who is left (2: the older), and why the other ended.
      (EnrollmentState.active, nil, EnrollmentState.active, nil, 2, StopReason.manual),
      (.active, nil, .stopped, .unsubscribed, 1, .unsubscribed), (.stopped, .replied, .active, nil, 0, .replied),
      (.active, nil, .paused, nil, 1, .manual), (.completed, nil, .active, nil, 0, .manual),
      (.completed, nil, .stopped, .complained, 1, nil),
    ] as [(EnrollmentState, StopReason?, EnrollmentState, StopReason?, Int, StopReason?)], [false, true])
  func oldContactsBecomeOne(
    _ item: (EnrollmentState, StopReason?, EnrollmentState, StopReason?, Int, StopReason?), isSwapped: Bool
  ) async throws {
    var states = [
      (address: letters, sequence: "welcome", state: item.0, reason: item.1),
      (address: ascii, sequence: "welcome", state: item.2, reason: item.3),
      (address: ascii, sequence: "other", state: .active, reason: nil),
    ]
    if isSwapped { states.swapAt(0, 1) }
    let bench = try await old(states)
    let before = try SQLiteConnection(path: bench.store.path, mode: .reader)
    let ids = try before.rows(
      """
      SELECT e.id FROM enrollment e JOIN sequence q ON q.id = e.sequence_id JOIN contact c ON c.id = e.contact_id
      WHERE q.key = 'welcome' ORDER BY c.address
      """, []
    ) { $0.integer(0) }
    before.close()
    #expect(ids.count == 2)
    for _ in 1...2 {
      let store = try Store(path: bench.store.path, now: Bench.noon + 5000)
      let contacts = try await store.read { try $0.contacts(workspaceID: 1, limit: 9) }
      #expect(contacts.count == 1)
      #expect(contacts[0].facts.address == (isSwapped ? ascii : letters))
      #expect(contacts[0].facts.tags == ["t0", "t1"])
      // Nothing is lost, and one is the person's.
      let all = try await store.read { try $0.enrollments(ofContact: contacts[0].id) }
      #expect(all.count == 3)
      let place = item.4 == 2 ? (isSwapped ? 1 : 0) : item.4
      let (winner, loser) = (ids[place], ids[1 - place])
      let found = try await store.read { try $0.enrollment(of: ascii, inSequence: "welcome", workspaceID: 1) }
      #expect(found?.id == winner)
      #expect(all.count { $0.sequence == "welcome" && ($0.state == .active || $0.state == .paused) } <= 1)
      if let reason = item.5 { #expect(all.first { $0.id == loser }?.stopReason == reason) }
      #expect(all.first { $0.id == winner }?.state == (place == 0 ? item.0 : item.2))
      let other = try await store.read { try $0.enrollment(of: letters, inSequence: "other", workspaceID: 1) }
      #expect(other?.state == .active)
      #expect(try await store.read { try $0.messages(to: letters, workspaceID: 1, limit: 9) }.count == 6)
      let entries = try await store.read { try $0.suppressions(workspaceID: 1, limit: 9) }
      #expect(entries.map(\.value) == ["@müller.test", "bob@bücher.test"])
      #expect(entries.map(\.reason) == ["for @müller.test", "for \(letters)"])
      #expect(try await store.read { try $0.suppression(of: "x@xn--mller-kva.test", workspaceID: 1) } != nil)
      // Of the one that lost nothing goes any more.
      let waiting = try await store.read { try $0.steps(ofEnrollment: loser) }.filter { $0.state == .scheduled }
      #expect(waiting.isEmpty || item.5 == nil)
      // Erasing takes both with it.
      store.close()
    }
    let store = try Store(path: bench.store.path, now: Bench.noon + 5000)
    store.suppressionKey.set(Array(repeating: 7, count: 32))
    #expect(try await store.erase(letters, workspaceID: 1, now: Bench.noon + 6000).enrollments == 3)
    let left = try await store.read { db in
      try db.connection.rows("SELECT address || COALESCE(written, '') FROM contact", []) { $0.text(0) }
    }
    #expect(left.filter { $0.contains("cher") } == [])
    store.close()
  }
}

import Foundation
import Outreach
import Testing

@testable import Store

@Suite struct ErasureTests {
  private static let ann = "ann@example.org"

  private func bench() async throws -> Bench {
    let bench = try Bench()
    bench.store.suppressionKey.set(Array(repeating: 7, count: 32))
    try await bench.addAccount("s1@sender.test")
    return bench
  }

  private func erase(_ bench: Bench, dry: Bool = false) async throws -> ErasureReport {
    try await bench.store.erase(Self.ann, workspaceID: 1, isDry: dry, now: Bench.noon + 9000)
  }

  /// Every table of the schema is in exactly one of the lists: who adds one says what becomes of a person in it.
  @Test func everyTableHasItsRow() async throws {
    let bench = try await bench()
    let tables = try await bench.store.read { db in
      try db.connection.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'", []) {
        $0.text(0)
      }
    }
    let own = ErasureTables.ownCode.union(ErasureTables.operators.map(\.table)).union(ErasureTables.texts.map(\.table))
    #expect(own.isDisjoint(with: ErasureTables.nobodys))
    #expect(Set(tables).subtracting(own.union(ErasureTables.nobodys)) == [])
  }

  @Test func theNumbersStayAndThePersonGoes() async throws {
    let bench = try await bench()
    let draft = ContactDraft(address: Self.ann, firstName: "Annabell", tags: ["vip"])
    _ = try await bench.store.write { try $0.putContact(draft, workspaceID: 1, now: Bench.noon) }
    _ = try await bench.queue(bench.step(1))
    _ = try await bench.queue(bench.step(2, delay: 60_000))
    let claim = try await bench.sendAll()[0]
    let sent = try await bench.message(claim.message.id)
    let reply = bench.inbound("reply", answering: sent, account: claim.account.id, identity: "<annabell@home.test>")
    _ = try await bench.store.write { try $0.recordInbound(reply) }
    let before = try await bench.store.read { db in
      (try db.messageCounts().map(\.count), try db.credits(of: db.workspace(1), day: "2026-11-20"))
    }

    let dry = try await erase(bench, dry: true)
    #expect(try await bench.store.read { try $0.contact(at: Self.ann, workspaceID: 1) } != nil)
    let report = try await erase(bench)
    #expect(report == dry)
    #expect(report.isContact && report.messages == 2 && report.inbound == 1 && report.enrollments == 1)
    try await bench.store.shredDeleted()

    let texts = try everyText(bench)
    #expect(texts.filter { $0.contains("ann") || $0.contains("Ann") } == [])
    let after = try await bench.store.read { db in
      (try db.messageCounts().map(\.count), try db.credits(of: db.workspace(1), day: "2026-11-20"))
    }
    #expect(before.0 == after.0 && before.1 == after.1)
    #expect(try await bench.store.read { try $0.contacts(workspaceID: 1, limit: 10) } == [])
    #expect(
      try await bench.store.read { try $0.suppression(of: "Ann@Example.org", workspaceID: 1)?.reason } == "erased")
    #expect(try await bench.store.read { try $0.isErased(Self.ann, workspaceID: 1) })
    // The reply still lies in the mailbox; seen again it is not stored again.
    #expect(try await bench.store.write { try $0.recordInbound(reply) } == nil)
    // Once more does no harm.
    #expect(try await erase(bench).messages == 0)
  }

  /// What somebody put on a list or into a task in their own words.
  @Test func listsAndTasksForgetThemToo() async throws {
    let native = try await NativeBench(
      #"""
      [[sequence]]
      key = "welcome"
      [[sequence.step]]
      kind = "call"
      title = "Call {{ contact.first_name }}"
      note = "{{ contact.first_name }} likes tea"
      """#)
    let bench = native.bench
    bench.store.suppressionKey.set(Array(repeating: 7, count: 32))
    try await native.put(ContactDraft(address: Self.ann, firstName: "Annabell"))
    try await native.activate(at: Bench.noon)
    _ = try await native.enroll([Self.ann])
    try await native.plan()
    #expect(try await native.open(at: Bench.noon) == 1)
    for list in [1, Suppressions.everywhere] {
      try await bench.store.write {
        _ = try $0.suppress(Self.ann, workspaceID: list, reason: "Annabell wants it", source: "cli", now: Bench.noon)
      }
    }
    _ = try await erase(bench)
    try await bench.store.shredDeleted()
    #expect(try everyText(bench).filter { $0.contains("ann@") || $0.contains("Annabell") } == [])
    // Nothing goes to her all the same.
    #expect(try await bench.store.read { try $0.suppression(of: Self.ann, workspaceID: 1)?.reason } == "erased")
    #expect(try await bench.store.read { try $0.suppression(of: Self.ann, workspaceID: 2)?.reason } == "erased")
  }

  @Test func whoWasTakenInAgainCanBeErasedAgain() async throws {
    let bench = try await bench()
    for _ in 1...3 {
      let draft = ContactDraft(address: Self.ann, firstName: "Annabell")
      _ = try await bench.store.write { try $0.putContact(draft, workspaceID: 1, now: Bench.noon) }
      #expect(try await erase(bench).isContact)
    }
    #expect(try await bench.store.read { try $0.contacts(workspaceID: 1, limit: 10) } == [])
    #expect(try everyText(bench).filter { $0.contains("ann@") || $0.contains("Annabell") } == [])
  }

  @Test func whatIsBeingSentKeepsItBack() async throws {
    let bench = try await bench()
    let id = try await bench.queue(bench.submission())[0]
    _ = try await bench.claim()
    await #expect(
      throws: StoreError.rejected(
        "message \(id) to ann@example.org is being sent right now; ann@example.org can be erased when it has gone")
    ) { try await erase(bench) }
    #expect(try await bench.message(id).recipient == Self.ann)
    #expect(try await bench.store.read { try $0.suppression(of: Self.ann, workspaceID: 1) } == nil)
  }

  @Test func othersKeepTheirMailWithoutTheName() async throws {
    let bench = try await bench()
    let mail = "To: Bob <bob@example.org>, Annabell <ann@example.org>\r\nSubject: Both\r\n\r\nHi both of you.\r\n"
    var shared = bench.submission(to: [Self.ann, "bob@example.org"])
    shared.body = Array(mail.utf8)
    shared.control.idempotencyKey = "for ann@example.org"
    let again = shared
    let ids = try await bench.queue(shared)
    let report = try await erase(bench)
    #expect(report.messages == 1 && report.mentions == 1)
    #expect(try await bench.message(ids[0]).state == .cancelled)
    let claims = try await bench.claim().claims
    #expect(claims.map(\.message.id) == [ids[1]])
    let stored = try await bench.store.read { try $0.outgoing(claims[0].message).stored }
    #expect(
      String(decoding: stored, as: UTF8.self) == "To: Bob <bob@example.org>\r\nSubject: Both\r\n\r\nHi both of you.\r\n"
    )
    // The key names nobody any more and still tells the submission from a new one: no second copy for Bob.
    #expect(try await bench.store.write { try $0.submit(again) } == .repeated(firstID: ids[0]))
    #expect(try everyText(bench).filter { $0.contains("ann@") } == [])
  }

  @Test func aMailToGoThatNamesThemInAnEncodedPartKeepsItBack() async throws {
    let bench = try await bench()
    var shared = bench.submission(to: ["bob@example.org"])
    shared.body = Array("Subject: x\r\nContent-Transfer-Encoding: base64\r\n\r\nSGVsbG8gYW5uQGV4YW1wbGUub3Jn\r\n".utf8)
    let id = try await bench.queue(shared)[0]
    await #expect(throws: StoreError.self) { try await erase(bench) }
    _ = try await bench.sendAll()
    #expect(try await erase(bench).mentions == 1)
    let body = try await bench.store.read { db in try db.outgoing(db.message(id)!).stored }
    #expect(String(decoding: body, as: UTF8.self) == "Subject: erased\r\n\r\n")
  }

  @Test func anOwnAccountIsNotErased() async throws {
    let bench = try await bench()
    try await bench.addAccount(Self.ann)
    await #expect(throws: StoreError.self) { try await erase(bench) }
  }

  @Test func theMailLogForgetsWhatTheTablesHave() async throws {
    let bench = try Bench()
    let path = bench.folder + "/logged.db"
    let store = try Store(path: path, logSize: 4 << 20, now: Bench.noon)
    defer { store.close() }
    store.suppressionKey.set(Array(repeating: 7, count: 32))
    var submission = bench.submission()
    submission.body = Array("Subject: Secret\r\n\r\nwords for nobody else\r\n".utf8)
    _ = try await store.submit(submission)
    #expect(try contains(path + "-mails", "words for nobody else"))
    _ = try await store.erase(Self.ann, workspaceID: 1, now: Bench.noon)
    try await store.shredDeleted()
    #expect(try !contains(path + "-mails", "words for nobody else"))
    for file in [path, path + "-wal", path + "-mails"] { #expect(try !contains(file, Self.ann)) }
    // The log goes on as before.
    guard case .queued = try await store.submit(bench.submission(to: ["bob@example.org"])) else {
      Issue.record("nothing is queued any more")
      return
    }
    #expect(try await store.read { try $0.messageCounts().map(\.count) }.reduce(0, +) == 2)
  }

  /// Rows come and go until pages have split and merged over and over; what is deleted then is in no byte of the file, and all
  /// else is what it was.
  @Test func noGapOfAPageKeepsWhatWasDeleted() async throws {
    let bench = try await bench()
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SplitMix(state: seed)
    func address(_ number: Int) -> String { "p\(number)-secret\(number % 2)@x.test" }
    var order = Array(0..<3000)
    order.shuffle(using: &random)
    for part in order.chunks(of: 100) {
      let drafts = part.map { number in
        ContactDraft(
          address: address(number), fields: ["note": String(repeating: "\(number) ", count: number * 7 % 150)])
      }
      try await bench.store.write { transaction in
        for draft in drafts { _ = try transaction.putContact(draft, workspaceID: 1, now: Bench.noon) }
      }
    }
    _ = try await bench.store.write { try $0.run("DELETE FROM contact WHERE address LIKE '%secret1%'", []) }
    let before = try everyText(bench)
    let connection = try SQLiteConnection(path: bench.store.path, mode: .reader)
    _ = try connection.rows("SELECT COUNT(*) FROM contact", []) { $0.integer(0) }
    #expect(try contains(bench.store.path, "secret1") || contains(bench.store.path + "-wal", "secret1"))
    try await bench.store.shredDeleted()
    for file in [bench.store.path, bench.store.path + "-wal"] {
      #expect(try !contains(file, "secret1"), "seed \(seed): \(file)")
    }
    #expect(try contains(bench.store.path, "secret0"))
    #expect(try everyText(bench) == before)
    #expect(try connection.rows("PRAGMA integrity_check", []) { $0.text(0) } == ["ok"])
    connection.close()
    // What the writer had in memory does not come back.
    _ = try await bench.store.write { try $0.run("UPDATE contact SET company = 'after'", []) }
    bench.store.close()
    #expect(try !contains(bench.store.path, "secret1"), "seed \(seed): after more")
  }

  @Test func onlyTheGapOfAPageIsUnused() {
    var page = [UInt8](repeating: 7, count: 512)
    func gap(_ isFirst: Bool = false) -> Range<Int>? {
      page.withUnsafeBytes { PageSweep.gap(of: $0, isFirst: isFirst) }
    }
    page.replaceSubrange(0..<8, with: [13, 0, 0, 0, 3, 1, 0, 0])
    #expect(gap() == 14..<256)
    page[0] = 5
    #expect(gap() == 18..<256)
    // An overflow page; numbers that cannot be true.
    for (place, value) in [(0, 0), (0, 3), (3, 9), (5, 0), (5, 2)] as [(Int, UInt8)] {
      let kept = page
      page[place] = value
      if place == 5, value == 2 { page[6] = 1 }
      #expect(gap() == nil, "\(place) \(value)")
      page = kept
    }
    page.replaceSubrange(100..<108, with: [13, 0, 0, 0, 1, 1, 0x90, 0])
    #expect(gap(true) == 110..<400)
  }

  private func contains(_ file: String, _ text: String) throws -> Bool {
    try Data(contentsOf: URL(filePath: file)).range(of: Data(text.utf8)) != nil
  }

  /// Every text and blob of every table, as text.
  private func everyText(_ bench: Bench) throws -> [String] {
    let connection = try SQLiteConnection(path: bench.store.path, mode: .reader)
    defer { connection.close() }
    let tables = try connection.rows("SELECT name FROM sqlite_master WHERE type = 'table'", []) { $0.text(0) }
    return try tables.flatMap { table in
      let columns = try connection.rows("SELECT name FROM pragma_table_info('\(table)')", []) { $0.text(0) }
      let list = columns.map { "COALESCE(CAST(\($0) AS TEXT), '')" }.joined(separator: " || ' ' || ")
      return try connection.rows("SELECT \(list) FROM \(table)", []) { "\(table): " + $0.text(0) }
    }
  }
}

extension Array {
  fileprivate func chunks(of count: Int) -> [[Element]] {
    stride(from: 0, to: self.count, by: count).map { Array(self[$0..<Swift.min($0 + count, self.count)]) }
  }
}

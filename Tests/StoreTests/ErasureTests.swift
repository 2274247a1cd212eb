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

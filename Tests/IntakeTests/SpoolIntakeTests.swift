import Configuration
import Foundation
import Glibc
import Host
import SMTP
import Store
import Testing

@testable import Intake

@Suite struct SpoolIntakeTests {
  private static func batch(to recipient: String, _ text: String = "Subject: x\r\n\r\nhi\r\n") -> [UInt8] {
    BatchMail.encode(Envelope(reversePath: "a@b.test", recipients: [recipient]), Array(text.utf8))
  }

  private func withSpool(
    hooks: IntakeHooks = IntakeHooks(), _ change: (inout Configuration, String) -> Void = { _, _ in },
    _ body: (TestServer, SpoolFolder) async throws -> Void
  ) async throws {
    try await withServer(hooks: hooks, change) { server in
      let folder = SpoolFolder(path: server.folder + "/spool")
      try folder.prepare(access: 0)
      try await body(server, folder)
    }
  }

  private func spool(_ server: TestServer, _ folder: SpoolFolder) -> SpoolIntake {
    SpoolIntake(
      intake: server.server, store: server.store, folder: folder, loop: server.loops.next(),
      log: Log(threshold: .error))
  }

  private func until(_ condition: () async throws -> Bool) async throws {
    for _ in 0..<1200 {
      if try await condition() { return }
      try await Task.sleep(for: .milliseconds(50))
    }
    Issue.record("it did not happen within a minute")
  }

  private func isEmpty(_ folder: SpoolFolder) throws -> Bool {
    let listing = try folder.listing()
    return listing.mails.isEmpty && listing.others.isEmpty
  }

  private func recipients(_ server: TestServer) async throws -> [String] {
    let rows = try await server.store.read { try $0.messages(MessageFilter()) }
    return rows.map(\.message.recipient).sorted()
  }

  @Test func whatLiesThereAndWhatComesIsTakenOnce() async throws {
    try await withSpool { server, folder in
      let names = (0..<3).map { _ in UUIDv7.text() }
      try folder.leave(Self.batch(to: "one@d.test"), name: names[0])
      // Taken before a crash that left the file.
      let earlier = await server.server.handIn(Self.batch(to: "two@d.test"), name: names[1])
      guard case .taken(.queued) = earlier else { throw SpoolTrouble(what: "\(earlier)") }
      try folder.leave(Self.batch(to: "two@d.test"), name: names[1])
      let spool = spool(server, folder)
      spool.start()
      try await until { try isEmpty(folder) }
      try folder.leave(Self.batch(to: "three@d.test"), name: names[2])
      try await until { try isEmpty(folder) }
      await spool.stop()
      #expect(try await recipients(server) == ["one@d.test", "three@d.test", "two@d.test"])
    }
  }

  @Test func whatIsRefusedGoesAsideAndHoldsNothingUp() async throws {
    try await withSpool { server, folder in
      let (bad, good) = (UUIDv7.text(), UUIDv7.text())
      try folder.leave(Self.batch(to: "bad@d.test", "X-Postern-Step: two\r\n\r\nhi\r\n"), name: bad)
      try folder.leave(Array("no batch".utf8), name: "what is this")
      try folder.leave(Self.batch(to: "good@d.test"), name: good)
      let spool = spool(server, folder)
      spool.start()
      try await until { try isEmpty(folder) }
      await spool.stop()
      #expect(try await recipients(server) == ["a@b.test", "good@d.test"], "its sender is told")
      let aside = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/bad").sorted()
      #expect(aside == [bad, bad + ".reason", "what is this", "what is this.reason"])
      #expect(
        try String(contentsOfFile: "\(folder.path)/bad/\(bad).reason", encoding: .utf8).contains("X-Postern-Step"))
      #expect(
        try Data(contentsOf: URL(filePath: "\(folder.path)/bad/\(bad)")).elementsEqual(
          Self.batch(to: "bad@d.test", "X-Postern-Step: two\r\n\r\nhi\r\n")))
    }
  }

  private static let stepMail = "Subject: Wrong\r\nX-Postern-Step: two\r\n\r\nhi\r\n"

  /// What was told 0 and is refused later comes back, once, also when the daemon died before it had moved the file.
  @Test func senderOfWhatIsRefusedIsToldOnce() async throws {
    try await withSpool { server, folder in
      var envelope = Envelope(reversePath: "app@b.test", recipients: ["one@d.test", "two@d.test", "quiet@d.test"])
      envelope.envelopeID = "order-1"
      envelope.recipientRequests["quiet@d.test"] = RecipientRequest(notify: "NEVER")
      let batch = BatchMail.encode(envelope, Array(Self.stepMail.utf8))
      let name = UUIDv7.text()
      guard case .refused = await server.server.handIn(batch, name: name) else { throw SpoolTrouble(what: "taken") }
      // A crash after the notice leaves the file.
      _ = await server.server.tellSender(of: batch, name: name, refused: "earlier")
      try folder.leave(batch, name: name)
      let spool = spool(server, folder)
      spool.start()
      try await until { try isEmpty(folder) }
      await spool.stop()
      let rows = try await server.store.read { try $0.messages(MessageFilter()) }
      #expect(rows.map(\.message.recipient) == ["app@b.test"])
      let notice = try #require(rows.first?.message)
      #expect(notice.sender.isEmpty && notice.subject == "failed: Wrong")
      let text = String(decoding: try await firstBody(server), as: UTF8.self)
      #expect(text.contains("Original-Envelope-Id: order-1\r\n") && text.contains("Status: 5.0.0\r\n"))
      #expect(text.contains("Final-Recipient: rfc822; one@d.test\r\n"))
      #expect(text.contains("Final-Recipient: rfc822; two@d.test\r\n") && !text.contains("quiet@d.test"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/bad").count == 2)
    }
  }

  @Test(arguments: [
    (SenderNotices.never, "a@b.test", nil as String?), (.asked, "a@b.test", nil), (.always, "", nil),
    (.always, "a@b.test", "SUCCESS"),
  ])
  func senderWhoIsNotToBeTold(notices: SenderNotices, sender: String, notify: String?) async throws {
    let change = { (configuration: inout Configuration, _: String) in configuration.relay.senderNotices = notices }
    try await withSpool(change) { server, folder in
      var envelope = Envelope(reversePath: sender, recipients: ["one@d.test"])
      if let notify { envelope.recipientRequests["one@d.test"] = RecipientRequest(notify: notify) }
      try folder.leave(BatchMail.encode(envelope, Array(Self.stepMail.utf8)), name: UUIDv7.text())
      let spool = spool(server, folder)
      spool.start()
      try await until { try isEmpty(folder) }
      await spool.stop()
      #expect(try await recipients(server).isEmpty)
    }
  }

  /// The limits that sendmail knew were others: too many fields, too large by a little, too large to be read at all.
  @Test(arguments: ["fields", "little", "much"]) func noticeOfWhatIsOverALimit(what: String) async throws {
    let change = { (configuration: inout Configuration, _: String) in
      configuration.intake.maxMessageSize = 64 << 10
      configuration.intake.maxHeaderFields = 20
    }
    try await withSpool(change) { server, folder in
      let fields = what == "fields" ? (0..<500).map { "X-\($0): \($0)\r\n" }.joined() : ""
      let size = ["fields": 10, "little": 70 << 10, "much": 2 << 20][what] ?? 0
      let text = "Subject: Big\r\nX-Nul: \0\r\n\(fields)\r\n" + String(repeating: "text\r\n", count: size / 6)
      try folder.leave(Self.batch(to: "one@d.test", text), name: UUIDv7.text())
      let spool = spool(server, folder)
      spool.start()
      try await until { try isEmpty(folder) }
      await spool.stop()
      let rows = try await server.store.read { try $0.messages(MessageFilter()) }
      #expect(rows.map(\.message.recipient) == ["a@b.test"])
      let notice = try await firstBody(server)
      #expect(notice.count < 8000 && !notice.contains(0))
      #expect(String(decoding: notice, as: UTF8.self).contains("Subject: Big\r\n"))
    }
  }

  private func firstBody(_ server: TestServer) async throws -> [UInt8] {
    try await server.store.read { try $0.body(1) } ?? []
  }

  /// A batch that a program could craft so that it is never taken and never refused would lie there for ever.
  @Test func batchOfNothingButCommandsGoesAside() async throws {
    try await withSpool { server, _ in
      let batch = Array(String(repeating: "NOOP\r\n", count: 5000).utf8)
      guard case .refused = await server.server.handIn(batch, name: UUIDv7.text()) else {
        Issue.record("it was not refused")
        return
      }
    }
  }

  /// Folders of others, which the daemon cannot take away, hold nobody's mail up.
  @Test func foreignThingsStarveNobody() async throws {
    try await withSpool { server, folder in
      for number in 0..<3000 {
        #expect(mkdir("\(folder.path)/new/0000000a-0000-7000-8000-\(100_000_000_000 + number)", 0o500) == 0)
      }
      try folder.leave(Self.batch(to: "one@d.test"), name: UUIDv7.text())
      let spool = spool(server, folder)
      spool.start()
      try await until { try isEmpty(folder) }
      await spool.stop()
      #expect(try await recipients(server) == ["one@d.test"])
      #expect(try folder.listing().foreign == 3000)
    }
  }

  private static let texts = [
    "good": "Subject: x\r\n\r\nhi\r\n", "delay": "X-Postern-Delay: foo\r\n\r\nx\r\n",
    "nul": "Subject: x\r\n\r\na\0b\r\n", "loop": String(repeating: "Received: a\r\n", count: 60) + "\r\nx\r\n",
    "line": "Subject: x\r\n\r\n" + String(repeating: "x", count: 70_000) + "\r\n",
    "size": "Subject: x\r\n\r\n" + String(repeating: "xxxxxx\r\n", count: 4 << 20),
  ]

  @Test(arguments: [
    ("good", nil as String?), ("delay", "554 5.6.0 X-Postern-Delay"), ("nul", "550 5.6.0 NUL"),
    ("loop", "554 5.4.6 Too many hops"), ("line", "554 5.6.0 A line"), ("size", "552 5.3.4"),
  ])
  func whatCanBeRefusedWithoutTheStore(what: String, refusal: String?) async throws {
    let batch = Self.batch(to: "one@d.test", try #require(Self.texts[what]))
    let said = LocalMailRules(Configuration()).refusal(of: batch, now: Clock.now())
    if let refusal { #expect(said?.hasPrefix(refusal) == true, "\(said ?? "")") } else { #expect(said == nil) }
    // The daemon says the same.
    try await withSpool { server, _ in
      switch await server.server.handIn(batch, name: nil) {
      case .refused(let words): #expect(words == said)
      case .taken: #expect(said == nil)
      case .later(let words): Issue.record("\(words)")
      }
    }
  }

  @Test func onAFullDiskMailsStay() async throws {
    try await withSpool(hooks: IntakeHooks(isDiskLow: { true })) { server, folder in
      try folder.leave(Self.batch(to: "one@d.test"), name: UUIDv7.text())
      let spool = spool(server, folder)
      spool.start()
      try await Task.sleep(for: .milliseconds(300))
      await spool.stop()
      #expect(try folder.listing().mails.count == 1)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/bad").isEmpty)
    }
  }
}

private struct SpoolTrouble: Error {
  var what: String
}

import Foundation
import Host
import SMTP
import Store
import Testing

@testable import Intake

@Suite struct SpoolIntakeTests {
  private static func batch(to recipient: String, _ text: String = "Subject: x\r\n\r\nhi\r\n") -> [UInt8] {
    BatchMail.encode(Envelope(reversePath: "a@b.test", recipients: [recipient]), Array(text.utf8))
  }

  private func withSpool(hooks: IntakeHooks = IntakeHooks(), _ body: (TestServer, SpoolFolder) async throws -> Void)
    async throws
  {
    try await withServer(hooks: hooks) { server in
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
      try await until { try folder.names().isEmpty }
      try folder.leave(Self.batch(to: "three@d.test"), name: names[2])
      try await until { try folder.names().isEmpty }
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
      try await until { try folder.names().isEmpty }
      await spool.stop()
      #expect(try await recipients(server) == ["good@d.test"])
      let aside = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/bad").sorted()
      #expect(aside == [bad, bad + ".reason", "what is this", "what is this.reason"])
      #expect(
        try String(contentsOfFile: "\(folder.path)/bad/\(bad).reason", encoding: .utf8).contains("X-Postern-Step"))
      #expect(
        try Data(contentsOf: URL(filePath: "\(folder.path)/bad/\(bad)")).elementsEqual(
          Self.batch(to: "bad@d.test", "X-Postern-Step: two\r\n\r\nhi\r\n")))
    }
  }

  @Test func onAFullDiskMailsStay() async throws {
    try await withSpool(hooks: IntakeHooks(isDiskLow: { true })) { server, folder in
      try folder.leave(Self.batch(to: "one@d.test"), name: UUIDv7.text())
      let spool = spool(server, folder)
      spool.start()
      try await Task.sleep(for: .milliseconds(300))
      await spool.stop()
      #expect(try folder.names().count == 1)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/bad").isEmpty)
    }
  }
}

private struct SpoolTrouble: Error {
  var what: String
}

import CSQLite
import Configuration
import Delivery
import Foundation
import Host
import Store
import Synchronization

@testable import Poller

/// A room on one loop with its own store and a fake server for each account.
final class RoomUnderTest: Sendable {
  let store: Store
  let room: PollerRoom
  let loops: EventLoopGroup
  private let folder: URL
  private let servers = Mutex<[String: FakeMailbox]>([:])

  /// When its accounts were added: mails of 2030 are new to them.
  static let createdAt: Int64 = 1_893_456_000_000 - 86_400_000

  init(_ settings: PollerSettings) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "postern-poller-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    store = try Store(path: folder.appending(path: "store.db").path, now: Self.createdAt)
    loops = try EventLoopGroup(count: 1)
    loops.start()
    let found = Finder()
    room = PollerRoom(
      store: store, loops: loops, settings: settings, version: "1", log: Log(threshold: .error, descriptor: -1),
      random: { .max },
      connect: { account, _, loop in
        await found.server(of: account.address)?.login(on: loop) ?? .failure(.unreachable("nobody there"))
      })
    found.room.withLock { $0 = self }
  }

  /// Breaks the circle of room and servers during set-up.
  private final class Finder: Sendable {
    let room = Mutex<RoomUnderTest?>(nil)
    func server(of address: String) -> FakeMailbox? { room.withLock { $0 }?.server(of: address) }
  }

  func server(of address: String) -> FakeMailbox? { servers.withLock { $0[address] } }

  /// Adds an account with a server of its own.
  @discardableResult
  func add(_ address: String = "me@example.org", _ change: (FakeMailbox) -> Void = { _ in }) async throws
    -> FakeMailbox
  {
    let server = FakeMailbox()
    change(server)
    servers.withLock { $0[address] = server }
    let remote = RemoteServer(host: "localhost", port: 1)
    let settings = AccountSettings(address: address, smtp: remote, imap: remote)
    try await store.write { try $0.putAccount(settings, sealedSecret: nil, now: Self.createdAt) }
    return server
  }

  func inbound() async throws -> [InboundRecord] {
    try await store.read { try $0.inbound(limit: 1_000) }.reversed()
  }

  func account(_ address: String = "me@example.org") async throws -> AccountRecord? {
    try await store.read { try $0.account(at: address) }
  }

  /// Waits for a state that is bound to come; false after 20 seconds.
  func until(_ condition: () async throws -> Bool) async throws -> Bool {
    for _ in 0..<4_000 {
      if try await condition() { return true }
      try await Task.sleep(for: .milliseconds(5))
    }
    return false
  }

  /// Makes the store refuse mails whose subject begins so, as a defect of ours would.
  func refuseToStore(subject: String) -> Bool {
    addTrigger("INSERT ON inbound WHEN NEW.subject LIKE '\(subject)%'")
  }

  /// Makes the store refuse to pause accounts.
  func refuseToPause() -> Bool { addTrigger("UPDATE ON account WHEN NEW.state = 'paused'") }

  private func addTrigger(_ occasion: String) -> Bool {
    var connection: OpaquePointer?
    defer { sqlite3_close(connection) }
    let trigger = "CREATE TRIGGER poison BEFORE \(occasion) BEGIN SELECT RAISE(ABORT, 'poison'); END"
    return sqlite3_open(store.path, &connection) == SQLITE_OK
      && sqlite3_exec(connection, trigger, nil, nil, nil) == SQLITE_OK
  }

  /// Ends everything and takes the folder away.
  func end() async {
    await room.stop()
    loops.stop()
    loops.join()
    store.close()
    try? FileManager.default.removeItem(at: folder)
  }
}

/// A mail as a person might send it.
func mail(
  _ subject: String, from: String = "ann@example.com", id: String? = nil, more: String = "", body: String = "hi"
)
  -> String
{
  "From: \(from)\r\nTo: me@example.org\r\nSubject: \(subject)\r\nDate: Tue, 01 Jan 2030 00:00:00 +0000\r\n"
    + "Message-ID: <\(id ?? subject)@example.com>\r\n\(more)\r\n\(body)\r\n"
}

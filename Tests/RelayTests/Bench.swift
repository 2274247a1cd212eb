import Configuration
import Foundation
import Glibc
import Host
import Outreach
import Store

@testable import Relay

/// A relay with a store of its own, on a loop of its own; servers run on another.
final class Bench: Sendable {
  let store: Store
  let serverLoop: EventLoop
  private let relayLoop: EventLoop
  private let relay: Relay
  private let folder: String
  private let logFile: Int32

  /// `secret` is every account's password; nil: they do not log in.
  init(secret: String? = nil, _ change: (inout RelaySettings) -> Void = { _ in }) throws {
    folder = NSTemporaryDirectory() + "postern-relay-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    store = try Store(path: folder + "/postern.db", now: Clock.now())
    logFile = open(folder + "/log", O_WRONLY | O_CREAT | O_APPEND, 0o600)
    serverLoop = try EventLoop(name: "server")
    relayLoop = try EventLoop(name: "relay")
    serverLoop.start()
    relayLoop.start()
    var settings = RelaySettings()
    settings.tickMilliseconds = 100
    settings.retryDelaysMilliseconds = [10, 20]
    change(&settings)
    relay = Relay(
      store: store, loop: relayLoop, settings: settings, clientName: "relay.test",
      log: Log(threshold: .error, descriptor: logFile),
      logins: AccountLogins(
        secret: { _ in .success(secret.map { .password($0) } ?? .none) },
        renew: { _, _ in .failure(RemoteFailure(kind: .login, curlCode: 0, text: "there are no tokens")) }),
      outgoing: OutgoingSettings(), unseal: { $0 }, isDiskLow: { false })
  }

  deinit {
    for loop in [relayLoop, serverLoop] {
      loop.stop()
      loop.join()
    }
    store.close()
    close(logFile)
    try? FileManager.default.removeItem(atPath: folder)
  }

  func start() { relay.start() }

  func stop(drainMilliseconds: Int64 = 20_000) async { await relay.stop(drainMilliseconds: drainMilliseconds) }

  /// How many connections the relay has at work.
  var connectionsInUse: Int { relay.connectionsInUse }

  /// Whether an event was logged.
  func logged(_ event: String) throws -> Bool {
    try String(contentsOfFile: folder + "/log", encoding: .utf8).contains(event)
  }

  /// What a question to the relay's desk finds; asked on its loop, as all of it must be.
  func asked<T: Sendable>(_ question: @escaping @Sendable (Desk) -> T) async -> T {
    await withUnsafeContinuation { continuation in
      relayLoop.spawn { [relay] in continuation.resume(returning: question(relay.desk)) }
    }
  }

  func addAccount(
    _ address: String, _ server: ScriptedServer, _ change: @Sendable (inout AccountSettings) -> Void = { _ in }
  ) async throws {
    var settings = AccountSettings(
      address: address, smtp: RemoteServer(host: "127.0.0.1", port: server.port, tls: .none))
    change(&settings)
    let made = settings
    try await store.write { try $0.putAccount(made, sealedSecret: nil, now: Clock.now()) }
  }

  @discardableResult
  func submit(
    to recipient: String = "ann@example.org", text: String = "Hi", _ change: (inout ControlHeaders) -> Void = { _ in }
  ) async throws -> Int64 {
    try await submit(toEach: [recipient], text: text, change)[0]
  }

  @discardableResult
  func submit(toEach recipients: [String], text: String = "Hi", _ change: (inout ControlHeaders) -> Void = { _ in })
    async throws -> [Int64]
  {
    var control = ControlHeaders()
    change(&control)
    let submission = Submission(
      workspaceID: 1, submitter: nil, sender: "app@example.com", recipients: recipients, fromAddress: nil,
      body: Array("From: app@example.com\r\nSubject: Hello\r\n\r\n\(text)\r\n".utf8), messageID: nil,
      makeMessageID: { "<\(UUID().uuidString)@example.com>" }, subject: "Hello", control: control,
      receivedAt: Clock.now(), idempotencyWindow: 86_400_000)
    let result = try await store.write { try $0.submit(submission) }
    guard case .queued(let ids) = result else { throw Unexpected(what: "\(result)") }
    return ids
  }

  func message(_ id: Int64) async throws -> MessageRecord {
    guard let message = try await store.read({ try $0.message(id) }) else { throw Unexpected(what: "no message \(id)") }
    return message
  }

  func account(_ address: String) async throws -> AccountRecord {
    guard let account = try await store.read({ try $0.account(at: address) }) else {
      throw Unexpected(what: "no account \(address)")
    }
    return account
  }

  func attempts(of id: Int64) async throws -> [AttemptRecord] { try await store.read { try $0.attempts(of: id) } }

  /// The message once it is in a state; an error when it does not get there.
  func settled(_ id: Int64, as state: MessageState) async throws -> MessageRecord {
    try await until("message \(id) is \(state)") {
      let message = try await self.message(id)
      return message.state == state ? message : nil
    }
  }

  /// What `ask` finds, once it finds something.
  @discardableResult
  func until<T>(_ what: String, _ ask: () async throws -> T?) async throws -> T {
    for _ in 0..<2000 {
      if let found = try await ask() { return found }
      try await Task.sleep(for: .milliseconds(10))
    }
    throw Unexpected(what: "never: \(what)")
  }
}

/// A step of a test that should not have gone this way.
struct Unexpected: Error {
  var what: String
}

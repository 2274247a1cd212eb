import Configuration
import Foundation
import Outreach

@testable import Store

/// A store in a folder of its own, with accounts and short ways to say what a test does.
final class Bench: Sendable {
  let store: Store
  let folder: String
  /// 2026-11-20 12:00:00 UTC, a Friday.
  static let noon: Int64 = 1_795_176_000_000

  init() throws {
    folder = NSTemporaryDirectory() + "postern-store-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    store = try Store(path: folder + "/postern.db", now: Self.noon)
  }

  deinit {
    store.close()
    try? FileManager.default.removeItem(atPath: folder)
  }

  func addAccount(_ address: String, _ change: @Sendable (inout AccountSettings) -> Void = { _ in }) async throws {
    var settings = AccountSettings(address: address, smtp: RemoteServer(host: "127.0.0.1", port: 25))
    // As many at once as a test likes, unless it says otherwise.
    settings.connections = 100
    change(&settings)
    let made = settings
    try await store.write { try $0.putAccount(made, sealedSecret: nil, now: Self.noon) }
  }

  func submission(
    to recipients: [String] = ["ann@example.org"], at now: Int64 = Bench.noon,
    _ change: (inout ControlHeaders) -> Void = { _ in }
  ) -> Submission {
    var control = ControlHeaders()
    change(&control)
    return Submission(
      workspaceID: 1, submitter: nil, sender: "app@example.com", recipients: recipients, fromAddress: nil,
      body: Array("Subject: Hello\r\n\r\nHi\r\n".utf8), messageID: nil,
      makeMessageID: { "<\(UUID().uuidString)@example.com>" }, subject: "Hello", control: control, receivedAt: now,
      idempotencyWindow: 86_400_000)
  }

  /// Queues and returns the ids; records an issue when it is refused.
  func queue(_ submission: Submission) async throws -> [Int64] {
    let result = try await store.write { try $0.submit(submission) }
    guard case .queued(let ids) = result else { throw Unexpected(what: "\(result)") }
    return ids
  }

  func step(
    _ number: Int, of sequence: String = "welcome", to recipient: String = "ann@example.org", delay: Int64? = nil
  )
    -> Submission
  {
    submission(to: [recipient]) {
      $0.sequence = sequence
      $0.step = number
      $0.delayMilliseconds = delay
    }
  }

  func claim(at now: Int64 = Bench.noon, limit: Int = 100) async throws -> ClaimPass {
    try await store.write { try $0.claimDue(now: now, limit: limit) }
  }

  /// Claims and has everything accepted by the server.
  func sendAll(at now: Int64 = Bench.noon) async throws -> [Claim] {
    let claims = try await claim(at: now).claims
    for claim in claims { try await accept(claim, at: now) }
    try await plan(at: now)
    return claims
  }

  func accept(_ claim: Claim, at now: Int64 = Bench.noon) async throws {
    let reply = JournalReply(code: 250, text: "250 2.0.0 Ok", meaning: "accepted")
    try await store.write { transaction in
      guard try transaction.markTransmitting(claim.attemptID, now: now) else { throw Unexpected(what: "withdrawn") }
      try transaction.finish(claim.attemptID, .accepted(reply), now: now)
    }
  }

  func plan(at now: Int64 = Bench.noon) async throws {
    _ = try await store.write { try $0.planEnrollments(now: now, limit: 1000) }
  }

  func inbound(
    _ kind: String, answering message: MessageRecord, account: Int64, identity: String = "<in@example.org>",
    bounces: [BouncedRecipient] = []
  ) -> NewInbound {
    NewInbound(
      accountID: account, folder: "INBOX", identity: identity, bytes: Array("x".utf8), receivedAt: Self.noon + 1000,
      seenAt: Self.noon + 2000, sender: message.recipient, subject: "Re: Hello", kind: kind, rule: "test",
      verdict: "{}",
      answers: [(id: message.messageID, evidence: "In-Reply-To")], bounces: bounces)
  }

  func message(_ id: Int64) async throws -> MessageRecord {
    guard let message = try await store.read({ try $0.message(id) }) else { throw Unexpected(what: "no message \(id)") }
    return message
  }

  func enrollment(of address: String = "ann@example.org", in sequence: String = "welcome") async throws
    -> EnrollmentRecord
  {
    let found = try await store.read { try $0.enrollment(of: address, inSequence: sequence, workspaceID: 1) }
    guard let found else { throw Unexpected(what: "no enrollment of \(address)") }
    return found
  }
}

/// A step of a test that should not have gone this way.
struct Unexpected: Error {
  var what: String
}

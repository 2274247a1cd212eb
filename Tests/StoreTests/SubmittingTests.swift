import Configuration
import Delivery
import Outreach
import Testing

@testable import Store

@Suite struct SubmittingTests {
  @Test func eachRecipientGetsAMessageAndSomebodyNamedTwiceGetsOne() async throws {
    let bench = try Bench()
    let ids = try await bench.queue(bench.submission(to: ["a@example.org", "b@example.org", "A@example.org"]))
    #expect(ids.count == 2)
    let first = try await bench.message(ids[0])
    let second = try await bench.message(ids[1])
    #expect(first.recipient == "a@example.org")
    #expect(second.recipient == "b@example.org")
    #expect(first.messageID != second.messageID)
    #expect(first.due == Bench.noon)
  }

  @Test func theSameIdempotencyKeyQueuesOnceWithinItsWindow() async throws {
    let bench = try Bench()
    let ids = try await bench.queue(bench.submission { $0.idempotencyKey = "k1" })
    let again = try await bench.store.write { [bench] in
      try $0.submit(bench.submission(at: Bench.noon + 86_399_000) { $0.idempotencyKey = "k1" })
    }
    #expect(again == .repeated(firstID: ids[0]))
    let later = try await bench.queue(bench.submission(at: Bench.noon + 86_400_000) { $0.idempotencyKey = "k1" })
    #expect(later != ids)
  }

  @Test(arguments: [
    ("step 2 for somebody never enrolled", 2, "is not enrolled in sequence welcome"),
    ("step 7 for somebody never enrolled", 7, "step 1 enrolls, this is step 7"),
  ])
  func aLaterStepNeedsAnEnrollment(_ name: String, number: Int, reason: String) async throws {
    let bench = try Bench()
    let step = bench.step(number)
    let result = try await bench.store.write { try $0.submit(step) }
    guard case .refused(let text) = result else { throw Unexpected(what: "\(result)") }
    #expect(text.contains(reason))
    #expect(try await bench.store.read { try $0.messageCounts().isEmpty })
    #expect(try await bench.store.read { try $0.sequences().isEmpty })
  }

  @Test func aRepeatedStepIsRefusedAndTheFirstStays() async throws {
    let bench = try Bench()
    _ = try await bench.queue(bench.step(1))
    let step = bench.step(1)
    let result = try await bench.store.write { try $0.submit(step) }
    guard case .refused(let text) = result else { throw Unexpected(what: "\(result)") }
    #expect(text.contains("already taken in"))
    #expect(try await bench.store.read { try $0.messageCounts().map(\.count) } == [1])
  }

  @Test func anUnknownPoolOrAccountIsNamed() async throws {
    let bench = try Bench()
    let pool = bench.submission { $0.pool = "nowhere" }
    #expect(
      try await bench.store.write { try $0.submit(pool) }
        == .refused("X-Postern-Pool: there is no pool \"nowhere\""))
    let account = bench.submission { $0.account = "x@example.com" }
    #expect(
      try await bench.store.write { try $0.submit(account) }
        == .refused("X-Postern-Account: there is no account x@example.com"))
  }

  @Test func cancelTakesWhatHasNotGoneAndEndsTheEnrollment() async throws {
    let bench = try Bench()
    try await bench.addAccount("s1@sender.test")
    _ = try await bench.queue(bench.step(1))
    let later = try await bench.queue(bench.step(2, delay: 60_000))[0]
    _ = try await bench.sendAll()
    let cancel = bench.submission { $0.cancelSequence = "welcome" }
    #expect(try await bench.store.write { try $0.submit(cancel) } == .cancelled(count: 1))
    #expect(try await bench.message(later).state == .cancelled)
    #expect(try await bench.enrollment().stopReason == .manual)
    let third = bench.step(3)
    guard case .refused = try await bench.store.write({ try $0.submit(third) }) else {
      throw Unexpected(what: "a step for an ended enrollment was taken")
    }
  }

  @Test func aScramVerifierStaysAsLongAsItsPasswordDoes() async throws {
    let bench = try Bench()
    func put(_ hash: String?, _ verifier: String?) async throws -> String? {
      try await bench.store.write { transaction in
        try transaction.putSubmitter(
          SubmitterEntry(login: "app"), passwordHash: hash, scramVerifier: verifier, now: Bench.noon)
        return try transaction.submitter(named: "app")?.scramVerifier
      }
    }
    #expect(try await put("one", "v1") == "v1")
    #expect(try await put(nil, nil) == "v1")
    #expect(try await put("one", nil) == "v1")
    #expect(try await put(nil, "v2") == "v2")
    #expect(try await put("two", nil) == nil)
    #expect(try await put("three", "v3") == "v3")
  }
}

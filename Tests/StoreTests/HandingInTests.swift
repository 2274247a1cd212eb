import Outreach
import Testing

@testable import Store

@Suite struct HandingInTests {
  private func submission(_ bench: Bench, _ name: String, at now: Int64 = Bench.noon) -> Submission {
    var submission = bench.submission(at: now)
    submission.handInName = name
    return submission
  }

  @Test func theSameNameIsTheSameMailForEver() async throws {
    let bench = try Bench()
    let first = submission(bench, "n1")
    let ids = try await bench.queue(first)
    let muchLater = submission(bench, "n1", at: Bench.noon + 30 * 86_400_000)
    #expect(try await bench.store.write { try $0.submit(muchLater) } == .repeated(firstID: ids[0]))
    #expect(try await bench.queue(submission(bench, "n2")) != ids)
  }

  @Test func aRefusedMailMayComeAgain() async throws {
    let bench = try Bench()
    var wrong = submission(bench, "n1")
    wrong.control.pool = "nowhere"
    let refused = wrong
    guard case .refused = try await bench.store.write({ try $0.submit(refused) }) else {
      throw Unexpected(what: "taken")
    }
    _ = try await bench.queue(submission(bench, "n1"))
  }

  @Test func itsIdempotencyKeyHoldsBeyondItsWindow() async throws {
    let bench = try Bench()
    var keyed = submission(bench, "n1")
    keyed.control.idempotencyKey = "k"
    let ids = try await bench.queue(keyed)
    keyed.handInName = "n2"
    let second = keyed
    #expect(try await bench.store.write { try $0.submit(second) } == .repeated(firstID: ids[0]))
    // The second mail was answered by the key; when it comes again after the window, it is still that mail.
    keyed.receivedAt += 2 * 86_400_000
    let third = keyed
    #expect(try await bench.store.write { try $0.submit(third) } == .repeated(firstID: ids[0]))
  }

  @Test func namesAreForgottenButForThoseThatStillLieThere() async throws {
    let bench = try Bench()
    for name in ["old", "kept"] { _ = try await bench.queue(submission(bench, name)) }
    for count in [1, 0] {
      let forgotten = try await bench.store.write {
        try $0.forgetHandIns(before: Bench.noon + 1, except: ["kept"], limit: 1)
      }
      #expect(forgotten == count)
    }
    let kept = submission(bench, "kept")
    let old = submission(bench, "old")
    guard case .repeated = try await bench.store.write({ try $0.submit(kept) }) else {
      throw Unexpected(what: "queued")
    }
    guard case .queued = try await bench.store.write({ try $0.submit(old) }) else { throw Unexpected(what: "repeated") }
  }
}

import Configuration
import Delivery
import Testing

@testable import Store

private let hour: Int64 = 3_600_000
private let day: Int64 = 24 * hour
private let now = CampaignTests.morning + 3 * hour

/// What a paused campaign keeps back.
@Suite struct CampaignPauseTests {
  /// A campaign whose run has planned one mail that is due, and its id.
  private func oneMail() async throws -> (bench: CampaignBench, campaign: Int64) {
    let bench = try await CampaignBench { $0.window.spread = .asap }
    try await bench.start(at: CampaignTests.morning)
    let run = try await bench.begin(at: now)
    try await bench.found(run, ["a@x.test"], isLast: true, at: now)
    try await bench.drive(run, at: now)
    try await bench.plan(at: now)
    return (bench, try await bench.campaign().id)
  }

  @Test func whileItIsPausedNoMailGoesAndNoRunGoesOn() async throws {
    let (bench, id) = try await oneMail()
    try await bench.store.write { try $0.pauseCampaign(id, now: now) }
    #expect(try await bench.bench.claim(at: now + hour).claims.isEmpty)
    let message = try #require(try await bench.messages().first)
    let explained = try await bench.store.read { try $0.explain(message.id, now: now + hour) }
    #expect(explained?.report.gates[1].reason == "the campaign daily is paused")
    #expect(try await bench.store.read { try $0.campaignLook(now: now + day) }.hasDue == false)
    try await bench.store.write { try $0.resumeCampaign(id, now: now + 2 * hour) }
    #expect(try await bench.bench.claim(at: now + 2 * hour).claims.map(\.message.id) == [message.id])
    #expect(try await bench.store.read { try $0.campaignLook(now: now + day) }.hasDue)
  }

  @Test func aMailThatIsClaimedWhenItIsPausedDoesNotGo() async throws {
    let (bench, id) = try await oneMail()
    let claim = try #require(try await bench.bench.claim(at: now).claims.first)
    try await bench.store.write { try $0.pauseCampaign(id, now: now) }
    #expect(try await bench.store.write { try !$0.markTransmitting(claim.attemptID, now: now + 1) })
    #expect(try await bench.messages().map(\.state) == [.scheduled])
    #expect(try await bench.bench.claim(at: now + 2).claims.isEmpty)
    try await bench.store.write { try $0.resumeCampaign(id, now: now + hour) }
    #expect(try await bench.bench.claim(at: now + hour).claims.map(\.message.id) == [claim.message.id])
  }
}

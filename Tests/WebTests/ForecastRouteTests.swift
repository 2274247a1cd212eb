import Configuration
import Foundation
import Host
import Store
import Testing

@testable import Web

@Suite struct ForecastRouteTests {
  @Test func foretellsMailsByDayAndTheMinuteOfEachMessage() async throws {
    let test = try TestAPI()
    let gap: Int64 = 3_600_000
    try await test.store.write { transaction in
      var settings = AccountSettings(address: "a@sender.test", smtp: RemoteServer(host: "127.0.0.1", port: 25))
      settings.dailyLimit = 2
      settings.minimumGapMilliseconds = gap
      try transaction.putAccount(settings, sealedSecret: nil, now: TestAPI.now)
    }
    let ids = try await test.submit(to: ["x@example.org", "y@example.org", "z@example.org"])
    let forecast = await test.get("/forecast", ["days": "3"])
    #expect(forecast.count == 3)
    #expect(["0", "1"].map { forecast["items.\($0).mails"] } == ["2", "1"])
    #expect(forecast["items.0.kind"] == "account" && forecast["items.0.account"] == "a@sender.test")
    #expect(forecast["items.2.kind"] == "total" && forecast["items.2.mails"] == "3")
    #expect(forecast["items.2.waiting"] == "0")
    // The second waits for the gap, the third for the next day.
    let midnight = (TestAPI.now / 86_400_000 + 1) * 86_400_000
    for (id, time) in zip(ids, [TestAPI.now, TestAPI.now + gap, max(midnight, TestAPI.now + 2 * gap)]) {
      let explained = await test.get("/messages/\(id)/explain")
      #expect(explained["goes_at"] == Clock.text(time))
      #expect(explained["goes_through"] == "a@sender.test")
    }
    // Looking ahead has changed nothing.
    #expect(try await test.store.read { try $0.message(ids[0]) }?.state == .scheduled)
    try await test.store.write { try $0.holdMessage(ids[0], now: TestAPI.now) }
    #expect(await test.get("/messages/\(ids[0])/explain")["goes_at"] == nil)
    #expect(await test.get("/messages/\(ids[1])/explain")["goes_at"] == Clock.text(TestAPI.now))
    #expect(await test.get("/forecast", ["days": "0"]).status == 400)
  }

  @Test func aStepThatWillBeCancelledSaysSo() async throws {
    let test = try TestAPI()
    try await test.store.write { transaction in
      _ = try transaction.suppress("@example.org", workspaceID: 1, reason: "manual", source: "test", now: TestAPI.now)
    }
    let ids = try await test.submit(to: ["x@example.org"])
    let explained = await test.get("/messages/\(ids[0])/explain")
    #expect(explained["goes_at"] == nil)
    #expect(explained["goes_why_not"]?.contains("without being sent") == true)
  }
}

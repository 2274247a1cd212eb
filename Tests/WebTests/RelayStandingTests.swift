import Testing

@testable import Web

/// What keeps everybody's mail is told wherever somebody asks why a mail has not gone.
struct RelayStandingTests {
  private static let toml = """
    [[account]]
    address = "a@example.org"
    smtp = { host = "127.0.0.1", port = 2500, tls = "none" }
    """

  @Test func aLowDiskIsToldEverywhere() async throws {
    let test = try TestAPI(relay: RelayStanding(isDiskLow: true, connectionsInUse: 0, connectionsMax: 50))
    _ = try await test.apply(Self.toml)
    let ids = try await test.submit(to: ["p@example.net"])
    let answer = await test.get("/messages/\(ids[0])/explain")
    #expect(answer["outcome"] == "wait" && answer["binding"] == "relay")
    #expect(answer["gates.8.gate"] == "relay" && answer["gates.8.state"] == "closed")
    #expect(answer["goes_at"] == nil)
    for words in [
      answer["reason"], answer["goes_why_not"], await test.get("/messages")["items.0.waits_for"],
      await test.get("/health")["reason"], await test.get("/accounts/health")["items.0.held_up"],
      await test.get("/forecast")["items.1.held_up"],
    ] {
      #expect(words?.contains("disk_watermark") == true)
    }
    #expect(await test.get("/health")["status"] == "disk_low")
    #expect(await test.get("/accounts/health")["items.0.next_slot"] == nil)
  }

  @Test func busyConnectionsAreToldOfAMailThatElseWouldGo() async throws {
    let test = try TestAPI(relay: RelayStanding(isDiskLow: false, connectionsInUse: 7, connectionsMax: 7))
    _ = try await test.apply(Self.toml)
    let ids = try await test.submit(to: ["p@example.net"])
    let answer = await test.get("/messages/\(ids[0])/explain")
    #expect(answer["outcome"] == "wait" && answer["binding"] == "relay")
    #expect(answer["reason"]?.contains("max_connections") == true)
    #expect(answer["gates.8.numbers.limit"] == "7")
    // It goes as soon as one is free.
    #expect(answer["goes_at"] != nil)
    #expect(await test.get("/health")["status"] == "ok")
  }

  @Test func ofADisabledAccountNoDateIsTold() async throws {
    let test = try TestAPI()
    _ = try await test.apply(Self.toml)
    let ids = try await test.submit(to: ["p@example.net"])
    _ = await test.post("/accounts/a@example.org/disable")
    let answer = await test.get("/messages/\(ids[0])/explain")
    #expect(answer["goes_why_not"] == "never until it is enabled: a@example.org: disabled: manual")
    _ = await test.post("/accounts/a@example.org/enable")
    #expect(await test.get("/messages/\(ids[0])/explain")["goes_at"] != nil)
    _ = await test.post("/messages/\(ids[0])/hold")
    #expect(await test.get("/messages/\(ids[0])/explain")["goes_why_not"] == nil)
  }

  @Test func aPasswordGoesToAnotherMachineOnlyOverTLS() async throws {
    let test = try TestAPI()
    let remote = Self.toml.replacing("127.0.0.1", with: "192.0.2.7")
    // Without a password nothing is shown to anybody.
    #expect(try await test.apply(remote).status == 200)
    #expect(try await test.apply(Self.toml + "\n[account.imap]\nhost = \"imap.example.org\"\n").status == 200)
    #expect(
      try await test.apply(Self.toml.replacing("smtp =", with: "password = \"secret\"\nsmtp =")).status == 200)
    // With the stored one it would be.
    let answer = try await test.apply(remote)
    #expect(answer.status == 400)
    #expect(answer.text.contains("account a@example.org: a password goes to another machine only over TLS"))
  }

  @Test func theGenericProviderHasServersToo() async throws {
    let test = try TestAPI()
    let answer = await test.get("/discovery", ["provider": "generic", "address": "x@firm.example"])
    #expect(answer["smtp.host"] == "smtp.firm.example" && answer["imap.host"] == "imap.firm.example")
    #expect(answer["daily_limit"] == nil && answer["limit_mode"] == nil)
    let gmail = await test.get("/discovery", ["provider": "gmail", "address": "x@gmail.com"])
    #expect(gmail["limit_mode"] == "rolling")
  }
}

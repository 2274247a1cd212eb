import Store
import Testing

@testable import Web

struct ApplyTests {
  static let whole = """
    [[pool]]
    name = "demo"
    rotation = "round-robin"
    [[account]]
    address = "Anna@example.org"
    password = "first secret"
    pools = ["demo"]
    daily_limit = 10
    smtp = { host = "127.0.0.1", port = 2500, tls = "none" }
    [[submitter]]
    login = "app"
    password = "second secret"
    pools = ["demo"]
    [[sequence]]
    key = "hello"
    on_reply = "pause"
    [[suppression]]
    domain = "blocked.example"
    [[suppression]]
    address = "x@example.net"
    """

  @Test func everythingIsAddedOnce() async throws {
    let test = try TestAPI()
    let first = try await test.apply(Self.whole)
    #expect(first.status == 200, "\(first.text)")
    #expect(
      (0..<7).map { first["changes.\($0).kind"] } == [
        "pool", "account", "submitter", "sequence", "suppression", "suppression", nil,
      ])
    #expect(first["changes.1.change"] == "add")
    let second = try await test.apply(Self.whole)
    #expect(second["changes.0.kind"] == nil, "\(second.text)")
    // Nothing was written the second time, so no room connects anew.
    #expect(await test.get("/events", ["kind": "account.changed"]).count == 1)
    #expect(await test.get("/accounts").count == 1)
    #expect(await test.get("/pools")["items.1.accounts.0"] == "anna@example.org")
    #expect(await test.get("/submitters")["items.0.login"] == "app")
    #expect(await test.get("/suppressions")["items.1.value"] == "blocked.example")
    #expect(await test.delete("/suppressions/blocked.example").status == 200)
    #expect(await test.get("/suppressions").count == 1)
  }

  @Test func changesAreNamed() async throws {
    let test = try TestAPI()
    _ = try await test.apply(Self.whole)
    let changed = Self.whole.replacing("daily_limit = 10", with: "daily_limit = 20").replacing("first", with: "third")
    let answer = try await test.apply(changed)
    #expect(answer["changes.0.change"] == "change")
    #expect(answer["changes.0.name"] == "anna@example.org")
    #expect(answer["changes.0.what"] == "daily_limit 10 → 20, password")
    #expect(answer["changes.1.kind"] == nil)
    #expect(await test.get("/accounts/anna@example.org")["settings.daily_limit"] == "20")
  }

  @Test func dryRunChangesNothing() async throws {
    let test = try TestAPI()
    let answer = try await test.apply(Self.whole, dryRun: true)
    #expect(answer["dry_run"] == "1")
    #expect(answer["changes.5.name"] == "x@example.net")
    #expect(await test.get("/accounts").count == 0)
    #expect(await test.get("/suppressions").count == 0)
  }

  @Test(arguments: [true, false])
  func oneErrorAndNothingIsApplied(dryRun: Bool) async throws {
    let test = try TestAPI()
    let answer = try await test.apply(
      Self.whole.replacing("pools = [\"demo\"]", with: "pools = [\"dmo\"]"), dryRun: dryRun)
    #expect(answer.status == 409)
    #expect(answer["error.message"]?.contains("there is no pool \"dmo\"") == true)
    #expect(await test.get("/pools").count == 1)
  }

  @Test func secretsAreNeverShown() async throws {
    let test = try TestAPI()
    let answers = [
      try await test.apply(Self.whole), await test.get("/accounts"), await test.get("/accounts/anna@example.org"),
      await test.get("/accounts/health"), await test.get("/submitters"), await test.get("/events"),
    ]
    for answer in answers {
      #expect(answer.status == 200)
      #expect(!answer.text.contains("first secret") && !answer.text.contains("second secret"))
      #expect(!answer.text.contains("argon2"))
    }
    #expect(answers[2]["has_secret"] == "1")
    let stored = try await test.store.read { try $0.account(at: "anna@example.org")?.secret }
    #expect(stored == Array("first secret".utf8).map { $0 ^ 0x55 })
  }

  @Test func newSubmitterNeedsAPassword() async throws {
    let answer = try await (try TestAPI()).apply("[[submitter]]\nlogin = \"app\"")
    #expect(answer.status == 409)
    #expect(answer["error.message"]?.contains("no password") == true)
  }

  @Test func bodyThatIsNoProvisionSaysWhere() async throws {
    let test = try TestAPI()
    let answer = await test.post("/apply", body: Array(#"{"accounts":[{"settings":{"address":5}}]}"#.utf8))
    #expect(answer.status == 400)
    #expect(answer["error.message"]?.contains("accounts.0.settings.address") == true, "\(answer.text)")
  }
}

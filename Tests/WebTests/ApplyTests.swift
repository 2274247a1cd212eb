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

  private static func step(_ text: String) -> String {
    "[[sequence]]\nkey = \"hello\"\n[[sequence.step]]\nid = \"intro\"\nsubject = \"Hello\"\ntext = \"\(text)\"\n"
  }

  @Test(arguments: [
    (
      "{{ contact.frist_name | default: 'you' }}",
      "sequence hello: step intro (text):1:4: contact has no \"frist_name\"; did you mean \"first_name\"?"
    ),
    (
      "{{ contcat.email }}",
      "sequence hello: step intro (text):1:4: there is no variable \"contcat\"; did you mean \"contact\"?"
    ),
    ("{{ custom.score }}", "sequence hello: step intro (text):1:4: custom has no \"score\""),
    (
      "{{ contact.email | upcas }}",
      "sequence hello: step intro (text):1:20: there is no filter \"upcas\"; did you mean \"upcase\"?"
    ),
    ("{% render 'nowhere' %}", "sequence hello: step intro (text):1:1: there is no snippet \"nowhere\""),
    ("{{ custom.score | default: 1 }}{% if custom.level %}x{% endif %}", nil),
    ("{{ contact.email }} {{ unsubscribe_url }}", nil),
  ])
  func aNameThatNoMailCanHaveIsRefused(text: String, complaint: String?) async throws {
    let test = try TestAPI()
    for isDry in [true, false] {
      let answer = try await test.apply(Self.step(text), dryRun: isDry)
      #expect(answer.status == (complaint == nil ? 200 : 409))
      #expect(answer["error.message"] == complaint)
    }
    #expect(await test.get("/sequences").count == (complaint == nil ? 1 : 0))
  }

  @Test(arguments: [
    (
      "{{ contact.frist_name }}",
      "sequence s: step call (title):1:4: contact has no \"frist_name\"; did you mean \"first_name\"?"
    ),
    ("{{ contact.first_name", "sequence s: step call (title):1:1: {{ is never closed by }}"),
    ("{{ contact.first_name }}", nil),
  ])
  func aTasksTitleIsLookedAtToo(title: String, complaint: String?) async throws {
    let toml = "[[sequence]]\nkey = \"s\"\n[[sequence.step]]\nid = \"call\"\nkind = \"call\"\ntitle = \"\(title)\"\n"
    #expect(try await TestAPI().apply(toml)["error.message"] == complaint)
  }

  @Test func fieldsOfContactsCampaignsAndSnippetsOfTheSameFileAreKnown() async throws {
    let test = try TestAPI()
    let snippet = "[[snippet]]\nkey = \"bye\"\ntext = \"Bye {{ contact.scroe }}\"\n"
    let text = "{{ contact.score }} {{ custom.level }} {% render 'bye' %}"
    let wrong = try await test.apply(snippet + Self.step(text))
    #expect(
      wrong["error.message"]?.split(separator: "\n") == [
        "sequence hello: step intro (text):1:4: contact has no \"score\"",
        "sequence hello: step intro (text):1:24: custom has no \"level\"",
        "snippet bye (text):1:8: contact has no \"scroe\"",
      ])
    _ = await test.post(
      "/contacts/import", body: Array(#"{"contacts":[{"address":"a@one.org","fields":{"score":"1"}}]}"#.utf8))
    let campaign = """
      [[campaign]]
      key = "daily"
      sequence = "hello"
      owner = "o@example.org"
      [campaign.source]
      kind = "http"
      url = "https://api.example.org/people"
      fields = { email = "/email", level = "/level" }
      """
    let good = try await test.apply(snippet.replacing("scroe", with: "score") + Self.step(text) + campaign)
    #expect(good.status == 200, "\(good.text)")
  }

  static let segments = """
    [[segment]]
    name = "Near"
    filter = "segment = vip and domain = one.org"
    [[segment]]
    name = "vip"
    filter = "tag = vip"
    """

  @Test func segmentsAreMadeInWhateverOrder() async throws {
    let test = try TestAPI()
    let dry = try await test.apply(Self.segments, dryRun: true)
    #expect(["0", "1", "2"].map { dry["changes.\($0).name"] } == ["near", "vip", nil])
    #expect(dry["changes.0.kind"] == "segment" && dry["changes.0.change"] == "add")
    #expect(await test.get("/segments").count == 0)
    #expect(try await test.apply(Self.segments).status == 200)
    #expect(await test.get("/segments/near")["filter"] == "segment = vip and domain = one.org")
    #expect(try await test.apply(Self.segments)["changes.0.kind"] == nil)
    let changed = try await test.apply(Self.segments.replacing("tag = vip", with: "tag = gold"))
    #expect(changed["changes.0.name"] == "vip" && changed["changes.1.name"] == nil)
    #expect(changed["changes.0.what"] == "filter tag = vip → tag = gold")
  }

  @Test(arguments: [
    ("tag =", "segment vip: filter:1:6: expected a value after ="),
    ("segment = naer", "segment vip: filter: there is no segment \"naer\"; did you mean \"near\"?"),
    ("segment = near", "segment Near: filter: it would name itself"),
    ("segment = vip", "segment vip: filter: it would name itself"),
  ])
  func aSegmentThatHoldsForNobodyIsRefused(filter: String, complaint: String) async throws {
    let test = try TestAPI()
    if filter == "segment = naer" { _ = try await test.apply("[[segment]]\nname = \"near\"\nfilter = \"tag\"") }
    let answer = try await test.apply(Self.segments.replacing("tag = vip", with: filter))
    #expect(answer.status == 409)
    #expect(answer["error.message"] == complaint)
  }
}

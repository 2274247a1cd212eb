import Testing

@testable import Web

struct KeyRouteTests {
  @Test func aKeyIsShownOnceAndRevoked() async throws {
    let test = try TestAPI()
    let hash = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaA"
    _ = try await test.apply("[[submitter]]\nlogin = \"app\"\npassword_hash = \"\(hash)\"")
    let made = await test.post("/keys", body: Array(#"{"name":"ci","submitter":"app"}"#.utf8))
    #expect(made.status == 201)
    let key = try #require(made["key"])
    #expect(key.hasPrefix("postern_") && key.utf8.count == 72)
    let list = await test.get("/keys")
    #expect(list.count == 1 && !list.text.contains(key))
    #expect(list["items.0.submitter"] == "app" && list["items.0.workspace"] == "default")
    #expect(list["items.0.begins"].map { key.hasPrefix($0) } == true)
    #expect(await test.delete("/keys/\(made["id"] ?? "")").status == 200)
    #expect(await test.delete("/keys/\(made["id"] ?? "")").status == 404)
    #expect(await test.get("/keys").count == 0)
    #expect(await test.get("/keys", ["revoked": "true"]).count == 1)
    let events = await test.get("/events")
    #expect(!events.text.contains(key))
    for kind in ["submitter.changed", "key.added", "key.removed"] { #expect(events.text.contains(kind), "\(kind)") }
  }

  @Test func whatIsNoKey() async throws {
    let test = try TestAPI()
    #expect(await test.post("/keys", body: Array(#"{"name":"ci","submitter":"nobody"}"#.utf8)).status == 409)
    #expect(await test.post("/keys", body: Array(#"{"name":"","submitter":"app"}"#.utf8)).status == 400)
    #expect(await test.post("/keys", body: Array(#"{"name":"a\nb","submitter":"app"}"#.utf8)).status == 400)
    #expect(await test.delete("/keys/x").status == 404)
  }

  @Test func placesLeaveATrail() async throws {
    let test = try TestAPI()
    let hash = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaA"
    _ = try await test.apply(
      """
      [[pool]]
      name = "side"
      [[submitter]]
      login = "app"
      password_hash = "\(hash)"
      [[sequence]]
      key = "spring"
      """)
    _ = await test.delete("/pools/side")
    _ = await test.delete("/submitters/app")
    let events = await test.get("/events").text
    let kinds = ["pool.changed", "pool.removed", "submitter.changed", "submitter.removed", "sequence.changed"]
    for kind in kinds { #expect(events.contains(kind), "\(kind)") }
    #expect(!events.contains("argon2id"))
  }
}

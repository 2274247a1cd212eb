import Foundation
import Testing

@testable import Web

struct RoutingTests {
  @Test(arguments: [
    ("GET", "/api/v1/version", 200), ("GET", "/api/v1/health", 200), ("GET", "/", 404), ("GET", "/api/v2/version", 404),
    ("GET", "/api/v1/nothing", 404), ("DELETE", "/api/v1/version", 405), ("GET", "/api/v1/messages/1", 404),
    ("GET", "/api/v1/messages/x", 400), ("GET", "/api/v1/messages/-1", 400), ("POST", "/api/v1/messages/1/cancel", 404),
    ("GET", "/api/v1/accounts/nobody@example.org", 404), ("POST", "/api/v1/accounts/nobody@example.org/enable", 404),
    ("DELETE", "/api/v1/accounts/nobody@example.org", 404), ("GET", "/api/v1/sequences/none", 404),
    ("GET", "/api/v1/inbox/1", 404), ("GET", "/api/v1/inbox/1/raw", 404), ("DELETE", "/api/v1/pools/none", 404),
    ("DELETE", "/api/v1/submitters/none", 404), ("DELETE", "/api/v1/suppressions/none.example", 404),
    ("POST", "/api/v1/apply", 400), ("POST", "/api/v1/submissions", 400), ("GET", "/api/v1/messages", 200),
    ("GET", "/api/v1/queue/stats", 200), ("POST", "/api/v1/queue/run", 200), ("GET", "/api/v1/accounts", 200),
    ("GET", "/api/v1/accounts/health", 200), ("GET", "/api/v1/pools", 200), ("GET", "/api/v1/submitters", 200),
    ("GET", "/api/v1/sequences", 200), ("GET", "/api/v1/credits", 200), ("GET", "/api/v1/credits/ledger", 200),
    ("GET", "/api/v1/inbox", 200), ("GET", "/api/v1/suppressions", 200), ("GET", "/api/v1/events", 200),
  ])
  func status(method: String, path: String, expected: Int) async throws {
    let test = try TestAPI()
    let response = await test.api.respond(Request(method: method, path: path))
    #expect(response.status == expected)
    if expected >= 400 {
      let answer = Answer(response)
      #expect(answer["error.code"] != nil)
      #expect(answer["error.message"]?.isEmpty == false)
    }
  }

  @Test func wrongMethodSaysWhichAreRight() async throws {
    let test = try TestAPI()
    let answer = Answer(await test.api.respond(Request(method: "PUT", path: "/api/v1/accounts/a@example.org")))
    #expect(answer.status == 405)
    #expect(answer.fields["Allow"] == "DELETE, GET")
  }

  @Test(arguments: [
    ("limit", "0"), ("limit", "many"), ("limit", "-1"), ("after", "-1"), ("state", "lost"),
    ("limit", "99999999999999999999"),
  ])
  func badQueryIsRefused(name: String, value: String) async throws {
    let answer = await (try TestAPI()).get("/messages", [name: value])
    #expect(answer.status == 400)
    #expect(answer["error.code"] == "invalid")
  }

  @Test func slipsInNamesAreRefused() async throws {
    let test = try TestAPI()
    func post(_ path: String, _ query: [String: String] = [:], _ json: String) async -> Answer {
      await test.post(path, query, body: Array(json.utf8))
    }
    _ = await post("/contacts/import", [:], #"{"contacts":[{"address":"ann@example.org"}]}"#)
    for query in [["dryrun": "true"], ["dry_run": "yes"], ["dry_run": ""]] {
      let answer = Answer(
        await test.api.respond(Request(method: "DELETE", path: "/api/v1/contacts/ann@example.org", query: query)))
      #expect(answer.status == 400)
    }
    #expect(await test.get("/contacts").count == 1)
    #expect(
      await test.get("/contacts", ["limti": "1"])["error.message"]
        == #"unknown parameter "limti"; did you mean "limit"?"#)
    let grant = await post("/credits/grant", [:], #"{"amount":5,"kye":"once"}"#)
    #expect(grant["error.message"] == #"the body is no grant: unknown member "kye"; did you mean "key"?"#)
    #expect(await post("/credits/grant", [:], #"{"amount":5,"day":"2026-02-30"}"#).status == 400)
    #expect(await test.get("/credits")["items.0.granted"] == "0")
    let row = await post("/contacts/import", [:], #"{"contacts":[{"address":"a@example.org","fist_name":"Ann"}]}"#)
    #expect(
      row["error.message"]
        == #"the body is no import: contacts.0: unknown member "fist_name"; did you mean "first_name"?"#)
    #expect(await post("/contacts/import", [:], #"{"contact":[]}"#).status == 400)
    #expect(
      await post("/contacts/import", [:], "{}")["error.message"] == #"the body is no import: missing member "contacts""#
    )
    let apply = await post("/apply", [:], #"{"sequence":[]}"#)
    #expect(
      apply["error.message"] == #"the body is no provision: unknown member "sequence"; did you mean "sequences"?"#)
    #expect(
      await post("/suppressions/import", [:], #"{"suppressions":[{"value":"a@b.example","reson":"x"}]}"#).status == 400)
  }

  @Test(arguments: [
    ("/keys", #"{"name":"ci","submiter":"app"}"#, #"key: unknown member "submiter"; did you mean "submitter"?"#),
    ("/keys", #"{"name":"ci"}"#, #"key: missing member "submitter""#),
    (
      "/submissions", #"{"sender":"","recipients":["a@b.example"],"mail":"QQ==","envelopeid":"x"}"#,
      #"submission: unknown member "envelopeid"; did you mean "envelope_id"?"#
    ),
    (
      "/submissions",
      #"{"sender":"","recipients":["a@b.example"],"mail":"QQ==","requests":{"a@b.example":{"notfy":"NEVER"}}}"#,
      #"submission: requests.a@b.example: unknown member "notfy"; did you mean "notify"?"#
    ),
    (
      "/accounts/a@b.example/authorize", #"{"flow":"loopback","redirect_url":"http://localhost/"}"#,
      #"authorization: unknown member "redirect_url"; did you mean "redirect_uri"?"#
    ),
    (
      "/authorizations/x/finish", #"{"redirect":"http://localhost/"}"#,
      #"authorization's end: unknown member "redirect"; did you mean "redirected"?"#
    ),
  ])
  func slipsInBodiesAreNamed(path: String, body: String, message: String) async throws {
    let answer = await (try TestAPI()).post(path, [:], body: Array(body.utf8))
    #expect(answer.status == 400)
    #expect(answer["error.message"] == "the body is no \(message)")
  }

  @Test func slashInTheLastParameter() {
    let route = Route("GET", "suppressions/*") { _, _, _ in Response(.null) }
    #expect(route.match(["suppressions", "a", "b@example.org"]) == "a/b@example.org")
    #expect(route.match(["suppressions"]) == nil)
  }

  @Test func everyRouteIsDistinct() {
    let names = API.routes.map { "\($0.method) \($0.pattern.joined(separator: "/"))" }
    #expect(Set(names).count == names.count)
  }

  @Test func everyRouteIsDocumented() throws {
    let article = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "../../Sources/Web/Web.docc/API.md")
    let text = try String(contentsOf: article, encoding: .utf8)
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("| `") }.map { String($0.split(separator: "`")[1]) }
    #expect(Set(rows) == Set(API.routes.map { "\($0.method) \($0.pattern.joined(separator: "/"))" }))
  }

  @Test func jsonTextIsEscaped() {
    let json = JSON.object([("a\"b", .text("line\nbreak\u{1}\\ ü")), ("n", .null), ("l", .list([.integer(-5)]))])
    #expect(
      String(decoding: json.bytes, as: UTF8.self)
        == #"{"a\"b":"line\nbreak\u0001\\ ü","n":null,"l":[-5]}"#)
  }
}

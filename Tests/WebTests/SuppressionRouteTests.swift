import Testing

@testable import Web

@Test func aSuppressionListIsTakenInAndGivenOut() async throws {
  let test = try TestAPI()
  let digits = String(repeating: "ab", count: 32)
  let body =
    Array(
      #"{"suppressions":[{"line":2,"value":"Ann@Example.org","reason":"bounced"},{"line":3,"value":"example.net"},"#
        .utf8)
    + Array(
      #"{"line":4,"value":"x"},{"line":5,"value":"ann@example.org"},{"line":6,"value":"\#(digits)","workspace":"*"},"#
        .utf8)
    + Array(#"{"line":7,"value":"b@example.org","workspace":"none"}],"reason":"list"}"#.utf8)
  let dry = await test.post("/suppressions/import", ["dry_run": "true"], body: body)
  #expect(dry["added"] == "3" && dry["known"] == "1")
  #expect(await test.get("/suppressions").count == 0)
  let done = await test.post("/suppressions/import", body: body)
  #expect(done["added"] == "3" && done["known"] == "1")
  #expect(done["refused.0.line"] == "4")
  #expect(done["refused.0.reason"] == "\"x\" is no mail address, domain or hash")
  #expect(done["refused.1.reason"] == "there is no workspace \"none\"")
  let list = await test.get("/suppressions")
  #expect(list.count == 3)
  #expect(list["items.0.value"] == "sha256:\(digits)" && list["items.0.workspace"] == "*")
  #expect(list["items.1.value"] == "example.net" && list["items.1.reason"] == "list")
  #expect(await test.get("/suppressions", ["workspace": "*"]).count == 1)
  #expect(await test.get("/suppressions", ["reason": "bounced"])["items.0.value"] == "ann@example.org")
  #expect(await test.get("/suppressions", ["address": "who@example.net"])["items.0.value"] == "example.net")
  #expect(await test.get("/suppressions", ["address": "who@example.com"]).count == 0)
  #expect(await test.delete("/suppressions/example.net").status == 200)
  #expect(await test.delete("/suppressions/example.net").status == 404)
  #expect(await test.delete("/suppressions/nobody").status == 400)
  #expect(await test.post("/suppressions/import", body: Array("{}".utf8)).status == 400)
}

@Test func applyKnowsHashesAndEntriesForAllWorkspaces() async throws {
  let test = try TestAPI()
  let digits = String(repeating: "0C", count: 32)
  let toml = "[[suppression]]\nsha256 = \"\(digits)\"\nworkspace = \"*\"\n[[suppression]]\ndomain = \"example.org\"\n"
  #expect(try await test.apply(toml)["changes.1.name"] == "example.org")
  #expect(try await test.apply(toml)["changes.0.name"] == nil)
  #expect(await test.get("/suppressions", ["workspace": "*"])["items.0.value"] == "sha256:\(digits.lowercased())")
}

import Outreach
import Testing

@testable import Web

private func rows(_ contacts: String, allowRoles: Bool = false) -> [UInt8] {
  Array(#"{"contacts":[\#(contacts)],"allow_roles":\#(allowRoles)}"#.utf8)
}

@Test func anImportAddsAndAddsTo() async throws {
  let test = try TestAPI()
  let body = rows(
    #"{"line":2,"address":"Rosa@Example.org","first_name":" Rosa ","tags":["VIP"]},"#
      + #"{"line":3,"address":"rosa@example.org","company":"Acme","fields":{"Job Title":"CTO"}},"#
      + #"{"line":4,"address":"abuse@example.org"},{"line":5,"address":"x"},{"line":6,"address":"ann@example.org","zone":"Mars"}"#
  )
  let dry = await test.post("/contacts/import", ["dry_run": "true"], body: body)
  #expect(dry["added"] == "1" && dry["updated"] == "1")
  #expect(await test.get("/contacts").count == 0)
  let done = await test.post("/contacts/import", body: body)
  #expect(done["added"] == "1" && done["updated"] == "1")
  #expect(done["refused.2.line"] == "6" && done["refused.3.line"] == nil)
  #expect(done["refused.2.reason"] == "\"Mars\" is no time zone; write it like Europe/Berlin")
  let rosa = await test.get("/contacts/ROSA@example.org")
  #expect(rosa["first_name"] == "Rosa" && rosa["company"] == "Acme")
  #expect(rosa["fields.job_title"] == "CTO" && rosa["tags.0"] == "vip")
  #expect(await test.post("/contacts/import", body: body)["unchanged"] == "2")
  let role = await test.post("/contacts/import", body: rows(#"{"address":"abuse@example.org"}"#, allowRoles: true))
  #expect(role["added"] == "1")
}

@Test func aDryImportCountsWhatTheImportDoes() async throws {
  let test = try TestAPI()
  _ = await test.post("/contacts/import", body: rows(#"{"address":"old@example.org","company":"Acme"}"#))
  // Twice the same, once with more, once in the other spelling, and somebody a request before this one had.
  let body = rows(
    #"{"address":"a@bücher.test"},{"address":"A@xn--bcher-kva.test"},{"address":"a@bücher.test","tags":["x"]},"#
      + #"{"address":"old@example.org","company":"Acme"},{"address":"OLD@example.org","first_name":"Olga"}"#)
  let dry = await test.post("/contacts/import", ["dry_run": "true"], body: body)
  let done = await test.post("/contacts/import", body: body)
  for name in ["added", "updated", "unchanged"] { #expect(dry[name] == done[name], "\(name)") }
  #expect(done["added"] == "1" && done["updated"] == "2" && done["unchanged"] == "2")
  let again = await test.post(
    "/contacts/import", ["dry_run": "true"], body: rows(#"{"address":"c@example.org","company":"B","again":true}"#))
  #expect(again["added"] == "0" && again["updated"] == "1")
}

@Test func filtersAskFactsAndHistory() async throws {
  let test = try TestAPI()
  _ = await test.post(
    "/contacts/import",
    body: rows(
      #"{"address":"a@one.org","tags":["vip"],"fields":{"score":"7"}},{"address":"b@one.org"},{"address":"c@two.org"}"#)
  )
  var control = ControlHeaders()
  control.sequence = "spring"
  control.step = 1
  try await test.submit(to: ["b@one.org"], control)
  func found(_ filter: String) async -> [String] {
    let answer = await test.get("/contacts", ["filter": filter])
    return (0..<max(0, answer.count)).map { answer["items.\($0).address"] ?? "" }
  }
  #expect(await found("domain = one.org") == ["a@one.org", "b@one.org"])
  #expect(await found("tag = vip and score > 6") == ["a@one.org"])
  #expect(await found("enrolled = spring") == ["b@one.org"])
  #expect(await found("enrollment = spring:active") == ["b@one.org"])
  #expect(await found("not enrolled and not tag = vip") == ["c@two.org"])
  #expect(await test.get("/contacts", ["filter": "tag ="]).status == 400)
  #expect(await test.post("/contacts/tag", ["filter": "domain = one.org", "add": "x,y"])["changed"] == "2")
  #expect(await test.post("/contacts/tag", ["filter": "tag = x", "remove": "y,vip"])["changed"] == "2")
  #expect(await found("tag = x and tag != vip and tag != y") == ["a@one.org", "b@one.org"])
  #expect(await test.post("/contacts/tag", ["add": "x"]).status == 400)
  #expect(await test.get("/contacts/nobody@one.org").status == 404)
}

@Test func aDryRunCountsWhoCameWithAnEarlierRequestOnce() async throws {
  let test = try TestAPI()
  let body =
    #"{"contacts":[{"line":2,"address":"a@one.org","again":true},{"line":3,"address":"b@one.org"},{"line":4,"address":"B@one.org"}]}"#
  let dry = await test.post("/contacts/import", ["dry_run": "true"], body: Array(body.utf8))
  #expect(dry["added"] == "1" && dry["unchanged"] == "2")
  #expect(await test.get("/contacts").count == 0)
  #expect(await test.post("/contacts/import", body: Array(body.utf8))["added"] == "2")
}

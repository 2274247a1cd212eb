import Outreach
import Store
import Testing

@testable import Web

@Test func onlyAPostOfAGenuineTokenTakesSomebodyOffTheList() async throws {
  let test = try TestAPI()
  var control = ControlHeaders()
  control.sequence = "spring"
  control.step = 1
  let id = try await test.submit(to: ["ann@example.org"], control)[0]
  let page = UnsubscribePage(
    store: test.store, messageOfToken: { $0 == "1-abc-good" ? id : $0 == "1-abc-gone" ? 999 : nil },
    now: { TestAPI.now })
  func ask(_ method: String, _ token: String) async -> Response {
    await page.respond(Request(method: method, path: "/u/\(token)", body: Array("List-Unsubscribe=One-Click".utf8)))
  }
  func reason() async throws -> String? {
    try await test.store.read { try $0.suppression(of: "ann@example.org", workspaceID: 1)?.reason }
  }
  #expect(await ask("GET", "1-abc-good").status == 200)
  #expect(try await reason() == nil)
  #expect(await ask("POST", "1-abc-forged").status == 404)
  #expect(await ask("POST", "1-abc-gone").status == 404)
  #expect(await ask("DELETE", "1-abc-good").fields["Allow"] == "GET, HEAD, POST")
  #expect(try await reason() == nil)
  let done = await ask("POST", "1-abc-good")
  #expect(done.status == 200 && done.fields["Referrer-Policy"] == "no-referrer")
  #expect(try await reason() == "unsubscribed")
  let enrollment = try await test.store.read {
    try $0.enrollment(of: "ann@example.org", inSequence: "spring", workspaceID: 1)
  }
  #expect(enrollment?.stopReason == .unsubscribed)
  #expect(await ask("POST", "1-abc-good").status == 200)
}

import Testing

@testable import Web

@Suite struct DKIMRouteTests {
  @Test func aDomainsKeyIsFoundInBothSpellings() async throws {
    let test = try TestAPI()
    let made = await test.post("/dkim/B\u{fc}cher.test")
    #expect(made["domain"] == "xn--bcher-kva.test")
    #expect(made["keys.0.name"]?.hasSuffix("._domainkey.xn--bcher-kva.test") == true)
    #expect(await test.post("/dkim/xn--bcher-kva.test")["keys.0.record"] == made["keys.0.record"])
    #expect(await test.delete("/dkim/b\u{fc}cher.test").status == 200)
    #expect(await test.get("/dkim").count == 0)
  }

  @Test(arguments: [
    "a..b", "-a.test", "a-.test", "test", ".test", "x@y.test", String(repeating: "x", count: 64) + ".test",
  ])
  func noNameOfARecord(_ domain: String) async throws {
    let answer = try await TestAPI().post("/dkim/\(domain)")
    #expect(answer.status == 400)
    #expect(answer["error.message"]?.contains("is no name that a record can have") == true)
  }
}

import Outreach
import Testing

struct StatisticsRouteTests {
  @Test func nothingIsAnEmptyListOrNulls() async throws {
    let test = try TestAPI()
    #expect(await test.get("/stats", ["by": "account"]).count == 0)
    #expect(await test.get("/sequences/welcome/stats").status == 404)
  }

  @Test(arguments: [
    (["by": "person"], "\"person\" is nothing"), (["from": "yesterday"], "from must be a day"),
    (["zone": "Europe/Nowhere"], "there is no time zone"),
  ])
  func aBadQuestionIsNamed(_ query: [String: String], _ words: String) async throws {
    let answer = await (try TestAPI()).get("/stats", query)
    #expect(answer.status == 400)
    #expect(answer["error.message"]?.contains(words) == true)
  }

  @Test func aSequenceHasItsPeopleAndSteps() async throws {
    let test = try TestAPI()
    var control = ControlHeaders()
    control.sequence = "welcome"
    try await test.submit(to: ["ann@example.org", "bob@example.org"], control)
    let answer = await test.get("/sequences/welcome/stats")
    #expect(answer["enrolled"] == "2")
    #expect(answer["active"] == "2")
    #expect(answer["reply_rate"] == nil)
    #expect(answer["zone"] == "UTC")
    #expect(answer["went_on"] == nil)
    #expect(await test.get("/stats", ["by": "sequence"])["items.0.sequence"] == "welcome")
    #expect(await test.get("/stats", ["by": "sequence", "to": "2020-01-01"]).count == 0)
    #expect(await test.post("/stats/rebuild")["rebuilt"] == "1")
    #expect(await test.get("/sequences/welcome/stats")["enrolled"] == "2")
  }
}

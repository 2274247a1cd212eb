import Outreach
import Testing

@testable import Store
@testable import Web

private func filter(_ text: String) -> [UInt8] { Array(#"{"filter":"\#(text)"}"#.utf8) }

@Test func aSegmentStandsForItsFilterInEveryOther() async throws {
  let test = try TestAPI()
  _ = await test.post(
    "/contacts/import",
    body: Array(
      #"{"contacts":[{"address":"a@one.org","tags":["vip"]},{"address":"b@one.org"},{"address":"c@two.org","tags":["vip"]}]}"#
        .utf8))
  func put(_ name: String, _ text: String) async -> Answer {
    Answer(await test.api.respond(Request(method: "PUT", path: "/api/v1/segments/\(name)", body: filter(text))))
  }
  #expect(await put("VIPs", "tag = vip").status == 200)
  #expect(await put("near", "segment = vips and domain = one.org").status == 200)
  #expect(await test.get("/segments").count == 2)
  #expect(await test.get("/segments/vips")["contacts"] == "2")
  func found(_ text: String) async -> [String] {
    let answer = await test.get("/contacts", ["filter": text])
    return (0..<max(0, answer.count)).map { answer["items.\($0).address"] ?? "" }
  }
  #expect(await found("segment = near") == ["a@one.org"])
  #expect(await found("not segment = vips") == ["b@one.org"])
  #expect(await found("segment != vips and domain = one.org") == ["b@one.org"])
  // In rings and of what is not there nothing is made.
  #expect(await put("vips", "segment = near").status == 409)
  #expect(await put("vips", "segment = nowhere").status == 409)
  #expect(await put("a b", "tag = vip").status == 400)
  #expect(await put("bad", "tag =").status == 400)
  #expect(await put("vips", "tag = vip and domain = two.org").status == 200)
  #expect(await found("segment = vips") == ["c@two.org"])
  #expect(await test.delete("/segments/near").status == 200)
  #expect(await test.get("/segments/near").status == 404)
  // What somebody asks now is a slip; what a sequence asks holds for nobody, whatever stands around the name.
  #expect(
    await test.get("/contacts", ["filter": "not segment = nea"])["error.message"] == #"there is no segment "nea""#)
  let slip = await test.get("/contacts", ["filter": "tag = x or segment != vip"])["error.message"]
  #expect(slip == #"there is no segment "vip"; did you mean "vips"?"#)
  let kept = try ContactFilter("not segment = near or domain = one.org")
  #expect(try await test.store.read { try $0.contacts(workspaceID: 1, limit: 10, filter: kept) } == [])
}

import Foundation
import Testing

@testable import Store
@testable import Web

@Suite struct SequenceRouteTests {
  static let definition = #"""
    {"name": "Welcome", "on_reply": "stop", "window": {"spans": ["09:00-17:00"]},
     "step": [
       {"id": "intro", "subject": "Hello {{ contact.first_name | default: 'there' }}", "text": "Hello", "at": "10:00"},
       {"kind": "call", "delay": "2d", "title": "Call them", "due": "1d"},
       {"id": "again", "delay": "1h", "only_if": ["no-reply"], "text": "Again",
        "variant": [{"text": "One"}, {"text": "Two", "weight": 2}], "experiment": {"choice": "weighted"}}
     ]}
    """#

  private func put(_ api: TestAPI, _ json: String, key: String = "welcome") async -> Answer {
    Answer(
      await api.api.respond(
        Request(method: "PUT", path: "/api/v1/sequences/\(key)", body: Array(json.utf8))))
  }

  @Test func aDefinitionGoesInAsItComesOut() async throws {
    let api = try TestAPI()
    let made = await put(api, Self.definition)
    #expect(
      made.status == 200 && made["state"] == "draft" && made["version"] == "1" && made["steps_by"] == "definition")
    #expect(made["steps.1.kind"] == "call" && made["steps.1.id"] == "2")
    #expect(made["steps.2.experiment.variants.1.weight"] == "2")
    let shown = await api.get("/sequences/welcome")
    let whole = try #require(try JSONSerialization.jsonObject(with: Data(shown.text.utf8)) as? [String: Any])
    let again = try JSONSerialization.data(withJSONObject: try #require(whole["definition"]))
    #expect(await put(api, String(decoding: again, as: UTF8.self))["version"] == "1")
    #expect(await put(api, Self.definition.replacing("\"2d\"", with: "\"3d\""))["version"] == "2")
    #expect(await api.get("/sequences/welcome/versions")["items.1.definition.step.1.delay"] == "2d")
  }

  @Test(arguments: [
    (
      #"{"step": [{"subject": "x", "texd": "y"}]}"#,
      #"step 1: unknown key "texd" in [sequence.step]; did you mean "text"?"#
    ),
    (
      #"{"step": [{"subject": "x", "text": "y"}, {"kind": "call"}]}"#,
      "step 2: title: a call needs a title that says what is to be done"
    ),
    (#"{"step": [{"subject": "x", "text": 5}]}"#, "step 1: text: expected a string, found an integer"),
    (#"{"key": "other", "step": []}"#, #"key: the body says "other""#),
    (#"{"on_replies": "stop"}"#, #"unknown key "on_replies" in [sequence]; did you mean "on_reply"?"#),
    ("[]", "the body is no JSON object"),
  ]) func whatIsWrongIsNamedWithItsStep(_ json: String, _ error: String) async throws {
    let api = try TestAPI()
    let answer = await put(api, json)
    #expect(answer.status == 400)
    #expect(answer["error.message"]?.contains(error) == true)
  }

  @Test(arguments: [
    (#"{"step": [{"subject": "x", "text": "y", "filter": "tag ="}]}"#, "step 1: filter at "),
    (
      #"{"step": [{"subject": "x", "text": "y", "filter": "not segment = spared"}]}"#,
      #"step 1: filter: there is no segment "spared""#
    ),
    (#"{"step": [{"subject": "{{ x", "text": "y"}]}"#, "step 1 (subject):1:"),
    (#"{"step": [{"template": "none"}]}"#, "step 1: there is no template none"),
    (#"{"pool": "none", "step": [{"subject": "x", "text": "y"}]}"#, "there is no pool none"),
  ]) func whatOnlyTheStoreCanSeeIsRefusedToo(_ json: String, _ error: String) async throws {
    let api = try TestAPI()
    let answer = await put(api, json)
    #expect(answer.status == 409)
    #expect(answer["error.message"]?.contains(error) == true)
  }

  @Test func peopleAreEnrolledShownMovedAndTakenOut() async throws {
    let api = try TestAPI()
    _ = await put(api, Self.definition)
    let body =
      #"{"contacts": [{"line": 2, "address": "Ann@Example.org", "first_name": "Ann", "zone": "Nowhere/X"}, {"line": 3, "address": "bob@example.org", "first_name": "Bob"}], "addresses": ["bob@example.org", "carl@example.org"]}"#
    let enrolled = await api.post("/sequences/welcome/enroll", body: Array(body.utf8))
    #expect((0..<4).map { enrolled["items.\($0).reason"] } == ["no_contact", nil, "enrolled", nil])
    #expect(enrolled["items.0.line"] == "2" && enrolled["items.0.text"]?.contains("Nowhere/X") == true)
    #expect(enrolled["items.1.enrollment_id"] == "1")
    #expect(await api.post("/sequences/welcome/activate")["state"] == "active")
    #expect(await api.post("/sequences/welcome/activate").status == 409)
    _ = try await api.store.write { try $0.planEnrollments(now: TestAPI.now, limit: 100) }
    let shown = await api.get("/enrollments/1")
    #expect(shown["contact"] == "bob@example.org" && shown["steps_text"] == "1 scheduled, 2 scheduled, 3 scheduled")
    #expect(shown["steps.0.scheduled_for"] == shown["next_action_at"])
    // Two days later it opens, and what comes then nobody knows.
    #expect(shown["steps.1.planned_for"] != nil && shown["steps.1.scheduled_for"] == nil)
    #expect(shown["steps.2.planned_for"] == nil)
    #expect(["a", "b"].contains(shown["steps.2.variant"]))
    #expect(await api.get("/contacts/bob@example.org")["enrollments.0.steps.0.id"] == "intro")
    #expect(await api.post("/enrollments/1/pause")["state"] == "paused")
    #expect(await api.post("/enrollments/1/resume")["state"] == "active")
    #expect(await api.post("/enrollments/1/move", ["step": "2"])["steps.0.state"] == "skipped")
    #expect(await api.post("/enrollments/1/move", ["step": "9"]).status == 409)
    _ = try await api.store.write { transaction in
      _ = try transaction.planEnrollments(now: TestAPI.now, limit: 100)
      _ = try transaction.openTasks(now: TestAPI.now, limit: 100)
    }
    let task = try #require(await api.get("/tasks")["items.0.id"])
    #expect(await api.post("/tasks/\(task)/done", ["by": "eva"])["done_by"] == "eva")
    #expect(await api.post("/tasks/\(task)/skip").status == 409)
    #expect(await api.delete("/enrollments/1")["stop_reason"] == "manual")
    #expect(await api.get("/enrollments", ["state": "stopped", "sequence": "welcome"])["items.0.id"] == "1")
    #expect(await api.get("/enrollments", ["contact": "CARL@example.org"])["items.0.contact"] == "carl@example.org")
    #expect(await api.get("/enrollments/77").status == 404)
    #expect(await api.delete("/sequences/welcome").status == 409)
    #expect(await api.post("/sequences/welcome/duplicate", ["as": "copy"])["state"] == "draft")
    #expect(await api.delete("/sequences/copy").status == 200)
    for change in ["pause", "complete"] { #expect(await api.post("/sequences/welcome/\(change)").status == 200) }
  }

  @Test func applyingSaysWhichStepsChange() async throws {
    let api = try TestAPI()
    func toml(_ steps: String) -> String {
      "[[sequence]]\nkey = \"s\"\n"
        + steps.split(separator: " ").map { step in
          let parts = step.split(separator: "=")
          return "[[sequence.step]]\nid = \"\(parts[0])\"\nsubject = \"x\"\ntext = \"\(parts[1])\"\n"
            + "[[sequence.step.branch]]\nto = \"end\"\nfilter = \"tag = \(parts[2])\"\n"
        }.joined()
    }
    #expect(try await api.apply(toml("a=1=t b=1=t"))["changes.0.change"] == "add")
    #expect(try await api.apply(toml("a=1=t b=1=t"))["changes.0.change"] == nil)
    #expect(try await api.apply(toml("a=1=t b=2=t"))["changes.0.what"] == "step b: text")
    #expect(try await api.apply(toml("a=1=u b=2=t"))["changes.0.what"] == "step a: branch")
    #expect(
      try await api.apply(toml("b=2=t c=1=t a=1=u"))["changes.0.what"] == "step c added, steps in another order")
    #expect(try await api.apply(toml("b=2=t a=1=u"))["changes.0.what"] == "step c removed")
    #expect(await api.get("/sequences/s")["version"] == "5")
  }

  @Test func aTemplateThatIsUsedStaysAndSaysByWhat() async throws {
    let api = try TestAPI()
    _ = try await api.apply(
      """
      [[template]]
      key = "t"
      subject = "x"
      text = "y"
      [[sequence]]
      key = "s"
      [[sequence.step]]
      id = "intro"
      template = "t"
      """)
    #expect(await api.get("/templates")["items.0.used_by.0"] == "s step intro")
    let refused = await api.delete("/templates/t")
    #expect(refused.status == 409 && refused["error.message"] == "template t is used by s step intro")
    #expect(await api.delete("/sequences/s").status == 200)
    #expect(await api.delete("/templates/t").status == 200)
  }

  @Test func thePeopleOfASegmentAreEnrolled() async throws {
    let api = try TestAPI()
    _ = await put(api, Self.definition)
    let rows = #"{"contacts": [{"address": "a@example.org", "tags": ["vip"]}, {"address": "b@example.org"}]}"#
    _ = await api.post("/contacts/import", body: Array(rows.utf8))
    let enrolled = await api.post("/sequences/welcome/enroll", body: Array(#"{"filter": "tag = vip"}"#.utf8))
    #expect(enrolled["items.0.address"] == "a@example.org" && enrolled["items.1.address"] == nil)
  }
}

import Configuration
import Foundation
import Host
import Outreach
import Store
import Testing

@testable import Web

struct MessageRouteTests {
  @Test func queueThroughItsStates() async throws {
    let test = try TestAPI()
    let ids = try await test.submit(to: ["a@example.net", "b@example.net", "c@example.net"])
    #expect(await test.get("/messages").count == 3)
    #expect(await test.get("/messages", ["recipient": "b@example.net"])["items.0.id"] == "\(ids[1])")
    #expect(await test.get("/messages", ["limit": "2"]).count == 2)
    #expect(await test.get("/messages", ["after": "\(ids[1])"]).count == 1)
    #expect(await test.post("/messages/\(ids[0])/hold")["state"] == "held")
    #expect(await test.post("/messages/\(ids[0])/hold").status == 409)
    #expect(await test.get("/messages", ["state": "held"]).count == 1)
    #expect(await test.post("/messages/\(ids[0])/release")["state"] == "scheduled")
    #expect(await test.post("/messages/\(ids[1])/cancel")["state"] == "cancelled")
    #expect(await test.get("/messages").count == 2)
    #expect(await test.get("/messages", ["state": "all"]).count == 3)
    #expect(await test.get("/queue/stats")["items.0.state"] == "cancelled")
    #expect(await test.get("/messages/\(ids[1])")["last_reply"] == "cancelled by an operator")
  }

  @Test func listAsLines() async throws {
    let test = try TestAPI()
    try await test.submit(to: ["a@example.net", "b@example.net"])
    let answer = await test.get("/messages", ["format": "lines"])
    #expect(answer.type == "application/x-ndjson")
    let lines = answer.text.split(separator: "\n")
    #expect(lines.count == 2)
    for line in lines { #expect((try? JSONSerialization.jsonObject(with: Data(line.utf8))) != nil) }
  }

  @Test func explainNamesEveryGate() async throws {
    let test = try TestAPI()
    let ids = try await test.submit(to: ["a@example.net"])
    let answer = await test.get("/messages/\(ids[0])/explain")
    #expect(
      (0..<9).map { answer["gates.\($0).gate"] } == [
        "due", "running", "conditions", "suppression", "contact", "credits", "window", "account", nil,
      ])
    // The default pool has no account yet, and that alone binds.
    #expect(answer["outcome"] == "wait")
    #expect(answer["binding"] == "account")
    #expect(answer["gates.7.state"] == "closed")
    #expect(answer["reason"]?.isEmpty == false)
  }

  @Test func whatWaitsForATimeFarAheadGoesNotBeforeThat() async throws {
    let test = try TestAPI()
    try await test.store.write { transaction in
      let settings = AccountSettings(address: "a@sender.test", smtp: RemoteServer(host: "127.0.0.1", port: 25))
      try transaction.putAccount(settings, sealedSecret: nil, now: TestAPI.now)
    }
    var control = ControlHeaders()
    control.sendAt = TestAPI.now + 300 * 86_400_000
    let ids = try await test.submit(to: ["a@example.net"], control)
    let answer = await test.get("/messages/\(ids[0])/explain")
    let time = Clock.text(TestAPI.now + 300 * 86_400_000)
    #expect(answer["until"] == time)
    #expect(answer["goes_why_not"] == "not before \(time) if nothing changes")
  }

  @Test func whatHasEndedIsNotForetoldToGo() async throws {
    let test = try TestAPI()
    let ids = try await test.submit(to: ["a@example.net"])
    _ = await test.post("/messages/\(ids[0])/cancel")
    let answer = await test.get("/messages/\(ids[0])/explain")
    #expect(answer["outcome"] == "ended")
    #expect(answer["reason"] == "it is cancelled: cancelled by an operator")
    #expect(answer["until"] == nil && answer["binding"] == nil)
  }

  @Test func theListSaysWhatEachMessageWaitsFor() async throws {
    let test = try TestAPI()
    let ids = try await test.submit(to: ["due@example.net", "held@example.net"])
    _ = await test.post("/messages/\(ids[1])/hold")
    var control = ControlHeaders()
    control.delayMilliseconds = 60_000
    try await test.submit(to: ["later@example.net"], control)
    (control.sequence, control.step, control.delayMilliseconds) = ("s", 1, nil)
    try await test.submit(to: ["step@example.net"], control)
    control.step = 3
    try await test.submit(to: ["step@example.net"], control)
    let list = await test.get("/messages")
    #expect(
      (0..<5).map { list["items.\($0).waits_for"] } == [
        "the pool default has no account", "held by an operator", nil, "the pool default has no account",
        "waits for step 2",
      ])
    #expect(await test.get("/messages/\(ids[1])")["waits_for"] == "held by an operator")
  }

  @Test func whatWaitsForItsOwnTimeIsNotTriedAgain() async throws {
    let test = try TestAPI()
    var control = ControlHeaders()
    control.delayMilliseconds = 60_000
    let ids = try await test.submit(to: ["a@example.net"], control)
    #expect(await test.post("/messages/\(ids[0])/retry").status == 409)
  }

  @Test func theNewestEventsOfAKindAreFoundBehindOthers() async throws {
    let test = try TestAPI()
    let ids = try await test.submit(to: ["a@example.net"])
    _ = await test.post("/messages/\(ids[0])/hold")
    try await test.submit(to: ["b@example.net", "c@example.net"])
    let answer = await test.get("/events", ["kind": "message.held", "limit": "1"])
    #expect(answer.count == 1)
    #expect(answer["items.0.message_id"] == "\(ids[0])")
  }

  @Test(arguments: [("/inbox", "class", "nonsense"), ("/credits/ledger", "day", "2026-99-01")])
  func aFilterThatCanMatchNothingIsRefused(path: String, name: String, value: String) async throws {
    let test = try TestAPI()
    let answer = await test.get(path, [name: value])
    #expect(answer.status == 400)
    #expect(answer.text.contains(value))
  }

  @Test func sequenceShowsWhereEachContactIs() async throws {
    let test = try TestAPI()
    var control = ControlHeaders()
    control.sequence = "hello"
    control.step = 1
    let ids = try await test.submit(to: ["a@example.net", "b@example.net"], control)
    control.step = 2
    control.delayMilliseconds = 60_000
    try await test.submit(to: ["a@example.net"], control)
    #expect(await test.get("/sequences")["items.0.enrolled"] == "2")
    let answer = await test.get("/sequences/hello")
    #expect(answer["enrollments.0.contact"] == "a@example.net")
    #expect(answer["enrollments.0.steps_known"] == "2")
    #expect(answer["enrollments.0.steps.0.message_id"] == "\(ids[0])")
    #expect(answer["enrollments.1.steps_known"] == "1")
    #expect(await test.get("/sequences/hello/enrollments", ["limit": "1"]).count == 1)
  }

  @Test func submissionReachesTheHook() async throws {
    let test = try TestAPI { mail in
      mail.recipients == ["b@example.net"] && mail.mail == Array("Subject: x\r\n\r\n\u{e4}".utf8)
        ? .queued([7]) : .refused("no")
    }
    let mail = Data("Subject: x\r\n\r\n\u{e4}".utf8).base64EncodedString()
    let body = #"{"sender":"a@example.org","recipients":["b@example.net"],"mail":"\#(mail)"}"#
    let answer = await test.post("/submissions", body: Array(body.utf8))
    #expect(answer.status == 201)
    #expect(answer["ids.0"] == "7")
  }

  @Test(arguments: [
    (SubmittedReply.refused("554 bad header"), 422, "refused"), (.later("disk"), 503, "later"),
  ])
  func submissionRefused(reply: SubmittedReply, status: Int, code: String) async throws {
    let test = try TestAPI { _ in reply }
    let body = #"{"sender":"","recipients":["b@example.net"],"mail":"YQ=="}"#
    let answer = await test.post("/submissions", body: Array(body.utf8))
    #expect(answer.status == status)
    #expect(answer["error.code"] == code)
  }

  @Test(arguments: [
    #"{"sender":"","recipients":[],"mail":"YQ=="}"#, #"{"sender":"","recipients":["a@b"],"mail":"%%"}"#,
    #"{"sender":"","recipients":["a@b"],"mail":""}"#, "", "[]",
  ])
  func badSubmission(body: String) async throws {
    let test = try TestAPI()
    #expect(await test.post("/submissions", body: Array(body.utf8)).status == 400)
  }

  @Test func eventsFollowACursor() async throws {
    let test = try TestAPI()
    try await test.submit(to: ["a@example.net"])
    let newest = await test.get("/events", ["limit": "1"])
    let cursor = try #require(newest["items.0.id"])
    #expect(newest["items.0.event"] == "message.queued")
    #expect(newest["items.0.detail.recipient"] == "a@example.net")
    #expect(await test.get("/events", ["after": cursor]).count == 0)
    // One waits while nothing is there, and is woken by the commit.
    async let waiting = test.get("/events", ["after": cursor, "wait": "60s"])
    try await test.submit(to: ["b@example.net"])
    #expect(await waiting["items.0.detail.recipient"] == "b@example.net")
    #expect(await test.get("/events", ["wait": "2h"]).status == 400)
  }

  @Test func todaysCreditsAreShownBeforeTheFirstBooking() async throws {
    let test = try TestAPI()
    try await test.store.write {
      try $0.setWorkspace(
        1, zone: "Pacific/Kiritimati", dailyCredits: 14, sequenceDefaults: SequenceEntry(key: "default"))
    }
    let answer = await test.get("/credits", ["limit": "1"])
    #expect(answer.count == 1)
    // 2026-09-21T14:13:20Z is the next day there, UTC+14.
    #expect(answer["items.0.day"] == "2026-09-22")
    #expect(answer["items.0.left"] == "14")
  }

  @Test func closingEndsAllWaiting() async throws {
    let test = try TestAPI()
    async let waiting = test.get("/events", ["after": "0", "wait": "60s"])
    test.api.close()
    #expect(await waiting.count == 0)
  }

  @Test func accountsAreSwitched() async throws {
    let test = try TestAPI()
    _ = try await test.apply(
      "[[account]]\naddress = \"a@example.org\"\nsmtp = { host = \"127.0.0.1\", tls = \"none\" }")
    #expect(await test.post("/accounts/a@example.org/disable")["state"] == "disabled")
    #expect(await test.get("/accounts/A@example.org")["reason"] == "manual")
    #expect(await test.post("/accounts/a@example.org/enable")["state"] == "active")
    let health = await test.get("/accounts/health")
    #expect(health["items.0.sent_week"] == "0")
    #expect(health["items.0.score"] == "100")
    #expect(health["items.0.success_percent"] == nil)
    #expect(health["items.0.next_slot"] == "2026-09-21T14:13:20.000Z")
    #expect(health["items.0.checks.2.gate"] == "daily")
    #expect(await test.get("/accounts/health", ["address": "b@example.org"]).status == 404)
    #expect(await test.delete("/accounts/a@example.org").status == 200)
    #expect(await test.get("/accounts").count == 0)
  }
}

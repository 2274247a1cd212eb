import Configuration
import Host
import SMTP
import Store
import Testing

@testable import Intake

private func base64(_ text: String) -> String { String(decoding: Base64.encode(Array(text.utf8)), as: UTF8.self) }

@Suite("OAUTHBEARER")
struct BearerTests {
  @Test(
    "messages that are taken",
    arguments: [
      ("n,a=app,\u{1}auth=Bearer abc\u{1}\u{1}", "app", "abc"), ("n,,\u{1}auth=bearer abc\u{1}\u{1}", "", "abc"),
      (
        "n,a=a=2Cb=3D,\u{1}host=mx.test\u{1}port=587\u{1}auth=Bearer a.b-c_d~e+f/g==\u{1}\u{1}", "a,b=",
        "a.b-c_d~e+f/g=="
      ),
      ("y,a=user@example.com,\u{1}auth=Bearer x\u{1}x=\u{1}\u{1}", "user@example.com", "x"),
    ])
  func good(_ message: String, _ name: String, _ token: String) {
    let read = BearerMessage(Array(message.utf8))
    #expect(read?.name == name && read?.token == token)
  }

  @Test(
    "messages that are none",
    arguments: [
      "", "\u{1}", "n,,", "n,,\u{1}\u{1}", "n,,\u{1}auth=Bearer abc\u{1}", "n,,\u{1}auth=Bearer abc",
      "auth=Bearer abc\u{1}\u{1}",
      "n,,\u{1}auth=Basic abc\u{1}\u{1}", "n,,\u{1}auth=Bearer \u{1}\u{1}", "p=x,,\u{1}auth=Bearer abc\u{1}\u{1}",
      "n,b=app,\u{1}auth=Bearer abc\u{1}\u{1}", "n,a=ap=p,\u{1}auth=Bearer abc\u{1}\u{1}",
      "n,,\u{1}=x\u{1}auth=Bearer abc\u{1}\u{1}",
      "n,,\u{1}auth=Bearer a\u{1}auth=Bearer b\u{1}\u{1}", "n,,\u{1}auth=Bearer a\u{0}b\u{1}\u{1}",
      "n,,\u{1}auth=Bearer ä\u{1}\u{1}",
    ])
  func bad(_ message: String) { #expect(BearerMessage(Array(message.utf8)) == nil) }

  @Test("a key logs its submitter in until it is revoked; others get RFC 7628's dialogue")
  func login() async throws {
    try await withServer { configuration, _ in
      configuration.listeners[0].trustedNetworks = ["192.0.2.0/24"]
      configuration.intake.maxLoginFailures = 10
    } _: { world in
      let (key, other) = (APIKey.make(), APIKey.make())
      #expect(key != other && key.hasPrefix("postern_"))
      let id = try await world.store.write { transaction in
        try transaction.putSubmitter(SubmitterEntry(login: "app", from: ["ann@a.test"]), passwordHash: "x", now: 0)
        return try transaction.addKey(
          "ci", for: "app", hash: APIKey.hash(key), beginning: APIKey.beginning(key), now: 0
        ).id
      }
      func said(_ name: String, _ token: String) -> String {
        "AUTH OAUTHBEARER " + base64("n,\(name),\u{1}auth=Bearer \(token)\u{1}\u{1}") + "\r\n"
      }
      let client = try world.client()
      _ = client.reply()
      #expect(client.say("EHLO c\r\n").first??.contains("AUTH PLAIN LOGIN SCRAM-SHA-256 OAUTHBEARER") == true)
      let refusal = "334 " + base64(#"{"status":"invalid_token","schemes":"bearer"}"#)
      let wrong = "535 5.7.8 Authentication credentials invalid"
      #expect(client.say(said("a=app", other) + "AQ==\r\n", replies: 2) == [refusal, wrong])
      #expect(client.say(said("a=app", other) + "\r\n", replies: 2) == [refusal, wrong])
      #expect(client.say(said("a=eve", key) + "AQ==\r\n", replies: 2) == [refusal, wrong])
      #expect(client.say("MAIL FROM:<ann@a.test>\r\n") == ["530 5.7.0 Authentication required"])
      #expect(client.say(said("", key)) == ["235 2.7.0 Authentication successful"])
      #expect(
        client.say("MAIL FROM:<eve@a.test>\r\nRCPT TO:<b@b.test>\r\nDATA\r\n", replies: 3).last??.hasPrefix("354")
          == true)
      #expect(client.say(".\r\n") == ["553 5.7.1 This login may not send as <eve@a.test>"])
      let keys = try await world.store.read { try $0.apiKeys() }
      #expect(keys.map(\.submitter) == ["app"] && keys.first?.usedAt != nil)
      #expect(try await world.store.write { try $0.revokeKey(id, now: 1) })
      let later = try world.client()
      _ = later.reply()
      _ = later.say("EHLO c\r\n")
      #expect(later.say(said("a=app", key) + "AQ==\r\n", replies: 2) == [refusal, wrong])
    }
  }

  @Test("keys that are guessed without a name ban nobody's name")
  func guessing() async throws {
    try await withServer { configuration, _ in
      configuration.intake.loginBanByName = 2
      configuration.intake.maxLoginFailures = 10
    } _: { world in
      let key = APIKey.make()
      try await world.store.write { transaction in
        try transaction.putSubmitter(SubmitterEntry(login: "app"), passwordHash: "x", now: 0)
        _ = try transaction.addKey("ci", for: "app", hash: APIKey.hash(key), beginning: "", now: 0)
      }
      func said(_ token: String) -> String {
        "AUTH OAUTHBEARER " + base64("n,,\u{1}auth=Bearer \(token)\u{1}\u{1}") + "\r\n"
      }
      let client = try world.client()
      _ = client.say("EHLO c\r\n", replies: 2)
      for _ in 0..<4 { _ = client.say(said("wrong") + "AQ==\r\n", replies: 2) }
      #expect(client.say(said(key)) == ["235 2.7.0 Authentication successful"])
    }
  }
}

import Configuration
import Host
import Store
import Testing

@testable import Intake

@Suite("Clients behind proxies")
struct ProxyTests {
  @Test("who a PROXY header names is the client, and trusted or not as such")
  func header() async throws {
    try await withServer { configuration, _ in
      configuration.listeners[0].proxyNetworks = ["127.0.0.1"]
      configuration.listeners[0].trustedNetworks = ["127.0.0.0/8", "192.0.2.1"]
      configuration.intake.maxConnectionsPerAddress = 1
    } _: { world in
      let mail = "EHLO c\r\nMAIL FROM:<a@a.test>\r\nQUIT\r\n"
      let known = try world.client()
      let taken = known.say("PROXY TCP4 192.0.2.1 127.0.0.1 4711 25\r\n" + mail, replies: 4)
      #expect(taken.first == "220 mx.test ESMTP Postern" && taken[2] == "250 2.1.0 Ok")
      let stranger = try world.client()
      let refused = stranger.say("PROXY TCP4 192.0.2.2 127.0.0.1 4711 25\r\n" + mail, replies: 4)
      #expect(refused[1]?.contains("AUTH") == false, "no password without TLS from afar")
      #expect(refused[2] == "530 5.7.0 Authentication required")
      // The balancer's own look at the port is its own connection.
      let balancer = try world.client()
      #expect(balancer.say("PROXY UNKNOWN\r\n" + mail, replies: 3).last == "250 2.1.0 Ok")
    }
  }

  @Test("without its header a balancer's connection is closed without a word")
  func missing() async throws {
    try await withServer { configuration, _ in
      configuration.listeners[0].proxyNetworks = ["127.0.0.1"]
    } _: { world in
      for text in [
        "EHLO c\r\nMAIL FROM:<a@a.test>\r\n", "PROXY TCP4 192.0.2.1\r\n", "PROXY TCP4 192.0.2.1 1.1.1.1 1 2\n",
      ] {
        let client = try world.client()
        #expect(client.say(text) == [nil])
      }
    }
  }

  @Test("connections count for the client and not for the balancer")
  func counting() async throws {
    try await withServer { configuration, _ in
      configuration.listeners[0].proxyNetworks = ["127.0.0.1"]
      configuration.intake.maxConnectionsPerAddress = 1
    } _: { world in
      var clients: [RawClient] = []
      for number in 1...3 {
        clients.append(try world.client())
        let replies = clients.last?.say("PROXY TCP4 192.0.2.\(number) 127.0.0.1 1 2\r\n")
        #expect(replies == ["220 mx.test ESMTP Postern"])
      }
      let second = try world.client()
      #expect(
        second.say("PROXY TCP4 192.0.2.2 127.0.0.1 1 2\r\n", replies: 2)
          == ["421 4.7.0 Too many connections from your address", nil])
    }
  }

  @Test("a proxy says who its client is and whom it has logged in")
  func clientFacts() async throws {
    try await withServer { configuration, _ in
      configuration.listeners[0].xclientNetworks = ["127.0.0.1"]
      configuration.intake.maxConnectionsPerAddress = 1
    } _: { world in
      try await world.store.write { transaction in
        try transaction.putSubmitter(SubmitterEntry(login: "app", from: ["ann@a.test"]), passwordHash: "x", now: 0)
      }
      let client = try world.client()
      _ = client.reply()
      #expect(client.say("EHLO p\r\n").first??.contains("|250-XCLIENT NAME ADDR PORT") == true)
      #expect(client.say("XCLIENT ADDR=nowhere\r\n") == ["501 5.5.4 Bad value of an XCLIENT attribute"])
      #expect(client.say("XCLIENT ADDR=192.0.2.1 LOGIN=eve\r\n") == ["550 5.7.0 XCLIENT names an unknown LOGIN"])
      #expect(client.say("XCLIENT ADDR=192.0.2.1 LOGIN=[UNAVAILABLE]\r\n") == ["220 mx.test ESMTP Postern"])
      #expect(
        client.say("EHLO c\r\nMAIL FROM:<ann@a.test>\r\n", replies: 2).last == "530 5.7.0 Authentication required")
      #expect(client.say("XCLIENT ADDR=IPV6:2001:db8::1 LOGIN=app\r\n") == ["220 mx.test ESMTP Postern"])
      let batch = "EHLO c\r\nMAIL FROM:<ann@a.test>\r\nRCPT TO:<b@b.test>\r\nDATA\r\nFrom: eve@a.test\r\n.\r\n"
      #expect(client.say(batch, replies: 5).last == "550 5.7.1 This login may not send From: eve@a.test")
      // Whom the proxy does not know is not the proxy, which is trusted.
      let unknown = try world.client()
      _ = unknown.reply()
      #expect(unknown.say("XCLIENT ADDR=[UNAVAILABLE]\r\n") == ["220 mx.test ESMTP Postern"])
      #expect(
        unknown.say("EHLO c\r\nMAIL FROM:<ann@a.test>\r\n", replies: 2).last == "530 5.7.0 Authentication required")
      // Another address of its /64 is the same client.
      let second = try world.client()
      _ = second.reply()
      #expect(
        second.say("XCLIENT ADDR=IPV6:2001:db8::2\r\n", replies: 2)
          == ["421 4.7.0 Too many connections from your address", nil])
    }
  }

  @Test("the last word reaches a client that is still sending")
  func lastWord() async throws {
    try await withServer { world in
      let client = try world.client()
      _ = client.reply()
      _ = client.say("EHLO c\r\nMAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\nDATA\r\n", replies: 4)
      // So much is under way behind the bare line feed that a close with it unread would be a reset.
      client.send("x\ny\r\n.\r\n" + String(repeating: "more and more\r\n", count: 50_000))
      #expect([client.reply(), client.reply()] == ["550 5.5.2 Bare CR or LF in the message is refused", nil])
    }
  }

  @Test("a mail that does not end before the drain timeout sees a 421")
  func cutOff() async throws {
    try await withServer { configuration, _ in
      configuration.server.drainTimeoutMilliseconds = 100
    } _: { world in
      let client = try world.client()
      _ = client.reply()
      _ = client.say("EHLO c\r\nMAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\nDATA\r\n", replies: 4)
      client.send("never ends\r\n")
      let stop = world.loops.next().spawn { await world.server.stop() }
      #expect([client.reply(), client.reply()] == ["421 4.3.2 Service shutting down", nil])
      await stop.value
    }
  }
}

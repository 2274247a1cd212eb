import Configuration
import Glibc
import Host
import SMTP
import Store
import Synchronization
import Testing

@testable import Intake

private let open = "EHLO c\r\nMAIL FROM:<ann@a.test>\r\nRCPT TO:<bob@b.test>\r\n"

/// Sends one mail on an open session; the reply to its end.
private func mail(_ client: RawClient, _ text: String, to recipients: [String] = ["bob@b.test"]) -> String? {
  client.send("MAIL FROM:<ann@a.test>\r\n" + recipients.map { "RCPT TO:<\($0)>\r\n" }.joined() + "DATA\r\n")
  for _ in 0..<(recipients.count + 2) { _ = client.reply() }
  client.send(text + "\r\n.\r\n")
  return client.reply()
}

@Suite("Intake room")
struct ServerTests {
  @Test("one mail to two people is stored as two messages before its 250")
  func store() async throws {
    try await withServer { world in
      let client = try world.client()
      #expect(client.reply() == "220 mx.test ESMTP Postern")
      _ = client.say("EHLO c\r\n")
      let answer = mail(
        client, "From: ann@a.test\r\nBcc: x@y\r\nSubject: Hi\r\n\r\n..dots", to: ["bob@B.test", "eve@e.test"])
      #expect(answer == "250 2.0.0 Ok: queued as 1 2")
      let (messages, body) = try await world.store.read { reader in
        (try reader.messages(MessageFilter()), try reader.body(1).map { String(decoding: $0, as: UTF8.self) })
      }
      #expect(messages.map(\.message.recipient).sorted() == ["bob@b.test", "eve@e.test"])
      #expect(messages.allSatisfy { $0.message.sender == "ann@a.test" && $0.message.subject == "Hi" })
      #expect(Set(messages.map(\.message.messageID)).count == 2)
      #expect(messages.allSatisfy { $0.message.messageID.hasSuffix("@a.test>") })
      #expect(body?.contains("Bcc") == false && body?.hasSuffix("\r\n\r\n.dots\r\n") == true)
      #expect(body?.contains("Date: ") == true)
    }
  }

  @Test("each of a thousand pipelined commands is answered once")
  func manyReplies() async throws {
    try await withServer { world in
      let client = try world.client()
      _ = client.reply()
      _ = client.say("EHLO c\r\nMAIL FROM:<ann@a.test>\r\n", replies: 2)
      let people = (0..<1000).map { "RCPT TO:<p\($0)@b.test>\r\n" }.joined()
      let answers = client.say(people + "NOOP\r\n", replies: 1001)
      #expect(answers[..<100].allSatisfy { $0 == "250 2.1.5 Ok" })
      #expect(answers[100..<1000].allSatisfy { $0?.hasPrefix("452 4.5.3") == true })
      #expect(answers.last == "250 2.0.0 Ok")
    }
  }

  @Test("a sequence by headers, and what is wrong in one")
  func sequence() async throws {
    try await withServer { world in
      let client = try world.client()
      _ = client.reply()
      _ = client.say("EHLO c\r\n")
      func step(_ number: Int, _ more: String = "") -> String? {
        mail(client, "From: a@a.test\r\nX-Postern-Sequence: hello\r\nX-Postern-Step: \(number)\r\n\(more)\r\nHi")
      }
      let stranger = step(2)
      #expect(stranger?.hasPrefix("554 5.6.0 X-Postern-Step: ") == true, "\(stranger ?? "")")
      #expect(step(1) == "250 2.0.0 Ok: queued as 1")
      #expect(step(2, "X-Postern-Delay: 3d\r\n") == "250 2.0.0 Ok: queued as 2")
      let again = step(2)
      #expect(again?.hasPrefix("554 5.6.0 X-Postern-Step: ") == true, "\(again ?? "")")
      let wrong = step(3, "X-Postern-Delay: soon\r\n")
      #expect(wrong?.hasPrefix("554 5.6.0 X-Postern-Delay: ") == true, "\(wrong ?? "")")
      let pool = mail(client, "X-Postern-Pool: nowhere\r\n\r\n")
      #expect(pool?.hasPrefix("554 5.6.0 X-Postern-Pool: ") == true, "\(pool ?? "")")
      let key = "X-Postern-Idempotency-Key: k1\r\n\r\n"
      let first = mail(client, key)
      #expect(first?.hasPrefix("250 2.0.0 Ok: queued as ") == true)
      #expect(mail(client, key) == first)
      #expect(mail(client, "X-Postern-Cancel: sequence=hello\r\n\r\n") == "250 2.0.0 Ok: cancelled 2 waiting messages")
      var filter = MessageFilter()
      filter.states = [.cancelled]
      let cancelled = filter
      let counts = try await world.store.read { reader in
        (try reader.messages(cancelled).count, try reader.message(3)?.state)
      }
      #expect(counts == (2, .scheduled))
    }
  }

  @Test("a pipelined batch, and the next one behind it")
  func pipelining() async throws {
    try await withServer { world in
      let client = try world.client()
      _ = client.reply()
      let batch = "MAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\nDATA\r\n"
      #expect(client.say("EHLO c\r\n" + batch, replies: 4).last == "354 End data with <CR><LF>.<CR><LF>")
      let replies = client.say("A: b\r\n\r\n.\r\n" + batch, replies: 4)
      #expect(replies.first == "250 2.0.0 Ok: queued as 1")
      #expect(replies.last == "354 End data with <CR><LF>.<CR><LF>")
      #expect(client.say(".\r\nQUIT\r\n", replies: 3) == ["250 2.0.0 Ok: queued as 2", "221 2.0.0 Bye", nil])
    }
  }

  @Test("chunks larger than a read, in one batch with their commands")
  func chunks() async throws {
    try await withServer { world in
      let client = try world.client()
      _ = client.reply()
      #expect(client.say("EHLO c\r\n").first??.contains("|250-CHUNKING|") == true)
      let text = String(repeating: "0123456789abcdef", count: 10_000).replacing("f0", with: "\r\n")
      let replies = client.say(
        "MAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\nBDAT 15\r\nSubject: x\r\n\r\n\rBDAT 1\r\n\n"
          + "BDAT 160000\r\n\(text)BDAT 0 LAST\r\nQUIT\r\n", replies: 8)
      #expect(
        replies == ["250 2.1.0 Ok", "250 2.1.5 Ok"] + Array(repeating: "250 2.0.0 Chunk taken", count: 3)
          + ["250 2.0.0 Ok: queued as 1", "221 2.0.0 Bye", nil])
      let body = try await world.store.read { try $0.body(1) }
      #expect(body.map { $0.suffix(160_002).elementsEqual("\(text)\r\n".utf8) } == true)
    }
  }

  @Test("what a mail asks of the servers on its way, and of the schedule")
  func requests() async throws {
    try await withServer { world in
      let client = try world.client()
      _ = client.reply()
      #expect(client.say("EHLO c\r\n").first??.contains("|250-FUTURERELEASE 31536000 20") == true)
      let replies = client.say(
        "MAIL FROM:<a@a.test> SMTPUTF8 RET=FULL ENVID=x HOLDFOR=3600\r\nRCPT TO:<ü@b.test> NOTIFY=NEVER\r\n"
          + "RCPT TO:<b@b.test>\r\nDATA\r\n.\r\n", replies: 5)
      #expect(replies.last == "250 2.0.0 Ok: queued as 1 2")
      #expect(mail(client, "x") == "250 2.0.0 Ok: queued as 3")
      let found = try await world.store.read { reader in
        try reader.messages(MessageFilter()).map { message in
          (message.message, try reader.outgoing(message.message).request)
        }.sorted { $0.0.id < $1.0.id }
      }
      #expect(found.map(\.0.recipient) == ["ü@b.test", "b@b.test", "bob@b.test"])
      #expect(
        found.map(\.1) == [
          DeliveryRequest(returnContent: "FULL", envelopeID: "x", notify: "NEVER", allowsUTF8: true),
          DeliveryRequest(returnContent: "FULL", envelopeID: "x", allowsUTF8: true), DeliveryRequest(),
        ])
      #expect(found.map { ($0.0.due ?? 0) - $0.0.createdAt } == [3_600_000, 3_600_000, 0])
    }
  }

  @Test("a mail of this machine's programs keeps its SMTPUTF8 between ASCII addresses")
  func handedInWithUTF8() async throws {
    try await withServer { world in
      for (isAsked, recipient) in [(true, "b@b.test"), (false, "c@b.test"), (false, "ü@b.test")] {
        let reply = await world.server.handIn(
          HandedMail(
            sender: "a@a.test", recipients: [recipient], mail: Array("Subject: ü\n\nx\n".utf8), allowsUTF8: isAsked))
        if case .taken(.queued) = reply { continue }
        Issue.record("\(reply)")
      }
      let found = try await world.store.read { reader in
        try reader.messages(MessageFilter()).map {
          ($0.message.recipient, try reader.outgoing($0.message).request.allowsUTF8)
        }
      }
      #expect(Dictionary(uniqueKeysWithValues: found) == ["b@b.test": true, "c@b.test": false, "ü@b.test": true])
    }
  }

  @Test("a mail over the limit is refused in step, declared or counted")
  func tooBig() async throws {
    try await withServer { configuration, _ in
      configuration.intake.maxMessageSize = 100_000
    } _: { world in
      let client = try world.client()
      _ = client.reply()
      _ = client.say("EHLO c\r\n")
      #expect(client.say("MAIL FROM:<a@a.test> SIZE=100001\r\n") == ["552 5.3.4 Message size exceeds the limit"])
      #expect(mail(client, String(repeating: "x\r\n", count: 100_000)) == "552 5.3.4 Message size exceeds the limit")
      #expect(mail(client, "x") == "250 2.0.0 Ok: queued as 1")
    }
  }

  @Test("strangers may not send, and not guess")
  func strangers() async throws {
    try await withServer { configuration, _ in
      configuration.listeners[0].trustedNetworks = ["192.0.2.0/24"]
      configuration.intake.maxLoginFailures = 2
    } _: { world in
      try await world.store.write { transaction in
        try transaction.putSubmitter(
          SubmitterEntry(login: "app", from: ["ann@a.test"]), passwordHash: try PasswordHash.make("secret"), now: 0)
      }
      let client = try world.client()
      _ = client.reply()
      #expect(client.say("EHLO c\r\n").first??.contains("AUTH PLAIN LOGIN SCRAM-SHA-256") == true)
      #expect(client.say("MAIL FROM:<ann@a.test>\r\n") == ["530 5.7.0 Authentication required"])
      // app, wrong; nobody, secret.
      #expect(client.say("AUTH PLAIN AGFwcAB3cm9uZw==\r\n") == ["535 5.7.8 Authentication credentials invalid"])
      #expect(
        client.say("AUTH PLAIN AG5vYm9keQBzZWNyZXQ=\r\n", replies: 2) == ["421 4.7.0 Too many failed logins", nil])
      let second = try world.client()
      _ = second.reply()
      _ = second.say("EHLO c\r\n")
      #expect(second.say("AUTH PLAIN AGFwcABzZWNyZXQ=\r\n") == ["235 2.7.0 Authentication successful"])
      #expect(mail(second, "From: ann@a.test\r\n\r\n") == "250 2.0.0 Ok: queued as 1")
      #expect(mail(second, "From: eve@a.test\r\n\r\n") == "550 5.7.1 This login may not send From: eve@a.test")
    }
  }

  @Test("over the memory of all sessions a large mail under way gives its own back")
  func memory() async throws {
    try await withServer { configuration, _ in
      configuration.intake.maxBufferMemory = 1 << 20
    } _: { world in
      let text = String(repeating: "0123456789abcd\r\n", count: 43_750)
      let open = "HELO c\r\nMAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\n"
      let first = try world.client()
      _ = first.reply()
      #expect(first.say(open + "BDAT 700000\r\n\(text)", replies: 4).last == "250 2.0.0 Chunk taken")
      let second = try world.client()
      _ = second.reply()
      #expect(
        second.say(open + "DATA\r\n\(text).\r\n", replies: 5).last
          == "452 4.3.1 Too many large mails at once, try again later")
      #expect(mail(second, "small") == "250 2.0.0 Ok: queued as 1")
      #expect(first.say("BDAT 0 LAST\r\n") == ["250 2.0.0 Ok: queued as 2"])
      #expect(mail(second, text) == "250 2.0.0 Ok: queued as 3")
    }
  }

  @Test("who guesses is banned, also with the right password then")
  func guessing() async throws {
    try await withServer { configuration, _ in
      configuration.listeners[0].trustedNetworks = []
      configuration.intake.loginBanByAddress = 2
      configuration.intake.maxLoginFailures = 10
    } _: { world in
      try await world.store.write { transaction in
        try transaction.putSubmitter(
          SubmitterEntry(login: "app"), passwordHash: try PasswordHash.make("secret"), now: 0)
      }
      let client = try world.client()
      _ = client.reply()
      _ = client.say("EHLO c\r\n")
      for _ in 0..<2 {
        #expect(client.say("AUTH PLAIN AGFwcAB3cm9uZw==\r\n") == ["535 5.7.8 Authentication credentials invalid"])
      }
      let banned = ["454 4.7.0 Temporary authentication failure"]
      #expect(client.say("AUTH PLAIN AGFwcABzZWNyZXQ=\r\n") == banned)
      #expect(client.say("AUTH SCRAM-SHA-256 biwsbj1hcHAscj14\r\n") == banned)
      let other = try world.client()
      _ = other.reply()
      _ = other.say("EHLO c\r\n")
      #expect(other.say("AUTH PLAIN AGFwcABzZWNyZXQ=\r\n") == banned)
    }
  }

  @Test("many who guess at once learn no more than one after the other")
  func guessingTogether() async throws {
    try await withServer { configuration, _ in
      configuration.listeners[0].trustedNetworks = []
      configuration.intake.loginBanByAddress = 2
    } _: { world in
      try await world.store.write { transaction in
        try transaction.putSubmitter(
          SubmitterEntry(login: "app"), passwordHash: try PasswordHash.make("secret"), now: 0)
      }
      let clients = try (0..<12).map { _ in try world.client() }
      for client in clients {
        _ = client.reply()
        _ = client.say("EHLO c\r\n")
      }
      // The right password is among them.
      for (number, client) in clients.enumerated() {
        client.send(number == 11 ? "AUTH PLAIN AGFwcABzZWNyZXQ=\r\n" : "AUTH PLAIN AGFwcAB3cm9uZw==\r\n")
      }
      let answers = clients.map { $0.reply() ?? "" }
      // Each loop may be at one failure when the ban comes.
      #expect(answers.count { $0.hasPrefix("535") } <= 2 + world.loops.loops.count, "\(answers)")
      #expect(answers.count { $0.hasPrefix("454") } >= 12 - 1 - 2 - world.loops.loops.count, "\(answers)")
    }
  }

  @Test("a command that drips, and mails that come one behind the other")
  func pace() async throws {
    try await withServer { configuration, _ in
      configuration.intake.commandTimeoutMilliseconds = 400
    } _: { world in
      let client = try world.client()
      _ = client.reply()
      for _ in 0..<60 {
        client.send("N")
        usleep(50_000)
      }
      #expect([client.reply(), client.reply()] == ["421 4.4.2 Timeout", nil])
    }
    try await withServer { configuration, _ in
      configuration.intake.messageTimeoutMilliseconds = 2_500
    } _: { world in
      let client = try world.client()
      _ = client.reply()
      // RFC 2920: the next mail's commands come with this one's end, so that a text is always being read.
      #expect(client.say(open + "DATA\r\n", replies: 4).last == "354 End data with <CR><LF>.<CR><LF>")
      for _ in 0..<8 {
        usleep(500_000)
        let answers = client.say(
          "Hi\r\n.\r\nMAIL FROM:<ann@a.test>\r\nRCPT TO:<bob@b.test>\r\nDATA\r\n", replies: 4)
        #expect(answers.first??.hasPrefix("250 2.0.0 Ok: queued") == true, "\(answers)")
      }
    }
  }

  @Test("too many connections in all and from one address")
  func connections() async throws {
    try await withServer { configuration, _ in
      configuration.intake.maxConnectionsPerAddress = 1
    } _: { world in
      let first = try world.client()
      _ = first.reply()
      let second = try world.client()
      #expect([second.reply(), second.reply()] == ["421 4.7.0 Too many connections from your address", nil])
      #expect(first.say("QUIT\r\n", replies: 2) == ["221 2.0.0 Bye", nil])
    }
    try await withServer { configuration, _ in
      configuration.intake.maxConnections = 1
    } _: { world in
      let first = try world.client()
      _ = first.reply()
      #expect(try world.client().reply() == "421 4.3.2 Too many connections")
    }
  }

  @Test("silence, in commands and in data")
  func timeouts() async throws {
    try await withServer { configuration, _ in
      configuration.intake.commandTimeoutMilliseconds = 200
    } _: { world in
      let client = try world.client()
      _ = client.reply()
      #expect([client.reply(), client.reply()] == ["421 4.4.2 Timeout", nil])
    }
    try await withServer { configuration, _ in
      configuration.intake.messageTimeoutMilliseconds = 200
    } _: { world in
      let client = try world.client()
      _ = client.reply()
      #expect(client.say(open + "DATA\r\n", replies: 4).last == "354 End data with <CR><LF>.<CR><LF>")
      #expect([client.reply(), client.reply()] == ["421 4.4.2 Timeout", nil])
    }
  }

  @Test("a stop ends resting sessions, and lets a mail under way finish")
  func drain() async throws {
    try await withServer { world in
      let resting = try world.client()
      _ = resting.reply()
      let busy = try world.client()
      _ = busy.reply()
      #expect(busy.say(open + "DATA\r\n", replies: 4).last == "354 End data with <CR><LF>.<CR><LF>")
      let stop = world.loops.next().spawn { await world.server.stop() }
      #expect([resting.reply(), resting.reply()] == ["421 4.3.2 Service shutting down", nil])
      let replies = busy.say("Subject: x\r\n\r\n.\r\n", replies: 3)
      #expect(replies == ["250 2.0.0 Ok: queued as 1", "421 4.3.2 Service shutting down", nil])
      await stop.value
      #expect(world.server.sessions == 0)
    }
  }

  @Test("a full disk and a broken store")
  func storeTrouble() async throws {
    let isLow = Atomic<Bool>(true)
    let told = Atomic<Int>(0)
    let hooks = IntakeHooks(
      isDiskLow: { isLow.load(ordering: .relaxed) }, storeFailed: { _ in told.add(1, ordering: .relaxed) })
    try await withServer(hooks: hooks) { world in
      let client = try world.client()
      _ = client.reply()
      _ = client.say("EHLO c\r\n")
      #expect(client.say("MAIL FROM:<a@a.test>\r\n") == ["452 4.3.1 Insufficient system storage"])
      isLow.store(false, ordering: .relaxed)
      _ = client.say("MAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\nDATA\r\n", replies: 3)
      isLow.store(true, ordering: .relaxed)
      #expect(client.say("x\r\n.\r\n") == ["452 4.3.1 Insufficient system storage"])
      isLow.store(false, ordering: .relaxed)
      world.store.close()
      #expect(mail(client, "x") == "451 4.3.0 Local error, try again later")
      #expect(told.load(ordering: .relaxed) == 1)
    }
  }

  @Test("smuggling ends the session")
  func smuggling() async throws {
    try await withServer { world in
      let client = try world.client()
      _ = client.reply()
      _ = client.say(open + "DATA\r\n", replies: 4)
      let replies = client.say("x\n.\r\nMAIL FROM:<evil@e.test>\r\n.\r\n", replies: 2)
      #expect(replies == ["550 5.5.2 Bare CR or LF in the message is refused", nil])
      let count = try await world.store.read { try $0.messages(MessageFilter()).count }
      #expect(count == 0)
    }
  }

  @Test("a port in use is named, and no listener stays open behind it")
  func portInUse() async throws {
    try await withServer { world in
      let port = world.server.ports[0]
      var configuration = Configuration()
      configuration.listeners = [ListenerSettings(), ListenerSettings()]
      configuration.listeners[0].port = 0
      configuration.listeners[1].port = port
      let error = #expect(throws: HostError.self) {
        _ = try IntakeServer(
          configuration: configuration, store: world.store, loops: world.loops, log: Log(threshold: .error),
          hooks: IntakeHooks())
      }
      #expect(error?.message.contains("127.0.0.1:\(port)") == true)
    }
  }

  @Test("a reload changes limits for new clients, and says what it cannot")
  func reload() async throws {
    try await withServer { world in
      var configuration = Configuration()
      configuration.listeners[0].port = 0
      configuration.intake.maxMessageSize = 1234
      #expect(try world.server.reload(configuration) == [])
      let client = try world.client()
      _ = client.reply()
      #expect(client.say("EHLO c\r\n").first??.contains("SIZE 1234|") == true)
      configuration.listeners[0].port = 2525
      #expect(
        try world.server.reload(configuration) == [
          "the listener 127.0.0.1:0 goes with the next start", "the listener 127.0.0.1:2525 comes with the next start",
        ])
      configuration.listeners[0].trustedNetworks = ["nonsense"]
      #expect(throws: HostError.self) { try world.server.reload(configuration) }
    }
  }
}

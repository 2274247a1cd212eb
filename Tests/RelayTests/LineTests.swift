import Configuration
import Delivery
import Host
import Outreach
import Store
import Synchronization
import Testing

@testable import Relay

/// Mails one behind the other on one connection.
@Suite struct LineTests {
  /// A relay with one account of one connection and so many mails.
  private func queued(_ count: Int, _ server: (Bench) throws -> ScriptedServer) async throws
    -> (bench: Bench, server: ScriptedServer, ids: [Int64])
  {
    // What is counted is these mails, and no notice about one.
    let bench = try Bench { $0.senderNotices = .never }
    let server = try server(bench)
    try await bench.addAccount("s1@sender.test", server) { $0.connections = 1 }
    var ids: [Int64] = []
    for number in 0..<count { ids.append(try await bench.submit(to: "p\(number)@example.org")) }
    return (bench, server, ids)
  }

  @Test func theNextMailsCommandsAreThereWhenTheServerAnswersTheDot() async throws {
    let (bench, server, ids) = try await queued(6) { bench in
      try ScriptedServer(on: bench.serverLoop) { _ in .usual }
    }
    bench.start()
    for id in ids { _ = try await bench.settled(id, as: .sent) }
    #expect(server.count("CONNECT") == 1)
    #expect(server.mails.count == 6)
    // Each mail is there once, in the queue's order.
    let recipients = server.events.filter { $0.verb == "RCPT" }.map(\.text)
    #expect(recipients == (0..<6).map { "RCPT TO:<p\($0)@example.org>" })
    #expect(server.followed >= 4)
    let ledger = try await bench.store.read { try $0.creditLedger(workspaceID: 1, limit: 10) }
    #expect(ledger.count == 6)
  }

  @Test func aMailClaimedAheadIsNotTransmittingBeforeTheOneBeforeItHasItsAnswer() async throws {
    let states = Mutex<[String]>([])
    let (bench, _, ids) = try await queued(3) { bench in
      let store = bench.store
      return try ScriptedServer(on: bench.serverLoop) { event in
        guard event.verb == "DOT" else { return .usual }
        let open = try? await store.read { db in
          try (1...3).flatMap { try db.attempts(of: Int64($0)).map(\.state) }.filter { $0 == "transmitting" }
        }
        states.withLock { $0.append(open?.joined(separator: " ") ?? "unreadable") }
        return .usual
      }
    }
    bench.start()
    for id in ids { _ = try await bench.settled(id, as: .sent) }
    #expect(states.withLock { $0 } == ["transmitting", "transmitting", "transmitting"])
  }

  @Test(arguments: ["554 5.5.0 SMTP synchronization error", "503 5.5.1 nested MAIL command", nil])
  func aServerThatObjectsIsServedOneMailAtATime(_ objection: String?) async throws {
    let (bench, server, ids) = try await queued(5) { bench in
      try ScriptedServer(on: bench.serverLoop, objectsWith: .some(objection)) { _ in .usual }
    }
    bench.start()
    for id in ids { _ = try await bench.settled(id, as: .sent) }
    #expect(server.mails.count == 5)
    #expect(server.followed == 1)
    for id in ids { #expect(try await bench.attempts(of: id).map(\.state) == ["accepted"]) }
    #expect(try await bench.account("s1@sender.test").restUntil == nil)
  }

  @Test func aLimitOfTheAccountHoldsBackWhatWasClaimedAhead() async throws {
    let dots = Mutex(0)
    let (bench, server, ids) = try await queued(4) { bench in
      try ScriptedServer(on: bench.serverLoop) { event in
        guard event.verb == "DOT" else { return .usual }
        let number = dots.withLock { count in
          count += 1
          return count
        }
        return number == 2 ? .say("450 4.2.1 the user is sending too fast") : .usual
      }
    }
    bench.start()
    _ = try await bench.settled(ids[0], as: .sent)
    try await bench.until("the account rests") { try await bench.account("s1@sender.test").restUntil }
    try await bench.until("nothing is under way") { () async throws -> Bool? in
      for id in ids.dropFirst() where try await bench.message(id).state != .scheduled { return nil }
      return true
    }
    #expect(server.mails.count == 2)
    await bench.stop()
    for id in ids.dropFirst() {
      #expect(try await bench.message(id).state == .scheduled)
      #expect(try await bench.message(id).attempts == 0)
    }
  }

  @Test func whatIsSuppressedWhileTheOneBeforeItIsUnderWayDoesNotGo() async throws {
    let (bench, server, ids) = try await queued(3) { bench in
      let store = bench.store
      return try ScriptedServer(on: bench.serverLoop) { event in
        if event.verb == "DOT" {
          _ = try? await store.write {
            try $0.suppress("p1@example.org", workspaceID: 1, reason: "unsubscribed", source: "test", now: Clock.now())
          }
        }
        return .usual
      }
    }
    bench.start()
    _ = try await bench.settled(ids[0], as: .sent)
    _ = try await bench.settled(ids[1], as: .cancelled)
    _ = try await bench.settled(ids[2], as: .sent)
    #expect(server.mails.count == 2)
  }

  @Test func aConnectionLostAfterADotLeavesOnlyThatMailUnknown() async throws {
    let (bench, server, ids) = try await queued(3) { bench in
      try ScriptedServer(on: bench.serverLoop) { $0.verb == "DOT" ? .drop : .usual }
    }
    bench.start()
    _ = try await bench.settled(ids[0], as: .unknown)
    #expect(server.mails.count == 1)
    for id in ids.dropFirst() { _ = try await bench.settled(id, as: .scheduled) }
  }

  @Test func aGapBetweenSendsLetsNothingBeClaimedAhead() async throws {
    let bench = try Bench()
    let claimed = Mutex<[Int]>([])
    let store = bench.store
    let server = try ScriptedServer(on: bench.serverLoop) { event in
      guard event.verb == "DOT" else { return .usual }
      let open = try? await store.read { db in
        try (1...3).count { try db.message(Int64($0))?.state == .sending }
      }
      claimed.withLock { $0.append(open ?? -1) }
      return .usual
    }
    try await bench.addAccount("s1@sender.test", server) {
      $0.connections = 1
      $0.minimumGapMilliseconds = 50
    }
    var ids: [Int64] = []
    for number in 0..<3 { ids.append(try await bench.submit(to: "p\(number)@example.org")) }
    bench.start()
    for id in ids { _ = try await bench.settled(id, as: .sent) }
    #expect(claimed.withLock { $0 } == [1, 1, 1])
  }

  @Test func whatIsTakenBackLetsNoSecondConnectionIn() async throws {
    let bench = try Bench { $0.senderNotices = .never }
    let store = bench.store
    let most = Mutex(0)
    let server = try ScriptedServer(on: bench.serverLoop) { [weak bench] event in
      most.withLock { $0 = max($0, bench?.connectionsInUse ?? 0) }
      guard event.verb == "DOT", let number = event.text.split(separator: "\r\n").last.flatMap({ Int($0) }) else {
        return .usual
      }
      // The one behind it is claimed, and its commands are there.
      _ = try? await store.write {
        try $0.suppress(
          "p\(number + 1)@example.org", workspaceID: 1, reason: "unsubscribed", source: "test", now: Clock.now())
      }
      return .usual
    }
    try await bench.addAccount("s1@sender.test", server) { $0.connections = 1 }
    var ids: [Int64] = []
    for number in 0..<60 { ids.append(try await bench.submit(to: "p\(number)@example.org", text: "\(number)")) }
    bench.start()
    for (number, id) in ids.enumerated() { _ = try await bench.settled(id, as: number % 2 == 0 ? .sent : .cancelled) }
    #expect(server.mails.count == 30)
    #expect(most.withLock { $0 } == 1)
  }

  @Test func aLineThatWantsNoMoreGetsWhatWasClaimedForIt() async throws {
    let bench = try Bench {
      $0.senderNotices = .never
      $0.maxConnections = 1
    }
    let most = Mutex(0)
    let server = try ScriptedServer(on: bench.serverLoop) { [weak bench] _ in
      most.withLock { $0 = max($0, bench?.connectionsInUse ?? 0) }
      return .usual
    }
    for number in 1...2 { try await bench.addAccount("s\(number)@sender.test", server) { $0.connections = 1 } }
    // In turn: the first free connection is for who has waited longest.
    for number in 0..<120 {
      let recipients = (0..<50).map { "p\(number)-\($0)@example.org" }
      try await bench.submit(toEach: recipients) { $0.account = "s\(number % 2 + 1)@sender.test" }
    }
    bench.start()
    // Each time the share of one account's line is over, a look at the queue for it may be under way.
    try await bench.until("the accounts take turns") {
      let turns = server.mails.map(\.connection)
      return zip(turns, turns.dropFirst()).count { $0 != $1 } >= 3 || turns.count == 6000 ? true : nil
    }
    await bench.stop()
    #expect(most.withLock { $0 } == 1)
    #expect(server.count("CONNECT") == 2)
  }
}

import Configuration
import Delivery
import Host
import Store
import Synchronization
import Testing

@testable import Relay

@Suite struct ConnectionTests {
  @Test(arguments: ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA"])
  func aConnectionLostBeforeTheDotPutsTheMailBackUnharmed(verb: String) async throws {
    let bench = try Bench()
    let server = try ScriptedServer(on: bench.serverLoop) { $0.verb == verb ? .drop : .usual }
    try await bench.addAccount("s1@sender.test", server)
    let id = try await bench.submit()
    bench.start()
    let attempt = try await bench.until("the attempt ends") {
      try await bench.attempts(of: id).first { $0.finishedAt != nil }
    }
    #expect(attempt.state == "deferred")
    #expect(attempt.meaning == (["CONNECT", "EHLO"].contains(verb) ? "connection_trouble" : "connection_lost"))
    let message = try await bench.message(id)
    #expect(message.state == .scheduled)
    #expect(message.attempts == 0)
    #expect(try #require(try await bench.account("s1@sender.test").restUntil) > Clock.now())
    #expect(server.mails.isEmpty)
  }

  @Test func aConnectionLostAfterTheDotLeavesTheMailUnknownAndIsNotRepeated() async throws {
    let bench = try Bench()
    let server = try ScriptedServer(on: bench.serverLoop) { $0.verb == "DOT" ? .drop : .usual }
    try await bench.addAccount("s1@sender.test", server)
    let id = try await bench.submit()
    bench.start()
    let message = try await bench.settled(id, as: .unknown)
    #expect(try await bench.attempts(of: id).map(\.state) == ["unknown"])
    #expect(message.accountID == (try await bench.account("s1@sender.test").id))
    await bench.stop()
    #expect(server.mails.count == 1)
    #expect(try await bench.store.read { try $0.creditLedger(workspaceID: 1, limit: 10).isEmpty })
  }

  @Test func aFarewellInAnswerToTheDotIsARefusalAndTriedAgain() async throws {
    let bench = try Bench()
    let server = try ScriptedServer(on: bench.serverLoop) { event in
      event.verb == "DOT" && event.connection == 1 ? .sayAndClose("421 4.3.2 shutting down") : .usual
    }
    try await bench.addAccount("s1@sender.test", server)
    let id = try await bench.submit()
    bench.start()
    _ = try await bench.settled(id, as: .sent)
    #expect(try await bench.attempts(of: id).map(\.state) == ["deferred", "accepted"])
  }

  @Test func oneConnectionServesOneMailAfterAnother() async throws {
    let bench = try Bench()
    let server = try ScriptedServer(on: bench.serverLoop)
    try await bench.addAccount("s1@sender.test", server)
    for number in 0..<20 { try await bench.submit(to: "p\(number)@example.org") }
    bench.start()
    try await bench.until("all went") { server.mails.count == 20 ? true : nil }
    await bench.stop()
    #expect(server.count("CONNECT") == 1)
    // The relay does not wait for the answer, so the server may still be on its way to it.
    try await bench.until("a goodbye") { server.count("QUIT") == 1 ? true : nil }
    #expect(Set(server.mails.map(\.text)).count == 20)
  }

  @Test(arguments: ["a drop", "a farewell"])
  func aKeptConnectionThatIsNoLongerGoodCostsNeitherTheMailNorTheAccountTime(how: String) async throws {
    let bench = try Bench()
    let mails = Mutex(0)
    let server = try ScriptedServer(on: bench.serverLoop) { event in
      guard event.verb == "MAIL", event.connection == 1 else { return .usual }
      let number = mails.withLock { count in
        count += 1
        return count
      }
      guard number == 2 else { return .usual }
      return how == "a drop" ? .drop : .sayAndClose("421 4.7.0 too many mails on this connection")
    }
    try await bench.addAccount("s1@sender.test", server)
    let first = try await bench.submit(to: "a@example.org")
    bench.start()
    _ = try await bench.settled(first, as: .sent)
    let second = try await bench.submit(to: "b@example.org")
    _ = try await bench.settled(second, as: .sent)
    #expect(try await bench.attempts(of: second).map(\.state) == ["accepted"])
    #expect(try await bench.account("s1@sender.test").restUntil == nil)
    #expect(server.mails.map(\.connection) == [1, 2])
  }

  @Test func theMinimumGapLiesBetweenTwoMails() async throws {
    let bench = try Bench()
    let server = try ScriptedServer(on: bench.serverLoop)
    try await bench.addAccount("s1@sender.test", server) { $0.minimumGapMilliseconds = 400 }
    for number in 0..<3 { try await bench.submit(to: "p\(number)@example.org") }
    bench.start()
    try await bench.until("all went") { server.mails.count == 3 ? true : nil }
    let times = server.mails.map(\.at)
    for (earlier, later) in zip(times, times.dropFirst()) { #expect(later - earlier >= 400) }
  }

  @Test(arguments: [Int64(0), 10]) func stopLetsTheMailUnderWayFinishAndClaimsNoOther(gap: Int64) async throws {
    let bench = try Bench()
    let gate = Mutex(false)
    let loop = bench.serverLoop
    let server = try ScriptedServer(on: loop) { event in
      // The server thinks about the first mail until the test lets it answer.
      while event.verb == "DOT", !gate.withLock({ $0 }) { await loop.sleep(milliseconds: 5) }
      return .usual
    }
    try await bench.addAccount("s1@sender.test", server) {
      $0.connections = 1
      $0.minimumGapMilliseconds = gap
    }
    let first = try await bench.submit(to: "a@example.org")
    let second = try await bench.submit(to: "b@example.org")
    bench.start()
    try await bench.until("the dot is there") { server.mails.isEmpty ? nil : true }
    async let stopped: Void = bench.stop()
    try await bench.until("the relay is stopping") { await bench.asked { $0.isStopping } ? true : nil }
    gate.withLock { $0 = true }
    await stopped
    #expect(try await bench.message(first).state == .sent)
    #expect(try await bench.message(second).state == .scheduled)
    #expect(server.mails.count == 1)
    // Without a gap the second one's commands are behind the first one's end: it is broken off, not said goodbye to. The
    // relay does not wait for the answer, so the server may still be on its way to it.
    if gap > 0 { try await bench.until("a goodbye") { server.count("QUIT") == 1 ? true : nil } }
  }

  @Test func aDrainThatTakesTooLongLeavesUnknownWhatHadItsDot() async throws {
    let bench = try Bench()
    let loop = bench.serverLoop
    let server = try ScriptedServer(on: loop) { event in
      while event.verb == "DOT", !Task.isCancelled { await loop.sleep(milliseconds: 5) }
      return .usual
    }
    try await bench.addAccount("s1@sender.test", server)
    let id = try await bench.submit()
    bench.start()
    try await bench.until("the dot is there") { server.mails.isEmpty ? nil : true }
    await bench.stop(drainMilliseconds: 0)
    #expect(try await bench.message(id).state == .unknown)
  }

  @Test func aLostConnectionIsNoProofThatTheServerIsWell() async throws {
    let bench = try Bench()
    let server = try ScriptedServer(on: bench.serverLoop) { $0.verb == "DATA" ? .drop : .usual }
    try await bench.addAccount("s1@sender.test", server)
    let id = try await bench.submit()
    bench.start()
    _ = try await bench.until("the attempt ends") {
      try await bench.attempts(of: id).first { $0.finishedAt != nil }
    }
    await bench.stop()
    let account = try await bench.account("s1@sender.test").id
    #expect(await bench.asked { $0.backOff.failures(of: account) } == 1)
  }
}

@Suite struct BackOffTests {
  @Test func restsDoubleToAQuarterOfAnHourAndBeginAnewAfterASuccess() {
    var backOff = BackOff()
    var now: Int64 = 0
    var rests: [Int64] = []
    for _ in 0..<9 {
      let rest = backOff.failed(1, least: 0, now: now)
      rests.append(rest / 1000)
      now += rest
    }
    #expect(rests == [15, 30, 60, 120, 240, 480, 900, 900, 900])
    backOff.succeeded(1)
    #expect(backOff.failed(1, least: 0, now: now) == 15_000)
    #expect(backOff.failed(2, least: 60_000, now: now) == 60_000)
  }

  @Test func anHourOfFailuresIsOutOfReach() {
    var backOff = BackOff()
    var now: Int64 = 0
    while now < 3_600_000 {
      #expect(backOff.minutesOutOfReach(1, now: now) == nil)
      now += backOff.failed(1, least: 0, now: now)
    }
    _ = backOff.failed(1, least: 0, now: now)
    #expect(backOff.minutesOutOfReach(1, now: now) == now / 60_000)
    backOff.succeeded(1)
    #expect(backOff.minutesOutOfReach(1, now: now) == nil)
    // A failure long ago and one now, with nothing tried between, are not an hour of failures.
    _ = backOff.failed(2, least: 0, now: 0)
    _ = backOff.failed(2, least: 0, now: 86_400_000)
    #expect(backOff.minutesOutOfReach(2, now: 86_400_000) == nil)
  }

  @Test func connectionsThatBreakTogetherAreOneTrouble() {
    var backOff = BackOff()
    for moment in Int64(0)..<10 { #expect(backOff.failed(1, least: 0, now: moment) == 15_000 - moment) }
    #expect(backOff.failures(of: 1) == 1)
    #expect(backOff.failed(1, least: 0, now: 15_000) == 30_000)
  }
}

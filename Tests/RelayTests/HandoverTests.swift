import Configuration
import Delivery
import Host
import Outreach
import Store
import Synchronization
import Testing

@testable import Relay

@Suite struct HandoverTests {
  @Test func anAcceptedMailIsBookedOnceAndCarriesItsAccountAndMessageID() async throws {
    let bench = try Bench()
    let server = try ScriptedServer(on: bench.serverLoop)
    try await bench.addAccount("s1@sender.test", server) { $0.displayName = "Sue Sender" }
    let id = try await bench.submit()
    bench.start()
    let message = try await bench.settled(id, as: .sent)
    #expect(message.lastReply == "250 2.0.0 Ok: queued")
    let mail = try #require(server.mails.first).text
    #expect(mail.contains("From: Sue Sender <s1@sender.test>"))
    #expect(mail.contains("Message-ID: \(message.messageID)"))
    #expect(server.events.contains { $0.text == "MAIL FROM:<s1@sender.test>" })
    #expect(server.events.contains { $0.text == "RCPT TO:<ann@example.org>" })
    let ledger = try await bench.store.read { try $0.creditLedger(workspaceID: 1, limit: 10) }
    #expect(ledger.map(\.bookingKey) == ["send:\(id)"])
    #expect(server.mails.count == 1)
  }

  @Test func transmittingIsOnDiskWhenTheServerGetsTheDot() async throws {
    let bench = try Bench()
    let store = bench.store
    let states = Mutex<[String]>([])
    let server = try ScriptedServer(on: bench.serverLoop) { event in
      guard event.verb == "DOT" || event.verb == "DATA" else { return .usual }
      let found = try? await store.read { try $0.attempts(of: 1).map(\.state) }
      states.withLock { $0 += ["\(event.verb) \(found ?? [])"] }
      return .usual
    }
    try await bench.addAccount("s1@sender.test", server)
    let id = try await bench.submit()
    bench.start()
    _ = try await bench.settled(id, as: .sent)
    #expect(id == 1)
    #expect(states.withLock { $0 } == ["DATA [\"claimed\"]", "DOT [\"transmitting\"]"])
  }

  @Test(arguments: [
    ("RCPT", "550 5.1.1 no such user", MessageState.bounced, true),
    ("MAIL", "552 5.3.4 message too big", .failed, false),
    ("DATA", "554 5.7.1 spam", .failed, false),
    ("DOT", "554 5.7.1 spam", .failed, false),
    ("DOT", "550 5.1.1 no such user", .bounced, true),
  ])
  func aPermanentRefusalEndsTheMailWhereverItComes(
    verb: String, reply: String, state: MessageState, suppresses: Bool
  ) async throws {
    let bench = try Bench()
    let server = try ScriptedServer(on: bench.serverLoop) { $0.verb == verb ? .say(reply) : .usual }
    try await bench.addAccount("s1@sender.test", server)
    let id = try await bench.submit()
    bench.start()
    let message = try await bench.settled(id, as: state)
    #expect(message.lastReply == reply)
    #expect(try await bench.attempts(of: id).map(\.state) == ["refused"])
    let entry = try await bench.store.read { try $0.suppression(of: "ann@example.org", workspaceID: 1) }
    #expect((entry != nil) == suppresses)
    #expect(try await bench.store.read { try $0.creditLedger(workspaceID: 1, limit: 10).isEmpty })
    // The refusal was the mail's, not the connection's: the next one takes it.
    #expect(try await bench.account("s1@sender.test").restUntil == nil)
  }

  @Test(arguments: [true, false]) func aTemporaryRefusalIsTriedAgainByPolicyAndThenFails(isMended: Bool) async throws {
    let bench = try Bench()
    let refusals = Mutex(0)
    let server = try ScriptedServer(on: bench.serverLoop) { event in
      guard event.verb == "RCPT" else { return .usual }
      let count = refusals.withLock { count in
        count += 1
        return count
      }
      return isMended && count > 2 ? .usual : .say("451 4.3.0 mail system busy")
    }
    try await bench.addAccount("s1@sender.test", server)
    let id = try await bench.submit()
    bench.start()
    _ = try await bench.settled(id, as: isMended ? .sent : .failed)
    let states = try await bench.attempts(of: id).map(\.state)
    #expect(states == (isMended ? ["deferred", "deferred", "accepted"] : ["deferred", "deferred", "deferred"]))
  }

  @Test func aLimitedAccountRestsAndAnotherTakesTheMail() async throws {
    let bench = try Bench()
    let limited = try ScriptedServer(on: bench.serverLoop) {
      $0.verb == "MAIL" ? .say("550 5.4.5 daily sending quota exceeded") : .usual
    }
    let free = try ScriptedServer(on: bench.serverLoop)
    try await bench.addAccount("a-limited@sender.test", limited)
    let id = try await bench.submit()
    bench.start()
    let rest = try await bench.until("the account rests") { try await bench.account("a-limited@sender.test").restUntil }
    #expect(rest > Clock.now())
    #expect(try await bench.message(id).state == .scheduled)
    try await bench.addAccount("b-free@sender.test", free)
    _ = try await bench.settled(id, as: .sent)
    #expect(free.mails.count == 1)
    #expect(limited.mails.isEmpty)
    #expect(try await bench.message(id).attempts == 1)
  }

  @Test func aRefusedLoginPausesOnlyThatAccountAndItsMailGoesAnotherWay() async throws {
    let bench = try Bench(secret: "wrong")
    let strict = try ScriptedServer(on: bench.serverLoop, offers: ["AUTH PLAIN"]) {
      $0.verb == "AUTH" ? .say("535 5.7.8 username and password not accepted") : .usual
    }
    let kind = try ScriptedServer(on: bench.serverLoop, offers: ["AUTH PLAIN"]) {
      $0.verb == "AUTH" ? .say("235 2.7.0 welcome") : .usual
    }
    try await bench.addAccount("a-strict@sender.test", strict)
    try await bench.addAccount("b-kind@sender.test", kind)
    var ids: [Int64] = []
    for number in 0..<4 { ids.append(try await bench.submit(to: "p\(number)@example.org")) }
    bench.start()
    for id in ids { _ = try await bench.settled(id, as: .sent) }
    let paused = try await bench.account("a-strict@sender.test")
    #expect(paused.state == .paused)
    #expect(paused.reason == .authFailed)
    #expect(paused.reasonText?.contains("535 5.7.8") == true)
    #expect(try await bench.account("b-kind@sender.test").state == .active)
    #expect(kind.mails.count == 4)
  }

  @Test func aPauseBetweenClaimAndDotBreaksTheMailOff() async throws {
    let bench = try Bench()
    let store = bench.store
    let server = try ScriptedServer(on: bench.serverLoop) { event in
      if event.verb == "DATA" {
        _ = try? await store.write {
          try $0.suppress("ann@example.org", workspaceID: 1, reason: "unsubscribed", source: "test", now: Clock.now())
        }
      }
      return .usual
    }
    try await bench.addAccount("s1@sender.test", server)
    let id = try await bench.submit {
      $0.sequence = "welcome"
      $0.step = 1
    }
    bench.start()
    _ = try await bench.settled(id, as: .cancelled)
    #expect(server.mails.isEmpty)
  }

  /// Mails that come as steps by headers are looked at as they leave: with the List-Unsubscribe that their account gives them.
  @Test func aStepByHeadersThatLacksWhatItsSequenceWantsIsHeldAndNothingLeaves() async throws {
    let bench = try Bench()
    let server = try ScriptedServer(on: bench.serverLoop)
    try await bench.addAccount("s1@sender.test", server)
    var entry = SequenceEntry(key: "welcome")
    entry.compliance = ComplianceSettings()
    entry.compliance?.unsubscribe = .header
    entry.compliance?.postalAddress = "1 Main St"
    let strict = entry
    try await bench.store.write { try $0.putSequence(strict, now: Clock.now()) }
    let free = try await bench.submit(to: "bob@example.org", text: "Hi")
    let lacking = try await bench.submit(text: "Hi, 1 Main St") { $0.sequence = "welcome" }
    bench.start()
    _ = try await bench.settled(free, as: .sent)
    let held = try await bench.settled(lacking, as: .held)
    #expect(held.lastReply?.hasPrefix("compliance: it would have no List-Unsubscribe") == true)
    #expect(try await bench.attempts(of: lacking).map { "\($0.state) \($0.meaning ?? "")" } == ["deferred compliance"])
    let events = try await bench.store.read { try $0.events(after: 0, limit: 100) }
    #expect(events.contains { $0.kind == EventRecord.Kind.held.rawValue && $0.messageID == lacking })
    #expect(server.mails.count == 1)
    // With a watched mailbox Postern itself makes the offer.
    try await bench.addAccount("s1@sender.test", server) {
      $0.listUnsubscribe = true
      $0.imap = RemoteServer(host: "127.0.0.1", port: 9, tls: .none)
    }
    try await bench.store.write { try $0.releaseMessage(lacking, now: Clock.now()) }
    _ = try await bench.settled(lacking, as: .sent)
    let mail = try #require(server.mails.last).text
    #expect(mail.contains("List-Unsubscribe: <mailto:s1@sender.test?subject=unsubscribe%20"))
    let bare = try await bench.submit(to: "cy@example.org", text: "Hi") { $0.sequence = "welcome" }
    #expect(
      try await bench.settled(bare, as: .held).lastReply
        == "compliance: its text does not have the postal address \"1 Main St\"")
  }
}

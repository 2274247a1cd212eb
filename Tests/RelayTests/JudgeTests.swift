import Configuration
import Delivery
import Host
import Outreach
import SMTP
import Testing

@testable import Relay
@testable import Store

/// What a reply that speaks of the account does to the mail with which it came, and to the others.
@Suite struct JudgeTests {
  private let judge = Judge(retry: RetryPolicy())
  private let now: Int64 = 1_800_000_000_000

  private func claim(from host: String = "smtp.example.com", isBound: Bool = false) async throws -> Claim {
    let bench = try Bench()
    let settings = AccountSettings(address: "s1@sender.test", smtp: RemoteServer(host: host, port: 587))
    try await bench.store.write { try $0.putAccount(settings, sealedSecret: nil, now: Clock.now()) }
    try await bench.submit { if isBound { $0.account = "s1@sender.test" } }
    let pass = try await bench.store.write { try $0.claimDue(now: Clock.now(), limit: 1) }
    return try #require(pass.claims.first)
  }

  private func met(_ count: Int, by accounts: Set<Int64>) -> MetTroubles {
    var met = MetTroubles()
    met.count = count
    met.accounts = accounts
    return met
  }

  private func retryAt(_ judgement: Judgement) -> Int64? {
    switch judgement.outcome {
    case .unharmed(_, let at), .brokeOff(_, let at): at
    default: nil
    }
  }

  private let limited = Reply(code: 450, enhanced: nil, lines: ["rate limit"])

  @Test func theFirstTimeTheAccountRestsAndAMailOfThePoolGoesAnotherWay() async throws {
    let claim = try await claim()
    for stage in [ClientStage.mail, .rcpt, .data, .dot] {
      let judgement = judge.judge(.refused(stage, limited), of: claim, now: now)
      #expect(judgement.account == .rest(milliseconds: 900_000, "450 rate limit"))
      #expect(retryAt(judgement) == now)
    }
  }

  @Test func whatASecondAccountHearsIsTheMails() async throws {
    let claim = try await claim()
    let other = met(1, by: [claim.account.id + 1])
    for reply in [limited, Reply(code: 530, lines: ["no"]), Reply(code: 421, lines: ["too many connections"])] {
      for stage in [ClientStage.rcpt, .data] {
        let judgement = judge.judge(.refused(stage, reply), of: claim, after: other, now: now)
        #expect(judgement.account == .none)
        #expect(try #require(retryAt(judgement)) >= now + 120_000)
      }
    }
    // Before the recipient is named it cannot be the mail's.
    let judgement = judge.judge(.refused(.mail, limited), of: claim, after: other, now: now)
    #expect(judgement.account != .none)
    #expect(retryAt(judgement) == now)
  }

  @Test func aMailOfOneAccountStaysBehindItsRestLongerEachTimeAndIsHeldInTheEnd() async throws {
    let claim = try await claim(from: "email-smtp.us-east-1.amazonaws.com", isBound: true)
    let reply = Reply(code: 454, lines: ["Throttling failure: Maximum sending rate exceeded."])
    var waits: [Int64] = []
    for earlier in 0..<9 {
      let met = met(earlier, by: earlier == 0 ? [] : [claim.account.id])
      var judgement = judge.judge(.refused(.rcpt, reply), of: claim, after: met, now: now)
      // It rests twice; then it is the mail's.
      #expect((judgement.account == .none) == (earlier >= 2))
      #expect(judgement.staysBehind == (earlier < 2))
      judgement.stayBehind(restMilliseconds: 10_000)
      waits.append((try #require(retryAt(judgement)) - now) / 1000)
    }
    #expect(waits == [70, 130, 250, 490, 910, 910, 910, 910, 910])
    let last = judge.judge(.refused(.rcpt, reply), of: claim, after: met(9, by: [claim.account.id]), now: now)
    guard case .held(let held) = last.outcome else {
      Issue.record("\(last)")
      return
    }
    #expect(last.account == .none)
    #expect(held.text.hasPrefix("10 tries met what only an account should meet"))
    #expect(held.text.contains("454 Throttling failure"))
  }

  @Test func aMailThatBreaksConnectionsStaysBehindTheBackOff() async throws {
    let bound = try await claim(isBound: true)
    var judgement = judge.judge(.connectionLost(.beforeDot), of: bound, after: met(3, by: []), now: now)
    judgement.stayBehind(restMilliseconds: 120_000)
    #expect(retryAt(judgement) == now + 120_000 + 480_000)
    let pooled = try await claim()
    var first = judge.judge(.connectionLost(.beforeDot), of: pooled, now: now)
    first.stayBehind(restMilliseconds: 15_000)
    #expect(retryAt(first) == now + 60_000)
  }

  @Test func theJournalTellsWhatAMailMet() {
    func attempt(_ account: Int64, _ code: Int?, _ meaning: String?) -> AttemptRecord {
      AttemptRecord(
        id: 1, messageID: 1, accountID: account, state: "deferred", claimedAt: 0, finishedAt: 1, replyCode: code,
        replyText: "x", meaning: meaning)
    }
    let met = MetTroubles([
      attempt(1, 421, "account_limited"), attempt(2, nil, "login_refused"), attempt(3, nil, "connection_trouble"),
      attempt(4, 451, "temporary"), attempt(5, nil, "connection_lost"), attempt(6, 530, "login_refused"),
      attempt(7, nil, nil), attempt(8, 250, "interrupted"),
    ])
    #expect(met == self.met(3, by: [1, 6]))
  }

  @Test(arguments: [
    (
      "smtp.gmail.com", RemoteFailure.Kind.login, "454 4.7.0 Too many login attempts, please try again later.",
      3_600_000
    ),
    ("smtp.sendgrid.net", .login, "451 Authentication failed: Maximum credits exceeded", 21_600_000),
    ("smtp.gmail.com", .protocol, "421 4.7.0 Try again later, closing connection.", 900_000),
    (
      "smtp.office365.com", .login, "550 5.7.30 Basic authentication is not supported for Client Submission.", 3_600_000
    ),
  ])
  func theTableIsAskedAboutLoginsAndGreetings(host: String, kind: RemoteFailure.Kind, text: String, rest: Int)
    async throws
  {
    let claim = try await claim(from: host)
    let failure = RemoteFailure(kind: kind, curlCode: 67, text: text)
    let judgement = judge.judge(failure, of: claim, now: now)
    #expect(judgement.account == .rest(milliseconds: Int64(rest), text))
    #expect(retryAt(judgement) == now)
  }

  @Test(arguments: [
    (RemoteFailure.Kind.login, "535 5.7.8 no", AccountReason.authFailed), (.login, "550 no more logins", .authFailed),
    (.login, "the server does not take the access token: {}", .authFailed),
    (.login, "554 Message rejected: Sending suspended for this account.", .providerLimit),
  ])
  func whatNoTimeMendsPauses(kind: RemoteFailure.Kind, text: String, reason: AccountReason) async throws {
    let claim = try await claim(from: "email-smtp.us-east-1.amazonaws.com")
    let judgement = judge.judge(RemoteFailure(kind: kind, curlCode: 67, text: text), of: claim, now: now)
    #expect(judgement.account == .pause(reason, text))
  }

  @Test(arguments: [
    (RemoteFailure.Kind.login, "454 4.7.0 Temporary authentication failure", Int64(300_000)),
    (.protocol, "554 no SMTP service here", 300_000), (.connect, "Connection refused", 0), (.tls, "550 no", 0),
  ])
  func theRestBacksOff(kind: RemoteFailure.Kind, text: String, least: Int64) async throws {
    let failure = RemoteFailure(kind: kind, curlCode: 7, text: text)
    let judgement = judge.judge(failure, of: try await claim(), now: now)
    guard case .backOff(let milliseconds, _) = judgement.account else {
      Issue.record("\(judgement)")
      return
    }
    #expect(milliseconds == least)
  }

  @Test func aProvidersBlockPausesWithItsOwnReason() async throws {
    let claim = try await claim(from: "smtp.office365.com")
    for code in ["5.7.705", "5.1.8", "5.7.501", "5.7.502", "5.7.503"] {
      let reply = Reply(code: 550, lines: ["\(code) Access denied, tenant has exceeded threshold."])
      let judgement = judge.judge(.refused(.dot, reply), of: claim, now: now)
      guard case .pause(.providerLimit, let words) = judgement.account else {
        Issue.record("\(judgement)")
        continue
      }
      #expect(words.contains(code))
    }
  }
}

/// The same through the relay and the journal.
@Suite struct PoisonTests {
  @Test func oneMailThatLooksLikeARefusedLoginPausesOneAccountAtMost() async throws {
    let bench = try Bench()
    let server = try ScriptedServer(on: bench.serverLoop) {
      $0.verb == "RCPT" && $0.text.contains("poison") ? .say("550 Authentication required") : .usual
    }
    for number in 0..<4 { try await bench.addAccount("s\(number)@sender.test", server) }
    let poison = try await bench.submit(to: "poison@example.org")
    bench.start()
    try await bench.until("two tries") {
      try await bench.attempts(of: poison).count { $0.finishedAt != nil } == 2 ? true : nil
    }
    let message = try await bench.message(poison)
    #expect(message.state == .scheduled)
    #expect(try #require(message.retryAt) > Clock.now() + 60_000)
    let fine = try await bench.submit(to: "fine@example.org")
    _ = try await bench.settled(fine, as: .sent)
    let states = try await bench.store.read { try $0.accounts().map(\.state) }
    #expect(states.count { $0 == .active } == 3)
    #expect(try await bench.attempts(of: poison).count == 2)
  }

  @Test func oneMailThatLooksLikeALimitRestsOneAccountAtMost() async throws {
    let bench = try Bench()
    let server = try ScriptedServer(on: bench.serverLoop) {
      $0.verb == "RCPT" && $0.text.contains("poison")
        ? .sayAndClose("421 4.7.0 this domain wants what we have not, closing connection.") : .usual
    }
    for number in 0..<4 { try await bench.addAccount("s\(number)@sender.test", server) }
    let poison = try await bench.submit(to: "poison@example.org")
    bench.start()
    try await bench.until("two tries") {
      try await bench.attempts(of: poison).count { $0.finishedAt != nil } == 2 ? true : nil
    }
    #expect(try await bench.store.read { try $0.accounts() }.count { $0.restUntil != nil } == 1)
    #expect(try #require(try await bench.message(poison).retryAt) > Clock.now() + 60_000)
  }

  @Test func aMailStandsBackLongerThanItsAccountRests() async throws {
    let bench = try Bench()
    let server = try ScriptedServer(on: bench.serverLoop) {
      $0.verb == "RCPT" && $0.text.contains("poison") ? .say("450 rate limit") : .usual
    }
    try await bench.addAccount("s1@sender.test", server)
    let poison = try await bench.submit(to: "poison@example.org") { $0.account = "s1@sender.test" }
    bench.start()
    let retryAt = try await bench.until("it stands back") { try await bench.message(poison).retryAt }
    let account = try await bench.account("s1@sender.test")
    // A minute, but for what passed between the reply and its booking.
    #expect(retryAt > (try #require(account.restUntil)) + 30_000)
    // With the rest over the others go, and it does not.
    let fine = try await bench.submit(to: "fine@example.org") { $0.account = "s1@sender.test" }
    try await bench.store.write {
      try $0.setAccountState(account.id, .active, reason: nil, text: nil, now: Clock.now())
    }
    _ = try await bench.settled(fine, as: .sent)
    #expect(try await bench.attempts(of: poison).count == 1)
  }

  @Test func aMailLargerThanTheServerTakesIsNotTheAccountsFault() async throws {
    // Notices of it would be mails that the server takes.
    let bench = try Bench { $0.senderNotices = .never }
    let server = try ScriptedServer(on: bench.serverLoop, offers: ["PIPELINING", "SIZE 2000"])
    try await bench.addAccount("s1@sender.test", server)
    var ids: [Int64] = []
    for number in 0..<11 {
      ids.append(try await bench.submit(to: "p\(number)@example.org", text: String(repeating: "yyyy\r\n", count: 600)))
    }
    bench.start()
    for id in ids { _ = try await bench.settled(id, as: .failed) }
    let account = try await bench.account("s1@sender.test")
    #expect(account.state == .active)
    #expect(try await bench.store.read { try $0.health(ofAccount: account.id, now: Clock.now()) }.attempts == 0)
    #expect(server.count("MAIL") == 0)
  }

  @Test func aLoginThatIsLimitedRestsTheAccount() async throws {
    let bench = try Bench(secret: "right")
    let server = try ScriptedServer(on: bench.serverLoop, offers: ["AUTH PLAIN"]) {
      $0.verb == "AUTH" ? .say("550 5.7.30 Basic authentication is not supported for Client Submission.") : .usual
    }
    try await bench.addAccount("s1@sender.test", server)
    let id = try await bench.submit()
    bench.start()
    let rest = try await bench.until("the account rests") { try await bench.account("s1@sender.test").restUntil }
    #expect(rest > Clock.now() + 1_800_000)
    #expect(try await bench.account("s1@sender.test").state == .active)
    #expect(try await bench.attempts(of: id).map(\.meaning) == ["account_limited"])
  }

  @Test func theFirstAnswerEndsOutOfReach() async throws {
    let bench = try Bench()
    let server = try ScriptedServer(on: bench.serverLoop)
    try await bench.addAccount("s1@sender.test", server)
    let account = try await bench.account("s1@sender.test").id
    try await bench.store.write { try $0.noteUnreachable(account, text: "out of reach", now: Clock.now()) }
    let id = try await bench.submit()
    bench.start()
    _ = try await bench.settled(id, as: .sent)
    #expect(try await bench.account("s1@sender.test").reason == nil)
  }
}

import Testing

@testable import Delivery

private let now = evaluatedAt

@Suite struct EvaluateTests {
  @Test(arguments: messageCases + accountCases) func outcomes(test: Case) {
    for explain in [false, true] {
      let report = evaluate(test.message, accounts: test.accounts, pool: PoolPolicy(), now: now, explain: explain)
      #expect(report.outcome == test.outcome)
      #expect(report.binding == test.binding)
      #expect(report.gates.map(\.name) == GateName.allCases.map(\.rawValue))
      for gate in report.gates where !gate.isOpen { #expect(!gate.reason.isEmpty) }
      for gate in report.gates { #expect(!gate.isOpen || gate.until == nil) }
    }
  }

  @Test func everyGateIsReportedWhateverTheOthersSay() throws {
    let report = evaluate(
      message {
        $0.due = now + 1
        $0.running = .paused("campaign is paused")
        $0.conditions = [.init(name: "no-reply", brokenAt: now - 9)]
        $0.suppression = .init(value: "b@example.net", reason: "complained")
        $0.caps = [.init(name: "cooldown", used: 1, limit: 1, freesAt: nil)]
        $0.credits = .init(used: 5, limit: 5, dayEnds: tonight)
        $0.window = Window(days: [.sat], spans: [], zone: .utc)
      },
      accounts: [
        account {
          $0.dailyLimit = 40; $0.usedToday = 40
        }
      ], pool: PoolPolicy(), now: now, explain: true)
    #expect(report.gates.allSatisfy { !$0.isOpen })
    #expect(report[.due]?.numbers == ["due": now + 1])
    #expect(report[.running]?.reason == "campaign is paused")
    #expect(report[.conditions]?.numbers["since"] == now - 9)
    #expect(report[.suppression]?.reason == "b@example.net is suppressed: complained")
    #expect(report[.contact]?.reason == "cooldown: 1 of 1")
    #expect(report[.credits]?.until == tonight)
    #expect(report[.window]?.until == tonight)
    #expect(report[.account]?.reason == "a1@example.org: 40 of 40 by the daily limit")
    let checks = try #require(report.accounts.first).checks
    #expect(checks.map(\.name) == AccountCheck.allCases.map(\.rawValue))
    #expect(checks.filter { !$0.isOpen }.map(\.name) == ["daily"])
    #expect(checks.first { $0.name == "daily" }?.numbers == ["used": 40, "limit": 40, "in_flight": 0])
  }

  @Test(arguments: [
    (AccountBinding.thread(1), "the account of its thread, a1@example.org: paused: auth_failed"),
    (.requested(1), "the account asked for, a1@example.org: paused: auth_failed"),
    (.pool, "a1@example.org: paused: auth_failed"), (.thread(7), "the account of its thread was removed"),
    (.requested(7), "the account asked for was removed"),
  ])
  func theAccountGateSaysWhichAccountAndWhy(binding: AccountBinding, reason: String) {
    let report = evaluate(
      message { $0.binding = binding },
      accounts: [
        account {
          $0.state = .paused; $0.stateReason = "auth_failed"
        }
      ],
      pool: PoolPolicy(), now: now)
    #expect(report[.account]?.reason == reason)
  }

  @Test func aWaitForALimitOfTheRecipientIsTheMessagesAlone() {
    let limited = account {
      $0.domainLimit = 1
      $0.domainUse = ["full.example": 1]
      $0.lastSendAt = now
      $0.minimumGapMilliseconds = minute
    }
    for (domain, until, isOfMessage) in [("full.example", tonight, true), ("free.example", now + minute, false)] {
      let report = evaluate(message { $0.domain = domain }, accounts: [limited], pool: PoolPolicy(), now: now)
      #expect(report.outcome == .wait(until: until))
      // Else the whole lane would wait for tonight.
      #expect(report.isOfMessage == isOfMessage)
    }
  }

  @Test func rollingUseIsCountedFromTheSends() {
    let sends = [now - day, now - day + 1, now - hour, now - 1]
    #expect(RollingUse(sends: sends, spanMilliseconds: day, limit: 3, now: now) == .init(used: 3, freesAt: now + 1))
    #expect(RollingUse(sends: sends, spanMilliseconds: day, limit: 2, now: now).freesAt == now - hour + day)
    #expect(RollingUse(sends: sends, spanMilliseconds: day, limit: 4, now: now) == .init(used: 3, freesAt: nil))
    #expect(RollingUse(sends: [], spanMilliseconds: day, limit: nil, now: now) == .init(used: 0, freesAt: nil))
  }

  @Test(arguments: [(0, 5), (1, 7), (10, 25), (-3, 5)]) func warmupIsFiveAndTwoADay(day: Int, cap: Int) {
    #expect(Warmup.standard.cap(onDay: day) == cap)
  }

  @Test func warmupOfAnyNumbersIsNoTrap() {
    #expect(Warmup.formula(start: .max, step: .max).cap(onDay: .max) == nil)
    #expect(Warmup.formula(start: 5, step: -2).cap(onDay: 100) == 0)
    #expect(Warmup.curve([]).cap(onDay: 0) == nil)
    #expect(Warmup.curve([3, 6]).cap(onDay: 1) == 6)
  }
}

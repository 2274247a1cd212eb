import Testing

@testable import Delivery

/// The clock is set back and forth while an account sends: no burst beyond a limit, and no wait without an end.
@Suite struct ClockJumpTests {
  @Test(arguments: [-7 * day, -2 * day, -hour, -10 * minute, -minute, minute, hour, 2 * day, 400 * day])
  func neitherBurstsNorStarves(jump: Int64) {
    var account = AccountFacts(id: 1, address: "a@example.org", dayEnds: 0)
    account.hourlyLimit = 6
    account.minuteLimit = 2
    account.minimumGapMilliseconds = 20_000
    account.gapJitterMilliseconds = 10_000
    var now = at("2026-11-20T10:00:00Z")
    /// What passed for a person with a watch.
    var real: Int64 = 0
    var sends: [(clock: Int64, real: Int64)] = []
    var jumps = [2 * hour + 7 * minute, 5 * hour]
    while real < 12 * hour {
      if let next = jumps.first, real >= next {
        jumps.removeFirst()
        now += jump
      }
      // As the store asks: by time, without what lies further ahead than the stretch.
      let clocks = sends.map(\.clock).sorted()
      account.lastHour = RollingUse(sends: clocks, spanMilliseconds: hour, limit: 6, now: now)
      account.lastMinute = RollingUse(sends: clocks, spanMilliseconds: minute, limit: 2, now: now)
      account.lastSendAt = clocks.last { $0 <= now + 30_000 }
      account.lastMessage = Int64(sends.count)
      account.dayEnds = Zone.utc.nextDay(after: now)
      var step = minute
      switch evaluate(MessageFacts(id: 1, due: 0), accounts: [account], pool: PoolPolicy(), now: now).outcome {
      case .go:
        sends.append((now, real))
        step = 1000
      case .wait(let until?):
        // A stretch ahead and the stretch itself, never longer.
        #expect(until > now && until - now <= 2 * hour)
        step = min(until - now, minute)
      default: Issue.record("waits for a change that will not come")
      }
      now += step
      real += step
    }
    // Between the jumps every limit holds by the watch as well.
    for (start, end) in [
      (Int64(0), 2 * hour + 7 * minute), (2 * hour + 8 * minute, 5 * hour), (5 * hour + minute, 12 * hour),
    ] {
      let part = sends.filter { $0.real >= start && $0.real < end }
      for (index, send) in part.enumerated() {
        #expect(part[index...].prefix { $0.real < send.real + hour }.count <= 6)
        if index > 0 { #expect(send.real - part[index - 1].real >= 20_000) }
      }
    }
    // A jump costs at the most two hours of sending, and brings at the most one more hour's limit.
    #expect(sends.count >= 6 * 7)
    #expect(sends.count <= 6 * 14)
  }

  @Test func theJitterIsExplainableAndWithinBounds() {
    var account = AccountFacts(id: 3, address: "a@example.org", dayEnds: 0)
    account.minimumGapMilliseconds = 60_000
    account.gapJitterMilliseconds = 30_000
    let gaps = (1...500).map { id in
      account.lastMessage = Int64(id)
      return account.gapMilliseconds
    }
    #expect(gaps.allSatisfy { (60_000...90_000).contains($0) })
    #expect(Set(gaps).count > 400)
    #expect((gaps.reduce(0, +) / 500 - 75_000).magnitude < 2000)
    account.lastSendAt = evaluatedAt
    let report = account.report(at: evaluatedAt)
    #expect(report.checks.first { $0.name == "gap" }?.numbers["gap"] == account.gapMilliseconds)
    account.gapJitterMilliseconds = .max
    account.minimumGapMilliseconds = .max
    #expect(account.gapMilliseconds > 0)
  }
}

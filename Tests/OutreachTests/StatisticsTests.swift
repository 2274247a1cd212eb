import Testing

@testable import Outreach

struct StatisticsTests {
  static let noon: Int64 = 1_795_176_000_000  // 2026-11-20 12:00 UTC, a Friday
  static let hour: Int64 = 3_600_000

  private func event(_ kind: String, at: Int64 = noon, _ change: (inout StatisticsEvent) -> Void = { _ in })
    -> StatisticsEvent
  {
    var event = StatisticsEvent(kind: kind, at: at, workspaceID: 1)
    change(&event)
    return event
  }

  private func line(_ events: [StatisticsEvent], offset: Int64 = 0) -> StatisticsLine {
    var sums = StatisticsSums()
    for event in events { sums.add(event) }
    var line = StatisticsLine()
    for (cell, count) in sums.counts where cell.scope == .workspace {
      line.add(cell.fact, count)
      line.addTime(cell.fact, hour: cell.hour, count: count, offsetMilliseconds: offset)
    }
    return line
  }

  @Test func everyFactHasAName() {
    let facts: [StatisticsFact] = [
      .enrolled, .completed, .reopened, .stopped("replied"), .sent, .bounced, .refused, .opened, .clicked, .replied,
      .unsubscribed, .complained, .failed, .skipped, .cancelled, .sentReplied, .sentOpened, .sentClicked,
      .replyDelay(17),
      .replySeconds, .wentOn,
    ]
    for fact in facts { #expect(StatisticsFact(name: fact.name) == fact) }
    #expect(StatisticsFact(name: "sent.elsewhere") == nil)
    #expect(Set(facts.map(\.name)).count == facts.count)
  }

  @Test func aMailCountsForAllItBelongsTo() {
    var sums = StatisticsSums()
    sums.add(
      event("message.sent") {
        $0.sequenceID = 7
        $0.step = "2"
        $0.variant = "b"
        $0.accountID = 3
        $0.campaign = "spring"
        $0.tag = "vip"
      })
    #expect(
      Set(sums.counts.keys.map { "\($0.scope) \($0.key)" }) == [
        "workspace ", "sequence 7", "step 7/2", "variant 7/2/b", "account 3", "campaign spring", "tag vip",
      ])
    #expect(sums.counts.values.allSatisfy { $0 == 1 })
  }

  @Test func whatWasRefusedOnTheSpotWasNeverDelivered() {
    let line = line([
      event("message.sent"), event("message.sent"), event("message.bounced") { $0.was = "sent" },
      event("message.bounced"),
    ])
    #expect(line.delivered == 1)
    #expect(line.bounced == 2)
    // Two of three that were tried.
    #expect(line.bounces == Share(part: 2, whole: 3))
  }

  @Test func anAnswerCountsOnceAMail() {
    let first = event("message.replied", at: Self.noon + Self.hour) { $0.sentAt = Self.noon }
    let second = event("message.replied", at: Self.noon + 2 * Self.hour) {
      $0.sentAt = Self.noon
      $0.isRepeated = true
    }
    let line = line([event("message.sent"), first, second])
    #expect(line[.replied] == 1)
    #expect(line.replies.rate == 1)
    #expect(line.meanReplyDelay == Self.hour)
  }

  @Test func peopleOnTheirWayAreThoseWhoHaveNotEnded() {
    let started = (0..<10).map { _ in event("enrollment.started") }
    let stopped = ["replied", "replied", "bounced"].map { reason in event("enrollment.stopped") { $0.reason = reason } }
    let line = line(
      started + stopped + [event("enrollment.completed"), event("enrollment.completed"), event("enrollment.reopened")])
    #expect(line.completed == 1)
    #expect(line.active == 6)
    let late = event("enrollment.stopped") {
      $0.reason = "replied"
      $0.was = "completed"
    }
    #expect(self.line([event("enrollment.started"), event("enrollment.completed"), late]).active == 0)
    #expect(line.stopped.map(\.reason) == ["replied", "bounced"])
    #expect(line.stopped.map(\.count) == [2, 1])
  }

  @Test(arguments: [60_000, 600_000, 3_600_000, 86_400_000, 1_209_600_000] as [Int64])
  func aDelayIsToldToATenth(_ delay: Int64) {
    let told = ReplyDelay.milliseconds(ofStep: ReplyDelay.step(ofMilliseconds: delay))
    #expect(abs(Double(told - delay)) <= 0.5 * Double(max(delay, 60_000)) && told > 0)
    if delay > 60_000 { #expect(abs(Double(told) / Double(delay) - 1) < 0.1) }
  }

  @Test func halfAndNineOfTenOfTheAnswers() throws {
    let events = (1...100).map { number in
      event("message.replied", at: Self.noon + Int64(number) * Self.hour) { $0.sentAt = Self.noon }
    }
    let line = line(events)
    let (median, most) = (try #require(line.replyDelay(share: 0.5)), try #require(line.replyDelay(share: 0.9)))
    #expect(abs(Double(median) / Double(50 * Self.hour) - 1) < 0.12)
    #expect(abs(Double(most) / Double(90 * Self.hour) - 1) < 0.12)
    #expect(StatisticsLine().replyDelay(share: 0.5) == nil)
  }

  @Test func hoursAreThoseOfTheMailByTheClockOfThePeople() {
    // Sent at 12:00 UTC, which is 17:30 in India; answered a day later.
    let line = line(
      [event("message.sent"), event("message.replied", at: Self.noon + 24 * Self.hour) { $0.sentAt = Self.noon }],
      offset: 19_800_000)
    #expect(line.hours.map(\.number) == [17])
    #expect(line.hours.first?.replies == Share(part: 1, whole: 1))
    #expect(line.days.map(\.number) == [5])
  }

  @Test func oneOfOneIsNotBetterThanNinetyOfAHundred() {
    #expect(Share(part: 1, whole: 1).atLeast < Share(part: 90, whole: 100).atLeast)
    #expect(Share(part: 0, whole: 0).atLeast == 0)
    #expect(Share(part: 0, whole: 0).rate == nil)
  }

  @Test func theOrderOfEventsDoesNotMatter() {
    let kinds = ["message.sent", "message.replied", "message.bounced", "enrollment.started", "enrollment.stopped"]
    var random = SystemRandomNumberGenerator()
    let events = (0..<500).map { number in
      event(kinds.randomElement(using: &random) ?? "", at: Self.noon + Int64(number) * 1_234_567) {
        $0.sequenceID = Int64(number % 3)
        $0.sentAt = Self.noon
      }
    }
    var (there, back) = (StatisticsSums(), StatisticsSums())
    for event in events { there.add(event) }
    for event in events.reversed() { back.add(event) }
    #expect(there == back)
  }

  @Test(
    arguments: [
      (nil, nil), (0, 768), (5, 6), (-30, 3), (23, 25), (1, 1000), (-2000, 2000), (770, 1535), (7, 7), (9, 8),
    ] as [(Int64?, Int64?)])
  func aSpanIsCoveredOnceByTheFewestSums(_ from: Int64?, _ to: Int64?) {
    let span = StatisticsHours(from: from, to: to)
    var covered: [Int64: Int] = [:]
    for part in span.parts {
      // Without an end: some years to both sides of the beginning.
      let (first, below) = (max(part.first, part.size.floor(-40_000)), min(part.below, part.size.floor(40_000)))
      for start in stride(from: first, to: below, by: Int(part.size.rawValue)) {
        #expect(part.size.floor(start) == start)
        for hour in start..<start + part.size.rawValue { covered[hour, default: 0] += 1 }
      }
    }
    #expect(covered.values.allSatisfy { $0 == 1 })
    #expect(covered.keys.allSatisfy { (from ?? .min) <= $0 && $0 < (to ?? .max) })
    if let from, let to {
      #expect(covered.count == max(0, Int(to - from)))
      let sums = span.parts.reduce(0) { $0 + Int(($1.below - $1.first) / $1.size.rawValue) }
      #expect(sums <= 2 * 23 + 2 * 31 + Int(max(0, to - from)) / 768)
    } else {
      #expect(span.parts.map(\.size) == [.month])
    }
  }

  @Test func longSumsHoldWhatTheirHoursDo() {
    var sums = StatisticsSums()
    for number in 0..<2000 as Range<Int64> { sums.add(event("message.sent", at: (number - 1000) * Self.hour)) }
    for size in StatisticsHours.Size.allCases {
      let counts = sums.counts(by: size)
      #expect(counts.values.reduce(0, +) == 2000)
      #expect(counts.keys.allSatisfy { size.floor($0.hour) == $0.hour })
    }
    #expect(sums.counts(by: .month).count == 4)
  }
}

import Testing

@testable import Outreach

struct StatisticsPersonTests {
  private func event(_ kind: String, _ change: (inout StatisticsEvent) -> Void = { _ in }) -> StatisticsEvent {
    var event = StatisticsEvent(kind: kind, at: 0, workspaceID: 1)
    event.enrollmentID = 1
    event.sequenceID = 7
    change(&event)
    return event
  }

  private func mail(
    _ step: String, _ variant: String? = nil, account: Int64 = 3, kind: String = "message.sent"
  ) -> StatisticsEvent {
    event(kind) {
      $0.step = step
      $0.variant = variant
      $0.accountID = account
    }
  }

  private func stop(_ reason: String) -> StatisticsEvent { event("enrollment.stopped") { $0.reason = reason } }

  /// Each place as `enrolled active went-on completed stopped`, by its key.
  private func places(_ scope: StatisticsScope, _ events: [StatisticsEvent]) -> [String: [Int64]] {
    var sums = StatisticsSums()
    for event in events { sums.add(event) }
    var lines: [String: StatisticsLine] = [:]
    for (cell, count) in sums.counts where cell.scope == scope {
      lines[cell.key, default: StatisticsLine()].add(cell.fact, count)
    }
    return lines.compactMapValues { line in
      let counts = [
        line[.enrolled], line.active, line[.wentOn], line.completed, line.stopped.reduce(0) { $0 + $1.count },
      ]
      return counts.allSatisfy { $0 == 0 } ? nil : counts
    }
  }

  @Test func oneWaitsAfterTheLastMail() {
    let way = [event("enrollment.started"), mail("1", "a"), mail("2")]
    #expect(places(.step, way) == ["7/1": [1, 0, 1, 0, 0], "7/2": [1, 1, 0, 0, 0]])
    #expect(places(.variant, way) == ["7/1/a": [1, 0, 1, 0, 0]])
    #expect(places(.account, way) == ["3": [1, 1, 0, 0, 0]])
    #expect(places(.sequence, way) == ["7": [1, 1, 0, 0, 0]])
    #expect(places(.step, [event("enrollment.started")]) == [:], "nobody is at a step before its mail")
  }

  @Test func whoStopsStopsAtTheMailThatWasTheLast() {
    let way = [mail("1"), mail("2", "b"), stop("replied")]
    #expect(places(.step, way) == ["7/1": [1, 0, 1, 0, 0], "7/2": [1, 0, 0, 0, 1]])
    #expect(places(.variant, way) == ["7/2/b": [1, 0, 0, 0, 1]])
    #expect(places(.account, way) == ["3": [1, 0, 0, 0, 1]])
  }

  @Test func anAnswerAfterTheEndIsNoCompletion() {
    let way = [mail("1"), event("enrollment.completed")]
    #expect(places(.step, way) == ["7/1": [1, 0, 0, 1, 0]])
    #expect(places(.step, way + [stop("replied")]) == ["7/1": [1, 0, 0, 0, 1]])
    let again = way + [event("enrollment.reopened")]
    #expect(places(.step, again) == ["7/1": [1, 1, 0, 0, 0]])
    #expect(places(.step, again + [mail("2")]) == ["7/1": [1, 0, 1, 0, 0], "7/2": [1, 1, 0, 0, 0]])
    #expect(places(.step, way + [mail("2")]) == ["7/1": [1, 0, 1, 0, 0], "7/2": [1, 0, 0, 1, 0]])
  }

  @Test func aMailUnderWayReachesNobodyWhoHasLeft() {
    let way = [mail("1"), stop("unsubscribed"), mail("2")]
    #expect(places(.step, way) == ["7/1": [1, 0, 0, 0, 1]])
    #expect(places(.account, way) == ["3": [1, 0, 0, 0, 1]])
    #expect(places(.step, [stop("manual"), mail("1")]) == [:])
  }

  @Test func aRefusedMailStopsAtItsOwnStep() {
    #expect(
      places(.step, [mail("1"), mail("2", kind: "message.bounced"), stop("bounced")]) == [
        "7/1": [1, 0, 1, 0, 0], "7/2": [1, 0, 0, 0, 1],
      ])
    var late = mail("1", kind: "message.bounced")
    late.was = "sent"
    #expect(places(.step, [mail("1"), mail("2"), late, stop("bounced")])["7/2"] == [1, 0, 0, 0, 1])
    #expect(places(.step, [mail("1", kind: "message.failed"), mail("2")])["7/1"] == [1, 0, 1, 0, 0])
  }

  @Test func peopleStandAtTasksToo() {
    let call = event("task.opened") { $0.step = "call" }
    let way = [mail("1"), call]
    #expect(places(.step, way) == ["7/1": [1, 0, 1, 0, 0], "7/call": [1, 1, 0, 0, 0]])
    #expect(places(.account, way) == ["3": [1, 1, 0, 0, 0]], "the thread is still of its account")
  }

  @Test func aThreadThatMovesLeavesItsAccount() {
    #expect(places(.account, [mail("1"), mail("2", account: 4)]) == ["3": [1, 0, 1, 0, 0], "4": [1, 1, 0, 0, 0]])
  }

  @Test func dropOffIsOfThoseWhoLeft() {
    var line = StatisticsLine()
    line.add(.enrolled, 10)
    #expect(line.dropOff.rate == nil, "all of them are still there")
    line.add(.wentOn, 3)
    line.add(.stopped("replied"), 1)
    #expect(line.dropOff.rate == 0.25)
  }

  @Test func inPartsIsTheSameAsAtOnce() {
    let way = [event("enrollment.started"), mail("1", "a"), mail("2"), event("enrollment.completed"), stop("replied")]
    for cut in 0...way.count {
      var (first, all) = (StatisticsSums(), StatisticsSums())
      for event in way[..<cut] { first.add(event) }
      var second = StatisticsSums(people: first.people)
      for event in way[cut...] { second.add(event) }
      for event in way { all.add(event) }
      let sums = first.counts.merging(second.counts, uniquingKeysWith: +)
      #expect(sums == all.counts && second.people == all.people)
    }
  }
}

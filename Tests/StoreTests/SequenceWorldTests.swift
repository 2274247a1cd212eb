import Configuration
import Delivery
import Foundation
import Outreach
import Testing

@testable import Store

/// Thirty days of sequences with steps of their own, on a clock that jumps: twenty accounts, people who answer, bounce, ask out
/// and open, tasks that are done or not, edits, pauses and restarts in the middle.
@Suite struct SequenceWorldTests {
  @Test(arguments: [20_261_126, 6] as [UInt64]) func thirtyDaysKeepWhatWasPromised(_ seed: UInt64) async throws {
    let world = try await SequenceWorld(seed: seed)
    let run = try await world.run(days: 30)
    // Enough happened for the promises to mean something. A seed's world is the same each time: 346 and 379 mails, as one mail
    // in six ends its sequence, or all of its person's, one task in four is never done, and one person in six has no company.
    #expect(run.sends.count > 300)
    #expect(run.replies.count > 30)
    #expect(run.answers.count { $0.kind == "bounce" } > 5)
    #expect(run.answers.count { $0.kind == "unsubscribe" } > 5)
    #expect(run.restarts > 50)
    #expect(Set(run.sends.map(\.message)).count == run.sends.count, "a message went twice")
    #expect(Set(run.sends.map { "\($0.enrollment) \($0.step)" }).count == run.sends.count, "a step went twice")
    for send in run.sends { #expect(world.isInHours(send), "message \(send.message) went outside its hours") }
    let days = Dictionary(grouping: run.sends) { "\($0.account) \($0.at / SequenceWorld.day)" }
    for (key, mails) in days { #expect(mails.count <= SequenceWorld.dailyLimit, "over the limit: \(key)") }
    #expect(days.values.count { $0.count == SequenceWorld.dailyLimit } > 100, "no limit was reached")
    for mails in Dictionary(grouping: run.sends, by: \.account).values {
      for (one, next) in zip(mails, mails.dropFirst()) {
        #expect(next.at - one.at >= world.gaps[one.account] ?? .max, "\(one) and \(next) are too close")
      }
    }
    // After an answer, by what the people did and not by what the store made of it.
    let mails = Dictionary(run.sends.map { ($0.message, $0) }) { first, _ in first }
    let (enrollments, waiting, credits, events) = try await world.standing()
    for answer in run.answers {
      let mail = try #require(mails[answer.message])
      if answer.kind == "auto_reply" { continue }
      if answer.kind != "reply" || mail.sequence != "two" {
        let state = enrollments.first { $0.id == mail.enrollment }?.state
        #expect(
          state == .stopped || state == .failed, "\(mail.address) is \(String(describing: state)) after \(answer)")
      }
      let late = run.sends.filter { send in
        guard send.at > answer.at, send.address == mail.address else { return false }
        switch answer.kind {
        case "reply": return send.enrollment == mail.enrollment && send.sequence != "two"
        default: return true
        }
      }
      #expect(late.isEmpty, "\(mail.address) got \(late) after \(answer)")
    }
    #expect(enrollments.count + world.refused.count == SequenceWorld.people * 3)
    for enrollment in enrollments where enrollment.state == .stopped || enrollment.state == .failed {
      let end = try #require(enrollment.endedAt)
      let late = run.sends.filter { $0.enrollment == enrollment.id && $0.at > end }
      #expect(late.isEmpty, "\(enrollment.contact) got \(late) after \(enrollment.stopReason?.rawValue ?? "")")
    }
    for state in [EnrollmentState.completed, .stopped, .failed] {
      #expect(enrollments.contains { $0.state == state }, "nobody is \(state)")
    }
    // Whoever has not ended waits for a task, or a mail of theirs says what it waits for, and until when.
    for enrollment in enrollments where enrollment.state == .active && !waiting.contains(enrollment.id) {
      let reports = try await world.reports(of: enrollment)
      #expect(!reports.isEmpty, "\(enrollment.contact) waits for nothing")
      for report in reports {
        let closed = report.gates.first { $0.name == report.binding?.rawValue }
        #expect(closed?.reason.isEmpty == false, "\(enrollment.contact) waits for no reason")
        guard case .wait(let until?) = report.outcome, until >= world.end else {
          Issue.record("\(enrollment.contact) should have got a mail: \(report)")
          continue
        }
      }
    }
    #expect(enrollments.allSatisfy { $0.state != .paused }, "nobody has held anybody")
    #expect(credits.sends == run.sends.count)
    #expect(run.answers.contains { $0.kind == "auto_reply" })
    #expect(credits.replies == run.replies.count, "only a person's answer is a credit")
    keptThePlan(run)
    for (address, mails) in Dictionary(grouping: run.sends, by: \.address) {
      for (one, over) in zip(mails, mails.dropFirst(SequenceWorld.weeklyLimit)) {
        #expect(over.at - one.at >= 7 * SequenceWorld.day, "\(address) got too many mails in a week")
      }
    }
    askedWhenTheyWent(run, try await world.skipped())
    for send in run.sends {
      #expect(send.variant == world.dealt["\(send.enrollment) \(send.step)"] ?? send.variant, "drawn again: \(send)")
    }
    #expect(run.sends.count { $0.variant != nil } > 20)
    let statistics = try await world.statistics()
    #expect(statistics.told == statistics.anew, "made anew the statistics say something else")
    #expect(statistics.people == statistics.byEvents)
    #expect(statistics.people.keys.contains { $0.contains("/call ") }, "nobody is at a task")
    #expect(events["message.sent"] == run.sends.count)
    #expect(events["enrollment.started"] == enrollments.count)
    #expect(events["enrollment.stopped"] == enrollments.count { $0.state == .stopped || $0.state == .failed })
  }
}

extension SequenceWorldTests {
  /// No mail goes when the credits of its day are used, by answers too.
  private func keptThePlan(_ run: SequenceWorld.Run) {
    let replies = run.answers.filter { $0.kind == "reply" }
    var fullDays = 0
    for (day, mails) in Dictionary(grouping: run.sends, by: { $0.at / SequenceWorld.day }) {
      for (number, mail) in mails.enumerated() {
        let answered = replies.count { $0.at / SequenceWorld.day == day && $0.at < mail.at }
        #expect(number + answered < SequenceWorld.dailyCredits, "message \(mail.message) had no credit")
        if number + answered == SequenceWorld.dailyCredits - 1 { fullDays += 1 }
      }
    }
    #expect(fullDays > 0, "the credits were never used up")
  }

  /// A condition is looked at when its mail goes: step c of sequence two is for those who have not answered until then.
  private func askedWhenTheyWent(_ run: SequenceWorld.Run, _ skipped: [(enrollment: Int64, at: Int64)]) {
    let enrollments = Dictionary(run.sends.map { ($0.message, $0.enrollment) }) { first, _ in first }
    func answered(_ enrollment: Int64, before at: Int64) -> Bool {
      run.answers.contains { $0.kind == "reply" && enrollments[$0.message] == enrollment && $0.at <= at }
    }
    for send in run.sends where send.sequence == "two" && send.step == "c" {
      #expect(!answered(send.enrollment, before: send.at - 1), "\(send) went to somebody who had answered")
    }
    #expect(!skipped.isEmpty, "nobody answered before their last mail")
    for skip in skipped { #expect(answered(skip.enrollment, before: skip.at), "\(skip) had not answered") }
  }
}

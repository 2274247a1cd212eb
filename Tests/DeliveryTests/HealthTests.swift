import Testing

@testable import Delivery

@Suite struct HealthTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var facts: HealthFacts
    var pause: HealthPause?
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    .init(name: "nothing yet", facts: .init(attempts: 0, accepted: 0, bounces: 0, complaints: 0), pause: nil),
    .init(name: "nine bad attempts", facts: .init(attempts: 9, accepted: 0, bounces: 0, complaints: 0), pause: nil),
    .init(
      name: "ten with seven good", facts: .init(attempts: 10, accepted: 7, bounces: 0, complaints: 0), pause: nil),
    .init(
      name: "ten with six good", facts: .init(attempts: 10, accepted: 6, bounces: 0, complaints: 0),
      pause: .lowSuccess),
    .init(
      name: "49 sends with bounces", facts: .init(attempts: 49, accepted: 49, bounces: 10, complaints: 3), pause: nil),
    .init(
      name: "50 sends, 2 bounces (4 %)", facts: .init(attempts: 50, accepted: 50, bounces: 2, complaints: 0),
      pause: nil),
    .init(
      name: "60 sends, 3 bounces (5 %)", facts: .init(attempts: 60, accepted: 60, bounces: 3, complaints: 0),
      pause: .bounceRate),
    .init(
      name: "61 sends, 3 bounces (4.9 %)", facts: .init(attempts: 61, accepted: 61, bounces: 3, complaints: 0),
      pause: nil),
    .init(
      name: "refused recipients are sends",
      facts: .init(attempts: 60, accepted: 48, sends: 60, bounces: 12, complaints: 0),
      pause: .bounceRate),
    .init(
      name: "1000 sends, 1 complaint (0.1 %)",
      facts: .init(attempts: 1000, accepted: 1000, bounces: 0, complaints: 1), pause: .complaintRate),
    .init(
      name: "1001 sends, 1 complaint", facts: .init(attempts: 1001, accepted: 1001, bounces: 0, complaints: 1),
      pause: nil),
    .init(
      name: "50 sends, 1 complaint", facts: .init(attempts: 50, accepted: 50, bounces: 0, complaints: 1),
      pause: .complaintRate),
    .init(
      name: "impossible numbers", facts: .init(attempts: -5, accepted: .max, bounces: .max, complaints: .max),
      pause: .complaintRate),
  ]

  @Test(arguments: cases) func pauses(test: Case) {
    #expect(Health.pause(for: test.facts) == test.pause)
    let score = Health.score(test.facts)
    #expect((0...100).contains(score))
    // What is paused is not at 53.
    if test.pause != nil { #expect(score == 0) }
  }

  @Test func scoreFallsToItsLimits() {
    #expect(Health.score(.init(attempts: 0, accepted: 0, bounces: 0, complaints: 0)) == 100)
    #expect(Health.score(.init(attempts: 200, accepted: 200, bounces: 0, complaints: 0)) == 100)
    #expect(Health.score(.init(attempts: 200, accepted: 140, bounces: 0, complaints: 0)) == 0)
    #expect(Health.score(.init(attempts: 200, accepted: 170, bounces: 0, complaints: 0)) == 50)
    #expect(Health.score(.init(attempts: 200, accepted: 200, bounces: 10, complaints: 0)) == 0)
    #expect(Health.score(.init(attempts: 200, accepted: 170, sends: 200, bounces: 5, complaints: 0)) == 25)
    #expect(Health.score(.init(attempts: 1000, accepted: 1000, bounces: 0, complaints: 1)) == 0)
    #expect(Health.score(.init(attempts: 200, accepted: 0, sends: 200, bounces: 200, complaints: 200)) == 0)
    // One failure of one attempt counts a tenth of what it would of ten.
    #expect(Health.score(.init(attempts: 1, accepted: 0, bounces: 0, complaints: 0)) == 90)
  }

  @Test func moreTroubleNeverScoresBetter() {
    var random = Seeded(3)
    for _ in 0..<500 {
      let attempts = Int.random(in: 0...300, using: &random)
      let accepted = Int.random(in: 0...attempts, using: &random)
      let bounces = Int.random(in: 0...accepted, using: &random)
      let complaints = Int.random(in: 0...accepted, using: &random)
      let score = Health.score(.init(attempts: attempts, accepted: accepted, bounces: bounces, complaints: complaints))
      let worse = HealthFacts(attempts: attempts, accepted: accepted, bounces: bounces + 1, complaints: complaints + 1)
      #expect(Health.score(worse) <= score)
    }
  }
}

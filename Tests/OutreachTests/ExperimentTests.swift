import Testing

@testable import Outreach

/// Sends mail by mail, looks after each ten, and stops at a winner or after `mails`.
private func run(_ experiment: Experiment, rates: [Double], mails: Int, seed: Int64) -> (
  winner: Int?, counts: [VariantCount]
) {
  var random = MixedNumbers(first: seed, second: 77)
  var counts = rates.map { _ in VariantCount() }
  for mail in 0..<mails {
    let variant = experiment.variant(for: Int64(mail), in: seed, counts: counts)
    counts[variant].trials += 1
    if Double.random(in: 0..<1, using: &random) < rates[variant] { counts[variant].successes += 1 }
    if mail % 10 == 9, let winner = experiment.winner(counts) { return (winner, counts) }
  }
  return (nil, counts)
}

/// The promise: with no true difference, looked at again and again, a winner is called in at most the promised share of runs.
@Test(arguments: [VariantChoice.equal, .weighted, .bandit], [0.03, 0.4])
func noDifferenceMakesNoWinner(_ choice: VariantChoice, _ rate: Double) {
  let experiment = Experiment(choice: choice, weights: [1, 2, 1], minimumSample: 30, confidence: 0.9)
  let called = (0..<200).count {
    run(experiment, rates: [rate, rate, rate], mails: 1500, seed: Int64($0)).winner != nil
  }
  #expect(called <= 20)
}

@Test(arguments: [VariantChoice.equal, .bandit]) func aTrueDifferenceIsFound(_ choice: VariantChoice) {
  let experiment = Experiment(choice: choice, weights: [1, 1], minimumSample: 30, confidence: 0.95)
  let winners = (0..<50).map { run(experiment, rates: [0.05, 0.2], mails: 5000, seed: 1000 + Int64($0)).winner }
  #expect(winners.count { $0 == 1 } >= 45)
  #expect(winners.count { $0 == 0 } <= 2)
}

@Test func aBanditSendsTheBetterOneMoreOften() {
  let experiment = Experiment(choice: .bandit, weights: [1, 1], minimumSample: 5000)
  let counts = run(experiment, rates: [0.05, 0.15], mails: 2000, seed: 5).counts
  #expect(counts[1].trials > 3 * counts[0].trials)
}

@Test func choicesAreDealtOutByWeightAndStay() {
  let experiment = Experiment(choice: .weighted, weights: [1, 3, 0])
  let dealt = (0..<4000).map { experiment.variant(for: Int64($0), in: 9, counts: []) }
  #expect(dealt == (0..<4000).map { experiment.variant(for: Int64($0), in: 9, counts: []) })
  #expect((900...1100).contains(dealt.count { $0 == 0 }))
  #expect(!dealt.contains(2))
  let equal = Experiment(weights: [1, 1, 1])
  let third = (0..<3000).count { equal.variant(for: Int64($0), in: 9, counts: []) == 2 }
  #expect((900...1100).contains(third))
}

@Test func nothingIsCalledBeforeTheMinimumSample() {
  let experiment = Experiment(weights: [1, 1], minimumSample: 500)
  #expect(
    experiment.winner([VariantCount(trials: 499, successes: 400), VariantCount(trials: 5000, successes: 1)]) == nil)
  #expect(
    experiment.winner([VariantCount(trials: 500, successes: 400), VariantCount(trials: 5000, successes: 1)]) == 0)
}

@Test func intervalsHoldTheRateAndNarrow() {
  let few = VariantCount(trials: 20, successes: 5).interval(error: 0.05)
  let many = VariantCount(trials: 2000, successes: 500).interval(error: 0.05)
  #expect(few.contains(0.25) && many.contains(0.25))
  #expect(many.upperBound - many.lowerBound < (few.upperBound - few.lowerBound) / 5)
  #expect(VariantCount().interval(error: 0.05) == 0...1)
  #expect(VariantCount(trials: 50).interval(error: 0.05).lowerBound == 0)
  #expect(VariantCount(trials: 50, successes: 50).interval(error: 0.05).upperBound == 1)
}

internal import Delivery

/// How the contacts of an experiment are dealt out to its variants.
public enum VariantChoice: String, Sendable, Codable, CaseIterable {
  /// The same share for each.
  case equal
  /// By the variants' weights.
  case weighted
  /// Four in five by Thompson sampling, the better ones more often; the fifth equally.
  case bandit
}

/// What an experiment counts as a success of a mail.
public enum VariantMetric: String, Sendable, Codable, CaseIterable {
  /// It was opened, a link was clicked, the person answered.
  case open, click, reply
}

/// What became of one variant's mails. Only mails count whose time to succeed is over, whether they did or not: a count
/// of fresh mails would hold their youth against the variant that was sent last.
public struct VariantCount: Sendable, Equatable {
  /// Mails.
  public var trials: Int
  /// Those of them that succeeded.
  public var successes: Int

  /// Counts; successes are never more than trials.
  public init(trials: Int = 0, successes: Int = 0) {
    self.trials = max(0, trials)
    self.successes = min(max(0, successes), self.trials)
  }

  /// Successes for each trial; 0 without trials.
  public var rate: Double { trials == 0 ? 0 : Double(successes) / Double(trials) }
}

/// An experiment's rules.
public struct Experiment: Sendable, Equatable {
  /// How contacts are dealt out.
  public var choice: VariantChoice
  /// One for each variant; used by `weighted`. 0 gets nothing.
  public var weights: [Int]
  /// Trials of each variant before a winner may be called.
  public var minimumSample: Int
  /// The share of experiments without any difference in which no winner is called: 0.90, 0.95 or 0.99.
  public var confidence: Double

  /// An experiment.
  public init(choice: VariantChoice = .equal, weights: [Int], minimumSample: Int = 100, confidence: Double = 0.95) {
    self.choice = choice
    self.weights = weights.map { max(0, $0) }
    self.minimumSample = minimumSample
    self.confidence = min(max(confidence, 0.5), 0.9999)
  }

  /// The variant for a contact. It is chosen once and kept by the caller; equal and weighted choices follow from the two ids
  /// alone, a bandit's also from the counts.
  public func variant(for contact: Int64, in experiment: Int64, counts: [VariantCount]) -> Int {
    guard weights.count > 1 else { return 0 }
    var random = MixedNumbers(first: experiment, second: contact)
    switch choice {
    case .equal: return Int(random.next().multipliedFullWidth(by: UInt64(weights.count)).high)
    case .weighted:
      let total = weights.reduce(0, +)
      guard total > 0 else { return 0 }
      var place = Int(random.next().multipliedFullWidth(by: UInt64(total)).high)
      for (index, weight) in weights.enumerated() {
        if place < weight { return index }
        place -= weight
      }
      return weights.count - 1
    case .bandit:
      // One in five is dealt out equally: else the losers would get too few mails for anybody to say that they lost.
      if random.next() % 5 == 0 { return Int(random.next().multipliedFullWidth(by: UInt64(weights.count)).high) }
      let draws = weights.indices.map { index in
        let count = index < counts.count ? counts[index] : VariantCount()
        return betaDraw(
          Double(count.successes) + 1, Double(count.trials - count.successes) + 1, using: &random)
      }
      return draws.indices.max { draws[$0] < draws[$1] } ?? 0
    }
  }

  /// The variant that is better than every other, as far as this confidence can say; nil: nobody knows yet.
  ///
  /// Each variant has a confidence sequence for its rate; a winner's lies above all others. A sequence holds at all times
  /// together, so that looking after every mail, and a bandit that sends by what it sees, break no promise: without a true
  /// difference a winner is called in at most `1 - confidence` of all experiments (Ville's inequality).
  public func winner(_ counts: [VariantCount]) -> Int? {
    guard counts.count > 1, counts.allSatisfy({ $0.trials >= minimumSample }),
      let best = counts.indices.max(by: { counts[$0].rate < counts[$1].rate })
    else { return nil }
    let error = (1 - confidence) / Double(counts.count)
    let low = counts[best].interval(error: error).lowerBound
    let isBest = counts.indices.allSatisfy { $0 == best || counts[$0].interval(error: error).upperBound < low }
    return isBest ? best : nil
  }
}

/// Numbers that look like chance and follow from two ids (SplitMix64).
struct MixedNumbers: RandomNumberGenerator {
  private var state: Int64

  init(first: Int64, second: Int64) { state = Int64(bitPattern: mixed(first, second)) }

  mutating func next() -> UInt64 {
    state &+= 1
    return mixed(state, 0x5DEECE66D)
  }
}

// How an account is doing, from the last seven days, and when it is paused for it (DESIGN.md, "Health").

/// What an account did in the last seven days.
public struct HealthFacts: Sendable, Equatable {
  /// Attempts with an answer about the mail: accepted, refused or deferred; not what a limit or the connection stopped.
  public var attempts: Int
  /// Of these, accepted.
  public var accepted: Int
  /// Mails whose fate is known: accepted, or refused for their recipient; what bounces and complaints are measured by.
  public var sends: Int
  /// Mails that bounced, at once or later.
  public var bounces: Int
  /// Sent mails that were called spam.
  public var complaints: Int

  /// Counts; below 0 they are 0. `sends` is `accepted` when it is not given.
  public init(attempts: Int, accepted: Int, sends: Int? = nil, bounces: Int, complaints: Int) {
    let bounds = 0...1_000_000_000_000
    self.attempts = attempts.clamped(to: bounds)
    self.accepted = accepted.clamped(to: bounds)
    self.sends = (sends ?? accepted).clamped(to: bounds)
    self.bounces = bounces.clamped(to: bounds)
    self.complaints = complaints.clamped(to: bounds)
  }
}

/// Why an account is paused for its health; the raw value is the account's reason.
public enum HealthPause: String, Codable, Sendable, Equatable, CaseIterable {
  /// Success under 70 % over at least 10 attempts.
  case lowSuccess = "low_success"
  /// Bounces of 5 % or more over at least 50 sends.
  case bounceRate = "bounce_rate"
  /// Complaints of 0.1 % or more over at least 50 sends.
  case complaintRate = "complaint_rate"
}

extension HealthFacts {
  /// Accepted of all attempts, in hundredths of a percent; nil without attempts.
  public var successRate: Int? { Health.share(accepted, of: attempts) }
  /// Bounces of all mails whose fate is known, in hundredths of a percent; nil without any.
  public var bounceRate: Int? { Health.share(bounces, of: sends) }
  /// Complaints of all mails whose fate is known, in hundredths of a percent; nil without any.
  public var complaintRate: Int? { Health.share(complaints, of: sends) }

  /// The numbers behind a pause, for people.
  public func words(for pause: HealthPause) -> String {
    func percent(_ share: Int?) -> String {
      let hundredths = (share ?? 0) % 100
      return "\((share ?? 0) / 100).\(hundredths < 10 ? "0" : "")\(hundredths) %"
    }
    switch pause {
    case .lowSuccess:
      return "\(accepted) of \(attempts) attempts succeeded in seven days, \(percent(successRate)); the least is 70 %"
    case .bounceRate:
      return "\(bounces) of \(sends) mails of seven days bounced, \(percent(bounceRate)); the limit is 5 %"
    case .complaintRate:
      return
        "\(complaints) of \(sends) mails of seven days were called spam, \(percent(complaintRate)); the limit is 0.1 %"
    }
  }
}

/// Health as a number and as a decision.
public enum Health {
  /// Attempts before success is judged.
  public static let minimumAttempts = 10
  /// Sends before bounces and complaints are judged.
  public static let minimumSends = 50

  /// Whether the account is to be paused, and why; complaints weigh most, then bounces.
  public static func pause(for facts: HealthFacts) -> HealthPause? {
    if facts.sends >= minimumSends {
      // In whole numbers, so that the edge is exact.
      if facts.complaints > 0, facts.complaints * 1000 >= facts.sends { return .complaintRate }
      if facts.bounces * 20 >= facts.sends { return .bounceRate }
    }
    if facts.attempts >= minimumAttempts, rate(facts.accepted, of: facts.attempts) < 0.7 { return .lowSuccess }
    return nil
  }

  /// 0 (paused or about to be) to 100 (nothing wrong).
  ///
  /// Success, bounces and complaints each keep the share of the way that is left to their limit, and the score is their
  /// product: at any one limit it is 0. Fewer attempts or sends than a limit needs count in proportion, so that one bad mail
  /// is no verdict.
  public static func score(_ facts: HealthFacts) -> Int {
    let ofAttempts = min(1, Double(facts.attempts) / Double(minimumAttempts))
    let ofSends = min(1, Double(facts.sends) / Double(minimumSends))
    let failure = (1 - rate(facts.accepted, of: facts.attempts)) / 0.3
    let bounce = rate(facts.bounces, of: facts.sends) / 0.05
    let complaint = rate(facts.complaints, of: facts.sends) / 0.001
    let left = [(failure, ofAttempts), (bounce, ofSends), (complaint, ofSends)].reduce(1.0) { left, trouble in
      left * (1 - min(1, trouble.0) * trouble.1)
    }
    return Int((100 * left).rounded())
  }

  /// Hundredths of a percent, at most 100 %.
  static func share(_ part: Int, of whole: Int) -> Int? { whole == 0 ? nil : min(10_000, part * 10_000 / whole) }

  /// Share of a count, at most 1; of nothing it is 1 when all of nothing succeeded, which the sample's size weighs as 0.
  private static func rate(_ part: Int, of whole: Int) -> Double {
    whole == 0 ? 1 : min(1, Double(part) / Double(whole))
  }
}

extension Int {
  fileprivate func clamped(to range: ClosedRange<Int>) -> Int {
    Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
  }
}

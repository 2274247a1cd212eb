public import Configuration
internal import Outreach

/// Deals the variants of one step.
struct VariantDealer {
  private let variants: [String]
  private let winner: String?
  private let experiment: Experiment
  private let id: Int64
  private let counts: [VariantCount]

  /// The dealer of a step that has variants.
  init(_ step: StepEntry, of sequence: SequenceRecord, _ db: Reader) throws(StoreError) {
    let settings = step.experiment ?? ExperimentSettings()
    variants = step.variants.map(\.id)
    winner = try db.experiment(of: sequence, step: step.id)?.winner
    experiment = Experiment(step)
    // The same contacts must not be dealt the same place in every experiment.
    id = step.id.utf8.reduce(sequence.id) { ($0 &* 31) &+ Int64($1) }
    counts =
      winner == nil && settings.choice == .bandit ? try db.variantCounts(of: step, in: sequence) : []
  }

  /// The variant for a contact; all get the winner once there is one.
  func variant(for contact: Int64) -> String {
    if let winner, variants.contains(winner) { return winner }
    return variants[experiment.variant(for: contact, in: id, counts: counts)]
  }
}

extension Experiment {
  /// The rules of a step's variants.
  init(_ step: StepEntry) {
    let settings = step.experiment ?? ExperimentSettings()
    let choice: VariantChoice =
      switch settings.choice {
      case .equal: .equal
      case .weighted: .weighted
      case .bandit: .bandit
      }
    self.init(
      choice: choice, weights: step.variants.map(\.weight), minimumSample: settings.minimumSample,
      confidence: Double(settings.confidence) / 100)
  }
}

/// What is known of a step's variants.
public struct ExperimentRecord: Sendable, Equatable {
  /// The version of the sequence since which the variants are what they are.
  public var sinceVersion: Int64
  /// The variant that won; all new contacts get it.
  public var winner: String?
  /// When.
  public var calledAt: Int64?
}

extension Reader {
  /// The experiment of a step; nil: it has no variants.
  public func experiment(of sequence: SequenceRecord, step: String) throws(StoreError) -> ExperimentRecord? {
    try first(
      "SELECT since_version, winner, called_at FROM experiment WHERE sequence_id = ? AND step_id = ?",
      [.integer(sequence.id), .text(step)]
    ) { row in
      ExperimentRecord(sinceVersion: row.integer(0), winner: row.textOrNil(1), calledAt: row.integerOrNil(2))
    }
  }

  /// What became of the mails of each variant, in the order of the step's variants, as far as they are counted.
  func variantCounts(of step: StepEntry, in sequence: SequenceRecord) throws(StoreError) -> [VariantCount] {
    let counts = try variantCounts(of: sequence, step: step.id)
    return step.variants.map { counts[$0.id] ?? VariantCount() }
  }
}

/// How the experiment of a step stands.
public struct ExperimentStanding: Sendable, Equatable {
  /// One variant's mails whose time to succeed is over.
  public struct Variant: Sendable, Equatable {
    /// Its id.
    public var id: String
    /// Its share.
    public var weight: Int
    /// Mails.
    public var trials: Int
    /// Those that succeeded.
    public var successes: Int
  }

  /// Its rules.
  public var settings: ExperimentSettings
  /// Since when, and which variant won.
  public var record: ExperimentRecord
  /// In the order of the definition.
  public var variants: [Variant]
}

extension Reader {
  /// The experiment of a step, as far as its mails are counted; nil: it has no variants.
  public func standing(ofExperiment step: StepEntry, in sequence: SequenceRecord) throws(StoreError)
    -> ExperimentStanding?
  {
    guard !step.variants.isEmpty, let record = try experiment(of: sequence, step: step.id) else { return nil }
    let counts = try variantCounts(of: step, in: sequence)
    let variants = zip(step.variants, counts).map { variant, count in
      ExperimentStanding.Variant(
        id: variant.id, weight: variant.weight, trials: count.trials, successes: count.successes)
    }
    return ExperimentStanding(settings: step.experiment ?? ExperimentSettings(), record: record, variants: variants)
  }

  /// Experiments whose winner can be told from what is counted.
  public func decidedExperiments() throws(StoreError) -> [DecidedExperiment] {
    var decided: [DecidedExperiment] = []
    for sequence in try sequences() where sequence.isNative && sequence.state != .draft {
      for step in sequence.entry.steps where !step.variants.isEmpty {
        guard let known = try experiment(of: sequence, step: step.id), known.winner == nil else { continue }
        let counts = try variantCounts(of: step, in: sequence)
        if let winner = Experiment(step).winner(counts) {
          decided.append(
            DecidedExperiment(
              sequenceID: sequence.id, stepID: step.id, winner: step.variants[winner].id,
              sinceVersion: known.sinceVersion, counts: counts))
        }
      }
    }
    return decided
  }
}

/// An experiment whose winner can be told.
public struct DecidedExperiment: Sendable, Equatable {
  var sequenceID: Int64
  var stepID: String
  var winner: String
  var sinceVersion: Int64
  var counts: [VariantCount]
}

extension Transaction {
  /// Calls the winner of an experiment: from now on all new contacts get it. Nothing, when the experiment was begun anew or
  /// decided since.
  public func callWinner(_ decided: DecidedExperiment, now: Int64) throws(StoreError) {
    let changed = try run(
      """
      UPDATE experiment SET winner = ?, called_at = ?
      WHERE sequence_id = ? AND step_id = ? AND since_version = ? AND winner IS NULL
      """,
      [
        .text(decided.winner), .integer(now), .integer(decided.sequenceID), .text(decided.stepID),
        .integer(decided.sinceVersion),
      ])
    guard changed > 0, let sequence = try sequence(decided.sequenceID), let step = sequence.entry.step(decided.stepID)
    else { return }
    let results = zip(step.variants, decided.counts).map { "\($0.id) \($1.successes)/\($1.trials)" }
    try append(
      .experimentWon, at: now, workspaceID: sequence.workspaceID,
      detail: [
        ("sequence", sequence.key), ("step", step.id), ("winner", decided.winner),
        ("results", results.joined(separator: ", ")),
      ])
  }

  /// After a definition changed: steps whose variants are others than before begin a new experiment.
  func beginExperiments(of sequence: SequenceRecord, before: SequenceEntry?) throws(StoreError) {
    let kept = sequence.entry.steps.filter { step in
      guard !step.variants.isEmpty, let old = before?.step(step.id) else { return false }
      return old.variants == step.variants && old.texts == step.texts
    }.map(\.id)
    for step in sequence.entry.steps where !step.variants.isEmpty && !kept.contains(step.id) {
      try run(
        "INSERT OR REPLACE INTO experiment (sequence_id, step_id, since_version) VALUES (?, ?, ?)",
        [.integer(sequence.id), .text(step.id), .integer(sequence.version)])
      try forgetCounts(of: sequence, step: step.id)
    }
    // What counts as a success, or when, is another question to the same mails.
    for step in sequence.entry.steps where kept.contains(step.id) {
      let (new, old) = (
        step.experiment ?? ExperimentSettings(), before?.step(step.id)?.experiment ?? ExperimentSettings()
      )
      if new.metric != old.metric || new.settleMilliseconds != old.settleMilliseconds {
        try forgetCounts(of: sequence, step: step.id)
      }
    }
    for old in before?.steps ?? [] where sequence.entry.step(old.id)?.variants.isEmpty ?? true {
      try forgetCounts(of: sequence, step: old.id)
      try run("DELETE FROM experiment WHERE sequence_id = ? AND step_id = ?", [.integer(sequence.id), .text(old.id)])
    }
  }
}

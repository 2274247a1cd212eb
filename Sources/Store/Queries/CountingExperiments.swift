internal import Configuration
internal import Outreach

/// Mails of an experiment whose time to succeed is over and that are not counted yet.
struct SettledMails: Sendable {
  /// The row of the mail that was counted last, by when it went.
  struct Place: Sendable, Equatable {
    var sentAt: Int64 = 0
    var message: Int64 = 0
  }

  var sequenceID: Int64
  var step: String
  var sinceVersion: Int64
  /// Up to where was counted before, and with these.
  var after, through: Place
  /// By variant.
  var counts: [String: VariantCount]
  var isLast: Bool
}

extension Store {
  /// How many mails are counted at a time.
  private static let experimentBatch = 5000

  /// Counts what became of the mails of all experiments whose time to succeed is over by now.
  ///
  /// Each mail is looked at once: an experiment with a hundred thousand mails costs no more to watch than one with ten,
  /// and the writer, which deals a bandit's variants, finds the counts in one row.
  public func countExperiments(now: Int64) async throws(StoreError) {
    let experiments = try await read(seesLog: false) { db in try db.countedExperiments() }
    for (sequence, step) in experiments {
      var isLast = false
      while !isLast {
        let found = try await read(seesLog: false) { db in
          try db.settledMails(of: step, in: sequence, now: now, limit: Self.experimentBatch)
        }
        guard let found else { break }
        isLast = found.isLast
        if found.through != found.after { try await write(seesLog: false) { try $0.add(found) } }
      }
    }
  }
}

extension Reader {
  func countedExperiments() throws(StoreError) -> [(sequence: SequenceRecord, step: StepEntry)] {
    try sequences().filter { $0.isNative && $0.state != .draft }.flatMap { sequence in
      sequence.entry.steps.filter { !$0.variants.isEmpty }.map { (sequence, $0) }
    }
  }

  /// The next mails that count; nil: the step is no experiment any more.
  ///
  /// A mail succeeded when what the experiment is about happened within the time that it gives each mail, whenever the
  /// mail is counted: else the variant that is looked at later would look better.
  func settledMails(of step: StepEntry, in sequence: SequenceRecord, now: Int64, limit: Int) throws(StoreError)
    -> SettledMails?
  {
    let settings = step.experiment ?? ExperimentSettings()
    let column =
      switch settings.metric {
      case .open: "opened_at"
      case .click: "clicked_at"
      case .reply: "replied_at"
      }
    let begun = try first(
      "SELECT since_version, counted_at, counted_id FROM experiment WHERE sequence_id = ? AND step_id = ?",
      [.integer(sequence.id), .text(step.id)]
    ) { row in (version: row.integer(0), place: SettledMails.Place(sentAt: row.integer(1), message: row.integer(2))) }
    guard let begun else { return nil }
    let mails = try connection.rows(
      """
      SELECT m.sent_at, m.id, e.sequence_id = ? AND m.version >= ?, m.variant, COALESCE(m.\(column) - m.sent_at <= ?, 0)
      FROM message m JOIN enrollment e ON e.id = m.enrollment_id
      WHERE m.step_id = ? AND m.variant IS NOT NULL AND (m.sent_at, m.id) > (?, ?) AND m.sent_at <= ?
      ORDER BY m.sent_at, m.id LIMIT ?
      """,
      [
        .integer(sequence.id), .integer(begun.version), .integer(settings.settleMilliseconds), .text(step.id),
        .integer(begun.place.sentAt), .integer(begun.place.message), .integer(now - settings.settleMilliseconds),
        .integer(Int64(limit)),
      ]
    ) { row in
      (
        place: SettledMails.Place(sentAt: row.integer(0), message: row.integer(1)), isOfIt: row.flag(2),
        variant: row.text(3), succeeded: row.flag(4)
      )
    }
    var found = SettledMails(
      sequenceID: sequence.id, step: step.id, sinceVersion: begun.version, after: begun.place,
      through: mails.last?.place ?? begun.place, counts: [:], isLast: mails.count < limit)
    for mail in mails where mail.isOfIt {
      found.counts[mail.variant, default: VariantCount()].trials += 1
      if mail.succeeded { found.counts[mail.variant, default: VariantCount()].successes += 1 }
    }
    return found
  }

  func variantCounts(of sequence: SequenceRecord, step: String) throws(StoreError) -> [String: VariantCount] {
    let rows = try connection.rows(
      "SELECT variant, trials, successes FROM experiment_count WHERE sequence_id = ? AND step_id = ?",
      [.integer(sequence.id), .text(step)]
    ) { row in (row.text(0), VariantCount(trials: Int(row.integer(1)), successes: Int(row.integer(2)))) }
    return Dictionary(rows) { first, _ in first }
  }
}

extension Transaction {
  /// Adds what was found; nothing, when somebody else has counted meanwhile or the experiment was begun anew.
  func add(_ found: SettledMails) throws(StoreError) {
    let moved = try run(
      """
      UPDATE experiment SET counted_at = ?, counted_id = ?
      WHERE sequence_id = ? AND step_id = ? AND since_version = ? AND counted_at = ? AND counted_id = ?
      """,
      [
        .integer(found.through.sentAt), .integer(found.through.message), .integer(found.sequenceID), .text(found.step),
        .integer(found.sinceVersion), .integer(found.after.sentAt), .integer(found.after.message),
      ])
    guard moved > 0 else { return }
    for (variant, count) in found.counts {
      try run(
        """
        INSERT INTO experiment_count (sequence_id, step_id, variant, trials, successes) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (sequence_id, step_id, variant)
        DO UPDATE SET trials = trials + excluded.trials, successes = successes + excluded.successes
        """,
        [
          .integer(found.sequenceID), .text(found.step), .text(variant), .integer(Int64(count.trials)),
          .integer(Int64(count.successes)),
        ])
    }
  }

  /// The counting of an experiment begins anew, with all of its mails.
  func forgetCounts(of sequence: SequenceRecord, step: String) throws(StoreError) {
    try run(
      "UPDATE experiment SET counted_at = 0, counted_id = 0 WHERE sequence_id = ? AND step_id = ?",
      [.integer(sequence.id), .text(step)])
    try run(
      "DELETE FROM experiment_count WHERE sequence_id = ? AND step_id = ?", [.integer(sequence.id), .text(step)])
  }
}

/// Which lines wait for which, so that commits are shared: one costs as much as ten mails in it. Pure.
struct Gathering: Equatable {
  /// Lines at work.
  var lines = 0
  /// Those of them whose servers answer at once.
  var quick = 0
  /// Those that wait for a commit that is not begun.
  var waiting = 0

  /// So many lines wait for each other, because two commits would take longer.
  private static let mostInOneCommit = 10

  /// Whether a commit should wait for one more line.
  ///
  /// Of many lines no more than a third are waited for: while the store writes for these, the servers of the others are spoken
  /// to. Measured on two cores with 50 lines: a third sends as many mails as a fourth or a sixth and up to a fifth more than a
  /// half. Ten are waited for in any case: what they need next is claimed and put together while their servers are spoken to.
  var isWorthwhile: Bool { quick > waiting && (waiting < Self.mostInOneCommit || 3 * waiting < lines) }
}

/// Which lines wait for which, so that commits are shared: one costs as much as ten mails in it. Pure.
struct Gathering: Equatable {
  /// Lines at work.
  var lines = 0
  /// Those of them whose servers answer at once.
  var quick = 0
  /// Those that wait for a commit that is not begun.
  var waiting = 0

  /// So many wait for each other, because commits of their own would take them longer than the wait.
  private static let least = 3

  /// Whether a commit should wait for one more line.
  ///
  /// Of many lines no more than a third are waited for: while the store writes for these, the servers of the others are spoken
  /// to. Measured on two cores: with 10 lines a third sends an eighth more than all of them, with 50 as many as a fourth or a
  /// sixth and up to a fifth more than a half; three lines that wait for each other send a sixth more than three by themselves.
  var isWorthwhile: Bool { quick > waiting && (waiting < Self.least || 3 * waiting < lines) }
}

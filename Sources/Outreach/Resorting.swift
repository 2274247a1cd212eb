// What follows when the rules take a mail for something else than they did when it came.

/// One thing to do because a mail is now taken for something else.
public enum ResortConsequence: Sendable, Equatable {
  /// As if the mail had just come.
  case carryOut(Consequence)
  /// The suppression that rests on this mail alone goes.
  case liftSuppression(address: String)
}

/// What follows from a mail that was taken for `old` and is now taken for `new`; `fact` without its kind.
///
/// Nothing is ever booked: the day of the mail is over and its credits are counted. Nothing that stopped goes on again by
/// itself: mails that people were spared would go at once. What protects people is done.
public func consequences(
  ofResorting fact: InboundFact, from old: [InboundFact.Kind], to new: [InboundFact.Kind], policy: SequencePolicy
) -> [ResortConsequence] {
  func all(_ kinds: [InboundFact.Kind]) -> [Consequence] {
    kinds.flatMap { kind in
      var fact = fact
      fact.kind = kind
      return consequences(of: fact, policy: policy)
    }
  }
  let before = all(old)
  let after = all(new)
  var result: [ResortConsequence] = []
  for consequence in before {
    guard case .suppress(let address, _) = consequence, !after.contains(where: { $0.suppresses(address) }) else {
      continue
    }
    result.append(.liftSuppression(address: address))
  }
  for consequence in after where !consequence.isBooking && !before.contains(consequence) {
    result.append(.carryOut(consequence))
  }
  return result
}

extension Consequence {
  fileprivate func suppresses(_ address: String) -> Bool {
    if case .suppress(address, _) = self { return true }
    return false
  }

  fileprivate var isBooking: Bool {
    switch self {
    case .bookReply, .note: true
    default: false
    }
  }
}

extension SequenceEntry {
  /// The first mail that this definition has under another id than the one before it: `was` there, `now` here. Steps without ids are
  /// called by their places, and a new one before them makes each of them look like the next one's successor.
  public func renamedStep(since before: SequenceEntry) -> (was: String, now: String)? {
    for step in steps {
      guard let said = step.said, said != before.step(step.id)?.said else { continue }
      // Of two that said the same nobody knows which is meant; one that still says it has stayed.
      let same = before.steps.filter { $0.said == said }
      guard same.count == 1, let was = same.first, self.step(was.id)?.said != said else { continue }
      return (was.id, step.id)
    }
    return nil
  }
}

extension StepEntry {
  /// What its mail says to its readers, by which it is known again; nil when it is no mail.
  fileprivate var said: [StepTexts]? {
    guard kind == .email else { return nil }
    return [texts.words] + variants.map(\.texts.words)
  }
}

extension StepTexts {
  /// Without what is beside the words.
  fileprivate var words: StepTexts {
    var words = self
    (words.fromName, words.at) = (nil, nil)
    return words
  }
}

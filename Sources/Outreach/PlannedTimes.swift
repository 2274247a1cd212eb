public import Delivery

/// When each waiting step of an enrollment will go as far as its plan knows: by number; none for what waits for a person.
///
/// The same reckoning as ``plan``, carried on over steps that have not ended yet: each is taken to end where its hours put it.
/// `isTask` says which steps open at their time, whatever the hours; `waitsForPerson` which of them end when somebody says
/// so. Limits of accounts are not looked at: a forecast does that. `now` is when what is past due goes at the earliest.
public func plannedTimes(
  _ steps: [StepFact], from source: StepSource, notBefore: Int64? = nil, zone: Zone = .utc, now: Int64,
  isTask: (Int) -> Bool = { _ in false }, waitsForPerson: (Int) -> Bool = { _ in false },
  place: (_ step: Int, _ due: Int64) -> Int64?
) -> [Int: Int64] {
  var times: [Int: Int64] = [:]
  var ends: [Int: Int64] = [:]
  let steps = steps.sorted { $0.number < $1.number }
  for (index, step) in steps.enumerated() {
    switch step.state {
    case .sent, .bounced, .failed, .skipped, .cancelled: ends[step.number] = step.finishedAt
    case .underWay:
      // A mail is over in a moment; a task when somebody says so.
      if !isTask(step.number) { ends[step.number] = now }
    case .waiting:
      let before = source == .headers ? step.number - 1 : index == 0 ? 0 : steps[index - 1].number
      guard let base = before == 0 ? step.submittedAt : ends[before] else { continue }
      let planned = step.due ?? max(due(of: step, after: base, zone), notBefore ?? .min)
      guard let time = isTask(step.number) ? max(planned, now) : place(step.number, planned) else { continue }
      times[step.number] = time
      if !waitsForPerson(step.number) { ends[step.number] = time }
    }
  }
  return times
}

import MailText

/// Where the reason of one recipient is looked for.
enum ReasonSearch {
  static func find(said: String, section: String, status: String?, code: Int?, delayed: Bool) -> Diagnosis.Finding {
    let command =
      AnsweredCommand.find(in: PhraseMatcher.normalize(said.octets()))
      ?? AnsweredCommand.find(in: PhraseMatcher.normalize(section.octets()))
    // The address's own line first: what stands below may be about the next one.
    let ownLine = said.split(separator: "\n", maxSplits: 1).first.map(String.init) ?? ""
    if ownLine.utf8.count + 1 < said.utf8.count,
      let found = Diagnosis(text: ownLine, status: status, code: code, command: command).finding(),
      found.rule == "reason.text", ![.onhold, .expired, .filtered].contains(found.reason) || found.lasting
    {
      return found
    }
    for text in [said, section] where !text.isEmpty {
      let found = Diagnosis(text: text, status: status, code: code, command: command).finding()
      if let found, found.rule != "reason.command" { return found }
    }
    if let other = Diagnosis(text: "", status: status, code: code, command: command).finding() { return other }
    if delayed { return .init(reason: .expired, rule: "reason.delayed") }
    return .init(reason: said.isEmpty && section.isEmpty ? .undefined : .onhold, rule: "reason.none")
  }

  static func permanence(_ finding: Diagnosis.Finding, _ status: String?, delayed: Bool) -> Bounce.Permanence {
    if delayed { return .soft }
    if finding.reason.isHard || finding.lasting { return .hard }
    return finding.reason == .undefined && status?.hasPrefix("5") == true ? .hard : .soft
  }
}

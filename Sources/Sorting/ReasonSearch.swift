import MailText

/// Where the reason of one recipient is looked for.
enum ReasonSearch {
  static func find(
    said: String, section: String, status: String?, code: Int?, delayed: Bool, hosts: [String] = []
  ) -> Diagnosis.Finding {
    let command =
      AnsweredCommand.find(in: PhraseMatcher.normalize(said.octets()))
      ?? AnsweredCommand.find(in: PhraseMatcher.normalize(section.octets()))
    // The address's own line first: what stands below may be about the next one.
    let ownLine = said.split(separator: "\n", maxSplits: 1).first.map(String.init) ?? ""
    if ownLine.utf8.count + 1 < said.utf8.count,
      let found = Diagnosis(text: ownLine, status: status, code: code, command: command, hosts: hosts).finding(),
      found.isByWords, ![.onhold, .expired, .filtered].contains(found.reason) || found.lasting
    {
      return found
    }
    for text in section == said ? [answer(in: said), said] : [answer(in: said), said, answer(in: section), section]
    where !text.isEmpty {
      let found = Diagnosis(text: text, status: status, code: code, command: command, hosts: hosts).finding()
      if let found, found.rule != "reason.command" { return found }
    }
    if let other = Diagnosis(text: "", status: status, code: code, command: command).finding() { return other }
    if delayed { return .init(reason: .expired, rule: "reason.delayed") }
    return .init(reason: said.isEmpty && section.isEmpty ? .undefined : .onhold, rule: "reason.none")
  }

  /// What the other server said, without the sentences around it: they speak of refusals too.
  private static func answer(in text: String) -> String {
    let bytes = text.octets(atMost: 16_384)
    for words in introductions {
      if let place = bytes.range(of: words) {
        return String(decoding: bytes[(place + words.utf8CodeUnitCount)...], as: UTF8.self)
      }
    }
    return ""
  }

  /// Words before a quoted answer: Gmail until 2017 and since, in the languages it writes notices in; Exchange; others.
  private static let introductions: [StaticString] = [
    "other server returned was:", "response from the remote server was:", "The response was:", "La respuesta ha sido:",
    "La respuesta fue:", "La réponse est la suivante", "La réponse du serveur", "Antwort lautete:",
    "Antwort vom Remote-Server:", "La risposta è stata:", "A resposta foi:", "Remote Server returned",
    "responded as follows:",
  ]

  static func permanence(_ finding: Diagnosis.Finding, _ status: String?, delayed: Bool) -> Bounce.Permanence {
    if delayed { return .soft }
    // A host that takes no mail now may take some tomorrow (RFC 3463 x.3.2): only a lasting refusal says that it never will.
    if finding.reason == .notaccept, status?.hasPrefix("4") == true { return .soft }
    if finding.reason.isHard || finding.lasting { return .hard }
    return finding.reason == .undefined && status?.hasPrefix("5") == true ? .hard : .soft
  }
}

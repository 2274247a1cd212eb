import MailText

/// Where the reason of one recipient is looked for.
enum ReasonSearch {
  /// `direct` is what was read of `said`, if it was read already.
  static func find(
    said: String, direct: Reading? = nil, section: String, status: String?, code: Int?, delayed: Bool,
    hosts: [String] = []
  ) -> Diagnosis.Finding {
    let direct = direct ?? Reading(said)
    let around = section.isEmpty ? .empty : section == said ? direct : Reading(section)
    let command = direct.command ?? around.command
    func judge(_ reading: Reading) -> Diagnosis.Finding? {
      Diagnosis(reading: reading, status: status, code: code, command: command, hosts: hosts).finding()
    }
    // The address's own line first: what stands below may be about the next one.
    let ownLine = said.split(separator: "\n", maxSplits: 1).first.map(String.init) ?? ""
    if ownLine.utf8.count + 1 < said.utf8.count, let found = judge(Reading(ownLine)), found.isByWords,
      ![.onhold, .expired, .filtered].contains(found.reason) || found.lasting
    {
      return found
    }
    for (text, reading) in section == said ? [(said, direct)] : [(said, direct), (section, around)]
    where !text.isEmpty {
      let answer = reading.isIntroduced ? answer(in: text) : ""
      if !answer.isEmpty, let found = judge(Reading(answer)), found.rule != "reason.command" { return found }
      if let found = judge(reading), found.rule != "reason.command" { return found }
    }
    if let other = Diagnosis(reading: .empty, status: status, code: code, command: command).finding() { return other }
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
  static let introductions: [StaticString] = [
    "other server returned was:", "response from the remote server was:", "The response was:", "La respuesta ha sido:",
    "La respuesta fue:", "La réponse est la suivante", "La réponse du serveur", "Antwort lautete:",
    "Antwort vom Remote-Server:", "La risposta è stata:", "A resposta foi:", "Remote Server returned",
    "responded as follows:",
  ]

  static func permanence(_ finding: Diagnosis.Finding, _ status: String?, delayed: Bool) -> Bounce.Permanence {
    if delayed { return .soft }
    // RFC 3463 section 2: what class 4 says of the address or its host may be otherwise tomorrow, whatever the reason; only a
    // lasting refusal says that it never will.
    if status?.hasPrefix("4.") == true { return .soft }
    if finding.reason.isHard || finding.lasting { return .hard }
    return finding.reason == .undefined && status?.hasPrefix("5") == true ? .hard : .soft
  }
}

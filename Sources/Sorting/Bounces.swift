import MailText

/// Reads delivery notices: RFC 3464 reports first, then whatever else looks like one.
struct BounceRules {
  let facts: MailFacts

  /// A notice by its report, or by sender, subject and words; nil when the mail is none.
  func verdict() -> Outcome? { reported() ?? AmazonNotices(facts: facts).outcome() ?? unreported() }

  /// A verdict with what else the notice tells.
  struct Outcome {
    var verdict: Verdict
    var original: HeaderBlock?
    var envelopeID: String?
  }

  /// The own address: notices go to the sender of the failed mail.
  private var own: Set<String> {
    var keys: Set<String> = []
    for name in ["to", "delivered-to", "x-original-to", "envelope-to"] {
      for field in facts.header.all(name) {
        Address.list(in: field.value).forEach { keys.insert(Address.comparisonKey($0.address)) }
      }
    }
    if let from = facts.from { keys.insert(Address.comparisonKey(from.address)) }
    return keys
  }

  // MARK: Reports

  private func reported() -> Outcome? {
    let part = facts.message.parts.first { $0.isDeliveryStatus && isOwnReport($0) }
    let notice = Notice(facts)
    guard let status = part.map({ DeliveryStatus(facts.message.content(of: $0)) }) ?? reportInText(notice),
      !status.recipients.isEmpty
    else { return nil }
    let original = ReturnedOriginal(facts, notice)
    let actions = status.recipients.map { $0.action ?? "failed" }
    let failed = status.recipients.filter { !Self.successes.contains($0.action ?? "failed") }
    var evidence = [
      "Content-Type: \(facts.message.parts[0].contentType.mediaType); \(part?.contentType.mediaType ?? "the report in text")"
    ]
    if failed.isEmpty {
      evidence.append("Action: \(actions[0])")
      return Outcome(
        verdict: Verdict(mailClass: .other, confidence: 0.99, rule: "dsn.success", evidence: evidence),
        original: original?.header, envelopeID: status.originalEnvelopeID)
    }
    let waits = failed.allSatisfy { $0.action == "delayed" } || announcesDelay(notice, failed)
    let bounces = failed.map { entry($0, waits: waits, notice: notice, alone: failed.count == 1) }
    for bounce in bounces.prefix(3) {
      evidence.append("\(bounce.recipient ?? "?"): \(bounce.action ?? "failed") \(bounce.status ?? "")".trimmedSpaces)
    }
    return Outcome(
      verdict: Verdict(
        mailClass: waits ? .delay : .bounce, confidence: 0.99, rule: waits ? "dsn.rfc3464.delayed" : "dsn.rfc3464",
        evidence: evidence, bounces: bounces),
      original: original?.header, envelopeID: status.originalEnvelopeID)
  }

  private static let successes: Set<String> = ["delivered", "relayed", "expanded", "deliverable", "deliverable-to"]

  /// Some put the fields of RFC 3464 into the notice's text, and some lose the part's type.
  private func reportInText(_ notice: Notice) -> DeliveryStatus? {
    guard looksLikeSystem, Self.reportFields.hasMatch(in: notice.words) else { return nil }
    let lines = notice.lines.map { $0.trimmedSpaces }
    guard
      let start = lines.firstIndex(where: { line in Self.reportStarts.contains { line.asciiLowercased.hasPrefix($0) } })
    else { return nil }
    let status = DeliveryStatus(Array(notice.lines[start...].joined(separator: "\n").utf8))
    return status.recipients.allSatisfy { $0.action != nil && $0.finalRecipient != nil } ? status : nil
  }

  private static let reportFields = PhraseMatcher([
    "action: failed*final-recipient:", "final-recipient:*action: failed", "final-recipient:*action: delayed",
  ])
  private static let reportStarts = [
    "reporting-mta:", "final-recipient:", "original-recipient:", "action:", "original-envelope-id:",
  ]

  /// A report inside a mail that a person forwards is not a report to us.
  private func isOwnReport(_ part: MessagePart) -> Bool {
    var index = part.parent
    while let place = index {
      if facts.message.parts[place].isMessage { return looksLikeSystem }
      index = facts.message.parts[place].parent
    }
    return true
  }

  private var looksLikeSystem: Bool {
    NoticeMarks.senders.hasMatch(in: facts.senderWords) || facts.header.value("return-path") == "<>"
  }

  /// Some write `Action: failed` into a notice whose subject and text say that the mail waits (4.x.x only).
  private func announcesDelay(_ notice: Notice, _ failed: [RecipientStatus]) -> Bool {
    failed.allSatisfy { $0.status?.hasPrefix("5") != true }
      && (NoticeMarks.delaySubjects.hasMatch(in: facts.subjectWords) && NoticeMarks.delays.hasMatch(in: notice.words))
  }

  private func entry(_ recipient: RecipientStatus, waits: Bool, notice: Notice, alone: Bool) -> Bounce {
    let final = recipient.finalRecipient ?? recipient.actualRecipient ?? recipient.originalRecipient
    let original = recipient.originalRecipient
    let said = recipient.diagnostic ?? ""
    let direct = Diagnosis(text: said, status: StatusChoice.best(recipient.status, said), code: SMTPCode.find(in: said))
    // The notice's text is only asked when the report's own words do not say enough: the reason, its command and its code.
    let section = direct.isConclusive ? "" : notice.section(about: [final, original].compactMap(\.self), alone: alone)
    let status = StatusChoice.best(recipient.status, said.isEmpty ? section : said)
    let code = direct.code ?? SMTPCode.find(in: section)
    var finding = ReasonSearch.find(said: said, section: section, status: status, code: code, delayed: waits)
    if finding.rule != "reason.text", let reason = recipient.fields.value(PowerMTA.field).flatMap(PowerMTA.reason) {
      finding = .init(reason: reason, rule: "reason.powermta")
    }
    return Bounce(
      recipient: final, originalRecipient: original == final ? nil : original,
      action: waits ? "delayed" : (recipient.action ?? "failed"),
      status: status, smtpCode: code, permanence: ReasonSearch.permanence(finding, status, delayed: waits),
      reason: finding.reason.rawValue, diagnostic: said.isEmpty ? (section.isEmpty ? nil : section) : said,
      remoteMTA: recipient.remoteMTA)
  }

  // MARK: Other notices

  private func unreported() -> Outcome? {
    let bySender = NoticeMarks.senders.hasMatch(in: facts.senderWords)
    let bySubject = NoticeMarks.subjects.hasMatch(in: facts.subjectWords)
    let nullPath =
      facts.header.value("return-path").map { $0 == "<>" || $0.equalsIgnoringCase("<mailer-daemon>") } ?? false
    let named = facts.header.value("x-failed-recipients")
    let root = facts.message.parts[0].contentType
    let isReport =
      root.isType("multipart", "report") && root.parameters["report-type"]?.asciiLowercased == "delivery-status"
    guard bySender || bySubject || nullPath || named != nil || isReport else { return nil }
    let notice = Notice(facts)
    let failure = NoticeMarks.failures.hasMatch(in: notice.words)
    let delayed = NoticeMarks.delays.hasMatch(in: notice.words)
    let delaySubject = NoticeMarks.delaySubjects.hasMatch(in: facts.subjectWords)
    let score =
      (bySender ? 2 : 0) + (bySubject ? 2 : 0) + (nullPath ? 1 : 0) + (named != nil ? 3 : 0)
      + (failure || delayed ? 2 : 0) + (isReport ? 3 : 0)
    guard score >= 4 else { return nil }
    // RFC 3834 answers also come with a null return path: their own field decides, unless everything says notice.
    if AutoReplyRules.headerRule(facts.header) != nil, !(bySender && (bySubject || named != nil)) { return nil }
    if let inner = notice.nestedReport(), let found = BounceRules(facts: inner).reported() { return found }
    let original = ReturnedOriginal(facts, notice)
    let waits = delaySubject ? delayed || !failure : delayed && !notice.saysPermanent
    let bounces = entries(notice, named: named, original: original, waits: waits)
    // A person who answers a notice quotes its words, after some of their own.
    if !bySender, named == nil, !isReport, ReplyRules.isAnswer(facts), !(bySubject && notice.beginsWithFailure) {
      return nil
    }
    if bounces.isEmpty && !(failure && bySender) && !delayed { return nil }
    var evidence: [String] = []
    if bySender, let from = facts.from { evidence.append("From: \(from.address)") }
    if bySubject { evidence.append("Subject: \(facts.subject)") }
    if let named { evidence.append("X-Failed-Recipients: \(named)") }
    let verdict = Verdict(
      mailClass: waits ? .delay : .bounce, confidence: min(0.97, 0.6 + 0.05 * Double(score)),
      rule: waits ? "notice.text.delayed" : "notice.text", evidence: evidence, bounces: bounces)
    return Outcome(verdict: verdict, original: original?.header, envelopeID: nil)
  }

  private func entries(_ notice: Notice, named: String?, original: ReturnedOriginal?, waits: Bool) -> [Bounce] {
    var found = NoticeRecipients.find(in: notice, except: own)
    if let named {
      let addresses = Address.list(in: named).map(\.address)
      let lines = Dictionary(
        found.map { (Address.comparisonKey($0.address), $0.line) }, uniquingKeysWith: { a, _ in a })
      found = addresses.map {
        NoticeRecipients.Found(
          address: $0, line: lines[Address.comparisonKey($0)] ?? notice.firstLine(with: $0), tier: .listed)
      }
    }
    if found.isEmpty || found[0].tier == .mentioned, let to = original?.header.value("to") {
      let recipients = Address.list(in: to)
      if recipients.count == 1, !recipients[0].domain.isEmpty {
        found = [.init(address: recipients[0].address, line: found.first?.line ?? 0, tier: .named)]
      }
    }
    if found.isEmpty { return [entry(nil, said: "", notice: notice, waits: waits)] }
    return found.enumerated().map { index, item in
      let next = found.dropFirst(index + 1).first { $0.line > item.line }?.line ?? notice.lines.count
      let said = notice.lines[min(item.line, next)..<next].joined(separator: "\n")
      return entry(item.address, said: said, notice: notice, waits: waits)
    }
  }

  /// `said` are the lines from the address on; the rest of the notice speaks only when they say nothing.
  private func entry(_ address: String?, said: String, notice: Notice, waits: Bool) -> Bounce {
    let status = EnhancedStatus.find(in: said) ?? EnhancedStatus.find(in: notice.text)
    let code = SMTPCode.find(in: said) ?? SMTPCode.find(in: notice.text)
    let finding = ReasonSearch.find(said: said, section: notice.text, status: status, code: code, delayed: waits)
    let permanence: Bounce.Permanence =
      finding.reason == .undefined && notice.saysPermanent
      ? .hard : ReasonSearch.permanence(finding, status, delayed: waits)
    let words = (said.isEmpty ? notice.text : said).trimmedSpaces
    return Bounce(
      recipient: address, originalRecipient: AliasWords.original(in: said, except: address),
      action: waits ? "delayed" : "failed", status: status, smtpCode: code, permanence: permanence,
      reason: finding.reason.rawValue, diagnostic: words.isEmpty ? nil : words)
  }
}

extension String {
  func equalsIgnoringCase(_ other: String) -> Bool { utf8.equalsASCII(other) }
}

extension Notice {
  /// All lines as one text.
  var text: String { lines.joined(separator: "\n") }

  /// Whether the text says in words that it has given up.
  var saysPermanent: Bool { Self.permanentWords.hasMatch(in: words) }

  private static let permanentWords = PhraseMatcher([
    "permanent error", "failed permanently", "permanent fatal", "permanent failure", "given up", "giving up",
    "been removed from the queue",
    "removed from the mail queue", "no further delivery attempts",
  ])

  /// Whether one of the first lines with text says that a mail has failed.
  var beginsWithFailure: Bool {
    let first = lines.lazy.filter { $0.utf8.contains { $0.isLetter } }.prefix(3).joined(separator: " ")
    return NoticeMarks.failures.hasMatch(in: PhraseMatcher.normalize(first.octets()))
  }

  /// The first line that names the address; 0 when none does.
  func firstLine(with address: String) -> Int { lines.firstIndex { $0.contains(address) } ?? 0 }

  /// The lines about a recipient: from the first that names it to the next empty line after some text; all of them when the
  /// notice is about this one alone.
  func section(about addresses: [String], alone: Bool) -> String {
    if alone { return text }
    for address in addresses {
      guard let start = lines.firstIndex(where: { $0.contains(address) }) else { continue }
      var end = start + 1
      while end < lines.count, end - start < 20, !lines[end].utf8.allSatisfy(\.isSpace),
        !Self.namesAnother(lines[end], than: address)
      {
        end += 1
      }
      return lines[start..<end].joined(separator: "\n")
    }
    return ""
  }
}

extension Notice {
  /// Whether the line begins with another address: the next recipient's.
  fileprivate static func namesAnother(_ line: String, than address: String) -> Bool {
    let bytes = line.octets()
    guard let place = AddressScan.places(in: bytes).first, !place.address.equalsIgnoringCase(address) else {
      return false
    }
    return bytes[..<place.start].allSatisfy { !$0.isLetter && !$0.isDigit }
  }
}

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

/// The status that says more, of the field and the server's words.
enum StatusChoice {
  /// A field of x.0.0 says nothing; the code in the words of the server does.
  static func best(_ field: String?, _ said: String) -> String? {
    let inWords = EnhancedStatus.find(in: said)
    guard let field else { return inWords }
    if let inWords, isVague(field), !isVague(inWords) { return inWords }
    return field
  }

  private static func isVague(_ status: String) -> Bool { status.hasSuffix(".0.0") }
}

/// The address the sender gave, when the notice says what it led to: "(expanded from: x)" of Sendmail, "(generated from x)" of Exim.
enum AliasWords {
  static func original(in text: String, except address: String?) -> String? {
    let bytes = text.octets(atMost: 8_192)
    for words: StaticString in ["expanded from", "generated from", "originally addressed to"] {
      guard let place = bytes.range(of: words) else { continue }
      let rest = Array(bytes[(place + words.utf8CodeUnitCount)...].prefix(300))
      if let place = AddressScan.places(in: rest).first, place.address != address, rest[..<place.start].count < 6 {
        return place.address
      }
    }
    return nil
  }
}

/// Reply codes of SMTP in text.
enum SMTPCode {
  /// The first number from 400 to 599 that stands as a reply code does: apart, and followed by a space, a dash or the end.
  static func find(in text: String) -> Int? {
    let b = text.octets(atMost: 8_192)
    var i = 0
    while i + 2 < b.count {
      if b[i] == UInt8(ascii: "4") || b[i] == UInt8(ascii: "5"), b[i + 1].isDigit, b[i + 2].isDigit,
        b[i + 1] <= UInt8(ascii: "7"),
        i == 0
          || !(b[i - 1].isDigit || b[i - 1].isLetter || b[i - 1] == Octet.dot || b[i - 1] == Octet.dash
            || b[i - 1] == UInt8(ascii: "_")
            || b[i - 1] == UInt8(ascii: "/") || b[i - 1] == Octet.equals),
        i + 3 == b.count || b[i + 3].isSpace || b[i + 3] == Octet.dash || b[i + 3] == UInt8(ascii: "]")
          || b[i + 3] == Octet.colon
          || b[i + 3] == UInt8(ascii: "_") || b[i + 3] == Octet.closeParenthesis || b[i + 3] == Octet.comma
      {
        return Int(b[i] - 48) * 100 + Int(b[i + 1] - 48) * 10 + Int(b[i + 2] - 48)
      }
      i += 1
    }
    return nil
  }
}

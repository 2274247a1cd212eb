import MailText

/// Reads delivery notices: RFC 3464 reports first, then whatever else looks like one.
struct BounceRules {
  let facts: MailFacts

  /// A notice by its report, or by sender, subject and words; nil when the mail is none.
  func verdict() -> Outcome? { reported() ?? unreported() }

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
    guard let part = facts.message.parts.first(where: { $0.isDeliveryStatus && isOwnReport($0) }) else { return nil }
    let status = DeliveryStatus(facts.message.content(of: part))
    let notice = Notice(facts)
    let original = ReturnedOriginal(facts, notice)
    guard !status.recipients.isEmpty else { return nil }
    let actions = status.recipients.map { $0.action ?? "failed" }
    let failed = status.recipients.filter { !Self.successes.contains($0.action ?? "failed") }
    var evidence = ["Content-Type: \(facts.message.parts[0].contentType.mediaType); \(part.contentType.mediaType)"]
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
    let section = notice.section(about: [final, original].compactMap(\.self), alone: alone)
    let status = StatusChoice.best(recipient.status, said)
    let code = SMTPCode.find(in: said) ?? SMTPCode.find(in: section)
    let finding = ReasonSearch.find(said: said, section: section, status: status, code: code, delayed: waits)
    return Bounce(
      recipient: final, originalRecipient: original == final ? nil : original,
      action: waits ? "delayed" : (recipient.action ?? "failed"),
      status: status, smtpCode: code, permanence: ReasonSearch.permanence(finding.reason, status, code, delayed: waits),
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
    guard bySender || bySubject || nullPath || named != nil else { return nil }
    let notice = Notice(facts)
    let failure = NoticeMarks.failures.hasMatch(in: notice.words)
    let delayed = NoticeMarks.delays.hasMatch(in: notice.words)
    let delaySubject = NoticeMarks.delaySubjects.hasMatch(in: facts.subjectWords)
    let score =
      (bySender ? 2 : 0) + (bySubject ? 2 : 0) + (nullPath ? 1 : 0) + (named != nil ? 3 : 0)
      + (failure || delayed ? 2 : 0)
    guard score >= 4 else { return nil }
    // RFC 3834 answers also come with a null return path: their own field decides, unless everything says notice.
    if AutoReplyRules.headerRule(facts.header) != nil, !(bySender && (bySubject || named != nil)) { return nil }
    // A person who answers a notice quotes its words.
    if !bySender, named == nil, ReplyRules.isAnswer(facts) { return nil }

    let original = ReturnedOriginal(facts, notice)
    let waits = delaySubject ? delayed || !failure : delayed && !notice.saysPermanent
    let bounces = entries(notice, named: named, original: original, waits: waits)
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
    if found.isEmpty { return [entry(nil, text: notice.text, waits: waits, permanent: notice.saysPermanent)] }
    return found.enumerated().map { index, item in
      let end =
        found.count == 1
        ? notice.lines.count : (found.dropFirst(index + 1).first { $0.line > item.line }?.line ?? notice.lines.count)
      let text = found.count == 1 ? notice.text : notice.lines[item.line..<max(item.line, end)].joined(separator: "\n")
      return entry(item.address, text: text, waits: waits, permanent: notice.saysPermanent)
    }
  }

  private func entry(_ address: String?, text: String, waits: Bool, permanent: Bool) -> Bounce {
    let status = EnhancedStatus.find(in: text)
    let code = SMTPCode.find(in: text)
    let finding = ReasonSearch.find(said: "", section: text, status: status, code: code, delayed: waits)
    let permanence: Bounce.Permanence =
      finding.reason == .undefined && permanent
      ? .hard : ReasonSearch.permanence(finding.reason, status, code, delayed: waits)
    return Bounce(
      recipient: address, action: waits ? "delayed" : "failed", status: status, smtpCode: code, permanence: permanence,
      reason: finding.reason.rawValue, diagnostic: text.trimmedSpaces.isEmpty ? nil : text.trimmedSpaces)
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

  /// The first line that names the address; 0 when none does.
  func firstLine(with address: String) -> Int { lines.firstIndex { $0.contains(address) } ?? 0 }

  /// The lines about a recipient: from the first that names it to the next empty line after some text; all of them when the
  /// notice is about this one alone.
  func section(about addresses: [String], alone: Bool) -> String {
    if alone { return text }
    for address in addresses {
      guard let start = lines.firstIndex(where: { $0.contains(address) }) else { continue }
      var end = start + 1
      while end < lines.count, end - start < 20, !lines[end].utf8.allSatisfy(\.isSpace) { end += 1 }
      return lines[start..<end].joined(separator: "\n")
    }
    return ""
  }
}

/// Where the reason of one recipient is looked for.
enum ReasonSearch {
  static func find(said: String, section: String, status: String?, code: Int?, delayed: Bool) -> Diagnosis.Finding {
    let command =
      AnsweredCommand.find(in: PhraseMatcher.normalize(said.utf8))
      ?? AnsweredCommand.find(in: PhraseMatcher.normalize(section.utf8))
    for text in [said, section] where !text.isEmpty {
      let words = Diagnosis(text: text, status: nil, code: code, command: command).finding()
      if let words, words.rule == "reason.text" {
        return Diagnosis(text: text, status: status, code: code, command: command).finding() ?? words
      }
    }
    if let other = Diagnosis(text: "", status: status, code: code, command: command).finding() { return other }
    if delayed { return .init(reason: .expired, rule: "reason.delayed") }
    return .init(reason: said.isEmpty && section.isEmpty ? .undefined : .onhold, rule: "reason.none")
  }

  static func permanence(_ reason: Reason, _ status: String?, _ code: Int?, delayed: Bool) -> Bounce.Permanence {
    if reason.isHard, !delayed { return .hard }
    if reason == .undefined || reason == .onhold, !delayed {
      if status?.hasPrefix("5") == true && reason == .undefined { return .hard }
    }
    return .soft
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

/// Reply codes of SMTP in text.
enum SMTPCode {
  /// The first number from 400 to 599 that stands as a reply code does: apart, and followed by a space, a dash or the end.
  static func find(in text: String) -> Int? {
    let b = Array(text.utf8.prefix(8_192))
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
          || b[i + 3] == UInt8(ascii: "_") || b[i + 3] == Octet.closeParenthesis
      {
        return Int(b[i] - 48) * 100 + Int(b[i + 1] - 48) * 10 + Int(b[i + 2] - 48)
      }
      i += 1
    }
    return nil
  }
}

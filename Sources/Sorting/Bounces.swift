import MailText

/// Reads delivery notices: RFC 3464 reports first, then whatever else looks like one.
struct BounceRules {
  let facts: MailFacts

  /// A notice by its report, or by sender, subject and words; nil when the mail is none.
  func verdict() -> Outcome? {
    var notice: Notice?
    return reported(&notice) ?? AmazonNotices(facts: facts).outcome() ?? unreported(notice)
  }

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

  /// `read` is the notice's text as far as it was asked for.
  private func reported(_ read: inout Notice?) -> Outcome? {
    let part = facts.message.parts.first { $0.isDeliveryStatus && isOwnReport($0) }
    guard part != nil || looksLikeSystem else { return nil }
    let notice = Notice(facts)
    read = notice
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
    let gaveUp = notice.marks.contains(.end)
    let waits = !gaveUp && (failed.allSatisfy { $0.action == "delayed" } || announcesDelay(notice, failed))
    let reporter = Hosts.names(recipient: nil, remote: status.reportingMTA, said: "")
    let entries = failed.enumerated().map { index, recipient in
      // A long list of recipients has no words of its own for each.
      entry(
        recipient, waits: waits || !gaveUp && recipient.action == "delayed",
        notice: index < Self.searched ? notice : nil,
        alone: failed.count == 1, reporter: reporter)
    }
    evidence += entries.prefix(3).map(\.evidence)
    return Outcome(
      verdict: Verdict(
        mailClass: waits ? .delay : .bounce, confidence: 0.99, rule: waits ? "dsn.rfc3464.delayed" : "dsn.rfc3464",
        evidence: evidence, bounces: entries.map(\.bounce)),
      original: original?.header, envelopeID: status.originalEnvelopeID)
  }

  /// Recipients for whom the whole text is searched: each costs a search, and a hostile report may name thousands.
  private static let searched = 50

  /// What is said of one recipient, and what decided its reason.
  private struct Entry {
    var bounce: Bounce
    var finding: Diagnosis.Finding

    /// `kim@example.org: failed 5.1.1, reason.text "user unknown"`.
    var evidence: String {
      let words = finding.words.map { " \"\($0.trimmedSpaces)\"" } ?? ""
      return [
        bounce.recipient ?? "?", ": ", bounce.action ?? "failed", bounce.status.map { " " + $0 } ?? "", ", ",
        finding.rule, words,
      ]
      .joined()
    }
  }

  private static let successes: Set<String> = ["delivered", "relayed", "expanded", "deliverable", "deliverable-to"]

  /// Some put the fields of RFC 3464 into the notice's text, and some lose the part's type.
  private func reportInText(_ notice: Notice) -> DeliveryStatus? {
    guard looksLikeSystem, notice.marks.contains(.report) else { return nil }
    let starts = notice.lines.firstIndex { place in
      let line = notice.bytes[place].trimmedSpaces()
      return Self.reportStarts.contains { line.count >= $0.utf8.count && line.prefix($0.utf8.count).equalsASCII($0) }
    }
    guard let start = starts else { return nil }
    let status = DeliveryStatus(Array(notice.bytes[notice.lines[start].lowerBound...]))
    return status.recipients.allSatisfy { $0.action != nil && $0.finalRecipient != nil } ? status : nil
  }

  private static let reportStarts = [
    "reporting-mta:", "final-recipient:", "original-recipient:", "action:", "original-envelope-id:",
  ]

  /// A report inside a mail that a person forwards is not a report to us.
  private func isOwnReport(_ part: MessagePart) -> Bool {
    if looksLikeSystem { return true }
    if facts.encloses(part) { return false }
    // Passed on "inline" (Thunderbird, Apple Mail) a report's parts stand beside the person's words.
    let root = facts.message.parts[0].contentType
    return root.isType("multipart", "report") || root.type == "message"
      || !ReplyRules.isAnswer(facts) && !ReplyRules.isForward(facts)
  }

  private var looksLikeSystem: Bool {
    NoticeMarks.senders.hasMatch(in: facts.senderWords) || facts.header.value("return-path") == "<>"
  }

  /// Some write `Action: failed` into a notice whose subject and text say that the mail waits (4.x.x only).
  private func announcesDelay(_ notice: Notice, _ failed: [RecipientStatus]) -> Bool {
    failed.allSatisfy { $0.status?.hasPrefix("5") != true }
      && (NoticeMarks.delaySubjects.hasMatch(in: facts.subjectWords) && notice.marks.contains(.delay))
  }

  private func entry(
    _ recipient: RecipientStatus, waits: Bool, notice: Notice?, alone: Bool, reporter: [String]
  ) -> Entry {
    let final = recipient.finalRecipient ?? recipient.actualRecipient ?? recipient.originalRecipient
    let original = recipient.originalRecipient
    let said = recipient.diagnostic ?? ""
    let hosts = Hosts.names(recipient: final, remote: recipient.remoteMTA, said: said) + reporter
    let reading = said.isEmpty ? .empty : Reading(said)
    let direct = Diagnosis(
      reading: reading, status: StatusChoice.best(recipient.status, said), code: SMTPCode.find(in: said), hosts: hosts)
    // The notice's text is only asked when the report's own words do not say enough: the reason, its command and its code.
    let section =
      direct.isConclusive ? "" : notice?.section(about: [final, original].compactMap(\.self), alone: alone) ?? ""
    let status = StatusChoice.best(recipient.status, said.isEmpty ? section : said)
    let code = direct.code ?? SMTPCode.find(in: section)
    var finding = ReasonSearch.find(
      said: said, direct: reading, section: section, status: status, code: code, delayed: waits, hosts: hosts)
    if !finding.isByWords, let reason = recipient.fields.value(PowerMTA.field).flatMap(PowerMTA.reason) {
      finding = .init(reason: reason, rule: "reason.powermta")
    }
    let bounce = Bounce(
      recipient: final, originalRecipient: original == final ? nil : original,
      action: waits ? "delayed" : recipient.action.flatMap { $0 == "delayed" ? nil : $0 } ?? "failed",
      status: status, smtpCode: code, permanence: ReasonSearch.permanence(finding, status, delayed: waits),
      reason: finding.reason.rawValue, diagnostic: said.isEmpty ? (section.isEmpty ? nil : section) : said,
      remoteMTA: recipient.remoteMTA)
    return Entry(bounce: bounce, finding: finding)
  }

  // MARK: Other notices

  private func unreported(_ read: Notice?) -> Outcome? {
    let bySender = NoticeMarks.senders.hasMatch(in: facts.senderWords)
    let bySubject = NoticeMarks.subjects.hasMatch(in: facts.subjectWords)
    let nullPath =
      facts.header.value("return-path").map { $0 == "<>" || $0.utf8.equalsASCII("<mailer-daemon>") } ?? false
    let named = facts.header.value("x-failed-recipients")
    let root = facts.message.parts[0].contentType
    let isReport =
      root.isType("multipart", "report") && root.parameters["report-type"]?.asciiLowercased == "delivery-status"
    guard bySender || bySubject || nullPath || named != nil || isReport else { return nil }
    let notice = read ?? Notice(facts)
    let failure = notice.marks.contains(.failure)
    let delayed = notice.marks.contains(.delay)
    if !failure, !delayed, notice.marks.contains(.success) {
      let verdict = Verdict(
        mailClass: .other, confidence: 0.9, rule: "notice.delivered", evidence: ["Subject: \(facts.subject)"])
      return Outcome(verdict: verdict, original: ReturnedOriginal(facts, notice)?.header, envelopeID: nil)
    }
    let delaySubject = NoticeMarks.delaySubjects.hasMatch(in: facts.subjectWords)
    let score =
      (bySender ? 2 : 0) + (bySubject ? 2 : 0) + (nullPath ? 1 : 0) + (named != nil ? 3 : 0)
      + (failure || delayed ? 2 : 0) + (isReport ? 3 : 0)
    guard score >= 4 else { return nil }
    // Behind the mark of an answer stands the subject of ours: a postmaster who writes of it says first what has failed, if
    // anything, and quotes nobody.
    if named == nil, !isReport, ReplyRules.hasPrefix(facts),
      !notice.beginsWithFailure || ReplyText.introduction(of: notice.text, orHeader: false) != nil
    {
      return nil
    }
    // Newsletters and shops speak of returns and deliveries too: without a mark of a mail system there must be what only
    // such a system gives, and what can be unsubscribed from is bulk mail (list servers pass on bounces to their owners).
    let byMachine = NoticeMarks.sureSenders.hasMatch(in: facts.senderWords) || nullPath || named != nil || isReport
    if !byMachine, !notice.beginsWithFailure { return nil }
    if facts.header.contains("list-unsubscribe"), !bySender, named == nil, !isReport { return nil }
    // RFC 3834 answers also come with a null return path: their own field decides, unless everything says notice.
    if AutoReplyRules.headerRule(facts.header) != nil, !(bySender && (bySubject || named != nil)) { return nil }
    var nested: Notice?
    if let inner = notice.nestedReport(), let found = BounceRules(facts: inner).reported(&nested) { return found }
    let original = ReturnedOriginal(facts, notice)
    if !byMachine, original == nil, !SMTPCode.isReply(in: notice.text),
      EnhancedStatus.find(in: notice.text) == nil, !namesPerson(notice)
    {
      return nil
    }
    let waits = delaySubject ? delayed || !failure : delayed && !notice.marks.contains(.permanent)
    let entries = entries(notice, named: named, original: original, waits: waits)
    // A person who answers a notice quotes its words, after some of their own.
    if !bySender, named == nil, !isReport, ReplyRules.isAnswer(facts), !(bySubject && notice.beginsWithFailure) {
      return nil
    }
    // A postmaster writes letters too.
    if named == nil, !isReport, original == nil, ReplyRules.isAnswer(facts),
      entries.allSatisfy({ $0.bounce.recipient == nil })
    {
      return nil
    }
    var evidence: [String] = []
    if bySender, let from = facts.from { evidence.append("From: \(from.address)") }
    if bySubject { evidence.append("Subject: \(facts.subject)") }
    if let named { evidence.append("X-Failed-Recipients: \(named)") }
    evidence += entries.prefix(3).map(\.evidence)
    let verdict = Verdict(
      mailClass: waits ? .delay : .bounce, confidence: min(0.97, 0.6 + 0.05 * Double(score)),
      rule: waits ? "notice.text.delayed" : "notice.text", evidence: evidence, bounces: entries.map(\.bounce))
    return Outcome(verdict: verdict, original: original?.header, envelopeID: nil)
  }

  /// Whether the text gives an address that is not the sender's desk for questions, nor the one it was written to.
  private func namesPerson(_ notice: Notice) -> Bool {
    let to = Set(
      facts.header.all("to").flatMap { Address.list(in: $0.value) }.map { Address.comparisonKey($0.address) })
    return NoticeRecipients.find(in: notice, except: own).contains {
      $0.tier >= .named && !to.contains(Address.comparisonKey($0.address))
        && !NoticeMarks.desks.contains(String($0.address.prefix { $0 != "@" }).asciiLowercased)
    }
  }

  private func entries(_ notice: Notice, named: String?, original: ReturnedOriginal?, waits: Bool) -> [Entry] {
    var found = NoticeRecipients.find(in: notice, except: own)
    if let named {
      let addresses = Address.list(in: named).prefix(NoticeRecipients.most).map(\.address)
      let lines = Dictionary(
        found.map { (Address.comparisonKey($0.address), $0.line) }, uniquingKeysWith: { a, _ in a })
      found = addresses.map {
        NoticeRecipients.Found(address: $0, line: lines[Address.comparisonKey($0)] ?? 0, tier: .listed)
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
      let said = notice.text(ofLines: min(item.line, next)..<next)
      return entry(item.address, said: said, notice: index < Self.searched ? notice : nil, waits: waits)
    }
  }

  /// `said` are the lines from the address on; the rest of the notice speaks only when they say nothing.
  private func entry(_ address: String?, said: String, notice: Notice?, waits: Bool) -> Entry {
    let text = notice?.text ?? ""
    let status = EnhancedStatus.find(in: said) ?? EnhancedStatus.find(in: text)
    let code = SMTPCode.find(in: said) ?? SMTPCode.find(in: text)
    let finding = ReasonSearch.find(
      said: said, section: text, status: status, code: code, delayed: waits,
      hosts: Hosts.names(recipient: address, remote: nil, said: said))
    let permanence: Bounce.Permanence =
      finding.reason == .undefined && notice?.marks.contains(.permanent) == true
      ? .hard : ReasonSearch.permanence(finding, status, delayed: waits)
    let words = (said.isEmpty ? text : said).trimmedSpaces
    let bounce = Bounce(
      recipient: address, originalRecipient: AliasWords.original(in: said, except: address),
      action: waits ? "delayed" : "failed", status: status, smtpCode: code, permanence: permanence,
      reason: finding.reason.rawValue, diagnostic: words.isEmpty ? nil : words)
    return Entry(bounce: bounce, finding: finding)
  }
}

import MailText

/// What a mail of a sequence must have before it goes.
public struct CompliancePolicy: Sendable, Equatable {
  /// What is done about something.
  public enum Action: String, Codable, Sendable, Equatable, CaseIterable {
    /// Nothing; it is told; the mail does not go.
    case off, warn, refuse
  }

  /// How a mail offers to be taken off the list.
  public enum Unsubscribe: String, Codable, Sendable, Equatable, CaseIterable {
    /// Nothing is asked; List-Unsubscribe (RFC 2369); the link in its text; one of them.
    case none, header, link, either
  }

  /// How it must offer to unsubscribe.
  public var unsubscribe = Unsubscribe.none
  /// What every text of it must hold, white space and case apart; empty: nothing.
  public var postalAddress = ""
  /// What phrases that filters know are.
  public var spamWords = Action.warn
  /// Where its links may lead, subdomains included; empty: anywhere.
  public var linkDomains: [String] = []
  /// What a link to another place is.
  public var foreignLinks = Action.refuse

  /// Nothing but a warning of spam phrases.
  public init() {}

  /// The same without what would only be told.
  public var refusing: CompliancePolicy {
    var policy = self
    if spamWords == .warn { policy.spamWords = .off }
    if foreignLinks == .warn { policy.foreignLinks = .off }
    return policy
  }

  /// Whether there is a mail that must not go because of it; else nobody has to read one.
  public var mayRefuse: Bool {
    unsubscribe != .none || !plain(postalAddress).isEmpty || spamWords == .refuse
      || foreignLinks == .refuse && !linkDomains.isEmpty
  }
}

/// A mail as its recipient would get it.
public struct ComplianceMail: Sendable, Equatable {
  /// The texts, with all values put in.
  public var texts: MailTexts
  /// Whether it will have List-Unsubscribe.
  public var hasUnsubscribeHeader: Bool
  /// Addresses that take its reader off the list: what `{{ unsubscribe_url }}` became, or what its List-Unsubscribe names.
  public var waysOut: [String]
  /// Whether somebody else wrote it, so that a link of their own is a way out too.
  public var isAuthored = false

  /// A mail made from a template; without `unsubscribeLink` there is no way out that it could offer.
  public init(texts: MailTexts, hasUnsubscribeHeader: Bool, unsubscribeLink: String?) {
    self.texts = texts
    self.hasUnsubscribeHeader = hasUnsubscribeHeader
    waysOut = [unsubscribeLink].compactMap(\.self)
  }
}

/// Something that a mail lacks, or has and should not.
public struct ComplianceFinding: Sendable, Equatable {
  /// Which rule found it; for programs.
  public enum Rule: String, Sendable, Equatable, CaseIterable {
    /// The way out, the address, phrases, links; the texts cannot be read or name what there is not.
    case unsubscribe, postalAddress = "postal_address", spamWords = "spam_words", links, texts
  }

  /// Which rule found it.
  public var rule: Rule
  /// Whether the mail must not go with it; else it is a warning.
  public var isRefusal: Bool
  /// A sentence for people, without a full stop.
  public var text: String

  /// A finding.
  public init(_ rule: Rule, isRefusal: Bool, _ text: String) {
    self.rule = rule
    self.isRefusal = isRefusal
    self.text = text
  }
}

/// What a policy says of a mail.
public func complianceFindings(of mail: ComplianceMail, _ policy: CompliancePolicy) -> [ComplianceFinding] {
  unsubscribeFindings(mail, policy) + postalFindings(mail, policy) + linkFindings(mail, policy)
    + spamFindings(mail, policy)
}

private func unsubscribeFindings(_ mail: ComplianceMail, _ policy: CompliancePolicy) -> [ComplianceFinding] {
  func lacks(_ text: String) -> [ComplianceFinding] { [ComplianceFinding(.unsubscribe, isRefusal: true, text)] }
  switch policy.unsubscribe {
  case .none: return []
  case .header:
    return mail.hasUnsubscribeHeader
      ? []
      : lacks(
        "it would have no List-Unsubscribe: set list_unsubscribe, and an account that is watched or unsubscribe_url")
  case .either where mail.hasUnsubscribeHeader: return []
  case .link, .either:
    guard mail.isAuthored || !mail.waysOut.isEmpty else {
      return lacks("there is no way to unsubscribe: no unsubscribe_url, and no address that is watched")
    }
    let missing = mail.forms.filter { !mail.hasWayOut($0.text) }.map(\.name).joined(separator: " and ")
    guard !missing.isEmpty else { return [] }
    return lacks(
      mail.isAuthored
        ? "its \(missing) has no link that takes its reader off the list: none that says unsubscribe or opt-out, and none that its List-Unsubscribe names"
        : "its \(missing) has no {{ unsubscribe_url }}")
  }
}

extension ComplianceMail {
  /// What its recipient may be shown, one of them: the text, the HTML.
  fileprivate var forms: [(name: String, text: String)] {
    let html = texts.html.map { [(name: "HTML", text: $0)] } ?? []
    guard let text = texts.text ?? (html.isEmpty ? "" : nil) else { return html }
    return [(name: "text", text: text)] + html
  }

  fileprivate func hasWayOut(_ text: String) -> Bool {
    waysOut.contains { text.contains($0) || text.contains($0.replacing("&", with: "&amp;")) }
      || isAuthored && namesWayOut(text)
  }
}

private func postalFindings(_ mail: ComplianceMail, _ policy: CompliancePolicy) -> [ComplianceFinding] {
  let wanted = plain(policy.postalAddress)
  guard !wanted.isEmpty else { return [] }
  let missing = mail.forms.filter { !plain($0.name == "HTML" ? textOfHTML($0.text) : $0.text).contains(wanted) }.map(
    \.name)
  guard !missing.isEmpty else { return [] }
  return [
    ComplianceFinding(
      .postalAddress, isRefusal: true,
      "its \(missing.joined(separator: " and ")) does not have the postal address \"\(policy.postalAddress)\"")
  ]
}

private func linkFindings(_ mail: ComplianceMail, _ policy: CompliancePolicy) -> [ComplianceFinding] {
  guard policy.foreignLinks != .off, !policy.linkDomains.isEmpty else { return [] }
  let allowed = policy.linkDomains.map { DomainSpelling.ascii(of: $0) }
  var seen: Set<String> = []
  return mail.forms.flatMap { linkTargets(in: $0.text, isHTML: $0.name == "HTML", except: mail.waysOut) }
    .filter { seen.insert($0).inserted && !isAllowed($0, in: allowed) }
    .map { target in
      ComplianceFinding(
        .links, isRefusal: policy.foreignLinks == .refuse,
        target.hasSuffix(":")
          ? "a link is \(target), which is of no domain in link_domains"
          : "a link leads to \(target), which link_domains does not allow")
    }
}

private func spamFindings(_ mail: ComplianceMail, _ policy: CompliancePolicy) -> [ComplianceFinding] {
  guard policy.spamWords != .off else { return [] }
  let shown = [mail.texts.subject, mail.texts.text ?? "", mail.texts.html.map(textOfHTML) ?? ""]
  let found = phrases(in: Array(plain(shown.joined(separator: " ")).utf8))
  return spamPhrases.indices.filter(found.contains).map { index in
    ComplianceFinding(
      .spamWords, isRefusal: policy.spamWords == .refuse,
      "it says \"\(spamPhrases[index].words)\", which filters count (\(spamPhrases[index].source))")
  }
}

private let phrasesByFirstOctet = Dictionary(grouping: spamPhrases.indices) { spamPhrases[$0].words.utf8.first ?? 0 }
  .mapValues { $0.map { (index: $0, words: Array(spamPhrases[$0].words.utf8)) } }

/// Which phrases a text holds, as whole words only: `act now` is not in `fact nowhere`. Each place of a text is looked at once,
/// because mails may be long and all others wait meanwhile.
private func phrases(in text: [UInt8]) -> Set<Int> {
  func isWord(_ octet: UInt8) -> Bool { octet >= 0x80 || octet.isLetter || octet.isDigit }
  var found: Set<Int> = []
  for start in text.indices where start == 0 || !isWord(text[start - 1]) {
    for (index, words) in phrasesByFirstOctet[text[start]] ?? [] where text[start...].starts(with: words) {
      let end = start + words.count
      if end == text.count || !isWord(words[words.count - 1]) || !isWord(text[end]) { found.insert(index) }
    }
  }
  return found
}

/// In lower case, with one space wherever there is white space.
private func plain(_ text: String) -> String {
  text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
}

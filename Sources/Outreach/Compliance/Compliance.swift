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
}

/// A mail as its recipient would get it.
public struct ComplianceMail: Sendable, Equatable {
  /// The texts, with all values put in.
  public var texts: MailTexts
  /// Whether it will have List-Unsubscribe.
  public var hasUnsubscribeHeader: Bool
  /// What `{{ unsubscribe_url }}` became; nil: there is no way to offer.
  public var unsubscribeLink: String?

  /// A mail.
  public init(texts: MailTexts, hasUnsubscribeHeader: Bool, unsubscribeLink: String?) {
    self.texts = texts
    self.hasUnsubscribeHeader = hasUnsubscribeHeader
    self.unsubscribeLink = unsubscribeLink
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
  let missing = formsWithoutLink(mail)
  switch policy.unsubscribe {
  case .none: return []
  case .header:
    return mail.hasUnsubscribeHeader
      ? []
      : lacks(
        "it would have no List-Unsubscribe: set list_unsubscribe, and an account that is watched or unsubscribe_url")
  case .either where mail.hasUnsubscribeHeader: return []
  case .link, .either:
    guard mail.unsubscribeLink != nil else {
      return lacks("there is no way to unsubscribe: no unsubscribe_url, and no address that is watched")
    }
    return missing.isEmpty ? [] : lacks("its \(missing.joined(separator: " and ")) has no {{ unsubscribe_url }}")
  }
}

/// The forms of the text that lack the link; a recipient sees one of them.
private func formsWithoutLink(_ mail: ComplianceMail) -> [String] {
  guard let link = mail.unsubscribeLink else { return [] }
  var missing: [String] = []
  if let text = mail.texts.text, !text.contains(link) { missing.append("text") }
  if let html = mail.texts.html, !html.contains(link), !html.contains(link.replacing("&", with: "&amp;")) {
    missing.append("HTML")
  }
  if mail.texts.text == nil, mail.texts.html == nil { missing.append("text") }
  return missing
}

private func postalFindings(_ mail: ComplianceMail, _ policy: CompliancePolicy) -> [ComplianceFinding] {
  let wanted = plain(policy.postalAddress)
  guard !wanted.isEmpty else { return [] }
  var missing: [String] = []
  if !plain(mail.texts.text ?? "").contains(wanted) { missing.append("text") }
  if let html = mail.texts.html, !plain(textOfHTML(html)).contains(wanted) { missing.append("HTML") }
  guard !missing.isEmpty else { return [] }
  return [
    ComplianceFinding(
      .postalAddress, isRefusal: true,
      "its \(missing.joined(separator: " and ")) does not have the postal address \"\(policy.postalAddress)\"")
  ]
}

private func linkFindings(_ mail: ComplianceMail, _ policy: CompliancePolicy) -> [ComplianceFinding] {
  guard policy.foreignLinks != .off, !policy.linkDomains.isEmpty else { return [] }
  let allowed = policy.linkDomains.map { $0.lowercased() }
  var seen: Set<String> = []
  return linkHosts(in: [mail.texts.text, mail.texts.html].compactMap(\.self), except: mail.unsubscribeLink)
    .filter { host in
      seen.insert(host).inserted && !allowed.contains { host == $0 || host.hasSuffix("." + $0) }
    }
    .map {
      ComplianceFinding(
        .links, isRefusal: policy.foreignLinks == .refuse, "a link leads to \($0), which link_domains does not allow")
    }
}

/// The hosts of all `http` and `https` addresses, in lower case: what a link shows and where it leads.
private func linkHosts(in texts: [String], except own: String?) -> [String] {
  var hosts: [String] = []
  for text in texts {
    let bytes = Array(text.utf8)
    let ownBytes = own.map { Array($0.utf8) } ?? []
    var index = 0
    while index + 7 < bytes.count {
      guard bytes[index] | 0x20 == UInt8(ascii: "h"), let start = hostStart(bytes, at: index) else {
        index += 1
        continue
      }
      let isOwn = !ownBytes.isEmpty && bytes[index...].starts(with: ownBytes)
      var end = start
      while end < bytes.count, !isEndOfAuthority(bytes[end]) { end += 1 }
      if !isOwn, let host = host(bytes[start..<end]) { hosts.append(host) }
      index = max(end, index + 1)
    }
  }
  return hosts
}

private func hostStart(_ bytes: [UInt8], at index: Int) -> Int? {
  for scheme in ["https://", "http://"] {
    let end = index + scheme.utf8.count
    guard end <= bytes.count else { continue }
    if zip(bytes[index..<end], scheme.utf8).allSatisfy({ $0.0 | 0x20 == $0.1 | 0x20 }) { return end }
  }
  return nil
}

/// RFC 3986, section 3.2: the authority ends at `/`, `?` or `#`; in a text also where a link ends.
private func isEndOfAuthority(_ byte: UInt8) -> Bool {
  byte <= 0x20 || "/?#\"'<>()[]{}|\\^`,;".utf8.contains(byte)
}

/// Without user information and port; a trailing dot is the sentence's.
private func host(_ authority: ArraySlice<UInt8>) -> String? {
  let text = String(decoding: authority, as: UTF8.self).lowercased()
  let behindUser = text.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
  var name = behindUser.prefix { $0 != ":" }
  while name.hasSuffix(".") || name.hasSuffix("!") { name = name.dropLast() }
  return name.isEmpty ? nil : String(name)
}

private func spamFindings(_ mail: ComplianceMail, _ policy: CompliancePolicy) -> [ComplianceFinding] {
  guard policy.spamWords != .off else { return [] }
  let whole = " " + plain([mail.texts.subject, mail.texts.text ?? ""].joined(separator: " ")) + " "
  return spamPhrases.filter { holds(whole, phrase: $0.words) }.map {
    ComplianceFinding(
      .spamWords, isRefusal: policy.spamWords == .refuse, "it says \"\($0.words)\", which filters count (\($0.source))")
  }
}

/// Whole words only: `act now` is not in `fact nowhere`.
private func holds(_ text: String, phrase: String) -> Bool {
  var rest = text[...]
  while let found = rest.firstRange(of: phrase) {
    let before = text[text.index(before: found.lowerBound)]
    let after = text[found.upperBound]
    let endsInMark = !(phrase.last?.isLetter ?? false)
    if !before.isLetter, !before.isNumber, endsInMark || (!after.isLetter && !after.isNumber) { return true }
    rest = rest[found.upperBound...]
  }
  return false
}

/// In lower case, with one space wherever there is white space.
private func plain(_ text: String) -> String {
  text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
}

/// How a mail must offer to be taken off the list.
public enum UnsubscribeRequirement: String, Sendable, Codable, CaseIterable {
  /// Nothing is asked; List-Unsubscribe; a link in its text; one of them.
  case none, header, link, either
}

/// What is done about something in a mail.
public enum ComplianceAction: String, Sendable, Codable, CaseIterable {
  /// Nothing; it is told; the mail does not go.
  case off, warn, refuse
}

/// `[sequences.compliance]`, and `compliance` of a sequence: what its mails must have before they go. Nil is what holds where the
/// sequence is silent.
public struct ComplianceSettings: Sendable, Equatable, Codable {
  /// How they must offer to unsubscribe; without a word: none.
  public var unsubscribe: UnsubscribeRequirement?
  /// What every text must hold; empty or without a word: nothing.
  public var postalAddress: String?
  /// What phrases that filters know are; without a word: a warning.
  public var spamWords: ComplianceAction?
  /// Domains that links may lead to, subdomains included; empty or without a word: any.
  public var linkDomains: [String]?
  /// What a link to another domain is; without a word: a refusal.
  public var foreignLinks: ComplianceAction?

  enum CodingKeys: String, CodingKey {
    case unsubscribe
    case postalAddress = "postal_address"
    case spamWords = "spam_words"
    case linkDomains = "link_domains"
    case foreignLinks = "foreign_links"
  }

  /// Nothing said.
  public init() {}

  /// What holds when nobody says anything: only phrases are told.
  public static var usual: ComplianceSettings {
    var settings = ComplianceSettings()
    settings.unsubscribe = UnsubscribeRequirement.none
    settings.postalAddress = ""
    settings.spamWords = .warn
    settings.linkDomains = []
    settings.foreignLinks = .refuse
    return settings
  }

  init(_ section: SectionReader) {
    self.init()
    unsubscribe = section.optionalChoice("unsubscribe")
    postalAddress = section.optionalString("postal_address")
    spamWords = section.optionalChoice("spam_words")
    if section.has("link_domains") { linkDomains = section.strings("link_domains", default: [], check: Check.domain) }
    foreignLinks = section.optionalChoice("foreign_links")
    section.finish()
  }

  /// What these say over what others say.
  public func over(_ other: ComplianceSettings?) -> ComplianceSettings {
    var merged = self
    merged.unsubscribe = unsubscribe ?? other?.unsubscribe
    merged.postalAddress = postalAddress ?? other?.postalAddress
    merged.spamWords = spamWords ?? other?.spamWords
    merged.linkDomains = linkDomains ?? other?.linkDomains
    merged.foreignLinks = foreignLinks ?? other?.foreignLinks
    return merged
  }
}

/// What becomes of somebody who was written to lately by another sequence.
public enum DuplicateReaction: String, Sendable, Codable, CaseIterable {
  /// The first mail waits until the time is over; they are not enrolled.
  case wait, skip
}

/// `[sequences.duplicates]`, and `duplicates` of a sequence: people who were written to lately by any other.
public struct DuplicateSettings: Sendable, Equatable, Codable {
  /// What lately means, like `30d`; `0s` is never.
  public var period: String
  /// What becomes of them.
  public var action: DuplicateReaction

  /// Settings; by default nobody is a duplicate.
  public init(period: String = "0s", action: DuplicateReaction = .wait) {
    self.period = period
    self.action = action
  }

  init(_ section: SectionReader) {
    self.init()
    period = formatDuration(milliseconds: section.duration("period", default: 0))
    action = section.choice("action", default: action)
    section.finish()
  }

  /// The period in milliseconds.
  public var periodMilliseconds: Int64 { parseDuration(period) ?? 0 }
}

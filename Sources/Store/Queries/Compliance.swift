internal import Configuration
internal import Delivery
public import Outreach
internal import Synchronization

/// How mails offer to unsubscribe, as the configuration says now; what writes mails asks it.
final class OfferBook: Sendable {
  private let offer = Mutex<UnsubscribeOffer?>(nil)

  var current: UnsubscribeOffer? { offer.withLock { $0 } }

  func set(_ new: UnsubscribeOffer) { offer.withLock { $0 = new } }
}

extension Store {
  /// Says how mails offer to unsubscribe; again after the configuration has changed.
  public func setUnsubscribeOffer(_ offer: UnsubscribeOffer) { offers.set(offer) }
}

/// What a check has found in one mail of a sequence.
public struct StepFindings: Sendable, Equatable {
  /// The step's id.
  public var step: String
  /// The variant's; nil for a step without.
  public var variant: String?
  /// What is missing or should not be there.
  public var findings: [ComplianceFinding]
}

extension Reader {
  /// What holds for a sequence's mails: its own words over its workspace's.
  func compliancePolicy(of sequence: SequenceRecord) throws(StoreError) -> CompliancePolicy {
    var shared = SharedFacts()
    return try compliancePolicy(of: sequence, &shared)
  }

  /// The same, asked once for all mails of a pass.
  func compliancePolicy(of sequence: SequenceRecord, _ shared: inout SharedFacts) throws(StoreError)
    -> CompliancePolicy
  {
    if let known = shared.policies[sequence.id] { return known }
    let defaults = try workspace(sequence.workspaceID, &shared).sequenceDefaults.compliance
    let policy = CompliancePolicy((sequence.entry.compliance ?? ComplianceSettings()).over(defaults))
    shared.policies[sequence.id] = policy
    return policy
  }

  /// What is missing in the mails of a sequence, as somebody would get them who is known by nothing but an address. A mail is
  /// looked at with the account of its pool that offers the least.
  ///
  /// Of a sequence whose steps come by headers the newest mail of each step is looked at.
  public func complianceFindings(of sequence: SequenceRecord, now: Int64) throws(StoreError) -> [StepFindings] {
    let policy = try compliancePolicy(of: sequence)
    guard sequence.isNative else { return try authoredFindings(of: sequence, policy) }
    let accounts = try accounts(ofPool: pool(of: sequence))
    let snippets = SnippetBook(self, workspaceID: sequence.workspaceID)
    let vocabulary = TemplateVocabulary.ofMails(
      customFields: try mailFieldNames(workspaceID: sequence.workspaceID))
    var found: [StepFindings] = []
    for step in sequence.entry.steps where step.kind == .email {
      for variant in step.variants.isEmpty ? [nil] : step.variants.map({ $0.id as String? }) {
        var findings: [ComplianceFinding] = []
        switch try texts(of: step, variant: variant, in: sequence.key, workspaceID: sequence.workspaceID) {
        case .failure(let error): findings.append(ComplianceFinding(.texts, isRefusal: true, error.description))
        case .success(let template):
          findings += template.check(vocabulary) { snippets[$0, $1] }.errors.map {
            ComplianceFinding(.texts, isRefusal: true, $0.description)
          }
          findings += try sampleFindings(template, sequence, accounts, policy, now: now) { snippets[$0, $1] }
        }
        if !findings.isEmpty {
          found.append(StepFindings(step: step.id, variant: variant, findings: findings))
        }
      }
    }
    return found
  }

  private func authoredFindings(of sequence: SequenceRecord, _ policy: CompliancePolicy) throws(StoreError)
    -> [StepFindings]
  {
    // Of the last people who came in: an app's mails of one step are alike.
    let newest = try connection.rows(
      """
      SELECT step, MAX(id) FROM message WHERE step IS NOT NULL AND body_id <> 0 AND enrollment_id IN (
        SELECT id FROM enrollment WHERE sequence_id = ? ORDER BY id DESC LIMIT 50)
      GROUP BY step ORDER BY step
      """, [.integer(sequence.id)]
    ) { row in (step: row.integer(0), message: row.integer(1)) }
    var found: [StepFindings] = []
    for (step, id) in newest {
      guard let message = try message(id) else { continue }
      let stored = try outgoing(message).stored
      var accounts: [AccountRecord] = []
      if let id = message.accountID { accounts = [try account(id)].compactMap(\.self) }
      if accounts.isEmpty { accounts = try self.accounts(ofPool: message.poolID) }
      let findings = Outreach.complianceFindings(
        of: ComplianceMail(authored: stored, offered: leastOffer(sequence, accounts)), policy)
      if !findings.isEmpty { found.append(StepFindings(step: "\(step)", variant: nil, findings: findings)) }
    }
    return found
  }

  /// What the List-Unsubscribe would name that a mail gets from the account that offers the least.
  private func leastOffer(_ sequence: SequenceRecord, _ accounts: [AccountRecord]) -> [String] {
    guard let offer = offers.current,
      let least = accounts.min(by: { offer.strength(sequence, $0) < offer.strength(sequence, $1) }),
      offer.hasHeader(sequence, least)
    else { return [] }
    return [offer.link(message: 1, watched: least.watchedAddress)].compactMap(\.self)
  }

  private func accounts(ofPool id: Int64) throws(StoreError) -> [AccountRecord] {
    try members(ofPool: id).map { id throws(StoreError) in try account(id) }.compactMap(\.self)
  }

  private func pool(of sequence: SequenceRecord) throws(StoreError) -> Int64 {
    try pool(named: sequence.entry.pool ?? "default", workspaceID: sequence.workspaceID)?.id ?? PoolRecord.defaultID
  }

  private func sampleFindings(
    _ template: MailTemplate, _ sequence: SequenceRecord, _ accounts: [AccountRecord], _ policy: CompliancePolicy,
    now: Int64, snippets: (String, Template.Form) -> Template?
  ) throws(StoreError) -> [ComplianceFinding] {
    let offer = offers.current
    let least = accounts.min { one, other in
      offer.map { $0.strength(sequence, one) < $0.strength(sequence, other) } ?? false
    }
    let sender = least.map { MailSender(address: $0.address, displayName: $0.settings.displayName) }
    let link = offer?.link(message: 1, watched: least?.watchedAddress)
    let values = mailValues(
      contact: ContactDraft(address: "someone@example.org"), sender: sender, unsubscribeURL: link)
    let rendered = Result { () throws(TemplateError) in
      try template.render(values, gaps: .shown, now: now, zone: .utc, snippets: snippets)
    }
    guard case .success(let texts) = rendered else { return [] }
    let hasHeader = least.map { offer?.hasHeader(sequence, $0) ?? false } ?? false
    return Outreach.complianceFindings(
      of: ComplianceMail(texts: texts, hasUnsubscribeHeader: hasHeader, unsubscribeLink: link), policy)
  }

  /// Why a mail must not go as it was written; nil: it may.
  func complianceRefusal(
    of texts: MailTexts, _ sequence: SequenceRecord, through account: AccountRecord, link: String?
  ) throws(StoreError) -> String? {
    let hasHeader = offers.current?.hasHeader(sequence, account) ?? false
    let mail = ComplianceMail(texts: texts, hasUnsubscribeHeader: hasHeader, unsubscribeLink: link)
    return Outreach.complianceFindings(of: mail, try compliancePolicy(of: sequence)).first(where: \.isRefusal)?.text
  }
}

extension AccountRecord {
  /// Where a mail to it is seen: its address, when its mailbox is watched.
  var watchedAddress: String? { settings.imap == nil ? nil : address }
}

extension UnsubscribeOffer {
  fileprivate func hasHeader(_ sequence: SequenceRecord, _ account: AccountRecord) -> Bool {
    !fields(
      message: 1, sequence: sequence.entry.listUnsubscribe, account: account.settings.listUnsubscribe,
      watched: account.watchedAddress
    ).isEmpty
  }

  /// How much of an offer an account's mails have.
  fileprivate func strength(_ sequence: SequenceRecord, _ account: AccountRecord) -> Int {
    (hasHeader(sequence, account) ? 1 : 0) + (link(message: 1, watched: account.watchedAddress) == nil ? 0 : 1)
  }
}

extension CompliancePolicy {
  /// As the settings say, and the defaults where they are silent.
  init(_ settings: ComplianceSettings) {
    self.init()
    if let wanted = settings.unsubscribe { unsubscribe = Unsubscribe(rawValue: wanted.rawValue) ?? unsubscribe }
    postalAddress = settings.postalAddress ?? postalAddress
    if let action = settings.spamWords { spamWords = Action(rawValue: action.rawValue) ?? spamWords }
    linkDomains = settings.linkDomains ?? linkDomains
    if let action = settings.foreignLinks { foreignLinks = Action(rawValue: action.rawValue) ?? foreignLinks }
  }
}

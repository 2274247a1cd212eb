import Configuration
import Foundation
import Host
import Store

extension Provision: StrictBody {
  static let members = [
    "accounts", "pools", "submitters", "sequences", "suppressions", "templates", "snippets", "segments", "campaigns",
  ]
}

extension API {
  /// `POST apply[?dry_run=true]` with a `Provision` as JSON: makes it so in one transaction and answers with the difference.
  static let applyRoutes: [Route] = [
    Route("POST", "apply") { api, request, _ in
      let provision = try request.decoded(Provision.self, as: "provision")
      let isDry = try request.flag("dry_run")
      let prepared = try await api.prepare(provision)
      let changes = try await api.store.read { try differences(prepared, $0) }
      // What is so already is left alone: writing an account makes its rooms connect anew.
      try await api.write(prepared.only(changes), isDry: isDry)
      return Response(
        .object([("dry_run", .boolean(isDry)), ("changes", .list(changes.map(\.json)))]))
    }
  ]

  /// Seals and hashes what is secret, off the loop: Argon2id takes tens of milliseconds.
  private func prepare(_ provision: Provision) async throws -> PreparedProvision {
    var prepared = PreparedProvision(provision: provision)
    for account in provision.accounts {
      let address = account.settings.address.lowercased()
      let stored = try await store.read { try $0.account(at: address)?.secret }
      if account.secret != nil || stored != nil {
        for server in [account.settings.smtp, account.settings.imap].compactMap(\.self) {
          if let complaint = server.complaintOfPassword { throw Problem.invalid("account \(address): \(complaint)") }
        }
      }
      guard case .literal(let secret)? = account.secret else {
        guard account.secret == nil else { throw Problem.invalid("a secret must be sent as a literal") }
        continue
      }
      // Sealing is different each time, so only the opened secrets can be compared.
      if let stored, (try? hooks.unseal(stored)) == secret { continue }
      prepared.sealed[address] = try hooks.seal(secret)
    }
    for campaign in provision.campaigns { try await prepare(campaign, &prepared) }
    for submitter in provision.submitters {
      switch submitter.secret {
      case nil: continue
      case .hash(let hash): prepared.hashes[submitter.login] = hash
      case .password(.literal(let password)):
        let stored = try await store.read { try $0.submitter(named: submitter.login) }
        let made: Result<(hash: String?, verifier: String?), HostError> = await offLoop {
          if let stored, PasswordHash.verify(password, against: stored.passwordHash) {
            return .success((nil, stored.scramVerifier == nil ? ScramVerifier.make(password).text : nil))
          }
          return Result { () throws(HostError) in
            (try PasswordHash.make(password), ScramVerifier.make(password).text)
          }
        }
        let (hash, verifier) = try made.get()
        prepared.hashes[submitter.login] = hash
        prepared.verifiers[submitter.login] = verifier
      case .password: throw Problem.invalid("a secret must be sent as a literal")
      }
    }
    return prepared
  }

  /// Seals what a campaign's requests carry.
  private func prepare(_ campaign: CampaignEntry, _ prepared: inout PreparedProvision) async throws {
    let stored = try await store.read { db in
      try db.campaign(keyed: campaign.key, workspaceID: try db.workspace(named: campaign.workspace).id)
    }
    func sealed(_ auth: HTTPAuth?, _ stored: [UInt8]?) throws -> [UInt8]? {
      guard let source = auth?.secret else { return nil }
      guard case .literal(let secret) = source else { throw Problem.invalid("a secret must be sent as a literal") }
      // It stands in a header field.
      guard secret.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
        throw Problem.invalid("campaign \(campaign.key): the password holds line breaks or control characters")
      }
      if let stored, (try? hooks.unseal(stored)) == secret { return nil }
      return try hooks.seal(secret)
    }
    let secrets = CampaignSecrets(
      source: try sealed(campaign.source.http?.auth, stored?.sourceSecret),
      enrichment: try sealed(campaign.enrichment?.http.auth, stored?.enrichmentSecret))
    if secrets != CampaignSecrets() { prepared.campaignSecrets[campaign.key] = secrets }
  }

  /// A dry run does everything and then takes it back, so that it finds the same errors.
  private func write(_ prepared: PreparedProvision, isDry: Bool) async throws {
    let now = now()
    let takenBack = "dry run"
    do {
      try await store.write { transaction in
        let wanted = prepared.provision
        for pool in wanted.pools { try transaction.putPool(pool, now: now) }
        for account in wanted.accounts {
          let sealed = prepared.sealed[account.settings.address.lowercased()]
          try transaction.putAccount(account.settings, sealedSecret: sealed, now: now)
        }
        for submitter in wanted.submitters {
          try transaction.putSubmitter(
            submitter, passwordHash: prepared.hashes[submitter.login],
            scramVerifier: prepared.verifiers[submitter.login], now: now)
        }
        try transaction.putSegments(wanted.segments, now: now)
        for snippet in wanted.snippets { try transaction.putSnippet(snippet, now: now) }
        for template in wanted.templates { try transaction.putTemplate(template, now: now) }
        for sequence in wanted.sequences { try transaction.putSequence(sequence, now: now) }
        for campaign in wanted.campaigns {
          let secrets = prepared.campaignSecrets[campaign.key] ?? CampaignSecrets()
          try transaction.putCampaign(campaign, secrets, now: now)
        }
        // Last, because snippets and the fields that campaigns bring belong to it.
        try transaction.refuseUnknownNames(in: wanted.sequences)
        for suppression in wanted.suppressions {
          let scope = try transaction.suppressionScope(named: suppression.workspace)
          try transaction.suppress(
            try storedSuppression(suppression.value), workspaceID: scope, reason: suppression.reason,
            source: "apply", now: now)
        }
        if isDry { throw StoreError.rejected(takenBack) }
      }
    } catch {
      guard isDry, error == .rejected(takenBack) else { throw error }
    }
  }
}

/// A provision with its secrets as the store keeps them.
struct PreparedProvision: Sendable {
  var provision: Provision
  /// By address; only those that changed.
  var sealed: [String: [UInt8]] = [:]
  /// By login; only those that changed.
  var hashes: [String: String] = [:]
  /// SCRAM verifiers by login; only those that are new.
  var verifiers: [String: String] = [:]
  /// Of campaigns by key; only those that changed.
  var campaignSecrets: [String: CampaignSecrets] = [:]

  /// Without what does not change.
  func only(_ changes: [Change]) -> PreparedProvision {
    let changed = Set(changes.map { "\($0.kind) \($0.name)" })
    var rest = self
    rest.provision.accounts.removeAll { !changed.contains("account \($0.settings.address.lowercased())") }
    rest.provision.pools.removeAll { !changed.contains("pool \($0.name)") }
    rest.provision.submitters.removeAll { !changed.contains("submitter \($0.login)") }
    rest.provision.sequences.removeAll { !changed.contains("sequence \($0.key)") }
    rest.provision.templates.removeAll { !changed.contains("template \($0.key)") }
    rest.provision.snippets.removeAll { !changed.contains("snippet \($0.key)") }
    rest.provision.segments.removeAll { !changed.contains("segment \($0.name.lowercased())") }
    rest.provision.campaigns.removeAll { !changed.contains("campaign \($0.key)") }
    rest.provision.suppressions.removeAll { !changed.contains("suppression \($0.value)") }
    return rest
  }
}

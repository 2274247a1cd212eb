import Configuration
import Delivery
import Foundation
import MailText
import Outreach
import Store

extension API {
  static let contactRoutes: [Route] = [
    Route("GET", "contacts") { api, request, _ in
      let limit = try request.limit(default: 1000)
      let after = try request.number("after", default: 0, in: 0...Int64.max)
      let filter = try request.filter()
      try await api.checkSegments(of: filter)
      let contacts = try await api.store.read { db in
        try db.contacts(workspaceID: defaultWorkspace, after: after, limit: limit, filter: filter)
      }
      return Response(list: contacts.map { .object($0.members) }, for: request)
    },
    Route("POST", "contacts/import") { api, request, _ in
      let rows = try request.decoded(ContactImport.self, as: "import")
      return try await api.takeIn(rows, isDry: request.flag("dry_run"))
    },
    Route("POST", "contacts/tag") { api, request, _ in
      guard let filter = try request.filter() else { throw Problem.invalid("a filter must say which contacts") }
      try await api.checkSegments(of: filter)
      let (adding, removing) = (try request.tags("add"), try request.tags("remove"))
      let now = api.now()
      let changed = try await api.store.write { transaction in
        try transaction.contacts(workspaceID: defaultWorkspace, limit: .max, filter: filter)
          .count { try transaction.tag($0, adding: adding, removing: removing, now: now) }
      }
      return Response(.object([("changed", .number(changed))]))
    },
    Route("GET", "contacts/*") { api, _, address in
      guard let address = contactAddress(address) else { throw Problem.invalid("\"\(address)\" is no mail address") }
      let now = api.now()
      let found = try await api.store.read { db -> JSON? in
        guard let contact = try db.contact(at: address, workspaceID: defaultWorkspace) else { return nil }
        return .object(contact.members + (try history(of: contact, now: now, db)))
      }
      guard let found else { throw Problem.notFound("contact \(address)") }
      return Response(found)
    },
    Route("DELETE", "contacts/*") { api, request, address in
      guard let address = contactAddress(address) else { throw Problem.invalid("\"\(address)\" is no mail address") }
      let isDry = try request.flag("dry_run")
      let shreds = try request.flag("shred", default: true)
      let report = try await api.erase(address, isDry: isDry)
      // A sweep over the files takes as long for one as for many: who erases several has it done with the last.
      if !isDry, shreds { try await api.store.shredDeleted() }
      return Response(.object(report.members + [("dry_run", .boolean(isDry))]))
    },
  ]

  /// A segment that is not there is a slip in what somebody asks now; later, in a sequence, the filter just holds for nobody.
  func checkSegments(of filter: ContactFilter?) async throws {
    guard let filter, !filter.segments.isEmpty else { return }
    if let lack = try await store.read({ try $0.lackingSegment(of: filter, workspaceID: defaultWorkspace) }) {
      throw Problem.invalid(lack)
    }
  }

  private func erase(_ address: String, isDry: Bool) async throws -> ErasureReport {
    if !isDry {
      let person = PersonTrace(address: address, replacement: "")
      let waiting = try await hooks.eraseSpooled { person.isIn(mail: $0) }
      guard waiting == 0 else {
        throw Problem(
          status: 409, code: "conflict",
          message:
            "\(waiting) mails that name \(address) wait in the spool folder to be taken in; try again in a minute")
      }
    }
    return try await store.erase(address, workspaceID: defaultWorkspace, isDry: isDry, now: now())
  }

  /// One transaction for all rows of a request: the caller cuts a long list into requests.
  private func takeIn(_ rows: ContactImport, isDry: Bool) async throws -> Response {
    let now = now()
    var drafts: [(line: Int, draft: ContactDraft)] = []
    var refused: [(line: Int, address: String, reason: String)] = []
    for row in rows.contacts {
      do throws(ContactRefusal) {
        let checked = try row.draft.checked(allowsRoles: rows.allowRoles ?? false) { Zone.named($0) != nil }
        drafts.append((row.line, checked))
      } catch {
        refused.append((row.line, row.draft.address, error.description))
      }
    }
    let gone = try await erased(drafts.map(\.draft.address))
    for (line, draft) in drafts where gone.contains(draft.address) {
      refused.append((line, draft.address, "\(draft.address) was erased; suppress remove lets them be taken in again"))
    }
    refused.sort { $0.line < $1.line }
    let again = Set(
      rows.contacts.filter(\.isAgain).compactMap { contactAddress($0.draft.address).map(Address.comparisonKey) })
    let accepted = drafts.filter { !gone.contains($0.draft.address) }
    var counts: [ContactChange: Int] = [:]
    if isDry {
      counts = try await store.read { db in
        var made: [String: ContactDraft] = [:]
        var counts: [ContactChange: Int] = [:]
        for (_, draft) in accepted {
          let person = Address.comparisonKey(draft.address)
          let known =
            try made[person] ?? db.contact(at: draft.address, workspaceID: defaultWorkspace)?.facts
            ?? (again.contains(person) ? ContactDraft(address: draft.address) : nil)
          made[person] = known?.adding(draft) ?? draft
          counts[known == nil ? .added : made[person] == known ? .unchanged : .updated, default: 0] += 1
        }
        return counts
      }
    } else {
      counts = try await store.write { transaction in
        var counts: [ContactChange: Int] = [:]
        for (_, draft) in accepted {
          counts[try transaction.putContact(draft, workspaceID: defaultWorkspace, now: now), default: 0] += 1
        }
        return counts
      }
    }
    return Response(
      .object(
        ContactChange.allCases.map { ($0.rawValue, .number(counts[$0] ?? 0)) } + [
          (
            "refused",
            .list(
              refused.map {
                .object([("line", .number($0.line)), ("address", .text($0.address)), ("reason", .text($0.reason))])
              })
          )
        ]))
  }
}

extension API {
  fileprivate func erased(_ addresses: [String]) async throws -> Set<String> {
    try await store.read { db in
      var found: Set<String> = []
      for address in addresses where try db.isErased(address, workspaceID: defaultWorkspace) { found.insert(address) }
      return found
    }
  }
}

extension ErasureReport {
  fileprivate var members: [(String, JSON)] {
    [
      ("address", .text(address)), ("contact", .boolean(isContact)), ("enrollments", .number(enrollments)),
      ("messages", .number(messages)), ("inbound", .number(inbound)), ("mentions", .number(mentions)),
      ("remaining", .texts(remaining)),
    ]
  }
}

/// The body of an import: drafts with the line each one came from.
private struct ContactImport: StrictBody {
  static let members = ["contacts", "allow_roles"]

  struct Row: Decodable {
    var line: Int
    var draft: ContactDraft
    /// Whether a row of a request before this one has the same address; only a dry run asks.
    var isAgain: Bool

    init(from decoder: any Decoder) throws {
      try decoder.refuseMembers(besides: ContactDraft.members + ["line", "again"])
      let values = try decoder.container(keyedBy: Key.self)
      line = try values.decodeIfPresent(Int.self, forKey: .line) ?? 0
      isAgain = try values.decodeIfPresent(Bool.self, forKey: .again) ?? false
      draft = try ContactDraft(from: decoder)
    }

    private enum Key: CodingKey { case line, again }
  }

  var contacts: [Row]
  var allowRoles: Bool?

  enum CodingKeys: String, CodingKey {
    case contacts
    case allowRoles = "allow_roles"
  }
}

extension ContactDraft {
  /// What a person is said to be in a body.
  static let members = ["address", "first_name", "last_name", "company", "zone", "consent", "fields", "tags"]
}

extension Request {
  /// Tags of the query, separated by commas; checked as an import's are.
  fileprivate func tags(_ name: String) throws(Problem) -> [String] {
    let words = (query[name] ?? "").split(separator: ",").map(String.init)
    do {
      let draft = ContactDraft(address: "a@example.org", tags: words)
      return try draft.checked(allowsRoles: true, zoneIsKnown: { _ in true }).tags
    } catch {
      throw .invalid(error.description)
    }
  }

  /// The `filter` of the query.
  func filter() throws(Problem) -> ContactFilter? {
    guard let text = query["filter"] else { return nil }
    do {
      return try ContactFilter(text)
    } catch {
      throw .invalid("the filter \"\(text)\" is wrong \(error)")
    }
  }
}

extension ContactRecord {
  fileprivate var members: [(String, JSON)] {
    [
      ("id", .integer(id)), ("address", .text(facts.address)), ("first_name", .optional(facts.firstName)),
      ("last_name", .optional(facts.lastName)), ("company", .optional(facts.company)), ("zone", .optional(facts.zone)),
      ("consent", .optional(facts.consent)), ("tags", .texts(facts.tags)),
      ("fields", .object(facts.fields.sorted { $0.key < $1.key }.map { ($0.key, .text($0.value)) })),
      ("created_at", .time(createdAt)), ("changed_at", .time(changedAt == 0 ? nil : changedAt)),
    ]
  }
}

/// A person's way through everything: enrollments, and the mails that went or will go.
private func history(of contact: ContactRecord, now: Int64, _ db: Reader) throws(StoreError) -> [(String, JSON)] {
  let viewer = EnrollmentViewer(db, now: now)
  let enrollments = try db.enrollments(ofContact: contact.id).map { item throws(StoreError) in try viewer.json(item) }
  let suppression = try db.suppression(of: contact.facts.address, workspaceID: contact.workspaceID)
  var mails: [JSON] = []
  for mail in try db.messages(to: contact.facts.address, workspaceID: contact.workspaceID, limit: 100) {
    mails.append(
      .object([
        ("id", .integer(mail.id)), ("state", .text(mail.state.rawValue)), ("subject", .text(mail.subject)),
        ("step", .optional(mail.step)), ("scheduled_for", .time(mail.scheduledFor)), ("sent_at", .time(mail.sentAt)),
        ("replied_at", .time(mail.repliedAt)),
      ]))
  }
  return [
    ("suppressed", .optional(suppression?.reason)), ("enrollments", .list(enrollments)), ("messages", .list(mails)),
  ]
}

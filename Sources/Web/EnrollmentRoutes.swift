import Configuration
import Delivery
import Foundation
import Outreach
import Store

extension API {
  static let enrollmentRoutes: [Route] = [
    Route("GET", "enrollments") { api, request, _ in
      let query = try EnrollmentQuery(request)
      let now = api.now()
      let items = try await api.store.read { db in
        let viewer = EnrollmentViewer(db, now: now)
        return try db.enrollments(query, workspaceID: defaultWorkspace).map { try viewer.json($0) }
      }
      return Response(list: items, for: request)
    },
    change("pause") { try $0.pauseEnrollment($1, now: $2) },
    change("resume") { try $0.resumeEnrollment($1, now: $2) },
    Route("POST", "enrollments/*/move") { api, request, text in
      guard let step = request.query["step"], !step.isEmpty else {
        throw Problem.invalid("step must name the step, by its id or number")
      }
      return try await api.change(text) { try $0.moveEnrollment($1, to: step, now: $2) }
    },
    Route("DELETE", "enrollments/*") { api, _, text in
      try await api.change(text) { try $0.removeEnrollment($1, now: $2) }
    },
    Route("GET", "enrollments/*") { api, _, text in
      let id = try rowID(text)
      let now = api.now()
      let found = try await api.store.read { db -> JSON? in
        try db.enrollment(id).map { try EnrollmentViewer(db, now: now).json($0) }
      }
      guard let found else { throw Problem.notFound("enrollment \(id)") }
      return Response(found)
    },
  ]

  private static func change(
    _ word: String, _ body: @escaping @Sendable (Transaction, Int64, Int64) throws -> Void
  ) -> Route {
    Route("POST", "enrollments/*/\(word)") { api, _, text in try await api.change(text, body) }
  }

  private func change(_ text: String, _ body: @escaping @Sendable (Transaction, Int64, Int64) throws -> Void)
    async throws
    -> Response
  {
    let id = try rowID(text)
    let now = now()
    guard try await store.read({ try $0.enrollment(id) }) != nil else { throw Problem.notFound("enrollment \(id)") }
    return Response(
      try await store.write { transaction in
        try body(transaction, id, now)
        return try transaction.enrollment(id).map { try EnrollmentViewer(transaction, now: now).json($0) } ?? .null
      })
  }

  static let taskRoutes: [Route] = [
    Route("GET", "tasks") { api, request, _ in
      let name = request.query["state"] ?? "open"
      guard let state = TaskRecord.State(rawValue: name) else {
        let known = TaskRecord.State.allCases.map(\.rawValue).joined(separator: ", ")
        throw Problem.invalid("\"\(name)\" is no state of a task: \(known)")
      }
      let limit = try request.limit(default: 1000)
      let sequence = request.query["sequence"]
      let items = try await api.store.read { db in
        try db.taskListings(state: state, sequence: sequence, workspaceID: defaultWorkspace, limit: limit)
      }
      return Response(list: items.map(\.json), for: request)
    },
    changeTask("done") { try $0.completeTask($1, by: $2, now: $3) },
    changeTask("skip") { try $0.skipTask($1, by: $2, now: $3) },
  ]

  private static func changeTask(
    _ word: String, _ body: @escaping @Sendable (Transaction, Int64, String, Int64) throws -> Void
  ) -> Route {
    Route("POST", "tasks/*/\(word)") { api, request, text in
      let id = try rowID(text)
      let person = request.query["by"] ?? "a person"
      let now = api.now()
      guard try await api.store.read({ try $0.task(id) }) != nil else { throw Problem.notFound("task \(id)") }
      return Response(
        try await api.store.write { transaction in
          try body(transaction, id, person, now)
          return try transaction.taskListing(id)?.json ?? .null
        })
    }
  }

  // MARK: - Enrolling

  /// People of one transaction: few enough that nobody's mail waits long behind it.
  private static let enrolledAtOnce = 100

  /// Enrols those that the body names, or those a filter holds for; answers with a row for each of them.
  func enroll(_ request: Request, in sequence: SequenceRecord) async throws -> Response {
    let body = try request.decoded(EnrollBody.self, as: "list of people")
    guard body.addresses != nil || body.contacts != nil || body.filter != nil else {
      throw Problem.invalid("the body says nobody: give addresses, contacts or a filter")
    }
    var people: [EnrollBody.Person] = body.contacts ?? []
    people += (body.addresses ?? []).map { EnrollBody.Person(line: nil, draft: ContactDraft(address: $0)) }
    if let text = body.filter { people += try await segment(text) }
    let (now, allowsRoles) = (now(), body.allowRoles ?? false)
    var rows: [JSON] = []
    for start in stride(from: 0, to: people.count, by: Self.enrolledAtOnce) {
      let some = Array(people[start..<min(start + Self.enrolledAtOnce, people.count)])
      rows += try await store.write { transaction in
        let refusals = try some.map { try transaction.take($0.draft, workspaceID: sequence.workspaceID, now: now) }
        let taken = zip(some, refusals).filter { $1 == nil }.map { Enrollee(address: $0.0.draft.address) }
        var results = try transaction.enroll(taken, in: sequence, allowsRoles: allowsRoles, now: now)[...]
        return zip(some, refusals).map { person, refusal in
          // One that is no contact was not asked about.
          person.json(refusal.map(EnrollmentResult.refused) ?? results.removeFirst())
        }
      }
    }
    return Response(list: rows, for: request)
  }

  private func segment(_ text: String) async throws -> [EnrollBody.Person] {
    let filter: ContactFilter
    do {
      filter = try ContactFilter(text)
    } catch {
      throw Problem.invalid("the filter \"\(text)\" is wrong \(error)")
    }
    try await checkSegments(of: filter)
    return try await store.read { db in
      try db.contacts(workspaceID: defaultWorkspace, limit: .max, filter: filter)
        .map { EnrollBody.Person(line: nil, draft: ContactDraft(address: $0.facts.address)) }
    }
  }
}

/// Whom to enrol: addresses, contacts with what is known of them, or those that a filter holds for.
private struct EnrollBody: StrictBody {
  static let members = ["addresses", "contacts", "filter", "allow_roles"]

  struct Person: Decodable {
    /// Of the file it came from.
    var line: Int?
    var draft: ContactDraft

    private enum Key: CodingKey { case line }

    init(line: Int?, draft: ContactDraft) {
      self.line = line
      self.draft = draft
    }

    init(from decoder: any Decoder) throws {
      try decoder.refuseMembers(besides: ContactDraft.members + ["line"])
      line = try decoder.container(keyedBy: Key.self).decodeIfPresent(Int.self, forKey: .line)
      draft = try ContactDraft(from: decoder)
    }

    func json(_ result: EnrollmentResult) -> JSON {
      var members: [(String, JSON)] = line.map { [("line", .number($0))] } ?? []
      // No address is longer, and what is none need not come back whole.
      members.append(("address", .text(String(draft.address.prefix(320)))))
      switch result {
      case .enrolled(let id): members += [("result", .text("enrolled")), ("enrollment_id", .integer(id))]
      case .refused(let refusal):
        members += [
          ("result", .text("refused")), ("reason", .text(refusal.reason.rawValue)),
          ("text", .text(refusal.description)),
        ]
      }
      return .object(members)
    }
  }

  var addresses: [String]?
  var contacts: [Person]?
  var filter: String?
  /// Whether addresses like `support@` are taken too.
  var allowRoles: Bool?

  enum CodingKeys: String, CodingKey {
    case addresses, contacts, filter
    case allowRoles = "allow_roles"
  }
}

extension Transaction {
  /// Takes what is known of a person who is to be enrolled into the contacts; a refusal when it can't be so.
  fileprivate func take(_ draft: ContactDraft, workspaceID: Int64, now: Int64) throws(StoreError) -> EnrollmentRefusal?
  {
    guard draft.saysMore else { return nil }
    let checked = Result { () throws(ContactRefusal) in
      try draft.checked(allowsRoles: true) { Zone.named($0) != nil }
    }
    switch checked {
    case .success(let contact):
      if try isErased(contact.address, workspaceID: workspaceID) {
        return EnrollmentRefusal(.suppressed, "is suppressed: erased")
      }
      _ = try putContact(contact, workspaceID: workspaceID, now: now)
      return nil
    case .failure(let refusal): return EnrollmentRefusal(.noContact, refusal.description)
    }
  }
}

extension ContactDraft {
  /// Whether it knows more than an address.
  fileprivate var saysMore: Bool { self != ContactDraft(address: address) }
}

extension EnrollmentQuery {
  init(_ request: Request) throws(Problem) {
    self.init()
    sequence = request.query["sequence"]
    contact = request.query["contact"]
    if let name = request.query["state"] {
      guard let known = EnrollmentState(rawValue: name) else {
        throw .invalid(
          "\"\(name)\" is no state of an enrollment: "
            + EnrollmentState.allCases.map(\.rawValue).joined(separator: ", "))
      }
      state = known
    }
    after = try request.number("after", default: 0, in: 0...Int64.max)
    limit = try request.limit(default: 1000)
  }
}

func enrollments(of sequence: SequenceRecord, after: Int64, limit: Int, now: Int64, _ db: Reader) throws(StoreError)
  -> [JSON]
{
  let viewer = EnrollmentViewer(db, now: now)
  var items: [JSON] = []
  for enrollment in try db.enrollments(ofSequence: sequence.id, after: after, limit: limit) {
    items.append(try viewer.json(enrollment))
  }
  return items
}

/// Shows enrollments with their steps.
final class EnrollmentViewer {
  private let names: AccountNames
  private let steps: StepViewer

  init(_ db: Reader, now: Int64) {
    names = AccountNames(db)
    steps = StepViewer(db, now: now)
  }

  func json(_ enrollment: EnrollmentRecord) throws(StoreError) -> JSON {
    let steps = try steps.steps(of: enrollment)
    let next = steps.filter { $0.state == "scheduled" }.compactMap(\.plannedFor).min()
    return .object([
      ("id", .integer(enrollment.id)), ("sequence", .text(enrollment.sequence)),
      ("contact", .text(enrollment.contact)),
      ("state", .text(enrollment.state.rawValue)), ("stop_reason", .optional(enrollment.stopReason?.rawValue)),
      ("account", try names.address(enrollment.accountID)),
      ("version", enrollment.version > 0 ? .integer(enrollment.version) : .null),
      ("steps_sent", .number(steps.count { $0.sentAt != nil })), ("steps_known", .number(steps.count)),
      ("steps_text", .text(steps.map { "\($0.number) \($0.state)" }.joined(separator: ", "))),
      ("next_action_at", .time(enrollment.nextActionAt)), ("next_at", .time(next)),
      ("started_at", .time(enrollment.startedAt)), ("ended_at", .time(enrollment.endedAt)),
      ("replied_at", .time(enrollment.repliedAt)), ("not_before", .time(enrollment.notBefore)),
      ("campaign_run", .optional(enrollment.campaignRun)), ("steps", .list(steps.map(\.json))),
    ])
  }
}

extension StepView {
  fileprivate var json: JSON {
    .object([
      ("step", .number(number)), ("id", .optional(id)), ("kind", .text(kind.rawValue)), ("state", .text(state)),
      ("title", .text(title)), ("message_id", .optional(messageID)), ("task_id", .optional(taskID)),
      ("version", .optional(version)), ("variant", .optional(variant)), ("scheduled_for", .time(scheduledFor)),
      ("planned_for", .time(plannedFor)), ("sent_at", .time(sentAt)), ("opened_at", .time(openedAt)),
      ("clicked_at", .time(clickedAt)), ("replied_at", .time(repliedAt)), ("error", .optional(error)),
    ])
  }
}

extension TaskListing {
  fileprivate var json: JSON {
    .object([
      ("id", .integer(task.id)), ("kind", .text(task.kind.rawValue)), ("title", .text(task.title)),
      ("note", .optional(task.note)), ("state", .text(task.state.rawValue)), ("contact", .text(contact)),
      ("sequence", .text(sequence)), ("step", .number(task.step)), ("step_id", .text(task.stepID)),
      ("enrollment_id", .integer(task.enrollmentID)), ("waits", .boolean(task.waits)),
      ("scheduled_for", .time(task.scheduledFor)), ("opened_at", .time(task.openedAt)), ("due", .time(task.due)),
      ("finished_at", .time(task.finishedAt)), ("done_by", .optional(task.doneBy)), ("reason", .optional(task.reason)),
    ])
  }
}

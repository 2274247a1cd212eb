import Configuration
import Foundation
import Outreach
import Store

extension API {
  static let sequenceRoutes: [Route] = [
    Route("GET", "sequences") { api, request, _ in
      let views = try await api.store.read { db in
        try db.sequences().map { JSON.object(try sequenceMembers($0, db)) }
      }
      return Response(list: views, for: request)
    },
    change("activate", to: .active), change("pause", to: .paused), change("complete", to: .completed),
    Route("POST", "sequences/*/duplicate") { api, request, key in
      let sequence = try await api.sequence(key)
      guard let copy = request.query["as"], !copy.isEmpty else { throw Problem.invalid("as must name the copy") }
      let now = api.now()
      try await api.store.write { try $0.duplicateSequence(sequence.id, as: copy, now: now) }
      return try await api.show(copy)
    },
    Route("POST", "sequences/*/enroll") { api, request, key in
      try await api.enroll(request, in: try await api.sequence(key))
    },
    Route("GET", "sequences/*/versions") { api, request, key in
      let sequence = try await api.sequence(key)
      let versions = try await api.store.read { try $0.versions(ofSequence: sequence.id) }
      return Response(
        list: versions.map {
          .object([("version", .integer($0.number)), ("at", .time($0.at)), ("definition", .encoding($0.entry))])
        }, for: request)
    },
    Route("GET", "sequences/*/enrollments") { api, request, key in
      let sequence = try await api.sequence(key)
      let limit = try request.limit(default: 1000)
      let after = try request.number("after", default: 0, in: 0...Int64.max)
      let now = api.now()
      let items = try await api.store.read { db in
        try enrollments(of: sequence, after: after, limit: limit, now: now, db)
      }
      return Response(list: items, for: request)
    },
    Route("PUT", "sequences/*") { api, request, key in
      let entry: SequenceEntry
      switch SequenceEntry.parse(json: request.body, key: key) {
      case .success(let read): entry = read
      case .failure(let errors):
        throw Problem.invalid(
          errors.errors.map { $0.what + ($0.nearest.map { "; did you mean \"\($0)\"?" } ?? "") }.joined(separator: "\n")
        )
      }
      let known = try await api.store.read { db in try db.sequence(keyed: key, workspaceID: defaultWorkspace) }
      if known?.entry != entry {
        let now = api.now()
        try await api.store.write { transaction in
          try transaction.putSequence(entry, now: now)
          try transaction.refuseUnknownNames(in: [entry])
        }
      }
      return try await api.show(key)
    },
    Route("DELETE", "sequences/*") { api, _, key in
      let sequence = try await api.sequence(key)
      let now = api.now()
      try await api.store.write { try $0.removeSequence(sequence.id, now: now) }
      return Response(.object([("name", .text(key)), ("removed", .boolean(true))]))
    },
    Route("GET", "sequences/*") { api, request, key in
      let sequence = try await api.sequence(key)
      let limit = try request.limit(default: 1000)
      let now = api.now()
      try await api.store.countExperiments(now: now)
      return Response(
        try await api.store.read { db in
          .object(
            try sequenceMembers(sequence, db) + definitionMembers(sequence, db) + [
              ("enrollments", .list(try enrollments(of: sequence, after: 0, limit: limit, now: now, db)))
            ])
        })
    },
  ]

  func sequence(_ key: String) async throws -> SequenceRecord {
    let found = try await store.read { db in try db.sequence(keyed: key, workspaceID: defaultWorkspace) }
    guard let found else { throw try await missing(.sequence, key) }
    return found
  }

  private func show(_ key: String) async throws -> Response {
    let sequence = try await sequence(key)
    return Response(
      try await store.read { db in
        .object(try sequenceMembers(sequence, db) + definitionMembers(sequence, db))
      })
  }

  private static func change(_ word: String, to state: SequenceState) -> Route {
    Route("POST", "sequences/*/\(word)") { api, _, key in
      let sequence = try await api.sequence(key)
      let now = api.now()
      try await api.store.write { try $0.setState(ofSequence: sequence.id, to: state, now: now) }
      return try await api.show(key)
    }
  }
}

private func sequenceMembers(_ sequence: SequenceRecord, _ db: Reader) throws(StoreError) -> [(String, JSON)] {
  let counts = try db.enrollmentCounts(ofSequence: sequence.id)
  let entry = sequence.entry
  // What holds, not only what the sequence says itself: where it is silent the workspace's defaults do.
  let defaults = try db.workspace(sequence.workspaceID).sequenceDefaults
  let onReply = entry.onReply ?? defaults.onReply ?? .stop
  let onBounce = entry.onBounce ?? defaults.onBounce ?? .stop
  let onAway = entry.onAway ?? defaults.onAway ?? .continue
  let window = entry.window ?? defaults.window
  var members: [(String, JSON)] = [
    ("id", .integer(sequence.id)), ("key", .text(sequence.key)), ("name", .text(entry.name ?? sequence.key)),
    ("workspace", .text(entry.workspace)), ("state", .text(sequence.state.rawValue)),
    ("steps_by", .text(sequence.isNative ? "definition" : "headers")),
    ("version", sequence.isNative ? .integer(sequence.version) : .null),
    ("step_count", sequence.isNative ? .number(entry.steps.count) : .null),
    ("on_reply", .text(onReply.rawValue)), ("on_bounce", .text(onBounce.rawValue)),
    ("on_away", .text(onAway.rawValue)), ("pool", .optional(entry.pool)),
    ("window", window.map { .encoding($0) } ?? .null), ("zone", .optional(entry.zone)),
    ("created_at", .time(sequence.createdAt)), ("enrolled", .integer(counts.reduce(0) { $0 + $1.count })),
  ]
  for state in ["active", "paused", "completed", "stopped", "failed"] {
    members.append((state, .integer(counts.first { $0.state == state }?.count ?? 0)))
  }
  members.append(("replied", .integer(counts.reduce(0) { $0 + $1.replied })))
  // Those whose times are not known yet, for a moment after an edit or a start.
  members.append(("planning", .integer(try db.planningCount(ofSequence: sequence.id))))
  return members
}

/// What a sequence of its own steps says, and how its experiments stand.
private func definitionMembers(_ sequence: SequenceRecord, _ db: Reader) throws(StoreError) -> [(
  String, JSON
)] {
  guard sequence.isNative else { return [] }
  var steps: [JSON] = []
  for (place, step) in sequence.entry.steps.enumerated() {
    var members: [(String, JSON)] = [
      ("step", .number(place + 1)), ("id", .text(step.id)), ("kind", .text(step.kind.rawValue)),
      ("delay", .text(formatDuration(milliseconds: step.delayMilliseconds))), ("at", .optional(step.texts.at)),
      ("only_if", .texts(step.onlyIf.map(\.rawValue))), ("filter", .optional(step.filter)),
      ("branches", .texts(step.branches.map(\.spoken))),
      ("what", .text(step.title ?? step.texts.subject ?? step.texts.template.map { "template \($0)" } ?? "")),
      ("waits", step.kind == .email ? .null : .boolean(step.waits)),
    ]
    if let standing = try db.standing(ofExperiment: step, in: sequence) {
      members.append(("experiment", standing.json))
    }
    steps.append(.object(members))
  }
  return [("steps", .list(steps)), ("definition", .encoding(sequence.entry))]
}

extension BranchEntry {
  /// `click, filter tag = vip → offer`.
  fileprivate var spoken: String {
    let conditions = onlyIf.map(\.rawValue) + (filter.map { ["filter \($0)"] } ?? [])
    return (conditions.isEmpty ? "always" : conditions.joined(separator: ", ")) + " → \(to)"
  }
}

extension ExperimentStanding {
  fileprivate var json: JSON {
    .object([
      ("choice", .text(settings.choice.rawValue)), ("metric", .text(settings.metric.rawValue)),
      ("minimum_sample", .number(settings.minimumSample)), ("confidence", .number(settings.confidence)),
      ("since_version", .integer(record.sinceVersion)), ("winner", .optional(record.winner)),
      ("called_at", .time(record.calledAt)),
      (
        "variants",
        .list(
          variants.map {
            .object([
              ("id", .text($0.id)), ("weight", .number($0.weight)), ("sent", .number($0.trials)),
              ("successes", .number($0.successes)),
            ])
          })
      ),
    ])
  }
}

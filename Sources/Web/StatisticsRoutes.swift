import Configuration
import Delivery
import Foundation
import Outreach
import Store

extension API {
  static let statisticsRoutes: [Route] = [
    Route("GET", "stats") { api, request, _ in
      let by = request.query["by"] ?? StatisticsScope.workspace.rawValue
      guard let scope = StatisticsScope(rawValue: by) else {
        let known = StatisticsScope.allCases.map(\.rawValue).joined(separator: ", ")
        throw Problem.invalid("\"\(by)\" is nothing that statistics are kept by: \(known)")
      }
      let span = try StatisticsSpan(request)
      try await api.store.countEvents()
      let items = try await api.store.read { db in try statistics(by: scope, span, db) }
      return Response(list: items, for: request)
    },
    Route("POST", "stats/rebuild") { api, _, _ in
      try await api.store.recountEvents()
      return Response(.object([("rebuilt", .boolean(true))]))
    },
    Route("GET", "sequences/*/stats") { api, request, key in
      let span = try StatisticsSpan(request)
      try await api.store.countEvents()
      let answer = try await api.store.read { db in try sequenceStatistics(key, span, db) }
      guard let answer else { throw try await api.missing(.sequence, key) }
      return Response(answer)
    },
  ]
}

/// What of the past is asked for, and by whose clock the hours of a day are told.
private struct StatisticsSpan {
  var from, to: Int64?
  var zone: Zone?

  init(_ request: Request) throws(Problem) {
    from = try Self.instant("from", request)
    to = try Self.instant("to", request)
    guard let name = request.query["zone"] else { return }
    guard let known = Zone.named(name) else { throw .invalid("there is no time zone \"\(name)\"") }
    zone = known
  }

  /// A day in UTC like `2026-11-21`, or a whole RFC 3339 instant.
  private static func instant(_ name: String, _ request: Request) throws(Problem) -> Int64? {
    guard let text = request.query[name] else { return nil }
    let whole = text.utf8.count == 10 ? text + "T00:00:00Z" : text
    guard let date = try? Date(whole, strategy: .iso8601) else {
      throw .invalid("\(name) must be a day like 2026-11-21 or a time like 2026-11-21T09:00:00Z, not \"\(text)\"")
    }
    return Int64(date.timeIntervalSince1970 * 1000)
  }

  func zone(_ db: Reader) throws -> Zone {
    try zone ?? Zone.named(db.workspace(defaultWorkspace).zone) ?? .utc
  }
}

private func statistics(by scope: StatisticsScope, _ span: StatisticsSpan, _ db: Reader) throws -> [JSON] {
  guard scope != .workspace else {
    let line = try db.statistics(
      of: "", by: scope, workspaceID: defaultWorkspace, from: span.from, to: span.to, zone: span.zone(db))
    guard !line.isEmpty else { return [] }
    return [
      .object(
        [("workspace", .text(try db.workspace(defaultWorkspace).key))] + line.members(of: .workspace)
          + line.timeMembers)
    ]
  }
  let rows = try db.statistics(by: scope, workspaceID: defaultWorkspace, from: span.from, to: span.to)
  let names = AccountNames(db)
  return try rows.map { row in
    let place: [(String, JSON)]
    switch scope {
    case .account: place = [("account", try names.address(Int64(row.key)))]
    case .sequence, .step, .variant: place = try sequencePlace(row.key, db)
    case .workspace, .campaign, .tag: place = [(scope.rawValue, .text(row.key))]
    }
    return .object(place + row.line.members(of: scope))
  }
}

/// `7/intro/b` as the sequence's key, the step's id and place, and the variant's id.
private func sequencePlace(_ key: String, _ db: Reader) throws -> [(String, JSON)] {
  let parts = key.split(separator: "/", maxSplits: 2).map(String.init)
  guard let sequence = try parts.first.flatMap(Int64.init).flatMap({ try db.sequence($0) }) else { return [] }
  var members: [(String, JSON)] = [("sequence", .text(sequence.key))]
  if parts.count > 1 {
    members += [("step", .optional(place(ofStep: parts[1], in: sequence))), ("step_id", .text(parts[1]))]
  }
  if parts.count > 2 { members.append(("variant", .text(parts[2]))) }
  return members
}

/// The number of a step now; nil when the sequence has it no more.
private func place(ofStep id: String, in sequence: SequenceRecord) -> Int? {
  // Steps that come by headers are known by their number alone.
  guard !sequence.entry.steps.isEmpty else { return Int(id) }
  return sequence.entry.steps.firstIndex { $0.id == id }.map { $0 + 1 }
}

/// A sequence as a whole, its steps with the share of people that the one before lost, and their variants.
private func sequenceStatistics(_ key: String, _ span: StatisticsSpan, _ db: Reader) throws -> JSON? {
  guard let sequence = try db.sequence(keyed: key, workspaceID: defaultWorkspace) else { return nil }
  let zone = try span.zone ?? Zone.named(sequence.entry.zone ?? db.workspace(sequence.workspaceID).zone) ?? .utc
  func rows(_ scope: StatisticsScope) throws -> [StatisticsRow] {
    try db.statistics(
      by: scope, workspaceID: sequence.workspaceID, prefix: "\(sequence.id)/", from: span.from, to: span.to)
  }
  func order(_ row: StatisticsRow) -> Int {
    place(ofStep: String(row.key.split(separator: "/")[1]), in: sequence) ?? .max
  }
  let whole = try db.statistics(
    of: "\(sequence.id)", by: .sequence, workspaceID: sequence.workspaceID, from: span.from, to: span.to, zone: zone)
  var before: StatisticsLine?
  let steps = try rows(.step).sorted { order($0) < order($1) }.map { row in
    defer { before = row.line }
    return JSON.object(
      try sequencePlace(row.key, db).dropFirst() + row.line.members(of: .step)
        + [("drop_off", .rate(before?.dropOff.rate))])
  }
  let variants = try rows(.variant).map { row in
    JSON.object(try sequencePlace(row.key, db).dropFirst() + row.line.members(of: .variant))
  }
  return .object(
    [("sequence", .text(key)), ("zone", .text(zone.name))] + whole.members(of: .sequence) + whole.timeMembers
      + [("steps", .list(steps)), ("variants", .list(variants))])
}

extension StatisticsLine {
  /// Counts, rates from 0 to 1 (null where there is nothing to divide by), and times to the answer.
  fileprivate func members(of scope: StatisticsScope) -> [(String, JSON)] {
    // Nobody goes on from a whole sequence.
    let wentOn: [(String, JSON)] =
      [.step, .variant, .account].contains(scope) ? [("went_on", .integer(self[.wentOn]))] : []
    return [
      ("enrolled", .integer(self[.enrolled])), ("active", .integer(active)), ("completed", .integer(completed)),
    ] + wentOn + [
      ("stopped", .integer(stopped.reduce(0) { $0 + $1.count })),
      ("stopped_by", .object(stopped.map { ($0.reason, .integer($0.count)) })),
      ("sent", .integer(self[.sent])), ("delivered", .integer(delivered)), ("opened", .integer(self[.opened])),
      ("clicked", .integer(self[.clicked])), ("replied", .integer(self[.replied])), ("bounced", .integer(bounced)),
      ("unsubscribed", .integer(self[.unsubscribed])), ("complained", .integer(self[.complained])),
      ("failed", .integer(self[.failed])), ("skipped", .integer(self[.skipped])),
      ("cancelled", .integer(self[.cancelled])),
      ("open_rate", .rate(opens.rate)), ("click_rate", .rate(clicks.rate)), ("reply_rate", .rate(replies.rate)),
      ("bounce_rate", .rate(bounces.rate)), ("unsubscribe_rate", .rate(unsubscribes.rate)),
      ("complaint_rate", .rate(complaints.rate)),
      (
        "reply_time_ms",
        .object([
          ("median", .optional(replyDelay(share: 0.5))), ("p90", .optional(replyDelay(share: 0.9))),
          ("mean", .optional(meanReplyDelay)),
        ])
      ),
    ]
  }

  /// The best times, which the lists of many things leave out.
  fileprivate var timeMembers: [(String, JSON)] {
    [
      ("best_hours", .list(hours.map { $0.json("hour", .number($0.number)) })),
      ("best_days", .list(days.map { $0.json("day", .text(Weekday.allCases[$0.number - 1].rawValue)) })),
    ]
  }
}

extension SendingTime {
  fileprivate func json(_ name: String, _ value: JSON) -> JSON {
    .object([
      (name, value), ("sent", .integer(sent)), ("opened", .integer(opened)), ("clicked", .integer(clicked)),
      ("replied", .integer(replied)), ("reply_rate", .rate(replies.rate)),
    ])
  }
}

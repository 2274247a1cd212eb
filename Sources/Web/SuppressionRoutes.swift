import Configuration
import Foundation
import MailText
import Outreach
import Store

extension API {
  static let suppressionRoutes: [Route] = [
    Route("GET", "suppressions") { api, request, _ in
      let limit = try request.limit(default: 1000)
      let before = try request.number("before", in: 1...Int64.max)
      let (scope, reason, address) = (request.query["workspace"], request.query["reason"], request.query["address"])
      let items = try await api.store.read { db -> [JSON] in
        let names = Dictionary(uniqueKeysWithValues: try db.workspaces().map { ($0.id, $0.key) })
        let found: [SuppressionRecord]
        if let address {
          let workspace = try scope.map { try db.suppressionScope(named: $0) } ?? defaultWorkspace
          found = try db.suppression(of: address, workspaceID: workspace).map { [$0] } ?? []
        } else if let scope {
          found = try db.suppressions(
            workspaceID: try db.suppressionScope(named: scope), reason: reason, before: before, limit: limit)
        } else {
          found = try db.suppressions(reason: reason, before: before, limit: limit)
        }
        return found.map { $0.json(names) }
      }
      return Response(list: items, for: request)
    },
    Route("POST", "suppressions/import") { api, request, _ in
      let wanted = try request.decoded(SuppressionImport.self, as: "import")
      return try await api.takeIn(wanted, isDry: request.flag("dry_run"))
    },
    Route("DELETE", "suppressions/*") { api, request, value in
      let now = api.now()
      let stored = try storedSuppression(value)
      let scope = request.query["workspace"]
      let isGone = try await api.store.write { transaction in
        let workspace = try scope.map { try transaction.suppressionScope(named: $0) } ?? defaultWorkspace
        return try transaction.unsuppress(stored, workspaceID: workspace, now: now)
      }
      guard isGone else { throw Problem.notFound("suppression of \(value)") }
      return removed(value)
    },
  ]

  /// One transaction for all rows of a request: the caller cuts a long list into requests.
  private func takeIn(_ wanted: SuppressionImport, isDry: Bool) async throws -> Response {
    var entries: [(value: String, reason: String, workspace: String)] = []
    var refused: [(line: Int, value: String, reason: String)] = []
    let known = try await store.read { db in Set(try db.workspaces().map(\.key) + [Suppressions.everywhereName]) }
    for row in wanted.suppressions {
      do throws(ContactRefusal) {
        let workspace = row.workspace ?? wanted.workspace ?? "default"
        guard known.contains(workspace) else {
          throw ContactRefusal(description: "there is no workspace \"\(workspace)\"")
        }
        let reason = (row.reason ?? wanted.reason ?? "manual").prefix(Self.longestReason)
        entries.append((try SuppressionValue(row.value).stored, String(reason), workspace))
      } catch {
        refused.append((row.line ?? 0, row.value, error.description))
      }
    }
    let (checked, now, source) = (entries, now(), wanted.source ?? "import")
    var added = 0
    if isDry {
      added = try await store.read { db in
        var seen: Set<String> = []
        return try checked.count { entry in
          let scope = try db.suppressionScope(named: entry.workspace)
          return try seen.insert("\(scope) \(Address.comparisonKey(entry.value))").inserted
            && !db.hasSuppression(entry.value, workspaceID: scope)
        }
      }
    } else {
      added = try await store.write { transaction in
        try checked.count { entry in
          try transaction.suppress(
            entry.value, workspaceID: try transaction.suppressionScope(named: entry.workspace), reason: entry.reason,
            source: source, now: now)
        }
      }
    }
    return Response(
      .object([
        ("added", .number(added)), ("known", .number(checked.count - added)),
        (
          "refused",
          .list(
            refused.map {
              .object([("line", .number($0.line)), ("value", .text($0.value)), ("reason", .text($0.reason))])
            })
        ),
      ]))
  }

  /// A reason is a word or a sentence for people. Characters.
  private static let longestReason = 500
}

/// The body of an import: entries with the line each one came from, and what holds for those that do not say it.
private struct SuppressionImport: StrictBody {
  static let members = ["suppressions", "reason", "workspace", "source"]

  struct Row: Decodable {
    var line: Int?
    var value: String
    var reason: String?
    var workspace: String?

    private enum CodingKeys: String, CodingKey, CaseIterable { case line, value, reason, workspace }

    init(from decoder: any Decoder) throws {
      try decoder.refuseMembers(besides: CodingKeys.allCases.map(\.rawValue))
      let values = try decoder.container(keyedBy: CodingKeys.self)
      line = try values.decodeIfPresent(Int.self, forKey: .line)
      value = try values.decode(String.self, forKey: .value)
      reason = try values.decodeIfPresent(String.self, forKey: .reason)
      workspace = try values.decodeIfPresent(String.self, forKey: .workspace)
    }
  }

  var suppressions: [Row]
  var reason: String?
  var workspace: String?
  var source: String?
}

/// An entry as the store keeps it, from how people write it.
func storedSuppression(_ value: String) throws(Problem) -> String {
  do {
    return try SuppressionValue(value).stored
  } catch {
    throw .invalid(error.description)
  }
}

extension SuppressionRecord {
  fileprivate func json(_ workspaces: [Int64: String]) -> JSON {
    .object([
      ("id", .integer(id)), ("value", .text(value.hasPrefix("@") ? String(value.dropFirst()) : value)),
      ("reason", .text(reason)), ("source", .text(source)),
      ("workspace", .text(workspaces[workspaceID] ?? Suppressions.everywhereName)), ("created_at", .time(createdAt)),
    ])
  }
}

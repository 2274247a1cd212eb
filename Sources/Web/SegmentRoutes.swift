import Configuration
import Foundation
import Outreach
import Store

extension API {
  static let segmentRoutes: [Route] = [
    Route("GET", "segments") { api, request, _ in
      let items = try await api.store.read { try $0.segments(workspaceID: defaultWorkspace) }
      return Response(list: items.map { .object($0.members) }, for: request)
    },
    Route("GET", "segments/*") { api, _, name in
      let found = try await api.store.read { db -> JSON? in
        guard let segment = try db.segment(named: name, workspaceID: defaultWorkspace) else { return nil }
        let filter = try ContactFilter(segment.filter)
        let count = try db.contacts(workspaceID: defaultWorkspace, limit: .max, filter: filter).count
        return .object(segment.members + [("contacts", .number(count))])
      }
      guard let found else { throw try await api.missing(.segment, name) }
      return Response(found)
    },
    Route("PUT", "segments/*") { api, request, name in
      guard isSegmentName(name) else {
        throw Problem.invalid("\"\(name)\" is no name: letters, digits, . _ and - only, at most 64")
      }
      let wanted = try request.decoded(SegmentBody.self, as: "segment")
      let filter: ContactFilter
      do {
        filter = try ContactFilter(wanted.filter)
      } catch {
        throw Problem.invalid("the filter \"\(wanted.filter)\" is wrong \(error)")
      }
      let now = api.now()
      try await api.store.write { try $0.putSegment(name, filter, workspaceID: defaultWorkspace, now: now) }
      return Response(.object([("name", .text(name.lowercased())), ("filter", .text(wanted.filter))]))
    },
    Route("DELETE", "segments/*") { api, _, name in
      guard try await api.store.write({ try $0.removeSegment(named: name, workspaceID: defaultWorkspace) }) else {
        throw try await api.missing(.segment, name)
      }
      return removed(name)
    },
  ]
}

/// The body of a segment.
private struct SegmentBody: StrictBody {
  static let members = ["filter"]

  var filter: String
}

extension SegmentRecord {
  fileprivate var members: [(String, JSON)] {
    [
      ("id", .integer(id)), ("name", .text(name)), ("filter", .text(filter)), ("created_at", .time(createdAt)),
      ("changed_at", .time(changedAt)),
    ]
  }
}

import Outreach
import Store

extension API {
  /// Before the routes of sequences, whose last pattern takes all the rest.
  static let complianceRoutes: [Route] = [
    Route("GET", "sequences/*/check") { api, _, key in
      let sequence = try await api.sequence(key)
      let now = api.now()
      let found = try await api.store.read { db in try db.complianceFindings(of: sequence, now: now) }
      let rows = found.flatMap { mail in
        mail.findings.map { finding in
          JSON.object([
            ("step", .text(mail.step)), ("variant", .optional(mail.variant)), ("rule", .text(finding.rule.rawValue)),
            ("severity", .text(finding.isRefusal ? "refusal" : "warning")), ("text", .text(finding.text)),
          ])
        }
      }
      let mayGo = !found.contains { $0.findings.contains(where: \.isRefusal) }
      return Response(
        .object([
          ("key", .text(key)), ("steps_by", .text(sequence.isNative ? "definition" : "headers")),
          ("may_go", .boolean(mayGo)), ("findings", .list(rows)),
        ]))
    }
  ]
}

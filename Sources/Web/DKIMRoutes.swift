import Foundation
import Host
import MailText
import Store

// Keys that sign the mail of a domain. A private key never leaves the store but to sign.
extension API {
  static let dkimRoutes: [Route] = [
    Route("GET", "dkim") { api, request, _ in
      let keys = try await api.store.read { db in try db.dkimKeys() }
      return Response(list: keys.map(\.json), for: request)
    },
    Route("POST", "dkim/*") { api, request, domain in
      let domain = DomainSpelling.ascii(of: domain)
      try await api.makeDKIMKeys(of: domain, selector: request.query["selector"] ?? "postern")
      let keys = try await api.store.read { db in try db.dkimKeys(of: domain) }
      return Response(
        .object([("domain", .text(domain)), ("keys", .list(keys.map(\.json)))]))
    },
    Route("DELETE", "dkim/*") { api, _, domain in
      let domain = DomainSpelling.ascii(of: domain)
      guard try await api.store.write({ try $0.removeDKIMKeys(of: domain) }) > 0 else {
        throw Problem.notFound("DKIM key of \(domain)")
      }
      return Response(.object([("domain", .text(domain)), ("removed", .boolean(true))]))
    },
  ]

  /// One key of each kind that the domain has none of: most receivers check only RSA, and Ed25519 is checked for a tenth of it.
  private func makeDKIMKeys(of domain: String, selector: String) async throws {
    guard Self.isName(domain), domain.contains("."), Self.isName(selector) else {
      throw Problem.invalid("\(selector)._domainkey.\(domain) is no name that a record can have")
    }
    let present = Set(try await store.read { db in try db.dkimKeys(of: domain) }.map(\.kind))
    for kind in SigningKey.Kind.allCases where !present.contains(kind.rawValue) {
      // Two keys cannot share a selector: its record holds one (RFC 6376 section 3.6.2.2).
      let name = kind == .rsa ? selector : "\(selector)-\(kind.rawValue)"
      let key = try await offLoop { () -> Result<SigningKey, HostError> in
        do throws(HostError) { return .success(try SigningKey.make(kind)) } catch { return .failure(error) }
      }.get()
      let record = DKIMKeyRecord(
        domain: domain, selector: name, kind: kind.rawValue,
        secret: try hooks.seal(Data(key.privateBytes).base64EncodedString()),
        publicKey: Data(key.publicBytes).base64EncodedString(), createdAt: now())
      try await store.write { try $0.addDKIMKey(record) }
    }
  }

  /// Labels of letters, digits and dashes (RFC 1035 section 2.3.1), also for what a DKIM-Signature says of itself.
  private static func isName(_ text: String) -> Bool {
    text.utf8.count <= 200
      && text.utf8.split(separator: 0x2e, omittingEmptySubsequences: false).allSatisfy { label in
        (1...63).contains(label.count) && label.first != 0x2d && label.last != 0x2d
          && label.allSatisfy { (0x61...0x7a).contains($0 | 0x20) || (0x30...0x39).contains($0) || $0 == 0x2d }
      }
  }
}

extension DKIMKeyRecord {
  fileprivate var json: JSON {
    .object([
      ("domain", .text(domain)), ("selector", .text(selector)), ("kind", .text(kind)), ("name", .text(recordName)),
      ("record", .text(record)), ("created_at", .time(createdAt)),
    ])
  }
}

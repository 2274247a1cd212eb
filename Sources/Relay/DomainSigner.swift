import Foundation
import Host
import MailText
import Store

/// Signs the mail that leaves with the keys of its From's domain.
///
/// `@unchecked Sendable`: touched by the relay's loop only, from tasks that `loop.spawn` started.
final class DomainSigner: @unchecked Sendable {
  private let store: Store
  private let unseal: @Sendable ([UInt8]) throws -> [UInt8]
  /// By domain; nil before they were read, or when something about keys changed.
  private var keys: [String: [Key]]?

  private struct Key {
    let selector: String
    let algorithm: DKIMSignature.Algorithm
    let key: SigningKey
  }

  init(store: Store, unseal: @escaping @Sendable ([UInt8]) throws -> [UInt8]) {
    self.store = store
    self.unseal = unseal
  }

  /// Reads the keys anew before the next mail.
  func forget() { keys = nil }

  /// The mail with a DKIM-Signature for each key of its author's domain before its other fields. `now` in UTC epoch
  /// milliseconds. A key that cannot be read keeps the mail back: without it receivers that expect a signature refuse it.
  func sign(_ mail: [UInt8], now: Int64) async throws -> [UInt8] {
    let known: [String: [Key]]
    if let keys {
      known = keys
    } else {
      known = try await load()
      keys = known
    }
    guard !known.isEmpty, let domain = Self.authorDomain(mail), let signing = known[domain] else { return mail }
    var signed = mail
    for key in signing {
      let signature = DKIMSignature(
        of: mail, domain: domain, selector: key.selector, algorithm: key.algorithm, now: now, sha256: Digest.sha256)
      signed = signature.field(try await made(signature.signed, by: key.key)) + signed
    }
    return signed
  }

  /// RSA takes nearly a millisecond, in which the relay's loop serves everybody else; Ed25519 less than changing threads.
  private func made(_ signed: [UInt8], by key: SigningKey) async throws -> [UInt8] {
    guard key.kind == .rsa else { return try key.sign(signed) }
    return try await offLoop { Result { try key.sign(signed) } }.get()
  }

  private func load() async throws -> [String: [Key]] {
    var found: [String: [Key]] = [:]
    for record in try await store.read({ try $0.dkimKeys() }) {
      guard let kind = SigningKey.Kind(rawValue: record.kind) else { continue }
      let text = String(decoding: try unseal(record.secret), as: UTF8.self)
      guard let bytes = Data(base64Encoded: text) else {
        throw HostError("the key of \(record.recordName) cannot be read", kind: .data)
      }
      let key = try SigningKey.load(kind, privateBytes: Array(bytes))
      found[record.domain, default: []].append(
        Key(selector: record.selector, algorithm: kind == .rsa ? .rsa : .ed25519, key: key))
    }
    return found
  }

  private static func authorDomain(_ mail: [UInt8]) -> String? {
    guard let from = HeaderBlock(parsing: mail).value("from"), let author = Address.list(in: from).first else {
      return nil
    }
    return DomainSpelling.ascii(of: author.domain)
  }
}

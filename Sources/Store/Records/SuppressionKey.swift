internal import Host
internal import MailText
internal import Synchronization

/// The key under which the store knows people it may not name any more.
///
/// A plain hash of an address is no secret: addresses can be guessed, and a hash says whether a guess is right. So what is left
/// of an erased person is a HMAC under a random key, which lies in the store sealed under the key file: a stolen store or backup
/// alone answers no guess. It is not derived from the key file itself, because then a new key file would forget who must not
/// get mail, and nobody could make the entries again.
final class SuppressionKey: Sendable {
  static let name = "suppression"
  private let bytes = Mutex<[UInt8]?>(nil)

  var isSet: Bool { bytes.withLock { $0 != nil } }

  func set(_ key: [UInt8]) { bytes.withLock { $0 = key } }

  /// `hmac:` and 64 hexadecimal digits; nil without a key.
  func entry(of text: String) -> String? {
    bytes.withLock { $0 }.map { "hmac:" + Digest.hex(hmacSHA256($0, Array(text.utf8))) }
  }

  /// What may stand in the list for an address besides its key and its domain: who hashed it may have had its domain in either
  /// spelling.
  func hashes(of key: String) -> [String] {
    DomainSpelling.all(ofAddress: key).flatMap { spelling in
      ["sha256:" + Digest.hex(Digest.sha256(Array(spelling.utf8)))] + [entry(of: spelling)].compactMap(\.self)
    }
  }
}

extension Store {
  /// Opens the key of hashed suppressions, or makes it on first use. Call it before mail goes: without it an erased person is
  /// not known. Throws what `open` throws when the key file is not the one of this store; a store without such entries then
  /// gets a new key.
  public func openSuppressionKey(
    seal: @Sendable ([UInt8]) -> [UInt8], open: @Sendable ([UInt8]) throws -> [UInt8]
  ) async throws {
    let (sealed, isNeeded) = try await read { db in
      let sealed = try db.first("SELECT sealed FROM sealed_key WHERE name = ?", [.text(SuppressionKey.name)]) { row in
        row.blob(0)
      }
      let entry = try db.first("SELECT 1 FROM suppression WHERE value GLOB 'hmac:*' LIMIT 1", []) { _ in true }
      return (sealed, entry != nil)
    }
    do {
      if let sealed { return suppressionKey.set(try open(sealed)) }
    } catch {
      guard !isNeeded else { throw error }
    }
    let fresh = randomBytes(32)
    let kept = seal(fresh)
    try await write { transaction in
      _ = try transaction.run(
        "INSERT INTO sealed_key (name, sealed) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed",
        [.text(SuppressionKey.name), .blob(kept)])
    }
    suppressionKey.set(fresh)
  }
}

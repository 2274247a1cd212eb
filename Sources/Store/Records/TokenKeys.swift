internal import Host
internal import Outreach
internal import Synchronization

/// The keys of unsubscribe tokens, by version: the newest makes them, all of them know their own, because whoever looks for the way
/// out of a mail of last year has the token of then.
///
/// They lie in the store, sealed under the key file, and are not derived from it: a new key file would make every link that was
/// ever sent worth nothing. Until they are opened there is one that nobody knows.
public final class TokenKeys: Sendable {
  private static let prefix = "unsubscribe "
  private let keys = Mutex<[Int: [UInt8]]>([1: randomBytes(32)])

  /// The version that makes tokens.
  public var newest: Int { keys.withLock { $0.keys.max() ?? 1 } }

  /// The token of a message.
  public func token(of message: Int64) -> String {
    let (version, key) = keys.withLock { $0.max { $0.key < $1.key } ?? (1, randomBytes(32)) }
    return UnsubscribeToken.make(message: message, version: version) { hmacSHA256(key, $0) }
  }

  /// The message whose genuine token of any version stands somewhere in a text.
  public func message(in text: String) -> Int64? {
    let keys = keys.withLock { $0 }
    return UnsubscribeToken.message(in: text) { version, body in keys[version].map { hmacSHA256($0, body) } }
  }

  fileprivate func set(_ opened: [Int: [UInt8]]) { keys.withLock { $0 = opened } }

  func add(_ version: Int, _ key: [UInt8]) { keys.withLock { $0[version] = key } }

  fileprivate static func name(_ version: Int) -> String { prefix + "\(version)" }

  fileprivate static func version(_ name: String) -> Int? { Int(name.dropFirst(prefix.utf8.count)) }
}

extension Store {
  /// Opens the keys of unsubscribe tokens; call it before mail goes. `first` is the key of version 1 for a store without any: what
  /// older builds used. Returns the versions that do not open: their tokens are refused, and a new version is begun when the newest
  /// is among them.
  public func openTokenKeys(
    first: [UInt8], seal: @escaping @Sendable ([UInt8]) -> [UInt8], open: @Sendable ([UInt8]) throws -> [UInt8]
  ) async throws(StoreError) -> [Int] {
    let rows = try await read { db in try db.sealedTokenKeys() }
    var opened: [Int: [UInt8]] = [:]
    for (version, sealed) in rows { opened[version] = try? open(sealed) }
    let highest = rows.map(\.version).max() ?? 0
    if opened[highest] == nil {
      let fresh = rows.isEmpty ? first : randomBytes(32)
      try await write { transaction in try transaction.keepTokenKey(highest + 1, seal(fresh)) }
      opened[highest + 1] = fresh
    }
    tokenKeys.set(opened)
    return rows.map(\.version).filter { opened[$0] == nil }
  }
}

extension Reader {
  fileprivate func sealedTokenKeys() throws(StoreError) -> [(version: Int, sealed: [UInt8])] {
    try connection.rows("SELECT name, sealed FROM sealed_key WHERE name GLOB 'unsubscribe *'", []) { row in
      (name: row.text(0), sealed: row.blob(1))
    }.compactMap { row in TokenKeys.version(row.name).map { (version: $0, sealed: row.sealed) } }
  }
}

extension Transaction {
  /// Keeps a new key, which makes the tokens from now on; returns its version.
  func beginTokenKey(_ sealed: [UInt8]) throws(StoreError) -> Int {
    let version = (try sealedTokenKeys().map(\.version).max() ?? 0) + 1
    try keepTokenKey(version, sealed)
    return version
  }

  fileprivate func keepTokenKey(_ version: Int, _ sealed: [UInt8]) throws(StoreError) {
    try run("INSERT INTO sealed_key (name, sealed) VALUES (?, ?)", [.text(TokenKeys.name(version)), .blob(sealed)])
  }
}

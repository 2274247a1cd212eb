/// A key that an app logs in with instead of a password: a token that is shown once and kept as a hash.
///
/// It holds 256 random bits, so nobody can guess it, and a fast hash keeps it as well as a slow one would. Whoever is let in
/// is found by the hash: how long that takes tells about the hash of what was sent, which leads nowhere.
public enum APIKey {
  /// So that a key in a file or a log is known for one.
  private static let prefix = "postern_"
  private static let secretBytes = 32

  /// A new key.
  public static func make() -> String { prefix + Digest.hex(randomBytes(secretBytes)) }

  /// What the store keeps of a key.
  public static func hash(_ key: String) -> String { Digest.hex(Digest.sha256(Array(key.utf8))) }

  /// What lists show of a key, so that people know it again.
  public static func beginning(_ key: String) -> String { String(key.prefix(prefix.count + 6)) }
}

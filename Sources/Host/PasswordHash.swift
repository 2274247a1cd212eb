import CArgon2

/// Password hashes as Argon2id PHC strings, `$argon2id$v=19$m=19456,t=2,p=1$…`. Slow by design: run them with `offLoop`.
///
/// The cost is the first choice of the OWASP Password Storage Cheat Sheet: 19 MiB, two passes, one lane; about 30 ms of one core.
public enum PasswordHash {
  private static let memoryKiB: UInt32 = 19 * 1024
  private static let passes: UInt32 = 2
  private static let lanes: UInt32 = 1
  private static let saltLength = 16
  private static let hashLength = 32
  /// A stored hash that asks for more than this is not ours; it would let a row of the store take the machine's memory.
  private static let mostMemoryKiB = 256 * 1024
  private static let mostPasses = 16

  /// What an unknown user's password is checked against, so that the answer takes as long as for a known one.
  private static let dummy = try? make("")

  /// The hash of a password with a fresh salt. Throws only when there is no memory for it.
  public static func make(_ password: String) throws(HostError) -> String {
    let secret = Array(password.utf8)
    let salt = randomBytes(saltLength)
    let length = argon2_encodedlen(passes, memoryKiB, lanes, UInt32(saltLength), UInt32(hashLength), Argon2_id)
    var text = [CChar](repeating: 0, count: length)
    let code = argon2id_hash_encoded(
      passes, memoryKiB, lanes, secret, secret.count, salt, salt.count, hashLength, &text, text.count)
    guard code == ARGON2_OK.rawValue else { throw HostError("cannot hash a password: \(reason(code))") }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Whether the password belongs to the hash, compared in constant time. For an unknown user give nil: false, after the same time.
  public static func verify(_ password: String, against hash: String?) -> Bool {
    let secret = Array(password.utf8)
    guard let hash, isWellFormed(hash) else {
      if let dummy { _ = argon2id_verify(dummy, secret, secret.count) }
      return false
    }
    return argon2id_verify(hash, secret, secret.count) == ARGON2_OK.rawValue
  }

  /// Whether a text is an Argon2id PHC string of a bearable cost; the configuration and `apply` check their hashes with it.
  public static func isWellFormed(_ hash: String) -> Bool {
    let parts = hash.split(separator: "$", omittingEmptySubsequences: false)
    guard parts.count == 6, parts[0].isEmpty, parts[1] == "argon2id", parts[2] == "v=19" else { return false }
    let costs = parts[3].split(separator: ",", omittingEmptySubsequences: false)
    guard costs.count == 3, !parts[4].isEmpty, !parts[5].isEmpty,
      let memory = number(costs[0], "m="), let passes = number(costs[1], "t="), let lanes = number(costs[2], "p=")
    else { return false }
    return (8...mostMemoryKiB).contains(memory) && (1...mostPasses).contains(passes) && (1...16).contains(lanes)
  }

  private static func number(_ text: Substring, _ prefix: String) -> Int? {
    text.hasPrefix(prefix) ? Int(text.dropFirst(prefix.count)) : nil
  }

  private static func reason(_ code: Int32) -> String {
    argon2_error_message(code).map { String(cString: $0) } ?? "error \(code)"
  }
}

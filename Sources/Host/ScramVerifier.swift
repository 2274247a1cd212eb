import COpenSSL

/// What a server keeps to check logins with SCRAM-SHA-256 (RFC 5802 §3, RFC 7677): the password cannot be read from it, and
/// whoever steals it cannot log in with it without trying passwords.
///
/// An Argon2id hash cannot serve SCRAM, so this is made beside it when a password is set.
public struct ScramVerifier: Sendable, Equatable {
  /// Rounds of PBKDF2; the client does as many.
  public let iterations: Int
  /// Sent to the client.
  public let salt: [UInt8]
  /// The hash of the client's key.
  let storedKey: [UInt8]
  /// What the server proves itself with.
  let serverKey: [UInt8]

  /// RFC 7677 §4 asks for 4,096 and more. Cyrus SASL, and with it every Postfix that sends through us, refuses more than
  /// 65,536 ("iteration-count is too big") and takes SCRAM before PLAIN: a higher number would lock it out.
  private static let usualIterations = 65_536
  private static let mostIterations = 10_000_000
  private static let keyLength = 32
  private static let saltLength = 16

  /// Makes the verifier of a password; slow by design: run it with `offLoop`. The password's octets are taken as they
  /// are: SASLprep changes none of ASCII and none of text in normalization form KC.
  public static func make(_ password: String, salt: [UInt8]? = nil, iterations: Int? = nil) -> ScramVerifier {
    let salt = salt ?? randomBytes(saltLength)
    let iterations = min(max(iterations ?? usualIterations, 1), mostIterations)
    let secret = Array(password.utf8)
    var salted = [UInt8](repeating: 0, count: keyLength)
    let code = secret.withUnsafeBytes { octets in
      PKCS5_PBKDF2_HMAC(
        octets.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(clamping: secret.count), salt,
        Int32(clamping: salt.count), Int32(clamping: iterations), EVP_sha256(), Int32(keyLength), &salted)
    }
    // OpenSSL fails here only without memory; a verifier of zeros must not be stored.
    precondition(code == 1, "cannot derive a key: \(opensslErrors())")
    return ScramVerifier(
      iterations: iterations, salt: salt, storedKey: Digest.sha256(hmac(salted, Array("Client Key".utf8))),
      serverKey: hmac(salted, Array("Server Key".utf8)))
  }

  /// A verifier for a name that has none, so that the dialogue looks the same: the salt is always the same for the name
  /// while the program runs, and no proof fits.
  public static func imaginary(for name: String) -> ScramVerifier {
    let seed = hmac(dummySecret, Array(name.utf8))
    return ScramVerifier(
      iterations: usualIterations, salt: Array(seed.prefix(saltLength)), storedKey: randomBytes(keyLength),
      serverKey: randomBytes(keyLength))
  }

  private static let dummySecret = randomBytes(keyLength)

  /// Whether a client's proof belongs to the dialogue, compared in constant time (RFC 5802 §3).
  public func accepts(proof: [UInt8], of dialogue: [UInt8]) -> Bool {
    guard proof.count == Self.keyLength else { return false }
    let signature = Self.hmac(storedKey, dialogue)
    let clientKey = zip(proof, signature).map { $0 ^ $1 }
    return CRYPTO_memcmp(Digest.sha256(clientKey), storedKey, Self.keyLength) == 0
  }

  /// What the server proves with that it knows the verifier.
  public func serverSignature(of dialogue: [UInt8]) -> [UInt8] { Self.hmac(serverKey, dialogue) }

  private static func hmac(_ key: [UInt8], _ text: [UInt8]) -> [UInt8] { hmacSHA256(key, text) }
}

extension ScramVerifier {
  /// As the store keeps it: `scram-sha-256$iterations$salt$stored key$server key`, the last three in hexadecimal.
  public var text: String {
    "scram-sha-256$\(iterations)$" + [salt, storedKey, serverKey].map(Digest.hex).joined(separator: "$")
  }

  /// Reads such a text; nil when it is none.
  public init?(text: String) {
    let parts = text.split(separator: "$", omittingEmptySubsequences: false)
    guard parts.count == 5, parts[0] == "scram-sha-256", let iterations = Int(parts[1]),
      (1...Self.mostIterations).contains(iterations), let salt = Self.bytes(parts[2]), !salt.isEmpty,
      let storedKey = Self.bytes(parts[3]), storedKey.count == Self.keyLength,
      let serverKey = Self.bytes(parts[4]), serverKey.count == Self.keyLength
    else { return nil }
    self.init(iterations: iterations, salt: salt, storedKey: storedKey, serverKey: serverKey)
  }

  private static func bytes(_ hex: Substring) -> [UInt8]? {
    let digits = hex.utf8.map { UInt8(String(UnicodeScalar($0)), radix: 16) }
    guard digits.count % 2 == 0, !digits.contains(nil) else { return nil }
    return stride(from: 0, to: digits.count, by: 2).map { (digits[$0] ?? 0) << 4 | (digits[$0 + 1] ?? 0) }
  }
}

import COpenSSL
import Glibc
import Synchronization

/// The key under which secrets lie in the store: AES-256-GCM (NIST SP 800-38D) with a random nonce of 96 bits for each text.
///
/// A sealed text is one byte of version (1), 12 of nonce, the ciphertext, 16 of tag. With random nonces a key is good for
/// 2³² texts; a gateway seals a few for each account.
///
/// Whoever holds one goes on with the new key when the operator has given it one.
public final class SealingKey: Sendable {
  private static let version: UInt8 = 1
  private static let nonceLength = 12
  private static let tagLength = 16

  private struct Secrets {
    var newest: Secret
    /// Keys from before, which open and do not seal.
    var older: [Secret] = []
    var all: [Secret] { [newest] + older }
  }
  private let state: Mutex<Secrets>
  private var secrets: Secrets { state.withLock { $0 } }

  private init(_ secrets: Secrets) { state = Mutex(secrets) }

  /// Takes 32 bytes of key.
  public convenience init(bytes: [UInt8]) throws(HostError) {
    guard bytes.count == 32 else { throw HostError("a sealing key has 32 bytes, not \(bytes.count)", kind: .data) }
    self.init(Secrets(newest: Secret(bytes)))
  }

  /// Loads the key from its file. Errors say what is wrong with it: missing, readable by others, not a key.
  public static func load(path: String) throws(HostError) -> SealingKey {
    try SealingKey(bytes: KeyFile.read(path))
  }

  /// Loads the key, or on first start makes the file (mode 0400, fsynced with its folder).
  public static func loadOrCreate(path: String) throws(HostError) -> SealingKey {
    if access(path, F_OK) != 0, errno == ENOENT {
      let key = randomBytes(32)
      if try KeyFile.create(path, key: key) { return try SealingKey(bytes: key) }
    }
    return try load(path: path)
  }

  /// The same key, which also opens what was sealed under others before it.
  public func opening(alsoWith previous: [SealingKey]) -> SealingKey {
    var secrets = secrets
    secrets.older += previous.flatMap(\.secrets.all)
    return SealingKey(secrets)
  }

  /// Whether it opens what `other` seals.
  public func opens(sealedBy other: SealingKey) -> Bool {
    let newest = other.secrets.newest.bytes
    return secrets.all.contains { $0.bytes == newest }
  }

  /// From now on seals and opens as another one, for everybody who holds it.
  public func become(_ other: SealingKey) {
    let secrets = other.secrets
    state.withLock { $0 = secrets }
  }

  /// Seals a text. `context` names what it belongs to (`account 12`): it opens only with the same context.
  public func seal(_ plain: [UInt8], context: String = "") -> [UInt8] {
    let nonce = randomBytes(Self.nonceLength)
    let sealed = Self.cipher(plain, under: secrets.newest, nonce: nonce, tag: nil, context: context)
    // OpenSSL fails here only without memory; half a secret must not be stored.
    precondition(sealed != nil, "cannot seal: \(opensslErrors())")
    return [Self.version] + nonce + (sealed ?? [])
  }

  /// A key for another purpose that follows from this one, so that one file holds all of them; 32 bytes. A purpose ends in a
  /// version: another version is another key.
  public func derived(for purpose: String) -> [UInt8] { hmacSHA256(secrets.newest.bytes, Array(purpose.utf8)) }

  /// Opens what `seal` made. Throws when the text was changed, or sealed under another key or for another context.
  public func open(_ sealed: [UInt8], context: String = "") throws(HostError) -> [UInt8] {
    guard sealed.count >= 1 + Self.nonceLength + Self.tagLength, sealed[0] == Self.version else {
      throw HostError("this is not a sealed secret of a version this program knows", kind: .data)
    }
    let nonce = Array(sealed[1...Self.nonceLength])
    let end = sealed.count - Self.tagLength
    let body = Array(sealed[(1 + Self.nonceLength)..<end])
    let tag = Array(sealed[end...])
    let plain = secrets.all.lazy.compactMap { secret in
      Self.cipher(body, under: secret, nonce: nonce, tag: tag, context: context)
    }.first
    guard let plain else {
      throw HostError(
        "a secret does not open: it was changed, or sealed under another key file (is the key file of this store in place, or among previous_key_files?)",
        kind: .data)
    }
    return plain
  }

  /// Encrypts and appends the tag, or with a tag given checks it and decrypts.
  private static func cipher(_ input: [UInt8], under secret: Secret, nonce: [UInt8], tag: [UInt8]?, context: String)
    -> [UInt8]?
  {
    ERR_clear_error()
    guard let machine = EVP_CIPHER_CTX_new() else { return nil }
    defer { EVP_CIPHER_CTX_free(machine) }
    let encrypting: Int32 = tag == nil ? 1 : 0
    let bound = [version] + Array(context.utf8)
    var output = [UInt8](repeating: 0, count: input.count)
    var count: Int32 = 0
    guard EVP_CipherInit_ex(machine, EVP_aes_256_gcm(), nil, secret.bytes, nonce, encrypting) == 1,
      EVP_CipherUpdate(machine, nil, &count, bound, Int32(clamping: bound.count)) == 1,
      EVP_CipherUpdate(machine, &output, &count, input, Int32(clamping: input.count)) == 1
    else { return nil }
    if var tag, postern_gcm_set_tag(machine, &tag) != 1 { return nil }
    var rest = [UInt8](repeating: 0, count: 16)
    guard EVP_CipherFinal_ex(machine, &rest, &count) == 1 else { return nil }
    guard tag == nil else { return output }
    var made = [UInt8](repeating: 0, count: tagLength)
    return postern_gcm_get_tag(machine, &made) == 1 ? output + made : nil
  }
}

/// Key bytes that are wiped when the last user is gone.
private final class Secret: @unchecked Sendable {
  private(set) var bytes: [UInt8]
  init(_ bytes: [UInt8]) { self.bytes = bytes }
  deinit { bytes.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) } }
}

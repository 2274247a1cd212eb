import COpenSSL

/// A key that signs for a domain: RSA with 2,048 bits (RFC 8301 section 3.2) or Ed25519 (RFC 8463).
///
/// Final and immutable: OpenSSL's keys may be used by several threads for signing, each with a context of its own.
public final class SigningKey: @unchecked Sendable {
  /// The kinds of key.
  public enum Kind: String, Sendable, CaseIterable {
    /// RSA, 2,048 bits.
    case rsa
    /// Ed25519.
    case ed25519
  }

  /// Its kind.
  public let kind: Kind
  private let key: OpaquePointer

  private init(_ key: OpaquePointer, _ kind: Kind) {
    self.key = key
    self.kind = kind
  }

  deinit { EVP_PKEY_free(key) }

  /// Makes a new key; RSA takes some tenths of a second: run it with `offLoop`.
  public static func make(_ kind: Kind) throws(HostError) -> SigningKey {
    ERR_clear_error()
    var made: OpaquePointer?
    switch kind {
    case .rsa: made = postern_rsa_generate(2_048)
    case .ed25519:
      let context = EVP_PKEY_CTX_new_id(EVP_PKEY_ED25519, nil)
      defer { EVP_PKEY_CTX_free(context) }
      if EVP_PKEY_keygen_init(context) == 1 { _ = EVP_PKEY_keygen(context, &made) }
    }
    guard let made else { throw HostError("cannot make a key: \(opensslErrors())") }
    return SigningKey(made, kind)
  }

  /// Reads what `privateBytes` gave.
  public static func load(_ kind: Kind, privateBytes bytes: [UInt8]) throws(HostError) -> SigningKey {
    ERR_clear_error()
    let loaded = bytes.withUnsafeBufferPointer { buffer -> OpaquePointer? in
      var start = buffer.baseAddress
      return d2i_AutoPrivateKey(nil, &start, buffer.count)
    }
    guard let loaded else { throw HostError("this is no private key: \(opensslErrors())", kind: .data) }
    return SigningKey(loaded, kind)
  }

  /// The private key (DER), to be sealed.
  public var privateBytes: [UInt8] { Self.encoded { i2d_PrivateKey(self.key, $0) } }

  /// What a DKIM record's `p=` says: an RSA key as SubjectPublicKeyInfo (RFC 6376 section 3.6.1), an Ed25519 key as its 32 bytes (RFC
  /// 8463 section 4).
  public var publicBytes: [UInt8] {
    switch kind {
    case .rsa: return Self.encoded { i2d_PUBKEY(self.key, $0) }
    case .ed25519:
      var raw = [UInt8](repeating: 0, count: 32)
      var length = raw.count
      let code = EVP_PKEY_get_raw_public_key(key, &raw, &length)
      precondition(code == 1 && length == 32, "cannot read a key: \(opensslErrors())")
      return raw
    }
  }

  /// The signature over some bytes with SHA-256; for Ed25519 over the hash (RFC 8463 section 3).
  public func sign(_ text: [UInt8]) throws(HostError) -> [UInt8] {
    ERR_clear_error()
    let context = EVP_MD_CTX_new()
    defer { EVP_MD_CTX_free(context) }
    let input = kind == .rsa ? text : Digest.sha256(text)
    var length = 0
    guard EVP_DigestSignInit(context, nil, kind == .rsa ? EVP_sha256() : nil, nil, key) == 1,
      EVP_DigestSign(context, nil, &length, input, input.count) == 1
    else { throw HostError("cannot sign: \(opensslErrors())") }
    var signature = [UInt8](repeating: 0, count: length)
    guard EVP_DigestSign(context, &signature, &length, input, input.count) == 1 else {
      throw HostError("cannot sign: \(opensslErrors())")
    }
    return Array(signature.prefix(length))
  }

  private static func encoded(_ write: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> Int32) -> [UInt8] {
    let length = Int(write(nil))
    // OpenSSL fails here only without memory; half a key must not be stored.
    precondition(length > 0, "cannot write a key: \(opensslErrors())")
    var bytes = [UInt8](repeating: 0, count: length)
    bytes.withUnsafeMutableBufferPointer { buffer in
      var start = buffer.baseAddress
      _ = write(&start)
    }
    return bytes
  }
}

/// HMAC with SHA-256 (RFC 2104); 32 bytes.
public func hmacSHA256(_ key: [UInt8], _ text: [UInt8]) -> [UInt8] {
  var out = [UInt8](repeating: 0, count: Digest.length)
  var length = 0
  let context = EVP_MAC_CTX_dup(MACTemplate.sha256.context)
  defer { EVP_MAC_CTX_free(context) }
  let isMade =
    EVP_MAC_init(context, key, key.count, nil) == 1 && EVP_MAC_update(context, text, text.count) == 1
    && EVP_MAC_final(context, &out, &length, out.count) == 1
  precondition(isMade && length == out.count, "cannot compute a HMAC: \(opensslErrors())")
  return out
}

/// A HMAC that has its hash and no key yet: finding both by their names takes longer than the HMAC of a short text. It is only
/// copied from, by whichever threads.
private final class MACTemplate: @unchecked Sendable {
  static let sha256 = MACTemplate()
  let context: OpaquePointer

  private init() {
    let algorithm = EVP_MAC_fetch(nil, "HMAC", nil)
    defer { EVP_MAC_free(algorithm) }
    let made = EVP_MAC_CTX_new(algorithm)
    var hash = Array("SHA256".utf8CString)
    let isSet = hash.withUnsafeMutableBufferPointer { hash in
      "digest".withCString { name in
        let parameters = [OSSL_PARAM_construct_utf8_string(name, hash.baseAddress, 0), OSSL_PARAM_construct_end()]
        return EVP_MAC_CTX_set_params(made, parameters) == 1
      }
    }
    guard let made, isSet else { preconditionFailure("OpenSSL has no HMAC: \(opensslErrors())") }
    context = made
  }
}

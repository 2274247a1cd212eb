import COpenSSL

/// What a TLS handshake agreed on.
public struct TLSFacts: Sendable, Equatable {
  /// `TLSv1.2` or `TLSv1.3`.
  public let version: String
  /// The cipher suite, `TLS_AES_256_GCM_SHA384`.
  public let cipher: String
  /// The key's size in bits.
  public let bits: Int
}

/// How a handshake ended.
public enum TLSOutcome: Sendable, Equatable {
  /// TLS is on.
  case established(TLSFacts)
  /// The deadline passed first.
  case timedOut
  /// The handshake failed; the text says how. The connection is of no more use.
  case failed(String)
  /// The task was cancelled.
  case cancelled
}

/// The server's side of TLS for one listener: certificate, key, session tickets. To load a new certificate, make a new one;
/// sessions that run keep the old one.
///
/// `@unchecked Sendable`: a finished SSL_CTX is only read, and OpenSSL counts its references atomically.
public final class TLSServer: @unchecked Sendable {
  private let context: OpaquePointer

  /// Loads a PEM certificate chain and its key. `name` binds session tickets to one listener: a ticket of another is not taken.
  /// Errors say which file is wrong and why.
  public init(certificateFile: String, keyFile: String, name: String = "postern") throws(HostError) {
    ERR_clear_error()
    guard let context = SSL_CTX_new(TLS_server_method()) else {
      throw HostError("cannot start TLS: \(opensslErrors())")
    }
    self.context = context
    _ = postern_ssl_ctx_min_version(context)
    postern_ssl_ctx_modes(context)
    postern_ssl_ctx_options(context)
    _ = postern_ssl_ctx_no_cache(context)
    guard SSL_CTX_use_certificate_chain_file(context, certificateFile) == 1 else {
      throw HostError("cannot use certificate file \(certificateFile): \(opensslErrors())", kind: .data)
    }
    guard SSL_CTX_use_PrivateKey_file(context, keyFile, SSL_FILETYPE_PEM) == 1 else {
      throw HostError("cannot use key file \(keyFile): \(opensslErrors())", kind: .data)
    }
    guard SSL_CTX_check_private_key(context) == 1 else {
      throw HostError("key file \(keyFile) does not belong to certificate file \(certificateFile)", kind: .data)
    }
    let identity = Array(name.utf8.prefix(Int(SSL_MAX_SID_CTX_LENGTH)))
    SSL_CTX_set_session_id_context(context, identity, UInt32(identity.count))
    // 80 bytes: 16 for the key's name, 32 for the MAC, 32 for the cipher. Fresh ones die with this object.
    var keys = randomBytes(80)
    _ = postern_ssl_ctx_ticket_keys(context, &keys, keys.count)
  }

  deinit { SSL_CTX_free(context) }

  func session(on descriptor: Int32) -> TLSSession? { TLSSession(context: context, descriptor: descriptor) }
}

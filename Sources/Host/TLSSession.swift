import COpenSSL
import Glibc

/// One TLS connection on the server's side; every call returns at once and says what it waits for.
final class TLSSession: @unchecked Sendable {
  private let ssl: OpaquePointer
  private var broken = false

  init?(context: OpaquePointer, descriptor: Int32) {
    ERR_clear_error()
    guard let ssl = SSL_new(context) else { return nil }
    guard SSL_set_fd(ssl, descriptor) == 1 else {
      SSL_free(ssl)
      return nil
    }
    self.ssl = ssl
  }

  deinit { SSL_free(ssl) }

  var facts: TLSFacts {
    TLSFacts(
      version: SSL_get_version(ssl).map { String(cString: $0) } ?? "unknown",
      cipher: SSL_CIPHER_get_name(SSL_get_current_cipher(ssl)).map { String(cString: $0) } ?? "unknown",
      bits: Int(SSL_CIPHER_get_bits(SSL_get_current_cipher(ssl), nil)))
  }

  func handshake() -> Attempt {
    // The error queue belongs to the thread: what another session left there would be taken for ours.
    ERR_clear_error()
    let result = SSL_accept(ssl)
    return result == 1 ? .done(0) : outcome(of: result)
  }

  func receive(into space: UnsafeMutableRawBufferPointer) -> Attempt {
    ERR_clear_error()
    let result = SSL_read(ssl, space.baseAddress, Int32(clamping: space.count))
    return result > 0 ? .done(Int(result)) : outcome(of: result)
  }

  func send(_ bytes: UnsafeRawBufferPointer) -> Attempt {
    ERR_clear_error()
    let result = SSL_write(ssl, bytes.baseAddress, Int32(clamping: bytes.count))
    return result > 0 ? .done(Int(result)) : outcome(of: result)
  }

  /// Sends close_notify without waiting for the other's; not after a fatal error, where OpenSSL forbids it.
  func sayGoodbye() {
    guard !broken, SSL_is_init_finished(ssl) == 1 else { return }
    ERR_clear_error()
    SSL_shutdown(ssl)
  }

  private func outcome(of result: Int32) -> Attempt {
    let code = errno
    switch SSL_get_error(ssl, result) {
    case SSL_ERROR_WANT_READ: return .needs(.reading)
    case SSL_ERROR_WANT_WRITE: return .needs(.writing)
    case SSL_ERROR_ZERO_RETURN: return .end
    case SSL_ERROR_SYSCALL:
      broken = true
      return code == 0 ? .end : .failed(errorText(code))
    default:
      broken = true
      // OpenSSL 3 reports a peer that closes without close_notify here; many mail clients do.
      if ERR_peek_error() & 0x7f_ffff == UInt(SSL_R_UNEXPECTED_EOF_WHILE_READING) { return .end }
      return .failed("TLS: \(opensslErrors())")
    }
  }
}

/// The reasons in OpenSSL's queue of this thread, emptied.
func opensslErrors() -> String {
  var reasons: [String] = []
  while true {
    let code = ERR_get_error()
    if code == 0 { break }
    reasons.append(ERR_reason_error_string(code).map { String(cString: $0) } ?? "error \(code)")
  }
  return reasons.isEmpty ? "unknown reason" : reasons.joined(separator: "; ")
}

import COpenSSL
import Glibc
import Synchronization

/// Makes libcurl's TLS context of one connection lean: thousands of them idle for days.
///
/// Its two buffers of 16 KB are given back while nothing moves, and the authorities it trusts are those of the process: libcurl
/// keeps a copy for each hundred connections, more than a megabyte with those of a system. False when they cannot be read.
func prepareTLS(_ context: UnsafeMutableRawPointer, caFile: String?) -> Bool {
  let context = OpaquePointer(context)
  postern_ssl_ctx_release_buffers(context)
  return TrustedAuthorities.shared.lend(to: context, from: caFile)
}

/// The authorities of each file that connections trust, read once and again when the file changes.
private final class TrustedAuthorities: Sendable {
  static let shared = TrustedAuthorities()

  private struct Entry: @unchecked Sendable {
    /// OpenSSL counts references, and lets threads share a store.
    var store: OpaquePointer
    var changed: Int
    var size: Int
  }

  private let entries = Mutex<[String: Entry]>([:])

  /// `file` nil: the system's, where OpenSSL looks for them.
  func lend(to context: OpaquePointer, from file: String?) -> Bool {
    var status = stat()
    if let file, stat(file, &status) != 0 { return false }
    let (changed, size) = (status.st_mtim.tv_sec, Int(status.st_size))
    return entries.withLock { entries in
      let known = entries[file ?? ""]
      if let known, known.changed == changed, known.size == size {
        SSL_CTX_set1_cert_store(context, known.store)
        return true
      }
      guard let store = Self.read(file) else { return false }
      // Connections that have the old one keep it alive.
      if let known { X509_STORE_free(known.store) }
      entries[file ?? ""] = Entry(store: store, changed: changed, size: size)
      SSL_CTX_set1_cert_store(context, store)
      return true
    }
  }

  private static func read(_ file: String?) -> OpaquePointer? {
    ERR_clear_error()
    guard let store = X509_STORE_new() else { return nil }
    let isRead = if let file { X509_STORE_load_file(store, file) } else { X509_STORE_set_default_paths(store) }
    guard isRead == 1 else {
      X509_STORE_free(store)
      return nil
    }
    return store
  }
}

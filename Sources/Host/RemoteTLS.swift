import COpenSSL
import Glibc
import Synchronization

/// Makes TLS of a connection out give its two buffers of 16 KB back while nothing moves: a mailbox idles for days.
func releaseIdleTLSBuffers(_ context: UnsafeMutableRawPointer) {
  postern_ssl_ctx_release_buffers(OpaquePointer(context))
}

/// The authorities that connections out trust: each file's are read once for the process and again when the file changes, where
/// libcurl would keep more than a megabyte for each hundred connections, and parse it for each hundredth.
///
/// A store that is lent may be in any connection of that file, so nobody may add to it. libcurl does (7.88 loads CURLOPT_CAINFO
/// after its TLS hook, into whatever store the hook set; 8.4 and later before it) and it remembers the store for the next
/// connection that names the same file: whoever lends from here must give libcurl neither file nor folder nor cache.
final class TrustedAuthorities: Sendable {
  static let shared = TrustedAuthorities()

  private struct Entry: @unchecked Sendable {
    /// OpenSSL counts references, and lets threads share a store.
    var store: OpaquePointer
    var version: FileVersion
  }

  /// What changes when a file does, however it was written.
  private struct FileVersion: Equatable {
    var device: UInt = 0
    var inode: UInt = 0
    var size = 0
    var seconds = 0
    var nanoseconds = 0
  }

  private let entries = Mutex<[String: Entry]>([:])

  /// Lends the authorities of `file`, and of a folder of hashed certificates (c_rehash), to a context; false when they cannot be
  /// read.
  func lend(to context: UnsafeMutableRawPointer, file: String?, folder: String?) -> Bool {
    var version = FileVersion()
    if let file {
      var status = stat()
      guard stat(file, &status) == 0 else { return false }
      version = FileVersion(
        device: UInt(status.st_dev), inode: UInt(status.st_ino), size: Int(status.st_size),
        seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec)
    }
    let key = "\(file ?? "")\n\(folder ?? "")"
    return entries.withLock { entries in
      if let known = entries[key], known.version == version {
        SSL_CTX_set1_cert_store(OpaquePointer(context), known.store)
        return true
      }
      guard let store = Self.read(file, folder) else { return false }
      // Connections that have the old one keep it alive.
      if let known = entries[key] { X509_STORE_free(known.store) }
      entries[key] = Entry(store: store, version: version)
      SSL_CTX_set1_cert_store(OpaquePointer(context), store)
      return true
    }
  }

  private static func read(_ file: String?, _ folder: String?) -> OpaquePointer? {
    ERR_clear_error()
    guard let store = X509_STORE_new() else { return nil }
    if let file, X509_STORE_load_file(store, file) != 1 {
      X509_STORE_free(store)
      return nil
    }
    if let folder { X509_STORE_load_path(store, folder) }
    return store
  }
}

import COpenSSL

/// Makes TLS of a connection out give its two buffers of 16 KB back while nothing moves: a mailbox idles for days.
func releaseIdleTLSBuffers(_ context: UnsafeMutableRawPointer) {
  postern_ssl_ctx_release_buffers(OpaquePointer(context))
}

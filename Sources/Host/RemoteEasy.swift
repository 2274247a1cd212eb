import CCurl

/// Makes libcurl ready for the process, once.
func curlReady() { _ = curlStarted }

private let curlStarted: CURLcode = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

/// One libcurl easy handle set up for `CURLOPT_CONNECT_ONLY`, with what its callbacks collect. Freed with this object, after
/// it has been taken out of its multi.
final class RemoteEasy {
  let handle: UnsafeMutableRawPointer
  private let scheme: RemoteOptions.Scheme
  /// Whom the connection trusts when it borrows ``TrustedAuthorities``.
  private let authorities: (file: String?, folder: String?)
  private(set) var transcript = RemoteTranscript()
  private let errorBuffer = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

  /// nil without memory or for a host that cannot be one.
  init?(_ options: RemoteOptions) {
    curlReady()
    guard let url = options.url, let handle = curl_easy_init() else {
      errorBuffer.deallocate()
      return nil
    }
    self.handle = handle
    scheme = options.scheme
    authorities = options.caFile.map { ($0, nil) } ?? Self.systemAuthorities
    errorBuffer.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    set(CURLOPT_URL, url)
    set(CURLOPT_CONNECT_ONLY, 1)
    set(CURLOPT_NOSIGNAL, 1)
    // Giving up while a name is being looked up must not wait for the resolver's thread.
    set(CURLOPT_QUICK_EXIT, 1)
    set(CURLOPT_TIMEOUT_MS, Int(clamping: max(1, options.connectTimeoutMilliseconds)))
    set(CURLOPT_CONNECTTIMEOUT_MS, Int(clamping: max(1, options.connectTimeoutMilliseconds)))
    set(CURLOPT_TCP_KEEPALIVE, 1)
    set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    set(CURLOPT_USE_SSL, Int((options.tls == .none ? CURLUSESSL_NONE : CURLUSESSL_ALL).rawValue))
    // An empty text switches off what the environment (all_proxy, no_proxy) says.
    set(CURLOPT_PROXY, options.proxy ?? "")
    set(CURLOPT_NOPROXY, "")
    // What an HTTP proxy says is no line of the server.
    set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    // A reply of a login is a few hundred bytes, and libcurl keeps this buffer as long as the connection.
    set(CURLOPT_BUFFERSIZE, 4_096)
    // The hook is called for a proxy's TLS too, and the account's authorities are not asked about its proxy: such a connection
    // keeps a store of its own.
    let borrows = options.proxy?.lowercased().hasPrefix("https:") != true
    setAuthorities(options.caFile, borrows: borrows)
    setLogin(options)
    setCallbacks(borrows: borrows)
  }

  deinit {
    curl_easy_cleanup(handle)
    errorBuffer.deallocate()
  }

  /// The connected socket; it stays libcurl's.
  var socket: Int32? {
    var number: Int32 = -1
    return postern_curl_socket(handle, &number) == CURLE_OK && number >= 0 ? number : nil
  }

  /// What the server said so far, given up here.
  func takeTranscript() -> [String] {
    defer { transcript = RemoteTranscript() }
    return transcript.lines
  }

  func receive(into space: UnsafeMutableRawBufferPointer) -> Attempt {
    var count = 0
    switch curl_easy_recv(handle, space.baseAddress, space.count, &count) {
    case CURLE_OK: return count > 0 ? .done(count) : .end
    case CURLE_AGAIN: return .needs(.reading)
    case let code: return .failed(words(code))
    }
  }

  func send(_ bytes: UnsafeRawBufferPointer) -> Attempt {
    var count = 0
    switch curl_easy_send(handle, bytes.baseAddress, bytes.count, &count) {
    case CURLE_OK: return .done(count)
    case CURLE_AGAIN: return .needs(.writing)
    case let code: return .failed(words(code))
    }
  }

  func failure(_ number: UInt32) -> RemoteFailure {
    let code = CURLcode(rawValue: number)
    let kind = Self.kind(code)
    var text = code == CURLE_WRITE_ERROR ? "the server says more than any login needs" : words(code)
    let said = transcript.refusal(scheme) ?? transcript.tokenRefusal
    if kind == .login || kind == .protocol, let said { text = said }
    if kind == .login, said == nil { text = "the server offers no way to log in that fits this account's secret" }
    if kind == .timeout, let line = transcript.lines.last { text += "; the last it said: \(line)" }
    if code == CURLE_USE_SSL_FAILED { text = "the server does not offer STARTTLS" + (said.map { ": \($0)" } ?? "") }
    return RemoteFailure(kind: kind, curlCode: Int(code.rawValue), text: text)
  }

  private static func kind(_ code: CURLcode) -> RemoteFailure.Kind {
    switch code {
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .resolve
    case CURLE_COULDNT_CONNECT, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PROXY: .connect
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_USE_SSL_FAILED,
      CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_ENGINE_NOTFOUND:
      .tls
    case CURLE_LOGIN_DENIED, CURLE_AUTH_ERROR: .login
    case CURLE_OPERATION_TIMEDOUT: .timeout
    default: .protocol
    }
  }

  private func words(_ code: CURLcode) -> String {
    let own = String(cString: errorBuffer)
    return own.isEmpty ? String(cString: curl_easy_strerror(code)) : own
  }

  /// libcurl's own authorities, as it was built.
  private static let systemAuthorities: (file: String?, folder: String?) = {
    guard let info = postern_curl_version()?.pointee else { return (nil, nil) }
    return (info.cainfo.map { String(cString: $0) }, info.capath.map { String(cString: $0) })
  }()

  private func setAuthorities(_ file: String?, borrows: Bool) {
    guard borrows else {
      if let file {
        set(CURLOPT_CAINFO, file)
        _ = postern_curl_set_text(handle, CURLOPT_CAPATH, nil)
      }
      return
    }
    // Whom to trust is said in the TLS hook: libcurl must add nothing to that store and remember it for nobody, and takes all
    // connections to a server for alike. One that trusts nobody here could go on with the session or the connection of another
    // that does.
    _ = postern_curl_set_text(handle, CURLOPT_CAINFO, nil)
    _ = postern_curl_set_text(handle, CURLOPT_CAPATH, nil)
    set(CURLOPT_CA_CACHE_TIMEOUT, 0)
    set(CURLOPT_SSL_SESSIONID_CACHE, 0)
    set(CURLOPT_FRESH_CONNECT, 1)
  }

  private func setLogin(_ options: RemoteOptions) {
    guard let user = options.user else { return }
    switch options.secret {
    case .none: return
    case .password(let password):
      set(CURLOPT_USERNAME, user)
      set(CURLOPT_PASSWORD, password)
    case .accessToken(let token):
      set(CURLOPT_USERNAME, user)
      set(CURLOPT_XOAUTH2_BEARER, token)
    }
    set(CURLOPT_SASL_IR, 1)
  }

  private func setCallbacks(borrows: Bool) {
    let me = Unmanaged.passUnretained(self).toOpaque()
    _ = postern_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, errorBuffer)
    _ = postern_curl_set_pointer(handle, CURLOPT_HEADERDATA, me)
    _ = postern_curl_set_writer(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
      guard let context else { return 0 }
      // Anything but the number of bytes makes libcurl give up (CURLE_WRITE_ERROR).
      return RemoteEasy.of(context).transcript.append(.init(start: bytes, count: size * count)) ? size * count : 0
    }
    _ = postern_curl_set_pointer(handle, CURLOPT_SSL_CTX_DATA, borrows ? me : nil)
    _ = postern_curl_set_tls_hook(handle) { _, tlsContext, context in
      guard let tlsContext else { return CURLE_FAILED_INIT }
      releaseIdleTLSBuffers(tlsContext)
      guard let context else { return CURLE_OK }
      let authorities = RemoteEasy.of(context).authorities
      return TrustedAuthorities.shared.lend(to: tlsContext, file: authorities.file, folder: authorities.folder)
        ? CURLE_OK : CURLE_SSL_CACERT_BADFILE
    }
    // Lines that come outside a header (an IMAP greeting) would else go to stdout.
    _ = postern_curl_set_writer(handle, CURLOPT_WRITEFUNCTION) { _, size, count, _ in size * count }
  }

  private func set(_ option: CURLoption, _ value: Int) { _ = postern_curl_set_long(handle, option, value) }
  private func set(_ option: CURLoption, _ value: String) { _ = postern_curl_set_text(handle, option, value) }

  private static func of(_ context: UnsafeMutableRawPointer) -> RemoteEasy {
    Unmanaged.fromOpaque(context).takeUnretainedValue()
  }
}

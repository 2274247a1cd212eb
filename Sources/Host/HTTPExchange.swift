import CCurl
import Glibc

/// One request on its way: libcurl's handle, what has arrived, and the task that waits for it. Freed after it has been taken
/// out of its multi.
final class HTTPExchange: @unchecked Sendable {
  let handle: UnsafeMutableRawPointer
  let waiter: Waiter
  private let request: HTTPRequest
  private var code: UInt32 = 0
  private var body: [UInt8] = []
  private var fields: [(name: String, value: String)] = []
  private var headerBytes = 0
  private var isTooLarge = false
  private var wasForbidden: String?
  /// More than any server sends; libcurl of old sets no bound to their sum. Bytes.
  private static let mostHeaderBytes = 64 << 10

  private let errorBuffer = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
  private var headers: UnsafeMutablePointer<curl_slist>?
  private var pins: UnsafeMutablePointer<curl_slist>?

  /// nil without memory.
  init?(_ request: HTTPRequest, loop: EventLoop) {
    curlReady()
    guard let handle = curl_easy_init() else {
      errorBuffer.deallocate()
      return nil
    }
    self.handle = handle
    self.request = request
    waiter = Waiter(loop: loop)
    errorBuffer.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    set(CURLOPT_URL, request.url)
    set(CURLOPT_PROTOCOLS_STR, request.allowsClear ? "http,https" : "https")
    set(CURLOPT_REDIR_PROTOCOLS_STR, "https")
    set(CURLOPT_NOSIGNAL, 1)
    set(CURLOPT_QUICK_EXIT, 1)
    set(CURLOPT_TIMEOUT_MS, Int(clamping: max(1, request.timeoutMilliseconds)))
    set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    set(CURLOPT_FOLLOWLOCATION, request.body == nil && request.mostRedirects > 0 ? 1 : 0)
    set(CURLOPT_MAXREDIRS, request.mostRedirects)
    set(CURLOPT_USERAGENT, "Postern")
    set(CURLOPT_FORBID_REUSE, 1)
    // An empty text switches off what the environment (https_proxy, no_proxy) says.
    set(CURLOPT_PROXY, "")
    set(CURLOPT_NOPROXY, "")
    if let file = request.caFile {
      set(CURLOPT_CAINFO, file)
      _ = postern_curl_set_text(handle, CURLOPT_CAPATH, nil)
    }
    if let body = request.body {
      set(CURLOPT_POST, 1)
      set(CURLOPT_POSTFIELDSIZE, body.count)
      // With a byte behind it: of nothing there is no address, and without one libcurl would ask for the body elsewhere.
      var copy = body + [0]
      copy.withUnsafeMutableBytes { _ = postern_curl_set_pointer(handle, CURLOPT_COPYPOSTFIELDS, $0.baseAddress) }
    }
    for line in request.headers { headers = curl_slist_append(headers, line) }
    if headers != nil { _ = postern_curl_set_pointer(handle, CURLOPT_HTTPHEADER, headers) }
    pin()
    setCallbacks()
  }

  deinit {
    curl_easy_cleanup(handle)
    curl_slist_free_all(headers)
    curl_slist_free_all(pins)
    errorBuffer.deallocate()
  }

  func finish(_ code: UInt32) {
    self.code = code
    waiter.wake()
  }

  var result: Result<HTTPResponse, HTTPFailure> {
    let code = CURLcode(rawValue: code)
    if let wasForbidden, code != CURLE_OK { return .failure(HTTPFailure(kind: .forbidden, text: wasForbidden)) }
    if isTooLarge {
      let most = headerBytes > Self.mostHeaderBytes ? Self.mostHeaderBytes : request.mostBytes
      return .failure(HTTPFailure(kind: .tooLarge, text: "the answer has more than \(most) bytes"))
    }
    guard code == CURLE_OK else { return .failure(HTTPFailure(kind: Self.kind(code), text: words(code))) }
    var status = 0
    _ = postern_curl_status(handle, &status)
    return .success(HTTPResponse(status: status, fields: fields, body: body))
  }

  private static func kind(_ code: CURLcode) -> HTTPFailure.Kind {
    switch code {
    case CURLE_COULDNT_RESOLVE_HOST: .resolve
    case CURLE_COULDNT_CONNECT, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING: .connect
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM,
      CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR:
      .tls
    case CURLE_OPERATION_TIMEDOUT: .timeout
    case CURLE_UNSUPPORTED_PROTOCOL, CURLE_TOO_MANY_REDIRECTS: .forbidden
    default: .protocol
    }
  }

  private func words(_ code: CURLcode) -> String {
    let own = String(cString: errorBuffer)
    return own.isEmpty ? String(cString: curl_easy_strerror(code)) : own
  }

  /// Tells libcurl the address, so that what was looked at is what is connected to.
  private func pin() {
    guard let address = request.address, let (host, port) = Self.place(in: request.url) else { return }
    let shown = address.contains(":") ? "[\(address)]" : address
    pins = curl_slist_append(nil, "\(host):\(port):\(shown)")
    _ = postern_curl_set_pointer(handle, CURLOPT_RESOLVE, pins)
  }

  private static func place(in url: String) -> (host: String, port: String)? {
    guard url.hasPrefix("https://") else { return nil }
    let authority = url.dropFirst(8).prefix { $0 != "/" && $0 != "?" }
    let parts = authority.split(separator: ":", maxSplits: 1)
    guard let host = parts.first else { return nil }
    return (String(host), parts.count > 1 ? String(parts[1]) : "443")
  }

  private func setCallbacks() {
    let me = Unmanaged.passUnretained(self).toOpaque()
    _ = postern_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, errorBuffer)
    _ = postern_curl_set_pointer(handle, CURLOPT_WRITEDATA, me)
    _ = postern_curl_set_writer(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
      guard let context else { return 0 }
      let piece = UnsafeRawBufferPointer(start: bytes, count: size * count)
      return HTTPExchange.of(context).take(piece) ? size * count : 0
    }
    _ = postern_curl_set_pointer(handle, CURLOPT_HEADERDATA, me)
    _ = postern_curl_set_writer(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
      guard let context else { return 0 }
      let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
      return HTTPExchange.of(context).take(headerLine: line) ? size * count : 0
    }
    _ = postern_curl_set_pointer(handle, CURLOPT_OPENSOCKETDATA, me)
    _ = postern_curl_set_socket_opener(handle) { context, _, address in
      guard let context, let address else { return -1 }
      return HTTPExchange.of(context).open(address)
    }
  }

  private func take(_ piece: UnsafeRawBufferPointer) -> Bool {
    guard body.count + piece.count <= request.mostBytes else {
      isTooLarge = true
      return false
    }
    body.append(contentsOf: piece)
    return true
  }

  private func take(headerLine line: UnsafeRawBufferPointer) -> Bool {
    headerBytes += line.count
    guard headerBytes <= Self.mostHeaderBytes else {
      isTooLarge = true
      return false
    }
    // A status line begins the fields of another answer: of a redirect's target, or after a 100.
    guard !line.starts(with: "HTTP/".utf8) else {
      fields = []
      return true
    }
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return true }
    let value = line[(colon + 1)...].drop { $0 == 0x20 || $0 == 0x09 }
    let end = value.lastIndex { $0 > 0x20 }.map { $0 + 1 } ?? value.startIndex
    fields.append(
      (String(decoding: line[..<colon], as: UTF8.self), String(decoding: value[..<end], as: UTF8.self)))
    return true
  }

  /// The last moment before a connection: every address, also of a redirect, comes by here.
  private func open(_ address: UnsafeMutablePointer<curl_sockaddr>) -> Int32 {
    let offset = MemoryLayout<curl_sockaddr>.offset(of: \.addr) ?? 0
    let peer = PeerAddress(
      socketAddress: UnsafeRawPointer(address) + offset, length: Int(address.pointee.addrlen))
    let isAllowed = request.allowedNetworks.contains { $0.contains(peer) }
    guard request.allowsPrivate || isAllowed || !peer.isPrivate else {
      wasForbidden = "\(peer.host) is an address of this machine or of a private network"
      return -1
    }
    let number = socket(address.pointee.family, address.pointee.socktype, address.pointee.protocol)
    if number >= 0 { _ = fcntl(number, F_SETFD, FD_CLOEXEC) }
    return number
  }

  private func set(_ option: CURLoption, _ value: Int) { _ = postern_curl_set_long(handle, option, value) }
  private func set(_ option: CURLoption, _ value: String) { _ = postern_curl_set_text(handle, option, value) }

  private static func of(_ context: UnsafeMutableRawPointer) -> HTTPExchange {
    Unmanaged.fromOpaque(context).takeUnretainedValue()
  }
}

import CCurl
import Glibc

/// Asks the daemon over its Unix socket, synchronously: what the verbs of the command line use.
public struct LocalHTTPClient: Sendable {
  /// An answer.
  public struct Reply: Sendable, Equatable {
    /// The HTTP status.
    public let status: Int
    /// The body; of a stream only when the status is not 2xx.
    public let body: [UInt8]
  }

  private let socketPath: String

  /// A client of the daemon that listens on a Unix socket.
  public init(socketPath: String) { self.socketPath = socketPath }

  /// One request with its whole answer, whatever its status. Throws `unavailable` when no daemon answers on the socket.
  public func request(
    _ method: String, _ path: String, query: [(name: String, value: String)] = [], body: [UInt8]? = nil,
    timeoutMilliseconds: Int64 = 120_000
  ) throws(HostError) -> Reply {
    let receiver = Receiver(each: nil)
    return try perform(method, path, query, body, timeoutMilliseconds, receiver)
  }

  /// A GET whose answer is handed over line by line as it arrives, without the line ends, until the daemon ends it or `each` says false.
  public func lines(
    of path: String, query: [(name: String, value: String)] = [], _ each: ([UInt8]) -> Bool
  ) throws(HostError) -> Reply {
    try withoutActuallyEscaping(each) { each throws(HostError) in
      try perform("GET", path, query, nil, 0, Receiver(each: each))
    }
  }

  private func perform(
    _ method: String, _ path: String, _ query: [(name: String, value: String)], _ body: [UInt8]?,
    _ timeoutMilliseconds: Int64, _ receiver: Receiver
  ) throws(HostError) -> Reply {
    curlReady()
    Signals.ignoreBrokenPipes()
    guard let easy = curl_easy_init() else { throw HostError("no memory for a request") }
    defer { curl_easy_cleanup(easy) }
    receiver.easy = easy
    _ = postern_curl_set_text(easy, CURLOPT_UNIX_SOCKET_PATH, socketPath)
    _ = postern_curl_set_text(easy, CURLOPT_URL, "http://postern" + Self.target(path, query))
    _ = postern_curl_set_text(easy, CURLOPT_PROXY, "")
    _ = postern_curl_set_long(easy, CURLOPT_NOSIGNAL, 1)
    _ = postern_curl_set_long(easy, CURLOPT_TIMEOUT_MS, Int(clamping: timeoutMilliseconds))
    _ = postern_curl_set_text(easy, CURLOPT_CUSTOMREQUEST, method)
    let headers = curl_slist_append(nil, "Content-Type: application/json")
    defer { curl_slist_free_all(headers) }
    _ = postern_curl_set_pointer(easy, CURLOPT_HTTPHEADER, headers)
    _ = postern_curl_set_pointer(easy, CURLOPT_WRITEDATA, Unmanaged.passUnretained(receiver).toOpaque())
    _ = postern_curl_set_writer(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
      guard let context else { return 0 }
      let piece = UnsafeRawBufferPointer(start: bytes, count: size * count)
      return Unmanaged<Receiver>.fromOpaque(context).takeUnretainedValue().take(piece) ? size * count : 0
    }
    let code = withExtendedLifetime(receiver) {
      guard let body else { return curl_easy_perform(easy) }
      return body.withUnsafeBytes { bytes in
        _ = postern_curl_set_long(easy, CURLOPT_POST, 1)
        _ = postern_curl_set_long(easy, CURLOPT_POSTFIELDSIZE, bytes.count)
        _ = postern_curl_set_pointer(easy, CURLOPT_POSTFIELDS, UnsafeMutableRawPointer(mutating: bytes.baseAddress))
        return curl_easy_perform(easy)
      }
    }
    guard code == CURLE_OK || receiver.stopped else { throw failure(code, easy) }
    receiver.finish()
    return Reply(status: receiver.status, body: receiver.body)
  }

  private func failure(_ code: CURLcode, _ easy: UnsafeMutableRawPointer) -> HostError {
    var system = 0
    _ = postern_curl_os_errno(easy, &system)
    switch code {
    case CURLE_COULDNT_CONNECT where Int32(system) == EACCES || Int32(system) == EPERM:
      return HostError("you may not use the daemon's socket \(socketPath): permission denied", kind: .permission)
    case CURLE_COULDNT_CONNECT:
      return HostError(
        "the daemon is not running: nobody answers on \(socketPath); start it with `postern serve`", kind: .unavailable)
    default:
      let reason = String(cString: curl_easy_strerror(code))
      return HostError("the daemon on \(socketPath) did not answer: \(reason)", kind: .unavailable)
    }
  }

  /// The request target of RFC 9112 section 3.2.1, percent-encoded where RFC 3986 section 2.3 asks for it.
  static func target(_ path: String, _ query: [(name: String, value: String)]) -> String {
    let pairs = query.map { "\(encode($0.name, keeping: ""))=\(encode($0.value, keeping: ""))" }
    return encode(path, keeping: "/") + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))
  }

  private static func encode(_ text: String, keeping: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        bytes.append(byte)
      case _ where keeping.utf8.contains(byte): bytes.append(byte)
      default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// Collects an answer, whole or in lines.
private final class Receiver {
  var easy: UnsafeMutableRawPointer?
  private(set) var body: [UInt8] = []
  private(set) var status = 0
  /// Whether `each` has asked to end; libcurl then reports a write error that is none.
  private(set) var stopped = false
  private let each: (([UInt8]) -> Bool)?
  private var line: [UInt8] = []

  init(each: (([UInt8]) -> Bool)?) { self.each = each }

  func take(_ piece: UnsafeRawBufferPointer) -> Bool {
    readStatus()
    guard let each, (200..<300).contains(status) else {
      body.append(contentsOf: piece)
      return true
    }
    var rest = piece[...]
    while let end = rest.firstIndex(of: 10) {
      line.append(contentsOf: rest[..<end])
      let whole = line
      line.removeAll(keepingCapacity: true)
      if !each(whole) {
        stopped = true
        return false
      }
      rest = rest[(end + 1)...]
    }
    line.append(contentsOf: rest)
    return true
  }

  /// Hands over a last line that had no end.
  func finish() {
    readStatus()
    if let each, !stopped, !line.isEmpty { stopped = !each(line) }
  }

  private func readStatus() {
    guard let easy else { return }
    _ = postern_curl_status(easy, &status)
  }
}
